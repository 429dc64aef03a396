//! Error policy of the outbox: maps Telegram's answer to the next step of a delivery. Pure.
use crate::domain::Time;
use crate::domain::ids::ChatId;
use crate::engine::ports::Outcome;
use crate::telegram::CallError;
use chrono::TimeDelta;

/// What follows from a failed call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ErrorAction {
    /// This became of it.
    Settle(Outcome),
    /// As good as done: the message shows it already.
    Done,
    /// The person blocked the bot, or never started it.
    Unreachable(String),
    /// Telegram could not read the marks: send it plain.
    Plain,
}

/// How long to wait before the try after `attempts` failed ones: 1, 2, 4 … 60 seconds.
pub(super) fn backoff(attempts: u32) -> TimeDelta {
    TimeDelta::seconds((1_i64 << attempts.min(6)).min(60))
}

/// Judges a failed call of a delivery that was tried `attempts` times before, `unknown` times with an unknown outcome.
/// `repeatable` is one that may be done any number of times, as nobody sees a difference.
pub(super) fn classify(
    error: &CallError,
    attempts: u32,
    unknown: u32,
    repeatable: bool,
    now: Time,
) -> ErrorAction {
    let later = |wait: TimeDelta| ErrorAction::Settle(Outcome::Retry { until: now + wait, unknown: false });
    match error {
        CallError::Unknown(_) if repeatable => later(backoff(attempts)),
        // It may be there already. Once more is better than never; twice more would be spam.
        CallError::Unknown(_) if unknown == 0 => {
            ErrorAction::Settle(Outcome::Retry { until: now + TimeDelta::seconds(1), unknown: true })
        }
        CallError::Unknown(why) => {
            ErrorAction::Settle(Outcome::Dropped(format!("outcome unknown twice: {why}")))
        }
        CallError::Refused { migrate_to: Some(chat), .. } => {
            ErrorAction::Settle(Outcome::Moved(ChatId(*chat)))
        }
        CallError::Refused { retry_after: Some(seconds), .. } => {
            later(TimeDelta::seconds(i64::from(*seconds)))
        }
        CallError::Refused { code: 429, .. } => later(TimeDelta::seconds(5)),
        CallError::NotSent(_) | CallError::Refused { code: 500.., .. } => later(backoff(attempts)),
        // A wrong token is mended by a person; what waits must not be thrown away meanwhile.
        CallError::Refused { code: 401, .. } => later(TimeDelta::seconds(60)),
        CallError::Refused { code: 403, description, .. } => ErrorAction::Unreachable(description.clone()),
        CallError::Refused { code: 400, description, .. } => {
            let says = |part: &str| description.to_lowercase().contains(part);
            if says("message is not modified") {
                ErrorAction::Done
            } else if says("can't parse entities") {
                ErrorAction::Plain
            } else if says("chat not found") {
                ErrorAction::Unreachable(description.clone())
            } else {
                ErrorAction::Settle(Outcome::Dropped(description.clone()))
            }
        }
        // A method that this server does not know (an older one of one's own), and whatever else is final.
        CallError::Refused { .. } => ErrorAction::Settle(Outcome::Dropped(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: u16, description: &str) -> CallError {
        CallError::Refused { code, description: description.into(), retry_after: None, migrate_to: None }
    }

    #[test]
    fn each_answer_has_its_meaning() {
        let now = Time::from_timestamp(1_764_800_000, 0).unwrap();
        let until = |seconds, unknown| {
            ErrorAction::Settle(Outcome::Retry { until: now + TimeDelta::seconds(seconds), unknown })
        };
        let lost = CallError::Unknown("timed out".into());
        assert_eq!(classify(&lost, 0, 0, false, now), until(1, true));
        assert!(matches!(classify(&lost, 1, 1, false, now), ErrorAction::Settle(Outcome::Dropped(_))));
        assert_eq!(classify(&lost, 4, 4, true, now), until(16, false), "an edit");
        assert_eq!(classify(&CallError::NotSent("refused".into()), 3, 0, false, now), until(8, false));
        assert_eq!(classify(&refused(502, "Bad Gateway"), 40, 0, false, now), until(60, false));
        let flood = CallError::Refused {
            code: 429,
            description: String::new(),
            retry_after: Some(17),
            migrate_to: None,
        };
        assert_eq!(classify(&flood, 9, 0, false, now), until(17, false));
        assert_eq!(
            classify(&refused(400, "Bad Request: message is not modified: …"), 0, 0, false, now),
            ErrorAction::Done
        );
        assert_eq!(
            classify(&refused(400, "Bad Request: can't parse entities: …"), 0, 0, false, now),
            ErrorAction::Plain
        );
        assert!(matches!(
            classify(&refused(403, "Forbidden: bot was blocked by the user"), 0, 0, false, now),
            ErrorAction::Unreachable(_)
        ));
        assert!(matches!(
            classify(&refused(404, "Not Found"), 0, 0, false, now),
            ErrorAction::Settle(Outcome::Dropped(_))
        ));
    }
}
