//! Middleware of every request: a request id in the log and in the response, a log line, a timeout and a size
//! limit of the body, and the responses for unknown paths and methods.
use super::error::ApiError;
use crate::api::Api;
use crate::api::metrics::labels::method_label;
use crate::api::routes::uploads;
use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::Duration;
use tracing::Instrument;

/// The header that carries the request id, in requests and responses.
pub(in crate::api) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest request id that is accepted from a client.
const MAX_REQUEST_ID_CHARS: usize = 64;
/// How long a client may take to send the body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest body: the longest description of a ticket in the widest characters, escaped, with some margin.
pub(in crate::api) const MAX_BODY_BYTES: usize = 128 * 1_024;

/// Sets the request id, logs the request with status and duration, and records it in the metrics.
pub(in crate::api) async fn log_request(
    State(api): State<Arc<Api>>,
    request: Request,
    next: Next,
) -> Response {
    let id = given_id(request.headers()).unwrap_or_else(|| api.new_id());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    let known = method_label(&method);
    let span = tracing::info_span!("request", id = id.to_str().unwrap_or_default(), method = known, route);
    let started_at = api.clock.steady();
    let mut response = next.run(request).instrument(span.clone()).await;
    let duration = api.clock.steady().saturating_sub(started_at);
    let status = response.status().as_u16();
    if let Some(succeeded) = api.metrics.record_request(&method, route, status, duration) {
        api.engine.count_heartbeat(succeeded, api.now());
    }
    span.in_scope(|| {
        tracing::debug!(
            status,
            took_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
            "handled request"
        );
    });
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// Returns the client's request id if it is safe to log.
fn given_id(headers: &HeaderMap) -> Option<HeaderValue> {
    let given = headers.get(REQUEST_ID)?;
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"-_.".contains(b);
    ((1..=MAX_REQUEST_ID_CHARS).contains(&given.len()) && given.as_bytes().iter().all(plain))
        .then(|| given.clone())
}

impl Api {
    fn new_id(&self) -> HeaderValue {
        let id = self.engine.draft_id(self.now()).to_string();
        HeaderValue::from_str(&id).unwrap_or_else(|_| HeaderValue::from_static("-"))
    }
}

/// Reads the whole body before the handler runs, except for an upload. Responds with 413 if it is too large, with 408
/// if it is too slow.
pub(in crate::api) async fn buffer_body(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    if route == Some(uploads::PATH) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    match tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, MAX_BODY_BYTES)).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Ok(Err(error)) if is_too_large(&error) => {
            ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is too large").into_response()
        }
        Ok(Err(_)) => ApiError::bad("bad_body", "the body broke off").into_response(),
        Err(_) => {
            ApiError::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "the body took too long").into_response()
        }
    }
}

fn is_too_large(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.to_string().contains("limit"))
}

/// Returns the 404 of an unknown path.
pub(in crate::api) async fn no_such_path() -> ApiError {
    ApiError::not_found("no_such_path", "there is nothing at this path")
}

/// Returns the 405 of an unknown method.
pub(in crate::api) async fn no_such_method() -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "no_such_method", "this path does not take this method")
}
