//! Sweep: a periodic check that repairs what events missed. A ticket that only the sweep assigns means a lost
//! wake-up and is counted as a fault.
use super::error::EngineError;
use super::events::Event;
use super::ports::ClockJump;
use super::{Engine, lock};
use crate::domain::Time;
use crate::domain::event::{Actor, ReleaseReason};
use crate::domain::ids::PersonId;
use crate::domain::person::{Availability, Person};
use crate::domain::presence::PresenceRecord;
use crate::domain::ticket::Ticket;
use chrono::TimeDelta;
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::Ordering;

/// Minimum age of a waiting ticket that counts as a fault. A younger one may still be waiting for its first
/// round.
const MIN_WAIT_BEFORE_FAULT: TimeDelta = TimeDelta::seconds(2);

/// The result of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SweepReport {
    /// Tickets that should have been assigned before.
    pub found: usize,
    /// Agents who were asked whether they are still online.
    pub asked: usize,
    /// Agents whose presence this sweep marked as lost.
    pub lost: usize,
    /// Agents whom this sweep set offline.
    pub taken_offline: usize,
}

impl Engine {
    /// Runs one sweep: first presence, then tickets.
    pub async fn sweep(&self, now: Time) -> Result<SweepReport, EngineError> {
        let mut sweep = SweepReport::default();
        let settings = self.store.settings().await?;
        let records = self.presence.all(now).await.ok();
        if records.is_none() {
            tracing::warn!("failed to read presence; no agent is marked as lost");
        }
        let records: Option<HashMap<PersonId, PresenceRecord>> =
            records.map(|all| all.into_iter().map(|r| (r.agent_id, r)).collect());
        self.observe_presence(records.as_ref(), now);
        let agents: Vec<Person> = self.roster().seats().map(|seat| seat.person.clone()).collect();
        for agent in agents {
            match self.check_agent(&agent, records.as_ref(), (&settings, now), &mut sweep).await {
                Err(error @ EngineError::Store(_)) => return Err(error),
                // An error of one agent, who may be being removed, must not stop the check of the others.
                Err(error) => {
                    tracing::warn!(%error, agent = %agent.id, "failed to check agent");
                }
                Ok(()) => {}
            }
        }
        if settings.has_stale_names {
            // The caller of the change was dropped, or the settings changed while the cards were refreshed.
            self.publish_local(Event::Naming);
        }
        self.sweep_topics(&settings, now).await?;
        sweep.found = self.sweep_tickets(now).await?;
        Ok(sweep)
    }

    async fn sweep_tickets(&self, now: Time) -> Result<usize, EngineError> {
        // The timer of the assigner may be a moment behind.
        self.request_returns(now);
        self.run_round(now).await?;
        let ready: BTreeSet<_> = self.roster().ready_departments().into_iter().collect();
        let missed = {
            let _no_round = self.round.lock().await;
            let heads = self.queue_heads(&ready, 0).await?.tickets;
            let auto = self.store.settings().await?.mode != crate::domain::policy::Mode::Manual;
            if auto && !self.is_round_pending() {
                let roster = self.roster();
                let is_missed = |ticket: &&Ticket| {
                    ticket.created_at + MIN_WAIT_BEFORE_FAULT < now && roster.has_agent_for(ticket, now)
                };
                heads.iter().filter(is_missed).count()
            } else {
                0
            }
        };
        if missed > 0 {
            tracing::error!(missed, "the sweep found tickets that should have been assigned");
            self.faults.sweep_finds.fetch_add(missed as u64, Ordering::Relaxed);
        }
        self.request_round(ready);
        self.run_round(now).await?;
        Ok(missed)
    }

    /// Repairs what a crash left half done: tickets that [`Engine::start`] found held by former agents go back to the
    /// queue. Restores volatile presence if `presence_is_volatile`. The observation window begins now: until the
    /// process came up, or became the leader, agents may have been active without its notice, and none is lost.
    pub async fn recover(&self, presence_is_volatile: bool, now: Time) -> Result<(), EngineError> {
        let orphaned = lock(&self.orphaned).clone();
        for ticket in orphaned {
            let removed = |_: &Ticket, holder: &Person| holder.agent.is_none();
            let released = self.release(ticket, Actor::Engine, ReleaseReason::Removed, removed, now).await;
            // Refused if another process was faster or has made them an agent again.
            match released {
                Ok(_) | Err(EngineError::Refused(..)) => {}
                Err(error) => return Err(error),
            }
            lock(&self.orphaned).retain(|id| *id != ticket);
        }
        self.restart_observation(now);
        let lost: Vec<PersonId> =
            self.roster().seats().filter(|seat| seat.lost).map(|seat| seat.person.id).collect();
        for agent in lost {
            self.roster().update(agent, |seat| seat.lost = false);
        }
        if presence_is_volatile {
            self.restore_records(now).await;
        }
        Ok(())
    }

    /// Adjusts everything that waits to a wall clock that was set: deliveries wait as long as before, and idle
    /// timers start again.
    pub async fn adjust_to_clock(&self, jump: ClockJump) -> Result<(), EngineError> {
        self.store.adjust_to_clock(jump).await?;
        let agents: Vec<PersonId> = self.roster().seats().map(|seat| seat.person.id).collect();
        for agent in agents {
            self.roster().update(agent, |seat| {
                if let Some(profile) = &mut seat.person.agent {
                    profile.last_activity = profile.last_activity.min(jump.now);
                }
            });
        }
        self.incident_state.lock().await.forget_times();
        self.reset_idle_timers(jump.now).await?;
        self.wake_outbox();
        self.wake_assigner();
        Ok(())
    }

    /// Resets the idle timers after a jump of the wall clock: silence cannot be told from the jump, so every
    /// agent counts as active now.
    pub async fn reset_idle_timers(&self, now: Time) -> Result<(), EngineError> {
        self.restart_observation(now);
        let agents: Vec<Person> = self.roster().seats().map(|seat| seat.person.clone()).collect();
        for agent in agents.iter().filter(|a| a.availability() != Availability::Offline) {
            self.on_activity(agent, now).await?;
            self.store.record_activity(agent.id, now).await?;
            self.sync_presence(agent, now).await;
        }
        Ok(())
    }
}

pub(super) fn delta(duration: std::time::Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}
