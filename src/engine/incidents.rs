//! Incidents: found by the leader, announced to the admins and on the feed when they begin and when they are
//! over. The store keeps what was announced, in one commit with the notices to the admins. So each is
//! announced once, also across replicas and restarts.
mod daily_summary;
mod heartbeat_window;
mod mutes;

use super::error::EngineError;
use super::events::Event;
use super::ports::{Change, StoreError, WaitingTicket, Write};
use super::sweep::delta;
use super::{Attempt, Engine, lock};
use crate::domain::Time;
use crate::domain::alert::{Alert, Conditions, Incidents};
use crate::domain::department::Department;
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::ticket::{Priority, Status};
use chrono::TimeDelta;
use chrono_tz::Tz;
use futures::future::try_join_all;
pub(super) use heartbeat_window::HeartbeatWindow;
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

/// How long presence or the store may be unreachable: it may only be restarting.
const OUTAGE_ALERT_AFTER: Duration = Duration::from_secs(10);
/// How long the age of a department's oldest waiting ticket is remembered. A ticket that returns to the queue
/// may be older than the remembered one; its alert is late by this time at most.
const OLDEST_WAIT_TTL: Duration = Duration::from_secs(60);
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
    /// The oldest waiting ticket of each department that has a queue.
    oldest_waits: HashMap<DepartmentId, OldestWait>,
}

impl IncidentState {
    /// Forgets the times that were read from a clock that was set.
    pub(super) fn forget_times(&mut self) {
        self.oldest_waits.clear();
    }
}

/// The oldest waiting ticket of a department, as read from the store.
#[derive(Debug, Clone, Copy)]
struct OldestWait {
    ticket: WaitingTicket,
    read_at: Time,
}

impl OldestWait {
    /// Returns true if the ticket has waited too long. Only the business hours of its department count.
    fn is_too_long(self, department: &Department, desk: Tz, (max, now): (TimeDelta, Time)) -> bool {
        let waited = now - self.ticket.opened_at;
        match &department.hours {
            Some(hours) if waited >= max => hours.time_within(desk, (self.ticket.opened_at, now), max) >= max,
            _ => waited >= max,
        }
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

    /// Returns the conditions of the departments. A department that is closed needs no agent, and no wait becomes too
    /// long there; one that `earlier` has lasts until the ticket is taken.
    async fn department_conditions(
        &self,
        oldest_waits: &mut HashMap<DepartmentId, OldestWait>,
        earlier: &Incidents,
        now: Time,
    ) -> Result<Conditions, StoreError> {
        let mut conditions = Conditions::new();
        let settings = self.store.settings().await?;
        let max_wait = delta(settings.wait_alert);
        let depths = self.store.depths().await?;
        oldest_waits.retain(|id, _| depths.get(id).is_some_and(|depth| *depth > 0));
        for department in self.store.departments().await? {
            let id = department.id;
            let has_queue = depths.get(&id).is_some_and(|depth| *depth > 0);
            if department.retired && !has_queue {
                continue;
            }
            let is_within = department.in_business_hours(self.config.zone, now);
            if is_within && self.online(id) == 0 {
                let min_duration =
                    if department.critical { TimeDelta::zero() } else { delta(settings.unstaffed_alert) };
                conditions.insert(Alert::NobodyOnline(id), min_duration);
            }
            let is_too_long =
                |wait: &OldestWait| wait.is_too_long(&department, self.config.zone, (max_wait, now));
            if has_queue && !self.is_current(oldest_waits.get(&id), is_too_long, now).await? {
                match self.oldest_waiting(id).await? {
                    Some(ticket) => oldest_waits.insert(id, OldestWait { ticket, read_at: now }),
                    None => oldest_waits.remove(&id),
                };
            }
            let alert = Alert::TicketWaits(id);
            let lasts = || earlier.list.iter().any(|incident| incident.alert == alert);
            if oldest_waits.get(&id).is_some_and(is_too_long) && (is_within || lasts()) {
                conditions.insert(alert, TimeDelta::zero());
            }
        }
        Ok(conditions)
    }

    /// Returns true if a remembered oldest ticket need not be read again: it has not waited too long and was
    /// read recently, or it has waited too long and still waits. A point read is cheap on every server;
    /// the oldest of a long queue is not on one that reads whole index ranges.
    async fn is_current(
        &self,
        wait: Option<&OldestWait>,
        is_too_long: impl Fn(&OldestWait) -> bool,
        now: Time,
    ) -> Result<bool, StoreError> {
        let Some(wait) = wait else { return Ok(false) };
        if !is_too_long(wait) {
            return Ok(now - wait.read_at < delta(OLDEST_WAIT_TTL));
        }
        let ticket = self.store.ticket(wait.ticket.id).await?;
        Ok(ticket.is_some_and(|ticket| ticket.status() == Status::Queued))
    }

    /// Returns the oldest queued ticket of a department.
    pub async fn oldest_waiting(
        &self,
        department: DepartmentId,
    ) -> Result<Option<WaitingTicket>, StoreError> {
        let oldest = Priority::ALL.map(|priority| self.store.oldest_waiting(department, priority));
        Ok(try_join_all(oldest).await?.into_iter().flatten().min_by_key(|ticket| ticket.opened_at))
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
