//! The files of a running desk, removed by hand: the lock, the database, its log.
use super::startup::{get, missing, wait_for_readiness};
use super::{DeskProcess, Environment};
use crate::support::WAIT_TIMEOUT;
use antri::sandbox::{Sandbox, Side};
use antri::store::sqlite::DATABASE_FILE;
use std::path::PathBuf;
use std::time::Duration;

/// A customer of the environment.
const SARI: i64 = 101;
/// How soon a desk must notice that its database is gone.
const NOTICED_WITHIN: Duration = Duration::from_secs(1);

fn file(environment: &Environment, suffix: &str) -> PathBuf {
    environment.data().join(format!("{DATABASE_FILE}{suffix}"))
}

fn has_answer(sandbox: &Sandbox, part: &str) -> bool {
    sandbox.chat(SARI).iter().any(|m| m.from == Side::Bot && m.text.contains(part))
}

async fn wait_for_answer(environment: &Environment, part: &str) {
    let has = |sandbox: &Sandbox| has_answer(sandbox, part).then_some(());
    environment.sandbox.wait_for(part, WAIT_TIMEOUT, has).await;
}

/// Returns the log of a second desk, which must refuse to start.
async fn second_desk(environment: &Environment) -> String {
    let mut second = DeskProcess::start(environment, None);
    let ended = tokio::time::timeout(WAIT_TIMEOUT, second.wait_for_exit()).await;
    assert!(!ended.expect("the second desk runs").success());
    second.log()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removed_lock_file_admits_no_second_desk() {
    let environment = Environment::new().await;
    let desk = DeskProcess::start(&environment, None);
    desk.http_address().await;
    std::fs::remove_file(environment.data().join("antri.lock")).unwrap();
    let log = second_desk(&environment).await;
    assert!(log.contains("another process uses"), "{log}");
    desk.stop().await;
    let next = DeskProcess::start(&environment, None);
    environment.sandbox.send_text(SARI, "/help");
    wait_for_answer(&environment, "/cancel").await;
    next.stop().await;
}

/// Moves a file of the store away and back. Nothing is confirmed meanwhile that the file would not have.
async fn check_moved_file(suffix: &str) {
    let environment = Environment::new().await;
    let desk = DeskProcess::start(&environment, None);
    let address = desk.http_address().await;
    environment.settle().await;
    let (database, elsewhere) = (file(&environment, suffix), environment.dir.path().join("elsewhere"));
    std::fs::rename(&database, &elsewhere).unwrap();
    let ready = wait_for_readiness(address, 503, NOTICED_WITHIN).await;
    assert_eq!(missing(&ready), ["ready", "store"]);
    assert_eq!(get(address, "/healthz").await.status, 200);
    environment.sandbox.send_text(SARI, "Internet mati sejak pagi");
    environment.sandbox.send_text(SARI, "/help");
    wait_for_answer(&environment, "sedang terganggu").await;
    assert!(!has_answer(&environment.sandbox, "/cancel"), "handled without a store");
    std::fs::rename(&elsewhere, &database).unwrap();
    wait_for_readiness(address, 200, WAIT_TIMEOUT).await;
    wait_for_answer(&environment, "Internet mati").await;
    wait_for_answer(&environment, "/cancel").await;
    environment.settle().await;
    let log = desk.log();
    assert_eq!(log.matches("nothing is stored until").count(), 1, "{log}");
    desk.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_moved_database_refuses_the_intake_until_it_is_back() {
    check_moved_file("").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_moved_log_of_the_database_refuses_the_intake_until_it_is_back() {
    check_moved_file("-wal").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_written_to_a_deleted_database_is_handled_after_the_restart() {
    let environment = Environment::new().await;
    let desk = DeskProcess::start(&environment, None);
    let address = desk.http_address().await;
    environment.settle().await;
    for suffix in ["", "-wal", "-shm"] {
        std::fs::remove_file(file(&environment, suffix)).unwrap();
    }
    // Another file in its place is not this desk's either.
    std::fs::write(file(&environment, ""), "").unwrap();
    wait_for_readiness(address, 503, NOTICED_WITHIN).await;
    environment.sandbox.send_text(SARI, "Internet mati sejak pagi");
    wait_for_answer(&environment, "sedang terganggu").await;
    desk.stop().await;
    let desk = DeskProcess::start(&environment, None);
    wait_for_answer(&environment, "Internet mati").await;
    desk.stop().await;
}
