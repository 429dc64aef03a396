//! Admins: departments and categories.
use super::explain::explain_toast;
use super::serving::{PER_PAGE, department_rows, no_such_department, open_departments, page_with};
use crate::bot::callback::{For, Press};
use crate::bot::context::{Ask, Desk, Handled, Place};
use crate::bot::facts::page_of;
use crate::bot::render::{self, Arg, Rendered, labelled};
use crate::bot::toast::Toast;
use crate::domain::department::{Category, Department};
use crate::domain::ids::{CategoryId, DepartmentId};
use crate::domain::person::Prompt;
use crate::engine::desk::{DeskEdit, checked};
use crate::engine::error::EngineError;
use crate::engine::roster::Seat;
use std::sync::Arc;
use teloxide::types::{CallbackQuery, Message, MessageEntityKind, MessageId};
use uuid::Uuid;

/// How many departments of nearly the same name are offered.
const NEAR: usize = 3;

/// `/department [name]`: the list, that department, or whether there is to be one of that name.
pub async fn department(desk: Arc<Desk>, ask: Ask, arg: String) -> Handled {
    if arg.trim().is_empty() {
        return Ok(vec![ask.text(all(&desk, &ask, 0).await?)]);
    }
    let known = find(&desk, &arg).await?;
    let text = match known {
        Some(department) => department_card(&desk, &ask, &department, 0).await?,
        None => whether_to_make(&desk, &ask, &checked(&arg)?).await?,
    };
    Ok(vec![ask.text(text)])
}

/// A name that no department has can be a slip of the pen: those that are called nearly so are offered first.
async fn whether_to_make(desk: &Desk, ask: &Ask, name: &str) -> Result<Rendered, EngineError> {
    let words = ask.words(desk);
    let mut all = desk.engine.store().departments().await?;
    all.retain(|department| is_near(&department.name, name));
    let show = |d: &Department| vec![labelled(&d.name, Press::Department(d.id, 0))];
    let make = words.button("department-make", Press::MakeDepartment);
    let rows = all.iter().take(NEAR).map(show);
    let buttons = rows.chain([vec![make, words.button("button-cancel", Press::Dismiss)]]).collect();
    Ok(Rendered { html: words.say("department-unknown", &[("name", name.into())]), buttons })
}

/// Whether two names differ by a slip: two letters at most, or one is a part of the other.
fn is_near(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    one.contains(&other) || other.contains(&one) || strsim::osa_distance(&one, &other) <= 2
}

/// Yes, there is to be a department of that name. The name doesn't fit into a button, so it is read off the message, where
/// it is all that is bold.
pub async fn make_department(
    desk: Arc<Desk>,
    ask: Ask,
    toast: Toast,
    place: Place,
    query: CallbackQuery,
) -> Handled {
    let entities = query.regular_message().and_then(|message| message.parse_entities()).unwrap_or_default();
    let name = entities.iter().find(|entity| *entity.kind() == MessageEntityKind::Bold);
    let name = name.ok_or(EngineError::NotFound)?.text();
    toast.ack();
    Ok(vec![ask.edit(place, created(&desk, &ask, MessageId(place.0), name).await?)])
}

/// `/category [department - category]`: which department, or a new category there.
pub async fn category(desk: Arc<Desk>, ask: Ask, message: Message, arg: String) -> Handled {
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
pub(super) fn category_where(desk: &Desk, ask: &Ask, open: &[Department], page: u16) -> Rendered {
    let words = ask.words(desk);
    let button = |d: &Department| labelled(&d.name, Press::NewCategory(d.id));
    let mut buttons = department_rows(&words, open, (For::Category, page), button);
    buttons.push(vec![words.button("button-cancel", Press::Dismiss)]);
    Rendered { html: words.say("category-which", &[]), buttons }
}

/// Every way to read `department - category`: either name may have a dash of its own.
fn readings(arg: &str) -> impl Iterator<Item = (&str, &str)> {
    arg.match_indices(" - ")
        .filter_map(|(at, dash)| Some((arg.get(..at)?.trim(), arg.get(at + dash.len()..)?.trim())))
}

/// A department was pressed.
pub async fn show_department(
    desk: Arc<Desk>,
    ask: Ask,
    toast: Toast,
    place: Place,
    (id, page): (DepartmentId, u16),
) -> Handled {
    let department = by_id(&desk, id).await?;
    toast.ack();
    Ok(vec![ask.edit(place, department_card(&desk, &ask, &department, page).await?)])
}

/// A name for a new department is asked for.
pub async fn new_department(desk: Arc<Desk>, ask: Ask, toast: Toast, place: Place) -> Handled {
    asks(&desk, &ask, &toast, place, (Prompt::NewDepartment, "department-ask-name", "")).await
}

/// A new name for a department is asked for.
pub async fn rename_department(
    desk: Arc<Desk>,
    ask: Ask,
    toast: Toast,
    place: Place,
    id: DepartmentId,
) -> Handled {
    let name = by_id(&desk, id).await?.name;
    asks(&desk, &ask, &toast, place, (Prompt::RenameDepartment(id), "department-ask-rename", &name)).await
}

/// Whether a department is critical.
pub async fn set_critical(
    desk: Arc<Desk>,
    ask: Ask,
    toast: Toast,
    place: Place,
    (id, critical): (DepartmentId, bool),
) -> Handled {
    let edited = desk.engine.edit_department(&ask.person, id, &DeskEdit::SetCritical(critical)).await;
    let key = if critical { "department-now-critical" } else { "department-not-critical" };
    edit(&desk, &ask, &toast, (place, id, None), edited.map(|d| (key, d.name))).await
}

/// Whether a department is retired.
pub async fn set_retired(
    desk: Arc<Desk>,
    ask: Ask,
    toast: Toast,
    place: Place,
    (id, retired): (DepartmentId, bool),
) -> Handled {
    let edited = desk.engine.edit_department(&ask.person, id, &DeskEdit::SetRetired(retired)).await;
    let key = if retired { "department-now-retired" } else { "department-not-retired" };
    edit(&desk, &ask, &toast, (place, id, None), edited.map(|d| (key, d.name))).await
}

/// A name for a new category is asked for.
pub async fn new_category(
    desk: Arc<Desk>,
    ask: Ask,
    toast: Toast,
    place: Place,
    id: DepartmentId,
) -> Handled {
    let name = by_id(&desk, id).await?.name;
    asks(&desk, &ask, &toast, place, (Prompt::NewCategory(id), "category-ask-name", &name)).await
}

/// A category was pressed.
pub async fn show_category(desk: Arc<Desk>, ask: Ask, toast: Toast, place: Place, id: CategoryId) -> Handled {
    let (department, category) = with_category(&desk, id).await?;
    toast.ack();
    Ok(vec![ask.edit(place, render::category_card(&ask.words(&desk), &department, &category))])
}

/// A new name for a category is asked for.
pub async fn rename_category(
    desk: Arc<Desk>,
    ask: Ask,
    toast: Toast,
    place: Place,
    id: CategoryId,
) -> Handled {
    let name = with_category(&desk, id).await?.1.name;
    asks(&desk, &ask, &toast, place, (Prompt::RenameCategory(id), "category-ask-rename", &name)).await
}

/// Whether a category is retired.
pub async fn set_category_retired(
    desk: Arc<Desk>,
    ask: Ask,
    toast: Toast,
    place: Place,
    (id, retired): (CategoryId, bool),
) -> Handled {
    let department = with_category(&desk, id).await?.0.id;
    let set = DeskEdit::SetCategoryRetired(id, retired);
    let edited = desk.engine.edit_department(&ask.person, department, &set).await;
    let key = if retired { "category-now-retired" } else { "category-not-retired" };
    edit(&desk, &ask, &toast, (place, department, Some(id)), edited.map(|d| (key, d.label(id)))).await
}

/// The answer to a question for a name. A name that won't do keeps the question open.
pub async fn answered(desk: &Desk, ask: &Ask, prompt: Prompt, message: MessageId, name: &str) -> Handled {
    let answer = match prompt {
        Prompt::NewDepartment => created(desk, ask, message, name).await?,
        Prompt::NewCategory(id) => category_created(desk, ask, message, id, name).await?,
        Prompt::RenameDepartment(id) => {
            let rename = DeskEdit::Rename(name.to_owned());
            let department = desk.engine.edit_department(&ask.person, id, &rename).await?;
            department_card(desk, ask, &department, 0).await?
        }
        Prompt::RenameCategory(id) => {
            let (department, rename) =
                (with_category(desk, id).await?.0.id, DeskEdit::RenameCategory(id, name.to_owned()));
            let department = desk.engine.edit_department(&ask.person, department, &rename).await?;
            department_card(desk, ask, &department, render::category_page(&department, id)).await?
        }
    };
    desk.engine.answer_prompt(ask.person.id, message.0).await?;
    Ok(vec![ask.text(answer)])
}

/// A question, what asks it, and the name of what it is about.
type Question<'a> = (Prompt, &'static str, &'a str);

/// A button that asks becomes its question: pressed twice, it asks once.
async fn asks(desk: &Desk, ask: &Ask, toast: &Toast, place: Place, asked: Question<'_>) -> Handled {
    toast.ack();
    Ok(vec![ask.edit(place, question(desk, ask, asked).await?)])
}

async fn question(
    desk: &Desk,
    ask: &Ask,
    (prompt, key, name): Question<'_>,
) -> Result<Rendered, EngineError> {
    desk.engine.set_prompt(ask.person.id, Some(prompt)).await?;
    Ok(ask.words(desk).message(key, &[("name", name.into())]))
}

/// A switch was pressed: the answer says how things stand now, whether by this press or by one before, and so does the
/// department's card.
async fn edit(
    desk: &Desk,
    ask: &Ask,
    toast: &Toast,
    (place, id, category): (Place, DepartmentId, Option<CategoryId>),
    edited: Result<(&str, String), EngineError>,
) -> Handled {
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

async fn created(desk: &Desk, ask: &Ask, message: MessageId, name: &str) -> Result<Rendered, EngineError> {
    let words = ask.words(desk);
    let first = words.plain("default-category", &[]);
    let id = DepartmentId(made_by(ask, message));
    let department = desk.engine.add_department(&ask.person, id, name, &first).await?;
    let card = department_card(desk, ask, &department, 0).await?;
    let mut told = words.say("department-created", &[("name", (&department.name).into())]);
    let serves = |seat: &Seat| seat.profile().is_some_and(|p| p.departments.contains(&department.id));
    if !desk.engine.seats().iter().any(serves) {
        told = format!("{told}\n{}", words.say("department-no-agents", &[]));
    }
    Ok(Rendered { html: format!("{told}\n\n{}", card.html), ..card })
}

async fn category_created(
    desk: &Desk,
    ask: &Ask,
    message: MessageId,
    department: DepartmentId,
    name: &str,
) -> Result<Rendered, EngineError> {
    let id = CategoryId(made_by(ask, message));
    let (department, category) = desk.engine.add_category(&ask.person, department, id, name).await?;
    let label = Arg::from(department.label(category.id));
    Ok(ask.words(desk).message("category-created", &[("label", label)]))
}

/// The id of what a message makes: the same when the message is handled again, because the desk died before it was marked
/// as handled. A person's id with the message's number in it is nobody else's.
fn made_by(ask: &Ask, message: MessageId) -> Uuid {
    Uuid::from_u128(ask.person.id.0.as_u128() ^ u128::from(message.0.cast_unsigned()))
}

/// A page of all departments.
pub(super) async fn all(desk: &Desk, ask: &Ask, page: u16) -> Result<Rendered, EngineError> {
    let all = desk.engine.store().departments().await?;
    let (page, pages, shown) = page_of(&all, page, PER_PAGE);
    Ok(render::departments(&ask.words(desk), shown, (page, pages)))
}

async fn department_card(
    desk: &Desk,
    ask: &Ask,
    department: &Department,
    page: u16,
) -> Result<Rendered, EngineError> {
    let all = desk.engine.store().departments().await?;
    Ok(render::department_card(&ask.words(desk), department, page, page_with(&all, department.id)))
}

async fn find(desk: &Desk, name: &str) -> Result<Option<Department>, EngineError> {
    Ok(by_name(&desk.engine.store().departments().await?, name).cloned())
}

fn by_name<'a>(all: &'a [Department], name: &str) -> Option<&'a Department> {
    let wanted = name.trim().to_lowercase();
    all.iter().find(|d| d.name.to_lowercase() == wanted)
}

async fn by_id(desk: &Desk, id: DepartmentId) -> Result<Department, EngineError> {
    let all = desk.engine.store().departments().await?;
    all.into_iter().find(|d| d.id == id).ok_or(EngineError::NotFound)
}

async fn with_category(desk: &Desk, id: CategoryId) -> Result<(Department, Category), EngineError> {
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

    #[test]
    fn a_slip_of_the_pen_is_near() {
        for (typed, near) in
            [("tenkik", true), ("TEKNIK", true), ("Tekn", true), ("Teknik A", true), ("Umum", false)]
        {
            assert_eq!(is_near("Teknik", typed), near, "{typed}");
        }
    }
}
