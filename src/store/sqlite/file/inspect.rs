//! A read-only inspection of the store's directory, for `antri check`. It creates no file and holds a lock
//! for a moment only.
use super::{DATABASE_FILE, LOCK_FILE};
use crate::engine::ports::StoreError;
use crate::store::sqlite::schema;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read};
use std::path::Path;

/// The first bytes of every SQLite file.
const SQLITE_MAGIC: &[u8] = b"SQLite format 3\0";
/// The header's length in bytes.
const HEADER_BYTES: u64 = 100;
/// The bytes of the header that hold the schema's version, big-endian.
const USER_VERSION: std::ops::Range<usize> = 60..64;

/// The state of the database file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// There is no file; the store creates it when it is opened.
    Missing,
    /// The file exists and no process has it open.
    Idle,
    /// A process has the file open.
    InUse,
}

/// Inspects the store in `dir`.
///
/// Returns `Unavailable` if the file can't be read or written, is no SQLite file, or has another schema
/// version, or if the directory can't be created or written to.
pub fn inspect(dir: &Path) -> Result<FileState, StoreError> {
    let file = dir.join(DATABASE_FILE);
    let unusable = |error: std::io::Error| StoreError::Unavailable(format!("{}: {error}", file.display()));
    match File::open(&file) {
        Ok(file) => check_header(file).map_err(unusable)?,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            check_creatable(dir)?;
            return Ok(FileState::Missing);
        }
        Err(error) => return Err(unusable(error)),
    }
    OpenOptions::new().write(true).open(&file).map_err(unusable)?;
    check_writable(dir)?;
    let is_locked = |path: &Path| {
        File::open(path).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    };
    let in_use = is_locked(&dir.join(LOCK_FILE)) || is_locked(&file);
    Ok(if in_use { FileState::InUse } else { FileState::Idle })
}

/// Checks that the file is a SQLite file whose schema this program knows. A file without a header or with
/// version 0 passes, because its first pages can still be in the write-ahead log.
fn check_header(mut file: File) -> std::io::Result<()> {
    let mut header = Vec::new();
    file.by_ref().take(HEADER_BYTES).read_to_end(&mut header)?;
    if header.is_empty() {
        return Ok(());
    }
    let version = header.get(USER_VERSION).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
    let Some(version) = version.filter(|_| header.starts_with(SQLITE_MAGIC)) else {
        return Err(std::io::Error::other("not a SQLite file"));
    };
    schema::version_error(version).map_or(Ok(()), |why| Err(std::io::Error::other(why)))
}

/// Checks that the directory exists or can be created: its nearest existing ancestor must be a writable
/// directory.
fn check_creatable(dir: &Path) -> Result<(), StoreError> {
    let existing = dir.ancestors().find(|path| path.exists());
    if let Some(path) = existing.filter(|path| !path.is_dir()) {
        return Err(StoreError::Unavailable(format!("{} is not a directory", path.display())));
    }
    // The last ancestor of a relative path is empty and stands for the current directory.
    let existing = existing.filter(|path| !path.as_os_str().is_empty());
    check_writable(existing.unwrap_or(Path::new(".")))
}

/// Checks that files can be created in the directory. The file that it creates has no name, so nothing is
/// left behind.
fn check_writable(dir: &Path) -> Result<(), StoreError> {
    let unusable = |error| StoreError::Unavailable(format!("{} can't be written to: {error}", dir.display()));
    tempfile::tempfile_in(dir).map(drop).map_err(unusable)
}
