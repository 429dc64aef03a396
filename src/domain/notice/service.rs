//! Notices about what happens after a completion, and about bans.
use crate::domain::ids::TicketId;
use serde::{Deserialize, Serialize};

/// A notice about a reopened or rated ticket, or a ban.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "service", rename_all = "snake_case")]
pub enum ServiceNotice {
    /// To the agent who completed the ticket: its customer reopened it, and it is in the queue.
    TaskReopened {
        /// The ticket.
        ticket: TicketId,
    },
    /// To the customer: how was it? Asks for a comment to the rating.
    AskComment {
        /// The ticket.
        ticket: TicketId,
    },
    /// To an admin: a customer added a comment to a low rating.
    LowRating {
        /// The ticket.
        ticket: TicketId,
    },
    /// To the agent: an admin cancelled a ticket that they held, with the other tickets of a banned customer.
    TaskDropped {
        /// The ticket.
        ticket: TicketId,
    },
    /// To a customer who is banned: nobody reads their messages.
    Banned,
    /// To a customer who was told of their ban: it is lifted.
    Unbanned,
    /// To the agent who holds the ticket: its customer is banned.
    CustomerBanned {
        /// The ticket.
        ticket: TicketId,
    },
}
