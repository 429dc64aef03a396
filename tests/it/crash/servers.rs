//! The servers behind the desk fail while a crowd lives its life: MongoDB and Redis die, come back, freeze, forget, and lose
//! what they were about to say. Nothing is lost or doubled, whoever asks is told how things stand, and the work goes on.
mod claims;
mod of_redis;

use super::actors::Cast;
use super::durable_state;
use super::environment::Town;
use super::load::Crowd;
use super::oracle::judge;
use super::process::Life;
use super::proxy::{Cuts, Lost, Wire};
use super::story::Told;
use crate::support::PATIENCE;
use crate::support::own_mongod::MongoServer;
use antri::sandbox::{ChatMessage, NewUser, Sandbox};
use std::time::{Duration, Instant};

/// How long a server stands still in these tests.
const FREEZE: Duration = Duration::from_secs(10);
/// Within this the work goes on after a server has come back.
const RETURN: Duration = Duration::from_secs(5);
/// Within this somebody who asks is told that the desk has a problem.
const ANSWER: Duration = Duration::from_secs(8);

/// Somebody who is no part of the crowd, and asks the desk for help at a bad time.
struct Asker {
    sandbox: Sandbox,
    id: i64,
    asked: i64,
}

impl Asker {
    async fn new(town: &Town, id: i64) -> Self {
        let sandbox = town.sandbox.clone();
        let (first_name, language_code) = ("Zaki".into(), Some("id".into()));
        sandbox.add_user(NewUser { id: Some(id), first_name, language_code, ..NewUser::default() });
        let mut asker = Self { sandbox, id, asked: 0 };
        asker.ask();
        asker.answered().await;
        asker
    }

    fn ask(&mut self) {
        self.asked = self.sandbox.send_text(self.id, "/help");
    }

    /// Waits for the words that the desk has for those whom it can't serve.
    async fn comforted(&self) {
        self.found("a kind word", ANSWER, is_comfort).await;
    }

    /// Waits for what they asked for.
    async fn answered(&self) {
        self.found("an answer", PATIENCE, |message| !is_comfort(message)).await;
    }

    async fn found(&self, what: &str, limit: Duration, is: impl Fn(&ChatMessage) -> bool) {
        let there = |s: &Sandbox| s.chat_after(self.id, self.asked).iter().any(&is).then_some(());
        self.sandbox.wait_for(what, limit, there).await;
    }
}

fn is_comfort(message: &ChatMessage) -> bool {
    message.text.contains("Sistem sedang terganggu")
}

/// Waits until so much has happened in the chats: a moment that does not depend on how fast the machine is.
async fn after(town: &Town, happenings: usize) {
    let mut changes = town.sandbox.changes();
    for _ in 0..happenings {
        changes.changed().await.unwrap();
    }
}

/// The one who asked, before or now, is answered soon: the first that goes on after a server's return.
async fn returned(asker: &Asker, place: &str) {
    let since = Instant::now();
    asker.answered().await;
    let waited = since.elapsed();
    println!("{place}: answered after {waited:.2?}");
    assert!(waited <= RETURN, "{place}: {waited:?}");
}

/// The crowd lives, and the faults come upon it before it has done all it wanted.
async fn live(town: &Town, place: &str, faults: impl Future<Output = ()>) -> Told {
    let start = Instant::now();
    let mut crowd = Box::pin(Crowd::of(town).live());
    tokio::select! {
        told = &mut crowd => panic!("{place}: all was over before the faults were: {told:?}"),
        () = faults => {}
    }
    println!("{place}: the faults took {:.2?}", start.elapsed());
    let told = crowd.await;
    println!("{place}: {} tickets in {:.2?}", told.tickets.len(), start.elapsed());
    told
}

/// The end of the day. `repeats` says how often a delivery may have been repeated, where its outcome was unknown.
async fn end(town: &Town, told: &Told, life: Life, repeats: usize, place: &str) {
    town.quiet().await;
    life.stop().await;
    judge(town, told, repeats, place).await;
    let books = durable_state::read(town).await;
    println!("{place}: {} unknown outcomes, {} repeats", books.unknown, books.repeats);
}

fn crowd() -> Cast {
    Cast::city(20, 3)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mongodb_dies_and_comes_back_twice() {
    let place = "MongoDB killed";
    let mut server = MongoServer::start();
    let town = Town::at(crowd(), server.uri()).await;
    let life = Life::begin(&town, None);
    let mut askers = [Asker::new(&town, 801).await, Asker::new(&town, 802).await];
    let told = live(&town, place, async {
        for asker in &mut askers {
            after(&town, 150).await;
            server.kill();
            asker.ask();
            asker.comforted().await;
            server.restart();
            returned(asker, place).await;
        }
    });
    let told = told.await;
    end(&town, &told, life, 0, place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mongodb_freezes() {
    let place = "MongoDB frozen";
    let server = MongoServer::start();
    let town = Town::at(crowd(), server.uri()).await;
    let life = Life::begin(&town, None);
    let mut asker = Asker::new(&town, 801).await;
    let told = live(&town, place, async {
        after(&town, 150).await;
        server.freeze();
        let thaw = tokio::time::sleep(FREEZE);
        asker.ask();
        asker.comforted().await;
        thaw.await;
        server.thaw();
        returned(&asker, place).await;
    });
    let told = told.await;
    end(&town, &told, life, 0, place).await;
}

async fn cut(lost: Lost, place: &str) {
    let server = MongoServer::start();
    let mut town = Town::at(Cast::city(12, 2), server.uri()).await;
    let wire = Wire::to(server.port(), lost, Cuts { of: 50, first: 3 }, Cuts { of: 80, first: 3 }).await;
    town.uri = wire.uri();
    let life = Life::begin(&town, None);
    let told = Crowd::of(&town).live().await;
    let (commits, writes) = wire.cut();
    println!("{place}: {commits} commits and {writes} other writes");
    assert!(commits >= 6 && writes >= 6, "{place}: only {commits} commits and {writes} writes");
    end(&town, &told, life, 0, place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replies_of_mongodb_are_lost() {
    cut(Lost::Reply, "replies lost").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_to_mongodb_are_lost() {
    cut(Lost::Request, "requests lost").await;
}
