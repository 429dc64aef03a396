//! Conditions of the departments: nobody online, a ticket that waits too long.
//!
//! An evaluation that finds nothing makes the same number of reads at any number of departments. The roster knows
//! where nobody is online, and while the oldest ticket of the desk has not waited too long, no other one has.
use crate::domain::Time;
use crate::domain::alert::{Alert, Conditions, Incidents};
use crate::domain::department::{Department, DepartmentList};
use crate::domain::ids::DepartmentId;
use crate::domain::ticket::{Priority, Status};
use crate::engine::Engine;
use crate::engine::ports::{QueueDepths, StoreError, WaitingTicket};
use crate::engine::sweep::delta;
use chrono::TimeDelta;
use chrono_tz::Tz;
use futures::future::try_join_all;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// How long the age of an oldest waiting ticket is remembered. A ticket that returns to the queue may be older than
/// the remembered one; its alert is late by this time at most.
const OLDEST_WAIT_TTL: Duration = Duration::from_secs(60);

/// The oldest waiting tickets that are remembered.
#[derive(Debug, Default)]
pub(super) struct OldestWaits {
    /// The oldest one of the desk, if it has a queue.
    desk: Option<OldestWait>,
    /// The oldest one of each department with a queue, while the desk's has waited too long.
    departments: HashMap<DepartmentId, OldestWait>,
}

/// An oldest waiting ticket, as read from the store.
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
    /// Returns the conditions of the departments. A department that is closed needs no agent, and no wait becomes too
    /// long there; one that `earlier` has lasts until the ticket is taken.
    pub(super) async fn department_conditions(
        &self,
        waits: &mut OldestWaits,
        earlier: &Incidents,
        now: Time,
    ) -> Result<Conditions, StoreError> {
        let settings = self.store.settings().await?;
        let (unstaffed_alert, max_wait) = (delta(settings.unstaffed_alert), delta(settings.wait_alert));
        let waits_too_long = self.desk_waits_too_long(&mut waits.desk, (max_wait, now)).await?;
        let mut departments = self.store.department_list().await?;
        let mut unstaffed = self.roster().unstaffed(departments.iter().map(|department| &department.id));
        if waits_too_long || !unstaffed.is_empty() {
            // The list may be a moment old, and what is announced must hold now.
            departments = Arc::new(self.store.departments().await?.into());
            unstaffed = self.roster().unstaffed(departments.iter().map(|department| &department.id));
        }
        let unstaffed = departments.select(&unstaffed);
        // A retired department needs agents only while tickets wait in it.
        let depths = if waits_too_long || unstaffed.iter().any(|department| department.retired) {
            self.store.depths().await?
        } else {
            QueueDepths::new()
        };
        let mut conditions = Conditions::new();
        for department in unstaffed.into_iter().filter(|d| !d.retired || depths.contains_key(&d.id)) {
            if department.in_business_hours(self.config.zone, now) {
                let min_duration = if department.critical { TimeDelta::zero() } else { unstaffed_alert };
                conditions.insert(Alert::NobodyOnline(department.id), min_duration);
            }
        }
        waits.departments.retain(|id, _| waits_too_long && depths.contains_key(id));
        if waits_too_long {
            let queues = (&*departments, &depths);
            let waiting = self.long_waits(&mut waits.departments, queues, (max_wait, now)).await?;
            for department in waiting {
                let alert = Alert::TicketWaits(department.id);
                let lasts = || earlier.list.iter().any(|incident| incident.alert == alert);
                if department.in_business_hours(self.config.zone, now) || lasts() {
                    conditions.insert(alert, TimeDelta::zero());
                }
            }
        }
        Ok(conditions)
    }

    /// Returns true if the oldest waiting ticket of the desk has waited too long, by the clock alone.
    async fn desk_waits_too_long(
        &self,
        oldest: &mut Option<OldestWait>,
        (max, now): (TimeDelta, Time),
    ) -> Result<bool, StoreError> {
        let is_too_long = |wait: &OldestWait| now - wait.ticket.opened_at >= max;
        if !self.is_current(oldest.as_ref(), is_too_long, now).await? {
            let read = self.oldest_waiting(None).await?;
            *oldest = read.map(|ticket| OldestWait { ticket, read_at: now });
        }
        Ok(oldest.as_ref().is_some_and(is_too_long))
    }

    /// Returns the departments in which a ticket has waited too long.
    async fn long_waits<'a>(
        &self,
        oldest: &mut HashMap<DepartmentId, OldestWait>,
        (departments, depths): (&'a DepartmentList, &QueueDepths),
        (max, now): (TimeDelta, Time),
    ) -> Result<Vec<&'a Department>, StoreError> {
        let mut long_waits = Vec::new();
        for department in departments.select(depths.keys()) {
            let id = department.id;
            let is_too_long = |wait: &OldestWait| wait.is_too_long(department, self.config.zone, (max, now));
            if !self.is_current(oldest.get(&id), is_too_long, now).await? {
                match self.oldest_waiting(Some(id)).await? {
                    Some(ticket) => oldest.insert(id, OldestWait { ticket, read_at: now }),
                    None => oldest.remove(&id),
                };
            }
            long_waits.extend(oldest.get(&id).is_some_and(is_too_long).then_some(department));
        }
        Ok(long_waits)
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

    /// Returns the oldest queued ticket of a department, or of the desk.
    pub async fn oldest_waiting(
        &self,
        department: Option<DepartmentId>,
    ) -> Result<Option<WaitingTicket>, StoreError> {
        let oldest = Priority::ALL.map(|priority| self.store.oldest_waiting(department, priority));
        Ok(try_join_all(oldest).await?.into_iter().flatten().min_by_key(|ticket| ticket.opened_at))
    }
}
