//! `/r`: an agent sends a canned reply, which takes the way of a message of their own.
use super::choice::ask;
use super::last_word;
use super::routing::{Route, route_to_customer};
use super::writing::{new_message, placeholders, refused, to_customer, write_to_customer};
use crate::bot::callback::{ButtonAction, CannedAction};
use crate::bot::commands::{Command, ParsedCommand};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render::{MAX_REPLY_UNITS, Rendered, labelled};
use crate::bot::toast::Toast;
use crate::domain::content::MessageSource;
use crate::domain::department::canned_reply::{CannedReply, MAX_CAPTION_UNITS, MAX_FILLED_UNITS};
use crate::domain::ids::DepartmentId;
use crate::domain::notice::Outgoing;
use crate::domain::person::Prompt;
use crate::domain::text::formatted::{EntityKind, FormattedText, byte_at, units};
use crate::domain::ticket::Ticket;
use crate::domain::ticket::conversation::{Direction, MessageContent};
use crate::engine::canned_replies::{matching, nearest};
use crate::engine::conversation::NewMessage;
use crate::engine::error::EngineError;
use crate::engine::ports::StoreError;
use crate::telegram::incoming::{IncomingMessage, Press};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The most replies that are offered at once.
const MAX_OFFERED: usize = 30;
/// The most units of an agent's own words behind a reply.
const MAX_REST_UNITS: usize = MAX_REPLY_UNITS;

/// Where a canned reply goes: to a ticket, with the question whether the agent named it, or to one that the
/// agent is asked for.
type Target = Option<(Box<Ticket>, bool)>;

/// `/r word [rest]`: sends the reply with the agent's own words below. Several replies that the word may mean
/// are offered; without a word, all are. As the caption of a file it sends the file with the reply as its caption.
pub async fn reply(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    message: Arc<IncomingMessage>,
    arg: String,
) -> HandlerResult {
    let last_word = last_word::asked(&bot, &ctx, &message).await?;
    let route = match last_word.clone() {
        Some(ticket) => Some(Route::ToCustomer { ticket: Box::new(ticket), is_implied: false }),
        None => route_to_customer(&bot, &ctx, &message).await?,
    };
    let target: Target = match route {
        Some(Route::ToCustomer { ticket, is_implied }) => Some((ticket, is_implied)),
        Some(Route::Ask(_)) => None,
        Some(Route::Refused(ticket)) => return Ok(vec![refused(&bot, &ctx, &ticket)]),
        Some(Route::ToAgent(_)) | None => return Ok(vec![ctx.message(&bot, "canned-no-ticket", &[])]),
    };
    let ticket = target.as_ref().map(|(ticket, _)| ticket.as_ref());
    let (word, rest) = word_and_rest(&message.text, &arg);
    if units(&rest.text) > MAX_REST_UNITS {
        return Ok(vec![ctx.message(&bot, "canned-too-long", &[])]);
    }
    let replies = replies_for(&bot, &ctx, ticket).await?;
    if replies.is_empty() {
        return Ok(vec![ctx.message(&bot, "canned-none-yet", &[])]);
    }
    let mut new = new_message(&bot, &message, &ctx).await?;
    let found = if word.is_empty() { replies.iter().collect() } else { matching(&replies, word) };
    if let ([only], false) = (found.as_slice(), word.is_empty()) {
        let Some(text) = with_rest(only, &rest, &new.content) else {
            return Ok(vec![ctx.message(&bot, too_long(&new.content), &[])]);
        };
        // More parts of an album may follow.
        let is_last = last_word.is_some() && new.content.album.is_none();
        new.content = said(text, new.content);
        return match target {
            Some((ticket, _)) if is_last => last_word::say(&bot, &ctx, &ticket, new).await,
            Some((ticket, is_implied)) => to_customer(&bot, &ctx, &ticket, new, is_implied).await,
            None => {
                bot.engine.keep_message(&ctx.person, Direction::ToCustomer, new, ctx.now).await?;
                Ok(ask(&ctx))
            }
        };
    }
    if has_own_file(&new.content) {
        return Ok(vec![which_for_file(&bot, &ctx, word, &replies, found)]);
    }
    let offered = Offer { word, rest: &rest, replies: &replies, found };
    Ok(vec![ctx.text(offer(&bot, &ctx, &message, ticket, offered).await?)])
}

/// Returns the answer to an agent whose file was not sent, because it is unclear which reply is its caption. It has
/// no buttons: a press does not bring the file again.
fn which_for_file<'a>(
    bot: &BotContext,
    ctx: &RequestContext,
    word: &str,
    replies: &'a [CannedReply],
    mut offered: Vec<&'a CannedReply>,
) -> Outgoing {
    if offered.is_empty() {
        offered = nearest(replies, word);
    }
    if offered.is_empty() {
        offered = replies.iter().collect();
    }
    let words: BTreeSet<&str> = offered.iter().map(|reply| reply.word.as_str()).take(MAX_OFFERED).collect();
    let words = words.into_iter().collect::<Vec<_>>().join(", ");
    ctx.message(bot, "canned-file-unclear", &[("words", words.into())])
}

/// What an agent is asked: which of these replies they mean.
struct Offer<'a> {
    word: &'a str,
    rest: &'a FormattedText,
    replies: &'a [CannedReply],
    /// The replies that the word may mean.
    found: Vec<&'a CannedReply>,
}

/// Returns the question with a button for each reply. For an unknown word, the nearest ones are offered.
async fn offer(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
    ticket: Option<&Ticket>,
    Offer { word, rest, replies, found }: Offer<'_>,
) -> Result<Rendered, StoreError> {
    let localizer = ctx.localizer(bot);
    let (head, offered) = if found.is_empty() {
        let near = nearest(replies, word);
        let key = if near.is_empty() { "canned-unknown" } else { "canned-nearest" };
        (localizer.html(key, &[("word", word.into())]), near)
    } else {
        let name = match ticket {
            Some(ticket) => bot.engine.name_of(ticket.customer).await?,
            None => None,
        };
        let head = match name {
            Some(name) => localizer.html("canned-choose-for", &[("name", name.into())]),
            None => localizer.html("canned-choose", &[]),
        };
        (head, found)
    };
    let action = |reply: &CannedReply| CannedAction {
        reply: reply.id,
        ticket: ticket.map(|ticket| ticket.id),
        message: message.message_id,
        reply_to: message.reply.as_ref().map(|reply| reply.message_id),
    };
    let labels = labels(bot, &offered).await?;
    let button =
        |(reply, label): (&&CannedReply, &String)| vec![labelled(label, ButtonAction::Canned(action(reply)))];
    let buttons = offered.iter().zip(&labels).take(MAX_OFFERED).map(button).collect();
    let more = offered.len().saturating_sub(MAX_OFFERED);
    let more = (more > 0).then(|| localizer.html("canned-more", &[("count", more.into())]));
    let quoted = Some(localizer.quote(rest, MAX_REST_UNITS)).filter(|quoted| !quoted.is_empty());
    let html = [Some(head), more, quoted].into_iter().flatten().collect::<Vec<_>>().join("\n");
    Ok(Rendered::new(html, buttons))
}

/// Handles the chosen reply. The message of the agent is its source, so a second press sends nothing.
pub async fn chosen(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    press: Arc<Press>,
    action: CannedAction,
) -> HandlerResult {
    let localizer = ctx.localizer(&bot);
    let Ok(reply) = bot.engine.canned_reply_by_id(action.reply).await else {
        toast.say(localizer.toast("reply-gone", &[]));
        return Ok(Vec::new());
    };
    toast.ack();
    let rest = press.message.as_ref().map(|message| quoted(&message.text)).unwrap_or_default();
    let content = MessageContent { reply_to: action.reply_to, ..MessageContent::default() };
    let Some(text) = with_rest(&reply, &rest, &content) else {
        return Ok(vec![ctx.edit(pressed, localizer.message("canned-too-long", &[]))]);
    };
    let content = said(text, content);
    let source = Some(MessageSource { chat: ctx.chat, message_id: action.message });
    let new = NewMessage { source, key: None, thread: ctx.thread, content };
    let done = ctx.edit(pressed, localizer.message("canned-chosen", &[("word", (&reply.word).into())]));
    let Some(ticket) = action.ticket else {
        bot.engine.keep_message(&ctx.person, Direction::ToCustomer, new, ctx.now).await?;
        return Ok(std::iter::once(done).chain(ask(&ctx)).collect());
    };
    let ticket = bot.engine.store().ticket(ticket).await?.ok_or(EngineError::NotFound)?;
    if ctx.person.prompt_for(action.message, ctx.now) == Some(Prompt::LastWord(ticket.id)) {
        let said = last_word::say(&bot, &ctx, &ticket, new).await?;
        return Ok(std::iter::once(done).chain(said).collect());
    }
    match write_to_customer(&bot, &ctx, &ticket, new).await {
        Ok(_) => Ok(vec![done]),
        Err(EngineError::Refused(_, ticket)) => Ok(vec![refused(&bot, &ctx, &ticket)]),
        Err(error) => Err(error),
    }
}

/// Handles the edit of an agent's message to a customer that is `/r` now, or that the bot wrote for them.
/// Returns `None` for any other. If the new word means no reply, or several, nothing changes.
pub(super) async fn on_edit(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
) -> Result<Option<Vec<Outgoing>>, EngineError> {
    let new = new_message(bot, message, ctx).await?;
    let arg = match ParsedCommand::from_message(message, &bot.bot_username, &ctx.person) {
        Some(ParsedCommand::Known(Command::Reply(arg))) => Some(arg),
        _ if new.content.is_template => None,
        _ => return Ok(None),
    };
    let store = bot.engine.store();
    let source = MessageSource { chat: message.chat.id, message_id: message.message_id };
    let stored = store.message_at(source).await?.filter(|stored| {
        stored.source == Some(source)
            && stored.author == ctx.person.id
            && stored.direction == Direction::ToCustomer
    });
    let Some(stored) = stored else { return Ok(None) };
    let ticket = match stored.ticket {
        Some(ticket) => store.ticket(ticket).await?,
        None => None,
    };
    let text = match &arg {
        Some(arg) => {
            let (word, rest) = word_and_rest(&message.text, arg);
            let replies = replies_for(bot, ctx, ticket.as_ref()).await?;
            match matching(&replies, word).as_slice() {
                [only] if !word.is_empty() => with_rest(only, &rest, &new.content),
                _ if word.is_empty() => return Ok(Some(vec![ctx.message(bot, "canned-edit-no-word", &[])])),
                _ => {
                    return Ok(Some(vec![ctx.message(bot, "canned-edit-unclear", &[("word", word.into())])]));
                }
            }
        }
        None => Some(new.content.text.clone()),
    };
    let Some(text) = text else { return Ok(Some(vec![ctx.message(bot, too_long(&new.content), &[])])) };
    let mut content = said(text, new.content);
    if let Some(ticket) = &ticket {
        content = content.filled(&placeholders(bot, ctx, ticket).await?);
    }
    bot.engine.edit_message(source, content, ctx.now).await?;
    Ok(Some(Vec::new()))
}

/// Returns the word of a command's argument, and the words of the agent behind it.
fn word_and_rest<'a>(text: &FormattedText, arg: &'a str) -> (&'a str, FormattedText) {
    let arg = arg.trim();
    let (word, rest) = arg.split_once(char::is_whitespace).unwrap_or((arg, ""));
    (word, text.ending(rest.trim_start()))
}

/// Returns the template of a message with this content: the reply, and the agent's own words below. `None` if it is
/// too long.
fn with_rest(reply: &CannedReply, rest: &FormattedText, content: &MessageContent) -> Option<FormattedText> {
    let mut text = reply.text.clone();
    text.push_line(rest);
    let max = if has_own_file(content) { MAX_CAPTION_UNITS } else { MAX_FILLED_UNITS };
    (units(&text.text) <= max).then_some(text)
}

/// Returns true if the author sent a file, and not a text that replies to the file of another chat.
fn has_own_file(content: &MessageContent) -> bool {
    content.kind.is_some() && !content.has_foreign_file
}

/// Returns the key of the answer to an agent whose template is too long for this content.
fn too_long(content: &MessageContent) -> &'static str {
    if has_own_file(content) { "canned-caption-too-long" } else { "canned-too-long" }
}

/// Returns the content of a message that says this template. A file of an album is sent by itself, because the copy of
/// an album has the captions of its author.
fn said(text: FormattedText, content: MessageContent) -> MessageContent {
    let replaces_caption = has_own_file(&content);
    MessageContent { text, is_template: true, replaces_caption, album: None, raw: None, ..content }
}

/// Returns what the question quotes: the agent's own words.
fn quoted(question: &FormattedText) -> FormattedText {
    let is_quote =
        |kind: &EntityKind| matches!(kind, EntityKind::Blockquote | EntityKind::ExpandableBlockquote);
    let Some(quote) = question.entities.iter().find(|entity| is_quote(&entity.kind)) else {
        return FormattedText::default();
    };
    let (from, to) = (byte_at(&question.text, quote.offset), byte_at(&question.text, quote.end()));
    let mut rest = question.slice(from, to);
    rest.entities.retain(|entity| !is_quote(&entity.kind));
    rest
}

/// Returns the replies that an agent sends to this ticket, or to any that they may be asked for.
pub(in crate::bot) async fn replies_for(
    bot: &BotContext,
    ctx: &RequestContext,
    ticket: Option<&Ticket>,
) -> Result<Vec<CannedReply>, StoreError> {
    let departments: BTreeSet<DepartmentId> = if let Some(ticket) = ticket {
        BTreeSet::from([ticket.department])
    } else {
        let held = bot.engine.store().held_by(ctx.person.id).await?;
        let own = ctx.person.agent.iter().flat_map(|profile| profile.departments.iter().copied());
        own.chain(held.iter().map(|ticket| ticket.department)).collect()
    };
    bot.engine.canned_replies_of(&departments).await
}

/// Returns the label of each reply: its word, with its department if another reply has the same word.
async fn labels(bot: &BotContext, replies: &[&CannedReply]) -> Result<Vec<String>, StoreError> {
    let departments = bot.engine.store().departments().await?;
    let label = |reply: &&CannedReply| {
        let word = reply.word.to_lowercase();
        let same = replies.iter().filter(|other| other.word.to_lowercase() == word).count();
        let department = departments.iter().find(|department| Some(department.id) == reply.department);
        match department.filter(|_| same > 1) {
            Some(department) => format!("{} · {}", reply.word, department.name),
            None => reply.word.clone(),
        }
    };
    Ok(replies.iter().map(label).collect())
}
