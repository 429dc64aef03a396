//! Reactions of people to messages of a conversation.
use crate::bot::context::BotContext;
use crate::domain::Time;
use crate::domain::content::MessageSource;
use crate::engine::error::EngineError;
use crate::telegram::incoming::reaction::IncomingReaction;

/// Handles a reaction in a private chat. People whom the desk does not know, or has banned, have none.
pub async fn on_reaction(
    bot: &BotContext,
    reaction: &IncomingReaction,
    now: Time,
) -> Result<(), EngineError> {
    let Some(user) = reaction.from.as_ref().filter(|_| reaction.chat.is_private) else { return Ok(()) };
    let person = bot.engine.store().person_by_telegram(user.id).await?;
    let Some(person) = person.filter(|person| !person.is_banned()) else { return Ok(()) };
    bot.engine.on_activity(&person, now).await?;
    let place = MessageSource { chat: reaction.chat.id, message_id: reaction.message_id };
    bot.engine.react(&person, place, reaction.emoji.as_deref()).await
}
