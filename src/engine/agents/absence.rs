//! Absences with an end: an agent is away until a time that they chose, and then the engine sets them online.
//!
//! The profile holds the end, so it outlasts a restart. Each other change of availability clears it.
use super::availability::Cause;
use crate::domain::Time;
use crate::domain::ids::PersonId;
use crate::domain::notice::availability::AvailabilityNotice;
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::person::{AgentProfile, Availability, Person};
use crate::engine::Engine;
use crate::engine::error::EngineError;

impl Engine {
    /// Sets an agent away until this time. With `shown`, nothing changes unless that is the end of their present
    /// absence, to the second.
    pub async fn set_away_until(
        &self,
        agent: PersonId,
        until: Time,
        shown: Option<Option<Time>>,
        now: Time,
    ) -> Result<Person, EngineError> {
        let is_shown = |profile: &AgentProfile| {
            shown.is_none_or(|shown| {
                shown.map(|at| at.timestamp()) == profile.away_until.map(|at| at.timestamp())
            })
        };
        let change = (Availability::Away, &is_shown as &(dyn Fn(&AgentProfile) -> bool + Sync));
        let person =
            self.change_availability((agent, Cause::AwayUntil(until)), change, Vec::new(), now).await?;
        self.sync_presence(&person, now).await;
        Ok(person)
    }

    /// Sets online each agent whose absence is over, with a notice; offline outside their working hours. Returns when the next absence ends. An agent who
    /// chose otherwise meanwhile, on another replica too, is left as they are.
    pub async fn end_absences(&self, now: Time) -> Result<Option<Time>, EngineError> {
        let mut next: Option<Time> = None;
        for (agent, until) in self.absences() {
            if until > now {
                next = Some(next.map_or(until, |at| at.min(until)));
            } else {
                self.end_absence(agent, until, now).await?;
            }
        }
        Ok(next)
    }

    fn absences(&self) -> Vec<(PersonId, Time)> {
        let roster = self.roster();
        let end = |person: &Person| Some((person.id, person.agent.as_ref()?.away_until?));
        roster.seats().filter_map(|seat| end(&seat.person)).collect()
    }

    /// Returns whether an agent has working hours and is outside them.
    fn is_off_work(&self, agent: PersonId, now: Time) -> bool {
        let roster = self.roster();
        let hours = roster.seat(agent).and_then(|seat| seat.profile()?.working_hours.as_ref());
        hours.is_some_and(|hours| !hours.contains(self.config.zone, now))
    }

    async fn end_absence(&self, agent: PersonId, until: Time, now: Time) -> Result<(), EngineError> {
        let Some(chat) = self.chat_of(agent).await? else { return Ok(()) };
        let is_unchanged = |profile: &AgentProfile| profile.away_until == Some(until);
        let (to, notice) = if self.is_off_work(agent, now) {
            (Availability::Offline, AvailabilityNotice::WorkEnds { kept: self.kept_offline(agent).await? })
        } else {
            (Availability::Online, AvailabilityNotice::AbsenceOver)
        };
        let change = (to, &is_unchanged as &(dyn Fn(&AgentProfile) -> bool + Sync));
        fail::fail_point!("engine-before-absence-over");
        let notices = vec![Outgoing::notice(chat, Notice::Availability(notice))];
        let changed = self.change_availability((agent, Cause::AbsenceOver), change, notices, now).await;
        fail::fail_point!("engine-after-absence-over");
        match changed {
            Ok(person) => {
                self.sync_presence(&person, now).await;
                Ok(())
            }
            Err(error @ EngineError::Store(_)) => Err(error),
            // They are being removed, and must not stop the others.
            Err(error) => {
                tracing::warn!(%agent, %error, "failed to end absence");
                Ok(())
            }
        }
    }
}
