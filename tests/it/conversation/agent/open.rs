//! Tickets that an agent opens from their queue, and who wrote them.
use crate::conversation::{BUDI, CITRA, SARI, with_agent};
use crate::support::{ADMIN, Desk, data};
use antri::bot::callback::{ButtonAction, Surface};
use antri::sandbox::MediaKind;

/// Returns how many files the agent got.
fn files(desk: &Desk) -> usize {
    desk.sandbox.chat(BUDI).iter().filter(|message| message.media.is_some()).count()
}

/// Opens a ticket with a text of two parts and a photo.
async fn long_ticket(desk: &Desk) {
    desk.say(SARI, &format!("modem rusak {}", "kata ".repeat(700))).await;
    desk.attach(SARI, MediaKind::Photo, Some("lampu merah")).await;
    desk.press(SARI, "Kirim").await;
}

#[tokio::test]
async fn open_in_the_queue_brings_the_ticket_in_every_state() {
    let desk = with_agent().await;
    long_ticket(&desk).await;
    let parts = desk.count(BUDI, "(2/2)");
    assert_eq!((files(&desk), parts), (1, 1));
    for (times, step) in [(2, ""), (3, ""), (4, "Tunda #1"), (5, "Lanjutkan #1")] {
        desk.say(BUDI, "/myqueue").await;
        if !step.is_empty() {
            desk.press(BUDI, step).await;
        }
        desk.press(BUDI, "Buka #1").await;
        assert_eq!((files(&desk), desk.count(BUDI, "(2/2)")), (times, times), "after {step}");
        assert_eq!(desk.count(BUDI, "Pelanggan: Sari (@sari)"), 1, "the earlier card is gone");
        let queue = desk.find(BUDI, "Antrian Tiket Saya");
        assert!(queue.button("Buka #1").is_some(), "an opened row keeps its button");
        let card = desk.find(BUDI, "Pelanggan: Sari (@sari)");
        assert!(card.text.contains("modem rusak") && card.message_id > queue.message_id);
    }
    // The card that was brought works.
    desk.press(BUDI, "✅ Selesai").await;
    assert_eq!(desk.toast(BUDI), "✅ Tiket selesai");
}

#[tokio::test]
async fn a_ticket_of_another_agent_is_not_brought() {
    let desk = with_agent().await;
    desk.ticket(SARI, "rahasia pelanggan").await;
    desk.agent(CITRA, "Citra").await;
    let ticket = desk.app().engine.store().all_held().await.unwrap().remove(0);
    let message = desk.last(CITRA).message_id;
    for surface in [Surface::Task, Surface::MyQueue(0), Surface::Status, Surface::Queue(0)] {
        desk.press_data(CITRA, message, &data(ButtonAction::ShowTask(ticket.id, surface))).await;
        assert!(desk.toast(CITRA).contains("bukan milik Anda"), "{}", desk.toast(CITRA));
        assert!(!desk.has(CITRA, "rahasia"), "{surface:?}");
    }
}

#[tokio::test]
async fn every_list_shows_what_a_ticket_is_about() {
    let desk = with_agent().await;
    let subject = "💬 Internet kantor mati sejak pagi, lampu…";
    desk.ticket(SARI, "Internet kantor mati\nsejak pagi, lampu LOS merah").await;
    for (id, list) in [(BUDI, "/myqueue"), (SARI, "/mytickets")] {
        desk.say(id, list).await;
        assert!(desk.last(id).text.contains(subject), "{}", desk.last(id).text);
    }
    desk.say(ADMIN, "/reassign").await;
    assert!(desk.last(ADMIN).button("Internet kantor mati").is_some());
    desk.say(BUDI, "/busy").await;
    desk.ticket(SARI, "printer <b>rusak</b>").await;
    desk.say(ADMIN, "/queue").await;
    assert!(desk.last(ADMIN).text.contains("💬 printer <b>rusak</b>"), "{}", desk.last(ADMIN).text);
}
