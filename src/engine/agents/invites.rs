//! Invitations: the claim of the first admin, the links of agents, their redemption and revocation.
use crate::domain::Time;
use crate::domain::event::Actor;
use crate::domain::ids::PersonId;
use crate::domain::person::Person;
use crate::domain::person::invite::{Grant, Invite};
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::people::roles::membership_event;
use crate::engine::ports::{Change, CommitError, Write};
use chrono::TimeDelta;

/// How long an invitation is valid.
const INVITE_LIFETIME: TimeDelta = TimeDelta::hours(24);
/// Number of used invitations that a person's record keeps: many more than anybody gets within
/// [`INVITE_LIFETIME`].
const MAX_USED_LINKS: usize = 20;

impl Engine {
    /// Creates a single-use invitation. An agent's invitation without departments grants all of them.
    pub async fn invite(&self, actor: Actor, grant: Grant, now: Time) -> Result<Invite, EngineError> {
        let created_by = match actor {
            Actor::Person(id) => Some(id),
            Actor::Engine => None,
        };
        let code = self.random().code();
        let invite = Invite { code, grant, expires_at: now + INVITE_LIFETIME, used_by: None, created_by };
        let event = created_by.map(|id| membership_event(now, actor, id, "invite=created"));
        let change = Change { write: Write::Invite(invite.clone()), event, notices: Vec::new() };
        match self.commit_one(change).await {
            Ok(_) => Ok(invite),
            Err(CommitError::Store(error)) => Err(error.into()),
            Err(_) => Err(EngineError::Contention),
        }
    }

    /// Returns an invitation for the first admin, or `None` if there is an admin. Revokes the earlier ones.
    pub async fn claim_code(&self, now: Time) -> Result<Option<Invite>, EngineError> {
        for earlier in self.store.valid_invites(now).await?.iter().filter(|i| i.grant == Grant::Admin) {
            match self.commit_one(Change::quiet(Write::RevokeInvite(earlier.code.clone()))).await {
                // Used, or revoked by another process.
                Ok(_) | Err(CommitError::Conflict) => {}
                Err(CommitError::Store(error)) => return Err(error.into()),
                Err(_) => return Err(EngineError::Contention),
            }
        }
        if self.has_admin().await? {
            return Ok(None);
        }
        self.invite(Actor::Engine, Grant::Admin, now).await.map(Some)
    }

    /// Returns true if there is an admin, or if `ADMIN_IDS` names one.
    async fn has_admin(&self) -> Result<bool, EngineError> {
        Ok(!self.config.admin_ids.is_empty() || !self.store.admins().await?.is_empty())
    }

    /// Revokes an invitation that nobody used. Returns false if it was used or revoked before.
    pub async fn revoke_invite(&self, admin: &Person, code: &str, now: Time) -> Result<bool, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let event = membership_event(now, Actor::Person(admin.id), admin.id, "invite=revoked");
        let write = Write::RevokeInvite(code.to_owned());
        match self.commit_one(Change { write, event: Some(event), notices: Vec::new() }).await {
            Ok(_) => Ok(true),
            Err(CommitError::Conflict) => Ok(false),
            Err(CommitError::Store(error)) => Err(error.into()),
            Err(_) => Err(EngineError::Contention),
        }
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
        if !used_by_them && invite.grant == Grant::Admin && self.has_admin().await? {
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
            Grant::Admin => self.claim(person.id, code, now).await,
            Grant::Agent(departments) => {
                let by = (Actor::Person(person.id), Some(code));
                self.make_agent(by, person.id, &departments, now).await
            }
        }
    }

    /// Makes a person the first admin. Of several claims at once, with any codes, one succeeds.
    async fn claim(&self, id: PersonId, link: &str, now: Time) -> Result<Person, EngineError> {
        match self.make_first_admin(id, link, now).await {
            Err(EngineError::LastAdmin) => Err(EngineError::BadInvite),
            claimed => claimed,
        }
    }
}

/// Records an invitation whose role a person got.
pub(super) fn record_link(person: &mut Person, link: &str) {
    if !person.links.iter().any(|used| used == link) {
        person.links.push(link.to_owned());
        person.links.drain(..person.links.len().saturating_sub(MAX_USED_LINKS));
    }
}
