//! Prompts for the names of departments and categories. A button starts a prompt, and the admin's next message
//! answers it. A command can bring the name with it.
use super::departments::cards::department_card;
use super::departments::hours;
use super::departments::lookup::{category_by_id, department_by_id, find_by_name};
use crate::bot::callback::ButtonAction;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::handlers::alias;
use crate::bot::render;
use crate::bot::render::{Arg, Rendered, labelled};
use crate::bot::toast::Toast;
use crate::domain::department::Department;
use crate::domain::ids::{CategoryId, DepartmentId};
use crate::domain::person::Prompt;
use crate::domain::text::formatted::{EntityKind, byte_at};
use crate::engine::assignment::roster::Seat;
use crate::engine::departments::{DepartmentEdit, checked_name};
use crate::engine::error::EngineError;
use crate::telegram::incoming::Press;
use std::sync::Arc;
use uuid::Uuid;

/// The most departments with a similar name that are offered.
const MAX_SIMILAR_NAMES: usize = 3;

/// Opens the prompt for the name of a new department.
pub async fn new_department(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
) -> HandlerResult {
    ask_in_place(&bot, &ctx, &toast, pressed, (Prompt::NewDepartment, "department-ask-name", "")).await
}

/// Opens the prompt for a department's new name.
pub async fn rename_department(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    id: DepartmentId,
) -> HandlerResult {
    let name = department_by_id(&bot, id).await?.name;
    ask_in_place(&bot, &ctx, &toast, pressed, (Prompt::RenameDepartment(id), "department-ask-rename", &name))
        .await
}

/// Opens the prompt for the name of a new category.
pub async fn new_category(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    id: DepartmentId,
) -> HandlerResult {
    let name = department_by_id(&bot, id).await?.name;
    ask_in_place(&bot, &ctx, &toast, pressed, (Prompt::NewCategory(id), "category-ask-name", &name)).await
}

/// Opens the prompt for a category's new name.
pub async fn rename_category(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    id: CategoryId,
) -> HandlerResult {
    let name = category_by_id(&bot, id).await?.1.name;
    ask_in_place(&bot, &ctx, &toast, pressed, (Prompt::RenameCategory(id), "category-ask-rename", &name))
        .await
}

/// Handles the answer to a prompt. The prompt stays open if the name is invalid.
pub async fn on_answer(
    bot: &BotContext,
    ctx: &RequestContext,
    prompt: Prompt,
    message: i32,
    name: &str,
) -> HandlerResult {
    let answer = match prompt {
        // Their answers are no names.
        Prompt::Comment(_)
        | Prompt::LastWord(_)
        | Prompt::AwayUntil
        | Prompt::WorkingHours(_)
        | Prompt::NewReply
        | Prompt::ReplyText(_)
        | Prompt::AgentContact
        | Prompt::AdminContact => {
            return Ok(Vec::new());
        }
        Prompt::Hours(id) => match hours::set_typed_plan(bot, ctx, id, name).await? {
            Ok(card) => card,
            Err(wrong) => return Ok(vec![ctx.text(wrong)]),
        },
        Prompt::Holidays(id) => match hours::add_typed_holidays(bot, ctx, id, name).await? {
            Ok(card) => card,
            Err(wrong) => return Ok(vec![ctx.text(wrong)]),
        },
        Prompt::Alias(agent) => alias::set_and_show(bot, ctx, agent, name).await?,
        // The bot has just asked for a new name. The name of the command may be meant for another department.
        Prompt::NewDepartment => create_and_confirm(bot, ctx, message, name).await?,
        Prompt::NewCategory(id) => create_category_and_confirm(bot, ctx, message, id, name).await?,
        Prompt::RenameDepartment(id) => {
            let rename = DepartmentEdit::Rename(name.to_owned());
            let department = bot.engine.edit_department(&ctx.person, id, &rename, ctx.now).await?;
            department_card(bot, ctx, &department, 0).await?
        }
        Prompt::RenameCategory(id) => {
            let (department, rename) =
                (category_by_id(bot, id).await?.0.id, DepartmentEdit::RenameCategory(id, name.to_owned()));
            let department = bot.engine.edit_department(&ctx.person, department, &rename, ctx.now).await?;
            department_card(bot, ctx, &department, render::category_page(&department, id)).await?
        }
    };
    bot.engine.answer_prompt(ctx.person.id, message).await?;
    Ok(vec![ctx.text(answer)])
}

/// A prompt, the key of its text, and the name of the department or category that it is about.
pub(in crate::bot::handlers) type NamePrompt<'a> = (Prompt, &'static str, &'a str);

/// Replaces the pressed message by the prompt's text, so that a second press starts no second prompt.
async fn ask_in_place(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
    prompt: NamePrompt<'_>,
) -> HandlerResult {
    toast.ack();
    Ok(vec![ctx.edit(pressed, start_prompt(bot, ctx, prompt).await?)])
}

/// Starts a prompt and returns its text. The person's next message answers it.
pub(in crate::bot::handlers) async fn start_prompt(
    bot: &BotContext,
    ctx: &RequestContext,
    (prompt, key, name): NamePrompt<'_>,
) -> Result<Rendered, EngineError> {
    bot.engine.start_prompt(ctx.person.id, prompt, ctx.now).await?;
    Ok(ctx.localizer(bot).message(key, &[("name", name.into())]))
}

/// Returns the card of the department with this name, or the question whether to create it.
pub(in crate::bot::handlers) async fn show_or_offer_to_create(
    bot: &BotContext,
    ctx: &RequestContext,
    name: &str,
) -> Result<Rendered, EngineError> {
    match find_by_name(bot, name).await? {
        Some(department) => department_card(bot, ctx, &department, 0).await,
        None => offer_to_create(bot, ctx, &checked_name(name)?).await,
    }
}

/// Returns the question whether to create a department. The name may be a typing mistake, so departments with
/// a similar name are offered first.
async fn offer_to_create(
    bot: &BotContext,
    ctx: &RequestContext,
    name: &str,
) -> Result<Rendered, EngineError> {
    let localizer = ctx.localizer(bot);
    let mut all = bot.engine.store().departments().await?;
    all.retain(|department| is_similar(&department.name, name));
    let show = |d: &Department| vec![labelled(&d.name, ButtonAction::Department(d.id, 0))];
    let make = localizer.button("department-make", ButtonAction::CreateDepartment);
    let with_page_buttons = all.iter().take(MAX_SIMILAR_NAMES).map(show);
    let buttons = with_page_buttons
        .chain([vec![make, localizer.button("button-cancel", ButtonAction::Dismiss)]])
        .collect();
    Ok(Rendered::new(localizer.html("department-unknown", &[("name", name.into())]), buttons))
}

/// Returns true if two names differ by two letters at most, or if one contains the other.
fn is_similar(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    one.contains(&other) || other.contains(&one) || strsim::osa_distance(&one, &other) <= 2
}

/// Creates the department that was confirmed. Its name does not fit into the button, so it is read from the
/// message, where it is the only bold text.
pub async fn create_department_pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    press: Arc<Press>,
) -> HandlerResult {
    let Some(message) = &press.message else {
        // Telegram does not show the message, so the name is asked for.
        let prompt = (Prompt::NewDepartment, "department-ask-name", "");
        return ask_in_place(&bot, &ctx, &toast, pressed, prompt).await;
    };
    let text = &message.text;
    let bold = text.entities.iter().find(|entity| entity.kind == EntityKind::Bold);
    let bold = bold.ok_or(EngineError::NotFound)?;
    let name = text.slice(byte_at(&text.text, bold.offset), byte_at(&text.text, bold.end())).text;
    toast.ack();
    Ok(vec![ctx.edit(pressed, create_and_confirm(&bot, &ctx, pressed.0, &name).await?)])
}

async fn create_and_confirm(
    bot: &BotContext,
    ctx: &RequestContext,
    message: i32,
    name: &str,
) -> Result<Rendered, EngineError> {
    let localizer = ctx.localizer(bot);
    let first = localizer.plain("default-category", &[]);
    let id = DepartmentId(id_from_message(ctx, message));
    let department = bot.engine.add_department(&ctx.person, id, name, &first, ctx.now).await?;
    let card = department_card(bot, ctx, &department, 0).await?;
    let mut text = localizer.html("department-created", &[("name", (&department.name).into())]);
    let serves = |seat: &Seat| seat.profile().is_some_and(|p| p.departments.contains(&department.id));
    if !bot.engine.seats().iter().any(serves) {
        text = format!("{text}\n{}", localizer.html("department-no-agents", &[]));
    }
    Ok(Rendered { html: format!("{text}\n\n{}", card.html), ..card })
}

pub(in crate::bot::handlers) async fn create_category_and_confirm(
    bot: &BotContext,
    ctx: &RequestContext,
    message: i32,
    department: DepartmentId,
    name: &str,
) -> Result<Rendered, EngineError> {
    let id = CategoryId(id_from_message(ctx, message));
    let (department, category) = bot.engine.add_category(&ctx.person, department, id, name, ctx.now).await?;
    let label = Arg::from(department.label(category.id));
    Ok(ctx.localizer(bot).message("category-created", &[("label", label)]))
}

/// Returns the id for what this message creates: the person's id combined with the message's number, so no
/// other message has it. It is the same if the update is handled again after a crash.
fn id_from_message(ctx: &RequestContext, message: i32) -> Uuid {
    Uuid::from_u128(ctx.person.id.0.as_u128() ^ u128::from(message.cast_unsigned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_typing_mistake_is_similar() {
        for typed in ["tenkik", "TEKNIK", "Tekn", "Teknik A"] {
            assert!(is_similar("Teknik", typed), "{typed}");
        }
        assert!(!is_similar("Teknik", "Umum"));
    }
}
