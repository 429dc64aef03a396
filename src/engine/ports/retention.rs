//! Retention of stored records: the deletion of what nobody needs any more.
use super::StoreError;
use crate::domain::Time;
use async_trait::async_trait;
use chrono::TimeDelta;
use std::time::Duration;

/// How long completed updates are kept: twice as long as Telegram keeps undelivered ones.
const UPDATE_RETENTION: TimeDelta = TimeDelta::hours(48);

/// How long records are kept, of those for which operators decide it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Dead letters, after they were given up.
    pub dead_letters: Duration,
    /// Drafts, after their last change.
    pub drafts: Duration,
    /// Invitations, after their end.
    pub invites: Duration,
    /// Cards of lists such as `/myqueue`, after their last change.
    pub list_cards: Duration,
}

/// The times before which records are deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cutoffs {
    /// Of completed updates, and of live cards of ended tickets.
    pub updates: Time,
    /// Of dead letters.
    pub dead_letters: Time,
    /// Of drafts.
    pub drafts: Time,
    /// Of invitations.
    pub invites: Time,
    /// Of cards of lists.
    pub list_cards: Time,
}

impl Default for Retention {
    fn default() -> Self {
        const DAY: u64 = 24 * 3_600;
        let month = Duration::from_secs(30 * DAY);
        Self { dead_letters: month, drafts: month, invites: month, list_cards: month }
    }
}

impl Retention {
    /// Returns the cutoffs at `now`.
    #[must_use]
    pub fn cutoffs(&self, now: Time) -> Cutoffs {
        let before = |kept: Duration| {
            let kept = TimeDelta::from_std(kept).ok().and_then(|kept| now.checked_sub_signed(kept));
            kept.unwrap_or(Time::MIN_UTC)
        };
        Cutoffs {
            updates: now - UPDATE_RETENTION,
            dead_letters: before(self.dead_letters),
            drafts: before(self.drafts),
            invites: before(self.invites),
            list_cards: before(self.list_cards),
        }
    }
}

impl Cutoffs {
    /// Returns one cutoff for all records.
    #[must_use]
    pub fn all(before: Time) -> Self {
        Self { updates: before, dead_letters: before, drafts: before, invites: before, list_cards: before }
    }
}

/// The deletion of old records.
#[async_trait]
pub trait RetentionStore: Send + Sync + 'static {
    /// Deletes the records from before their cutoffs: completed updates, dead letters, drafts with their
    /// cards, invitations, cards of lists, and the live cards of tickets that ended, because nothing refreshes
    /// those any more. Tickets and their audit events are kept for ever.
    async fn prune(&self, before: &Cutoffs) -> Result<(), StoreError>;
}
