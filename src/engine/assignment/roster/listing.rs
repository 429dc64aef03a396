//! Listings of the seats for people who look at the desk: in the order in which the agents joined, by name, and
//! counted. Every change of a seat maintains them, so the first page costs the same at any number of agents.
use super::{Roster, Seat};
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::person::{Availability, Person, name_key};
use std::collections::{BTreeSet, HashMap};

/// How many agents and free slots the desk has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Staffing {
    /// All agents.
    pub agents: u32,
    /// Agents who are online and reachable, with or without a free slot.
    pub online: u32,
    /// The free slots of agents who are online and reachable.
    pub free_slots: u32,
    /// The free slots that the engine may fill: the planner does not skip their agents.
    pub ready_slots: u32,
}

impl Staffing {
    /// Returns the share of one seat.
    fn of(seat: &Seat) -> Self {
        let online = seat.person.availability() == Availability::Online && !seat.out_of_reach();
        let free_slots = if online { seat.capacity().saturating_sub(seat.held()).into() } else { 0 };
        let ready_slots = if seat.skip().is_none() { free_slots } else { 0 };
        Self { agents: 1, online: online.into(), free_slots, ready_slots }
    }

    fn combine(&mut self, share: Self, with: fn(u32, u32) -> u32) {
        self.agents = with(self.agents, share.agents);
        self.online = with(self.online, share.online);
        self.free_slots = with(self.free_slots, share.free_slots);
        self.ready_slots = with(self.ready_slots, share.ready_slots);
    }
}

/// The listings of a roster.
#[derive(Debug, Default, Clone)]
pub(super) struct Listing {
    staffing: Staffing,
    order: BTreeSet<(u32, PersonId)>,
    names: HashMap<String, BTreeSet<PersonId>>,
}

impl Listing {
    /// Adds a seat to the counts.
    pub(super) fn count(&mut self, seat: &Seat) {
        self.staffing.combine(Staffing::of(seat), u32::saturating_add);
    }

    /// Takes a seat out of the counts. It must be as it was counted.
    pub(super) fn uncount(&mut self, seat: &Seat) {
        self.staffing.combine(Staffing::of(seat), u32::saturating_sub);
    }

    /// Lists the person of a new seat.
    pub(super) fn add(&mut self, person: &Person) {
        self.order.insert(list_key(person));
        self.names.entry(name_key(&person.name)).or_default().insert(person.id);
    }

    /// Takes the person of a seat off the lists.
    pub(super) fn remove(&mut self, person: &Person) {
        self.order.remove(&list_key(person));
        let key = name_key(&person.name);
        if let Some(namesakes) = self.names.get_mut(&key) {
            namesakes.remove(&person.id);
            if namesakes.is_empty() {
                self.names.remove(&key);
            }
        }
    }
}

fn list_key(person: &Person) -> (u32, PersonId) {
    (person.agent.as_ref().map_or(0, |profile| profile.assignment_order), person.id)
}

impl Roster {
    /// Returns how many agents and free slots there are.
    #[must_use]
    pub fn staffing(&self) -> Staffing {
        self.listing.staffing
    }

    /// Returns a page of the seats, in the order in which the agents joined.
    #[must_use]
    pub fn page(&self, offset: usize, limit: usize) -> Vec<Seat> {
        let page = self.listing.order.iter().skip(offset).take(limit);
        page.filter_map(|(_, agent)| self.seats.get(agent).cloned()).collect()
    }

    /// Returns the agents with this name, regardless of case and of space around it.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &Person> {
        let agents = self.listing.names.get(&name_key(name)).into_iter().flatten();
        agents.filter_map(|agent| self.seats.get(agent)).map(|seat| &seat.person)
    }

    /// Returns those of these departments in which no agent is online.
    pub fn unstaffed<'a>(
        &self,
        departments: impl IntoIterator<Item = &'a DepartmentId>,
    ) -> BTreeSet<DepartmentId> {
        departments.into_iter().copied().filter(|department| self.online(*department) == 0).collect()
    }
}
