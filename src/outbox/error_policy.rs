//! An error policy: maps a failed Telegram call to the next step of its delivery. Pure.
use crate::domain::Time;
use crate::domain::ids::ChatId;
use crate::engine::ports::Outcome;
use crate::telegram::CallError;
use chrono::TimeDelta;

/// The next step after a failed call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ErrorAction {
    /// Settle the delivery with this outcome.
    Settle(Outcome),
    /// Settle the delivery as sent: the message already has this content.
    AlreadyApplied,
    /// Mark the person as unreachable: they blocked the bot or never started it.
    MarkUnreachable(String),
    /// Send the message without markup: Telegram rejected its entities.
    SendPlainText,
    /// Send the message to the chat itself: the topic is gone.
    SendWithoutThread,
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
    let retry_in =
        |wait: TimeDelta| ErrorAction::Settle(Outcome::Retry { until: now + wait, unknown: false });
    match error {
        CallError::Unknown(_) if idempotent => retry_in(backoff(attempts)),
        // The message may have been sent. One repeat is better than a loss; two would be spam.
        CallError::Unknown(_) if unknown == 0 => {
            ErrorAction::Settle(Outcome::Retry { until: now + TimeDelta::seconds(1), unknown: true })
        }
        CallError::Unknown(reason) => {
            ErrorAction::Settle(Outcome::Dropped(format!("outcome unknown twice: {reason}")))
        }
        CallError::Refused { migrate_to: Some(chat), .. } => {
            ErrorAction::Settle(Outcome::Moved(ChatId(*chat)))
        }
        CallError::Refused { retry_after: Some(seconds), .. } => {
            retry_in(TimeDelta::seconds(i64::from(*seconds)))
        }
        CallError::Refused { code: 429, .. } => retry_in(TimeDelta::seconds(5)),
        CallError::NotSent(_) | CallError::Refused { code: 500.., .. } => retry_in(backoff(attempts)),
        // An operator has to correct the token; pending deliveries must not be dropped meanwhile.
        CallError::Refused { code: 401, .. } => retry_in(TimeDelta::seconds(60)),
        CallError::Refused { code: 403, description, .. } => {
            ErrorAction::MarkUnreachable(description.clone())
        }
        CallError::Refused { code: 400, description, .. } => {
            let has = |part: &str| description.to_lowercase().contains(part);
            if has("message is not modified") {
                ErrorAction::AlreadyApplied
            } else if has("can't parse entities") {
                ErrorAction::SendPlainText
            } else if has("message thread not found") || has("topic_deleted") || has("topic_closed") {
                ErrorAction::SendWithoutThread
            } else if has("chat not found") {
                ErrorAction::MarkUnreachable(description.clone())
            } else {
                ErrorAction::Settle(Outcome::Dropped(description.clone()))
            }
        }
        // Final errors, such as a method that an older self-hosted server does not know.
        CallError::Refused { .. } => ErrorAction::Settle(Outcome::Dropped(error.to_string())),
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
        let until = |seconds, unknown| {
            ErrorAction::Settle(Outcome::Retry { until: now + TimeDelta::seconds(seconds), unknown })
        };
        let unknown_outcome = CallError::Unknown("timed out".into());
        assert_eq!(classify(&unknown_outcome, 0, 0, false, now), until(1, true));
        assert!(matches!(
            classify(&unknown_outcome, 1, 1, false, now),
            ErrorAction::Settle(Outcome::Dropped(_))
        ));
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
        assert!(matches!(
            classify(&refusal(404, "Not Found"), 0, 0, false, now),
            ErrorAction::Settle(Outcome::Dropped(_))
        ));
    }
}
