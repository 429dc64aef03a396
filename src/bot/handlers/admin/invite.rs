//! Admin handlers for invite links, which make people agents.
use super::departments::lookup::{
    ALL_DEPARTMENTS, active_departments, department_name, find_active_or_all, is_gone, no_such_department,
};
use super::departments::picker::department_question;
use crate::bot::callback::{ButtonAction, DepartmentPickerPurpose};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render::Rendered;
use crate::bot::toast::Toast;
use crate::domain::department::Department;
use crate::domain::event::Actor;
use crate::domain::ids::{ChatId, DepartmentId};
use crate::domain::person::invite::Grant;
use crate::engine::error::EngineError;
use crate::telegram::incoming::IncomingMessage;
use std::sync::Arc;

/// `/invite [department]`.
pub async fn invite(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    message: Arc<IncomingMessage>,
    arg: String,
) -> HandlerResult {
    let departments = active_departments(&bot).await?;
    if arg.trim().is_empty() && departments.len() > 1 {
        return Ok(vec![ctx.text(invite_department_question(&bot, &ctx, &departments, 0))]);
    }
    let Some(department) = find_active_or_all(&departments, &arg) else {
        return Ok(no_such_department(&bot, &ctx, &arg));
    };
    let request_message = (ctx.chat, message.message_id);
    Ok(vec![ctx.text(invite_message(&bot, &ctx, request_message, (&departments, department)).await?)])
}

/// Handles the chosen department of an invitation.
pub async fn invite_pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    department: DepartmentId,
) -> HandlerResult {
    let departments = active_departments(&bot).await?;
    if is_gone(&departments, department) {
        toast.say(ctx.localizer(&bot).toast("department-gone", &[]));
        return Ok(vec![ctx.edit(pressed, invite_department_question(&bot, &ctx, &departments, 0))]);
    }
    toast.ack();
    let request_message = (ctx.chat, pressed.0);
    Ok(vec![
        ctx.edit(pressed, invite_message(&bot, &ctx, request_message, (&departments, department)).await?),
    ])
}

pub(in crate::bot::handlers) fn invite_department_question(
    bot: &BotContext,
    ctx: &RequestContext,
    open: &[Department],
    page: u16,
) -> Rendered {
    let localizer = ctx.localizer(bot);
    department_question(
        &localizer,
        localizer.html("invite-which", &[]),
        open,
        (DepartmentPickerPurpose::Invite, page),
        ButtonAction::Invite,
    )
}

async fn invite_message(
    bot: &BotContext,
    ctx: &RequestContext,
    request_message: (ChatId, i32),
    (open, department): (&[Department], DepartmentId),
) -> Result<Rendered, EngineError> {
    let departments = if department == ALL_DEPARTMENTS { Vec::new() } else { vec![department] };
    let grant = Grant::Agent(departments);
    let invite = if let Some(invite) = bot.invite_cache.get(request_message, &grant, ctx.now) {
        invite
    } else {
        let invite = bot.engine.invite(Actor::Person(ctx.person.id), grant, ctx.now).await?;
        bot.invite_cache.insert(request_message, invite, ctx.now)
    };
    let link = bot.link(&format!("join_{}", invite.code));
    let name = department_name(bot, ctx, open, department);
    Ok(ctx.localizer(bot).message("invite-link", &[("department", name.into()), ("link", link.into())]))
}
