//! Concurrent commits: one caller wins, the others get an error.
use super::fixture::*;
use antri::domain::ids::Slot;
use antri::domain::ticket::{Priority, Ticket};
use antri::engine::ports::{Change, CommitError, Committed, Guard, Store, UniqueKey, Write};
use std::sync::Arc;

const CALLERS: u64 = 64;

type Answer = Result<Committed, CommitError>;

/// Commits all changes concurrently, each in a task of its own; returns the number of winners, and the errors
/// of the others.
async fn race(store: &Arc<dyn Store>, changes: Vec<Change>) -> (usize, Vec<CommitError>) {
    let start = Arc::new(tokio::sync::Barrier::new(changes.len()));
    let racers: Vec<_> = changes
        .into_iter()
        .map(|change| {
            let (store, start) = (store.clone(), start.clone());
            tokio::spawn(async move {
                start.wait().await;
                commit_one(&*store, change).await
            })
        })
        .collect();
    let mut answers: Vec<Answer> = Vec::new();
    for racer in racers {
        answers.push(racer.await.unwrap());
    }
    let won = answers.iter().filter(|answer| answer.is_ok()).count();
    (won, answers.into_iter().filter_map(Result::err).collect())
}

pub(crate) async fn concurrent_assignments_of_one_ticket_have_one_winner(store: Arc<dyn Store>) {
    join(&*store, 1..=CALLERS, 5).await;
    let t = open(&*store, ticket(1)).await;
    let (won, lost) =
        race(&store, (1..=CALLERS).map(|n| assignment(&t, n, 0, Guard::Eligible)).collect()).await;
    assert_eq!(won, 1);
    assert!(lost.iter().all(|error| *error == CommitError::Conflict), "{lost:?}");
    assert_eq!(store.all_held().await.unwrap().len(), 1);
    let agents = store.agents().await.unwrap();
    let assigned = agents.iter().filter(|p| p.agent.as_ref().unwrap().last_assigned.is_some()).count();
    assert_eq!(assigned, 1, "only the winner's last_assigned changes");
}

pub(crate) async fn concurrent_assignments_to_one_slot_have_one_winner(store: Arc<dyn Store>) {
    join(&*store, [1], 1).await;
    let opened = open_tickets(&*store, 1..=CALLERS).await;
    let (won, lost) =
        race(&store, opened.iter().map(|t| assignment(t, 1, 0, Guard::Eligible)).collect()).await;
    assert_eq!(won, 1);
    assert!(lost.iter().all(|error| *error == CommitError::Conflict), "{lost:?}");
    assert_eq!(store.held_by(person_id(1)).await.unwrap().len(), 1);
    assert_eq!(store.depths().await.unwrap()[&department_id(1)], CALLERS - 1);
}

pub(crate) async fn concurrent_openings_with_one_key_open_one_ticket(store: Arc<dyn Store>) {
    let open =
        |n| Write::OpenTicket { ticket: Box::new(ticket(n)), key: "the draft".to_owned(), limit: None };
    let (won, lost) = race(&store, (1..=CALLERS).map(|n| Change::quiet(open(n))).collect()).await;
    assert_eq!(won, 1);
    let duplicate = CommitError::Duplicate(UniqueKey::Idempotency);
    assert!(lost.iter().all(|error| *error == duplicate), "{lost:?}");
    assert_eq!(store.depths().await.unwrap()[&department_id(1)], 1);
}

pub(crate) async fn concurrent_claims_take_each_chat_once(store: Arc<dyn Store>) {
    // Ten chats can be claimed once each, while tickets are assigned concurrently.
    store.enqueue((0..30).map(|n| text(n % 10, "halo")).collect(), at(1)).await.unwrap();
    join(&*store, [1], 100).await;
    let opened = open_tickets(&*store, 1..=16).await;
    let claimers: Vec<_> = (0..16)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.claim(3, at(2)).await.unwrap() })
        })
        .collect();
    let slots = (0..).map(Slot);
    let given = opened.iter().zip(slots).map(|(t, slot)| assignment(t, 1, slot.0, Guard::Eligible));
    let (won, _) = race(&store, given.collect()).await;
    assert_eq!(won, 16);
    let mut chats = Vec::new();
    for claimer in claimers {
        chats.extend(claimer.await.unwrap().into_iter().map(|claimed| claimed.chat.0));
    }
    chats.sort_unstable();
    assert_eq!(chats, (0..10).collect::<Vec<_>>());
}

fn head(tickets: &[u64]) -> Change {
    let tickets = tickets.iter().map(|n| ticket_id(*n)).collect();
    Change::quiet(Write::AssertQueueHead { department: department_id(1), tickets })
}

pub(crate) async fn a_queue_head_counts_what_was_written_before_it(store: Arc<dyn Store>) {
    join(&*store, [1], 9).await;
    let opened = open_tickets(&*store, 1..=4).await;
    // A ticket that leaves the queue uncovers those behind it.
    commit_all(&*store, vec![assignment(&opened[0], 1, 0, Guard::Override), head(&[2, 3, 4])]).await;
    // A ticket that comes back is before those that arrived later.
    let back = read(&*store, ticket_id(1)).await.release(false, at(9)).unwrap();
    let answers = store.commit(vec![ticket_update(back, Guard::None), head(&[2])]).await;
    assert_eq!(answers[1], Err(CommitError::Conflict));
    assert_eq!(ticket_numbers(&store.queue_head(department_id(1), true, 9).await.unwrap()), [1, 2, 3, 4]);
    // A new ticket is the last of its priority, and before those of a lower one.
    let urgent = Ticket { priority: Priority::Urgent, ..ticket(6) };
    let order = vec![opening(ticket(5)), opening(urgent), head(&[6, 1, 2, 3, 4, 5])];
    commit_all(&*store, order).await;
    let later = store.commit(vec![opening(ticket(7)), head(&[6, 1, 2, 3, 4, 7])]).await;
    assert_eq!(later[1], Err(CommitError::Conflict));
    // A ticket of another department does not count.
    let elsewhere = Ticket { department: department_id(2), priority: Priority::Urgent, ..ticket(8) };
    commit_all(&*store, vec![opening(elsewhere), head(&[6, 1])]).await;
}

pub(crate) async fn concurrent_commands_agree_on_the_queue_head(store: Arc<dyn Store>) {
    join(&*store, [1, 2], 100).await;
    for n in (1..40).step_by(2) {
        let opened = open_tickets(&*store, [n, n + 1]).await;
        let slot = u16::try_from(n).unwrap();
        // One picks the first ticket up while a round assigns both.
        let picked = commit_one(&*store, assignment(&opened[0], 1, slot, Guard::Override));
        let round = store.commit(vec![
            head(&[n, n + 1]),
            assignment(&opened[0], 2, slot, Guard::Eligible),
            assignment(&opened[1], 2, slot + 1, Guard::Eligible),
        ]);
        // Whatever was first, a round for the second ticket sees the first one as gone.
        let (picked, round) = tokio::join!(picked, round);
        if picked.is_ok() {
            assert_eq!(round[0], Err(CommitError::Conflict), "{n}: the head was taken before");
            assert_eq!(round[2], Err(CommitError::WouldOvertake), "{n}");
            commit_all(&*store, vec![head(&[n + 1]), assignment(&opened[1], 2, slot + 1, Guard::Eligible)])
                .await;
        } else {
            assert!(round.iter().all(Result::is_ok), "{n}: {round:?}");
        }
    }
}
