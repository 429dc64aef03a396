//! Purposes of the lists from which an admin chooses: agents, people, tickets, departments.
use crate::domain::card::AdminList;
use crate::domain::ids::{DepartmentId, PersonId, ReplyId};

/// The command that a picker of agents, people or tickets is drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PickerPurpose {
    /// `/setmax`: chooses an agent.
    SetMax,
    /// `/removeagent`: chooses an agent.
    RemoveAgent,
    /// `/addagent`: chooses a person.
    AddAgent,
    /// `/reassign`: chooses a ticket.
    Reassign,
    /// `/priority`: chooses a ticket.
    Priority,
    /// `/audit`: chooses a ticket.
    Audit,
    /// `/transcript` of an admin: chooses a ticket.
    Transcript,
    /// `/agents`: shows the chosen agent.
    Agent,
    /// `/addadmin`: chooses a person.
    AddAdmin,
    /// `/removeadmin`: chooses an admin.
    RemoveAdmin,
    /// `/invites`: lists the open invitations.
    Invites,
    /// `/deadletters`: lists what was given up.
    DeadLetters,
    /// `/ban`: chooses a customer.
    Ban,
    /// `/unban`: chooses a banned customer.
    Unban,
}

impl PickerPurpose {
    /// Returns the list whose live message the picker is.
    #[must_use]
    pub fn admin_list(self) -> Option<AdminList> {
        match self {
            Self::Agent => Some(AdminList::Agents),
            Self::Invites => Some(AdminList::Invites),
            Self::DeadLetters => Some(AdminList::DeadLetters),
            _ => None,
        }
    }
}

/// The purpose that a list of departments is drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DepartmentPickerPurpose {
    /// `/department`: shows the chosen department.
    Show,
    /// `/invite`: chooses the department of the invitation.
    Invite,
    /// `/category`: chooses the department of the new category.
    Category,
    /// `/addagent`: chooses the department of this new agent.
    Newcomer(PersonId),
    /// `/agents`: switches the membership of this agent in the departments.
    Agent(PersonId),
    /// A retired department: chooses the department that gets its waiting tickets.
    Relocation(DepartmentId),
    /// `/replies`: chooses the department of this canned reply.
    Reply(ReplyId),
}
