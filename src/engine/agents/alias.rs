//! Aliases: an agent or an admin sets the name that customers see of an agent.
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::event::Actor;
use crate::domain::ids::PersonId;
use crate::domain::notice::membership::MembershipNotice;
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::person::alias::{alias_key, checked_alias, is_numbered};
use crate::domain::person::{AgentProfile, Person};
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::people::roles::membership_event;
use crate::engine::ports::UniqueKey;

impl Engine {
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
        let alias = match alias {
            Some(text) => Some(self.free_alias(text, agent).await?),
            None => None,
        };
        let mut notices = self.status_card_refreshes(agent).await?;
        if actor.id != agent
            && let Some(chat) = self.chat_of(agent).await?
        {
            let notice = MembershipNotice::AliasChanged { alias: alias.clone() };
            notices.push(Outgoing::notice(chat, Notice::Membership(notice)));
        }
        let change = format!("alias={}", alias.as_deref().unwrap_or_default());
        let changed = self.change_agent(agent, |profile: &mut AgentProfile| {
            profile.alias.clone_from(&alias);
            (Some(membership_event(now, Actor::Person(actor.id), agent, &change)), notices.clone())
        });
        match changed.await {
            Err(EngineError::Forbidden) if actor.id != agent => Err(EngineError::NotFound),
            changed => changed,
        }
    }

    /// Returns an alias as it is stored. The names of agents are only compared here, because they follow
    /// Telegram; the store keeps two agents from one alias.
    pub(super) async fn free_alias(&self, text: &str, agent: PersonId) -> Result<String, EngineError> {
        let alias = checked_alias(text).ok_or(EngineError::BadAlias)?;
        let key = alias_key(&alias);
        let has_name = |other: &Person| {
            let chosen = other.agent.as_ref().and_then(|profile| profile.alias.as_deref());
            [Some(other.name.as_str()), chosen].into_iter().flatten().any(|name| alias_key(name) == key)
        };
        let agents = self.store.agents().await?;
        if is_numbered(&alias) || agents.iter().any(|other| other.id != agent && has_name(other)) {
            return Err(EngineError::Taken(UniqueKey::Alias));
        }
        Ok(alias)
    }

    /// Returns refreshes of the customers' cards of the tickets that an agent holds.
    pub(super) async fn status_card_refreshes(&self, agent: PersonId) -> Result<Vec<Outgoing>, EngineError> {
        let held = self.store.held_by(agent).await?;
        let card = |ticket: &crate::domain::ticket::Ticket| {
            Outgoing::refresh(ticket.customer_chat, CardKey::Status(ticket.id))
        };
        Ok(held.iter().map(card).collect())
    }
}
