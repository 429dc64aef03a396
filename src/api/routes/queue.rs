//! `/api/queue`: an agent's own queue; for admins what waits and what is held, priorities, and who gets what.
use crate::api::Api;
use crate::api::http::auth::{Admin, Agent};
use crate::api::http::envelope::{Answer, Envelope, Result};
use crate::api::http::error::ApiError;
use crate::api::http::extract::{Asked, Sent, TicketRef, bounds};
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
}

/// An agent's queue.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct MyQueue {
    /// What they hold, in the order in which they got it.
    queue: Vec<PlacedTicket>,
    /// How many that are.
    count: usize,
    /// How many they can hold.
    max: u16,
}

/// Part of all tickets that have not ended.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct QueuePage {
    /// The tickets, in the order of the queue; held ones in the order in which they were assigned.
    tickets: Vec<PlacedTicket>,
    /// How many there are in all.
    total: u64,
}

/// Which tickets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::api) enum Which {
    /// Those that wait.
    #[default]
    Queued,
    /// Those that agents hold.
    Held,
}

/// Which part of the queue.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct QueueQuery {
    /// Those that wait, or those that agents hold.
    #[serde(default)]
    #[param(inline)]
    status: Which,
    /// Of this department only.
    department_id: Option<Uuid>,
    /// How many to leave out at the beginning.
    #[serde(default)]
    #[param(minimum = 0, maximum = 1_000_000, default = 0)]
    offset: usize,
    /// How many to list.
    #[serde(default = "crate::api::http::extract::usual")]
    #[param(minimum = 1, maximum = 500, default = 100)]
    limit: usize,
}

/// What is to change about a ticket in the queue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct QueueChange {
    /// How urgent it is from now on.
    priority: Priority,
}

/// Who is to have a ticket.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Reassignment {
    /// The agent; null puts the ticket back into the queue, at its old place.
    agent_id: Option<Uuid>,
    /// Even if the agent holds as many as they can.
    #[serde(default)]
    anyway: bool,
}

/// What the calling agent holds.
#[utoipa::path(get, path = "/api/queue/my-queue", tag = "queue", security(("bearer" = [])),
    responses((status = 200, body = Envelope<MyQueue>)))]
pub(in crate::api) async fn mine(State(api): State<Arc<Api>>, agent: Agent) -> Result<MyQueue> {
    let held = api.engine.store().held_by(agent.person.id).await?;
    let queue: Vec<_> = placed(api.bodies(&held).await?, (1..).map(Some)).collect();
    let (count, max) = (queue.len(), agent.profile.max_tickets.get());
    Ok(Answer::ok("Your queue", MyQueue { queue, count, max }))
}

/// What waits, or what is held.
#[utoipa::path(get, path = "/api/queue", tag = "queue", security(("bearer" = [])), params(QueueQuery),
    responses((status = 200, body = Envelope<QueuePage>)))]
pub(in crate::api) async fn all(
    State(api): State<Arc<Api>>,
    _: Admin,
    Asked(asked): Asked<QueueQuery>,
) -> Result<QueuePage> {
    let (offset, limit) = bounds(asked.offset, asked.limit)?;
    let mut departments: Vec<_> =
        api.engine.store().departments().await?.into_iter().map(|department| department.id).collect();
    departments.retain(|id| asked.department_id.is_none_or(|wanted| wanted == id.0));
    if departments.is_empty() {
        return Err(ApiError::not_found("department_not_found", "there is no such department"));
    }
    let page = match asked.status {
        Which::Queued => api.waiting(&departments, offset, limit).await?,
        Which::Held => api.held(&departments, offset, limit).await?,
    };
    Ok(Answer::ok("Queue", page))
}

/// Makes a ticket more or less urgent.
#[utoipa::path(patch, path = "/api/queue/{ticket}", tag = "queue", security(("bearer" = [])),
    params(("ticket" = TicketRef, Path)), request_body = QueueChange,
    responses((status = 200, body = Envelope<TicketBody>)))]
pub(in crate::api) async fn reprioritise(
    State(api): State<Arc<Api>>,
    Admin(admin): Admin,
    TicketRef(ticket): TicketRef,
    Sent(change): Sent<QueueChange>,
) -> Result<TicketBody> {
    let id = api.visible(&admin, &ticket).await?.id;
    let (engine, now, priority) = (Arc::clone(&api.engine), api.now(), change.priority.into());
    let ticket = Api::run(async move { engine.set_priority(&admin, id, priority, now).await }).await?;
    Ok(Answer::ok("Priority set", api.body(&ticket).await?))
}

/// Gives a ticket to an agent, or back to the queue.
#[utoipa::path(post, path = "/api/queue/{ticket}/reassign", tag = "queue", security(("bearer" = [])),
    params(("ticket" = TicketRef, Path)), request_body = Reassignment,
    responses((status = 200, body = Envelope<TicketBody>)))]
pub(in crate::api) async fn reassign(
    State(api): State<Arc<Api>>,
    Admin(admin): Admin,
    TicketRef(ticket): TicketRef,
    Sent(to): Sent<Reassignment>,
) -> Result<TicketBody> {
    let id = api.visible(&admin, &ticket).await?.id;
    let (engine, now) = (Arc::clone(&api.engine), api.now());
    let verb = async move {
        match to.agent_id {
            Some(agent) => engine.reassign(&admin, (id, None), PersonId(agent), to.anyway, now).await,
            None => engine.requeue(&admin, (id, None), now).await,
        }
    };
    let ticket = Api::run(verb).await?;
    Ok(Answer::ok("Ticket reassigned", api.body(&ticket).await?))
}

impl Api {
    async fn waiting(
        &self,
        departments: &[DepartmentId],
        offset: usize,
        limit: usize,
    ) -> std::result::Result<QueuePage, StoreError> {
        let store = self.engine.store();
        let tickets = store.queue_page(departments, offset, limit).await?;
        let depths = store.depths().await?;
        let places = self.places(&tickets).await?;
        Ok(QueuePage {
            tickets: placed(self.bodies(&tickets).await?, places.into_iter().map(Some)).collect(),
            total: departments.iter().filter_map(|id| depths.get(id)).sum(),
        })
    }

    /// Each waiting ticket's place in its department. Within a page those of one department follow each other, so the first
    /// one's is asked for and the others' are counted on.
    async fn places(&self, tickets: &[Ticket]) -> std::result::Result<Vec<u64>, StoreError> {
        let mut last: HashMap<DepartmentId, u64> = HashMap::new();
        let mut places = Vec::with_capacity(tickets.len());
        for ticket in tickets {
            let place = if let Some(place) = last.get(&ticket.department) {
                place + 1
            } else {
                self.engine.store().position(ticket.department, ticket.priority, ticket.arrival).await?
            };
            last.insert(ticket.department, place);
            places.push(place);
        }
        Ok(places)
    }

    async fn held(
        &self,
        departments: &[DepartmentId],
        offset: usize,
        limit: usize,
    ) -> std::result::Result<QueuePage, StoreError> {
        let mut held = self.engine.store().all_held().await?;
        held.retain(|ticket| departments.contains(&ticket.department));
        held.sort_by_key(|ticket| (ticket.hold().map(|hold| hold.assigned_at), ticket.arrival));
        let total = held.len() as u64;
        let page: Vec<_> = held.into_iter().skip(offset).take(limit).collect();
        let tickets = placed(self.bodies(&page).await?, std::iter::repeat(None)).collect();
        Ok(QueuePage { tickets, total })
    }
}

fn placed(
    tickets: Vec<TicketBody>,
    places: impl Iterator<Item = Option<u64>>,
) -> impl Iterator<Item = PlacedTicket> {
    tickets.into_iter().zip(places).map(|(ticket, place)| PlacedTicket::new(ticket, place))
}
