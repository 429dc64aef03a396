//! Handlers for every role: greeting, help, language, lists, unknown commands and buttons.
use super::admin::{name_prompts, replies};
use super::{agent, conversation, draft_messages, feedback};
use crate::bot::callback::{ButtonAction, PagedList, PromptAction};
use crate::bot::commands::{Audience, Command};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::menu;
use crate::bot::render::{Localizer, Rendered, html_of, labelled};
use crate::bot::toast::Toast;
use crate::domain::card::CardKey;
use crate::domain::notice::Outgoing;
use crate::domain::person::{Locale, Person, Prompt};
use crate::engine::error::EngineError;
use crate::telegram::incoming::{IncomingMessage, Press};
use std::sync::Arc;

/// `/start`, with the payload of a link if there is one.
pub async fn start(bot: Arc<BotContext>, ctx: RequestContext, payload: String) -> HandlerResult {
    let code = payload.strip_prefix("claim_").or_else(|| payload.strip_prefix("join_"));
    if let Some(code) = code {
        let person = bot.engine.redeem(&ctx.person, code, ctx.now).await?;
        let roles = |person: &Person| (person.role, person.agent.is_some());
        // A notice of the engine announces a new role. Without one, an agent gets the status and others the
        // greeting.
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
pub fn help(bot: &BotContext, ctx: &RequestContext) -> HandlerResult {
    Ok(vec![ctx.text(menu::help(&ctx.localizer(bot), ctx.person.role, ctx.person.agent.is_some()))])
}

/// `/language [id|en]`: for any other argument, or none, each language is offered under its own name.
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
        return Ok(vec![ctx.text(Localizer { locale, ..localizer }.message("language-set", &[]))]);
    }
    let buttons = Locale::ALL.map(|locale| labelled(&name(locale), ButtonAction::Language(locale))).to_vec();
    Ok(vec![ctx.text(Rendered::new(localizer.html("language-ask", &[]), vec![buttons]))])
}

/// Handles the chosen language.
pub async fn set_language(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    locale: Locale,
) -> HandlerResult {
    let localizer = Localizer { locale, ..ctx.localizer(&bot) };
    toast.say(localizer.toast("language-set", &[]));
    bot.engine.set_locale(ctx.person.id, locale).await?;
    Ok(vec![ctx.edit(pressed, localizer.message("language-set", &[]))])
}

/// Ends the current prompt, since a command is no answer to it: a later message must not be taken for the
/// answer. `/cancel` ends the prompt itself, and `/r` may be the last word that a prompt asks for.
pub async fn end_prompt(bot: Arc<BotContext>, ctx: RequestContext, command: Command) -> Command {
    if !matches!(command, Command::Cancel | Command::Reply(_)) {
        try_to_end_prompt(&bot, &ctx).await;
    }
    command
}

/// As [`end_prompt`], for a press: whoever goes on elsewhere no longer answers. A label is no such press, a canned
/// reply may be the last word that a prompt asks for, and a completion without one ends the prompt itself. The
/// request of a contact starts a prompt itself.
pub async fn end_prompt_on_press(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    action: ButtonAction,
) -> ButtonAction {
    let goes_on = matches!(
        action,
        ButtonAction::NoOp
            | ButtonAction::Canned(_)
            | ButtonAction::AskContact(_)
            | ButtonAction::Prompt(PromptAction::LastWordNone(..))
    );
    if !goes_on {
        try_to_end_prompt(&bot, &ctx).await;
    }
    action
}

async fn try_to_end_prompt(bot: &BotContext, ctx: &RequestContext) {
    if let Err(error) = bot.end_current_prompt(ctx).await {
        tracing::warn!(%error, "failed to end prompt");
    }
}

/// Handles a message that is no command: the answer to a prompt, or text and files for a draft.
pub async fn message(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    message: Arc<IncomingMessage>,
) -> HandlerResult {
    // A pinned message, a payment or a new topic is no word of the person.
    if message.is_service() {
        return Ok(Vec::new());
    }
    // It comes too late for an answer, or is none: a contact is chosen, not written.
    if ctx.prompt_for(&message).is_none_or(Prompt::has_keyboard) {
        try_to_end_prompt(&bot, &ctx).await;
    }
    if let Some(answer) = agent::away::on_answer(&bot, &ctx, &message).await? {
        return Ok(answer);
    }
    if let Some(answer) = agent::working_hours::on_answer(&bot, &ctx, &message).await? {
        return Ok(answer);
    }
    if let Some(answer) = feedback::on_comment(&bot, &ctx, &message).await? {
        return Ok(answer);
    }
    if !conversation::is_note(&message)
        && let Some(answers) = conversation::last_word::on_answer(&bot, &ctx, &message).await?
    {
        return Ok(answers);
    }
    let prompt = ctx.prompt_for(&message);
    let is_admins = |prompt: &Prompt| {
        !matches!(
            prompt,
            Prompt::Comment(_) | Prompt::LastWord(_) | Prompt::AwayUntil | Prompt::WorkingHours(_)
        ) && !prompt.has_keyboard()
    };
    let prompt = prompt.filter(|prompt| ctx.person.is_admin() && is_admins(prompt));
    if let Some(prompt @ (Prompt::NewReply | Prompt::ReplyText(_))) = prompt {
        return replies::on_answer(&bot, &ctx, prompt, &message).await;
    }
    if let Some(prompt) = prompt {
        // A photo has no text and so is no valid name: the prompt stays open.
        let name = message.plain_text().unwrap_or_default();
        return name_prompts::on_answer(&bot, &ctx, prompt, message.message_id, name).await;
    }
    if let Some(answers) = conversation::on_message(&bot, &ctx, &message).await? {
        return Ok(answers);
    }
    let replied_to = conversation::replied_ended_ticket(&bot, &ctx, &message).await?;
    draft_messages::on_message(&bot, &ctx, &message, replied_to).await
}

/// Handles an edited message: of the draft, of a conversation, or of a ticket that was sent with it.
pub async fn edited_message(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    message: Arc<IncomingMessage>,
) -> HandlerResult {
    if let Some(answers) = draft_messages::on_edit(&bot, &ctx, &message).await? {
        // A continuation that was interrupted has the message in the draft and in the conversation.
        if bot.engine.is_in_conversation(message.chat.id, message.message_id).await? {
            conversation::on_edit(&bot, &ctx, &message).await?;
        }
        return Ok(answers);
    }
    if let Some(answers) = conversation::on_edit(&bot, &ctx, &message).await? {
        return Ok(answers);
    }
    draft_messages::on_late_edit(&bot, &ctx, &message).await
}

/// Answers an unknown command.
pub async fn unknown_command(bot: Arc<BotContext>, ctx: RequestContext, name: String) -> HandlerResult {
    Ok(vec![ctx.message(&bot, "unknown-command", &[("name", name.into())])])
}

/// Answers a command of another role.
pub fn not_your_command(bot: &BotContext, ctx: &RequestContext, command: &Command) -> HandlerResult {
    let key = match command.audience() {
        Audience::Admins => "for-admins",
        _ => "for-agents",
    };
    Ok(vec![ctx.message(bot, key, &[])])
}

/// Returns the pressed message. It is `None` if Telegram does not name it, or if it is not in the person's
/// own chat: the answer is drawn there, and message ids are valid in one chat only.
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the tree hands its values over")]
pub fn pressed_message(press: Arc<Press>, ctx: RequestContext) -> Option<PressedMessage> {
    match &press.message {
        Some(message) => (message.chat.id == ctx.chat).then_some(PressedMessage(message.message_id)),
        // The data says what is wanted, and the engine decides by the sender who may do it.
        None => press.inline_message_id.as_deref().map(PressedMessage::of_inline),
    }
}

/// Returns the action of the pressed button.
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the tree hands its values over")]
pub fn decode_action(press: Arc<Press>) -> Option<ButtonAction> {
    ButtonAction::decode(press.data.as_deref()?)
}

/// Returns an edit that removes the buttons from the pressed message, because they are stale. It is `None`
/// unless the message is in the person's own chat and still shows the pressed button: otherwise it belongs to
/// another person or is already current.
#[must_use]
pub fn without_buttons(press: &Press, ctx: &RequestContext) -> Option<Outgoing> {
    let message = press.message.as_ref().filter(|message| message.chat.id == ctx.chat)?;
    let is_shown = message.buttons.iter().any(|data| Some(data) == press.data.as_ref());
    let html = (is_shown && !message.text.is_empty()).then(|| html_of(&message.text))?;
    Some(ctx.edit(PressedMessage(message.message_id), Rendered::new(html, Vec::new())))
}

/// Answers a button that this version does not draw.
pub async fn unknown_button(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    press: Arc<Press>,
) -> HandlerResult {
    toast.say(ctx.localizer(&bot).toast("unknown-press", &[]));
    Ok(without_buttons(&press, &ctx).into_iter().collect())
}

/// Shows another page of a list, or refreshes it.
pub fn show_page(
    ctx: &RequestContext,
    toast: &Toast,
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

/// Closes a question without an action.
pub fn dismiss(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
) -> HandlerResult {
    toast.ack();
    Ok(vec![ctx.edit(pressed, ctx.localizer(bot).message("dismissed", &[]))])
}

/// Acknowledges the press of a button that is only a label.
pub fn no_op(toast: &Toast) -> HandlerResult {
    toast.ack();
    Ok(Vec::new())
}
