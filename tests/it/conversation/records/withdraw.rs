//! `/withdraw`: what an agent takes back, and the "typing" status.
use crate::conversation::{BUDI, SARI, with_agent};
use crate::support::Desk;
use antri::sandbox::UserMessage;
use chrono::TimeDelta;

/// Sends a text without an answer of the bot in the same chat; returns its id.
async fn write(desk: &Desk, id: i64, text: &str) -> i64 {
    let message = desk.sandbox.send_text(id, text);
    desk.settle().await;
    message
}

async fn reply(desk: &Desk, id: i64, to: i64, text: &str) {
    desk.sandbox.send(id, UserMessage::text(text).replying_to(to));
    desk.settle().await;
}

#[tokio::test]
async fn a_withdrawn_message_disappears_at_the_customer_and_stays_in_the_record() {
    let desk = with_agent().await;
    desk.ticket(SARI, "Internet mati").await;
    let wrong = write(&desk, BUDI, "pesan yang salah").await;
    assert!(desk.has(SARI, "pesan yang salah"));
    reply(&desk, BUDI, wrong, "/tarik").await;
    assert!(!desk.has(SARI, "pesan yang salah"), "{}", desk.chat_story(SARI));
    assert!(desk.has(BUDI, "pelanggan tidak lagi melihat pesan yang Anda balas"));
    let shown = desk.sandbox.message(BUDI, wrong).unwrap();
    assert_eq!(shown.reaction.as_deref(), Some("🙈"));
    reply(&desk, BUDI, wrong, "/withdraw").await;
    assert!(desk.has(BUDI, "sudah Anda tarik"));
    let app = desk.app();
    let store = app.engine.store();
    let ticket = store.all_held().await.unwrap().remove(0);
    let kept = store.conversation(ticket.id, None, 9).await.unwrap();
    assert_eq!(kept[0].content.text.text, "pesan yang salah");
}

#[tokio::test]
async fn only_own_messages_of_the_last_two_days_can_be_withdrawn() {
    let desk = with_agent().await;
    desk.ticket(SARI, "Internet mati").await;
    write(&desk, SARI, "halo").await;
    let relayed = desk.find(BUDI, "halo").message_id;
    reply(&desk, BUDI, relayed, "/tarik").await;
    assert!(desk.has(BUDI, "pesan Anda sendiri"));
    desk.say(BUDI, "/tarik").await;
    assert!(desk.has(BUDI, "balas pesannya"));
    let old = write(&desk, BUDI, "pesan lama").await;
    desk.pass(TimeDelta::hours(49)).await;
    reply(&desk, BUDI, old, "/tarik").await;
    assert!(desk.has(SARI, "pesan lama"));
    assert!(desk.has(BUDI, "48 jam terakhir"), "{}", desk.chat_story(BUDI));
}

#[tokio::test]
async fn the_customer_sees_typing_when_the_agent_opens_the_ticket() {
    let desk = with_agent().await;
    desk.ticket(SARI, "Internet mati").await;
    desk.press(BUDI, "▶️ Buka").await;
    let requests = desk.sandbox.requests();
    let typing = requests.iter().filter(|request| request.method == "sendChatAction");
    let chats: Vec<_> = typing.map(|request| request.params["chat_id"].to_string()).collect();
    assert_eq!(chats, [SARI.to_string()]);
}

#[tokio::test]
async fn the_hints_name_the_command_as_the_menu_does() {
    let desk = with_agent().await;
    desk.ticket(SARI, "Internet mati").await;
    desk.say(BUDI, "/withdraw").await;
    assert!(desk.last(BUDI).text.contains("balas pesannya dengan /withdraw"), "{}", desk.last(BUDI).text);
    reply(&desk, BUDI, desk.find(BUDI, "Internet mati").message_id, "/withdraw").await;
    assert!(desk.last(BUDI).text.ends_with("dengan /withdraw."), "{}", desk.last(BUDI).text);
    desk.say(BUDI, "/language en").await;
    let wrong = write(&desk, BUDI, "the wrong message").await;
    reply(&desk, BUDI, wrong, "/withdraw").await;
    let done = desk.last(BUDI).text;
    assert!(done.contains("no longer sees the message that you replied to"), "{done}");
}
