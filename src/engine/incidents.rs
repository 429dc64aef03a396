//! Incidents: found by the leader, announced to the admins and on the feed when they begin and when they are
//! over. The store keeps what was announced, in one commit with the notices to the admins. So each is
//! announced once, also across replicas and restarts.
mod daily_summary;
mod department_conditions;
mod heartbeat_window;
mod mutes;

use super::error::EngineError;
use super::events::Event;
use super::ports::{Change, StoreError, Write};
use super::sweep::delta;
use super::{Attempt, Engine, lock};
use crate::domain::Time;
use crate::domain::alert::{Alert, Incidents};
use crate::domain::department::Department;
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::notice::{Notice, Outgoing};
use chrono::TimeDelta;
use department_conditions::OldestWaits;
pub(super) use heartbeat_window::HeartbeatWindow;
use std::collections::BTreeSet;
use std::time::Duration;

/// How long presence or the store may be unreachable: it may only be restarting.
const OUTAGE_ALERT_AFTER: Duration = Duration::from_secs(10);
/// Timeout of one evaluation; half of it for presence.
const EVALUATION_TIMEOUT: Duration = Duration::from_secs(5);

/// State between two evaluations, beside what the store keeps.
#[derive(Debug, Default)]
pub(super) struct IncidentState {
    /// The alerts announced on the feed. `None` before the first evaluation: receivers of the feed have read
    /// the store.
    announced: Option<BTreeSet<Alert>>,
    /// When the store became unreachable, and whether that was announced.
    outage: Option<(Time, bool)>,
    oldest_waits: OldestWaits,
}

impl IncidentState {
    /// Forgets the times that were read from a clock that was set.
    pub(super) fn forget_times(&mut self) {
        self.oldest_waits = OldestWaits::default();
    }
}

impl Engine {
    /// Evaluates the conditions and announces the incidents that began or ended. Errors if the store is
    /// unreachable. That is announced on the feed at once, and to the admins when the store is back.
    pub async fn check_incidents(&self, now: Time) -> Result<(), EngineError> {
        let mut state = self.incident_state.lock().await;
        self.evaluate_heartbeats(now);
        loop {
            let outage_announced = state.outage.is_some_and(|(_, announced)| announced);
            let evaluation = self.evaluate_once(&mut state, outage_announced, now);
            let result = match tokio::time::timeout(EVALUATION_TIMEOUT, evaluation).await {
                Ok(result) => result,
                Err(_) => Err(StoreError::Unavailable("no answer in time".into()).into()),
            };
            match result {
                Ok(()) => state.outage = None,
                Err(EngineError::Store(error)) => {
                    self.record_store_outage(&mut state, now);
                    return Err(error.into());
                }
                Err(error) => return Err(error),
            }
            if !outage_announced {
                return Ok(());
            }
            // The store was unreachable and has answered: the second evaluation ends that incident.
        }
    }

    /// Evaluates once, and commits the result with the notices to the admins.
    async fn evaluate_once(
        &self,
        state: &mut IncidentState,
        outage_announced: bool,
        now: Time,
    ) -> Result<(), EngineError> {
        let earlier = self.store.incidents().await?;
        let mut conditions = self.department_conditions(&mut state.oldest_waits, &earlier, now).await?;
        if outage_announced {
            conditions.insert(Alert::StoreAway, TimeDelta::zero());
        }
        if lock(&self.heartbeat_window).is_failing(now) {
            conditions.insert(Alert::HeartbeatsFail, TimeDelta::zero());
        }
        if !self.presence_answers(now).await {
            conditions.insert(Alert::PresenceAway, delta(OUTAGE_ALERT_AFTER));
        }
        let unreadable = self.unreadable_people().await?.into_iter().map(Alert::PersonUnreadable);
        conditions.extend(unreadable.map(|alert| (alert, TimeDelta::zero())));
        let before = self.store.incidents().await?;
        let announced = state.announced.get_or_insert_with(|| before.announced());
        let can_notify = self.store.admins().await?.iter().any(|admin| admin.reachable);
        let after = before.update(&conditions, can_notify, now);
        if after != before {
            self.commit_incidents(&before, &after, now).await?;
        }
        for (alert, over) in after.announcements(announced) {
            tracing::warn!(alert = alert.name(), over, "incident announced");
            self.publish(Event::Alert { alert, over });
        }
        *announced = after.announced();
        Ok(())
    }

    async fn commit_incidents(
        &self,
        before: &Incidents,
        after: &Incidents,
        now: Time,
    ) -> Result<(), EngineError> {
        let mut notices = Vec::new();
        for (alert, over) in after.notifications(before) {
            notices.extend(self.alert_notices(alert, over, now).await?);
        }
        let write = Write::Incidents { incidents: after.clone(), expected: before.version };
        let committed = self.commit_one(Change { write, event: None, notices }).await;
        match Attempt::of(committed, ())? {
            Attempt::Done(()) => Ok(()),
            // The winner of the race has announced it; the next evaluation does the rest.
            Attempt::Lost => Err(EngineError::Contention),
        }
    }

    /// Returns the notices to the admins. There are none when a department needs no agent any more, because it is
    /// retired or has closed.
    async fn alert_notices(&self, alert: Alert, over: bool, now: Time) -> Result<Vec<Outgoing>, EngineError> {
        let needs_agent = |department: Department| {
            !department.retired && department.in_business_hours(self.config.zone, now)
        };
        if let (Alert::NobodyOnline(id), true) = (alert, over)
            && !self.store.department(id).await?.is_some_and(needs_agent)
        {
            return Ok(Vec::new());
        }
        self.notices_to_admins(&Notice::Alert { alert, over }).await
    }

    /// Records that the store did not answer.
    fn record_store_outage(&self, state: &mut IncidentState, now: Time) {
        let (since, announced) = state.outage.get_or_insert((now, false));
        // The clock may have been set back.
        *since = (*since).min(now);
        if *announced || now - *since < delta(OUTAGE_ALERT_AFTER) {
            return;
        }
        *announced = true;
        // Before the first evaluation it is unknown what else was announced.
        if let Some(announced) = &mut state.announced {
            announced.insert(Alert::StoreAway);
        }
        let (alert, over) = (Alert::StoreAway, false);
        tracing::warn!(alert = alert.name(), over, "incident announced");
        self.publish(Event::Alert { alert, over });
    }

    async fn presence_answers(&self, now: Time) -> bool {
        let unknown_agent = PersonId::from_random([0; 16]);
        matches!(
            tokio::time::timeout(EVALUATION_TIMEOUT / 2, self.presence.get(unknown_agent, now)).await,
            Ok(Ok(_))
        )
    }

    /// Counts a heartbeat that was accepted or failed.
    pub fn count_heartbeat(&self, accepted: bool, now: Time) {
        lock(&self.heartbeat_window).count(accepted);
        self.evaluate_heartbeats(now);
    }

    fn evaluate_heartbeats(&self, now: Time) {
        if lock(&self.heartbeat_window).evaluate(now)
            && let Some(signals) = &self.signal_buffer
        {
            signals.heartbeats_failing();
        }
    }

    /// Returns the departments in which an agent is online.
    #[must_use]
    pub fn staffed_departments(&self) -> BTreeSet<DepartmentId> {
        self.roster().staffed()
    }
}
