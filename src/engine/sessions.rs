//! Operations on sessions of the side API: ending one or all of a person's sessions, and using a log-in once.
use super::error::EngineError;
use super::events::Event;
use super::{Engine, lock};
use crate::domain::Time;
use crate::domain::event::{Action, Actor, AuditEvent};
use crate::domain::ids::{PersonId, SessionId};
use crate::domain::person::sessions::LoginRefusal;
use crate::domain::person::{Person, Role};
use std::sync::{Mutex, PoisonError};

/// Why a log-in gives no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    /// It was used before, or there were too many.
    #[error(transparent)]
    Refused(#[from] LoginRefusal),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Engine {
    /// Ends all sessions of a person, on all replicas: tokens are rejected and sockets are closed.
    pub async fn end_sessions(&self, id: PersonId, now: Time) -> Result<Person, EngineError> {
        let person = self
            .change_person(id, |person: &mut Person| {
                person.sessions.end_all();
                let what = Action::Membership { person: id, change: "sessions=ended".to_owned() };
                Ok((Some(AuditEvent { at: now, actor: Actor::Person(id), ticket: None, what }), Vec::new()))
            })
            .await?;
        // The change of an agent publishes it. Sockets of an admin who is no agent hear of it here.
        if person.agent.is_none() {
            self.publish(Event::Agent(id));
        }
        Ok(person)
    }

    /// Returns an id for a new session.
    pub fn new_session_id(&self) -> SessionId {
        SessionId::from_random(self.random().id())
    }

    /// Ends one session of a person, on all replicas. Its tokens expire at `until`.
    pub async fn end_session(
        &self,
        id: PersonId,
        (session, until): (SessionId, Time),
        now: Time,
    ) -> Result<Person, EngineError> {
        let person = self
            .change_person(id, |person: &mut Person| {
                person.sessions.end(session, until, now);
                let what = Action::Membership { person: id, change: "session=ended".to_owned() };
                Ok((Some(AuditEvent { at: now, actor: Actor::Person(id), ticket: None, what }), Vec::new()))
            })
            .await?;
        if person.agent.is_none() {
            self.publish(Event::Agent(id));
        }
        Ok(person)
    }

    /// Marks a log-in as used until it is too old, and returns the person as stored. Of several equal
    /// log-ins at once, on any replica, one succeeds.
    pub async fn use_login(
        &self,
        id: PersonId,
        hash: &str,
        until: Time,
        now: Time,
    ) -> Result<Person, LoginError> {
        let refusal = Mutex::new(None);
        let person = self
            .change_person(id, |person: &mut Person| {
                *lock(&refusal) = person.sessions.use_login(hash, until, now).err();
                Ok((None, Vec::new()))
            })
            .await?;
        match refusal.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(refusal) => Err(refusal.into()),
            None => Ok(person),
        }
    }
}

/// Ends the sessions of a person who has lost a role: a token must not work again when they get it back.
pub(super) fn end_sessions_after_lost_role(before: &Person, after: &mut Person) {
    let roles = |person: &Person| [person.role != Role::Customer, person.is_admin(), person.agent.is_some()];
    if roles(before).into_iter().zip(roles(after)).any(|(had, has)| had && !has) {
        after.sessions.end_all();
    }
}
