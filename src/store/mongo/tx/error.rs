//! Errors of the driver as errors of the port, and which of them a transaction is retried after.
use crate::engine::ports::StoreError;
use mongodb::error::{Error, ErrorKind, RETRYABLE_WRITE_ERROR, TRANSIENT_TRANSACTION_ERROR, WriteFailure};

/// Server error codes of a conflict with another transaction.
const WRITE_CONFLICT: i32 = 112;
pub(crate) const DUPLICATE_KEY: i32 = 11_000;
/// Server error code: the session was killed.
pub(crate) const INTERRUPTED: i32 = 11_601;
/// Server error code: the transaction is unknown, for example because the server was restarted.
const NO_SUCH_TRANSACTION: i32 = 251;

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match *error.kind {
            ErrorKind::BsonDeserialization(ref what) => Self::Corrupt(what.to_string()),
            ErrorKind::ServerSelection { ref message, .. } => {
                Self::Unavailable(format!("no MongoDB server can be reached: {}", first_cause(message)))
            }
            ref kind => Self::Unavailable(kind.to_string()),
        }
    }
}

/// Returns the error of the first server out of the driver's message, which describes every server in its own
/// notation.
fn first_cause(message: &str) -> &str {
    let (summary, servers) = message.split_once(" Topology:").unwrap_or((message, ""));
    let first = servers.split_once("Error: Kind: ").and_then(|(_, error)| error.split_once(", labels"));
    first.map_or(summary, |(error, _)| error)
}

/// Why a transaction was not committed.
#[derive(Debug)]
pub(crate) enum TxError {
    /// Another transaction wrote the same documents or the same unique key, or the server ended this one. It is
    /// retried with fresh reads.
    Conflict(String),
    /// The server did not answer, so the outcome is unknown. It is retried, and the retry finds out.
    NoAnswer(StoreError),
    /// The transaction is not retried.
    Failed(StoreError),
}

impl TxError {
    /// Returns the error of a write error in a command's answer.
    pub(crate) fn of_write(code: i32, message: &str) -> Self {
        if matches!(code, WRITE_CONFLICT | DUPLICATE_KEY) {
            Self::Conflict(message.to_owned())
        } else {
            Self::Failed(StoreError::Unavailable(format!("the server refused a write: {message} ({code})")))
        }
    }
}

impl From<Error> for TxError {
    fn from(error: Error) -> Self {
        let conflicts = [WRITE_CONFLICT, DUPLICATE_KEY, INTERRUPTED, NO_SUCH_TRANSACTION];
        let is_conflict = error.contains_label(TRANSIENT_TRANSACTION_ERROR)
            || code_of(&error).is_some_and(|code| conflicts.contains(&code));
        // First this: the driver labels a lost connection in a transaction as transient too.
        if is_unanswered(&error) {
            Self::NoAnswer(error.into())
        } else if is_conflict {
            Self::Conflict(error.to_string())
        } else {
            Self::Failed(error.into())
        }
    }
}

impl From<StoreError> for TxError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

/// Returns true if the command or its answer was lost, or the server is shutting down.
pub(crate) fn is_unanswered(error: &Error) -> bool {
    matches!(
        &*error.kind,
        ErrorKind::Io(_) | ErrorKind::ConnectionPoolCleared { .. } | ErrorKind::ServerSelection { .. }
    ) || error.contains_label(RETRYABLE_WRITE_ERROR)
}

/// Returns the server's error code.
pub(crate) fn code_of(error: &Error) -> Option<i32> {
    match &*error.kind {
        ErrorKind::Command(command) => Some(command.code),
        ErrorKind::Write(WriteFailure::WriteError(write)) => Some(write.code),
        _ => None,
    }
}
