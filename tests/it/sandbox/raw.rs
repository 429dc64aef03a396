//! Updates and messages that a test makes by hand, as the bot gets them.
use antri::sandbox::{Fault, FaultRule};
use axum::body::Bytes;
use serde_json::{Value, json};

use super::{Desk, SITI, TOKEN};

/// A text with an entity of a kind that the sandbox does not know.
fn dated(text: &str) -> Value {
    json!({"text": text, "entities": [{"type": "date_time", "offset": 0, "length": 4, "unix_time": 5}]})
}

impl Desk {
    /// Returns the body of an answer of `getUpdates`.
    async fn updates_body(&self) -> Bytes {
        let url = format!("{}/bot{TOKEN}/getUpdates?offset=0", self.address);
        self.http.get(url).send().await.unwrap().bytes().await.unwrap()
    }
}

#[tokio::test]
async fn a_raw_message_keeps_every_field_and_gets_the_missing_ones() {
    let desk = Desk::started().await;
    let mut message = dated("jam 5");
    message["story_of_next_year"] = json!({"deep": [1, {"x": null}]});
    message["forward_origin"] = json!({"type": "hidden_user", "sender_user_name": "Ani", "date": 1});
    let id = desk.sandbox.send_raw(SITI, message.clone());
    let got = desk.call("getUpdates", json!({})).await[0]["message"].clone();
    for (name, value) in message.as_object().unwrap() {
        assert_eq!(&got[name], value, "{name}");
    }
    assert_eq!((&got["message_id"], &got["from"]["id"]), (&json!(id), &json!(SITI)));
    assert_eq!((&got["chat"]["type"], &got["date"]), (&json!("private"), &json!(1_760_000_000)));
    assert_eq!(desk.sandbox.chat(SITI)[1].text, "jam 5");
    desk.sandbox.send_raw(SITI, json!({"text": "x", "from": null, "message_id": 900, "date": 7}));
    let got = desk.call("getUpdates", json!({"offset": 3})).await[0]["message"].clone();
    assert_eq!(got["from"], Value::Null);
    assert_eq!((&got["message_id"], &got["date"]), (&json!(900), &json!(7)));
}

#[tokio::test]
async fn a_raw_message_can_be_answered_and_copied() {
    let desk = Desk::started().await;
    let rich = desk.sandbox.send_raw(SITI, json!({"rich_message": {"blocks": [{"type": "divider"}]}}));
    let copy = |id: i64| json!({"chat_id": SITI, "from_chat_id": SITI, "message_id": id});
    let copied = desk.call("copyMessage", copy(rich)).await["message_id"].as_i64().unwrap();
    let reply = json!({"chat_id": SITI, "text": "x", "reply_parameters": {"message_id": copied}});
    let reply = desk.call("sendMessage", reply).await;
    assert_eq!(reply["reply_to_message"]["rich_message"]["blocks"][0]["type"], "divider");
    let cannot = "400 Bad Request: the message can't be copied";
    for uncopyable in [
        json!({"pinned_message": {"message_id": 1}}),
        json!({"widget": {}}),
        json!({"text": "x", "has_protected_content": true}),
    ] {
        let id = desk.sandbox.send_raw(SITI, uncopyable.clone());
        assert_eq!(desk.refused("copyMessage", copy(id)).await, cannot, "{uncopyable}");
    }
    // A file of a raw message can be sent again by its id.
    let voice = json!({"voice": {"file_id": "VOICE1", "file_unique_id": "v", "duration": 3}});
    desk.sandbox.send_raw(SITI, voice);
    let sent = desk.call("sendVoice", json!({"chat_id": SITI, "voice": "VOICE1"})).await;
    assert_eq!(sent["voice"]["file_id"], "VOICE1");
}

#[tokio::test]
async fn the_message_of_a_raw_update_becomes_a_part_of_the_chat() {
    let desk = Desk::open().await;
    let chat = json!({"id": SITI, "type": "private", "first_name": "Siti"});
    let message = json!({"message_id": 52, "date": 9, "chat": chat, "from": chat, "text": "halo"});
    desk.sandbox.deliver_raw(json!({"update_id": 7002, "message": message}));
    assert_eq!(desk.call("getUpdates", json!({})).await, json!([{"update_id": 7002, "message": message}]));
    let reply = json!({"chat_id": SITI, "text": "x", "reply_parameters": {"message_id": 52}});
    assert_eq!(desk.call("sendMessage", reply).await["message_id"], 53);
}

#[tokio::test]
async fn bytes_stand_in_an_answer_of_get_updates_as_given() {
    let desk = Desk::started().await;
    let id = desk
        .sandbox
        .deliver_bytes(|id| [br#"{"update_id":"#, id.to_string().as_bytes(), b",\"x\":\"\xff\"}"].concat());
    desk.sandbox.send_text(SITI, "after");
    let body = desk.updates_body().await;
    let before: &[u8] = b"{\"ok\":true,\"result\":[{\"update_id\":2,\"x\":\"\xff\"},{";
    assert_eq!((id, &body[..before.len()]), (2, before));
    assert_eq!(&body[body.len() - 3..], b"}]}");
    let rest = desk.call("getUpdates", json!({"offset": id + 1})).await;
    assert_eq!(rest[0]["message"]["text"], "after");
}

#[tokio::test]
async fn raw_messages_and_updates_are_sent_over_http() {
    let desk = Desk::started().await;
    let post = |path: &str, body: Vec<u8>| {
        let request = desk.http.post(format!("{}/sandbox/{path}", desk.address)).body(body);
        async move { request.header("content-type", "application/json").send().await.unwrap().status().as_u16() }
    };
    let message = dated("jam 5").to_string();
    assert_eq!(post(&format!("users/{SITI}/raw"), message.clone().into()).await, 200);
    assert_eq!(post("users/5/raw", message.into()).await, 404);
    assert_eq!(post("updates", br#"{"update_id": 40, "new_kind": {}}"#.to_vec()).await, 204);
    assert_eq!(post("updates", b"{\"update_id\":{update_id},\"\xfe\"}".to_vec()).await, 204);
    let body = desk.updates_body().await;
    assert!(body.ends_with(b"{\"update_id\":41,\"\xfe\"}]}"), "{body:?}");
    desk.call("getUpdates", json!({"offset": 42})).await;
}

#[tokio::test]
async fn any_bytes_stand_in_place_of_an_answer() {
    let desk = Desk::started().await;
    let page = b"<html>\xff 502".to_vec();
    let fault = Fault::RawAnswer { status: 403, content_type: "text/html".to_owned(), body: page.clone() };
    desk.sandbox.faults().add(FaultRule {
        method: Some("getUpdates".to_owned()),
        chat: None,
        times: 1,
        fault,
    });
    assert_eq!(desk.updates_body().await, page);
    assert!(serde_json::from_slice::<Value>(&desk.updates_body().await).is_ok());
}
