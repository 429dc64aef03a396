//! Admin handlers for departments and categories.
pub(super) mod cards;
pub mod hours;
pub(super) mod lookup;
pub(super) mod picker;
pub mod relocation;

use super::name_prompts::{create_category_and_confirm, show_or_offer_to_create, start_prompt};
use crate::bot::callback::{ButtonAction, DepartmentPickerPurpose};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::handlers::refusals::refusal_toast;
use crate::bot::render;
use crate::bot::render::{Rendered, labelled};
use crate::bot::toast::Toast;
use crate::domain::department::Department;
use crate::domain::ids::{CategoryId, DepartmentId};
use crate::domain::person::Prompt;
use crate::engine::departments::DepartmentEdit;
use crate::engine::error::EngineError;
use crate::telegram::incoming::IncomingMessage;
use cards::{department_card, department_list};
use lookup::{active_departments, by_name, category_by_id, department_by_id, no_such_department};
use picker::department_rows;
use relocation::relocation_question;
use std::sync::Arc;

/// `/department [name]`: shows the list, or the department of that name, or offers to create it.
pub async fn department(bot: Arc<BotContext>, ctx: RequestContext, arg: String) -> HandlerResult {
    if arg.trim().is_empty() {
        return Ok(vec![ctx.text(department_list(&bot, &ctx, 0).await?)]);
    }
    Ok(vec![ctx.text(show_or_offer_to_create(&bot, &ctx, &arg).await?)])
}

/// `/category [department - category]`: asks for the department, or creates the category in it.
pub async fn category(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    message: Arc<IncomingMessage>,
    arg: String,
) -> HandlerResult {
    if arg.trim().is_empty() {
        let open = active_departments(&bot).await?;
        // With one department there is nothing to choose.
        return match open.as_slice() {
            [only] => {
                let prompt = (Prompt::NewCategory(only.id), "category-ask-name", only.name.as_str());
                Ok(vec![ctx.text(start_prompt(&bot, &ctx, prompt).await?)])
            }
            _ => Ok(vec![ctx.text(new_category_department_question(&bot, &ctx, &open, 0))]),
        };
    }
    let Some((department, _)) = split_candidates(&arg).next() else {
        return Ok(vec![ctx.message(&bot, "category-usage", &[])]);
    };
    // The longest matching department name is taken: there can be an "A" and an "A - B".
    let existing = bot.engine.store().departments().await?;
    let matching = split_candidates(&arg).filter_map(|(d, c)| Some((by_name(&existing, d)?.id, c))).last();
    let Some((id, name)) = matching else { return Ok(no_such_department(&bot, &ctx, department)) };
    Ok(vec![ctx.text(create_category_and_confirm(&bot, &ctx, message.message_id, id, name).await?)])
}

/// Returns the question for the department of a new category.
pub(in crate::bot::handlers) fn new_category_department_question(
    bot: &BotContext,
    ctx: &RequestContext,
    open: &[Department],
    page: u16,
) -> Rendered {
    let localizer = ctx.localizer(bot);
    let button = |d: &Department| labelled(&d.name, ButtonAction::NewCategory(d.id));
    let mut buttons = department_rows(&localizer, open, (DepartmentPickerPurpose::Category, page), button);
    buttons.push(vec![localizer.button("button-cancel", ButtonAction::Dismiss)]);
    Rendered::new(localizer.html("category-which", &[]), buttons)
}

/// Returns every split of `department - category`, since either name may contain a dash.
fn split_candidates(arg: &str) -> impl Iterator<Item = (&str, &str)> {
    arg.match_indices(" - ")
        .filter_map(|(at, dash)| Some((arg.get(..at)?.trim(), arg.get(at + dash.len()..)?.trim())))
}

/// Shows the pressed department.
pub async fn show_department(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (id, page): (DepartmentId, u16),
) -> HandlerResult {
    let department = department_by_id(&bot, id).await?;
    toast.ack();
    Ok(vec![ctx.edit(pressed, department_card(&bot, &ctx, &department, page).await?)])
}

/// Handles the switch that makes a department critical or not.
pub async fn set_critical(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (id, critical): (DepartmentId, bool),
) -> HandlerResult {
    let edited =
        bot.engine.edit_department(&ctx.person, id, &DepartmentEdit::SetCritical(critical), ctx.now).await;
    let key = if critical { "department-now-critical" } else { "department-not-critical" };
    show_edited(&bot, &ctx, &toast, (pressed, id, None), edited.map(|d| (key, d.name))).await
}

/// Handles the switch that retires a department or reopens it.
pub async fn set_retired(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (id, retired): (DepartmentId, bool),
) -> HandlerResult {
    let edited =
        bot.engine.edit_department(&ctx.person, id, &DepartmentEdit::SetRetired(retired), ctx.now).await;
    let key = if retired { "department-now-retired" } else { "department-not-retired" };
    if retired && let Ok(department) = &edited {
        toast.say(ctx.localizer(&bot).toast(key, &[("name", (&department.name).into())]));
        return Ok(vec![ctx.edit(pressed, relocation_question(&bot, &ctx, id, 0).await?)]);
    }
    show_edited(&bot, &ctx, &toast, (pressed, id, None), edited.map(|d| (key, d.name))).await
}

/// Shows the pressed category.
pub async fn show_category(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    id: CategoryId,
) -> HandlerResult {
    let (department, category) = category_by_id(&bot, id).await?;
    toast.ack();
    Ok(vec![ctx.edit(pressed, render::category_card(&ctx.localizer(&bot), &department, &category))])
}

/// Handles the switch that retires a category or reopens it.
pub async fn set_category_retired(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (id, retired): (CategoryId, bool),
) -> HandlerResult {
    let department = category_by_id(&bot, id).await?.0.id;
    let set = DepartmentEdit::SetCategoryRetired(id, retired);
    let edited = bot.engine.edit_department(&ctx.person, department, &set, ctx.now).await;
    let key = if retired { "category-now-retired" } else { "category-not-retired" };
    show_edited(&bot, &ctx, &toast, (pressed, department, Some(id)), edited.map(|d| (key, d.label(id)))).await
}

/// Answers a switch with the state after it, and redraws the department's card. The state may also come from
/// an earlier press of the same button.
async fn show_edited(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    (pressed, id, category): (PressedMessage, DepartmentId, Option<CategoryId>),
    edited: Result<(&str, String), EngineError>,
) -> HandlerResult {
    let localizer = ctx.localizer(bot);
    toast.say(match edited {
        Ok((key, name)) => localizer.toast(key, &[("name", name.into())]),
        Err(error) => match refusal_toast(bot, ctx, &error) {
            Some(refusal) => refusal,
            None => return Err(error),
        },
    });
    let department = department_by_id(bot, id).await?;
    let page = category.map_or(0, |id| render::category_page(&department, id));
    Ok(vec![ctx.edit(pressed, department_card(bot, ctx, &department, page).await?)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_department_and_a_category_are_split_at_every_dash() {
        let all = |arg| split_candidates(arg).collect::<Vec<_>>();
        assert_eq!(all("HSI INDIBIZ - TROUBLESHOOT"), [("HSI INDIBIZ", "TROUBLESHOOT")]);
        assert_eq!(all("A - B  -  C"), [("A", "B  -  C"), ("A - B", "C")]);
        assert_eq!(all("pra-bayar - isi ulang"), [("pra-bayar", "isi ulang")]);
        assert_eq!(all("Tagihan"), []);
    }
}
