//! Conversion of SQLite's errors. Errors that another attempt may not see become `Unavailable`; lasting ones
//! become `Corrupt` and need a person.
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

/// Returns whether a write failed because a unique key exists already.
pub(super) fn is_unique_violation(error: &rusqlite::Error) -> bool {
    let rusqlite::Error::SqliteFailure(failure, _) = error else { return false };
    matches!(
        failure.extended_code,
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID
    )
}

/// Returns the error for a transaction that SQLite has rolled back by itself, as it does when disk or memory
/// is full.
pub(super) fn implicit_rollback() -> rusqlite::Error {
    let why = "SQLite rolled the transaction back".to_owned();
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_ABORT), Some(why))
}
