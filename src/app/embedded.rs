//! The embedded back ends: a store in one SQLite file and presence in memory. They need no server.
use crate::engine::ports::StoreError;
use crate::presence::Memory;
use crate::store::Sqlite;
use std::path::Path;
use std::sync::Arc;

/// The embedded store and presence.
pub struct Embedded {
    /// The store.
    pub store: Arc<Sqlite>,
    /// The presence records; lost with the process.
    pub presence: Arc<Memory>,
}

/// Opens the store in `dir` and an empty presence.
pub fn embedded(dir: &Path) -> Result<Embedded, StoreError> {
    Ok(Embedded { store: Arc::new(Sqlite::open(dir)?), presence: Arc::new(Memory::default()) })
}
