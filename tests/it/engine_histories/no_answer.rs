//! Tickets that their holder does not open, or gives back: one nudge, one handover, whoever else is at work.
use super::fixture::{Fixture, with_offline_behaviour};
use super::oracle;
use crate::support::StoreFault;
use antri::domain::event::{Action, ReleaseReason};
use antri::domain::ids::{PersonId, TicketId};
use antri::domain::notice::Notice;
use antri::domain::person::{Availability, Person};
use antri::domain::policy::{Mode, OfflineBehaviour, Settings, Strategy};
use antri::domain::ticket::response::Response;
use antri::domain::ticket::{Refusal, Status, Ticket};
use antri::engine::error::EngineError;
use antri::engine::ports::TicketStore;
use antri::engine::tickets::steps::Step;
use std::sync::Arc;
use std::time::Duration;

const TIME: i64 = 600;

fn settings() -> Settings {
    Settings { no_answer_time: Duration::from_secs(TIME as u64), ..Settings::default() }
}

/// Creates an agent with this many tickets that they have not opened.
async fn unopened(settings: Settings, count: u16) -> (Arc<Fixture>, Person, Vec<Ticket>) {
    let fixture = Fixture::new(settings).await;
    let agent = fixture.agent(100, count, &[]).await;
    let mut tickets = Vec::new();
    for n in 0..count {
        let customer = fixture.customer(500 + i64::from(n)).await;
        tickets.push(fixture.open_and_assign(&customer).await);
    }
    (Arc::new(fixture), agent, tickets)
}

/// Lets this many seconds pass, and handles what is due.
async fn pass(fixture: &Fixture, seconds: i64) {
    fixture.advance(seconds);
    fixture.engine.handle_unanswered(fixture.now()).await.unwrap();
}

async fn holder(fixture: &Fixture, ticket: &Ticket) -> Option<PersonId> {
    fixture.ticket(ticket).await.holder()
}

fn nudges(fixture: &Fixture) -> usize {
    let is_nudge = |notice: &Notice| matches!(notice, Notice::TaskNudged { .. });
    oracle::notices(fixture).iter().filter(|notice| is_nudge(notice)).count()
}

async fn count(fixture: &Fixture, ticket: TicketId, what: impl Fn(&Action) -> bool) -> usize {
    fixture.store.history(ticket).await.unwrap().iter().filter(|event| what(&event.what)).count()
}

fn is_no_answer(what: &Action) -> bool {
    matches!(what, Action::Released { why: ReleaseReason::NoAnswer, .. })
}

#[tokio::test]
async fn the_holder_is_nudged_once_and_then_another_agent_gets_the_ticket() {
    let (fixture, _, tickets) = unopened(settings(), 2).await;
    let citra = fixture.agent(101, 5, &[]).await;
    fixture.advance(TIME - 1);
    let due = fixture.engine.handle_unanswered(fixture.now()).await.unwrap();
    assert_eq!(due, tickets[0].hold().map(|hold| hold.assigned_at + chrono::TimeDelta::seconds(TIME)));
    assert_eq!(nudges(&fixture), 0);
    // Two assignments are never at the same moment.
    pass(&fixture, 2).await;
    pass(&fixture, TIME - 1).await;
    assert_eq!(nudges(&fixture), 2);
    for ticket in &tickets {
        assert_ne!(holder(&fixture, ticket).await, Some(citra.id));
    }
    pass(&fixture, 1).await;
    for ticket in &tickets {
        assert_eq!(holder(&fixture, ticket).await, Some(citra.id));
        assert_eq!(count(&fixture, ticket.id, is_no_answer).await, 1);
        assert_eq!(count(&fixture, ticket.id, |what| matches!(what, Action::Nudged { .. })).await, 1);
    }
    let told = oracle::notices(&fixture);
    assert_eq!(told.iter().filter(|notice| matches!(notice, Notice::TaskPassedOn { .. })).count(), 2);
    assert!(!told.iter().any(|notice| matches!(notice, Notice::Requeued { .. })), "one message is enough");
    assert_eq!(nudges(&fixture), 2);
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn without_another_agent_a_ticket_stays_until_there_is_one() {
    let (fixture, agent, tickets) = unopened(settings(), 70).await;
    for _ in 0..4 {
        pass(&fixture, TIME).await;
    }
    assert_eq!(nudges(&fixture), 70);
    for ticket in &tickets {
        assert_eq!(holder(&fixture, ticket).await, Some(agent.id));
    }
    let citra = fixture.agent(101, 100, &[]).await;
    pass(&fixture, 1).await;
    for ticket in &tickets {
        assert_eq!(holder(&fixture, ticket).await, Some(citra.id));
    }
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn a_ticket_does_not_go_to_and_fro() {
    let (fixture, _, tickets) = unopened(settings(), 1).await;
    let citra = fixture.agent(101, 5, &[]).await;
    for _ in 0..9 {
        pass(&fixture, TIME).await;
    }
    assert_eq!(holder(&fixture, &tickets[0]).await, Some(citra.id));
    assert_eq!(count(&fixture, tickets[0].id, is_no_answer).await, 1);
    assert_eq!(nudges(&fixture), 2, "one for each holder");
    // The third agent may have it: neither of the others has reacted.
    let dewi = fixture.agent(102, 5, &[]).await;
    pass(&fixture, 1).await;
    assert_eq!(holder(&fixture, &tickets[0]).await, Some(dewi.id));
}

#[tokio::test]
async fn each_reaction_of_the_holder_ends_the_count() {
    for step in [Step::Start, Step::Pause] {
        let (fixture, agent, tickets) = unopened(settings(), 1).await;
        fixture.agent(101, 5, &[]).await;
        fixture.advance(TIME - 1);
        fixture.step(&tickets[0], &agent, step).await.unwrap();
        for _ in 0..4 {
            pass(&fixture, TIME).await;
        }
        assert_eq!((holder(&fixture, &tickets[0]).await, nudges(&fixture)), (Some(agent.id), 0));
    }
}

#[tokio::test]
async fn a_holder_who_is_away_or_offline_does_not_keep_the_ticket() {
    for to in [Availability::Away, Availability::Busy, Availability::Offline] {
        let settings = Settings {
            no_answer_time: settings().no_answer_time,
            ..with_offline_behaviour(OfflineBehaviour::Keep)
        };
        let (fixture, agent, tickets) = unopened(settings, 1).await;
        fixture.engine.set_availability(agent.id, to, fixture.now()).await.unwrap();
        let citra = fixture.agent(101, 5, &[]).await;
        pass(&fixture, TIME).await;
        pass(&fixture, TIME).await;
        assert_eq!(holder(&fixture, &tickets[0]).await, Some(citra.id), "{to:?}");
    }
}

#[tokio::test]
async fn a_ticket_of_a_manual_desk_stays_with_the_agent_who_picked_it_up() {
    let (fixture, agent, tickets) = unopened(settings(), 1).await;
    fixture.agent(101, 5, &[]).await;
    let change = |settings: &mut Settings| settings.mode = Mode::Manual;
    fixture.engine.change_settings(&fixture.admin, fixture.now(), change).await.unwrap();
    for _ in 0..3 {
        pass(&fixture, TIME).await;
    }
    assert_eq!((holder(&fixture, &tickets[0]).await, nudges(&fixture)), (Some(agent.id), 1));
}

#[tokio::test]
async fn a_desk_without_the_setting_nudges_nobody() {
    let (fixture, agent, tickets) = unopened(Settings::default(), 1).await;
    fixture.agent(101, 5, &[]).await;
    for _ in 0..3 {
        pass(&fixture, 86_400).await;
    }
    assert_eq!((holder(&fixture, &tickets[0]).await, nudges(&fixture)), (Some(agent.id), 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_engines_nudge_and_hand_over_once() {
    let (fixture, _, tickets) = unopened(settings(), 20).await;
    let citra = fixture.agent(101, 50, &[]).await;
    for _ in 0..2 {
        fixture.advance(TIME + 1);
        let (one, other) = (Arc::clone(&fixture.engine), fixture.second_engine());
        other.start().await.unwrap();
        let now = fixture.now();
        let work =
            [one, other].map(|engine| tokio::spawn(async move { engine.handle_unanswered(now).await }));
        for done in futures::future::join_all(work).await {
            done.unwrap().unwrap();
        }
    }
    assert_eq!(nudges(&fixture), 20);
    for ticket in &tickets {
        assert_eq!(holder(&fixture, ticket).await, Some(citra.id));
        assert_eq!(count(&fixture, ticket.id, is_no_answer).await, 1);
    }
}

/// The engine has read the due ticket, and before its commit the holder does something with it.
#[tokio::test]
async fn a_reaction_between_read_and_commit_wins() {
    for nudged in [false, true] {
        let (fixture, agent, tickets) = unopened(settings(), 1).await;
        fixture.agent(101, 5, &[]).await;
        if nudged {
            pass(&fixture, TIME).await;
        }
        fixture.advance(TIME);
        fixture.faults.inject(|called| (called == "commit").then_some(StoreFault::Waits));
        let (engine, now) = (Arc::clone(&fixture.engine), fixture.now());
        let late = tokio::spawn(async move { engine.handle_unanswered(now).await });
        fixture.faults.call_held().await;
        fixture.faults.clear();
        fixture.second_engine().step(agent.id, tickets[0].id, Step::Start, None, now).await.unwrap();
        fixture.faults.release_calls();
        late.await.unwrap().unwrap();
        let after = fixture.ticket(&tickets[0]).await;
        assert_eq!((after.status(), after.holder()), (Status::InProgress, Some(agent.id)));
        assert_eq!(after.response(), Response::Given);
        assert_eq!(nudges(&fixture), usize::from(nudged));
    }
}

#[tokio::test]
async fn a_ticket_that_was_given_back_goes_to_another_agent_and_not_back() {
    let (fixture, agent, tickets) = unopened(Settings::default(), 1).await;
    let citra = fixture.agent(101, 5, &[]).await;
    let (engine, now) = (&fixture.engine, fixture.now());
    let by_another = engine.give_back(citra.id, tickets[0].id, None, now).await;
    assert!(matches!(by_another, Err(EngineError::Refused(Refusal::NotYours, _))), "{by_another:?}");
    let version = tickets[0].version;
    engine.give_back(agent.id, tickets[0].id, Some(version), now).await.unwrap();
    let again = engine.give_back(agent.id, tickets[0].id, Some(version), now).await;
    assert!(matches!(again, Err(EngineError::Stale(_))), "{again:?}");
    fixture.run_rounds().await;
    assert_eq!(holder(&fixture, &tickets[0]).await, Some(citra.id));
    let given_back = |what: &Action| matches!(what, Action::Released { why: ReleaseReason::GivenBack, .. });
    assert_eq!(count(&fixture, tickets[0].id, given_back).await, 1);
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn a_ticket_that_nobody_else_can_take_returns_after_the_delay() {
    let (fixture, agent, tickets) = unopened(Settings::default(), 1).await;
    fixture.engine.give_back(agent.id, tickets[0].id, None, fixture.now()).await.unwrap();
    fixture.run_rounds().await;
    assert_eq!(holder(&fixture, &tickets[0]).await, None);
    fixture.run_returns().await;
    assert_eq!(holder(&fixture, &tickets[0]).await, Some(agent.id));
}

/// The process dies after the nudge; the next one counts on from it.
#[tokio::test]
async fn a_restart_keeps_the_nudge() {
    let (fixture, _, tickets) = unopened(settings(), 1).await;
    pass(&fixture, TIME).await;
    let Ok(fixture) = Arc::try_unwrap(fixture) else { panic!("the fixture is shared") };
    let presence = fixture.presence.clone();
    let fixture = fixture.restart(presence).await;
    pass(&fixture, TIME - 1).await;
    assert_eq!(nudges(&fixture), 1);
    let citra = fixture.agent(101, 5, &[]).await;
    pass(&fixture, 1).await;
    assert_eq!(holder(&fixture, &tickets[0]).await, Some(citra.id));
}

/// An agent who may have left is the last choice, in every order of assignment.
#[tokio::test]
async fn an_agent_who_is_being_asked_is_chosen_only_when_nobody_else_is_ready() {
    for strategy in [Strategy::RoundRobin, Strategy::LeastLoaded, Strategy::Random] {
        let fixture = Fixture::new(Settings { strategy, ..Settings::default() }).await;
        let asked = fixture.agent(100, 9, &[]).await;
        let now = fixture.now();
        fixture.rewrite(&asked, |profile| profile.asked_at = Some(now)).await;
        let other = fixture.agent(101, 4, &[]).await;
        fixture.engine.start().await.unwrap();
        for n in 0..6 {
            let ticket = fixture.open_and_assign(&fixture.customer(500 + n).await).await;
            let expected = if n < 4 { other.id } else { asked.id };
            assert_eq!(ticket.holder(), Some(expected), "{strategy:?}, ticket {n}");
        }
    }
}
