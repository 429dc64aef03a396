//! Death from outside at seeded random moments, several times in one story; and the same with polite ends.
use super::environment::Environment;
use super::oracle::check;
use super::process::DeskProcess;
use super::story::play;
use crate::support::WAIT_TIMEOUT;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// How many times the desk dies in one story.
const DEATHS: usize = 4;
/// And how many times at least, when the story is over soon.
const FEWEST: usize = 2;

#[derive(Clone, Copy, PartialEq)]
enum End {
    Kill,
    Stop,
}

/// Ends the desk again and again. A moment is a number of things that happened in the chats and requests since it was
/// started, so that it does not depend on how fast the machine is.
async fn restless(environment: Environment, seed: u64, end: End) {
    println!("seed {seed}");
    let mut chance = ChaCha20Rng::seed_from_u64(seed);
    let mut story = Box::pin(play(environment.sandbox.clone()));
    let mut deaths = 0;
    let (told, life) = loop {
        let polls = polls(&environment);
        let mut life = DeskProcess::start(&environment, None);
        if deaths == DEATHS {
            break tokio::select! {
                told = &mut story => (told, life),
                status = life.wait_for_exit() => {
                    panic!("seed {seed}: it ended by itself, {status}:\n{}", life.log_tail())
                }
            };
        }
        if end == End::Stop {
            // Before it listens to signals, a stop is a kill.
            environment
                .sandbox
                .wait_for("a poll", WAIT_TIMEOUT, |_| (self::polls(&environment) > polls).then_some(()))
                .await;
        }
        let mut changes = environment.sandbox.changes();
        let moment = async {
            for _ in 0..chance.random_range(2..70) {
                changes.changed().await.unwrap();
            }
        };
        // The quicker the desk, the more edits it spares, and the less happens in a story.
        tokio::select! {
            () = moment => {}
            told = &mut story => break (told, life),
        }
        match end {
            End::Kill => life.kill().await,
            End::Stop => life.stop().await,
        }
        deaths += 1;
    };
    assert!(deaths >= FEWEST, "seed {seed}: the story was over after {deaths} deaths");
    environment.quiet().await;
    life.stop().await;
    let deaths = if end == End::Kill { deaths } else { 0 };
    check(&environment, &told, deaths, &format!("seed {seed}")).await;
}

fn polls(environment: &Environment) -> usize {
    environment.sandbox.requests().iter().filter(|r| r.method == "getUpdates").count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again() {
    for seed in 1..=5 {
        restless(Environment::new().await, seed, End::Kill).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_again_and_again_under_load() {
    for seed in 11..=13 {
        restless(Environment::new().await, seed, End::Stop).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_on_mongodb() {
    for seed in 21..=23 {
        restless(Environment::on_servers().await, seed, End::Kill).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_again_and_again_on_mongodb() {
    restless(Environment::on_servers().await, 31, End::Stop).await;
}
