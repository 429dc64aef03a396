//! Messages of a conversation: a customer's words go to their open ticket, an agent's words to the ticket that
//! they reply to or have in focus.
use super::customer::{open_draft, save_draft};
use super::draft_messages::recent_ticket;
use super::focus;
use super::refusals::refusal_toast;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::toast::Toast;
use crate::domain::card::CardKey;
use crate::domain::content::{Attachment, MessageSource};
use crate::domain::draft::DraftPart;
use crate::domain::ids::TicketId;
use crate::domain::notice::{Message, Outgoing};
use crate::domain::number::TicketNumber;
use crate::domain::person::Person;
use crate::domain::ticket::conversation::{ConversationMessage, Direction, MessageContent};
use crate::domain::ticket::{Refusal, Ticket, TicketState};
use crate::engine::conversation::NewMessage;
use crate::engine::error::EngineError;
use crate::engine::ports::StoreError;
use crate::engine::tickets::open::MAX_OPEN_TICKETS;
use crate::telegram::incoming::IncomingMessage;
use crate::telegram::incoming::message::MessageKind;
use std::sync::Arc;

/// The beginning of a message that is an internal note.
const NOTE_PREFIX: &str = "//";

/// Where a message goes.
enum Route {
    /// To the agent of the author's own ticket.
    ToAgent(Box<Ticket>),
    /// To the customer of a ticket that the author holds. `is_implied` if the author did not reply.
    ToCustomer { ticket: Box<Ticket>, is_implied: bool },
    /// It is kept until the author has chosen the ticket.
    Ask(Direction),
    /// Nowhere: the ticket that the author replied to is not theirs any more.
    Refused(Box<Ticket>),
}

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
    let new = new_message(message, ctx);
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

/// Handles an edited message of a conversation. Returns false if it belongs to none.
pub async fn on_edit(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
) -> Result<bool, EngineError> {
    let source = MessageSource { chat: message.chat.id, message_id: message.message_id };
    let content = new_message(message, ctx).content;
    Ok(bot.engine.edit_message(source, content, ctx.now).await?.is_some())
}

/// Sends the kept messages of the author to the chosen ticket.
pub async fn choose_ticket(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    ticket: TicketId,
) -> HandlerResult {
    let routed = match bot.engine.route_messages(&ctx.person, ticket).await {
        Ok(routed) => routed,
        Err(error) => {
            let Some(text) = refusal_toast(&bot, &ctx, &error) else { return Err(error) };
            toast.say(text);
            return Ok(vec![ctx.redraw(pressed, CardKey::TicketChoice(ctx.person.id))]);
        }
    };
    toast.ack();
    if routed == 0 {
        return Ok(vec![ctx.redraw(pressed, CardKey::TicketChoice(ctx.person.id))]);
    }
    let ticket = bot.engine.store().ticket(ticket).await?.ok_or(EngineError::NotFound)?;
    let text = ctx.localizer(&bot).message("choice-done", &[("number", (&ticket.number).into())]);
    let mut answers = vec![ctx.edit(pressed, text)];
    if ticket.holder() == Some(ctx.person.id) {
        answers.extend(focus::set(&bot, &ctx, ticket.id).await?);
    }
    Ok(answers)
}

/// Returns the new question for which ticket the kept messages are, below the last message.
fn ask(ctx: &RequestContext) -> Vec<Outgoing> {
    let key = CardKey::TicketChoice(ctx.person.id);
    vec![Outgoing { chat: ctx.chat, message: Message::Retire(key) }, ctx.card(key)]
}

/// Returns where a message goes; `None` if no conversation takes it.
async fn route(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
) -> Result<Option<Route>, EngineError> {
    let store = bot.engine.store();
    if let Some(ticket) = topic_ticket(bot, ctx, message).await? {
        return Ok(route_to(&ctx.person, ticket));
    }
    if let Some(ticket) = replied_ticket(bot, message).await? {
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
    if ctx.person.agent.is_some() {
        let mut held = store.held_by(ctx.person.id).await?;
        if held.len() > 1 {
            let focus = store.focus(ctx.person.id).await?;
            held.retain(|ticket| Some(ticket.id) == focus);
            if held.is_empty() {
                return Ok(Some(Route::Ask(Direction::ToCustomer)));
            }
        }
        if let Some(ticket) = held.pop() {
            return Ok(Some(Route::ToCustomer { ticket: Box::new(ticket), is_implied: true }));
        }
    }
    let mut open = open_tickets(bot, &ctx.person).await?;
    Ok(match open.len() {
        0 => None,
        1 => open.pop().map(|ticket| Route::ToAgent(Box::new(ticket))),
        _ => Some(Route::Ask(Direction::ToAgent)),
    })
}

async fn open_tickets(bot: &BotContext, customer: &Person) -> Result<Vec<Ticket>, StoreError> {
    let mut tickets = bot.engine.store().tickets_of(customer.id, MAX_OPEN_TICKETS).await?;
    tickets.retain(|ticket| !ticket.status().is_end());
    Ok(tickets)
}

/// Returns where a message goes that replies to something of this ticket.
fn route_to(author: &Person, ticket: Ticket) -> Option<Route> {
    let ticket = Box::new(ticket);
    if ticket.holder() == Some(author.id) {
        return Some(Route::ToCustomer { ticket, is_implied: false });
    }
    if ticket.customer == author.id {
        // A reply to an ended ticket begins a new one, which names it.
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

async fn to_agent(
    bot: &BotContext,
    ctx: &RequestContext,
    ticket: &Ticket,
    new: NewMessage,
) -> Result<Option<Vec<Outgoing>>, EngineError> {
    let is_first = bot.engine.store().conversation(ticket.id, None, 1).await?.is_empty();
    match bot.engine.write_to_agent(&ctx.person, ticket.id, new, ctx.now).await {
        Ok(_) if is_first && ticket.state == TicketState::Queued => {
            Ok(Some(vec![ctx.message(bot, "message-waits", &[("number", (&ticket.number).into())])]))
        }
        Ok(_) => Ok(Some(Vec::new())),
        // It ended in this moment, so the message begins a new one.
        Err(EngineError::Refused(Refusal::State(_), _)) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn to_customer(
    bot: &BotContext,
    ctx: &RequestContext,
    ticket: &Ticket,
    new: NewMessage,
    is_implied: bool,
) -> HandlerResult {
    match bot.engine.write_to_customer(&ctx.person, ticket.id, new, ctx.now).await {
        Ok(_) if is_implied => announce(bot, ctx, ticket).await,
        Ok(_) => Ok(Vec::new()),
        Err(EngineError::Refused(_, ticket)) => Ok(vec![refused(bot, ctx, &ticket)]),
        Err(error) => Err(error),
    }
}

/// Tells the agent to whom they write, when that has changed.
async fn announce(bot: &BotContext, ctx: &RequestContext, ticket: &Ticket) -> HandlerResult {
    let store = bot.engine.store();
    let is_known = store.focus(ctx.person.id).await? == Some(ticket.id);
    let shown = focus::set(bot, ctx, ticket.id).await?;
    if is_known {
        return Ok(shown);
    }
    let name = bot.engine.name_of(ticket.customer).await?.unwrap_or_default();
    let args = [("name", name.into()), ("number", (&ticket.number).into())];
    Ok(std::iter::once(ctx.message(bot, "message-to", &args)).chain(shown).collect())
}

/// Returns the answer to an agent whose message was not sent, since the ticket is not theirs any more.
fn refused(bot: &BotContext, ctx: &RequestContext, ticket: &Ticket) -> Outgoing {
    match &ticket.state {
        TicketState::Completed { agent, .. } if *agent == ctx.person.id => {
            ctx.message(bot, "message-ended", &[("number", (&ticket.number).into())])
        }
        // Without the number: a foreign ticket is not disclosed.
        _ => ctx.message(bot, "message-not-yours", &[]),
    }
}

fn is_note(message: &IncomingMessage) -> bool {
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
    let mut new = new_message(message, ctx);
    new.content.text = message.text.tail(NOTE_PREFIX.len());
    if new.content.is_empty() {
        return Ok(vec![ctx.message(bot, "empty", &[])]);
    }
    bot.engine.add_note(&ctx.person, ticket.id, new, ctx.now).await?;
    Ok(vec![ctx.message(bot, "message-noted", &[("number", (&ticket.number).into())])])
}

/// Returns what a message says.
pub(super) fn new_message(message: &IncomingMessage, ctx: &RequestContext) -> NewMessage {
    let content = match &message.kind {
        MessageKind::Content(content) => content.as_ref(),
        MessageKind::Service(_) => None,
    };
    NewMessage {
        source: Some(MessageSource { chat: message.chat.id, message_id: message.message_id }),
        key: None,
        thread: ctx.thread,
        content: MessageContent {
            text: message.text.clone(),
            kind: content.map(|content| content.kind.clone()),
            file_id: content.map(|content| content.file_id.clone()).unwrap_or_default(),
            words: message.words.clone(),
            album: message.album.clone(),
            forwarded_from: message.forward_origin.as_ref().map(|origin| origin.name.clone()),
            reply_to: message.reply.as_ref().map(|reply| reply.message_id),
            quote: message.quote.as_ref().map(|quote| quote.text.clone()),
            raw: message.raw.clone(),
            reply_to_message: None,
        },
    }
}

/// Makes the kept messages of a customer the draft of a new ticket.
pub async fn choose_new_ticket(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
) -> HandlerResult {
    toast.ack();
    let kept = bot.engine.store().unrouted_messages(ctx.person.id).await?;
    if kept.is_empty() {
        return Ok(vec![ctx.redraw(pressed, CardKey::TicketChoice(ctx.person.id))]);
    }
    let mut draft = open_draft(&bot, &ctx).await?;
    for message in &kept {
        draft = draft.with(draft_part(message)).0;
    }
    let text = ctx.localizer(&bot).message("choice-draft", &[]);
    let shown = save_draft(&bot, &ctx, draft).await?;
    // After the draft: a press that is handled again after a crash adds the same messages to it.
    bot.engine.release_kept(&kept).await?;
    Ok(std::iter::once(ctx.edit(pressed, text)).chain(shown).collect())
}

/// Returns a kept message as a part of a draft.
fn draft_part(message: &ConversationMessage) -> DraftPart {
    let content = &message.content;
    let mut text = content.text.clone();
    text.push_line(&content.words.as_str().into());
    let attachment = |kind| Attachment {
        kind,
        file_id: content.file_id.clone(),
        source: message.source,
        album: content.album.clone(),
    };
    let kind = content.kind.clone().filter(|_| content.can_be_relayed());
    DraftPart {
        message_id: message.source.map_or(0, |source| source.message_id),
        album: content.album.clone(),
        text,
        attachments: kind.map(attachment).into_iter().collect(),
    }
}
