//! Read-only queries for clients that show the desk.
use super::Engine;
use super::assignment::roster::{Seat, Staffing};
use super::ports::{Presence, StoreError};
use crate::domain::Time;
use crate::domain::day::start_of_day;
use crate::domain::draft::Draft;
use crate::domain::ids::{ChatId, DepartmentId, PersonId};
use crate::domain::person::{Availability, Person};
use std::collections::HashMap;
use std::sync::Arc;

impl Engine {
    /// Returns the presence port.
    #[must_use]
    pub fn presence(&self) -> &Arc<dyn Presence> {
        &self.presence
    }

    /// Returns how many tickets each agent holds.
    #[must_use]
    pub fn loads(&self) -> HashMap<PersonId, u16> {
        self.roster().seats().map(|seat| (seat.person.id, seat.held())).collect()
    }

    /// Returns the number of agents of a department who are online and not lost, with or without a free slot.
    #[must_use]
    pub fn online(&self, department: DepartmentId) -> u32 {
        self.roster().online(department)
    }

    /// Returns whether an agent's presence is lost.
    #[must_use]
    pub fn is_lost(&self, agent: PersonId) -> bool {
        self.roster().seat(agent).is_some_and(|seat| seat.lost)
    }

    /// Returns all seats, in the order in which their people became agents.
    #[must_use]
    pub fn seats(&self) -> Vec<Seat> {
        let mut seats: Vec<_> = self.roster().seats().cloned().collect();
        seats.sort_by_key(|seat| seat.profile().map_or(0, |p| p.assignment_order));
        seats
    }

    /// Returns a page of the seats, in the order in which their people became agents.
    #[must_use]
    pub fn seats_page(&self, offset: usize, limit: usize) -> Vec<Seat> {
        self.roster().page(offset, limit)
    }

    /// Returns how many agents and free slots there are.
    #[must_use]
    pub fn staffing(&self) -> Staffing {
        self.roster().staffing()
    }

    /// Returns the agents with one of these names, regardless of case, each once.
    #[must_use]
    pub fn agents_named(&self, names: &[&str]) -> Vec<Person> {
        let roster = self.roster();
        let mut found: Vec<Person> = names.iter().flat_map(|name| roster.named(name)).cloned().collect();
        found.sort_by_key(|person| person.id);
        found.dedup_by_key(|person| person.id);
        found
    }

    /// Returns an agent's seat.
    #[must_use]
    pub fn seat(&self, agent: PersonId) -> Option<Seat> {
        self.roster().seat(agent).cloned()
    }

    /// Returns the seats of those of these agents who are online. It copies no other seat.
    #[must_use]
    pub fn online_seats_of<'a>(&self, agents: impl IntoIterator<Item = &'a PersonId>) -> Vec<Seat> {
        let roster = self.roster();
        let seats = agents.into_iter().filter_map(|agent| roster.seat(*agent));
        seats.filter(|seat| seat.is_online()).cloned().collect()
    }

    /// Returns the ticket that a person is writing; `None` if they cancelled it.
    pub async fn draft_of(&self, person: PersonId) -> Result<Option<Draft>, StoreError> {
        Ok(self.store.draft(person).await?.filter(Draft::is_current))
    }

    /// Returns a person's name. An agent's comes from the roster.
    pub async fn name_of(&self, person: PersonId) -> Result<Option<String>, StoreError> {
        let seated = self.roster().seat(person).map(|seat| seat.person.name.clone());
        match seated {
            Some(name) => Ok(Some(name)),
            None => Ok(self.store.person(person).await?.map(|person| person.name)),
        }
    }

    /// Returns a person's chat with the bot. An agent's comes from the roster.
    pub async fn chat_of(&self, person: PersonId) -> Result<Option<ChatId>, StoreError> {
        let seated = self.roster().seat(person).map(|seat| seat.person.chat());
        match seated {
            Some(chat) => Ok(Some(chat)),
            None => Ok(self.store.person(person).await?.map(|person| person.chat())),
        }
    }

    /// Returns when the day of `now` began in the desk's time zone.
    #[must_use]
    pub fn start_of_day(&self, now: Time) -> Time {
        start_of_day(now, self.config.zone)
    }
}

impl Seat {
    /// Returns true if the agent is online and reachable, whether they have a free slot or not.
    #[must_use]
    pub fn is_online(&self) -> bool {
        self.person.availability() == Availability::Online && !self.lost && self.person.reachable
    }

    /// Returns how many tickets they can hold.
    #[must_use]
    pub fn capacity(&self) -> u16 {
        self.profile().map_or(0, |profile| profile.max_tickets.get())
    }
}
