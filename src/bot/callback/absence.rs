//! Button actions on the absence of the agent who presses, and their encoding behind the letters `ab`.
use crate::domain::Time;

/// An action on the agent's own absence. The time is the end that the card showed: with another one, the press
/// changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AbsenceAction {
    /// Begins an absence, and asks for its end.
    Start,
    /// Ends it in an hour.
    Hour(Option<Time>),
    /// Ends it in the next morning.
    RestOfToday(Option<Time>),
    /// Opens the prompt for its end.
    Ask,
    /// Leaves it without an end.
    NoEnd(Option<Time>),
}

impl AbsenceAction {
    pub(super) fn encode(self) -> String {
        let shown = |shown: Option<Time>| shown.map_or(0, |at| at.timestamp());
        match self {
            Self::Start => "ab:s".into(),
            Self::Hour(end) => format!("ab:h:{}", shown(end)),
            Self::RestOfToday(end) => format!("ab:d:{}", shown(end)),
            Self::Ask => "ab:a".into(),
            Self::NoEnd(end) => format!("ab:n:{}", shown(end)),
        }
    }

    /// Returns the action of the fields behind the letters.
    pub(super) fn decode(fields: &[&str]) -> Option<Self> {
        let end = |seconds: &str| {
            let seconds = seconds.parse().ok()?;
            if seconds == 0 { Some(None) } else { Time::from_timestamp(seconds, 0).map(Some) }
        };
        Some(match fields {
            ["s"] => Self::Start,
            ["h", shown] => Self::Hour(end(shown)?),
            ["d", shown] => Self::RestOfToday(end(shown)?),
            ["a"] => Self::Ask,
            ["n", shown] => Self::NoEnd(end(shown)?),
            _ => return None,
        })
    }
}
