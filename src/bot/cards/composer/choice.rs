//! Composition of the question for which ticket an author's kept messages are.
use super::Composer;
use crate::bot::cards::view_loader::MAX_CHOICE_CHARS;
use crate::bot::cards::views::{CustomerChoice, TicketChoiceView};
use crate::bot::render::{self, Localizer, Rendered};
use crate::domain::ids::PersonId;
use crate::domain::text::shorten;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::conversation::Direction;
use crate::engine::ports::StoreError;

impl Composer {
    /// Returns the question for which ticket the person's kept messages are.
    pub(super) async fn ticket_choice(
        &self,
        person: PersonId,
        localizer: &Localizer<'_>,
    ) -> Result<Rendered, StoreError> {
        let store = self.engine.store();
        let kept = store.unrouted_messages(person).await?;
        let author = store.person(person).await?;
        let is_agent = kept.first().is_some_and(|message| message.direction == Direction::ToCustomer);
        let tickets = if is_agent {
            self.views.customer_choices(store.held_by(person).await?).await?
        } else {
            let tickets = self.engine.open_tickets_of(person).await?;
            tickets.into_iter().map(own_choice).collect()
        };
        let is_former = is_agent && author.is_none_or(|author| author.agent.is_none());
        let view = TicketChoiceView { is_agent, is_former, kept: kept.len(), tickets };
        Ok(render::ticket_choice(localizer, &view))
    }
}

/// Returns a customer's own ticket by its subject.
fn own_choice(ticket: Ticket) -> CustomerChoice {
    let name = shorten(&ticket.description.subject(), MAX_CHOICE_CHARS);
    CustomerChoice { ticket: ticket.id, name, number: ticket.number, subject: None }
}
