//! Writing to a conversation: a message is stored with its delivery, and its author reads what became of it.
use crate::bot::context::{BotContext, HandlerResult, RequestContext};
use crate::bot::handlers::focus;
use crate::domain::content::{Attachment, MessageSource};
use crate::domain::department::canned_reply::Placeholders;
use crate::domain::notice::Outgoing;
use crate::domain::ticket::conversation::{ConversationMessage, MessageContent};
use crate::domain::ticket::{Refusal, Ticket, TicketState};
use crate::engine::conversation::NewMessage;
use crate::engine::error::EngineError;
use crate::engine::ports::StoreError;
use crate::telegram::incoming::IncomingMessage;
use crate::telegram::incoming::origin::ForwardOrigin;

/// Returns what a message says.
pub(in crate::bot::handlers) async fn new_message(
    bot: &BotContext,
    message: &IncomingMessage,
    ctx: &RequestContext,
) -> Result<NewMessage, StoreError> {
    let own = message.content();
    let elsewhere = message.external_reply.as_ref();
    // Telegram does not let the bot copy the message of another chat, but its file has an id.
    let foreign = elsewhere.and_then(|reply| reply.content.as_ref()).filter(|content| {
        own.is_none()
            && !message.is_service()
            && Attachment::file(content.kind.clone(), &content.file_id).has_file()
    });
    let content = own.or(foreign);
    Ok(NewMessage {
        source: Some(MessageSource { chat: message.chat.id, message_id: message.message_id }),
        key: None,
        thread: ctx.thread,
        content: MessageContent {
            text: message.text.clone(),
            kind: content.map(|content| content.kind.clone()),
            file_id: content.map(|content| content.file_id.clone()).unwrap_or_default(),
            words: message.words.clone(),
            album: message.album.clone(),
            forwarded_from: match &message.forward_origin {
                Some(origin) => Some(origin_name(bot, ctx, origin).await?),
                None => None,
            },
            reply_elsewhere: elsewhere
                .map(|reply| reply.origin.as_ref().map(|origin| origin.name.clone()).unwrap_or_default()),
            has_foreign_file: foreign.is_some(),
            reply_to: message.reply.as_ref().map(|reply| reply.message_id),
            quote: message.quote.as_ref().map(|quote| quote.text.clone()),
            raw: message.raw.clone(),
            reply_to_message: None,
            // The bot wrote a canned reply for the agent, and does not know to which ticket.
            is_template: message.via_bot.is_some() && message.via_bot == bot.bot_id,
            replaces_caption: false,
        },
    })
}

/// Returns the name of the origin of a forwarded message. The name of a colleague is left out: customers see of
/// agents what the desk's settings allow.
async fn origin_name(
    bot: &BotContext,
    ctx: &RequestContext,
    origin: &ForwardOrigin,
) -> Result<String, StoreError> {
    let user = origin.user.filter(|_| ctx.person.agent.is_some());
    let Some(user) = user else { return Ok(origin.name.clone()) };
    let person = bot.engine.store().person_by_telegram(user).await?;
    let is_staff = person.is_some_and(|person| person.agent.is_some() || person.is_admin());
    Ok(if is_staff { String::new() } else { origin.name.clone() })
}

/// Writes to the ticket's agent. Returns `None` if the ticket has ended.
pub(super) async fn to_agent(
    bot: &BotContext,
    ctx: &RequestContext,
    ticket: &Ticket,
    new: NewMessage,
) -> Result<Option<Vec<Outgoing>>, EngineError> {
    let is_first = bot.engine.store().conversation(ticket.id, None, 1).await?.is_empty();
    let new = NewMessage { content: MessageContent { is_template: false, ..new.content }, ..new };
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

/// Writes to the ticket's customer. Without a reply, the agent reads to whom they write when that has changed.
pub(super) async fn to_customer(
    bot: &BotContext,
    ctx: &RequestContext,
    ticket: &Ticket,
    new: NewMessage,
    is_implied: bool,
) -> HandlerResult {
    match write_to_customer(bot, ctx, ticket, new).await {
        Ok(_) if is_implied => announce(bot, ctx, ticket).await,
        Ok(_) => Ok(Vec::new()),
        Err(EngineError::Refused(_, ticket)) => Ok(vec![refused(bot, ctx, &ticket)]),
        Err(error) => Err(error),
    }
}

/// Writes to the ticket's customer; the placeholders of a template are filled in.
pub(super) async fn write_to_customer(
    bot: &BotContext,
    ctx: &RequestContext,
    ticket: &Ticket,
    new: NewMessage,
) -> Result<ConversationMessage, EngineError> {
    let content = if new.content.is_template {
        new.content.filled(&placeholders(bot, ctx, ticket).await?)
    } else {
        new.content
    };
    bot.engine.write_to_customer(&ctx.person, ticket.id, NewMessage { content, ..new }, ctx.now).await
}

/// Returns the values of the placeholders in a message of the agent to the ticket's customer, in the customer's
/// language.
pub(super) async fn placeholders(
    bot: &BotContext,
    ctx: &RequestContext,
    ticket: &Ticket,
) -> Result<Placeholders, StoreError> {
    bot.views.placeholders(ctx.localizer(bot), ticket, ctx.person.id).await
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
pub(super) fn refused(bot: &BotContext, ctx: &RequestContext, ticket: &Ticket) -> Outgoing {
    match &ticket.state {
        TicketState::Completed { agent, .. } if *agent == ctx.person.id => {
            ctx.message(bot, "message-ended", &[("number", (&ticket.number).into())])
        }
        // Without the number: a foreign ticket is not disclosed.
        _ => ctx.message(bot, "message-not-yours", &[]),
    }
}
