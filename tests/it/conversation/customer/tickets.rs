//! The ticket list of a customer: states, positions and cancellation.
use crate::conversation::{BUDI, SARI, TOM, five_tickets, numbers, with_agent, with_customer};
use crate::support::Desk;
use chrono::TimeDelta;

#[tokio::test]
async fn mytickets_shows_number_state_and_position() {
    let desk = with_agent().await;
    desk.say(SARI, "/mytickets").await;
    assert!(desk.last(SARI).text.contains("belum punya tiket"));
    desk.ticket(SARI, "satu").await;
    desk.press(BUDI, "Buka").await;
    desk.say(BUDI, "/busy").await;
    desk.ticket(SARI, "dua").await;
    desk.say(SARI, "/mytickets").await;
    let list = desk.last(SARI);
    assert!(list.text.contains("🔵 Sedang dikerjakan") && list.text.contains("Posisi antrian: #1"));
    assert!(list.button("Batal 1").is_none(), "a ticket in progress cannot be cancelled");
    assert!(list.button("Batal 2").is_some());
}

#[tokio::test]
async fn a_waiting_ticket_can_be_cancelled_from_its_card_and_from_the_list() {
    let desk = with_customer().await;
    desk.ticket(SARI, "satu").await;
    desk.ticket(SARI, "dua").await;
    desk.press(SARI, "Batal").await;
    desk.press(SARI, "Ya, batalkan").await;
    assert_eq!(desk.toast(SARI), "✖️ Tiket dibatalkan");
    desk.say(SARI, "/mytickets").await;
    desk.press(SARI, "Batal 1").await;
    desk.press(SARI, "Ya, batalkan").await;
    assert!(desk.last(SARI).text.contains("sudah dibatalkan") || desk.last(SARI).text.contains("Dibatalkan"));
    assert!(numbers(&desk).await.is_empty());
}

/// Cancels the customer's newest ticket from its card.
async fn cancel(desk: &Desk) {
    desk.press(SARI, "Batal").await;
    desk.press(SARI, "Ya, batalkan").await;
}

#[tokio::test]
async fn a_cancellation_is_undone_within_a_minute_with_the_old_place() {
    let desk = with_customer().await;
    desk.ticket(SARI, "satu").await;
    desk.person(TOM, "Tom", "en").await;
    desk.ticket(TOM, "the second").await;
    let before = numbers(&desk).await;
    cancel(&desk).await;
    assert_eq!(numbers(&desk).await, before[1..]);
    let (message, undo) = desk.button(SARI, "Urungkan");
    desk.pass(TimeDelta::seconds(59)).await;
    desk.press_data(SARI, message, &undo).await;
    assert_eq!(desk.toast(SARI), "↩️ Tiket dipulihkan");
    assert_eq!(numbers(&desk).await, before);
    let told = desk.shown(SARI, message);
    assert!(told.contains(&before[0]) && told.contains("Posisi antrian: #1"), "{told}");
    assert!(desk.find(SARI, "Posisi antrian: #1").button("Batal").is_some(), "{}", desk.transcript(SARI));
    // A second press changes nothing, whatever became of the ticket.
    desk.press_data(SARI, message, &undo).await;
    assert_eq!((desk.toast(SARI), numbers(&desk).await), ("↩️ Tiket dipulihkan".to_owned(), before.clone()));
    // The ticket goes on as any other, and can be cancelled again.
    desk.press(SARI, "Batal").await;
    desk.press(SARI, "Ya, batalkan").await;
    assert_eq!(numbers(&desk).await, before[1..]);
}

#[tokio::test]
async fn a_cancellation_is_final_after_a_minute() {
    let desk = with_customer().await;
    desk.ticket(SARI, "satu").await;
    cancel(&desk).await;
    let (message, undo) = desk.button(SARI, "Urungkan");
    desk.pass(TimeDelta::seconds(60)).await;
    desk.press_data(SARI, message, &undo).await;
    assert!(desk.toast(SARI).contains("satu menit"), "{}", desk.toast(SARI));
    assert!(numbers(&desk).await.is_empty());
    assert!(desk.shown(SARI, message).contains("sudah dibatalkan"), "{}", desk.shown(SARI, message));
    assert!(desk.last(SARI).button("Urungkan").is_none());
}

#[tokio::test]
async fn an_undone_cancellation_brings_the_ticket_to_an_agent_again() {
    let desk = with_agent().await;
    desk.ticket(SARI, "satu").await;
    assert!(desk.last(SARI).button("Batal").is_none(), "{}", desk.transcript(SARI));
    desk.say(SARI, "/mytickets").await;
    cancel(&desk).await;
    assert_eq!(desk.count(BUDI, "dibatalkan oleh pelanggan dan sudah keluar"), 1);
    desk.press(SARI, "Urungkan").await;
    // The card of the first assignment says that it was cancelled.
    assert_eq!(desk.count(BUDI, "Tiket baru ditambahkan"), 1, "{}", desk.transcript(BUDI));
    desk.press(BUDI, "Buka").await;
    desk.find(SARI, "sekarang ditangani oleh Agen 1");
}

#[tokio::test]
async fn only_the_customer_undoes_a_cancellation_and_only_within_their_limit() {
    let desk = with_customer().await;
    desk.person(TOM, "Tom", "id").await;
    desk.ticket(SARI, "satu").await;
    cancel(&desk).await;
    let (message, undo) = desk.button(SARI, "Urungkan");
    desk.press_data(TOM, message, &undo).await;
    assert!(numbers(&desk).await.is_empty());
    for n in 0..10 {
        desk.ticket(SARI, &format!("kendala {n}")).await;
    }
    desk.press_data(SARI, message, &undo).await;
    assert!(desk.toast(SARI).contains("10 tiket yang belum selesai"), "{}", desk.toast(SARI));
    assert_eq!(numbers(&desk).await.len(), 10);
}

#[tokio::test]
async fn cancelling_an_assigned_ticket_notifies_the_agent_and_refills_the_slot() {
    let desk = with_agent().await;
    five_tickets(&desk).await;
    desk.person(TOM, "Tom", "en").await;
    desk.ticket(TOM, "the sixth").await;
    assert!(!desk.has(BUDI, "the sixth"));
    desk.say(SARI, "/mytickets").await;
    desk.press(SARI, "Batal 1").await;
    desk.press(SARI, "Ya, batalkan").await;
    assert_eq!(desk.count(BUDI, "dibatalkan oleh pelanggan dan sudah keluar"), 1);
    let refill = desk.find(BUDI, "the sixth").text;
    assert!(refill.contains("Posisi antrian: #5") && refill.contains("5/5"), "{refill}");
    desk.find(TOM, "is now with Agent 1");
}

#[tokio::test]
async fn a_ticket_in_progress_cannot_be_cancelled() {
    let desk = with_agent().await;
    desk.ticket(SARI, "satu").await;
    desk.say(SARI, "/mytickets").await;
    let (message, cancel) = desk.button(SARI, "Batal 1");
    desk.press(BUDI, "Buka").await;
    desk.press_data(SARI, message, &cancel).await;
    assert!(desk.toast(SARI).contains("🔵 Sedang dikerjakan"), "{}", desk.toast(SARI));
    assert_eq!(numbers(&desk).await.len(), 1);
}

#[tokio::test]
async fn a_refused_cancel_names_the_state_as_the_card_does() {
    let desk = with_customer().await;
    desk.agent(BUDI, "Budi").await;
    desk.ticket(SARI, "satu").await;
    desk.say(SARI, "/mytickets").await;
    let (message, cancel) = desk.button(SARI, "Batal 1");
    desk.say(BUDI, "/online").await;
    desk.press_data(SARI, message, &cancel).await;
    let state = "🟡 Diterima agen, segera dikerjakan";
    assert!(desk.toast(SARI).contains(state), "{}", desk.toast(SARI));
    assert!(desk.shown(SARI, message).contains(state), "{}", desk.shown(SARI, message));
}

#[tokio::test]
async fn more_than_eight_tickets_come_in_pages() {
    let desk = with_customer().await;
    for n in 1..=9 {
        desk.ticket(SARI, &format!("kendala {n}")).await;
    }
    desk.say(SARI, "/mytickets").await;
    assert!(desk.last(SARI).button("1/2").is_some());
    desk.press(SARI, "▶️").await;
    assert!(desk.last(SARI).text.contains("9. INC"));
    desk.press(SARI, "Batal 9").await;
    desk.press(SARI, "Ya, batalkan").await;
    assert!(desk.last(SARI).button("Batal 9").is_none(), "{}", desk.chat_story(SARI));
    desk.press(SARI, "Segarkan").await;
}

#[tokio::test]
async fn cancelling_a_ticket_is_asked_once_and_can_be_declined() {
    let desk = with_customer().await;
    desk.ticket(SARI, "satu").await;
    desk.say(SARI, "/mytickets").await;
    for (button, shown) in [("✖️ Batal 1", "🎫 Tiket Anda"), ("✖️ Batal", "terima kasih")] {
        if shown == "terima kasih" {
            desk.ticket(SARI, "dua").await;
        }
        let (message, _) = desk.button(SARI, button);
        let before = desk.shown(SARI, message);
        desk.press(SARI, button).await;
        assert!(desk.shown(SARI, message).contains("Batalkan tiket INC"), "{}", desk.shown(SARI, message));
        desk.press(SARI, "Kembali").await;
        assert_eq!(desk.shown(SARI, message), before);
    }
    assert_eq!(numbers(&desk).await.len(), 2);
}
