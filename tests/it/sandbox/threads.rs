//! Topics, replies, quotes, forwards and edits of users, and messages that the bot can no longer access.
use antri::sandbox::{PressMode, UserMessage};
use serde_json::{Value, json};

use super::{Desk, SITI};

impl Desk {
    /// Returns the newest update.
    async fn newest(&self) -> Value {
        self.call("getUpdates", json!({"offset": -1})).await[0].clone()
    }
}

#[tokio::test]
async fn answers_go_into_a_topic_until_it_is_deleted() {
    let desk = Desk::started().await;
    let thread = desk.sandbox.add_topic(SITI, "Internet");
    assert_eq!(desk.newest().await["message"]["forum_topic_created"]["name"], "Internet");
    let question = desk.sandbox.send(SITI, UserMessage::text("halo").in_thread(thread));
    let asked = desk.newest().await["message"].clone();
    assert_eq!((&asked["message_thread_id"], &asked["is_topic_message"]), (&json!(thread), &json!(true)));
    let mut answer = json!({"chat_id": SITI, "text": "ya", "message_thread_id": thread});
    assert_eq!(desk.call("sendMessage", answer.clone()).await["message_thread_id"], json!(thread));
    let reply = json!({"chat_id": SITI, "text": "ya", "reply_parameters": {"message_id": question}});
    assert_eq!(desk.call("sendMessage", reply).await["message_thread_id"], json!(thread));
    desk.sandbox.delete_topic(SITI, thread);
    let gone = "400 Bad Request: message thread not found";
    assert_eq!(desk.refused("sendMessage", answer.clone()).await, gone);
    let typing = json!({"chat_id": SITI, "action": "typing", "message_thread_id": thread});
    assert_eq!(desk.refused("sendChatAction", typing).await, gone);
    let copy = json!({"chat_id": SITI, "from_chat_id": SITI, "message_id": 1, "message_thread_id": 77});
    assert_eq!(desk.refused("copyMessage", copy).await, gone);
    assert!(desk.sandbox.message(SITI, question).unwrap().deleted);
    answer.as_object_mut().unwrap().remove("message_thread_id");
    desk.call("sendMessage", answer).await;
}

#[tokio::test]
async fn a_forum_has_topics_and_other_groups_ignore_them() {
    let desk = Desk::started().await;
    let (group, forum) = (-77, -1_001_234);
    desk.sandbox.send_in_group(group, Some(SITI), "x");
    let answer = |chat: i64, thread: i64| json!({"chat_id": chat, "text": "x", "message_thread_id": thread});
    assert_eq!(desk.call("sendMessage", answer(group, 5)).await["message_thread_id"], Value::Null);
    let thread = desk.sandbox.add_topic(forum, "Umum");
    assert_eq!(desk.call("sendMessage", answer(forum, thread)).await["message_thread_id"], json!(thread));
    let general = desk.refused("sendMessage", answer(forum, 1)).await;
    assert_eq!(general, "400 Bad Request: message thread not found");
}

#[tokio::test]
async fn a_bot_creates_renames_and_deletes_topics() {
    let desk = Desk::started().await;
    let create = json!({"chat_id": SITI, "name": "Tiket 1"});
    let refused = desk.refused("createForumTopic", create.clone()).await;
    assert_eq!(refused, "400 Bad Request: the chat is not a forum");
    desk.sandbox.set_topics_enabled(true);
    assert_eq!(desk.call("getMe", json!({})).await["has_topics_enabled"], true);
    let topic = desk.call("createForumTopic", create).await;
    assert_eq!(topic["name"], "Tiket 1");
    let thread = topic["message_thread_id"].clone();
    let edit = json!({"chat_id": SITI, "message_thread_id": thread, "name": "Selesai"});
    desk.call("editForumTopic", edit.clone()).await;
    assert_eq!(desk.refused("editForumTopic", edit.clone()).await, "400 Bad Request: TOPIC_NOT_MODIFIED");
    desk.call("deleteForumTopic", json!({"chat_id": SITI, "message_thread_id": thread})).await;
    assert_eq!(desk.refused("editForumTopic", edit).await, "400 Bad Request: message thread not found");
    assert_eq!(desk.sandbox.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn replies_quotes_and_forwards_reach_the_bot() {
    let desk = Desk::started().await;
    let sent = desk.call("sendMessage", json!({"chat_id": SITI, "text": "🎫 satu dua tiga"})).await;
    let original = sent["message_id"].as_i64().unwrap();
    let origin = json!({"type": "hidden_user", "sender_user_name": "Ani", "date": 5});
    let message =
        UserMessage::text("ini?").replying_to(original).quoting("dua").forwarded_from(origin.clone());
    desk.sandbox.send(SITI, message);
    let got = desk.newest().await["message"].clone();
    assert_eq!(got["reply_to_message"]["message_id"], json!(original));
    assert_eq!(got["quote"], json!({"text": "dua", "position": 8, "is_manual": true}));
    assert_eq!(got["forward_origin"], origin);
    let entities = json!([{"type": "date_time", "offset": 0, "length": 3, "unix_time": 5}]);
    desk.sandbox.send(SITI, UserMessage::text("jam 5").with_entities(entities.clone()));
    assert_eq!(desk.newest().await["message"]["entities"], entities);
    let quote = |text: &str| json!({"chat_id": SITI, "text": "x", "reply_parameters": {"message_id": original, "quote": text}});
    assert_eq!(desk.call("sendMessage", quote("tiga")).await["quote"]["text"], "tiga");
    assert_eq!(desk.refused("sendMessage", quote("empat")).await, "400 Bad Request: QUOTE_TEXT_INVALID");
}

#[tokio::test]
async fn a_user_edits_their_message() {
    let desk = Desk::started().await;
    let id = desk.sandbox.send_text(SITI, "salah");
    desk.sandbox.edit(SITI, id, "benar /new");
    let update = desk.newest().await["edited_message"].clone();
    assert_eq!((&update["text"], &update["message_id"]), (&json!("benar /new"), &json!(id)));
    assert_eq!(
        (&update["entities"][0]["type"], &update["edit_date"]),
        (&json!("bot_command"), &json!(1_760_000_000))
    );
    assert_eq!(desk.sandbox.message(SITI, id).unwrap().text, "benar /new");
}

#[tokio::test]
async fn a_press_without_a_message_names_it_by_its_inline_id() {
    let desk = Desk::started().await;
    let keyboard = json!({"inline_keyboard": [[{"text": "x", "callback_data": "d"}]]});
    let sent = json!({"chat_id": SITI, "text": "kartu", "reply_markup": keyboard});
    let card = desk.call("sendMessage", sent).await["message_id"].as_i64().unwrap();
    desk.sandbox.hide_from_bot(SITI, card);
    desk.sandbox.press(SITI, card, "d");
    assert_eq!(desk.newest().await["callback_query"]["message"]["date"], 0);
    desk.sandbox.set_press_mode(PressMode::Auto);
    desk.sandbox.press(SITI, card, "d");
    let press = desk.newest().await["callback_query"].clone();
    assert_eq!(press["message"], Value::Null);
    let by_id = json!({"chat_id": SITI, "message_id": card, "text": "baru"});
    assert_eq!(desk.refused("editMessageText", by_id).await, "400 Bad Request: message to edit not found");
    let inline = press["inline_message_id"].clone();
    let edit = json!({"inline_message_id": inline, "text": "baru"});
    assert_eq!(desk.call("editMessageText", edit).await, json!(true));
    assert_eq!(desk.sandbox.message(SITI, card).unwrap().text, "baru");
    let unknown = json!({"inline_message_id": "none", "text": "x"});
    assert_eq!(desk.refused("editMessageText", unknown).await, "400 Bad Request: MESSAGE_ID_INVALID");
    let seen = desk.call("sendMessage", json!({"chat_id": SITI, "text": "x"})).await["message_id"].clone();
    desk.sandbox.press(SITI, seen.as_i64().unwrap(), "d");
    assert_eq!(desk.newest().await["callback_query"]["message"]["message_id"], seen);
    desk.sandbox.set_press_mode(PressMode::Inline);
    desk.sandbox.press(SITI, seen.as_i64().unwrap(), "d");
    assert_eq!(desk.newest().await["callback_query"]["message"], Value::Null);
}
