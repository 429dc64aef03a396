//! Route of `/api/webhook-deliveries`: the log of the outgoing webhooks.
use crate::api::Api;
use crate::api::http::auth::Admin;
use crate::api::http::envelope::{Answer, Envelope, Result};
use crate::api::http::error::ApiError;
use crate::api::http::extract::QueryParams;
use crate::engine::ports::{StoredWebhook, WebhookState};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The largest page of deliveries.
const MAX_PAGE: usize = 500;
/// The largest number of a delivery: what a store can compare it with.
const MAX_SEQ: u64 = i64::MAX.unsigned_abs();

pub(in crate::api) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/api/webhook-deliveries", get(list))
}

/// What became of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::api) enum WebhookStateWord {
    /// It will be sent, for the first time or again.
    Pending,
    /// The receiver has taken it.
    Delivered,
    /// It was given up.
    Dead,
}

impl From<WebhookState> for WebhookStateWord {
    fn from(state: WebhookState) -> Self {
        match state {
            WebhookState::Pending => Self::Pending,
            WebhookState::Delivered => Self::Delivered,
            WebhookState::Dead => Self::Dead,
        }
    }
}

impl From<WebhookStateWord> for WebhookState {
    fn from(state: WebhookStateWord) -> Self {
        match state {
            WebhookStateWord::Pending => Self::Pending,
            WebhookStateWord::Delivered => Self::Delivered,
            WebhookStateWord::Dead => Self::Dead,
        }
    }
}

/// The query of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct WebhookDeliveriesQuery {
    /// Only webhooks in this state.
    #[param(inline)]
    state: Option<WebhookStateWord>,
    /// Only webhooks with a smaller number: `next_before` of the page before.
    #[param(minimum = 1, maximum = 9_223_372_036_854_775_807_u64)]
    before: Option<u64>,
    /// The largest number of webhooks to return.
    #[serde(default = "crate::api::http::extract::default_limit")]
    #[param(minimum = 1, maximum = 500, default = 100)]
    limit: usize,
}

/// A webhook in the log. What it says is not shown: it may hold what people write.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct WebhookDeliveryBody {
    /// Its id, which every attempt has in the header `webhook-id`.
    #[schema(example = "evt_0193e4a1c0de7a3b8c5d6e7f80910a2b_3")]
    webhook_id: String,
    /// Its number.
    #[schema(example = 1_235)]
    seq: u64,
    /// Its type.
    #[serde(rename = "type")]
    #[schema(example = "ticket.assigned")]
    kind: String,
    /// The ticket that it is about.
    ticket_id: Uuid,
    /// When the change happened that it reports.
    at: DateTime<Utc>,
    /// What became of it.
    state: WebhookStateWord,
    /// How often it was sent.
    attempts: u32,
    /// When it is sent next; null if it is delivered, or given up.
    next_attempt_at: Option<DateTime<Utc>>,
    /// When it was delivered or given up.
    ended_at: Option<DateTime<Utc>>,
    /// The HTTP status of the last attempt; null if there was no answer.
    #[schema(example = 503)]
    status: Option<u16>,
    /// Why the last attempt failed.
    #[schema(example = "HTTP 503")]
    error: Option<String>,
}

/// A page of the log. The first page has the newest webhooks.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct WebhookDeliveriesPage {
    /// The webhooks, newest first.
    deliveries: Vec<WebhookDeliveryBody>,
    /// `before` of the page with older webhooks; null if there are none.
    next_before: Option<u64>,
}

/// Lists the outgoing webhooks. Those that ended are kept for two days.
#[utoipa::path(get, operation_id = "listWebhookDeliveries", path = "/api/webhook-deliveries", tag = "webhooks",
    security(("bearer" = [])), params(WebhookDeliveriesQuery),
    responses((status = 200, body = Envelope<WebhookDeliveriesPage>)))]
pub(in crate::api) async fn list(
    State(api): State<Arc<Api>>,
    _: Admin,
    QueryParams(query): QueryParams<WebhookDeliveriesQuery>,
) -> Result<WebhookDeliveriesPage> {
    let WebhookDeliveriesQuery { state, before, limit } = query;
    if !(1..=MAX_PAGE).contains(&limit) || before.is_some_and(|seq| !(1..=MAX_SEQ).contains(&seq)) {
        return Err(ApiError::bad("bad_query", "limit is 1 to 500, before is a webhook's number"));
    }
    // One more shows whether there is another page.
    let mut found = api.engine.store().webhooks(state.map(Into::into), before, limit + 1).await?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next_before = found.last().map(|webhook| webhook.seq).filter(|_| has_more);
    let deliveries = found.into_iter().map(body).collect();
    Ok(Answer::ok("Webhooks", WebhookDeliveriesPage { deliveries, next_before }))
}

fn body(webhook: StoredWebhook) -> WebhookDeliveryBody {
    let is_pending = webhook.state == WebhookState::Pending;
    WebhookDeliveryBody {
        webhook_id: webhook.event.id,
        seq: webhook.seq,
        kind: webhook.event.kind,
        ticket_id: webhook.event.ticket.0,
        at: webhook.event.at,
        state: webhook.state.into(),
        attempts: webhook.attempts,
        next_attempt_at: Some(webhook.next_at).filter(|_| is_pending),
        ended_at: webhook.ended_at,
        status: webhook.status,
        error: webhook.error,
    }
}
