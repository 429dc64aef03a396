//! Statistics of the desk, read from the daily roll-ups and the live queues.
use super::Engine;
use super::error::EngineError;
use super::ports::StoreError;
use crate::domain::Time;
use crate::domain::department::Department;
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::person::Person;
use crate::domain::statistics::{FigureCounts, Figures, Scope, ScopeKind, StatisticsQuery, Timing};
use crate::domain::ticket::Priority;
use chrono::{NaiveDate, TimeDelta};
use std::collections::{BTreeMap, HashSet};
use std::ops::RangeInclusive;

/// The plan's target for the engine's assignments.
pub const ASSIGNMENT_TARGET: TimeDelta = TimeDelta::seconds(2);
/// The plan's target for the average wait.
pub const WAIT_TARGET: TimeDelta = TimeDelta::minutes(5);
/// The plan's target for the utilisation of the agents, in percent.
pub const UTILISATION_TARGET: RangeInclusive<i64> = 70..=90;

/// The figures of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentStatistics {
    /// The agent.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Their figures, with the holds and the time online that still last.
    pub figures: Figures,
}

/// The statistics of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistics {
    /// The days.
    pub days: RangeInclusive<NaiveDate>,
    /// The department that was asked for.
    pub department: Option<Department>,
    /// All departments, by name.
    pub departments: Vec<Department>,
    /// The sums.
    pub total: Figures,
    /// The figures of each day and department that has any, in order.
    pub daily: Vec<(NaiveDate, DepartmentId, Figures)>,
    /// The agents who serve the department, the most used first.
    pub agents: Vec<AgentStatistics>,
    /// Tickets that wait now.
    pub waiting: u64,
    /// How long the ticket that waits longest has waited.
    pub longest_wait: Option<TimeDelta>,
    /// Held tickets whose holder is no agent.
    pub orphaned: usize,
}

impl Statistics {
    /// Returns the utilisation of all agents together, in percent; `None` if none was available.
    #[must_use]
    pub fn utilisation(&self) -> Option<i64> {
        let mut sum = Figures::default();
        for agent in &self.agents {
            sum.merge(&agent.figures);
        }
        sum.utilisation()
    }

    /// Returns whether each success metric of the plan is met: assignment time, wait, utilisation, no orphaned
    /// ticket. `None` if there is nothing to judge.
    #[must_use]
    pub fn targets_met(&self) -> [Option<bool>; 4] {
        let below = |timing, target| self.total.average(timing).map(|average| average < target);
        [
            below(Timing::Assignment, ASSIGNMENT_TARGET),
            below(Timing::Wait, WAIT_TARGET),
            self.utilisation().map(|percent| UTILISATION_TARGET.contains(&percent)),
            Some(self.orphaned == 0),
        ]
    }
}

impl Engine {
    /// Returns the statistics of a period to an admin.
    pub async fn statistics(
        &self,
        admin: &Person,
        query: StatisticsQuery,
        now: Time,
    ) -> Result<Statistics, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        Ok(self.read_statistics(query, now).await?)
    }

    /// Returns the statistics of a period. What happens while they are read may be in some of the figures only.
    pub async fn read_statistics(&self, query: StatisticsQuery, now: Time) -> Result<Statistics, StoreError> {
        self.statistics_of_days(query.period.until(now, self.config.zone), query.department, now).await
    }

    /// Returns the statistics of these days; what waits and lasts is that of `now`.
    pub async fn statistics_of_days(
        &self,
        days: RangeInclusive<NaiveDate>,
        department: Option<DepartmentId>,
        now: Time,
    ) -> Result<Statistics, StoreError> {
        let mut departments = self.store.departments().await?;
        departments.sort_by_cached_key(|department| department.name.to_lowercase());
        let wanted = |id: DepartmentId| department.is_none_or(|only| only == id);
        let of_department = |(day, scope, figures)| match scope {
            Scope::Department(id) if wanted(id) => Some((day, id, figures)),
            _ => None,
        };
        let daily = self.store.daily_figures(ScopeKind::Department, days.clone()).await?;
        let daily: Vec<_> = daily.into_iter().filter_map(of_department).collect();
        let mut total = Figures::default();
        for (_, _, figures) in &daily {
            total.merge(figures);
        }
        let (agents, orphaned) = self.agent_statistics(&days, department, now).await?;
        let depths = self.store.depths().await?;
        let waiting: Vec<_> = depths.into_iter().filter(|(id, depth)| wanted(*id) && *depth > 0).collect();
        Ok(Statistics {
            department: departments.iter().find(|other| department == Some(other.id)).cloned(),
            total,
            daily,
            agents,
            waiting: waiting.iter().map(|(_, depth)| depth).sum(),
            longest_wait: self.longest_wait(waiting.iter().map(|(id, _)| *id), now).await?,
            orphaned,
            departments,
            days,
        })
    }

    /// Returns the figures of the agents who serve a department, the most used first, and the number of orphaned
    /// tickets.
    async fn agent_statistics(
        &self,
        days: &RangeInclusive<NaiveDate>,
        department: Option<DepartmentId>,
        now: Time,
    ) -> Result<(Vec<AgentStatistics>, usize), StoreError> {
        let stored = self.store.figures(ScopeKind::Agent, days.clone()).await?;
        let mut figures: BTreeMap<Scope, Figures> = stored.into_iter().collect();
        let spans = self.store.current_spans().await?;
        let mut open = FigureCounts::new(self.config.zone);
        open.add_current_spans(&spans, now);
        for (_, scope, more) in open.iter().filter(|(day, ..)| days.contains(day)) {
            figures.entry(scope).or_default().merge(more);
        }
        let people = self.store.agents().await?;
        let ids: HashSet<_> = people.iter().map(|person| person.id).collect();
        let orphaned = spans.holds.iter().filter(|(holder, _)| !ids.contains(holder)).count();
        let serves = |person: &&Person| {
            let departments = person.agent.as_ref().map(|agent| &agent.departments);
            department.is_none_or(|id| departments.is_some_and(|served| served.contains(&id)))
        };
        let of = |person: &Person| AgentStatistics {
            id: person.id,
            name: person.name.clone(),
            figures: figures.get(&Scope::Agent(person.id)).cloned().unwrap_or_default(),
        };
        let mut agents: Vec<_> = people.iter().filter(serves).map(of).collect();
        agents.sort_by_cached_key(|agent| {
            (std::cmp::Reverse(agent.figures.utilisation()), agent.name.to_lowercase())
        });
        Ok((agents, orphaned))
    }

    async fn longest_wait(
        &self,
        departments: impl Iterator<Item = DepartmentId>,
        now: Time,
    ) -> Result<Option<TimeDelta>, StoreError> {
        let mut longest = None;
        for department in departments {
            for priority in Priority::ALL {
                if let Some(oldest) = self.store.oldest_waiting(Some(department), priority).await? {
                    longest = longest.max(Some((now - oldest.opened_at).max(TimeDelta::zero())));
                }
            }
        }
        Ok(longest)
    }
}
