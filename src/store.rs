//! Where the desk keeps what must not be lost. The embedded back end is one SQLite file; it needs no server.
pub mod sqlite;

pub use sqlite::Sqlite;
