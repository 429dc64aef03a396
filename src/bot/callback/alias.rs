//! Button actions on the aliases of agents, and their encoding behind the letters `al`.
use super::id_code::{decode_id, encode_id};
use crate::domain::ids::PersonId;

/// An action on the alias of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AliasAction {
    /// An admin sees the alias of this agent.
    Show(PersonId),
    /// Opens the prompt in which an admin writes the alias of this agent.
    Ask(PersonId),
    /// Clears the alias of this agent.
    Clear(PersonId),
}

impl AliasAction {
    pub(super) fn encode(self) -> String {
        match self {
            Self::Show(agent) => format!("al:s:{}", encode_id(agent.0)),
            Self::Ask(agent) => format!("al:a:{}", encode_id(agent.0)),
            Self::Clear(agent) => format!("al:c:{}", encode_id(agent.0)),
        }
    }

    /// Returns the action of the fields behind the letters.
    pub(super) fn decode(fields: &[&str]) -> Option<Self> {
        let &[action, agent] = fields else { return None };
        let agent = PersonId(decode_id(agent)?);
        match action {
            "s" => Some(Self::Show(agent)),
            "a" => Some(Self::Ask(agent)),
            "c" => Some(Self::Clear(agent)),
            _ => None,
        }
    }
}
