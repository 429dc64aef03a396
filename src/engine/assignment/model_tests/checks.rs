//! Invariants that must hold after every step, computed plainly from the desk, without the code of the
//! roster.
use super::world::{DEPARTMENTS, World, dept};
use crate::domain::event::SkipReason;
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::person::{AgentProfile, Availability, Person};
use crate::domain::ticket::{RETURN_DELAY, Ticket, TicketState};
use crate::engine::assignment::roster::{Roster, Seat};
use std::collections::{BTreeMap, BTreeSet};

/// Returns the people who are agents.
pub(in crate::engine) fn agents(world: &World) -> impl Iterator<Item = (&Person, &AgentProfile)> {
    world.people.iter().filter_map(|person| Some((person, person.agent.as_ref()?)))
}

/// Returns why the policy skips this agent for tickets of this department; `None` when they are eligible.
pub(in crate::engine) fn skip_reason(
    person: &Person,
    department: DepartmentId,
    lost: &BTreeSet<PersonId>,
    held: usize,
) -> Option<SkipReason> {
    let profile = person.agent.as_ref().unwrap();
    if !profile.departments.contains(&department) {
        return Some(SkipReason::OtherDepartment);
    }
    match profile.availability {
        Availability::Offline => return Some(SkipReason::Offline),
        Availability::Busy => return Some(SkipReason::Busy),
        Availability::Away => return Some(SkipReason::Away),
        Availability::Online => {}
    }
    if !person.reachable {
        Some(SkipReason::Unreachable)
    } else if lost.contains(&person.id) {
        Some(SkipReason::Lost)
    } else if !profile.auto_assignment_enabled {
        Some(SkipReason::OptedOut)
    } else {
        (held >= usize::from(profile.max_tickets.get())).then_some(SkipReason::Full)
    }
}

/// Panics if an invariant is broken.
pub(in crate::engine) fn after_step(world: &World) {
    every_ticket_is_counted_once(world);
    every_slot_is_used_once(world);
    roster_equals_a_rebuilt_one(world);
}

fn every_ticket_is_counted_once(world: &World) {
    let count = |is: fn(&TicketState) -> bool| world.tickets.iter().filter(|t| is(&t.state)).count();
    let queued = count(|s| matches!(s, TicketState::Queued));
    let held = count(|s| matches!(s, TicketState::Held(_)));
    let completed = count(|s| matches!(s, TicketState::Completed { .. }));
    let cancelled = count(|s| matches!(s, TicketState::Cancelled { .. }));
    assert_eq!(world.opened, queued + held + completed + cancelled);
    let seated: usize = world.roster.seats().map(|seat| seat.holds.len()).sum();
    assert_eq!(held, seated, "each held ticket is in one seat");
}

fn every_slot_is_used_once(world: &World) {
    let mut slots = BTreeSet::new();
    for hold in world.tickets.iter().filter_map(Ticket::hold) {
        assert!(slots.insert((hold.agent, hold.slot)), "slot {:?} is used twice", hold.slot);
        assert!(agents(world).any(|(person, _)| person.id == hold.agent), "the holder is not an agent");
    }
}

fn roster_equals_a_rebuilt_one(world: &World) {
    let mut rebuilt = Roster::new(world.roster_strategy, RETURN_DELAY);
    for (person, _) in agents(world) {
        rebuilt.put(person.clone(), world.holds(person.id));
        rebuilt.update(person.id, |seat| seat.lost = world.lost.contains(&person.id));
    }
    let roster = &world.roster;
    assert_eq!(roster.seats().count(), rebuilt.seats().count());
    for seat in rebuilt.seats() {
        let actual = roster.seat(seat.person.id).expect("every agent has a seat");
        assert_eq!((&actual.person, &actual.holds, actual.lost), (&seat.person, &seat.holds, seat.lost));
    }
    let listing = |roster: &Roster| {
        let page: Vec<_> = roster.page(0, usize::MAX).iter().map(|seat| seat.person.id).collect();
        let namesakes =
            |seat: &Seat| roster.named(&seat.person.name).map(|person| person.id).collect::<Vec<_>>();
        let named: BTreeMap<_, _> = rebuilt.seats().map(|seat| (seat.person.id, namesakes(seat))).collect();
        (roster.staffing(), page, named)
    };
    assert_eq!(listing(roster), listing(&rebuilt));
    for department in (0..DEPARTMENTS).map(dept) {
        let view = |roster: &Roster| {
            let numbers =
                (roster.ready(department), roster.online(department), roster.free_slots(department, 100));
            (numbers, roster.next_agents(department, &[]), roster.skipped_agents(department))
        };
        assert_eq!(view(roster), view(&rebuilt));
    }
}
