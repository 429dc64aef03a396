//! Identifiers: each is a type of its own, so that a department's id cannot be passed as an agent's.
use super::Time;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Returns a version 4 UUID made of these 16 bytes, which the caller must choose at random.
            #[must_use]
            pub fn from_random(bytes: [u8; 16]) -> Self {
                Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }

            /// Returns a version 7 UUID: the milliseconds of `now`, then ten of these random bytes. Ids
            /// created one after the other are neighbours in an index of any size, which suits records that
            /// are created by the thousand.
            #[must_use]
            pub fn time_ordered(now: Time, bytes: [u8; 16]) -> Self {
                let [random @ .., _, _, _, _, _, _] = bytes;
                let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

uuid_id!(
    /// A person: customer, agent or admin. The side API and Redis call it `agent_id`.
    PersonId
);
uuid_id!(
    /// A ticket.
    TicketId
);
uuid_id!(
    /// A department.
    DepartmentId
);
uuid_id!(
    /// A category of a department.
    CategoryId
);
uuid_id!(
    /// A canned reply.
    ReplyId
);
uuid_id!(
    /// A customer's draft. It becomes the ticket's idempotency key, so that a draft opens at most one ticket.
    DraftId
);

uuid_id!(
    /// A message of a ticket's conversation.
    MessageId
);
uuid_id!(
    /// A session of the side API, from a log-in to its end.
    SessionId
);
uuid_id!(
    /// A running process of the desk; new with each start.
    ReplicaId
);

/// A Telegram user's id. It is also the id of the private chat with that user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TelegramId(pub i64);

/// A Telegram chat's id; negative for groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChatId(pub i64);

impl From<TelegramId> for ChatId {
    fn from(id: TelegramId) -> Self {
        Self(id.0)
    }
}

impl std::fmt::Display for TelegramId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The version of a record: grows with each write. A write names the version that was read, and is refused if
/// the record has another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Version(pub u64);

impl Version {
    /// Returns the next version.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// A ticket's arrival number in the order of the whole desk, from 1. The store assigns it once; it never
/// changes. 0 before that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Arrival(pub u64);

impl Arrival {
    /// An arrival after every other: the end of the queue.
    pub const LAST: Self = Self(i64::MAX as u64);
}

/// A slot in which an agent can hold a ticket: 0 … `max_tickets` − 1. Higher ones are used only by an admin's
/// override.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slot(pub u16);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_ordered_ids_sort_by_time() {
        let id =
            |millis, byte| TicketId::time_ordered(Time::from_timestamp_millis(millis).unwrap(), [byte; 16]);
        assert!(id(1_000, 255) < id(1_001, 0) && id(1_001, 0) < id(1_001, 1));
        assert_eq!(id(0, 7).0.get_version_num(), 7);
    }
}

/// The id of a dead letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeadLetterId {
    /// An update, by Telegram's `update_id`.
    Update(i64),
    /// A delivery, by its id in the outbox.
    Delivery(u64),
}

impl DeadLetterId {
    /// Returns the id of a text such as `update-7` or `delivery-7`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, number) = text.split_once('-')?;
        match kind {
            "update" => number.parse().ok().map(Self::Update),
            "delivery" => number.parse().ok().map(Self::Delivery),
            _ => None,
        }
    }
}

impl std::fmt::Display for DeadLetterId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Update(id) => write!(f, "update-{id}"),
            Self::Delivery(id) => write!(f, "delivery-{id}"),
        }
    }
}
