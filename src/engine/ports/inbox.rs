//! Inbox store: Telegram updates that are stored durably before they are handled.
use super::StoreError;
use crate::domain::Time;
use crate::domain::notice::Outgoing;
use async_trait::async_trait;
use serde_json::Value;

/// A raw update as Telegram sent it, with its sequence number in the inbox.
#[derive(Debug, Clone, PartialEq)]
pub struct InboxRow {
    /// The sequence number: grows in the order in which the inbox took updates in.
    pub seq: u64,
    /// Telegram's id of the update.
    pub update_id: i64,
    /// The update, unchanged. A string holds the raw text of one that is no JSON, or whose row is damaged.
    pub update: Value,
    /// How often its handler has failed.
    pub failures: u32,
}

/// The updates from Telegram. An update is pending until it is completed or becomes a dead letter.
#[async_trait]
pub trait InboxStore: Send + Sync + 'static {
    /// Appends updates, except those whose `update_id` the inbox has seen. Returns how many were new.
    async fn append_updates(&self, updates: Vec<(i64, Value)>, now: Time) -> Result<usize, StoreError>;
    /// Returns the pending updates whose `seq` is greater than `after`, in order, at most `limit`.
    async fn pending_updates(&self, after: u64, limit: usize) -> Result<Vec<InboxRow>, StoreError>;
    /// Completes an update and enqueues its answers in one atomic step. Does nothing if it is no longer
    /// pending.
    async fn complete_update(
        &self,
        update_id: i64,
        answers: Vec<Outgoing>,
        now: Time,
    ) -> Result<(), StoreError>;
    /// Counts a failure of an update's handler. Returns how often it has failed by now.
    async fn record_failure(&self, update_id: i64, error: &str) -> Result<u32, StoreError>;
    /// Turns an update into a dead letter with this reason, which is never handled again and is kept for the
    /// admins. Enqueues the notices about it in the same step. Does nothing if it is no longer pending.
    async fn dead_letter(
        &self,
        update_id: i64,
        reason: &str,
        notices: Vec<Outgoing>,
        now: Time,
    ) -> Result<(), StoreError>;
}
