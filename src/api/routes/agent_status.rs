//! Routes of `/api/agent-status`: heartbeats, presence, and going online and offline.
use super::workload;
use crate::api::Api;
use crate::api::http::auth::{Agent, Staff};
use crate::api::http::envelope::{Answer, Envelope, Result};
use crate::api::http::error::ApiError;
use crate::api::http::extract::{OptionalJson, PathId};
use crate::api::json::enums::Status;
use crate::domain::department::Department;
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::person::{AgentProfile, Availability, Person};
use crate::domain::presence::PresenceRecord;
use crate::engine::agents::heartbeat::ClientReport;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

pub(in crate::api) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/api/agent-status/heartbeat", post(heartbeat))
        .route("/api/agent-status/online", get(online))
        .route("/api/agent-status/department/{department_id}", get(in_department))
        .route("/api/agent-status/agent/{agent_id}", get(agent))
        .route("/api/agent-status/stats", get(stats))
        .route("/api/agent-status/workload", get(workload::workload))
        .route("/api/agent-status/offline", post(offline))
        .route("/api/agent-status/go-online", post(go_online))
        .route("/api/agent-status/go-offline", post(go_offline))
}

/// The availability of an agent who sends heartbeats.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = BeatStatus)]
pub(in crate::api) enum HeartbeatStatus {
    /// Gets new tickets.
    #[default]
    Online,
    /// Present, gets no new tickets.
    Busy,
    /// Away from the desk, gets no new tickets.
    Away,
}

impl From<HeartbeatStatus> for Availability {
    fn from(status: HeartbeatStatus) -> Self {
        match status {
            HeartbeatStatus::Online => Self::Online,
            HeartbeatStatus::Busy => Self::Busy,
            HeartbeatStatus::Away => Self::Away,
        }
    }
}

/// What an agent chooses when they go online.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct GoOnline {
    /// `online` when left out. `busy` and `away` hold until the agent chooses otherwise, whatever heartbeats say.
    #[serde(default)]
    status: HeartbeatStatus,
}

/// A heartbeat of the agent whom the token identifies.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Heartbeat {
    /// `online` when left out.
    #[serde(default)]
    status: HeartbeatStatus,
    /// An id that the client made for itself, such as a random one per tab. Of several clients of an agent, the
    /// most present one counts. Clients without an id count as one.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64, pattern = "^[!-~]+$", example = "tab-7f3a")]
    client_id: Option<String>,
}

/// The longest id of a client.
const MAX_CLIENT_ID_LEN: usize = 64;

/// Errors unless the id is short and of visible ASCII characters.
fn check_client_id(id: &str) -> std::result::Result<(), ApiError> {
    let is_valid = (1..=MAX_CLIENT_ID_LEN).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
    if is_valid {
        return Ok(());
    }
    let why = "the body does not fit: client_id must have 1 to 64 visible ASCII characters";
    Err(ApiError::unprocessable("bad_body", why))
}

/// An agent with their current availability.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct AgentNow {
    /// The agent's id.
    agent_id: Uuid,
    /// Their availability.
    status: Status,
}

/// An agent with their presence.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct AgentPresence {
    /// The agent's id.
    agent_id: Uuid,
    /// Their name.
    #[schema(example = "Budi")]
    name: String,
    /// Their mail address; empty when unknown.
    #[schema(example = "")]
    email: String,
    /// The first of their departments.
    department_id: Option<Uuid>,
    /// That department's name; empty when they have none.
    #[schema(example = "Umum")]
    department: String,
    /// All their departments.
    department_ids: Vec<Uuid>,
    /// Their availability.
    status: Status,
    /// The time of their last heartbeat or other activity.
    last_heartbeat: DateTime<Utc>,
    /// Tickets they hold.
    #[schema(example = 2)]
    current_chats: u16,
    /// Tickets they can hold.
    #[schema(example = 5)]
    max_chats: u16,
}

/// How many agents of a department are present.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct DepartmentStats {
    /// The department's id.
    department_id: Uuid,
    /// Its name.
    #[schema(example = "Umum")]
    department: String,
    /// Whether it is an incident when no agent of it is online.
    critical: bool,
    /// Agents who are online.
    online: u32,
    /// Agents who are busy.
    busy: u32,
    /// Agents who are away.
    away: u32,
    /// Agents who are present: online, busy or away.
    total: u32,
}

/// Records a heartbeat of one client of the agent. Send one every `HEARTBEAT_INTERVAL` seconds; without one for
/// `AGENT_STATUS_TTL` seconds the agent counts as absent. What the agent chose in Telegram, or by `go-offline`,
/// stays until they choose otherwise. The answer has the status that applies.
#[utoipa::path(post, operation_id = "sendHeartbeat", path = "/api/agent-status/heartbeat", tag = "agent status", security(("bearer" = [])),
    request_body(content = Option<Heartbeat>),
    responses((status = 200, body = Envelope<AgentNow>)))]
pub(in crate::api) async fn heartbeat(
    State(api): State<Arc<Api>>,
    agent: Agent,
    OptionalJson(heartbeat): OptionalJson<Heartbeat>,
) -> Result<AgentNow> {
    let status = heartbeat.status.into();
    heartbeat.client_id.as_deref().map_or(Ok(()), check_client_id)?;
    let (engine, now, id) = (Arc::clone(&api.engine), api.now(), agent.person.id);
    let status = Api::run(async move {
        let report = ClientReport { status, client: heartbeat.client_id.as_deref() };
        engine.heartbeat(&agent.person, report, now).await
    })
    .await?;
    Ok(Answer::ok("Heartbeat updated successfully", AgentNow { agent_id: id.0, status: status.into() }))
}

/// Lists the agents who are present.
#[utoipa::path(get, operation_id = "listOnlineAgents", path = "/api/agent-status/online", tag = "agent status", security(("bearer" = [])),
    responses((status = 200, body = Envelope<Vec<AgentPresence>>)))]
pub(in crate::api) async fn online(State(api): State<Arc<Api>>, _: Staff) -> Result<Vec<AgentPresence>> {
    let records = api.engine.presence().all(api.now()).await?;
    Ok(Answer::ok("Online agents", with_loads(&api, records)))
}

/// Lists the agents of a department who are present.
#[utoipa::path(get, operation_id = "listOnlineAgentsOfDepartment", path = "/api/agent-status/department/{department_id}", tag = "agent status",
    security(("bearer" = [])), params(("department_id" = Uuid, Path)),
    responses((status = 200, body = Envelope<Vec<AgentPresence>>)))]
pub(in crate::api) async fn in_department(
    State(api): State<Arc<Api>>,
    _: Staff,
    PathId(id): PathId,
) -> Result<Vec<AgentPresence>> {
    let id = DepartmentId(id);
    if !api.engine.store().departments().await?.iter().any(|department| department.id == id) {
        return Err(ApiError::no_department());
    }
    let records = api.engine.presence().in_department(id, api.now()).await?;
    Ok(Answer::ok("Online agents of the department", with_loads(&api, records)))
}

/// Returns one agent, present or not.
#[utoipa::path(get, operation_id = "getAgentStatus", path = "/api/agent-status/agent/{agent_id}", tag = "agent status", security(("bearer" = [])),
    params(("agent_id" = Uuid, Path)), responses((status = 200, body = Envelope<AgentPresence>)))]
pub(in crate::api) async fn agent(
    State(api): State<Arc<Api>>,
    _: Staff,
    PathId(id): PathId,
) -> Result<AgentPresence> {
    let id = PersonId(id);
    let person = api.engine.store().person(id).await?.ok_or_else(ApiError::no_agent)?;
    let profile = person.agent.clone().ok_or_else(ApiError::no_agent)?;
    let record = match api.engine.presence().get(id, api.now()).await? {
        Some(record) => record,
        None => absent_record(person, &profile, &api.engine.store().departments().await?),
    };
    let load = api.engine.seat(id).map_or(0, |seat| seat.held());
    Ok(Answer::ok("Agent status", AgentPresence { current_chats: load, ..record.into() }))
}

/// Counts the present agents by department.
#[utoipa::path(get, operation_id = "getPresenceStats", path = "/api/agent-status/stats", tag = "agent status", security(("bearer" = [])),
    responses((status = 200, body = Envelope<Vec<DepartmentStats>>)))]
pub(in crate::api) async fn stats(State(api): State<Arc<Api>>, _: Staff) -> Result<Vec<DepartmentStats>> {
    let records = api.engine.presence().all(api.now()).await?;
    let (store, mut departments) = (api.engine.store(), api.engine.store().departments().await?);
    let depths = store.depths().await?;
    // A retired department counts until its last ticket has left the queue.
    departments.retain(|d| !d.retired || depths.contains_key(&d.id));
    let stats = departments.into_iter().map(|d| department_stats(d, &records)).collect();
    Ok(Answer::ok("Online agents by department", stats))
}

/// The agent logs out.
#[utoipa::path(post, operation_id = "logOut", path = "/api/agent-status/offline", tag = "agent status", security(("bearer" = [])),
    responses((status = 200, body = Envelope<AgentNow>)))]
pub(in crate::api) async fn offline(state: State<Arc<Api>>, agent: Agent) -> Result<AgentNow> {
    set_availability(state, agent, Availability::Offline, "Agent is now offline").await
}

/// The agent goes online; waiting tickets are assigned to them at once. With the status `busy` or `away` they are
/// there, and get no new tickets.
#[utoipa::path(post, operation_id = "goOnline", path = "/api/agent-status/go-online", tag = "agent status", security(("bearer" = [])),
    request_body(content = Option<GoOnline>),
    responses((status = 200, body = Envelope<AgentNow>)))]
pub(in crate::api) async fn go_online(
    state: State<Arc<Api>>,
    agent: Agent,
    OptionalJson(chosen): OptionalJson<GoOnline>,
) -> Result<AgentNow> {
    let (to, message) = match chosen.status {
        HeartbeatStatus::Online => (Availability::Online, "You are now online"),
        HeartbeatStatus::Busy => (Availability::Busy, "You are now busy"),
        HeartbeatStatus::Away => (Availability::Away, "You are now away"),
    };
    set_availability(state, agent, to, message).await
}

/// The agent goes offline; the desk's offline behaviour decides about their tickets.
#[utoipa::path(post, operation_id = "goOffline", path = "/api/agent-status/go-offline", tag = "agent status", security(("bearer" = [])),
    responses((status = 200, body = Envelope<AgentNow>)))]
pub(in crate::api) async fn go_offline(state: State<Arc<Api>>, agent: Agent) -> Result<AgentNow> {
    set_availability(state, agent, Availability::Offline, "You are now offline").await
}

async fn set_availability(
    State(api): State<Arc<Api>>,
    agent: Agent,
    to: Availability,
    message: &'static str,
) -> Result<AgentNow> {
    let (engine, now, id) = (Arc::clone(&api.engine), api.now(), agent.person.id);
    Api::run(async move { engine.set_availability_by_client(id, to, now).await }).await?;
    Ok(Answer::ok(message, AgentNow { agent_id: id.0, status: to.into() }))
}

/// Returns the records with the tickets that the agents hold now, instead of those at their last heartbeat.
fn with_loads(api: &Api, records: Vec<PresenceRecord>) -> Vec<AgentPresence> {
    let loads = api.engine.loads();
    let load = |record: &PresenceRecord| loads.get(&record.agent_id).copied().unwrap_or(0);
    records.into_iter().map(|r| AgentPresence { current_chats: load(&r), ..r.into() }).collect()
}

/// Returns a record for an agent who has none, because they are not present.
fn absent_record(person: Person, profile: &AgentProfile, departments: &[Department]) -> PresenceRecord {
    let first = profile.departments.first().copied();
    let name = departments.iter().find(|d| Some(d.id) == first).map(|d| d.name.clone());
    PresenceRecord {
        agent_id: person.id,
        name: person.name,
        email: person.email.unwrap_or_default(),
        department_id: first,
        department: name.unwrap_or_default(),
        department_ids: profile.departments.iter().copied().collect(),
        status: Availability::Offline,
        last_heartbeat: profile.last_activity,
        current_chats: 0,
        max_chats: profile.max_tickets.get(),
    }
}

fn department_stats(department: Department, records: &[PresenceRecord]) -> DepartmentStats {
    let count = |status| {
        let agents = records.iter().filter(|r| r.serves(department.id) && r.status == status).count();
        u32::try_from(agents).unwrap_or(u32::MAX)
    };
    let (online, busy, away) =
        (count(Availability::Online), count(Availability::Busy), count(Availability::Away));
    DepartmentStats {
        department_id: department.id.0,
        critical: department.critical,
        online,
        busy,
        away,
        total: online + busy + away,
        department: department.name,
    }
}

impl From<PresenceRecord> for AgentPresence {
    fn from(record: PresenceRecord) -> Self {
        Self {
            agent_id: record.agent_id.0,
            name: record.name,
            email: record.email,
            department_id: record.department_id.map(|id| id.0),
            department: record.department,
            department_ids: record.department_ids.into_iter().map(|id| id.0).collect(),
            status: record.status.into(),
            last_heartbeat: record.last_heartbeat,
            current_chats: record.current_chats,
            max_chats: record.max_chats,
        }
    }
}
