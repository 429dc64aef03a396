//! The last word: what an agent who wants it is asked before a ticket is completed.
use crate::conversation::{BUDI, CITRA, SARI, TOM, numbers, with_agent};
use crate::support::{ADMIN, Desk, StoreFault};
use antri::domain::ticket::Status;
use antri::sandbox::{Fault, MediaKind, NewMedia, UserMessage};
use chrono::TimeDelta;

async fn write(desk: &Desk, id: i64, text: &str) {
    desk.sandbox.send_text(id, text);
    desk.settle().await;
}

/// Returns a desk with an agent who is asked, and holds a ticket of Sari.
async fn with_question() -> Desk {
    let desk = with_agent().await;
    desk.say(BUDI, "/status").await;
    desk.press(BUDI, "Ingatkan saya tulis pesan penutup").await;
    desk.ticket(SARI, "Internet mati").await;
    desk
}

async fn status(desk: &Desk, customer: i64) -> Status {
    let app = desk.app();
    let store = app.engine.store();
    let person = store.person_by_telegram(antri::domain::ids::TelegramId(customer)).await.unwrap().unwrap();
    store.tickets_of(person.id, 1).await.unwrap().remove(0).status()
}

/// Returns the number of messages of the ticket that is held.
async fn messages(desk: &Desk) -> usize {
    let app = desk.app();
    let store = app.engine.store();
    let ticket = store.all_held().await.unwrap().remove(0);
    store.conversation(ticket.id, None, 9).await.unwrap().len()
}

/// Returns the text of a message as the person sees it now.
fn text_of(desk: &Desk, id: i64, message: i64) -> String {
    desk.sandbox.message(id, message).unwrap().text
}

#[tokio::test]
async fn a_completion_asks_for_a_message_that_arrives_before_the_notice() {
    let desk = with_question().await;
    desk.press(BUDI, "✅ Selesai").await;
    assert!(desk.last(BUDI).text.contains("Pesan penutup untuk Sari?"), "{}", desk.last(BUDI).text);
    assert_ne!(status(&desk, SARI).await, Status::Completed);
    write(&desk, BUDI, "Sudah kami perbaiki").await;
    assert_eq!(status(&desk, SARI).await, Status::Completed);
    let texts: Vec<_> = desk.sandbox.chat(SARI).into_iter().map(|message| message.text).collect();
    let at = |part: &str| texts.iter().position(|text| text.contains(part)).expect(part);
    assert!(at("Sudah kami perbaiki") < at("selesai"), "{texts:?}");
    assert!(desk.has(BUDI, "Pesan penutup dikirim"));
    write(&desk, BUDI, "satu lagi").await;
    assert!(!desk.has(SARI, "satu lagi"), "the question is over");
}

#[tokio::test]
async fn a_press_completes_without_a_message() {
    let desk = with_question().await;
    desk.press(BUDI, "✅ Selesai").await;
    let (message, none) = desk.button(BUDI, "✅ Tanpa pesan");
    desk.press_data(BUDI, message, &none).await;
    assert_eq!(status(&desk, SARI).await, Status::Completed);
    assert!(desk.has(BUDI, "tanpa pesan penutup"));
    desk.press_data(BUDI, message, &none).await;
    write(&desk, BUDI, "terlambat").await;
    assert!(!desk.has(SARI, "terlambat"));
}

#[tokio::test]
async fn the_agent_can_go_on_instead() {
    let desk = with_question().await;
    desk.press(BUDI, "✅ Selesai").await;
    desk.press(BUDI, "↩️ Belum selesai").await;
    write(&desk, BUDI, "sebentar ya").await;
    assert!(desk.has(SARI, "sebentar ya"));
    assert_eq!(status(&desk, SARI).await, Status::InProgress);
}

#[tokio::test]
async fn a_reply_to_another_ticket_is_no_last_word() {
    let desk = with_question().await;
    desk.person(TOM, "Tom", "en").await;
    desk.ticket(TOM, "Printer").await;
    desk.press(BUDI, "✅ Selesai").await;
    assert!(desk.last(BUDI).text.contains("untuk Tom"), "{}", desk.last(BUDI).text);
    let other = desk.find(BUDI, "Internet mati").message_id;
    desk.sandbox.send(BUDI, UserMessage::text("untuk Sari").replying_to(other));
    desk.settle().await;
    assert!(desk.has(SARI, "untuk Sari") && !desk.has(TOM, "untuk Sari"));
    assert_ne!(status(&desk, TOM).await, Status::Completed);
    assert_ne!(status(&desk, SARI).await, Status::Completed);
    write(&desk, BUDI, "untuk Tom").await;
    assert!(desk.has(TOM, "untuk Tom") && !desk.has(SARI, "untuk Tom"));
    assert_eq!(status(&desk, TOM).await, Status::Completed);
}

#[tokio::test]
async fn an_album_and_a_note_complete_nothing_and_a_canned_reply_does() {
    let desk = with_question().await;
    desk.say(ADMIN, "/replies tutup Selamat malam, {name}.").await;
    desk.press(BUDI, "✅ Selesai").await;
    write(&desk, BUDI, "// modem diganti").await;
    let photo = |bytes: &[u8]| NewMedia::new(MediaKind::Photo, bytes);
    desk.sandbox.send_album(BUDI, vec![photo(b"1"), photo(b"2")]);
    desk.until("the note and both parts", async || messages(&desk).await == 3).await;
    desk.clock.advance(TimeDelta::seconds(1));
    desk.settle().await;
    assert_eq!(desk.count(BUDI, "Album terkirim ke Sari"), 1);
    assert_ne!(status(&desk, SARI).await, Status::Completed);
    write(&desk, BUDI, "/r tutup").await;
    assert!(desk.has(SARI, "Selamat malam, Sari."));
    assert_eq!(status(&desk, SARI).await, Status::Completed);
    let photos = desk.sandbox.chat(SARI).into_iter().filter(|message| message.media.is_some()).count();
    assert_eq!(photos, 2);
    assert!(!desk.has(SARI, "modem diganti"));
}

#[tokio::test]
async fn it_is_off_by_default_and_can_be_switched_off() {
    let desk = with_agent().await;
    desk.ticket(SARI, "Internet mati").await;
    desk.press(BUDI, "✅ Selesai").await;
    assert_eq!(status(&desk, SARI).await, Status::Completed);
    desk.say(BUDI, "/language en").await;
    desk.say(BUDI, "/status").await;
    desk.press(BUDI, "Ask me for a closing message").await;
    assert!(desk.toast(BUDI).contains("asked for a closing message"));
    desk.ticket(SARI, "Masih mati").await;
    desk.press(BUDI, "✅ Complete").await;
    assert!(desk.has(BUDI, "A closing message for Sari?"));
    desk.say(BUDI, "/status").await;
    desk.press(BUDI, "ask me for a closing message").await;
    desk.press(BUDI, "✅ Complete").await;
    assert_eq!(status(&desk, SARI).await, Status::Completed);
}

#[tokio::test]
async fn an_update_that_is_handled_again_sends_and_says_the_same() {
    let desk = with_question().await;
    desk.press(BUDI, "✅ Selesai").await;
    desk.faults.inject_next("complete_update", 1, StoreFault::Unreachable);
    desk.say(BUDI, "Sudah kami perbaiki").await;
    desk.faults.clear();
    assert_eq!(status(&desk, SARI).await, Status::Completed);
    assert_eq!(desk.count(SARI, "Sudah kami perbaiki"), 1);
    assert_eq!(desk.count(BUDI, "Pesan penutup dikirim"), 1);
    assert!(!desk.has(BUDI, "tidak terkirim"), "{}", desk.chat_story(BUDI));
}

#[tokio::test]
async fn a_question_about_an_earlier_completion_completes_nothing() {
    let desk = with_question().await;
    desk.press(BUDI, "✅ Selesai").await;
    let (message, none) = desk.button(BUDI, "✅ Tanpa pesan");
    write(&desk, BUDI, "Sudah kami perbaiki").await;
    assert_eq!(status(&desk, SARI).await, Status::Completed);
    desk.press(SARI, "↩️ Belum selesai").await;
    assert_eq!(status(&desk, SARI).await, Status::Assigned);
    desk.press_data(BUDI, message, &none).await;
    assert_eq!(status(&desk, SARI).await, Status::Assigned);
    assert!(desk.toast(BUDI).contains("dibuka kembali"), "{}", desk.toast(BUDI));
}

#[tokio::test]
async fn a_canned_reply_that_is_chosen_by_a_button_is_a_last_word() {
    let desk = with_question().await;
    desk.say(ADMIN, "/replies tutup Selamat malam, {name}.").await;
    desk.say(ADMIN, "/replies tunggu Mohon tunggu.").await;
    desk.press(BUDI, "✅ Selesai").await;
    write(&desk, BUDI, "/r tu").await;
    assert_ne!(status(&desk, SARI).await, Status::Completed);
    desk.press(BUDI, "tutup").await;
    assert_eq!(desk.count(SARI, "Selamat malam, Sari."), 1);
    assert_eq!(status(&desk, SARI).await, Status::Completed);
    assert!(desk.has(BUDI, "Pesan penutup dikirim"));
}

#[tokio::test]
async fn the_question_loses_its_buttons_when_it_is_answered_or_left() {
    let desk = with_question().await;
    desk.press(BUDI, "✅ Selesai").await;
    let (message, back) = desk.button(BUDI, "↩️ Belum selesai");
    write(&desk, BUDI, "Sudah kami perbaiki").await;
    let closed = text_of(&desk, BUDI, message);
    assert!(closed.starts_with("✅ Tiket INC") && closed.ends_with(" selesai."), "{closed}");
    // A press on an old screen says the same.
    desk.press_data(BUDI, message, &back).await;
    assert_eq!(text_of(&desk, BUDI, message), closed);
    assert_eq!(status(&desk, SARI).await, Status::Completed);
    // A question that is left is closed as well.
    desk.ticket(SARI, "Masih mati").await;
    let number = numbers(&desk).await.remove(0);
    desk.press(BUDI, "✅ Selesai").await;
    desk.press(BUDI, "↩️ Belum selesai").await;
    let left = format!("👌 Baik, tiket {number} tetap terbuka.");
    assert_eq!(desk.count(BUDI, &left), 1, "{}", desk.chat_story(BUDI));
    desk.say(BUDI, "/language en").await;
    desk.press(BUDI, "✅ Complete").await;
    let (message, none) = desk.button(BUDI, "✅ No message");
    desk.say(BUDI, "/status").await;
    assert_eq!(text_of(&desk, BUDI, message), format!("👌 All right, ticket {number} stays open."));
    assert_eq!(status(&desk, SARI).await, Status::Assigned);
    desk.press_data(BUDI, message, &none).await;
    let closed = text_of(&desk, BUDI, message);
    assert!(closed.ends_with("is completed, without a closing message."), "{closed}");
}

#[tokio::test]
async fn a_question_that_is_asked_again_moves_down() {
    let desk = with_question().await;
    for _ in 0..2 {
        desk.press(BUDI, "✅ Selesai").await;
        assert_eq!(desk.count(BUDI, "Pesan penutup untuk Sari?"), 1, "{}", desk.chat_story(BUDI));
    }
    // Nobody else reads it.
    desk.agent(CITRA, "Citra").await;
    let (_, back) = desk.button(BUDI, "↩️ Belum selesai");
    desk.press_data(CITRA, desk.last(CITRA).message_id, &back).await;
    assert!(!desk.has(CITRA, "INC") && !desk.has(CITRA, "Sari"), "{}", desk.chat_story(CITRA));
}

#[tokio::test]
async fn a_question_that_is_answered_says_so_although_another_one_begins_before_its_edit() {
    for (language, complete, ask, closed) in [
        ("id", "✅ Selesai", "Pesan penutup untuk Tom?", " selesai."),
        ("en", "✅ Complete", "A closing message for Tom?", " is completed."),
    ] {
        let desk = with_question().await;
        desk.person(TOM, "Tom", "en").await;
        desk.ticket(TOM, "Printer").await;
        desk.say(BUDI, &format!("/language {language}")).await;
        let completion = |part: &str| {
            let card = desk.find(BUDI, part);
            let data = card.button(complete).unwrap_or_else(|| panic!("{}", desk.chat_story(BUDI)));
            (card.message_id, data.to_owned())
        };
        let (first, second) = (completion("Internet mati"), completion("Printer"));
        desk.press_data(BUDI, first.0, &first.1).await;
        let question = desk.last(BUDI).message_id;
        // Telegram delays every edit from now on.
        desk.fault("editMessageText", Some(BUDI), u32::MAX, Fault::TooManyRequests { retry_after: 30 });
        desk.sandbox.send_text(BUDI, "sudah diperbaiki");
        desk.wait_for_message(SARI, "sudah diperbaiki").await;
        desk.until("the completion", async || status(&desk, SARI).await == Status::Completed).await;
        desk.sandbox.press(BUDI, second.0, &second.1);
        desk.wait_for_message(BUDI, ask).await;
        assert!(text_of(&desk, BUDI, question).contains('?'), "its edit waits");
        desk.sandbox.faults().clear();
        desk.deliver_all().await;
        let text = text_of(&desk, BUDI, question);
        assert!(text.starts_with('✅') && text.ends_with(closed), "{text}");
        assert!(!text.contains("tanpa") && !text.contains("without"), "{text}");
    }
}
