//! An agent's availability: online, busy, away, offline; signs of life; and what follows for their tickets.
use super::error::EngineError;
use super::feed::Happening;
use super::ports::{Change, Write};
use super::{Attempt, Engine};
use crate::domain::Time;
use crate::domain::event::{Actor, Event, ReleaseReason, What};
use crate::domain::ids::PersonId;
use crate::domain::notice::Outgoing;
use crate::domain::person::{AgentProfile, Availability, Person, Via};
use crate::domain::policy::OfflineBehaviour;
use crate::domain::presence::PresenceRecord;
use crate::domain::ticket::Ticket;
use chrono::TimeDelta;

/// A sign of life is written down at most this often: precise enough for time-outs of minutes, and a chatty agent does not
/// cost a write per message.
pub(super) const TOUCH_EVERY: TimeDelta = TimeDelta::seconds(15);

impl Engine {
    /// An agent says how available they are. Going online fills their queue; going offline applies the offline behaviour.
    pub async fn set_availability(
        &self,
        agent: PersonId,
        to: Availability,
        now: Time,
    ) -> Result<Person, EngineError> {
        let person = self.change_availability(agent, to, Actor::Person(agent), Vec::new(), now).await?;
        self.settle_presence(&person, now).await;
        Ok(person)
    }

    /// The commit behind every change of availability, with what the roster and the queue make of it.
    pub(super) async fn change_availability(
        &self,
        agent: PersonId,
        to: Availability,
        actor: Actor,
        notices: Vec<Outgoing>,
        now: Time,
    ) -> Result<Person, EngineError> {
        self.change_availability_by(Via::Telegram, agent, to, actor, notices, now).await
    }

    /// The same, for an agent whose signs of life come from `via` from now on.
    pub(super) async fn change_availability_by(
        &self,
        via: Via,
        agent: PersonId,
        to: Availability,
        actor: Actor,
        notices: Vec<Outgoing>,
        now: Time,
    ) -> Result<Person, EngineError> {
        let behaviour = self.store.settings().await?.offline_behaviour;
        if actor != Actor::Engine {
            // Before the change, whose round must not find them lost.
            self.store.touch(agent, now).await?;
            self.roster().update(agent, |seat| touch(seat, now));
        }
        let person = self
            .change_agent(agent, |profile: &mut AgentProfile| {
                profile.availability = to;
                profile.via = via;
                profile.asked_at = None;
                profile.release_due =
                    (to == Availability::Offline && behaviour != OfflineBehaviour::Keep).then_some(behaviour);
                if to == Availability::Online {
                    profile.last_online = Some(now);
                }
                let lost = actor == Actor::Engine;
                let what = What::Availability { agent, to, lost };
                (Some(Event { at: now, actor, ticket: None, what }), notices.clone())
            })
            .await?;
        tracing::info!(%agent, availability = to.as_str(), by = ?actor, "availability");
        self.finish_release(agent, now).await?;
        Ok(person)
    }

    /// Changes an agent's profile by `change`, which also says what is recorded and who is told.
    pub(super) async fn change_agent(
        &self,
        agent: PersonId,
        change: impl Fn(&mut AgentProfile) -> (Option<Event>, Vec<Outgoing>),
    ) -> Result<Person, EngineError> {
        let _between_rounds = self.round.lock().await;
        let person = self
            .retry(|| async {
                let mut person = self.store.person(agent).await?.ok_or(EngineError::NotFound)?;
                let mut profile = person.agent.clone().ok_or(EngineError::Forbidden)?;
                let (event, notices) = change(&mut profile);
                let expected = Some(person.version);
                person.agent = Some(profile);
                person.version = person.version.next();
                let write = Write::Person { person: Box::new(person.clone()), expected };
                Attempt::of(self.commit_one(Change { write, event, notices }).await, person)
            })
            .await?;
        self.seat_changed(&person);
        Ok(person)
    }

    /// The roster follows a person's change, and their departments get a round.
    pub(super) fn seat_changed(&self, person: &Person) {
        let former = self.roster().seat(person.id).and_then(|s| s.profile()).map(|p| p.departments.clone());
        self.roster().put_person(person.clone());
        self.mark(former.unwrap_or_default());
        self.mark(person.agent.iter().flat_map(|profile| profile.departments.iter().copied()));
        self.tell(Happening::Agent(person.id));
    }

    /// Gives back the tickets that the offline behaviour wants back, then forgets that it was due. After a crash in between
    /// the sweep does it again. Asks the store whether it is due: they may be back.
    pub(super) async fn finish_release(&self, agent: PersonId, now: Time) -> Result<(), EngineError> {
        let profile = self.store.person(agent).await?.and_then(|person| person.agent);
        let Some(due) = profile.and_then(|profile| profile.release_due) else { return Ok(()) };
        let wanted = |ticket: &Ticket| match due {
            OfflineBehaviour::Keep => false,
            OfflineBehaviour::ReassignWaiting => ticket.hold().is_some_and(|hold| hold.opened_at.is_none()),
            OfflineBehaviour::ReassignAll => true,
        };
        self.release_held(agent, ReleaseReason::Offline, wanted, now).await?;
        self.change_agent(agent, |profile: &mut AgentProfile| {
            // Only if they did not come back and leave again meanwhile.
            if profile.availability == Availability::Offline {
                profile.release_due = None;
            }
            (None, Vec::new())
        })
        .await?;
        Ok(())
    }

    /// A sign of life of a person: an agent who is not offline stays there, and an open "are you still there?" is answered.
    pub async fn alive(&self, person: &Person, now: Time) -> Result<(), EngineError> {
        let Some(profile) = &person.agent else { return Ok(()) };
        if profile.availability == Availability::Offline {
            return Ok(());
        }
        if profile.asked_at.is_some() {
            let answered = |profile: &mut AgentProfile| {
                profile.asked_at = None;
                (None, Vec::new())
            };
            self.change_agent(person.id, answered).await?;
        }
        let lost = self.roster().seat(person.id).is_some_and(|seat| seat.lost);
        if lost || now - profile.last_activity >= TOUCH_EVERY {
            self.store.touch(person.id, now).await?;
            self.roster().update(person.id, |seat| touch(seat, now));
            self.settle_presence(person, now).await;
        }
        if lost {
            self.mark(profile.departments.iter().copied());
            self.tell(Happening::Agent(person.id));
        }
        Ok(())
    }

    /// Brings presence in line with a person's availability. Presence out of reach stops nobody: the sweep tries again.
    pub(super) async fn settle_presence(&self, person: &Person, now: Time) {
        let result = match &person.agent {
            Some(profile) if profile.availability != Availability::Offline => {
                self.beat(person, profile, now).await
            }
            profile => {
                let departments: Vec<_> =
                    profile.iter().flat_map(|p| p.departments.iter().copied()).collect();
                self.presence.leave(person.id, &departments).await
            }
        };
        if let Err(error) = result {
            tracing::warn!(agent = %person.id, %error, "presence not updated");
        }
    }

    pub(super) async fn beat(
        &self,
        person: &Person,
        profile: &AgentProfile,
        now: Time,
    ) -> Result<(), super::ports::PresenceError> {
        let held = self.roster().seat(person.id).map_or(0, super::roster::Seat::held);
        let departments = self.store.departments().await.unwrap_or_default();
        let first = profile.departments.first().copied();
        let name = departments.into_iter().find(|d| Some(d.id) == first).map(|d| d.name);
        let record = PresenceRecord {
            agent_id: person.id,
            name: person.name.clone(),
            email: person.email.clone().unwrap_or_default(),
            department_id: first,
            department: name.unwrap_or_default(),
            department_ids: profile.departments.iter().copied().collect(),
            status: profile.availability,
            last_heartbeat: now,
            current_chats: held,
            max_chats: profile.max_tickets.get(),
        };
        self.presence.beat(record, self.rules.presence_ttl, now).await
    }
}

pub(super) fn touch(seat: &mut super::roster::Seat, now: Time) {
    seat.lost = false;
    if let Some(profile) = &mut seat.person.agent {
        profile.last_activity = profile.last_activity.max(now);
    }
}
