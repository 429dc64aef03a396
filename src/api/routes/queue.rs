//! Routes of `/api/queue`: an agent's own queue; for admins, waiting and held tickets, priorities, reassignment
//! and cancellation.
use crate::api::Api;
use crate::api::http::auth::{Admin, Agent};
use crate::api::http::envelope::{Answer, Envelope, Result};
use crate::api::http::error::ApiError;
use crate::api::http::extract::{JsonBody, QueryParams, TicketRef, check_paging};
use crate::api::json::enums::Priority;
use crate::api::json::ticket::{PlacedTicket, TicketBody};
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::ticket::Ticket;
use crate::engine::ports::StoreError;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, patch, post};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub(in crate::api) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/", get(all))
        .route("/my-queue", get(mine))
        .route("/{ticket}", patch(reprioritise))
        .route("/{ticket}/reassign", post(reassign))
        .route("/{ticket}/cancel", post(cancel))
        .route("/{ticket}/pick-up", post(pick_up))
}

/// An agent's queue.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct MyQueue {
    /// The tickets that they hold, in the order of assignment.
    queue: Vec<PlacedTicket>,
    /// How many tickets they hold.
    count: usize,
    /// How many tickets they can hold.
    #[schema(example = 5)]
    max: u16,
    /// Tickets that they got today, in the desk's time zone.
    #[schema(example = 7)]
    assigned_today: u32,
    /// Tickets that they completed today.
    #[schema(example = 4)]
    completed_today: u32,
}

/// A page of the waiting or held tickets.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct QueuePage {
    /// The tickets; waiting ones in queue order, held ones in the order of assignment.
    tickets: Vec<PlacedTicket>,
    /// How many there are in all.
    total: u64,
}

/// The status of the listed tickets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::api) enum QueueStatus {
    /// Waiting tickets.
    #[default]
    Queued,
    /// Tickets that agents hold.
    Held,
}

/// The query of the queue.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct QueueQuery {
    /// Waiting tickets, or tickets that agents hold.
    #[serde(default)]
    #[param(inline)]
    status: QueueStatus,
    /// Only tickets of this department.
    department_id: Option<Uuid>,
    /// How many entries to skip.
    #[serde(default)]
    #[param(minimum = 0, maximum = 1_000_000, default = 0)]
    offset: usize,
    /// The largest number of entries to return.
    #[serde(default = "crate::api::http::extract::default_limit")]
    #[param(minimum = 1, maximum = 500, default = 100)]
    limit: usize,
}

/// A change of a ticket in the queue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct QueueChange {
    /// Its new priority.
    priority: Priority,
}

/// The new agent of a ticket.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Reassignment {
    /// The agent; null puts the ticket back into the queue, at its old position.
    agent_id: Option<Uuid>,
    /// Whether to assign the ticket even if the agent has no free slot.
    #[serde(default)]
    #[schema(example = false)]
    anyway: bool,
}

/// Lists the tickets that the calling agent holds.
#[utoipa::path(get, operation_id = "getMyQueue", path = "/api/queue/my-queue", tag = "queue", security(("bearer" = [])),
    responses((status = 200, body = Envelope<MyQueue>)))]
pub(in crate::api) async fn mine(State(api): State<Arc<Api>>, agent: Agent) -> Result<MyQueue> {
    let held = api.engine.store().held_by(agent.person.id).await?;
    let queue: Vec<_> = with_positions(api.ticket_bodies(&held).await?, (1..).map(Some)).collect();
    let (count, max) = (queue.len(), agent.profile.max_tickets.get());
    let today = api.engine.start_of_day(api.now());
    let (assigned_today, completed_today) =
        api.engine.store().assignment_counts(agent.person.id, today).await?;
    Ok(Answer::ok("Your queue", MyQueue { queue, count, max, assigned_today, completed_today }))
}

/// Lists the waiting or the held tickets.
#[utoipa::path(get, operation_id = "listQueue", path = "/api/queue", tag = "queue", security(("bearer" = [])), params(QueueQuery),
    responses((status = 200, body = Envelope<QueuePage>)))]
pub(in crate::api) async fn all(
    State(api): State<Arc<Api>>,
    _: Admin,
    QueryParams(query): QueryParams<QueueQuery>,
) -> Result<QueuePage> {
    let (offset, limit) = check_paging(query.offset, query.limit)?;
    let department = query.department_id.map(DepartmentId);
    if let Some(id) = department
        && api.engine.store().department(id).await?.is_none()
    {
        return Err(ApiError::no_department());
    }
    let page = match query.status {
        QueueStatus::Queued => api.waiting(department, offset, limit).await?,
        QueueStatus::Held => api.held(department, offset, limit).await?,
    };
    Ok(Answer::ok("Queue", page))
}

/// Changes the priority of a ticket.
#[utoipa::path(patch, operation_id = "changeTicketPriority", path = "/api/queue/{ticket}", tag = "queue", security(("bearer" = [])),
    params(("ticket" = TicketRef, Path)), request_body = QueueChange,
    responses((status = 200, body = Envelope<TicketBody>)))]
pub(in crate::api) async fn reprioritise(
    State(api): State<Arc<Api>>,
    Admin(admin): Admin,
    TicketRef(ticket): TicketRef,
    JsonBody(change): JsonBody<QueueChange>,
) -> Result<TicketBody> {
    let id = api.visible(&admin, &ticket).await?.id;
    let (engine, now, priority) = (Arc::clone(&api.engine), api.now(), change.priority.into());
    let ticket = Api::run(async move { engine.set_priority(&admin, id, priority, now).await }).await?;
    Ok(Answer::ok("Priority set", api.ticket_body(&ticket).await?))
}

/// Gives a ticket to an agent, or back to the queue.
#[utoipa::path(post, operation_id = "reassignTicket", path = "/api/queue/{ticket}/reassign", tag = "queue", security(("bearer" = [])),
    params(("ticket" = TicketRef, Path)), request_body = Reassignment,
    responses((status = 200, body = Envelope<TicketBody>)))]
pub(in crate::api) async fn reassign(
    State(api): State<Arc<Api>>,
    Admin(admin): Admin,
    TicketRef(ticket): TicketRef,
    JsonBody(reassignment): JsonBody<Reassignment>,
) -> Result<TicketBody> {
    let id = api.visible(&admin, &ticket).await?.id;
    let (engine, now) = (Arc::clone(&api.engine), api.now());
    let operation = async move {
        match reassignment.agent_id {
            Some(agent) => {
                engine.reassign(&admin, (id, None), PersonId(agent), reassignment.anyway, now).await
            }
            None => engine.requeue(&admin, (id, None), now).await,
        }
    };
    // Tickets are never deleted, so a 404 means that the person is no agent.
    let ticket = Api::run(operation).await.map_err(|error| error.or_missing(ApiError::no_agent))?;
    Ok(Answer::ok("Ticket reassigned", api.ticket_body(&ticket).await?))
}

/// Cancels an open ticket. The customer is told, and so is the agent who holds it.
#[utoipa::path(post, operation_id = "cancelTicket", path = "/api/queue/{ticket}/cancel", tag = "queue", security(("bearer" = [])),
    params(("ticket" = TicketRef, Path)), responses((status = 200, body = Envelope<TicketBody>)))]
pub(in crate::api) async fn cancel(
    State(api): State<Arc<Api>>,
    Admin(admin): Admin,
    TicketRef(ticket): TicketRef,
) -> Result<TicketBody> {
    let id = api.visible(&admin, &ticket).await?.id;
    let (engine, now) = (Arc::clone(&api.engine), api.now());
    let ticket = Api::run(async move { engine.cancel_as_admin(&admin, (id, None), now).await }).await?;
    Ok(Answer::ok("Ticket cancelled", api.ticket_body(&ticket).await?))
}

/// The calling agent takes a waiting ticket, where the desk does not assign it: in the modes `manual` and `dual`,
/// outside of the rollout, or without automatic assignment.
#[utoipa::path(post, operation_id = "pickUpTicket", path = "/api/queue/{ticket}/pick-up", tag = "queue", security(("bearer" = [])),
    params(("ticket" = TicketRef, Path)), responses((status = 200, body = Envelope<TicketBody>)))]
pub(in crate::api) async fn pick_up(
    State(api): State<Arc<Api>>,
    agent: Agent,
    TicketRef(ticket): TicketRef,
) -> Result<TicketBody> {
    let id = api.visible(&agent.person, &ticket).await?.id;
    let (engine, now) = (Arc::clone(&api.engine), api.now());
    let ticket = Api::run(async move { engine.pick_up(&agent.person, id, None, now).await }).await?;
    Ok(Answer::ok("Ticket picked up", api.ticket_body(&ticket).await?))
}

impl Api {
    async fn waiting(
        &self,
        department: Option<DepartmentId>,
        offset: usize,
        limit: usize,
    ) -> std::result::Result<QueuePage, StoreError> {
        let store = self.engine.store();
        let (tickets, total) = match department {
            Some(id) => {
                let tickets = store.queue_page(&[id], offset, limit).await?;
                (tickets, store.depths().await?.get(&id).copied().unwrap_or(0))
            }
            None => (store.desk_queue_page(offset, limit).await?, store.waiting_count().await?),
        };
        let positions = self.positions(&tickets).await?;
        Ok(QueuePage {
            tickets: with_positions(self.ticket_bodies(&tickets).await?, positions.into_iter().map(Some))
                .collect(),
            total,
        })
    }

    /// Returns each waiting ticket's position in its department. Tickets of one department are consecutive
    /// within a page, so only the first position is queried and the others are counted up.
    async fn positions(&self, tickets: &[Ticket]) -> std::result::Result<Vec<u64>, StoreError> {
        let mut last: HashMap<DepartmentId, u64> = HashMap::new();
        let mut positions = Vec::with_capacity(tickets.len());
        for ticket in tickets {
            let position = if let Some(position) = last.get(&ticket.department) {
                position + 1
            } else {
                self.engine.store().position(ticket.department, ticket.priority, ticket.arrival).await?
            };
            last.insert(ticket.department, position);
            positions.push(position);
        }
        Ok(positions)
    }

    async fn held(
        &self,
        department: Option<DepartmentId>,
        offset: usize,
        limit: usize,
    ) -> std::result::Result<QueuePage, StoreError> {
        let mut held = self.engine.store().all_held().await?;
        held.retain(|ticket| department.is_none_or(|id| ticket.department == id));
        held.sort_by_key(|ticket| (ticket.hold().map(|hold| hold.assigned_at), ticket.arrival));
        let total = held.len() as u64;
        let page: Vec<_> = held.into_iter().skip(offset).take(limit).collect();
        let tickets = with_positions(self.ticket_bodies(&page).await?, std::iter::repeat(None)).collect();
        Ok(QueuePage { tickets, total })
    }
}

/// Returns the tickets with their positions.
fn with_positions(
    tickets: Vec<TicketBody>,
    positions: impl Iterator<Item = Option<u64>>,
) -> impl Iterator<Item = PlacedTicket> {
    tickets.into_iter().zip(positions).map(|(ticket, position)| PlacedTicket::new(ticket, position))
}
