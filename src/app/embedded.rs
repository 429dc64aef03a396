//! The embedded back ends: one SQLite file, presence in memory. No server needed.
use crate::engine::ports::StoreError;
use crate::presence::Memory;
use crate::store::Sqlite;
use std::path::Path;
use std::sync::Arc;

/// The two embedded back ends.
pub struct Embedded {
    /// The queues.
    pub store: Arc<Sqlite>,
    /// Who is there; forgotten with the process.
    pub presence: Arc<Memory>,
}

/// Opens the store in `dir`, and an empty presence.
pub fn embedded(dir: &Path) -> Result<Embedded, StoreError> {
    Ok(Embedded { store: Arc::new(Sqlite::open(dir)?), presence: Arc::new(Memory::default()) })
}
