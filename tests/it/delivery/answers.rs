//! Answers that are none of the Bot API, or not the one that was hoped for: pages of proxies, redirects,
//! waits, and bodies without an end.
use crate::support::{Desk, Options, TOKEN};
use antri::sandbox::Fault;
use antri::telegram::{CallError, Telegram};
use chrono::TimeDelta;
use serde_json::json;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

async fn desk() -> Desk {
    let desk = Desk::with(Options { call_timeout: Duration::from_secs(2), ..Options::default() }).await;
    desk.person(1, "Sari", "id").await;
    desk.person(2, "Budi", "id").await;
    desk
}

#[tokio::test]
async fn a_page_of_a_proxy_is_no_refusal() {
    let desk = desk().await;
    for status in [301, 400, 401, 403, 404, 407, 413, 429, 451] {
        let words = format!("kabar {status}");
        desk.fault("sendMessage", Some(1), 3, Fault::Page(status));
        desk.enqueue_text(1, &words).await;
        desk.deliver_all().await;
        assert_eq!(desk.copies(1, &words), 1, "{status}");
    }
    for status in [200, 500, 502, 503, 504] {
        let words = format!("kabar {status}");
        desk.fault("sendMessage", Some(1), 1, Fault::Page(status));
        desk.enqueue_text(1, &words).await;
        desk.deliver_all().await;
        assert_eq!(desk.copies(1, &words), 1, "{status}");
    }
    let counters = desk.counters().await;
    assert_eq!((counters.dropped, counters.unknown), (0, 5));
    desk.say(1, "/help").await;
    assert!(desk.last(1).text.contains("/new"), "{}", desk.transcript(1));
}

#[tokio::test]
async fn a_page_in_place_of_an_answer_costs_one_repeat() {
    let desk = desk().await;
    desk.fault("sendMessage", Some(1), 9, Fault::PageAfterSuccess(502));
    desk.enqueue_text(1, "halo").await;
    desk.until("the end of the delivery", async || {
        desk.deliver_all().await;
        desk.counters().await.dropped == 1
    })
    .await;
    desk.sandbox.faults().clear();
    desk.deliver_all().await;
    assert_eq!(desk.copies(1, "halo"), 2);
    let counters = desk.counters().await;
    assert_eq!(counters.dropped_by, [0, 0, 1, 0, 0]);
}

#[tokio::test]
async fn plain_words_wait_when_telegram_asks_for_it() {
    let desk = desk().await;
    desk.fault("sendMessage", Some(1), 1, Fault::BadEntities);
    desk.fault("sendMessage", Some(1), 1, Fault::TooManyRequests { retry_after: 9 });
    // The second attempt begins with the marks again.
    desk.fault("sendMessage", Some(1), 1, Fault::BadEntities);
    desk.enqueue_text(1, "<b>a</b> &amp; b").await;
    desk.deliver_all().await;
    assert_eq!(desk.copies(1, "a & b"), 1, "{}", desk.transcript(1));
    assert_eq!(desk.counters().await.dropped, 0);
}

#[tokio::test]
async fn plain_words_with_an_unknown_outcome_are_repeated_once() {
    let desk = desk().await;
    desk.fault("sendMessage", Some(1), 1, Fault::BadEntities);
    desk.fault("sendMessage", Some(1), 1, Fault::ResetBefore);
    desk.enqueue_text(1, "<b>halo</b>").await;
    desk.deliver_all().await;
    assert_eq!(desk.copies(1, "halo"), 1, "{}", desk.transcript(1));
}

#[tokio::test]
async fn retry_after_counts_from_the_arrival_of_the_answer() {
    let desk = desk().await;
    let limited = Box::new(Fault::TooManyRequests { retry_after: 30 });
    desk.fault("sendMessage", Some(1), 1, Fault::After(Duration::from_millis(300), limited));
    let calls = || desk.calls("sendMessage", 1).len();
    let before = calls();
    desk.enqueue_text(1, "halo").await;
    desk.until("the call", async || calls() > before).await;
    // The answer takes ten seconds.
    desk.clock.advance(TimeDelta::seconds(10));
    let arrived = desk.now();
    desk.until("the wait", async || desk.next_delivery_at().await.is_some()).await;
    assert_eq!(desk.next_delivery_at().await, Some(arrived + TimeDelta::seconds(30)));
    desk.deliver_all().await;
    assert_eq!(desk.copies(1, "halo"), 1);
}

/// Serves one connection: any request is answered with these headers and then zeros without an end.
async fn endless(headers: &'static str) -> (url::Url, tokio::task::JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let serving = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.read(&mut [0; 4_096]).await.unwrap();
        socket.write_all(headers.as_bytes()).await.unwrap();
        let (zeros, mut sent) = (vec![b'0'; 1 << 16], 0);
        while socket.write_all(&zeros).await.is_ok() && sent < 1 << 30 {
            sent += zeros.len();
        }
        sent
    });
    (url, serving)
}

#[tokio::test]
async fn an_answer_without_an_end_is_not_read_to_its_end() {
    for headers in ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n"] {
        let (url, serving) = endless(headers).await;
        let telegram = Telegram::new(url, TOKEN.into(), Duration::from_secs(20)).unwrap();
        let error = telegram.call("sendMessage", &json!({})).await.unwrap_err();
        assert!(matches!(error, CallError::Unknown(_)), "{error}");
        drop(telegram);
        let sent = serving.await.unwrap();
        assert!(sent < 32 << 20, "{sent} bytes were read");
    }
}
