//! Notices about what an admin did in the console.
use crate::domain::ids::TicketId;
use serde::{Deserialize, Serialize};

/// A notice to the person whose ticket or work an admin has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "console", rename_all = "snake_case")]
pub enum ConsoleNotice {
    /// To the customer: the desk cancelled their ticket.
    Cancelled {
        /// The ticket.
        ticket: TicketId,
    },
    /// To the agent: an admin cancelled a ticket that they held.
    TaskCancelled {
        /// The ticket.
        ticket: TicketId,
    },
    /// To the agent: an admin set them offline.
    SetOffline,
    /// To the agent: an admin switched their automatic assignment.
    AutoAssign {
        /// Whether it is on now.
        on: bool,
    },
}
