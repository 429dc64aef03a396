//! Bot API errors with Telegram's statuses and descriptions.
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// The error reply to a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::sandbox) enum BotApiError {
    /// 400; the description after "Bad Request: ".
    #[error("Bad Request: {0}")]
    BadRequest(String),
    /// 400 with `migrate_to_chat_id`.
    #[error("Bad Request: group chat was upgraded to a supergroup chat")]
    Migrated { to: i64 },
    /// 401.
    #[error("Unauthorized")]
    Unauthorized,
    /// 403.
    #[error("Forbidden: bot was blocked by the user")]
    Blocked,
    /// 404, for methods that do not exist.
    #[error("Not Found")]
    NotFound,
    /// 409; the description after "Conflict: ".
    #[error("Conflict: {0}")]
    Conflict(&'static str),
    /// 413.
    #[error("Request Entity Too Large")]
    TooLarge,
    /// 429; the seconds to wait.
    #[error("Too Many Requests: retry after {retry_after}")]
    TooManyRequests { retry_after: u32 },
    /// 5xx.
    #[error("{}", StatusCode::from_u16(*.0).ok().and_then(|s| s.canonical_reason()).unwrap_or("Server Error"))]
    Server(u16),
}

/// Returns a 400 error.
pub(in crate::sandbox) fn bad_request(description: impl Into<String>) -> BotApiError {
    BotApiError::BadRequest(description.into())
}

impl BotApiError {
    pub(in crate::sandbox) fn status(&self) -> u16 {
        match self {
            Self::BadRequest(_) | Self::Migrated { .. } => 400,
            Self::Unauthorized => 401,
            Self::Blocked => 403,
            Self::NotFound => 404,
            Self::Conflict(_) => 409,
            Self::TooLarge => 413,
            Self::TooManyRequests { .. } => 429,
            Self::Server(status) => *status,
        }
    }

    fn body(&self) -> Value {
        let mut body = json!({"ok": false, "error_code": self.status(), "description": self.to_string()});
        let parameters = match self {
            Self::Migrated { to } => json!({"migrate_to_chat_id": to}),
            Self::TooManyRequests { retry_after } => json!({"retry_after": retry_after}),
            _ => return body,
        };
        if let Some(body) = body.as_object_mut() {
            body.insert("parameters".to_owned(), parameters);
        }
        body
    }
}

impl IntoResponse for BotApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(self.body())).into_response();
        if let Self::TooManyRequests { retry_after } = self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
        }
        response
    }
}
