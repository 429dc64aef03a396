//! The embedded store: one SQLite file, one writer thread with group commit, and a pool of read-only
//! connections.
//!
//! The schema (`sqlite/schema.sql` and `sqlite/schema/`) enforces the invariants. The modules here convert
//! values and run statements.
mod cards;
mod codec;
mod commit;
mod counters;
mod error;
mod events;
mod file;
mod inbox;
mod leases;
mod outbox;
mod people;
#[cfg(test)]
mod query_plans;
mod queue;
mod reader_pool;
mod reference_data;
mod schema;
mod store;
mod tickets;
mod writer;

pub use counters::WriteStats;
pub use file::{DATABASE_FILE, FileState, inspect};

use super::ttl_cache::{ReferenceData, TtlCache};
use super::unreadable::UnreadablePeople;
use crate::domain::Time;
use crate::domain::department::DepartmentList;
use crate::domain::ids::TelegramId;
use crate::domain::person::Person;
use crate::engine::ports::StoreError;
use chrono_tz::Tz;
use commit::CommitContext;
use file::StoreFiles;
use reader_pool::ReaderPool;
use rusqlite::Connection;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use writer::Writer;

/// Bounds of the number of read-only connections, which follows the number of cores.
const MIN_READERS: usize = 2;
const MAX_READERS: usize = 8;

/// Options for opening a store.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// The maximum size of the file in pages of 4 KiB. Tests simulate a full disk with it.
    pub max_pages: Option<u32>,
}

/// The embedded store.
pub struct Sqlite {
    writer: Writer,
    readers: ReaderPool,
    reference_data: Arc<TtlCache<ReferenceData>>,
    /// The latest `now` of any call, in microseconds: the enqueue time of notices in a change without an
    /// event.
    last_now_micros: Arc<AtomicI64>,
    /// The turns of the traffic classes that claims have taken.
    served: AtomicUsize,
    /// Whether commits write the webhooks of their changes.
    records_webhooks: AtomicBool,
    /// The zone of the days of the roll-ups.
    zone: RwLock<Tz>,
    unreadable: UnreadablePeople,
    /// Dropped last (see [`StoreFiles`]).
    _files: Arc<StoreFiles>,
}

impl Sqlite {
    /// Opens the store in `dir`. Creates the directory and the file if they do not exist.
    ///
    /// Returns `Unavailable` if another process has the store open, if the file has another schema version,
    /// or if the directory or the file can't be used.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        Self::open_with(dir, Options::default())
    }

    /// Opens the store with options.
    pub fn open_with(dir: &Path, options: Options) -> Result<Self, StoreError> {
        let files = Arc::new(StoreFiles::lock(dir)?);
        let conn = schema::open_writer(files.database(), options.max_pages)?;
        let cores = std::thread::available_parallelism().map_or(MIN_READERS, usize::from);
        let checked = Arc::clone(&files);
        let check = move || checked.check();
        let readers = ReaderPool::open(files.database(), cores.clamp(MIN_READERS, MAX_READERS), check)?;
        files.watch_log();
        // The cache has no TTL, because this process is the only one that writes the file.
        let reference_data = Arc::new(TtlCache::new(Duration::MAX));
        Ok(Self {
            writer: Writer::start(conn, Arc::clone(&files), Arc::clone(&reference_data))?,
            readers,
            reference_data,
            last_now_micros: Arc::default(),
            served: AtomicUsize::default(),
            records_webhooks: AtomicBool::default(),
            zone: RwLock::new(Tz::UTC),
            unreadable: UnreadablePeople::default(),
            _files: files,
        })
    }

    /// Finishes the queued writes and closes the file; later calls are refused. Dropping the store does the
    /// same.
    pub async fn close(&self) {
        self.writer.close().await;
    }

    /// Returns the write statistics since the store was opened.
    #[must_use]
    pub fn write_stats(&self) -> WriteStats {
        WriteStats::snapshot(&self.writer.counters)
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

    /// Returns departments and settings. Reads them only after they have changed.
    async fn reference_data(&self) -> Result<Arc<ReferenceData>, StoreError> {
        if let Some(cached) = self.reference_data.get() {
            return Ok(cached);
        }
        let generation = self.reference_data.generation();
        let query = |conn: &Connection| {
            let departments = Arc::new(DepartmentList::from(reference_data::departments(conn)?));
            Ok(ReferenceData { departments, settings: reference_data::settings(conn)? })
        };
        let current = Arc::new(self.read(query).await?);
        self.reference_data.insert(generation, Arc::clone(&current));
        Ok(current)
    }

    fn commit_context(&self) -> CommitContext {
        CommitContext {
            last_now: self.last_now(),
            webhooks: self.records_webhooks.load(Ordering::SeqCst),
            zone: *self.zone.read().unwrap_or_else(PoisonError::into_inner),
        }
    }

    fn observe_now(&self, now: Time) {
        // Callers run concurrently: an older time may come after a newer one.
        self.last_now_micros.fetch_max(now.timestamp_micros(), Ordering::Relaxed);
    }

    fn last_now(&self) -> Time {
        Time::from_timestamp_micros(self.last_now_micros.load(Ordering::Relaxed)).unwrap_or_default()
    }
}

/// Returns the person with this Telegram id from the store in `dir`. Only reads, so another process may have
/// it open.
pub async fn look_up(dir: &Path, telegram: TelegramId) -> Result<Option<Person>, StoreError> {
    let file = dir.join(DATABASE_FILE);
    // Before the first start there is no file. That is not an error: the store has no people yet.
    if matches!(file.try_exists(), Ok(false)) {
        return Ok(None);
    }
    let reader = ReaderPool::open(&file, 1, || Ok(()))?;
    reader.run(move |conn| people::by_telegram(conn, telegram)).await
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sqlite").finish_non_exhaustive()
    }
}
