//! Lost races: another process or caller writes between a read and the write that depends on it. Each test
//! blocks the caller exactly there.
use super::fixture::{Fixture, TTL, with_offline_behaviour};
use super::oracle;
use crate::support::StoreFault;
use antri::domain::event::Actor;
use antri::domain::ids::ReplicaId;
use antri::domain::person::{Availability, Person, Via};
use antri::domain::policy::{Capacity, OfflineBehaviour, Settings};
use antri::domain::ticket::{Priority, Ticket};
use antri::engine::error::EngineError;
use antri::engine::events::Event;
use antri::engine::ports::{Change, DirectoryStore, Guard, Presence, TicketStore, Write};
use antri::engine::random::Random;
use antri::engine::sweep::SweepReport;
use antri::engine::tickets::steps::Step;
use antri::engine::{Engine, EngineConfig};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// The idle time of the default settings, in seconds.
const IDLE_SECONDS: i64 = 1_800;

/// Starts the work, and returns when it blocks before its `nth` call of this method.
async fn blocked_before<T: Send + 'static>(
    fixture: &Fixture,
    (method, nth): (&'static str, u32),
    work: impl Future<Output = T> + Send + 'static,
) -> JoinHandle<T> {
    let mut calls = 0;
    fixture.faults.inject(move |called| {
        calls += u32::from(called == method);
        (called == method && calls == nth).then_some(StoreFault::Waits)
    });
    let task = tokio::spawn(work);
    fixture.faults.call_held().await;
    fixture.faults.clear();
    task
}

async fn unblock<T>(fixture: &Fixture, task: JoinHandle<T>) -> T {
    fixture.faults.release_calls();
    task.await.unwrap()
}

async fn sweep(fixture: Arc<Fixture>) -> SweepReport {
    fixture.engine.sweep(fixture.now()).await.unwrap()
}

/// Creates an agent with two tickets.
async fn agent_with_tickets(behaviour: OfflineBehaviour) -> (Arc<Fixture>, Person) {
    let fixture = Fixture::new(with_offline_behaviour(behaviour)).await;
    let agent = fixture.agent(100, 5, &[]).await;
    let customer = fixture.customer(500).await;
    fixture.open_and_assign(&customer).await;
    fixture.open_and_assign(&customer).await;
    (Arc::new(fixture), agent)
}

/// Creates an agent with two tickets who is online through a client, and whose presence record is gone.
async fn silent_agent(behaviour: OfflineBehaviour) -> (Arc<Fixture>, Person) {
    let (fixture, agent) = agent_with_tickets(behaviour).await;
    fixture.rewrite(&agent, |profile| profile.via = Via::Client).await;
    fixture.engine.start().await.unwrap();
    fixture.run_rounds().await;
    fixture.presence.leave(agent.id, &[]).await.unwrap();
    (fixture, agent)
}

#[tokio::test]
async fn an_agent_online_again_before_the_release_keeps_their_tickets() {
    let (fixture, agent) = agent_with_tickets(OfflineBehaviour::ReassignAll).await;
    let (caller, id) = (Arc::clone(&fixture), agent.id);
    // The offline state is committed; the list of the tickets to release is read next.
    let leave = blocked_before(&fixture, ("held_by", 1), async move {
        caller.engine.set_availability(id, Availability::Offline, caller.now()).await
    });
    let leave = leave.await;
    fixture.engine.set_availability(agent.id, Availability::Online, fixture.now()).await.unwrap();
    unblock(&fixture, leave).await.unwrap();
    fixture.run_rounds().await;
    assert_eq!(fixture.held_count(agent.id).await, 2);
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn an_agent_online_again_during_the_release_keeps_the_rest() {
    let (fixture, agent) = agent_with_tickets(OfflineBehaviour::ReassignAll).await;
    let (caller, id) = (Arc::clone(&fixture), agent.id);
    // Each release reads its ticket first.
    let leave = blocked_before(&fixture, ("ticket", 2), async move {
        caller.engine.set_availability(id, Availability::Offline, caller.now()).await
    });
    let leave = leave.await;
    let (other_caller, id) = (Arc::clone(&fixture), agent.id);
    let back = tokio::spawn(async move {
        other_caller.engine.set_availability(id, Availability::Online, other_caller.now()).await.unwrap();
    });
    // In either order, the audit events are consistent and no work is pending.
    unblock(&fixture, leave).await.unwrap();
    back.await.unwrap();
    fixture.run_rounds().await;
    fixture.run_returns().await;
    assert_eq!(fixture.held_count(agent.id).await, 2);
    assert_eq!(fixture.person(&agent).await.agent.unwrap().release_due, None);
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn a_removed_agent_added_again_before_the_release_keeps_their_tickets() {
    let (fixture, agent) = agent_with_tickets(OfflineBehaviour::Keep).await;
    let (caller, id) = (Arc::clone(&fixture), agent.id);
    let remove = blocked_before(&fixture, ("held_by", 1), async move {
        caller.engine.remove_agent(&caller.admin, id, caller.now()).await
    });
    let remove = remove.await;
    let by = Actor::Person(fixture.admin.id);
    fixture.engine.add_agent(by, agent.id, &[], fixture.now()).await.unwrap();
    unblock(&fixture, remove).await.unwrap();
    fixture.run_rounds().await;
    assert_eq!(fixture.held_count(agent.id).await, 2);
    assert_eq!(fixture.engine.seats()[0].held(), 2, "the roster agrees");
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn activity_during_the_sweep_prevents_setting_the_agent_offline() {
    let (fixture, agent) = silent_agent(OfflineBehaviour::Keep).await;
    fixture.advance(600);
    // The sweep reads the number of kept tickets for the notice, after it found the agent silent.
    let swept = blocked_before(&fixture, ("held_by", 1), sweep(Arc::clone(&fixture))).await;
    fixture.engine.on_activity(&fixture.person(&agent).await, fixture.now()).await.unwrap();
    let swept = unblock(&fixture, swept).await;
    assert_eq!(swept.taken_offline, 0);
    assert_eq!(fixture.person(&agent).await.availability(), Availability::Online);
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn activity_during_the_sweep_prevents_the_still_online_question() {
    let (fixture, agent) = agent_with_tickets(OfflineBehaviour::Keep).await;
    fixture.advance(IDLE_SECONDS);
    // The first read finds the agent idle; the second read precedes the question.
    let swept = blocked_before(&fixture, ("person", 2), sweep(Arc::clone(&fixture))).await;
    fixture.engine.on_activity(&agent, fixture.now()).await.unwrap();
    assert_eq!(unblock(&fixture, swept).await, SweepReport::default());
    assert_eq!(fixture.person(&agent).await.agent.unwrap().asked_at, None);
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn a_heartbeat_at_another_replica_counts() {
    let (fixture, agent) = silent_agent(OfflineBehaviour::ReassignAll).await;
    fixture.advance(300);
    fixture.store.record_activity(agent.id, fixture.now()).await.unwrap();
    assert_eq!(sweep(Arc::clone(&fixture)).await, SweepReport::default());
    assert!(!fixture.engine.is_lost(agent.id));
    oracle::check(&fixture).await;
}

/// Presence restarted empty: no record can have expired yet.
#[tokio::test]
async fn emptied_presence_does_not_mark_agents_as_lost() {
    let (fixture, agent) = silent_agent(OfflineBehaviour::ReassignAll).await;
    fixture.advance(i64::try_from(TTL.as_secs()).unwrap() - 1);
    assert_eq!(sweep(Arc::clone(&fixture)).await, SweepReport::default());
    let customer = fixture.customer(501).await;
    assert_eq!(fixture.open_and_assign(&customer).await.holder(), Some(agent.id));
    fixture.advance(1);
    assert_eq!(sweep(Arc::clone(&fixture)).await.lost, 1, "the silence still counts");
    // The next activity restores the agent, even one that another replica records and that never reaches
    // presence.
    fixture.store.record_activity(agent.id, fixture.now()).await.unwrap();
    fixture.engine.start().await.unwrap();
    fixture.run_rounds().await;
    assert_eq!(sweep(Arc::clone(&fixture)).await, SweepReport::default());
    assert!(!fixture.engine.is_lost(agent.id));
    oracle::check(&fixture).await;
}

/// Activity is written every 15 seconds at most.
#[tokio::test]
async fn activity_that_is_not_written_yet_counts() {
    let (fixture, agent) = agent_with_tickets(OfflineBehaviour::Keep).await;
    fixture.advance(14);
    fixture.engine.on_activity(&fixture.person(&agent).await, fixture.now()).await.unwrap();
    let written = fixture.person(&agent).await.agent.unwrap().last_activity;
    assert!(written < fixture.now(), "the activity is not written yet");
    fixture.advance(IDLE_SECONDS - 14);
    assert_eq!(sweep(Arc::clone(&fixture)).await, SweepReport::default());
    fixture.advance(14);
    assert_eq!(sweep(Arc::clone(&fixture)).await.asked, 1);
    oracle::check(&fixture).await;
}

/// Changes the priority of a ticket past the engine, as another process would.
async fn reprioritise(fixture: &Fixture, ticket: &Ticket, priority: Priority) {
    let before = fixture.ticket(ticket).await;
    let after = Ticket { priority, version: before.version.next(), ..before.clone() };
    let write = Write::Ticket { ticket: Box::new(after), expected: before.version, guard: Guard::None };
    fixture.store.commit(vec![Change::quiet(write)]).await.remove(0).unwrap();
}

#[tokio::test]
async fn a_write_that_lost_a_race_is_planned_again_on_the_current_state() {
    let (fixture, agent) = agent_with_tickets(OfflineBehaviour::Keep).await;
    let conflicts = || fixture.engine.faults.conflicts.load(Ordering::SeqCst);
    let ticket = fixture.store.held_by(agent.id).await.unwrap().remove(0);
    let (caller, id, ticket_id) = (Arc::clone(&fixture), agent.id, ticket.id);
    let step = blocked_before(&fixture, ("commit", 1), async move {
        caller.engine.step(id, ticket_id, Step::Start, None, caller.now()).await
    });
    let step = step.await;
    reprioritise(&fixture, &ticket, Priority::Urgent).await;
    let started = unblock(&fixture, step).await.unwrap();
    assert_eq!((started.priority, conflicts()), (Priority::Urgent, 1));
    assert!(started.hold().unwrap().started_at.is_some());

    let (caller, id) = (Arc::clone(&fixture), agent.id);
    let raise = blocked_before(&fixture, ("commit", 1), async move {
        caller.engine.set_capacity(&caller.admin, id, Capacity::new(9).unwrap(), caller.now()).await
    });
    let raise = raise.await;
    fixture.rewrite(&agent, |profile| profile.auto_assignment_enabled = false).await;
    let raised = unblock(&fixture, raise).await.unwrap().agent.unwrap();
    assert_eq!((raised.max_tickets.get(), raised.auto_assignment_enabled, conflicts()), (9, false, 2));
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn a_button_for_an_older_version_is_stale_after_a_lost_race() {
    let (fixture, agent) = agent_with_tickets(OfflineBehaviour::Keep).await;
    let ticket = fixture.store.held_by(agent.id).await.unwrap().remove(0);
    let (caller, id, shown) = (Arc::clone(&fixture), agent.id, (ticket.id, ticket.version));
    let step = blocked_before(&fixture, ("commit", 1), async move {
        caller.engine.step(id, shown.0, Step::Complete, Some(shown.1), caller.now()).await
    });
    let step = step.await;
    reprioritise(&fixture, &ticket, Priority::High).await;
    let answer = unblock(&fixture, step).await;
    assert!(matches!(answer, Err(EngineError::Stale(now)) if now.priority == Priority::High));
}

/// Tickets keep coming to one department: the round alternates between departments and does not drain the
/// first one.
#[tokio::test]
async fn a_round_alternates_between_departments() {
    let fixture = Arc::new(Fixture::new(Settings::default()).await);
    fixture.department("Lain").await;
    fixture.agent(100, 9, &[]).await;
    let customer = fixture.customer(500).await;
    fixture.run_rounds().await;
    let first = fixture.open(&customer, 0).await.unwrap();
    let mut feed = fixture.engine.feed();
    let caller = Arc::clone(&fixture);
    let round =
        blocked_before(&fixture, ("commit", 1), async move { caller.engine.run_round(caller.now()).await })
            .await;
    let other = fixture.open(&customer, 1).await.unwrap();
    let next = fixture.open(&customer, 0).await.unwrap();
    assert_eq!(unblock(&fixture, round).await.unwrap(), 3);
    let mut assigned = Vec::new();
    while let Ok(event) = feed.try_recv() {
        if let Event::Assigned { ticket, .. } = event {
            assigned.push(ticket);
        }
    }
    assert_eq!(assigned, [first.id, other.id, next.id], "in order of arrival");
}

/// The agent who was to get the first ticket of a batch went offline at another replica. The other tickets of
/// the batch must not overtake it.
#[tokio::test]
async fn a_ticket_whose_agent_went_offline_is_not_overtaken_by_its_batch() {
    let fixture = Arc::new(Fixture::new(Settings::default()).await);
    let (ani, budi) = (fixture.agent(100, 5, &[]).await, fixture.agent(101, 5, &[]).await);
    let customer = fixture.customer(500).await;
    let (first, second) =
        (fixture.open(&customer, 0).await.unwrap(), fixture.open(&customer, 0).await.unwrap());
    let mut feed = fixture.engine.feed();
    fixture.rewrite(&ani, |profile| profile.availability = Availability::Offline).await;
    assert_eq!(fixture.run_rounds().await, 2);
    let mut assigned = Vec::new();
    while let Ok(event) = feed.try_recv() {
        if let Event::Assigned { ticket, agent, .. } = event {
            assigned.push((ticket, agent));
        }
    }
    assert_eq!(assigned, [(first.id, budi.id), (second.id, budi.id)]);
    assert_eq!(fixture.engine.faults.conflicts.load(Ordering::SeqCst), 1, "only ani's assignment conflicted");
    oracle::check(&fixture).await;
}

/// The agent goes offline at another process while a round here has chosen them.
#[tokio::test]
async fn a_ticket_whose_agent_goes_offline_during_the_round_goes_to_the_next_agent() {
    let fixture = Arc::new(Fixture::new(Settings::default()).await);
    let (ani, budi) = (fixture.agent(100, 5, &[]).await, fixture.agent(101, 5, &[]).await);
    let customer = fixture.customer(500).await;
    let ticket = fixture.open(&customer, 0).await.unwrap();
    let caller = Arc::clone(&fixture);
    let round =
        blocked_before(&fixture, ("commit", 1), async move { caller.engine.run_round(caller.now()).await })
            .await;
    fixture.rewrite(&ani, |profile| profile.availability = Availability::Offline).await;
    assert_eq!(unblock(&fixture, round).await.unwrap(), 1);
    assert_eq!(fixture.ticket(&ticket).await.holder(), Some(budi.id));
    assert_eq!(fixture.engine.faults.conflicts.load(Ordering::SeqCst), 1);
    let seats = fixture.engine.seats();
    assert_eq!(seats[0].person, fixture.person(&ani).await, "the roster reloaded them");
    assert_eq!(fixture.person(&ani).await.agent.unwrap().last_assigned, None, "last_assigned did not change");
}

/// Another replica requeues an older ticket after the round has read the queue.
#[tokio::test]
async fn a_ticket_requeued_by_another_replica_during_a_round_is_assigned_first() {
    let fixture = Arc::new(Fixture::new(Settings::default()).await);
    fixture.agent(100, 1, &[]).await;
    let customer = fixture.customer(500).await;
    let first = fixture.open(&customer, 0).await.unwrap();
    fixture.run_rounds().await;
    let second = fixture.open(&customer, 0).await.unwrap();
    let budi = fixture.agent(101, 1, &[]).await;
    let (store, presence): (_, Arc<dyn Presence>) =
        (Arc::clone(fixture.engine.store()), Arc::clone(&fixture.presence));
    let config = EngineConfig { presence_ttl: TTL, ..fixture.engine.config().clone() };
    let other = Engine::new(store, presence, config, Random::seeded(8));
    let other = other.with_replicas(ReplicaId(Uuid::from_u128(8)));
    other.start().await.unwrap();
    let now = fixture.now();
    let round = blocked_before(&fixture, ("commit", 1), async move { other.run_round(now).await }).await;
    fixture.engine.requeue(&fixture.admin, (first.id, None), fixture.now()).await.unwrap();
    assert_eq!(unblock(&fixture, round).await.unwrap(), 1);
    assert_eq!(fixture.ticket(&first).await.holder(), Some(budi.id));
    assert_eq!(fixture.ticket(&second).await.holder(), None);
}
