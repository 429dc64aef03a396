//! Kills of the desk at seeded random moments, several times in one story; and graceful stops likewise.
use super::environment::Environment;
use super::oracle::check;
use super::process::DeskProcess;
use super::story::play;
use crate::support::WAIT_TIMEOUT;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// The number of times that the desk is ended in one story.
const MAX_RESTARTS: usize = 4;
/// The least number of times, for a story that ends early.
const MIN_RESTARTS: usize = 2;

#[derive(Clone, Copy, PartialEq)]
enum End {
    Kill,
    Stop,
}

/// Ends and restarts the desk again and again. A moment is a number of changes in the chats since the start,
/// so it does not depend on the speed of the machine.
async fn restart_repeatedly(environment: Environment, seed: u64, end: End) {
    println!("seed {seed}");
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let mut story = Box::pin(play(environment.sandbox.clone()));
    let mut restarts = 0;
    let (outcome, process) = loop {
        let polls = polls(&environment);
        let mut process = DeskProcess::start(&environment, None);
        if restarts == MAX_RESTARTS {
            break tokio::select! {
                outcome = &mut story => (outcome, process),
                status = process.wait_for_exit() => {
                    panic!("seed {seed}: the desk exited by itself, {status}:\n{}", process.log_tail())
                }
            };
        }
        // A desk that does not handle signals yet is killed by SIGTERM, and it has not released the claims of
        // the one before.
        environment
            .sandbox
            .wait_for("a poll", WAIT_TIMEOUT, |_| (self::polls(&environment) > polls).then_some(()))
            .await;
        environment.wait_for_repeats().await;
        let mut changes = environment.sandbox.changes();
        let moment = async {
            for _ in 0..rng.random_range(2..70) {
                changes.changed().await.unwrap();
            }
        };
        // A faster desk skips more edits, so a story has fewer changes and may end first.
        tokio::select! {
            () = moment => {}
            outcome = &mut story => break (outcome, process),
        }
        match end {
            End::Kill => process.kill().await,
            End::Stop => process.stop().await,
        }
        restarts += 1;
    };
    assert!(restarts >= MIN_RESTARTS, "seed {seed}: the story ended after {restarts} restarts");
    environment.settle().await;
    process.stop().await;
    let kills = if end == End::Kill { restarts } else { 0 };
    check(&environment, &outcome, kills, &format!("seed {seed}")).await;
}

fn polls(environment: &Environment) -> usize {
    environment.sandbox.requests().iter().filter(|r| r.method == "getUpdates").count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_kills_lose_nothing() {
    for seed in 1..=5 {
        restart_repeatedly(Environment::new().await, seed, End::Kill).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn graceful_stops_under_load_lose_and_repeat_nothing() {
    for seed in 11..=13 {
        restart_repeatedly(Environment::new().await, seed, End::Stop).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_kills_on_servers_lose_nothing() {
    for seed in 21..=23 {
        restart_repeatedly(Environment::on_servers().await, seed, End::Kill).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn graceful_stops_on_servers_lose_and_repeat_nothing() {
    restart_repeatedly(Environment::on_servers().await, 31, End::Stop).await;
}
