//! The name of an agent as customers see it, by the desk's setting.
use super::ViewLoader;
use crate::bot::cards::views::ShownAgent;
use crate::domain::ids::PersonId;
use crate::domain::policy::AgentNaming;
use crate::engine::ports::StoreError;

impl ViewLoader {
    /// Returns what customers see of an agent; `None` if they see nothing.
    pub async fn shown_agent(&self, agent: PersonId) -> Result<Option<ShownAgent>, StoreError> {
        let naming = self.store().settings().await?.agent_naming;
        if naming == AgentNaming::Hidden {
            return Ok(None);
        }
        let person = self.store().person(agent).await?;
        Ok(person.and_then(|person| match naming {
            AgentNaming::Hidden => None,
            AgentNaming::Name => Some(ShownAgent::Name(person.name)),
            // Someone who is no agent any more has no number.
            AgentNaming::Alias => person.agent.map(|profile| match profile.alias {
                Some(alias) => ShownAgent::Name(alias),
                None => ShownAgent::Alias(profile.assignment_order),
            }),
        }))
    }
}
