//! The agents as the planner sees them: who is ready in which department, in the order of the strategy, and who is not
//! and why. A cache: the store decides, and an agent about whom it disagrees is read again.
//!
//! Everything is kept in order as it changes, so that choosing costs the same with ten agents and with ten thousand.
mod seat;

pub use seat::Seat;

use crate::domain::Time;
use crate::domain::event::{MAX_NAMED_AGENTS, SkipReason};
use crate::domain::ids::{DepartmentId, PersonId, Slot, TicketId};
use crate::domain::person::{AgentProfile, Person};
use crate::domain::policy::Strategy;
use rand::RngCore;
use seat::Rank;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One department's agents.
#[derive(Debug, Default, Clone)]
struct Bench {
    ready: BTreeSet<Rank>,
    skipped: BTreeMap<SkipReason, u32>,
    members: BTreeSet<PersonId>,
}

/// How many were passed over, by reason, and a few of them by name.
pub type SkippedAgents = (Vec<(SkipReason, u32)>, Vec<(PersonId, SkipReason)>);

/// All agents.
#[derive(Debug, Clone)]
pub struct Roster {
    seats: HashMap<PersonId, Seat>,
    benches: HashMap<DepartmentId, Bench>,
    strategy: Strategy,
    last_assignment: Option<Time>,
    /// How often each agent's seat has changed.
    stamps: HashMap<PersonId, u64>,
    reserved: HashMap<TicketId, Reserved>,
}

/// The slot of a ticket that is on its way to be opened: the store does not know of it yet.
#[derive(Debug, Clone)]
struct Reserved {
    agent: PersonId,
    slot: Slot,
    /// Whether the agent was read meanwhile, and the ticket was not among what they held.
    missed: bool,
}

impl Roster {
    /// An empty roster for this strategy.
    #[must_use]
    pub fn new(strategy: Strategy) -> Self {
        Self {
            seats: HashMap::new(),
            benches: HashMap::new(),
            strategy,
            last_assignment: None,
            stamps: HashMap::new(),
            reserved: HashMap::new(),
        }
    }

    /// Follows a change of the strategy.
    pub fn set_strategy(&mut self, strategy: Strategy) {
        if self.strategy == strategy {
            return;
        }
        let seats: Vec<Seat> = self.seats.values().cloned().collect();
        for seat in &seats {
            self.leave_benches(seat);
        }
        self.strategy = strategy;
        for seat in &seats {
            self.join_benches(seat);
        }
    }

    /// An agent's seat.
    #[must_use]
    pub fn seat(&self, agent: PersonId) -> Option<&Seat> {
        self.seats.get(&agent)
    }

    /// All seats, in no order.
    pub fn seats(&self) -> impl Iterator<Item = &Seat> {
        self.seats.values()
    }

    /// Puts an agent in their place, or takes a person who is no agent any more out of it. Whether their presence is lost
    /// stays as it was known, and so does a later sign of life: it may not be written yet. One that is newer than what was
    /// known here was heard by another replica: then they are there. Slots that are reserved stay taken.
    pub fn put(&mut self, mut person: Person, mut holds: BTreeMap<Slot, TicketId>) {
        let mut missed = false;
        for (ticket, reserved) in self.reserved.iter_mut().filter(|(_, to)| to.agent == person.id) {
            if !holds.values().any(|held| held == ticket) {
                holds.entry(reserved.slot).or_insert(*ticket);
                (reserved.missed, missed) = (true, true);
            }
        }
        let seat = self.seats.get(&person.id);
        if let (true, Some(known), Some(profile)) = (missed, seat.and_then(Seat::profile), &mut person.agent)
        {
            profile.last_assigned = profile.last_assigned.max(known.last_assigned);
        }
        let sign = |profile: Option<&AgentProfile>| profile.map(|profile| profile.last_activity);
        let heard = sign(person.agent.as_ref()) > sign(seat.and_then(Seat::profile));
        let lost = seat.is_some_and(|seat| seat.lost) && !heard;
        if let (Some(known), Some(profile)) = (seat.and_then(Seat::profile), &mut person.agent) {
            profile.last_activity = profile.last_activity.max(known.last_activity);
        }
        self.remove(person.id);
        if let Some(profile) = &person.agent {
            self.last_assignment = self.last_assignment.max(profile.last_assigned);
            let seat = Seat { person, holds, lost };
            self.join_benches(&seat);
            self.seats.insert(seat.person.id, seat);
        }
    }

    /// Follows a change of the person; what they hold stays. So do turns and signs of life that came after the person was
    /// read: they are written without the person. One that a newer version has overtaken changes nothing.
    pub fn put_person(&mut self, mut person: Person) {
        let seat = self.seats.get(&person.id);
        if seat.is_some_and(|seat| seat.person.version > person.version) {
            return;
        }
        let holds = seat.map(|seat| seat.holds.clone()).unwrap_or_default();
        if let (Some(known), Some(profile)) = (seat.and_then(Seat::profile), &mut person.agent) {
            profile.last_assigned = profile.last_assigned.max(known.last_assigned);
        }
        self.put(person, holds);
    }

    /// Takes in all agents, as they were read when the seats had these `stamps`: others leave. Returns those whose seats
    /// changed since: they are left as they are.
    pub fn replace(
        &mut self,
        agents: Vec<Person>,
        mut holds: HashMap<PersonId, BTreeMap<Slot, TicketId>>,
        stamps: &HashMap<PersonId, u64>,
    ) -> Vec<PersonId> {
        let read: BTreeSet<_> = agents.iter().map(|agent| agent.id).collect();
        let known: BTreeSet<_> = self.seats.keys().chain(stamps.keys()).copied().collect();
        let changed = |roster: &Self, agent| roster.stamp(agent) != stamps.get(&agent).copied().unwrap_or(0);
        let overtaken: Vec<_> = known.union(&read).copied().filter(|agent| changed(self, *agent)).collect();
        for agent in known.difference(&read).filter(|agent| !overtaken.contains(agent)) {
            self.remove(*agent);
        }
        for agent in agents.into_iter().filter(|agent| !overtaken.contains(&agent.id)) {
            let held = holds.remove(&agent.id).unwrap_or_default();
            self.put(agent, held);
        }
        overtaken
    }

    /// How often each seat has changed.
    #[must_use]
    pub fn stamps(&self) -> HashMap<PersonId, u64> {
        self.stamps.clone()
    }

    /// How often an agent's seat has changed.
    #[must_use]
    pub fn stamp(&self, agent: PersonId) -> u64 {
        self.stamps.get(&agent).copied().unwrap_or(0)
    }

    /// Forgets an agent.
    pub fn remove(&mut self, agent: PersonId) {
        if let Some(seat) = self.seats.remove(&agent) {
            self.leave_benches(&seat);
        }
        *self.stamps.entry(agent).or_default() += 1;
    }

    /// Changes a seat and moves it to its new place.
    pub fn update(&mut self, agent: PersonId, change: impl FnOnce(&mut Seat)) {
        if let Some(mut seat) = self.seats.remove(&agent) {
            self.leave_benches(&seat);
            change(&mut seat);
            self.join_benches(&seat);
            self.seats.insert(agent, seat);
            *self.stamps.entry(agent).or_default() += 1;
        }
    }

    /// A ticket on its way to be opened keeps its slot, whatever the store knows, until that is over.
    pub fn reserve(&mut self, agent: PersonId, slot: Slot, ticket: TicketId) {
        self.reserved.insert(ticket, Reserved { agent, slot, missed: false });
    }

    /// A ticket is opened, or not: from now on the store knows. Returns whether the agent was read without it meanwhile: it may
    /// have come to them and gone again by then, so they are to be read once more.
    pub fn release_reservation(&mut self, ticket: TicketId) -> bool {
        self.reserved.remove(&ticket).is_some_and(|reserved| reserved.missed)
    }

    /// A ticket no longer takes a slot of this agent.
    pub fn free(&mut self, agent: PersonId, ticket: TicketId) {
        self.release_reservation(ticket);
        self.update(agent, |seat| seat.holds.retain(|_, held| *held != ticket));
    }

    /// A ticket takes a slot of this agent.
    pub fn hold(&mut self, agent: PersonId, slot: Slot, ticket: TicketId) {
        self.update(agent, |seat| {
            seat.holds.insert(slot, ticket);
        });
    }

    /// How many more tickets the ready agents of a department can take, counted up to `most`.
    #[must_use]
    pub fn free_slots(&self, department: DepartmentId, most: usize) -> usize {
        let Some(bench) = self.benches.get(&department) else { return 0 };
        let mut room = 0;
        for (.., agent) in &bench.ready {
            let free = self.seats.get(agent).map_or(0, |s| {
                s.profile().map_or(0, |p| usize::from(p.max_tickets.get()).saturating_sub(s.holds.len()))
            });
            room += free;
            if room >= most {
                return most;
            }
        }
        room
    }

    /// The agent who is next in a department, by the strategy.
    pub fn next(&self, department: DepartmentId, chance: &mut dyn RngCore) -> Option<PersonId> {
        let ready = &self.benches.get(&department)?.ready;
        let nth = match self.strategy {
            Strategy::RoundRobin | Strategy::LeastLoaded => 0,
            Strategy::Random => usize::try_from(chance.next_u64() % (ready.len().max(1) as u64)).ok()?,
        };
        ready.iter().nth(nth).map(|(.., agent)| *agent)
    }

    /// A moment for the next turn: `now`, or just after the last turn, so that no two turns are the same.
    pub fn next_assignment_time(&mut self, now: Time) -> Time {
        let turn = match self.last_assignment {
            Some(last) if last >= now => last + chrono::TimeDelta::microseconds(1),
            _ => now,
        };
        self.last_assignment = Some(turn);
        turn
    }

    /// How many agents of a department are ready.
    #[must_use]
    pub fn ready(&self, department: DepartmentId) -> u32 {
        self.benches.get(&department).map_or(0, |b| u32::try_from(b.ready.len()).unwrap_or(u32::MAX))
    }

    /// The first few who are ready, in the order of the strategy.
    #[must_use]
    pub fn next_agents(&self, department: DepartmentId) -> Vec<PersonId> {
        self.benches
            .get(&department)
            .map_or_else(Vec::new, |b| b.ready.iter().take(MAX_NAMED_AGENTS).map(|(.., a)| *a).collect())
    }

    /// How many agents are passed over for a department's ticket, by reason, and a few of them by name.
    #[must_use]
    pub fn skipped_agents(&self, department: DepartmentId) -> SkippedAgents {
        let empty = Bench::default();
        let bench = self.benches.get(&department).unwrap_or(&empty);
        let mut counts = bench.skipped.clone();
        let elsewhere = self.seats.len().saturating_sub(bench.members.len());
        if elsewhere > 0 {
            counts.insert(SkipReason::OtherDepartment, u32::try_from(elsewhere).unwrap_or(u32::MAX));
        }
        // A bounded look: naming a few must not cost a walk over everybody.
        let named = bench
            .members
            .iter()
            .take(MAX_NAMED_AGENTS * 4)
            .filter_map(|agent| Some((*agent, self.seats.get(agent)?.skip()?)))
            .take(MAX_NAMED_AGENTS)
            .collect();
        (counts.into_iter().filter(|(_, n)| *n > 0).collect(), named)
    }

    /// Agents of a department who are online and not lost, whether they have room or not.
    #[must_use]
    pub fn online(&self, department: DepartmentId) -> u32 {
        self.benches.get(&department).map_or(0, |bench| {
            let full = bench.skipped.get(&SkipReason::Full).copied().unwrap_or(0);
            let opted_out = bench.skipped.get(&SkipReason::OptedOut).copied().unwrap_or(0);
            u32::try_from(bench.ready.len())
                .unwrap_or(u32::MAX)
                .saturating_add(full)
                .saturating_add(opted_out)
        })
    }

    /// Departments in which somebody is online.
    #[must_use]
    pub fn staffed(&self) -> BTreeSet<DepartmentId> {
        self.benches.keys().copied().filter(|department| self.online(*department) > 0).collect()
    }

    /// Departments that have at least one ready agent.
    #[must_use]
    pub fn ready_departments(&self) -> Vec<DepartmentId> {
        self.benches.iter().filter(|(_, b)| !b.ready.is_empty()).map(|(d, _)| *d).collect()
    }

    fn join_benches(&mut self, seat: &Seat) {
        let (rank, skip) = (seat.rank(self.strategy), seat.skip());
        for department in seat.profile().into_iter().flat_map(|p| &p.departments) {
            let bench = self.benches.entry(*department).or_default();
            bench.members.insert(seat.person.id);
            match skip {
                None => {
                    bench.ready.insert(rank);
                }
                Some(reason) => *bench.skipped.entry(reason).or_default() += 1,
            }
        }
    }

    fn leave_benches(&mut self, seat: &Seat) {
        let (rank, skip) = (seat.rank(self.strategy), seat.skip());
        for department in seat.profile().into_iter().flat_map(|p| &p.departments) {
            let Some(bench) = self.benches.get_mut(department) else { continue };
            bench.members.remove(&seat.person.id);
            match skip {
                None => {
                    bench.ready.remove(&rank);
                }
                Some(reason) => {
                    if let Some(count) = bench.skipped.get_mut(&reason) {
                        *count = count.saturating_sub(1);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
