//! Customer handlers: drafts, sending, the own tickets.
use super::refusals::{refusal_message, refusal_toast};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render;
use crate::bot::toast::Toast;
use crate::domain::card::CardKey;
use crate::domain::draft::Draft;
use crate::domain::ids::{CategoryId, DraftId, TicketId};
use crate::domain::ticket::Ticket;
use crate::engine::error::EngineError;
use crate::engine::ports::StoreError;
use crate::engine::tickets::open::SentFrom;
use std::sync::Arc;

/// Shows a page of categories for a draft.
pub async fn categories(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (id, page): (DraftId, u16),
) -> HandlerResult {
    let Some(draft) = current_draft(&bot, &ctx, &toast, id).await? else {
        return draft_outcome(&bot, &ctx, pressed, id).await;
    };
    toast.ack();
    let view = bot.views.draft(&draft, &ctx.person.name, Some(page), ctx.now).await?;
    Ok(vec![ctx.edit(pressed, render::draft(&ctx.localizer(&bot), &view))])
}

/// Handles the chosen category.
pub async fn choose_category(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (id, category): (DraftId, CategoryId),
) -> HandlerResult {
    let Some(draft) = current_draft(&bot, &ctx, &toast, id).await? else {
        return draft_outcome(&bot, &ctx, pressed, id).await;
    };
    let offers = bot.views.offers().await?;
    let Some((department, category, _)) = offers.into_iter().find(|(_, c, _)| *c == category) else {
        toast.say(ctx.localizer(&bot).toast("category-gone", &[]));
        return Ok(vec![ctx.redraw(pressed, CardKey::Draft(ctx.person.id))]);
    };
    toast.ack();
    bot.engine.store().put_draft(Draft { target: Some((department, category)), ..draft }).await?;
    Ok(vec![ctx.redraw(pressed, CardKey::Draft(ctx.person.id))])
}

/// Sends the draft. The engine's notice makes the pressed preview the ticket's card.
pub async fn send(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    id: DraftId,
) -> HandlerResult {
    let Some(draft) = current_draft(&bot, &ctx, &toast, id).await? else {
        return draft_outcome(&bot, &ctx, pressed, id).await;
    };
    if !draft.is_complete() {
        toast.say(ctx.localizer(&bot).toast("draft-incomplete", &[]));
        return Ok(vec![ctx.redraw(pressed, CardKey::Draft(ctx.person.id))]);
    }
    let draft_message = pressed.telegram_id();
    let sent_from = SentFrom { thread: ctx.thread, draft_message };
    match bot.engine.send_draft(&ctx.person, &draft, sent_from, ctx.now).await {
        Ok(_) => toast.say(ctx.localizer(&bot).toast("sent", &[])),
        Err(error) => return answer_unsent(&bot, &ctx, &toast, pressed, (draft, error)).await,
    }
    // A preview that only has an inline id cannot become a live card.
    let moved = || ctx.edit(pressed, ctx.localizer(&bot).message("moved-below", &[]));
    Ok(draft_message.is_none().then(moved).into_iter().collect())
}

/// Answers with the reason why a draft was not sent. The draft stays.
async fn answer_unsent(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
    (draft, error): (Draft, EngineError),
) -> HandlerResult {
    // The category was retired meanwhile: the text stays, and the preview asks for another category.
    if error == EngineError::NotFound {
        bot.engine.store().put_draft(Draft { target: None, ..draft }).await?;
        toast.say(ctx.localizer(bot).toast("category-gone", &[]));
        return Ok(vec![ctx.redraw(pressed, CardKey::Draft(ctx.person.id))]);
    }
    let Some(refusal) = refusal_message(bot, ctx, &error) else { return Err(error) };
    toast.say(refusal_toast(bot, ctx, &error).unwrap_or_default());
    // The reason must stay readable longer than a toast, so it is sent as a message whether the toast was in
    // time or not.
    let _sent_as_message = toast.take_late_text();
    Ok(vec![refusal])
}

/// `/mytickets`.
pub fn my_tickets(ctx: &RequestContext) -> HandlerResult {
    Ok(ctx.moved_card(CardKey::MyTickets(ctx.person.id, 0)).into())
}

/// Returns the person's draft, or a new one. A new draft has its category if there is only one.
pub(super) async fn start_draft(bot: &BotContext, ctx: &RequestContext) -> Result<Draft, EngineError> {
    if let Some(draft) = bot.engine.draft_of(ctx.person.id).await? {
        return Ok(draft);
    }
    let offers = bot.views.offers().await?;
    let target = match offers.as_slice() {
        [(department, category, _)] => Some((*department, *category)),
        _ => None,
    };
    Ok(Draft {
        id: bot.engine.draft_id(ctx.now),
        person: ctx.person.id,
        target,
        parts: Vec::new(),
        created_at: ctx.now,
        replied_to: None,
        cancelled_at: None,
    })
}

/// Saves the draft and sends its card anew, below the last message. The previous card loses its buttons, so
/// that only one has any.
pub(super) async fn save_draft(bot: &BotContext, ctx: &RequestContext, draft: Draft) -> HandlerResult {
    let (store, key) = (bot.engine.store(), CardKey::Draft(ctx.person.id));
    let has_draft = bot.engine.draft_of(ctx.person.id).await?.is_some_and(|before| before.id == draft.id);
    store.put_draft(draft).await?;
    // The previous card is looked up when this is sent: after several quick messages it may not have been
    // delivered yet.
    Ok(if has_draft { ctx.moved_card(key).into() } else { vec![ctx.card(key)] })
}

/// Returns the draft if the button was drawn for it; otherwise answers with what happened to it.
pub(super) async fn current_draft(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    id: DraftId,
) -> Result<Option<Draft>, StoreError> {
    let draft = bot.engine.draft_of(ctx.person.id).await?.filter(|draft| draft.id == id);
    if draft.is_none() {
        let localizer = ctx.localizer(bot);
        toast.say(match continued_ticket(bot, ctx, id).await? {
            Some(ticket) => localizer.toast("continued-before", &[("number", (&ticket.number).into())]),
            None if ticket_of(bot, ctx, id).await?.is_some() => localizer.toast("sent-before", &[]),
            None => localizer.toast("draft-gone", &[]),
        });
    }
    Ok(draft)
}

/// Replaces the preview by what happened to its draft: its ticket, the ticket that has its messages, or the word
/// that it is gone.
pub(super) async fn draft_outcome(
    bot: &BotContext,
    ctx: &RequestContext,
    pressed: PressedMessage,
    id: DraftId,
) -> HandlerResult {
    if let Some(ticket) = ticket_of(bot, ctx, id).await? {
        return Ok(vec![ctx.redraw(pressed, CardKey::Status(ticket))]);
    }
    let localizer = ctx.localizer(bot);
    let text = match continued_ticket(bot, ctx, id).await? {
        Some(ticket) => localizer.message("continue-done", &[("number", (&ticket.number).into())]),
        None => localizer.message("draft-gone", &[]),
    };
    Ok(vec![ctx.edit(pressed, text)])
}

/// Returns the ticket whose conversation has the messages of a draft.
async fn continued_ticket(
    bot: &BotContext,
    ctx: &RequestContext,
    id: DraftId,
) -> Result<Option<Ticket>, StoreError> {
    let ticket = bot.engine.continued_ticket(id).await?;
    Ok(ticket.filter(|ticket| ticket.customer == ctx.person.id))
}

/// Returns the ticket that a draft became.
async fn ticket_of(
    bot: &BotContext,
    ctx: &RequestContext,
    id: DraftId,
) -> Result<Option<TicketId>, StoreError> {
    let ticket = bot.engine.store().ticket_by_key(&format!("draft {id}")).await?;
    // A draft of another person is not disclosed.
    Ok(ticket.filter(|ticket| ticket.customer == ctx.person.id).map(|ticket| ticket.id))
}
