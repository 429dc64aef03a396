//! The OpenAPI document, generated from the handlers, and the page that displays it.
mod completion;
mod examples;

use super::http::error::Failure;
use super::http::extract::{DeadLetterRef, TicketRef};
use super::live::websocket;
use super::metrics;
use super::routes::{
    agent_status, agents, audit, dead_letters, departments, files, health, login, messages, page_login,
    queue, replies, search, settings, statistics, tickets, uploads, webhook_deliveries, workload,
};
use axum::Json;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::LazyLock;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi};

/// The page that displays the contract. It is self-contained.
const PAGE: &str = include_str!("docs.html");

/// The error responses: status, meaning, and a code with its message as an example.
const ERROR_RESPONSES: [(&str, &str, &str, &str); 9] = [
    ("400", "An id, the query or the body can't be read", "bad_body", "the body broke off"),
    ("401", "The token is missing, invalid or expired", "expired_token", "the token has expired"),
    ("403", "Not for this role", "forbidden", "your role does not allow this"),
    ("404", "Not found, or not visible to the caller", "ticket_not_found", "there is no such ticket"),
    ("409", "The request conflicts with the current state", "already_theirs", "the agent holds it already"),
    ("413", "The body is too large", "too_large", "the body is too large"),
    ("422", "The body does not fit", "bad_body", "unknown field `colour`"),
    ("429", "Too many requests; `Retry-After` says when to try again", "too_many_requests", "slow down"),
    (
        "500",
        "The store, presence or the desk itself failed",
        "store_unavailable",
        "the store can't be reached",
    ),
];

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Antri side API",
        description = "The ticket desk over HTTP, for web front ends and integrations. Get a token with `/token` in the \
            bot, `antri token`, or by logging in with Telegram."
    ),
    paths(
        agent_status::heartbeat, agent_status::online, agent_status::in_department, agent_status::agent,
        agent_status::stats, agent_status::offline, agent_status::go_online, agent_status::go_offline,
        workload::workload, statistics::show, queue::mine, queue::all, queue::reprioritise, queue::reassign, queue::cancel, queue::pick_up,
        departments::list, departments::add, departments::change, departments::add_category,
        departments::change_category, search::search, tickets::create, tickets::show, tickets::start, tickets::hold, tickets::resume, tickets::complete, tickets::give_back,
        audit::list, messages::list, messages::write, messages::note, replies::list, files::attachment, files::message, uploads::send, webhook_deliveries::list,
        agents::show, agents::change, agents::set_offline, settings::show, settings::change, websocket::open,
        login::widget, login::miniapp, login::refresh, page_login::options, page_login::link,
        page_login::session, page_login::log_out,
        dead_letters::list, dead_letters::retry,
        health::healthz, health::readyz, metrics::metrics, contract, docs,
    ),
    components(schemas(Failure, TicketRef, DeadLetterRef)),
    modifiers(&CommonParts),
    tags(
        (name = "agent status", description = "Presence: heartbeats, going online and offline"),
        (name = "queue", description = "Waiting and held tickets"),
        (name = "tickets", description = "Opening tickets and working on them"),
        (name = "conversation", description = "Messages of customer and agent, and internal notes"),
        (name = "departments", description = "Departments and their categories"),
        (name = "agents", description = "Agents' capacity, departments, alias and status"),
        (name = "webhooks", description = "Events for other programs"),
        (name = "settings", description = "The desk's policy"),
        (name = "login", description = "Tokens"),
        (name = "live", description = "Events, as they happen"),
        (name = "operation", description = "Health, metrics, dead letters and this document"),
    )
)]
struct Contract;

/// Adds the parts that operations share: the security scheme and the error responses.
struct CommonParts;

impl Modify for CommonParts {
    fn modify(&self, contract: &mut utoipa::openapi::OpenApi) {
        contract.info.version = env!("CARGO_PKG_VERSION").into();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = contract.components.get_or_insert_default();
        components.security_schemes.insert("bearer".into(), SecurityScheme::Http(bearer));
        let metrics = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("`METRICS_TOKEN`"));
        components.security_schemes.insert("metrics".into(), SecurityScheme::Http(metrics.build()));
        for (path, item) in &mut contract.paths.paths {
            let operations = [(&mut item.get, false), (&mut item.post, true), (&mut item.patch, true)];
            for (operation, writes) in operations {
                if let Some(operation) = operation {
                    add_error_responses(path, operation, writes);
                }
            }
        }
    }
}

/// Adds the error responses that the operation can return.
fn add_error_responses(path: &str, operation: &mut Operation, writes: bool) {
    let has_path_parameter = path.contains('{');
    let has_parameters = operation.parameters.as_ref().is_some_and(|all| !all.is_empty());
    let (body, token) = (operation.request_body.is_some(), operation.security.is_some());
    let login = path.starts_with("/api/auth/");
    for (status, meaning, code, message) in ERROR_RESPONSES {
        let is_possible = match status {
            "400" => has_parameters || body || path == "/api/ws",
            "401" | "403" => token || login || path == "/api/ws",
            "404" => has_path_parameter || (token && path != "/metrics"),
            // The route of an agent's own queue refuses an admin who is no agent.
            "409" => token && (writes || path == "/api/queue/my-queue"),
            "413" | "429" => true,
            "422" => body,
            _ => token || login,
        };
        if is_possible {
            let response = || error_response(meaning, code, message);
            operation.responses.responses.entry(status.into()).or_insert_with(response);
        }
    }
}

fn error_response(meaning: &str, code: &str, message: &str) -> RefOr<utoipa::openapi::Response> {
    let mut content = Content::new(Some(Ref::from_schema_name("Failure")));
    content.example = Some(json!({"success": false, "message": message, "error": code}));
    ResponseBuilder::new().description(meaning).content("application/json", content).build().into()
}

/// The contract, built once.
static CONTRACT: LazyLock<Value> = LazyLock::new(|| {
    let mut contract = json!(Contract::openapi());
    completion::complete(&mut contract);
    examples::add_examples(&mut contract);
    contract
});

/// This document.
#[utoipa::path(get, operation_id = "getContract", path = "/api/openapi.json", tag = "operation",
    responses((status = 200, body = Value, content_type = "application/json", example = json!({"openapi": "3.1.0"}))))]
pub(super) async fn contract() -> Response {
    Json(&*CONTRACT).into_response()
}

/// A page that shows this document. It loads nothing from elsewhere.
#[utoipa::path(get, operation_id = "getDocs", path = "/docs", tag = "operation",
    responses((status = 200, body = String, content_type = "text/html", example = "<!doctype html>")))]
pub(super) async fn docs() -> Response {
    let policy =
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(PAGE)).into_response()
}
