//! Admin handlers for the waiting tickets of a retired department, which can be moved to another one.
use super::cards::department_card;
use super::lookup::{active_departments, department_by_id, is_gone};
use super::picker::department_rows;
use crate::bot::callback::{ButtonAction, DepartmentPickerPurpose};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render::{Rendered, labelled};
use crate::bot::toast::Toast;
use crate::domain::ids::DepartmentId;
use crate::engine::error::EngineError;
use std::sync::Arc;

/// Returns the question for the department that gets the waiting tickets of a retired one, or the card of the
/// department if no ticket waits or no other department is active.
pub(in crate::bot::handlers::admin) async fn relocation_question(
    bot: &BotContext,
    ctx: &RequestContext,
    from: DepartmentId,
    page: u16,
) -> Result<Rendered, EngineError> {
    let (localizer, department) = (ctx.localizer(bot), department_by_id(bot, from).await?);
    let waiting = bot.engine.store().depths().await?.get(&from).copied().unwrap_or(0);
    let mut active = active_departments(bot).await?;
    active.retain(|other| other.id != from);
    if waiting == 0 || active.is_empty() {
        return department_card(bot, ctx, &department, 0).await;
    }
    let button = |to: &crate::domain::department::Department| {
        labelled(&to.name, ButtonAction::RelocateQueue(from, to.id))
    };
    let mut buttons =
        department_rows(&localizer, &active, (DepartmentPickerPurpose::Relocation(from), page), button);
    buttons.push(vec![localizer.button("relocation-keep", ButtonAction::Department(from, 0))]);
    let args = [("name", (&department.name).into()), ("count", waiting.into())];
    Ok(Rendered::new(localizer.html("relocation-ask", &args), buttons))
}

/// Handles the chosen department.
pub async fn relocate_pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (from, to): (DepartmentId, DepartmentId),
) -> HandlerResult {
    let localizer = ctx.localizer(&bot);
    if is_gone(&active_departments(&bot).await?, to) {
        toast.say(localizer.toast("department-gone", &[]));
        return Ok(vec![ctx.edit(pressed, relocation_question(&bot, &ctx, from, 0).await?)]);
    }
    toast.ack();
    let count = bot.engine.relocate_queue(&ctx.person, (from, to), ctx.now).await?;
    let (from, to) = (department_by_id(&bot, from).await?, department_by_id(&bot, to).await?);
    let args = [("count", count.into()), ("from", (&from.name).into()), ("to", (&to.name).into())];
    Ok(vec![ctx.edit(pressed, localizer.message("relocation-done", &args))])
}
