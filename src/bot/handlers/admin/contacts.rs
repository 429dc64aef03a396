//! Handlers of the choice from contacts: an admin shares whom they mean, so that nobody types an id.
use super::admins::admin_question;
use super::choices::new_agent_text;
use super::pickers::contact_request::{CONTACT_REQUESTS, ContactRequest};
use crate::bot::callback::PickerPurpose;
use crate::bot::context::{BotContext, HandlerResult, RequestContext};
use crate::bot::render::Rendered;
use crate::bot::toast::Toast;
use crate::domain::notice::rendered::Keyboard;
use crate::engine::error::EngineError;
use crate::telegram::incoming::{IncomingMessage, SharedUser};
use std::sync::Arc;

/// Starts the prompt for a contact and shows the keyboard with which the admin chooses one.
pub async fn ask(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    purpose: PickerPurpose,
) -> HandlerResult {
    toast.ack();
    let Some(request) = CONTACT_REQUESTS.into_iter().find(|offered| offered.purpose == purpose) else {
        return Ok(Vec::new());
    };
    bot.engine.start_prompt(ctx.person.id, request.prompt, ctx.now).await?;
    let localizer = ctx.localizer(&bot);
    let label = localizer.plain("contact-choose", &[]);
    let keyboard = Keyboard::ChoosePerson { label, request: request.number };
    Ok(vec![ctx.text(Rendered::with_keyboard(localizer.html("contact-how", &[]), keyboard))])
}

/// Handles the chosen contact: the next question of the command is about them. Without a prompt for it, the contact
/// changes nothing.
pub async fn chosen(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    message: Arc<IncomingMessage>,
    shared: SharedUser,
) -> HandlerResult {
    let request = CONTACT_REQUESTS.into_iter().find(|request| request.number == shared.request);
    let Some(ContactRequest { purpose, prompt, .. }) = request else { return Ok(Vec::new()) };
    if !ctx.person.is_admin() {
        return Err(EngineError::Forbidden);
    }
    if ctx.prompt_for(&message) != Some(prompt) {
        return Ok(vec![ctx.without_keyboard(&bot, "contact-late")]);
    }
    bot.engine.answer_prompt(ctx.person.id, message.message_id).await?;
    let localizer = ctx.localizer(&bot);
    let name = shared.name.unwrap_or_else(|| shared.id.to_string());
    let with_name = |key: &str| {
        let html = localizer.html(key, &[("name", name.as_str().into())]);
        ctx.text(Rendered::with_keyboard(html, Keyboard::Remove))
    };
    let Some(person) = bot.engine.store().person_by_telegram(shared.id).await? else {
        return Ok(vec![with_name("addagent-unknown")]);
    };
    let text = match purpose {
        PickerPurpose::AddAdmin => admin_question(&bot, &ctx, person.id, true).await?,
        _ => new_agent_text(&bot, &ctx, person.id).await?,
    };
    Ok(vec![with_name("contact-chosen"), ctx.text(text)])
}
