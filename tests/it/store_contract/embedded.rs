//! The embedded store as a back end, and what only a file can suffer: a full disk, a torn log, a second process.
use super::Backend;
use super::fixture::*;
use antri::domain::event::Action;
use antri::engine::ports::{
    CommitError, Guard, OutboxStore, Outcome, RetentionStore, Store, StoreError, TicketStore,
};
use antri::store::Sqlite;
use antri::store::sqlite::{FILE, Options};
use async_trait::async_trait;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// The embedded store in a directory of its own.
pub(crate) struct Embedded {
    store: Arc<Sqlite>,
    dir: TempDir,
}

#[async_trait]
impl Backend for Embedded {
    async fn fresh() -> Self {
        let dir = TempDir::new().unwrap();
        Self { store: Arc::new(Sqlite::open(dir.path()).unwrap()), dir }
    }

    fn store(&self) -> Arc<dyn Store> {
        self.store.clone()
    }

    async fn reopen(self) -> Self {
        let Self { store, dir } = self;
        drop(store);
        Self { store: Arc::new(Sqlite::open(dir.path()).unwrap()), dir }
    }
}

/// A copy of the files as they lie there now, as after a crash of the machine.
fn copy(dir: &Path) -> TempDir {
    let copy = TempDir::new().unwrap();
    for name in [FILE.to_owned(), format!("{FILE}-wal")] {
        std::fs::copy(dir.join(&name), copy.path().join(&name)).unwrap();
    }
    copy
}

#[cfg(unix)]
#[tokio::test]
async fn what_customers_write_is_for_the_owner_of_the_files_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = TempDir::new().unwrap();
    let data = dir.path().join("data");
    let store = Sqlite::open(&data).unwrap();
    one(&store, opening(ticket(1))).await.unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    for file in std::fs::read_dir(&data).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 4, "the file, its log, its index, the lock");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_changes_share_a_transaction() {
    let Embedded { store, dir: _dir } = Embedded::fresh().await;
    let before = store.writes();
    let tasks: Vec<_> = (1..=400)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move { one(&*store, opening(ticket(n))).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let after = store.writes();
    let (changes, transactions) = (after.changes - before.changes, after.transactions - before.transactions);
    assert_eq!(changes, 400);
    assert!(transactions < changes / 2, "{transactions} transactions for {changes} changes");
    assert_eq!(store.depths().await.unwrap()[&dept(1)], 400);
}

#[tokio::test]
async fn a_second_process_is_refused() {
    let Embedded { store, dir } = Embedded::fresh().await;
    let Err(StoreError::Unavailable(why)) = Sqlite::open(dir.path()) else { panic!("two at once") };
    assert!(why.contains("another process uses") && why.contains(FILE), "{why}");
    store.close().await;
    Sqlite::open(dir.path()).expect("the first has closed it");
}

#[tokio::test]
async fn a_newer_file_is_refused() {
    let Embedded { store, dir } = Embedded::fresh().await;
    store.close().await;
    let conn = rusqlite::Connection::open(dir.path().join(FILE)).unwrap();
    conn.pragma_update(None, "user_version", 99).unwrap();
    drop(conn);
    let Err(StoreError::Unavailable(why)) = Sqlite::open(dir.path()) else { panic!("opened") };
    assert!(why.contains("newer Antri (schema 99"), "{why}");
}

#[tokio::test]
async fn a_file_of_the_first_schema_is_brought_up_to_date() {
    let Embedded { store, dir } = Embedded::fresh().await;
    let ticket = open(&*store, ticket(1)).await;
    let ended = ticket.cancel(who(900), at(100)).unwrap();
    one(&*store, moving(ended, Guard::None)).await.unwrap();
    let waiting_one = open_n(&*store, 2..=2).await.remove(0);
    store.close().await;
    let conn = rusqlite::Connection::open(dir.path().join(FILE)).unwrap();
    conn.execute_batch(
        "DROP TRIGGER ended_now; DROP TABLE ended; DROP TABLE leases; DROP TABLE incidents;
         ALTER TABLE tickets ADD COLUMN tail TEXT NOT NULL DEFAULT '';
         CREATE INDEX tickets_tail ON tickets (tail) WHERE ended_at IS NULL; PRAGMA user_version = 1",
    )
    .unwrap();
    drop(conn);
    let store = Sqlite::open(dir.path()).unwrap();
    let number = waiting_one.number.as_str();
    let found = store.tickets_by_suffix(&number[number.len() - 4..], 5).await.unwrap();
    assert_eq!(found, [waiting_one], "open tickets are found by their numbers' ends");
    let waiting = |dir: &Path| {
        let conn = rusqlite::Connection::open(dir.join(FILE)).unwrap();
        conn.query_row("SELECT count(*) FROM ended", [], |row| row.get::<_, u64>(0)).unwrap()
    };
    assert_eq!(waiting(dir.path()), 1, "what ended before is known to have ended");
    store.prune(at(200)).await.unwrap();
    assert_eq!(waiting(dir.path()), 0);
}

#[tokio::test]
async fn a_file_that_is_something_else_is_refused() {
    let dir = TempDir::new().unwrap();
    std::fs::write(dir.path().join(FILE), "not a database at all, but long enough to be one".repeat(99))
        .unwrap();
    let Err(StoreError::Corrupt(why)) = Sqlite::open(dir.path()) else { panic!("opened") };
    assert!(why.contains("not a database"), "{why}");
}

#[tokio::test]
async fn a_closed_store_refuses_and_has_written_its_log_back() {
    let Embedded { store, dir } = Embedded::fresh().await;
    open_n(&*store, 1..=3).await;
    let last = (4..=40).map(|n| {
        let store = store.clone();
        async move { one(&*store, opening(ticket(n))).await }
    });
    let (answers, ()) = tokio::join!(futures::future::join_all(last), store.close());
    assert!(answers.iter().all(Result::is_ok), "what was begun is finished");
    let refused = one(&*store, opening(ticket(50))).await;
    assert!(matches!(refused, Err(CommitError::Store(StoreError::Unavailable(_)))), "{refused:?}");
    let log = std::fs::metadata(dir.path().join(format!("{FILE}-wal"))).map_or(0, |meta| meta.len());
    assert_eq!(log, 0);
    drop(store);
    let again = Sqlite::open(dir.path()).unwrap();
    assert_eq!(again.depths().await.unwrap()[&dept(1)], 40);
}

#[tokio::test]
async fn a_torn_log_loses_only_what_was_not_acknowledged() {
    let Embedded { store, dir } = Embedded::fresh().await;
    open_n(&*store, 1..=20).await;
    let wal = dir.path().join(format!("{FILE}-wal"));
    let acknowledged = std::fs::metadata(&wal).unwrap().len();
    let mut last = opening(ticket(21));
    last.notices = vec![text(1, "dua puluh satu")];
    one(&*store, last).await.unwrap();
    let whole = std::fs::metadata(&wal).unwrap().len();
    assert!(whole > acknowledged);

    for torn in [acknowledged, acknowledged + 1, acknowledged + 24, whole - 4_096, whole - 1] {
        for garbled in [false, true] {
            let copy = copy(dir.path());
            let wal = copy.path().join(format!("{FILE}-wal"));
            let mut bytes = std::fs::read(&wal).unwrap();
            let torn = usize::try_from(torn).unwrap();
            if garbled {
                bytes[torn..].fill(0xA5);
            } else {
                bytes.truncate(torn);
            }
            std::fs::write(&wal, bytes).unwrap();
            let store = Sqlite::open(copy.path()).unwrap();
            assert_eq!(store.depths().await.unwrap()[&dept(1)], 20, "torn at {torn} of {whole}");
            assert_eq!(store.pending_deliveries().await.unwrap(), 0, "and nothing of it by halves");
            open(&store, ticket(21)).await;
        }
    }
    let store = Sqlite::open(copy(dir.path()).path()).unwrap();
    assert_eq!(store.depths().await.unwrap()[&dept(1)], 21, "a whole log loses nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_and_keeps_what_it_has() {
    let dir = TempDir::new().unwrap();
    let store = Arc::new(Sqlite::open_with(dir.path(), Options { max_pages: Some(120) }).unwrap());
    join(&*store, [1], 5).await;
    let mut kept = Vec::new();
    let mut refused = 0;
    for n in 1..=400 {
        let mut change = opening(ticket(n));
        change.event = Some(event(at(1), None, n, Action::Opened));
        change.notices = vec![text(1, &"panjang ".repeat(100))];
        match one(&*store, change).await {
            Ok(_) => kept.push(n),
            Err(CommitError::Store(StoreError::Unavailable(_))) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(!kept.is_empty() && refused > 0, "{} kept, {refused} refused", kept.len());
    assert_eq!(names(&store.queue_page(&[dept(1)], 0, 999).await.unwrap()), kept, "all or nothing of each");
    assert_eq!(store.pending_deliveries().await.unwrap(), kept.len() as u64);

    // Many at once, among which some fit: each is told for itself, and what it was told is so.
    let small: Vec<_> = (500..600).map(|n| (n, opening(ticket(n)))).collect();
    let answers = store.commit(small.iter().map(|(_, change)| change.clone()).collect()).await;
    for ((n, _), answer) in small.iter().zip(&answers) {
        assert_eq!(store.ticket(ticket_id(*n)).await.unwrap().is_some(), answer.is_ok(), "{answer:?}");
    }
    // With room made, work goes on.
    while let Some(claimed) = store.claim(1, at(2)).await.unwrap().pop() {
        store.settle(vec![(claimed.id, Outcome::Sent(None))], at(2)).await.unwrap();
    }
    let first = read(&*store, ticket_id(kept[0])).await;
    one(&*store, giving(&first, 1, 0, Guard::Eligible)).await.unwrap();
    drop(store);
    let store = Sqlite::open(dir.path()).unwrap();
    assert!(store.depths().await.unwrap()[&dept(1)] >= kept.len() as u64 - 1);
}

#[tokio::test]
async fn unknown_outcomes_repeats_and_what_was_given_up_are_counted() {
    let backend = Embedded::fresh().await;
    let store = backend.store.clone();
    store.enqueue(vec![text(1, "satu"), text(2, "dua"), text(3, "tiga")], at(1)).await.unwrap();
    let claimed = store.claim(9, at(1)).await.unwrap();
    let outcomes = vec![
        (claimed[0].id, Outcome::Retry { until: at(2), unknown: true }),
        (claimed[1].id, Outcome::Dropped("blocked".to_owned())),
    ];
    store.settle(outcomes, at(1)).await.unwrap();
    assert_eq!(store.release_orphaned_claims().await.unwrap(), 1);
    for claimed in store.claim(9, at(2)).await.unwrap() {
        store.settle(vec![(claimed.id, Outcome::Sent(None))], at(2)).await.unwrap();
    }
    drop(store);
    let counters = backend.reopen().await.store.counters().await.unwrap();
    assert_eq!((counters.unknown, counters.repeats, counters.dropped), (2, 2, 1));
}

#[tokio::test]
async fn a_message_that_nobody_understands_does_not_stop_the_others() {
    let Embedded { store, dir } = Embedded::fresh().await;
    store.enqueue(vec![text(1, "satu"), text(1, "dua"), text(2, "lain")], at(1)).await.unwrap();
    store.close().await;
    let conn = rusqlite::Connection::open(dir.path().join(FILE)).unwrap();
    conn.execute("UPDATE outbox SET message = '{\"telegram\":1}' WHERE id = 1", []).unwrap();
    drop((conn, store));
    let store = Sqlite::open(dir.path()).unwrap();
    assert_eq!(store.claim(9, at(2)).await.unwrap()[0].message, text(2, "lain").message);
    assert_eq!(store.claim(9, at(2)).await.unwrap()[0].message, text(1, "dua").message);
    assert_eq!(store.counters().await.unwrap().dropped, 1);
}
