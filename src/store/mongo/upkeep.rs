//! The dead letters and the retention of the port.
use super::read::{cards, reference_data, webhooks};
use super::write::command::{Command, CommandResult};
use super::{Mongo, codec, dead_letters, inbox};
use crate::domain::Time;
use crate::domain::ids::DeadLetterId;
use crate::engine::ports::{Cutoffs, DeadLetter, DeadLetterStore, RetentionStore, RetryResult, StoreError};
use async_trait::async_trait;

#[async_trait]
impl DeadLetterStore for Mongo {
    async fn dead_letters(&self, offset: usize, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        dead_letters::newest(&self.db, offset, limit).await
    }

    async fn count_dead_letters(&self) -> Result<(u64, u64), StoreError> {
        dead_letters::count(&self.db).await
    }

    async fn retry_dead_letter(&self, id: DeadLetterId, now: Time) -> Result<RetryResult, StoreError> {
        self.observe_time(now);
        let retry = match id {
            DeadLetterId::Update(id) => Command::RetryUpdate(id),
            DeadLetterId::Delivery(id) => match dead_letters::dropped(&self.db, codec::int(id)).await? {
                None => return Ok(RetryResult::Gone),
                Some(None) => return Ok(RetryResult::Unreadable),
                Some(Some(outgoing)) => Command::RetryDelivery(codec::int(id), vec![outgoing], now),
            },
        };
        Ok(match self.write(retry).await? {
            CommandResult::Appended(1) => RetryResult::Retried,
            _ => RetryResult::Gone,
        })
    }
}

#[async_trait]
impl RetentionStore for Mongo {
    async fn prune(&self, before: &Cutoffs) -> Result<(), StoreError> {
        inbox::prune(&self.db, before.updates).await?;
        dead_letters::prune(&self.db, before.dead_letters).await?;
        reference_data::prune_invites(&self.db, before.invites).await?;
        cards::prune_drafts(&self.db, before.drafts).await?;
        cards::prune_lists(&self.db, before.list_cards).await?;
        webhooks::prune(&self.db, before.updates).await?;
        while cards::prune(&self.db, before.updates).await? > 0 {}
        Ok(())
    }
}
