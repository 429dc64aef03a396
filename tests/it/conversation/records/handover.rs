//! Hand-over: what the new holder of a ticket gets of its conversation.
use crate::conversation::{BUDI, CITRA, SARI, number, with_agent};
use crate::support::{ADMIN, Desk};
use antri::sandbox::{MediaKind, NewMedia, UserMessage};

/// Sends a text without an answer of the bot in the same chat.
async fn write(desk: &Desk, id: i64, text: &str) {
    desk.sandbox.send_text(id, text);
    desk.settle().await;
}

/// Returns a desk whose first agent has talked with a customer, and the number of the ticket.
async fn with_conversation() -> (Desk, String) {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.say(CITRA, "/online").await;
    desk.ticket(SARI, "Internet mati").await;
    write(&desk, SARI, "Lampu LOS <b>merah</b>").await;
    write(&desk, BUDI, "Baik, kami periksa").await;
    let caption = Some("begini lampunya?".to_owned());
    desk.sandbox.send_media(BUDI, NewMedia { caption, ..NewMedia::new(MediaKind::Photo, *b"bytes") });
    desk.settle().await;
    let number = number(&desk, BUDI);
    (desk, number)
}

#[tokio::test]
async fn the_new_holder_gets_one_summary_after_the_task_card() {
    let (desk, number) = with_conversation().await;
    desk.say(ADMIN, &format!("/reassign {number} Citra")).await;
    let summary = desk.find(CITRA, "Percakapan sejauh ini");
    assert!(summary.text.contains("3 pesan terakhir"), "{}", summary.text);
    let lines: Vec<_> = summary.text.lines().skip(3).collect();
    assert!(
        lines[0].starts_with("👤 Sari · ") && lines[0].ends_with(": Lampu LOS <b>merah</b>"),
        "{lines:?}"
    );
    assert!(lines[1].starts_with("💬 Budi · ") && lines[1].ends_with(": Baik, kami periksa"), "{lines:?}");
    assert!(lines[2].ends_with(": 📎 foto begini lampunya?"), "{lines:?}");
    let card = desk.find(CITRA, "Tiket baru ditambahkan");
    assert!(card.message_id < summary.message_id);
    assert_eq!(desk.count(CITRA, "Percakapan sejauh ini"), 1);
    assert!(desk.has(BUDI, "dialihkan ke Citra"), "{}", desk.chat_story(BUDI));
    let old = desk.find(BUDI, "Lampu LOS").message_id;
    desk.sandbox.send(BUDI, UserMessage::text("sudah menyala?").replying_to(old));
    desk.settle().await;
    assert!(desk.has(BUDI, "sudah tidak Anda pegang") && !desk.has(SARI, "sudah menyala?"));
}

#[tokio::test]
async fn the_media_of_a_summary_are_brought_to_the_holder_only() {
    let (desk, number) = with_conversation().await;
    desk.say(ADMIN, &format!("/reassign {number} Citra")).await;
    let summary = desk.find(CITRA, "Percakapan sejauh ini");
    let data = summary.button("Media").expect("a button").to_owned();
    desk.press_data(CITRA, summary.message_id, &data).await;
    let copied = desk.last(CITRA);
    assert!(copied.media.is_some(), "{copied:?}");
    assert!(copied.text.starts_with("💬 Budi · "), "{}", copied.text);
    let before = desk.sandbox.chat(BUDI).len();
    desk.press_data(BUDI, desk.last(BUDI).message_id, &data).await;
    assert_eq!(desk.sandbox.chat(BUDI).len(), before, "a former holder gets nothing");
    assert!(desk.toast(BUDI).contains("bukan milik Anda"), "{}", desk.toast(BUDI));
}

#[tokio::test]
async fn a_ticket_without_an_earlier_message_has_no_summary() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.say(CITRA, "/online").await;
    desk.ticket(SARI, "Internet mati").await;
    let number = number(&desk, BUDI);
    desk.say(ADMIN, &format!("/reassign {number} Citra")).await;
    assert!(desk.has(CITRA, "Tiket baru ditambahkan"));
    assert!(!desk.has(CITRA, "Percakapan sejauh ini"));
}

#[tokio::test]
async fn messages_that_wait_come_after_the_summary() {
    let (desk, number) = with_conversation().await;
    desk.say(CITRA, "/offline").await;
    desk.say(BUDI, "/offline").await;
    desk.say(ADMIN, &format!("/reassign {number}")).await;
    desk.press(ADMIN, "antrian").await;
    write(&desk, SARI, "masih mati").await;
    desk.say(CITRA, "/online").await;
    let texts: Vec<_> = desk.sandbox.chat(CITRA).into_iter().map(|m| m.text).collect();
    let at = |part: &str| texts.iter().position(|text| text.contains(part)).expect(part);
    assert!(at("Tiket baru") < at("Percakapan sejauh ini"), "{texts:?}");
    assert!(at("Percakapan sejauh ini") < at("masih mati"), "{texts:?}");
    assert!(!desk.find(CITRA, "Percakapan sejauh ini").text.contains("masih mati"));
}

#[tokio::test]
async fn a_reopened_ticket_brings_its_conversation_to_another_agent() {
    let (desk, _) = with_conversation().await;
    desk.press(BUDI, "✅ Selesai").await;
    desk.say(BUDI, "/offline").await;
    desk.press(SARI, "Belum selesai").await;
    let summary = desk.find(CITRA, "Percakapan sejauh ini");
    assert!(summary.text.contains("Baik, kami periksa"), "{}", summary.text);
}
