//! Events on the in-process feed, for live views: cards in Telegram, WebSockets of web clients. Lossy on
//! purpose: a receiver that lags reads the store again.
use crate::domain::alert::Alert;
use crate::domain::ids::{DepartmentId, MessageId, PersonId, TicketId};
use serde::{Deserialize, Serialize};

/// A committed change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// A ticket joined a queue, for the first time or again.
    Queued {
        /// The ticket.
        ticket: TicketId,
        /// Its department.
        department: DepartmentId,
    },
    /// A ticket was assigned or reassigned.
    Assigned {
        /// The ticket.
        ticket: TicketId,
        /// Its department.
        department: DepartmentId,
        /// The new holder.
        agent: PersonId,
        /// The former holder.
        from: Option<PersonId>,
    },
    /// A held ticket was opened, paused or resumed.
    Updated {
        /// The ticket.
        ticket: TicketId,
        /// The holder.
        agent: PersonId,
    },
    /// A held ticket went back to a queue, for which another event follows.
    Released {
        /// The ticket.
        ticket: TicketId,
        /// The former holder.
        agent: PersonId,
    },
    /// A waiting ticket left the queue of a department for another one, for which another event follows.
    Relocated {
        /// The ticket.
        ticket: TicketId,
        /// The department that it left.
        from: DepartmentId,
    },
    /// A ticket was completed or cancelled.
    Ended {
        /// The ticket.
        ticket: TicketId,
        /// Its department.
        department: DepartmentId,
        /// Its last holder; `None` if it was waiting.
        agent: Option<PersonId>,
    },
    /// A message of a conversation was written, or brought to its recipient.
    Message {
        /// The ticket.
        ticket: TicketId,
        /// The message.
        message: MessageId,
        /// True if it was written, or its author chose the ticket; false if it changed.
        is_new: bool,
    },
    /// An agent's availability, capacity or departments changed.
    Agent(PersonId),
    /// A department, its categories or its business hours changed, or it is new.
    Department(DepartmentId),
    /// The desk names agents in another way to customers.
    Naming,
    /// An incident began, or is over.
    Alert {
        /// Its kind.
        alert: Alert,
        /// True if it is over, false if it began.
        over: bool,
    },
}

impl Event {
    /// Returns the agents who are affected.
    pub fn agents(&self) -> impl Iterator<Item = PersonId> + use<> {
        let (one, other) = match *self {
            Self::Queued { .. }
            | Self::Relocated { .. }
            | Self::Message { .. }
            | Self::Department(_)
            | Self::Naming
            | Self::Alert { .. } => (None, None),
            Self::Assigned { agent, from, .. } => (Some(agent), from),
            Self::Updated { agent, .. } | Self::Released { agent, .. } | Self::Agent(agent) => {
                (Some(agent), None)
            }
            Self::Ended { agent, .. } => (agent, None),
        };
        one.into_iter().chain(other)
    }
}
