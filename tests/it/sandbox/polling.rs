//! Long polling with `getUpdates`: offsets, waiting, concurrent polls and allowed kinds.
use serde_json::{Value, json};
use teloxide::prelude::*;
use teloxide::types::AllowedUpdate;

use super::{Desk, SITI, WAIT_TIMEOUT};

fn ids(updates: &Value) -> Vec<i64> {
    updates.as_array().unwrap().iter().map(|u| u["update_id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn an_update_is_returned_until_its_offset_is_confirmed() {
    let desk = Desk::open().await;
    for text in ["/start", "a", "b"] {
        desk.sandbox.send_text(SITI, text);
    }
    assert_eq!(ids(&desk.call("getUpdates", json!({})).await), [1, 2, 3]);
    assert_eq!(ids(&desk.call("getUpdates", json!({"limit": 2})).await), [1, 2]);
    assert_eq!(ids(&desk.call("getUpdates", json!({"offset": 3})).await), [3]);
    assert!(!desk.sandbox.is_idle(), "update 3 is not confirmed");
    assert_eq!(ids(&desk.call("getUpdates", json!({"offset": 4})).await), Vec::<i64>::new());
    assert!(!desk.sandbox.is_idle(), "no poll is waiting");
}

#[tokio::test]
async fn a_long_poll_waits_for_the_next_update() {
    let desk = Desk::started().await;
    let sandbox = desk.sandbox.clone();
    let write = async move {
        sandbox.wait_for("the poll to wait", WAIT_TIMEOUT, |s| s.is_idle().then_some(())).await;
        sandbox.send_text(SITI, "late");
    };
    let (updates, ()) = tokio::join!(desk.call("getUpdates", json!({"offset": 2, "timeout": 50})), write);
    assert_eq!(updates[0]["message"]["text"], "late");
}

#[tokio::test]
async fn a_newer_poll_ends_the_older_one() {
    let desk = Desk::started().await;
    let first = desk.refused("getUpdates", json!({"timeout": 50}));
    let sandbox = &desk.sandbox;
    let second = async {
        sandbox.wait_for("the first poll", WAIT_TIMEOUT, |s| s.is_idle().then_some(())).await;
        desk.call("getUpdates", json!({"timeout": 50})).await
    };
    let write = async {
        let ended = |s: &antri::sandbox::Sandbox| s.requests().iter().any(|r| r.outcome == 409).then_some(());
        sandbox.wait_for("the end of the first", WAIT_TIMEOUT, ended).await;
        sandbox.send_text(SITI, "for the second");
    };
    let (first, second, ()) = tokio::join!(first, second, write);
    assert_eq!(
        first,
        "409 Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    );
    assert_eq!(second[0]["message"]["text"], "for the second");
}

#[tokio::test]
async fn a_disconnected_poll_ends_and_loses_no_update() {
    let desk = Desk::started().await;
    {
        let poll = desk.call("getUpdates", json!({"offset": 2, "timeout": 50}));
        let waiting = desk.sandbox.wait_for("the poll", WAIT_TIMEOUT, |s| s.is_idle().then_some(()));
        tokio::select! { _ = poll => panic!("nothing to get"), () = waiting => {} }
    }
    desk.sandbox.wait_for("its end", WAIT_TIMEOUT, |s| (!s.is_idle()).then_some(())).await;
    desk.sandbox.send_text(SITI, "kept");
    assert_eq!(desk.call("getUpdates", json!({})).await[0]["message"]["text"], "kept");
}

#[tokio::test]
async fn allowed_updates_filter_kinds_and_are_remembered() {
    let desk = Desk::open().await;
    let bot = desk.bot();
    bot.get_updates().allowed_updates([AllowedUpdate::CallbackQuery]).await.unwrap();
    let message = desk.sandbox.send_text(SITI, "/start");
    desk.sandbox.press(SITI, message, "x");
    let updates = bot.get_updates().await.unwrap();
    assert!(matches!(updates[..], [Update { kind: teloxide::types::UpdateKind::CallbackQuery(_), .. }]));
    desk.call("getUpdates", json!({"allowed_updates": []})).await;
    desk.sandbox.send_text(SITI, "hi");
    assert_eq!(bot.get_updates().await.unwrap().len(), 2);
}

#[tokio::test]
async fn raw_and_redelivered_updates_are_delivered_unchanged() {
    let desk = Desk::started().await;
    desk.sandbox.deliver_raw(json!({"message": {"odd": true}}));
    desk.sandbox.deliver_raw(json!({"update_id": 900, "something_new": {}}));
    desk.sandbox.send_text(SITI, "after");
    assert_eq!(ids(&desk.call("getUpdates", json!({})).await), [2, 900, 901]);
    assert_eq!(ids(&desk.call("getUpdates", json!({"offset": 902})).await), Vec::<i64>::new());
    let history = serde_json::Value::from(desk.sandbox.updates());
    assert_eq!(ids(&history), [1, 2, 900, 901]);
    desk.sandbox.redeliver(901);
    let again = desk.call("getUpdates", json!({"offset": 902})).await;
    assert_eq!((ids(&again), &again[0]["message"]["text"]), (vec![901], &json!("after")));
    assert_eq!(ids(&desk.call("getUpdates", json!({"offset": 902})).await), Vec::<i64>::new());
}

#[tokio::test]
async fn parameters_are_read_from_json_form_or_query() {
    let desk = Desk::started().await;
    let url = format!("{}/bot{}/sendmessage", desk.address, super::TOKEN);
    let markup = "{\"inline_keyboard\":[[{\"text\":\"a\",\"callback_data\":\"b\"}]]}";
    let query = format!("{url}?chat_id={SITI}&text=by+query&disable_notification=true");
    assert!(desk.http.get(query).send().await.unwrap().status().is_success());
    let form = format!("chat_id={SITI}&text=by%20form&reply_markup={markup}");
    let kind = "application/x-www-form-urlencoded";
    let sent = desk.http.post(url).header("content-type", kind).body(form).send().await.unwrap();
    assert!(sent.status().is_success());
    let chat = desk.sandbox.chat(SITI);
    assert_eq!(chat[1].text, "by query");
    assert_eq!((chat[2].text.as_str(), chat[2].button("a")), ("by form", Some("b")));
    let (status, _) = desk.raw("getUpdates", json!({"timeout": "soon"})).await;
    assert_eq!(status, 400);
    let methods: Vec<_> = desk.sandbox.requests().into_iter().map(|r| r.method).collect();
    assert_eq!(methods, ["getUpdates", "sendMessage", "sendMessage", "getUpdates"]);
}

#[tokio::test]
async fn the_teloxide_dispatcher_runs_against_the_sandbox() {
    let desk = Desk::started().await;
    let echo = Update::filter_message().endpoint(|bot: Bot, message: Message| async move {
        bot.send_message(message.chat.id, format!("echo {}", message.text().unwrap_or_default())).await?;
        respond(())
    });
    let mut dispatcher = Dispatcher::builder(desk.bot(), echo).build();
    let stop = dispatcher.shutdown_token();
    let running = tokio::spawn(async move { dispatcher.dispatch().await });
    for text in ["satu", "dua"] {
        desk.sandbox.send_text(SITI, text);
    }
    let answered = |s: &antri::sandbox::Sandbox| {
        let texts: Vec<_> = s.chat(SITI).into_iter().map(|m| m.text).collect();
        (texts.ends_with(&["echo satu".to_owned(), "echo dua".to_owned()]) && s.is_idle()).then_some(())
    };
    desk.sandbox.wait_for("both echoes", WAIT_TIMEOUT, answered).await;
    let stopped = stop.shutdown().unwrap();
    // The dispatcher ends with its poll; a last message ends the poll before its timeout.
    desk.sandbox.send_text(SITI, "tiga");
    tokio::time::timeout(WAIT_TIMEOUT, stopped).await.unwrap();
    running.await.unwrap();
    assert_eq!(desk.sandbox.violations(), Vec::<String>::new());
}
