//! Waits that Telegram asks for: they belong to a chat or to a method, and refreshes never delay words.
use crate::support::{Desk, Options};
use antri::domain::ids::ChatId;
use antri::domain::notice::{Message, Outgoing};
use antri::outbox::rate_limit::RateLimits;
use antri::sandbox::Fault;
use chrono::TimeDelta;

async fn desk() -> Desk {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    desk.person(3, "Tono", "id").await;
    desk.agent(2, "Budi").await;
    desk.say(2, "/online").await;
    desk
}

async fn enqueue(desk: &Desk, chat: i64, message: Message) {
    let out = Outgoing { chat: ChatId(chat), message };
    let app = desk.app();
    app.engine.store().enqueue(vec![out], desk.now()).await.unwrap();
    app.engine.wake_outbox();
}

/// Returns how often the menu of this chat was set, or refused.
fn menus(desk: &Desk, chat: i64) -> usize {
    let of_chat = |r: &antri::sandbox::RecordedRequest| {
        r.method == "setMyCommands" && r.params["scope"]["chat_id"].as_i64() == Some(chat)
    };
    desk.sandbox.requests().iter().filter(|r| of_chat(r)).count()
}

#[tokio::test]
async fn a_wait_of_the_menu_method_delays_no_words_and_is_kept_for_all_chats() {
    let desk = desk().await;
    let menus = |chat| menus(&desk, chat);
    let before = (menus(1), menus(3));
    desk.fault("setMyCommands", None, u32::MAX, Fault::TooManyRequests { retry_after: 600 });
    enqueue(&desk, 1, Message::Menu).await;
    desk.until("the wait", async || menus(1) > before.0 && desk.next_delivery_at().await.is_some()).await;
    let due = desk.next_delivery_at().await;
    enqueue(&desk, 3, Message::Menu).await;
    for chat in [1, 3, 2] {
        desk.enqueue_text(chat, "kabar").await;
        desk.wait_for_message(chat, "kabar").await;
    }
    assert_eq!((menus(1) - before.0, menus(3) - before.1), (1, 0), "the method waits");
    assert_eq!(desk.next_delivery_at().await, due, "and nothing before it");
    desk.sandbox.faults().clear();
    desk.deliver_all().await;
    assert_eq!((menus(1) - before.0, menus(3) - before.1), (2, 1));
}

#[tokio::test]
async fn a_refresh_that_fails_or_waits_delays_no_words() {
    for fault in [Fault::TooManyRequests { retry_after: 600 }, Fault::ServerError(500), Fault::UnknownMethod]
    {
        let desk = desk().await;
        desk.say(2, "/myqueue").await;
        desk.fault("editMessageText", Some(2), u32::MAX, fault.clone());
        desk.say(1, "Internet mati").await;
        desk.sandbox.press(1, desk.last(1).message_id, &desk.button(1, "✅ Kirim").1);
        desk.wait_for_message(2, "Internet mati").await;
        desk.until("a refused edit", async || {
            desk.calls("editMessageText", 2).iter().any(|call| call.error.is_some())
        })
        .await;
        let asked_at = desk.now();
        desk.enqueue_text(2, "kabar").await;
        desk.wait_for_message(2, "kabar").await;
        assert_eq!(desk.now(), asked_at, "{fault:?}");
        desk.sandbox.faults().clear();
        desk.deliver_all().await;
    }
}

#[tokio::test]
async fn an_edit_that_must_wait_lets_later_words_pass() {
    let desk = desk().await;
    desk.say(1, "/language").await;
    desk.fault("editMessageText", Some(1), 1, Fault::TooManyRequests { retry_after: 600 });
    desk.sandbox.press(1, desk.last(1).message_id, &desk.button(1, "English").1);
    desk.until("the wait", async || desk.next_delivery_at().await.is_some()).await;
    desk.enqueue_text(1, "kabar").await;
    desk.wait_for_message(1, "kabar").await;
    desk.deliver_all().await;
    assert_eq!(desk.calls("editMessageText", 1).len(), 2);
}

#[tokio::test]
async fn refreshes_leave_the_pace_of_their_chat_to_words() {
    let desk = Desk::with(Options { limits: RateLimits::TELEGRAM, ..Options::default() }).await;
    desk.advance(TimeDelta::seconds(60));
    desk.person(1, "Sari", "id").await;
    desk.advance(TimeDelta::seconds(60));
    let menus = || menus(&desk, 1);
    let before = menus();
    for n in 1..=17 {
        enqueue(&desk, 1, Message::Menu).await;
        desk.until("the menu", async || menus() == before + n).await;
    }
    enqueue(&desk, 1, Message::Menu).await;
    desk.until("the pace", async || desk.next_delivery_at().await.is_some()).await;
    assert_eq!(menus(), before + 17);
    for n in 1..=3 {
        let words = format!("kabar {n}");
        desk.enqueue_text(1, &words).await;
        desk.wait_for_message(1, &words).await;
    }
    desk.deliver_all().await;
    assert_eq!(menus(), before + 18);
}
