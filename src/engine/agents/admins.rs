//! The role of admins: granting and removing it, the first admin, and the end of a role by `ADMIN_IDS`.
use super::invites::record_link;
use crate::domain::Time;
use crate::domain::event::Actor;
use crate::domain::ids::PersonId;
use crate::domain::notice::membership::MembershipNotice;
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::person::{Person, Role};
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::people::roles::{admin_notices, end_admin_role, membership_event};
use crate::engine::ports::AdminGuard;

impl Engine {
    /// Makes a person an admin, whatever `ADMIN_IDS` says later. Does nothing if they are one already.
    pub async fn add_admin(&self, admin: &Person, id: PersonId, now: Time) -> Result<Person, EngineError> {
        let informed =
            self.other_admins(admin, id, MembershipNotice::AdminAdded { person: id, by: admin.id }).await?;
        let actor = Actor::Person(admin.id);
        self.change_person(id, |person: &mut Person| {
            let is_new = !person.is_admin();
            (person.role, person.admin_by_setting) = (Role::Admin, false);
            if !is_new {
                return Ok((Some(membership_event(now, actor, id, "role=admin")), Vec::new()));
            }
            Ok((
                Some(membership_event(now, actor, id, "role=admin")),
                admin_notices(person).into_iter().chain(informed.iter().cloned()).collect(),
            ))
        })
        .await
    }

    /// Takes the role of admin from a person, who stays an agent if they are one, and ends their sessions.
    /// Refuses the last admin, and those whom `ADMIN_IDS` names. Does nothing for a person who is no admin.
    pub async fn remove_admin(&self, admin: &Person, id: PersonId, now: Time) -> Result<Person, EngineError> {
        let informed =
            self.other_admins(admin, id, MembershipNotice::AdminRemoved { person: id, by: admin.id }).await?;
        let removed = self
            .change_admin(id, AdminGuard::NotLast, |person: &mut Person| {
                if person.is_admin() && self.config.admin_ids.contains(&person.telegram) {
                    return Err(EngineError::AdminBySetting);
                }
                let (event, mut notices) = end_admin_role(person, Actor::Person(admin.id), now);
                notices.extend(informed.iter().cloned());
                Ok((event, notices))
            })
            .await?;
        self.publish_person(&removed);
        Ok(removed)
    }

    /// Makes a person the first admin, by a claim link. `LastAdmin` if there is an admin already.
    pub(super) async fn make_first_admin(
        &self,
        id: PersonId,
        link: &str,
        now: Time,
    ) -> Result<Person, EngineError> {
        self.change_admin(id, AdminGuard::First, |person: &mut Person| {
            person.role = Role::Admin;
            record_link(person, link);
            Ok((Some(membership_event(now, Actor::Person(id), id, "role=admin")), admin_notices(person)))
        })
        .await
    }

    /// Ends the role of those who were admins by `ADMIN_IDS` and are not named any more. Called at the start.
    pub async fn end_admins_by_setting(&self, now: Time) -> Result<(), EngineError> {
        for admin in self.store.admins().await? {
            if self.is_former_admin(&admin) {
                tracing::warn!(person = %admin.id, "ADMIN_IDS no longer has this admin; ending the role");
                let ended = self
                    .change_person(admin.id, |person: &mut Person| {
                        if !self.is_former_admin(person) {
                            return Ok((None, Vec::new()));
                        }
                        Ok(end_admin_role(person, Actor::Engine, now))
                    })
                    .await?;
                self.publish_person(&ended);
            }
        }
        Ok(())
    }

    /// Returns true if a person is an admin by `ADMIN_IDS` alone, which no longer has them.
    pub(in crate::engine) fn is_former_admin(&self, person: &Person) -> bool {
        person.is_admin() && person.admin_by_setting && !self.config.admin_ids.contains(&person.telegram)
    }

    /// Returns the notice for all admins but the one who acts and the one whom it is about.
    async fn other_admins(
        &self,
        admin: &Person,
        id: PersonId,
        notice: MembershipNotice,
    ) -> Result<Vec<Outgoing>, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let mut admins = self.store.admins().await?;
        admins.retain(|other| other.id != admin.id && other.id != id);
        let notice = Notice::Membership(notice);
        Ok(admins.iter().map(|other| Outgoing::notice(other.chat(), notice.clone())).collect())
    }

    /// Tells the sockets of a person who is no agent; the change of an agent publishes itself.
    fn publish_person(&self, person: &Person) {
        if person.agent.is_none() {
            self.publish(Event::Agent(person.id));
        }
    }
}
