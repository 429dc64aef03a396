//! Inline mode on the page: a user types a query, and sends one of the bot's results.
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::Sandbox;
use crate::sandbox::chats::users::UnknownUser;

/// How long the page waits for the bot's answer to a query.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/sandbox/users/{id}/inline", post(query))
        .route("/sandbox/inline/{query}", post(choose))
}

#[derive(Deserialize)]
struct QueryRequest {
    query: String,
}

/// Types a query in the user's chat with the bot. Returns its id and the results. There are none if the bot does not
/// answer in time, and no id if it is not in inline mode.
async fn query(
    State(sandbox): State<Sandbox>,
    Path(user): Path<i64>,
    Json(request): Json<QueryRequest>,
) -> Result<Json<Value>, UnknownUser> {
    let mut changes = sandbox.changes();
    let Some(id) = sandbox.write(|state| state.query_inline(user, &request.query, "sender"))? else {
        return Ok(Json(json!({"query": null, "results": []})));
    };
    let answered = async {
        loop {
            if let Some(results) = sandbox.inline_results(&id) {
                return results;
            }
            if changes.changed().await.is_err() {
                return Vec::new();
            }
        }
    };
    let results = tokio::time::timeout(ANSWER_TIMEOUT, answered).await.unwrap_or_default();
    Ok(Json(json!({"query": id, "results": results})))
}

/// The id of a result, and its place in the chat.
#[derive(Deserialize)]
struct ChooseRequest {
    result: String,
    #[serde(default)]
    reply_to: Option<i64>,
    #[serde(default)]
    thread: Option<i64>,
}

/// Sends a result as a message of the user who typed the query.
async fn choose(
    State(sandbox): State<Sandbox>,
    Path(query): Path<String>,
    Json(ChooseRequest { result, reply_to, thread }): Json<ChooseRequest>,
) -> Response {
    match sandbox.write(|state| state.choose_inline(&query, &result, (reply_to, thread))) {
        Some(id) => Json(json!({"message_id": id})).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
