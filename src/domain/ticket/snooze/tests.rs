//! Tests of snoozes: who may set one, when it ends, and the next morning in every zone.
use super::*;
use crate::domain::ids::{Arrival, CategoryId, ChatId, DepartmentId, Slot, TicketId, Version};
use crate::domain::number::TicketNumber;
use crate::domain::ticket::description::Description;
use crate::domain::ticket::service::ServiceRecord;
use crate::domain::ticket::{Priority, TicketState};
use chrono::Timelike;
use uuid::Uuid;

fn at(seconds: i64) -> Time {
    Time::from_timestamp(1_764_831_173 + seconds, 0).unwrap()
}

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

/// Returns a queued ticket of person 9.
pub(in crate::domain::ticket) fn queued() -> Ticket {
    Ticket {
        id: TicketId(Uuid::from_u128(1)),
        number: TicketNumber::new(at(0).naive_utc(), 0),
        version: Version(3),
        arrival: Arrival(5),
        customer: person(9),
        customer_chat: ChatId(9),
        department: DepartmentId(Uuid::nil()),
        category: CategoryId(Uuid::nil()),
        description: Description::default(),
        priority: Priority::Normal,
        auto: true,
        state: TicketState::Queued,
        former_holders: Vec::new(),
        service: ServiceRecord::default(),
        first_answered_at: None,
        created_at: at(-100),
    }
}

/// Returns a ticket of person 9 that agent 1 holds.
fn held() -> Ticket {
    queued().assign(person(1), Slot(0), at(0)).unwrap()
}

#[test]
fn a_snoozed_ticket_is_resumed_in_its_state_once_its_time_has_come() {
    let opened = held().start(person(1), at(1)).unwrap();
    for (before, status) in [(held(), Status::Assigned), (opened, Status::InProgress)] {
        let snoozed = before.snooze(person(1), Some(at(60))).unwrap();
        assert_eq!((snoozed.status(), snoozed.resume_at()), (Status::Pending, Some(at(60))));
        assert_eq!(snoozed.version, before.version.next());
        assert_eq!(snoozed.resume_when_due(at(59)), None);
        let resumed = snoozed.resume_when_due(at(60)).unwrap();
        assert_eq!((resumed.status(), resumed.resume_at()), (status, None));
        assert_eq!(resumed.resume_when_due(at(61)), None, "it is resumed once");
    }
}

#[test]
fn the_time_is_changed_and_taken_back() {
    let paused = held().pause(person(1)).unwrap();
    assert_eq!((paused.resume_at(), paused.resume_when_due(at(9_999))), (None, None));
    let snoozed = paused.snooze(person(1), Some(at(60))).unwrap();
    let later = snoozed.snooze(person(1), Some(at(120))).unwrap();
    assert_eq!(later.resume_when_due(at(119)), None);
    let without = later.snooze(person(1), None).unwrap();
    assert_eq!((without.status(), without.resume_at()), (Status::Pending, None));
}

#[test]
fn only_the_holder_snoozes_an_open_ticket() {
    assert_eq!(held().snooze(person(2), Some(at(60))), Err(Refusal::NotYours));
    let done = held().complete(person(1), at(5)).unwrap();
    assert_eq!(done.snooze(person(1), Some(at(60))), Err(Refusal::State(Status::Completed)));
}

#[test]
fn every_other_step_clears_the_time() {
    let snoozed = held().snooze(person(1), Some(at(60))).unwrap();
    let steps = [
        snoozed.resume(person(1)),
        snoozed.release(false, at(9)),
        snoozed.reassign(person(2), Slot(0), at(9)),
        snoozed.complete(person(1), at(9)),
        snoozed.withdraw(person(3), at(9)),
    ];
    for after in steps {
        assert_eq!(after.unwrap().resume_at(), None);
    }
    let urgent = snoozed.reprioritise(Priority::Urgent).unwrap();
    assert_eq!(urgent.resume_at(), Some(at(60)), "a priority is no step");
}

#[test]
fn a_hold_of_an_earlier_version_has_no_time() {
    let mut hold = serde_json::to_value(held().hold().unwrap()).unwrap();
    hold.as_object_mut().unwrap().remove("resume_at").unwrap();
    assert_eq!(&serde_json::from_value::<Hold>(hold).unwrap(), held().hold().unwrap());
}

#[test]
fn the_next_morning_is_eight_o_clock_of_the_next_day() {
    let jakarta = chrono_tz::Asia::Jakarta;
    for (now, morning) in [
        ("2025-12-04T06:52:53Z", "2025-12-05T01:00:00Z"),
        ("2025-12-04T16:59:59Z", "2025-12-05T01:00:00Z"),
        ("2025-12-04T17:00:00Z", "2025-12-06T01:00:00Z"),
    ] {
        assert_eq!(next_morning(now.parse().unwrap(), jakarta), morning.parse::<Time>().unwrap(), "{now}");
    }
}

#[test]
fn every_day_of_every_zone_has_a_next_morning() {
    for zone in chrono_tz::TZ_VARIANTS {
        let mut now: Time = "2025-12-31T00:30:00Z".parse().unwrap();
        while now < "2027-01-02T00:00:00Z".parse::<Time>().unwrap() {
            let morning = next_morning(now, zone);
            assert_eq!(morning.with_timezone(&zone).hour(), MORNING_HOUR, "{zone} {now}");
            assert!(morning > now && morning - now < TimeDelta::hours(34), "{zone} {now}");
            now += TimeDelta::hours(23);
        }
    }
}
