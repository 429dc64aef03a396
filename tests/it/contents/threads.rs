//! Topics: an answer goes to the topic that it was asked for in, in private chats and in groups.
use super::{ANI, desk};
use antri::sandbox::UserMessage;
use serde_json::json;

#[tokio::test]
async fn answers_cards_and_late_texts_go_to_the_topic() {
    let desk = desk().await;
    desk.sandbox.set_topics_enabled(true);
    let topic = desk.sandbox.add_topic(ANI, "Keluhan");
    desk.settle().await;
    let before = desk.count(ANI, "");
    for text in ["/help", "/mytickets", "internet mati"] {
        desk.sandbox.send(ANI, UserMessage::text(text).in_thread(topic));
        desk.settle().await;
        assert_eq!(desk.last(ANI).thread, Some(topic), "{text}: {}", desk.transcript(ANI));
    }
    assert_eq!(desk.count(ANI, ""), before + 3);
    desk.press(ANI, "✅ Kirim").await;
    assert_eq!(desk.find(ANI, "sekarang ditangani").thread, Some(topic), "the status card");
    desk.say(ANI, "/help").await;
    assert_eq!(desk.last(ANI).thread, None, "outside of the topic");
}

#[tokio::test]
async fn an_answer_to_a_deleted_topic_goes_to_the_chat_once() {
    let desk = desk().await;
    desk.sandbox.set_topics_enabled(true);
    let topic = desk.sandbox.add_topic(ANI, "Keluhan");
    desk.settle().await;
    let message = desk.sandbox.send(ANI, UserMessage::text("/mytickets").in_thread(topic));
    desk.sandbox.delete_topic(ANI, topic);
    desk.settle().await;
    let newer = desk.sandbox.messages_after(ANI, message);
    assert!(newer.len() <= 1, "no double message: {newer:?}");
    assert!(desk.has(ANI, "Anda belum punya tiket"), "{}", desk.transcript(ANI));
}

#[tokio::test]
async fn a_group_gets_its_answer_in_the_topic_and_replies_are_no_topic() {
    let desk = desk().await;
    let group = -1_001_234_567_890_i64;
    let command = |id: i64, is_topic: bool| {
        json!({"message": {"message_id": id, "date": 1, "chat": {"id": group, "type": "supergroup", "title": "G"},
            "from": {"id": ANI, "first_name": "Ani"}, "text": "/help", "message_thread_id": 77,
            "is_topic_message": is_topic}})
    };
    for (id, is_topic, thread) in [(1, true, json!(77)), (2, false, json!(null))] {
        desk.sandbox.deliver_raw(command(id, is_topic));
        desk.settle().await;
        let requests = desk.sandbox.requests();
        let answer = requests.iter().rfind(|request| request.params["chat_id"] == group).unwrap();
        assert_eq!(answer.params.get("message_thread_id").cloned().unwrap_or_default(), thread);
    }
}
