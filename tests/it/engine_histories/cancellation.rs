//! Whoever began something is gone in the middle of it, or its answer is lost: what was committed counts once, and the next
//! round knows of it.
use super::oracle;
use super::stage::Stage;
use crate::support::StoreFault;
use antri::domain::event::{Action, Actor};
use antri::domain::person::{Availability, Person};
use antri::domain::policy::{Capacity, Mode, OfflineBehaviour, Settings};
use antri::domain::ticket::{Refusal, Status, Ticket};
use antri::engine::error::EngineError;
use antri::engine::tickets::steps::Step;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// A desk in which every verb has something to do.
struct Office {
    stage: Stage,
    /// Holds `held`; has no room for more.
    ani: Person,
    /// Has opted out; has room.
    budi: Person,
    customer: Person,
    held: Ticket,
    waiting: Ticket,
}

impl Office {
    async fn new() -> Arc<Self> {
        let settings = Settings {
            mode: Mode::Dual,
            offline_behaviour: OfflineBehaviour::ReassignAll,
            ..Settings::default()
        };
        let stage = Stage::new(settings).await;
        let (ani, budi) = (stage.agent(100, 1, &[]).await, stage.agent(101, 2, &[]).await);
        stage.engine.set_auto(Actor::Engine, budi.id, false, stage.now()).await.unwrap();
        let customer = stage.customer(500).await;
        let held = stage.serve(&customer).await;
        let waiting = stage.serve(&customer).await;
        assert_eq!((held.holder(), waiting.holder()), (Some(ani.id), None));
        Arc::new(Self { stage, ani, budi, customer, held, waiting })
    }

    /// One verb of the engine's.
    async fn act(&self, verb: Verb) -> Result<(), EngineError> {
        let (engine, now) = (&self.stage.engine, self.stage.now());
        let (admin, ani, budi) = (&self.stage.admin, self.ani.id, &self.budi);
        let (held, waiting) = ((self.held.id, None), self.waiting.id);
        match verb {
            Verb::Open => self.stage.open_with("once".into(), &self.customer, 0).await.map(drop),
            Verb::Complete => engine.step(ani, self.held.id, Step::Complete, None, now).await.map(drop),
            Verb::Cancel => engine.cancel(self.customer.id, waiting, None, now).await.map(drop),
            Verb::PickUp => engine.pick_up(budi, waiting, None, now).await.map(drop),
            Verb::Reassign => engine.reassign(admin, held, budi.id, false, now).await.map(drop),
            Verb::Requeue => engine.requeue(admin, held, now).await.map(drop),
            Verb::Leave => engine.set_availability(ani, Availability::Offline, now).await.map(drop),
            Verb::Raise => engine.set_capacity(admin, ani, Capacity::new(2).unwrap(), now).await.map(drop),
            Verb::OptIn => engine.set_auto(Actor::Engine, budi.id, true, now).await.map(drop),
            Verb::Round => engine.run_round(now).await.map(drop),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
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

const VERBS: [Verb; 10] = [
    Verb::Open,
    Verb::Complete,
    Verb::Cancel,
    Verb::PickUp,
    Verb::Reassign,
    Verb::Requeue,
    Verb::Leave,
    Verb::Raise,
    Verb::OptIn,
    Verb::Round,
];

/// Begins a verb and drops it when this call of the store's is under way.
async fn break_off(office: &Arc<Office>, verb: Verb, call: &'static str, ill: StoreFault) {
    if verb == Verb::Round {
        // So that there is something to do in it.
        office.act(Verb::Complete).await.unwrap();
    }
    office.stage.faults.inject_next(call, 1, ill);
    let begun = Arc::clone(office);
    let task = tokio::spawn(async move { begun.act(verb).await });
    office.stage.faults.call_held().await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    office.stage.faults.clear();
}

#[tokio::test]
async fn a_verb_that_is_broken_off_before_or_after_its_commit_loses_nothing() {
    for verb in VERBS {
        for ill in [StoreFault::Waits, StoreFault::Silent] {
            let office = Office::new().await;
            break_off(&office, verb, "commit", ill).await;
            office.stage.round().await;
            // What is left of leaving is the sweep's.
            office.stage.engine.sweep(office.stage.now()).await.unwrap();
            oracle::check(&office.stage).await;
        }
    }
}

#[tokio::test]
async fn a_round_that_is_broken_off_at_any_call_is_made_up_for_by_the_next() {
    for call in ["settings", "queue_head", "commit"] {
        for ill in [StoreFault::Waits, StoreFault::Silent] {
            let office = Office::new().await;
            break_off(&office, Verb::Round, call, ill).await;
            assert!(office.stage.engine.is_round_pending(), "{call} {ill:?}");
            office.stage.round().await;
            assert_eq!(office.stage.ticket(&office.waiting).await.holder(), Some(office.ani.id));
            oracle::check(&office.stage).await;
        }
    }
}

/// The caller gets an error for what was done, and does it again, as the inbox does.
#[tokio::test]
async fn what_is_done_again_because_its_answer_was_lost_is_done_once() {
    for verb in VERBS {
        let office = Office::new().await;
        if verb == Verb::Round {
            office.act(Verb::Complete).await.unwrap();
        }
        office.stage.faults.inject_next("commit", 1, StoreFault::AnswerLost);
        let answer = office.act(verb).await;
        assert!(matches!(answer, Err(EngineError::Store(_))), "{verb:?}: {answer:?}");
        office.stage.faults.clear();
        let again = office.act(verb).await;
        let told = match verb {
            Verb::Complete | Verb::Cancel | Verb::PickUp | Verb::Reassign | Verb::Requeue => {
                matches!(again, Err(EngineError::Refused(Refusal::State(_) | Refusal::AlreadyTheirs, _)))
            }
            _ => again.is_ok(),
        };
        assert!(told, "{verb:?}: {again:?}");
        office.stage.round().await;
        oracle::check(&office.stage).await;
        let (events, ticket) = (oracle::events(&office.stage), office.stage.ticket(&office.held).await);
        let count = |what: &dyn Fn(&Action) -> bool| events.iter().filter(|e| what(&e.what)).count();
        match verb {
            Verb::Open => assert_eq!(count(&|what| *what == Action::Opened), 3),
            Verb::Complete | Verb::Round => {
                assert_eq!(ticket.status(), Status::Completed);
                assert_eq!(count(&|what| *what == Action::Completed), 1);
            }
            Verb::Requeue | Verb::Leave => {
                assert_eq!(count(&|what| matches!(what, Action::Released { .. })), 1);
            }
            _ => {}
        }
    }
}

/// Begins a handler that raises ani's capacity and then never ends, with its rounds kept back.
async fn handler(office: &Arc<Office>) -> JoinHandle<()> {
    let (begun, raised) = (Arc::clone(office), Arc::new(Notify::new()));
    let done = Arc::clone(&raised);
    let handler = tokio::spawn(async move {
        let work = async {
            begun.act(Verb::Raise).await.unwrap();
            done.notify_one();
            std::future::pending::<()>().await;
        };
        drop(begun.stage.engine.defer_rounds(work).await);
    });
    raised.notified().await;
    handler
}

#[tokio::test]
async fn a_ticket_whose_round_is_kept_back_is_not_missed_by_the_sweep() {
    let office = Office::new().await;
    let handler = handler(&office).await;
    office.stage.advance(9);
    assert_eq!(office.stage.engine.sweep(office.stage.now()).await.unwrap().found, 0);
    handler.abort();
}

/// A handler keeps its rounds back until its answer is on its way; one that ends before that must not take them along.
#[tokio::test]
async fn rounds_that_were_kept_back_start_when_their_handler_is_broken_off() {
    let office = Office::new().await;
    let handler = handler(&office).await;
    handler.abort();
    assert!(handler.await.unwrap_err().is_cancelled());
    assert_eq!(office.stage.round().await, 1);
    assert_eq!(office.stage.held(office.ani.id).await, 2);
    oracle::check(&office.stage).await;
}
