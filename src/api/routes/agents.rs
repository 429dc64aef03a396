//! Routes of `/api/agents`: one agent, their capacity, departments and alias, and whether the engine assigns tickets to
//! them.
use crate::api::Api;
use crate::api::http::auth::Admin;
use crate::api::http::envelope::{Answer, Envelope, Result};
use crate::api::http::error::ApiError;
use crate::api::http::extract::{JsonBody, PathId};
use crate::api::json::agent::AgentLoad;
use crate::domain::event::Actor;
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::policy::Capacity;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

pub(in crate::api) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/{agent_id}", get(show).patch(change))
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

/// Changes an agent.
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
    let max = change.max_tickets.map(|max| Capacity::new(max).ok_or_else(invalid)).transpose()?;
    let moves = api.department_moves(id, change.departments.as_deref()).await?;
    let (engine, now) = (Arc::clone(&api.engine), api.now());
    let operation = async move {
        if let Some(alias) = change.alias {
            let alias = Some(alias.trim()).filter(|alias| !alias.is_empty());
            engine.set_alias(&admin, id, alias, now).await?;
        }
        if let Some(max) = max {
            engine.set_capacity(&admin, id, max, now).await?;
        }
        if let Some(on) = change.auto_assignment_enabled {
            engine.set_auto(Actor::Person(admin.id), id, on, now).await?;
        }
        for (department, serves) in moves {
            engine.set_department(&admin, id, (department, serves), now).await?;
        }
        Ok::<_, crate::engine::error::EngineError>(())
    };
    // The extractor checked the admin, so a 404 means that the person is no agent.
    Api::run(operation).await.map_err(|error| error.or_missing(ApiError::no_agent))?;
    Ok(Answer::ok("Agent changed", api.agent_load(id).await?))
}

impl Api {
    /// Returns the departments that an agent joins (true) or leaves to serve the wanted ones. Errors if one of them
    /// does not exist.
    async fn department_moves(
        &self,
        agent: PersonId,
        wanted: Option<&[Uuid]>,
    ) -> std::result::Result<Vec<(DepartmentId, bool)>, ApiError> {
        let Some(wanted) = wanted else { return Ok(Vec::new()) };
        let wanted: BTreeSet<_> = wanted.iter().copied().map(DepartmentId).collect();
        let all = self.engine.store().departments().await?;
        if wanted.iter().any(|id| all.iter().all(|department| department.id != *id)) {
            return Err(ApiError::no_department());
        }
        let seat = self.engine.seat(agent).ok_or_else(ApiError::no_agent)?;
        let present = seat.profile().map(|profile| profile.departments.clone()).unwrap_or_default();
        let joins = wanted.difference(&present).map(|id| (*id, true));
        Ok(joins.chain(present.difference(&wanted).map(|id| (*id, false))).collect())
    }

    async fn agent_load(&self, id: PersonId) -> std::result::Result<AgentLoad, ApiError> {
        let seat = self.engine.seat(id).ok_or_else(ApiError::no_agent)?;
        let departments = self.engine.store().departments().await?;
        Ok(self.load_of(&seat, &departments, self.now()).await?)
    }
}
