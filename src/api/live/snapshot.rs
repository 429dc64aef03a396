//! The snapshot of tickets, agents, queue and alerts that a socket gets first.
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

/// How many waiting tickets a snapshot lists, from the head of the queue. `/api/queue` lists the others.
const MAX_QUEUED_TICKETS: usize = 1_000;

/// The state of the desk at one moment.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Snapshot {
    /// Held tickets, then at most 1,000 waiting tickets from the head of the queue.
    tickets: Vec<TicketBody>,
    /// All agents.
    agents: Vec<AgentState>,
    /// The queue statistics.
    queue: QueueStats,
    /// The open incidents.
    alerts: Vec<AlertBody>,
}

impl Snapshot {
    /// Returns the version of each ticket in the snapshot.
    pub(in crate::api) fn versions(&self) -> HashMap<TicketId, u64> {
        self.tickets.iter().map(|ticket| (TicketId(ticket.ticket_id), ticket.version)).collect()
    }
}

impl Api {
    /// Returns the current state within this scope.
    pub(in crate::api) async fn snapshot(&self, scope: &Scope) -> Result<Snapshot, StoreError> {
        let store = self.engine.store();
        let departments = store.departments().await?;
        let visible: Vec<DepartmentId> =
            departments.iter().map(|d| d.id).filter(|id| scope.includes(*id, None)).collect();
        // Waiting tickets are read first: a ticket assigned in between is then found twice, and not missed.
        let waiting = store.queue_page(&visible, 0, MAX_QUEUED_TICKETS).await?;
        let mut tickets = store.all_held().await?;
        let held: std::collections::HashSet<TicketId> = tickets.iter().map(|ticket| ticket.id).collect();
        tickets.retain(|ticket| scope.includes(ticket.department, ticket.holder()));
        tickets.extend(waiting.into_iter().filter(|ticket| !held.contains(&ticket.id)));
        let announced = store.incidents().await?.announced();
        let alerts = announced.into_iter().map(|alert| AlertBody::of(alert, false, &departments)).collect();
        let seats = self.engine.seats();
        Ok(Snapshot {
            tickets: self.ticket_bodies(&tickets).await?,
            agents: seats
                .iter()
                .map(|seat| AgentState::of(seat, seat.held(), &departments, self.engine.config().zone))
                .collect(),
            queue: self.queue_stats(&seats, &departments).await?,
            alerts,
        })
    }
}
