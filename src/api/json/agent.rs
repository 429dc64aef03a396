//! An agent in JSON.
use super::enums::Status;
use crate::api::Api;
use crate::domain::Time;
use crate::domain::department::Department;
use crate::engine::assignment::roster::Seat;
use crate::engine::ports::StoreError;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A department of an agent's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct DepartmentName {
    /// Its id.
    department_id: Uuid,
    /// Its name.
    department: String,
}

/// How an agent stands now. Everything in it changes with an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct AgentState {
    /// Who.
    pub(in crate::api) agent_id: Uuid,
    /// Their name.
    agent_name: String,
    /// What they say of themselves.
    status: Status,
    /// Whether they are online and there: their presence is not lost, and they have not blocked the bot.
    is_online: bool,
    /// Tickets they hold.
    current_tickets: u16,
    /// Tickets they can hold.
    max_tickets: u16,
    /// How much of that is taken, in percent; above 100 after an admin's override.
    percent: u16,
    /// Whether nothing more fits.
    full: bool,
    /// Whether the engine may give them tickets.
    auto_assignment_enabled: bool,
    /// Their departments.
    departments: Vec<DepartmentName>,
}

/// An agent's standing and their day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct AgentLoad {
    /// How they stand.
    #[serde(flatten)]
    state: AgentState,
    /// When they last came online.
    last_online: Option<DateTime<Utc>>,
    /// Their last sign of life.
    last_activity: Option<DateTime<Utc>>,
    /// When they last got a ticket from the engine.
    last_assigned: Option<DateTime<Utc>>,
    /// Breaks ties of round robin.
    assignment_order: u32,
    /// Tickets they got today, in the desk's time zone.
    total_assigned_today: u32,
    /// Tickets they completed today.
    total_completed_today: u32,
}

impl AgentState {
    /// The state of the agent on this seat, who holds so many tickets.
    pub(in crate::api) fn of(seat: &Seat, held: u16, departments: &[Department]) -> Self {
        let max = seat.capacity();
        let percent = (u32::from(held) * 100).checked_div(u32::from(max)).unwrap_or_default();
        let serves = |d: &&Department| seat.profile().is_some_and(|p| p.departments.contains(&d.id));
        let named = |d: &Department| DepartmentName { department_id: d.id.0, department: d.name.clone() };
        Self {
            agent_id: seat.person.id.0,
            agent_name: seat.person.name.clone(),
            status: seat.person.availability().into(),
            is_online: seat.is_online(),
            current_tickets: held,
            max_tickets: max,
            percent: u16::try_from(percent).unwrap_or(u16::MAX),
            full: held >= max,
            auto_assignment_enabled: seat.profile().is_some_and(|p| p.auto_assignment_enabled),
            departments: departments.iter().filter(serves).map(named).collect(),
        }
    }
}

impl Api {
    /// An agent with their day.
    pub(in crate::api) async fn load_of(
        &self,
        seat: &Seat,
        departments: &[Department],
        now: Time,
    ) -> Result<AgentLoad, StoreError> {
        let today = self.engine.day_began(now);
        let (got, done) = self.engine.store().assignment_counts(seat.person.id, today).await?;
        let profile = seat.profile();
        Ok(AgentLoad {
            state: AgentState::of(seat, seat.held(), departments),
            last_online: profile.and_then(|p| p.last_online),
            last_activity: profile.map(|p| p.last_activity),
            last_assigned: profile.and_then(|p| p.last_assigned),
            assignment_order: profile.map_or(0, |p| p.assignment_order),
            total_assigned_today: got,
            total_completed_today: done,
        })
    }
}
