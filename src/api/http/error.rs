//! Error responses: a status, a stable code for programs, and a message for developers. Internal errors are
//! only logged in detail.
use crate::domain::person::sessions::LoginRefusal;
use crate::domain::ticket::Refusal;
use crate::engine::agents::heartbeat::HeartbeatError;
use crate::engine::error::EngineError;
use crate::engine::ports::{PresenceError, StoreError};
use crate::engine::sessions::LoginError;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// How long a person who logged in too often should wait. Used log-ins are forgotten after five minutes.
const LOGIN_RETRY_SECONDS: u64 = 60;
/// The code of the engine's 404. A route that knows what is missing replaces it.
const NOT_FOUND: &str = "not_found";

/// The envelope of an error response.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Failure {
    /// Always false.
    #[schema(example = false)]
    success: bool,
    /// A description of the error, for developers.
    #[schema(example = "there is no such ticket")]
    message: String,
    /// The error code, for programs.
    #[schema(example = "ticket_not_found")]
    error: String,
}

/// An error response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::api) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    retry_after: Option<u64>,
}

impl ApiError {
    pub(in crate::api) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    /// Returns a 400.
    pub(in crate::api) fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// Returns a 401.
    pub(in crate::api) fn unauthorized(code: &'static str, message: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, message)
    }

    /// Returns a 403.
    pub(in crate::api) fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "your role does not allow this")
    }

    /// Returns a 404.
    pub(in crate::api) fn not_found(code: &'static str, message: &'static str) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// Returns a 404 for an id that is not an agent's.
    pub(in crate::api) fn no_agent() -> Self {
        Self::not_found("agent_not_found", "there is no agent with this id")
    }

    /// Returns a 404 for an id that is not a department's.
    pub(in crate::api) fn no_department() -> Self {
        Self::not_found("department_not_found", "there is no department with this id")
    }

    /// Returns a 409 for an admin who is no agent.
    pub(in crate::api) fn not_an_agent() -> Self {
        let message =
            "you are no agent, and only agents can be online and hold tickets; /addagent makes an admin one";
        Self::conflict("not_an_agent", message)
    }

    /// Returns a 409.
    pub(in crate::api) fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// Returns a 422.
    pub(in crate::api) fn unprocessable(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
    }

    /// Returns a 429 with `Retry-After`.
    pub(in crate::api) fn too_many(seconds: u64) -> Self {
        let error = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "slow down");
        Self { retry_after: Some(seconds), ..error }
    }

    /// Returns a 500: Telegram did not do what it was asked for.
    pub(in crate::api) fn telegram_unavailable(message: &'static str) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "telegram_unavailable", message)
    }

    /// Returns a 500. The cause is in the log, under the request's id.
    pub(in crate::api) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "something broke; the log says what")
    }

    /// Returns `missing` in place of the engine's 404, which does not say what is missing.
    pub(in crate::api) fn or_missing(self, missing: impl FnOnce() -> Self) -> Self {
        if self.code == NOT_FOUND { missing() } else { self }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let failure = Failure { success: false, message: self.message, error: self.code.to_owned() };
        let mut response = (self.status, Json(failure)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "store failed during a request");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "store_unavailable", "the store can't be reached")
    }
}

impl From<PresenceError> for ApiError {
    fn from(error: PresenceError) -> Self {
        tracing::error!(%error, "presence failed during a request");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "presence_unavailable", "presence can't be reached")
    }
}

impl From<HeartbeatError> for ApiError {
    fn from(error: HeartbeatError) -> Self {
        match error {
            // The extractor found an agent, who was removed since.
            HeartbeatError::Engine(EngineError::Forbidden | EngineError::NotFound) => Self::not_an_agent(),
            HeartbeatError::Engine(error) => error.into(),
            HeartbeatError::Presence(error) => error.into(),
        }
    }
}

impl From<LoginError> for ApiError {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::Refused(LoginRefusal::Used) => {
                Self::unauthorized("used_login", "this log-in was used before; log in again")
            }
            LoginError::Refused(LoginRefusal::TooMany) => Self::too_many(LOGIN_RETRY_SECONDS),
            LoginError::Engine(error) => error.into(),
        }
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        let text = error.to_string();
        match error {
            EngineError::Refused(Refusal::NotYours, _) => Self::new(StatusCode::FORBIDDEN, "not_yours", text),
            EngineError::Refused(Refusal::State(_), _) => {
                Self::conflict("wrong_state", format!("{text}, and this state does not allow the request"))
            }
            // Only a customer gets these, from a button of the bot.
            EngineError::Refused(
                Refusal::Reopened | Refusal::ReopenTooLate | Refusal::RatingClosed | Refusal::UndoTooLate,
                _,
            ) => Self::conflict("wrong_state", text),
            EngineError::Refused(Refusal::AlreadyTheirs, _) => Self::conflict("already_theirs", text),
            EngineError::Stale(_) => Self::conflict("stale", text),
            EngineError::Forbidden => Self::forbidden(),
            EngineError::NotFound => Self::not_found(NOT_FOUND, "it was removed while the request ran"),
            EngineError::Full(held, max) => {
                let message =
                    format!("the agent holds {held} tickets and can hold {max}; `anyway` overrides it");
                Self::conflict("agent_full", message)
            }
            EngineError::OtherDepartment => {
                Self::conflict("other_department", "the agent does not serve the ticket's department")
            }
            EngineError::TooManyOpen(max) => {
                Self::conflict("too_many_open", format!("the customer has {max} open tickets, the maximum"))
            }
            EngineError::NoPickUp => Self::conflict("no_pick_up", text),
            EngineError::Taken(_) => Self::conflict("taken", text),
            // Only the bot writes aliases, holidays and canned replies.
            EngineError::BadAlias => Self::unprocessable("bad_alias", text),
            EngineError::TooManyHolidays(_) => Self::unprocessable("too_many_holidays", text),
            EngineError::BadReply | EngineError::UnknownPlaceholder(_) | EngineError::TooManyReplies(_) => {
                Self::unprocessable("bad_reply", text)
            }
            EngineError::LastOne => Self::conflict("last_one", text),
            EngineError::LastAdmin => Self::conflict("last_admin", text),
            EngineError::AdminBySetting => Self::conflict("admin_by_setting", text),
            EngineError::Contention => {
                Self::conflict("contention", "others changed the same record again and again; try again")
            }
            EngineError::Description(_) => Self::unprocessable("bad_description", text),
            EngineError::BadName => Self::unprocessable("bad_name", text),
            EngineError::NoDraft | EngineError::BadInvite => Self::bad("bad_request", text),
            EngineError::Store(error) => error.into(),
        }
    }
}
