//! The floors: what this disk and SQLite can do at best. One thread, one connection, one file beside the desk's, the same
//! pragmas, one prepared `INSERT` into a table without any index. Either many callers who each commit a row and wait until it
//! is durable, where what waits shares a transaction; or whole batches, where nobody waits for anything but the disk.
use crate::work::CALLERS;
use rusqlite::Connection;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

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
        Self::at(dir.join("floor.db"))
    }

    fn at(file: impl AsRef<Path>) -> rusqlite::Result<Self> {
        let conn = Connection::open(file)?;
        conn.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 16384; PRAGMA journal_size_limit = 67108864;
             CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;",
        )?;
        Ok(Self { conn, body: "x".repeat(BODY) })
    }

    /// Commits one row.
    pub(crate) fn one(&self) -> rusqlite::Result<()> {
        self.conn.execute("INSERT INTO bare (body) VALUES (?1)", [&self.body]).map(drop)
    }

    /// Rows a second that many callers commit, each row by itself: of at least `rows` rows.
    pub(crate) async fn commits_per_second(&self, rows: u64) -> f64 {
        let (orders, waiting) = mpsc::channel::<oneshot::Sender<()>>(1024);
        let callers = async {
            let start = Instant::now();
            let each = (0..CALLERS).map(|_| {
                let orders = orders.clone();
                tokio::spawn(async move {
                    let mut done = 0;
                    while done < rows.div_ceil(CALLERS) || start.elapsed() < AT_LEAST {
                        let (reply, durable) = oneshot::channel();
                        orders.send(reply).await.expect("somebody writes");
                        durable.await.expect("a commit");
                        done += 1;
                    }
                    done
                })
            });
            let mut done = 0;
            for caller in each.collect::<Vec<_>>() {
                done += caller.await.expect("a caller");
            }
            drop(orders);
            crate::stats::rate(done, start.elapsed())
        };
        let path = self.conn.path().expect("a file").to_owned();
        let writer = std::thread::spawn(move || Self::at(&path).and_then(|floor| floor.serve(waiting)));
        let rate = callers.await;
        writer.join().expect("a thread").expect("the floor");
        rate
    }

    /// Commits whatever waits, together, until nobody is left to ask.
    fn serve(&self, mut waiting: mpsc::Receiver<oneshot::Sender<()>>) -> rusqlite::Result<()> {
        while let Some(first) = waiting.blocking_recv() {
            let mut group = vec![first];
            while let Ok(one) = waiting.try_recv() {
                group.push(one);
            }
            self.batch(group.len() as u64)?;
            for reply in group {
                reply.send(()).ok();
            }
        }
        Ok(())
    }

    /// So many rows in a transaction.
    fn batch(&self, rows: u64) -> rusqlite::Result<()> {
        self.conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let mut insert = self.conn.prepare_cached("INSERT INTO bare (body) VALUES (?1)")?;
        for _ in 0..rows {
            insert.execute([&self.body])?;
        }
        self.conn.prepare_cached("COMMIT")?.execute([]).map(drop)
    }

    /// Rows a second at `group` rows to a transaction, of at least `rows` rows.
    pub(crate) fn rows_per_second(&self, rows: u64, group: u64) -> rusqlite::Result<f64> {
        let group = group.max(1);
        let (start, mut written) = (Instant::now(), 0);
        while written < rows || start.elapsed() < AT_LEAST {
            self.batch(group)?;
            written += group;
        }
        Ok(crate::stats::rate(written, start.elapsed()))
    }
}
