//! Errors of a Bot API call. Each variant needs another reaction: fix or give up, retry, or retry once at most because the
//! call may have succeeded.
use std::time::Duration;

/// Why a call has no result. Never holds the token: URLs are taken out of transport errors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The server answered no; nothing was done.
    #[error("{code} {description}")]
    Refused {
        /// HTTP-like code.
        code: u16,
        /// Telegram's sentence.
        description: String,
        /// Wait this many seconds before the next message to this chat.
        retry_after: Option<u32>,
        /// The group is a supergroup now, with this id.
        migrate_to: Option<i64>,
    },
    /// The request did not leave: no connection.
    #[error("not sent: {0}")]
    NotSent(String),
    /// The request left and no whole answer came back: it may have been done.
    #[error("outcome unknown: {0}")]
    Unknown(String),
}

impl CallError {
    pub(super) fn of_transport(error: reqwest::Error) -> Self {
        let before_it_left = error.is_connect() || error.is_builder();
        let text = innermost(&error.without_url());
        if before_it_left { Self::NotSent(text) } else { Self::Unknown(text) }
    }

    /// Whether the server refused with this code and a sentence that contains `part` (in any case).
    #[must_use]
    pub fn message_contains(&self, wanted: u16, part: &str) -> bool {
        matches!(self, Self::Refused { code, description, .. }
            if *code == wanted && description.to_lowercase().contains(part))
    }

    /// How long the server wants to be left alone.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => retry_after.map(|s| Duration::from_secs(u64::from(s))),
            _ => None,
        }
    }

    /// Whether the server may do the same call another time: it was busy, broken, or not there.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused { code, .. } => *code == 429 || *code >= 500,
            Self::NotSent(_) | Self::Unknown(_) => true,
        }
    }

    /// The code of a refusal.
    #[must_use]
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }
}

/// The cause at the bottom of a chain of errors: "connection refused" says more than "error sending request".
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
