//! Snoozed tickets: found by the time at which they are resumed, earliest first, until the time is cleared.
use crate::store_contract::fixture::*;
use antri::domain::ids::Slot;
use antri::domain::ticket::{Status, Ticket};
use antri::engine::ports::{CommitError, Guard, Store};
use std::sync::Arc;

/// Opens tickets that agent 1 holds and has on hold until these seconds.
async fn snoozed(store: &dyn Store, until: &[Option<i64>]) -> Vec<Ticket> {
    join(store, [1, 2], 9).await;
    let mut all = Vec::new();
    for (n, until) in (0_u16..).zip(until) {
        let queued = open(store, ticket(u64::from(n) + 1)).await;
        commit_one(store, assignment(&queued, 1, n, Guard::Capacity)).await.unwrap();
        let held = read(store, queued.id).await;
        let next = held.snooze(person_id(1), until.map(at)).unwrap();
        commit_one(store, ticket_update(next.clone(), Guard::None)).await.unwrap();
        assert_eq!(read(store, queued.id).await, next, "every field is read back");
        all.push(next);
    }
    all
}

async fn found(store: &dyn Store, limit: usize) -> Vec<u64> {
    ticket_numbers(&store.snoozed(limit).await.unwrap())
}

pub(crate) async fn snoozed_tickets_are_listed_earliest_first(store: Arc<dyn Store>) {
    let all = snoozed(&*store, &[Some(300), None, Some(100), Some(200)]).await;
    assert_eq!(found(&*store, 9).await, [3, 4, 1]);
    assert_eq!(found(&*store, 1).await, [3]);
    // Another time changes the order, and without a time a ticket on hold is not found.
    let later = all[2].snooze(person_id(1), Some(at(400))).unwrap();
    let indefinite = all[3].snooze(person_id(1), None).unwrap();
    for next in [later, indefinite] {
        commit_one(&*store, ticket_update(next.clone(), Guard::None)).await.unwrap();
        assert_eq!((read(&*store, next.id).await, next.status()), (next.clone(), Status::Pending));
    }
    assert_eq!(found(&*store, 9).await, [1, 3]);
}

pub(crate) async fn a_snoozed_ticket_is_resumed_once(store: Arc<dyn Store>) {
    let before = snoozed(&*store, &[Some(100)]).await.remove(0);
    let resumed = before.resume_when_due(at(100)).unwrap();
    commit_one(&*store, ticket_update(resumed.clone(), Guard::None)).await.unwrap();
    let again = commit_one(&*store, ticket_update(resumed.clone(), Guard::None)).await;
    assert_eq!(again, Err(CommitError::Conflict));
    assert_eq!(read(&*store, before.id).await, resumed);
    assert_eq!(found(&*store, 9).await, [0_u64; 0]);
}

pub(crate) async fn every_step_out_of_the_hold_clears_its_time(store: Arc<dyn Store>) {
    let all = snoozed(&*store, &[Some(100); 5]).await;
    let (agent, now) = (person_id(1), at(50));
    let steps = [
        (all[0].resume(agent), Guard::None),
        (all[1].release(false, now), Guard::None),
        (all[2].reassign(person_id(2), Slot(0), now), Guard::Capacity),
        (all[3].complete(agent, now), Guard::None),
        (all[4].withdraw(person_id(900), now), Guard::None),
    ];
    for (next, guard) in steps {
        let next = next.unwrap();
        commit_one(&*store, ticket_update(next.clone(), guard)).await.unwrap();
        assert_eq!(read(&*store, next.id).await, next);
    }
    assert_eq!(found(&*store, 9).await, [0_u64; 0]);
}
