//! Webhook mode, end to end: Telegram posts with a secret, and retries until it gets status 200.
use crate::support::{Desk, Options, StoreFault, WAIT_TIMEOUT};
use antri::sandbox::Fault;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const SECRET: &str = "the-secret-of-the-webhook";

async fn desk() -> Desk {
    Desk::with(Options { webhook: Some(SECRET), ..Options::default() }).await
}

/// Posts to the webhook with this secret; returns the status of the answer.
async fn post(desk: &Desk, secret: Option<&str>, body: &str) -> u16 {
    let url = desk.webhook_target.lock().unwrap().clone().unwrap();
    let mut request = reqwest::Client::builder().no_proxy().build().unwrap().post(url).body(body.to_owned());
    if let Some(secret) = secret {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    request.send().await.unwrap().status().as_u16()
}

fn update(id: i64) -> String {
    format!(
        r#"{{"update_id": {id}, "message": {{"message_id": {id}, "date": 1764831173, "text": "/help",
            "from": {{"id": 1, "is_bot": false, "first_name": "Sari", "language_code": "id"}},
            "chat": {{"id": 1, "type": "private", "first_name": "Sari"}}}}}}"#
    )
}

fn help_count(desk: &Desk) -> usize {
    desk.sandbox.chat(1).iter().filter(|m| m.text.contains("Yang bisa Anda lakukan")).count()
}

#[tokio::test]
async fn only_requests_with_the_secret_are_accepted() {
    let desk = desk().await;
    desk.person(1, "Sari", "id").await;
    desk.say(1, "/help").await;
    assert_eq!(help_count(&desk), 1);
    for (secret, body, status) in [
        (None, update(9_001), 401),
        (Some("the-secret-of-the-webhooK"), update(9_002), 401),
        (Some(""), update(9_003), 401),
        // Telegram would send any other answer's update again, and hold back the ones after it.
        (Some(SECRET), "no json".to_owned(), 200),
        (Some(SECRET), r#"{"message": {}}"#.to_owned(), 200),
        (Some(SECRET), "x".repeat(2 << 20), 200),
        (Some(SECRET), "x".repeat((16 << 20) + 1), 413),
    ] {
        assert_eq!(post(&desk, secret, &body).await, status, "{secret:?} {body:.40}");
    }
    desk.settle().await;
    assert_eq!(help_count(&desk), 1, "no effect");
    assert_eq!(post(&desk, Some(SECRET), &update(9_004)).await, 200);
    assert_eq!(post(&desk, Some(SECRET), &update(9_004)).await, 200, "a repeated update is accepted");
    desk.settle().await;
    assert_eq!(help_count(&desk), 2);
    assert!(desk.sandbox.requests().iter().all(|r| r.method != "getUpdates"));
}

#[tokio::test]
async fn a_wrong_secret_is_rejected_before_the_body_is_read() {
    let desk = desk().await;
    let url = desk.webhook_target.lock().unwrap().clone().unwrap();
    let address = format!("127.0.0.1:{}", url.port().unwrap());
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let head =
        "POST /hook HTTP/1.1\r\nhost: desk\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    let answered = tokio::time::timeout(WAIT_TIMEOUT / 4, stream.read_exact(&mut answer)).await;
    answered.expect("an answer before the body").unwrap();
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 401");
}

#[tokio::test]
async fn an_update_that_cannot_be_written_is_rejected_and_retried() {
    let desk = desk().await;
    desk.person(1, "Sari", "id").await;
    desk.faults.inject_next("append_updates", 2, StoreFault::Unreachable);
    assert_eq!(post(&desk, Some(SECRET), &update(9_001)).await, 503);
    desk.wait_for_message(1, "Sistem sedang terganggu").await;
    desk.say(1, "/help").await;
    assert_eq!(help_count(&desk), 1);
    desk.until("the end of the notice", async || !desk.has(1, "Sistem sedang terganggu")).await;
}

#[tokio::test]
async fn stopping_does_not_delete_the_webhook() {
    let desk = desk().await;
    desk.stop().await;
    assert!(desk.sandbox.requests().iter().all(|r| r.method != "deleteWebhook"));
    desk.fault("setWebhook", None, 1, Fault::ServerError(502));
    desk.start().await;
    desk.person(1, "Sari", "id").await;
    desk.find(1, "Halo Sari");
}

/// The webhook of the process before brings updates while the registration is refused with a wait.
#[tokio::test]
async fn updates_are_handled_while_telegram_delays_the_registration() {
    let desk = desk().await;
    desk.person(1, "Sari", "id").await;
    desk.stop().await;
    desk.fault("setWebhook", None, 1, Fault::TooManyRequests { retry_after: 3_600 });
    desk.start().await;
    desk.until("the registration to be refused", async || desk.sandbox.faults().remaining() == 0).await;
    assert_eq!(post(&desk, Some(SECRET), &update(9_001)).await, 200);
    desk.until("the update to be handled", async || help_count(&desk) == 1).await;
    desk.stop().await;
}
