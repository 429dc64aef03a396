//! The driver's errors in the port's words, and which of them are worth another try of the same transaction.
use crate::engine::ports::StoreError;
use mongodb::error::{Error, ErrorKind, TRANSIENT_TRANSACTION_ERROR, WriteFailure};

/// The codes with which a server says that somebody else came in between.
const WRITE_CONFLICT: i32 = 112;
const DUPLICATE_KEY: i32 = 11_000;
/// The code with which it says that the session was ended from elsewhere.
const INTERRUPTED: i32 = 11_601;

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match *error.kind {
            ErrorKind::BsonDeserialization(ref what) => Self::Corrupt(what.to_string()),
            ErrorKind::ServerSelection { ref message, .. } => {
                Self::Unavailable(format!("no MongoDB server can be reached: {message}"))
            }
            ref kind => Self::Unavailable(kind.to_string()),
        }
    }
}

/// Why a transaction did not get to its end.
#[derive(Debug)]
pub(super) enum Halt {
    /// Somebody else wrote what it was about to write: what it has read is of yesterday.
    Overtaken(String),
    /// The store can't.
    Store(StoreError),
}

impl Halt {
    pub(super) fn code(code: i32, message: &str) -> Self {
        if matches!(code, WRITE_CONFLICT | DUPLICATE_KEY) {
            Self::Overtaken(message.to_owned())
        } else {
            Self::Store(StoreError::Unavailable(format!("the server refused a write: {message} ({code})")))
        }
    }
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        let overtaken = error.contains_label(TRANSIENT_TRANSACTION_ERROR)
            || matches!(code_of(&error), Some(WRITE_CONFLICT | DUPLICATE_KEY | INTERRUPTED));
        if overtaken { Self::Overtaken(error.to_string()) } else { Self::Store(error.into()) }
    }
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Whether the session was ended from elsewhere in the middle of it.
pub(super) fn is_interrupted(error: &Error) -> bool {
    code_of(error) == Some(INTERRUPTED)
}

fn code_of(error: &Error) -> Option<i32> {
    match &*error.kind {
        ErrorKind::Command(command) => Some(command.code),
        ErrorKind::Write(WriteFailure::WriteError(write)) => Some(write.code),
        _ => None,
    }
}
