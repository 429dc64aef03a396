//! Composition of the bot's reactions to messages of a conversation.
use super::Composer;
use super::relay::answer_to;
use crate::bot::render::Localizer;
use crate::domain::ids::{ChatId, MessageId};
use crate::domain::person::Person;
use crate::domain::ticket::conversation::{ConversationMessage, DELIVERED_MARK, Direction, Relay};
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

impl Composer {
    /// Returns the notice that a customer's reaction looks like the mark, as a reply to the agent's message. There is
    /// none if the reaction or the ticket is gone.
    pub(super) async fn reacted_like_mark(
        &self,
        id: MessageId,
        (recipient, localizer): (Option<&Person>, &Localizer<'_>),
    ) -> Result<TelegramAction, StoreError> {
        let Some(message) = self.engine.store().message(id).await? else {
            return Ok(TelegramAction::Nothing);
        };
        let ticket = self.ticket_of(&message).await?;
        let is_agents = ticket.is_some_and(|ticket| {
            ticket.agent().is_some() && ticket.agent() == recipient.map(|agent| agent.id)
        });
        if !is_agents || message.reactions.customer.as_deref() != Some(DELIVERED_MARK) {
            return Ok(TelegramAction::Nothing);
        }
        Ok(answer_to(&message, localizer.message("reacted-like-mark", &[("emoji", DELIVERED_MARK.into())])))
    }
}

/// Returns the mark that shows an agent what became of their message.
fn mark(message: &ConversationMessage) -> &'static str {
    match message.relay {
        Relay::Waiting | Relay::Enqueued { .. } => "👀",
        Relay::Delivered { .. } => DELIVERED_MARK,
        Relay::Failed { .. } => "👎",
        Relay::Withdrawn { .. } => "🙈",
        Relay::Kept => "✍",
    }
}
