//! Everything that a socket shows, at one moment.
use super::alerts::AlertBody;
use super::events::Scope;
use crate::api::Api;
use crate::api::json::agent::AgentState;
use crate::api::json::ticket::TicketBody;
use crate::api::routes::workload::QueueStats;
use crate::domain::ids::{DepartmentId, TicketId};
use crate::engine::ports::StoreError;
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// How many waiting tickets a snapshot lists, from the head of the queue. The rest is behind `/api/queue`.
const MAX_QUEUED_TICKETS: usize = 1_000;

/// Everything at one moment.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Snapshot {
    /// Tickets that agents hold, then those that wait, from the head of the queue, at most 1,000 of them.
    tickets: Vec<TicketBody>,
    /// All agents.
    agents: Vec<AgentState>,
    /// How the queue stands.
    queue: QueueStats,
    /// What is the matter: the incidents that are not over.
    alerts: Vec<AlertBody>,
}

impl Snapshot {
    /// The version at which each ticket is in it.
    pub(in crate::api) fn versions(&self) -> HashMap<TicketId, u64> {
        self.tickets.iter().map(|ticket| (TicketId(ticket.ticket_id), ticket.version)).collect()
    }
}

impl Api {
    /// What somebody with this scope may see, now.
    pub(in crate::api) async fn snapshot(&self, scope: &Scope) -> Result<Snapshot, StoreError> {
        let store = self.engine.store();
        let departments = store.departments().await?;
        let theirs: Vec<DepartmentId> =
            departments.iter().map(|d| d.id).filter(|id| scope.holds(*id, None)).collect();
        // First what waits: a ticket that is assigned in between is then there twice, not missing.
        let waiting = store.queue_page(&theirs, 0, MAX_QUEUED_TICKETS).await?;
        let mut tickets = store.all_held().await?;
        let held: std::collections::HashSet<TicketId> = tickets.iter().map(|ticket| ticket.id).collect();
        tickets.retain(|ticket| scope.holds(ticket.department, ticket.holder()));
        tickets.extend(waiting.into_iter().filter(|ticket| !held.contains(&ticket.id)));
        let told = store.incidents().await?.told();
        let alerts = told.into_iter().map(|alert| AlertBody::of(alert, false, &departments)).collect();
        let seats = self.engine.seats();
        Ok(Snapshot {
            tickets: self.bodies(&tickets).await?,
            agents: seats.iter().map(|seat| AgentState::of(seat, seat.held(), &departments)).collect(),
            queue: self.queue_stats(&seats, &departments).await?,
            alerts,
        })
    }
}
