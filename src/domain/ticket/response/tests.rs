//! Tests of responses.
use super::*;
use crate::domain::ids::Slot;
use crate::domain::ticket::Status;
use crate::domain::ticket::snooze::tests::queued;

fn at(seconds: i64) -> Time {
    Time::from_timestamp(1_764_831_173 + seconds, 0).unwrap()
}

fn agent(n: u64) -> PersonId {
    PersonId(uuid::Uuid::from_u64_pair(0, n))
}

#[test]
fn a_ticket_is_nudged_once_while_its_holder_does_not_react() {
    let assigned = queued().assign(agent(1), Slot(0), at(0)).unwrap();
    assert_eq!(assigned.response(), Response::Awaited { since: at(0) });
    let nudged = assigned.nudge(at(60)).unwrap();
    assert_eq!((nudged.nudged_at(), nudged.unanswered_since()), (Some(at(60)), Some(at(60))));
    assert_eq!(nudged.version, assigned.version.next());
    assert_eq!(nudged.nudge(at(120)), None);
    assert_eq!(queued().nudge(at(60)), None);
}

#[test]
fn each_reaction_ends_the_count_for_this_hold() {
    let nudged = queued().assign(agent(1), Slot(0), at(0)).unwrap().nudge(at(60)).unwrap();
    let opened = nudged.start(agent(1), at(70)).unwrap();
    let paused = nudged.pause(agent(1)).unwrap();
    let snoozed = nudged.snooze(agent(1), Some(at(900))).unwrap();
    let resumed = paused.resume(agent(1)).unwrap();
    for reacted in [&opened, &paused, &snoozed, &resumed] {
        assert_eq!((reacted.response(), reacted.unanswered_since()), (Response::Given, None));
        assert_eq!(reacted.nudge(at(99)), None);
    }
    assert_eq!(resumed.status(), Status::Assigned);
}

#[test]
fn the_count_begins_anew_with_each_holder() {
    let nudged = queued().assign(agent(1), Slot(0), at(0)).unwrap().nudge(at(60)).unwrap();
    let reassigned = nudged.reassign(agent(2), Slot(0), at(90)).unwrap();
    assert_eq!(reassigned.response(), Response::Awaited { since: at(90) });
    let urgent = nudged.reprioritise(crate::domain::ticket::Priority::Urgent).unwrap();
    assert_eq!(urgent.response(), nudged.response(), "the priority is no reaction");
}

#[test]
fn only_the_holder_gives_a_ticket_back() {
    let assigned = queued().assign(agent(1), Slot(0), at(0)).unwrap();
    assert_eq!(assigned.give_back(agent(2), at(5)), Err(Refusal::NotYours));
    assert_eq!(queued().give_back(agent(1), at(5)), Err(Refusal::State(Status::Queued)));
    let started = assigned.start(agent(1), at(2)).unwrap();
    for held in [assigned.clone(), started.clone(), started.pause(agent(1)).unwrap()] {
        let back = held.give_back(agent(1), at(5)).unwrap();
        assert_eq!((back.status(), back.response()), (Status::Queued, Response::Given));
        let former = back.former_holder(agent(1)).unwrap();
        assert_eq!((former.at, former.by_admin), (at(5), false));
    }
}
