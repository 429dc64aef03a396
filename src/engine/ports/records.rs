//! What the store hands out and takes in, beside the desk's own types.
use crate::domain::Time;
use crate::domain::card::LiveCard;
use crate::domain::department::Department;
use crate::domain::ids::{ChatId, DepartmentId};
use crate::domain::notice::Message;
use crate::domain::policy::Settings;
use serde_json::Value;
use std::collections::HashMap;

/// A raw update as Telegram sent it, with its place in the inbox.
#[derive(Debug, Clone, PartialEq)]
pub struct InboxRow {
    /// The order in which the inbox took it in; grows.
    pub seq: u64,
    /// Telegram's id of the update.
    pub update_id: i64,
    /// The update, byte for byte what Telegram meant.
    pub update: Value,
    /// How often its handler has failed.
    pub failures: u32,
}

/// A delivery that this process has claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedDelivery {
    /// Its id; within a chat the order of delivery.
    pub id: u64,
    /// Where to.
    pub chat: ChatId,
    /// What.
    pub message: Message,
    /// When it was committed.
    pub committed_at: Time,
    /// How often it was tried before.
    pub attempts: u32,
    /// How often its outcome stayed unknown before (a time-out after the request left, a crash between send and mark).
    pub unknown: u32,
}

/// What became of a claimed delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done. With the card whose live message it now is, if it is one.
    Sent(Option<LiveCard>),
    /// Not yet: try again from `until` on. `unknown` when it may have been delivered.
    Retry {
        /// Not before.
        until: Time,
        /// Whether Telegram may have done it all the same.
        unknown: bool,
    },
    /// Given up, for this reason. Kept for the admins, never tried again.
    Dropped(String),
    /// The chat has a new id; this and all that wait for the chat go there.
    Moved(ChatId),
}

/// What is looked at before a ticket is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningContext {
    /// The ticket's department.
    pub department: Option<Department>,
    /// The settings.
    pub settings: Settings,
    /// How many tickets wait ahead of a new one: its position is the next.
    pub ahead: u64,
}

/// Whose a lease is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lease {
    /// Whoever asked has it. The number counts its holders: it grows whenever another one takes it, and never shrinks.
    Mine(u64),
    /// Another's.
    Others(LeaseStamp),
}

/// What a lease looks like: something else whenever it was kept or taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseStamp {
    /// Which holder it is.
    pub term: u64,
    /// How often they have kept it.
    pub renewals: u64,
}

/// What the store has counted of deliveries and updates that were not as they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DeliveryCounters {
    /// Deliveries that were sent once more because an earlier try's outcome stayed unknown; ever.
    pub repeats: u64,
    /// Tries whose outcome stayed unknown; ever.
    pub unknown: u64,
    /// Deliveries given up; ever.
    pub dropped: u64,
    /// Updates put aside, as they lie there now.
    pub dead_letters: u64,
}

/// How many tickets wait, per department.
pub type QueueDepths = HashMap<DepartmentId, u64>;
