//! Handlers of the choice from contacts: an admin shares whom they mean, so that nobody types an id.
use super::admins::admin_question;
use super::choices::new_agent_text;
use super::pickers::contact_request::CONTACT_REQUESTS;
use crate::bot::callback::PickerPurpose;
use crate::bot::context::{BotContext, HandlerResult, RequestContext};
use crate::bot::render::Rendered;
use crate::bot::toast::Toast;
use crate::domain::notice::rendered::Keyboard;
use crate::engine::error::EngineError;
use crate::telegram::incoming::SharedUser;
use std::sync::Arc;

/// Shows the keyboard with which the admin chooses a contact.
pub fn ask(bot: &BotContext, ctx: &RequestContext, toast: &Toast, purpose: PickerPurpose) -> HandlerResult {
    toast.ack();
    let Some((_, request)) = CONTACT_REQUESTS.into_iter().find(|(offered, _)| *offered == purpose) else {
        return Ok(Vec::new());
    };
    let localizer = ctx.localizer(bot);
    let keyboard = Keyboard::ChoosePerson { label: localizer.plain("contact-choose", &[]), request };
    Ok(vec![ctx.text(Rendered::with_keyboard(localizer.html("contact-how", &[]), keyboard))])
}

/// Handles the chosen contact: the next question of the command is about them.
pub async fn chosen(bot: Arc<BotContext>, ctx: RequestContext, shared: SharedUser) -> HandlerResult {
    let Some((purpose, _)) = CONTACT_REQUESTS.into_iter().find(|(_, request)| *request == shared.request)
    else {
        return Ok(Vec::new());
    };
    if !ctx.person.is_admin() {
        return Err(EngineError::Forbidden);
    }
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
