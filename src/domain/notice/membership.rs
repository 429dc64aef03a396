//! Notices about the role of admins, and about changes of an agent by an admin.
use crate::domain::ids::PersonId;
use serde::{Deserialize, Serialize};

/// A notice about the role of an admin, or about a change of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "membership", rename_all = "snake_case")]
pub enum MembershipNotice {
    /// To a person: they are an admin now.
    AdminRole {
        /// Whether they are an agent too.
        is_agent: bool,
    },
    /// To a person: they are no admin any more.
    NoLongerAdmin {
        /// Whether they stay an agent.
        is_agent: bool,
    },
    /// To the other admins: an admin made this person an admin.
    AdminAdded {
        /// The person.
        person: PersonId,
        /// The admin.
        by: PersonId,
    },
    /// To the other admins: an admin took the role from this person.
    AdminRemoved {
        /// The person.
        person: PersonId,
        /// The admin.
        by: PersonId,
    },
    /// To an agent: an admin set their alias, or cleared it.
    AliasChanged {
        /// The alias.
        alias: Option<String>,
    },
}
