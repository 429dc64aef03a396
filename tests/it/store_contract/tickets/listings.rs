//! Lists of tickets and of audit events: by number, customer, holder and ticket.
use crate::store_contract::fixture::*;
use antri::domain::event::{Action, ReleaseReason};
use antri::domain::ids::Slot;
use antri::domain::ticket::Ticket;
use antri::engine::ports::{Change, Guard, HeldSlot, Store, Write};
use std::sync::Arc;

pub(crate) async fn open_tickets_are_found_by_the_suffix_of_their_number(store: Arc<dyn Store>) {
    // After 677 tickets, the tenths and the letter pairs repeat: the last three characters are the same.
    let opened = open_tickets(&*store, [10, 10 + 6_760, 11]).await;
    let number = opened[0].number.as_str();
    let suffix = &number[number.len() - 3..];
    assert!(opened[1].number.as_str().ends_with(suffix), "{number} {}", opened[1].number);
    let found = |limit| {
        let store = store.clone();
        async move { ticket_numbers(&store.tickets_by_suffix(suffix, limit).await.unwrap()) }
    };
    assert_eq!(found(5).await, [10, 6_770], "oldest first");
    assert_eq!(found(1).await, [10]);
    assert_eq!(
        ticket_numbers(&store.tickets_by_suffix(number, 5).await.unwrap()),
        [10],
        "the whole number is a suffix too"
    );
    let ended = opened[0].cancel(person_id(900), at(5)).unwrap();
    commit_one(&*store, ticket_update(ended, Guard::None)).await.unwrap();
    assert_eq!(found(5).await, [6_770], "ended tickets are not found");
    assert_eq!(store.tickets_by_suffix("%", 5).await.unwrap(), []);
    assert_eq!(store.tickets_by_suffix("_A", 5).await.unwrap(), []);
}

pub(crate) async fn ended_tickets_are_found_by_the_suffix_of_their_number(store: Arc<dyn Store>) {
    // After 16,900 tickets the seconds, the tenths and the letter pairs repeat: the last four characters are the same.
    let opened = open_tickets(&*store, [10, 10 + 16_900, 10 + 33_800, 11]).await;
    let number = opened[0].number.as_str();
    let suffix = &number[number.len() - 4..];
    for other in &opened[1..3] {
        assert!(other.number.as_str().ends_with(suffix), "{number} {}", other.number);
    }
    let found = |suffix: String, limit| {
        let store = store.clone();
        async move { ticket_numbers(&store.ended_tickets_by_suffix(&suffix, limit).await.unwrap()) }
    };
    let none: [u64; 0] = [];
    assert_eq!(found(suffix.to_owned(), 5).await, none, "open tickets are not found");
    for ticket in &opened {
        let ended = ticket.cancel(person_id(900), at(5)).unwrap();
        commit_one(&*store, ticket_update(ended, Guard::None)).await.unwrap();
    }
    let all = ticket_numbers(&[opened[2].clone(), opened[1].clone(), opened[0].clone()]);
    assert_eq!(found(suffix.to_owned(), 5).await, all, "newest first");
    assert_eq!(found(suffix.to_owned(), 1).await, all[..1]);
    assert_eq!(found(suffix.to_owned(), 0).await, none);
    assert_eq!(found(number.to_owned(), 5).await, all[2..], "the whole number is a suffix too");
    assert_eq!(found(format!("X{suffix}"), 5).await, none);
    assert_eq!(found(suffix[1..].to_owned(), 5).await, none, "too short");
    // A description with the same word is no number.
    let mut like = ticket(12);
    like.description.text = suffix.to_owned();
    let like = open(&*store, like).await;
    let ended = like.cancel(person_id(900), at(6)).unwrap();
    commit_one(&*store, ticket_update(ended, Guard::None)).await.unwrap();
    assert_eq!(found(suffix.to_owned(), 5).await, all);
    assert_eq!(found("____".to_owned(), 5).await, none);
}

pub(crate) async fn the_tickets_of_a_customer_list_open_ones_first(store: Arc<dyn Store>) {
    let opened = open_tickets(&*store, 1..=6).await;
    open(&*store, Ticket { customer: person_id(901), ..ticket(7) }).await;
    join(&*store, [1], 5).await;
    commit_one(&*store, assignment(&opened[3], 1, 0, Guard::Eligible)).await.unwrap();
    for i in [1, 0, 4] {
        let ended = opened[i].cancel(person_id(900), at(50)).unwrap();
        commit_one(&*store, ticket_update(ended, Guard::None)).await.unwrap();
    }
    assert_eq!(ticket_numbers(&store.tickets_of(person_id(900), 10).await.unwrap()), [3, 4, 6, 5, 2, 1]);
    assert_eq!(ticket_numbers(&store.tickets_of(person_id(900), 4).await.unwrap()), [3, 4, 6, 5]);
    for limit in 0..=3 {
        let listed = store.tickets_of(person_id(900), limit).await.unwrap();
        assert_eq!(ticket_numbers(&listed), [3, 4, 6], "all that are open");
    }
    assert_eq!(ticket_numbers(&store.tickets_of(person_id(901), 10).await.unwrap()), [7]);
    assert_eq!(store.tickets_of(person_id(902), 10).await.unwrap(), []);
}

pub(crate) async fn held_tickets_are_listed_in_order_of_assignment(store: Arc<dyn Store>) {
    join(&*store, [1, 2], 9).await;
    let opened = open_tickets(&*store, 1..=5).await;
    for (i, slot, seconds) in [(3, 0, 10), (1, 2, 20), (0, 1, 20), (2, 3, 5)] {
        let held = opened[i].assign(person_id(1), Slot(slot), at(seconds)).unwrap();
        commit_one(&*store, ticket_update(held, Guard::Eligible)).await.unwrap();
    }
    commit_one(&*store, assignment(&opened[4], 2, 0, Guard::Eligible)).await.unwrap();
    assert_eq!(
        ticket_numbers(&store.held_by(person_id(1)).await.unwrap()),
        [3, 4, 1, 2],
        "equal times: by arrival"
    );
    assert_eq!(ticket_numbers(&store.held_by(person_id(2)).await.unwrap()), [5]);
    assert_eq!(store.held_by(person_id(3)).await.unwrap(), []);
    let mut held = ticket_numbers(&store.all_held().await.unwrap());
    held.sort_unstable();
    assert_eq!(held, [1, 2, 3, 4, 5]);
    let mut slots = store.held_slots().await.unwrap();
    slots.sort_unstable();
    let slot = |agent, slot, ticket| HeldSlot {
        agent: person_id(agent),
        slot: Slot(slot),
        ticket: ticket_id(ticket),
    };
    let mut expected = [slot(1, 0, 4), slot(1, 1, 1), slot(1, 2, 2), slot(1, 3, 3), slot(2, 0, 5)];
    expected.sort_unstable();
    assert_eq!(slots, expected);
}

pub(crate) async fn the_history_of_a_ticket_lists_audit_events_in_commit_order(store: Arc<dyn Store>) {
    let events = [
        event(at(1), Some(900), 1, Action::Opened),
        event(at(2), Some(1), 1, Action::PickedUp { agent: person_id(1) }),
        event(at(2), None, 1, Action::Released { from: person_id(1), why: ReleaseReason::Offline }),
    ];
    let mut first = opening(ticket(1));
    first.event = Some(events[0].clone());
    let mut other = opening(ticket(2));
    other.event = Some(event(at(1), Some(900), 2, Action::Opened));
    commit_all(&*store, vec![first, other]).await;
    for event in &events[1..] {
        let change = Change { event: Some(event.clone()), ..Change::quiet(Write::Nothing) };
        commit_one(&*store, change).await.unwrap();
    }
    assert_eq!(store.history(ticket_id(1)).await.unwrap(), events);
    assert_eq!(store.history(ticket_id(2)).await.unwrap().len(), 1);
    assert_eq!(store.history(ticket_id(3)).await.unwrap(), []);
}
