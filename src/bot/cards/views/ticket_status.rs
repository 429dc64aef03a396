//! View models of a ticket for its customer.
use super::TicketView;
use super::service::CompletedView;
use crate::domain::Time;
use crate::domain::ticket::Ticket;

/// A ticket for its customer: the live card of one ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketStatusView {
    /// The ticket.
    pub ticket: TicketView,
    /// Agents online in its department.
    pub online: u32,
    /// When its department opens, if it is closed.
    pub opens_at: Option<Time>,
    /// Why it waits, while it does.
    pub waiting: Waiting,
    /// What the customer can do after the completion.
    pub completed: Option<CompletedView>,
    /// True if the customer cancelled it.
    pub is_cancelled_by_customer: bool,
}

/// Why a ticket waits in the queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Waiting {
    /// It is new.
    #[default]
    New,
    /// An agent held it before.
    Returned,
    /// The customer reopened it.
    Reopened,
}

impl Waiting {
    /// Returns why a ticket waits, or would wait.
    #[must_use]
    pub fn of(ticket: &Ticket) -> Self {
        // The agent who completed it is no former holder.
        match ticket.former_holders.last() {
            Some(_) => Self::Returned,
            None if ticket.service.reopened > 0 => Self::Reopened,
            None => Self::New,
        }
    }
}
