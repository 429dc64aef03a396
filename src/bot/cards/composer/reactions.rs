//! Composition of the bot's reactions to messages of a conversation.
use super::Composer;
use crate::domain::ids::{ChatId, MessageId};
use crate::domain::person::Person;
use crate::domain::ticket::conversation::{ConversationMessage, Direction, Relay};
use crate::engine::ports::StoreError;
use crate::outbox::TelegramAction;

impl Composer {
    /// Returns the bot's reaction to a message of `chat`: what the person on the other side chose, or else the mark
    /// at an agent's own message. An agent who does not have the ticket any more sees no reaction of the customer.
    pub(super) async fn reaction(
        &self,
        chat: ChatId,
        id: MessageId,
        recipient: Option<&Person>,
    ) -> Result<TelegramAction, StoreError> {
        let Some(message) = self.engine.store().message(id).await? else {
            return Ok(TelegramAction::Nothing);
        };
        let places = [message.source, message.relay.target()].into_iter().flatten();
        let Some(place) = places.into_iter().find(|place| place.chat == chat) else {
            return Ok(TelegramAction::Nothing);
        };
        let ticket = self.ticket_of(&message).await?;
        let chosen = ticket.and_then(|ticket| {
            if ticket.customer_chat == chat {
                message.reactions.agent.clone()
            } else {
                let is_agents = ticket.agent().is_some() && ticket.agent() == recipient.map(|agent| agent.id);
                message.reactions.customer.clone().filter(|_| is_agents)
            }
        });
        let is_own = message.source == Some(place) && message.direction != Direction::ToAgent;
        let mark = is_own.then(|| mark(&message).to_owned());
        Ok(TelegramAction::React(place.message_id, chosen.or(mark)))
    }
}

/// Returns the mark that shows an agent what became of their message.
fn mark(message: &ConversationMessage) -> &'static str {
    match message.relay {
        Relay::Waiting | Relay::Enqueued { .. } => "👀",
        Relay::Delivered { .. } => "👍",
        Relay::Failed { .. } => "👎",
        Relay::Withdrawn { .. } => "🙈",
        Relay::Kept => "✍",
    }
}
