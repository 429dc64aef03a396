//! Handlers of `/replies`: canned replies are listed, added, changed and deleted by buttons or by arguments.
use super::departments::lookup::{ALL_DEPARTMENTS, active_departments, by_name, is_gone};
use super::departments::picker::department_question;
use crate::bot::callback::{ButtonAction, DepartmentPickerPurpose};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::paging::page_of;
use crate::bot::render::{MAX_REPLY_UNITS, Rendered, labelled};
use crate::bot::toast::Toast;
use crate::domain::department::Department;
use crate::domain::department::canned_reply::{CannedReply, MAX_WORD_CHARS};
use crate::domain::ids::{DepartmentId, ReplyId};
use crate::domain::person::Prompt;
use crate::domain::text::formatted::FormattedText;
use crate::engine::error::EngineError;
use crate::telegram::incoming::IncomingMessage;
use std::sync::Arc;
use uuid::Uuid;

/// Replies on a page of the list.
const REPLIES_PER_PAGE: u16 = 20;
/// The words, in the languages of the desk, that delete a reply: `/replies remove <word>`.
const REMOVE: [&str; 2] = ["remove", "hapus"];

/// `/replies`: the list. With arguments: `<word>` shows a reply, `[department - ]<word> <text>` writes one,
/// `remove <word>` asks whether to delete it.
pub async fn replies(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    message: Arc<IncomingMessage>,
    arg: String,
) -> HandlerResult {
    let arg = arg.trim();
    if arg.is_empty() {
        return Ok(vec![ctx.text(list(&bot, &ctx, 0).await?)]);
    }
    let departments = bot.engine.store().departments().await?;
    let (department, rest) = split_department(&departments, arg);
    let (word, text) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let is_removal = REMOVE.iter().any(|remove| word.eq_ignore_ascii_case(remove));
    let text = text.trim();
    if text.is_empty() || is_removal {
        let word = if is_removal && !text.is_empty() { text } else { word };
        let Some(reply) = find(&bot, department, word).await? else {
            return Ok(vec![ctx.message(&bot, "no-such-reply", &[("word", word.into())])]);
        };
        let is_question = is_removal && !text.is_empty();
        return Ok(vec![ctx.text(if is_question {
            removal_question(&bot, &ctx, &reply)
        } else {
            card(&bot, &ctx, &reply, &departments)
        })]);
    }
    let (id, text) = (id_of(&ctx, message.message_id), message.text.ending(text));
    let reply = CannedReply { id, department, word: word.to_owned(), text };
    let reply = bot.engine.set_canned_reply(&ctx.person, reply).await?;
    Ok(vec![ctx.text(card(&bot, &ctx, &reply, &departments))])
}

/// Returns the department whose name precedes ` - `, if there is one, and the rest.
fn split_department<'a>(departments: &[Department], arg: &'a str) -> (Option<DepartmentId>, &'a str) {
    let named = arg.split_once(" - ").and_then(|(name, rest)| Some((by_name(departments, name)?.id, rest)));
    named.map_or((None, arg), |(id, rest)| (Some(id), rest.trim()))
}

/// Returns the reply with this word: of the department, or else the first of any.
async fn find(
    bot: &BotContext,
    department: Option<DepartmentId>,
    word: &str,
) -> Result<Option<CannedReply>, EngineError> {
    let word = word.trim().to_lowercase();
    let mut all = bot.engine.store().canned_replies().await?;
    all.retain(|reply| reply.word.to_lowercase() == word);
    all.retain(|reply| department.is_none() || reply.department == department);
    Ok(all.into_iter().next())
}

/// Returns the id for the reply that this message adds: it is the same if the update is handled again.
fn id_of(ctx: &RequestContext, message: i32) -> ReplyId {
    ReplyId(Uuid::from_u128(ctx.person.id.0.as_u128() ^ u128::from(message.cast_unsigned())))
}

/// Handles a press that shows a page of the list.
pub async fn show_page(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    page: u16,
) -> HandlerResult {
    toast.ack();
    Ok(vec![ctx.edit(pressed, list(&bot, &ctx, page).await?)])
}

async fn list(bot: &BotContext, ctx: &RequestContext, page: u16) -> Result<Rendered, EngineError> {
    let (localizer, all) = (ctx.localizer(bot), bot.engine.store().canned_replies().await?);
    let departments = bot.engine.store().departments().await?;
    let (page, pages, shown) = page_of(&all, page, REPLIES_PER_PAGE);
    let label = |reply: &CannedReply| match department_name(&departments, reply) {
        Some(name) => format!("{} · {name}", reply.word),
        None => reply.word.clone(),
    };
    let mut buttons: Vec<_> =
        shown.iter().map(|reply| vec![labelled(&label(reply), ButtonAction::Reply(reply.id))]).collect();
    buttons
        .extend(Some(localizer.page_row(page, pages, ButtonAction::Replies)).filter(|row| !row.is_empty()));
    buttons.push(vec![localizer.button("reply-new", ButtonAction::NewReply)]);
    let key = if all.is_empty() { "replies-none" } else { "replies-head" };
    Ok(Rendered::new(localizer.html(key, &[]), buttons))
}

fn department_name<'a>(departments: &'a [Department], reply: &CannedReply) -> Option<&'a str> {
    departments.iter().find(|d| Some(d.id) == reply.department).map(|d| d.name.as_str())
}

/// Handles a press that shows a reply.
pub async fn show(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    id: ReplyId,
) -> HandlerResult {
    let text = match bot.engine.canned_reply_by_id(id).await {
        Ok(reply) => {
            toast.ack();
            card(&bot, &ctx, &reply, &bot.engine.store().departments().await?)
        }
        Err(EngineError::NotFound) => {
            toast.say(ctx.localizer(&bot).toast("reply-gone", &[]));
            list(&bot, &ctx, 0).await?
        }
        Err(error) => return Err(error),
    };
    Ok(vec![ctx.edit(pressed, text)])
}

fn card(bot: &BotContext, ctx: &RequestContext, reply: &CannedReply, departments: &[Department]) -> Rendered {
    let localizer = ctx.localizer(bot);
    let mut head = localizer.html("reply-head", &[("word", (&reply.word).into())]);
    if let Some(name) = department_name(departments, reply) {
        head = format!("{head}\n{}", localizer.html("reply-department", &[("department", name.into())]));
    }
    let quote = localizer.quote(&reply.text, MAX_REPLY_UNITS);
    let edit = localizer.button("reply-edit", ButtonAction::EditReply(reply.id));
    let remove = localizer.button("reply-remove", ButtonAction::RemoveReply(reply.id));
    let department = ButtonAction::Departments(DepartmentPickerPurpose::Reply(reply.id), 0);
    let department = localizer.button("reply-choose-department", department);
    let back = localizer.button("back", ButtonAction::Replies(0));
    let mut buttons = vec![vec![edit, remove]];
    buttons.extend((departments.len() > 1).then(|| vec![department]));
    buttons.push(vec![back]);
    Rendered::new(format!("{head}\n\n{quote}"), buttons)
}

/// Opens the prompt for a new reply.
pub async fn new_reply(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
) -> HandlerResult {
    toast.ack();
    bot.engine.start_prompt(ctx.person.id, Prompt::NewReply, ctx.now).await?;
    Ok(vec![ctx.edit(pressed, ctx.localizer(&bot).message("reply-ask", &[]))])
}

/// Opens the prompt for a reply's new text.
pub async fn edit(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    id: ReplyId,
) -> HandlerResult {
    let reply = bot.engine.canned_reply_by_id(id).await?;
    toast.ack();
    bot.engine.start_prompt(ctx.person.id, Prompt::ReplyText(id), ctx.now).await?;
    let word = [("word", (&reply.word).into())];
    Ok(vec![ctx.edit(pressed, ctx.localizer(&bot).message("reply-ask-text", &word))])
}

/// Handles the answer to a prompt: the word and the text of a new reply, or a new text. The prompt stays open
/// if it is invalid.
pub(in crate::bot::handlers) async fn on_answer(
    bot: &BotContext,
    ctx: &RequestContext,
    prompt: Prompt,
    message: &IncomingMessage,
) -> HandlerResult {
    let whole = if message.plain_text().is_some() { message.text.clone() } else { FormattedText::default() };
    let reply = if let Prompt::ReplyText(id) = prompt {
        bot.engine.set_canned_reply_text(&ctx.person, id, &whole).await?
    } else {
        let trimmed = whole.text.trim_start();
        let start = whole.text.len() - trimmed.len();
        let word = trimmed.split(char::is_whitespace).next().unwrap_or_default().to_owned();
        let (id, text) = (id_of(ctx, message.message_id), whole.tail(start + word.len()));
        // Otherwise the next message, with the text alone, would lose its first word to the reply's name unnoticed.
        if (1..=MAX_WORD_CHARS).contains(&word.chars().count()) && text.cleaned().text.is_empty() {
            return Ok(vec![ctx.message(bot, "reply-lacks-text", &[("word", word.into())])]);
        }
        let reply = CannedReply { id, department: None, word, text };
        bot.engine.set_canned_reply(&ctx.person, reply).await?
    };
    bot.engine.answer_prompt(ctx.person.id, message.message_id).await?;
    let departments = bot.engine.store().departments().await?;
    Ok(vec![ctx.text(card(bot, ctx, &reply, &departments))])
}

/// Returns the question for the department of a reply.
pub(super) async fn department_question_for(
    bot: &BotContext,
    ctx: &RequestContext,
    id: ReplyId,
    (open, page): (&[Department], u16),
) -> Result<Rendered, EngineError> {
    let (localizer, reply) = (ctx.localizer(bot), bot.engine.canned_reply_by_id(id).await?);
    let html = localizer.html("reply-which-department", &[("word", (&reply.word).into())]);
    let action = |department| ButtonAction::ReplyDepartment(id, department);
    Ok(department_question(&localizer, html, open, (DepartmentPickerPurpose::Reply(id), page), action))
}

/// Handles the chosen department of a reply.
pub async fn set_department(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (id, department): (ReplyId, DepartmentId),
) -> HandlerResult {
    let open = active_departments(&bot).await?;
    if is_gone(&open, department) {
        toast.say(ctx.localizer(&bot).toast("department-gone", &[]));
        return Ok(vec![ctx.edit(pressed, department_question_for(&bot, &ctx, id, (&open, 0)).await?)]);
    }
    let department = Some(department).filter(|id| *id != ALL_DEPARTMENTS);
    let reply = bot.engine.set_canned_reply_department(&ctx.person, id, department).await?;
    toast.ack();
    Ok(vec![ctx.edit(pressed, card(&bot, &ctx, &reply, &open))])
}

/// Asks whether a reply is to be deleted.
pub async fn ask_removal(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    id: ReplyId,
) -> HandlerResult {
    let reply = bot.engine.canned_reply_by_id(id).await?;
    toast.ack();
    Ok(vec![ctx.edit(pressed, removal_question(&bot, &ctx, &reply))])
}

fn removal_question(bot: &BotContext, ctx: &RequestContext, reply: &CannedReply) -> Rendered {
    let localizer = ctx.localizer(bot);
    let yes = localizer.button("reply-remove", ButtonAction::RemoveReplyConfirmed(reply.id));
    let back = localizer.button("back", ButtonAction::Reply(reply.id));
    let html = localizer.html("reply-remove-sure", &[("word", (&reply.word).into())]);
    Rendered::new(html, vec![vec![yes, back]])
}

/// Deletes a reply, and shows the list.
pub async fn remove(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    id: ReplyId,
) -> HandlerResult {
    bot.engine.drop_canned_reply(&ctx.person, id).await?;
    toast.say(ctx.localizer(&bot).toast("reply-removed", &[]));
    Ok(vec![ctx.edit(pressed, list(&bot, &ctx, 0).await?)])
}
