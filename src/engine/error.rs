//! Why a verb did not do what it was asked: one error type for the whole engine. Each variant is something that a person
//! can be told; only [`EngineError::Store`] and [`EngineError::Contention`] are worth another try.
use super::ports::{StoreError, UniqueKey};
use crate::domain::text::DescriptionError;
use crate::domain::ticket::{Refusal, Ticket};

/// Why a verb was refused or failed. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The ticket's state does not allow it. Carries the ticket as it is.
    #[error("{0}")]
    Refused(Refusal, Box<Ticket>),
    /// The button was drawn for an older version of the ticket. Carries the ticket as it is.
    #[error("the ticket has changed since")]
    Stale(Box<Ticket>),
    /// The person may not do this.
    #[error("not allowed")]
    Forbidden,
    /// There is no such ticket, person, department or category.
    #[error("not found")]
    NotFound,
    /// The agent holds as many tickets as they can: `(held, max)`.
    #[error("the agent holds {0} of {1}")]
    Full(u16, u16),
    /// The agent does not serve the ticket's department.
    #[error("another department's ticket")]
    OtherDepartment,
    /// The customer has as many open tickets as one person may have.
    #[error("at most {0} open tickets")]
    TooManyOpen(usize),
    /// Pick-up is not in use: the engine assigns.
    #[error("tickets are assigned by themselves")]
    NoPickUp,
    /// The draft is gone or not complete.
    #[error("there is no draft to send")]
    NoDraft,
    /// The description can't be extended so.
    #[error(transparent)]
    Description(#[from] DescriptionError),
    /// The link does not work: unknown, used or expired.
    #[error("the invitation does not work")]
    BadInvite,
    /// The name or key exists already.
    #[error("the {0} is taken")]
    Taken(UniqueKey),
    /// A name is empty or too long.
    #[error("a name has 1 to {} characters", crate::domain::text::MAX_NAME_CHARS)]
    BadName,
    /// The last one can't be removed: the only department, the only category, the only admin.
    #[error("the last one has to stay")]
    LastOne,
    /// Too many writers at once; nothing was changed.
    #[error("too many writers at once")]
    Contention,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
