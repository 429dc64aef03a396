//! Outbox store: deliveries to Telegram chats, and the live cards in those chats.
use super::StoreError;
use crate::domain::Time;
use crate::domain::card::{CardKey, LiveCard};
use crate::domain::ids::ChatId;
use crate::domain::notice::{Message, Outgoing};
use crate::domain::ticket::conversation::RelayedTo;
use crate::domain::ticket::topic::TopicChange;
use async_trait::async_trait;
use chrono::TimeDelta;

/// A delivery that this process has claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedDelivery {
    /// Its id. Within a chat, ids give the order of delivery.
    pub id: u64,
    /// The chat that gets it.
    pub chat: ChatId,
    /// The message.
    pub message: Message,
    /// When it was committed.
    pub committed_at: Time,
    /// Number of earlier attempts.
    pub attempts: u32,
    /// Number of earlier attempts with unknown outcome: a timeout after the request was sent, or a crash
    /// between send and settle.
    pub unknown: u32,
}

/// The outcome of a claimed delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Delivered, with the live card that the message became, if it shows one.
    Sent(Option<LiveCard>),
    /// Messages of a conversation were delivered: each is now at this place.
    Relayed(Vec<RelayedTo>),
    /// A call has shown something of a topic. The rest is the outcome of the delivery.
    Topic(TopicChange, Box<Outcome>),
    /// Not delivered yet: it is retried from `until` on.
    Retry {
        /// The earliest time of the next attempt.
        until: Time,
        /// Whether Telegram may have delivered it all the same.
        unknown: bool,
    },
    /// Not delivered yet, and only this delivery waits until then: the chat goes on.
    Postponed(Time),
    /// The message of this live card is gone: the card is forgotten if it is still this message.
    CardGone(CardKey, i32),
    /// Given up for this reason, with the details. The store keeps it for the admins; it is never retried.
    Dropped(DropReason, String),
    /// The chat has a new id: this delivery and all others of the chat that are pending move to it.
    Moved(ChatId),
}

impl Outcome {
    /// Returns the outcome of the delivery itself.
    #[must_use]
    pub fn of_delivery(&self) -> &Self {
        match self {
            Self::Topic(_, outcome) => outcome.of_delivery(),
            _ => self,
        }
    }
}

/// The reason for which a delivery is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DropReason {
    /// The person blocked the bot, or the chat does not exist.
    Unreachable,
    /// Telegram refused it for good.
    Refused,
    /// Two attempts had an unknown outcome; a third could be a third copy.
    OutcomeUnknown,
    /// This build can't read or compose it.
    Unreadable,
    /// It failed by a bug of this program.
    Failed,
}

impl DropReason {
    /// All reasons.
    pub const ALL: [Self; 5] =
        [Self::Unreachable, Self::Refused, Self::OutcomeUnknown, Self::Unreadable, Self::Failed];

    /// Returns its name in metrics, in the log, and in the reason that the store keeps with the delivery.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Refused => "refused",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::Unreadable => "unreadable",
            Self::Failed => "failed",
        }
    }

    /// Returns the name of its stored counter.
    #[must_use]
    pub fn counter(self) -> &'static str {
        match self {
            Self::Unreachable => "dropped_unreachable",
            Self::Refused => "dropped_refused",
            Self::OutcomeUnknown => "dropped_outcome_unknown",
            Self::Unreadable => "dropped_unreadable",
            Self::Failed => "dropped_failed",
        }
    }
}

/// Counters of deliveries and updates that did not go as intended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DeliveryCounters {
    /// Deliveries sent again because the outcome of an earlier attempt was unknown, since the store was
    /// created.
    pub repeats: u64,
    /// Attempts with unknown outcome, since the store was created.
    pub unknown: u64,
    /// Deliveries given up, since the store was created.
    pub dropped: u64,
    /// The same by reason, in the order of [`DropReason::ALL`].
    pub dropped_by: [u64; DropReason::ALL.len()],
    /// Dead letters of the inbox that exist now.
    pub dead_letters: u64,
}

/// A wall clock that was set while the desk ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockJump {
    /// The last time that was read before.
    pub before: Time,
    /// The first time that was read after.
    pub now: Time,
    /// By how much the clock was set; negative if it was set back.
    pub by: TimeDelta,
}

impl ClockJump {
    /// Returns from when and until when the waits end that are to be moved: those that were stored before the
    /// jump. Waits of the new time end later than a clock that was set forward shows, and before the time at
    /// which one was set back.
    #[must_use]
    pub fn earlier_waits(&self) -> (Time, Time) {
        if self.by < TimeDelta::zero() {
            (self.before, Time::MAX_UTC)
        } else {
            (Time::MIN_UTC, self.before + self.by)
        }
    }
}

/// The deliveries to Telegram. A delivery is enqueued, claimed by one process, and settled with an
/// [`Outcome`].
#[async_trait]
pub trait OutboxStore: Send + Sync + 'static {
    /// Enqueues deliveries.
    async fn enqueue(&self, out: Vec<Outgoing>, now: Time) -> Result<(), StoreError>;
    /// Claims deliveries that are due, at most `limit` and one per chat: the oldest of each chat, and only
    /// while the chat has no other claim. New messages go before refreshes of cards.
    async fn claim(&self, limit: usize, now: Time) -> Result<Vec<ClaimedDelivery>, StoreError>;
    /// Settles claimed deliveries.
    async fn settle(&self, outcomes: Vec<(u64, Outcome)>, now: Time) -> Result<(), StoreError>;
    /// Releases the claims of ended processes; each counts as an attempt with unknown outcome. Returns how
    /// many.
    async fn release_orphaned_claims(&self) -> Result<u64, StoreError>;
    /// Returns when the next postponed delivery is due, or `None` if there is none. Ignores claimed ones.
    async fn next_delivery_at(&self) -> Result<Option<Time>, StoreError>;
    /// Moves the waits of deliveries by the jump of the clock, so that they last as long as before. Agents were
    /// last active at `now` at the latest.
    async fn adjust_to_clock(&self, jump: ClockJump) -> Result<(), StoreError>;
    /// Returns how many deliveries are not settled for good.
    async fn pending_deliveries(&self) -> Result<u64, StoreError>;
    /// Returns the counters.
    async fn counters(&self) -> Result<DeliveryCounters, StoreError>;
    /// Returns the live message of a card.
    async fn live_card(&self, key: CardKey) -> Result<Option<LiveCard>, StoreError>;
    /// Returns the live cards of kinds that change by themselves (`MyQueue` and `Focus`). They are refreshed after a
    /// restart and when queues change.
    async fn live_queues(&self) -> Result<Vec<LiveCard>, StoreError>;
    /// Returns the live cards of the desk's lists (`Queue`, `Workload`, `Console`), which many changes make stale.
    async fn live_lists(&self) -> Result<Vec<LiveCard>, StoreError>;
    /// Returns the live pick-up cards, also of tickets that were picked up.
    async fn live_pick_ups(&self) -> Result<Vec<LiveCard>, StoreError>;
}
