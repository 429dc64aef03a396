//! The driver's errors in the port's words, and which of them are worth another try of the same transaction.
use crate::engine::ports::StoreError;
use mongodb::error::{Error, ErrorKind, RETRYABLE_WRITE_ERROR, TRANSIENT_TRANSACTION_ERROR, WriteFailure};

/// The codes with which a server says that somebody else came in between.
const WRITE_CONFLICT: i32 = 112;
const DUPLICATE_KEY: i32 = 11_000;
/// The code with which it says that the session was ended from elsewhere.
const INTERRUPTED: i32 = 11_601;
/// The code with which it says that it knows nothing of a transaction: it was started anew in the middle of it.
const NO_SUCH_TRANSACTION: i32 = 251;

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match *error.kind {
            ErrorKind::BsonDeserialization(ref what) => Self::Corrupt(what.to_string()),
            ErrorKind::ServerSelection { ref message, .. } => {
                Self::Unavailable(format!("no MongoDB server can be reached: {}", unreached(message)))
            }
            ref kind => Self::Unavailable(kind.to_string()),
        }
    }
}

/// Why no server was found. The driver goes on to tell all that it knows of every server, in its own notation; a person needs
/// what went wrong with the first.
fn unreached(message: &str) -> &str {
    let (summary, servers) = message.split_once(" Topology:").unwrap_or((message, ""));
    let first = servers.split_once("Error: Kind: ").and_then(|(_, error)| error.split_once(", labels"));
    first.map_or(summary, |(error, _)| error)
}

/// Why a transaction did not get to its end.
#[derive(Debug)]
pub(super) enum Halt {
    /// Somebody else wrote what it was about to write: what it has read is of yesterday.
    Overtaken(String),
    /// What was taken for known is not so, as somebody else wrote it before.
    Mistaken(String),
    /// The server did not answer. What it did is unknown, and another try finds out.
    Away(StoreError),
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
        let known = [WRITE_CONFLICT, DUPLICATE_KEY, INTERRUPTED, NO_SUCH_TRANSACTION];
        let overtaken = error.contains_label(TRANSIENT_TRANSACTION_ERROR)
            || code_of(&error).is_some_and(|code| known.contains(&code));
        // First this: the driver labels a lost connection in the middle of a transaction as transient too.
        if is_unanswered(&error) {
            Self::Away(error.into())
        } else if overtaken {
            Self::Overtaken(error.to_string())
        } else {
            Self::Store(error.into())
        }
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

/// Whether the question or the answer was lost on the way, or the server is about to go. The driver asks once more by itself
/// where that is safe, and not at all outside of sessions, so this is no word about how long it will last.
pub(super) fn is_unanswered(error: &Error) -> bool {
    matches!(
        &*error.kind,
        ErrorKind::Io(_) | ErrorKind::ConnectionPoolCleared { .. } | ErrorKind::ServerSelection { .. }
    ) || error.contains_label(RETRYABLE_WRITE_ERROR)
}

fn code_of(error: &Error) -> Option<i32> {
    match &*error.kind {
        ErrorKind::Command(command) => Some(command.code),
        ErrorKind::Write(WriteFailure::WriteError(write)) => Some(write.code),
        _ => None,
    }
}
