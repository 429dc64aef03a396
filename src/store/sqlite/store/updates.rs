//! The inbox of the port: updates from Telegram.
use crate::domain::Time;
use crate::domain::notice::Outgoing;
use crate::engine::ports::{InboxRow, InboxStore, StoreError};
use crate::store::sqlite::{Sqlite, inbox};
use async_trait::async_trait;
use serde_json::Value;

#[async_trait]
impl InboxStore for Sqlite {
    async fn append_updates(&self, updates: Vec<(i64, Value)>, now: Time) -> Result<usize, StoreError> {
        self.observe_now(now);
        self.write(move |conn| inbox::append(conn, &updates, now)).await
    }

    async fn pending_updates(&self, after: u64, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        self.read(move |conn| inbox::pending(conn, after, limit)).await
    }

    async fn complete_update(
        &self,
        update_id: i64,
        answers: Vec<Outgoing>,
        now: Time,
    ) -> Result<(), StoreError> {
        self.observe_now(now);
        self.write(move |conn| inbox::complete(conn, update_id, &answers, now)).await
    }

    async fn record_failure(&self, update_id: i64, error: &str) -> Result<u32, StoreError> {
        let error = error.to_owned();
        self.write(move |conn| inbox::record_failure(conn, update_id, &error)).await
    }

    async fn dead_letter(
        &self,
        update_id: i64,
        reason: &str,
        notices: Vec<Outgoing>,
        now: Time,
    ) -> Result<(), StoreError> {
        self.observe_now(now);
        let reason = reason.to_owned();
        self.write(move |conn| inbox::dead_letter(conn, update_id, &reason, &notices, now)).await
    }
}
