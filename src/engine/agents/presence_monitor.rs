//! Presence monitor: applies the presence policy to every agent of the roster. It refreshes their record,
//! asks them, marks them as lost, or sets them offline. Before acting it reads the agent from the store,
//! because another replica may have seen activity. It adds activity that is only in the roster, because that
//! may not be written yet.
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

/// The inputs of one evaluation of an agent, beside their profile.
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

    /// Removes the presence record of an offline agent, left by a heartbeat that was handled while they went
    /// offline. Reads the store first: they may be back online through another replica.
    async fn remove_orphan_record_of(&self, agent: PersonId, now: Time) -> Result<(), StoreError> {
        let person = self.store.person(agent).await?;
        if let Some(person) = person.filter(|person| person.availability() == Availability::Offline) {
            self.sync_presence(&person, now).await;
        }
        Ok(())
    }

    /// Evaluates a profile that was read, with the activity in the roster, which may not be written yet.
    fn evaluate(&self, look: &Observation<'_>, read: &AgentProfile) -> PresenceAction {
        let known = self.roster().seat(look.agent).and_then(|seat| seat.profile()).map(|p| p.last_activity);
        let last_activity = known.map_or(read.last_activity, |known| known.max(read.last_activity));
        let profile = AgentProfile { last_activity, ..read.clone() };
        evaluate(&profile, look.seen, look.settings, self.rules.presence_ttl, look.now)
    }

    /// Reads the agent from the store and returns them if the policy still demands `action`.
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
        // With the activity that the store has: only later activity clears the lost mark.
        self.roster().put_person(person);
        tracing::info!(agent = %look.agent, "presence lost");
        self.set_lost(look.agent, true);
        Ok(true)
    }

    fn set_lost(&self, agent: PersonId, lost: bool) {
        let mut roster = self.roster();
        roster.update(agent, |seat| seat.lost = lost);
        let departments = roster.seat(agent).and_then(|s| s.profile()).map(|p| p.departments.clone());
        // While the roster is locked, as in `release_slot`.
        self.request_round(departments.unwrap_or_default());
        self.publish(crate::engine::events::Event::Agent(agent));
    }

    /// Asks an agent whether they are still online.
    async fn ask(&self, look: &Observation<'_>) -> Result<bool, EngineError> {
        let Some(person) = self.reevaluate(look, PresenceAction::Ask).await? else { return Ok(false) };
        let minutes = u32::try_from(look.settings.grace.as_secs().div_ceil(60)).unwrap_or(u32::MAX);
        let question = Outgoing::notice(person.chat(), Notice::StillOnline { agent: look.agent, minutes });
        let asked = self
            .change_agent(look.agent, |profile: &mut AgentProfile| {
                // Evaluated on the current profile: an agent with new activity is not asked.
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
        // Evaluated on the current profile: an agent who comes back at this moment stays online.
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
