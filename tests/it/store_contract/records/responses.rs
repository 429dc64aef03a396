//! Tickets whose holder has not reacted: found by the time since when, until the holder reacts.
use crate::store_contract::fixture::*;
use antri::domain::ids::Slot;
use antri::domain::ticket::Ticket;
use antri::domain::ticket::response::Response;
use antri::engine::ports::{CommitError, Guard, Store};
use std::sync::Arc;

/// Opens tickets and assigns them to agent 1 at these seconds, as the engine does.
async fn assigned(store: &dyn Store, times: &[i64]) -> Vec<Ticket> {
    join(store, [1, 2], 9).await;
    let mut all = Vec::new();
    for (n, time) in (0_u16..).zip(times) {
        let queued = open(store, ticket(u64::from(n) + 1)).await;
        let next = queued.assign(person_id(1), Slot(n), at(*time)).unwrap();
        commit_one(store, ticket_update(next.clone(), Guard::Eligible)).await.unwrap();
        assert_eq!(read(store, next.id).await, next, "every field is read back");
        all.push(next);
    }
    all
}

async fn found(store: &dyn Store, nudged: bool, page: (usize, usize)) -> Vec<u64> {
    ticket_numbers(&store.unanswered(nudged, page).await.unwrap())
}

pub(crate) async fn unanswered_tickets_are_listed_longest_wait_first(store: Arc<dyn Store>) {
    let all = assigned(&*store, &[300, 100, 200]).await;
    assert_eq!(found(&*store, false, (0, 9)).await, [2, 3, 1]);
    assert_eq!(found(&*store, false, (1, 1)).await, [3]);
    for (ticket, time) in [(&all[0], 400), (&all[1], 500)] {
        let nudged = ticket.nudge(at(time)).unwrap();
        commit_one(&*store, ticket_update(nudged.clone(), Guard::None)).await.unwrap();
        assert_eq!(read(&*store, nudged.id).await, nudged);
    }
    assert_eq!(found(&*store, false, (0, 9)).await, [3]);
    assert_eq!(found(&*store, true, (0, 9)).await, [1, 2]);
    assert_eq!(found(&*store, true, (1, 9)).await, [2]);
}

pub(crate) async fn a_holder_is_nudged_once(store: Arc<dyn Store>) {
    let before = assigned(&*store, &[100]).await.remove(0);
    let nudged = before.nudge(at(200)).unwrap();
    commit_one(&*store, ticket_update(nudged.clone(), Guard::None)).await.unwrap();
    let again = commit_one(&*store, ticket_update(nudged.clone(), Guard::None)).await;
    assert_eq!(again, Err(CommitError::Conflict));
    assert_eq!(read(&*store, before.id).await.response(), Response::Nudged { at: at(200) });
}

pub(crate) async fn every_reaction_takes_a_ticket_off_the_list(store: Arc<dyn Store>) {
    let mut all = assigned(&*store, &[100; 7]).await;
    for ticket in all.iter_mut().step_by(2) {
        let nudged = ticket.nudge(at(150)).unwrap();
        commit_one(&*store, ticket_update(nudged.clone(), Guard::None)).await.unwrap();
        *ticket = nudged;
    }
    let (agent, now) = (person_id(1), at(200));
    let steps = [
        all[0].start(agent, now),
        all[1].start(agent, now),
        all[2].pause(agent),
        all[3].snooze(agent, Some(at(900))),
        all[4].release(false, now),
        all[5].complete(agent, now),
        all[6].withdraw(person_id(900), now),
    ];
    for next in steps {
        let next = next.unwrap();
        commit_one(&*store, ticket_update(next.clone(), Guard::None)).await.unwrap();
        assert_eq!(read(&*store, next.id).await, next);
    }
    for nudged in [false, true] {
        assert_eq!(found(&*store, nudged, (0, 9)).await, [0_u64; 0]);
    }
    // A new holder has their own time, also after a reopening.
    let completed = read(&*store, all[5].id).await;
    let window = (std::time::Duration::from_secs(9_999), at(300));
    let reopened =
        completed.reopen(completed.customer, 0, window).unwrap().reopened_to(person_id(2), Slot(0), at(300));
    commit_one(&*store, reopening(reopened.clone(), Guard::Capacity)).await.unwrap();
    assert_eq!(read(&*store, reopened.id).await, reopened);
    let queued = read(&*store, all[4].id).await;
    let next = queued.assign(person_id(2), Slot(1), at(250)).unwrap();
    commit_one(&*store, ticket_update(next.clone(), Guard::Eligible)).await.unwrap();
    assert_eq!(found(&*store, false, (0, 9)).await, [5, 6]);
}
