//! Routes of `/api/agents`: one agent, their capacity, departments and alias, whether the engine assigns tickets to
//! them, and setting them offline.
use crate::api::Api;
use crate::api::http::auth::Admin;
use crate::api::http::envelope::{Answer, Envelope, Result};
use crate::api::http::error::ApiError;
use crate::api::http::extract::{JsonBody, PathId};
use crate::api::json::agent::AgentLoad;
use crate::api::json::enums::Status;
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::person::Availability;
use crate::domain::policy::Capacity;
use crate::engine::agents::settings::{AgentEdit, DepartmentsEdit};
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

pub(in crate::api) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/{agent_id}", get(show).patch(change))
        .route("/{agent_id}/set-offline", post(set_offline))
}

/// A change of an agent; absent fields stay unchanged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct AgentChange {
    /// How many tickets they can hold. Tickets above it stay with them.
    #[schema(example = 5, minimum = 1, maximum = 100)]
    max_tickets: Option<u16>,
    /// Whether the engine may give them tickets.
    auto_assignment_enabled: Option<bool>,
    /// The departments that they serve, in place of the present ones.
    departments: Option<Vec<Uuid>>,
    /// The name that customers see of them; an empty one takes it away.
    #[schema(example = "Kak Budi", max_length = 30)]
    alias: Option<String>,
}

/// What the admin saw of an agent whom they set offline.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct SetOffline {
    /// The agent's status that the admin saw. An agent who has chosen another one since keeps it.
    shown: Status,
}

/// Returns one agent.
#[utoipa::path(get, operation_id = "getAgent", path = "/api/agents/{agent_id}", tag = "agents", security(("bearer" = [])),
    params(("agent_id" = Uuid, Path)), responses((status = 200, body = Envelope<AgentLoad>)))]
pub(in crate::api) async fn show(
    State(api): State<Arc<Api>>,
    _: Admin,
    PathId(id): PathId,
) -> Result<AgentLoad> {
    Ok(Answer::ok("Agent", api.agent_load(PersonId(id)).await?))
}

/// Changes an agent: all named fields, or none if one is refused.
#[utoipa::path(patch, operation_id = "changeAgent", path = "/api/agents/{agent_id}", tag = "agents", security(("bearer" = [])),
    params(("agent_id" = Uuid, Path)), request_body = AgentChange,
    responses((status = 200, body = Envelope<AgentLoad>)))]
pub(in crate::api) async fn change(
    State(api): State<Arc<Api>>,
    Admin(admin): Admin,
    PathId(id): PathId,
    JsonBody(change): JsonBody<AgentChange>,
) -> Result<AgentLoad> {
    let id = PersonId(id);
    let invalid = || ApiError::unprocessable("bad_capacity", "a capacity is 1 to 100");
    let edit = AgentEdit {
        alias: change.alias,
        max_tickets: change.max_tickets.map(|max| Capacity::new(max).ok_or_else(invalid)).transpose()?,
        auto_assignment: change.auto_assignment_enabled,
        departments: api.existing(change.departments).await?.map(DepartmentsEdit::Set),
    };
    let (engine, now) = (Arc::clone(&api.engine), api.now());
    let operation = async move { engine.edit_agent(&admin, id, edit, now).await };
    // The extractor checked the admin, so a 404 means that the person is no agent.
    Api::run(operation).await.map_err(|error| error.or_missing(ApiError::no_agent))?;
    Ok(Answer::ok("Agent changed", api.agent_load(id).await?))
}

/// Sets an agent offline, until they choose otherwise; the desk's offline behaviour decides about their tickets. The
/// agent is told.
#[utoipa::path(post, operation_id = "setAgentOffline", path = "/api/agents/{agent_id}/set-offline", tag = "agents", security(("bearer" = [])),
    params(("agent_id" = Uuid, Path)), request_body = SetOffline,
    responses((status = 200, body = Envelope<AgentLoad>)))]
pub(in crate::api) async fn set_offline(
    State(api): State<Arc<Api>>,
    Admin(admin): Admin,
    PathId(id): PathId,
    JsonBody(body): JsonBody<SetOffline>,
) -> Result<AgentLoad> {
    let (id, shown) = (PersonId(id), body.shown.into());
    let (engine, now) = (Arc::clone(&api.engine), api.now());
    let operation = async move { engine.force_offline(&admin, id, shown, now).await };
    let agent = Api::run(operation).await.map_err(|error| error.or_missing(ApiError::no_agent))?;
    if agent.availability() != Availability::Offline {
        return Err(ApiError::conflict("status_changed", "the agent has chosen another status since"));
    }
    Ok(Answer::ok("Agent set offline", api.agent_load(id).await?))
}

impl Api {
    /// Returns these departments. Errors if one of them does not exist.
    async fn existing(
        &self,
        ids: Option<Vec<Uuid>>,
    ) -> std::result::Result<Option<BTreeSet<DepartmentId>>, ApiError> {
        let Some(ids) = ids else { return Ok(None) };
        let all = self.engine.store().departments().await?;
        let wanted: BTreeSet<_> = ids.into_iter().map(DepartmentId).collect();
        if wanted.iter().any(|id| all.iter().all(|department| department.id != *id)) {
            return Err(ApiError::no_department());
        }
        Ok(Some(wanted))
    }

    async fn agent_load(&self, id: PersonId) -> std::result::Result<AgentLoad, ApiError> {
        let seat = self.engine.seat(id).ok_or_else(ApiError::no_agent)?;
        let departments = self.engine.store().departments().await?;
        Ok(self.load_of(&seat, &departments, self.now()).await?)
    }
}
