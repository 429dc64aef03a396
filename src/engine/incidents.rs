//! Incidents: found by the leader, announced to the admins and on the feed when they begin and when they are
//! over. The store keeps what was announced, in one commit with the notices to the admins. So each is
//! announced once, also across replicas and restarts.
mod heartbeat_window;

use super::error::EngineError;
use super::events::Event;
use super::ports::{Change, StoreError, Write};
use super::sweep::delta;
use super::{Attempt, Engine, lock};
use crate::domain::Time;
use crate::domain::alert::{Alert, Conditions, Incidents, MAX_WAIT_MINUTES};
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::ticket::Priority;
use chrono::TimeDelta;
use futures::future::try_join_all;
pub(super) use heartbeat_window::HeartbeatWindow;
use std::collections::BTreeSet;
use std::time::Duration;

/// How long a department that is not critical may be without an online agent.
const UNSTAFFED_ALERT_AFTER: Duration = Duration::from_secs(300);
/// How long presence or the store may be unreachable: it may only be restarting.
const OUTAGE_ALERT_AFTER: Duration = Duration::from_secs(10);
/// Timeout of one evaluation; half of it for presence.
const PRESENCE_TIMEOUT: Duration = Duration::from_secs(5);

/// State between two evaluations, beside what the store keeps.
#[derive(Debug, Default)]
pub(super) struct IncidentState {
    /// The alerts announced on the feed. `None` before the first evaluation: receivers of the feed have read
    /// the store.
    shown: Option<BTreeSet<Alert>>,
    /// When the store became unreachable, and whether that was announced.
    away: Option<(Time, bool)>,
}

impl Engine {
    /// Evaluates the conditions and announces the incidents that began or ended. Errors if the store is
    /// unreachable. That is announced on the feed at once, and to the admins when the store is back.
    pub async fn check_incidents(&self, now: Time) -> Result<(), EngineError> {
        let mut alarm = self.incident_state.lock().await;
        self.evaluate_heartbeats(now);
        loop {
            let away = alarm.away.is_some_and(|(_, told)| told);
            let look = self.evaluate_once(&mut alarm, away, now);
            let looked = match tokio::time::timeout(PRESENCE_TIMEOUT, look).await {
                Ok(looked) => looked,
                Err(_) => Err(StoreError::Unavailable("no answer in time".into()).into()),
            };
            match looked {
                Ok(()) => alarm.away = None,
                Err(EngineError::Store(error)) => {
                    self.record_store_outage(&mut alarm, now);
                    return Err(error.into());
                }
                Err(error) => return Err(error),
            }
            if !away {
                return Ok(());
            }
            // The store was unreachable and has answered: the second evaluation ends that incident.
        }
    }

    /// Evaluates once, and commits the result with the notices to the admins.
    async fn evaluate_once(
        &self,
        alarm: &mut IncidentState,
        away: bool,
        now: Time,
    ) -> Result<(), EngineError> {
        let mut matters = self.department_conditions(now).await?;
        if away {
            matters.insert(Alert::StoreAway, TimeDelta::zero());
        }
        if lock(&self.heartbeat_window).fail(now) {
            matters.insert(Alert::HeartbeatsFail, TimeDelta::zero());
        }
        if !self.presence_answers(now).await {
            matters.insert(Alert::PresenceAway, delta(OUTAGE_ALERT_AFTER));
        }
        let before = self.store.incidents().await?;
        let shown = alarm.shown.get_or_insert_with(|| before.told());
        let after = before.update(&matters, now);
        if after != before {
            self.commit_incidents(&before, &after).await?;
        }
        for (alert, over) in after.announcements(shown) {
            tracing::warn!(alert = alert.name(), over, "incident");
            self.publish(Event::Alert { alert, over });
        }
        *shown = after.told();
        Ok(())
    }

    async fn commit_incidents(&self, before: &Incidents, after: &Incidents) -> Result<(), EngineError> {
        let mut notices = Vec::new();
        for (alert, over) in after.announcements(&before.told()) {
            notices.extend(self.alert_notices(alert, over).await?);
        }
        let write = Write::Incidents { incidents: after.clone(), expected: before.version };
        let committed = self.commit_one(Change { write, event: None, notices }).await;
        match Attempt::of(committed, ())? {
            Attempt::Done(()) => Ok(()),
            // The winner of the race has announced it; the next evaluation does the rest.
            Attempt::Lost => Err(EngineError::Contention),
        }
    }

    /// Returns the notices to the admins; none if the department is retired or gone.
    async fn alert_notices(&self, alert: Alert, over: bool) -> Result<Vec<Outgoing>, EngineError> {
        let departments = self.store.departments().await?;
        let gone = |id| departments.iter().all(|department| department.id != id || department.retired);
        if alert.department().is_some_and(gone) {
            return Ok(Vec::new());
        }
        self.notices_to_admins(&Notice::Alert { alert, over }).await
    }

    /// Records that the store did not answer.
    fn record_store_outage(&self, alarm: &mut IncidentState, now: Time) {
        let (since, told) = alarm.away.get_or_insert((now, false));
        if *told || now - *since < delta(OUTAGE_ALERT_AFTER) {
            return;
        }
        *told = true;
        // Before the first evaluation it is unknown what else was announced.
        if let Some(shown) = &mut alarm.shown {
            shown.insert(Alert::StoreAway);
        }
        let (alert, over) = (Alert::StoreAway, false);
        tracing::warn!(alert = alert.name(), over, "incident");
        self.publish(Event::Alert { alert, over });
    }

    async fn presence_answers(&self, now: Time) -> bool {
        let nobody = PersonId::from_random([0; 16]);
        matches!(tokio::time::timeout(PRESENCE_TIMEOUT / 2, self.presence.get(nobody, now)).await, Ok(Ok(_)))
    }

    /// Returns the conditions of the departments.
    async fn department_conditions(&self, now: Time) -> Result<Conditions, StoreError> {
        let mut found = Conditions::new();
        let depths = self.store.depths().await?;
        for department in self.store.departments().await?.into_iter().filter(|d| !d.retired) {
            if self.online(department.id) == 0 {
                let patience =
                    if department.critical { TimeDelta::zero() } else { delta(UNSTAFFED_ALERT_AFTER) };
                found.insert(Alert::NobodyOnline(department.id), patience);
            }
            let waits = depths.get(&department.id).is_some_and(|depth| *depth > 0);
            if waits
                && self
                    .oldest_waiting(department.id)
                    .await?
                    .is_some_and(|since| now - since >= TimeDelta::minutes(MAX_WAIT_MINUTES.into()))
            {
                found.insert(Alert::TicketWaits(department.id), TimeDelta::zero());
            }
        }
        Ok(found)
    }

    /// Returns when the oldest queued ticket of a department was opened.
    pub async fn oldest_waiting(&self, department: DepartmentId) -> Result<Option<Time>, StoreError> {
        let since = Priority::ALL.map(|priority| self.store.oldest_waiting_at(department, priority));
        Ok(try_join_all(since).await?.into_iter().flatten().min())
    }

    /// Counts a heartbeat that was accepted or failed.
    pub fn count_heartbeat(&self, taken: bool, now: Time) {
        lock(&self.heartbeat_window).count(taken);
        self.evaluate_heartbeats(now);
    }

    fn evaluate_heartbeats(&self, now: Time) {
        if lock(&self.heartbeat_window).evaluate(now)
            && let Some(telling) = &self.signal_buffer
        {
            telling.heartbeats_failing();
        }
    }

    /// Returns the departments in which an agent is online.
    #[must_use]
    pub fn staffed(&self) -> BTreeSet<DepartmentId> {
        self.roster().staffed()
    }
}
