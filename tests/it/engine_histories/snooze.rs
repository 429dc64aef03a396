//! Snoozed tickets: the engine resumes each one once, whoever else is at work.
use super::fixture::{Fixture, with_offline_behaviour};
use super::oracle;
use crate::support::StoreFault;
use antri::domain::event::{Action, Actor};
use antri::domain::ids::TicketId;
use antri::domain::notice::Notice;
use antri::domain::person::{Availability, Person};
use antri::domain::policy::{OfflineBehaviour, Settings};
use antri::domain::ticket::{Status, Ticket};
use antri::engine::ports::TicketStore;
use antri::engine::tickets::steps::Step;
use chrono::TimeDelta;
use std::sync::Arc;

/// Creates an agent with this many tickets, which are opened and then on hold for a minute.
async fn snoozed(settings: Settings, count: u16) -> (Arc<Fixture>, Person, Vec<Ticket>) {
    let fixture = Fixture::new(settings).await;
    let agent = fixture.agent(100, count, &[]).await;
    let mut tickets = Vec::new();
    for n in 0..count {
        let customer = fixture.customer(500 + i64::from(n)).await;
        let ticket = fixture.open_and_assign(&customer).await;
        fixture.step(&ticket, &agent, Step::Start).await.unwrap();
        let until = fixture.now() + TimeDelta::seconds(60);
        tickets.push(fixture.step(&ticket, &agent, Step::Snooze(Some(until))).await.unwrap());
    }
    (Arc::new(fixture), agent, tickets)
}

/// Returns how often the engine resumed this ticket.
async fn resumptions(fixture: &Fixture, ticket: TicketId) -> usize {
    let history = fixture.store.history(ticket).await.unwrap();
    let is_resumed = |(actor, what): (Actor, &Action)| actor == Actor::Engine && *what == Action::Resumed;
    history.iter().filter(|event| is_resumed((event.actor, &event.what))).count()
}

/// Returns how many notices say that a ticket is back.
fn notified(fixture: &Fixture) -> usize {
    let is_resumed = |notice: &Notice| matches!(notice, Notice::TaskResumed { .. });
    oracle::notices(fixture).iter().filter(|notice| is_resumed(notice)).count()
}

#[tokio::test]
async fn a_ticket_is_resumed_when_its_time_has_come_and_not_before() {
    let (fixture, _, tickets) = snoozed(Settings::default(), 2).await;
    fixture.advance(59);
    let due = tickets[0].resume_at();
    assert_eq!(fixture.engine.resume_snoozed(fixture.now()).await.unwrap(), due);
    assert_eq!(fixture.ticket(&tickets[0]).await.status(), Status::Pending);
    fixture.advance(1);
    assert_eq!(fixture.engine.resume_snoozed(fixture.now()).await.unwrap(), None);
    for ticket in &tickets {
        let now = fixture.ticket(ticket).await;
        assert_eq!((now.status(), now.resume_at()), (Status::InProgress, None));
        assert_eq!(resumptions(&fixture, ticket.id).await, 1);
    }
    assert_eq!(notified(&fixture), 2);
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn more_tickets_than_one_batch_are_resumed_at_once() {
    let (fixture, _, tickets) = snoozed(Settings::default(), 70).await;
    fixture.advance(3_600);
    assert_eq!(fixture.engine.resume_snoozed(fixture.now()).await.unwrap(), None);
    assert_eq!(notified(&fixture), tickets.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_engines_resume_a_ticket_once() {
    let (fixture, _, tickets) = snoozed(Settings::default(), 20).await;
    fixture.advance(60);
    let (one, other) = (Arc::clone(&fixture.engine), fixture.second_engine());
    let now = fixture.now();
    let work = [one, other].map(|engine| tokio::spawn(async move { engine.resume_snoozed(now).await }));
    for done in futures::future::join_all(work).await {
        done.unwrap().unwrap();
    }
    for ticket in &tickets {
        assert_eq!(fixture.ticket(ticket).await.status(), Status::InProgress);
        assert_eq!(resumptions(&fixture, ticket.id).await, 1);
    }
    assert_eq!(notified(&fixture), 20);
}

/// The engine has read the due ticket, and before its commit the holder does something else with it.
#[tokio::test]
async fn a_step_of_the_holder_between_read_and_commit_wins() {
    for (step, then) in [
        (Step::Resume, Status::InProgress),
        (Step::Complete, Status::Completed),
        (Step::Snooze(None), Status::Pending),
    ] {
        let (fixture, agent, tickets) = snoozed(Settings::default(), 1).await;
        fixture.advance(60);
        fixture.faults.inject(|called| (called == "commit").then_some(StoreFault::Waits));
        let (engine, now) = (Arc::clone(&fixture.engine), fixture.now());
        let late = tokio::spawn(async move { engine.resume_snoozed(now).await });
        fixture.faults.call_held().await;
        fixture.faults.clear();
        fixture.second_engine().step(agent.id, tickets[0].id, step, None, now).await.unwrap();
        fixture.faults.release_calls();
        late.await.unwrap().unwrap();
        let after = fixture.ticket(&tickets[0]).await;
        assert_eq!((after.status(), after.resume_at()), (then, None));
        assert_eq!((resumptions(&fixture, after.id).await, notified(&fixture)), (0, 0));
    }
}

#[tokio::test]
async fn a_ticket_that_went_back_to_the_queue_is_not_resumed() {
    let settings = with_offline_behaviour(OfflineBehaviour::ReassignAll);
    let (fixture, agent, tickets) = snoozed(settings, 1).await;
    fixture.engine.set_availability(agent.id, Availability::Offline, fixture.now()).await.unwrap();
    let released = fixture.ticket(&tickets[0]).await;
    assert_eq!((released.status(), released.resume_at()), (Status::Queued, None));
    fixture.advance(60);
    assert_eq!(fixture.engine.resume_snoozed(fixture.now()).await.unwrap(), None);
    assert_eq!(notified(&fixture), 0);
}

/// Over night an agent is offline and keeps the ticket: it is back in the morning.
#[tokio::test]
async fn an_agent_who_keeps_their_tickets_keeps_the_time() {
    let settings = with_offline_behaviour(OfflineBehaviour::Keep);
    let (fixture, agent, tickets) = snoozed(settings, 1).await;
    fixture.engine.set_availability(agent.id, Availability::Offline, fixture.now()).await.unwrap();
    fixture.advance(60);
    fixture.engine.resume_snoozed(fixture.now()).await.unwrap();
    assert_eq!(fixture.ticket(&tickets[0]).await.status(), Status::InProgress);
    assert_eq!(notified(&fixture), 1);
}
