//! An agent's settings that an admin changes, one or several in one commit: alias, capacity, automatic assignment,
//! departments.
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::event::Actor;
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::notice::console::ConsoleNotice;
use crate::domain::notice::membership::MembershipNotice;
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::person::{AgentProfile, Person};
use crate::domain::policy::Capacity;
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::people::roles::membership_event;
use std::collections::BTreeSet;

/// A change of an agent's settings. What is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentEdit {
    /// The alias; an empty one takes it away.
    pub alias: Option<String>,
    /// The capacity. One below the number of held tickets releases none.
    pub max_tickets: Option<Capacity>,
    /// Whether the engine assigns tickets to them.
    pub auto_assignment: Option<bool>,
    /// The departments that they serve.
    pub departments: Option<DepartmentsEdit>,
}

/// A change of the departments that an agent serves. Departments that do not exist must have been refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DepartmentsEdit {
    /// These, and no others.
    Set(BTreeSet<DepartmentId>),
    /// This one as well.
    Join(DepartmentId),
    /// No longer this one.
    Leave(DepartmentId),
}

impl DepartmentsEdit {
    fn apply(&self, departments: &mut BTreeSet<DepartmentId>) {
        match self {
            Self::Set(all) => departments.clone_from(all),
            Self::Join(department) => drop(departments.insert(*department)),
            Self::Leave(department) => drop(departments.remove(department)),
        }
    }
}

impl Engine {
    /// Changes an agent's settings on behalf of an admin, in one commit. An agent who is not that admin gets a notice of
    /// each setting that changed. Errors as [`Engine::set_alias`] does, and changes nothing then.
    pub async fn edit_agent(
        &self,
        admin: &Person,
        agent: PersonId,
        edit: AgentEdit,
        now: Time,
    ) -> Result<Person, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        match self.edit_profile(admin.id, agent, edit, now).await {
            // The person is no agent.
            Err(EngineError::Forbidden) => Err(EngineError::NotFound),
            edited => edited,
        }
    }

    /// Sets an agent's capacity.
    pub async fn set_capacity(
        &self,
        admin: &Person,
        agent: PersonId,
        max: Capacity,
        now: Time,
    ) -> Result<Person, EngineError> {
        let edit = AgentEdit { max_tickets: Some(max), ..AgentEdit::default() };
        self.edit_agent(admin, agent, edit, now).await
    }

    /// Sets whether an agent serves a department.
    pub async fn set_department(
        &self,
        admin: &Person,
        agent: PersonId,
        (department, serves): (DepartmentId, bool),
        now: Time,
    ) -> Result<Person, EngineError> {
        let departments =
            if serves { DepartmentsEdit::Join(department) } else { DepartmentsEdit::Leave(department) };
        let edit = AgentEdit { departments: Some(departments), ..AgentEdit::default() };
        self.edit_agent(admin, agent, edit, now).await
    }

    /// Sets an agent's alias, or clears it (`None`), on behalf of themselves or of an admin. Errors with
    /// `BadAlias` if it is no valid name, and with `Taken` if another agent is called like that.
    pub async fn set_alias(
        &self,
        actor: &Person,
        agent: PersonId,
        alias: Option<&str>,
        now: Time,
    ) -> Result<Person, EngineError> {
        if actor.id != agent && !actor.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let edit = AgentEdit { alias: Some(alias.unwrap_or_default().to_owned()), ..AgentEdit::default() };
        match self.edit_profile(actor.id, agent, edit, now).await {
            Err(EngineError::Forbidden) if actor.id != agent => Err(EngineError::NotFound),
            edited => edited,
        }
    }

    /// Errors with `Forbidden` if the person is no agent.
    async fn edit_profile(
        &self,
        actor: PersonId,
        agent: PersonId,
        edit: AgentEdit,
        now: Time,
    ) -> Result<Person, EngineError> {
        let chat = self.chat_of(agent).await?.ok_or(EngineError::NotFound)?;
        let alias = match edit.alias.as_deref().map(str::trim) {
            Some("") => Some(None),
            Some(text) => Some(Some(self.free_alias(text, agent).await?)),
            None => None,
        };
        let held = self.store.held_by(agent).await?;
        let held_count = u16::try_from(held.len()).unwrap_or(u16::MAX);
        self.change_agent(agent, |profile: &mut AgentProfile| {
            let before = profile.clone();
            if let Some(alias) = &alias {
                profile.alias.clone_from(alias);
            }
            profile.max_tickets = edit.max_tickets.unwrap_or(profile.max_tickets);
            profile.auto_assignment_enabled = edit.auto_assignment.unwrap_or(profile.auto_assignment_enabled);
            if let Some(departments) = &edit.departments {
                departments.apply(&mut profile.departments);
            }
            let (changes, notices) = differences(&before, profile, held_count);
            let event = membership_event(now, Actor::Person(actor), agent, &changes.join(", "));
            let notices = notices.into_iter().filter(|_| actor != agent);
            let notices = notices.map(|notice| Outgoing::notice(chat, notice));
            // The customers' cards name the agent.
            let renamed = held.iter().filter(|_| before.alias != profile.alias);
            let refreshes =
                renamed.map(|ticket| Outgoing::refresh(ticket.customer_chat, CardKey::Status(ticket.id)));
            (Some(event), refreshes.chain(notices).collect())
        })
        .await
    }
}

/// Returns what differs between two profiles, for the audit event and as notices to the agent.
fn differences(before: &AgentProfile, after: &AgentProfile, held: u16) -> (Vec<String>, Vec<Notice>) {
    let (mut changes, mut notices) = (Vec::new(), Vec::new());
    if before.alias != after.alias {
        changes.push(format!("alias={}", after.alias.as_deref().unwrap_or_default()));
        notices.push(Notice::Membership(MembershipNotice::AliasChanged { alias: after.alias.clone() }));
    }
    if before.max_tickets != after.max_tickets {
        let max = after.max_tickets.get();
        changes.push(format!("max_tickets={max}"));
        notices.push(Notice::CapacityChanged { held, max });
    }
    if before.auto_assignment_enabled != after.auto_assignment_enabled {
        let on = after.auto_assignment_enabled;
        changes.push(format!("auto_assignment_enabled={on}"));
        notices.push(Notice::Console(ConsoleNotice::AutoAssign { on }));
    }
    if before.departments != after.departments {
        changes.push(format!("departments={}", after.departments.len()));
        let joined = after.departments.difference(&before.departments).map(|id| (*id, true));
        let left = before.departments.difference(&after.departments).map(|id| (*id, false));
        let notice = |(department, serves)| Notice::DepartmentsChanged { department, serves };
        notices.extend(joined.chain(left).map(notice));
    }
    (changes, notices)
}
