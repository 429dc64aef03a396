//! Invariant checks of the planner's model tests. They are computed from the model alone, without the roster.
use super::world::{DEPARTMENTS, World, dept};
use crate::domain::event::SkipReason;
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::person::{AgentProfile, Availability, Person};
use crate::domain::ticket::{Ticket, TicketState};
use crate::engine::assignment::roster::Roster;
use std::collections::BTreeSet;

/// The agents among the people.
pub(in crate::engine) fn agents(world: &World) -> impl Iterator<Item = (&Person, &AgentProfile)> {
    world.people.iter().filter_map(|person| Some((person, person.agent.as_ref()?)))
}

/// Why this agent gets no ticket of this department, by the policy's words; `None` when they are eligible.
pub(in crate::engine) fn reason(
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

pub(in crate::engine) fn after_step(world: &World) {
    everything_is_counted(world);
    every_slot_is_used_once(world);
    roster_is_as_if_built_anew(world);
}

fn everything_is_counted(world: &World) {
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
    let mut taken = BTreeSet::new();
    for hold in world.tickets.iter().filter_map(Ticket::hold) {
        assert!(taken.insert((hold.agent, hold.slot)), "slot {:?} is used twice", hold.slot);
        assert!(agents(world).any(|(person, _)| person.id == hold.agent), "held by somebody who is no agent");
    }
}

fn roster_is_as_if_built_anew(world: &World) {
    let mut anew = Roster::new(world.seated_by);
    for (person, _) in agents(world) {
        anew.put(person.clone(), world.holds(person.id));
        anew.update(person.id, |seat| seat.lost = world.lost.contains(&person.id));
    }
    let kept = &world.roster;
    assert_eq!(kept.seats().count(), anew.seats().count());
    for seat in anew.seats() {
        let known = kept.seat(seat.person.id).expect("every agent has a seat");
        assert_eq!((&known.person, &known.holds, known.lost), (&seat.person, &seat.holds, seat.lost));
    }
    for department in (0..DEPARTMENTS).map(dept) {
        let view = |roster: &Roster| {
            let numbers =
                (roster.ready(department), roster.online(department), roster.free_slots(department, 100));
            (numbers, roster.next_agents(department), roster.skipped_agents(department))
        };
        assert_eq!(view(kept), view(&anew));
    }
}
