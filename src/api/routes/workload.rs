//! Route of `/api/agent-status/workload`: the load of every agent and the queue statistics.
use crate::api::Api;
use crate::api::http::auth::Admin;
use crate::api::http::envelope::{Answer, Envelope, Result};
use crate::api::http::extract::{Paging, QueryParams, check_paging};
use crate::api::json::agent::AgentLoad;
use crate::api::json::enums::Mode;
use crate::domain::department::Department;
use crate::engine::assignment::roster::Seat;
use crate::engine::ports::{QueueDepths, StoreError};
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

/// The load of the agents and the queue statistics.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Workload {
    /// The agents, in the order in which they became agents.
    agents: Vec<AgentLoad>,
    /// The number of all agents.
    total: usize,
    /// The queue statistics.
    queue: QueueStats,
}

/// Statistics of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct QueueStats {
    /// The assignment mode: in `manual` and `dual`, agents pick tickets up.
    mode: Mode,
    /// Tickets that wait.
    waiting: u64,
    /// Tickets that agents hold.
    held: u64,
    /// Agents who are online and present.
    online_agents: u32,
    /// All agents.
    total_agents: u32,
    /// Free slots of online agents.
    free_slots: u64,
    /// Statistics by department, including those without waiting tickets.
    departments: Vec<DepartmentQueue>,
}

/// Statistics of a department's queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct DepartmentQueue {
    /// The department's id.
    department_id: Uuid,
    /// Its name.
    #[schema(example = "Umum")]
    department: String,
    /// Tickets that wait in it.
    waiting: u64,
    /// Its agents who are online and present.
    online_agents: u32,
}

/// Returns every agent's load with today's totals, and the queue statistics.
#[utoipa::path(get, operation_id = "getWorkload", path = "/api/agent-status/workload", tag = "agent status", security(("bearer" = [])),
    params(Paging), responses((status = 200, body = Envelope<Workload>)))]
pub(in crate::api) async fn workload(
    State(api): State<Arc<Api>>,
    _: Admin,
    QueryParams(query): QueryParams<Paging>,
) -> Result<Workload> {
    let (offset, limit) = check_paging(query.offset, query.limit)?;
    let (seats, now) = (api.engine.seats(), api.now());
    let departments = api.engine.store().departments().await?;
    let queue = api.queue_stats(&seats, &departments).await?;
    let mut agents = Vec::with_capacity(limit.min(seats.len()));
    for seat in seats.iter().skip(offset).take(limit) {
        agents.push(api.load_of(seat, &departments, now).await?);
    }
    Ok(Answer::ok("Workload", Workload { agents, total: seats.len(), queue }))
}

impl Api {
    /// Returns the queue statistics.
    pub(in crate::api) async fn queue_stats(
        &self,
        seats: &[Seat],
        departments: &[Department],
    ) -> std::result::Result<QueueStats, StoreError> {
        let depths = self.engine.store().depths().await?;
        let mode = self.engine.store().settings().await?.mode.into();
        let online = seats.iter().filter(|seat| seat.is_online());
        Ok(QueueStats {
            mode,
            waiting: depths.values().sum(),
            held: seats.iter().map(|seat| u64::from(seat.held())).sum(),
            online_agents: to_u32(online.clone().count()),
            total_agents: to_u32(seats.len()),
            free_slots: online.map(|s| u64::from(s.capacity().saturating_sub(s.held()))).sum(),
            departments: departments.iter().map(|d| self.department_queue(d, &depths)).collect(),
        })
    }

    fn department_queue(&self, department: &Department, depths: &QueueDepths) -> DepartmentQueue {
        DepartmentQueue {
            department_id: department.id.0,
            department: department.name.clone(),
            waiting: depths.get(&department.id).copied().unwrap_or(0),
            online_agents: self.engine.online(department.id),
        }
    }
}

fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
