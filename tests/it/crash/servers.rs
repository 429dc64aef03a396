//! Server outages under load: MongoDB and Redis are killed, restarted, frozen, emptied, or lose replies.
//! Nothing is lost or doubled, people get an outage notice, and the work goes on.
mod claims;
mod redis_outages;

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

/// The time for which a server is frozen.
const FREEZE_TIME: Duration = Duration::from_secs(10);
/// The time within which the desk answers after a server has returned.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(5);
/// The time within which a person who asks gets an outage notice.
const NOTICE_TIMEOUT: Duration = Duration::from_secs(8);

/// A person outside of the load, who sends /help during an outage.
struct Asker {
    sandbox: Sandbox,
    id: i64,
    question_id: i64,
}

impl Asker {
    async fn new(environment: &Environment, id: i64) -> Self {
        let sandbox = environment.sandbox.clone();
        let (first_name, language_code) = ("Zaki".into(), Some("id".into()));
        sandbox.add_user(NewUser { id: Some(id), first_name, language_code, ..NewUser::default() });
        let mut asker = Self { sandbox, id, question_id: 0 };
        asker.ask();
        asker.wait_for_answer().await;
        asker
    }

    fn ask(&mut self) {
        self.question_id = self.sandbox.send_text(self.id, "/help");
    }

    /// Waits for the outage notice.
    async fn wait_for_notice(&self) {
        self.wait_for("an outage notice", NOTICE_TIMEOUT, is_outage_notice).await;
    }

    /// Waits for the answer to /help.
    async fn wait_for_answer(&self) {
        self.wait_for("an answer", WAIT_TIMEOUT, |message| !is_outage_notice(message)).await;
    }

    async fn wait_for(&self, what: &str, limit: Duration, is: impl Fn(&ChatMessage) -> bool) {
        let seen = |s: &Sandbox| s.messages_after(self.id, self.question_id).iter().any(&is).then_some(());
        self.sandbox.wait_for(what, limit, seen).await;
    }
}

fn is_outage_notice(message: &ChatMessage) -> bool {
    message.text.contains("Sistem sedang terganggu")
}

/// Waits for a number of changes in the chats: a moment that does not depend on the speed of the machine.
async fn wait_for_changes(environment: &Environment, count: usize) {
    let mut changes = environment.sandbox.changes();
    for _ in 0..count {
        changes.changed().await.unwrap();
    }
}

/// Checks that the asker is answered soon after a server has returned; the question may be older.
async fn check_answered_soon(asker: &Asker, label: &str) {
    let since = Instant::now();
    asker.wait_for_answer().await;
    let waited = since.elapsed();
    println!("{label}: answered after {waited:.2?}");
    assert!(waited <= RECOVERY_TIMEOUT, "{label}: {waited:?}");
}

/// Runs the load, and the faults while it runs. The faults must end first.
async fn run_load(environment: &Environment, label: &str, faults: impl Future<Output = ()>) -> Outcome {
    let start = Instant::now();
    let mut load = Box::pin(Load::for_environment(environment).run());
    tokio::select! {
        outcome = &mut load => panic!("{label}: the load ended before the faults: {outcome:?}"),
        () = faults => {}
    }
    println!("{label}: the faults took {:.2?}", start.elapsed());
    let outcome = load.await;
    println!("{label}: {} tickets in {:.2?}", outcome.tickets.len(), start.elapsed());
    outcome
}

/// Stops the desk and checks the environment. `repeats` is the number of deliveries with an unknown outcome
/// that may have been repeated.
async fn stop_and_check(
    environment: &Environment,
    outcome: &Outcome,
    process: DeskProcess,
    repeats: usize,
    label: &str,
) {
    environment.settle().await;
    process.stop().await;
    check(environment, outcome, repeats, label).await;
    let state = durable_state::read(environment).await;
    println!("{label}: {} unknown outcomes, {} repeats", state.unknown, state.repeats);
}

fn load_actors() -> Actors {
    Actors::many(20, 3)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_mongodb_crashes_lose_and_repeat_nothing() {
    let label = "MongoDB killed";
    let mut server = MongoServer::start();
    let environment = Environment::with_actors_at(load_actors(), server.uri()).await;
    let process = DeskProcess::start(&environment, None);
    let mut askers = [Asker::new(&environment, 801).await, Asker::new(&environment, 802).await];
    let outcome = run_load(&environment, label, async {
        for asker in &mut askers {
            wait_for_changes(&environment, 150).await;
            server.kill();
            asker.ask();
            asker.wait_for_notice().await;
            server.restart();
            check_answered_soon(asker, label).await;
        }
    });
    let outcome = outcome.await;
    stop_and_check(&environment, &outcome, process, 0, label).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_mongodb_loses_and_repeats_nothing() {
    let label = "MongoDB frozen";
    let server = MongoServer::start();
    let environment = Environment::with_actors_at(load_actors(), server.uri()).await;
    let process = DeskProcess::start(&environment, None);
    let mut asker = Asker::new(&environment, 801).await;
    let outcome = run_load(&environment, label, async {
        wait_for_changes(&environment, 150).await;
        server.freeze();
        let thaw = tokio::time::sleep(FREEZE_TIME);
        asker.ask();
        asker.wait_for_notice().await;
        thaw.await;
        server.thaw();
        check_answered_soon(&asker, label).await;
    });
    let outcome = outcome.await;
    stop_and_check(&environment, &outcome, process, 0, label).await;
}

async fn run_with_cuts(lost_side: LostSide, label: &str) {
    let server = MongoServer::start();
    let mut environment = Environment::with_actors_at(Actors::many(12, 2), server.uri()).await;
    let proxy =
        Proxy::to(server.port(), lost_side, Cuts { of: 50, first: 3 }, Cuts { of: 80, first: 3 }).await;
    environment.uri = proxy.uri();
    let process = DeskProcess::start(&environment, None);
    let outcome = Load::for_environment(&environment).run().await;
    let (commits, writes) = proxy.cut_counts();
    println!("{label}: {commits} commits and {writes} other writes");
    assert!(commits >= 6 && writes >= 6, "{label}: only {commits} commits and {writes} writes");
    stop_and_check(&environment, &outcome, process, 0, label).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_mongodb_replies_lose_and_repeat_nothing() {
    run_with_cuts(LostSide::Reply, "replies lost").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_mongodb_requests_lose_and_repeat_nothing() {
    run_with_cuts(LostSide::Request, "requests lost").await;
}
