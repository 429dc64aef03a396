//! What just happened, for whoever shows it live: cards in Telegram now, sockets of web pages later. Lossy on purpose: a
//! reader who falls behind reads the store afresh.
use crate::domain::alert::Alert;
use crate::domain::ids::{DepartmentId, PersonId, TicketId};
use serde::{Deserialize, Serialize};

/// Something that was committed a moment ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// A ticket joined a queue, for the first time or again.
    Queued {
        /// The ticket.
        ticket: TicketId,
        /// Its department.
        department: DepartmentId,
    },
    /// A ticket left its queue or changed hands.
    Assigned {
        /// The ticket.
        ticket: TicketId,
        /// Its department.
        department: DepartmentId,
        /// Who has it now.
        agent: PersonId,
        /// Who had it before.
        from: Option<PersonId>,
    },
    /// A held ticket was opened, put on hold or taken up again.
    Updated {
        /// The ticket.
        ticket: TicketId,
        /// Who holds it.
        agent: PersonId,
    },
    /// A ticket ended or went back to the queue.
    Released {
        /// The ticket.
        ticket: TicketId,
        /// Its department.
        department: DepartmentId,
        /// Who held it.
        agent: Option<PersonId>,
    },
    /// An agent's availability, capacity or departments changed.
    Agent(PersonId),
    /// An incident began, or is over.
    Alert {
        /// Which.
        alert: Alert,
        /// Whether it is over.
        over: bool,
    },
}

impl Event {
    /// The ticket that was written.
    #[must_use]
    pub fn ticket(&self) -> Option<TicketId> {
        match *self {
            Self::Queued { ticket, .. }
            | Self::Assigned { ticket, .. }
            | Self::Updated { ticket, .. }
            | Self::Released { ticket, .. } => Some(ticket),
            Self::Agent(_) | Self::Alert { .. } => None,
        }
    }

    /// The agents of whom something changed by it.
    pub fn agents(&self) -> impl Iterator<Item = PersonId> + use<> {
        let (one, other) = match *self {
            Self::Queued { .. } | Self::Alert { .. } => (None, None),
            Self::Assigned { agent, from, .. } => (Some(agent), from),
            Self::Updated { agent, .. } | Self::Agent(agent) => (Some(agent), None),
            Self::Released { agent, .. } => (agent, None),
        };
        one.into_iter().chain(other)
    }
}
