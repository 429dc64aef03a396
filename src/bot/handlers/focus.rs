//! The ticket to whose customer an agent writes, and the pinned card that shows it.
use crate::bot::context::{BotContext, HandlerResult, RequestContext};
use crate::bot::toast::Toast;
use crate::domain::card::CardKey;
use crate::domain::ids::{ChatId, PersonId, TicketId};
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
    let name = bot.engine.name_of(ticket.customer).await?.unwrap_or_default();
    toast.say(ctx.localizer(&bot).toast("toast-focus", &[("name", name.into())]));
    let live = bot.engine.store().live_card(CardKey::Focus(ctx.person.id)).await?;
    Ok(shown(ctx.person.chat(), ctx.person.id, live.is_some()))
}

/// Sets the ticket to which the agent writes. Returns the refresh of the card that shows it.
pub(super) async fn set(
    bot: &BotContext,
    ctx: &RequestContext,
    ticket: TicketId,
) -> Result<Option<Outgoing>, StoreError> {
    let (store, agent) = (bot.engine.store(), ctx.person.id);
    if store.focus(agent).await? == Some(ticket) {
        return Ok(None);
    }
    store.set_focus(agent, Some(ticket)).await?;
    Ok(Some(Outgoing::refresh(ctx.person.chat(), CardKey::Focus(agent))))
}

/// Returns the deliveries that bring an agent's focus card up to date, and send and pin it if there is none.
fn shown(chat: ChatId, agent: PersonId, is_live: bool) -> Vec<Outgoing> {
    let key = CardKey::Focus(agent);
    let messages = match is_live {
        true => vec![Message::Refresh(key)],
        false => vec![Message::Show(key), Message::Pin(key)],
    };
    messages.into_iter().map(|message| Outgoing { chat, message }).collect()
}
