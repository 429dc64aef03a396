//! The inbox: every update is written down before Telegram is told that it arrived, and is done when its handler has ended
//! and its answers are in the outbox: one atomic step. So an update is handled to its end once, whatever dies in between.
mod listener;
pub mod poller;
pub mod runner;
pub mod webhook;

pub use listener::Listener;

use crate::clock::Clock;
use crate::engine::ports::{Store, StoreError};
use crate::engine::replicas::SignalBuffer;
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::Notify;

/// The kinds of updates that the desk asks Telegram for.
pub const ALLOWED_UPDATES: [&str; 3] = ["message", "callback_query", "my_chat_member"];

/// The way into the inbox. Cheap to clone.
#[derive(Clone)]
pub struct Inbox {
    store: Arc<dyn Store>,
    clock: Clock,
    arrived: Arc<Notify>,
    /// Whom to tell of updates, where another replica may be the one that handles them.
    signal_buffer: Option<SignalBuffer>,
}

impl Inbox {
    /// The inbox of this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Clock) -> Self {
        Self { store, clock, arrived: Arc::new(Notify::new()), signal_buffer: None }
    }

    /// The same inbox, into which other replicas write too.
    #[must_use]
    pub fn with_replicas(self, telling: SignalBuffer) -> Self {
        Self { signal_buffer: Some(telling), ..self }
    }

    /// Whether other replicas write into it: then a row can come to light after a later one.
    fn is_shared(&self) -> bool {
        self.signal_buffer.is_some()
    }

    /// There may be something new in it.
    pub fn wake(&self) {
        self.arrived.notify_one();
    }

    /// Writes updates down. When it returns, they are safe. Something without an `update_id` is no update and is left out.
    pub async fn append(&self, updates: Vec<Value>) -> Result<(), StoreError> {
        let rows: Vec<_> = updates.into_iter().filter_map(|update| Some((id_of(&update)?, update))).collect();
        if rows.is_empty() {
            return Ok(());
        }
        fail::fail_point!("inbox-before-write");
        let fresh = self.store.append_updates(rows, self.clock.now()).await?;
        fail::fail_point!("inbox-after-write");
        tracing::debug!(fresh, "updates accepted");
        self.wake();
        if let Some(telling) = &self.signal_buffer {
            telling.updates();
        }
        Ok(())
    }

    async fn arrived(&self) {
        self.arrived.notified().await;
    }
}

/// Telegram's id of an update.
#[must_use]
pub fn id_of(update: &Value) -> Option<i64> {
    update.get("update_id")?.as_i64()
}

/// The chat to which a raw update could be answered, when nothing else of it can be handled.
#[must_use]
pub fn chat_of(update: &Value) -> Option<i64> {
    let message = update.get("message").or_else(|| update.get("callback_query")?.get("message"))?;
    message.get("chat")?.get("id")?.as_i64()
}
