//! Admins: departments and categories.
use super::department_picker::{PER_PAGE, department_rows, no_such_department, open_departments, page_with};
use super::name_prompts::{category_created, question, whether_to_make};
use crate::bot::callback::{ButtonAction, DepartmentPickerPurpose};
use crate::bot::cards::view_loader::page_of;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::handlers::refusals::explain_toast;
use crate::bot::render;
use crate::bot::render::{Rendered, labelled};
use crate::bot::toast::Toast;
use crate::domain::department::{Category, Department};
use crate::domain::ids::{CategoryId, DepartmentId};
use crate::domain::person::Prompt;
use crate::engine::departments::{DepartmentEdit, checked_name};
use crate::engine::error::EngineError;
use std::sync::Arc;
use teloxide::types::Message;

/// `/department [name]`: the list, that department, or whether there is to be one of that name.
pub async fn department(desk: Arc<BotContext>, ask: RequestContext, arg: String) -> HandlerResult {
    if arg.trim().is_empty() {
        return Ok(vec![ask.text(all(&desk, &ask, 0).await?)]);
    }
    let known = find(&desk, &arg).await?;
    let text = match known {
        Some(department) => department_card(&desk, &ask, &department, 0).await?,
        None => whether_to_make(&desk, &ask, &checked_name(&arg)?).await?,
    };
    Ok(vec![ask.text(text)])
}

/// `/category [department - category]`: which department, or a new category there.
pub async fn category(
    desk: Arc<BotContext>,
    ask: RequestContext,
    message: Message,
    arg: String,
) -> HandlerResult {
    if arg.trim().is_empty() {
        let open = open_departments(&desk).await?;
        // With one department nobody is asked which.
        return match open.as_slice() {
            [only] => {
                let asked = (Prompt::NewCategory(only.id), "category-ask-name", only.name.as_str());
                Ok(vec![ask.text(question(&desk, &ask, asked).await?)])
            }
            _ => Ok(vec![ask.text(category_where(&desk, &ask, &open, 0))]),
        };
    }
    let Some((department, _)) = readings(&arg).next() else {
        return Ok(vec![ask.say(&desk, "category-usage", &[])]);
    };
    // The longest name of a department counts: there can be an "A" and an "A - B".
    let known = desk.engine.store().departments().await?;
    let meant = readings(&arg).filter_map(|(d, c)| Some((by_name(&known, d)?.id, c))).last();
    let Some((id, name)) = meant else { return Ok(no_such_department(&desk, &ask, department)) };
    Ok(vec![ask.text(category_created(&desk, &ask, message.id, id, name).await?)])
}

/// The department of a new category is asked for.
pub(in crate::bot::handlers) fn category_where(
    desk: &BotContext,
    ask: &RequestContext,
    open: &[Department],
    page: u16,
) -> Rendered {
    let words = ask.words(desk);
    let button = |d: &Department| labelled(&d.name, ButtonAction::NewCategory(d.id));
    let mut buttons = department_rows(&words, open, (DepartmentPickerPurpose::Category, page), button);
    buttons.push(vec![words.button("button-cancel", ButtonAction::Dismiss)]);
    Rendered { html: words.say("category-which", &[]), buttons }
}

/// Every way to read `department - category`: either name may have a dash of its own.
fn readings(arg: &str) -> impl Iterator<Item = (&str, &str)> {
    arg.match_indices(" - ")
        .filter_map(|(at, dash)| Some((arg.get(..at)?.trim(), arg.get(at + dash.len()..)?.trim())))
}

/// A department was pressed.
pub async fn show_department(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    (id, page): (DepartmentId, u16),
) -> HandlerResult {
    let department = by_id(&desk, id).await?;
    toast.ack();
    Ok(vec![ask.edit(place, department_card(&desk, &ask, &department, page).await?)])
}

/// Whether a department is critical.
pub async fn set_critical(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    (id, critical): (DepartmentId, bool),
) -> HandlerResult {
    let edited = desk.engine.edit_department(&ask.person, id, &DepartmentEdit::SetCritical(critical)).await;
    let key = if critical { "department-now-critical" } else { "department-not-critical" };
    edit(&desk, &ask, &toast, (place, id, None), edited.map(|d| (key, d.name))).await
}

/// Whether a department is retired.
pub async fn set_retired(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    (id, retired): (DepartmentId, bool),
) -> HandlerResult {
    let edited = desk.engine.edit_department(&ask.person, id, &DepartmentEdit::SetRetired(retired)).await;
    let key = if retired { "department-now-retired" } else { "department-not-retired" };
    edit(&desk, &ask, &toast, (place, id, None), edited.map(|d| (key, d.name))).await
}

/// A category was pressed.
pub async fn show_category(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    id: CategoryId,
) -> HandlerResult {
    let (department, category) = with_category(&desk, id).await?;
    toast.ack();
    Ok(vec![ask.edit(place, render::category_card(&ask.words(&desk), &department, &category))])
}

/// Whether a category is retired.
pub async fn set_category_retired(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    (id, retired): (CategoryId, bool),
) -> HandlerResult {
    let department = with_category(&desk, id).await?.0.id;
    let set = DepartmentEdit::SetCategoryRetired(id, retired);
    let edited = desk.engine.edit_department(&ask.person, department, &set).await;
    let key = if retired { "category-now-retired" } else { "category-not-retired" };
    edit(&desk, &ask, &toast, (place, department, Some(id)), edited.map(|d| (key, d.label(id)))).await
}

/// A switch was pressed: the answer says how things stand now, whether by this press or by one before, and so does the
/// department's card.
async fn edit(
    desk: &BotContext,
    ask: &RequestContext,
    toast: &Toast,
    (place, id, category): (PressedMessage, DepartmentId, Option<CategoryId>),
    edited: Result<(&str, String), EngineError>,
) -> HandlerResult {
    let words = ask.words(desk);
    toast.say(match edited {
        Ok((key, name)) => words.toast(key, &[("name", name.into())]),
        Err(error) => match explain_toast(desk, ask, &error) {
            Some(told) => told,
            None => return Err(error),
        },
    });
    let department = by_id(desk, id).await?;
    let page = category.map_or(0, |id| render::category_page(&department, id));
    Ok(vec![ask.edit(place, department_card(desk, ask, &department, page).await?)])
}

/// A page of all departments.
pub(in crate::bot::handlers) async fn all(
    desk: &BotContext,
    ask: &RequestContext,
    page: u16,
) -> Result<Rendered, EngineError> {
    let all = desk.engine.store().departments().await?;
    let (page, pages, shown) = page_of(&all, page, PER_PAGE);
    Ok(render::departments(&ask.words(desk), shown, (page, pages)))
}

pub(in crate::bot::handlers) async fn department_card(
    desk: &BotContext,
    ask: &RequestContext,
    department: &Department,
    page: u16,
) -> Result<Rendered, EngineError> {
    let all = desk.engine.store().departments().await?;
    Ok(render::department_card(&ask.words(desk), department, page, page_with(&all, department.id)))
}

async fn find(desk: &BotContext, name: &str) -> Result<Option<Department>, EngineError> {
    Ok(by_name(&desk.engine.store().departments().await?, name).cloned())
}

fn by_name<'a>(all: &'a [Department], name: &str) -> Option<&'a Department> {
    let wanted = name.trim().to_lowercase();
    all.iter().find(|d| d.name.to_lowercase() == wanted)
}

pub(in crate::bot::handlers) async fn by_id(
    desk: &BotContext,
    id: DepartmentId,
) -> Result<Department, EngineError> {
    let all = desk.engine.store().departments().await?;
    all.into_iter().find(|d| d.id == id).ok_or(EngineError::NotFound)
}

pub(in crate::bot::handlers) async fn with_category(
    desk: &BotContext,
    id: CategoryId,
) -> Result<(Department, Category), EngineError> {
    let all = desk.engine.store().departments().await?;
    let found = all.into_iter().find_map(|d| d.category(id).cloned().map(|category| (d, category)));
    found.ok_or(EngineError::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_department_and_a_category_are_split_at_every_dash() {
        let all = |arg| readings(arg).collect::<Vec<_>>();
        assert_eq!(all("HSI INDIBIZ - TROUBLESHOOT"), [("HSI INDIBIZ", "TROUBLESHOOT")]);
        assert_eq!(all("A - B  -  C"), [("A", "B  -  C"), ("A - B", "C")]);
        assert_eq!(all("pra-bayar - isi ulang"), [("pra-bayar", "isi ulang")]);
        assert_eq!(all("Tagihan"), []);
    }
}
