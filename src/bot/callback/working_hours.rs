//! Button actions on the working hours of an agent, and their encoding behind the letters `wh`.
use super::OfferedPlan;
use super::id_code::{decode_id, encode_id};
use crate::domain::ids::PersonId;

/// An action on the working hours of an agent: the one who presses, or any for an admin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkingHoursAction {
    /// Shows the working hours.
    Show(PersonId),
    /// Sets an offered plan.
    Plan(PersonId, OfferedPlan),
    /// Opens the prompt for a plan.
    Ask(PersonId),
    /// Clears the working hours.
    Clear(PersonId),
}

impl WorkingHoursAction {
    /// Returns the agent.
    #[must_use]
    pub fn agent(self) -> PersonId {
        match self {
            Self::Show(agent) | Self::Plan(agent, _) | Self::Ask(agent) | Self::Clear(agent) => agent,
        }
    }

    pub(super) fn encode(self) -> String {
        let agent = encode_id(self.agent().0);
        match self {
            Self::Show(_) => format!("wh:s:{agent}"),
            Self::Plan(_, plan) => format!("wh:p:{agent}:{}", plan.number()),
            Self::Ask(_) => format!("wh:a:{agent}"),
            Self::Clear(_) => format!("wh:c:{agent}"),
        }
    }

    /// Returns the action of the fields behind the letters.
    pub(super) fn decode(fields: &[&str]) -> Option<Self> {
        let [action, agent, rest @ ..] = fields else { return None };
        let agent = PersonId(decode_id(agent)?);
        Some(match (*action, rest) {
            ("s", []) => Self::Show(agent),
            ("p", [plan]) => Self::Plan(agent, OfferedPlan::of(plan)?),
            ("a", []) => Self::Ask(agent),
            ("c", []) => Self::Clear(agent),
            _ => return None,
        })
    }
}
