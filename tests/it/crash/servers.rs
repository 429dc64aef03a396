//! The servers behind the desk fail while a crowd lives its life: MongoDB and Redis die, come back, freeze, forget, and lose
//! what they were about to say. Nothing is lost or doubled, whoever asks is told how things stand, and the work goes on.
mod claims;
mod of_redis;

use super::actors::Actors;
use super::durable_state;
use super::environment::Environment;
use super::load::Load;
use super::oracle::check;
use super::process::DeskProcess;
use super::proxy::{Cuts, LostSide, Proxy};
use super::story::Outcome;
use crate::support::WAIT_TIMEOUT;
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
    async fn new(environment: &Environment, id: i64) -> Self {
        let sandbox = environment.sandbox.clone();
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
        self.found("an answer", WAIT_TIMEOUT, |message| !is_comfort(message)).await;
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
async fn after(environment: &Environment, happenings: usize) {
    let mut changes = environment.sandbox.changes();
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
async fn live(environment: &Environment, place: &str, faults: impl Future<Output = ()>) -> Outcome {
    let start = Instant::now();
    let mut crowd = Box::pin(Load::of(environment).live());
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
async fn end(environment: &Environment, told: &Outcome, life: DeskProcess, repeats: usize, place: &str) {
    environment.quiet().await;
    life.stop().await;
    check(environment, told, repeats, place).await;
    let books = durable_state::read(environment).await;
    println!("{place}: {} unknown outcomes, {} repeats", books.unknown, books.repeats);
}

fn crowd() -> Actors {
    Actors::many(20, 3)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mongodb_dies_and_comes_back_twice() {
    let place = "MongoDB killed";
    let mut server = MongoServer::start();
    let environment = Environment::at(crowd(), server.uri()).await;
    let life = DeskProcess::start(&environment, None);
    let mut askers = [Asker::new(&environment, 801).await, Asker::new(&environment, 802).await];
    let told = live(&environment, place, async {
        for asker in &mut askers {
            after(&environment, 150).await;
            server.kill();
            asker.ask();
            asker.comforted().await;
            server.restart();
            returned(asker, place).await;
        }
    });
    let told = told.await;
    end(&environment, &told, life, 0, place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mongodb_freezes() {
    let place = "MongoDB frozen";
    let server = MongoServer::start();
    let environment = Environment::at(crowd(), server.uri()).await;
    let life = DeskProcess::start(&environment, None);
    let mut asker = Asker::new(&environment, 801).await;
    let told = live(&environment, place, async {
        after(&environment, 150).await;
        server.freeze();
        let thaw = tokio::time::sleep(FREEZE);
        asker.ask();
        asker.comforted().await;
        thaw.await;
        server.thaw();
        returned(&asker, place).await;
    });
    let told = told.await;
    end(&environment, &told, life, 0, place).await;
}

async fn cut(lost: LostSide, place: &str) {
    let server = MongoServer::start();
    let mut environment = Environment::at(Actors::many(12, 2), server.uri()).await;
    let wire = Proxy::to(server.port(), lost, Cuts { of: 50, first: 3 }, Cuts { of: 80, first: 3 }).await;
    environment.uri = wire.uri();
    let life = DeskProcess::start(&environment, None);
    let told = Load::of(&environment).live().await;
    let (commits, writes) = wire.cut();
    println!("{place}: {commits} commits and {writes} other writes");
    assert!(commits >= 6 && writes >= 6, "{place}: only {commits} commits and {writes} writes");
    end(&environment, &told, life, 0, place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replies_of_mongodb_are_lost() {
    cut(LostSide::Reply, "replies lost").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_to_mongodb_are_lost() {
    cut(LostSide::Request, "requests lost").await;
}
