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
pub async fn start(desk: Arc<BotContext>, ask: RequestContext, payload: String) -> HandlerResult {
    let code = payload.strip_prefix("claim_").or_else(|| payload.strip_prefix("join_"));
    if let Some(code) = code {
        let person = desk.engine.redeem(&ask.person, code, ask.now).await?;
        let standing = |person: &Person| (person.role, person.agent.is_some());
        // Who is something new is told so by the engine's own notice; who is not sees how they stand.
        return match (standing(&person) == standing(&ask.person), person.agent.is_some()) {
            (false, _) => Ok(Vec::new()),
            (true, true) => agent::status_answer(&desk, &RequestContext { person, ..ask }).await,
            (true, false) => Ok(vec![greeting(&desk, &ask)]),
        };
    }
    Ok(vec![greeting(&desk, &ask)])
}

fn greeting(desk: &BotContext, ask: &RequestContext) -> Outgoing {
    let key = if Audience::Staff.admits(&ask.person) { "start-staff" } else { "start-customer" };
    ask.say(desk, key, &[("name", (&ask.person.name).into())])
}

/// `/help`.
pub async fn help(desk: Arc<BotContext>, ask: RequestContext) -> HandlerResult {
    Ok(vec![ask.text(menu::help(&ask.words(&desk), ask.person.role, ask.person.agent.is_some()))])
}

/// `/language [id|en]`: without a language that the desk has, each is offered in its own name.
pub async fn language(desk: Arc<BotContext>, ask: RequestContext, arg: String) -> HandlerResult {
    let words = ask.words(&desk);
    let name = |locale| match locale {
        Locale::Id => words.plain("language-id", &[]),
        Locale::En => words.plain("language-en", &[]),
    };
    let wanted = arg.trim().to_lowercase();
    let named = |locale: &Locale| wanted.len() > 2 && name(*locale).to_lowercase().contains(&wanted);
    if let Some(locale) = Locale::from_tag(&wanted).or_else(|| Locale::ALL.into_iter().find(named)) {
        desk.engine.set_locale(ask.person.id, locale).await?;
        return Ok(vec![ask.text(Words { locale, ..words }.message("language-set", &[]))]);
    }
    let buttons = Locale::ALL.map(|locale| labelled(&name(locale), ButtonAction::Language(locale))).to_vec();
    Ok(vec![ask.text(Rendered { html: words.say("language-ask", &[]), buttons: vec![buttons] })])
}

/// A language was chosen.
pub async fn set_language(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    locale: Locale,
) -> HandlerResult {
    let words = Words { locale, ..ask.words(&desk) };
    toast.say(words.toast("language-set", &[]));
    desk.engine.set_locale(ask.person.id, locale).await?;
    Ok(vec![ask.edit(place, words.message("language-set", &[]))])
}

/// A command is no answer to a question: the question is dropped, lest a later message be taken for its answer.
pub async fn drop_question(desk: Arc<BotContext>, ask: RequestContext, command: Command) -> Command {
    if ask.person.open_prompt().is_some()
        && command != Command::Cancel
        && let Err(error) = desk.engine.set_prompt(ask.person.id, None).await
    {
        tracing::warn!(%error, "a question stays open");
    }
    command
}

/// A message that is no command: the answer to a question, or (part of) a ticket.
pub async fn message(desk: Arc<BotContext>, ask: RequestContext, message: Message) -> HandlerResult {
    let prompt = ask.person.prompt_for(message.id.0).filter(|_| ask.person.is_admin());
    if let Some(prompt) = prompt {
        // A photo is no name either, and its question stays open.
        return name_prompts::answered(&desk, &ask, prompt, message.id, message.text().unwrap_or_default())
            .await;
    }
    customer::on_message(&desk, &ask, &message).await
}

/// A command that nobody has.
pub async fn unknown_command(desk: Arc<BotContext>, ask: RequestContext, name: String) -> HandlerResult {
    Ok(vec![ask.say(&desk, "unknown-command", &[("name", name.into())])])
}

/// A command of somebody else's role.
pub async fn not_your_command(desk: Arc<BotContext>, ask: RequestContext, command: Command) -> HandlerResult {
    let key = match command.audience() {
        Audience::Admins => "for-admins",
        _ => "for-agents",
    };
    Ok(vec![ask.say(&desk, key, &[])])
}

/// The pressed message; `None` when Telegram does not say which, or it stands in another chat than the person's own: what
/// follows from a press is drawn there, and ids of messages mean nothing elsewhere.
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the tree hands its values over")]
pub fn pressed_message(query: CallbackQuery, ask: RequestContext) -> Option<PressedMessage> {
    query
        .message
        .filter(|message| message.chat().id.0 == ask.chat.0)
        .map(|message| PressedMessage(message.id().0))
}

/// What was pressed.
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the tree hands its values over")]
pub fn pressed(query: CallbackQuery) -> Option<ButtonAction> {
    ButtonAction::decode(query.data.as_deref()?)
}

/// The pressed message without its buttons: they stand for what is no longer so. Only where it is the person's own, and shows
/// the button: another one is somebody else's, or up to date already.
#[must_use]
pub fn without_buttons(query: &CallbackQuery, ask: &RequestContext) -> Option<Outgoing> {
    let message = query.regular_message().filter(|message| message.chat.id.0 == ask.chat.0)?;
    let shown = message.reply_markup()?.inline_keyboard.iter().flatten();
    let pressed = |kind: &InlineKeyboardButtonKind| match kind {
        InlineKeyboardButtonKind::CallbackData(data) => Some(data) == query.data.as_ref(),
        _ => false,
    };
    let html = shown.map(|button| &button.kind).any(pressed).then(|| message.html_text())??;
    Some(ask.edit(PressedMessage(message.id.0), Rendered { html, buttons: Vec::new() }))
}

/// A press that this desk does not draw (any more).
pub async fn unknown_press(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    query: CallbackQuery,
) -> HandlerResult {
    toast.say(ask.words(&desk).toast("unknown-press", &[]));
    Ok(without_buttons(&query, &ask).into_iter().collect())
}

/// A button of a role that is not the person's (any more).
pub async fn not_your_press() -> HandlerResult {
    Err(EngineError::Forbidden)
}

/// A list turns its page, or is drawn anew.
pub async fn turn_page(
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    (list, page): (PagedList, u16),
) -> HandlerResult {
    let id = ask.person.id;
    let (card, audience) = match list {
        PagedList::MyQueue => (CardKey::MyQueue(id, page), Audience::Agents),
        PagedList::MyTickets => (CardKey::MyTickets(id, page), Audience::Everyone),
        PagedList::Queue => (CardKey::Queue(id, page), Audience::Staff),
        PagedList::Workload => (CardKey::Workload(id, page), Audience::Admins),
    };
    if !audience.admits(&ask.person) {
        return Err(EngineError::Forbidden);
    }
    toast.ack();
    Ok(vec![ask.redraw(place, card)])
}

/// "Never mind": the question goes away.
pub async fn dismiss(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
) -> HandlerResult {
    toast.ack();
    Ok(vec![ask.edit(place, ask.words(&desk).message("dismissed", &[]))])
}

/// A label was pressed.
pub async fn nothing(toast: Toast) -> HandlerResult {
    toast.ack();
    Ok(Vec::new())
}
