//! Working hours of agents: at the start of each interval of their weekly plan the engine sets them online, at its end
//! offline.
//!
//! The profile holds the next change. An edge is committed with the change after it, so it happens once, and of edges
//! that were missed only the last one counts. What an agent chooses in between holds until the next edge.
use super::availability::Cause;
use crate::domain::Time;
use crate::domain::event::{Action, Actor, AuditEvent};
use crate::domain::ids::PersonId;
use crate::domain::notice::availability::AvailabilityNotice;
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::person::{AgentProfile, Availability, Person};
use crate::domain::policy::OfflineBehaviour;
use crate::domain::schedule::WorkingHours;
use crate::domain::schedule::grammar::TypedPlan;
use crate::engine::Engine;
use crate::engine::assignment::roster::Seat;
use crate::engine::error::EngineError;
use crate::engine::ports::StoreError;

impl Engine {
    /// Sets an agent's working hours, or clears them, on behalf of the agent or of an admin. The availability stays
    /// until the next edge. An agent whose hours an admin changes gets a notice.
    pub async fn set_working_hours(
        &self,
        by: &Person,
        agent: PersonId,
        plan: Option<&TypedPlan>,
        now: Time,
    ) -> Result<Person, EngineError> {
        if !by.is_admin() && by.id != agent {
            return Err(EngineError::Forbidden);
        }
        let chat = self.chat_of(agent).await?.ok_or(EngineError::NotFound)?;
        let notice = AvailabilityNotice::WorkingHours { set: plan.is_some() };
        let new = || {
            plan.map(|typed| WorkingHours::starting(typed.plan.clone(), typed.zone, self.config.zone, now))
        };
        let text = serde_json::to_string(&new()).unwrap_or_default();
        let changed = self
            .change_agent(agent, |profile: &mut AgentProfile| {
                let before = profile.working_hours.as_ref().map(|hours| (&hours.plan, hours.zone));
                if before == plan.map(|typed| (&typed.plan, typed.zone)) {
                    return (None, Vec::new());
                }
                profile.working_hours = new();
                let what = Action::Membership { person: agent, change: format!("working_hours={text}") };
                let event = AuditEvent { at: now, actor: Actor::Person(by.id), ticket: None, what };
                let told = (by.id != agent).then(|| Outgoing::notice(chat, Notice::Availability(notice)));
                (Some(event), told.into_iter().collect())
            })
            .await;
        match changed {
            Err(EngineError::Forbidden) => Err(EngineError::NotFound),
            changed => changed,
        }
    }

    /// Sets each agent online or offline whose working hours have begun or ended. Returns when the next ones do.
    pub async fn follow_working_hours(&self, now: Time) -> Result<Option<Time>, EngineError> {
        let mut next: Option<Time> = None;
        let with_hours = |seat: &Seat| {
            let due = seat.profile().and_then(due_of)?;
            Some((seat.person.clone(), due))
        };
        let seats: Vec<(Person, Time)> = self.roster().seats().filter_map(with_hours).collect();
        for (person, due) in seats {
            let after = if due > now { Some(due) } else { self.follow(&person, due, now).await? };
            next = [next, after].into_iter().flatten().min();
        }
        Ok(next)
    }

    /// Applies the last edge by now to an agent whose next one was `due`. Returns the next one.
    async fn follow(&self, person: &Person, due: Time, now: Time) -> Result<Option<Time>, EngineError> {
        let agent = person.id;
        // The roster may be behind the store.
        let Some(profile) = self.store.person(agent).await?.and_then(|person| person.agent) else {
            return Ok(None);
        };
        let Some(before) = profile.working_hours.clone().filter(|hours| hours.next_change == Some(due))
        else {
            let _no_round = self.round.lock().await;
            self.reload_agent(agent).await?;
            return Ok(None);
        };
        let after = before.after(self.config.zone, now);
        let to =
            if after.contains(self.config.zone, now) { Availability::Online } else { Availability::Offline };
        // An absence with an end lasts over the edges in it.
        let stays = |profile: &AgentProfile| profile.availability == to || profile.away_until.is_some();
        let is_due = |profile: &AgentProfile| profile.working_hours.as_ref() == Some(&before);
        fail::fail_point!("engine-before-working-hours");
        let changed = if stays(&profile) {
            self.change_agent(agent, |profile: &mut AgentProfile| {
                if is_due(profile) && stays(profile) {
                    profile.working_hours = Some(after.clone());
                }
                (None, Vec::new())
            })
            .await
        } else {
            let notices = vec![self.working_hours_notice(person, to).await?];
            let cause = Cause::WorkingHours { next: after.next_change };
            let precondition = |profile: &AgentProfile| is_due(profile) && !stays(profile);
            self.change_availability((agent, cause), (to, &precondition), notices, now).await
        };
        fail::fail_point!("engine-after-working-hours");
        match changed {
            Ok(person) => {
                self.sync_presence(&person, now).await;
                Ok(person.agent.as_ref().and_then(due_of))
            }
            Err(error @ EngineError::Store(_)) => Err(error),
            // They are being removed, and must not stop the others.
            Err(error) => {
                tracing::warn!(%agent, %error, "failed to follow working hours");
                Ok(None)
            }
        }
    }

    async fn working_hours_notice(&self, person: &Person, to: Availability) -> Result<Outgoing, StoreError> {
        let notice = match to {
            Availability::Online => AvailabilityNotice::WorkBegins,
            _ => AvailabilityNotice::WorkEnds { kept: self.kept_offline(person.id).await? },
        };
        Ok(Outgoing::notice(person.chat(), Notice::Availability(notice)))
    }

    /// Returns how many tickets an agent keeps who goes offline.
    pub(super) async fn kept_offline(&self, agent: PersonId) -> Result<u16, StoreError> {
        let behaviour = self.store.settings().await?.offline_behaviour;
        if behaviour == OfflineBehaviour::ReassignAll {
            return Ok(0);
        }
        let held = self.store.held_by(agent).await?;
        let kept = match behaviour {
            OfflineBehaviour::Keep => held.len(),
            _ => held
                .iter()
                .filter_map(|ticket| ticket.hold())
                .filter(|hold| hold.started_at.is_some())
                .count(),
        };
        Ok(u16::try_from(kept).unwrap_or(u16::MAX))
    }
}

fn due_of(profile: &AgentProfile) -> Option<Time> {
    profile.working_hours.as_ref()?.next_change
}
