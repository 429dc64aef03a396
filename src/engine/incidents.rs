//! Incidents: looked for by the replica that works, told to the admins and on the feed when they begin and once more when
//! they are over. What was told is in the store, in one commit with the words for the admins: so it is told once, whoever
//! looks next.
mod heartbeat_window;

use super::error::EngineError;
use super::events::Happening;
use super::ports::{Change, StoreError, Write};
use super::sweep::delta;
use super::{Attempt, Engine, lock};
use crate::domain::Time;
use crate::domain::alert::{Alert, Incidents, MOST_MINUTES, Matters};
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::ticket::Priority;
use chrono::TimeDelta;
use futures::future::try_join_all;
pub(super) use heartbeat_window::Beats;
use std::collections::BTreeSet;
use std::time::Duration;

/// How long nobody may be online in a department that is not critical.
const ALONE: Duration = Duration::from_secs(300);
/// How long a server may be out of reach: it may only be starting anew.
const AWAY: Duration = Duration::from_secs(10);
/// How long a server may take to answer a look.
const ANSWER: Duration = Duration::from_secs(5);

/// What is known from look to look, beside what the store knows.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    /// What the feed was told of. `None` before the first look: whoever reads the feed has asked the store how things stand.
    shown: Option<BTreeSet<Alert>>,
    /// Since when the store can't be reached, and whether that was told.
    away: Option<(Time, bool)>,
}

impl Engine {
    /// Looks for incidents, and tells of those that began or ended since the last look. Fails while the store can't be
    /// reached; that is told on the feed then, and to the admins once it is back.
    pub async fn look_for_incidents(&self, now: Time) -> Result<(), EngineError> {
        let mut alarm = self.alarm.lock().await;
        self.judge_heartbeats(now);
        loop {
            let away = alarm.away.is_some_and(|(_, told)| told);
            let look = self.one_look(&mut alarm, away, now);
            let looked = match tokio::time::timeout(ANSWER, look).await {
                Ok(looked) => looked,
                Err(_) => Err(StoreError::Unavailable("no answer in time".into()).into()),
            };
            match looked {
                Ok(()) => alarm.away = None,
                Err(EngineError::Store(error)) => {
                    self.miss_the_store(&mut alarm, now);
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
    async fn one_look(&self, alarm: &mut Alarm, away: bool, now: Time) -> Result<(), EngineError> {
        let mut matters = self.departments_in_trouble(now).await?;
        if away {
            matters.insert(Alert::StoreAway, TimeDelta::zero());
        }
        if lock(&self.beats).fail(now) {
            matters.insert(Alert::HeartbeatsFail, TimeDelta::zero());
        }
        if !self.presence_answers(now).await {
            matters.insert(Alert::PresenceAway, delta(AWAY));
        }
        let before = self.store.incidents().await?;
        let shown = alarm.shown.get_or_insert_with(|| before.told());
        let after = before.follow(&matters, now);
        if after != before {
            self.write_down(&before, &after).await?;
        }
        for (alert, over) in after.news(shown) {
            tracing::warn!(alert = alert.name(), over, "incident");
            self.tell(Happening::Alert { alert, over });
        }
        *shown = after.told();
        Ok(())
    }

    async fn write_down(&self, before: &Incidents, after: &Incidents) -> Result<(), EngineError> {
        let mut notices = Vec::new();
        for (alert, over) in after.news(&before.told()) {
            notices.extend(self.words_of(alert, over).await?);
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
    async fn words_of(&self, alert: Alert, over: bool) -> Result<Vec<Outgoing>, EngineError> {
        let departments = self.store.departments().await?;
        let gone = |id| departments.iter().all(|department| department.id != id || department.retired);
        if alert.department().is_some_and(gone) {
            return Ok(Vec::new());
        }
        self.to_admins(&Notice::Alert { alert, over }).await
    }

    /// The store did not answer this time.
    fn miss_the_store(&self, alarm: &mut Alarm, now: Time) {
        let (since, told) = alarm.away.get_or_insert((now, false));
        if *told || now - *since < delta(AWAY) {
            return;
        }
        *told = true;
        // Before the first look nobody knows what else has been told.
        if let Some(shown) = &mut alarm.shown {
            shown.insert(Alert::StoreAway);
        }
        let (alert, over) = (Alert::StoreAway, false);
        tracing::warn!(alert = alert.name(), over, "incident");
        self.tell(Happening::Alert { alert, over });
    }

    async fn presence_answers(&self, now: Time) -> bool {
        let nobody = PersonId::from_random([0; 16]);
        matches!(tokio::time::timeout(ANSWER / 2, self.presence.get(nobody, now)).await, Ok(Ok(_)))
    }

    /// What is the matter in departments.
    async fn departments_in_trouble(&self, now: Time) -> Result<Matters, StoreError> {
        let mut found = Matters::new();
        let depths = self.store.depths().await?;
        for department in self.store.departments().await?.into_iter().filter(|d| !d.retired) {
            if self.online(department.id) == 0 {
                let patience = if department.critical { TimeDelta::zero() } else { delta(ALONE) };
                found.insert(Alert::NobodyOnline(department.id), patience);
            }
            let waits = depths.get(&department.id).is_some_and(|depth| *depth > 0);
            if waits
                && self
                    .oldest(department.id)
                    .await?
                    .is_some_and(|since| now - since >= TimeDelta::minutes(MOST_MINUTES.into()))
            {
                found.insert(Alert::TicketWaits(department.id), TimeDelta::zero());
            }
        }
        Ok(found)
    }

    /// When the oldest waiting ticket of a department was opened.
    pub async fn oldest(&self, department: DepartmentId) -> Result<Option<Time>, StoreError> {
        let since = Priority::ALL.map(|priority| self.store.waits_since(department, priority));
        Ok(try_join_all(since).await?.into_iter().flatten().min())
    }

    /// A heartbeat was answered: taken, or failed by the desk.
    pub fn count_heartbeat(&self, taken: bool, now: Time) {
        lock(&self.beats).count(taken);
        self.judge_heartbeats(now);
    }

    fn judge_heartbeats(&self, now: Time) {
        if lock(&self.beats).judge(now)
            && let Some(telling) = &self.telling
        {
            telling.heartbeats_fail();
        }
    }

    /// The departments in which somebody is online.
    #[must_use]
    pub fn staffed(&self) -> BTreeSet<DepartmentId> {
        self.roster().staffed()
    }
}
