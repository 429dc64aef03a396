//! Baselines of the embedded store: bare inserts with SQLite on the same disk. One thread and one connection
//! write to a file next to the store's, with the same pragmas, by one prepared `INSERT` into a table without
//! index. In one baseline many callers each commit a row and wait until it is durable, and pending rows share
//! a transaction. In the other, whole batches are committed without callers that wait.
use crate::driver::CALLERS;
use rusqlite::Connection;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// The size of a row: about the average of the rows of an assignment.
pub(crate) const BODY_BYTES: usize = 160;
/// The minimum duration of a measurement, because a few transactions give no stable figure.
const MIN_MEASUREMENT: Duration = Duration::from_millis(150);

/// A database file for bare rows.
pub(crate) struct Baseline {
    conn: Connection,
    body: String,
}

impl Baseline {
    pub(crate) fn open(dir: &Path) -> rusqlite::Result<Self> {
        Self::at(dir.join("baseline.db"))
    }

    fn at(file: impl AsRef<Path>) -> rusqlite::Result<Self> {
        let conn = Connection::open(file)?;
        conn.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 16384; PRAGMA journal_size_limit = 67108864;
             CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;",
        )?;
        Ok(Self { conn, body: "x".repeat(BODY_BYTES) })
    }

    /// Commits one row.
    pub(crate) fn insert_one(&self) -> rusqlite::Result<()> {
        self.conn.execute("INSERT INTO bare (body) VALUES (?1)", [&self.body]).map(drop)
    }

    /// Returns the rows a second that many callers commit one by one; measures at least `rows` rows.
    pub(crate) async fn commits_per_second(&self, rows: u64) -> f64 {
        let (requests, pending) = mpsc::channel::<oneshot::Sender<()>>(1024);
        let callers = async {
            let start = Instant::now();
            let tasks = (0..CALLERS).map(|_| {
                let requests = requests.clone();
                tokio::spawn(async move {
                    let mut done = 0;
                    while done < rows.div_ceil(CALLERS) || start.elapsed() < MIN_MEASUREMENT {
                        let (reply, durable) = oneshot::channel();
                        requests.send(reply).await.expect("the writer runs");
                        durable.await.expect("a commit");
                        done += 1;
                    }
                    done
                })
            });
            let mut done = 0;
            for caller in tasks.collect::<Vec<_>>() {
                done += caller.await.expect("a caller");
            }
            drop(requests);
            crate::stats::rate(done, start.elapsed())
        };
        let path = self.conn.path().expect("a file").to_owned();
        let writer =
            std::thread::spawn(move || Self::at(&path).and_then(|baseline| baseline.run_writer(pending)));
        let rate = callers.await;
        writer.join().expect("a thread").expect("the baseline");
        rate
    }

    /// Commits the pending rows together in one transaction, until all callers are done.
    fn run_writer(&self, mut pending: mpsc::Receiver<oneshot::Sender<()>>) -> rusqlite::Result<()> {
        while let Some(first) = pending.blocking_recv() {
            let mut group = vec![first];
            while let Ok(next) = pending.try_recv() {
                group.push(next);
            }
            self.insert_batch(group.len() as u64)?;
            for reply in group {
                reply.send(()).ok();
            }
        }
        Ok(())
    }

    /// Inserts `rows` rows in one transaction.
    fn insert_batch(&self, rows: u64) -> rusqlite::Result<()> {
        self.conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let mut insert = self.conn.prepare_cached("INSERT INTO bare (body) VALUES (?1)")?;
        for _ in 0..rows {
            insert.execute([&self.body])?;
        }
        self.conn.prepare_cached("COMMIT")?.execute([]).map(drop)
    }

    /// Returns the rows a second with `group` rows in a transaction; measures at least `rows` rows.
    pub(crate) fn rows_per_second(&self, rows: u64, group: u64) -> rusqlite::Result<f64> {
        let group = group.max(1);
        let (start, mut written) = (Instant::now(), 0);
        while written < rows || start.elapsed() < MIN_MEASUREMENT {
            self.insert_batch(group)?;
            written += group;
        }
        Ok(crate::stats::rate(written, start.elapsed()))
    }
}
