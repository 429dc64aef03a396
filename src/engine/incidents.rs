//! Incidents: looked for by the replica that works, told to the admins and on the feed when they begin and once more when
//! they are over. What was told is in the store, in one commit with the words for the admins: so it is told once, whoever
//! looks next.
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

/// How long nobody may be online in a department that is not critical.
const UNSTAFFED_ALERT_AFTER: Duration = Duration::from_secs(300);
/// How long a server may be out of reach: it may only be starting anew.
const OUTAGE_ALERT_AFTER: Duration = Duration::from_secs(10);
/// How long a server may take to answer a look.
const PRESENCE_TIMEOUT: Duration = Duration::from_secs(5);

/// What is known from look to look, beside what the store knows.
#[derive(Debug, Default)]
pub(super) struct IncidentState {
    /// What the feed was told of. `None` before the first look: whoever reads the feed has asked the store how things stand.
    shown: Option<BTreeSet<Alert>>,
    /// Since when the store can't be reached, and whether that was told.
    away: Option<(Time, bool)>,
}

impl Engine {
    /// Looks for incidents, and tells of those that began or ended since the last look. Fails while the store can't be
    /// reached; that is told on the feed then, and to the admins once it is back.
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
            // It was away and is not any more: looked at again, it is over.
        }
    }

    /// One look, written down with the words for the admins.
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
            // Whoever was first has told it; the next look sees what is left.
            Attempt::Lost => Err(EngineError::Contention),
        }
    }

    /// What the admins are told. Nothing of a department that is no more.
    async fn alert_notices(&self, alert: Alert, over: bool) -> Result<Vec<Outgoing>, EngineError> {
        let departments = self.store.departments().await?;
        let gone = |id| departments.iter().all(|department| department.id != id || department.retired);
        if alert.department().is_some_and(gone) {
            return Ok(Vec::new());
        }
        self.notices_to_admins(&Notice::Alert { alert, over }).await
    }

    /// The store did not answer this time.
    fn record_store_outage(&self, alarm: &mut IncidentState, now: Time) {
        let (since, told) = alarm.away.get_or_insert((now, false));
        if *told || now - *since < delta(OUTAGE_ALERT_AFTER) {
            return;
        }
        *told = true;
        // Before the first look nobody knows what else has been told.
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

    /// What is the matter in departments.
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

    /// When the oldest waiting ticket of a department was opened.
    pub async fn oldest_waiting(&self, department: DepartmentId) -> Result<Option<Time>, StoreError> {
        let since = Priority::ALL.map(|priority| self.store.oldest_waiting_at(department, priority));
        Ok(try_join_all(since).await?.into_iter().flatten().min())
    }

    /// A heartbeat was answered: taken, or failed by the desk.
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

    /// The departments in which somebody is online.
    #[must_use]
    pub fn staffed(&self) -> BTreeSet<DepartmentId> {
        self.roster().staffed()
    }
}
