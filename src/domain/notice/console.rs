//! Notices about what an admin did in the console.
use crate::domain::Time;
use crate::domain::alert::Alert;
use crate::domain::ids::{PersonId, TicketId};
use serde::{Deserialize, Serialize};

/// A notice to those whom it concerns that an admin changed something: a ticket, an agent's work, an alert.
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
    /// To the other admins: an admin muted an alert, or ended its mute.
    AlertMuted {
        /// The alert.
        alert: Alert,
        /// The admin.
        by: PersonId,
        /// When the mute ends; `None` if it was ended.
        until: Option<Time>,
    },
}
