//! Tickets: opened once, written over the version that was read.
pub(crate) mod listings;

use super::fixture::*;
use antri::domain::content::{Attachment, ContentKind};
use antri::domain::event::Action;
use antri::domain::ids::{ChatId, Slot, Version};
use antri::domain::ticket::description::Description;
use antri::domain::ticket::{Priority, Status, Ticket, TicketState};
use antri::engine::ports::{Change, CommitError, Guard, Store, UniqueKey, Write};
use std::sync::Arc;

/// A transition of a ticket.
type Transition = fn(&Ticket) -> Ticket;

pub(crate) async fn opening_assigns_increasing_arrivals_and_keeps_every_field(store: Arc<dyn Store>) {
    let formatted = formatted("baris satu\n\"dua\" <b>&");
    let given = Ticket {
        customer_chat: ChatId(-1_001_234),
        description: Description {
            text: formatted.text,
            entities: formatted.entities,
            attachments: vec![attachment(), Attachment::file(ContentKind::Other("hologram".into()), "")],
            messages: vec![7, 8],
            thread: Some(9),
        },
        priority: Priority::Urgent,
        auto: false,
        ..ticket(1)
    };
    let committed = commit_one(&*store, opening(given.clone())).await.unwrap();
    let first = committed.arrival.expect("an opened ticket has an arrival");
    assert_eq!(read(&*store, given.id).await, Ticket { arrival: first, ..given.clone() });
    assert_eq!(store.ticket_by_number(&given.number).await.unwrap().unwrap().id, given.id);
    assert_eq!(store.ticket_by_key(&format!("key of {}", given.id)).await.unwrap().unwrap().id, given.id);

    let second = commit_one(&*store, opening(ticket(2))).await.unwrap().arrival.unwrap();
    assert!(second > first, "{second:?} comes after {first:?}");
    assert_eq!(store.ticket(ticket_id(3)).await.unwrap(), None);
    assert_eq!(store.ticket_by_number(&ticket(3).number).await.unwrap(), None);
    assert_eq!(store.ticket_by_key("nobody's").await.unwrap(), None);
    let nothing = commit_one(&*store, Change::quiet(Write::Nothing)).await.unwrap();
    assert_eq!(nothing.arrival, None, "only an opened ticket arrives");
}

pub(crate) async fn a_content_write_changes_the_description_only(store: Arc<dyn Store>) {
    join(&*store, [1], 5).await;
    let queued = open(&*store, ticket(1)).await;
    commit_one(&*store, assignment(&queued, 1, 0, Guard::Capacity)).await.unwrap();
    for id in [queued.id, open(&*store, ticket(2)).await.id] {
        let before = read(&*store, id).await;
        let description = Description {
            text: "lebih panjang".into(),
            attachments: vec![attachment()],
            ..before.description.clone()
        };
        let after = Ticket { version: before.version.next(), description, ..before.clone() };
        let write = || {
            Change::quiet(Write::TicketContent { ticket: Box::new(after.clone()), expected: before.version })
        };
        commit_one(&*store, write()).await.unwrap();
        assert_eq!(read(&*store, id).await, after);
        assert_eq!(
            commit_one(&*store, write()).await,
            Err(CommitError::Conflict),
            "the version has moved on"
        );
    }
    assert_eq!(store.depths().await.unwrap().values().sum::<u64>(), 1);
}

pub(crate) async fn idempotency_keys_and_numbers_stay_unique_after_the_end(store: Arc<dyn Store>) {
    let first = open(&*store, ticket(1)).await;
    let again = commit_one(&*store, opening(ticket(1))).await;
    assert_eq!(again, Err(CommitError::Duplicate(UniqueKey::Idempotency)), "the same ticket again");

    let key = format!("key of {}", first.id);
    let same_key = Write::OpenTicket { ticket: Box::new(ticket(2)), key, limit: None };
    let refused = commit_one(&*store, Change::quiet(same_key)).await;
    assert_eq!(refused, Err(CommitError::Duplicate(UniqueKey::Idempotency)));

    let same_number = Ticket { number: first.number.clone(), ..ticket(3) };
    let refused = commit_one(&*store, opening(same_number)).await;
    assert_eq!(refused, Err(CommitError::Duplicate(UniqueKey::Number)));

    let ended = first.cancel(person_id(900), at(5)).unwrap();
    commit_one(&*store, ticket_update(ended, Guard::None)).await.unwrap();
    let again = commit_one(&*store, opening(ticket(1))).await;
    assert_eq!(again, Err(CommitError::Duplicate(UniqueKey::Idempotency)), "ended tickets keep their keys");
    assert_eq!(store.depths().await.unwrap().values().sum::<u64>(), 0);
}

pub(crate) async fn the_open_tickets_of_a_customer_are_limited(store: Arc<dyn Store>) {
    let limited = |n, limit| {
        let key = format!("key of {}", ticket_id(n));
        Change::quiet(Write::OpenTicket { ticket: Box::new(ticket(n)), key, limit: Some(limit) })
    };
    let answers = store.commit((1..=4).map(|n| limited(n, 3)).collect()).await;
    assert!(answers[..3].iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(answers[3], Err(CommitError::TooManyOpen), "the fourth of one commit");
    assert_eq!(commit_one(&*store, limited(5, 3)).await, Err(CommitError::TooManyOpen));
    assert_eq!(store.ticket(ticket_id(5)).await.unwrap(), None);
    commit_one(&*store, limited(5, 4)).await.unwrap();

    // Held tickets are open, ended ones are not, and other customers' tickets do not count.
    join(&*store, [1], 5).await;
    let first = read(&*store, ticket_id(1)).await;
    commit_one(&*store, assignment(&first, 1, 0, Guard::Eligible)).await.unwrap();
    assert_eq!(commit_one(&*store, limited(6, 4)).await, Err(CommitError::TooManyOpen));
    let held = read(&*store, first.id).await;
    commit_one(&*store, ticket_update(held.complete(person_id(1), at(5)).unwrap(), Guard::None))
        .await
        .unwrap();
    commit_one(&*store, limited(6, 4)).await.unwrap();
    let (others, key) = (Ticket { customer: person_id(901), ..ticket(7) }, "another's".to_owned());
    commit_one(&*store, Change::quiet(Write::OpenTicket { ticket: Box::new(others), key, limit: Some(1) }))
        .await
        .unwrap();
}

pub(crate) async fn a_rejected_change_does_not_affect_the_rest_of_its_batch(store: Arc<dyn Store>) {
    let batch = vec![opening(ticket(1)), opening(ticket(1)), opening(ticket(2)), opening(ticket(3))];
    let results = store.commit(batch).await;
    let arrivals: Vec<_> = results.iter().map(|r| r.as_ref().ok().and_then(|c| c.arrival)).collect();
    assert_eq!(results[1], Err(CommitError::Duplicate(UniqueKey::Idempotency)));
    assert!(arrivals[0] < arrivals[2] && arrivals[2] < arrivals[3], "in this order: {arrivals:?}");
    assert_eq!(ticket_numbers(&store.queue_page(&[department_id(1)], 0, 10).await.unwrap()), [1, 2, 3]);
    assert_eq!(store.commit(Vec::new()).await, []);

    // A change sees the writes of earlier changes in its batch.
    join(&*store, [1], 5).await;
    let t = read(&*store, ticket_id(1)).await;
    let held = t.reassign(person_id(1), Slot(0), at(1)).unwrap();
    let opened = held.start(person_id(1), at(2)).unwrap();
    let batch = vec![ticket_update(held, Guard::Eligible), ticket_update(opened.clone(), Guard::None)];
    commit_all(&*store, batch).await;
    assert_eq!(read(&*store, t.id).await, opened);
}

pub(crate) async fn a_rejected_change_writes_nothing(store: Arc<dyn Store>) {
    join(&*store, [1], 1).await;
    let opened = open_tickets(&*store, [1, 2]).await;
    commit_one(&*store, assignment(&opened[0], 1, 0, Guard::Eligible)).await.unwrap();
    let refused = Change {
        event: Some(event(at(9), None, 2, Action::PickedUp { agent: person_id(1) })),
        notices: vec![text(1_900, "never said")],
        ..assignment(&opened[1], 1, 0, Guard::Capacity)
    };
    assert_eq!(commit_one(&*store, refused).await, Err(CommitError::Conflict));
    let mut twice = opening(ticket(1));
    twice.notices = vec![text(1_900, "never said")];
    twice.event = Some(event(at(9), None, 1, Action::Opened));
    assert!(commit_one(&*store, twice).await.is_err());

    assert_eq!(read(&*store, ticket_id(2)).await, opened[1]);
    assert_eq!(store.history(ticket_id(2)).await.unwrap(), []);
    assert_eq!(store.history(ticket_id(1)).await.unwrap(), []);
    assert_eq!(store.pending_deliveries().await.unwrap(), 0);
    assert_eq!(store.assignment_counts(person_id(1), at(0)).await.unwrap(), (0, 0));
}

pub(crate) async fn a_ticket_write_with_a_stale_version_conflicts(store: Arc<dyn Store>) {
    let t = open(&*store, ticket(1)).await;
    let urgent = Ticket { priority: Priority::Urgent, version: t.version.next(), ..t.clone() };
    commit_one(&*store, ticket_update(urgent.clone(), Guard::None)).await.unwrap();
    assert_eq!(read(&*store, t.id).await, urgent);
    let late = Ticket { priority: Priority::Low, version: t.version.next(), ..t.clone() };
    assert_eq!(commit_one(&*store, ticket_update(late, Guard::None)).await, Err(CommitError::Conflict));
    let early = Ticket { version: Version(9), ..t };
    assert_eq!(commit_one(&*store, ticket_update(early, Guard::None)).await, Err(CommitError::Conflict));
    let unknown = Ticket { version: Version(1), ..ticket(7) };
    assert_eq!(commit_one(&*store, ticket_update(unknown, Guard::None)).await, Err(CommitError::Conflict));
    assert_eq!(read(&*store, ticket_id(1)).await, urgent);
}

pub(crate) async fn every_ticket_state_is_read_back_as_written(store: Arc<dyn Store>) {
    join(&*store, [1, 2], 5).await;
    let mut t = open(&*store, ticket(1)).await;
    let steps: [(Transition, Status); 9] = [
        (|t| t.assign(person_id(1), Slot(3), at(1)).unwrap(), Status::Assigned),
        (|t| t.pause(person_id(1)).unwrap(), Status::Pending),
        (|t| t.resume(person_id(1)).unwrap(), Status::Assigned),
        (|t| t.start(person_id(1), at(2)).unwrap(), Status::InProgress),
        (|t| t.pause(person_id(1)).unwrap(), Status::Pending),
        (|t| t.release(false, at(9)).unwrap(), Status::Queued),
        (|t| t.reassign(person_id(1), Slot(0), at(3)).unwrap(), Status::Assigned),
        (|t| t.reassign(person_id(2), Slot(1), at(4)).unwrap(), Status::Assigned),
        (|t| t.complete(person_id(2), at(5)).unwrap(), Status::Completed),
    ];
    for (step, status) in steps {
        t = step(&t);
        assert_eq!(t.status(), status);
        let guard = if status == Status::Assigned { Guard::Capacity } else { Guard::None };
        commit_one(&*store, ticket_update(t.clone(), guard)).await.unwrap();
        assert_eq!(read(&*store, t.id).await, t);
    }
}

pub(crate) async fn an_ended_ticket_cannot_be_queued_again(store: Arc<dyn Store>) {
    let t = open(&*store, ticket(1)).await;
    let ended = t.cancel(person_id(900), at(5)).unwrap();
    commit_one(&*store, ticket_update(ended.clone(), Guard::None)).await.unwrap();
    let back = Ticket { state: TicketState::Queued, version: ended.version.next(), ..ended.clone() };
    assert_eq!(commit_one(&*store, ticket_update(back, Guard::None)).await, Err(CommitError::Conflict));
    assert_eq!(read(&*store, t.id).await, ended);
}

pub(crate) async fn a_slot_holds_one_ticket_until_it_is_completed_or_released(store: Arc<dyn Store>) {
    join(&*store, [1, 2], 2).await;
    let opened = open_tickets(&*store, 1..=4).await;
    commit_one(&*store, assignment(&opened[0], 1, 0, Guard::Eligible)).await.unwrap();
    for guard in [Guard::Eligible, Guard::Capacity, Guard::Override] {
        let taken = commit_one(&*store, assignment(&opened[1], 1, 0, guard)).await;
        assert_eq!(taken, Err(CommitError::Conflict), "{guard:?}");
    }
    commit_one(&*store, assignment(&opened[1], 2, 0, Guard::Eligible)).await.unwrap();
    let done = read(&*store, opened[0].id).await.complete(person_id(1), at(200)).unwrap();
    commit_one(&*store, ticket_update(done, Guard::None)).await.unwrap();
    commit_one(&*store, assignment(&opened[2], 1, 0, Guard::Eligible)).await.unwrap();
    let back = read(&*store, opened[2].id).await.release(false, at(9)).unwrap();
    commit_one(&*store, ticket_update(back, Guard::None)).await.unwrap();
    commit_one(&*store, assignment(&opened[3], 1, 0, Guard::Eligible)).await.unwrap();
    assert_eq!(store.all_held().await.unwrap().len(), 2);
}

pub(crate) async fn assignment_counts_cover_received_and_completed_tickets(store: Arc<dyn Store>) {
    open_tickets(&*store, [1]).await;
    let to_one = Action::Reassigned { from: Some(person_id(2)), to: person_id(1), over_capacity: false };
    let events = [
        event(at(10), Some(1), 1, Action::PickedUp { agent: person_id(1) }),
        event(at(20), Some(9), 1, to_one),
        event(at(30), Some(1), 1, Action::Started),
        event(at(30), Some(1), 1, Action::Completed),
        event(at(30), Some(2), 1, Action::Completed),
    ];
    let note = |event| Change { event: Some(event), ..Change::quiet(Write::Nothing) };
    commit_all(&*store, events.into_iter().map(note).collect()).await;
    assert_eq!(store.assignment_counts(person_id(1), at(0)).await.unwrap(), (2, 1));
    assert_eq!(
        store.assignment_counts(person_id(1), at(20)).await.unwrap(),
        (1, 1),
        "the start is inclusive"
    );
    assert_eq!(store.assignment_counts(person_id(1), at(31)).await.unwrap(), (0, 0));
    assert_eq!(store.assignment_counts(person_id(2), at(0)).await.unwrap(), (0, 1));
    assert_eq!(store.assignment_counts(person_id(9), at(0)).await.unwrap(), (0, 0));
}

pub(crate) async fn former_holders_are_kept_through_the_states_that_follow(store: Arc<dyn Store>) {
    join(&*store, [1, 2], 5).await;
    open(&*store, ticket(1)).await;
    let steps: [Transition; 6] = [
        |t| t.assign(person_id(1), Slot(0), at(1)).unwrap(),
        |t| t.release(true, at(2)).unwrap(),
        |t| t.assign(person_id(2), Slot(0), at(3)).unwrap(),
        |t| t.release(false, at(4)).unwrap(),
        |t| t.reassign(person_id(1), Slot(0), at(5)).unwrap(),
        |t| t.reassign(person_id(2), Slot(0), at(6)).unwrap(),
    ];
    for (step, count) in steps.into_iter().zip([0, 1, 1, 2, 2, 2]) {
        let next = step(&read(&*store, ticket_id(1)).await);
        let guard = if next.hold().is_some() { Guard::Capacity } else { Guard::None };
        commit_one(&*store, ticket_update(next.clone(), guard)).await.unwrap();
        let stored = read(&*store, ticket_id(1)).await;
        assert_eq!((&stored, stored.former_holders.len()), (&next, count));
    }
    let agents: Vec<_> = read(&*store, ticket_id(1)).await.former_holders;
    assert_eq!(agents.iter().map(|former| former.agent).collect::<Vec<_>>(), [person_id(2), person_id(1)]);
    let done = read(&*store, ticket_id(1)).await.complete(person_id(2), at(7)).unwrap();
    commit_one(&*store, ticket_update(done.clone(), Guard::None)).await.unwrap();
    assert_eq!(read(&*store, ticket_id(1)).await, done);
}

pub(crate) async fn a_relocated_ticket_leaves_one_queue_and_joins_the_other(store: Arc<dyn Store>) {
    for n in 1..=2 {
        open(&*store, ticket(n)).await;
    }
    let category = antri::domain::ids::CategoryId(uuid::Uuid::from_u128(77));
    let moved = read(&*store, ticket_id(1)).await.relocate(department_id(2), category).unwrap();
    commit_one(&*store, ticket_update(moved.clone(), Guard::None)).await.unwrap();
    assert_eq!(read(&*store, ticket_id(1)).await, moved);
    let depths = store.depths().await.unwrap();
    assert_eq!((depths[&department_id(1)], depths[&department_id(2)]), (1, 1));
    for (department, n) in [(1, 2), (2, 1)] {
        let head = store.queue_head(department_id(department), true, 9).await.unwrap();
        assert_eq!(head.iter().map(|t| t.id).collect::<Vec<_>>(), [ticket_id(n)]);
    }
}
