//! Crashes at each named failpoint, at several passes of it.

/// Declares a test for each failpoint on the embedded store, and one on servers. The module that calls it has
/// `crash_at`, and `actors` for its environments.
macro_rules! points_on_both_stores {
    ($($test:ident: $point:literal,)*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            crash_at(Environment::embedded(actors()).await, $point).await;
        })*
        mod on_mongodb {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::crash_at(super::Environment::with_actors(super::actors()).await, $point).await;
            })*
        }
    };
}

mod absence;
mod continuation;
mod naming;
mod no_answer;

use super::environment::Environment;
use super::oracle::check;
use super::process::DeskProcess;
use super::story::play;
use futures::future::join_all;
use std::os::unix::process::ExitStatusExt;

/// The passes of a failpoint at which the desk is killed, each in an environment of its own: the first, one
/// under load, and a late one.
const PASSES: [u32; 3] = [0, 2, 4];

async fn crash_at(point: &'static str) {
    join_all(PASSES.map(async |pass| crash_once(Environment::new().await, point, pass).await)).await;
}

async fn crash_on_servers_at(point: &'static str) {
    join_all(PASSES.map(async |pass| crash_once(Environment::on_servers().await, point, pass).await)).await;
}

async fn crash_once(environment: Environment, point: &str, pass: u32) {
    let label = format!("{point}:{pass}");
    let mut process = DeskProcess::start(&environment, Some(&label));
    let mut story = Box::pin(play(environment.sandbox.clone()));
    tokio::select! {
        outcome = &mut story => panic!("the story ended without passing {label}: {outcome:?}"),
        status = process.wait_for_exit() => {
            assert_eq!(status.signal(), Some(9), "the desk was not killed at {label}, but ended with {status}:\n{}", process.log_tail());
        }
    }
    let mut process = DeskProcess::start(&environment, None);
    let outcome = tokio::select! {
        outcome = &mut story => outcome,
        status = process.wait_for_exit() => panic!("after {label} the desk exited by itself, {status}:\n{}", process.log_tail()),
    };
    environment.settle().await;
    process.stop().await;
    check(&environment, &outcome, 1, &label).await;
}

macro_rules! points {
    ($($test:ident: $point:literal,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                crash_at($point).await;
            }
        )*

        mod on_mongodb {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    super::crash_on_servers_at($point).await;
                }
            )*
        }
    };
}

points! {
    before_an_update_is_written: "inbox-before-write",
    after_an_update_is_written: "inbox-after-write",
    before_a_handler_runs: "inbox-before-handler",
    before_an_update_is_completed: "inbox-before-handled",
    after_an_update_is_completed: "inbox-after-handled",
    before_a_ticket_is_opened: "engine-before-open",
    after_a_ticket_is_opened: "engine-after-open",
    before_an_assignment: "engine-before-assign",
    after_an_assignment: "engine-after-assign",
    before_a_step: "engine-before-step",
    after_a_step: "engine-after-step",
    before_a_commit: "store-before-commit",
    after_a_commit: "store-after-commit",
    after_a_claim: "outbox-after-claim",
    before_a_send: "outbox-before-send",
    after_a_send: "outbox-after-send",
    before_a_send_is_settled: "outbox-before-mark",
    after_a_send_is_settled: "outbox-after-mark",
}
