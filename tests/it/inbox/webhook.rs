//! Webhook mode, end to end: Telegram posts, proves itself, and tries again until it hears 200.
use crate::support::{Desk, Options, StoreFault, WAIT_TIMEOUT};
use antri::sandbox::Fault;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const SECRET: &str = "the-secret-of-the-webhook";

async fn desk() -> Desk {
    Desk::with(Options { webhook: Some(SECRET), ..Options::default() }).await
}

/// Posts to the desk as somebody who knows (or guesses) the secret; returns the answer's status.
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

fn helped(desk: &Desk) -> usize {
    desk.sandbox.chat(1).iter().filter(|m| m.text.contains("Yang bisa Anda lakukan")).count()
}

#[tokio::test]
async fn telegram_is_let_in_and_nobody_else() {
    let desk = desk().await;
    desk.person(1, "Sari", "id").await;
    desk.say(1, "/help").await;
    assert_eq!(helped(&desk), 1);
    for (secret, body, status) in [
        (None, update(9_001), 401),
        (Some("the-secret-of-the-webhooK"), update(9_002), 401),
        (Some(""), update(9_003), 401),
        (Some(SECRET), "no json".to_owned(), 400),
        (Some(SECRET), r#"{"message": {}}"#.to_owned(), 400),
        (Some(SECRET), "x".repeat(2 << 20), 413),
    ] {
        assert_eq!(post(&desk, secret, &body).await, status, "{secret:?} {body:.40}");
    }
    desk.settle().await;
    assert_eq!(helped(&desk), 1, "no effect");
    assert_eq!(post(&desk, Some(SECRET), &update(9_004)).await, 200);
    assert_eq!(post(&desk, Some(SECRET), &update(9_004)).await, 200, "again: known, and fine");
    desk.settle().await;
    assert_eq!(helped(&desk), 2);
    assert!(desk.sandbox.requests().iter().all(|r| r.method != "getUpdates"));
}

#[tokio::test]
async fn who_does_not_know_the_secret_is_sent_away_before_they_have_said_anything() {
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
async fn what_could_not_be_written_is_refused_and_comes_again() {
    let desk = desk().await;
    desk.person(1, "Sari", "id").await;
    desk.faults.inject_next("append_updates", 2, StoreFault::Away);
    assert_eq!(post(&desk, Some(SECRET), &update(9_001)).await, 503);
    desk.say(1, "/help").await;
    assert_eq!(helped(&desk), 1);
    desk.find(1, "Sistem sedang terganggu");
}

#[tokio::test]
async fn a_stop_leaves_the_webhook_for_the_others() {
    let desk = desk().await;
    desk.stop().await;
    assert!(desk.sandbox.requests().iter().all(|r| r.method != "deleteWebhook"));
    desk.fault("setWebhook", None, 1, Fault::ServerError(502));
    desk.start().await;
    desk.person(1, "Sari", "id").await;
    desk.find(1, "Halo Sari");
}
