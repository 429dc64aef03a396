//! Unit tests of the writer: shared transactions, failures, panics and implicit rollbacks.
use super::*;
use crate::store::sqlite::schema;
use futures::future::join_all;
use std::time::Duration;
use tempfile::TempDir;

const INSERT: &str = "INSERT INTO counters VALUES (?1, 1)";

fn start() -> (Writer, TempDir) {
    let dir = TempDir::new().unwrap();
    let files = Arc::new(StoreFiles::lock(dir.path()).unwrap());
    let conn = schema::open_writer(files.database(), None).unwrap();
    (Writer::start(conn, files, Arc::new(TtlCache::new(Duration::MAX))).unwrap(), dir)
}

async fn names(writer: &Writer) -> Vec<String> {
    let read = |conn: &Connection| {
        conn.prepare("SELECT name FROM counters ORDER BY name")?.query_map([], |row| row.get(0))?.collect()
    };
    writer.run(read).await.unwrap()
}

/// Runs these jobs in one transaction: a first job blocks the writer until all of them are queued.
async fn run_in_one_batch<T: Send + 'static>(
    writer: &Writer,
    jobs: Vec<impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static>,
) -> Vec<Result<T, StoreError>> {
    let (unblock, blocked) = std::sync::mpsc::channel::<()>();
    let (started, has_started) = oneshot::channel();
    let first = writer.run_unguarded(MAX_BATCH_CHANGES, move |_| {
        started.send(()).unwrap();
        blocked.recv().unwrap();
        Ok(())
    });
    let others = async {
        has_started.await.unwrap();
        let all = join_all(jobs.into_iter().map(|job| writer.run(job)));
        let unblock = async { unblock.send(()).unwrap() };
        tokio::join!(all, unblock).0
    };
    tokio::join!(first, others).1
}

#[tokio::test]
async fn waiting_jobs_share_a_transaction_and_fail_alone() {
    let (writer, _dir) = start();
    let before = writer.counters.transactions.load(Ordering::Relaxed);
    let jobs = (0..9).map(|n| move |conn: &Connection| conn.execute(INSERT, [n % 8]).map(drop)).collect();
    let results = run_in_one_batch(&writer, jobs).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 8);
    assert!(results[8].is_err(), "the same name twice");
    assert_eq!(names(&writer).await.len(), 8);
    assert_eq!(
        writer.counters.transactions.load(Ordering::Relaxed) - before,
        3,
        "the blocking job, the batch, the read"
    );
}

#[tokio::test]
async fn a_failed_commit_fails_its_whole_batch_only() {
    let (writer, _dir) = start();
    let orphan =
        "PRAGMA defer_foreign_keys = ON; INSERT INTO agents VALUES (x'00', 1, '', 1, 1, 1, 0, 0, NULL, NULL)";
    let job = move |n: i32| {
        move |conn: &Connection| {
            conn.execute(INSERT, [n])?;
            if n == 3 { conn.execute_batch(orphan) } else { Ok(()) }
        }
    };
    let results = run_in_one_batch(&writer, (0..6).map(job).collect()).await;
    assert!(results.iter().all(Result::is_err), "{results:?}");
    assert_eq!(names(&writer).await, [""; 0]);
    writer.run(|conn| conn.execute(INSERT, ["after"])).await.unwrap();
    assert_eq!(names(&writer).await, ["after"]);
}

#[tokio::test]
async fn an_error_of_unguarded_work_rolls_its_transaction_back() {
    let (writer, _dir) = start();
    let half = |conn: &Connection| {
        conn.execute(INSERT, ["half"])?;
        conn.execute("INSERT INTO nowhere VALUES (1)", []).map_err(StoreError::from)
    };
    assert!(matches!(writer.run_unguarded(1, half).await, Err(StoreError::Unavailable(_))));
    assert_eq!(names(&writer).await, [""; 0]);
    writer.run(|conn| conn.execute(INSERT, ["after"])).await.unwrap();
    assert_eq!(names(&writer).await, ["after"]);
}

#[tokio::test]
async fn a_panic_fails_its_batch_and_the_writer_continues() {
    let (writer, _dir) = start();
    let job = |n: i32| {
        move |conn: &Connection| {
            conn.execute(INSERT, [n])?;
            assert_ne!(n, 1, "on purpose");
            Ok(())
        }
    };
    let results = run_in_one_batch(&writer, (0..3).map(job).collect()).await;
    assert!(results.iter().all(|result| matches!(result, Err(StoreError::Unavailable(_)))), "{results:?}");
    writer.run(|conn| conn.execute(INSERT, ["after"])).await.unwrap();
    assert_eq!(names(&writer).await, ["after"]);
}

#[tokio::test]
async fn a_batch_stops_after_an_implicit_rollback() {
    let (writer, _dir) = start();
    let job = |n: i32| {
        move |conn: &Connection| {
            conn.execute(INSERT, [n])?;
            if n == 1 { conn.execute_batch("ROLLBACK") } else { Ok(()) }
        }
    };
    let results = run_in_one_batch(&writer, (0..4).map(job).collect()).await;
    assert!(results.iter().all(Result::is_err), "{results:?}");
    assert_eq!(names(&writer).await, [""; 0]);
}
