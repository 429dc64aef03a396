//! Tests of the lists of tickets for staff.
use super::*;
use crate::bot::cards::views::{MyQueueView, QueueView};
use crate::domain::person::Availability;

fn numbered(n: u128, number: &str, label: &str, minutes: i64, status: Status) -> TicketView {
    TicketView {
        id: TicketId(Uuid::from_u128(n)),
        number: TicketNumber::parse(number).unwrap(),
        label: label.into(),
        created_at: minutes_ago(minutes + 1),
        assigned_at: Some(minutes_ago(minutes)),
        ..held_ticket(status)
    }
}

/// The three tickets of the mock-up in the plan.
fn example_tickets() -> Vec<TicketView> {
    vec![
        numbered(1, "INC120420251352536CO", "HSI INDIBIZ - TROUBLESHOOT", 10, Status::InProgress),
        numbered(2, "INC120420251353295LM", "WMSLite - PUSH BIMA", 5, Status::Assigned),
        numbered(3, "INC120420251353425NL", "BITSTREAM - RECONFIG", 2, Status::Assigned),
    ]
}

fn queue(held: u16, tickets: Vec<TicketView>) -> MyQueueView {
    MyQueueView {
        availability: Availability::Online,
        lost: false,
        auto: true,
        held,
        max: 5,
        page: 0,
        pages: 1,
        first: 1,
        tickets,
    }
}

#[test]
fn my_queue_is_the_mock_up_of_the_plan() {
    check("my_queue", |w| my_queue(w, &queue(3, example_tickets())));
}

#[test]
fn my_queue_is_empty_or_on_its_second_page() {
    check("my_queue_empty", |w| my_queue(w, &queue(0, Vec::new())));
    let mut tickets = vec![numbered(9, "INC120420251352536CP", "BITSTREAM - RECONFIG", 90, Status::Pending)];
    tickets[0].priority = Priority::High;
    let second = MyQueueView { max: 12, page: 1, pages: 3, first: 9, ..queue(9, tickets) };
    check("my_queue_second_page", |w| my_queue(w, &second));
}

#[test]
fn my_queue_says_why_no_ticket_comes() {
    let with = |availability, lost, auto, held| MyQueueView {
        availability,
        lost,
        auto,
        held,
        ..queue(held, example_tickets().into_iter().take(1).collect())
    };
    check("my_queue_offline", |w| my_queue(w, &with(Availability::Offline, true, true, 1)));
    check("my_queue_busy", |w| my_queue(w, &with(Availability::Busy, false, true, 1)));
    check("my_queue_lost", |w| my_queue(w, &with(Availability::Online, true, true, 1)));
    check("my_queue_full", |w| my_queue(w, &with(Availability::Online, false, true, 5)));
    check("my_queue_manual", |w| my_queue(w, &with(Availability::Online, false, false, 4)));
    check("my_queue_manual_over", |w| my_queue(w, &with(Availability::Online, false, false, 6)));
    check("my_queue_manual_offline", |w| my_queue(w, &with(Availability::Offline, false, false, 1)));
}

#[test]
fn waiting_tickets_with_and_without_pick_up() {
    let mut tickets = example_tickets();
    tickets[0].priority = Priority::Urgent;
    tickets[2].priority = Priority::Low;
    let view = |pick_up: bool| QueueView {
        page: 0,
        pages: 2,
        total: 11,
        first: 1,
        is_admin: false,
        pick_up: tickets.iter().filter(|_| pick_up).map(|t| t.id).collect(),
        tickets: tickets.clone(),
    };
    check("waiting", |w| waiting(w, &view(false)));
    check("waiting_pick_up", |w| waiting(w, &view(true)));
    check("waiting_admin", |w| waiting(w, &QueueView { is_admin: true, ..view(false) }));
    check("waiting_admin_pick_up", |w| waiting(w, &QueueView { is_admin: true, ..view(true) }));
    let nothing = QueueView { pages: 0, total: 0, tickets: Vec::new(), ..view(true) };
    check("waiting_empty", |w| waiting(w, &nothing));
}
