//! Standing: the first admin, invitations, who is an agent, in which departments, with which capacity.
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

/// What a new agent is told.
const CLAIM_LIFETIME: Notice = Notice::RoleChanged { role: Role::Agent };
/// How long an invitation works.
const INVITE_LIFETIME: TimeDelta = TimeDelta::hours(24);
/// How many of the links that they used are remembered of a person: many more than anybody gets in [`INVITE_LIFE`].
const LINKS: usize = 20;

impl Engine {
    /// A new single-use link. With no departments an agent's link gives all of them.
    pub async fn invite(&self, grant: Grant, now: Time) -> Result<Invite, EngineError> {
        let code = self.random().code();
        let invite = Invite { code, grant, expires_at: now + INVITE_LIFETIME, used_by: None };
        match self.commit_one(Change::quiet(Write::Invite(invite.clone()))).await {
            Ok(_) => Ok(invite),
            Err(CommitError::Store(error)) => Err(error.into()),
            Err(_) => Err(EngineError::Contention),
        }
    }

    /// A claim code for the first admin, while there is none.
    pub async fn claim_code(&self, now: Time) -> Result<Option<Invite>, EngineError> {
        if !self.rules.admin_ids.is_empty() || !self.store.admins().await?.is_empty() {
            return Ok(None);
        }
        self.invite(Grant::Admin, now).await.map(Some)
    }

    /// Somebody opens a link. The code is spent first, then what it grants is given, once: a crash in between costs nobody
    /// their invitation. Opening a link again changes nothing while the role that it gave still stands; whoever lost the
    /// role since needs a new one.
    pub async fn redeem(&self, person: &Person, code: &str, now: Time) -> Result<Person, EngineError> {
        let invite = self.store.invite(code).await?.ok_or(EngineError::BadInvite)?;
        let mine = invite.used_by == Some(person.id);
        if (!mine && invite.used_by.is_some()) || invite.expires_at < now {
            return Err(EngineError::BadInvite);
        }
        // A claim link that is still about when somebody has become admin is worth nothing.
        if !mine && invite.grant == Grant::Admin && !self.store.admins().await?.is_empty() {
            return Err(EngineError::BadInvite);
        }
        if mine && person.links.iter().any(|link| link == code) {
            let stands = match invite.grant {
                Grant::Admin => person.is_admin(),
                Grant::Agent(_) => person.agent.is_some(),
            };
            return if stands { Ok(person.clone()) } else { Err(EngineError::BadInvite) };
        }
        if !mine {
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
            note(person, link);
            let told = Notice::RoleChanged { role: Role::Admin };
            let notices = vec![Outgoing::notice(person.chat(), told), menu(person)];
            Ok((Some(membership_event(now, Actor::Person(id), id, "role=admin")), notices))
        })
        .await
    }

    /// Makes a person an agent in these departments (all of them when none are named), or adds the departments to an agent.
    pub async fn add_agent(
        &self,
        actor: Actor,
        id: PersonId,
        departments: &[DepartmentId],
        now: Time,
    ) -> Result<Person, EngineError> {
        self.make_agent((actor, None), id, departments, now).await
    }

    /// The same, perhaps by a link, which is noted with the role.
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
            let newly = person.agent.is_none();
            if let Some(link) = link {
                note(person, link);
            }
            if let Some(profile) = &mut person.agent {
                profile.departments.extend(&wanted);
            } else {
                person.agent = Some(new_profile(wanted.clone(), settings.default_capacity, order, now));
            }
            let mut notices = vec![menu(person)];
            if newly {
                if person.role == Role::Customer {
                    person.role = Role::Agent;
                }
                // An admin who becomes an agent is told what an agent can do, too.
                notices = vec![Outgoing::notice(person.chat(), CLAIM_LIFETIME), menu(person)];
            }
            // A link is spent by an agent who joins one more department, too. Admins who did it themselves are told by the
            // answer to their command.
            notices.extend(joined.iter().filter(|out| link.is_some() && out.chat != person.chat()).cloned());
            Ok((Some(membership_event(now, actor, id, "role=agent")), notices))
        })
        .await
    }

    /// Takes an agent's profile away; what they hold goes back to the queue. For somebody who is no agent (any more) it
    /// finishes what an earlier try that broke off has left.
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
                let told = match person.role {
                    Role::Admin => Notice::NoLongerAgent,
                    role => Notice::RoleChanged { role },
                };
                let notices = vec![Outgoing::notice(person.chat(), told), menu(person)];
                Ok((Some(membership_event(now, Actor::Person(admin.id), id, "agent=none")), notices))
            })
            .await?;
        if let Err(error) = self.presence.leave(id, &departments).await {
            tracing::warn!(agent = %id, %error, "presence not updated");
        }
        let removed = |_: &Ticket, holder: &Person| holder.agent.is_none();
        self.release_held(id, ReleaseReason::Removed, removed, now).await?;
        Ok(person)
    }

    /// Sets an agent's capacity. Below what they hold it takes nothing away.
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
        self.change_membership(Actor::Person(admin.id), id, now, |profile| {
            profile.max_tickets = max;
            format!("max_tickets={}", max.get())
        })
        .await
    }

    /// Switches automatic assignment for an agent.
    pub async fn set_auto(
        &self,
        actor: Actor,
        id: PersonId,
        on: bool,
        now: Time,
    ) -> Result<Person, EngineError> {
        self.change_membership(actor, id, now, |profile| {
            profile.auto_assignment_enabled = on;
            format!("auto_assignment_enabled={on}")
        })
        .await
    }

    /// Whether an agent serves a department.
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
        self.change_membership(Actor::Person(admin.id), id, now, |profile| {
            if serves {
                profile.departments.insert(department);
            } else {
                profile.departments.remove(&department);
            }
            format!("departments={}", profile.departments.len())
        })
        .await
    }

    /// For admins: an agent who is none any more is not found; the admin is allowed all the same.
    async fn change_membership(
        &self,
        actor: Actor,
        id: PersonId,
        now: Time,
        change: impl Fn(&mut AgentProfile) -> String,
    ) -> Result<Person, EngineError> {
        let changed = self.change_agent(id, |profile: &mut AgentProfile| {
            let what = change(profile);
            (Some(membership_event(now, actor, id, &what)), Vec::new())
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
        via: Via::Telegram,
        last_online: None,
        asked_at: None,
        release_due: None,
        last_assigned: None,
        last_activity: now,
    }
}

fn membership_event(at: Time, actor: Actor, person: PersonId, change: &str) -> AuditEvent {
    AuditEvent { at, actor, ticket: None, what: Action::Standing { person, change: change.to_owned() } }
}

/// Notes a link whose grant a person has got.
fn note(person: &mut Person, link: &str) {
    if !person.links.iter().any(|known| known == link) {
        person.links.push(link.to_owned());
        person.links.drain(..person.links.len().saturating_sub(LINKS));
    }
}
