//! Answers to presses: the spinner stops before slow work ends, and dead buttons are removed.
use super::{BUDI, SARI, TOM, numbers, with_agent, with_customer};
use crate::support::{ADMIN, Desk, Options, data};
use antri::bot::callback::{ButtonAction, PagedList};
use antri::bot::context::AnswerLimits;
use antri::domain::notice::rendered::{Button, Rendered};
use antri::domain::notice::{Message, Outgoing};

/// Returns a desk with a customer, on which slow presses are answered as in production.
async fn with_answer_limits() -> Desk {
    let desk = Desk::with(Options { answer_limits: AnswerLimits::default(), ..Options::default() }).await;
    desk.person(SARI, "Sari", "id").await;
    desk
}

/// Presses the button while store calls of `method` are held. Returns the text of the answer that came
/// meanwhile.
async fn answer_while_held(desk: &Desk, method: &'static str, id: i64, label: &str) -> String {
    let (message, data) = desk.button(id, label);
    desk.faults.hold_calls_of(method);
    let query = desk.sandbox.press(id, message, &data);
    let answer = || desk.sandbox.toasts(id).into_iter().find(|toast| toast.callback_query_id == query);
    desk.until("the spinner to stop", async || answer().is_some()).await;
    desk.faults.clear();
    desk.settle().await;
    answer().unwrap().text
}

#[tokio::test]
async fn a_slow_send_is_acknowledged_before_its_result() {
    let desk = with_answer_limits().await;
    desk.say(SARI, "printer rusak").await;
    assert_eq!(answer_while_held(&desk, "commit", SARI, "Kirim").await, "");
    assert!(desk.has(SARI, "✅ Tiket terkirim"), "{}", desk.chat_story(SARI));
    assert_eq!(numbers(&desk).await.len(), 1);
}

#[tokio::test]
async fn a_slow_refusal_is_sent_as_a_message() {
    let desk = with_answer_limits().await;
    desk.ticket(SARI, "printer rusak").await;
    let (message, cancel) = desk.button(SARI, "Batal");
    desk.press_data(SARI, message, &cancel).await;
    desk.press(SARI, "Ya, batalkan").await;
    desk.faults.hold_calls_of("ticket");
    desk.sandbox.press(SARI, message, &cancel);
    desk.until("the spinner to stop", async || desk.toast(SARI).is_empty()).await;
    desk.faults.clear();
    desk.settle().await;
    assert!(desk.last(SARI).text.contains("sekarang: ✖️ Dibatalkan"), "{}", desk.chat_story(SARI));
}

#[tokio::test]
async fn a_result_that_is_certain_is_answered_before_the_work() {
    let desk = with_agent().await;
    desk.say(SARI, "printer rusak").await;
    desk.press(SARI, "Batal").await;
    let toast = answer_while_held(&desk, "put_draft", SARI, "Ya, buang").await;
    assert_eq!(toast, "✖️ Tiket tidak jadi dikirim.");
    desk.say(BUDI, "/status").await;
    let toast = answer_while_held(&desk, "commit", BUDI, "Matikan").await;
    assert!(toast.contains("Penugasan otomatis tidak aktif"), "{toast}");
    desk.say(SARI, "/language").await;
    assert!(answer_while_held(&desk, "commit", SARI, "English").await.contains("English it is"));
}

#[tokio::test]
async fn a_slow_press_of_an_admin_is_acknowledged_before_its_result() {
    let desk = with_answer_limits().await;
    desk.say(ADMIN, "/department Umum").await;
    assert_eq!(answer_while_held(&desk, "commit", ADMIN, "Jadikan kritis").await, "");
    assert!(desk.has(ADMIN, "🚨 Umum sekarang kritis."), "{}", desk.chat_story(ADMIN));
    desk.find(ADMIN, "🚨 Kritis");
}

/// Sends a message with one button that carries this data. Returns the message.
async fn send_button(desk: &Desk, id: i64, data: &str) -> i64 {
    let buttons = vec![vec![Button { label: "Lama".into(), data: data.into(), web_app: None, style: None }]];
    let text = Rendered::new("<b>kartu</b> &lt;lama&gt;".into(), buttons);
    let out = Outgoing { chat: antri::domain::ids::ChatId(id), message: Message::Text(text) };
    let app = desk.app();
    app.engine.store().enqueue(vec![out], desk.now()).await.unwrap();
    app.engine.wake_outbox();
    desk.settle().await;
    desk.last(id).message_id
}

#[tokio::test]
async fn a_press_on_a_dead_button_removes_the_keyboard() {
    let desk = with_customer().await;
    desk.person(TOM, "Tom", "en").await;
    desk.ticket(TOM, "mine").await;
    let (_, foreign) = desk.button(TOM, "Cancel");
    for stale in [
        "from an older Antri",
        &data(ButtonAction::ShowPage(PagedList::MyQueue, 0)),
        &data(ButtonAction::NewDepartment),
        &foreign,
    ] {
        let message = send_button(&desk, SARI, stale).await;
        desk.press_data(SARI, message, stale).await;
        let after = desk.sandbox.message(SARI, message).unwrap();
        assert_eq!((after.text.as_str(), after.keyboard.len()), ("kartu <lama>", 0), "{stale}");
    }
    let message = send_button(
        &desk,
        ADMIN,
        &data(ButtonAction::PickTicket(
            antri::bot::callback::PickerPurpose::Reassign,
            antri::domain::ids::TicketId(uuid::Uuid::nil()),
        )),
    )
    .await;
    desk.press(ADMIN, "Lama").await;
    assert!(
        desk.sandbox.message(ADMIN, message).unwrap().button("Lama").is_none(),
        "{}",
        desk.chat_story(ADMIN)
    );
}

#[tokio::test]
async fn the_press_of_a_former_agent_removes_the_keyboard_and_a_forged_press_keeps_it() {
    let desk = with_agent().await;
    desk.say(BUDI, "/myqueue").await;
    let queue = desk.last(BUDI).message_id;
    desk.press_data(BUDI, queue, "forged").await;
    assert!(desk.sandbox.message(BUDI, queue).unwrap().button("Segarkan").is_some());
    let refresh = desk.button(BUDI, "Segarkan").1;
    desk.say(ADMIN, "/removeagent Budi").await;
    desk.press(ADMIN, "Cabut peran").await;
    desk.press_data(BUDI, queue, &refresh).await;
    assert!(desk.toast(BUDI).contains("tidak berwenang"));
    assert!(desk.sandbox.message(BUDI, queue).unwrap().keyboard.is_empty());
}

#[tokio::test]
async fn cancel_removes_the_preview_buttons() {
    let desk = with_customer().await;
    desk.say(SARI, "printer rusak").await;
    let (preview, send) = desk.button(SARI, "Kirim");
    desk.faults.inject_next("drop_draft", 1, crate::support::StoreFault::Unreachable);
    desk.say(SARI, "/cancel").await;
    desk.faults.clear();
    let after = desk.sandbox.message(SARI, preview).unwrap();
    assert!(
        after.keyboard.is_empty() && after.text.contains("tidak jadi dikirim"),
        "{}",
        desk.chat_story(SARI)
    );
    desk.press_data(SARI, preview, &send).await;
    assert!(numbers(&desk).await.is_empty());
}

#[tokio::test]
async fn invisible_text_counts_as_empty() {
    let desk = with_customer().await;
    for blank in ["\u{200b}", "\u{2060}\u{2060}", "\u{ad}", "\u{feff}\u{200d}", "\u{3164}", "\u{2800}"] {
        desk.say(SARI, blank).await;
        assert!(desk.last(SARI).text.contains("Pesan Anda kosong"), "{blank:?}: {}", desk.chat_story(SARI));
    }
    desk.say(ADMIN, "/department \u{200b}\u{2060}").await;
    assert!(desk.last(ADMIN).text.contains("Nama harus 1 sampai"), "{}", desk.chat_story(ADMIN));
}
