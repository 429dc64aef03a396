//! Topics: each ticket that an agent holds is a topic of their chat, where the bot has topics.
use crate::conversation::{BUDI, SARI, TOM, with_agent};
use crate::support::Desk;
use antri::sandbox::UserMessage;
use chrono::TimeDelta;

async fn with_topics() -> Desk {
    let desk = with_agent().await;
    desk.person(TOM, "Tom", "en").await;
    desk.sandbox.set_topics_enabled(true);
    desk.stop().await;
    desk.start().await;
    desk.settle().await;
    desk
}

fn names(desk: &Desk) -> Vec<String> {
    desk.sandbox.topics(BUDI).into_iter().map(|(_, name)| name).collect()
}

/// Returns the topic of the agent's newest message that contains `part`.
fn thread_of(desk: &Desk, part: &str) -> Option<i64> {
    desk.find(BUDI, part).thread
}

async fn write(desk: &Desk, id: i64, text: &str) {
    desk.sandbox.send_text(id, text);
    desk.settle().await;
}

#[tokio::test]
async fn each_ticket_has_a_topic_with_its_card_and_its_messages() {
    let desk = with_topics().await;
    desk.ticket(SARI, "Internet mati").await;
    desk.ticket(TOM, "Phone dead").await;
    assert_eq!(names(&desk), ["#1 · Sari · Umum - Pertanyaan", "#2 · Tom · Umum - Pertanyaan"]);
    let (first, second) = (desk.sandbox.topics(BUDI)[0].0, desk.sandbox.topics(BUDI)[1].0);
    assert_eq!(
        (thread_of(&desk, "Internet mati"), thread_of(&desk, "Phone dead")),
        (Some(first), Some(second))
    );
    write(&desk, SARI, "lampu merah").await;
    assert_eq!(thread_of(&desk, "lampu merah"), Some(first));
    assert_eq!(desk.sandbox.pinned(BUDI), None, "topics need no focus");
}

#[tokio::test]
async fn a_message_in_a_topic_goes_to_its_ticket_without_reply_or_focus() {
    let desk = with_topics().await;
    desk.ticket(SARI, "Internet mati").await;
    desk.ticket(TOM, "Phone dead").await;
    let (first, second) = (desk.sandbox.topics(BUDI)[0].0, desk.sandbox.topics(BUDI)[1].0);
    for (thread, text) in [(first, "untuk Sari"), (second, "for Tom"), (first, "lagi Sari")] {
        desk.sandbox.send(BUDI, UserMessage::text(text).in_thread(thread));
        desk.settle().await;
    }
    assert!(desk.has(SARI, "untuk Sari") && desk.has(SARI, "lagi Sari") && !desk.has(SARI, "for Tom"));
    assert!(desk.has(TOM, "for Tom") && !desk.has(TOM, "Sari"));
}

#[tokio::test]
async fn a_topic_is_renamed_when_its_ticket_ends_and_deleted_a_day_later() {
    let desk = with_topics().await;
    desk.ticket(SARI, "Internet mati").await;
    desk.press(BUDI, "✅ Selesai").await;
    assert_eq!(names(&desk), ["✅ · Sari · Umum - Pertanyaan"]);
    desk.pass(TimeDelta::hours(23)).await;
    desk.settle().await;
    assert_eq!(names(&desk).len(), 1);
    desk.pass(TimeDelta::hours(2)).await;
    desk.settle().await;
    assert_eq!(names(&desk), Vec::<String>::new());
}

#[tokio::test]
async fn a_topic_that_was_deleted_is_made_anew_and_nothing_is_doubled() {
    let desk = with_topics().await;
    desk.ticket(SARI, "Internet mati").await;
    let first = desk.sandbox.topics(BUDI)[0].0;
    desk.sandbox.delete_topic(BUDI, first);
    write(&desk, SARI, "satu").await;
    assert_eq!((thread_of(&desk, "satu"), desk.count(BUDI, "satu")), (None, 1));
    write(&desk, SARI, "dua").await;
    let second = desk.sandbox.topics(BUDI)[0].0;
    assert!(second != first);
    assert_eq!((thread_of(&desk, "dua"), desk.count(BUDI, "dua")), (Some(second), 1));
}

#[tokio::test]
async fn a_chat_that_refuses_topics_gets_everything_itself() {
    let desk = with_topics().await;
    desk.sandbox.set_topics_enabled(false);
    desk.ticket(SARI, "Internet mati").await;
    write(&desk, SARI, "lampu merah").await;
    assert_eq!((thread_of(&desk, "Internet mati"), thread_of(&desk, "lampu merah")), (None, None));
    let created = desk.sandbox.requests().iter().filter(|r| r.method == "createForumTopic").count();
    assert_eq!(created, 1, "a refusal is not tried again for each message");
    write(&desk, BUDI, "kami periksa").await;
    assert!(desk.has(SARI, "kami periksa"));
}
