//! The floor: what this disk and SQLite can do at best. One thread, one connection, one file beside the desk's, the same
//! pragmas, one prepared `INSERT` into a table without any index, so many rows to a transaction.
use rusqlite::Connection;
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What a row carries: about what the rows of an assignment carry on average.
const BODY: usize = 160;
/// One measurement lasts at least so long: a few transactions alone say nothing.
const AT_LEAST: Duration = Duration::from_millis(150);
/// How often the pulse beats.
const PULSE: Duration = Duration::from_millis(20);

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

/// Commits one bare row every so often, on a thread of its own, until it is stopped: how long the least that one can ask
/// of this disk takes while everything else goes on.
pub(crate) struct Pulse {
    stop: Sender<()>,
    thread: JoinHandle<Vec<Duration>>,
}

impl Pulse {
    pub(crate) fn start(dir: &Path) -> rusqlite::Result<Self> {
        let floor = Floor::open(dir)?;
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || {
            let mut took = Vec::new();
            while stopped.recv_timeout(PULSE) == Err(RecvTimeoutError::Timeout) {
                let start = Instant::now();
                if floor.conn.execute("INSERT INTO bare (body) VALUES (?1)", [&floor.body]).is_ok() {
                    took.push(start.elapsed());
                }
            }
            took
        });
        Ok(Self { stop, thread })
    }

    /// How long each commit took.
    pub(crate) fn stop(self) -> Vec<Duration> {
        drop(self.stop);
        self.thread.join().unwrap_or_default()
    }
}
