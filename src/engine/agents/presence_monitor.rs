//! Looks after each agent's presence: refreshes it, asks, gives up for lost, takes offline. The roster says whom to look at;
//! before anything is done the store is asked, because another replica may have heard from them, and memory, because a
//! sign of life may not be written yet.
use super::presence_policy::{PresenceAction, RecordState, evaluate};
use crate::domain::Time;
use crate::domain::event::Actor;
use crate::domain::ids::PersonId;
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::person::{AgentProfile, Availability, Person};
use crate::domain::policy::{OfflineBehaviour, Settings};
use crate::domain::presence::PresenceRecord;
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::ports::StoreError;
use crate::engine::sweep::{Sweep, delta};
use std::collections::HashMap;

/// One look at an agent: what an opinion of them rests on beside their profile.
struct Observation<'a> {
    agent: PersonId,
    seen: RecordState,
    settings: &'a Settings,
    now: Time,
}

impl Engine {
    pub(in crate::engine) async fn check_agent(
        &self,
        agent: &Person,
        records: Option<&HashMap<PersonId, PresenceRecord>>,
        (settings, now): (&Settings, Time),
        sweep: &mut Sweep,
    ) -> Result<(), EngineError> {
        let Some(profile) = &agent.agent else { return Ok(()) };
        if profile.release_due.is_some() {
            self.apply_offline_behaviour(agent.id, now).await?;
        }
        let record = records.map(|all| all.get(&agent.id));
        let seen = match record {
            None => RecordState::Unknown,
            Some(None) => RecordState::Absent,
            Some(Some(_)) => RecordState::Present,
        };
        let look = Observation { agent: agent.id, seen, settings, now };
        match self.evaluate(&look, profile) {
            PresenceAction::Leave => {
                if seen != RecordState::Unknown && self.is_lost(agent.id) {
                    self.set_lost(agent.id, false);
                }
                if seen == RecordState::Present && profile.availability == Availability::Offline {
                    self.remove_orphan_record_of(agent.id, now).await?;
                }
            }
            PresenceAction::Refresh => {
                let ttl = delta(self.rules.presence_ttl);
                let fresh = record.flatten().is_some_and(|r| now - r.last_heartbeat < ttl / 3);
                if !fresh {
                    self.sync_presence(agent, now).await;
                }
            }
            PresenceAction::Ask => sweep.asked += usize::from(self.ask(&look).await?),
            PresenceAction::Lose => sweep.lost += usize::from(self.mark_lost(&look).await?),
            PresenceAction::TakeOffline => {
                sweep.taken_offline += usize::from(self.take_offline(&look).await?)
            }
        }
        Ok(())
    }

    /// A heartbeat that was overtaken by its agent's log-out has left a record of somebody who is not there. Asks the store:
    /// they may have come back by another replica.
    async fn remove_orphan_record_of(&self, agent: PersonId, now: Time) -> Result<(), StoreError> {
        let person = self.store.person(agent).await?;
        if let Some(person) = person.filter(|person| person.availability() == Availability::Offline) {
            self.sync_presence(&person, now).await;
        }
        Ok(())
    }

    /// The verdict on a profile as it was read, and on the signs of life that are known here and perhaps not written yet.
    fn evaluate(&self, look: &Observation<'_>, read: &AgentProfile) -> PresenceAction {
        let known = self.roster().seat(look.agent).and_then(|seat| seat.profile()).map(|p| p.last_activity);
        let last_activity = known.map_or(read.last_activity, |known| known.max(read.last_activity));
        let profile = AgentProfile { last_activity, ..read.clone() };
        evaluate(&profile, look.seen, look.settings, self.rules.presence_ttl, look.now)
    }

    /// The person as the store has them, if the verdict still stands.
    async fn reevaluate(
        &self,
        look: &Observation<'_>,
        verdict: PresenceAction,
    ) -> Result<Option<Person>, StoreError> {
        let person = self.store.person(look.agent).await?;
        let profile = person.as_ref().and_then(|person| person.agent.as_ref());
        let stands = profile.is_some_and(|profile| self.evaluate(look, profile) == verdict);
        if !stands {
            let _between_rounds = self.round.lock().await;
            self.reload_agent(look.agent).await?;
        }
        Ok(person.filter(|_| stands))
    }

    async fn mark_lost(&self, look: &Observation<'_>) -> Result<bool, EngineError> {
        if self.is_lost(look.agent) {
            return Ok(false);
        }
        let Some(person) = self.reevaluate(look, PresenceAction::Lose).await? else { return Ok(false) };
        // With the last sign of life that the store knows: only a later one takes the loss back.
        self.roster().put_person(person);
        tracing::info!(agent = %look.agent, "presence lost");
        self.set_lost(look.agent, true);
        Ok(true)
    }

    fn set_lost(&self, agent: PersonId, lost: bool) {
        let mut roster = self.roster();
        roster.update(agent, |seat| seat.lost = lost);
        let departments = roster.seat(agent).and_then(|s| s.profile()).map(|p| p.departments.clone());
        // With the roster in hand, as in `vacate`.
        self.request_round(departments.unwrap_or_default());
        self.publish(crate::engine::events::Event::Agent(agent));
    }

    /// Asks an agent whether they are still there.
    async fn ask(&self, look: &Observation<'_>) -> Result<bool, EngineError> {
        let Some(person) = self.reevaluate(look, PresenceAction::Ask).await? else { return Ok(false) };
        let minutes = u32::try_from(look.settings.grace.as_secs().div_ceil(60)).unwrap_or(u32::MAX);
        let question = Outgoing::notice(person.chat(), Notice::StillOnline { agent: look.agent, minutes });
        let asked = self
            .change_agent(look.agent, |profile: &mut AgentProfile| {
                // As they are by now: who has just spoken is not asked.
                if self.evaluate(look, profile) != PresenceAction::Ask {
                    return (None, Vec::new());
                }
                profile.asked_at = Some(look.now);
                (None, vec![question.clone()])
            })
            .await?;
        let is_asked = asked.agent.as_ref().is_some_and(|profile| profile.asked_at == Some(look.now));
        if is_asked {
            self.sync_presence(&asked, look.now).await;
        }
        Ok(is_asked)
    }

    async fn take_offline(&self, look: &Observation<'_>) -> Result<bool, EngineError> {
        let Some(person) = self.reevaluate(look, PresenceAction::TakeOffline).await? else {
            return Ok(false);
        };
        let kept = match look.settings.offline_behaviour {
            OfflineBehaviour::Keep => self.store.held_by(look.agent).await?.len(),
            OfflineBehaviour::ReassignWaiting => {
                let held = self.store.held_by(look.agent).await?;
                held.iter().filter_map(|ticket| ticket.hold()).filter(|hold| hold.opened_at.is_some()).count()
            }
            OfflineBehaviour::ReassignAll => 0,
        };
        let notice = Notice::TakenOffline { kept: u16::try_from(kept).unwrap_or(u16::MAX) };
        let notices = vec![Outgoing::notice(person.chat(), notice)];
        // As they are by now: who comes back at this moment stays.
        let still = |profile: &AgentProfile| self.evaluate(look, profile) == PresenceAction::TakeOffline;
        let before = person.version;
        let person = self
            .change_availability(
                look.agent,
                (Availability::Offline, &still),
                Actor::Engine,
                notices,
                look.now,
            )
            .await?;
        let taken = person.availability() == Availability::Offline && person.version != before;
        if taken {
            self.sync_presence(&person, look.now).await;
        }
        Ok(taken)
    }
}
