//! The pinned card that says to whom an agent writes.
use crate::conversation::{BUDI, SARI, with_agent};
use crate::support::Desk;

const TONO: i64 = 77;

/// Returns the text of the pinned message.
fn pinned(desk: &Desk, id: i64) -> Option<String> {
    let pinned = desk.sandbox.pinned(id)?;
    Some(desk.sandbox.message(id, pinned).expect("a pinned message").text)
}

/// Returns how often the bot called this method for the chat.
fn calls(desk: &Desk, method: &str, chat: i64) -> usize {
    let requests = desk.sandbox.requests();
    requests.iter().filter(|r| r.method == method && r.params["chat_id"] == chat).count()
}

async fn with_two_tickets() -> Desk {
    let desk = with_agent().await;
    desk.person(TONO, "Tono", "id").await;
    desk.ticket(SARI, "Internet mati").await;
    assert_eq!(pinned(&desk, BUDI), None, "one ticket needs no card");
    desk.ticket(TONO, "Telepon mati").await;
    desk.press(BUDI, "▶️ Buka").await;
    desk
}

#[tokio::test]
async fn the_second_ticket_brings_a_pinned_card_that_follows_the_focus() {
    let desk = with_two_tickets().await;
    assert!(pinned(&desk, BUDI).expect("a pinned card").contains("menulis ke Tono"));
    desk.press(BUDI, "Sari · ").await;
    assert_eq!(desk.toast(BUDI), "Sekarang Anda menulis ke Sari");
    desk.press(BUDI, "Tono · ").await;
    assert!(pinned(&desk, BUDI).unwrap().contains("menulis ke Tono"));
    let card = desk.sandbox.message(BUDI, desk.sandbox.pinned(BUDI).unwrap()).unwrap();
    assert_eq!(card.keyboard.len(), 1, "{:?}", card.keyboard);
    desk.sandbox.send_text(BUDI, "Halo Tono");
    desk.settle().await;
    assert!(desk.has(TONO, "Halo Tono") && !desk.has(SARI, "Halo Tono"));
    assert_eq!(calls(&desk, "pinChatMessage", BUDI), 1);
}

#[tokio::test]
async fn the_card_costs_no_call_when_nothing_changed() {
    let desk = with_two_tickets().await;
    let before = desk.sandbox.requests().len();
    desk.sandbox.send_text(BUDI, "Halo Tono");
    desk.settle().await;
    let card = desk.sandbox.pinned(BUDI).unwrap();
    let edits = desk.sandbox.requests()[before..].iter().filter(|r| r.params["message_id"] == card).count();
    assert_eq!(edits, 0, "the agent writes to the ticket in focus");
}

#[tokio::test]
async fn the_card_goes_with_the_last_ticket() {
    let desk = with_two_tickets().await;
    desk.press(BUDI, "✅ Selesai").await;
    assert!(pinned(&desk, BUDI).unwrap().contains("menulis ke Sari"), "{:?}", pinned(&desk, BUDI));
    desk.press(BUDI, "✅ Selesai").await;
    assert_eq!(pinned(&desk, BUDI), None);
    assert!(!desk.has(BUDI, "menulis ke Sari"));
}

#[tokio::test]
async fn a_card_too_old_to_be_deleted_is_unpinned() {
    let desk = with_two_tickets().await;
    desk.clock.advance(chrono::TimeDelta::hours(49));
    desk.press(BUDI, "✅ Selesai").await;
    desk.press(BUDI, "✅ Selesai").await;
    assert_eq!(pinned(&desk, BUDI), None);
    assert_eq!(calls(&desk, "unpinChatMessage", BUDI), 1);
}
