//! Operations on people: registration, language, reachability.
mod unreadable;
mod usernames;

use super::error::EngineError;
use super::ports::{Change, CommitError, StoreError, UniqueKey, Write};
use super::sessions::end_sessions_after_lost_role;
use super::{Attempt, Engine};
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::event::AuditEvent;
use crate::domain::ids::{PersonId, TelegramId, Version};
use crate::domain::notice::{Message, Notice, Outgoing};
use crate::domain::person::{Locale, Person, Prompt, Role};
use crate::domain::text::{MAX_NAME_CHARS, clean, shorten};

/// The profile that Telegram sends with each update of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Their Telegram id.
    pub telegram: TelegramId,
    /// Their first and last name.
    pub name: String,
    /// Their username.
    pub username: Option<String>,
    /// Their language, if the desk has it.
    pub locale: Option<Locale>,
}

impl Engine {
    /// Returns the person with a Telegram profile, creating a customer if there is none. Updates name,
    /// username and language. A person listed in `ADMIN_IDS` is an admin.
    pub async fn register_person(&self, profile: &Profile, now: Time) -> Result<Person, EngineError> {
        self.retry(|| async {
            let stored = self.store.person_by_telegram(profile.telegram).await?;
            let mut person = match &stored {
                Some(person) => self.updated(person, profile),
                None => self.new_customer(profile, now),
            };
            // Boxed, because few updates bring a new username, and each one's future would hold its state.
            Box::pin(self.take_over_username(stored.as_ref(), &mut person)).await?;
            if stored.as_ref() == Some(&person) {
                return Ok(Attempt::Done(person));
            }
            let menu_changed =
                stored.as_ref().is_none_or(|old| old.role != person.role || old.locale != person.locale);
            let mut notices = if menu_changed { vec![menu(&person)] } else { Vec::new() };
            if stored.as_ref().is_some_and(|old| !old.reachable) {
                notices.extend(self.holder_card_refreshes(person.id).await?);
            }
            let expected = stored.as_ref().map(|old| old.version);
            let person = Person { version: expected.map_or(Version::default(), Version::next), ..person };
            // Only an agent has a seat that a running round could use.
            let _no_round = match &person.agent {
                Some(_) => Some(self.round.lock().await),
                None => None,
            };
            let write = Write::Person { person: Box::new(person.clone()), expected };
            match self.commit_one(Change { write, event: None, notices }).await {
                // Two first messages at the same time: the other one created the person.
                Err(CommitError::Duplicate(UniqueKey::Telegram)) => Ok(Attempt::Lost),
                committed => {
                    let attempt = Attempt::of(committed, person)?;
                    if let Attempt::Done(person) = &attempt
                        && person.agent.is_some()
                    {
                        self.sync_seat(person).await;
                    }
                    Ok(attempt)
                }
            }
        })
        .await
    }

    /// Returns the current person with this id. An agent comes from the roster if this engine has its store
    /// to itself: nobody else writes then, and the roster is updated after each commit before the operation
    /// returns. The store is read while any agent is uncertain, and if there are other replicas, whose
    /// changes reach the roster later.
    pub async fn person(&self, id: PersonId) -> Result<Option<Person>, StoreError> {
        let cached = if self.signal_buffer.is_none() && !self.has_uncertain_agents() {
            self.roster().seat(id).map(|seat| seat.person.clone())
        } else {
            None
        };
        match cached {
            Some(person) => Ok(Some(person)),
            None => self.store.person(id).await,
        }
    }

    fn updated(&self, person: &Person, profile: &Profile) -> Person {
        let locale =
            if person.locale_chosen { person.locale } else { profile.locale.unwrap_or(person.locale) };
        let role = if self.rules.admin_ids.contains(&profile.telegram) { Role::Admin } else { person.role };
        let mut person = Person {
            name: name_of(profile),
            username: profile.username.clone(),
            locale,
            role,
            ..person.clone()
        };
        person.set_reachable();
        person
    }

    fn new_customer(&self, profile: &Profile, now: Time) -> Person {
        let is_admin = self.rules.admin_ids.contains(&profile.telegram);
        Person {
            id: PersonId::from_random(self.random().id()),
            telegram: profile.telegram,
            name: name_of(profile),
            username: profile.username.clone(),
            email: None,
            locale: profile.locale.unwrap_or(self.rules.default_locale),
            locale_chosen: false,
            role: if is_admin { Role::Admin } else { Role::Customer },
            reachable: true,
            agent: None,
            prompt: None,
            answered_by: None,
            username_taken_over: false,
            links: Vec::new(),
            sessions: crate::domain::person::sessions::Sessions::default(),
            banned: None,
            created_at: now,
            version: Version::default(),
        }
    }

    /// Changes a person by `change`, which returns the audit event and the notices. Writes nothing if nothing
    /// changed.
    pub(super) async fn change_person(
        &self,
        id: PersonId,
        change: impl Fn(&mut Person) -> Result<(Option<AuditEvent>, Vec<Outgoing>), EngineError>,
    ) -> Result<Person, EngineError> {
        let _paused = self.pause_assignment().await;
        self.change_person_while_paused(id, change).await
    }

    /// As [`Engine::change_person`]. The caller must have paused assignment.
    pub(super) async fn change_person_while_paused(
        &self,
        id: PersonId,
        change: impl Fn(&mut Person) -> Result<(Option<AuditEvent>, Vec<Outgoing>), EngineError>,
    ) -> Result<Person, EngineError> {
        let person = self
            .retry(|| async {
                let before = self.store.person(id).await?.ok_or(EngineError::NotFound)?;
                let mut person = before.clone();
                let (event, notices) = change(&mut person)?;
                if person == before {
                    return Ok(Attempt::Done(person));
                }
                end_sessions_after_lost_role(&before, &mut person);
                person.version = before.version.next();
                let write =
                    Write::Person { person: Box::new(person.clone()), expected: Some(before.version) };
                Attempt::of(self.commit_one(Change { write, event, notices }).await, person)
            })
            .await?;
        if person.agent.is_some() || self.roster().seat(id).is_some() {
            self.sync_seat(&person).await;
        }
        Ok(person)
    }

    /// Sets a person's language. Refreshes their menu and the cards of their open and held tickets.
    pub async fn set_locale(&self, id: PersonId, locale: Locale) -> Result<Person, EngineError> {
        let (opened, held) = tokio::try_join!(
            self.store.tickets_of(id, super::tickets::open::MAX_OPEN_TICKETS),
            self.store.held_by(id)
        )?;
        let open = opened.iter().filter(|ticket| !ticket.status().is_end());
        let cards = open.map(|ticket| CardKey::Status(ticket.id));
        let cards: Vec<_> = cards.chain(held.iter().map(|ticket| CardKey::Task(ticket.id, id))).collect();
        self.change_person(id, |person: &mut Person| {
            (person.locale, person.locale_chosen) = (locale, true);
            let refreshes = cards.iter().map(|card| Outgoing::refresh(person.chat(), *card));
            Ok((None, std::iter::once(menu(person)).chain(refreshes).collect()))
        })
        .await
    }

    /// Sets or clears the prompt that a person's next message answers.
    pub async fn set_prompt(&self, id: PersonId, prompt: Option<Prompt>) -> Result<Person, EngineError> {
        self.change_person(id, |person: &mut Person| {
            (person.prompt, person.answered_by) = (prompt, None);
            Ok((None, Vec::new()))
        })
        .await
    }

    /// Records the message that answered a person's prompt.
    pub async fn answer_prompt(&self, id: PersonId, message: i32) -> Result<Person, EngineError> {
        self.change_person(id, |person: &mut Person| {
            person.answered_by = Some(message);
            Ok((None, Vec::new()))
        })
        .await
    }

    /// Returns refreshes of the cards that show a customer's reachability to the holders of their tickets.
    pub(super) async fn holder_card_refreshes(
        &self,
        customer: PersonId,
    ) -> Result<Vec<Outgoing>, EngineError> {
        let mut cards = Vec::new();
        for ticket in self.store.tickets_of(customer, super::tickets::open::MAX_OPEN_TICKETS).await? {
            let Some(holder) = self.holder_of(&ticket).await? else { continue };
            let keys = [CardKey::Task(ticket.id, holder.id), CardKey::MyQueue(holder.id, 0)];
            cards.extend(keys.map(|key| Outgoing::refresh(holder.chat(), key)));
        }
        Ok(cards)
    }

    /// Returns a notice to every admin.
    pub async fn notices_to_admins(&self, notice: &Notice) -> Result<Vec<Outgoing>, EngineError> {
        let admins = self.store.admins().await?;
        Ok(admins.iter().map(|admin| Outgoing::notice(admin.chat(), notice.clone())).collect())
    }
}

fn name_of(profile: &Profile) -> String {
    let name = shorten(&clean(&profile.name).replace('\n', " "), MAX_NAME_CHARS);
    if name.is_empty() { format!("#{}", profile.telegram) } else { name }
}

pub(super) fn menu(person: &Person) -> Outgoing {
    Outgoing { chat: person.chat(), message: Message::Menu }
}
