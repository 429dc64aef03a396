//! JSON bodies of agents.
use super::enums::Status;
use super::hours::WorkingHoursBody;
use crate::api::Api;
use crate::domain::Time;
use crate::domain::department::Department;
use crate::engine::assignment::roster::Seat;
use crate::engine::ports::StoreError;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The id and the name of a department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct DepartmentName {
    /// Its id.
    department_id: Uuid,
    /// Its name.
    #[schema(example = "Umum")]
    department: String,
}

/// The current state of an agent. An event is sent whenever a field of it changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct AgentState {
    /// The agent's id.
    pub(in crate::api) agent_id: Uuid,
    /// Their name.
    #[schema(example = "Budi")]
    agent_name: String,
    /// The availability that they chose.
    status: Status,
    /// When they come back online by themselves, if they are away until then.
    away_until: Option<DateTime<Utc>>,
    /// The hours by which they go online and offline by themselves; `null` if they have none.
    working_hours: Option<WorkingHoursBody>,
    /// Whether they are online and present: their presence is not lost, and they have not blocked the bot.
    is_online: bool,
    /// Tickets they hold.
    #[schema(example = 2)]
    current_tickets: u16,
    /// Tickets they can hold.
    #[schema(example = 5)]
    max_tickets: u16,
    /// The share of their slots that is taken, in percent; above 100 after an admin's override.
    #[schema(example = 40)]
    percent: u16,
    /// Whether they have no free slot.
    #[schema(example = false)]
    full: bool,
    /// Whether the engine may give them tickets.
    auto_assignment_enabled: bool,
    /// Their departments.
    departments: Vec<DepartmentName>,
}

/// The state of an agent with today's totals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct AgentLoad {
    /// Their current state.
    #[serde(flatten)]
    state: AgentState,
    /// The name that customers see of them, if they have chosen one.
    #[schema(example = "Kak Budi")]
    alias: Option<String>,
    /// When they last came online.
    last_online: Option<DateTime<Utc>>,
    /// When they were last active.
    last_activity: Option<DateTime<Utc>>,
    /// When they last got a ticket from the engine.
    last_assigned: Option<DateTime<Utc>>,
    /// Their rank among agents who are equal in round robin.
    assignment_order: u32,
    /// Tickets they got today, in the desk's time zone.
    total_assigned_today: u32,
    /// Tickets they completed today.
    total_completed_today: u32,
}

impl AgentState {
    /// Returns the state of the agent on this seat, who holds `held` tickets, on a desk in this time zone.
    pub(in crate::api) fn of(seat: &Seat, held: u16, departments: &[Department], zone: Tz) -> Self {
        let max = seat.capacity();
        let percent = (u32::from(held) * 100).checked_div(u32::from(max)).unwrap_or_default();
        let serves = |d: &&Department| seat.profile().is_some_and(|p| p.departments.contains(&d.id));
        let name = |d: &Department| DepartmentName { department_id: d.id.0, department: d.name.clone() };
        Self {
            agent_id: seat.person.id.0,
            agent_name: seat.person.name.clone(),
            status: seat.person.availability().into(),
            away_until: seat.profile().and_then(|profile| profile.away_until),
            working_hours: seat
                .profile()
                .and_then(|profile| profile.working_hours.as_ref())
                .map(|hours| WorkingHoursBody::of(hours, zone)),
            is_online: seat.is_online(),
            current_tickets: held,
            max_tickets: max,
            percent: u16::try_from(percent).unwrap_or(u16::MAX),
            full: held >= max,
            auto_assignment_enabled: seat.profile().is_some_and(|p| p.auto_assignment_enabled),
            departments: departments.iter().filter(serves).map(name).collect(),
        }
    }
}

impl Api {
    /// Returns the state of the agent on this seat with today's totals.
    pub(in crate::api) async fn load_of(
        &self,
        seat: &Seat,
        departments: &[Department],
        now: Time,
    ) -> Result<AgentLoad, StoreError> {
        let today = self.engine.start_of_day(now);
        let (assigned, completed) = self.engine.store().assignment_counts(seat.person.id, today).await?;
        let profile = seat.profile();
        Ok(AgentLoad {
            state: AgentState::of(seat, seat.held(), departments, self.engine.config().zone),
            alias: profile.and_then(|p| p.alias.clone()),
            last_online: profile.and_then(|p| p.last_online),
            last_activity: profile.map(|p| p.last_activity),
            last_assigned: profile.and_then(|p| p.last_assigned),
            assignment_order: profile.map_or(0, |p| p.assignment_order),
            total_assigned_today: assigned,
            total_completed_today: completed,
        })
    }
}
