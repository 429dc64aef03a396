//! Edits by the customer, before and after the ticket is sent.
use super::{ANI, BUDI, desk};
use antri::sandbox::{MediaKind, NewMedia, UserMessage};
use serde_json::json;

#[tokio::test]
async fn each_message_of_a_draft_can_be_edited() {
    let desk = desk().await;
    let ids: Vec<_> = ["satu", "dua", "tiga"].map(|text| desk.sandbox.send_text(ANI, text)).into();
    desk.settle().await;
    let cards = desk.count(ANI, "siap dikirim");
    desk.sandbox.edit(ANI, ids[1], "DUA");
    desk.settle().await;
    assert!(desk.last(ANI).text.contains("satu\nDUA\ntiga"), "{}", desk.transcript(ANI));
    assert_eq!(desk.count(ANI, "siap dikirim"), cards, "the card is edited, not sent anew");
    desk.press(ANI, "✅ Kirim").await;
    desk.find(BUDI, "satu\nDUA\ntiga");
}

#[tokio::test]
async fn an_edited_command_and_an_edited_caption_change_the_draft() {
    let desk = desk().await;
    let command = desk.sandbox.send_text(ANI, "/new printer");
    let photo = desk.sandbox.send_media(
        ANI,
        NewMedia { caption: Some("layar".into()), ..NewMedia::new(MediaKind::Photo, *b"x") },
    );
    desk.settle().await;
    desk.sandbox.edit(ANI, command, "/new mesin cetak");
    desk.sandbox.edit(ANI, photo, "monitor");
    desk.settle().await;
    let preview = desk.last(ANI).text;
    assert!(preview.contains("mesin cetak\nmonitor") && preview.contains("1 berkas"), "{preview}");
    assert!(!preview.contains("/new"), "{preview}");
}

#[tokio::test]
async fn an_edit_after_sending_gets_a_hint_and_changes_nothing() {
    let desk = desk().await;
    let message = desk.sandbox.send(ANI, UserMessage::text("jl Mawar 8"));
    desk.settle().await;
    desk.press(ANI, "✅ Kirim").await;
    let before = desk.count(ANI, "");
    // Telegram also reports edits that change no word, such as a link preview that was added.
    desk.sandbox.edit(ANI, message, "jl Mawar 8");
    desk.settle().await;
    assert_eq!(desk.count(ANI, ""), before, "{}", desk.transcript(ANI));
    desk.sandbox.edit(ANI, message, "jl Mawar 9");
    desk.settle().await;
    assert_eq!(desk.count(ANI, "perubahan pada pesan itu tidak ikut masuk"), 1, "{}", desk.transcript(ANI));
    assert_eq!(desk.count(ANI, ""), before + 1);
    assert!(!desk.has(BUDI, "Mawar 9"));
}

#[tokio::test]
async fn edits_of_other_messages_are_met_with_silence() {
    let desk = desk().await;
    let command = desk.sandbox.send_text(ANI, "/help");
    desk.settle().await;
    let before = desk.count(ANI, "");
    desk.sandbox.edit(ANI, command, "/mytickets");
    desk.sandbox.deliver_raw(json!({"edited_message": {"message_id": 4_000, "date": 1, "edit_date": 2,
        "chat": {"id": ANI, "type": "private"}, "from": {"id": ANI}, "pinned_message": {}}}));
    desk.settle().await;
    assert_eq!(desk.count(ANI, ""), before, "{}", desk.transcript(ANI));
}

#[tokio::test]
async fn a_moving_location_updates_the_draft_and_is_silent_afterwards() {
    let desk = desk().await;
    let location = |kind: &str, latitude: f64| {
        json!({kind: {"message_id": 5_000, "date": 1, "edit_date": 2, "chat": {"id": ANI, "type": "private"},
            "from": {"id": ANI, "first_name": "Ani"},
            "location": {"latitude": latitude, "longitude": 106.5, "live_period": 60}}})
    };
    desk.sandbox.deliver_raw(location("message", -6.5));
    desk.settle().await;
    desk.sandbox.deliver_raw(location("edited_message", -6.25));
    desk.settle().await;
    assert!(desk.last(ANI).text.contains("📍 -6.25, 106.5"), "{}", desk.transcript(ANI));
    desk.press(ANI, "✅ Kirim").await;
    let before = desk.count(ANI, "");
    desk.sandbox.deliver_raw(location("edited_message", -6.75));
    desk.settle().await;
    assert_eq!(desk.count(ANI, ""), before, "{}", desk.transcript(ANI));
}
