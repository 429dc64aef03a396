//! Routing of messages: the ticket to which a message belongs.
use crate::bot::context::{BotContext, RequestContext};
use crate::bot::handlers::draft_messages::recent_ticket;
use crate::domain::content::MessageSource;
use crate::domain::ids::TicketId;
use crate::domain::number::TicketNumber;
use crate::domain::person::Person;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::conversation::Direction;
use crate::engine::error::EngineError;
use crate::engine::ports::StoreError;
use crate::telegram::incoming::IncomingMessage;

/// Where a message goes.
pub(super) enum Route {
    /// To the agent of the author's own ticket.
    ToAgent(Box<Ticket>),
    /// To the customer of a ticket that the author holds. `is_implied` if the author did not reply.
    ToCustomer { ticket: Box<Ticket>, is_implied: bool },
    /// It is kept until the author has chosen the ticket.
    Ask(Direction),
    /// Nowhere: the ticket that the author replied to is not theirs any more.
    Refused(Box<Ticket>),
}

/// Returns where a message goes; `None` if no conversation takes it.
pub(super) async fn route(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
) -> Result<Option<Route>, EngineError> {
    if let Some(ticket) = addressed_ticket(bot, ctx, message).await? {
        return Ok(route_to(&ctx.person, ticket));
    }
    // A draft is finished or dropped first.
    if bot.engine.draft_of(ctx.person.id).await?.is_some() {
        return Ok(None);
    }
    if let Some(album) = message.album.as_deref()
        && recent_ticket(bot, ctx, |ticket| ticket.description.has_album(album)).await?.is_some()
    {
        return Ok(None);
    }
    if ctx.person.agent.is_some()
        && let Some(route) = held_route(bot, ctx).await?
    {
        return Ok(Some(route));
    }
    let mut open = bot.engine.open_tickets_of(ctx.person.id).await?;
    Ok(match open.len() {
        0 => None,
        1 => open.pop().map(|ticket| Route::ToAgent(Box::new(ticket))),
        _ => Some(Route::Ask(Direction::ToAgent)),
    })
}

/// Returns where a message of an agent goes that is for a customer: a draft of their own does not take it.
pub(super) async fn route_to_customer(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
) -> Result<Option<Route>, StoreError> {
    match addressed_ticket(bot, ctx, message).await? {
        Some(ticket) => Ok(route_to(&ctx.person, ticket)),
        None => held_route(bot, ctx).await,
    }
}

/// Returns where a message goes that names no ticket, by the tickets that its author holds.
async fn held_route(bot: &BotContext, ctx: &RequestContext) -> Result<Option<Route>, StoreError> {
    let store = bot.engine.store();
    let mut held = store.held_by(ctx.person.id).await?;
    if held.len() > 1 {
        let focus = store.focus(ctx.person.id).await?;
        held.retain(|ticket| Some(ticket.id) == focus);
        if held.is_empty() {
            return Ok(Some(Route::Ask(Direction::ToCustomer)));
        }
    }
    Ok(held.pop().map(|ticket| Route::ToCustomer { ticket: Box::new(ticket), is_implied: true }))
}

/// Returns the ticket that a message names: by its topic, or by the message that it replies to.
async fn addressed_ticket(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
) -> Result<Option<Ticket>, StoreError> {
    match topic_ticket(bot, ctx, message).await? {
        Some(ticket) => Ok(Some(ticket)),
        None => replied_ticket(bot, message).await,
    }
}

/// Returns the author's own ticket that has ended and that a message names.
pub async fn replied_ended_ticket(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
) -> Result<Option<TicketId>, StoreError> {
    let ticket = replied_ticket(bot, message).await?;
    let ended = ticket.filter(|ticket| ticket.customer == ctx.person.id && ticket.status().is_end());
    Ok(ended.map(|ticket| ticket.id))
}

/// Returns where a message goes that replies to something of this ticket.
fn route_to(author: &Person, ticket: Ticket) -> Option<Route> {
    let ticket = Box::new(ticket);
    if ticket.holder() == Some(author.id) {
        return Some(Route::ToCustomer { ticket, is_implied: false });
    }
    if ticket.customer == author.id {
        // A reply to an ended ticket begins a draft, which names it and can continue it.
        return (!ticket.status().is_end()).then_some(Route::ToAgent(ticket));
    }
    author.agent.is_some().then_some(Route::Refused(ticket))
}

/// Returns the ticket in whose topic of the author's chat a message was written.
async fn topic_ticket(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
) -> Result<Option<Ticket>, StoreError> {
    let (store, Some(thread)) = (bot.engine.store(), message.thread) else { return Ok(None) };
    match store.topic_at(message.chat.id, thread).await?.filter(|topic| topic.agent == ctx.person.id) {
        Some(topic) => store.ticket(topic.ticket).await,
        None => Ok(None),
    }
}

/// Returns the ticket of the message that a message replies to: by the conversation, or by the number that a
/// message of the bot shows.
async fn replied_ticket(bot: &BotContext, message: &IncomingMessage) -> Result<Option<Ticket>, StoreError> {
    let Some(reply) = &message.reply else { return Ok(None) };
    let store = bot.engine.store();
    let place = MessageSource { chat: message.chat.id, message_id: reply.message_id };
    if let Some(ticket) = store.message_at(place).await?.and_then(|replied| replied.ticket) {
        return store.ticket(ticket).await;
    }
    match TicketNumber::find_in(&reply.text.text).filter(|_| reply.from_bot) {
        Some(number) => store.ticket_by_number(&number).await,
        None => Ok(None),
    }
}
