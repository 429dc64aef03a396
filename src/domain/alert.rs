//! What admins are told of because the desk can't mend it by itself.
use super::ids::DepartmentId;
use serde::{Deserialize, Serialize};

/// An incident. There is one of a kind at a time: told when it begins, and told when it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "alert", content = "department", rename_all = "snake_case")]
pub enum Alert {
    /// Nobody is online in a department.
    NobodyOnline(DepartmentId),
    /// A ticket of a department waits too long.
    TicketWaits(DepartmentId),
    /// Many heartbeats fail.
    HeartbeatsFail,
    /// The store can't be reached.
    StoreAway,
    /// Presence can't be reached.
    PresenceAway,
}

impl Alert {
    /// The department that it is about.
    #[must_use]
    pub fn department(self) -> Option<DepartmentId> {
        match self {
            Self::NobodyOnline(department) | Self::TicketWaits(department) => Some(department),
            Self::HeartbeatsFail | Self::StoreAway | Self::PresenceAway => None,
        }
    }

    /// What programs call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NobodyOnline(_) => "nobody_online",
            Self::TicketWaits(_) => "ticket_waits",
            Self::HeartbeatsFail => "heartbeats_fail",
            Self::StoreAway => "store_away",
            Self::PresenceAway => "presence_away",
        }
    }
}
