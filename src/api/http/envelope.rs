//! The JSON envelope of every successful response: `{"success": true, "message": …, "data": …}`.
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// The envelope of a successful response.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Envelope<T> {
    /// Always true.
    success: bool,
    /// A description of the result, for developers.
    #[schema(example = "Done")]
    message: String,
    /// The result.
    data: T,
}

/// A successful response: status, message and data.
#[derive(Debug)]
pub(in crate::api) struct Answer<T> {
    status: StatusCode,
    message: &'static str,
    data: T,
}

impl<T> Answer<T> {
    /// Returns a response with status 200.
    pub(in crate::api) fn ok(message: &'static str, data: T) -> Self {
        Self { status: StatusCode::OK, message, data }
    }

    /// Returns this response with another status.
    pub(in crate::api) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let envelope = Envelope { success: true, message: self.message.to_owned(), data: self.data };
        (self.status, Json(envelope)).into_response()
    }
}

/// The result of a handler.
pub(in crate::api) type Result<T> = std::result::Result<Answer<T>, super::error::ApiError>;
