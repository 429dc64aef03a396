//! Readiness of intake and outbox: an answer of `getMe` that teloxide cannot read, polls that cannot be read,
//! and work that stands still.
use crate::support::{Desk, Reply, StoreFault};
use antri::sandbox::Fault;
use chrono::TimeDelta;
use serde_json::json;
use std::sync::Arc;
use tokio::sync::Notify;

const SARI: i64 = 1;
const BUDI: i64 = 2;

fn raw_answer(content_type: &str, body: &str) -> Fault {
    Fault::RawAnswer { status: 200, content_type: content_type.to_owned(), body: body.as_bytes().to_vec() }
}

/// Returns the status of `/readyz`, and whether polls and the dispatcher work.
async fn readiness(desk: &Desk) -> (u16, bool, bool) {
    let ready = Reply::of(desk.request("GET", "/readyz")).await;
    let part = |name: &str| ready.body["data"][name].as_bool().unwrap();
    (ready.status, part("polls"), part("dispatcher"))
}

/// The fields that older and newer servers leave out are needed by teloxide's type only.
#[tokio::test]
async fn a_bot_without_optional_fields_is_served() {
    let desk = Desk::new().await;
    desk.person(SARI, "Sari", "id").await;
    desk.stop().await;
    let me = json!({"ok": true, "result": {
        "id": 123_456, "is_bot": true, "first_name": "Meja", "username": "meja_bot",
        "can_join_groups": true, "can_read_all_group_messages": false, "supports_inline_queries": false,
    }});
    desk.fault("getMe", None, u32::MAX, raw_answer("application/json", &me.to_string()));
    desk.start().await;
    desk.say(SARI, "Internet mati").await;
    assert!(desk.last(SARI).text.contains("Internet mati"), "{}", desk.transcript(SARI));
    assert_eq!(readiness(&desk).await, (200, true, true));
    desk.sandbox.faults().clear();
}

/// Starts the desk while Telegram can't be reached, until `call` has happened, and then lets Telegram answer.
async fn start_while_telegram_is_away(desk: &Desk, call: impl AsyncFnOnce()) {
    desk.fault("getMe", None, u32::MAX, Fault::ServerError(502));
    let mut start = Box::pin(desk.start());
    tokio::select! {
        () = &mut start => panic!("it started without Telegram"),
        () = call() => {}
    }
    desk.sandbox.faults().clear();
    start.await;
}

#[tokio::test]
async fn agents_are_loaded_while_telegram_is_away_at_the_start() {
    let desk = Desk::new().await;
    desk.person(SARI, "Sari", "id").await;
    desk.agent(BUDI, "Budi").await;
    desk.say(BUDI, "/online").await;
    desk.stop().await;
    desk.faults.inject_next("agents", 1, StoreFault::Waits);
    start_while_telegram_is_away(&desk, async || {
        desk.faults.call_held().await;
        desk.faults.release_calls();
    })
    .await;
    desk.ticket(SARI, "Internet mati").await;
    assert!(desk.has(BUDI, "Internet mati"), "{}", desk.transcript(BUDI));
}

#[tokio::test]
async fn a_store_that_was_away_while_telegram_was_does_not_end_the_start() {
    let desk = Desk::new().await;
    desk.stop().await;
    let (failed, mut is_first) = (Arc::new(Notify::new()), true);
    let failing = Arc::clone(&failed);
    desk.faults.inject(move |called| {
        (called == "agents" && std::mem::take(&mut is_first)).then(|| {
            failing.notify_one();
            StoreFault::Unreachable
        })
    });
    start_while_telegram_is_away(&desk, async || failed.notified().await).await;
    until_missing(&desk, &[]).await;
}

#[tokio::test]
async fn polls_that_cannot_be_read_make_the_desk_unready_until_one_can() {
    let desk = Desk::new().await;
    desk.person(SARI, "Sari", "id").await;
    desk.fault("getUpdates", None, u32::MAX, raw_answer("text/html", "<html>captive portal</html>"));
    // The open poll ends with this update; the next ones get the page, so the update stays unconfirmed.
    desk.sandbox.send_text(SARI, "/help");
    desk.until("readiness to follow the polls", async || readiness(&desk).await == (503, false, true)).await;
    desk.sandbox.faults().clear();
    desk.until("readiness to follow the polls", async || readiness(&desk).await == (200, true, true)).await;
    desk.say(SARI, "/help").await;
    assert_eq!(desk.count(SARI, "Yang bisa Anda lakukan"), 2, "{}", desk.transcript(SARI));
}

/// Returns the status of `/readyz` and the parts that are missing.
async fn missing(desk: &Desk) -> (u16, Vec<String>) {
    let ready = Reply::of(desk.request("GET", "/readyz")).await;
    let parts = ready.body["data"].as_object().unwrap().clone();
    let missing = parts.into_iter().filter(|(part, works)| part != "ready" && *works == false);
    (ready.status, missing.map(|(part, _)| part).collect())
}

async fn until_missing(desk: &Desk, parts: &[&str]) {
    let status = if parts.is_empty() { 200 } else { 503 };
    desk.until(&format!("readiness without {parts:?}"), async || {
        let (answered, missing) = missing(desk).await;
        answered == status && missing == parts
    })
    .await;
}

/// Holds a call of the store for ever, past the time after which work counts as standing still.
async fn check_held_call(method: &'static str, part: &str) {
    let desk = Desk::new().await;
    desk.person(SARI, "Sari", "id").await;
    until_missing(&desk, &[]).await;
    desk.faults.inject_next(method, 1, StoreFault::Waits);
    desk.sandbox.send_text(SARI, "/help");
    desk.faults.call_held().await;
    desk.clock.advance(TimeDelta::seconds(59));
    until_missing(&desk, &[]).await;
    desk.clock.advance(TimeDelta::seconds(2));
    until_missing(&desk, &[part]).await;
    desk.faults.release_calls();
    until_missing(&desk, &[]).await;
    desk.settle().await;
    // An idle desk stays ready, however long nobody writes.
    desk.clock.advance(TimeDelta::hours(9));
    until_missing(&desk, &[]).await;
}

#[tokio::test]
async fn an_update_that_is_never_handled_makes_the_desk_unready() {
    check_held_call("complete_update", "inbox").await;
}

#[tokio::test]
async fn a_settlement_that_never_ends_makes_the_desk_unready() {
    check_held_call("settle", "outbox").await;
}

#[tokio::test]
async fn a_claim_that_never_ends_makes_the_desk_unready() {
    check_held_call("claim", "outbox").await;
}

#[tokio::test]
async fn an_inbox_or_outbox_that_cannot_be_read_makes_the_desk_unready() {
    let desk = Desk::new().await;
    desk.person(SARI, "Sari", "id").await;
    for (method, part) in [("claim", "outbox"), ("pending_updates", "dispatcher")] {
        desk.faults.inject_next(method, u32::MAX, StoreFault::Unreachable);
        desk.sandbox.send_text(SARI, "/help");
        until_missing(&desk, &[part]).await;
        desk.faults.clear();
        until_missing(&desk, &[]).await;
        desk.settle().await;
    }
    assert_eq!(desk.count(SARI, "Yang bisa Anda lakukan"), 2, "{}", desk.transcript(SARI));
}
