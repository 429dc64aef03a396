//! Admin handlers for admins: granting the role and taking it back.
use super::identity::full_name;
use super::matching::{Matches, find_people, person_by_handle};
use super::pickers::{picker, picker_message};
use crate::bot::callback::{ButtonAction, PickerPurpose};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::handlers::refusals::refusal_text;
use crate::bot::render::{Arg, Rendered, labelled};
use crate::bot::toast::Toast;
use crate::domain::ids::PersonId;
use crate::domain::person::Person;
use crate::engine::error::EngineError;
use std::sync::Arc;

/// `/addadmin [<telegram id|@username>]`.
pub async fn add_admin(bot: Arc<BotContext>, ctx: RequestContext, arg: String) -> HandlerResult {
    if arg.trim().is_empty() {
        return Ok(vec![picker_message(&bot, &ctx, PickerPurpose::AddAdmin).await?]);
    }
    Ok(vec![match person_by_handle(&bot, arg.trim()).await? {
        Some(person) => ctx.text(grant_question(&bot, &ctx, &person)),
        None => ctx.message(&bot, "addagent-unknown", &[("name", arg.trim().into())]),
    }])
}

/// `/removeadmin [admin]`.
pub async fn remove_admin(bot: Arc<BotContext>, ctx: RequestContext, arg: String) -> HandlerResult {
    if arg.trim().is_empty() {
        return Ok(vec![picker_message(&bot, &ctx, PickerPurpose::RemoveAdmin).await?]);
    }
    let admins = bot.engine.store().admins().await?;
    let name = [("name", Arg::from(arg.trim()))];
    Ok(vec![match find_people(admins, |person| person, &arg) {
        Matches::One(person) => ctx.text(removal_question(&bot, &ctx, &person)),
        Matches::None => ctx.message(&bot, "no-such-admin", &name),
        Matches::Several(people) => {
            let localizer = ctx.localizer(&bot);
            let action = |p: &Person| ButtonAction::PickPerson(PickerPurpose::RemoveAdmin, p.id);
            let buttons = people.iter().map(|p| labelled(&full_name(p), action(p))).collect();
            let html = localizer.html("several-admins", &name);
            ctx.text(picker(&localizer, html, PickerPurpose::RemoveAdmin, (0, 1), buttons))
        }
    }])
}

/// Returns the question for the person whom a picker chose.
pub(super) async fn admin_question(
    bot: &BotContext,
    ctx: &RequestContext,
    id: PersonId,
    grants: bool,
) -> Result<Rendered, EngineError> {
    let person = bot.engine.store().person(id).await?.ok_or(EngineError::NotFound)?;
    Ok(if grants { grant_question(bot, ctx, &person) } else { removal_question(bot, ctx, &person) })
}

fn grant_question(bot: &BotContext, ctx: &RequestContext, person: &Person) -> Rendered {
    let localizer = ctx.localizer(bot);
    let name = [("name", Arg::from(full_name(person)))];
    if person.is_admin() && !person.admin_by_setting {
        return localizer.message("addadmin-done", &name);
    }
    let yes = localizer.button("addadmin-yes", ButtonAction::SetAdmin(person.id, true));
    let no = localizer.button("button-cancel", ButtonAction::Dismiss);
    Rendered::new(localizer.html("addadmin-sure", &name), vec![vec![yes, no]])
}

fn removal_question(bot: &BotContext, ctx: &RequestContext, person: &Person) -> Rendered {
    let localizer = ctx.localizer(bot);
    let name = [("name", Arg::from(full_name(person)))];
    if !person.is_admin() {
        return localizer.message("removeadmin-done", &name);
    }
    let key = if person.id == ctx.person.id { "removeadmin-sure-self" } else { "removeadmin-sure" };
    let yes = localizer.button("removeadmin-yes", ButtonAction::SetAdmin(person.id, false));
    let no = localizer.button("button-cancel", ButtonAction::Dismiss);
    Rendered::new(localizer.html(key, &name), vec![vec![yes, no]])
}

/// Handles the confirmed grant or removal of the role.
pub async fn set_admin_pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (id, grants): (PersonId, bool),
) -> HandlerResult {
    toast.ack();
    let changed = if grants {
        bot.engine.add_admin(&ctx.person, id, ctx.now).await
    } else {
        bot.engine.remove_admin(&ctx.person, id, ctx.now).await
    };
    let key = if grants { "addadmin-done" } else { "removeadmin-done" };
    let text = match changed {
        Ok(person) => ctx.localizer(&bot).message(key, &[("name", full_name(&person).into())]),
        Err(error @ (EngineError::LastAdmin | EngineError::AdminBySetting)) => {
            refusal_text(&bot, &ctx, &error).ok_or(error)?
        }
        Err(error) => return Err(error),
    };
    Ok(vec![ctx.edit(pressed, text)])
}
