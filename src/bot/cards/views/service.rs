//! View models of what happens after a completion, and of bans.
use crate::domain::ids::TicketId;
use crate::domain::number::TicketNumber;
use crate::domain::ticket::service::{Rating, Stars};
use crate::domain::ticket::{Status, Ticket};

/// The message that a ticket is completed, with the buttons for the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletedView {
    /// The ticket.
    pub id: TicketId,
    /// Its number.
    pub number: TicketNumber,
    /// The number of the completion.
    pub completion: u16,
    /// The rating, if the customer has given one.
    pub stars: Option<Stars>,
    /// Whether it can be reopened.
    pub can_reopen: bool,
    /// Whether it can be rated.
    pub can_rate: bool,
}

impl CompletedView {
    /// Returns the view of a ticket. One that is open again, or was cancelled, has no buttons.
    #[must_use]
    pub fn of(ticket: &Ticket) -> Self {
        let is_completed = ticket.status() == Status::Completed;
        Self {
            id: ticket.id,
            number: ticket.number.clone(),
            completion: ticket.service.reopened,
            stars: ticket.service.rating.as_ref().map(|rating| rating.stars),
            can_reopen: is_completed,
            can_rate: is_completed,
        }
    }
}

/// Who completed a ticket that its customer reopened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completer {
    /// The agent who reads it.
    Viewer,
    /// Another agent.
    Colleague,
}

/// The ticket that a customer can continue with the messages of a draft, or with the comment to its rating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContinuableView {
    /// The ticket.
    pub id: TicketId,
    /// Its number.
    pub number: TicketNumber,
    /// Its subject; empty if it has files alone.
    pub subject: String,
    /// The number of the completion.
    pub completion: u16,
}

impl ContinuableView {
    /// Returns the view of a ticket.
    #[must_use]
    pub fn of(ticket: &Ticket) -> Self {
        Self {
            id: ticket.id,
            number: ticket.number.clone(),
            subject: ticket.description.subject(),
            completion: ticket.service.reopened,
        }
    }

    /// Returns what a button calls the ticket: its subject, or its number if it has none.
    #[must_use]
    pub fn name(&self) -> &str {
        if self.subject.is_empty() { self.number.as_str() } else { &self.subject }
    }
}

/// A notice with its names resolved; one variant for each of
/// [`crate::domain::notice::service::ServiceNotice`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceView {
    /// To the agent: the customer reopened a ticket that they had completed, and it is in the queue.
    TaskReopened {
        /// The ticket.
        number: TicketNumber,
    },
    /// To the customer: is there anything to add to the rating of this ticket?
    AskComment(TicketId),
    /// To an admin: a customer added a comment to a low rating.
    LowRating {
        /// The ticket.
        ticket: TicketId,
        /// Its number.
        number: TicketNumber,
        /// The name of the customer.
        customer: String,
        /// The rating.
        rating: Rating,
    },
    /// To the agent: an admin cancelled the ticket.
    TaskDropped {
        /// The ticket.
        number: TicketNumber,
    },
    /// To a customer: they are banned.
    Banned,
    /// To a customer: they are no longer banned.
    Unbanned,
    /// To the agent: the customer of the ticket is banned.
    CustomerBanned {
        /// The ticket.
        number: TicketNumber,
    },
}
