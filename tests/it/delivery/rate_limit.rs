//! Rate limits of Telegram, on a manual clock: the outbox sends as fast as allowed and gets no 429.
use crate::support::{Desk, Options};
use antri::outbox::rate_limit::RateLimits;
use antri::sandbox::NewUser;
use chrono::TimeDelta;

async fn desk() -> Desk {
    let desk = Desk::with(Options { limits: RateLimits::TELEGRAM, ..Options::default() }).await;
    // The greeting and the menu of the admin used tokens of this second.
    desk.advance(TimeDelta::seconds(60));
    desk
}

fn sent_count(desk: &Desk) -> usize {
    let requests = desk.sandbox.requests();
    assert!(requests.iter().all(|r| r.outcome != 429), "faster than Telegram allows");
    requests.iter().filter(|r| r.method == "sendMessage" && r.outcome == 200).count()
}

#[tokio::test]
async fn thirty_messages_a_second_are_sent_over_all_chats() {
    let desk = desk().await;
    for id in 1..=100 {
        desk.sandbox.add_user(NewUser { id: Some(id), first_name: "Orang".into(), ..NewUser::default() });
        desk.sandbox.send_text(id, "/start");
    }
    desk.until("all greetings", async || {
        desk.advance(TimeDelta::seconds(1));
        desk.sandbox.is_idle() && desk.app().is_idle().await
    })
    .await;
    desk.advance(TimeDelta::seconds(60));
    desk.sandbox.enforce_limits(true);
    let before = sent_count(&desk);
    for id in 1..=100 {
        desk.enqueue_text(id, "kabar").await;
    }
    for second in 1..=4 {
        let due = (second * 30).min(100);
        desk.until("this second's messages", async || sent_count(&desk) - before == due).await;
        desk.advance(TimeDelta::seconds(1));
    }
    assert_eq!(sent_count(&desk) - before, 100);
    desk.deliver_all().await;
}

#[tokio::test]
async fn a_chat_gets_a_burst_and_then_one_message_a_second() {
    let desk = desk().await;
    desk.person(1, "Sari", "id").await;
    desk.advance(TimeDelta::seconds(60));
    desk.sandbox.enforce_limits(true);
    let before = sent_count(&desk);
    for n in 1..=24 {
        desk.enqueue_text(1, &format!("kabar {n}")).await;
    }
    for due in 20..=24 {
        desk.until("this second's messages", async || sent_count(&desk) - before == due).await;
        // The delivery must be postponed in the store before the clock moves.
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
