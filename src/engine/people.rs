//! Operations on people: registration, language, reachability.
pub mod bans;
mod menu_buttons;
pub(in crate::engine) mod roles;
mod unreadable;
mod usernames;

use super::error::EngineError;
use super::ports::{AdminGuard, Change, CommitError, StoreError, UniqueKey, Write};
use super::sessions::end_sessions_after_lost_role;
use super::{Attempt, Engine};
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::event::{Actor, AuditEvent};
use crate::domain::ids::{PersonId, TelegramId, Version};
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::person::{Locale, Person, Prompt, Role};
use crate::domain::text::{MAX_NAME_CHARS, clean, shorten};
use chrono::TimeDelta;
use roles::{end_admin_role, membership_event, menus};

/// How long Telegram must name another language, and no message the present one, until a person gets it.
const LOCALE_CHANGE_AFTER: TimeDelta = TimeDelta::hours(24);
/// How long a prompt waits for its answer. A message that comes later is about something else.
const PROMPT_LIFETIME: TimeDelta = TimeDelta::minutes(10);

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
                Some(person) => self.updated(person, profile, now),
                None => self.new_customer(profile, now),
            };
            // Boxed, because few updates bring a new username, and each one's future would hold its state.
            Box::pin(self.take_over_username(stored.as_ref(), &mut person)).await?;
            if stored.as_ref() == Some(&person) {
                return Ok(Attempt::Done(person));
            }
            let (mut event, mut notices) = (None, Vec::new());
            let was_admin = stored.as_ref().is_some_and(Person::is_admin);
            if self.is_former_admin(&person) {
                (event, notices) = end_admin_role(&mut person, Actor::Engine, now);
            } else if person.admin_by_setting && !was_admin {
                event = Some(membership_event(now, Actor::Engine, person.id, "role=admin"));
            }
            if let Some(before) = &stored {
                end_sessions_after_lost_role(before, &mut person);
            }
            let menu_changed =
                stored.as_ref().is_none_or(|old| old.role != person.role || old.locale != person.locale);
            if menu_changed && notices.is_empty() {
                notices.extend(menus(&person));
            }
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
            match self.commit_one(Change { write, event, notices }).await {
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

    fn updated(&self, person: &Person, profile: &Profile, now: Time) -> Person {
        let (locale, other_locale_since) = locale_of(person, profile, now);
        let is_named = self.config.admin_ids.contains(&profile.telegram);
        let mut person = Person {
            name: name_of(profile),
            username: profile.username.clone(),
            locale,
            other_locale_since,
            role: if is_named { Role::Admin } else { person.role },
            // A role that an admin granted does not end with the setting.
            admin_by_setting: person.admin_by_setting || (is_named && !person.is_admin()),
            ..person.clone()
        };
        person.set_reachable();
        person
    }

    fn new_customer(&self, profile: &Profile, now: Time) -> Person {
        let is_admin = self.config.admin_ids.contains(&profile.telegram);
        Person {
            id: PersonId::from_random(self.random().id()),
            telegram: profile.telegram,
            name: name_of(profile),
            username: profile.username.clone(),
            email: None,
            locale: profile.locale.unwrap_or(self.config.default_locale),
            locale_chosen: false,
            other_locale_since: None,
            role: if is_admin { Role::Admin } else { Role::Customer },
            admin_by_setting: is_admin,
            reachable: true,
            agent: None,
            prompt: None,
            prompt_until: None,
            answered_by: None,
            username_taken_over: false,
            former_usernames: Vec::new(),
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
        let _suspension = self.suspend_assignment().await;
        self.change_person_while_suspended(id, change).await
    }

    /// As [`Engine::change_person`], for a person who becomes or ceases to be an admin.
    pub(super) async fn change_admin(
        &self,
        id: PersonId,
        guard: AdminGuard,
        change: impl Fn(&mut Person) -> Result<(Option<AuditEvent>, Vec<Outgoing>), EngineError>,
    ) -> Result<Person, EngineError> {
        let _suspension = self.suspend_assignment().await;
        let write = |person, expected| Write::AdminRole { person, expected, guard };
        self.change_person_by(id, change, write).await
    }

    /// As [`Engine::change_person`]. The caller must have suspended assignment.
    pub(super) async fn change_person_while_suspended(
        &self,
        id: PersonId,
        change: impl Fn(&mut Person) -> Result<(Option<AuditEvent>, Vec<Outgoing>), EngineError>,
    ) -> Result<Person, EngineError> {
        let write = |person, expected| Write::Person { person, expected: Some(expected) };
        self.change_person_by(id, change, write).await
    }

    async fn change_person_by(
        &self,
        id: PersonId,
        change: impl Fn(&mut Person) -> Result<(Option<AuditEvent>, Vec<Outgoing>), EngineError>,
        write: impl Fn(Box<Person>, Version) -> Write,
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
                let write = write(Box::new(person.clone()), before.version);
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
        let (opened, held) = tokio::try_join!(self.open_tickets_of(id), self.store.held_by(id))?;
        let cards = opened.iter().map(|ticket| CardKey::Status(ticket.id));
        let cards: Vec<_> = cards.chain(held.iter().map(|ticket| CardKey::Task(ticket.id, id))).collect();
        self.change_person(id, |person: &mut Person| {
            (person.locale, person.locale_chosen, person.other_locale_since) = (locale, true, None);
            let refreshes = cards.iter().map(|card| Outgoing::refresh(person.chat(), *card));
            Ok((None, menus(person).into_iter().chain(refreshes).collect()))
        })
        .await
    }

    /// Starts a prompt: the person's next message answers it, unless it comes too late.
    pub async fn start_prompt(&self, id: PersonId, prompt: Prompt, now: Time) -> Result<Person, EngineError> {
        self.set_prompt(id, Some((prompt, now + PROMPT_LIFETIME)), Vec::new()).await
    }

    /// Ends a person's prompt without an answer.
    pub async fn end_prompt(&self, id: PersonId) -> Result<Person, EngineError> {
        self.set_prompt(id, None, Vec::new()).await
    }

    /// As [`Engine::end_prompt`]. Sends the notices if there was a prompt.
    pub async fn end_prompt_with(&self, id: PersonId, notices: Vec<Outgoing>) -> Result<Person, EngineError> {
        self.set_prompt(id, None, notices).await
    }

    /// Sets a person's prompt. Sends the notices if there was one before.
    async fn set_prompt(
        &self,
        id: PersonId,
        prompt: Option<(Prompt, Time)>,
        notices: Vec<Outgoing>,
    ) -> Result<Person, EngineError> {
        self.change_person(id, |person: &mut Person| {
            let mut notices = if person.prompt.is_some() { notices.clone() } else { Vec::new() };
            let ended = person.current_prompt();
            (person.prompt, person.prompt_until) = prompt.unzip();
            person.answered_by = None;
            // Also that of a prompt that begins: it may have had a message before.
            notices.extend(prompt_cards(person, [ended, person.prompt]));
            Ok((None, notices))
        })
        .await
    }

    /// Records the message that answered a person's prompt.
    pub async fn answer_prompt(&self, id: PersonId, message: i32) -> Result<Person, EngineError> {
        self.change_person(id, |person: &mut Person| {
            let ended = person.current_prompt();
            person.answered_by = Some(message);
            Ok((None, prompt_cards(person, [ended])))
        })
        .await
    }

    /// Returns refreshes of the cards that show a customer's reachability to the holders of their tickets.
    pub(super) async fn holder_card_refreshes(
        &self,
        customer: PersonId,
    ) -> Result<Vec<Outgoing>, EngineError> {
        let mut cards = Vec::new();
        for ticket in self.open_tickets_of(customer).await? {
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

/// Returns refreshes of the cards of a person's prompts.
fn prompt_cards(person: &Person, prompts: impl IntoIterator<Item = Option<Prompt>>) -> Vec<Outgoing> {
    let cards = prompts.into_iter().flatten().filter_map(|prompt| prompt.card(person.id));
    cards.map(|card| Outgoing::refresh(person.chat(), card)).collect()
}

/// Returns the language of a person after an update, and since when Telegram names another one only. A person
/// whose devices have different languages keeps the first: the other one must last.
fn locale_of(person: &Person, profile: &Profile, now: Time) -> (Locale, Option<Time>) {
    let Some(named) = profile.locale.filter(|_| !person.locale_chosen) else {
        return (person.locale, person.other_locale_since);
    };
    if named == person.locale {
        return (person.locale, None);
    }
    match person.other_locale_since {
        Some(since) if now - since >= LOCALE_CHANGE_AFTER => (named, None),
        since => (person.locale, since.or(Some(now))),
    }
}

fn name_of(profile: &Profile) -> String {
    let name = shorten(&clean(&profile.name).replace('\n', " "), MAX_NAME_CHARS);
    if name.is_empty() { format!("#{}", profile.telegram) } else { name }
}
