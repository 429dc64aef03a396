//! What is checked of the agent in the same step in which they get a ticket.
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

/// Agents of whom each fails one condition of the engine's; agent 1 fails none.
async fn crew(store: &dyn Store) {
    let crew = vec![
        agent(1, 2),
        changed(2, 2, |p| profile(p).availability = Availability::Busy),
        changed(3, 2, |p| profile(p).availability = Availability::Away),
        changed(4, 2, |p| profile(p).availability = Availability::Offline),
        changed(5, 2, |p| p.reachable = false),
        changed(6, 2, |p| profile(p).auto_assignment_enabled = false),
        person(7),
    ];
    all(store, crew.into_iter().map(|p| writing(p, None)).collect()).await;
}

pub(crate) async fn the_engine_gives_only_to_whom_it_may(store: Arc<dyn Store>) {
    crew(&*store).await;
    let t = open(&*store, ticket(1)).await;
    for n in 2..=8 {
        let refused = one(&*store, giving(&t, n, 0, Guard::Eligible)).await;
        assert_eq!(refused, Err(CommitError::Conflict), "agent {n}");
    }
    assert_eq!(
        one(&*store, giving(&t, 1, 2, Guard::Eligible)).await,
        Err(CommitError::Conflict),
        "slot 2 of 2"
    );
    assert_eq!(read(&*store, t.id).await, t);
    one(&*store, giving(&t, 1, 1, Guard::Eligible)).await.unwrap();
    assert_eq!(read(&*store, t.id).await.holder(), Some(who(1)));
}

pub(crate) async fn a_turn_is_spent_with_the_assignment_only(store: Arc<dyn Store>) {
    crew(&*store).await;
    let opened = open_n(&*store, 1..=3).await;
    let turn = |n| {
        let store = store.clone();
        async move { store.person(who(n)).await.unwrap().unwrap().agent.unwrap().last_assigned }
    };
    one(&*store, giving(&opened[0], 6, 0, Guard::Capacity)).await.unwrap();
    assert_eq!(turn(6).await, None, "by hand it is no turn");
    one(&*store, giving(&opened[1], 1, 0, Guard::Eligible)).await.unwrap();
    assert_eq!(turn(1).await, Some(at(100)));

    let other = opened[2].assign(who(1), antri::domain::ids::Slot(0), at(300)).unwrap();
    assert_eq!(one(&*store, moving(other, Guard::Eligible)).await, Err(CommitError::Conflict));
    assert_eq!(turn(1).await, Some(at(100)), "the slot was taken, so the turn is not spent");
    let stale = opened[1].assign(who(1), antri::domain::ids::Slot(1), at(300)).unwrap();
    assert_eq!(one(&*store, moving(stale, Guard::Eligible)).await, Err(CommitError::Conflict));
    assert_eq!(turn(1).await, Some(at(100)), "the ticket was gone, so the turn is not spent");
    assert_eq!(store.agents().await.unwrap()[0].agent.as_ref().unwrap().last_assigned, Some(at(100)));
    let earlier = opened[2].assign(who(1), antri::domain::ids::Slot(1), at(99)).unwrap();
    one(&*store, moving(earlier, Guard::Eligible)).await.unwrap();
    assert_eq!(turn(1).await, Some(at(100)), "a turn of before that is committed late");
}

pub(crate) async fn by_hand_only_the_capacity_counts(store: Arc<dyn Store>) {
    crew(&*store).await;
    let opened = open_n(&*store, 1..=6).await;
    for n in 1..=6 {
        one(&*store, giving(&opened[usize::try_from(n).unwrap() - 1], n, 1, Guard::Capacity)).await.unwrap();
    }
    let t = open(&*store, ticket(7)).await;
    assert_eq!(
        one(&*store, giving(&t, 1, 2, Guard::Capacity)).await,
        Err(CommitError::Conflict),
        "slot 2 of 2"
    );
    assert_eq!(one(&*store, giving(&t, 7, 0, Guard::Capacity)).await, Err(CommitError::Conflict), "no agent");
    assert_eq!(one(&*store, giving(&t, 8, 0, Guard::Capacity)).await, Err(CommitError::Conflict), "nobody");
}

pub(crate) async fn anyway_needs_an_agent_and_nothing_else(store: Arc<dyn Store>) {
    crew(&*store).await;
    let t = open(&*store, ticket(1)).await;
    assert_eq!(one(&*store, giving(&t, 7, 0, Guard::Override)).await, Err(CommitError::Conflict), "no agent");
    assert_eq!(one(&*store, giving(&t, 8, 0, Guard::Override)).await, Err(CommitError::Conflict), "nobody");
    one(&*store, giving(&t, 5, 17, Guard::Override)).await.unwrap();
    assert_eq!(names(&store.held_by(who(5)).await.unwrap()), [1]);
}

pub(crate) async fn a_lowered_capacity_takes_nothing_away(store: Arc<dyn Store>) {
    join(&*store, [1], 3).await;
    let opened = open_n(&*store, 1..=4).await;
    for slot in 0..3_u16 {
        one(&*store, giving(&opened[usize::from(slot)], 1, slot, Guard::Eligible)).await.unwrap();
    }
    let mut less = store.person(who(1)).await.unwrap().unwrap();
    profile(&mut less).max_tickets = Capacity::new(1).unwrap();
    less.version = less.version.next();
    one(&*store, writing(less, Some(0))).await.unwrap();
    assert_eq!(store.held_by(who(1)).await.unwrap().len(), 3);

    // What is above the capacity can still be worked on, and its slot is not given again.
    let above = read(&*store, opened[2].id).await;
    one(&*store, moving(above.start(who(1), at(200)).unwrap(), Guard::None)).await.unwrap();
    let done = read(&*store, above.id).await.complete(who(1), at(201)).unwrap();
    one(&*store, moving(done, Guard::None)).await.unwrap();
    assert_eq!(one(&*store, giving(&opened[3], 1, 2, Guard::Eligible)).await, Err(CommitError::Conflict));
}

pub(crate) async fn a_slot_changes_hands_within_one_commit(store: Arc<dyn Store>) {
    join(&*store, [1, 2], 1).await;
    let opened = open_n(&*store, 1..=2).await;
    one(&*store, giving(&opened[0], 1, 0, Guard::Eligible)).await.unwrap();
    let first = read(&*store, ticket_id(1)).await;
    // To the other agent's slot of the same number, and into the one that falls free.
    all(&*store, vec![giving(&first, 2, 0, Guard::Override), giving(&opened[1], 1, 0, Guard::Eligible)])
        .await;
    assert_eq!(names(&store.held_by(who(1)).await.unwrap()), [2]);
    assert_eq!(names(&store.held_by(who(2)).await.unwrap()), [1]);
    let late = open(&*store, ticket(3)).await;
    assert_eq!(one(&*store, giving(&late, 2, 0, Guard::Override)).await, Err(CommitError::Conflict));
}

pub(crate) async fn a_new_ticket_takes_a_slot_that_falls_free_in_its_commit(store: Arc<dyn Store>) {
    join(&*store, [1, 2], 1).await;
    for (n, by) in [(1, 1), (2, 2)] {
        let opened = open(&*store, ticket(n)).await;
        one(&*store, giving(&opened, by, 0, Guard::Eligible)).await.unwrap();
    }
    let (first, second) = (read(&*store, ticket_id(1)).await, read(&*store, ticket_id(2)).await);
    let done = |ticket: &Ticket, by| moving(ticket.complete(who(by), at(200)).unwrap(), Guard::None);
    let new = vec![opening(ticket(3)), giving(&ticket(3), 1, 0, Guard::FirstInQueue)];
    all(&*store, [vec![done(&first, 1), done(&second, 2)], new].concat()).await;
    assert_eq!(names(&store.all_held().await.unwrap()), [3]);
    let held = read(&*store, ticket_id(3)).await;
    assert_eq!(held.hold().map(|hold| (hold.agent, hold.slot.0)), Some((who(1), 0)));
    assert_eq!(read(&*store, ticket_id(1)).await.version, first.version.next());
    // The one slot is taken, the other is free.
    let more = open_n(&*store, 4..=5).await;
    assert_eq!(one(&*store, giving(&more[0], 1, 0, Guard::Override)).await, Err(CommitError::Conflict));
    one(&*store, giving(&more[1], 2, 0, Guard::Override)).await.unwrap();
}

pub(crate) async fn a_refused_one_is_not_overtaken_by_what_follows_in_its_commit(store: Arc<dyn Store>) {
    crew(&*store).await;
    all(&*store, vec![writing(agent(9, 2), None)]).await;
    let elsewhere = Ticket { department: dept(2), ..ticket(4) };
    let mut opened = open_n(&*store, 1..=3).await;
    opened.push(open(&*store, elsewhere).await);
    // The first goes to somebody who left; the last is no neighbour of it; by hand anybody may be taken out of turn.
    let answers = store
        .commit(vec![
            giving(&opened[0], 4, 0, Guard::Eligible),
            giving(&opened[1], 1, 0, Guard::Eligible),
            giving(&opened[2], 9, 0, Guard::Capacity),
            giving(&opened[3], 1, 1, Guard::Eligible),
        ])
        .await;
    let refused: Vec<_> = answers.into_iter().map(Result::err).collect();
    assert_eq!(refused, [Some(CommitError::Conflict), Some(CommitError::WouldOvertake), None, None]);
    assert_eq!(names(&store.queue_head(dept(1), true, 9).await.unwrap()), [1, 2]);
    let turn = store.person(who(1)).await.unwrap().unwrap().agent.unwrap().last_assigned;
    assert_eq!(turn, Some(at(100)), "one turn was spent");

    // The next commit begins anew.
    let again = vec![giving(&opened[0], 9, 1, Guard::Eligible), giving(&opened[1], 1, 0, Guard::Eligible)];
    all(&*store, again).await;
    assert_eq!(names(&store.queue_head(dept(1), true, 9).await.unwrap()), [0_u64; 0]);
}

pub(crate) async fn what_has_come_before_a_batch_is_not_overtaken_by_it(store: Arc<dyn Store>) {
    crew(&*store).await;
    let opened = open_n(&*store, 1..=3).await;
    one(&*store, giving(&opened[0], 1, 0, Guard::Eligible)).await.unwrap();
    let head = |tickets: &[u64]| {
        let tickets = tickets.iter().map(|n| ticket_id(*n)).collect();
        Change::quiet(Write::AssertQueueHead { department: dept(1), tickets })
    };
    let second = giving(&opened[1], 1, 1, Guard::Eligible);
    // The first is put back between the look at the queue and the commit.
    let back = read(&*store, ticket_id(1)).await.release().unwrap();
    one(&*store, moving(back.clone(), Guard::None)).await.unwrap();
    let answers = store.commit(vec![head(&[2]), second.clone()]).await;
    assert_eq!(answers, [Err(CommitError::Conflict), Err(CommitError::WouldOvertake)]);
    for wrong in [&[2, 1][..], &[1, 3], &[1, 2, 3, 4]] {
        assert_eq!(one(&*store, head(wrong)).await, Err(CommitError::Conflict), "{wrong:?}");
    }
    assert_eq!(names(&store.queue_head(dept(1), true, 9).await.unwrap()), [1, 2, 3]);
    all(&*store, vec![head(&[1, 2]), giving(&back, 1, 0, Guard::Eligible), second]).await;
    assert_eq!(names(&store.queue_head(dept(1), true, 9).await.unwrap()), [3]);
    assert_eq!(store.depths().await.unwrap()[&dept(1)], 1);
}
