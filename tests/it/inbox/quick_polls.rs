//! Polls that are answered at once without news: each is followed by a longer delay.
use crate::support::Desk;
use antri::sandbox::Fault;
use std::time::{Duration, Instant};

/// Lets the next polls be answered at once with this body.
async fn assert_growing_delays(content_type: &str, body: &str) {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    let (content_type, body) = (content_type.to_owned(), body.as_bytes().to_vec());
    desk.fault("getUpdates", None, 5, Fault::RawAnswer { status: 200, content_type, body });
    // The open poll ends with this update; the next five polls bring nothing.
    let started = Instant::now();
    desk.say(1, "/help").await;
    desk.say(1, "/help").await;
    assert_eq!(desk.sandbox.faults().remaining(), 0);
    // 0.1 + 0.2 + 0.4 + 0.8 + 1.6 s.
    assert!(started.elapsed() > Duration::from_secs(3), "{:?}", started.elapsed());
    let started = Instant::now();
    desk.say(1, "/help").await;
    assert!(started.elapsed() < Duration::from_secs(3), "news end the delays: {:?}", started.elapsed());
}

/// After a quiet week ids go on at a random number, and an offset that is greater would hide those updates.
#[tokio::test]
async fn a_poll_after_an_empty_one_has_no_offset() {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    let empty = br#"{"ok":true,"result":[]}"#.to_vec();
    let fault = Fault::RawAnswer { status: 200, content_type: "application/json".to_owned(), body: empty };
    desk.fault("getUpdates", None, 1, fault);
    let requests_before = desk.sandbox.requests().len();
    desk.say(1, "/help").await;
    desk.say(1, "/help").await;
    let requests = desk.sandbox.requests();
    let polls = requests[requests_before..].iter().filter(|r| r.method == "getUpdates");
    let has_offset: Vec<_> = polls.map(|r| r.params.get("offset").is_some()).collect();
    // The poll that got the empty answer, the one after it, and those after it that confirm updates.
    assert_eq!(has_offset[..3], [true, false, true]);
}

#[tokio::test]
async fn quick_empty_polls_are_followed_by_growing_delays() {
    assert_growing_delays("application/json", r#"{"ok":true,"result":[]}"#).await;
}

#[tokio::test]
async fn foreign_answers_are_followed_by_growing_delays() {
    assert_growing_delays("text/html", "<html>\"update_id\":1 captive portal</html>").await;
}
