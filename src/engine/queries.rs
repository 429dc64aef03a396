//! What programs that show the desk ask for: reading only.
use super::Engine;
use super::assignment::roster::Seat;
use super::ports::{Presence, StoreError};
use crate::domain::Time;
use crate::domain::ids::{ChatId, PersonId};
use crate::domain::person::Availability;
use chrono::{NaiveTime, TimeZone, Utc};
use std::collections::HashMap;
use std::sync::Arc;

impl Engine {
    /// Who is there.
    #[must_use]
    pub fn presence(&self) -> &Arc<dyn Presence> {
        &self.presence
    }

    /// How many tickets each agent holds.
    #[must_use]
    pub fn loads(&self) -> HashMap<PersonId, u16> {
        self.roster().seats().map(|seat| (seat.person.id, seat.held())).collect()
    }

    /// An agent with what they hold.
    #[must_use]
    pub fn seat(&self, agent: PersonId) -> Option<Seat> {
        self.roster().seat(agent).cloned()
    }

    /// A person's name; agents' without asking the store.
    pub async fn name_of(&self, person: PersonId) -> Result<Option<String>, StoreError> {
        let seated = self.roster().seat(person).map(|seat| seat.person.name.clone());
        match seated {
            Some(name) => Ok(Some(name)),
            None => Ok(self.store.person(person).await?.map(|person| person.name)),
        }
    }

    /// A person's chat with the bot; agents' without asking the store.
    pub async fn chat_of(&self, person: PersonId) -> Result<Option<ChatId>, StoreError> {
        let seated = self.roster().seat(person).map(|seat| seat.person.chat());
        match seated {
            Some(chat) => Ok(Some(chat)),
            None => Ok(self.store.person(person).await?.map(|person| person.chat())),
        }
    }

    /// When the day of `now` began in the desk's zone.
    #[must_use]
    pub fn day_began(&self, now: Time) -> Time {
        let zone = self.rules.zone;
        let day = now.with_timezone(&zone).date_naive().and_time(NaiveTime::MIN);
        zone.from_local_datetime(&day).earliest().map_or(now, |at| at.with_timezone(&Utc))
    }
}

impl Seat {
    /// Whether they are online and there, whether they have room or not.
    #[must_use]
    pub fn is_online(&self) -> bool {
        self.person.availability() == Availability::Online && !self.lost && self.person.reachable
    }

    /// How many tickets they can hold.
    #[must_use]
    pub fn capacity(&self) -> u16 {
        self.profile().map_or(0, |profile| profile.max_tickets.get())
    }
}
