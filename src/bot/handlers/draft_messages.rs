//! Messages of a customer: added to the draft, to the ticket that their album was sent with, or edited.
use super::conversation::writing::new_message;
use super::customer::{save_draft, start_draft};
use super::refusals::refusal_message;
use crate::bot::commands::{Audience, Command, ParsedCommand};
use crate::bot::context::{BotContext, HandlerResult, RequestContext};
use crate::bot::render::Localizer;
use crate::domain::card::CardKey;
use crate::domain::content::{Attachment, MessageSource};
use crate::domain::draft::{Draft, DraftPart};
use crate::domain::ids::TicketId;
use crate::domain::notice::{Message, Outgoing};
use crate::domain::number::TicketNumber;
use crate::domain::text::formatted::{Entity, EntityKind, FormattedText, units};
use crate::domain::text::shorten;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::conversation::MessageContent;
use crate::domain::ticket::description::DescriptionError;
use crate::engine::error::EngineError;
use crate::engine::ports::StoreError;
use crate::engine::tickets::open::MAX_OPEN_TICKETS;
use crate::telegram::incoming::IncomingMessage;
use std::sync::Arc;

/// The longest excerpt of a message that the customer replies to, in characters.
const MAX_REPLY_CHARS: usize = 120;
/// Number of a customer's tickets in which an album or an edited message is looked for, besides any more that are
/// open.
const MAX_RECENT_TICKETS: usize = MAX_OPEN_TICKETS + 5;

/// The content of a message for a draft, and whether a part of it cannot reach an agent.
struct NewPart {
    part: DraftPart,
    is_lossy: bool,
}

/// `/new [text]`, as a message or as the caption of a file. An open draft is continued and shown again, so no
/// text is lost.
pub async fn new(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    message: Arc<IncomingMessage>,
    argument: String,
) -> HandlerResult {
    let draft = start_draft(&bot, &ctx).await?;
    let part = new_part(&bot, &ctx, &message, &draft, &argument_of(&message, &argument)).await?;
    add(&bot, &ctx, draft, part, true).await
}

/// Handles a message that is neither a command nor an answer to a prompt: adds it to the draft, or starts
/// one. A part of an album whose ticket was sent meanwhile joins the ticket. `replied_to` is the ended ticket that
/// the message names.
pub async fn on_message(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
    replied_to: Option<TicketId>,
) -> HandlerResult {
    let stored = bot.engine.draft_of(ctx.person.id).await?;
    let is_in_draft = |album: &str| stored.as_ref().is_some_and(|draft| draft.description().has_album(album));
    if let Some(album) = message.album.as_deref().filter(|album| !is_in_draft(album))
        && let Some(ticket) = recent_ticket(bot, ctx, |ticket| ticket.description.has_album(album)).await?
        && !ticket.status().is_end()
    {
        return join_ticket(bot, ctx, message, &ticket).await;
    }
    if stored.is_none() && Audience::Staff.admits(&ctx.person) {
        return Ok(vec![ctx.message(bot, "staff-hint", &[])]);
    }
    let draft = match stored {
        Some(draft) => draft,
        None => start_draft(bot, ctx).await?,
    };
    let draft = Draft { replied_to: replied_to.or(draft.replied_to), ..draft };
    let part = new_part(bot, ctx, message, &draft, &message.text).await?;
    add(bot, ctx, draft, part, false).await
}

/// Handles an edited message of the draft. Returns `None` if it is part of no draft.
pub async fn on_edit(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
) -> Result<Option<Vec<Outgoing>>, EngineError> {
    let stored = bot.engine.draft_of(ctx.person.id).await?;
    let Some(draft) = stored.filter(|draft| draft.has_message(message.message_id)) else { return Ok(None) };
    let text = text_after_new(bot, ctx, message).unwrap_or_else(|| message.text.clone());
    let NewPart { part, .. } = new_part(bot, ctx, message, &draft, &text).await?;
    let (draft, refused) = draft.with(part);
    bot.engine.store().put_draft(draft).await?;
    let refresh = Message::Refresh(CardKey::Draft(ctx.person.id));
    let refusals = refusals(bot, ctx, &refused, false).into_iter();
    Ok(Some(refusals.chain([Outgoing { chat: ctx.chat, message: refresh }]).collect()))
}

/// Handles an edit of a message that a ticket was sent with. It changes nothing any more, so the customer gets
/// a hint.
pub async fn on_late_edit(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
) -> HandlerResult {
    let text = message.text.readable().cleaned().text;
    let is_source = |ticket: &Ticket| ticket.description.messages.contains(&message.message_id);
    match recent_ticket(bot, ctx, is_source).await? {
        Some(ticket) if !text.is_empty() && !ticket.description.text.contains(&text) => {
            Ok(vec![ctx.message(bot, "edited-too-late", &[("number", (&ticket.number).into())])])
        }
        _ => Ok(Vec::new()),
    }
}

/// Adds a message to the draft, and tells the customer what of it does not fit. `is_shown` shows the draft
/// even if it is empty.
async fn add(
    bot: &BotContext,
    ctx: &RequestContext,
    draft: Draft,
    NewPart { part, is_lossy }: NewPart,
    is_shown: bool,
) -> HandlerResult {
    // The parts of an album arrive one by one; the first part's card is enough.
    let is_later_part = part.album.is_some() && draft.album() == part.album.as_deref();
    let (message_id, before) = (part.message_id, draft.parts.len());
    let (draft, refused) = draft.with(part);
    let is_added = draft.has_message(message_id);
    let mut out = refusals(bot, ctx, &refused, is_added);
    if is_lossy {
        out.push(ctx.message(bot, "unsupported", &[]));
    }
    if !is_added && !is_shown {
        // Text that nobody can see is no reason for silence.
        let is_silent = out.is_empty();
        out.extend(is_silent.then(|| ctx.message(bot, "empty", &[])));
        return Ok(out);
    }
    if is_later_part && draft.parts.len() > before {
        bot.engine.store().put_draft(draft).await?;
        let message = Message::Refresh(CardKey::Draft(ctx.person.id));
        out.push(Outgoing { chat: ctx.chat, message });
        return Ok(out);
    }
    if before == 0
        && let Some(limit) = limit_message(bot, ctx).await?
    {
        out.push(limit);
    }
    out.extend(save_draft(bot, ctx, draft).await?);
    Ok(out)
}

/// Returns the answer to a customer who begins a draft with as many open tickets as they can have. The draft
/// is kept, and can be sent later.
async fn limit_message(bot: &BotContext, ctx: &RequestContext) -> Result<Option<Outgoing>, StoreError> {
    let open = bot.engine.open_tickets_of(ctx.person.id).await?.len();
    let error = EngineError::TooManyOpen(MAX_OPEN_TICKETS);
    Ok(if open < MAX_OPEN_TICKETS { None } else { refusal_message(bot, ctx, &error) })
}

/// Adds a part of an album to its ticket.
async fn join_ticket(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
    ticket: &Ticket,
) -> HandlerResult {
    let (text, attachments) = (message.text.clone(), attachments_of(message));
    let (message_id, album) = (message.message_id, message.album.clone());
    let part = DraftPart { message_id, album, text, content: None, attachments };
    let refused = bot.engine.add_late_part(ticket.id, &part).await?;
    Ok(refusals(bot, ctx, &refused, true))
}

/// Returns the newest of the customer's recent tickets that matches.
pub(super) async fn recent_ticket(
    bot: &BotContext,
    ctx: &RequestContext,
    matches: impl Fn(&Ticket) -> bool,
) -> Result<Option<Ticket>, StoreError> {
    let tickets = bot.engine.store().tickets_of(ctx.person.id, MAX_RECENT_TICKETS).await?;
    Ok(tickets.into_iter().filter(matches).max_by_key(|ticket| ticket.created_at))
}

/// Returns an answer for each thing that did not fit. `is_added` is true if the rest of the message was
/// added.
pub(super) fn refusals(
    bot: &BotContext,
    ctx: &RequestContext,
    refused: &[DescriptionError],
    is_added: bool,
) -> Vec<Outgoing> {
    let answer = |error: &DescriptionError| match error {
        DescriptionError::TooLong(length) if is_added => {
            Some(ctx.message(bot, "too-long-for-rest", &[("length", (*length).into())]))
        }
        error => refusal_message(bot, ctx, &EngineError::Description(error.clone())),
    };
    refused.iter().filter_map(answer).collect()
}

/// Returns the text of a message without its `/new`; `None` if it has none.
pub(super) fn text_after_new(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
) -> Option<FormattedText> {
    match ParsedCommand::from_message(message, &bot.bot_username, &ctx.person) {
        Some(ParsedCommand::Known(Command::New(argument))) => Some(argument_of(message, &argument)),
        _ => None,
    }
}

/// Returns the argument of a command with its entities. It is the end of the text.
fn argument_of(message: &IncomingMessage, argument: &str) -> FormattedText {
    let text = &message.text.text;
    let end = text.trim_end().len();
    let argument = argument.trim_end();
    if text.get(..end).is_some_and(|text| text.ends_with(argument)) {
        message.text.slice(end - argument.len(), end)
    } else {
        argument.into()
    }
}

/// Returns the content of a message for a draft: where it comes from, what it replies to, its text and the
/// words of its content.
async fn new_part(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
    draft: &Draft,
    text: &FormattedText,
) -> Result<NewPart, StoreError> {
    let attachments = attachments_of(message);
    let is_lossy = message.content().is_some_and(|content| !content.kind.can_be_copied());
    let (message_id, album) = (message.message_id, message.album.clone());
    let new = new_message(bot, message, ctx).await?.content;
    let quote = if message.external_reply.is_some() { new.quote.clone() } else { replied_to(message, draft) };
    let quote = quote.filter(|quote| !quote.is_empty());
    // The quote shows what it replies to.
    let content = MessageContent { text: text.clone(), quote, reply_to: None, ..new.without_file() };
    let text = shown_text(&content, !attachments.is_empty(), &ctx.localizer(bot));
    let part = DraftPart { message_id, album, text, content: Some(content), attachments };
    Ok(NewPart { part, is_lossy })
}

/// Returns what the description of a ticket shows of a message besides its files: where it comes from, what it quotes,
/// its text and the words of its content. Nothing of a message that says nothing.
pub(super) fn shown_text(
    content: &MessageContent,
    has_files: bool,
    localizer: &Localizer<'_>,
) -> FormattedText {
    let mut lines = FormattedText::default();
    if content.text.cleaned().is_empty() && content.words.is_empty() && !has_files {
        return lines;
    }
    let forwarded = content.forwarded_from.as_ref().map(|name| {
        let key = if name.is_empty() { "forwarded" } else { "forwarded-from" };
        localizer.plain(key, &[("name", name.as_str().into())])
    });
    let replied_to = [&content.reply_elsewhere, &content.quote].into_iter().flatten();
    let replied_to: Vec<_> = replied_to.map(String::as_str).filter(|part| !part.is_empty()).collect();
    lines.push_line(&forwarded.as_deref().unwrap_or_default().into());
    lines.push_line(&quoted(replied_to.join(": ")));
    lines.push_line(&content.text);
    lines.push_line(&content.words.as_str().into());
    lines
}

/// Returns the attachments of a message: its content, and the file that it replies to in another chat.
fn attachments_of(message: &IncomingMessage) -> Vec<Attachment> {
    let source = Some(MessageSource { chat: message.chat.id, message_id: message.message_id });
    let own = message.content().filter(|content| content.kind.can_be_copied()).map(|content| Attachment {
        kind: content.kind.clone(),
        file_id: content.file_id.clone(),
        source,
        album: message.album.clone(),
    });
    let external = message.external_reply.as_ref().and_then(|reply| reply.content.as_ref());
    let external = external.map(|content| Attachment::file(content.kind.clone(), &content.file_id));
    own.into_iter().chain(external.filter(Attachment::has_file)).collect()
}

/// Returns what a message of this chat replies to, as far as the draft does not show it anyway: what it quotes, the
/// number of a ticket, the beginning of an own message.
fn replied_to(message: &IncomingMessage, draft: &Draft) -> Option<String> {
    if let Some(quote) = &message.quote {
        return Some(quote.text.clone());
    }
    let reply = message.reply.as_ref()?;
    if reply.from_bot {
        return TicketNumber::find_in(&reply.text.text).map(|number| number.to_string());
    }
    let is_shown = draft.has_message(reply.message_id);
    (!is_shown).then(|| shorten(&reply.text.text, MAX_REPLY_CHARS))
}

fn quoted(text: String) -> FormattedText {
    let entities = vec![Entity { offset: 0, length: units(&text), kind: EntityKind::Blockquote }];
    FormattedText { text, entities }
}
