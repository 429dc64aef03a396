//! Notices about availability that the engine changed as an agent had planned.
use serde::{Deserialize, Serialize};

/// A notice to the agent whose availability the engine has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "availability", rename_all = "snake_case")]
pub enum AvailabilityNotice {
    /// Their absence is over, and they are online.
    AbsenceOver,
    /// Their working hours have begun, and they are online.
    WorkBegins,
    /// Their working hours have ended, and they are offline.
    WorkEnds {
        /// Number of tickets that they keep.
        kept: u16,
    },
    /// An admin set their working hours, or cleared them.
    WorkingHours {
        /// Whether they have some now.
        set: bool,
    },
}
