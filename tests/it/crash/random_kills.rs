//! Death from outside at seeded random moments, several times in one story; and the same with polite ends.
use super::environment::Town;
use super::oracle::judge;
use super::process::Life;
use super::story::play;
use crate::support::PATIENCE;
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
async fn restless(town: Town, seed: u64, end: End) {
    println!("seed {seed}");
    let mut chance = ChaCha20Rng::seed_from_u64(seed);
    let mut story = Box::pin(play(town.sandbox.clone()));
    let mut deaths = 0;
    let (told, life) = loop {
        let polls = polls(&town);
        let mut life = Life::begin(&town, None);
        if deaths == DEATHS {
            break tokio::select! {
                told = &mut story => (told, life),
                status = life.ended() => {
                    panic!("seed {seed}: it ended by itself, {status}:\n{}", life.last_words())
                }
            };
        }
        if end == End::Stop {
            // Before it listens to signals, a stop is a kill.
            town.sandbox.wait_for("a poll", PATIENCE, |_| (self::polls(&town) > polls).then_some(())).await;
        }
        let mut changes = town.sandbox.changes();
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
    town.quiet().await;
    life.stop().await;
    let deaths = if end == End::Kill { deaths } else { 0 };
    judge(&town, &told, deaths, &format!("seed {seed}")).await;
}

fn polls(town: &Town) -> usize {
    town.sandbox.requests().iter().filter(|r| r.method == "getUpdates").count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again() {
    for seed in 1..=5 {
        restless(Town::new().await, seed, End::Kill).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_again_and_again_under_load() {
    for seed in 11..=13 {
        restless(Town::new().await, seed, End::Stop).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_on_mongodb() {
    for seed in 21..=23 {
        restless(Town::on_servers().await, seed, End::Kill).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_again_and_again_on_mongodb() {
    restless(Town::on_servers().await, 31, End::Stop).await;
}
