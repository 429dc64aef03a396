//! Immediate assignment: opening and assigning a ticket as two changes of one commit.
use super::fixture::*;
use antri::domain::card::CardKey;
use antri::domain::event::Action;
use antri::domain::ids::Arrival;
use antri::domain::notice::Outgoing;
use antri::domain::ticket::{Priority, Status, Ticket};
use antri::engine::ports::{Change, CommitError, Committed, Guard, Store};
use std::sync::Arc;

/// Returns the changes that open a ticket and assign it.
pub(super) fn open_and_assign(ticket: &Ticket, agent: u64, slot: u16) -> Vec<Change> {
    vec![opening(ticket.clone()), assignment(ticket, agent, slot, Guard::FirstInQueue)]
}

/// Commits the pair of changes; returns whether the ticket was opened, and whether it was assigned.
pub(super) async fn opened_and_given(
    store: &dyn Store,
    ticket: Ticket,
    agent: u64,
    slot: u16,
) -> (bool, bool) {
    let answers = store.commit(open_and_assign(&ticket, agent, slot)).await;
    let given = match &answers[1] {
        Ok(Committed { arrival: None }) => true,
        Err(CommitError::Conflict) => false,
        other => panic!("{other:?}"),
    };
    (answers[0].is_ok(), given)
}

pub(crate) async fn a_new_ticket_can_be_assigned_in_its_opening_commit(store: Arc<dyn Store>) {
    join(&*store, [1], 2).await;
    let mut changes = open_and_assign(&ticket(1), 1, 0);
    changes[0].event = Some(event(at(1), Some(900), 1, Action::Opened));
    changes[1].event = Some(event(at(1), None, 1, Action::PickedUp { agent: person_id(1) }));
    changes[1].notices = vec![Outgoing::refresh(ticket(1).customer_chat, CardKey::Status(ticket_id(1)))];
    commit_all(&*store, changes).await;

    let held = read(&*store, ticket_id(1)).await;
    let given = ticket(1).reassign(person_id(1), antri::domain::ids::Slot(0), at(100)).unwrap();
    assert_eq!(held, Ticket { arrival: held.arrival, ..given });
    assert!(held.arrival > Arrival::default());
    assert_eq!(store.held_by(person_id(1)).await.unwrap(), std::slice::from_ref(&held));
    assert_eq!(store.depths().await.unwrap().values().sum::<u64>(), 0, "the ticket was never queued");
    assert_eq!(store.queue_head(department_id(1), true, 9).await.unwrap(), []);
    let actions: Vec<_> = store.history(held.id).await.unwrap().into_iter().map(|event| event.what).collect();
    assert_eq!(actions, [Action::Opened, Action::PickedUp { agent: person_id(1) }]);
    assert_eq!(store.pending_deliveries().await.unwrap(), 1);
    let last_assigned = store.person(person_id(1)).await.unwrap().unwrap().agent.unwrap().last_assigned;
    assert_eq!(last_assigned, Some(at(100)), "an immediate assignment sets it");

    // Later changes see the ticket like any other.
    let done = held.complete(person_id(1), at(200)).unwrap();
    commit_one(&*store, ticket_update(done.clone(), Guard::None)).await.unwrap();
    assert_eq!(read(&*store, ticket_id(1)).await, done);
    assert_eq!(opened_and_given(&*store, ticket(2), 1, 0).await, (true, true), "the slot is free again");
}

pub(crate) async fn an_immediate_assignment_does_not_overtake_a_waiting_ticket(store: Arc<dyn Store>) {
    join(&*store, [1], 9).await;
    let first = open(&*store, ticket(1)).await;
    assert_eq!(opened_and_given(&*store, ticket(2), 1, 0).await, (true, false), "one waits");
    commit_one(&*store, assignment(&first, 1, 0, Guard::Eligible)).await.unwrap();
    assert_eq!(opened_and_given(&*store, ticket(3), 1, 1).await, (true, false), "the refused one waits");
    let second = read(&*store, ticket_id(2)).await;
    assert_eq!(second.status(), Status::Queued);

    // Within one commit as well: the fourth is rejected, so the fifth is.
    let third = read(&*store, ticket_id(3)).await;
    commit_all(
        &*store,
        vec![assignment(&second, 1, 1, Guard::Eligible), assignment(&third, 1, 2, Guard::Eligible)],
    )
    .await;
    let mut changes = open_and_assign(&ticket(4), 1, 0);
    changes.extend(open_and_assign(&ticket(5), 1, 3));
    let answers = store.commit(changes).await;
    assert_eq!((&answers[1], &answers[3]), (&Err(CommitError::Conflict), &Err(CommitError::WouldOvertake)));
    assert_eq!(ticket_numbers(&store.queue_head(department_id(1), true, 9).await.unwrap()), [4, 5]);
}

pub(crate) async fn an_immediate_assignment_ignores_tickets_that_do_not_come_first(store: Arc<dyn Store>) {
    join(&*store, [1], 9).await;
    open(&*store, Ticket { priority: Priority::Low, ..ticket(1) }).await;
    open(&*store, Ticket { auto: false, ..ticket(2) }).await;
    open(&*store, Ticket { department: department_id(2), ..ticket(3) }).await;
    assert_eq!(opened_and_given(&*store, ticket(4), 1, 0).await, (true, true));
    assert_eq!(store.depths().await.unwrap()[&department_id(1)], 2);
    open(&*store, Ticket { priority: Priority::High, ..ticket(5) }).await;
    assert_eq!(opened_and_given(&*store, ticket(6), 1, 1).await, (true, false), "a more urgent one waits");
}

pub(crate) async fn an_immediate_assignment_requires_an_eligible_agent_with_a_free_slot(
    store: Arc<dyn Store>,
) {
    join(&*store, [1], 1).await;
    commit_all(&*store, vec![person_write(person(2), None)]).await;
    assert_eq!(opened_and_given(&*store, ticket(1), 2, 0).await, (true, false), "no agent");
    let waiting = read(&*store, ticket_id(1)).await;
    commit_one(&*store, assignment(&waiting, 1, 0, Guard::Eligible)).await.unwrap();
    assert_eq!(opened_and_given(&*store, ticket(2), 1, 0).await, (true, false), "the slot is taken");
    assert_eq!(opened_and_given(&*store, ticket(3), 1, 1).await, (true, false), "above the capacity");
    assert_eq!(ticket_numbers(&store.queue_head(department_id(1), true, 9).await.unwrap()), [2, 3]);

    // An opening with a used key is rejected, and so is the assignment of the ticket.
    let answers = store.commit(open_and_assign(&ticket(2), 1, 0)).await;
    assert!(matches!(answers[0], Err(CommitError::Duplicate(_))), "{answers:?}");
    assert_eq!(answers[1], Err(CommitError::Conflict));
}
