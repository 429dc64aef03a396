//! Authorization of cards: a forged press names any card, so each is drawn for its readers only.
use super::Composer;
use crate::domain::card::CardKey;
use crate::domain::person::Person;
use crate::domain::ticket::TicketState;
use crate::engine::ports::StoreError;

impl Composer {
    /// Returns true if the owner of the chat may see the card.
    pub(super) async fn may_read(&self, reader: Option<&Person>, key: CardKey) -> Result<bool, StoreError> {
        let Some(reader) = reader else { return Ok(false) };
        let store = self.engine.store();
        Ok(match key {
            CardKey::Status(ticket) | CardKey::CommentPrompt(ticket) => {
                store.ticket(ticket).await?.is_some_and(|ticket| ticket.customer == reader.id)
            }
            CardKey::Task(_, agent) | CardKey::LastWordPrompt(_, agent) if agent != reader.id => false,
            CardKey::Task(id, agent) | CardKey::LastWordPrompt(id, agent) => match store.ticket(id).await? {
                Some(ticket) => {
                    let completed =
                        matches!(ticket.state, TicketState::Completed { agent: by, .. } if by == agent);
                    completed
                        || ticket.holder() == Some(agent)
                        || ticket.former_holder(agent).is_some()
                        // The ticket was cancelled while they held it.
                        || store.live_card(key).await?.is_some()
                }
                None => false,
            },
            // A pick-up card is sent to those whom the desk has chosen, and shows them what became of the ticket.
            CardKey::PickUp(id, agent) if agent == reader.id => {
                let is_shown = store.live_card(key).await?.is_some();
                let ticket = store.ticket(id).await?;
                is_shown || ticket.is_some_and(|ticket| ticket.is_visible_to(reader))
            }
            CardKey::PickUp(..) => false,
            CardKey::MyQueue(person, _)
            | CardKey::Draft(person)
            | CardKey::TicketChoice(person)
            | CardKey::Focus(person)
            | CardKey::MyTickets(person, _) => person == reader.id,
            CardKey::Queue(person, _) => person == reader.id && (reader.is_admin() || reader.agent.is_some()),
            CardKey::Workload(person, _)
            | CardKey::AdminList(person, _)
            | CardKey::Console { viewer: person, .. } => person == reader.id && reader.is_admin(),
        })
    }
}
