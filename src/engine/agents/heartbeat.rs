//! Heartbeats from agents' own clients. Unlike a button press in Telegram, a heartbeat has no other effect,
//! so it fails if presence does not accept it.
use super::availability::{ACTIVITY_WRITE_INTERVAL, Cause};
use crate::domain::Time;
use crate::domain::ids::PersonId;
use crate::domain::person::{AgentProfile, Availability, Person, Via};
use crate::engine::Engine;
use crate::engine::assignment::roster::Seat;
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::PresenceError;
use crate::engine::sweep::delta;

/// What a heartbeat says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientReport<'a> {
    /// The status of the client.
    pub status: Availability,
    /// The client's id. Clients without one count as one.
    pub client: Option<&'a str>,
}

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
    /// Accepts a heartbeat with the status that a client of the agent reports. From then on their presence
    /// lasts as long as heartbeats come. Among several clients with ids the most present one counts. A
    /// heartbeat is a sign of activity; it does not change what the agent chose. Returns their availability.
    /// `person` must be the current record of the agent.
    pub async fn heartbeat(
        &self,
        person: &Person,
        report: ClientReport<'_>,
        now: Time,
    ) -> Result<Availability, HeartbeatError> {
        let profile = person.agent.as_ref().ok_or(EngineError::Forbidden)?;
        let reported = match report.client {
            None => report.status,
            Some(client) => match self.most_present(person.id, client, report.status, now).await {
                Ok(reported) => reported,
                Err(error) => {
                    self.record_client_activity(person.id, profile, now).await?;
                    return Err(error.into());
                }
            },
        };
        let status = profile.availability_with(reported);
        let unchanged =
            profile.availability == status && profile.via == Via::Client && profile.asked_at.is_none();
        // An agent who chose to be offline stays so, whatever their pages send.
        if status == Availability::Offline && profile.availability == status {
            return Ok(status);
        }
        if !unchanged {
            // Boxed, as below: otherwise each heartbeat's future has to hold the state of what few of them
            // do.
            let change = Box::pin(self.apply_client_status((person.id, reported), status, now));
            let person = change.await?;
            let profile = person.agent.as_ref().ok_or(EngineError::Forbidden)?;
            if profile.availability == Availability::Offline {
                self.sync_presence(&person, now).await;
            } else {
                self.write_presence(&person, profile, now).await?;
            }
            return Ok(profile.availability);
        }
        self.record_client_activity(person.id, profile, now).await?;
        self.write_presence(person, profile, now).await?;
        self.remove_orphan_record(person.id, now).await;
        Ok(status)
    }

    /// Stores what a client reports, and returns the status of the most present client.
    async fn most_present(
        &self,
        agent: PersonId,
        client: &str,
        status: Availability,
        now: Time,
    ) -> Result<Availability, PresenceError> {
        let all = self.presence.report_client(agent, (client, status), self.config.presence_ttl, now).await?;
        Ok(all.into_iter().fold(status, Availability::most_present))
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
        self.choose_availability((agent, Via::Client), to, now).await
    }

    /// Applies what the clients report, unless the agent has chosen otherwise in the meantime.
    async fn apply_client_status(
        &self,
        (agent, reported): (PersonId, Availability),
        to: Availability,
        now: Time,
    ) -> Result<Person, EngineError> {
        let applies = |profile: &AgentProfile| profile.availability_with(reported) == to;
        self.change_availability((agent, Cause::Heartbeat), (to, &applies), Vec::new(), now).await
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
        if !lost && silent >= delta(self.config.presence_ttl) {
            self.request_round(profile.departments.iter().copied());
            self.publish(Event::Agent(agent));
        }
        Ok(())
    }
}
