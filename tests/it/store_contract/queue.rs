//! The queue: ordered by priority, then by arrival, whatever happened to a ticket in between.
use super::fixture::*;
use antri::domain::ids::DepartmentId;
use antri::domain::ticket::{Priority, Ticket};
use antri::engine::ports::{Guard, QueueDepths, Store};
use std::sync::Arc;

async fn page(store: &dyn Store) -> Vec<u64> {
    ticket_numbers(&store.queue_page(&[department_id(1)], 0, 100).await.unwrap())
}

async fn head(store: &dyn Store, auto: bool, limit: usize) -> Vec<u64> {
    ticket_numbers(&store.queue_head(department_id(1), auto, limit).await.unwrap())
}

fn with(n: u64, priority: Priority, auto: bool) -> Ticket {
    Ticket { priority, auto, ..ticket(n) }
}

/// Returns the opening minutes of the oldest waiting ticket at each priority, which are also its number.
async fn oldest_per_priority(store: &dyn Store, department: u64) -> Vec<Option<u64>> {
    oldest_in(store, Some(department_id(department))).await
}

async fn oldest_of_desk(store: &dyn Store) -> Vec<Option<u64>> {
    oldest_in(store, None).await
}

async fn oldest_in(store: &dyn Store, department: Option<DepartmentId>) -> Vec<Option<u64>> {
    let mut first = Vec::new();
    for priority in Priority::ALL {
        let oldest = store.oldest_waiting(department, priority).await.unwrap();
        first.push(oldest.map(|oldest| {
            let n = u64::try_from((oldest.opened_at - at(-1)).num_minutes()).unwrap();
            assert_eq!(oldest.id, ticket_id(n));
            n
        }));
    }
    first
}

async fn reprioritise(store: &dyn Store, n: u64, priority: Priority) {
    let t = read(store, ticket_id(n)).await;
    let next = Ticket { priority, version: t.version.next(), ..t };
    commit_one(store, ticket_update(next, Guard::None)).await.unwrap();
}

pub(crate) async fn the_queue_is_ordered_by_priority_then_arrival(store: Arc<dyn Store>) {
    let order = [Priority::Low, Priority::Normal, Priority::Urgent, Priority::High];
    for (n, priority) in (1..).zip(order.into_iter().cycle().take(8)) {
        open(&*store, with(n, priority, true)).await;
    }
    assert_eq!(page(&*store).await, [3, 7, 4, 8, 2, 6, 1, 5]);
    assert_eq!(head(&*store, true, 3).await, [3, 7, 4]);
    assert_eq!(head(&*store, false, 5).await, [3, 7, 4, 8, 2]);
    reprioritise(&*store, 5, Priority::Urgent).await;
    assert_eq!(
        page(&*store).await,
        [3, 5, 7, 4, 8, 2, 6, 1],
        "by arrival among the tickets of its new priority"
    );
    assert_eq!(head(&*store, true, 2).await, [3, 5]);
    assert_eq!(store.queue_head(department_id(2), true, 5).await.unwrap(), []);
}

pub(crate) async fn a_released_ticket_returns_to_its_queue_position(store: Arc<dyn Store>) {
    join(&*store, [1], 5).await;
    let opened = open_tickets(&*store, 1..=4).await;
    commit_one(&*store, assignment(&opened[1], 1, 0, Guard::Eligible)).await.unwrap();
    assert_eq!(page(&*store).await, [1, 3, 4]);
    let back = read(&*store, opened[1].id).await.release(false, at(9)).unwrap();
    commit_one(&*store, ticket_update(back, Guard::None)).await.unwrap();
    assert_eq!(page(&*store).await, [1, 2, 3, 4]);
    assert_eq!(read(&*store, opened[1].id).await.arrival, opened[1].arrival);
}

pub(crate) async fn the_queue_head_of_the_engine_holds_only_auto_tickets(store: Arc<dyn Store>) {
    for n in 1..=6 {
        open(&*store, with(n, Priority::Normal, n % 3 == 0)).await;
    }
    open(&*store, with(7, Priority::High, false)).await;
    assert_eq!(head(&*store, true, 10).await, [3, 6]);
    assert_eq!(head(&*store, true, 1).await, [3]);
    assert_eq!(head(&*store, false, 10).await, [7, 1, 2, 3, 4, 5, 6]);
    assert_eq!(head(&*store, false, 4).await, [7, 1, 2, 3]);
}

pub(crate) async fn a_queue_page_spans_departments(store: Arc<dyn Store>) {
    for n in 1..=9 {
        let priority = if n == 9 { Priority::Urgent } else { Priority::Normal };
        open(&*store, Ticket { department: department_id(n % 3), ..with(n, priority, n % 2 == 0) }).await;
    }
    let page = |departments: Vec<u64>, offset, limit| {
        let store = store.clone();
        async move {
            let departments: Vec<_> = departments.into_iter().map(department_id).collect();
            ticket_numbers(&store.queue_page(&departments, offset, limit).await.unwrap())
        }
    };
    assert_eq!(page(vec![0, 1, 2], 0, 4).await, [9, 1, 2, 3]);
    assert_eq!(page(vec![0, 1, 2], 4, 4).await, [4, 5, 6, 7]);
    assert_eq!(page(vec![0, 1, 2], 8, 4).await, [8]);
    assert_eq!(page(vec![0, 1, 2], 9, 4).await, [0; 0]);
    assert_eq!(page(vec![1, 2], 0, 9).await, [1, 2, 4, 5, 7, 8]);
    assert_eq!(page(vec![1, 1], 0, 9).await, [1, 4, 7], "a repeated department counts once");
    assert_eq!(page(vec![], 0, 9).await, [0; 0]);
    assert_eq!(page(vec![1], 0, 0).await, [0; 0]);
    let desk_page = |offset, limit| {
        let store = store.clone();
        async move { ticket_numbers(&store.desk_queue_page(offset, limit).await.unwrap()) }
    };
    assert_eq!(desk_page(0, 4).await, [9, 1, 2, 3]);
    assert_eq!(desk_page(4, 4).await, [4, 5, 6, 7]);
    assert_eq!(desk_page(8, 4).await, [8]);
    assert_eq!(desk_page(9, 4).await, [0; 0]);
    assert_eq!(desk_page(0, 0).await, [0; 0]);
}

pub(crate) async fn the_oldest_waiting_time_is_tracked_per_priority(store: Arc<dyn Store>) {
    join(&*store, [1], 5).await;
    assert_eq!(oldest_per_priority(&*store, 1).await, [None; 4]);
    let minutes = |n| at(60 * i64::try_from(n).unwrap());
    for (n, priority) in
        (1..).zip([Priority::Normal, Priority::Urgent, Priority::Low].into_iter().cycle().take(15))
    {
        // Every second ticket is an auto ticket; the last three belong to another department.
        let department = department_id(if n > 12 { 2 } else { 1 });
        open(&*store, Ticket { created_at: minutes(n), department, ..with(n, priority, n % 2 == 0) }).await;
    }
    assert_eq!(oldest_per_priority(&*store, 1).await, [Some(2), None, Some(1), Some(3)]);
    assert_eq!(oldest_per_priority(&*store, 2).await, [Some(14), None, Some(13), Some(15)]);
    assert_eq!(oldest_of_desk(&*store).await, [Some(2), None, Some(1), Some(3)]);
    let second = read(&*store, ticket_id(2)).await;
    commit_one(&*store, assignment(&second, 1, 0, Guard::Override)).await.unwrap();
    reprioritise(&*store, 1, Priority::High).await;
    assert_eq!(oldest_per_priority(&*store, 1).await, [Some(5), Some(1), Some(4), Some(3)]);
    assert_eq!(oldest_of_desk(&*store).await, [Some(5), Some(1), Some(4), Some(3)]);
    // The ticket returns to its old position.
    let held = read(&*store, ticket_id(2)).await;
    commit_one(&*store, ticket_update(held.release(false, at(9)).unwrap(), Guard::None)).await.unwrap();
    assert_eq!(oldest_per_priority(&*store, 1).await, [Some(2), Some(1), Some(4), Some(3)]);
}

pub(crate) async fn queue_depths_follow_every_ticket_write(store: Arc<dyn Store>) {
    assert_eq!(store.depths().await.unwrap(), QueueDepths::new());
    join(&*store, [1], 5).await;
    let opened = open_tickets(&*store, 1..=3).await;
    open(&*store, Ticket { department: department_id(2), ..with(4, Priority::Low, false) }).await;
    let depths = |one, two| {
        let store = store.clone();
        let expected: QueueDepths =
            [(department_id(1), one), (department_id(2), two)].into_iter().filter(|(_, n)| *n > 0).collect();
        async move {
            assert_eq!(store.waiting_count().await.unwrap(), expected.values().sum::<u64>());
            assert_eq!(store.depths().await.unwrap(), expected);
        }
    };
    depths(3, 1).await;
    commit_one(&*store, assignment(&opened[0], 1, 0, Guard::Eligible)).await.unwrap();
    depths(2, 1).await;
    let held = read(&*store, opened[0].id).await;
    commit_one(&*store, ticket_update(held.start(person_id(1), at(101)).unwrap(), Guard::None))
        .await
        .unwrap();
    depths(2, 1).await;
    let back = read(&*store, held.id).await.release(false, at(9)).unwrap();
    commit_one(&*store, ticket_update(back, Guard::None)).await.unwrap();
    depths(3, 1).await;
    reprioritise(&*store, 2, Priority::Urgent).await;
    depths(3, 1).await;
    let elsewhere =
        Ticket { department: department_id(2), version: opened[2].version.next(), ..opened[2].clone() };
    commit_one(&*store, ticket_update(elsewhere, Guard::None)).await.unwrap();
    depths(2, 2).await;
    for n in 1..=4 {
        let t = read(&*store, ticket_id(n)).await;
        commit_one(&*store, ticket_update(t.cancel(person_id(900), at(200)).unwrap(), Guard::None))
            .await
            .unwrap();
    }
    depths(0, 0).await;
}

pub(crate) async fn positions_start_at_one_in_queue_order(store: Arc<dyn Store>) {
    for n in 1..=24 {
        let priority = Priority::ALL[usize::try_from(n % 4).unwrap()];
        open(&*store, with(n, priority, n % 3 != 0)).await;
    }
    open(&*store, Ticket { department: department_id(2), ..ticket(25) }).await;
    let check = || {
        let store = store.clone();
        async move {
            let queue = store.queue_page(&[department_id(1)], 0, 100).await.unwrap();
            for (index, t) in (1..).zip(&queue) {
                let position = store.position(t.department, t.priority, t.arrival).await.unwrap();
                assert_eq!(position, index, "{:?} {:?}", t.priority, t.arrival);
            }
            queue.len()
        }
    };
    assert_eq!(check().await, 24);
    for n in [4, 7, 13, 24] {
        let t = read(&*store, ticket_id(n)).await;
        commit_one(&*store, ticket_update(t.cancel(person_id(900), at(200)).unwrap(), Guard::None))
            .await
            .unwrap();
    }
    reprioritise(&*store, 1, Priority::Low).await;
    assert_eq!(check().await, 20);
}

pub(crate) async fn the_opening_context_counts_the_tickets_ahead(store: Arc<dyn Store>) {
    let ahead = |priority| {
        let store = store.clone();
        async move { store.opening_context(department_id(1), priority).await.unwrap().ahead }
    };
    assert_eq!(ahead(Priority::Normal).await, 0, "the queue is empty");
    for n in 1..=24 {
        let priority = Priority::ALL[usize::try_from(n % 4).unwrap()];
        let before = ahead(priority).await;
        let opened = open(&*store, with(n, priority, n % 3 != 0)).await;
        let position = store.position(opened.department, priority, opened.arrival).await.unwrap();
        assert_eq!(position, before + 1, "{priority:?}");
    }
    assert_eq!(ahead(Priority::Low).await, 24);
}
