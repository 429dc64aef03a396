//! An agent's settings that an admin changes together: one commit, all of them or none.
use crate::domain::Time;
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
    /// The capacity.
    pub max_tickets: Option<Capacity>,
    /// Whether the engine assigns tickets to them.
    pub auto_assignment: Option<bool>,
    /// The departments that they serve. Those that do not exist must have been refused.
    pub departments: Option<BTreeSet<DepartmentId>>,
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
        let chat = self.chat_of(agent).await?.ok_or(EngineError::NotFound)?;
        let alias = match edit.alias.as_deref().map(str::trim) {
            Some("") => Some(None),
            Some(text) => Some(Some(self.free_alias(text, agent).await?)),
            None => None,
        };
        let held = u16::try_from(self.store.held_by(agent).await?.len()).unwrap_or(u16::MAX);
        let refreshes = self.status_card_refreshes(agent).await?;
        let changed = self.change_agent(agent, |profile: &mut AgentProfile| {
            let before = profile.clone();
            if let Some(alias) = &alias {
                profile.alias.clone_from(alias);
            }
            profile.max_tickets = edit.max_tickets.unwrap_or(profile.max_tickets);
            profile.auto_assignment_enabled = edit.auto_assignment.unwrap_or(profile.auto_assignment_enabled);
            if let Some(departments) = &edit.departments {
                profile.departments.clone_from(departments);
            }
            let (changes, notices) = differences(&before, profile, held);
            let event = membership_event(now, Actor::Person(admin.id), agent, &changes.join(", "));
            let notices = notices.into_iter().filter(|_| admin.id != agent);
            let notices = notices.map(|notice| Outgoing::notice(chat, notice));
            let refreshes = refreshes.iter().filter(|_| before.alias != profile.alias).cloned();
            (Some(event), refreshes.chain(notices).collect())
        });
        match changed.await {
            // The person is no agent.
            Err(EngineError::Forbidden) => Err(EngineError::NotFound),
            changed => changed,
        }
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
