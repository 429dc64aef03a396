//! Tests of the transitions of a completed ticket, and of the first answer.
use super::*;
use crate::domain::ids::{Arrival, CategoryId, ChatId, DepartmentId, TicketId, Version};
use crate::domain::number::TicketNumber;
use crate::domain::ticket::description::Description;
use crate::domain::ticket::{Priority, Status};
use uuid::Uuid;

const WINDOW: Duration = Duration::from_secs(3_600);

fn at(seconds: i64) -> Time {
    Time::from_timestamp(1_764_831_173 + seconds, 0).unwrap()
}

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

/// Returns a ticket of person 9 that agent 1 completed at second 0.
fn completed() -> Ticket {
    Ticket {
        id: TicketId(Uuid::from_u128(1)),
        number: TicketNumber::new(at(0).naive_utc(), 0),
        version: Version(3),
        arrival: Arrival(5),
        customer: person(9),
        customer_chat: ChatId(9),
        department: DepartmentId(Uuid::nil()),
        category: CategoryId(Uuid::nil()),
        description: Description { text: "Internet mati".into(), ..Description::default() },
        priority: Priority::Normal,
        auto: true,
        state: TicketState::Completed { agent: person(1), at: at(0) },
        former_holders: Vec::new(),
        service: ServiceRecord::default(),
        first_answered_at: None,
        created_at: at(-100),
    }
}

fn stars(n: u8) -> Stars {
    Stars::new(n).unwrap()
}

#[test]
fn a_customer_reopens_a_completed_ticket_within_the_window() {
    let ticket = completed();
    let again = ticket.reopen(person(9), 0, (WINDOW, at(3_600))).unwrap();
    assert_eq!((again.status(), again.arrival, again.version), (Status::Queued, Arrival(5), Version(4)));
    assert_eq!(again.service.reopened, 1);
    assert!(again.former_holders.is_empty(), "the agent did not let it go");
    let held = again.reopened_to(person(1), Slot(2), at(10));
    assert_eq!((held.status(), held.holder(), held.version), (Status::Assigned, Some(person(1)), Version(4)));
    assert_eq!(ticket.reopen(person(9), 0, (WINDOW, at(3_601))), Err(Refusal::ReopenTooLate));
    // A clock that was set back ends no window.
    assert!(ticket.reopen(person(9), 0, (WINDOW, at(-9))).is_ok());
    assert!(ticket.reopen(person(9), 0, (Duration::MAX, at(9_999_999))).is_ok());
}

#[test]
fn only_the_customer_reopens_only_that_completion() {
    let now = (WINDOW, at(1));
    let ticket = completed();
    assert_eq!(ticket.reopen(person(1), 0, now), Err(Refusal::NotYours));
    let again = ticket.reopen(person(9), 0, now).unwrap();
    assert_eq!(again.reopen(person(9), 0, now), Err(Refusal::Reopened), "a second press");
    assert_eq!(again.reopen(person(9), 1, now), Err(Refusal::State(Status::Queued)), "a forged press");
    let held = again.reopened_to(person(1), Slot(0), at(2));
    let twice = held.complete(person(1), at(3)).unwrap();
    assert_eq!(twice.reopen(person(9), 0, now), Err(Refusal::Reopened), "the button of the first completion");
    assert_eq!(twice.reopen(person(9), 1, now).unwrap().service.reopened, 2);
    let cancelled = again.cancel(person(9), at(4)).unwrap();
    assert_eq!(cancelled.reopen(person(9), 0, now), Err(Refusal::Reopened));
    assert_eq!(cancelled.reopen(person(9), 1, now), Err(Refusal::State(Status::Cancelled)));
}

#[test]
fn a_rating_can_be_changed_for_a_while_and_ends_with_a_reopening() {
    let ticket = completed();
    let rated = ticket.rate(person(9), 0, stars(2), at(60)).unwrap();
    assert_eq!(rated.service.rating, Some(Rating { stars: stars(2), at: at(60), comment: None }));
    let commented = rated.comment(person(9), "lambat".into(), at(90)).unwrap();
    let changed = commented.rate(person(9), 0, stars(4), at(60 + 3_600)).unwrap();
    let expected = Rating { stars: stars(4), at: at(60), comment: Some("lambat".into()) };
    assert_eq!((changed.service.rating.clone(), changed.status()), (Some(expected), Status::Completed));
    let late = at(60 + 3_601);
    assert_eq!(changed.rate(person(9), 0, stars(1), late), Err(Refusal::RatingClosed));
    assert_eq!(changed.comment(person(9), "x".into(), late), Err(Refusal::RatingClosed));
    assert_eq!(ticket.comment(person(9), "x".into(), at(1)), Err(Refusal::RatingClosed), "no rating yet");
    assert_eq!(ticket.rate(person(1), 0, stars(5), at(1)), Err(Refusal::NotYours));
    assert_eq!(ticket.rate(person(9), 1, stars(5), at(1)), Err(Refusal::Reopened));
    let week = RATING_PERIOD.num_seconds();
    assert!(ticket.rate(person(9), 0, stars(5), at(week)).is_ok());
    assert_eq!(ticket.rate(person(9), 0, stars(5), at(week + 1)), Err(Refusal::RatingClosed));
    let again = changed.reopen(person(9), 0, (WINDOW, at(100))).unwrap();
    assert_eq!(again.service.rating, None);
    assert_eq!(again.rate(person(9), 1, stars(5), at(101)), Err(Refusal::State(Status::Queued)));
}

#[test]
fn a_rating_whose_comment_reopens_the_ticket_stays_until_the_next_completion() {
    let rated = completed().rate(person(9), 0, stars(2), at(60)).unwrap();
    let commented = rated.comment(person(9), "rusak lagi".into(), at(90)).unwrap();
    let again = commented.reopen_for_comment(person(9), 0, (WINDOW, at(100))).unwrap();
    let plain = commented.reopen(person(9), 0, (WINDOW, at(100))).unwrap();
    assert_eq!(again.service.rating, commented.service.rating);
    assert_eq!(Ticket { service: plain.service.clone(), ..again.clone() }, plain);
    assert_eq!(again.service.reopened, plain.service.reopened);
    let late = commented.reopen_for_comment(person(9), 0, (WINDOW, at(3_601)));
    assert_eq!(late, Err(Refusal::ReopenTooLate));
    let held = again.reopened_to(person(1), Slot(0), at(101));
    let twice = held.complete(person(1), at(200)).unwrap();
    assert_eq!((twice.service.rating, twice.service.reopened), (None, 1));
}

#[test]
fn a_rating_has_one_to_five_stars() {
    assert_eq!([0, 6, 255].map(Stars::new), [None; 3]);
    assert_eq!(Stars::ALL.map(Stars::get), [1, 2, 3, 4, 5]);
    assert!(serde_json::from_str::<Stars>("6").is_err());
}

#[test]
fn a_cancellation_is_undone_by_the_customer_within_a_minute() {
    let queued = completed().reopen(person(9), 0, (WINDOW, at(1))).unwrap();
    let cancelled = queued.cancel(person(9), at(10)).unwrap();
    let undone = cancelled.undo_cancel(person(9), at(69)).unwrap();
    assert_eq!((undone.status(), undone.arrival), (Status::Queued, queued.arrival));
    assert_eq!(undone.version, cancelled.version.next());
    assert_eq!(cancelled.undo_cancel(person(9), at(70)), Err(Refusal::UndoTooLate));
    // A clock that was set back ends no time.
    assert!(cancelled.undo_cancel(person(9), at(-9)).is_ok());
    let erased = Ticket { description: Description::default(), ..cancelled.clone() };
    assert_eq!(erased.undo_cancel(person(9), at(11)), Err(Refusal::UndoTooLate));
    assert_eq!(cancelled.undo_cancel(person(1), at(11)), Err(Refusal::NotYours));
    let state = TicketState::Cancelled { by: person(2), at: at(10) };
    let by_admin = Ticket { state, ..cancelled };
    assert_eq!(by_admin.undo_cancel(person(9), at(11)), Err(Refusal::State(Status::Cancelled)));
    assert_eq!(completed().undo_cancel(person(9), at(1)), Err(Refusal::State(Status::Completed)));
    assert_eq!(undone.undo_cancel(person(9), at(69)), Err(Refusal::State(Status::Queued)), "a second press");
}
