//! The files of the store: the lock of this process on them, and the check that they are still in their place.
mod inspect;

pub use inspect::{FileState, inspect};

use crate::engine::ports::StoreError;
use std::ffi::OsString;
use std::fs::{DirBuilder, File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// The name of the database file in the store's directory.
pub const DATABASE_FILE: &str = "antri.db";
/// The file that a process keeps locked while it has the store open. The database file is locked too: each of
/// the two can be removed by hand, and the other one still refuses a second process.
const LOCK_FILE: &str = "antri.lock";

/// Device and inode.
type FileId = (u64, u64);

/// The files of an open store, locked for this process.
///
/// SQLite's own locks end when any descriptor of the database file is closed in this process. So this is
/// dropped after the last connection, and [`StoreFiles::release`] unlocks without closing.
pub(super) struct StoreFiles {
    database: PathBuf,
    database_id: FileId,
    /// The write-ahead log and its id, once the connections are open.
    log: OnceLock<(PathBuf, FileId)>,
    locked: Vec<File>,
    is_missing: AtomicBool,
}

impl StoreFiles {
    /// Creates the directory and the database file if they do not exist, and locks them. The operating system
    /// releases the locks when the process ends.
    pub(super) fn lock(dir: &Path) -> Result<Self, StoreError> {
        let unusable = |error: io::Error| StoreError::Unavailable(format!("{}: {error}", dir.display()));
        DirBuilder::new().mode(0o700).recursive(true).create(dir).map_err(unusable)?;
        let database = dir.join(DATABASE_FILE);
        let mut locked = vec![lock(open(&dir.join(LOCK_FILE))?, &database)?];
        let file = open(&database)?;
        // Elsewhere this lock would shut out SQLite's own ones.
        if cfg!(target_os = "linux") {
            locked.push(lock(file, &database)?);
        }
        let database_id = id(&std::fs::metadata(&database).map_err(unusable)?);
        Ok(Self { database, database_id, log: OnceLock::new(), locked, is_missing: AtomicBool::new(false) })
    }

    /// Returns the path of the database file.
    pub(super) fn database(&self) -> &Path {
        &self.database
    }

    /// Includes the write-ahead log in later checks. Must be called once the connections are open, because the
    /// first of them creates the log and the last of them deletes it.
    pub(super) fn watch_log(&self) {
        let mut path = OsString::from(&self.database);
        path.push("-wal");
        if let Ok(found) = std::fs::metadata(&path) {
            let _ = self.log.set((path.into(), id(&found)));
        }
    }

    /// Returns `Unavailable` if a file was moved, replaced or deleted: what is written to it now would be gone
    /// at the next start.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        let log = self.log.get().map(|(path, id)| (path, *id));
        let moved = std::iter::once((&self.database, self.database_id))
            .chain(log)
            .find(|(path, expected)| !std::fs::metadata(path).is_ok_and(|found| id(&found) == *expected));
        let was_missing = self.is_missing.swap(moved.is_some(), Ordering::Relaxed);
        let Some((path, _)) = moved else {
            if was_missing {
                tracing::warn!(file = %self.database.display(), "the store's files are back in their place");
            }
            return Ok(());
        };
        let why = format!("{} was moved or deleted while it is in use; move it back", path.display());
        if !was_missing {
            tracing::error!(why, "nothing is stored until the store's files are back");
        }
        Err(StoreError::Unavailable(why))
    }

    /// Releases the locks, so that another process can open the store.
    pub(super) fn release(&self) {
        for file in &self.locked {
            if let Err(error) = file.unlock() {
                tracing::warn!(%error, "failed to unlock the store");
            }
        }
    }
}

/// Opens a file of the store, or creates it. Only its owner may read it, because it holds customers' messages;
/// SQLite gives the same mode to its log and its index.
fn open(path: &Path) -> Result<File, StoreError> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path);
    file.map_err(|error| StoreError::Unavailable(format!("{}: {error}", path.display())))
}

fn lock(file: File, database: &Path) -> Result<File, StoreError> {
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(StoreError::Unavailable(format!("another process uses {}", database.display())))
        }
        Err(TryLockError::Error(error)) => {
            Err(StoreError::Unavailable(format!("{}: {error}", database.display())))
        }
    }
}

fn id(metadata: &Metadata) -> FileId {
    (metadata.dev(), metadata.ino())
}
