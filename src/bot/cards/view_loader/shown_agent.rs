//! The name of an agent as customers see it, by the desk's setting.
use super::ViewLoader;
use crate::bot::cards::views::ShownAgent;
use crate::bot::render::Localizer;
use crate::domain::department::canned_reply::Placeholders;
use crate::domain::ids::PersonId;
use crate::domain::policy::AgentNaming;
use crate::domain::ticket::Ticket;
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

    /// Returns the values of the placeholders in a message of an agent to the ticket's customer, in the customer's
    /// language.
    pub async fn placeholders(
        &self,
        localizer: Localizer<'_>,
        ticket: &Ticket,
        agent: PersonId,
    ) -> Result<Placeholders, StoreError> {
        let customer = self.store().person(ticket.customer).await?;
        let locale = customer.as_ref().map_or(localizer.locale, |customer| customer.locale);
        let agent = self.shown_agent(agent).await?;
        Ok(Placeholders {
            name: customer.map(|customer| customer.name).unwrap_or_default(),
            number: ticket.number.to_string(),
            agent: Localizer { locale, ..localizer }.agent_in_text(agent.as_ref()),
        })
    }
}
