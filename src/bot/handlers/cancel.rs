//! Cancellation by a customer: a question first, then a way to undo it.
use super::customer::{current_draft, draft_outcome};
use super::refusals::refusal_toast;
use crate::bot::callback::{ButtonAction, Surface};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render::Rendered;
use crate::bot::toast::Toast;
use crate::domain::card::CardKey;
use crate::domain::draft::Draft;
use crate::domain::ids::{DraftId, TicketId, Version};
use crate::domain::notice::Outgoing;
use crate::domain::ticket::{Refusal, Status};
use crate::engine::error::EngineError;
use crate::engine::ports::StoreError;
use crate::telegram::incoming::IncomingMessage;
use std::sync::Arc;

/// `/cancel`: closes the open prompt, or else drops the messages that wait for the choice of a ticket, or else the
/// draft.
pub async fn cancel_draft(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    message: Arc<IncomingMessage>,
) -> HandlerResult {
    // A keyboard stays after its prompt's time. If the update is handled again, it must not drop the draft as well.
    let is_open = ctx.person.answered_by.is_none_or(|by| by == message.message_id);
    let with_keyboard = ctx.person.prompt.filter(|prompt| is_open && prompt.has_keyboard());
    if let Some(prompt) = ctx.prompt_for(&message).or(with_keyboard) {
        bot.engine.answer_prompt(ctx.person.id, message.message_id).await?;
        return Ok(vec![if prompt.has_keyboard() {
            ctx.without_keyboard(&bot, "dismissed")
        } else {
            ctx.message(&bot, "dismissed", &[])
        }]);
    }
    // Before the draft, which can be restored: after a crash the update drops one thing more at most.
    let dropped = bot.engine.drop_kept(ctx.person.id).await?;
    if dropped > 0 {
        let question = Outgoing::refresh(ctx.chat, CardKey::TicketChoice(ctx.person.id));
        return Ok(vec![ctx.message(&bot, "choice-dropped", &[("count", dropped.into())]), question]);
    }
    let Some(draft) = bot.engine.draft_of(ctx.person.id).await? else {
        return Ok(vec![ctx.message(&bot, "nothing-to-cancel", &[])]);
    };
    // The preview loses its buttons first.
    let (store, dropped) = (bot.engine.store(), ctx.localizer(&bot).message("draft-dropped", &[]));
    if let Some(preview) = store.live_card(CardKey::Draft(ctx.person.id)).await? {
        store.enqueue(vec![ctx.close(preview.message_id, dropped)], ctx.now).await?;
    }
    Ok(vec![ctx.text(drop_and_offer_undo(&bot, &ctx, draft).await?)])
}

/// Asks whether a draft is to be dropped. An empty one is dropped at once: nothing is lost with it.
pub async fn ask_draft(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    id: DraftId,
) -> HandlerResult {
    let Some(draft) = current_draft(&bot, &ctx, &toast, id).await? else {
        return draft_outcome(&bot, &ctx, pressed, id).await;
    };
    if draft.description().is_empty() {
        toast.say(ctx.localizer(&bot).toast("draft-dropped", &[]));
        bot.engine.store().drop_draft(&draft).await?;
        return Ok(vec![ctx.edit(pressed, ctx.localizer(&bot).message("draft-dropped", &[]))]);
    }
    toast.ack();
    let localizer = ctx.localizer(&bot);
    let question = Rendered::new(
        localizer.html("draft-drop-sure", &[]),
        vec![vec![
            localizer.button("button-drop", ButtonAction::DraftDrop(id)),
            localizer.button("back", ButtonAction::DraftKeep(id)),
        ]],
    );
    Ok(vec![ctx.edit(pressed, question)])
}

/// Shows the draft again instead of the question.
pub async fn keep_draft(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    id: DraftId,
) -> HandlerResult {
    if current_draft(&bot, &ctx, &toast, id).await?.is_none() {
        return draft_outcome(&bot, &ctx, pressed, id).await;
    }
    toast.ack();
    Ok(vec![ctx.redraw(pressed, CardKey::Draft(ctx.person.id))])
}

/// Drops the draft.
pub async fn drop_draft(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    id: DraftId,
) -> HandlerResult {
    let Some(draft) = current_draft(&bot, &ctx, &toast, id).await? else {
        return draft_outcome(&bot, &ctx, pressed, id).await;
    };
    toast.say(ctx.localizer(&bot).toast("draft-dropped", &[]));
    Ok(vec![ctx.edit(pressed, drop_and_offer_undo(&bot, &ctx, draft).await?)])
}

/// Marks a draft as cancelled. Returns the answer, with the button that restores it.
pub(super) async fn drop_and_offer_undo(
    bot: &BotContext,
    ctx: &RequestContext,
    draft: Draft,
) -> Result<Rendered, StoreError> {
    let localizer = ctx.localizer(bot);
    let undo = localizer.button("button-undo", ButtonAction::DraftUndo(draft.id));
    bot.engine.store().put_draft(Draft { cancelled_at: Some(ctx.now), ..draft }).await?;
    Ok(Rendered::new(localizer.html("draft-dropped", &[]), vec![vec![undo]]))
}

/// Restores a draft that was cancelled a moment ago, and shows it below.
pub async fn undo_draft(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    id: DraftId,
) -> HandlerResult {
    let stored = bot.engine.store().draft(ctx.person.id).await?.filter(|draft| draft.id == id);
    // A second press finds it restored.
    let is_current = stored.as_ref().is_some_and(Draft::is_current);
    let Some(draft) = stored.and_then(|draft| if is_current { Some(draft) } else { draft.undone(ctx.now) })
    else {
        toast.say(ctx.localizer(&bot).toast("undo-too-late", &[]));
        return Ok(vec![ctx.edit(pressed, ctx.localizer(&bot).message("draft-dropped", &[]))]);
    };
    toast.say(ctx.localizer(&bot).toast("draft-restored", &[]));
    bot.engine.store().put_draft(draft).await?;
    let key = CardKey::Draft(ctx.person.id);
    let restored = ctx.edit(pressed, ctx.localizer(&bot).message("draft-restored", &[]));
    Ok(std::iter::once(restored).chain(ctx.moved_card(key)).collect())
}

/// Asks whether a ticket is to be cancelled.
pub async fn ask_ticket(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (id, version, surface): (TicketId, Version, Surface),
) -> HandlerResult {
    let ticket = bot.engine.store().ticket(id).await?.ok_or(EngineError::NotFound)?;
    let status = ticket.status();
    let refusal = if ticket.customer != ctx.person.id {
        Some(EngineError::Refused(Refusal::NotYours, Box::new(ticket.clone())))
    } else if ticket.version != version {
        Some(EngineError::Stale(Box::new(ticket.clone())))
    } else if !matches!(status, Status::Queued | Status::Assigned) {
        Some(EngineError::Refused(Refusal::State(status), Box::new(ticket.clone())))
    } else {
        None
    };
    if let Some(error) = refusal {
        return answer_refusal(
            &bot,
            &ctx,
            &toast,
            error,
            ctx.redraw(pressed, surface.card(id, ctx.person.id)),
        );
    }
    toast.ack();
    let localizer = ctx.localizer(&bot);
    let question = Rendered::new(
        localizer.html("cancel-sure", &[("number", (&ticket.number).into())]),
        vec![vec![
            localizer.button("button-cancel-yes", ButtonAction::CancelConfirmed(id, version, surface)),
            localizer.button("back", ButtonAction::KeepTicket(id, surface)),
        ]],
    );
    Ok(vec![ctx.edit(pressed, question)])
}

/// Shows the card again instead of the question.
pub fn keep_ticket(
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
    (ticket, surface): (TicketId, Surface),
) -> HandlerResult {
    toast.ack();
    Ok(vec![ctx.redraw(pressed, surface.card(ticket, ctx.person.id))])
}

/// Cancels the customer's ticket.
pub async fn cancel_ticket(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (ticket, version, surface): (TicketId, Version, Surface),
) -> HandlerResult {
    let redrawn = ctx.redraw(pressed, surface.card(ticket, ctx.person.id));
    match bot.engine.cancel(ctx.person.id, ticket, Some(version), ctx.now).await {
        Ok(_) => {
            toast.say(ctx.localizer(&bot).toast("cancelled", &[]));
            Ok(match surface {
                Surface::Status => bot.unless_live(redrawn).await?.into_iter().collect(),
                // The way to undo it is brought below the list.
                _ => std::iter::once(redrawn).chain(ctx.moved_card(CardKey::Status(ticket))).collect(),
            })
        }
        Err(error) => answer_refusal(&bot, &ctx, &toast, error, redrawn),
    }
}

/// Undoes the cancellation of the customer's ticket.
pub async fn undo_ticket(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    ticket: TicketId,
) -> HandlerResult {
    match bot.engine.undo_cancel(ctx.person.id, ticket, ctx.now).await {
        Ok(_) => {}
        // A second press finds it restored.
        Err(EngineError::Refused(Refusal::State(status), _)) if !status.is_end() => {}
        Err(EngineError::Refused(Refusal::UndoTooLate, ticket)) => {
            let localizer = ctx.localizer(&bot);
            toast.say(localizer.toast("undo-too-late", &[]));
            let number = [("number", (&ticket.number).into())];
            return Ok(vec![ctx.edit(pressed, localizer.message("track-cancelled", &number))]);
        }
        Err(error) => return Err(error),
    }
    toast.say(ctx.localizer(&bot).toast("cancel-undone", &[]));
    Ok(bot.unless_live(ctx.redraw(pressed, CardKey::Status(ticket))).await?.into_iter().collect())
}

/// Answers a refused cancellation, and redraws the card.
fn answer_refusal(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    error: EngineError,
    redrawn: Outgoing,
) -> HandlerResult {
    // A ticket of another customer is not drawn.
    if matches!(error, EngineError::Refused(Refusal::NotYours, _)) {
        return Err(error);
    }
    match refusal_toast(bot, ctx, &error) {
        Some(text) => {
            toast.say(text);
            Ok(vec![redrawn])
        }
        None => Err(error),
    }
}
