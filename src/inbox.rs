//! A durable inbox for Telegram updates. Each update is stored before its receipt is confirmed to Telegram.
//! One atomic step marks the update as handled and puts its replies into the outbox. So each update is
//! completed exactly once, even if the process is killed in between.
mod json_scan;
mod listener;
pub mod poller;
mod raw_update;
mod received;
pub mod runner;
pub mod status;
pub mod webhook;

pub use listener::Listener;
pub use raw_update::RawUpdate;

use crate::clock::Clock;
use crate::domain::person::Locale;
use crate::engine::ports::{Store, StoreError};
use crate::engine::replicas::SignalBuffer;
use crate::telegram::incoming::Incoming;
use raw_update::is_unreadable;
use serde_json::Value;
use status::IntakeStatus;
use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// The kinds of updates that are handled.
const HANDLED_UPDATES: [&str; 6] =
    ["message", "edited_message", "callback_query", "my_chat_member", "message_reaction", INLINE_QUERY];
const INLINE_QUERY: &str = "inline_query";

/// Returns the kinds of updates to request from Telegram (`allowed_updates`).
fn allowed_updates(is_inline: bool) -> Vec<&'static str> {
    HANDLED_UPDATES.into_iter().filter(|kind| is_inline || *kind != INLINE_QUERY).collect()
}

/// A handle to the inbox. Cheap to clone.
#[derive(Clone)]
pub struct Inbox {
    store: Arc<dyn Store>,
    clock: Clock,
    new_rows: Arc<Notify>,
    status: Arc<IntakeStatus>,
    /// The content of the updates that were passed to the dispatcher, until they are handled. teloxide's type
    /// carries no data of ours.
    dispatched: Arc<Mutex<HashMap<i64, Incoming>>>,
    /// Tells other replicas of new updates. `None` if this process is the only one.
    signals: Option<SignalBuffer>,
}

impl Inbox {
    /// Returns the inbox of `store`.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Clock) -> Self {
        let (new_rows, dispatched, status) = Default::default();
        Self { store, clock, new_rows, dispatched, status, signals: None }
    }

    /// Returns an inbox that other replicas write to as well.
    #[must_use]
    pub fn with_replicas(self, signals: SignalBuffer) -> Self {
        Self { signals: Some(signals), ..self }
    }

    /// Returns true if other replicas write to the inbox. A row can then become visible after a later row.
    fn is_shared(&self) -> bool {
        self.signals.is_some()
    }

    /// Wakes the listener, because there may be new rows.
    pub fn wake(&self) {
        self.new_rows.notify_one();
    }

    /// Returns the status of the intake.
    #[must_use]
    pub fn status(&self) -> &Arc<IntakeStatus> {
        &self.status
    }

    /// Stores updates; they are durable when it returns `Ok`. Those of kinds that were not requested are dropped.
    pub async fn append(&self, updates: Vec<RawUpdate>) -> Result<(), StoreError> {
        let (unrequested, updates): (Vec<_>, Vec<_>) =
            updates.into_iter().partition(|update| update.unrequested.is_some());
        let unreadable = updates.iter().filter(|update| is_unreadable(&update.value)).count();
        let rows: Vec<_> = updates.into_iter().map(|update| (update.id, update.value)).collect();
        self.store_rows(rows).await?;
        // Counted once, when they are confirmed to Telegram.
        for update in unrequested {
            tracing::debug!(
                update = update.id,
                kind = update.unrequested,
                "dropped update of unrequested kind"
            );
            self.status.count_dropped(update.unrequested.unwrap_or("other"));
        }
        self.status.unreadable.fetch_add(unreadable as u64, Ordering::Relaxed);
        Ok(())
    }

    async fn store_rows(&self, rows: Vec<(i64, Value)>) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        fail::fail_point!("inbox-before-write");
        let added = self.store.append_updates(rows, self.clock.now()).await?;
        fail::fail_point!("inbox-after-write");
        tracing::debug!(added, "stored updates");
        self.wake();
        if let Some(signals) = &self.signals {
            signals.updates();
        }
        Ok(())
    }

    /// Holds the content of an update for [`Inbox::take_dispatched`].
    fn hold_dispatched(&self, update_id: i64, incoming: Incoming) {
        self.dispatched.lock().unwrap_or_else(PoisonError::into_inner).insert(update_id, incoming);
    }

    /// Takes the content of an update that the dispatcher has passed on.
    fn take_dispatched(&self, update_id: i64) -> Option<Incoming> {
        self.dispatched.lock().unwrap_or_else(PoisonError::into_inner).remove(&update_id)
    }

    /// Waits for [`Inbox::wake`].
    async fn woken(&self) {
        self.new_rows.notified().await;
    }
}

/// Returns the id of the chat of a raw update. It can be answered even if the update cannot be parsed.
#[must_use]
pub fn chat_of(update: &Value) -> Option<i64> {
    let message = ["message", "edited_message"].iter().find_map(|kind| update.get(kind));
    let message = message.or_else(|| update.get("callback_query")?.get("message"))?;
    message.get("chat")?.get("id")?.as_i64()
}

/// Returns the language of the Telegram of an update's sender.
fn locale_of(update: &Value) -> Option<Locale> {
    let content = ["message", "edited_message", "callback_query"].iter().find_map(|kind| update.get(kind))?;
    Locale::from_tag(content.get("from")?.get("language_code")?.as_str()?)
}
