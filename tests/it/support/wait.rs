//! Waiting for conditions, for tests in which the desk does not become idle: a delivery is blocked, rejected
//! or impossible.
use super::{Desk, WAIT_TIMEOUT};
use antri::domain::Time;
use antri::domain::ids::ChatId;
use antri::domain::notice::rendered::Rendered;
use antri::domain::notice::{Message, Outgoing};
use antri::engine::ports::DeliveryCounters;
use antri::sandbox::{Fault, FaultRule, RecordedRequest};
use chrono::TimeDelta;
use std::time::Duration;

impl Desk {
    /// Waits for a condition, which is also polled because not every change shows in a chat. Fails with all
    /// chats.
    pub(crate) async fn until(&self, what: &str, mut holds: impl AsyncFnMut() -> bool) {
        let mut changes = self.sandbox.changes();
        let waiting = async {
            while !holds().await {
                let _ = tokio::time::timeout(Duration::from_millis(2), changes.changed()).await;
            }
        };
        let result = tokio::time::timeout(WAIT_TIMEOUT, waiting).await;
        assert!(result.is_ok(), "waited in vain for {what}:\n{}", self.transcripts());
    }

    /// Waits until the bot has sent a message that contains `part` to this chat.
    pub(crate) async fn wait_for_message(&self, chat: i64, part: &str) {
        let what = format!("{part:?} in the chat of {chat}");
        let is_match =
            |m: &antri::sandbox::ChatMessage| m.from == antri::sandbox::Side::Bot && m.text.contains(part);
        self.sandbox.wait_for(&what, WAIT_TIMEOUT, |s| s.chat(chat).iter().any(is_match).then_some(())).await;
    }

    /// Returns the time at which the next postponed delivery is due.
    pub(crate) async fn next_delivery_at(&self) -> Option<Time> {
        self.app().engine.store().next_delivery_at().await.unwrap()
    }

    /// Advances the clock and wakes the outbox.
    pub(crate) fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
        self.app().engine.wake_outbox();
    }

    /// Advances the clock to each due time until the desk is idle. An empty outbox is not enough: the card refresher
    /// may not have processed the last events.
    pub(crate) async fn deliver_all(&self) {
        let app = self.app();
        self.until("an idle desk", async || {
            if let Some(at) = self.next_delivery_at().await.filter(|at| *at > self.now()) {
                self.advance(at - self.now());
            }
            app.is_idle().await
        })
        .await;
    }

    /// Enqueues a text, as a commit would.
    pub(crate) async fn enqueue_text(&self, chat: i64, html: &str) {
        let text = Rendered::new(html.into(), Vec::new());
        let out = Outgoing { chat: ChatId(chat), message: Message::Text(text) };
        let app = self.app();
        app.engine.store().enqueue(vec![out], self.now()).await.unwrap();
        app.engine.wake_outbox();
    }

    /// Makes the next `times` calls of `method` for this chat fail.
    pub(crate) fn fault(&self, method: &str, chat: Option<i64>, times: u32, fault: Fault) {
        self.sandbox.faults().add(FaultRule { method: Some(method.into()), chat, times, fault });
    }

    /// Returns the calls of this method for this chat, oldest first.
    pub(crate) fn calls(&self, method: &str, chat: i64) -> Vec<RecordedRequest> {
        let of = |r: &RecordedRequest| r.method == method && r.params["chat_id"].as_i64() == Some(chat);
        self.sandbox.requests().into_iter().filter(of).collect()
    }

    /// Returns the number of messages with exactly this text in this chat.
    pub(crate) fn copies(&self, chat: i64, text: &str) -> usize {
        self.sandbox.chat(chat).iter().filter(|m| m.text == text).count()
    }

    pub(crate) async fn counters(&self) -> DeliveryCounters {
        let store = self.running.lock().unwrap().as_ref().unwrap().storage.store();
        store.counters().await.unwrap()
    }
}
