//! `/forget`: a customer's data are exported or erased.
use crate::conversation::{BUDI, SARI, TOM, number, numbers, with_agent};
use crate::support::{ADMIN, Desk, data};
use antri::bot::callback::{ButtonAction, RecordAction};
use antri::domain::ticket::conversation::MessageContent;
use antri::sandbox::{MediaKind, NewMedia};

async fn write(desk: &Desk, id: i64, text: &str) {
    desk.sandbox.send_text(id, text);
    desk.settle().await;
}

/// Returns a desk with a ticket that has a conversation.
async fn with_conversation() -> Desk {
    let desk = with_agent().await;
    desk.ticket(SARI, "Internet mati di rumah").await;
    write(&desk, SARI, "alamat saya Jalan Melati").await;
    desk.sandbox.send_media(SARI, NewMedia::new(MediaKind::Photo, *b"bytes"));
    desk.settle().await;
    write(&desk, BUDI, "Baik, Bu Sari").await;
    write(&desk, BUDI, "// pelanggan cerewet").await;
    desk
}

#[tokio::test]
async fn a_customer_exports_their_data_without_the_notes() {
    let desk = with_conversation().await;
    desk.say(SARI, "/forget").await;
    desk.press(SARI, "Ekspor").await;
    let media = desk.last(SARI).media.expect("a document");
    let json = String::from_utf8(desk.sandbox.file(&media.file_id).unwrap()).unwrap();
    let data: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(data["person"]["name"], "Sari");
    assert_eq!(data["tickets"][0]["description"], "Internet mati di rumah");
    assert_eq!(data["tickets"][0]["messages"][0]["text"], "alamat saya Jalan Melati");
    assert!(json.contains("Baik, Bu Sari") && !json.contains("cerewet"), "{json}");
}

#[tokio::test]
async fn open_tickets_are_finished_before_the_data_are_erased() {
    let desk = with_conversation().await;
    let number = number(&desk, BUDI);
    desk.say(SARI, "/forget").await;
    desk.press(SARI, "🗑 Hapus").await;
    assert!(desk.has(SARI, "Masih ada 1 tiket terbuka"), "{}", desk.chat_story(SARI));
    desk.press(SARI, "Segarkan").await;
    assert_eq!(desk.toast(SARI), "Masih ada 1 tiket terbuka.");
    desk.press(BUDI, "Selesai").await;
    desk.press(SARI, "Segarkan").await;
    desk.press(SARI, "Ya, hapus semua").await;
    assert!(desk.has(SARI, "1 tiket sudah dikosongkan"), "{}", desk.chat_story(SARI));

    let app = desk.app();
    let store = app.engine.store();
    let sari = store.person_by_telegram(antri::domain::ids::TelegramId(SARI)).await.unwrap().unwrap();
    assert_eq!((sari.name.as_str(), sari.username), ("–", None));
    let ticket = store.tickets_of(sari.id, 9).await.unwrap().remove(0);
    assert_eq!(ticket.number.to_string(), number);
    assert!(ticket.description.is_empty());
    let messages = store.conversation(ticket.id, None, 99).await.unwrap();
    assert_eq!(messages.len(), 4, "the messages are counted still");
    assert!(messages.iter().all(|message| message.content == MessageContent::default()), "{messages:?}");
    for words in ["melati", "rumah", "sari"] {
        desk.say(ADMIN, &format!("/search {words}")).await;
        assert!(desk.last(ADMIN).text.contains("Tidak ada hasil"), "{}", desk.last(ADMIN).text);
    }
    desk.say(ADMIN, &format!("/search {number}")).await;
    assert!(desk.last(ADMIN).text.contains(&number));
}

#[tokio::test]
async fn admins_erase_for_a_customer_and_nobody_else_does() {
    let desk = with_conversation().await;
    desk.press(BUDI, "Selesai").await;
    desk.say(ADMIN, "/forget @sari").await;
    let question = desk.last(ADMIN);
    let data = question.button("Hapus").unwrap().to_owned();
    desk.press_data(BUDI, desk.last(BUDI).message_id, &data).await;
    assert!(!desk.has(BUDI, "Hapus semuanya"));
    desk.press(ADMIN, "🗑 Hapus").await;
    desk.press(ADMIN, "Ya, hapus semua").await;
    assert!(desk.has(ADMIN, "Data sudah dihapus"));
    desk.say(BUDI, "/forget").await;
    assert!(desk.last(BUDI).text.contains("untuk pelanggan"), "{}", desk.last(BUDI).text);
}

#[tokio::test]
async fn the_cancellation_of_the_open_tickets_leads_to_the_erasure() {
    for (language, open, yes, no, sure, erased) in [
        ("id", "tiket terbuka", "Ya, batalkan", "Kembali", "Hapus semuanya?", "Data sudah dihapus"),
        ("en", "still open", "Yes, cancel", "Back", "Delete everything?", "The data are deleted"),
    ] {
        let desk = with_agent().await;
        desk.say(BUDI, "/offline").await;
        desk.person(TOM, "Tom", language).await;
        desk.ticket(TOM, "satu").await;
        desk.ticket(TOM, "dua").await;
        let numbers = numbers(&desk).await;
        desk.say(TOM, "/forget").await;
        desk.press(TOM, "🗑").await;
        let card = desk.last(TOM).message_id;
        for number in &numbers {
            let shown = desk.shown(TOM, card);
            assert!(shown.contains(open) && !shown.contains('🗑'), "{shown}");
            let (_, cancel) = desk.button(TOM, &format!("✖️ {number}"));
            desk.press_data(TOM, card, &cancel).await;
            assert!(desk.shown(TOM, card).contains(number.as_str()), "{}", desk.shown(TOM, card));
            desk.press(TOM, no).await;
            assert!(desk.shown(TOM, card).contains(open), "{}", desk.shown(TOM, card));
            desk.press_data(TOM, card, &cancel).await;
            desk.press(TOM, yes).await;
        }
        assert!(desk.shown(TOM, card).contains(sure), "{}", desk.chat_story(TOM));
        desk.press(TOM, "🗑").await;
        assert!(desk.has(TOM, erased), "{}", desk.chat_story(TOM));
    }
}

#[tokio::test]
async fn a_ticket_of_somebody_else_is_not_cancelled_from_the_card() {
    let desk = with_agent().await;
    desk.ticket(SARI, "satu").await;
    let ticket = desk.app().engine.store().all_held().await.unwrap().remove(0);
    desk.person(TOM, "Tom", "en").await;
    let message = desk.last(TOM).message_id;
    for action in [
        RecordAction::ForgetCancel(ticket.id, ticket.version),
        RecordAction::ForgetCancelConfirmed(ticket.id, ticket.version),
    ] {
        desk.press_data(TOM, message, &data(ButtonAction::Record(action))).await;
    }
    assert_eq!(numbers(&desk).await.len(), 1);
    assert!(!desk.has(TOM, ticket.number.as_str()), "{}", desk.chat_story(TOM));
}
