//! Presence monitor: applies the presence policy to every agent of the roster. It refreshes their record,
//! asks them, marks them as lost, or sets them offline. Before acting it reads the agent from the store,
//! because another replica may have seen activity. It adds activity that is only in the roster, because that
//! may not be written yet.
use super::availability::{Cause, presence_record_of};
use super::presence_policy::{PresenceAction, RecordState, evaluate};
use crate::domain::Time;
use crate::domain::department::DepartmentList;
use crate::domain::ids::PersonId;
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::person::{AgentProfile, Availability, Person};
use crate::domain::policy::Settings;
use crate::domain::presence::PresenceRecord;
use crate::engine::Engine;
use crate::engine::assignment::roster::Seat;
use crate::engine::error::EngineError;
use crate::engine::ports::StoreError;
use crate::engine::sweep::{SweepReport, delta};
use std::collections::HashMap;
use std::time::Duration;

/// The inputs of one evaluation of an agent, beside their profile.
struct Observation<'a> {
    agent: PersonId,
    record: RecordState,
    settings: &'a Settings,
    now: Time,
}

impl Engine {
    pub(in crate::engine) async fn check_agent(
        &self,
        agent: &Person,
        records: Option<&HashMap<PersonId, PresenceRecord>>,
        (settings, now): (&Settings, Time),
        sweep: &mut SweepReport,
    ) -> Result<(), EngineError> {
        let Some(profile) = &agent.agent else { return Ok(()) };
        if profile.release_due.is_some() {
            self.apply_offline_behaviour(agent.id, now).await?;
        }
        let found = records.map(|all| all.get(&agent.id));
        let record = match found {
            None => RecordState::Unknown,
            Some(None) => RecordState::Absent,
            Some(Some(_)) => RecordState::Present,
        };
        let observation = Observation { agent: agent.id, record, settings, now };
        match self.evaluate(&observation, profile) {
            action @ (PresenceAction::Leave | PresenceAction::Restore) => {
                if action == PresenceAction::Restore {
                    self.restore_record(agent, now).await;
                }
                if record != RecordState::Unknown && self.is_lost(agent.id) {
                    self.set_lost(agent.id, false);
                }
                if record == RecordState::Present && profile.availability == Availability::Offline {
                    self.remove_orphan_record_of(agent.id, now).await?;
                }
            }
            PresenceAction::Refresh => {
                let ttl = delta(self.config.presence_ttl);
                let fresh = found.flatten().is_some_and(|r| now - r.last_heartbeat < ttl / 3);
                if !fresh {
                    self.sync_presence(agent, now).await;
                }
            }
            PresenceAction::AskAgent => sweep.asked += usize::from(self.ask(&observation).await?),
            PresenceAction::MarkLost => sweep.lost += usize::from(self.mark_lost(&observation).await?),
            PresenceAction::SetOffline => {
                sweep.taken_offline += usize::from(self.take_offline(&observation).await?);
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

    /// Writes the record of a client that presence has lost. It expires when the one that was lost would have.
    pub(in crate::engine) async fn restore_record(&self, agent: &Person, now: Time) {
        let departments = self.store.department_list().await.unwrap_or_default();
        let held = self.roster().seat(agent.id).map_or(0, Seat::held);
        if let Some(lost) = self.lost_record(agent, held, &departments, now) {
            self.put_record(lost, now).await;
        }
    }

    /// Writes the records of all agents who are not offline: presence has lost them.
    pub(in crate::engine) async fn restore_records(&self, now: Time) {
        let departments = self.store.department_list().await.unwrap_or_default();
        let record = |seat: &Seat| self.lost_record(&seat.person, seat.held(), &departments, now);
        let is_present = |seat: &&Seat| seat.person.availability() != Availability::Offline;
        let records: Vec<_> = self.roster().seats().filter(is_present).filter_map(record).collect();
        for record in records {
            self.put_record(record, now).await;
        }
    }

    /// Returns the record that presence has lost, and its remaining TTL; `None` if it would have expired.
    fn lost_record(
        &self,
        agent: &Person,
        held: u16,
        departments: &DepartmentList,
        now: Time,
    ) -> Option<(PresenceRecord, Duration)> {
        let profile = agent.agent.as_ref()?;
        let since = profile.last_activity.max(self.observed_since(profile.via));
        let ttl = delta(self.config.presence_ttl) - (now - since).max(chrono::TimeDelta::zero());
        let record = presence_record_of((agent, profile), held, departments, profile.last_activity);
        Some((record, ttl.to_std().ok()?))
    }

    async fn put_record(&self, (record, ttl): (PresenceRecord, Duration), now: Time) {
        let agent = record.agent_id;
        if let Err(error) = self.presence.heartbeat(record, ttl, now).await {
            tracing::warn!(%agent, %error, "failed to restore presence record");
        }
    }

    /// Evaluates a profile that was read, with the activity in the roster, which may not be written yet.
    fn evaluate(&self, observation: &Observation<'_>, read: &AgentProfile) -> PresenceAction {
        let cached =
            self.roster().seat(observation.agent).and_then(|seat| seat.profile()).map(|p| p.last_activity);
        let last_activity = cached.map_or(read.last_activity, |cached| cached.max(read.last_activity));
        let profile = AgentProfile { last_activity, ..read.clone() };
        let window = (self.observed_since(profile.via), observation.now);
        evaluate(&profile, observation.record, observation.settings, self.config.presence_ttl, window)
    }

    /// Reads the agent from the store and returns them if the policy still demands `action`.
    async fn reevaluate(
        &self,
        observation: &Observation<'_>,
        action: PresenceAction,
    ) -> Result<Option<Person>, StoreError> {
        let person = self.store.person(observation.agent).await?;
        let profile = person.as_ref().and_then(|person| person.agent.as_ref());
        let unchanged = profile.is_some_and(|profile| self.evaluate(observation, profile) == action);
        if !unchanged {
            let _no_round = self.round.lock().await;
            self.reload_agent(observation.agent).await?;
        }
        Ok(person.filter(|_| unchanged))
    }

    async fn mark_lost(&self, observation: &Observation<'_>) -> Result<bool, EngineError> {
        if self.is_lost(observation.agent) {
            return Ok(false);
        }
        let Some(person) = self.reevaluate(observation, PresenceAction::MarkLost).await? else {
            return Ok(false);
        };
        // With the activity that the store has: only later activity clears the lost mark.
        self.roster().put_person(person);
        tracing::info!(agent = %observation.agent, "presence lost");
        self.set_lost(observation.agent, true);
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
    async fn ask(&self, observation: &Observation<'_>) -> Result<bool, EngineError> {
        let Some(person) = self.reevaluate(observation, PresenceAction::AskAgent).await? else {
            return Ok(false);
        };
        let minutes = u32::try_from(observation.settings.grace.as_secs().div_ceil(60)).unwrap_or(u32::MAX);
        let question =
            Outgoing::notice(person.chat(), Notice::StillOnline { agent: observation.agent, minutes });
        let asked = self
            .change_agent(observation.agent, |profile: &mut AgentProfile| {
                // Evaluated on the current profile: an agent with new activity is not asked.
                if self.evaluate(observation, profile) != PresenceAction::AskAgent {
                    return (None, Vec::new());
                }
                (profile.asked_at, profile.question_delivered_at) = (Some(observation.now), None);
                (None, vec![question.clone()])
            })
            .await?;
        let is_asked = asked.agent.as_ref().is_some_and(|profile| profile.asked_at == Some(observation.now));
        if is_asked {
            self.sync_presence(&asked, observation.now).await;
        }
        Ok(is_asked)
    }

    /// Records that the question was delivered, or given up: the grace period counts from now. Changes nothing
    /// if it was answered before.
    pub async fn record_question_delivery(&self, agent: PersonId, now: Time) -> Result<(), EngineError> {
        self.change_agent(agent, |profile: &mut AgentProfile| {
            if profile.asked_at.is_some() && profile.question_delivered_at.is_none() {
                profile.question_delivered_at = Some(now);
            }
            (None, Vec::new())
        })
        .await
        .map(drop)
    }

    async fn take_offline(&self, observation: &Observation<'_>) -> Result<bool, EngineError> {
        let Some(person) = self.reevaluate(observation, PresenceAction::SetOffline).await? else {
            return Ok(false);
        };
        let notice = Notice::TakenOffline { kept: self.kept_offline(observation.agent).await? };
        let notices = vec![Outgoing::notice(person.chat(), notice)];
        // Evaluated on the current profile: an agent who comes back at this moment stays online.
        let still =
            |profile: &AgentProfile| self.evaluate(observation, profile) == PresenceAction::SetOffline;
        let before = person.version;
        let person = self
            .change_availability(
                (observation.agent, Cause::LostPresence),
                (Availability::Offline, &still),
                notices,
                observation.now,
            )
            .await?;
        let is_offline = person.availability() == Availability::Offline && person.version != before;
        if is_offline {
            self.sync_presence(&person, observation.now).await;
        }
        Ok(is_offline)
    }
}
