//! Between a look and the write that rests on it somebody else is quicker: the agent is back, the record has moved on.
//! Each time the one who waits is held up exactly there.
use super::oracle;
use super::stage::{Stage, TTL, behaving};
use crate::support::Ill;
use antri::domain::event::Actor;
use antri::domain::ids::ReplicaId;
use antri::domain::person::{Availability, Person, Via};
use antri::domain::policy::{Capacity, OfflineBehaviour, Settings};
use antri::domain::ticket::{Priority, Ticket};
use antri::engine::error::EngineError;
use antri::engine::events::Event;
use antri::engine::ports::{Change, DirectoryStore, Guard, Presence, TicketStore, Write};
use antri::engine::random::Random;
use antri::engine::sweep::Sweep;
use antri::engine::tickets::steps::Step;
use antri::engine::{Engine, Rules};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// The idle time of the default settings, in seconds.
const IDLE: i64 = 1_800;

/// Begins something, and comes back when it waits before its `nth` call of this method.
async fn held_up<T: Send + 'static>(
    stage: &Stage,
    (method, nth): (&'static str, u32),
    work: impl Future<Output = T> + Send + 'static,
) -> JoinHandle<T> {
    let mut calls = 0;
    stage.trouble.begin(move |called| {
        calls += u32::from(called == method);
        (called == method && calls == nth).then_some(Ill::Waits)
    });
    let task = tokio::spawn(work);
    stage.trouble.met().await;
    stage.trouble.end();
    task
}

async fn goes_on<T>(stage: &Stage, task: JoinHandle<T>) -> T {
    stage.trouble.let_go();
    task.await.unwrap()
}

async fn sweep(stage: Arc<Stage>) -> Sweep {
    stage.engine.sweep(stage.now()).await.unwrap()
}

/// An agent with two tickets.
async fn working(behaviour: OfflineBehaviour) -> (Arc<Stage>, Person) {
    let stage = Stage::new(behaving(behaviour)).await;
    let agent = stage.agent(100, 5, &[]).await;
    let customer = stage.customer(500).await;
    stage.serve(&customer).await;
    stage.serve(&customer).await;
    (Arc::new(stage), agent)
}

/// The same, online through a client whose record in presence is gone.
async fn silent(behaviour: OfflineBehaviour) -> (Arc<Stage>, Person) {
    let (stage, agent) = working(behaviour).await;
    stage.rewrite(&agent, |profile| profile.via = Via::Client).await;
    stage.engine.start().await.unwrap();
    stage.round().await;
    stage.presence.leave(agent.id, &[]).await.unwrap();
    (stage, agent)
}

#[tokio::test]
async fn whoever_is_back_before_their_tickets_are_given_back_keeps_them() {
    let (stage, agent) = working(OfflineBehaviour::ReassignAll).await;
    let (one, id) = (Arc::clone(&stage), agent.id);
    // Offline is committed; the list of what is to be given back comes next.
    let leave = held_up(&stage, ("held_by", 1), async move {
        one.engine.set_availability(id, Availability::Offline, one.now()).await
    });
    let leave = leave.await;
    stage.engine.set_availability(agent.id, Availability::Online, stage.now()).await.unwrap();
    goes_on(&stage, leave).await.unwrap();
    stage.round().await;
    assert_eq!(stage.held(agent.id).await, 2);
    oracle::check(&stage).await;
}

#[tokio::test]
async fn whoever_is_back_between_two_of_their_tickets_keeps_the_second() {
    let (stage, agent) = working(OfflineBehaviour::ReassignAll).await;
    let (one, id) = (Arc::clone(&stage), agent.id);
    // Each release reads its ticket first.
    let leave = held_up(&stage, ("ticket", 2), async move {
        one.engine.set_availability(id, Availability::Offline, one.now()).await
    });
    let leave = leave.await;
    let (two, id) = (Arc::clone(&stage), agent.id);
    let back = tokio::spawn(async move {
        two.engine.set_availability(id, Availability::Online, two.now()).await.unwrap();
    });
    // Whichever of the two comes first, the record tells a story without a fault, and nothing is left undone.
    goes_on(&stage, leave).await.unwrap();
    back.await.unwrap();
    stage.round().await;
    assert_eq!(stage.held(agent.id).await, 2);
    assert_eq!(stage.person(&agent).await.agent.unwrap().release_due, None);
    oracle::check(&stage).await;
}

#[tokio::test]
async fn whoever_is_an_agent_again_before_their_tickets_are_given_back_keeps_them() {
    let (stage, agent) = working(OfflineBehaviour::Keep).await;
    let (one, id) = (Arc::clone(&stage), agent.id);
    let remove =
        held_up(
            &stage,
            ("held_by", 1),
            async move { one.engine.remove_agent(&one.admin, id, one.now()).await },
        );
    let remove = remove.await;
    let by = Actor::Person(stage.admin.id);
    stage.engine.add_agent(by, agent.id, &[], stage.now()).await.unwrap();
    goes_on(&stage, remove).await.unwrap();
    stage.round().await;
    assert_eq!(stage.held(agent.id).await, 2);
    assert_eq!(stage.engine.seats()[0].held(), 2, "and the roster knows it");
    oracle::check(&stage).await;
}

#[tokio::test]
async fn whoever_is_back_at_the_last_moment_is_not_taken_offline() {
    let (stage, agent) = silent(OfflineBehaviour::Keep).await;
    stage.wind(600);
    // How many tickets they keep is looked up for the message, after they were found silent.
    let swept = held_up(&stage, ("held_by", 1), sweep(Arc::clone(&stage))).await;
    stage.engine.on_activity(&stage.person(&agent).await, stage.now()).await.unwrap();
    let swept = goes_on(&stage, swept).await;
    assert_eq!(swept.taken_offline, 0);
    assert_eq!(stage.person(&agent).await.availability(), Availability::Online);
    oracle::check(&stage).await;
}

#[tokio::test]
async fn whoever_speaks_at_the_last_moment_is_not_asked() {
    let (stage, agent) = working(OfflineBehaviour::Keep).await;
    stage.wind(IDLE);
    // Found idle by the first reading, asked by the second.
    let swept = held_up(&stage, ("person", 2), sweep(Arc::clone(&stage))).await;
    stage.engine.on_activity(&agent, stage.now()).await.unwrap();
    assert_eq!(goes_on(&stage, swept).await, Sweep::default());
    assert_eq!(stage.person(&agent).await.agent.unwrap().asked_at, None);
    oracle::check(&stage).await;
}

#[tokio::test]
async fn a_heartbeat_that_another_replica_heard_counts() {
    let (stage, agent) = silent(OfflineBehaviour::ReassignAll).await;
    stage.wind(300);
    stage.store.record_activity(agent.id, stage.now()).await.unwrap();
    assert_eq!(sweep(Arc::clone(&stage)).await, Sweep::default());
    assert!(!stage.engine.is_lost(agent.id));
    oracle::check(&stage).await;
}

/// Presence restarted empty: nobody's record could have run out by now.
#[tokio::test]
async fn nobody_is_lost_because_presence_was_emptied() {
    let (stage, agent) = silent(OfflineBehaviour::ReassignAll).await;
    stage.wind(i64::try_from(TTL.as_secs()).unwrap() - 1);
    assert_eq!(sweep(Arc::clone(&stage)).await, Sweep::default());
    let customer = stage.customer(501).await;
    assert_eq!(stage.serve(&customer).await.holder(), Some(agent.id));
    stage.wind(1);
    assert_eq!(sweep(Arc::clone(&stage)).await.lost, 1, "but silence goes on counting");
    // The next sign of life heals, even one that another replica hears and that never comes to presence.
    stage.store.record_activity(agent.id, stage.now()).await.unwrap();
    stage.engine.start().await.unwrap();
    stage.round().await;
    assert_eq!(sweep(Arc::clone(&stage)).await, Sweep::default());
    assert!(!stage.engine.is_lost(agent.id));
    oracle::check(&stage).await;
}

/// Signs of life are written every 15 seconds at most.
#[tokio::test]
async fn a_sign_of_life_that_is_not_written_yet_counts() {
    let (stage, agent) = working(OfflineBehaviour::Keep).await;
    stage.wind(14);
    stage.engine.on_activity(&stage.person(&agent).await, stage.now()).await.unwrap();
    let written = stage.person(&agent).await.agent.unwrap().last_activity;
    assert!(written < stage.now(), "or there is nothing to see here");
    stage.wind(IDLE - 14);
    assert_eq!(sweep(Arc::clone(&stage)).await, Sweep::default());
    stage.wind(14);
    assert_eq!(sweep(Arc::clone(&stage)).await.asked, 1);
    oracle::check(&stage).await;
}

/// Gives a ticket another priority past the engine, as another process would.
async fn reprioritise(stage: &Stage, ticket: &Ticket, priority: Priority) {
    let before = stage.ticket(ticket).await;
    let after = Ticket { priority, version: before.version.next(), ..before.clone() };
    let write = Write::Ticket { ticket: Box::new(after), expected: before.version, guard: Guard::None };
    stage.store.commit(vec![Change::quiet(write)]).await.remove(0).unwrap();
}

#[tokio::test]
async fn a_write_that_was_overtaken_is_planned_again_on_what_is_there_now() {
    let (stage, agent) = working(OfflineBehaviour::Keep).await;
    let conflicts = || stage.engine.faults.conflicts.load(Ordering::SeqCst);
    let ticket = stage.store.held_by(agent.id).await.unwrap().remove(0);
    let (one, id, its) = (Arc::clone(&stage), agent.id, ticket.id);
    let step = held_up(&stage, ("commit", 1), async move {
        one.engine.step(id, its, Step::Start, None, one.now()).await
    });
    let step = step.await;
    reprioritise(&stage, &ticket, Priority::Urgent).await;
    let started = goes_on(&stage, step).await.unwrap();
    assert_eq!((started.priority, conflicts()), (Priority::Urgent, 1));
    assert!(started.hold().unwrap().opened_at.is_some());

    let (one, id) = (Arc::clone(&stage), agent.id);
    let raise = held_up(&stage, ("commit", 1), async move {
        one.engine.set_capacity(&one.admin, id, Capacity::new(9).unwrap(), one.now()).await
    });
    let raise = raise.await;
    stage.rewrite(&agent, |profile| profile.auto_assignment_enabled = false).await;
    let raised = goes_on(&stage, raise).await.unwrap().agent.unwrap();
    assert_eq!((raised.max_tickets.get(), raised.auto_assignment_enabled, conflicts()), (9, false, 2));
    oracle::check(&stage).await;
}

#[tokio::test]
async fn what_a_button_was_drawn_for_is_asked_again_of_what_is_there_now() {
    let (stage, agent) = working(OfflineBehaviour::Keep).await;
    let ticket = stage.store.held_by(agent.id).await.unwrap().remove(0);
    let (one, id, drawn) = (Arc::clone(&stage), agent.id, (ticket.id, ticket.version));
    let step = held_up(&stage, ("commit", 1), async move {
        one.engine.step(id, drawn.0, Step::Complete, Some(drawn.1), one.now()).await
    });
    let step = step.await;
    reprioritise(&stage, &ticket, Priority::High).await;
    let answer = goes_on(&stage, step).await;
    assert!(matches!(answer, Err(EngineError::Stale(now)) if now.priority == Priority::High));
}

/// Tickets keep coming to one department: the others are served in their turn, not when that one has run dry.
#[tokio::test]
async fn a_department_whose_tickets_keep_coming_keeps_no_other_waiting() {
    let stage = Arc::new(Stage::new(Settings::default()).await);
    stage.department("Lain").await;
    stage.agent(100, 9, &[]).await;
    let customer = stage.customer(500).await;
    stage.round().await;
    let first = stage.open(&customer, 0).await.unwrap();
    let mut feed = stage.engine.feed();
    let one = Arc::clone(&stage);
    let round = held_up(&stage, ("commit", 1), async move { one.engine.run_round(one.now()).await }).await;
    let other = stage.open(&customer, 1).await.unwrap();
    let next = stage.open(&customer, 0).await.unwrap();
    assert_eq!(goes_on(&stage, round).await.unwrap(), 3);
    let mut assigned = Vec::new();
    while let Ok(happening) = feed.try_recv() {
        if let Event::Assigned { ticket, .. } = happening {
            assigned.push(ticket);
        }
    }
    assert_eq!(assigned, [first.id, other.id, next.id], "as they came");
}

/// Who left elsewhere was to get the first of a batch: the others of the batch don't go before it.
#[tokio::test]
async fn a_ticket_whose_agent_left_is_not_overtaken_by_its_batch() {
    let stage = Arc::new(Stage::new(Settings::default()).await);
    let (ani, budi) = (stage.agent(100, 5, &[]).await, stage.agent(101, 5, &[]).await);
    let customer = stage.customer(500).await;
    let (first, second) = (stage.open(&customer, 0).await.unwrap(), stage.open(&customer, 0).await.unwrap());
    let mut feed = stage.engine.feed();
    stage.rewrite(&ani, |profile| profile.availability = Availability::Offline).await;
    assert_eq!(stage.round().await, 2);
    let mut assigned = Vec::new();
    while let Ok(happening) = feed.try_recv() {
        if let Event::Assigned { ticket, agent, .. } = happening {
            assigned.push((ticket, agent));
        }
    }
    assert_eq!(assigned, [(first.id, budi.id), (second.id, budi.id)]);
    assert_eq!(stage.engine.faults.conflicts.load(Ordering::SeqCst), 1, "only she was asked in vain");
    oracle::check(&stage).await;
}

/// Another process hears that the agent leaves while a round here has chosen them.
#[tokio::test]
async fn a_ticket_whose_agent_leaves_elsewhere_during_its_round_goes_to_the_next() {
    let stage = Arc::new(Stage::new(Settings::default()).await);
    let (ani, budi) = (stage.agent(100, 5, &[]).await, stage.agent(101, 5, &[]).await);
    let customer = stage.customer(500).await;
    let ticket = stage.open(&customer, 0).await.unwrap();
    let one = Arc::clone(&stage);
    let round = held_up(&stage, ("commit", 1), async move { one.engine.run_round(one.now()).await }).await;
    stage.rewrite(&ani, |profile| profile.availability = Availability::Offline).await;
    assert_eq!(goes_on(&stage, round).await.unwrap(), 1);
    assert_eq!(stage.ticket(&ticket).await.holder(), Some(budi.id));
    assert_eq!(stage.engine.faults.conflicts.load(Ordering::SeqCst), 1);
    let seats = stage.engine.seats();
    assert_eq!(seats[0].person, stage.person(&ani).await, "the roster has read them again");
    assert_eq!(stage.person(&ani).await.agent.unwrap().last_assigned, None, "their turn is not spent");
}

/// Another replica puts an older ticket back after a round has looked at the queue.
#[tokio::test]
async fn a_ticket_that_another_replica_puts_back_during_a_round_goes_first() {
    let stage = Arc::new(Stage::new(Settings::default()).await);
    stage.agent(100, 1, &[]).await;
    let customer = stage.customer(500).await;
    let first = stage.open(&customer, 0).await.unwrap();
    stage.round().await;
    let second = stage.open(&customer, 0).await.unwrap();
    let budi = stage.agent(101, 1, &[]).await;
    let (store, presence): (_, Arc<dyn Presence>) =
        (Arc::clone(stage.engine.store()), Arc::clone(&stage.presence));
    let rules = Rules { presence_ttl: TTL, ..stage.engine.rules().clone() };
    let works = Engine::new(store, presence, rules, Random::seeded(8));
    let works = works.with_replicas(ReplicaId(Uuid::from_u128(8)));
    works.start().await.unwrap();
    let now = stage.now();
    let round = held_up(&stage, ("commit", 1), async move { works.run_round(now).await }).await;
    stage.engine.requeue(&stage.admin, (first.id, None), stage.now()).await.unwrap();
    assert_eq!(goes_on(&stage, round).await.unwrap(), 1);
    assert_eq!(stage.ticket(&first).await.holder(), Some(budi.id));
    assert_eq!(stage.ticket(&second).await.holder(), None);
}
