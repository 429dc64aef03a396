//! Routes of `/api/dead-letters`: updates and messages that were given up.
use crate::api::Api;
use crate::api::http::auth::Admin;
use crate::api::http::envelope::{Answer, Envelope, Result};
use crate::api::http::error::ApiError;
use crate::api::http::extract::{DeadLetterRef, Paging, QueryParams, check_paging};
use crate::domain::ids::DeadLetterId;
use crate::engine::ports::{DeadLetter, RetryResult};
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

pub(in crate::api) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/", get(list)).route("/{id}/retry", post(retry))
}

/// An update from Telegram, or a message to a chat, that was given up.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct DeadLetterBody {
    /// Its id.
    #[schema(example = "delivery-17")]
    id: String,
    /// When it was given up.
    given_up_at: DateTime<Utc>,
    /// Why, in words for operators.
    #[schema(example = "refused: 400 Bad Request: message is too long")]
    reason: String,
    /// The chat that was to get the message; null for an update.
    chat_id: Option<i64>,
}

/// A page of the dead letters.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct DeadLetterPage {
    /// The dead letters, the newest first.
    dead_letters: Vec<DeadLetterBody>,
    /// How many there are in all.
    total: u64,
}

/// A dead letter that is being tried again.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Retried {
    /// Its id.
    #[schema(example = "delivery-17")]
    id: String,
}

/// Lists what was given up, the newest first.
#[utoipa::path(get, operation_id = "listDeadLetters", path = "/api/dead-letters", tag = "operation", security(("bearer" = [])),
    params(Paging), responses((status = 200, body = Envelope<DeadLetterPage>)))]
pub(in crate::api) async fn list(
    State(api): State<Arc<Api>>,
    Admin(admin): Admin,
    QueryParams(paging): QueryParams<Paging>,
) -> Result<DeadLetterPage> {
    let (offset, limit) = check_paging(paging.offset, paging.limit)?;
    let (letters, total) = api.engine.dead_letters(&admin, offset, limit).await?;
    let dead_letters = letters.into_iter().map(body).collect();
    Ok(Answer::ok("Dead letters", DeadLetterPage { dead_letters, total }))
}

fn body(letter: DeadLetter) -> DeadLetterBody {
    DeadLetterBody {
        id: letter.id.to_string(),
        given_up_at: letter.at,
        reason: letter.reason,
        chat_id: letter.chat.map(|chat| chat.0),
    }
}

/// Tries an update or a message again. Its outcome is seen later: it leaves the list at once, and comes back
/// if it fails again.
#[utoipa::path(post, operation_id = "retryDeadLetter", path = "/api/dead-letters/{id}/retry", tag = "operation", security(("bearer" = [])),
    params(("id" = DeadLetterRef, Path)), responses((status = 200, body = Envelope<Retried>)))]
pub(in crate::api) async fn retry(
    State(api): State<Arc<Api>>,
    Admin(admin): Admin,
    DeadLetterRef(id): DeadLetterRef,
) -> Result<Retried> {
    let not_found = || ApiError::not_found("dead_letter_not_found", "there is no dead letter with this id");
    let id = DeadLetterId::parse(&id).ok_or_else(not_found)?;
    let (engine, now) = (Arc::clone(&api.engine), api.now());
    let result = Api::run(async move { engine.retry_dead_letter(&admin, id, now).await }).await?;
    match result {
        RetryResult::Retried => Ok(Answer::ok("It is being tried again", Retried { id: id.to_string() })),
        RetryResult::Gone => Err(not_found()),
        RetryResult::Unreadable => {
            Err(ApiError::conflict("unreadable", "this version can't read the message; it is kept"))
        }
    }
}
