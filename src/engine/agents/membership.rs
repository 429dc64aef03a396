//! Membership: the first admin, invitations, and the role, departments and capacity of agents.
use crate::domain::Time;
use crate::domain::event::{Action, Actor, AuditEvent, ReleaseReason};
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::invite::{Grant, Invite};
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::person::{AgentProfile, Availability, Person, Role, Via};
use crate::domain::policy::Capacity;
use crate::domain::ticket::Ticket;
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::people::menu;
use crate::engine::ports::{Change, CommitError, Write};
use chrono::TimeDelta;
use std::collections::BTreeSet;

/// The notice to a new agent.
const NEW_AGENT_NOTICE: Notice = Notice::RoleChanged { role: Role::Agent };
/// How long an invitation is valid.
const INVITE_LIFETIME: TimeDelta = TimeDelta::hours(24);
/// Number of used invitations that a person's record keeps: many more than anybody gets within
/// [`INVITE_LIFETIME`].
const MAX_USED_LINKS: usize = 20;

impl Engine {
    /// Creates a single-use invitation. An agent's invitation without departments grants all of them.
    pub async fn invite(&self, grant: Grant, now: Time) -> Result<Invite, EngineError> {
        let code = self.random().code();
        let invite = Invite { code, grant, expires_at: now + INVITE_LIFETIME, used_by: None };
        match self.commit_one(Change::quiet(Write::Invite(invite.clone()))).await {
            Ok(_) => Ok(invite),
            Err(CommitError::Store(error)) => Err(error.into()),
            Err(_) => Err(EngineError::Contention),
        }
    }

    /// Returns an invitation for the first admin, or `None` if there is an admin.
    pub async fn claim_code(&self, now: Time) -> Result<Option<Invite>, EngineError> {
        if !self.rules.admin_ids.is_empty() || !self.store.admins().await?.is_empty() {
            return Ok(None);
        }
        self.invite(Grant::Admin, now).await.map(Some)
    }

    /// Redeems an invitation. Marks the code as used first, then grants the role once, so that a crash in
    /// between costs nobody their invitation. Redeeming it again changes nothing while the person still has
    /// the role. A person who has lost the role since needs a new invitation.
    pub async fn redeem(&self, person: &Person, code: &str, now: Time) -> Result<Person, EngineError> {
        let invite = self.store.invite(code).await?.ok_or(EngineError::BadInvite)?;
        let used_by_them = invite.used_by == Some(person.id);
        if (!used_by_them && invite.used_by.is_some()) || invite.expires_at < now {
            return Err(EngineError::BadInvite);
        }
        // A claim link is worthless once an admin exists.
        if !used_by_them && invite.grant == Grant::Admin && !self.store.admins().await?.is_empty() {
            return Err(EngineError::BadInvite);
        }
        if used_by_them && person.links.iter().any(|link| link == code) {
            let has_role = match invite.grant {
                Grant::Admin => person.is_admin(),
                Grant::Agent(_) => person.agent.is_some(),
            };
            return if has_role { Ok(person.clone()) } else { Err(EngineError::BadInvite) };
        }
        if !used_by_them {
            let used = Invite { used_by: Some(person.id), ..invite.clone() };
            match self.commit_one(Change::quiet(Write::Invite(used))).await {
                Ok(_) => {}
                Err(CommitError::Store(error)) => return Err(error.into()),
                Err(_) => return Err(EngineError::BadInvite),
            }
        }
        match invite.grant {
            Grant::Admin => self.make_admin(person.id, code, now).await,
            Grant::Agent(departments) => {
                let by = (Actor::Person(person.id), Some(code));
                self.make_agent(by, person.id, &departments, now).await
            }
        }
    }

    async fn make_admin(&self, id: PersonId, link: &str, now: Time) -> Result<Person, EngineError> {
        self.change_person(id, |person: &mut Person| {
            person.role = Role::Admin;
            record_link(person, link);
            let notice = Notice::RoleChanged { role: Role::Admin };
            let notices = vec![Outgoing::notice(person.chat(), notice), menu(person)];
            Ok((Some(membership_event(now, Actor::Person(id), id, "role=admin")), notices))
        })
        .await
    }

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
    async fn make_agent(
        &self,
        (actor, link): (Actor, Option<&str>),
        id: PersonId,
        departments: &[DepartmentId],
        now: Time,
    ) -> Result<Person, EngineError> {
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
            let mut notices = vec![menu(person)];
            if is_new {
                if person.role == Role::Customer {
                    person.role = Role::Agent;
                }
                // A new agent's notice explains the agent's commands, also to an admin.
                notices = vec![Outgoing::notice(person.chat(), NEW_AGENT_NOTICE), menu(person)];
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
                let notices = vec![Outgoing::notice(person.chat(), notice), menu(person)];
                Ok((Some(membership_event(now, Actor::Person(admin.id), id, "agent=none")), notices))
            })
            .await?;
        if let Err(error) = self.presence.leave(id, &departments).await {
            tracing::warn!(agent = %id, %error, "failed to remove presence record");
        }
        let removed = |_: &Ticket, holder: &Person| holder.agent.is_none();
        self.release_held(id, ReleaseReason::Removed, removed, now).await?;
        Ok(person)
    }

    /// Sets an agent's capacity. A capacity below the number of held tickets releases none.
    pub async fn set_capacity(
        &self,
        admin: &Person,
        id: PersonId,
        max: Capacity,
        now: Time,
    ) -> Result<Person, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let held = u16::try_from(self.store.held_by(id).await?.len()).unwrap_or(u16::MAX);
        let notice = Notice::CapacityChanged { held, max: max.get() };
        self.change_membership((Actor::Person(admin.id), Some(notice)), id, now, |profile| {
            profile.max_tickets = max;
            format!("max_tickets={}", max.get())
        })
        .await
    }

    /// Sets whether an agent takes part in automatic assignment.
    pub async fn set_auto(
        &self,
        actor: Actor,
        id: PersonId,
        on: bool,
        now: Time,
    ) -> Result<Person, EngineError> {
        self.change_membership((actor, None), id, now, |profile| {
            profile.auto_assignment_enabled = on;
            format!("auto_assignment_enabled={on}")
        })
        .await
    }

    /// Sets whether an agent serves a department.
    pub async fn set_department(
        &self,
        admin: &Person,
        id: PersonId,
        (department, serves): (DepartmentId, bool),
        now: Time,
    ) -> Result<Person, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let notice = Notice::DepartmentsChanged { department, serves };
        self.change_membership((Actor::Person(admin.id), Some(notice)), id, now, |profile| {
            if serves {
                profile.departments.insert(department);
            } else {
                profile.departments.remove(&department);
            }
            format!("departments={}", profile.departments.len())
        })
        .await
    }

    /// Changes an agent's profile, and notifies an agent who did not do it themselves. For an admin, a person
    /// who is no longer an agent is `NotFound`, not `Forbidden`.
    async fn change_membership(
        &self,
        (actor, notice): (Actor, Option<Notice>),
        id: PersonId,
        now: Time,
        change: impl Fn(&mut AgentProfile) -> String,
    ) -> Result<Person, EngineError> {
        let chat = self.chat_of(id).await?.filter(|_| actor != Actor::Person(id));
        let notice = chat.zip(notice).map(|(chat, notice)| Outgoing::notice(chat, notice));
        let changed = self.change_agent(id, |profile: &mut AgentProfile| {
            let what = change(profile);
            (Some(membership_event(now, actor, id, &what)), notice.iter().cloned().collect())
        });
        match changed.await {
            Err(EngineError::Forbidden) if actor != Actor::Person(id) => Err(EngineError::NotFound),
            changed => changed,
        }
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
        availability: Availability::Offline,
        chosen: None,
        via: Via::Telegram,
        last_online: None,
        asked_at: None,
        question_delivered_at: None,
        release_due: None,
        last_assigned: None,
        last_activity: now,
    }
}

pub(in crate::engine) fn membership_event(
    at: Time,
    actor: Actor,
    person: PersonId,
    change: &str,
) -> AuditEvent {
    AuditEvent { at, actor, ticket: None, what: Action::Membership { person, change: change.to_owned() } }
}

/// Records an invitation whose role a person got.
fn record_link(person: &mut Person, link: &str) {
    if !person.links.iter().any(|used| used == link) {
        person.links.push(link.to_owned());
        person.links.drain(..person.links.len().saturating_sub(MAX_USED_LINKS));
    }
}
