//! Error type of the engine. Each variant can be explained to a person; only [`EngineError::Store`] and
//! [`EngineError::Contention`] are worth a retry.
use super::ports::{StoreError, UniqueKey};
use crate::domain::ticket::description::DescriptionError;
use crate::domain::ticket::{Refusal, Ticket};

/// Why an operation was refused or failed. It changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The ticket's state does not allow the transition. Carries the current ticket.
    #[error("{0}")]
    Refused(Refusal, Box<Ticket>),
    /// The button was rendered for an older version of the ticket. Carries the current ticket.
    #[error("the ticket has changed since")]
    Stale(Box<Ticket>),
    /// The person is not allowed to do this.
    #[error("not allowed")]
    Forbidden,
    /// The ticket, person, department or category does not exist.
    #[error("not found")]
    NotFound,
    /// The agent has no free slot: `(held, capacity)`.
    #[error("the agent holds {0} of {1}")]
    Full(u16, u16),
    /// The agent does not serve the ticket's department.
    #[error("another department's ticket")]
    OtherDepartment,
    /// The customer has the maximum number of open tickets.
    #[error("at most {0} open tickets")]
    TooManyOpen(usize),
    /// Pick-up is disabled: the engine assigns.
    #[error("tickets are assigned by themselves")]
    NoPickUp,
    /// The draft does not exist or is not complete.
    #[error("there is no draft to send")]
    NoDraft,
    /// The message cannot be added to the description.
    #[error(transparent)]
    Description(#[from] DescriptionError),
    /// The invitation is unknown, used or expired.
    #[error("the invitation does not work")]
    BadInvite,
    /// The unique name or key exists already.
    #[error("the {0} is taken")]
    Taken(UniqueKey),
    /// A name is empty or too long.
    #[error("a name has 1 to {} characters", crate::domain::text::MAX_NAME_CHARS)]
    BadName,
    /// An alias is empty or too long, or has a character that nobody sees.
    #[error("an alias has 1 to {} visible characters", crate::domain::person::alias::MAX_ALIAS_CHARS)]
    BadAlias,
    /// The word or the text of a canned reply is empty or too long.
    #[error("a canned reply has a word and a text")]
    BadReply,
    /// The text of a canned reply has this word in braces, which is no placeholder.
    #[error("{0} is no placeholder; there are {{name}}, {{number}} and {{agent}}")]
    UnknownPlaceholder(String),
    /// The desk has the maximum number of canned replies.
    #[error("at most {0} canned replies")]
    TooManyReplies(usize),
    /// A department has the maximum number of holidays.
    #[error("at most {0} holidays")]
    TooManyHolidays(usize),
    /// The last department or category cannot be removed.
    #[error("at least one must remain")]
    LastOne,
    /// The last admin cannot be removed, or there is a first admin already.
    #[error("the desk has exactly one admin")]
    LastAdmin,
    /// The person is an admin by `ADMIN_IDS`, so the role ends with the setting only.
    #[error("an admin by ADMIN_IDS")]
    AdminBySetting,
    /// Too many concurrent writers; the operation gave up.
    #[error("too many writers at once")]
    Contention,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
