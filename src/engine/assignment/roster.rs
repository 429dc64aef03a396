//! The roster: an in-memory cache of the agents, for the planner. Per department it keeps the ready agents in
//! assignment order and counts the others by skip reason. The store is authoritative: an agent on whom it
//! disagrees is reloaded. Every change maintains the order, so a choice costs the same at any number of
//! agents.
mod choice;
mod listing;
mod seat;

pub use choice::Choice;
pub use listing::Staffing;
pub use seat::Seat;

use crate::domain::Time;
use crate::domain::event::{MAX_NAMED_AGENTS, SkipReason};
use crate::domain::ids::{DepartmentId, PersonId, Slot, TicketId};
use crate::domain::person::{AgentProfile, Person};
use crate::domain::policy::Strategy;
use chrono::TimeDelta;
use listing::Listing;
use seat::RotationKey;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The agents of one department.
#[derive(Debug, Default, Clone)]
struct DepartmentAgents {
    ready: BTreeSet<RotationKey>,
    skipped: BTreeMap<SkipReason, u32>,
    members: BTreeSet<PersonId>,
}

/// The number of skipped agents by reason, and a few of them by name.
pub type SkippedAgents = (Vec<(SkipReason, u32)>, Vec<(PersonId, SkipReason)>);

/// The seats of all agents, indexed by department.
#[derive(Debug, Clone)]
pub struct Roster {
    seats: HashMap<PersonId, Seat>,
    departments: HashMap<DepartmentId, DepartmentAgents>,
    listing: Listing,
    strategy: Strategy,
    /// How long a released ticket stays away from its former holder.
    return_delay: TimeDelta,
    last_assigned_at: Option<Time>,
    /// The number of changes of each agent's seat.
    revisions: HashMap<PersonId, u64>,
    reserved: HashMap<TicketId, Reserved>,
}

/// The slot of a ticket whose opening commit is in flight: the store does not have it yet.
#[derive(Debug, Clone)]
struct Reserved {
    agent: PersonId,
    slot: Slot,
    /// Whether the agent was reloaded in the meantime and the ticket was not among those held.
    missed: bool,
}

impl Roster {
    /// Returns an empty roster for this strategy and this delay of returns to former holders.
    #[must_use]
    pub fn new(strategy: Strategy, return_delay: TimeDelta) -> Self {
        Self {
            seats: HashMap::new(),
            departments: HashMap::new(),
            listing: Listing::default(),
            strategy,
            return_delay,
            last_assigned_at: None,
            revisions: HashMap::new(),
            reserved: HashMap::new(),
        }
    }

    /// Sets the strategy and reorders the agents if it changed.
    pub fn set_strategy(&mut self, strategy: Strategy) {
        if self.strategy == strategy {
            return;
        }
        let seats: Vec<Seat> = self.seats.values().cloned().collect();
        for seat in &seats {
            self.unindex_seat(seat);
        }
        self.strategy = strategy;
        for seat in &seats {
            self.index_seat(seat);
        }
    }

    /// Returns an agent's seat.
    #[must_use]
    pub fn seat(&self, agent: PersonId) -> Option<&Seat> {
        self.seats.get(&agent)
    }

    /// Returns all seats, in no order.
    pub fn seats(&self) -> impl Iterator<Item = &Seat> {
        self.seats.values()
    }

    /// Replaces an agent's seat, or removes it if the person is no agent any more. It keeps reserved slots.
    ///
    /// The seat keeps its `lost` flag and a later `last_activity`, which may not be stored yet. If the
    /// person's `last_activity` is newer, another replica recorded it: the agent is not lost.
    pub fn put(&mut self, mut person: Person, mut holds: BTreeMap<Slot, TicketId>) {
        let mut missed = false;
        for (ticket, reserved) in self.reserved.iter_mut().filter(|(_, slot)| slot.agent == person.id) {
            if !holds.values().any(|held| held == ticket) {
                holds.entry(reserved.slot).or_insert(*ticket);
                (reserved.missed, missed) = (true, true);
            }
        }
        let seat = self.seats.get(&person.id);
        if let (true, Some(current), Some(profile)) =
            (missed, seat.and_then(Seat::profile), &mut person.agent)
        {
            profile.last_assigned = profile.last_assigned.max(current.last_assigned);
        }
        let last_activity = |profile: Option<&AgentProfile>| profile.map(|profile| profile.last_activity);
        let active = last_activity(person.agent.as_ref()) > last_activity(seat.and_then(Seat::profile));
        let lost = seat.is_some_and(|seat| seat.lost) && !active;
        if let (Some(current), Some(profile)) = (seat.and_then(Seat::profile), &mut person.agent) {
            profile.last_activity = profile.last_activity.max(current.last_activity);
        }
        self.remove(person.id);
        if let Some(profile) = &person.agent {
            self.last_assigned_at = self.last_assigned_at.max(profile.last_assigned);
            let seat = Seat { person, holds, lost };
            self.index_seat(&seat);
            self.listing.add(&seat.person);
            self.seats.insert(seat.person.id, seat);
        }
    }

    /// Updates the person of a seat and keeps the held tickets. An older version changes nothing. The seat
    /// keeps a later `last_assigned` or `last_activity`: these are written without a new version.
    pub fn put_person(&mut self, mut person: Person) {
        let seat = self.seats.get(&person.id);
        if seat.is_some_and(|seat| seat.person.version > person.version) {
            return;
        }
        let holds = seat.map(|seat| seat.holds.clone()).unwrap_or_default();
        if let (Some(current), Some(profile)) = (seat.and_then(Seat::profile), &mut person.agent) {
            profile.last_assigned = profile.last_assigned.max(current.last_assigned);
        }
        self.put(person, holds);
    }

    /// Replaces all seats by `agents`, which were read when the seats had these `revisions`. Returns the
    /// agents whose seats changed since then: their seats are not touched, and the caller must reload them.
    pub fn replace(
        &mut self,
        agents: Vec<Person>,
        mut holds: HashMap<PersonId, BTreeMap<Slot, TicketId>>,
        revisions: &HashMap<PersonId, u64>,
    ) -> Vec<PersonId> {
        let read: HashSet<_> = agents.iter().map(|agent| agent.id).collect();
        let known: HashSet<_> = self.seats.keys().chain(revisions.keys()).copied().collect();
        let changed =
            |roster: &Self, agent| roster.revision(agent) != revisions.get(&agent).copied().unwrap_or(0);
        let overtaken: HashSet<_> =
            known.union(&read).copied().filter(|agent| changed(self, *agent)).collect();
        for agent in known.difference(&read).filter(|agent| !overtaken.contains(agent)) {
            self.remove(*agent);
        }
        // A seat is large: a map that grows would move all of them several times.
        let new = agents.len().saturating_sub(self.seats.len());
        self.seats.reserve(new);
        self.revisions.reserve(new);
        for agent in agents.into_iter().filter(|agent| !overtaken.contains(&agent.id)) {
            let held = holds.remove(&agent.id).unwrap_or_default();
            self.put(agent, held);
        }
        overtaken.into_iter().collect()
    }

    /// Returns the number of changes of each seat.
    #[must_use]
    pub fn revisions(&self) -> HashMap<PersonId, u64> {
        self.revisions.clone()
    }

    /// Returns the number of changes of an agent's seat.
    #[must_use]
    pub fn revision(&self, agent: PersonId) -> u64 {
        self.revisions.get(&agent).copied().unwrap_or(0)
    }

    /// Removes an agent's seat.
    pub fn remove(&mut self, agent: PersonId) {
        if let Some(seat) = self.seats.remove(&agent) {
            self.unindex_seat(&seat);
            self.listing.remove(&seat.person);
        }
        *self.revisions.entry(agent).or_default() += 1;
    }

    /// Applies `change` to a seat and updates its place in the order. It must leave the name and the
    /// `assignment_order`.
    pub fn update(&mut self, agent: PersonId, change: impl FnOnce(&mut Seat)) {
        if let Some(mut seat) = self.seats.remove(&agent) {
            self.unindex_seat(&seat);
            change(&mut seat);
            self.index_seat(&seat);
            self.seats.insert(agent, seat);
            *self.revisions.entry(agent).or_default() += 1;
        }
    }

    /// Reserves a slot for a ticket whose opening commit is in flight. A reload of the agent does not free
    /// the slot.
    pub fn reserve(&mut self, agent: PersonId, slot: Slot, ticket: TicketId) {
        self.reserved.insert(ticket, Reserved { agent, slot, missed: false });
    }

    /// Ends a reservation after the opening commit. Returns whether the agent was reloaded without the ticket
    /// in the meantime. The ticket may have ended by then, so the caller must reload the agent.
    pub fn release_reservation(&mut self, ticket: TicketId) -> bool {
        self.reserved.remove(&ticket).is_some_and(|reserved| reserved.missed)
    }

    /// Frees the slot of this agent that the ticket takes.
    pub fn free(&mut self, agent: PersonId, ticket: TicketId) {
        self.release_reservation(ticket);
        self.update(agent, |seat| seat.holds.retain(|_, held| *held != ticket));
    }

    /// Puts a ticket into a slot of this agent.
    pub fn hold(&mut self, agent: PersonId, slot: Slot, ticket: TicketId) {
        self.update(agent, |seat| {
            seat.holds.insert(slot, ticket);
        });
    }

    /// Returns how many more tickets the ready agents of a department can take, counted up to `limit`.
    #[must_use]
    pub fn free_slots(&self, department: DepartmentId, limit: usize) -> usize {
        let Some(agents) = self.departments.get(&department) else { return 0 };
        let mut free_slots = 0;
        for (.., agent) in &agents.ready {
            let free = self.seats.get(agent).map_or(0, |s| {
                s.profile().map_or(0, |p| usize::from(p.max_tickets.get()).saturating_sub(s.holds.len()))
            });
            free_slots += free;
            if free_slots >= limit {
                return limit;
            }
        }
        free_slots
    }

    /// Returns the time of the next assignment: `now`, or 1 µs after the last one, as times must differ.
    pub fn next_assigned_at(&mut self, now: Time) -> Time {
        let assigned_at = match self.last_assigned_at {
            Some(last) if last >= now => last + chrono::TimeDelta::microseconds(1),
            _ => now,
        };
        self.last_assigned_at = Some(assigned_at);
        assigned_at
    }

    /// Returns the number of ready agents of a department.
    #[must_use]
    pub fn ready(&self, department: DepartmentId) -> u32 {
        self.departments.get(&department).map_or(0, |b| u32::try_from(b.ready.len()).unwrap_or(u32::MAX))
    }

    /// Returns the agents skipped for a department's ticket: counts by reason, and a few by name.
    #[must_use]
    pub fn skipped_agents(&self, department: DepartmentId) -> SkippedAgents {
        let empty = DepartmentAgents::default();
        let agents = self.departments.get(&department).unwrap_or(&empty);
        let mut counts = agents.skipped.clone();
        let elsewhere = self.seats.len().saturating_sub(agents.members.len());
        if elsewhere > 0 {
            counts.insert(SkipReason::OtherDepartment, u32::try_from(elsewhere).unwrap_or(u32::MAX));
        }
        // The scan is bounded: naming a few agents must not cost a walk over all of them.
        let named = agents
            .members
            .iter()
            .take(MAX_NAMED_AGENTS * 4)
            .filter_map(|agent| Some((*agent, self.seats.get(agent)?.skip()?)))
            .take(MAX_NAMED_AGENTS)
            .collect();
        (counts.into_iter().filter(|(_, n)| *n > 0).collect(), named)
    }

    /// Returns the number of agents of a department who are online and not lost, even if they are full.
    #[must_use]
    pub fn online(&self, department: DepartmentId) -> u32 {
        self.departments.get(&department).map_or(0, |agents| {
            let full = agents.skipped.get(&SkipReason::Full).copied().unwrap_or(0);
            let opted_out = agents.skipped.get(&SkipReason::OptedOut).copied().unwrap_or(0);
            u32::try_from(agents.ready.len())
                .unwrap_or(u32::MAX)
                .saturating_add(full)
                .saturating_add(opted_out)
        })
    }

    /// Returns the departments in which an agent is online.
    #[must_use]
    pub fn staffed(&self) -> BTreeSet<DepartmentId> {
        self.departments.keys().copied().filter(|department| self.online(*department) > 0).collect()
    }

    /// Returns the departments that have at least one ready agent.
    #[must_use]
    pub fn ready_departments(&self) -> Vec<DepartmentId> {
        self.departments.iter().filter(|(_, b)| !b.ready.is_empty()).map(|(d, _)| *d).collect()
    }

    fn index_seat(&mut self, seat: &Seat) {
        self.listing.count(seat);
        let (key, skip) = (seat.rotation_key(self.strategy), seat.skip());
        for department in seat.profile().into_iter().flat_map(|p| &p.departments) {
            let agents = self.departments.entry(*department).or_default();
            agents.members.insert(seat.person.id);
            match skip {
                None => {
                    agents.ready.insert(key);
                }
                Some(reason) => *agents.skipped.entry(reason).or_default() += 1,
            }
        }
    }

    fn unindex_seat(&mut self, seat: &Seat) {
        self.listing.uncount(seat);
        let (key, skip) = (seat.rotation_key(self.strategy), seat.skip());
        for department in seat.profile().into_iter().flat_map(|p| &p.departments) {
            let Some(agents) = self.departments.get_mut(department) else { continue };
            agents.members.remove(&seat.person.id);
            match skip {
                None => {
                    agents.ready.remove(&key);
                }
                Some(reason) => {
                    if let Some(count) = agents.skipped.get_mut(&reason) {
                        *count = count.saturating_sub(1);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
