//! The embedded store: one SQLite file, one thread that writes in groups, a few connections that read.
//!
//! The schema (`sqlite/schema.sql`) makes the desk's invariants structural; the code here only carries values in and out.
mod cards;
mod codec;
mod counters;
mod desk;
mod error;
mod inbox;
mod leases;
mod look;
mod outbox;
mod people;
#[cfg(test)]
mod plans;
mod queue;
mod readers;
mod record;
mod schema;
mod store;
mod tickets;
mod writer;

pub use counters::Writes;
pub use look::{Found, look};

use super::ttl_cache::{ReferenceData, TtlCache};
use crate::domain::Time;
use crate::domain::ids::TelegramId;
use crate::domain::person::Person;
use crate::engine::ports::StoreError;
use readers::Readers;
use rusqlite::Connection;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use writer::Writer;

/// The file's name in the store's directory.
pub const FILE: &str = "antri.db";
/// The file whose lock says that a process uses the store.
const LOCK: &str = "antri.lock";

/// How a store is opened other than usual.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// The most pages of 4 KiB that the file may have, as if the disk ended there; for tests of a full disk.
    pub max_pages: Option<u32>,
}

/// The embedded store.
pub struct Sqlite {
    writer: Writer,
    readers: Readers,
    reference_data: Arc<TtlCache<ReferenceData>>,
    /// The last moment that anybody named, in microseconds: when a change without an event of its own is committed.
    told: Arc<AtomicI64>,
}

impl Sqlite {
    /// Opens the store in `dir`, which is made if it isn't there.
    ///
    /// Unavailable when another process has it open, when the file was written by a newer version, or when the
    /// directory or the file can't be used.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        Self::open_with(dir, Options::default())
    }

    /// Opens the store with options.
    pub fn open_with(dir: &Path, options: Options) -> Result<Self, StoreError> {
        let lock = lock(dir)?;
        let file = dir.join(FILE);
        make(&file)?;
        let conn = schema::writer(&file, options.max_pages)?;
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let readers = Readers::open(&file, cores.clamp(2, 8))?;
        // Nobody else writes this file.
        let reference_data = Arc::new(TtlCache::new(Duration::MAX));
        Ok(Self {
            writer: Writer::start(conn, lock, Arc::clone(&reference_data))?,
            readers,
            reference_data,
            told: Arc::default(),
        })
    }

    /// Finishes what was begun and closes the file; what comes later is refused. Dropping the store does the same.
    pub async fn close(&self) {
        self.writer.close().await;
    }

    /// What was written since it was opened.
    #[must_use]
    pub fn writes(&self) -> Writes {
        Writes::read(&self.writer.done)
    }

    async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.readers.run(query).await
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.run(work).await
    }

    /// Departments and settings as they are, read only when they have changed.
    async fn desk(&self) -> Result<Arc<ReferenceData>, StoreError> {
        if let Some(desk) = self.reference_data.get() {
            return Ok(desk);
        }
        let generation = self.reference_data.generation();
        let read = |conn: &Connection| {
            Ok(ReferenceData { departments: desk::departments(conn)?, settings: desk::settings(conn)? })
        };
        let desk = Arc::new(self.read(read).await?);
        self.reference_data.insert(generation, Arc::clone(&desk));
        Ok(desk)
    }

    fn note(&self, now: Time) {
        self.told.store(now.timestamp_micros(), Ordering::Relaxed);
    }
}

/// Looks a person up in the store in `dir`, reading only: works while a desk has it open.
pub async fn look_up(dir: &Path, telegram: TelegramId) -> Result<Option<Person>, StoreError> {
    let file = dir.join(FILE);
    // Whoever asks before the first start learns that nobody is known yet, not that a file can't be opened.
    if matches!(file.try_exists(), Ok(false)) {
        return Ok(None);
    }
    let readers = Readers::open(&file, 1)?;
    readers.run(move |conn| people::by_telegram(conn, telegram)).await
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sqlite").finish_non_exhaustive()
    }
}

/// Makes the file if it isn't there. SQLite gives its log and its index the same mode.
fn make(file: &Path) -> Result<(), StoreError> {
    let unusable = |error| StoreError::Unavailable(format!("{}: {error}", file.display()));
    private().open(file).map(drop).map_err(unusable)
}

/// How files of the store are opened: made for their owner alone if they aren't there.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    // What customers write is nobody else's on a shared machine.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true).create(true).truncate(false);
    options
}

/// Makes the directory and locks it for this process. The lock ends with the process, however it ends.
fn lock(dir: &Path) -> Result<File, StoreError> {
    let unusable = |error: std::io::Error| StoreError::Unavailable(format!("{}: {error}", dir.display()));
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(dir).map_err(unusable)?;
    let lock = private().open(dir.join(LOCK)).map_err(unusable)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => {
            Err(StoreError::Unavailable(format!("another process uses {}", dir.join(FILE).display())))
        }
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}
