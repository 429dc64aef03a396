//! Outgoing webhooks: signed, in the order of each ticket, retried with growing delays, and given up at last;
//! on both stores.
use crate::support::backends::Backends;
use crate::support::receiver::Receiver;
use crate::support::{ADMIN, Desk, Options, StoreFault, http};
use antri::config::http::HttpConfig;
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SARI: i64 = 1;
const BUDI: i64 = 2;

/// Returns a desk with a customer and an agent that posts to the receiver.
async fn desk(receiver: &Receiver, backends: fn() -> Backends) -> Desk {
    let http = HttpConfig { event_webhook: Some(receiver.config()), ..http() };
    let desk = Desk::with(Options { http, backends: Some(backends), ..Options::default() }).await;
    desk.person(SARI, "Sari", "id").await;
    desk.agent(BUDI, "Budi").await;
    desk
}

/// Wakes the sender after the clock was advanced.
fn advance(desk: &Desk, by: TimeDelta) {
    desk.clock.advance(by);
    desk.app().engine.wake_outbox();
}

async fn until_received(desk: &Desk, receiver: &Receiver, count: usize) {
    let what = format!("{count} webhooks");
    desk.until(&what, async || receiver.received().len() >= count).await;
}

/// Returns the log of webhooks, newest first.
async fn log(desk: &Desk, query: &str) -> Vec<Value> {
    let reply = desk.get(ADMIN, &format!("/api/webhook-deliveries{query}")).await;
    reply.data()["deliveries"].as_array().unwrap().clone()
}

async fn a_tickets_story_is_told_in_order(backends: fn() -> Backends) {
    let receiver = Receiver::start().await;
    let desk = desk(&receiver, backends).await;
    desk.ticket(SARI, "Internet mati").await;
    desk.say(BUDI, "/online").await;
    desk.sandbox.send_text(SARI, "Lampu LOS merah");
    desk.settle().await;
    desk.sandbox.send_text(BUDI, "Kami periksa");
    desk.settle().await;
    let ticket = desk.app().engine.store().all_held().await.unwrap().remove(0);
    desk.post(BUDI, &format!("/api/tickets/{}/complete", ticket.number), Value::Null).await.data();
    let expected = [
        "ticket.created",
        "ticket.assigned",
        "message.created",
        "message.created",
        "ticket.updated",
        "ticket.completed",
    ];
    until_received(&desk, &receiver, expected.len()).await;
    assert_eq!(receiver.accepted(), expected);
    let posts = receiver.received();
    let ids: BTreeSet<_> = posts.iter().map(|one| one.id.clone()).collect();
    assert_eq!(ids.len(), posts.len());
    assert!(posts.iter().all(|one| one.ticket == ticket.id.to_string()), "{posts:?}");
    assert_eq!(posts[0].data["status"], "queued");
    assert_eq!(posts[0].data["ticket_number"], json!(ticket.number.to_string()));
    let budi = json!(desk.person_by_telegram_id(BUDI).await.id);
    assert_eq!((&posts[1].data["assigned_agent"], &posts[1].data["changed_by"]), (&budi, &Value::Null));
    assert_eq!(
        (&posts[2].data["text"], &posts[2].data["direction"]),
        (&json!("Lampu LOS merah"), &json!("customer"))
    );
    assert_eq!((&posts[3].data["author_id"], &posts[3].data["direction"]), (&budi, &json!("agent")));
    assert_eq!((&posts[5].data["status"], &posts[5].data["changed_by"]), (&json!("completed"), &budi));
    assert_eq!(posts[5].timestamp, desk.now().timestamp());
    desk.until("the record", async || log(&desk, "?state=delivered").await.len() == 6).await;
    let page = desk.get(ADMIN, "/api/webhook-deliveries?limit=4").await.data().clone();
    assert_eq!(page["deliveries"][0]["type"], "ticket.completed");
    let older = log(&desk, &format!("?limit=4&before={}", page["next_before"])).await;
    assert_eq!((older.len(), &older[1]["type"]), (2, &json!("ticket.created")));
    assert!(!page.to_string().contains("Kami periksa"), "the log shows what people write: {page}");
    desk.get(BUDI, "/api/webhook-deliveries").await.refused(403, "forbidden");
}

async fn a_failed_webhook_is_retried_before_the_next_of_its_ticket(backends: fn() -> Backends) {
    let receiver = Receiver::start().await;
    let desk = desk(&receiver, backends).await;
    receiver.answer(&[500, 302]);
    desk.ticket(SARI, "Internet mati").await;
    until_received(&desk, &receiver, 1).await;
    // What follows on the same ticket waits; another ticket does not.
    desk.sandbox.send_text(SARI, "Masih mati");
    desk.settle().await;
    desk.until("the record", async || log(&desk, "").await.iter().any(|one| one["attempts"] == 1)).await;
    advance(&desk, TimeDelta::seconds(5));
    until_received(&desk, &receiver, 2).await;
    desk.until("the record", async || log(&desk, "").await.iter().any(|one| one["attempts"] == 2)).await;
    let pending = log(&desk, "?state=pending").await;
    assert_eq!(
        (pending.len(), &pending[1]["status"], &pending[1]["error"]),
        (2, &json!(302), &json!("HTTP 302"))
    );
    advance(&desk, TimeDelta::seconds(19));
    desk.settle().await;
    assert_eq!(receiver.received().len(), 2, "no redirect is followed, and no delay is cut short");
    advance(&desk, TimeDelta::seconds(1));
    until_received(&desk, &receiver, 4).await;
    let posts = receiver.received();
    assert_eq!(receiver.accepted(), ["ticket.created", "message.created"]);
    assert!(posts[..3].iter().all(|one| (&one.id, &one.body) == (&posts[0].id, &posts[0].body)));
    assert_eq!(posts[2].timestamp - posts[0].timestamp, 25, "the time is that of the attempt");
}

async fn a_webhook_that_is_never_taken_is_given_up_visibly(backends: fn() -> Backends) {
    let receiver = Receiver::start().await;
    let desk = desk(&receiver, backends).await;
    receiver.answer_always(503);
    desk.ticket(SARI, "Internet mati").await;
    for attempt in 1..=9 {
        until_received(&desk, &receiver, attempt).await;
        let recorded = async || log(&desk, "").await.iter().any(|one| one["attempts"] == attempt);
        desk.until("the record", recorded).await;
        advance(&desk, TimeDelta::hours(8));
    }
    let dead = log(&desk, "?state=dead").await;
    assert_eq!((dead.len(), &dead[0]["status"], &dead[0]["next_attempt_at"]), (1, &json!(503), &Value::Null));
    let metrics = desk.get(ADMIN, "/metrics").await.text;
    for line in [
        "antri_webhooks_given_up_total 1",
        "antri_webhook_attempts_failed_total 9",
        "antri_webhooks_pending 0",
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
    // What comes later is sent again.
    receiver.answer_always(200);
    desk.sandbox.send_text(SARI, "Masih mati");
    desk.settle().await;
    desk.until("the next webhook", async || receiver.accepted() == ["message.created"]).await;
}

async fn a_lost_record_of_a_delivery_repeats_it_with_the_same_id(backends: fn() -> Backends) {
    let receiver = Receiver::start().await;
    let desk = desk(&receiver, backends).await;
    desk.faults.inject(|called| (called == "settle_webhooks").then_some(StoreFault::Unreachable));
    desk.ticket(SARI, "Internet mati").await;
    until_received(&desk, &receiver, 1).await;
    desk.stop().await;
    desk.faults.clear();
    desk.start().await;
    until_received(&desk, &receiver, 2).await;
    let posts = receiver.received();
    assert_eq!((&posts[0].id, &posts[0].body), (&posts[1].id, &posts[1].body));
    desk.until("the record", async || log(&desk, "?state=delivered").await.len() == 1).await;
}

async fn a_message_is_reported_when_its_ticket_is_known(backends: fn() -> Backends) {
    let receiver = Receiver::start().await;
    let desk = desk(&receiver, backends).await;
    desk.ticket(SARI, "Internet mati").await;
    desk.ticket(SARI, "Telepon mati").await;
    until_received(&desk, &receiver, 2).await;
    desk.sandbox.send_text(SARI, "Sudah tiga hari");
    desk.settle().await;
    assert_eq!(receiver.received().len(), 2, "the author is asked for the ticket");
    let tickets = receiver.received();
    let number = tickets[1].data["ticket_number"].as_str().unwrap().to_owned();
    let choice =
        desk.sandbox.chat(SARI).into_iter().rev().find(|message| message.keyboard.len() > 1).unwrap();
    let mut buttons = choice.keyboard.iter().flatten();
    let button =
        buttons.find(|button| button.text.contains(&number[16..]) || button.text.contains("Telepon"));
    let data = button.unwrap().callback_data.clone().unwrap();
    desk.press_data(SARI, choice.message_id, &data).await;
    until_received(&desk, &receiver, 3).await;
    let message = receiver.received().remove(2);
    assert_eq!(
        (message.kind.as_str(), &message.data["text"]),
        ("message.created", &json!("Sudah tiga hari"))
    );
    assert_eq!(message.ticket, tickets[1].ticket);
}

macro_rules! on_both_stores {
    ($($case:ident,)*) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $case() {
                super::$case(super::Backends::embedded).await;
            })*
        }
        mod on_mongodb {
            $(#[tokio::test]
            async fn $case() {
                super::$case(super::Backends::servers).await;
            })*
        }
    };
}

on_both_stores! {
    a_tickets_story_is_told_in_order,
    a_failed_webhook_is_retried_before_the_next_of_its_ticket,
    a_webhook_that_is_never_taken_is_given_up_visibly,
    a_lost_record_of_a_delivery_repeats_it_with_the_same_id,
    a_message_is_reported_when_its_ticket_is_known,
}
