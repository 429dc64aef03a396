//! Customer handlers after a completion: reopening, also with the messages of a draft or with the comment to the
//! rating, the rating, the comment.
use super::conversation::new_message;
use super::customer::{current_draft, draft_outcome};
use super::refusals::refusal_toast;
use crate::bot::cards::views::service::{CompletedView, ContinuableView};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render;
use crate::bot::toast::Toast;
use crate::domain::card::CardKey;
use crate::domain::content::MessageSource;
use crate::domain::ids::{DraftId, TicketId};
use crate::domain::notice::Outgoing;
use crate::domain::person::Prompt;
use crate::domain::ticket::service::Stars;
use crate::domain::ticket::{Refusal, Ticket};
use crate::engine::error::EngineError;
use crate::telegram::incoming::IncomingMessage;
use std::sync::Arc;

/// Handles ↩️ under the message that a ticket is completed.
pub async fn reopen(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (ticket, completion): (TicketId, u16),
) -> HandlerResult {
    match bot.engine.reopen(ctx.person.id, (ticket, completion), ctx.now).await {
        Ok(ticket) => {
            let number = [("number", (&ticket.number).into())];
            toast.say(ctx.localizer(&bot).toast("reopen-done", &number));
            let redrawn = ctx.redraw(pressed, CardKey::Status(ticket.id));
            Ok(bot.unless_live(redrawn).await?.into_iter().collect())
        }
        Err(error) => answer_refusal(&bot, &ctx, &toast, pressed, error),
    }
}

/// Handles ↩️ under a draft: its messages go to the ticket that they reopen. If that is refused, the draft stays.
pub async fn continue_ticket(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (id, ticket, completion): (DraftId, TicketId, u16),
) -> HandlerResult {
    let Some(draft) = current_draft(&bot, &ctx, &toast, id).await? else {
        return draft_outcome(&bot, &ctx, pressed, id).await;
    };
    match bot.engine.continue_ticket(&ctx.person, &draft, (ticket, completion), ctx.thread, ctx.now).await {
        Ok(ticket) => {
            let number = [("number", (&ticket.number).into())];
            toast.say(ctx.localizer(&bot).toast("reopen-done", &number));
            draft_outcome(&bot, &ctx, pressed, id).await
        }
        Err(error) => {
            let text = match &error {
                EngineError::Refused(Refusal::NotYours, _) => None,
                EngineError::Refused(Refusal::ReopenTooLate, ticket) => {
                    let number = [("number", (&ticket.number).into())];
                    Some(ctx.localizer(&bot).toast("continue-too-late", &number))
                }
                _ => refusal_toast(&bot, &ctx, &error),
            };
            let Some(text) = text else { return Err(error) };
            toast.say(text);
            Ok(vec![ctx.redraw(pressed, CardKey::Draft(ctx.person.id))])
        }
    }
}

/// Handles ↩️ under the thanks for a comment: the comment goes to the ticket that it reopens.
pub async fn continue_with_comment(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (ticket, completion, message_id): (TicketId, u16, i32),
) -> HandlerResult {
    let (localizer, chat) = (ctx.localizer(&bot), ctx.person.chat());
    let is_repeated = bot.engine.is_in_conversation(chat, message_id).await?;
    let key = if is_repeated { "continued-before" } else { "reopen-done" };
    let comment = MessageSource { chat, message_id };
    match bot.engine.continue_with_comment(&ctx.person, comment, (ticket, completion), ctx.now).await {
        Ok(ticket) => {
            let number = [("number", (&ticket.number).into())];
            toast.say(localizer.toast(key, &number));
            Ok(vec![ctx.edit(pressed, localizer.message("continue-done", &number))])
        }
        Err(error @ (EngineError::Refused(Refusal::NotYours, _) | EngineError::Forbidden)) => Err(error),
        // The button can no longer succeed.
        Err(error) => {
            let Some(text) = refusal_toast(&bot, &ctx, &error) else { return Err(error) };
            toast.say(text);
            Ok(vec![ctx.edit(pressed, render::comment_thanks(&localizer, None))])
        }
    }
}

/// Handles a number of stars. The message shows the rating, and the engine asks for a comment.
pub async fn rate(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (ticket, completion, stars): (TicketId, u16, Stars),
) -> HandlerResult {
    match bot.engine.rate(ctx.person.id, (ticket, completion), stars, ctx.now).await {
        Ok(ticket) => {
            toast.say(ctx.localizer(&bot).toast("rating-thanks", &[]));
            let has_comment = ticket.service.rating.as_ref().is_some_and(|rating| rating.comment.is_some());
            if !has_comment {
                bot.engine.start_prompt(ctx.person.id, Prompt::Comment(ticket.id), ctx.now).await?;
            }
            Ok(vec![completed_message(&bot, &ctx, pressed, &CompletedView::of(&ticket))])
        }
        Err(error) => answer_refusal(&bot, &ctx, &toast, pressed, error),
    }
}

/// Handles the answer to the prompt for a comment. Returns `None` for a message that is no comment: there is no
/// such prompt, it has closed, or the message has no text. The prompt ends with it.
pub(super) async fn on_comment(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
) -> Result<Option<Vec<Outgoing>>, EngineError> {
    let Some(Prompt::Comment(ticket)) = ctx.prompt_for(message) else { return Ok(None) };
    let Some(text) = message.plain_text() else {
        bot.engine.end_prompt(ctx.person.id).await?;
        return Ok(None);
    };
    match bot.engine.comment_on_rating(ctx.person.id, ticket, text, ctx.now).await {
        Ok(ticket) => {
            let continuable = keep_comment(bot, ctx, message, &ticket).await?;
            bot.engine.answer_prompt(ctx.person.id, message.message_id).await?;
            let continuable = continuable.as_ref().map(|ticket| (ticket, message.message_id));
            Ok(Some(vec![ctx.text(render::comment_thanks(&ctx.localizer(bot), continuable))]))
        }
        // The ticket was reopened meanwhile: the words may be about that.
        Err(EngineError::Refused(..) | EngineError::NotFound) => {
            bot.engine.end_prompt(ctx.person.id).await?;
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Keeps a comment that may become a message of its ticket. Returns the ticket if it can be reopened.
async fn keep_comment(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
    ticket: &Ticket,
) -> Result<Option<ContinuableView>, EngineError> {
    let new = new_message(bot, message, ctx).await?;
    let window = bot.engine.store().settings().await?.reopen_window;
    if new.content.is_empty() || !ticket.can_be_reopened(window, ctx.now) {
        return Ok(None);
    }
    bot.engine.keep_comment(&ctx.person, new, ctx.now).await?;
    Ok(Some(ContinuableView::of(ticket)))
}

/// Answers a refused press, and takes the buttons off the message that can no longer succeed.
fn answer_refusal(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
    error: EngineError,
) -> HandlerResult {
    let EngineError::Refused(refusal, ticket) = &error else { return Err(error) };
    // A ticket of another customer is not drawn.
    let (Some(text), false) = (refusal_toast(bot, ctx, &error), *refusal == Refusal::NotYours) else {
        return Err(error);
    };
    toast.say(text);
    let current = CompletedView::of(ticket);
    let view = match refusal {
        Refusal::ReopenTooLate => CompletedView { can_reopen: false, ..current },
        Refusal::RatingClosed => CompletedView { can_rate: false, ..current },
        // The buttons are of an earlier completion.
        _ => CompletedView { can_reopen: false, can_rate: false, stars: None, ..current },
    };
    Ok(vec![completed_message(bot, ctx, pressed, &view)])
}

fn completed_message(
    bot: &BotContext,
    ctx: &RequestContext,
    pressed: PressedMessage,
    view: &CompletedView,
) -> Outgoing {
    ctx.edit(pressed, render::completed_card(&ctx.localizer(bot), view))
}
