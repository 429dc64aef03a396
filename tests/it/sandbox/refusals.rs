//! Refused calls: the sandbox refuses the same calls as Telegram, with the same descriptions.
use antri::sandbox::{NewMedia, NewUser};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Desk, SITI};

fn message(text: &str) -> Value {
    json!({"chat_id": SITI, "text": text})
}

fn buttons(rows: &Value) -> Value {
    json!({"chat_id": SITI, "text": "x", "reply_markup": {"inline_keyboard": rows}})
}

#[tokio::test]
async fn invalid_tokens_methods_and_parameters_are_refused() {
    let desk = Desk::started().await;
    let wrong = desk.http.get(format!("{}/bot4242:wrong/getMe", desk.address)).send().await.unwrap();
    assert_eq!(wrong.status().as_u16(), 401);
    let wrong: Value = wrong.json().await.unwrap();
    assert_eq!(wrong, json!({"ok": false, "error_code": 401, "description": "Unauthorized"}));
    assert_eq!(desk.refused("sendTelepathy", json!({})).await, "404 Not Found");
    assert_eq!(desk.refused("logOut", json!({})).await, "404 Not Found");
    assert_eq!(desk.refused("sendMessage", json!({"text": "x"})).await, "400 Bad Request: chat_id is empty");
    let rows = json!({"chat_id": SITI, "text": "x", "entities": [5]});
    assert_eq!(
        desk.refused("sendMessage", rows).await,
        "400 Bad Request: field \"entities\" must be of type Object"
    );
    assert_eq!(
        desk.refused("deleteMessage", json!({"chat_id": SITI})).await,
        "400 Bad Request: message identifier is not specified"
    );
    desk.call("sendMessage", json!({"chat_id": SITI, "text": "x", "color": "red"})).await;
    assert_eq!(
        desk.sandbox.violations(),
        ["sendTelepathy: no such method", "sendMessage.color: the Bot API has no such parameter"]
    );
}

#[tokio::test]
async fn invalid_texts_captions_and_entities_are_refused() {
    let desk = Desk::started().await;
    for (text, description) in [
        (String::new(), "message text is empty"),
        (" \n ".to_owned(), "text must be non-empty"),
        ("x".repeat(4097), "message is too long"),
        ("🎫".repeat(2049), "message is too long"),
    ] {
        let refused = desk.refused("sendMessage", message(&text)).await;
        assert_eq!(refused, format!("400 Bad Request: {description}"));
    }
    desk.call("sendMessage", message(&"🎫".repeat(2048))).await;
    for (html, description) in [
        ("<h1>x</h1>", "Unsupported start tag \"h1\" at byte offset 0"),
        ("<b>x", "Can't find end tag corresponding to start tag \"b\""),
        ("a < b", "Unsupported start tag \"\" at byte offset 2"),
    ] {
        let params = json!({"chat_id": SITI, "text": html, "parse_mode": "HTML"});
        let refused = desk.refused("sendMessage", params).await;
        assert_eq!(refused, format!("400 Bad Request: can't parse entities: {description}"));
    }
    let id = desk.sandbox.send_media(SITI, NewMedia::new(antri::sandbox::MediaKind::Photo, "p"));
    let file = desk.sandbox.message(SITI, id).unwrap().media.unwrap().file_id;
    let photo = json!({"chat_id": SITI, "photo": file, "caption": "x".repeat(1025)});
    assert_eq!(desk.refused("sendPhoto", photo).await, "400 Bad Request: message caption is too long");
    desk.call("sendPhoto", json!({"chat_id": SITI, "photo": file, "caption": "x".repeat(1024)})).await;
    assert_eq!(
        desk.refused("sendVoice", json!({"chat_id": SITI, "voice": file})).await,
        "400 Bad Request: can't use file of type Photo as Voice"
    );
    assert_eq!(
        desk.refused("sendVoice", json!({"chat_id": SITI, "voice": "http://x/y"})).await,
        "400 Bad Request: wrong file identifier/HTTP URL specified"
    );
}

#[tokio::test]
async fn invalid_keyboards_are_refused() {
    let desk = Desk::started().await;
    let button = |data: &str| json!({"text": "x", "callback_data": data});
    desk.call("sendMessage", buttons(&json!([[button(&"x".repeat(64))]]))).await;
    assert_eq!(
        desk.refused("sendMessage", buttons(&json!([[button(&"x".repeat(65))]]))).await,
        "400 Bad Request: BUTTON_DATA_INVALID"
    );
    let row = |n: usize| -> Value { (0..n).map(|_| button("d")).collect() };
    let too_long = "400 Bad Request: reply markup is too long";
    assert_eq!(desk.refused("sendMessage", buttons(&json!([row(9)]))).await, too_long);
    let many: Value = (0..13).map(|_| row(8)).collect();
    assert_eq!(desk.refused("sendMessage", buttons(&many)).await, too_long);
}

#[tokio::test]
async fn messages_to_unknown_or_blocking_chats_are_refused() {
    let desk = Desk::started().await;
    let not_found = "400 Bad Request: chat not found";
    assert_eq!(desk.refused("sendMessage", json!({"chat_id": 5, "text": "x"})).await, not_found);
    assert_eq!(desk.refused("sendMessage", json!({"chat_id": "@siti", "text": "x"})).await, not_found);
    let budi = desk.sandbox.add_user(NewUser { first_name: "Budi".to_owned(), ..NewUser::default() });
    let to_budi = json!({"chat_id": budi.id, "text": "x"});
    assert_eq!(desk.refused("sendMessage", to_budi.clone()).await, not_found);
    desk.sandbox.send_text(budi.id, "/start");
    desk.call("sendMessage", to_budi.clone()).await;
    desk.sandbox.set_blocked(budi.id, true);
    let blocked = "403 Forbidden: bot was blocked by the user";
    assert_eq!(desk.refused("sendMessage", to_budi.clone()).await, blocked);
    let typing = json!({"chat_id": budi.id, "action": "typing"});
    assert_eq!(desk.refused("sendChatAction", typing).await, blocked);
    desk.sandbox.set_blocked(budi.id, false);
    desk.call("sendMessage", to_budi).await;
}

#[tokio::test]
async fn invalid_edits_and_deletions_are_refused() {
    let desk = Desk::started().await;
    let user_message = desk.sandbox.send_text(SITI, "hello");
    let sent = desk.call("sendMessage", message("hi")).await;
    let id = sent["message_id"].as_i64().unwrap();
    let edit = |id: i64, text: &str| json!({"chat_id": SITI, "message_id": id, "text": text});
    assert_eq!(
        desk.refused("editMessageText", edit(id, "hi")).await,
        "400 Bad Request: message is not modified: specified new message content and reply markup are exactly \
         the same as a current content and reply markup of the message"
    );
    assert_eq!(
        desk.refused("editMessageText", edit(99, "x")).await,
        "400 Bad Request: message to edit not found"
    );
    assert_eq!(
        desk.refused("editMessageText", edit(user_message, "x")).await,
        "400 Bad Request: message can't be edited"
    );
    assert_eq!(
        desk.refused("editMessageCaption", json!({"chat_id": SITI, "message_id": id, "caption": "x"})).await,
        "400 Bad Request: there is no caption in the message to edit"
    );
    let delete = |id: i64| json!({"chat_id": SITI, "message_id": id});
    desk.call("deleteMessage", delete(user_message)).await;
    let gone = "400 Bad Request: message to delete not found";
    assert_eq!(desk.refused("deleteMessage", delete(user_message)).await, gone);
    desk.advance(TimeDelta::hours(49));
    assert_eq!(desk.refused("deleteMessage", delete(id)).await, "400 Bad Request: message can't be deleted");
    assert!(desk.sandbox.message(SITI, user_message).unwrap().deleted);
    assert!(desk.sandbox.chat(SITI).iter().all(|m| m.message_id != user_message));
}

#[tokio::test]
async fn late_long_and_repeated_answers_to_presses_are_refused() {
    let desk = Desk::started().await;
    let sent = desk.call("sendMessage", buttons(&json!([[{"text": "x", "callback_data": "d"}]]))).await;
    let id = sent["message_id"].as_i64().unwrap();
    let answer = |id: &str, text: &str| json!({"callback_query_id": id, "text": text});
    let old = "400 Bad Request: query is too old and response timeout expired or query ID is invalid";
    let press = desk.sandbox.press(SITI, id, "d");
    let long = desk.refused("answerCallbackQuery", answer(&press, &"x".repeat(201))).await;
    assert_eq!(long, "400 Bad Request: MESSAGE_TOO_LONG");
    desk.advance(TimeDelta::seconds(15));
    desk.call("answerCallbackQuery", answer(&press, &"x".repeat(200))).await;
    assert_eq!(desk.refused("answerCallbackQuery", answer(&press, "again")).await, old);
    assert_eq!(desk.refused("answerCallbackQuery", answer("77", "x")).await, old);
    let late = desk.sandbox.press(SITI, id, "d");
    desk.advance(TimeDelta::seconds(16));
    assert_eq!(desk.refused("answerCallbackQuery", answer(&late, "x")).await, old);
    let toasts = desk.sandbox.toasts(SITI);
    assert_eq!((toasts.len(), toasts[0].text.len(), toasts[0].alert), (1, 200, false));
}

#[tokio::test]
async fn invalid_commands_are_refused() {
    let desk = Desk::started().await;
    let set = |name: &str, text: &str| json!({"commands": [{"command": name, "description": text}]});
    for (name, text, description) in [
        ("", "x", "command must be non-empty".to_owned()),
        (&*"a".repeat(33), "x", "command length must not exceed 32".to_owned()),
        ("Start", "x", "BOT_COMMAND_INVALID".to_owned()),
        ("my-queue", "x", "BOT_COMMAND_INVALID".to_owned()),
        ("start", "", "command description must be non-empty".to_owned()),
        ("start", &*"x".repeat(257), "command description length must not exceed 256".to_owned()),
    ] {
        assert_eq!(
            desk.refused("setMyCommands", set(name, text)).await,
            format!("400 Bad Request: {description}")
        );
    }
    let many: Value = (0..101).map(|n| json!({"command": format!("c{n}"), "description": "x"})).collect();
    let too_many = desk.refused("setMyCommands", json!({"commands": many})).await;
    assert_eq!(too_many, "400 Bad Request: BOT_COMMANDS_TOO_MUCH");
    let mut foreign = set("start", "x");
    foreign["scope"] = json!({"type": "chat", "chat_id": 5});
    assert_eq!(desk.refused("setMyCommands", foreign).await, "400 Bad Request: chat not found");
    let mut language = set("start", "x");
    language["language_code"] = json!("indonesian");
    let refused = desk.refused("setMyCommands", language).await;
    assert_eq!(refused, "400 Bad Request: invalid language code specified");
}

#[tokio::test]
async fn rate_limits_are_enforced_when_switched_on() {
    let desk = Desk::started().await;
    desk.sandbox.enforce_limits(true);
    for _ in 0..20 {
        desk.call("sendMessage", message("x")).await;
    }
    let (status, answer) = desk.raw("sendMessage", message("x")).await;
    assert_eq!((status, &answer["parameters"]["retry_after"]), (429, &json!(1)));
    assert_eq!(answer["description"], "Too Many Requests: retry after 1");
    desk.advance(TimeDelta::seconds(1));
    desk.call("sendMessage", message("x")).await;
    assert_eq!(desk.raw("sendMessage", message("x")).await.0, 429);
    desk.sandbox.enforce_limits(false);
    desk.call("sendMessage", message("x")).await;
}
