//! Guards: the conditions on the agent that are checked in the commit that assigns a ticket to them.
use super::fixture::*;
use antri::domain::person::{Availability, Person};
use antri::domain::policy::Capacity;
use antri::domain::ticket::Ticket;
use antri::engine::ports::{Change, CommitError, Guard, Store, Write};
use std::sync::Arc;

fn changed(n: u64, max: u16, change: impl FnOnce(&mut Person)) -> Person {
    let mut person = agent(n, max);
    change(&mut person);
    person
}

fn profile(person: &mut Person) -> &mut antri::domain::person::AgentProfile {
    person.agent.as_mut().unwrap()
}

/// Creates agents 2 to 7, each of whom fails one condition of the eligible guard, and agent 1, who fails
/// none.
async fn create_guard_agents(store: &dyn Store) {
    let agents = vec![
        agent(1, 2),
        changed(2, 2, |p| profile(p).availability = Availability::Busy),
        changed(3, 2, |p| profile(p).availability = Availability::Away),
        changed(4, 2, |p| profile(p).availability = Availability::Offline),
        changed(5, 2, |p| p.reachable = false),
        changed(6, 2, |p| profile(p).auto_assignment_enabled = false),
        person(7),
    ];
    commit_all(store, agents.into_iter().map(|p| person_write(p, None)).collect()).await;
}

pub(crate) async fn the_eligible_guard_rejects_agents_who_are_not_eligible(store: Arc<dyn Store>) {
    create_guard_agents(&*store).await;
    let t = open(&*store, ticket(1)).await;
    for n in 2..=8 {
        let refused = commit_one(&*store, assignment(&t, n, 0, Guard::Eligible)).await;
        assert_eq!(refused, Err(CommitError::Conflict), "agent {n}");
    }
    assert_eq!(
        commit_one(&*store, assignment(&t, 1, 2, Guard::Eligible)).await,
        Err(CommitError::Conflict),
        "slot 2 of 2"
    );
    assert_eq!(read(&*store, t.id).await, t);
    commit_one(&*store, assignment(&t, 1, 1, Guard::Eligible)).await.unwrap();
    assert_eq!(read(&*store, t.id).await.holder(), Some(person_id(1)));
}

pub(crate) async fn last_assigned_moves_only_with_a_committed_engine_assignment(store: Arc<dyn Store>) {
    create_guard_agents(&*store).await;
    let opened = open_tickets(&*store, 1..=3).await;
    let last_assigned = |n| {
        let store = store.clone();
        async move { store.person(person_id(n)).await.unwrap().unwrap().agent.unwrap().last_assigned }
    };
    commit_one(&*store, assignment(&opened[0], 6, 0, Guard::Capacity)).await.unwrap();
    assert_eq!(last_assigned(6).await, None, "only an engine assignment sets it");
    commit_one(&*store, assignment(&opened[1], 1, 0, Guard::Eligible)).await.unwrap();
    assert_eq!(last_assigned(1).await, Some(at(100)));

    let other = opened[2].assign(person_id(1), antri::domain::ids::Slot(0), at(300)).unwrap();
    assert_eq!(commit_one(&*store, ticket_update(other, Guard::Eligible)).await, Err(CommitError::Conflict));
    assert_eq!(last_assigned(1).await, Some(at(100)), "the slot was taken, so it does not change");
    let stale = opened[1].assign(person_id(1), antri::domain::ids::Slot(1), at(300)).unwrap();
    assert_eq!(commit_one(&*store, ticket_update(stale, Guard::Eligible)).await, Err(CommitError::Conflict));
    assert_eq!(last_assigned(1).await, Some(at(100)), "the version was stale, so it does not change");
    assert_eq!(store.agents().await.unwrap()[0].agent.as_ref().unwrap().last_assigned, Some(at(100)));
    let earlier = opened[2].assign(person_id(1), antri::domain::ids::Slot(1), at(99)).unwrap();
    commit_one(&*store, ticket_update(earlier, Guard::Eligible)).await.unwrap();
    assert_eq!(last_assigned(1).await, Some(at(100)), "an earlier assignment that is committed later");
}

pub(crate) async fn the_capacity_guard_checks_only_the_capacity(store: Arc<dyn Store>) {
    create_guard_agents(&*store).await;
    let opened = open_tickets(&*store, 1..=6).await;
    for n in 1..=6 {
        commit_one(&*store, assignment(&opened[usize::try_from(n).unwrap() - 1], n, 1, Guard::Capacity))
            .await
            .unwrap();
    }
    let t = open(&*store, ticket(7)).await;
    assert_eq!(
        commit_one(&*store, assignment(&t, 1, 2, Guard::Capacity)).await,
        Err(CommitError::Conflict),
        "slot 2 of 2"
    );
    assert_eq!(
        commit_one(&*store, assignment(&t, 7, 0, Guard::Capacity)).await,
        Err(CommitError::Conflict),
        "no agent"
    );
    assert_eq!(
        commit_one(&*store, assignment(&t, 8, 0, Guard::Capacity)).await,
        Err(CommitError::Conflict),
        "no such person"
    );
}

pub(crate) async fn the_override_guard_requires_only_an_agent(store: Arc<dyn Store>) {
    create_guard_agents(&*store).await;
    let t = open(&*store, ticket(1)).await;
    assert_eq!(
        commit_one(&*store, assignment(&t, 7, 0, Guard::Override)).await,
        Err(CommitError::Conflict),
        "no agent"
    );
    assert_eq!(
        commit_one(&*store, assignment(&t, 8, 0, Guard::Override)).await,
        Err(CommitError::Conflict),
        "no such person"
    );
    commit_one(&*store, assignment(&t, 5, 17, Guard::Override)).await.unwrap();
    assert_eq!(ticket_numbers(&store.held_by(person_id(5)).await.unwrap()), [1]);
}

pub(crate) async fn a_lowered_capacity_keeps_held_tickets(store: Arc<dyn Store>) {
    join(&*store, [1], 3).await;
    let opened = open_tickets(&*store, 1..=4).await;
    for slot in 0..3_u16 {
        commit_one(&*store, assignment(&opened[usize::from(slot)], 1, slot, Guard::Eligible)).await.unwrap();
    }
    let mut less = store.person(person_id(1)).await.unwrap().unwrap();
    profile(&mut less).max_tickets = Capacity::new(1).unwrap();
    less.version = less.version.next();
    commit_one(&*store, person_write(less, Some(0))).await.unwrap();
    assert_eq!(store.held_by(person_id(1)).await.unwrap().len(), 3);

    // A ticket above the capacity can still be worked on, and its slot is not assigned again.
    let above = read(&*store, opened[2].id).await;
    commit_one(&*store, ticket_update(above.start(person_id(1), at(200)).unwrap(), Guard::None))
        .await
        .unwrap();
    let done = read(&*store, above.id).await.complete(person_id(1), at(201)).unwrap();
    commit_one(&*store, ticket_update(done, Guard::None)).await.unwrap();
    assert_eq!(
        commit_one(&*store, assignment(&opened[3], 1, 2, Guard::Eligible)).await,
        Err(CommitError::Conflict)
    );
}

pub(crate) async fn a_slot_released_by_a_change_is_free_for_the_next_of_its_commit(store: Arc<dyn Store>) {
    join(&*store, [1, 2], 1).await;
    let opened = open_tickets(&*store, 1..=2).await;
    commit_one(&*store, assignment(&opened[0], 1, 0, Guard::Eligible)).await.unwrap();
    let first = read(&*store, ticket_id(1)).await;
    // One ticket moves to the slot of the same number of the other agent, and another ticket into the slot
    // that becomes free.
    commit_all(
        &*store,
        vec![assignment(&first, 2, 0, Guard::Override), assignment(&opened[1], 1, 0, Guard::Eligible)],
    )
    .await;
    assert_eq!(ticket_numbers(&store.held_by(person_id(1)).await.unwrap()), [2]);
    assert_eq!(ticket_numbers(&store.held_by(person_id(2)).await.unwrap()), [1]);
    let late = open(&*store, ticket(3)).await;
    assert_eq!(
        commit_one(&*store, assignment(&late, 2, 0, Guard::Override)).await,
        Err(CommitError::Conflict)
    );
}

pub(crate) async fn a_new_ticket_can_take_a_slot_released_in_its_commit(store: Arc<dyn Store>) {
    join(&*store, [1, 2], 1).await;
    for (n, by) in [(1, 1), (2, 2)] {
        let opened = open(&*store, ticket(n)).await;
        commit_one(&*store, assignment(&opened, by, 0, Guard::Eligible)).await.unwrap();
    }
    let (first, second) = (read(&*store, ticket_id(1)).await, read(&*store, ticket_id(2)).await);
    let done =
        |ticket: &Ticket, by| ticket_update(ticket.complete(person_id(by), at(200)).unwrap(), Guard::None);
    let new = vec![opening(ticket(3)), assignment(&ticket(3), 1, 0, Guard::FirstInQueue)];
    commit_all(&*store, [vec![done(&first, 1), done(&second, 2)], new].concat()).await;
    assert_eq!(ticket_numbers(&store.all_held().await.unwrap()), [3]);
    let held = read(&*store, ticket_id(3)).await;
    assert_eq!(held.hold().map(|hold| (hold.agent, hold.slot.0)), Some((person_id(1), 0)));
    assert_eq!(read(&*store, ticket_id(1)).await.version, first.version.next());
    // One slot is taken, the other is free.
    let more = open_tickets(&*store, 4..=5).await;
    assert_eq!(
        commit_one(&*store, assignment(&more[0], 1, 0, Guard::Override)).await,
        Err(CommitError::Conflict)
    );
    commit_one(&*store, assignment(&more[1], 2, 0, Guard::Override)).await.unwrap();
}

pub(crate) async fn a_rejected_assignment_is_not_overtaken_within_its_commit(store: Arc<dyn Store>) {
    create_guard_agents(&*store).await;
    commit_all(&*store, vec![person_write(agent(9, 2), None)]).await;
    let elsewhere = Ticket { department: department_id(2), ..ticket(4) };
    let mut opened = open_tickets(&*store, 1..=3).await;
    opened.push(open(&*store, elsewhere).await);
    // The first agent is offline. The last ticket belongs to another department. The capacity guard may take
    // tickets out of order.
    let answers = store
        .commit(vec![
            assignment(&opened[0], 4, 0, Guard::Eligible),
            assignment(&opened[1], 1, 0, Guard::Eligible),
            assignment(&opened[2], 9, 0, Guard::Capacity),
            assignment(&opened[3], 1, 1, Guard::Eligible),
        ])
        .await;
    let refused: Vec<_> = answers.into_iter().map(Result::err).collect();
    assert_eq!(refused, [Some(CommitError::Conflict), Some(CommitError::WouldOvertake), None, None]);
    assert_eq!(ticket_numbers(&store.queue_head(department_id(1), true, 9).await.unwrap()), [1, 2]);
    let last_assigned = store.person(person_id(1)).await.unwrap().unwrap().agent.unwrap().last_assigned;
    assert_eq!(last_assigned, Some(at(100)), "it changed once");

    // The next commit is independent of the rejected one.
    let again =
        vec![assignment(&opened[0], 9, 1, Guard::Eligible), assignment(&opened[1], 1, 0, Guard::Eligible)];
    commit_all(&*store, again).await;
    assert_eq!(ticket_numbers(&store.queue_head(department_id(1), true, 9).await.unwrap()), [0_u64; 0]);
}

pub(crate) async fn a_batch_with_a_stale_queue_head_overtakes_no_ticket(store: Arc<dyn Store>) {
    create_guard_agents(&*store).await;
    let opened = open_tickets(&*store, 1..=3).await;
    commit_one(&*store, assignment(&opened[0], 1, 0, Guard::Eligible)).await.unwrap();
    let head = |tickets: &[u64]| {
        let tickets = tickets.iter().map(|n| ticket_id(*n)).collect();
        Change::quiet(Write::AssertQueueHead { department: department_id(1), tickets })
    };
    let second = assignment(&opened[1], 1, 1, Guard::Eligible);
    // The first ticket is released between the read of the queue and the commit.
    let back = read(&*store, ticket_id(1)).await.release(false, at(9)).unwrap();
    commit_one(&*store, ticket_update(back.clone(), Guard::None)).await.unwrap();
    let answers = store.commit(vec![head(&[2]), second.clone()]).await;
    assert_eq!(answers, [Err(CommitError::Conflict), Err(CommitError::WouldOvertake)]);
    for wrong in [&[2, 1][..], &[1, 3], &[1, 2, 3, 4]] {
        assert_eq!(commit_one(&*store, head(wrong)).await, Err(CommitError::Conflict), "{wrong:?}");
    }
    assert_eq!(ticket_numbers(&store.queue_head(department_id(1), true, 9).await.unwrap()), [1, 2, 3]);
    commit_all(&*store, vec![head(&[1, 2]), assignment(&back, 1, 0, Guard::Eligible), second]).await;
    assert_eq!(ticket_numbers(&store.queue_head(department_id(1), true, 9).await.unwrap()), [3]);
    assert_eq!(store.depths().await.unwrap()[&department_id(1)], 1);
}
