//! The card of a ticket: one message that tells its customer what becomes of it.
use crate::conversation::{BUDI, SARI, TOM, with_agent, with_customer};
use crate::support::{Desk, StoreFault};
use antri::domain::card::CardKey;
use antri::domain::ids::ChatId;
use antri::domain::notice::Outgoing;
use antri::domain::ticket::Status;
use antri::sandbox::{Fault, RecordedRequest};

/// Sends a text without an answer of the bot in the same chat.
async fn write(desk: &Desk, id: i64, text: &str) {
    desk.sandbox.send_text(id, text);
    desk.settle().await;
}

#[tokio::test]
async fn one_card_tells_the_customer_of_a_ticket_that_need_not_wait() {
    let desk = with_agent().await;
    desk.say(SARI, "printer rusak").await;
    let (preview, _) = desk.button(SARI, "Kirim");
    desk.press(SARI, "Kirim").await;
    let card = desk.shown(SARI, preview);
    assert!(card.contains("sekarang ditangani oleh Agen 1") && card.contains("INC"), "{card}");
    assert_eq!(desk.last(SARI).message_id, preview, "{}", desk.transcript(SARI));
    desk.press(BUDI, "Buka").await;
    assert_eq!(desk.shown(SARI, preview), card, "the agent is named already");
    desk.press(BUDI, "Selesai").await;
    let completed = desk.find(SARI, "sudah selesai. Terima kasih!");
    assert!(completed.message_id > preview, "the end is a new message: {}", desk.transcript(SARI));
    assert_eq!(desk.shown(SARI, preview), card, "nobody looks at the card above any more");
}

#[tokio::test]
async fn a_customer_who_waited_gets_a_new_message_when_an_agent_takes_the_ticket() {
    let desk = with_customer().await;
    desk.ticket(SARI, "printer rusak").await;
    let waiting = desk.find(SARI, "Posisi antrian: #1").message_id;
    desk.agent(BUDI, "Budi").await;
    desk.say(BUDI, "/online").await;
    let assigned = desk.find(SARI, "sekarang ditangani oleh Agen 1").message_id;
    assert!(assigned > waiting, "{}", desk.transcript(SARI));
    assert!(
        !desk.has(SARI, "Posisi antrian"),
        "the card with the position is gone: {}",
        desk.transcript(SARI)
    );
}

#[tokio::test]
async fn a_refresh_that_shows_an_assignment_takes_no_place_of_its_notice() {
    let desk = with_customer().await;
    desk.ticket(SARI, "printer rusak").await;
    let waiting = desk.find(SARI, "Posisi antrian: #1").message_id;
    desk.agent(BUDI, "Budi").await;
    let app = desk.app();
    let store = app.engine.store();
    let departments: Vec<_> = store.departments().await.unwrap().into_iter().map(|d| d.id).collect();
    let ticket = store.queue_page(&departments, 0, 1).await.unwrap().remove(0).id;
    // The refresh is claimed while the ticket waits, and composed when it is assigned.
    desk.faults.inject_next("live_card", 1, StoreFault::Waits);
    let refresh = Outgoing::refresh(ChatId(SARI), CardKey::Status(ticket));
    store.enqueue(vec![refresh], desk.now()).await.unwrap();
    app.engine.wake_outbox();
    desk.faults.call_held().await;
    desk.sandbox.send_text(BUDI, "/online");
    let is_assigned = async || store.ticket(ticket).await.unwrap().unwrap().status() == Status::Assigned;
    desk.until("the assignment", is_assigned).await;
    desk.faults.release_calls();
    desk.settle().await;
    let assigned = desk.find(SARI, "sekarang ditangani oleh Agen 1").message_id;
    assert!(assigned > waiting, "{}", desk.transcript(SARI));
    assert_eq!(desk.count(SARI, "printer rusak"), 1, "one card: {}", desk.transcript(SARI));
}

#[tokio::test]
async fn a_card_that_a_conversation_moved_out_of_sight_is_sent_anew() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    let card = desk.find(SARI, "sekarang ditangani").message_id;
    desk.press(BUDI, "Buka").await;
    for n in 1..=4 {
        write(&desk, SARI, &format!("kabar {n}")).await;
    }
    desk.press(BUDI, "Tunda").await;
    assert!(
        desk.shown(SARI, card).contains("ditunda sementara"),
        "it is still in sight: {}",
        desk.transcript(SARI)
    );
    desk.press(BUDI, "Lanjutkan").await;
    write(&desk, SARI, "kabar 5").await;
    let before = desk.shown(SARI, card);
    desk.press(BUDI, "Tunda").await;
    assert!(desk.find(SARI, "ditunda sementara").message_id > card, "{}", desk.transcript(SARI));
    assert_eq!(desk.shown(SARI, card), before, "nobody sees it");
    // From now on that message is the card.
    let messages = desk.sandbox.chat(SARI).len();
    desk.press(BUDI, "Lanjutkan").await;
    assert!(!desk.has(SARI, "ditunda sementara"), "{}", desk.transcript(SARI));
    assert_eq!(desk.sandbox.chat(SARI).len(), messages);
}

#[tokio::test]
async fn a_preview_that_cannot_be_edited_is_followed_by_the_card() {
    let desk = with_customer().await;
    desk.say(SARI, "printer rusak").await;
    let preview = desk.button(SARI, "Kirim").0;
    let gone = Fault::BadRequest("message to edit not found".into());
    desk.fault("editMessageText", Some(SARI), 1, gone);
    desk.press(SARI, "Kirim").await;
    let card = desk.find(SARI, "Posisi antrian: #1").message_id;
    assert!(card > preview, "{}", desk.transcript(SARI));
    // It is the live card.
    desk.press(SARI, "Batal").await;
    desk.press(SARI, "Ya, batalkan").await;
    assert!(desk.shown(SARI, card).contains("sudah dibatalkan"), "{}", desk.transcript(SARI));
}

#[tokio::test]
async fn a_card_that_cannot_be_deleted_loses_its_button_and_its_position() {
    let desk = with_customer().await;
    desk.ticket(SARI, "printer rusak").await;
    let waiting = desk.find(SARI, "Posisi antrian: #1").message_id;
    desk.agent(BUDI, "Budi").await;
    let old = Fault::BadRequest("message can't be deleted for everyone".into());
    desk.fault("deleteMessage", Some(SARI), 1, old);
    desk.say(BUDI, "/online").await;
    let shown = desk.shown(SARI, waiting);
    assert!(shown.trim_end().ends_with("⬇️ Lanjut di bawah.") && !shown.contains('['), "{shown}");
    assert!(desk.find(SARI, "sekarang ditangani oleh Agen 1").message_id > waiting);
}

#[tokio::test]
async fn a_notice_whose_state_has_passed_is_left_out() {
    let desk = with_customer().await;
    desk.ticket(SARI, "printer rusak").await;
    desk.agent(BUDI, "Budi").await;
    // The customer's chat waits, and the agent is fast.
    desk.fault("deleteMessage", Some(SARI), 1, Fault::ServerError(502));
    desk.sandbox.send_text(BUDI, "/online");
    desk.wait_for_message(BUDI, "Tiket baru ditambahkan").await;
    let (message, complete) = desk.button(BUDI, "Selesai");
    desk.sandbox.press(BUDI, message, &complete);
    desk.until("the completion", async || desk.shown(BUDI, message).contains("sudah selesai")).await;
    desk.deliver_all().await;
    assert_eq!(desk.count(SARI, "sudah selesai. Terima kasih!"), 1, "{}", desk.transcript(SARI));
    // A refresh may have edited the old card in the meantime, which notifies nobody.
    let sent = desk.calls("sendMessage", SARI);
    let is_told =
        |call: &RecordedRequest| call.params["text"].as_str().unwrap().contains("sekarang ditangani");
    assert!(!sent.iter().any(is_told), "{}", desk.transcript(SARI));
    assert!(!desk.has(SARI, "Posisi antrian"), "{}", desk.transcript(SARI));
}

#[tokio::test]
async fn the_position_is_updated_in_one_message() {
    let desk = with_customer().await;
    desk.person(TOM, "Tom", "en").await;
    desk.ticket(TOM, "printer broken").await;
    desk.ticket(SARI, "internet mati").await;
    let card = desk.find(SARI, "Posisi antrian: #2").message_id;
    let messages = desk.sandbox.chat(SARI).len();
    desk.press(TOM, "Cancel").await;
    desk.press(TOM, "Yes, cancel").await;
    assert_eq!(desk.find(SARI, "Posisi antrian: #1").message_id, card);
    assert_eq!(desk.sandbox.chat(SARI).len(), messages, "no new message was sent");
}

/// Returns the positions that this person was shown, in order.
fn shown_positions(desk: &crate::support::Desk, id: i64) -> Vec<String> {
    let is_recipient =
        |params: &serde_json::Value| params["chat_id"].to_string().trim_matches('"') == id.to_string();
    let requests = desk.sandbox.requests();
    let shown = requests.iter().filter(|r| r.method == "sendMessage" || r.method == "editMessageText");
    let position = |text: &str| {
        let (_, position) = text.split_once("Posisi antrian: #")?;
        Some(position.chars().take_while(char::is_ascii_digit).collect())
    };
    shown.filter(|r| is_recipient(&r.params)).filter_map(|r| position(r.params["text"].as_str()?)).collect()
}

#[tokio::test]
async fn the_card_has_the_exact_position_at_first_at_any_queue_length() {
    let desk = with_customer().await;
    let mut waiting = 0;
    for customer in [SARI, 3, 4] {
        desk.person(customer, "Ayu", "id").await;
        let mut expected = Vec::new();
        for n in 1..=8 {
            desk.ticket(customer, &format!("kendala {n}")).await;
            waiting += 1;
            expected.push(waiting.to_string());
        }
        assert_eq!(shown_positions(&desk, customer), expected);
    }
}

#[tokio::test]
async fn a_card_is_edited_when_its_ticket_has_come_half_of_the_way() {
    let desk = with_customer().await;
    for customer in [SARI, 3] {
        desk.person(customer, "Ayu", "id").await;
        for n in 1..=4 {
            desk.ticket(customer, &format!("kendala {n}")).await;
        }
    }
    desk.person(TOM, "Tom", "id").await;
    desk.ticket(TOM, "printer rusak").await;
    for customer in [SARI, 3] {
        for _ in 1..=4 {
            desk.press(customer, "Batal").await;
            desk.press(customer, "Ya, batalkan").await;
        }
    }
    desk.deliver_all().await;
    assert_eq!(shown_positions(&desk, TOM), ["9", "4", "2", "1"]);
    assert!(desk.last(TOM).text.contains("Giliran Anda berikutnya!"), "{}", desk.transcript(TOM));
}
