//! Availability of agents (online, busy, away, offline), their signs of activity, and the consequences for
//! their tickets.
mod cause;

use crate::domain::Time;
use crate::domain::department::DepartmentList;
use crate::domain::event::{Action, AuditEvent, ReleaseReason};
use crate::domain::ids::PersonId;
use crate::domain::notice::Outgoing;
use crate::domain::person::{AgentProfile, Availability, Person, Via};
use crate::domain::policy::OfflineBehaviour;
use crate::domain::presence::PresenceRecord;
use crate::domain::ticket::Ticket;
use crate::engine::assignment::pending_work::PendingWork;
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::{Change, Write};
use crate::engine::{Attempt, Engine};
pub(in crate::engine) use cause::Cause;
use chrono::TimeDelta;

/// Minimum interval between two writes of an agent's activity: precise enough for timeouts of minutes, and an
/// agent who writes a lot does not cost a write per message.
pub(in crate::engine) const ACTIVITY_WRITE_INTERVAL: TimeDelta = TimeDelta::seconds(15);

impl Engine {
    /// Sets the availability that an agent chose. Going online requests rounds; going offline applies the
    /// offline behaviour.
    pub async fn set_availability(
        &self,
        agent: PersonId,
        to: Availability,
        now: Time,
    ) -> Result<Person, EngineError> {
        self.choose_availability((agent, Via::Telegram), to, now).await
    }

    /// As [`Engine::set_availability`], chosen in Telegram or in a client.
    pub(super) async fn choose_availability(
        &self,
        (agent, via): (PersonId, Via),
        to: Availability,
        now: Time,
    ) -> Result<Person, EngineError> {
        let cause = Cause::Choice(via);
        let person = self.change_availability((agent, cause), (to, &|_| true), Vec::new(), now).await?;
        self.sync_presence(&person, now).await;
        Ok(person)
    }

    /// Commits a change of availability, then updates the roster and requests rounds. `precondition` must
    /// hold for the current profile; otherwise nothing changes. Also sets the source of the agent's signs of
    /// activity.
    pub(in crate::engine) async fn change_availability(
        &self,
        (agent, cause): (PersonId, Cause),
        (to, precondition): (Availability, &(dyn Fn(&AgentProfile) -> bool + Sync)),
        notices: Vec<Outgoing>,
        now: Time,
    ) -> Result<Person, EngineError> {
        let behaviour = self.store.settings().await?.offline_behaviour;
        let (by_agent, actor) = (cause.is_activity(to), cause.actor(agent));
        if by_agent {
            self.store.record_activity(agent, now).await?;
        }
        if by_agent && to == Availability::Online {
            // Before the change, because its round must not find them lost. Not for an agent who leaves: they
            // would get one more ticket.
            self.record_activity(agent, now);
        }
        let person = self
            .change_agent(agent, |profile: &mut AgentProfile| {
                if !precondition(profile) {
                    return (None, Vec::new());
                }
                if to == Availability::Online {
                    profile.record_online(profile.availability == Availability::Online, now);
                }
                profile.availability = to;
                cause.apply(profile, to);
                profile.clear_question();
                profile.release_due =
                    (to == Availability::Offline && behaviour != OfflineBehaviour::Keep).then_some(behaviour);
                let lost = cause == Cause::LostPresence;
                let what = Action::Availability { agent, to, lost, until: profile.away_until };
                (Some(AuditEvent { at: now, actor, ticket: None, what }), notices.clone())
            })
            .await?;
        if by_agent {
            self.record_activity(agent, now);
        }
        tracing::info!(%agent, availability = person.availability().as_str(), by = ?actor, "availability changed");
        self.apply_offline_behaviour(agent, now).await?;
        Ok(person)
    }

    /// Changes an agent's profile by `change`, which returns the audit event and the notices. Writes nothing
    /// if nothing changed.
    pub(in crate::engine) async fn change_agent(
        &self,
        agent: PersonId,
        change: impl Fn(&mut AgentProfile) -> (Option<AuditEvent>, Vec<Outgoing>),
    ) -> Result<Person, EngineError> {
        let _suspension = self.suspend_assignment().await;
        self.change_while_suspended(agent, change).await
    }

    /// As [`Engine::change_agent`]. The caller must have suspended assignment.
    async fn change_while_suspended(
        &self,
        agent: PersonId,
        change: impl Fn(&mut AgentProfile) -> (Option<AuditEvent>, Vec<Outgoing>),
    ) -> Result<Person, EngineError> {
        let person = self
            .retry(|| async {
                let mut person = self.store.person(agent).await?.ok_or(EngineError::NotFound)?;
                let mut profile = person.agent.clone().ok_or(EngineError::Forbidden)?;
                let (event, notices) = change(&mut profile);
                if person.agent.as_ref() == Some(&profile) {
                    return Ok(Attempt::Done(person));
                }
                let expected = Some(person.version);
                person.agent = Some(profile);
                person.version = person.version.next();
                let write = Write::Person { person: Box::new(person.clone()), expected };
                Attempt::of(self.commit_one(Change { write, event, notices }).await, person)
            })
            .await?;
        self.sync_seat(&person).await;
        Ok(person)
    }

    /// Updates the roster after a change of a person, and requests rounds of their departments. The caller
    /// must have suspended assignment.
    pub(in crate::engine) async fn sync_seat(&self, person: &Person) {
        self.request_round(self.departments_of(person.id));
        let is_new = person.agent.is_some() && self.roster().seat(person.id).is_none();
        if is_new {
            // The tickets that they hold are unknown here: a returning agent may have kept some, and so may
            // another replica's agent.
            let work = self.register(PendingWork::reload([person.id].into()));
            if self.reload_agent(person.id).await.is_ok() {
                work.done();
            }
        } else {
            self.roster().put_person(person.clone());
        }
        self.request_round(person.agent.iter().flat_map(|profile| profile.departments.iter().copied()));
        self.publish(Event::Agent(person.id));
    }

    /// Releases the tickets that the offline behaviour puts back, then clears `release_due`. After a crash in
    /// between the sweep repeats it. Reads the store first, because the agent may be back online.
    pub(in crate::engine) async fn apply_offline_behaviour(
        &self,
        agent: PersonId,
        now: Time,
    ) -> Result<(), EngineError> {
        let Some(person) = self.store.person(agent).await? else { return Ok(()) };
        let Some(profile) = &person.agent else { return Ok(()) };
        let Some(due) = profile.release_due else { return Ok(()) };
        // The sweep does it when an agent who comes and goes has settled.
        if person.reachable && profile.is_flapping(now) {
            return Ok(());
        }
        let why = if person.reachable { ReleaseReason::Offline } else { ReleaseReason::Unreachable };
        let releases = |ticket: &Ticket| due.releases(ticket);
        let is_due =
            |holder: &Person| holder.agent.as_ref().is_some_and(|profile| profile.release_due == Some(due));
        self.retry(|| async {
            let and_due = |ticket: &Ticket, holder: &Person| releases(ticket) && is_due(holder);
            self.release_held(agent, why, and_due, now).await?;
            let _suspension = self.suspend_assignment().await;
            let Some(person) = self.store.person(agent).await?.filter(is_due) else {
                return Ok(Attempt::Done(()));
            };
            // Back online and offline again in the meantime, with tickets that the first listing did not
            // have.
            if self.store.held_by(person.id).await?.iter().any(releases) {
                return Ok(Attempt::Lost);
            }
            self.change_while_suspended(agent, |profile: &mut AgentProfile| {
                if profile.release_due == Some(due) {
                    profile.release_due = None;
                }
                (None, Vec::new())
            })
            .await?;
            Ok(Attempt::Done(()))
        })
        .await
    }

    /// Records a sign of activity: an agent who is not offline stays online, and an open "are you still
    /// online?" is answered.
    pub async fn on_activity(&self, person: &Person, now: Time) -> Result<(), EngineError> {
        let Some(profile) = &person.agent else { return Ok(()) };
        if profile.availability == Availability::Offline {
            return Ok(());
        }
        if profile.asked_at.is_some() {
            let answered = |profile: &mut AgentProfile| {
                profile.clear_question();
                (None, Vec::new())
            };
            self.change_agent(person.id, answered).await?;
        }
        let lost = self.roster().seat(person.id).is_some_and(|seat| seat.lost);
        let written = !lost && now - profile.last_activity < ACTIVITY_WRITE_INTERVAL;
        if !written {
            self.store.record_activity(person.id, now).await?;
        }
        self.record_activity(person.id, now);
        if !written {
            self.sync_presence(person, now).await;
        }
        Ok(())
    }

    /// Updates the roster after a sign of activity. Requests a round at once for an agent who was lost. The
    /// remaining work for them may take a while; until the request, the sweep would count their waiting
    /// tickets as lost wake-ups.
    pub(in crate::engine) fn record_activity(&self, agent: PersonId, now: Time) {
        let mut roster = self.roster();
        let Some(seat) = roster.seat(agent) else { return };
        let (lost, departments) = (seat.lost, seat.profile().map(|p| p.departments.clone()));
        roster.update(agent, |seat| touch(seat, now));
        if lost {
            self.request_round(departments.unwrap_or_default());
            self.publish(Event::Agent(agent));
        }
    }

    /// Makes the presence record match a person's availability. A failure of presence is only logged: the
    /// sweep tries again.
    pub(in crate::engine) async fn sync_presence(&self, person: &Person, now: Time) {
        let result = match &person.agent {
            Some(profile) if profile.availability != Availability::Offline => {
                self.write_presence(person, profile, now).await
            }
            profile => {
                let departments: Vec<_> =
                    profile.iter().flat_map(|p| p.departments.iter().copied()).collect();
                self.presence.leave(person.id, &departments).await
            }
        };
        if let Err(error) = result {
            tracing::warn!(agent = %person.id, %error, "failed to update presence");
        }
    }

    pub(in crate::engine) async fn write_presence(
        &self,
        person: &Person,
        profile: &AgentProfile,
        now: Time,
    ) -> Result<(), crate::engine::ports::PresenceError> {
        let record = self.presence_record(person, profile, now).await;
        self.presence.heartbeat(record, self.config.presence_ttl, now).await
    }

    /// Returns an agent's presence record.
    pub(super) async fn presence_record(
        &self,
        person: &Person,
        profile: &AgentProfile,
        last_heartbeat: Time,
    ) -> PresenceRecord {
        let held = self.roster().seat(person.id).map_or(0, crate::engine::assignment::roster::Seat::held);
        let departments = self.store.department_list().await.unwrap_or_default();
        presence_record_of((person, profile), held, &departments, last_heartbeat)
    }
}

/// Returns the presence record of an agent who holds this many tickets.
pub(super) fn presence_record_of(
    (person, profile): (&Person, &AgentProfile),
    held: u16,
    departments: &DepartmentList,
    last_heartbeat: Time,
) -> PresenceRecord {
    let first = profile.departments.first().copied();
    let department = first.and_then(|id| departments.get(id));
    PresenceRecord {
        agent_id: person.id,
        name: person.name.clone(),
        email: person.email.clone().unwrap_or_default(),
        department_id: first,
        department: department.map(|department| department.name.clone()).unwrap_or_default(),
        department_ids: profile.departments.iter().copied().collect(),
        status: profile.availability,
        last_heartbeat,
        current_chats: held,
        max_chats: profile.max_tickets.get(),
    }
}

fn touch(seat: &mut crate::engine::assignment::roster::Seat, now: Time) {
    seat.lost = false;
    if let Some(profile) = &mut seat.person.agent {
        profile.last_activity = profile.last_activity.max(now);
    }
}
