//! Topics: each ticket that an agent holds is a topic of their chat, where the bot has topics.
use crate::conversation::{BUDI, CITRA, SARI, TOM, with_agent};
use crate::support::{ADMIN, Desk};
use antri::sandbox::{Fault, MediaKind, UserMessage};
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

#[tokio::test]
async fn a_customer_is_answered_in_the_topic_in_which_they_wrote_last() {
    let desk = with_topics().await;
    desk.ticket(SARI, "Internet mati").await;
    let thread = desk.sandbox.add_topic(SARI, "Rumah");
    desk.settle().await;
    desk.sandbox.send(SARI, UserMessage::text("lampu merah").in_thread(thread));
    desk.settle().await;
    let topic = desk.sandbox.topics(BUDI)[0].0;
    let answer = async |text: &str| {
        desk.sandbox.send(BUDI, UserMessage::text(text).in_thread(topic));
        desk.settle().await;
        desk.find(SARI, text).thread
    };
    assert_eq!(answer("kami periksa").await, Some(thread));
    desk.sandbox.delete_topic(SARI, thread);
    desk.settle().await;
    assert_eq!(answer("sudah selesai").await, None, "the topic is gone");
    write(&desk, SARI, "terima kasih").await;
    assert_eq!(answer("sama-sama").await, None);
    assert_eq!(desk.count(SARI, "sama-sama"), 1);
}

#[tokio::test]
async fn an_admin_switches_topics_where_the_server_can() {
    let desk = with_agent().await;
    desk.say(BUDI, "/topics").await;
    assert!(desk.last(BUDI).text.contains("khusus admin"));
    desk.say(ADMIN, "/topics").await;
    assert!(desk.last(ADMIN).text.contains("Topik mati"), "{}", desk.last(ADMIN).text);
    desk.press(ADMIN, "Nyalakan topik").await;
    assert!(desk.last(ADMIN).text.contains("Topik menyala"), "{}", desk.last(ADMIN).text);
    desk.ticket(SARI, "Internet mati").await;
    assert_eq!(names(&desk), ["#1 · Sari · Umum - Pertanyaan"]);
    desk.press(ADMIN, "Matikan topik").await;
    assert!(desk.last(ADMIN).text.contains("Topik mati"), "{}", desk.last(ADMIN).text);
    // A server before Bot API 10.5.
    desk.sandbox.set_knows_settings(false);
    desk.press(ADMIN, "Nyalakan topik").await;
    assert!(
        desk.last(ADMIN).text.contains("@BotFather") && desk.last(ADMIN).text.contains("@antri_test_bot")
    );
    desk.say(ADMIN, "/language en").await;
    desk.say(ADMIN, "/topics").await;
    desk.press(ADMIN, "Switch topics on").await;
    assert!(desk.last(ADMIN).text.contains("switch on Threads Mode"), "{}", desk.last(ADMIN).text);
    let fault = antri::sandbox::Fault::ServerError(502);
    let rule =
        antri::sandbox::FaultRule { method: Some("setMySettings".into()), chat: None, times: 1, fault };
    desk.sandbox.faults().add(rule);
    desk.say(ADMIN, "/topics").await;
    desk.press(ADMIN, "Switch topics on").await;
    assert!(desk.last(ADMIN).text.contains("Try again soon"), "{}", desk.last(ADMIN).text);
}

#[tokio::test]
async fn a_card_that_is_asked_for_in_another_topic_is_sent_to_its_own() {
    let desk = with_topics().await;
    desk.say(SARI, "Internet mati").await;
    desk.attach(SARI, MediaKind::Photo, Some("lampu merah")).await;
    desk.press(SARI, "Kirim").await;
    desk.ticket(TOM, "Phone dead").await;
    let (first, second) = (desk.sandbox.topics(BUDI)[0].0, desk.sandbox.topics(BUDI)[1].0);
    let card = desk.find(BUDI, "Internet mati");
    let number = card.text.split_whitespace().find(|word| word.starts_with("INC")).unwrap().to_owned();
    for thread in [None, Some(second), Some(first)] {
        let before = desk.find(BUDI, "Internet mati").message_id;
        let asked = UserMessage::text(format!("/ticket {number}"));
        desk.sandbox.send(BUDI, thread.map_or(asked.clone(), |thread| asked.in_thread(thread)));
        desk.settle().await;
        let card = desk.find(BUDI, "Internet mati");
        assert!(card.message_id > before && card.button("Selesai").is_some(), "{}", desk.chat_story(BUDI));
        assert_eq!(card.thread, Some(first), "asked in {thread:?}");
        assert!(desk.sandbox.message(BUDI, before).unwrap().deleted, "{}", desk.chat_story(BUDI));
        let files = desk.sandbox.chat(BUDI).into_iter().filter(|message| message.media.is_some());
        assert!(files.map(|file| file.thread).all(|thread| thread == Some(first)));
    }
}

#[tokio::test]
async fn a_card_that_was_deleted_is_sent_to_its_topic_again() {
    let desk = with_topics().await;
    desk.ticket(SARI, "Internet mati").await;
    let first = desk.sandbox.topics(BUDI)[0].0;
    for (button, next) in [("Buka", "Tunda"), ("Tunda", "Lanjutkan")] {
        let before = desk.find(BUDI, "Internet mati").message_id;
        desk.fault("editMessageText", Some(BUDI), 1, Fault::BadRequest("message to edit not found".into()));
        desk.press(BUDI, button).await;
        let again = desk.find(BUDI, "Internet mati");
        assert!(again.message_id > before && again.button(next).is_some(), "{}", desk.chat_story(BUDI));
        assert_eq!(again.thread, Some(first), "{button}");
    }
}

#[tokio::test]
async fn the_customers_card_stays_in_the_topic_of_its_ticket() {
    for (language, send, end) in
        [("id", "Kirim", "sudah selesai. Terima kasih"), ("en", "Send", "is completed. Thank you")]
    {
        let desk = with_topics().await;
        desk.say(BUDI, "/offline").await;
        desk.person(CITRA, "Citra", language).await;
        let thread = desk.sandbox.add_topic(CITRA, "Rumah");
        desk.settle().await;
        desk.sandbox.send(CITRA, UserMessage::text("Internet mati").in_thread(thread));
        desk.settle().await;
        desk.press(CITRA, send).await;
        let waiting = desk.find(CITRA, "Internet mati");
        assert_eq!(waiting.thread, Some(thread), "{}", desk.chat_story(CITRA));
        // The customer has not written about the ticket yet.
        desk.say(BUDI, "/online").await;
        let assigned = desk.find(CITRA, "Internet mati");
        assert!(assigned.message_id > waiting.message_id, "{}", desk.chat_story(CITRA));
        assert_eq!(assigned.thread, Some(thread), "{}", desk.chat_story(CITRA));
        let topic = desk.sandbox.topics(BUDI)[0].0;
        desk.sandbox.send(BUDI, UserMessage::text("kami periksa").in_thread(topic));
        desk.settle().await;
        assert_eq!(desk.find(CITRA, "kami periksa").thread, Some(thread));
        // Where the customer writes later, the desk follows.
        write(&desk, CITRA, "terima kasih").await;
        desk.press(BUDI, "✅ Selesai").await;
        assert_eq!(desk.find(CITRA, end).thread, None, "{}", desk.chat_story(CITRA));
    }
}
