//! Completed tickets: reopened into the queue or to an agent, and rated; nothing else is written over them.
use super::cards::show;
use super::fixture::*;
use super::records::search::answer;
use antri::domain::card::CardKey;
use antri::domain::ids::Slot;
use antri::domain::ticket::service::Stars;
use antri::domain::ticket::{Status, Ticket, TicketState};
use antri::engine::ports::{CommitError, Cutoffs, Guard, Store};
use std::sync::Arc;
use std::time::Duration;

const ANY: Duration = Duration::MAX;

/// Opens a ticket that agent 1 completes at this second.
async fn completed(store: &dyn Store, n: u64, second: i64) -> Ticket {
    let queued = open(store, ticket(n)).await;
    complete(store, &queued, second).await
}

/// Assigns a queued ticket to agent 1 and completes it at this second.
async fn complete(store: &dyn Store, queued: &Ticket, second: i64) -> Ticket {
    commit_one(store, assignment(queued, 1, 0, Guard::Capacity)).await.unwrap();
    let done = read(store, queued.id).await.complete(person_id(1), at(second)).unwrap();
    commit_one(store, ticket_update(done, Guard::None)).await.unwrap();
    read(store, queued.id).await
}

fn reopened(t: &Ticket) -> Ticket {
    t.reopen(t.customer, t.service.reopened, (ANY, at(500))).unwrap()
}

pub(crate) async fn a_completed_ticket_is_reopened_into_the_queue_at_its_old_place(store: Arc<dyn Store>) {
    join(&*store, [1], 5).await;
    let done = completed(&*store, 1, 100).await;
    open_tickets(&*store, [2, 3]).await;
    let again = reopened(&done);
    commit_one(&*store, reopening(again.clone(), Guard::None)).await.unwrap();
    assert_eq!(read(&*store, done.id).await, again);
    assert_eq!(ticket_numbers(&store.queue_head(department_id(1), true, 9).await.unwrap()), [1, 2, 3]);
    assert_eq!(store.depths().await.unwrap()[&department_id(1)], 3);
    assert_eq!(store.position(again.department, again.priority, again.arrival).await.unwrap(), 1);
    assert_eq!(ticket_numbers(&store.tickets_of(person_id(900), 9).await.unwrap()), [1, 2, 3], "it is open");
    assert_eq!(commit_one(&*store, reopening(again.clone(), Guard::None)).await, Err(CommitError::Conflict));
    // The ticket goes on as any other.
    let twice = complete(&*store, &again, 200).await;
    assert_eq!((twice.status(), twice.service.reopened), (Status::Completed, 1));
    assert_eq!(store.depths().await.unwrap()[&department_id(1)], 2);
}

pub(crate) async fn a_completed_ticket_is_reopened_to_an_agent_within_their_capacity(store: Arc<dyn Store>) {
    join(&*store, [1], 1).await;
    let done = completed(&*store, 1, 100).await;
    let again = |slot| reopened(&done).reopened_to(person_id(1), Slot(slot), at(300));
    let over = commit_one(&*store, reopening(again(1), Guard::Capacity)).await;
    assert_eq!(over, Err(CommitError::Conflict), "the slot is above the capacity");
    let other = open(&*store, ticket(2)).await;
    commit_one(&*store, assignment(&other, 1, 0, Guard::Capacity)).await.unwrap();
    assert_eq!(
        commit_one(&*store, reopening(again(0), Guard::Capacity)).await,
        Err(CommitError::Conflict),
        "taken"
    );
    let other = read(&*store, other.id).await;
    commit_one(&*store, ticket_update(other.release(false, at(301)).unwrap(), Guard::None)).await.unwrap();
    commit_one(&*store, reopening(again(0), Guard::Capacity)).await.unwrap();
    assert_eq!(read(&*store, done.id).await, again(0));
    assert_eq!(store.held_by(person_id(1)).await.unwrap(), [again(0)]);
    let taken = commit_one(&*store, assignment(&read(&*store, other.id).await, 1, 0, Guard::Override)).await;
    assert_eq!(taken, Err(CommitError::Conflict), "a reopened ticket takes its slot");
}

pub(crate) async fn only_a_completed_ticket_is_reopened(store: Arc<dyn Store>) {
    join(&*store, [1], 5).await;
    let done = completed(&*store, 1, 100).await;
    let queued = open(&*store, ticket(2)).await;
    let held = open(&*store, ticket(3)).await;
    commit_one(&*store, assignment(&held, 1, 0, Guard::Capacity)).await.unwrap();
    let cancelled = open(&*store, ticket(4)).await.cancel(person_id(900), at(5)).unwrap();
    commit_one(&*store, ticket_update(cancelled, Guard::None)).await.unwrap();
    // A cancelled ticket has no rating, and only its cancellation is undone.
    for (n, states) in [
        (2, vec![TicketState::Queued, done.state.clone()]),
        (3, vec![TicketState::Queued, done.state.clone()]),
        (4, vec![done.state.clone()]),
    ] {
        let before = read(&*store, ticket_id(n)).await;
        for state in states {
            let next = Ticket { state, version: before.version.next(), ..before.clone() };
            let refused = commit_one(&*store, reopening(next, Guard::None)).await;
            assert_eq!(refused, Err(CommitError::Conflict), "{n}");
        }
        assert_eq!(read(&*store, before.id).await, before);
    }
    let cancelled = TicketState::Cancelled { by: person_id(900), at: at(6) };
    let next = Ticket { state: cancelled, version: done.version.next(), ..done.clone() };
    assert_eq!(commit_one(&*store, reopening(next, Guard::None)).await, Err(CommitError::Conflict));
    // The other writes refuse a ticket that has ended.
    assert_eq!(
        commit_one(&*store, ticket_update(reopened(&done), Guard::None)).await,
        Err(CommitError::Conflict)
    );
    let stale = Ticket { version: done.version.next().next(), ..reopened(&done) };
    assert_eq!(commit_one(&*store, reopening(stale, Guard::None)).await, Err(CommitError::Conflict));
    assert_eq!(read(&*store, done.id).await, done);
    assert_eq!(store.depths().await.unwrap()[&queued.department], 1);
}

pub(crate) async fn an_undone_cancellation_restores_the_old_place_in_the_queue(store: Arc<dyn Store>) {
    join(&*store, [1], 5).await;
    open_tickets(&*store, [1, 2, 3]).await;
    let before = read(&*store, ticket_id(2)).await;
    let cancelled = before.cancel(person_id(900), at(100)).unwrap();
    commit_one(&*store, ticket_update(cancelled.clone(), Guard::None)).await.unwrap();
    assert_eq!(store.depths().await.unwrap()[&department_id(1)], 2);
    let undone = cancelled.undo_cancel(person_id(900), at(159)).unwrap();
    assert_eq!(
        commit_one(&*store, ticket_update(undone.clone(), Guard::None)).await,
        Err(CommitError::Conflict)
    );
    commit_one(&*store, reopening(undone.clone(), Guard::None)).await.unwrap();
    assert_eq!(read(&*store, before.id).await, undone);
    assert_eq!(undone.arrival, before.arrival);
    assert_eq!(ticket_numbers(&store.queue_head(department_id(1), true, 9).await.unwrap()), [1, 2, 3]);
    assert_eq!(store.depths().await.unwrap()[&department_id(1)], 3);
    assert_eq!(store.position(undone.department, undone.priority, undone.arrival).await.unwrap(), 2);
    assert_eq!(ticket_numbers(&store.tickets_of(person_id(900), 9).await.unwrap()), [1, 2, 3], "it is open");
    assert_eq!(commit_one(&*store, reopening(undone.clone(), Guard::None)).await, Err(CommitError::Conflict));
    // Its cards are pruned with its next end, not with the one that was undone.
    let key = CardKey::Status(undone.id);
    show(&*store, 10, key).await;
    store.prune(&Cutoffs::all(at(1_000))).await.unwrap();
    assert!(store.live_card(key).await.unwrap().is_some());
    assert_eq!(complete(&*store, &undone, 2_000).await.status(), Status::Completed);
    store.prune(&Cutoffs::all(at(3_000))).await.unwrap();
    assert!(store.live_card(key).await.unwrap().is_none());
}

pub(crate) async fn a_rating_is_written_over_a_completed_ticket(store: Arc<dyn Store>) {
    join(&*store, [1], 5).await;
    let done = completed(&*store, 1, 100).await;
    let rated = done.rate(person_id(900), 0, Stars::new(2).unwrap(), at(110)).unwrap();
    commit_one(&*store, reopening(rated.clone(), Guard::None)).await.unwrap();
    assert_eq!(read(&*store, done.id).await, rated);
    let commented = rated.comment(person_id(900), "lambat \"sekali\" <b>".into(), at(120)).unwrap();
    commit_one(&*store, reopening(commented.clone(), Guard::None)).await.unwrap();
    assert_eq!(read(&*store, done.id).await, commented);
    assert_eq!(
        store.tickets_of(person_id(900), 9).await.unwrap(),
        std::slice::from_ref(&commented),
        "it is still ended"
    );
    let again = reopened(&commented);
    commit_one(&*store, reopening(again.clone(), Guard::None)).await.unwrap();
    assert_eq!(read(&*store, done.id).await, again);
    assert_eq!(again.service.rating, None);
}

pub(crate) async fn the_first_answer_is_kept_through_the_states_that_follow(store: Arc<dyn Store>) {
    join(&*store, [1], 5).await;
    let queued = open(&*store, ticket(1)).await;
    commit_one(&*store, assignment(&queued, 1, 0, Guard::Capacity)).await.unwrap();
    let before = read(&*store, queued.id).await;
    commit_one(&*store, answer(1, &before, at(150))).await.unwrap();
    commit_one(&*store, answer(2, &before, at(155))).await.unwrap();
    let answered = read(&*store, queued.id).await;
    assert_eq!(
        answered,
        Ticket { first_answered_at: Some(at(150)), ..before.clone() },
        "only the first counts"
    );
    // Read before the answer: its version is still the current one, and the answer's time stays.
    let released = before.release(false, at(160)).unwrap();
    commit_one(&*store, ticket_update(released, Guard::None)).await.unwrap();
    let done = complete(&*store, &read(&*store, queued.id).await, 170).await;
    commit_one(&*store, reopening(reopened(&done), Guard::None)).await.unwrap();
    assert_eq!(read(&*store, queued.id).await.first_answered_at, Some(at(150)));
}

pub(crate) async fn the_live_cards_of_a_reopened_ticket_are_kept(store: Arc<dyn Store>) {
    join(&*store, [1], 5).await;
    let done = completed(&*store, 1, 100).await;
    let key = CardKey::Status(done.id);
    show(&*store, 10, key).await;
    let again = reopened(&done);
    commit_one(&*store, reopening(again.clone(), Guard::None)).await.unwrap();
    store.prune(&Cutoffs::all(at(1_000))).await.unwrap();
    assert!(store.live_card(key).await.unwrap().is_some(), "the card of an open ticket");
    complete(&*store, &again, 2_000).await;
    store.prune(&Cutoffs::all(at(1_000))).await.unwrap();
    assert!(store.live_card(key).await.unwrap().is_some(), "it ended later");
    store.prune(&Cutoffs::all(at(3_000))).await.unwrap();
    assert!(store.live_card(key).await.unwrap().is_none());
    // Cards that were deleted before the reopening do not hide those that follow it.
    let again = reopened(&read(&*store, done.id).await);
    commit_one(&*store, reopening(again.clone(), Guard::None)).await.unwrap();
    show(&*store, 10, key).await;
    complete(&*store, &again, 4_000).await;
    store.prune(&Cutoffs::all(at(5_000))).await.unwrap();
    assert!(store.live_card(key).await.unwrap().is_none());
}
