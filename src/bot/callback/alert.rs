//! Button actions on alerts, and their encoding behind the word `mu`.
use super::id_code::{decode_id, encode_id};
use crate::domain::alert::Alert;

/// How long an alert is muted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MuteTime {
    /// For an hour.
    Hour,
    /// For eight hours.
    EightHours,
    /// Until the next morning.
    Tomorrow,
}

/// An action on an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertAction {
    /// Mutes it for all admins.
    Mute(Alert, MuteTime),
    /// Ends its mute.
    Unmute(Alert),
}

const TIME_CODES: [(MuteTime, &str); 3] =
    [(MuteTime::Hour, "h"), (MuteTime::EightHours, "e"), (MuteTime::Tomorrow, "t")];

fn encode_alert(alert: Alert) -> String {
    format!("{}:{}", alert.name(), alert.subject().map(encode_id).unwrap_or_default())
}

fn decode_alert(name: &str, subject: &str) -> Option<Alert> {
    let subject = if subject.is_empty() { None } else { Some(decode_id(subject)?) };
    Alert::named(name, subject)
}

impl AlertAction {
    pub(super) fn encode(self) -> String {
        match self {
            Self::Mute(alert, time) => {
                let code = TIME_CODES.iter().find(|(other, _)| *other == time).map_or("?", |(_, code)| code);
                format!("mu:{}:{code}", encode_alert(alert))
            }
            Self::Unmute(alert) => format!("mu:{}", encode_alert(alert)),
        }
    }

    /// Returns the action of the fields behind the word.
    pub(super) fn decode(fields: &[&str]) -> Option<Self> {
        match fields {
            [name, subject] => decode_alert(name, subject).map(Self::Unmute),
            [name, subject, code] => {
                let (time, _) = TIME_CODES.iter().find(|(_, other)| other == code)?;
                Some(Self::Mute(decode_alert(name, subject)?, *time))
            }
            _ => None,
        }
    }
}
