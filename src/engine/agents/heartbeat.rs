//! Heartbeats from agents' own clients. Unlike a button press in Telegram, a heartbeat has no other effect,
//! so it fails if presence does not accept it.
use super::availability::ACTIVITY_WRITE_INTERVAL;
use crate::domain::Time;
use crate::domain::event::Actor;
use crate::domain::ids::PersonId;
use crate::domain::person::{AgentProfile, Availability, Person, Via};
use crate::engine::Engine;
use crate::engine::assignment::roster::Seat;
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::PresenceError;
use crate::engine::sweep::delta;

/// Why a heartbeat failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeartbeatError {
    /// The person is no agent, or the store failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Presence is unreachable. The activity itself is recorded, so that no agent goes offline because of it.
    #[error(transparent)]
    Presence(#[from] PresenceError),
}

impl Engine {
    /// Accepts a heartbeat of an agent's client with the agent's availability. From then on their presence
    /// lasts as long as heartbeats come. `person` must be the current record of the agent.
    pub async fn heartbeat(
        &self,
        person: &Person,
        status: Availability,
        now: Time,
    ) -> Result<(), HeartbeatError> {
        let profile = person.agent.as_ref().ok_or(EngineError::Forbidden)?;
        let unchanged =
            profile.availability == status && profile.via == Via::Client && profile.asked_at.is_none();
        if !unchanged {
            // Boxed, as below: otherwise each heartbeat's future has to hold the state of what few of them
            // do.
            let person = Box::pin(self.apply_client_status(person.id, status, now)).await?;
            let profile = person.agent.as_ref().ok_or(EngineError::Forbidden)?;
            return Ok(self.write_presence(&person, profile, now).await?);
        }
        self.record_client_activity(person.id, profile, now).await?;
        self.write_presence(person, profile, now).await?;
        self.remove_orphan_record(person.id, now).await;
        Ok(())
    }

    /// Removes the presence record that a heartbeat left if its agent went offline while it was handled.
    async fn remove_orphan_record(&self, agent: PersonId, now: Time) {
        let offline = |seat: &&Seat| seat.person.availability() == Availability::Offline;
        let person = self.roster().seat(agent).filter(offline).map(|seat| seat.person.clone());
        if let Some(person) = person {
            Box::pin(self.sync_presence(&person, now)).await;
        }
    }

    /// Sets the availability that an agent chose in their client. Going online requests rounds; going offline
    /// applies the offline behaviour.
    pub async fn set_availability_by_client(
        &self,
        agent: PersonId,
        to: Availability,
        now: Time,
    ) -> Result<Person, EngineError> {
        let person = self.apply_client_status(agent, to, now).await?;
        self.sync_presence(&person, now).await;
        Ok(person)
    }

    async fn apply_client_status(
        &self,
        agent: PersonId,
        to: Availability,
        now: Time,
    ) -> Result<Person, EngineError> {
        let actor = Actor::Person(agent);
        self.change_availability_by((agent, Via::Client), (to, &|_| true), actor, Vec::new(), now).await
    }

    /// Writes the activity at intervals, and clears a lost presence.
    async fn record_client_activity(
        &self,
        agent: PersonId,
        profile: &AgentProfile,
        now: Time,
    ) -> Result<(), EngineError> {
        let silent = now - profile.last_activity;
        let lost = self.is_lost(agent);
        if !lost && silent < ACTIVITY_WRITE_INTERVAL {
            return Ok(());
        }
        self.store.record_activity(agent, now).await?;
        self.record_activity(agent, now);
        // The leader may have marked them as lost, and its signal may not have arrived here.
        if !lost && silent >= delta(self.rules.presence_ttl) {
            self.request_round(profile.departments.iter().copied());
            self.publish(Event::Agent(agent));
        }
        Ok(())
    }
}
