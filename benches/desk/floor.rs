//! The floor: what this disk and SQLite can do at best. One thread, one connection, one file beside the desk's, the same
//! pragmas, one prepared `INSERT` into a table without any index, so many rows to a transaction.
use rusqlite::Connection;
use std::path::Path;
use std::time::{Duration, Instant};

/// What a row carries: about what the rows of an assignment carry on average.
pub(crate) const BODY: usize = 160;
/// One measurement lasts at least so long: a few transactions alone say nothing.
const AT_LEAST: Duration = Duration::from_millis(150);

/// A file to write bare rows into.
pub(crate) struct Floor {
    conn: Connection,
    body: String,
}

impl Floor {
    pub(crate) fn open(dir: &Path) -> rusqlite::Result<Self> {
        let conn = Connection::open(dir.join("floor.db"))?;
        conn.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4096; PRAGMA journal_size_limit = 67108864;
             CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;",
        )?;
        Ok(Self { conn, body: "x".repeat(BODY) })
    }

    /// Commits one row.
    pub(crate) fn one(&self) -> rusqlite::Result<()> {
        self.conn.execute("INSERT INTO bare (body) VALUES (?1)", [&self.body]).map(drop)
    }

    /// Rows a second at `group` rows to a transaction, of at least `rows` rows.
    pub(crate) fn rows_per_second(&self, rows: u64, group: u64) -> rusqlite::Result<f64> {
        let group = group.max(1);
        let (start, mut written) = (Instant::now(), 0);
        while written < rows || start.elapsed() < AT_LEAST {
            self.conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
            let mut insert = self.conn.prepare_cached("INSERT INTO bare (body) VALUES (?1)")?;
            for _ in 0..group {
                insert.execute([&self.body])?;
            }
            self.conn.prepare_cached("COMMIT")?.execute([])?;
            written += group;
        }
        Ok(crate::stats::rate(written, start.elapsed()))
    }
}
