//! Telegram's own limits, on a clock that the test winds: as fast as allowed, and never refused.
use crate::support::{Desk, Options};
use antri::outbox::rate_limit::RateLimits;
use antri::sandbox::NewUser;
use chrono::TimeDelta;

async fn desk() -> Desk {
    let desk = Desk::with(Options { limits: RateLimits::TELEGRAM, ..Options::default() }).await;
    // The greeting and the menu of the admin have cost some of this second's messages.
    desk.advance(TimeDelta::seconds(60));
    desk
}

fn sent(desk: &Desk) -> usize {
    let requests = desk.sandbox.requests();
    assert!(requests.iter().all(|r| r.outcome != 429), "faster than Telegram allows");
    requests.iter().filter(|r| r.method == "sendMessage" && r.outcome == 200).count()
}

#[tokio::test]
async fn thirty_a_second_over_all_chats() {
    let desk = desk().await;
    for id in 1..=100 {
        desk.sandbox.add_user(NewUser { id: Some(id), first_name: "Orang".into(), ..NewUser::default() });
        desk.sandbox.send_text(id, "/start");
    }
    desk.until("all greetings", async || {
        desk.advance(TimeDelta::seconds(1));
        desk.sandbox.idle_polls() && desk.app().is_idle().await
    })
    .await;
    desk.advance(TimeDelta::seconds(60));
    desk.sandbox.enforce_limits(true);
    let before = sent(&desk);
    for id in 1..=100 {
        desk.enqueue_text(id, "kabar").await;
    }
    for second in 1..=4 {
        let due = (second * 30).min(100);
        desk.until("this second's messages", async || sent(&desk) - before == due).await;
        desk.advance(TimeDelta::seconds(1));
    }
    assert_eq!(sent(&desk) - before, 100);
    desk.deliver_all().await;
}

#[tokio::test]
async fn a_burst_and_then_one_a_second_in_a_chat() {
    let desk = desk().await;
    desk.person(1, "Sari", "id").await;
    desk.advance(TimeDelta::seconds(60));
    desk.sandbox.enforce_limits(true);
    let before = sent(&desk);
    for n in 1..=24 {
        desk.enqueue_text(1, &format!("kabar {n}")).await;
    }
    for due in 20..=24 {
        desk.until("this second's messages", async || sent(&desk) - before == due).await;
        // The refusal to send the next one must have been written down before time goes on.
        desk.until("the wait for the next", async || {
            due == 24 || desk.next_delivery_at().await == Some(desk.now() + TimeDelta::seconds(1))
        })
        .await;
        desk.advance(TimeDelta::seconds(1));
    }
    desk.deliver_all().await;
    let words: Vec<_> = desk.sandbox.chat(1).into_iter().map(|m| m.text).collect();
    let expected: Vec<_> = (1..=24).map(|n| format!("kabar {n}")).collect();
    assert!(words.ends_with(&expected), "the order of the chat: {words:?}");
}
