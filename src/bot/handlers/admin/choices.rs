//! Handlers for presses in pickers. Each choice goes to the command that the picker was drawn for.
use super::admins::admin_question;
use super::agents::{add_and_confirm, agent_card, new_agent_department_question, removal_question};
use super::bans;
use super::capacity::capacity_question;
use super::dead_letters;
use super::departments::cards::department_list;
use super::departments::lookup::{ALL_DEPARTMENTS, active_departments, staffed_departments};
use super::departments::new_category_department_question;
use super::departments::relocation::relocation_question;
use super::invite::invite_department_question;
use super::invites;
use super::pickers;
use super::pickers::{edit_picker, require_agent};
use super::priority;
use super::reassign;
use super::replies;
use crate::bot::callback::{DepartmentPickerPurpose, PickerPurpose};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::handlers::records::{self, audit};
use crate::bot::render::Rendered;
use crate::bot::toast::Toast;
use crate::domain::ids::{PersonId, TicketId};
use crate::engine::error::EngineError;
use std::sync::Arc;

/// Shows another page of a picker.
pub async fn pick_page(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (purpose, page): (PickerPurpose, u16),
) -> HandlerResult {
    toast.ack();
    let list = match purpose {
        PickerPurpose::Invites => invites::page(&bot, &ctx, page).await?,
        PickerPurpose::DeadLetters => dead_letters::page(&bot, &ctx, page).await?,
        _ => pickers::picker_page(&bot, &ctx, purpose, page).await?,
    };
    let list = list.unwrap_or_else(|| pickers::empty_picker(&bot, &ctx, purpose));
    Ok(vec![edit_picker(&ctx, pressed, purpose, list)])
}

/// Handles the person chosen in a picker.
pub async fn pick_person(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (purpose, id): (PickerPurpose, PersonId),
) -> HandlerResult {
    if purpose == PickerPurpose::AddAgent {
        return pick_new_agent(&bot, &ctx, &toast, pressed, id).await;
    }
    if let PickerPurpose::AddAdmin | PickerPurpose::RemoveAdmin = purpose {
        toast.ack();
        let grants = purpose == PickerPurpose::AddAdmin;
        return Ok(vec![ctx.edit(pressed, admin_question(&bot, &ctx, id, grants).await?)]);
    }
    if matches!(purpose, PickerPurpose::Ban | PickerPurpose::Unban) {
        return bans::pick_customer(&bot, &ctx, &toast, pressed, (purpose, id)).await;
    }
    let seat = match require_agent(&bot, &ctx, &toast, pressed, (purpose, id)).await? {
        Ok(seat) => seat,
        Err(list) => return Ok(vec![list]),
    };
    let text = match purpose {
        PickerPurpose::SetMax => capacity_question(&bot, &ctx, &seat),
        PickerPurpose::RemoveAgent => removal_question(&bot, &ctx, &seat),
        _ => agent_card(&bot, &ctx, id, 0).await?,
    };
    Ok(vec![edit_picker(&ctx, pressed, purpose, text)])
}

/// Handles the ticket chosen in a picker.
pub async fn pick_ticket(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (purpose, ticket): (PickerPurpose, TicketId),
) -> HandlerResult {
    match purpose {
        PickerPurpose::Priority => priority::pick_ticket(&bot, &ctx, &toast, pressed, ticket).await,
        PickerPurpose::Transcript => records::send_transcript(&bot, &ctx, &toast, ticket).await,
        PickerPurpose::Audit => audit::show_page(bot, ctx, toast, pressed, (ticket, 0)).await,
        _ => reassign::pick_ticket(&bot, &ctx, &toast, pressed, ticket).await,
    }
}

/// Adds a new agent to the only department, or asks for the department if there are several.
async fn pick_new_agent(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
    id: PersonId,
) -> HandlerResult {
    let text = new_agent_text(bot, ctx, id).await?;
    toast.ack();
    Ok(vec![ctx.edit(pressed, text)])
}

/// Adds a new agent and returns the confirmation, or returns the question for the department.
pub(super) async fn new_agent_text(
    bot: &BotContext,
    ctx: &RequestContext,
    id: PersonId,
) -> Result<Rendered, EngineError> {
    let person = bot.engine.store().person(id).await?.ok_or(EngineError::NotFound)?;
    let departments = staffed_departments(bot).await?;
    Ok(match departments.len() {
        0 | 1 => add_and_confirm(bot, ctx, id, &departments, ALL_DEPARTMENTS).await?,
        _ => new_agent_department_question(bot, ctx, &person, (&departments, 0)),
    })
}

/// Shows another page of a list of departments.
pub async fn department_page(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (purpose, page): (DepartmentPickerPurpose, u16),
) -> HandlerResult {
    let open = active_departments(&bot).await?;
    let text = match purpose {
        DepartmentPickerPurpose::Show => department_list(&bot, &ctx, page).await?,
        DepartmentPickerPurpose::Category => new_category_department_question(&bot, &ctx, &open, page),
        DepartmentPickerPurpose::Invite => invite_department_question(&bot, &ctx, &open, page),
        DepartmentPickerPurpose::Newcomer(id) => {
            let person = bot.engine.store().person(id).await?.ok_or(EngineError::NotFound)?;
            let departments = staffed_departments(&bot).await?;
            new_agent_department_question(&bot, &ctx, &person, (&departments, page))
        }
        DepartmentPickerPurpose::Reply(reply) => {
            replies::department_question_for(&bot, &ctx, reply, (&open, page)).await?
        }
        DepartmentPickerPurpose::Relocation(from) => relocation_question(&bot, &ctx, from, page).await?,
        DepartmentPickerPurpose::Agent(agent) => {
            match require_agent(&bot, &ctx, &toast, pressed, (PickerPurpose::Agent, agent)).await? {
                Ok(_) => agent_card(&bot, &ctx, agent, page).await?,
                Err(list) => return Ok(vec![list]),
            }
        }
    };
    toast.ack();
    Ok(vec![ctx.edit(pressed, text)])
}
