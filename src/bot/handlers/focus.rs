//! The ticket to whose customer an agent writes, and the pinned card that shows it.
use crate::bot::context::{BotContext, HandlerResult, RequestContext};
use crate::bot::render;
use crate::bot::toast::Toast;
use crate::domain::card::CardKey;
use crate::domain::ids::TicketId;
use crate::domain::notice::{Message, Outgoing};
use crate::domain::ticket::Refusal;
use crate::engine::error::EngineError;
use crate::engine::ports::StoreError;
use std::sync::Arc;

/// Handles ✍️: from now on the agent writes to this ticket's customer.
pub async fn choose(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    ticket: TicketId,
) -> HandlerResult {
    let ticket = bot.engine.store().ticket(ticket).await?.ok_or(EngineError::NotFound)?;
    if ticket.holder() != Some(ctx.person.id) {
        return Err(EngineError::Refused(Refusal::NotYours, Box::new(ticket)));
    }
    set(&bot, &ctx, ticket.id).await?;
    let held = bot.engine.store().held_by(ctx.person.id).await?;
    let choices = bot.views.customer_choices(held).await?;
    match choices.iter().find(|choice| choice.ticket == ticket.id) {
        Some(choice) => toast.say(render::focus_toast(&ctx.localizer(&bot), choice)),
        None => toast.ack(),
    }
    Ok(shown(&bot, &ctx, 1).await?)
}

/// Sets the ticket to which the agent writes. Returns the deliveries that bring the card up to date, which an
/// agent with several tickets has.
pub(super) async fn set(
    bot: &BotContext,
    ctx: &RequestContext,
    ticket: TicketId,
) -> Result<Vec<Outgoing>, StoreError> {
    let (store, agent) = (bot.engine.store(), ctx.person.id);
    if store.focus(agent).await? != Some(ticket) {
        store.set_focus(agent, Some(ticket)).await?;
    }
    shown(bot, ctx, 2).await
}

/// Returns the deliveries that bring the agent's focus card up to date. If there is none, it is sent and pinned
/// for an agent who holds at least this number of tickets.
async fn shown(bot: &BotContext, ctx: &RequestContext, tickets: usize) -> Result<Vec<Outgoing>, StoreError> {
    let (store, key) = (bot.engine.store(), CardKey::Focus(ctx.person.id));
    let messages = if store.live_card(key).await?.is_some() {
        vec![Message::Refresh(key)]
    } else if store.held_by(ctx.person.id).await?.len() >= tickets {
        vec![Message::Show(key), Message::Pin(key)]
    } else {
        Vec::new()
    };
    let chat = ctx.person.chat();
    Ok(messages.into_iter().map(|message| Outgoing { chat, message }).collect())
}
