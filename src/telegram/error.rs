//! Errors of Bot API calls. A caller corrects or gives up a refused call, retries a call that was not sent,
//! and repeats a call with an unknown outcome at most once, because it may have been carried out.
use std::time::Duration;

/// A failed call. It never contains the token, because URLs are removed from transport errors. Its `Display`
/// and its `Debug` hold no words of people, which a description can quote.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The Bot API refused the call and did nothing.
    #[error("{code} {}", known_part(description))]
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
    /// The request did not reach the Bot API: there was no connection, or a proxy turned it away.
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

    /// Returns the delay that the server asks for.
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

impl std::fmt::Debug for CallError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CallError({self})")
    }
}

/// Descriptions of the Bot API that an operator would search for.
const KNOWN_DESCRIPTIONS: [&str; 47] = [
    "can't parse entities",
    "message is not modified",
    "message to edit not found",
    "message to reply not found",
    "message to be replied not found",
    "message to copy not found",
    "message can't be edited",
    "message identifier is not specified",
    "message text is empty",
    "message is too long",
    "message caption is too long",
    "message thread not found",
    "message_thread_not_found",
    "topic_closed",
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "user_id_invalid",
    "group chat was upgraded to a supergroup chat",
    "not enough rights",
    "have no rights to send a message",
    "need administrator rights",
    "wrong file identifier",
    "wrong remote file",
    "wrong type of the web page content",
    "failed to get http url content",
    "file is too big",
    "button_data_invalid",
    "query is too old",
    "bot was blocked by the user",
    "user is deactivated",
    "bot was kicked",
    "bot can't initiate conversation with a user",
    "bot can't send messages to bots",
    "too many requests",
    "unauthorized",
    "not found",
    "terminated by other getupdates request",
    "can't use getupdates method while webhook is active",
    "bad gateway",
    "gateway timeout",
    "internal server error",
    "service unavailable",
    "logged out",
    "bad webhook",
    "conflict",
    "forbidden",
];

/// Returns the known part of `description`. An unknown description may quote what people wrote.
fn known_part(description: &str) -> &str {
    let lower = description.to_ascii_lowercase();
    let mut known = KNOWN_DESCRIPTIONS.iter().filter_map(|known| {
        let at = lower.find(known)?;
        description.get(at..at + known.len())
    });
    known.next().unwrap_or("(a description that is not logged)")
}

/// Returns the last cause in a chain of errors: "connection refused" says more than "error sending request".
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
