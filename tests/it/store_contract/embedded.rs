//! The SQLite store: its back end for the contract, and its own tests of file versions, a full disk, a torn
//! log and a second process.
use super::Backend;
use super::fixture::*;
use antri::domain::event::Action;
use antri::domain::ids::TelegramId;
use antri::engine::ports::{
    CommitError, DeadLetterStore, DropReason, Guard, OutboxStore, Outcome, RetryResult, Store, StoreError,
    TicketStore,
};
use antri::store::Sqlite;
use antri::store::sqlite::{DATABASE_FILE, FileState, Options, inspect, look_up};
use async_trait::async_trait;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// The SQLite store in a directory of its own.
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

/// Copies the files of an open store, as a crash of the machine would leave them.
fn copy(dir: &Path) -> TempDir {
    let copy = TempDir::new().unwrap();
    for name in [DATABASE_FILE.to_owned(), format!("{DATABASE_FILE}-wal")] {
        std::fs::copy(dir.join(&name), copy.path().join(&name)).unwrap();
    }
    copy
}

#[cfg(unix)]
#[tokio::test]
async fn the_files_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let dir = TempDir::new().unwrap();
    let data = dir.path().join("data");
    let store = Sqlite::open(&data).unwrap();
    commit_one(&store, opening(ticket(1))).await.unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    for file in std::fs::read_dir(&data).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 4, "the file, its log, its index, the lock");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_changes_share_transactions() {
    let Embedded { store, dir: _dir } = Embedded::fresh().await;
    let before = store.write_stats();
    let tasks: Vec<_> = (1..=400)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move { commit_one(&*store, opening(ticket(n))).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let after = store.write_stats();
    let (changes, transactions) = (after.changes - before.changes, after.transactions - before.transactions);
    assert_eq!(changes, 400);
    assert!(transactions < changes / 2, "{transactions} transactions for {changes} changes");
    assert_eq!(store.depths().await.unwrap()[&department_id(1)], 400);
}

#[tokio::test]
async fn a_second_process_is_refused() {
    let Embedded { store, dir } = Embedded::fresh().await;
    let Err(StoreError::Unavailable(why)) = Sqlite::open(dir.path()) else { panic!("opened twice") };
    assert!(why.contains("another process uses") && why.contains(DATABASE_FILE), "{why}");
    store.close().await;
    Sqlite::open(dir.path()).expect("the first process has closed it");
}

#[tokio::test]
async fn without_its_lock_file_the_database_itself_is_locked() {
    let Embedded { store, dir } = Embedded::fresh().await;
    std::fs::remove_file(dir.path().join("antri.lock")).unwrap();
    assert_eq!(inspect(dir.path()), Ok(FileState::InUse));
    let Err(StoreError::Unavailable(why)) = Sqlite::open(dir.path()) else { panic!("opened twice") };
    assert!(why.contains("another process uses"), "{why}");
    store.close().await;
    Sqlite::open(dir.path()).expect("the first process has closed it");
}

#[tokio::test]
async fn without_its_database_the_lock_file_still_refuses_a_second_process() {
    let Embedded { store: _store, dir } = Embedded::fresh().await;
    std::fs::rename(dir.path().join(DATABASE_FILE), dir.path().join("away")).unwrap();
    let Err(StoreError::Unavailable(why)) = Sqlite::open(dir.path()) else { panic!("opened twice") };
    assert!(why.contains("another process uses"), "{why}");
}

#[tokio::test]
async fn a_moved_file_fails_reads_and_writes_until_it_is_back() {
    let Embedded { store, dir } = Embedded::fresh().await;
    open(&*store, ticket(1)).await;
    for name in [DATABASE_FILE.to_owned(), format!("{DATABASE_FILE}-wal")] {
        let (file, away) = (dir.path().join(&name), dir.path().join("away"));
        std::fs::rename(&file, &away).unwrap();
        std::fs::write(&file, "").unwrap();
        let read = store.depths().await;
        assert!(matches!(&read, Err(StoreError::Unavailable(why)) if why.contains(&name)), "{read:?}");
        let written = commit_one(&*store, opening(ticket(2))).await;
        assert!(matches!(written, Err(CommitError::Store(StoreError::Unavailable(_)))), "{written:?}");
        std::fs::rename(&away, &file).unwrap();
        assert_eq!(store.depths().await.unwrap()[&department_id(1)], 1, "nothing was written meanwhile");
    }
    open(&*store, ticket(2)).await;
}

/// Sets the schema version of a file. Must be called without other connections, so that the version reaches
/// the file's header and does not stay in the log.
fn set_version(dir: &Path, version: u32) {
    let conn = rusqlite::Connection::open(dir.join(DATABASE_FILE)).unwrap();
    conn.pragma_update(None, "user_version", version).unwrap();
}

/// Asserts that every way to open the file refuses it with these words, and that the file stays as it was.
async fn assert_refused(dir: &Path, words: &[&str]) {
    let before = std::fs::read(dir.join(DATABASE_FILE)).unwrap();
    let opened = Sqlite::open(dir).map(drop);
    let read = look_up(dir, TelegramId(1)).await.map(drop);
    let inspected = inspect(dir).map(drop);
    for result in [opened, read, inspected] {
        let Err(StoreError::Unavailable(why)) = result else { panic!("{result:?}") };
        assert!(why.contains(DATABASE_FILE) && words.iter().all(|words| why.contains(words)), "{why}");
    }
    assert_eq!(std::fs::read(dir.join(DATABASE_FILE)).unwrap(), before);
}

#[tokio::test]
async fn a_file_of_a_newer_schema_is_refused() {
    let Embedded { store, dir } = Embedded::fresh().await;
    drop(store);
    set_version(dir.path(), 99);
    assert_refused(dir.path(), &["newer Antri (schema 99; this one uses 13)", "run that version"]).await;
}

#[tokio::test]
async fn a_file_of_an_unreleased_schema_is_refused() {
    let Embedded { store, dir } = Embedded::fresh().await;
    drop(store);
    for version in 1..=12 {
        set_version(dir.path(), version);
        let version = format!("unreleased build of Antri (schema {version}; this one uses 13)");
        assert_refused(dir.path(), &[&version, "move the file away"]).await;
    }
    set_version(dir.path(), 13);
    assert_eq!(inspect(dir.path()), Ok(FileState::Idle));
    Sqlite::open(dir.path()).unwrap();
}

#[tokio::test]
async fn an_empty_file_gets_the_schema() {
    let dir = TempDir::new().unwrap();
    std::fs::write(dir.path().join(DATABASE_FILE), "").unwrap();
    assert_eq!(inspect(dir.path()), Ok(FileState::Idle));
    open(&Sqlite::open(dir.path()).unwrap(), ticket(1)).await;
}

#[tokio::test]
async fn a_database_of_another_program_is_refused() {
    let dir = TempDir::new().unwrap();
    let conn = rusqlite::Connection::open(dir.path().join(DATABASE_FILE)).unwrap();
    conn.execute_batch("CREATE TABLE notes (body TEXT)").unwrap();
    drop(conn);
    let Err(StoreError::Unavailable(why)) = Sqlite::open(dir.path()) else { panic!("opened") };
    assert!(why.contains("SQLite file of another program"), "{why}");
    let conn = rusqlite::Connection::open(dir.path().join(DATABASE_FILE)).unwrap();
    let tables: String =
        conn.query_row("SELECT group_concat(name) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
    assert_eq!(tables, "notes");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let dir = TempDir::new().unwrap();
    let content = "not a database at all, but long enough to be one".repeat(99);
    std::fs::write(dir.path().join(DATABASE_FILE), content).unwrap();
    let Err(StoreError::Corrupt(why)) = Sqlite::open(dir.path()) else { panic!("opened") };
    assert!(why.contains("not a database"), "{why}");
}

#[tokio::test]
async fn close_finishes_queued_writes_and_empties_the_log() {
    let Embedded { store, dir } = Embedded::fresh().await;
    open_tickets(&*store, 1..=3).await;
    let last = (4..=40).map(|n| {
        let store = store.clone();
        async move { commit_one(&*store, opening(ticket(n))).await }
    });
    let (answers, ()) = tokio::join!(futures::future::join_all(last), store.close());
    assert!(answers.iter().all(Result::is_ok), "queued writes are finished");
    let refused = commit_one(&*store, opening(ticket(50))).await;
    assert!(matches!(refused, Err(CommitError::Store(StoreError::Unavailable(_)))), "{refused:?}");
    let log = std::fs::metadata(dir.path().join(format!("{DATABASE_FILE}-wal"))).map_or(0, |meta| meta.len());
    assert_eq!(log, 0);
    drop(store);
    let again = Sqlite::open(dir.path()).unwrap();
    assert_eq!(again.depths().await.unwrap()[&department_id(1)], 40);
}

#[tokio::test]
async fn a_torn_log_loses_unacknowledged_changes_only() {
    let Embedded { store, dir } = Embedded::fresh().await;
    open_tickets(&*store, 1..=20).await;
    let wal = dir.path().join(format!("{DATABASE_FILE}-wal"));
    let acknowledged = std::fs::metadata(&wal).unwrap().len();
    let mut last = opening(ticket(21));
    last.notices = vec![text(1, "dua puluh satu")];
    commit_one(&*store, last).await.unwrap();
    let whole = std::fs::metadata(&wal).unwrap().len();
    assert!(whole > acknowledged);

    for torn in [acknowledged, acknowledged + 1, acknowledged + 24, whole - 4_096, whole - 1] {
        for garbled in [false, true] {
            let copy = copy(dir.path());
            let wal = copy.path().join(format!("{DATABASE_FILE}-wal"));
            let mut bytes = std::fs::read(&wal).unwrap();
            let torn = usize::try_from(torn).unwrap();
            if garbled {
                bytes[torn..].fill(0xA5);
            } else {
                bytes.truncate(torn);
            }
            std::fs::write(&wal, bytes).unwrap();
            let store = Sqlite::open(copy.path()).unwrap();
            assert_eq!(store.depths().await.unwrap()[&department_id(1)], 20, "torn at {torn} of {whole}");
            assert_eq!(store.pending_deliveries().await.unwrap(), 0, "no half of the change");
            open(&store, ticket(21)).await;
        }
    }
    let copy = copy(dir.path());
    let store = Sqlite::open(copy.path()).unwrap();
    assert_eq!(store.depths().await.unwrap()[&department_id(1)], 21, "a whole log loses nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_changes_and_keeps_committed_ones() {
    let dir = TempDir::new().unwrap();
    let store = Arc::new(Sqlite::open_with(dir.path(), Options { max_pages: Some(120) }).unwrap());
    join(&*store, [1], 5).await;
    let mut committed = Vec::new();
    let mut refused = 0;
    for n in 1..=400 {
        let mut change = opening(ticket(n));
        change.event = Some(event(at(1), None, n, Action::Opened));
        change.notices = vec![text(1, &"panjang ".repeat(100))];
        match commit_one(&*store, change).await {
            Ok(_) => committed.push(n),
            Err(CommitError::Store(StoreError::Unavailable(_))) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(!committed.is_empty() && refused > 0, "{} kept, {refused} refused", committed.len());
    assert_eq!(
        ticket_numbers(&store.queue_page(&[department_id(1)], 0, 999).await.unwrap()),
        committed,
        "all or nothing of each"
    );
    assert_eq!(store.pending_deliveries().await.unwrap(), committed.len() as u64);

    // Of one batch some changes fit. Each result says what is true of its own change.
    let small: Vec<_> = (500..600).map(|n| (n, opening(ticket(n)))).collect();
    let answers = store.commit(small.iter().map(|(_, change)| change.clone()).collect()).await;
    for ((n, _), answer) in small.iter().zip(&answers) {
        assert_eq!(store.ticket(ticket_id(*n)).await.unwrap().is_some(), answer.is_ok(), "{answer:?}");
    }
    // Settled deliveries free pages, and then changes are accepted again.
    while let Some(claimed) = store.claim(1, at(2)).await.unwrap().pop() {
        store.settle(vec![(claimed.id, Outcome::Sent(None))], at(2)).await.unwrap();
    }
    let first = read(&*store, ticket_id(committed[0])).await;
    commit_one(&*store, assignment(&first, 1, 0, Guard::Eligible)).await.unwrap();
    drop(store);
    let store = Sqlite::open(dir.path()).unwrap();
    assert!(store.depths().await.unwrap()[&department_id(1)] >= committed.len() as u64 - 1);
}

#[tokio::test]
async fn unknown_outcomes_repeats_and_drops_are_counted() {
    let backend = Embedded::fresh().await;
    let store = backend.store.clone();
    store.enqueue(vec![text(1, "satu"), text(2, "dua"), text(3, "tiga")], at(1)).await.unwrap();
    let claimed = store.claim(9, at(1)).await.unwrap();
    let outcomes = vec![
        (claimed[0].id, Outcome::Retry { until: at(2), unknown: true }),
        (claimed[1].id, Outcome::Dropped(DropReason::Unreachable, "blocked".to_owned())),
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
async fn an_unreadable_message_does_not_stop_the_others() {
    let Embedded { store, dir } = Embedded::fresh().await;
    store.enqueue(vec![text(1, "satu"), text(1, "dua"), text(2, "lain")], at(1)).await.unwrap();
    store.close().await;
    let conn = rusqlite::Connection::open(dir.path().join(DATABASE_FILE)).unwrap();
    conn.execute("UPDATE outbox SET message = '{\"telegram\":1}' WHERE id = 1", []).unwrap();
    drop((conn, store));
    let store = Sqlite::open(dir.path()).unwrap();
    assert_eq!(store.claim(9, at(2)).await.unwrap()[0].message, text(2, "lain").message);
    assert_eq!(store.claim(9, at(2)).await.unwrap()[0].message, text(1, "dua").message);
    assert_eq!(store.counters().await.unwrap().dropped, 1);
    // It is kept, and stays kept until a build can read it.
    let id = store.dead_letters(0, 9).await.unwrap().remove(0).id;
    assert_eq!(store.retry_dead_letter(id, at(3)).await.unwrap(), RetryResult::Unreadable);
    assert_eq!(store.count_dead_letters().await.unwrap(), (0, 1));
}
