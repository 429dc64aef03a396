//! SQLite's errors in the port's words: what another try may mend is unavailable, the rest is for a person to look at.
use crate::engine::ports::{CommitError, StoreError};
use rusqlite::ErrorCode;
use rusqlite::ffi;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error as E;
        let lasting = match &error {
            E::SqliteFailure(failure, _) => matches!(
                failure.code,
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::ConstraintViolation
            ),
            E::FromSqlConversionFailure(..)
            | E::IntegralValueOutOfRange(..)
            | E::InvalidColumnType(..)
            | E::Utf8Error(..) => true,
            _ => false,
        };
        if lasting { Self::Corrupt(error.to_string()) } else { Self::Unavailable(error.to_string()) }
    }
}

impl From<rusqlite::Error> for CommitError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Whether a write was refused because a unique key exists.
pub(super) fn is_taken(error: &rusqlite::Error) -> bool {
    let rusqlite::Error::SqliteFailure(failure, _) = error else { return false };
    matches!(
        failure.extended_code,
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID
    )
}

/// A transaction that SQLite itself has ended, which it does when it runs out of room or memory.
pub(super) fn ended_early() -> rusqlite::Error {
    let why = "the transaction was given up by the database".to_owned();
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_ABORT), Some(why))
}
