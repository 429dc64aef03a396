//! What just happened, for whoever shows it live: cards in Telegram now, sockets of web pages later. Lossy on purpose: a
//! reader who falls behind reads the store afresh.
use crate::domain::ids::{DepartmentId, PersonId, TicketId};

/// Something that was committed a moment ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
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
    Left {
        /// The ticket.
        ticket: TicketId,
        /// Its department.
        department: DepartmentId,
        /// Who held it.
        agent: Option<PersonId>,
    },
    /// An agent's availability, capacity or departments changed.
    Agent(PersonId),
}
