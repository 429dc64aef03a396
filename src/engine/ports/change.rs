//! What the engine commits: one record written, with the line about it and what people are told, and why it may be refused.
use super::StoreError;
use crate::domain::alert::Incidents;
use crate::domain::department::Department;
use crate::domain::event::AuditEvent;
use crate::domain::ids::{Arrival, DepartmentId, TicketId, Version};
use crate::domain::invite::Invite;
use crate::domain::notice::Outgoing;
use crate::domain::person::Person;
use crate::domain::policy::Settings;
use crate::domain::ticket::Ticket;

/// One atomic step: what is written, the record of it, and what people are told because of it. All or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What is written.
    pub write: Write,
    /// The line for the record.
    pub event: Option<AuditEvent>,
    /// Who is told what, in this order.
    pub notices: Vec<Outgoing>,
}

impl Change {
    /// A change that nobody is told of and that leaves no line in the record.
    #[must_use]
    pub fn quiet(write: Write) -> Self {
        Self { write, event: None, notices: Vec::new() }
    }
}

/// The one record that a change writes. A record that exists is written only over the version that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// A new ticket, queued. The store gives it its arrival number. `key` is unique for ever: a second ticket with it is
    /// refused with [`CommitError::Duplicate`].
    OpenTicket {
        /// The ticket, version 0, state queued.
        ticket: Box<Ticket>,
        /// The idempotency key: the draft's id, or a client's own.
        key: String,
        /// How many open tickets its customer may have with it, if that is limited: what is above is refused with
        /// [`CommitError::TooManyOpen`]. A bound against abuse: several processes at the same moment may exceed it by a few.
        limit: Option<usize>,
    },
    /// A ticket's next version.
    Ticket {
        /// The ticket as it is to be; its version is the expected one's next.
        ticket: Box<Ticket>,
        /// The version that was read.
        expected: Version,
        /// What must hold of the agent who gets it, when it goes to one.
        guard: Guard,
    },
    /// Nothing, on the condition that the tickets of a department that wait for the engine begin with these, in this order. Else
    /// refused with [`CommitError::Conflict`], and what the engine gives away there after it in the same commit with
    /// [`CommitError::Behind`]. What any process puts back into a queue at the same moment MUST be seen by it or come after it.
    AssertQueueHead {
        /// The department.
        department: DepartmentId,
        /// The first tickets of its queue.
        tickets: Vec<TicketId>,
    },
    /// A new person (`expected` is `None`) or a person's next version. Leaves `last_assigned` and `last_activity` of a
    /// person who exists as the store has them.
    Person {
        /// The person as they are to be.
        person: Box<Person>,
        /// The version that was read.
        expected: Option<Version>,
    },
    /// A new department (`expected` is `None`) or a department's next version.
    Department {
        /// The department as it is to be.
        department: Department,
        /// The version that was read.
        expected: Option<Version>,
    },
    /// The settings' next version.
    Settings {
        /// The settings as they are to be.
        settings: Settings,
        /// The version that was read.
        expected: Version,
    },
    /// What is the matter, as it is next.
    Incidents {
        /// The incidents as they are to be.
        incidents: Incidents,
        /// The version that was read.
        expected: Version,
    },
    /// A new invitation, or the mark that it was used (only while it is unused).
    Invite(Invite),
    /// Nothing but the record and the notices.
    Nothing,
}

/// What the store checks, in the same atomic step, of the agent to whom a ticket goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// The ticket goes to nobody new.
    None,
    /// By the engine: the agent is an agent, online, reachable, opted in, and the slot lies below their capacity. Spends
    /// their turn: `last_assigned` becomes the hold's `assigned_at`, unless it is later already.
    Eligible,
    /// The same for a ticket that was opened by the change before this one: and nobody waits before it, which is no ticket of
    /// its department that the engine may assign, as urgent or more.
    FirstInQueue,
    /// By the agent's or an admin's hand: the slot lies below their capacity.
    Capacity,
    /// An admin said "anyway": whoever is an agent.
    Override,
}

impl Guard {
    /// Whether it is the engine who gives the ticket away.
    #[must_use]
    pub fn is_engine(self) -> bool {
        matches!(self, Self::Eligible | Self::FirstInQueue)
    }
}

/// What a commit brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The arrival number of a ticket that was opened.
    pub arrival: Option<Arrival>,
}

/// Why a change was not committed. Nothing of it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// Somebody else was first: the version moved, the slot is taken, the agent no longer qualifies. MUST be returned for
    /// each of these; the caller reads again, plans again and tries again.
    #[error("somebody else was first")]
    Conflict,
    /// The engine would give away a ticket although one of the same department that comes before it in the same commit was
    /// refused: it would overtake that one. MUST be returned for each that follows, among 512 changes in a row at least, which is
    /// what the engine gives away at once.
    #[error("an older one waits on")]
    WouldOvertake,
    /// A unique key is taken. MUST be returned for an idempotency key, a ticket number, a Telegram id, a department name
    /// or an invitation's code that exists.
    #[error("the {0} is taken")]
    Duplicate(UniqueKey),
    /// The customer has as many open tickets as they may have.
    #[error("the customer has too many open tickets")]
    TooManyOpen,
    /// The store can't be written right now.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The keys that are unique by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UniqueKey {
    /// A ticket's idempotency key.
    #[error("idempotency key")]
    Idempotency,
    /// A ticket's number.
    #[error("ticket number")]
    Number,
    /// A person's Telegram id.
    #[error("Telegram id")]
    Telegram,
    /// A department's name.
    #[error("department name")]
    Department,
    /// An invitation's code.
    #[error("invitation code")]
    Invite,
}
