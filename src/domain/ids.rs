//! Identifiers, each a type of its own, so that a department's id can't be passed where an agent's belongs.
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
            /// A version 4 UUID of these 16 random bytes. Where the bytes come from is the caller's business.
            #[must_use]
            pub fn from_random(bytes: [u8; 16]) -> Self {
                Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }

            /// A version 7 UUID: the moment's milliseconds, then ten of these random bytes. What is made one after the other
            /// lies side by side in an index, however large that has grown: for what a desk makes thousands of.
            #[must_use]
            pub fn in_order(now: Time, bytes: [u8; 16]) -> Self {
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
    /// A person: customer, agent or admin. What the side API and Redis call `agent_id`.
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
    /// A customer's unsent ticket. It becomes the ticket's idempotency key: one draft, one ticket at most.
    DraftId
);

uuid_id!(
    /// One running process of the desk, new with each start.
    ReplicaId
);

/// A Telegram user's id. In a private chat it is the chat's id too.
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

/// How often a record has been written; a write names the version it read, and loses when another came first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Version(pub u64);

impl Version {
    /// The version after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// A ticket's place in the order of arrival over the whole desk, from 1: given once by the store, never changed. 0 until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Arrival(pub u64);

impl Arrival {
    /// After every arrival there will be: the end of the queue.
    pub const LAST: Self = Self(i64::MAX as u64);
}

/// One of the places in which an agent can hold a ticket: 0 … `max_tickets` − 1; above that only by an admin's override.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slot(pub u16);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_made_later_come_later_whatever_chance_gives() {
        let id = |millis, byte| TicketId::in_order(Time::from_timestamp_millis(millis).unwrap(), [byte; 16]);
        assert!(id(1_000, 255) < id(1_001, 0) && id(1_001, 0) < id(1_001, 1));
        assert_eq!(id(0, 7).0.get_version_num(), 7);
    }
}
