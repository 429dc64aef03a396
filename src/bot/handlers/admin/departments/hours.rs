//! Admin handlers for the business hours of a department: a card with common plans, and prompts for others.
use super::lookup::department_by_id;
use crate::bot::callback::HoursAction;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::handlers::refusals::refusal_toast;
use crate::bot::render::{Rendered, hours_card, plan_error};
use crate::bot::toast::Toast;
use crate::domain::department::Department;
use crate::domain::ids::{DepartmentId, Version};
use crate::domain::person::Prompt;
use crate::domain::schedule::dates::parse_dates;
use crate::domain::schedule::grammar::parse_plan;
use crate::domain::text::shorten;
use crate::engine::departments::HoursEdit;
use crate::engine::error::EngineError;
use std::sync::Arc;

/// The longest part of an answer that is quoted, in characters.
const MAX_QUOTED_CHARS: usize = 60;

/// Handles a press on the card of the business hours.
pub async fn pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    action: HoursAction,
) -> HandlerResult {
    let localizer = ctx.localizer(&bot);
    let (edit, shown) = match action {
        HoursAction::Show(id) => {
            let department = department_by_id(&bot, id).await?;
            toast.ack();
            return Ok(vec![ctx.edit(pressed, hours_card(&localizer, &department))]);
        }
        HoursAction::AskPlan(id) => {
            let ask = (Prompt::Hours(id), "hours-ask", "hours-examples");
            return ask_in_place(&bot, &ctx, &toast, (pressed, id), ask).await;
        }
        HoursAction::AskHolidays(id) => {
            let ask = (Prompt::Holidays(id), "holidays-ask", "holidays-examples");
            return ask_in_place(&bot, &ctx, &toast, (pressed, id), ask).await;
        }
        HoursAction::Plan(_, plan, shown) => (HoursEdit::Plan(plan.plan(), None), shown),
        HoursAction::RemoveHoliday(_, date, shown) => (HoursEdit::RemoveHoliday(date), shown),
        HoursAction::Zone(_, zone, shown) => (HoursEdit::Zone(zone.zone()), shown),
    };
    let id = action.department();
    edit_shown(&bot, &ctx, &toast, (pressed, id), (&edit, shown)).await
}

/// Applies the edit of a button, and redraws the card. The toast says if somebody else was faster.
async fn edit_shown(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    (pressed, id): (PressedMessage, DepartmentId),
    (edit, shown): (&HoursEdit, Version),
) -> HandlerResult {
    let localizer = ctx.localizer(bot);
    let department = match bot.engine.edit_hours(&ctx.person, id, (edit, Some(shown)), ctx.now).await {
        Ok(department) => {
            // The edit of a card that shows it already changes nothing, whatever its version.
            let key = if holds(&department, edit) { "hours-changed" } else { "hours-changed-meanwhile" };
            toast.say(localizer.toast(key, &[("name", (&department.name).into())]));
            department
        }
        Err(error) => match refusal_toast(bot, ctx, &error) {
            Some(refusal) => {
                toast.say(refusal);
                department_by_id(bot, id).await?
            }
            None => return Err(error),
        },
    };
    Ok(vec![ctx.edit(pressed, hours_card(&localizer, &department))])
}

/// Returns whether the hours are as the edit wants them.
fn holds(department: &Department, edit: &HoursEdit) -> bool {
    department.hours.as_ref().is_some_and(|hours| match edit {
        HoursEdit::Plan(plan, zone) => hours.plan == *plan && (zone.is_none() || hours.zone == *zone),
        HoursEdit::AddHolidays(dates) => dates.is_subset(&hours.holidays),
        HoursEdit::RemoveHoliday(date) => !hours.holidays.contains(date),
        HoursEdit::Zone(zone) => hours.zone == *zone,
    })
}

/// Replaces the card by a prompt with examples.
async fn ask_in_place(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    (pressed, id): (PressedMessage, DepartmentId),
    (prompt, ask, examples): (Prompt, &str, &str),
) -> HandlerResult {
    let department = department_by_id(bot, id).await?;
    toast.ack();
    bot.engine.start_prompt(ctx.person.id, prompt, ctx.now).await?;
    let localizer = ctx.localizer(bot);
    let ask = localizer.html(ask, &[("name", (&department.name).into())]);
    let html = format!("{ask}\n\n{}", localizer.html(examples, &[]));
    Ok(vec![ctx.edit(pressed, Rendered::new(html, Vec::new()))])
}

/// Handles a typed plan: returns the card after it, or what was not understood.
pub(in crate::bot::handlers) async fn set_typed_plan(
    bot: &BotContext,
    ctx: &RequestContext,
    id: DepartmentId,
    text: &str,
) -> Result<Result<Rendered, Rendered>, EngineError> {
    let localizer = ctx.localizer(bot);
    let typed = match parse_plan(text) {
        Ok(typed) => typed,
        Err(error) => {
            let html =
                format!("{}\n\n{}", plan_error(&localizer, &error), localizer.html("hours-examples", &[]));
            return Ok(Err(Rendered::new(html, Vec::new())));
        }
    };
    let edit = HoursEdit::Plan(typed.plan, typed.zone);
    let department = bot.engine.edit_hours(&ctx.person, id, (&edit, None), ctx.now).await?;
    Ok(Ok(hours_card(&localizer, &department)))
}

/// Handles typed holidays: returns the card after it, or what was not understood.
pub(in crate::bot::handlers) async fn add_typed_holidays(
    bot: &BotContext,
    ctx: &RequestContext,
    id: DepartmentId,
    text: &str,
) -> Result<Result<Rendered, Rendered>, EngineError> {
    let localizer = ctx.localizer(bot);
    let desk = bot.engine.config().zone;
    let zone = department_by_id(bot, id).await?.hours.map_or(desk, |hours| hours.zone_or(desk));
    let today = ctx.now.with_timezone(&zone).date_naive();
    let dates = match parse_dates(text, today) {
        Ok(dates) => dates,
        Err(part) => {
            let part = shorten(&part, MAX_QUOTED_CHARS);
            let wrong = localizer.html("holidays-unclear", &[("part", part.into())]);
            let html = format!("{wrong}\n\n{}", localizer.html("holidays-examples", &[]));
            return Ok(Err(Rendered::new(html, Vec::new())));
        }
    };
    let edit = HoursEdit::AddHolidays(dates);
    let department = bot.engine.edit_hours(&ctx.person, id, (&edit, None), ctx.now).await?;
    Ok(Ok(hours_card(&localizer, &department)))
}
