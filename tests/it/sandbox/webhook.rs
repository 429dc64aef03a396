//! Webhook delivery: in order, with the secret, retried until the bot accepts the update.
use std::sync::{Arc, Mutex};

use antri::sandbox::Sandbox;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{Desk, SITI, WAIT_TIMEOUT};

/// The id of an update and the secret of its request.
type Post = (i64, Option<String>);

/// The webhook server of a bot. It records every request, and refuses as many as `refusals` says.
#[derive(Clone, Default)]
struct Bot {
    received: Arc<Mutex<Vec<Post>>>,
    refusals: Arc<Mutex<u32>>,
}

impl Bot {
    async fn listen(&self) -> String {
        async fn receive(
            State(bot): State<Bot>,
            headers: HeaderMap,
            Json(update): Json<Value>,
        ) -> StatusCode {
            let secret =
                headers.get("x-telegram-bot-api-secret-token").map(|v| v.to_str().unwrap().to_owned());
            bot.received.lock().unwrap().push((update["update_id"].as_i64().unwrap(), secret));
            let mut refusals = bot.refusals.lock().unwrap();
            if *refusals == 0 {
                return StatusCode::OK;
            }
            *refusals -= 1;
            StatusCode::INTERNAL_SERVER_ERROR
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let app = Router::new().fallback(receive).with_state(self.clone());
        tokio::spawn(axum::serve(listener, app).into_future());
        url
    }

    fn ids(&self) -> Vec<i64> {
        self.received.lock().unwrap().iter().map(|(id, _)| *id).collect()
    }
}

async fn wait_for_deliveries(sandbox: &Sandbox) {
    sandbox.wait_for("all deliveries", WAIT_TIMEOUT, |s| s.is_idle().then_some(())).await;
}

#[tokio::test]
async fn updates_are_posted_in_order_with_the_secret_and_retried_after_a_failure() {
    let desk = Desk::started().await;
    let bot = Bot::default();
    *bot.refusals.lock().unwrap() = 2;
    desk.sandbox.send_text(SITI, "waiting already");
    let url = bot.listen().await;
    desk.call("setWebhook", json!({"url": url, "secret_token": "s-3_cret"})).await;
    desk.sandbox.send_text(SITI, "new");
    wait_for_deliveries(&desk.sandbox).await;
    assert_eq!(bot.ids(), [2, 2, 2, 3]);
    assert!(bot.received.lock().unwrap().iter().all(|(_, secret)| secret.as_deref() == Some("s-3_cret")));
    let info = desk.call("getWebhookInfo", json!({})).await;
    assert_eq!((&info["url"], &info["pending_update_count"]), (&json!(url), &json!(0)));
    assert_eq!(info["last_error_message"], "Wrong response from the webhook: 500 Internal Server Error");
    assert!(desk.bot_reads_webhook_info().await);
    desk.sandbox.redeliver(3);
    wait_for_deliveries(&desk.sandbox).await;
    assert_eq!(bot.ids(), [2, 2, 2, 3, 3]);
}

#[tokio::test]
async fn polling_and_a_webhook_exclude_each_other() {
    let desk = Desk::started().await;
    let poll = desk.refused("getUpdates", json!({"offset": 2, "timeout": 50}));
    let url = Bot::default().listen().await;
    let set = async {
        desk.sandbox.wait_for("the poll", WAIT_TIMEOUT, |s| s.is_idle().then_some(())).await;
        desk.raw("setWebhook", json!({"url": url})).await
    };
    let (poll, (_, set)) = tokio::join!(poll, set);
    assert_eq!(poll, "409 Conflict: terminated by setWebhook request");
    assert_eq!(set, json!({"ok": true, "result": true, "description": "Webhook was set"}));
    assert_eq!(
        desk.refused("getUpdates", json!({})).await,
        "409 Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the \
         webhook first"
    );
    assert_eq!(desk.raw("setWebhook", json!({"url": url})).await.1["description"], "Webhook is already set");
    assert_eq!(desk.raw("deleteWebhook", json!({})).await.1["description"], "Webhook was deleted");
    assert_eq!(desk.raw("deleteWebhook", json!({})).await.1["description"], "Webhook is already deleted");
    desk.call("getUpdates", json!({})).await;
}

#[tokio::test]
async fn pending_updates_can_be_dropped_and_a_deleted_webhook_gets_no_update() {
    let desk = Desk::started().await;
    let bot = Bot::default();
    let url = bot.listen().await;
    desk.sandbox.send_text(SITI, "dropped");
    desk.call("setWebhook", json!({"url": url, "drop_pending_updates": true})).await;
    desk.sandbox.send_text(SITI, "posted");
    wait_for_deliveries(&desk.sandbox).await;
    desk.call("deleteWebhook", json!({})).await;
    desk.sandbox.send_text(SITI, "polled");
    let updates = desk.call("getUpdates", json!({})).await;
    assert_eq!(updates[0]["message"]["text"], "polled");
    assert_eq!(bot.ids(), [3]);
}

#[tokio::test]
async fn invalid_webhooks_are_refused() {
    let desk = Desk::started().await;
    for (params, description) in [
        (json!({"url": "ftp://x.example/"}), "invalid webhook URL specified"),
        (json!({"url": "https://"}), "invalid webhook URL specified"),
        (
            json!({"url": "https://x.example/", "secret_token": "a b"}),
            "secret token contains unallowed characters",
        ),
        (json!({"url": "https://x.example/", "secret_token": "a".repeat(257)}), "secret token is too long"),
    ] {
        assert_eq!(desk.refused("setWebhook", params).await, format!("400 Bad Request: {description}"));
    }
}

#[tokio::test]
async fn bytes_are_posted_as_given() {
    let desk = Desk::started().await;
    let bodies: Arc<Mutex<Vec<Bytes>>> = Arc::default();
    let received = bodies.clone();
    let app = Router::new().fallback(async move |body: Bytes| received.lock().unwrap().push(body));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, app).into_future());
    desk.call("setWebhook", json!({"url": url})).await;
    desk.sandbox.deliver_bytes(|id| [id.to_string().as_bytes(), b" \xff".as_slice()].concat());
    desk.sandbox.send_text(SITI, "after");
    wait_for_deliveries(&desk.sandbox).await;
    let mut received: Vec<Bytes> = bodies.lock().unwrap().clone();
    received.sort();
    assert_eq!((received.len(), &received[0][..]), (2, b"2 \xff".as_slice()));
}

impl Desk {
    async fn bot_reads_webhook_info(&self) -> bool {
        use teloxide::prelude::*;
        self.bot().get_webhook_info().await.unwrap().url.is_some()
    }
}
