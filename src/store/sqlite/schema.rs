//! Connections as the store wants them, and the file's schema, brought up to date step by step.
use crate::engine::ports::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// Step n takes a file from schema n to n + 1. A step that was released is never changed; new ones are added below.
const MIGRATIONS: &[&str] = &[
    include_str!("schema.sql"),
    include_str!("ended.sql"),
    include_str!("leases.sql"),
    include_str!("incidents.sql"),
    include_str!("numbers.sql"),
];

/// The schema that this program writes.
pub(super) fn newest() -> u32 {
    u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX)
}

/// Statements that a connection keeps prepared; more than the store has.
const STATEMENTS: usize = 96;

/// The connection that writes, with the schema as this program knows it.
pub(super) fn writer(file: &Path, max_pages: Option<u32>) -> Result<Connection, StoreError> {
    let mut conn = Connection::open(file)?;
    // Pages are written over in the log until it has grown to 64 MiB: one that changed often is written back once.
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536;
         PRAGMA wal_autocheckpoint = 16384; PRAGMA journal_size_limit = 67108864;",
    )?;
    tune(&conn)?;
    migrate(&mut conn)?;
    if let Some(pages) = max_pages {
        conn.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
    }
    Ok(conn)
}

/// A connection that only reads.
pub(super) fn reader(file: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(file, flags)?;
    conn.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096;")?;
    tune(&conn)?;
    Ok(conn)
}

fn tune(conn: &Connection) -> rusqlite::Result<()> {
    // Without it SQLite plans a statement anew whenever a value is bound that a plan could be chosen by: each use of a
    // query with `LIMIT ?` or an outer join then costs its compilation, several times what the query itself does.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    conn.busy_timeout(Duration::from_secs(5))
}

fn migrate(conn: &mut Connection) -> Result<(), StoreError> {
    let found: usize = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > MIGRATIONS.len() {
        let known = MIGRATIONS.len();
        return Err(StoreError::Unavailable(format!(
            "the file was written by a newer Antri (schema {found}; this one knows up to {known})"
        )));
    }
    for (step, sql) in MIGRATIONS.iter().enumerate().skip(found) {
        let tx = conn.transaction()?;
        tx.execute_batch(sql)?;
        tx.pragma_update(None, "user_version", step + 1)?;
        tx.commit()?;
    }
    Ok(())
}
