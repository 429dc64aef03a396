//! The assertion of a queue's head: it sees what was written before it, in its own commit and in others that
//! share its transaction.
use super::fixture::*;
use antri::domain::ticket::{Priority, Ticket};
use antri::engine::ports::{Change, CommitError, Guard, Store, Write};
use std::sync::Arc;

fn head(tickets: &[u64]) -> Change {
    let tickets = tickets.iter().map(|n| ticket_id(*n)).collect();
    Change::quiet(Write::AssertQueueHead { department: department_id(1), tickets })
}

pub(crate) async fn a_queue_head_counts_what_was_written_before_it(store: Arc<dyn Store>) {
    join(&*store, [1], 9).await;
    let opened = open_tickets(&*store, 1..=4).await;
    // A ticket that leaves the queue uncovers those behind it.
    all(&*store, vec![giving(&opened[0], 1, 0, Guard::Override), head(&[2, 3, 4])]).await;
    // A ticket that comes back is before those that arrived later.
    let back = read(&*store, ticket_id(1)).await.release(false, at(9)).unwrap();
    let answers = store.commit(vec![moving(back, Guard::None), head(&[2])]).await;
    assert_eq!(answers[1], Err(CommitError::Conflict));
    assert_eq!(ticket_numbers(&store.queue_head(department_id(1), true, 9).await.unwrap()), [1, 2, 3, 4]);
    // A new ticket is the last of its priority, and before those of a lower one.
    let urgent = Ticket { priority: Priority::Urgent, ..ticket(6) };
    let order = vec![opening(ticket(5)), opening(urgent), head(&[6, 1, 2, 3, 4, 5])];
    all(&*store, order).await;
    let later = store.commit(vec![opening(ticket(7)), head(&[6, 1, 2, 3, 4, 7])]).await;
    assert_eq!(later[1], Err(CommitError::Conflict));
    // A ticket of another department does not count.
    let elsewhere = Ticket { department: department_id(2), priority: Priority::Urgent, ..ticket(8) };
    all(&*store, vec![opening(elsewhere), head(&[6, 1])]).await;
}

pub(crate) async fn concurrent_commands_agree_on_the_queue_head(store: Arc<dyn Store>) {
    join(&*store, [1, 2], 100).await;
    for n in (1..40).step_by(2) {
        let opened = open_tickets(&*store, [n, n + 1]).await;
        let slot = u16::try_from(n).unwrap();
        // One picks the first ticket up while a round assigns both.
        let picked = one(&*store, giving(&opened[0], 1, slot, Guard::Override));
        let round = store.commit(vec![
            head(&[n, n + 1]),
            giving(&opened[0], 2, slot, Guard::Eligible),
            giving(&opened[1], 2, slot + 1, Guard::Eligible),
        ]);
        // Whatever was first, a round for the second ticket sees the first one as gone.
        let (picked, round) = tokio::join!(picked, round);
        if picked.is_ok() {
            assert_eq!(round[0], Err(CommitError::Conflict), "{n}: the head was taken before");
            assert_eq!(round[2], Err(CommitError::WouldOvertake), "{n}");
            all(&*store, vec![head(&[n + 1]), giving(&opened[1], 2, slot + 1, Guard::Eligible)]).await;
        } else {
            assert!(round.iter().all(Result::is_ok), "{n}: {round:?}");
        }
    }
}
