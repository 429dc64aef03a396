//! Composition of pick-up cards: a waiting ticket with a button, and afterwards what has become of it.
use super::{Card, Composer};
use crate::bot::render::{self, Localizer};
use crate::domain::ids::{PersonId, TicketId};
use crate::domain::ticket::{Ticket, TicketState};
use crate::engine::ports::StoreError;

impl Composer {
    /// Returns the card of a ticket for an agent who may pick it up.
    pub(super) async fn pick_up_card(
        &self,
        id: TicketId,
        agent: PersonId,
        localizer: &Localizer<'_>,
    ) -> Result<Option<Card>, StoreError> {
        let Some(ticket) = self.engine.store().ticket(id).await? else { return Ok(None) };
        let view = self.views.ticket(&ticket, agent).await?;
        let can_take = self.may_take(&ticket, agent).await?;
        let text = render::pick_up_card(localizer, &view, can_take);
        Ok(Some(Card { text, is_final: ticket.status().is_end() }))
    }

    /// Returns whether a ticket still waits for this agent. If it was taken before its card is sent, the card is
    /// left out.
    pub(super) async fn can_pick_up(&self, id: TicketId, agent: PersonId) -> Result<bool, StoreError> {
        match self.engine.store().ticket(id).await? {
            Some(ticket) => self.may_take(&ticket, agent).await,
            None => Ok(false),
        }
    }

    async fn may_take(&self, ticket: &Ticket, agent: PersonId) -> Result<bool, StoreError> {
        let store = self.engine.store();
        let profile = store.person(agent).await?.and_then(|person| person.agent);
        let mode = store.settings().await?.mode;
        let is_allowed = profile.is_some_and(|profile| {
            profile.departments.contains(&ticket.department)
                && mode.allows_pick_up(ticket.auto, profile.auto_assignment_enabled)
        });
        Ok(is_allowed && ticket.state == TicketState::Queued)
    }
}
