//! Operations of admins on dead letters: listing and retrying them.
use super::Engine;
use super::error::EngineError;
use crate::domain::Time;
use crate::domain::ids::DeadLetterId;
use crate::domain::person::Person;
use crate::engine::ports::{DeadLetter, RetryResult};

impl Engine {
    /// Returns dead letters, the newest first, from the one after `offset` on, at most `limit`; and how many
    /// there are in all.
    pub async fn dead_letters(
        &self,
        admin: &Person,
        offset: usize,
        limit: usize,
    ) -> Result<(Vec<DeadLetter>, u64), EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let (updates, deliveries) = self.store.count_dead_letters().await?;
        Ok((self.store.dead_letters(offset, limit).await?, updates + deliveries))
    }

    /// Makes a dead letter pending again.
    pub async fn retry_dead_letter(
        &self,
        admin: &Person,
        id: DeadLetterId,
        now: Time,
    ) -> Result<RetryResult, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let result = self.store.retry_dead_letter(id, now).await?;
        tracing::info!(%id, admin = %admin.id, ?result, "retried dead letter");
        match id {
            DeadLetterId::Update(_) => self.wake_inbox(),
            DeadLetterId::Delivery(_) => self.wake_outbox(),
        }
        Ok(result)
    }

    /// Tells the listener of the inbox, in this process or in the leader's, that an update is pending again.
    fn wake_inbox(&self) {
        self.updates.notify_one();
        if let Some(signals) = &self.signal_buffer {
            signals.updates();
        }
    }

    /// Waits until an update may be pending again.
    pub async fn wait_for_retried_updates(&self) {
        self.updates.notified().await;
    }
}
