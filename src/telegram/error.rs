//! Errors of Bot API calls. A caller corrects or gives up a refused call, retries a call that was not sent,
//! and repeats a call with an unknown outcome at most once, because it may have been carried out.
use std::time::Duration;

/// A failed call. It never contains the token, because URLs are removed from transport errors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The server refused the call and did nothing.
    #[error("{code} {description}")]
    Refused {
        /// The error code, like an HTTP status.
        code: u16,
        /// The description from Telegram.
        description: String,
        /// Seconds to wait before the next message to this chat.
        retry_after: Option<u32>,
        /// The id of the supergroup that the group was migrated to.
        migrate_to: Option<i64>,
    },
    /// The request was not sent, because there was no connection.
    #[error("not sent: {0}")]
    NotSent(String),
    /// The request was sent but no complete response came back. The call may have been carried out.
    #[error("outcome unknown: {0}")]
    Unknown(String),
}

impl CallError {
    /// Converts an error of the HTTP client.
    pub(super) fn from_transport(error: reqwest::Error) -> Self {
        let not_sent = error.is_connect() || error.is_builder();
        let text = root_cause(&error.without_url());
        if not_sent { Self::NotSent(text) } else { Self::Unknown(text) }
    }

    /// Returns true if the server refused with code `wanted` and a description that contains `part`.
    /// The case of the description is ignored; `part` must be lower case.
    #[must_use]
    pub fn message_contains(&self, wanted: u16, part: &str) -> bool {
        matches!(self, Self::Refused { code, description, .. }
            if *code == wanted && description.to_lowercase().contains(part))
    }

    /// Returns the pause that the server asks for.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => retry_after.map(|s| Duration::from_secs(u64::from(s))),
            _ => None,
        }
    }

    /// Returns true if a later repeat of the call may succeed: the server was rate limiting, failing or
    /// unreachable.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused { code, .. } => *code == 429 || *code >= 500,
            Self::NotSent(_) | Self::Unknown(_) => true,
        }
    }

    /// Returns the code of a refused call.
    #[must_use]
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }
}

/// Returns the last cause in a chain of errors: "connection refused" says more than "error sending request".
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
