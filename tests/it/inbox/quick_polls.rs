//! Polls that are answered at once without news: each is followed by a longer pause.
use crate::support::Desk;
use antri::sandbox::Fault;
use std::time::{Duration, Instant};

/// Lets the next polls be answered at once with this body.
async fn assert_growing_pauses(content_type: &str, body: &str) {
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
    assert!(started.elapsed() < Duration::from_secs(3), "news end the pauses: {:?}", started.elapsed());
}

#[tokio::test]
async fn quick_empty_polls_are_followed_by_growing_pauses() {
    assert_growing_pauses("application/json", r#"{"ok":true,"result":[]}"#).await;
}

#[tokio::test]
async fn foreign_answers_are_followed_by_growing_pauses() {
    assert_growing_pauses("text/html", "<html>\"update_id\":1 captive portal</html>").await;
}
