//! The last word: before a ticket is completed, an agent who wants it is asked for a message to the customer.
use super::routing::{Route, route_to_customer};
use super::writing::{new_message, refused, write_to_customer};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::handlers::agent::status_text;
use crate::bot::handlers::refusals::refusal_toast;
use crate::bot::toast::Toast;
use crate::domain::card::CardKey;
use crate::domain::ids::TicketId;
use crate::domain::notice::Outgoing;
use crate::domain::person::Prompt;
use crate::domain::ticket::{Refusal, Status, Ticket};
use crate::engine::conversation::NewMessage;
use crate::engine::error::EngineError;
use crate::engine::tickets::steps::Step;
use crate::telegram::incoming::IncomingMessage;
use std::sync::Arc;

/// The most parts of an album.
const MAX_ALBUM_PARTS: usize = 10;

/// Returns true if the agent is asked for a last word before this ticket is completed: they want it, and the
/// customer can be reached.
pub async fn is_wanted(
    bot: &BotContext,
    ctx: &RequestContext,
    ticket: TicketId,
) -> Result<bool, EngineError> {
    if !ctx.person.agent.as_ref().is_some_and(|profile| profile.asks_last_word) {
        return Ok(false);
    }
    let Some(ticket) = bot.engine.store().ticket(ticket).await? else { return Ok(false) };
    Ok(bot.engine.store().person(ticket.customer).await?.is_some_and(|customer| customer.reachable))
}

/// Asks for the last word, in place of the completion.
pub async fn ask(bot: &BotContext, ctx: &RequestContext, ticket: TicketId) -> HandlerResult {
    let ticket = bot.engine.store().ticket(ticket).await?.ok_or(EngineError::NotFound)?;
    bot.engine.start_prompt(ctx.person.id, Prompt::LastWord(ticket.id), ctx.now).await?;
    Ok(prompt(ctx, ticket.id))
}

/// Returns the prompt below the last message.
fn prompt(ctx: &RequestContext, ticket: TicketId) -> Vec<Outgoing> {
    ctx.moved_card(CardKey::LastWordPrompt(ticket, ctx.person.id)).into()
}

/// Handles the message behind the question: it goes to the customer, and the ticket is completed. Returns `None`
/// for a message that is no last word: there is no such question, or the message is about another ticket. An
/// album completes nothing, since more parts may follow.
pub async fn on_answer(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
) -> Result<Option<Vec<Outgoing>>, EngineError> {
    let Some(ticket) = asked(bot, ctx, message).await? else { return Ok(None) };
    let new = new_message(bot, message, ctx).await?;
    if new.content.is_empty() {
        return Ok(Some(vec![ctx.message(bot, "empty", &[])]));
    }
    if let Some(album) = &new.content.album {
        let shown = bot.engine.store().conversation(ticket.id, None, MAX_ALBUM_PARTS).await?;
        let is_first = !shown.iter().any(|shown| shown.content.album.as_ref() == Some(album));
        return match write_to_customer(bot, ctx, &ticket, new).await {
            Ok(_) if is_first => Ok(Some(prompt(ctx, ticket.id))),
            Ok(_) => Ok(Some(Vec::new())),
            Err(EngineError::Refused(_, ticket)) => Ok(Some(vec![refused(bot, ctx, &ticket)])),
            Err(error) => Err(error),
        };
    }
    say(bot, ctx, &ticket, new).await.map(Some)
}

/// Returns the ticket whose last word this message is.
pub(super) async fn asked(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
) -> Result<Option<Ticket>, EngineError> {
    let Some(Prompt::LastWord(asked)) = ctx.prompt_for(message) else { return Ok(None) };
    let Some(ticket) = bot.engine.store().ticket(asked).await? else { return Ok(None) };
    Ok(match route_to_customer(bot, ctx, message).await? {
        // Without a reply it is for the ticket of the question, and a reply decides.
        Some(Route::ToCustomer { is_implied: true, .. } | Route::Ask(_)) | None => Some(ticket),
        Some(
            Route::ToCustomer { ticket: addressed, .. }
            | Route::Refused(addressed)
            | Route::ToAgent(addressed),
        ) => (addressed.id == asked).then_some(ticket),
    })
}

/// Sends the last word, then completes the ticket.
pub(super) async fn say(
    bot: &BotContext,
    ctx: &RequestContext,
    ticket: &Ticket,
    new: NewMessage,
) -> HandlerResult {
    let source = new.source;
    match write_to_customer(bot, ctx, ticket, new).await {
        Ok(_) => {}
        Err(EngineError::Refused(_, current)) => {
            let written = match source {
                Some(source) => bot.engine.store().message_at(source).await?,
                None => None,
            };
            // An update that is handled again after a crash finds its message written, and the ticket completed.
            if written.is_none_or(|written| written.ticket != Some(ticket.id)) {
                bot.engine.end_prompt(ctx.person.id).await?;
                return Ok(vec![refused(bot, ctx, &current)]);
            }
        }
        Err(error) => return Err(error),
    }
    match bot.engine.step(ctx.person.id, ticket.id, Step::Complete, None, ctx.now).await {
        Ok(_) => {}
        // The update is handled again.
        Err(EngineError::Refused(_, current)) if current.status() == Status::Completed => {}
        // It was taken away in this moment: a notice says so. The reaction says that the message arrived.
        Err(EngineError::Refused(..)) => {
            bot.engine.end_prompt(ctx.person.id).await?;
            return Ok(Vec::new());
        }
        Err(error) => return Err(error),
    }
    if let Some(source) = source {
        bot.engine.answer_prompt(ctx.person.id, source.message_id).await?;
    }
    Ok(vec![ctx.message(bot, "last-word-sent", &[("number", (&ticket.number).into())])])
}

/// Completes the ticket without a last word, then ends the prompt.
pub(super) async fn none(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
    (ticket, completion): (TicketId, u16),
) -> HandlerResult {
    // The question may be about an earlier completion.
    let current = bot.engine.store().ticket(ticket).await?.ok_or(EngineError::NotFound)?;
    let completed = if current.service.reopened == completion {
        let version = Some(current.version);
        bot.engine.step(ctx.person.id, ticket, Step::Complete, version, ctx.now).await
    } else {
        Err(EngineError::Refused(Refusal::Reopened, Box::new(current)))
    };
    match completed {
        Ok(_) => toast.say(ctx.localizer(bot).toast("toast-completed", &[])),
        Err(error) => {
            let Some(text) = refusal_toast(bot, ctx, &error) else { return Err(error) };
            toast.say(text);
        }
    }
    bot.end_current_prompt(ctx).await?;
    Ok(bot.closed_prompt(ctx, pressed, Prompt::LastWord(ticket)).await?)
}

/// Handles the switch in `/status`.
pub async fn set(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    on: bool,
) -> HandlerResult {
    let key = if on { "toast-last-word-on" } else { "toast-last-word-off" };
    toast.say(ctx.localizer(&bot).toast(key, &[]));
    let person = bot.engine.set_last_word(ctx.person.id, on).await?;
    let ctx = RequestContext { person, ..ctx };
    Ok(vec![ctx.edit(pressed, status_text(&bot, &ctx).await?)])
}
