//! Cancellation: the caller of a command is dropped in the middle of it, or its answer is lost. A commit
//! counts once, and the next round does the follow-up work.
use super::fixture::Fixture;
use super::oracle;
use crate::support::StoreFault;
use antri::domain::event::Action;
use antri::domain::person::{Availability, Person};
use antri::domain::policy::{Capacity, Mode, OfflineBehaviour, Settings};
use antri::domain::ticket::{Refusal, Status, Ticket};
use antri::engine::error::EngineError;
use antri::engine::tickets::steps::Step;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// An engine in which every command has something to do.
struct Scenario {
    fixture: Fixture,
    /// Holds `held`; has no free slot.
    ani: Person,
    /// Has opted out of automatic assignment; has free slots.
    budi: Person,
    customer: Person,
    held: Ticket,
    waiting: Ticket,
}

impl Scenario {
    async fn new() -> Arc<Self> {
        let settings = Settings {
            mode: Mode::Dual,
            offline_behaviour: OfflineBehaviour::ReassignAll,
            ..Settings::default()
        };
        let fixture = Fixture::new(settings).await;
        let (ani, budi) = (fixture.agent(100, 1, &[]).await, fixture.agent(101, 2, &[]).await);
        fixture.engine.set_auto(budi.id, false, fixture.now()).await.unwrap();
        let customer = fixture.customer(500).await;
        let held = fixture.open_and_assign(&customer).await;
        let waiting = fixture.open_and_assign(&customer).await;
        assert_eq!((held.holder(), waiting.holder()), (Some(ani.id), None));
        Arc::new(Self { fixture, ani, budi, customer, held, waiting })
    }

    /// Runs one command.
    async fn run(&self, command: Command) -> Result<(), EngineError> {
        let (engine, now) = (&self.fixture.engine, self.fixture.now());
        let (admin, ani, budi) = (&self.fixture.admin, self.ani.id, &self.budi);
        let (held, waiting) = ((self.held.id, None), self.waiting.id);
        match command {
            Command::Open => self.fixture.open_with("once".into(), &self.customer, 0).await.map(drop),
            Command::Complete => engine.step(ani, self.held.id, Step::Complete, None, now).await.map(drop),
            Command::Cancel => engine.cancel(self.customer.id, waiting, None, now).await.map(drop),
            Command::PickUp => engine.pick_up(budi, waiting, None, now).await.map(drop),
            Command::Reassign => engine.reassign(admin, held, budi.id, false, now).await.map(drop),
            Command::Requeue => engine.requeue(admin, held, now).await.map(drop),
            Command::Leave => engine.set_availability(ani, Availability::Offline, now).await.map(drop),
            Command::Raise => engine.set_capacity(admin, ani, Capacity::new(2).unwrap(), now).await.map(drop),
            Command::OptIn => engine.set_auto(budi.id, true, now).await.map(drop),
            Command::Round => engine.run_round(now).await.map(drop),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Command {
    Open,
    Complete,
    Cancel,
    PickUp,
    Reassign,
    Requeue,
    Leave,
    Raise,
    OptIn,
    Round,
}

const COMMANDS: [Command; 10] = [
    Command::Open,
    Command::Complete,
    Command::Cancel,
    Command::PickUp,
    Command::Reassign,
    Command::Requeue,
    Command::Leave,
    Command::Raise,
    Command::OptIn,
    Command::Round,
];

/// Starts a command and drops it while this store call is in progress.
async fn cancel_during(scenario: &Arc<Scenario>, command: Command, call: &'static str, fault: StoreFault) {
    if command == Command::Round {
        // A completed ticket gives the round something to assign.
        scenario.run(Command::Complete).await.unwrap();
    }
    scenario.fixture.faults.inject_next(call, 1, fault);
    let running = Arc::clone(scenario);
    let task = tokio::spawn(async move { running.run(command).await });
    scenario.fixture.faults.call_held().await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    scenario.fixture.faults.clear();
}

#[tokio::test]
async fn a_command_cancelled_before_or_after_its_commit_loses_no_work() {
    for command in COMMANDS {
        for fault in [StoreFault::Waits, StoreFault::Silent] {
            let scenario = Scenario::new().await;
            cancel_during(&scenario, command, "commit", fault).await;
            scenario.fixture.run_rounds().await;
            // The sweep releases the tickets of the agent who left.
            scenario.fixture.engine.sweep(scenario.fixture.now()).await.unwrap();
            oracle::check(&scenario.fixture).await;
        }
    }
}

#[tokio::test]
async fn the_next_round_does_the_work_of_a_cancelled_round() {
    for call in ["settings", "queue_head", "commit"] {
        for fault in [StoreFault::Waits, StoreFault::Silent] {
            let scenario = Scenario::new().await;
            cancel_during(&scenario, Command::Round, call, fault).await;
            assert!(scenario.fixture.engine.is_round_pending(), "{call} {fault:?}");
            scenario.fixture.run_rounds().await;
            assert_eq!(scenario.fixture.ticket(&scenario.waiting).await.holder(), Some(scenario.ani.id));
            oracle::check(&scenario.fixture).await;
        }
    }
}

/// The caller gets an error for a commit that succeeded, and retries, as the inbox does.
#[tokio::test]
async fn a_command_retried_after_a_lost_answer_is_applied_once() {
    for command in COMMANDS {
        let scenario = Scenario::new().await;
        if command == Command::Round {
            scenario.run(Command::Complete).await.unwrap();
        }
        scenario.fixture.faults.inject_next("commit", 1, StoreFault::AnswerLost);
        let answer = scenario.run(command).await;
        assert!(matches!(answer, Err(EngineError::Store(_))), "{command:?}: {answer:?}");
        scenario.fixture.faults.clear();
        let again = scenario.run(command).await;
        let expected = match command {
            Command::Complete | Command::Cancel | Command::PickUp | Command::Reassign | Command::Requeue => {
                matches!(again, Err(EngineError::Refused(Refusal::State(_) | Refusal::AlreadyTheirs, _)))
            }
            _ => again.is_ok(),
        };
        assert!(expected, "{command:?}: {again:?}");
        scenario.fixture.run_rounds().await;
        oracle::check(&scenario.fixture).await;
        let (events, ticket) =
            (oracle::events(&scenario.fixture), scenario.fixture.ticket(&scenario.held).await);
        let count = |what: &dyn Fn(&Action) -> bool| events.iter().filter(|e| what(&e.what)).count();
        match command {
            Command::Open => assert_eq!(count(&|what| *what == Action::Opened), 3),
            Command::Complete | Command::Round => {
                assert_eq!(ticket.status(), Status::Completed);
                assert_eq!(count(&|what| *what == Action::Completed), 1);
            }
            Command::Requeue | Command::Leave => {
                assert_eq!(count(&|what| matches!(what, Action::Released { .. })), 1);
            }
            _ => {}
        }
    }
}

/// Starts a handler that raises the capacity of ani and never ends; its rounds are deferred.
async fn start_handler(scenario: &Arc<Scenario>) -> JoinHandle<()> {
    let (running, raised) = (Arc::clone(scenario), Arc::new(Notify::new()));
    let done = Arc::clone(&raised);
    let handler = tokio::spawn(async move {
        let work = async {
            running.run(Command::Raise).await.unwrap();
            done.notify_one();
            std::future::pending::<()>().await;
        };
        drop(running.fixture.engine.defer_rounds(work).await);
    });
    raised.notified().await;
    handler
}

#[tokio::test]
async fn sweep_does_not_count_a_ticket_whose_round_is_deferred() {
    let scenario = Scenario::new().await;
    let handler = start_handler(&scenario).await;
    scenario.fixture.advance(9);
    assert_eq!(scenario.fixture.engine.sweep(scenario.fixture.now()).await.unwrap().found, 0);
    handler.abort();
}

/// A handler defers its rounds until its answer is enqueued. A handler that is dropped before that must not
/// drop the rounds.
#[tokio::test]
async fn deferred_rounds_run_when_their_handler_is_cancelled() {
    let scenario = Scenario::new().await;
    let handler = start_handler(&scenario).await;
    handler.abort();
    assert!(handler.await.unwrap_err().is_cancelled());
    assert_eq!(scenario.fixture.run_rounds().await, 1);
    assert_eq!(scenario.fixture.held_count(scenario.ani.id).await, 2);
    oracle::check(&scenario.fixture).await;
}
