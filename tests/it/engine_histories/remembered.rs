//! Steps that are tried first on the ticket as this process has written it last: another may have made something else of it since.
use super::fixture::Fixture as Stage;
use super::oracle;
use crate::support::StoreFault;
use antri::domain::ids::Version;
use antri::domain::person::Person;
use antri::domain::policy::Settings;
use antri::domain::ticket::{Refusal, Status, Ticket};
use antri::engine::error::EngineError;
use antri::engine::tickets::steps::Step;

/// An agent with a ticket.
async fn working() -> (Stage, Person, Ticket) {
    let stage = Stage::new(Settings::default()).await;
    let (agent, customer) = (stage.agent(2, 3, &[]).await, stage.customer(9).await);
    let ticket = stage.serve(&customer).await;
    (stage, agent, ticket)
}

#[tokio::test]
async fn a_ticket_that_is_remembered_is_not_read() {
    let (stage, agent, ticket) = working().await;
    stage.faults.inject(|method| (method == "ticket").then_some(StoreFault::Away));
    stage.step(&ticket, &agent, Step::Hold).await.unwrap_err();
    stage.faults.remember(ticket.clone());
    stage.step(&ticket, &agent, Step::Hold).await.unwrap();
    stage.faults.clear();
    assert_eq!(stage.ticket(&ticket).await.status(), Status::Pending);
    oracle::check(&stage).await;
}

#[tokio::test]
async fn what_became_of_it_meanwhile_is_what_is_stepped_from() {
    let (stage, agent, ticket) = working().await;
    stage.step(&ticket, &agent, Step::Hold).await.unwrap();
    stage.faults.remember(ticket.clone());
    let done = stage.step(&ticket, &agent, Step::Complete).await.unwrap();
    assert_eq!((done.status(), done.version), (Status::Completed, Version(ticket.version.0 + 2)));
    // Now it has ended, whatever is remembered.
    let again = stage.step(&ticket, &agent, Step::Complete).await;
    assert!(matches!(again, Err(EngineError::Refused(Refusal::State(Status::Completed), _))), "{again:?}");
    assert_eq!(stage.ticket(&ticket).await, done);
    oracle::check(&stage).await;
}

#[tokio::test]
async fn nobody_is_refused_by_what_is_remembered() {
    let (stage, agent, ticket) = working().await;
    let other = stage.agent(3, 3, &[]).await;
    let paused = stage.step(&ticket, &agent, Step::Hold).await.unwrap();
    // In another's hands, and on hold already: neither is so.
    let theirs = ticket.hand_over(other.id, ticket.hold().unwrap().slot, stage.now()).unwrap();
    for remembered in [theirs, paused.clone()] {
        let step = if remembered.status() == Status::Pending { Step::Hold } else { Step::Resume };
        stage.faults.remember(remembered);
        stage.step(&ticket, &agent, step).await.unwrap();
    }
    oracle::check(&stage).await;
}

#[tokio::test]
async fn who_holds_it_no_longer_is_told_so() {
    let (stage, agent, ticket) = working().await;
    let other = stage.agent(3, 3, &[]).await;
    stage.engine.reassign(&stage.admin, (ticket.id, None), other.id, false, stage.now()).await.unwrap();
    stage.faults.remember(ticket.clone());
    let late = stage.step(&ticket, &agent, Step::Complete).await;
    assert!(matches!(late, Err(EngineError::Refused(Refusal::NotYours, _))), "{late:?}");
    assert_eq!(stage.ticket(&ticket).await.holder(), Some(other.id));
    oracle::check(&stage).await;
}

#[tokio::test]
async fn a_button_that_was_drawn_for_another_version_is_stale() {
    let (stage, agent, ticket) = working().await;
    let paused = stage.step(&ticket, &agent, Step::Hold).await.unwrap();
    let press = |version| {
        let (engine, now) = (&stage.engine, stage.now());
        async move { engine.step(agent.id, ticket.id, Step::Complete, Some(version), now).await }
    };
    for remembered in [ticket.clone(), paused.clone()] {
        stage.faults.remember(remembered);
        let late = press(ticket.version).await;
        assert!(matches!(&late, Err(EngineError::Stale(now)) if **now == paused), "{late:?}");
    }
    assert_eq!(press(paused.version).await.unwrap().status(), Status::Completed);
}
