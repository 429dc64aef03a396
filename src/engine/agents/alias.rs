//! Aliases, the names that customers see of agents: no two agents are called alike.
use crate::domain::ids::PersonId;
use crate::domain::person::Person;
use crate::domain::person::alias::{alias_key, checked_alias, is_numbered};
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::ports::UniqueKey;

impl Engine {
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
}
