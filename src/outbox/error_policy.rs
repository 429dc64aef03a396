//! An error policy: maps a failed Telegram call to the next step of its delivery. Pure.
use crate::domain::Time;
use crate::domain::ids::ChatId;
use crate::engine::ports::DropReason;
use crate::telegram::CallError;
use chrono::TimeDelta;

/// The delay before the one repeat of a message whose outcome is unknown. Whatever broke the first attempt
/// should be over by then.
const REPEAT_DELAY: TimeDelta = TimeDelta::seconds(5);
/// Parts of Telegram's descriptions of a message that an edit or a deletion can't reach.
const MESSAGE_GONE: [&str; 7] = [
    "message to edit not found",
    "message can't be edited",
    "message to delete not found",
    "message can't be deleted",
    "message to pin not found",
    "message to unpin not found",
    "message_id_invalid",
];
/// Parts of Telegram's descriptions of a topic that does not take messages.
const TOPIC_GONE: [&str; 3] = ["message thread not found", "topic_deleted", "topic_closed"];

/// The next step after a failed call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ErrorAction {
    /// Make the call again.
    Retry {
        /// The earliest time of the next attempt.
        until: Time,
        /// Whether Telegram may have carried it out all the same.
        unknown: bool,
    },
    /// Give the delivery up.
    GiveUp(DropReason),
    /// Settle the delivery as sent: the message already has this content.
    AlreadyApplied,
    /// Mark the person as unreachable: they blocked the bot or never started it.
    MarkUnreachable(String),
    /// Send the message without markup: Telegram rejected its entities.
    SendPlainText,
    /// Send the message to the chat itself: the topic is gone.
    SendWithoutThread,
    /// The message to edit is gone, or can't be edited any more.
    MessageGone,
    /// Move the deliveries of the chat to its new id.
    Move(ChatId),
}

/// Returns the backoff after `attempts` failed attempts: 1, 2, 4 … 60 seconds.
pub(super) fn backoff(attempts: u32) -> TimeDelta {
    TimeDelta::seconds((1_i64 << attempts.min(6)).min(60))
}

/// Classifies a failed call. Takes the number of earlier attempts and how many of them had an unknown
/// outcome. The call is `idempotent` if repeating it has no visible effect.
pub(super) fn classify(
    error: &CallError,
    attempts: u32,
    unknown: u32,
    idempotent: bool,
    now: Time,
) -> ErrorAction {
    let retry_in = |wait: TimeDelta| ErrorAction::Retry { until: now + wait, unknown: false };
    match error {
        CallError::Unknown(_) if idempotent => retry_in(backoff(attempts)),
        // The message may have been sent. One repeat is better than a loss; two would be spam.
        CallError::Unknown(_) if unknown == 0 => {
            ErrorAction::Retry { until: now + REPEAT_DELAY, unknown: true }
        }
        CallError::Unknown(_) => ErrorAction::GiveUp(DropReason::OutcomeUnknown),
        CallError::Refused { migrate_to: Some(chat), .. } => ErrorAction::Move(ChatId(*chat)),
        CallError::Refused { retry_after: Some(seconds), .. } => {
            retry_in(TimeDelta::seconds(i64::from(*seconds)))
        }
        CallError::Refused { code: 429, .. } => retry_in(TimeDelta::seconds(5)),
        CallError::NotSent(_) | CallError::Refused { code: 500.., .. } => retry_in(backoff(attempts)),
        // An operator has to correct the token; pending deliveries must not be dropped meanwhile.
        CallError::Refused { code: 401, .. } => retry_in(TimeDelta::seconds(60)),
        CallError::Refused { code: 403, .. } => ErrorAction::MarkUnreachable(error.to_string()),
        CallError::Refused { code: 400, description, .. } => {
            let has = |part: &str| description.to_lowercase().contains(part);
            if has("message is not modified") {
                ErrorAction::AlreadyApplied
            } else if has("can't parse entities") {
                ErrorAction::SendPlainText
            } else if TOPIC_GONE.into_iter().any(has) {
                ErrorAction::SendWithoutThread
            } else if has("chat not found") {
                ErrorAction::MarkUnreachable(error.to_string())
            } else if idempotent && MESSAGE_GONE.into_iter().any(has) {
                ErrorAction::MessageGone
            } else {
                ErrorAction::GiveUp(DropReason::Refused)
            }
        }
        // Final errors, such as a method that an older self-hosted server does not know.
        CallError::Refused { .. } => ErrorAction::GiveUp(DropReason::Refused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: u16, description: &str) -> CallError {
        CallError::Refused { code, description: description.into(), retry_after: None, migrate_to: None }
    }

    #[test]
    fn classify_maps_each_error_to_its_action() {
        let now = Time::from_timestamp(1_764_800_000, 0).unwrap();
        let until =
            |seconds, unknown| ErrorAction::Retry { until: now + TimeDelta::seconds(seconds), unknown };
        let unknown_outcome = CallError::Unknown("timed out".into());
        assert_eq!(classify(&unknown_outcome, 0, 0, false, now), until(5, true));
        assert_eq!(
            classify(&unknown_outcome, 1, 1, false, now),
            ErrorAction::GiveUp(DropReason::OutcomeUnknown)
        );
        assert_eq!(classify(&unknown_outcome, 4, 4, true, now), until(16, false), "an edit");
        assert_eq!(classify(&CallError::NotSent("refused".into()), 3, 0, false, now), until(8, false));
        assert_eq!(classify(&refusal(502, "Bad Gateway"), 40, 0, false, now), until(60, false));
        let too_many_requests = CallError::Refused {
            code: 429,
            description: String::new(),
            retry_after: Some(17),
            migrate_to: None,
        };
        assert_eq!(classify(&too_many_requests, 9, 0, false, now), until(17, false));
        assert_eq!(
            classify(&refusal(400, "Bad Request: message is not modified: …"), 0, 0, false, now),
            ErrorAction::AlreadyApplied
        );
        assert_eq!(
            classify(&refusal(400, "Bad Request: can't parse entities: …"), 0, 0, false, now),
            ErrorAction::SendPlainText
        );
        assert!(matches!(
            classify(&refusal(403, "Forbidden: bot was blocked by the user"), 0, 0, false, now),
            ErrorAction::MarkUnreachable(_)
        ));
        let refused = ErrorAction::GiveUp(DropReason::Refused);
        assert_eq!(classify(&refusal(404, "Not Found"), 0, 0, false, now), refused);
        let no_topic = refusal(400, "Bad Request: message thread not found");
        assert_eq!(classify(&no_topic, 0, 0, false, now), ErrorAction::SendWithoutThread);
        let gone = refusal(400, "Bad Request: message to edit not found");
        assert_eq!(classify(&gone, 0, 0, true, now), ErrorAction::MessageGone);
        assert_eq!(classify(&gone, 0, 0, false, now), refused, "a message edits nothing");
    }
}
