//! Groups, channels and anonymous admins; and updates that are no messages.
use super::{SARI, numbers, with_customer};
use crate::support::{ADMIN, Desk};
use serde_json::json;

const GROUP: i64 = -1_001_234;

/// Returns the texts of the bot's messages in the group.
fn bot_texts(desk: &Desk) -> Vec<String> {
    let chat = desk.sandbox.chat(GROUP);
    chat.into_iter().filter(|m| m.from == antri::sandbox::Side::Bot).map(|m| m.text).collect()
}

#[tokio::test]
async fn a_command_in_a_group_leads_to_the_private_chat() {
    let desk = with_customer().await;
    desk.sandbox.send_in_group(GROUP, Some(SARI), "/new printer rusak");
    desk.settle().await;
    assert_eq!(bot_texts(&desk), ["Mari lanjutkan lewat obrolan pribadi: https://t.me/antri_test_bot"]);
    assert!(numbers(&desk).await.is_empty());
}

#[tokio::test]
async fn an_admin_command_in_a_group_is_not_run() {
    let desk = with_customer().await;
    for from in [Some(ADMIN), None] {
        desk.sandbox.send_in_group(GROUP, from, "/department Teknik");
        desk.settle().await;
    }
    assert_eq!(bot_texts(&desk).len(), 2, "an anonymous admin gets the same answer");
    desk.say(ADMIN, "/department").await;
    assert!(desk.last(ADMIN).button("Teknik").is_none());
}

#[tokio::test]
async fn plain_messages_in_a_group_are_ignored() {
    let desk = with_customer().await;
    for talk in ["halo semua", "/start@other_bot"] {
        desk.sandbox.send_in_group(GROUP, Some(SARI), talk);
    }
    desk.settle().await;
    assert!(bot_texts(&desk).is_empty());
}

#[tokio::test]
async fn an_unknown_command_in_a_group_is_answered_only_with_the_bot_name() {
    let desk = with_customer().await;
    for talk in ["/bogus", "/bogus halo @antri_test_bot", "/bogus@other_bot"] {
        desk.sandbox.send_in_group(GROUP, Some(SARI), talk);
        desk.settle().await;
        assert!(bot_texts(&desk).is_empty(), "{talk}");
    }
    desk.sandbox.send_in_group(GROUP, Some(SARI), "/bogus@Antri_test_bot halo");
    desk.settle().await;
    assert_eq!(bot_texts(&desk).len(), 1);
}

#[tokio::test]
async fn channel_posts_edits_and_unknown_updates_are_ignored() {
    let desk = with_customer().await;
    desk.say(SARI, "printer rusak").await;
    let before = desk.chat_story(SARI);
    let sari = json!({"id": SARI, "is_bot": false, "first_name": "Sari", "language_code": "id"});
    let chat = json!({"id": SARI, "type": "private", "first_name": "Sari"});
    let channel = json!({"id": GROUP, "type": "channel", "title": "Kabar"});
    for update in [
        json!({"channel_post": {"message_id": 1, "date": 1_764_831_173, "chat": channel,
            "sender_chat": channel, "text": "/workload"}}),
        json!({"edited_message": {"message_id": 1, "date": 1_764_831_173, "edit_date": 1_764_831_174,
            "chat": chat, "from": sari, "text": "scanner rusak"}}),
        json!({"something_new": {"id": 1}}),
    ] {
        desk.sandbox.deliver_raw(update);
        desk.settle().await;
    }
    assert_eq!(desk.chat_story(SARI), before);
    desk.press(SARI, "Kirim").await;
    desk.find(SARI, "printer rusak");
}
