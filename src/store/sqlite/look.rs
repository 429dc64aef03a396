//! A look at a store from outside, which changes nothing: no file is made, nothing is locked for longer than a moment.
use super::{FILE, LOCK, schema};
use crate::engine::ports::StoreError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read};
use std::path::Path;

/// What every SQLite file begins with.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// Where the header has the schema's number, as four bytes, the highest first.
const USER_VERSION: std::ops::Range<usize> = 60..64;

/// What there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Nothing yet: it is made when the desk starts.
    Nothing,
    /// A store that nobody uses.
    Idle,
    /// A store that a process uses.
    InUse,
}

/// Looks at the store in `dir`.
///
/// Unavailable when it can't be read or written, is no store, was written by a newer version, or can't be made for want of a
/// directory.
pub fn look(dir: &Path) -> Result<Found, StoreError> {
    let file = dir.join(FILE);
    let unusable = |error: std::io::Error| StoreError::Unavailable(format!("{}: {error}", file.display()));
    match File::open(&file) {
        Ok(file) => understood(file).map_err(unusable)?,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return makeable(dir);
        }
        Err(error) => return Err(unusable(error)),
    }
    OpenOptions::new().write(true).open(&file).map_err(unusable)?;
    writable(dir)?;
    let in_use = match File::open(dir.join(LOCK)) {
        Ok(lock) => matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)),
        Err(_) => false,
    };
    Ok(if in_use { Found::InUse } else { Found::Idle })
}

/// Whether the file's header is one that this version knows. An empty file is one whose beginning is still in the log.
fn understood(mut file: File) -> std::io::Result<()> {
    let mut header = Vec::new();
    file.by_ref().take(100).read_to_end(&mut header)?;
    if header.is_empty() {
        return Ok(());
    }
    let version = header.get(USER_VERSION).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
    match version.filter(|_| header.starts_with(MAGIC)) {
        None => Err(std::io::Error::other("not a SQLite file")),
        Some(version) if version > schema::newest() => Err(std::io::Error::other(format!(
            "written by a newer Antri (schema {version}; this one knows up to {})",
            schema::newest()
        ))),
        Some(_) => Ok(()),
    }
}

/// Whether the directory is there or can be made: what stands in its place or above it must be a directory.
fn makeable(dir: &Path) -> Result<Found, StoreError> {
    let there = dir.ancestors().find(|path| path.exists());
    if let Some(path) = there.filter(|path| !path.is_dir()) {
        return Err(StoreError::Unavailable(format!("{} is no directory", path.display())));
    }
    // A relative path ends in nothing, which is the current directory.
    let there = there.filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
    writable(there)?;
    Ok(Found::Nothing)
}

/// Whether files can be made in this directory: tried with one that has no name, so that none is left.
fn writable(dir: &Path) -> Result<(), StoreError> {
    let unusable = |error| StoreError::Unavailable(format!("{} can't be written to: {error}", dir.display()));
    tempfile::tempfile_in(dir).map(drop).map_err(unusable)
}
