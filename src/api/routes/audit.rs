//! Route of `/api/tickets/{ticket}/audit`: what happened to a ticket, and why the engine chose its agents.
use crate::api::Api;
use crate::api::http::auth::Admin;
use crate::api::http::envelope::{Answer, Envelope, Result};
use crate::api::http::extract::{Paging, QueryParams, TicketRef, check_paging};
use crate::api::json::audit::AuditEventBody;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

pub(in crate::api) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/api/tickets/{ticket}/audit", get(list))
}

/// A page of a ticket's audit log.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct AuditPage {
    /// The events, oldest first.
    events: Vec<AuditEventBody>,
    /// How many there are in all.
    #[schema(example = 3)]
    total: usize,
}

/// Lists what happened to a ticket.
#[utoipa::path(get, operation_id = "listAuditEvents", path = "/api/tickets/{ticket}/audit", tag = "tickets",
    security(("bearer" = [])), params(("ticket" = TicketRef, Path), Paging),
    responses((status = 200, body = Envelope<AuditPage>)))]
pub(in crate::api) async fn list(
    State(api): State<Arc<Api>>,
    Admin(admin): Admin,
    TicketRef(ticket): TicketRef,
    QueryParams(query): QueryParams<Paging>,
) -> Result<AuditPage> {
    let (offset, limit) = check_paging(query.offset, query.limit)?;
    let ticket = api.visible(&admin, &ticket).await?;
    let history = api.engine.store().history(ticket.id).await?;
    let page: Vec<_> = history.iter().skip(offset).take(limit).cloned().collect();
    Ok(Answer::ok("Audit log", AuditPage { events: api.audit_bodies(&page).await?, total: history.len() }))
}
