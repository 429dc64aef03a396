//! Membership: the role, departments and capacity of agents.
use super::invites::record_link;
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::event::{Actor, ReleaseReason};
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::person::{AgentProfile, Availability, Person, Role, Via};
use crate::domain::policy::Capacity;
use crate::domain::ticket::Ticket;
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::people::roles::{membership_event, menus, role_notices};
use std::collections::BTreeSet;

/// The notice to a new agent.
const NEW_AGENT_NOTICE: Notice = Notice::RoleChanged { role: Role::Agent };

impl Engine {
    /// Makes a person an agent in these departments (all if the list is empty), or adds the departments to an
    /// agent.
    pub async fn add_agent(
        &self,
        actor: Actor,
        id: PersonId,
        departments: &[DepartmentId],
        now: Time,
    ) -> Result<Person, EngineError> {
        self.make_agent((actor, None), id, departments, now).await
    }

    /// As [`Engine::add_agent`]. Records the invitation together with the role, if there is one.
    pub(super) async fn make_agent(
        &self,
        (actor, link): (Actor, Option<&str>),
        id: PersonId,
        departments: &[DepartmentId],
        now: Time,
    ) -> Result<Person, EngineError> {
        if self.store.person(id).await?.is_some_and(|person| person.agent.is_none()) {
            self.drop_kept_of_agent(id).await?;
        }
        let settings = self.store.settings().await?;
        let order = self
            .store
            .agents()
            .await?
            .iter()
            .filter_map(|a| a.agent.as_ref())
            .map(|p| p.assignment_order)
            .max();
        let all = self.store.departments().await?;
        let wanted: BTreeSet<_> = if departments.is_empty() {
            all.iter().filter(|d| !d.retired).map(|d| d.id).collect()
        } else {
            departments.iter().copied().collect()
        };
        let joined = self.notices_to_admins(&Notice::Joined { person: id }).await?;
        self.change_person(id, |person: &mut Person| {
            let is_new = person.agent.is_none();
            if let Some(link) = link {
                record_link(person, link);
            }
            let mut added = Vec::new();
            if let Some(profile) = &mut person.agent {
                added.extend(wanted.difference(&profile.departments).copied());
                profile.departments.extend(&wanted);
            } else {
                person.agent = Some(new_profile(wanted.clone(), settings.default_capacity, order, now));
            }
            let mut notices = menus(person);
            if is_new {
                if person.role == Role::Customer {
                    person.role = Role::Agent;
                }
                // A new agent's notice explains the agent's commands, also to an admin.
                notices = role_notices(person, NEW_AGENT_NOTICE);
            }
            added.retain(|_| actor != Actor::Person(id));
            notices.extend(added.into_iter().map(|department| {
                Outgoing::notice(person.chat(), Notice::DepartmentsChanged { department, serves: true })
            }));
            // An agent who joins one more department also uses an invitation. Admins who did it themselves
            // are informed by the answer to their command.
            notices.extend(joined.iter().filter(|out| link.is_some() && out.chat != person.chat()).cloned());
            Ok((Some(membership_event(now, actor, id, "role=agent")), notices))
        })
        .await
    }

    /// Removes an agent's profile and releases their tickets. For a person who is no agent (any more) it
    /// completes an earlier attempt that was interrupted.
    pub async fn remove_agent(&self, admin: &Person, id: PersonId, now: Time) -> Result<Person, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let departments = self.store.person(id).await?.and_then(|p| p.agent).map(|a| a.departments);
        let departments: Vec<_> = departments.into_iter().flatten().collect();
        let has_kept = !self.store.unrouted_messages(id).await?.is_empty();
        let person = self
            .change_person(id, |person: &mut Person| {
                person.agent = None;
                if person.role == Role::Agent {
                    person.role = Role::Customer;
                }
                let notice = match person.role {
                    Role::Admin => Notice::NoLongerAgent,
                    role => Notice::RoleChanged { role },
                };
                let event = membership_event(now, Actor::Person(admin.id), id, "agent=none");
                let mut notices = role_notices(person, notice);
                // The question says that the messages are not sent.
                let choice = CardKey::TicketChoice(id);
                notices.extend(has_kept.then(|| Outgoing::refresh(person.chat(), choice)));
                Ok((Some(event), notices))
            })
            .await?;
        if let Err(error) = self.presence.leave(id, &departments).await {
            tracing::warn!(agent = %id, %error, "failed to remove presence record");
        }
        let removed = |_: &Ticket, holder: &Person| holder.agent.is_none();
        self.release_held(id, ReleaseReason::Removed, removed, now).await?;
        Ok(person)
    }

    /// Sets whether an agent takes part in automatic assignment, on their own behalf.
    pub async fn set_auto(&self, agent: PersonId, on: bool, now: Time) -> Result<Person, EngineError> {
        self.change_agent(agent, |profile: &mut AgentProfile| {
            profile.auto_assignment_enabled = on;
            let change = format!("auto_assignment_enabled={on}");
            (Some(membership_event(now, Actor::Person(agent), agent, &change)), Vec::new())
        })
        .await
    }
}

fn new_profile(
    departments: BTreeSet<DepartmentId>,
    max_tickets: Capacity,
    last_order: Option<u32>,
    now: Time,
) -> AgentProfile {
    AgentProfile {
        departments,
        max_tickets,
        auto_assignment_enabled: true,
        assignment_order: last_order.map_or(1, |order| order + 1),
        alias: None,
        availability: Availability::Offline,
        chosen: None,
        via: Via::Telegram,
        last_online: None,
        earlier_online: None,
        away_until: None,
        working_hours: None,
        asked_at: None,
        question_delivered_at: None,
        asks_last_word: false,
        release_due: None,
        last_assigned: None,
        last_activity: now,
    }
}
