//! Messages of a conversation: a customer's words go to their open ticket, an agent's words to the ticket that
//! they reply to or have in focus.
pub mod canned;
pub mod choice;
pub mod last_word;
pub mod prompt;
mod routing;
pub(super) mod writing;

use crate::bot::context::{BotContext, HandlerResult, RequestContext};
use crate::bot::handlers::draft_messages::text_after_new;
use crate::domain::content::MessageSource;
use crate::domain::notice::Outgoing;
use crate::domain::ticket::conversation::Direction;
use crate::engine::error::EngineError;
use crate::telegram::incoming::IncomingMessage;
use choice::ask;
pub use routing::replied_ended_ticket;
use routing::{Route, route};
pub(super) use writing::new_message;
use writing::{refused, to_agent, to_customer};

/// The beginning of a message that is an internal note.
const NOTE_PREFIX: &str = "//";

/// Handles a message that belongs to a conversation. Returns `None` for one that belongs to none: it goes into
/// a draft.
pub async fn on_message(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
) -> Result<Option<Vec<Outgoing>>, EngineError> {
    let Some(route) = route(bot, ctx, message).await? else { return Ok(None) };
    if is_note(message) && matches!(route, Route::ToCustomer { .. } | Route::Ask(Direction::ToCustomer)) {
        return note(bot, ctx, message, route).await.map(Some);
    }
    let new = new_message(bot, message, ctx).await?;
    if new.content.is_empty() {
        return Ok(Some(vec![ctx.message(bot, "empty", &[])]));
    }
    match route {
        Route::ToAgent(ticket) => to_agent(bot, ctx, &ticket, new).await,
        Route::ToCustomer { ticket, is_implied } => {
            to_customer(bot, ctx, &ticket, new, is_implied).await.map(Some)
        }
        Route::Ask(direction) => {
            bot.engine.keep_message(&ctx.person, direction, new, ctx.now).await?;
            Ok(Some(ask(ctx)))
        }
        Route::Refused(ticket) => Ok(Some(vec![refused(bot, ctx, &ticket)])),
    }
}

/// Handles an edited message of a conversation. Returns `None` if it belongs to none.
pub async fn on_edit(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
) -> Result<Option<Vec<Outgoing>>, EngineError> {
    if let Some(answers) = canned::on_edit(bot, ctx, message).await? {
        return Ok(Some(answers));
    }
    let source = MessageSource { chat: message.chat.id, message_id: message.message_id };
    let mut content = new_message(bot, message, ctx).await?.content;
    // A draft that was begun with `/new` may have become messages of a ticket.
    if let Some(text) = text_after_new(bot, ctx, message) {
        content.text = text;
    }
    let edited = bot.engine.edit_message(source, content, ctx.now).await?;
    // One that was released from the choice of a ticket may have become the description of a new one.
    let edited = edited.filter(|message| message.ticket.is_some() || message.relay.is_due());
    Ok(edited.map(|_| Vec::new()))
}

/// Returns true for an internal note.
#[must_use]
pub fn is_note(message: &IncomingMessage) -> bool {
    message.text.text.starts_with(NOTE_PREFIX)
}

async fn note(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
    route: Route,
) -> HandlerResult {
    let Route::ToCustomer { ticket, .. } = route else {
        return Ok(vec![ctx.message(bot, "message-note-where", &[])]);
    };
    let mut new = new_message(bot, message, ctx).await?;
    new.content.text = message.text.tail(NOTE_PREFIX.len());
    if new.content.is_empty() {
        return Ok(vec![ctx.message(bot, "empty", &[])]);
    }
    bot.engine.add_note(&ctx.person, ticket.id, new, ctx.now).await?;
    Ok(vec![ctx.message(bot, "message-noted", &[("number", (&ticket.number).into())])])
}
