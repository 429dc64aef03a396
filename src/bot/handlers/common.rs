//! What everybody has: greeting, help, language, lists, and kind answers to what makes no sense.
use super::admin::name_prompts;
use super::{agent, customer};
use crate::bot::callback::{ButtonAction, PagedList};
use crate::bot::commands::{Audience, Command};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::menu;
use crate::bot::render::{Rendered, Words, labelled};
use crate::bot::toast::Toast;
use crate::domain::card::CardKey;
use crate::domain::notice::Outgoing;
use crate::domain::person::{Locale, Person};
use crate::engine::error::EngineError;
use std::sync::Arc;
use teloxide::types::{CallbackQuery, InlineKeyboardButtonKind, Message};
use teloxide::utils::render::RenderMessageTextHelper;

/// `/start`, with or without a link's payload.
pub async fn start(bot: Arc<BotContext>, ctx: RequestContext, payload: String) -> HandlerResult {
    let code = payload.strip_prefix("claim_").or_else(|| payload.strip_prefix("join_"));
    if let Some(code) = code {
        let person = bot.engine.redeem(&ctx.person, code, ctx.now).await?;
        let roles = |person: &Person| (person.role, person.agent.is_some());
        // Who is something new is told so by the engine's own notice; who is not sees how they stand.
        return match (roles(&person) == roles(&ctx.person), person.agent.is_some()) {
            (false, _) => Ok(Vec::new()),
            (true, true) => agent::status_answer(&bot, &RequestContext { person, ..ctx }).await,
            (true, false) => Ok(vec![greeting(&bot, &ctx)]),
        };
    }
    Ok(vec![greeting(&bot, &ctx)])
}

fn greeting(bot: &BotContext, ctx: &RequestContext) -> Outgoing {
    let key = if Audience::Staff.admits(&ctx.person) { "start-staff" } else { "start-customer" };
    ctx.message(bot, key, &[("name", (&ctx.person.name).into())])
}

/// `/help`.
pub async fn help(bot: Arc<BotContext>, ctx: RequestContext) -> HandlerResult {
    Ok(vec![ctx.text(menu::help(&ctx.localizer(&bot), ctx.person.role, ctx.person.agent.is_some()))])
}

/// `/language [id|en]`: without a language that the desk has, each is offered in its own name.
pub async fn language(bot: Arc<BotContext>, ctx: RequestContext, arg: String) -> HandlerResult {
    let localizer = ctx.localizer(&bot);
    let name = |locale| match locale {
        Locale::Id => localizer.plain("language-id", &[]),
        Locale::En => localizer.plain("language-en", &[]),
    };
    let requested = arg.trim().to_lowercase();
    let named = |locale: &Locale| requested.len() > 2 && name(*locale).to_lowercase().contains(&requested);
    if let Some(locale) = Locale::from_tag(&requested).or_else(|| Locale::ALL.into_iter().find(named)) {
        bot.engine.set_locale(ctx.person.id, locale).await?;
        return Ok(vec![ctx.text(Words { locale, ..localizer }.message("language-set", &[]))]);
    }
    let buttons = Locale::ALL.map(|locale| labelled(&name(locale), ButtonAction::Language(locale))).to_vec();
    Ok(vec![ctx.text(Rendered { html: localizer.html("language-ask", &[]), buttons: vec![buttons] })])
}

/// A language was chosen.
pub async fn set_language(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    locale: Locale,
) -> HandlerResult {
    let localizer = Words { locale, ..ctx.localizer(&bot) };
    toast.say(localizer.toast("language-set", &[]));
    bot.engine.set_locale(ctx.person.id, locale).await?;
    Ok(vec![ctx.edit(pressed, localizer.message("language-set", &[]))])
}

/// A command is no answer to a question: the question is dropped, lest a later message be taken for its answer.
pub async fn close_prompt(bot: Arc<BotContext>, ctx: RequestContext, command: Command) -> Command {
    if ctx.person.open_prompt().is_some()
        && command != Command::Cancel
        && let Err(error) = bot.engine.set_prompt(ctx.person.id, None).await
    {
        tracing::warn!(%error, "a question stays open");
    }
    command
}

/// A message that is no command: the answer to a question, or (part of) a ticket.
pub async fn message(bot: Arc<BotContext>, ctx: RequestContext, message: Message) -> HandlerResult {
    let prompt = ctx.person.prompt_for(message.id.0).filter(|_| ctx.person.is_admin());
    if let Some(prompt) = prompt {
        // A photo is no name either, and its question stays open.
        return name_prompts::on_answer(&bot, &ctx, prompt, message.id, message.text().unwrap_or_default())
            .await;
    }
    customer::on_message(&bot, &ctx, &message).await
}

/// A command that nobody has.
pub async fn unknown_command(bot: Arc<BotContext>, ctx: RequestContext, name: String) -> HandlerResult {
    Ok(vec![ctx.message(&bot, "unknown-command", &[("name", name.into())])])
}

/// A command of somebody else's role.
pub async fn not_your_command(bot: Arc<BotContext>, ctx: RequestContext, command: Command) -> HandlerResult {
    let key = match command.audience() {
        Audience::Admins => "for-admins",
        _ => "for-agents",
    };
    Ok(vec![ctx.message(&bot, key, &[])])
}

/// The pressed message; `None` when Telegram does not say which, or it stands in another chat than the person's own: what
/// follows from a press is drawn there, and ids of messages mean nothing elsewhere.
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the tree hands its values over")]
pub fn pressed_message(query: CallbackQuery, ctx: RequestContext) -> Option<PressedMessage> {
    query
        .message
        .filter(|message| message.chat().id.0 == ctx.chat.0)
        .map(|message| PressedMessage(message.id().0))
}

/// What was pressed.
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the tree hands its values over")]
pub fn decode_action(query: CallbackQuery) -> Option<ButtonAction> {
    ButtonAction::decode(query.data.as_deref()?)
}

/// The pressed message without its buttons: they stand for what is no longer so. Only where it is the person's own, and shows
/// the button: another one is somebody else's, or up to date already.
#[must_use]
pub fn without_buttons(query: &CallbackQuery, ctx: &RequestContext) -> Option<Outgoing> {
    let message = query.regular_message().filter(|message| message.chat.id.0 == ctx.chat.0)?;
    let shown = message.reply_markup()?.inline_keyboard.iter().flatten();
    let decode_action = |kind: &InlineKeyboardButtonKind| match kind {
        InlineKeyboardButtonKind::CallbackData(data) => Some(data) == query.data.as_ref(),
        _ => false,
    };
    let html = shown.map(|button| &button.kind).any(decode_action).then(|| message.html_text())??;
    Some(ctx.edit(PressedMessage(message.id.0), Rendered { html, buttons: Vec::new() }))
}

/// A press that this desk does not draw (any more).
pub async fn unknown_button(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    query: CallbackQuery,
) -> HandlerResult {
    toast.say(ctx.localizer(&bot).toast("unknown-press", &[]));
    Ok(without_buttons(&query, &ctx).into_iter().collect())
}

/// A button of a role that is not the person's (any more).
pub async fn not_your_button() -> HandlerResult {
    Err(EngineError::Forbidden)
}

/// A list turns its page, or is drawn anew.
pub async fn show_page(
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (list, page): (PagedList, u16),
) -> HandlerResult {
    let id = ctx.person.id;
    let (card, audience) = match list {
        PagedList::MyQueue => (CardKey::MyQueue(id, page), Audience::Agents),
        PagedList::MyTickets => (CardKey::MyTickets(id, page), Audience::Everyone),
        PagedList::Queue => (CardKey::Queue(id, page), Audience::Staff),
        PagedList::Workload => (CardKey::Workload(id, page), Audience::Admins),
    };
    if !audience.admits(&ctx.person) {
        return Err(EngineError::Forbidden);
    }
    toast.ack();
    Ok(vec![ctx.redraw(pressed, card)])
}

/// "Never mind": the question goes away.
pub async fn dismiss(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
) -> HandlerResult {
    toast.ack();
    Ok(vec![ctx.edit(pressed, ctx.localizer(&bot).message("dismissed", &[]))])
}

/// A label was pressed.
pub async fn no_op(toast: Toast) -> HandlerResult {
    toast.ack();
    Ok(Vec::new())
}
