//! The API of the sandbox page: state, events, actions of users, files, faults and access control.
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Desk, SITI};

/// The event stream of an open page.
struct Page {
    response: reqwest::Response,
    unread: String,
}

impl Page {
    async fn open(desk: &Desk) -> Self {
        let response = desk.http.get(format!("{}/sandbox/events", desk.address)).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, unread: String::new() }
    }

    async fn next(&mut self) -> Value {
        loop {
            if let Some((event, rest)) = self.unread.split_once("\n\n") {
                let event = event.strip_prefix("data: ").map(|json| serde_json::from_str(json).unwrap());
                self.unread = rest.to_owned();
                if let Some(event) = event {
                    return event;
                }
                continue;
            }
            let chunk = self.response.chunk().await.unwrap().unwrap();
            self.unread.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

impl Desk {
    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let response = self.http.post(format!("{}{path}", self.address)).json(&body).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or_default())
    }
}

#[tokio::test]
async fn a_page_gets_a_snapshot_and_then_every_change() {
    let desk = Desk::started().await;
    let mut page = Page::open(&desk).await;
    let snapshot = page.next().await;
    assert_eq!(snapshot["type"], "snapshot");
    assert_eq!(
        snapshot["bot"],
        json!({"id": 4242, "username": "antri_bot", "name": "Antri", "has_topics": false})
    );
    assert_eq!(snapshot["users"][0]["first_name"], "Siti");
    assert_eq!(snapshot["chats"]["100001"][0]["text"], "/start");
    assert_eq!(snapshot["commands"]["100001"], json!([]));
    assert_eq!(
        snapshot["info"]["100001"],
        json!({"topics": [], "pinned": null, "keyboard": null, "menu_button": {"type": "default"}})
    );

    let text = json!({"chat_id": SITI, "text": "<b>pilih</b>", "parse_mode": "HTML",
        "reply_markup": {"inline_keyboard": [[{"text": "A", "callback_data": "a:1"}]]}});
    let sent = desk.call("sendMessage", text).await;
    let id = sent["message_id"].clone();
    let message = page.next().await;
    assert_eq!((&message["type"], &message["chat"]), (&json!("message"), &json!(SITI)));
    assert_eq!(
        message["message"],
        json!({"message_id": id, "date": 1_760_000_000, "from": "bot", "from_id": 4242,
        "text": "pilih", "html": "<b>pilih</b>", "deleted": false,
        "keyboard": [[{"text": "A", "callback_data": "a:1"}]]})
    );

    desk.call("editMessageText", json!({"chat_id": SITI, "message_id": id, "text": "sudah"})).await;
    let edited = page.next().await;
    assert_eq!((&edited["type"], &edited["message"]["text"]), (&json!("edited"), &json!("sudah")));
    assert_eq!(edited["message"]["keyboard"], json!([]), "an edit without a keyboard takes it away");

    let press =
        desk.post(&format!("/sandbox/users/{SITI}/press"), json!({"message_id": id, "data": "a:1"})).await.1;
    let query = press["callback_query_id"].clone();
    let answer = json!({"callback_query_id": query, "text": "ok", "show_alert": true});
    desk.call("answerCallbackQuery", answer).await;
    let toast = page.next().await;
    assert_eq!(
        toast,
        json!({"type": "toast", "user": SITI, "callback_query_id": query, "text": "ok", "alert": true})
    );

    desk.call("sendChatAction", json!({"chat_id": SITI, "action": "typing"})).await;
    assert_eq!(page.next().await, json!({"type": "action", "chat": SITI, "action": "typing"}));
    let info = |topics: Value, pinned: Value| {
        let info =
            json!({"topics": topics, "pinned": pinned, "keyboard": null, "menu_button": {"type": "default"}});
        json!({"type": "info", "chat": SITI, "info": info})
    };
    desk.call("pinChatMessage", json!({"chat_id": SITI, "message_id": id})).await;
    assert_eq!(page.next().await, info(json!([]), id.clone()));
    desk.call("deleteMessage", json!({"chat_id": SITI, "message_id": id})).await;
    assert_eq!(page.next().await, json!({"type": "deleted", "chat": SITI, "message_id": id}));
    assert_eq!(page.next().await, info(json!([]), Value::Null));

    desk.post("/sandbox/topics", json!({"enabled": true})).await;
    let bot = page.next().await;
    assert_eq!((&bot["type"], &bot["bot"]["has_topics"]), (&json!("bot"), &json!(true)));
    let topic = desk.call("createForumTopic", json!({"chat_id": SITI, "name": "#1 · Sari"})).await;
    let thread = topic["message_thread_id"].clone();
    // The first message of a topic has the topic's id, so its topic is known after it.
    assert_eq!(page.next().await["message"]["message_id"], thread);
    assert_eq!(page.next().await["message"]["thread"], thread);
    assert_eq!(page.next().await, info(json!([{"id": thread, "name": "#1 · Sari"}]), Value::Null));
    desk.call("deleteForumTopic", json!({"chat_id": SITI, "message_thread_id": thread})).await;
    assert_eq!(page.next().await, json!({"type": "deleted", "chat": SITI, "message_id": thread}));
    assert_eq!(page.next().await, info(json!([]), Value::Null));
    let menu = json!([{"command": "new", "description": "Tiket baru"}]);
    desk.call("setMyCommands", json!({"commands": menu})).await;
    assert_eq!(page.next().await, json!({"type": "commands", "user": SITI, "commands": menu}));
    desk.post("/sandbox/users", json!({"first_name": "Budi", "label": "Agent 1"})).await;
    let user = page.next().await;
    assert_eq!((&user["type"], &user["user"]["label"]), (&json!("user"), &json!("Agent 1")));
    desk.close().await;
}

#[tokio::test]
async fn the_page_sends_and_blocks_on_behalf_of_a_user() {
    let desk = Desk::open().await;
    let users = format!("/sandbox/users/{SITI}");
    let (_, sent) = desk.post(&format!("{users}/messages"), json!({"text": "/start"})).await;
    assert_eq!(desk.sandbox.message(SITI, sent["message_id"].as_i64().unwrap()).unwrap().text, "/start");
    let photo =
        json!({"kind": "photo", "caption": "layar", "data": STANDARD.encode("png!"), "mime": "image/png"});
    let (_, sent) = desk.post(&format!("{users}/messages"), photo).await;
    let media = desk.sandbox.message(SITI, sent["message_id"].as_i64().unwrap()).unwrap().media.unwrap();
    let file =
        desk.http.get(format!("{}/sandbox/files/{}", desk.address, media.file_id)).send().await.unwrap();
    assert_eq!(file.headers()["content-type"], "image/png");
    assert_eq!(file.bytes().await.unwrap(), "png!");
    let (_, user) = desk.post(&format!("{users}/block"), json!({"blocked": true})).await;
    assert_eq!(user["blocked"], true);
    let state = desk.http.get(format!("{}/sandbox/state", desk.address)).send().await.unwrap();
    let state: Value = state.json().await.unwrap();
    assert_eq!((&state["bot"]["id"], &state["users"][0]["blocked"]), (&json!(4242), &json!(true)));
    assert_eq!(desk.post("/sandbox/users/5/messages", json!({"text": "x"})).await.0, 404);
    assert_eq!(desk.post(&format!("{users}/messages"), json!({"kind": "photo", "data": "%"})).await.0, 400);
    assert_eq!(
        desk.http.get(format!("{}/sandbox/files/none", desk.address)).send().await.unwrap().status(),
        404
    );
}

#[tokio::test]
async fn faults_are_added_and_cleared_over_http() {
    let desk = Desk::started().await;
    let fault = json!({"method": "sendMessage", "times": 9, "fault": {"kind": "too_many_requests", "retry_after": 5}});
    assert_eq!(desk.post("/sandbox/faults", fault).await.0, 204);
    let hi = json!({"chat_id": SITI, "text": "hi"});
    assert_eq!(desk.refused("sendMessage", hi.clone()).await, "429 Too Many Requests: retry after 5");
    desk.http.delete(format!("{}/sandbox/faults", desk.address)).send().await.unwrap();
    desk.call("sendMessage", hi).await;
    for kind in [
        "hang_after_success",
        "hang_before",
        "reset_after_success",
        "reset_before",
        "forbidden",
        "bad_entities",
        "unknown_method",
        "conflict",
    ] {
        let fault = json!({"times": 1, "method": "close", "fault": {"kind": kind}});
        assert_eq!(desk.post("/sandbox/faults", fault).await.0, 204, "{kind}");
    }
    let unknown = json!({"times": 1, "fault": {"kind": "rain"}});
    assert_eq!(desk.post("/sandbox/faults", unknown).await.0, 422);
}

#[tokio::test]
async fn foreign_hosts_and_origins_are_refused() {
    let desk = Desk::open().await;
    let get = |path: &str| desk.http.get(format!("{}{path}", desk.address));
    for path in ["/", "/assets/style.css", "/assets/app.js", "/sandbox/state"] {
        assert_eq!(get(path).send().await.unwrap().status(), 200, "{path}");
        let rebound = get(path).header("host", "evil.example").send().await.unwrap();
        assert_eq!(rebound.status(), 403, "{path}");
    }
    let foreign = get("/sandbox/state").header("origin", "https://evil.example").send().await.unwrap();
    assert_eq!(foreign.status(), 403);
    let own = get("/sandbox/state").header("origin", desk.address.as_str()).send().await.unwrap();
    assert_eq!(own.status(), 200);
}

#[tokio::test]
async fn a_page_sends_a_reaction() {
    let desk = Desk::started().await;
    desk.call("getUpdates", json!({"allowed_updates": ["message_reaction"]})).await;
    let sent = desk.call("sendMessage", json!({"chat_id": SITI, "text": "hi"})).await;
    let message = sent["message_id"].as_i64().unwrap();
    let path = format!("/sandbox/users/{SITI}/react");
    assert_eq!(desk.post(&path, json!({"message_id": message, "emoji": "🔥"})).await.0, 204);
    assert_eq!(desk.sandbox.message(SITI, message).unwrap().user_reaction.as_deref(), Some("🔥"));
    assert_eq!(desk.post(&path, json!({"message_id": message})).await.0, 204);
    assert_eq!(desk.sandbox.message(SITI, message).unwrap().user_reaction, None);
    assert_eq!(desk.post(&path, json!({"message_id": 9_999})).await.0, 404);
    let updates = desk.sandbox.updates();
    let change = &updates.last().unwrap()["message_reaction"];
    assert_eq!(change["old_reaction"], json!([{"type": "emoji", "emoji": "🔥"}]));
    assert_eq!((&change["new_reaction"], &change["user"]["id"]), (&json!([]), &json!(SITI)));
}

#[tokio::test]
async fn the_page_types_inline_queries_and_sends_their_results() {
    let desk = Desk::open().await;
    let ask = async || desk.post(&format!("/sandbox/users/{SITI}/inline"), json!({"query": "ha"})).await.1;
    assert_eq!(ask().await, json!({"query": null, "results": []}), "the bot is not in inline mode");
    desk.sandbox.set_inline_enabled(true);
    let result = json!({"type": "article", "id": "7", "title": "halo",
        "input_message_content": {"message_text": "Halo!"}});
    let answer = async || {
        let update = desk.call("getUpdates", json!({"timeout": 5})).await[0].clone();
        assert_eq!(update["inline_query"]["query"], "ha");
        let id = &update["inline_query"]["id"];
        desk.call("answerInlineQuery", json!({"inline_query_id": id, "results": [result]})).await;
    };
    let (found, ()) = tokio::join!(ask(), answer());
    assert_eq!(found["results"], json!([result]));
    let choose = format!("/sandbox/inline/{}", found["query"].as_str().unwrap());
    let (_, sent) = desk.post(&choose, json!({"result": "7"})).await;
    assert_eq!(desk.sandbox.message(SITI, sent["message_id"].as_i64().unwrap()).unwrap().text, "Halo!");
    assert_eq!(desk.post(&choose, json!({"result": "8"})).await.0, 404);
    assert_eq!(desk.post("/sandbox/inline/1", json!({"result": "7"})).await.0, 404);
    desk.close().await;
}
