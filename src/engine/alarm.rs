//! Incidents: told to the admins and on the feed when they begin, and once more when they are over. Words for admins go
//! through the store; while that is away they wait here, so that both are told as soon as it is back.
use super::Engine;
use super::error::EngineError;
use super::feed::Happening;
use super::ports::StoreError;
use super::sweep::delta;
use crate::domain::Time;
use crate::domain::alert::Alert;
use crate::domain::department::Department;
use crate::domain::ids::{Arrival, DepartmentId, PersonId};
use crate::domain::notice::Notice;
use crate::domain::ticket::Priority;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How long nobody may be online in a department that is not critical.
const ALONE: Duration = Duration::from_secs(300);
/// How long a ticket may wait.
const WAIT: Duration = Duration::from_secs(900);
/// Over which time heartbeats are counted.
const WINDOW: Duration = Duration::from_secs(60);
/// Fewer failures than this are no incident, and neither is a smaller share: one in so many.
const FAILURES: u64 = 5;
const ONE_IN: u64 = 20;

/// Heartbeats so far: those taken, and those that the desk failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Beats {
    /// Those taken.
    pub ok: u64,
    /// Those that the desk failed.
    pub failed: u64,
}

/// What is the matter, and what is to be known of before to tell.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    raised: BTreeSet<Alert>,
    /// What the admins are still to be told, and whether it is over.
    untold: Vec<(Alert, bool)>,
    /// Since when nobody is online in a department.
    alone: BTreeMap<DepartmentId, Time>,
    /// When the window began, with how many heartbeats, and whether the one before was bad.
    window: Option<(Time, Beats)>,
    beats_fail: bool,
}

impl Alarm {
    /// Counts heartbeats; the verdict falls at the end of each window.
    fn count(&mut self, beats: Beats, now: Time) -> bool {
        let (since, before) = *self.window.get_or_insert((now, beats));
        if now - since >= delta(WINDOW) {
            let ok = beats.ok.saturating_sub(before.ok);
            let failed = beats.failed.saturating_sub(before.failed);
            self.beats_fail = failed >= FAILURES && failed * ONE_IN >= ok + failed;
            self.window = Some((now, beats));
        }
        self.beats_fail
    }

    /// Whether nobody has been online in a department for too long.
    fn is_alone(&mut self, department: &Department, online: u32, now: Time) -> bool {
        if online > 0 {
            self.alone.remove(&department.id);
            return false;
        }
        let since = *self.alone.entry(department.id).or_insert(now);
        department.critical || now - since >= delta(ALONE)
    }

    /// What has begun and what is over, now that this is the matter.
    fn turn_to(&mut self, matters: BTreeSet<Alert>) -> Vec<(Alert, bool)> {
        let begun = matters.difference(&self.raised).map(|alert| (*alert, false));
        let over = self.raised.difference(&matters).map(|alert| (*alert, true));
        let news: Vec<_> = over.chain(begun).collect();
        self.raised = matters;
        self.untold.extend(&news);
        news
    }
}

impl Engine {
    /// Looks for incidents, and tells of those that began or ended since the last look.
    pub async fn look_for_incidents(&self, beats: Beats, now: Time) -> Result<(), EngineError> {
        let mut alarm = self.alarm.lock().await;
        let mut matters = BTreeSet::new();
        if alarm.count(beats, now) {
            matters.insert(Alert::HeartbeatsFail);
        }
        let nobody = PersonId::from_random([0; 16]);
        if self.presence.get(nobody, now).await.is_err() {
            matters.insert(Alert::PresenceAway);
        }
        match self.departments_in_trouble(&mut alarm, now).await {
            Ok(found) => matters.extend(found),
            Err(error) => {
                tracing::warn!(%error, "the store can't be asked for incidents");
                matters.insert(Alert::StoreAway);
                // How the departments stand nobody can tell: as before.
                matters.extend(alarm.raised.iter().filter(|alert| alert.department().is_some()));
            }
        }
        for (alert, over) in alarm.turn_to(matters) {
            tracing::warn!(alert = alert.name(), over, "incident");
            self.tell(Happening::Alert { alert, over });
        }
        while let Some((alert, over)) = alarm.untold.first().copied() {
            let notices = self.to_admins(&Notice::Alert { alert, over }).await?;
            self.store.deliver(notices, now).await?;
            alarm.untold.remove(0);
            self.deliver_soon();
        }
        Ok(())
    }

    /// What is the matter in departments.
    async fn departments_in_trouble(&self, alarm: &mut Alarm, now: Time) -> Result<Vec<Alert>, StoreError> {
        let mut found = Vec::new();
        let depths = self.store.depths().await?;
        for department in self.store.departments().await?.into_iter().filter(|d| !d.retired) {
            if alarm.is_alone(&department, self.online(department.id), now) {
                found.push(Alert::NobodyOnline(department.id));
            }
            if depths.get(&department.id).is_some_and(|depth| *depth > 0)
                && self.oldest(department.id).await?.is_some_and(|since| now - since >= delta(WAIT))
            {
                found.push(Alert::TicketWaits(department.id));
            }
        }
        Ok(found)
    }

    /// What is the matter by the last look.
    pub async fn incidents(&self) -> Vec<Alert> {
        self.alarm.lock().await.raised.iter().copied().collect()
    }

    /// When the oldest waiting ticket of a department was opened. Each priority's oldest is the first of it in the queue.
    pub async fn oldest(&self, department: DepartmentId) -> Result<Option<Time>, StoreError> {
        let mut oldest: Option<Time> = None;
        for priority in Priority::ALL {
            let first = self.store.position(department, priority, Arrival::default()).await?;
            let offset = usize::try_from(first.saturating_sub(1)).unwrap_or(usize::MAX);
            let page = self.store.queue_page(&[department], offset, 1).await?;
            let since = page.first().filter(|ticket| ticket.priority == priority).map(|t| t.created_at);
            oldest = match (oldest, since) {
                (Some(one), Some(two)) => Some(one.min(two)),
                (one, two) => one.or(two),
            };
        }
        Ok(oldest)
    }
}
