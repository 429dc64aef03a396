//! People whose records can't be read, for example because a person has edited them. A list leaves them out, and
//! a read by id returns a stand-in, so that one damaged record does not stop the desk.
use crate::domain::Time;
use crate::domain::ids::{PersonId, TelegramId, Version};
use crate::domain::person::sessions::Sessions;
use crate::domain::person::{Locale, Person, Role};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// The version of a stand-in. No record has it, so no write replaces the damaged record.
const NO_VERSION: Version = Version(i64::MAX as u64 / 2);

/// A record that can't be read.
#[derive(Debug, Clone)]
pub(super) struct UnreadablePerson {
    pub(super) stand_in: Person,
    pub(super) why: String,
}

impl UnreadablePerson {
    /// Returns a person with this name, if there is one, and no role.
    pub(super) fn new(id: PersonId, telegram: TelegramId, name: Option<&str>, why: String) -> Self {
        let stand_in = Person {
            id,
            telegram,
            name: name.map_or_else(|| format!("#{telegram}"), str::to_owned),
            username: None,
            email: None,
            locale: Locale::default(),
            locale_chosen: false,
            other_locale_since: None,
            role: Role::Customer,
            admin_by_setting: false,
            reachable: true,
            agent: None,
            prompt: None,
            prompt_until: None,
            answered_by: None,
            links: Vec::new(),
            banned: None,
            username_taken_over: false,
            former_usernames: Vec::new(),
            sessions: Sessions::default(),
            created_at: Time::default(),
            version: NO_VERSION,
        };
        Self { stand_in, why }
    }
}

/// The people whom the last lists left out.
#[derive(Debug, Default)]
pub(super) struct UnreadablePeople(Mutex<BTreeSet<PersonId>>);

impl UnreadablePeople {
    /// Returns the people of a list that can be read. Logs each of the others once.
    pub(super) fn leave_out(
        &self,
        list: impl IntoIterator<Item = Result<Person, Box<UnreadablePerson>>>,
    ) -> Vec<Person> {
        let mut unreadable = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let readable = |entry: Result<Person, Box<UnreadablePerson>>| match entry {
            Ok(person) => {
                unreadable.remove(&person.id);
                Some(person)
            }
            Err(unreadable_person) => {
                let UnreadablePerson { stand_in, why } = *unreadable_person;
                if unreadable.insert(stand_in.id) {
                    let (person, telegram) = (stand_in.id, stand_in.telegram.0);
                    tracing::error!(%person, telegram, why, "the record of a person can't be read; leaving it out");
                }
                None
            }
        };
        list.into_iter().filter_map(readable).collect()
    }

    pub(super) fn ids(&self) -> BTreeSet<PersonId> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
