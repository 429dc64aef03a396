//! Changes: the atomic unit of a commit, its guards, and the errors by which a store rejects it.
use super::StoreError;
use crate::domain::alert::Incidents;
use crate::domain::department::Department;
use crate::domain::event::AuditEvent;
use crate::domain::ids::{Arrival, DepartmentId, TicketId, Version};
use crate::domain::notice::Outgoing;
use crate::domain::person::Person;
use crate::domain::person::invite::Invite;
use crate::domain::policy::Settings;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::conversation::ConversationMessage;

/// An atomic change: one write, its audit event and its notices. All or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The write.
    pub write: Write,
    /// The audit event.
    pub event: Option<AuditEvent>,
    /// The notices, in order of delivery.
    pub notices: Vec<Outgoing>,
}

impl Change {
    /// Returns a change without audit event and notices.
    #[must_use]
    pub fn quiet(write: Write) -> Self {
        Self { write, event: None, notices: Vec::new() }
    }
}

/// The one record that a change writes. An existing record is written only over the version that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Inserts a queued ticket and assigns its arrival number. `key` is unique for ever: a second ticket with
    /// it is rejected with [`CommitError::Duplicate`].
    OpenTicket {
        /// The ticket: version 0, state queued.
        ticket: Box<Ticket>,
        /// The idempotency key: the draft's id, or a client's own key.
        key: String,
        /// Maximum number of open tickets of its customer, this one included. More are rejected with
        /// [`CommitError::TooManyOpen`]. A limit against abuse: concurrent processes may exceed it by a few.
        limit: Option<usize>,
    },
    /// Updates a ticket, except for its description.
    Ticket {
        /// The new ticket; its version follows the expected one.
        ticket: Box<Ticket>,
        /// The version that was read.
        expected: Version,
        /// The condition on the agent who gets it.
        guard: Guard,
    },
    /// Updates the description of an open ticket; other writes leave it unchanged. Its state, holder and place
    /// in the queue stay as they were read.
    TicketContent {
        /// The new ticket; its version follows the expected one.
        ticket: Box<Ticket>,
        /// The version that was read.
        expected: Version,
    },
    /// Updates a ticket that has ended, except for its description: makes it queued or held again, or changes
    /// the service record of a completed one. It is rejected with [`CommitError::Conflict`] if the stored ticket
    /// has not ended, or would end in another way. The other writes of a ticket are rejected for one that has
    /// ended.
    EndedTicket {
        /// The new ticket; its version follows the expected one.
        ticket: Box<Ticket>,
        /// The version that was read.
        expected: Version,
        /// The condition on the agent who gets it.
        guard: Guard,
    },
    /// Writes nothing. Asserts that the tickets of a department that the engine may assign begin with these,
    /// in this order. Otherwise it is rejected with [`CommitError::Conflict`], and later assignments by the
    /// engine of this department in the same commit with [`CommitError::WouldOvertake`]. A ticket that any
    /// process puts back into the queue at the same time MUST be seen by the assertion or come after it.
    AssertQueueHead {
        /// The department.
        department: DepartmentId,
        /// The first tickets of its queue.
        tickets: Vec<TicketId>,
    },
    /// Inserts a person (`expected` is `None`) or updates one. An update leaves `last_assigned` and
    /// `last_activity` unchanged.
    Person {
        /// The new person.
        person: Box<Person>,
        /// The version that was read.
        expected: Option<Version>,
    },
    /// Updates a person who becomes or ceases to be an admin, as [`Write::Person`]. The guard is checked
    /// atomically with all other changes of this kind: one that it does not allow MUST be rejected with
    /// [`CommitError::Admins`].
    AdminRole {
        /// The new person.
        person: Box<Person>,
        /// The version that was read.
        expected: Version,
        /// The condition on the other admins.
        guard: AdminGuard,
    },
    /// Inserts a department (`expected` is `None`) or updates one.
    Department {
        /// The new department.
        department: Department,
        /// The version that was read.
        expected: Option<Version>,
    },
    /// Updates the settings.
    Settings {
        /// The new settings. Their version follows the expected one. It stays if they only note that names are shown.
        settings: Settings,
        /// The version that was read.
        expected: Version,
    },
    /// Updates the incidents.
    Incidents {
        /// The new incidents.
        incidents: Incidents,
        /// The version that was read.
        expected: Version,
    },
    /// Inserts a message of a conversation (`expected` is `None`) or updates one. A second message with the
    /// same source, or with the same idempotency key, is rejected with [`CommitError::Duplicate`].
    Message {
        /// The new message.
        message: Box<ConversationMessage>,
        /// The version that was read.
        expected: Option<Version>,
        /// Whether it sets the time of its ticket's first answer, unless that is set. The ticket's version stays.
        is_first_answer: bool,
    },
    /// Inserts an invitation, or marks it as used, which is rejected if it is used already.
    Invite(Invite),
    /// Deletes the invitation with this code, which is rejected with [`CommitError::Conflict`] if it is used
    /// or unknown.
    RevokeInvite(String),
    /// Writes only the audit event and the notices.
    Nothing,
}

impl Write {
    /// Returns the write of a message's next version.
    #[must_use]
    pub fn message_update(message: ConversationMessage, expected: Version) -> Self {
        Self::Message { message: Box::new(message), expected: Some(expected), is_first_answer: false }
    }
}

/// The condition on the agent to whom a ticket is assigned, or on the queue, checked atomically with the write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// No condition: the write leaves the ticket with its holder, or takes it away.
    None,
    /// Assignment by the engine: the agent has a profile, is online, reachable and opted in, and the slot is
    /// below their capacity. Sets `last_assigned` to the hold's `assigned_at`, unless it is later already.
    Eligible,
    /// As [`Guard::Eligible`], for a ticket that the preceding change of the commit opened. In addition no
    /// ticket may wait before it: none of its department that the engine may assign, with the same or a
    /// higher priority.
    FirstInQueue,
    /// Assignment by an agent or an admin: the slot is below the agent's capacity.
    Capacity,
    /// An admin's override of the capacity: the person must only be an agent.
    Override,
}

impl Guard {
    /// Returns true if the engine makes the assignment.
    #[must_use]
    pub fn is_engine(self) -> bool {
        matches!(self, Self::Eligible | Self::FirstInQueue)
    }
}

/// The condition on the other admins, when a person becomes or ceases to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminGuard {
    /// There is no other admin.
    First,
    /// There is another admin.
    NotLast,
}

impl AdminGuard {
    /// Returns true if the condition holds.
    #[must_use]
    pub fn allows(self, has_other_admin: bool) -> bool {
        match self {
            Self::First => !has_other_admin,
            Self::NotLast => has_other_admin,
        }
    }
}

/// The result of a committed change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The arrival number of a ticket that was opened.
    pub arrival: Option<Arrival>,
}

/// Why a change was not committed. None of it was written, except perhaps after [`CommitError::Store`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// A lost race: the version differs, the slot is taken, the guard does not hold, or a queue begins with
    /// other tickets. MUST be returned for each of these. The caller reads, plans and commits again.
    #[error("the write lost a race")]
    Conflict,
    /// An earlier assignment by the engine, or [`Write::AssertQueueHead`], of the department was rejected in this
    /// commit, so this ticket would overtake another. MUST be returned for each later one among at least 512 changes in a row,
    /// which is the most that the engine commits at once.
    #[error("the assignment would overtake an older ticket")]
    WouldOvertake,
    /// A unique key exists. MUST be returned for an idempotency key, a ticket number, a Telegram id, an alias
    /// with the same key, a department name or an invitation code that exists.
    #[error("the {0} is taken")]
    Duplicate(UniqueKey),
    /// The customer has the maximum number of open tickets.
    #[error("the customer has too many open tickets")]
    TooManyOpen,
    /// The other admins do not allow the change of an admin's role.
    #[error("there is an admin already, or no other")]
    Admins,
    /// The store failed. If its answer was lost, the change may be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The unique keys.
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
    /// An agent's alias.
    #[error("alias")]
    Alias,
    /// A canned reply's word in its department.
    #[error("word")]
    Reply,
    /// The source of a conversation's message.
    #[error("message")]
    Message,
}
