//! The schema of the database file and the settings of its connections. A new file gets the schema; an
//! existing file is used only if it has exactly this version.
use crate::engine::ports::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// The schema of this program, which SQLite stores as `user_version`; 0 is a file without a schema.
///
/// Versions 1 to 12 were layouts of unreleased builds, so there is no migration from them.
const SCHEMA_VERSION: u32 = 13;
/// The parts of the schema, in the order in which they are created.
const SCHEMA: [&str; 4] = [
    include_str!("schema.sql"),
    include_str!("schema/delivery.sql"),
    include_str!("schema/conversation.sql"),
    include_str!("schema/statistics.sql"),
];

/// Prepared statements that a connection caches; the store has fewer.
const MAX_CACHED_STATEMENTS: usize = 96;
/// The time for which a statement waits for a lock of another connection.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens the connection that writes. Creates the schema in an empty file.
pub(super) fn open_writer(file: &Path, max_pages: Option<u32>) -> Result<Connection, StoreError> {
    let mut conn = Connection::open(file)?;
    configure(&conn)?;
    let version = check_version(&conn, file)?;
    // 1 MiB of pages: the system's own cache has the rest. With 64 MiB no figure of the benchmark is better, and
    // the process grows to four times its idle memory.
    // The write-ahead log reuses its pages until it has grown to 64 MiB (16,384 pages of 4 KiB): a page that
    // changes often is then copied into the database file once.
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -1024;
         PRAGMA wal_autocheckpoint = 16384; PRAGMA journal_size_limit = 67108864;",
    )?;
    if version == 0 {
        create(&mut conn, file)?;
    }
    if let Some(pages) = max_pages {
        conn.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
    }
    Ok(conn)
}

/// Opens a read-only connection to a file that has the schema.
pub(super) fn open_reader(file: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(file, flags)?;
    conn.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -512;")?;
    configure(&conn)?;
    check_version(&conn, file)?;
    Ok(conn)
}

fn configure(conn: &Connection) -> rusqlite::Result<()> {
    // The query planner must not depend on bound values. Otherwise SQLite compiles a statement again whenever
    // a new value could change its plan, and compiling a query with `LIMIT ?` or an outer join costs several
    // times its execution.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.set_prepared_statement_cache_capacity(MAX_CACHED_STATEMENTS);
    conn.busy_timeout(LOCK_TIMEOUT)
}

/// Returns the version of the file's schema: [`SCHEMA_VERSION`], or 0 if there is none yet. Refuses any other
/// version.
fn check_version(conn: &Connection, file: &Path) -> Result<u32, StoreError> {
    let version = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match version_error(version) {
        Some(why) => Err(StoreError::Unavailable(format!("{}: {why}", file.display()))),
        None => Ok(version),
    }
}

/// Returns why a file with this schema version can't be used and what the operator can do about it.
pub(super) fn version_error(version: u32) -> Option<String> {
    match version {
        0 | SCHEMA_VERSION => None,
        1..SCHEMA_VERSION => Some(format!(
            "written by an unreleased build of Antri (schema {version}; this one uses {SCHEMA_VERSION}); \
             it can't be converted: to start with an empty store, move the file away or set another DATA_DIR"
        )),
        _ => Some(format!(
            "written by a newer Antri (schema {version}; this one uses {SCHEMA_VERSION}): \
             run that version, or restore a backup that this version has made"
        )),
    }
}

fn create(conn: &mut Connection, file: &Path) -> Result<(), StoreError> {
    let tx = conn.transaction()?;
    let tables: u32 = tx.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables > 0 {
        return Err(StoreError::Unavailable(format!(
            "{}: a SQLite file of another program: move it away or choose another DATA_DIR",
            file.display()
        )));
    }
    for part in SCHEMA {
        tx.execute_batch(part)?;
    }
    tx.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    Ok(tx.commit()?)
}
