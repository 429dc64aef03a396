//! Admins: departments and categories.
use super::serving::{SHOWN, no_such_department, open_departments};
use crate::bot::callback::Press;
use crate::bot::context::{Ask, Desk, Handled, Place, Toast};
use crate::bot::render::{Button, Rendered, Words, labelled};
use crate::domain::department::{Category, Department};
use crate::domain::ids::{CategoryId, DepartmentId};
use crate::domain::person::Prompt;
use crate::engine::desk::DeskEdit;
use crate::engine::error::EngineError;
use std::sync::Arc;

/// Categories on a department's card: as many as its text and Telegram's 10 kB of buttons have room for.
const CATEGORIES: usize = 45;

/// `/department [name]`: the list, that department, or a new one of that name.
pub async fn department(desk: Arc<Desk>, ask: Ask, arg: String) -> Handled {
    if arg.trim().is_empty() {
        return Ok(vec![ask.text(all(&desk, &ask).await?)]);
    }
    let known = find(&desk, &arg).await?;
    let text = match known {
        Some(department) => department_card(&ask.words(&desk), &department),
        None => created(&desk, &ask, &arg).await?,
    };
    Ok(vec![ask.text(text)])
}

/// `/category [department - category]`: which department, or a new category there.
pub async fn category(desk: Arc<Desk>, ask: Ask, arg: String) -> Handled {
    if arg.trim().is_empty() {
        return category_where(&desk, &ask).await;
    }
    let Some((department, _)) = readings(&arg).next() else {
        return Ok(vec![ask.say(&desk, "category-usage", &[])]);
    };
    // The longest name of a department counts: there can be an "A" and an "A - B".
    let known = desk.engine.store().departments().await?;
    let meant = readings(&arg).filter_map(|(d, c)| Some((by_name(&known, d)?.id, c))).last();
    let Some((id, name)) = meant else { return Ok(no_such_department(&desk, &ask, department)) };
    Ok(vec![ask.text(category_created(&desk, &ask, id, name).await?)])
}

/// The department of a new category is asked for, where there are several.
async fn category_where(desk: &Desk, ask: &Ask) -> Handled {
    let (words, departments) = (ask.words(desk), open_departments(desk).await?);
    if let [only] = departments.as_slice() {
        return prompt(desk, ask, Prompt::NewCategory(only.id), "category-ask-name", &only.name).await;
    }
    let offered = departments.iter().take(SHOWN);
    let mut buttons: Vec<_> = offered.map(|d| vec![labelled(&d.name, Press::NewCategory(d.id))]).collect();
    buttons.push(vec![words.button("button-cancel", Press::Dismiss)]);
    Ok(vec![ask.text(Rendered { html: words.say("category-which", &[]), buttons })])
}

/// Every way to read `department - category`: either name may have a dash of its own.
fn readings(arg: &str) -> impl Iterator<Item = (&str, &str)> {
    arg.match_indices(" - ")
        .filter_map(|(at, dash)| Some((arg.get(..at)?.trim(), arg.get(at + dash.len()..)?.trim())))
}

/// The list was pressed for.
pub async fn departments(desk: Arc<Desk>, ask: Ask, toast: Toast, place: Place) -> Handled {
    toast.ack();
    Ok(vec![ask.edit(place, all(&desk, &ask).await?)])
}

/// A department was pressed.
pub async fn show_department(
    desk: Arc<Desk>,
    ask: Ask,
    toast: Toast,
    place: Place,
    id: DepartmentId,
) -> Handled {
    toast.ack();
    let department = by_id(&desk, id).await?;
    Ok(vec![ask.edit(place, department_card(&ask.words(&desk), &department))])
}

/// A name for a new department is asked for.
pub async fn new_department(desk: Arc<Desk>, ask: Ask, toast: Toast) -> Handled {
    toast.ack();
    prompt(&desk, &ask, Prompt::NewDepartment, "department-ask-name", "").await
}

/// A new name for a department is asked for.
pub async fn rename_department(desk: Arc<Desk>, ask: Ask, toast: Toast, id: DepartmentId) -> Handled {
    toast.ack();
    let name = by_id(&desk, id).await?.name;
    prompt(&desk, &ask, Prompt::RenameDepartment(id), "department-ask-rename", &name).await
}

/// The critical flag is switched.
pub async fn toggle_critical(
    desk: Arc<Desk>,
    ask: Ask,
    toast: Toast,
    place: Place,
    id: DepartmentId,
) -> Handled {
    edit(&desk, &ask, &toast, place, id, &DeskEdit::ToggleCritical).await
}

/// A department is retired or brought back.
pub async fn toggle_retired(
    desk: Arc<Desk>,
    ask: Ask,
    toast: Toast,
    place: Place,
    id: DepartmentId,
) -> Handled {
    edit(&desk, &ask, &toast, place, id, &DeskEdit::ToggleRetired).await
}

/// A name for a new category is asked for.
pub async fn new_category(desk: Arc<Desk>, ask: Ask, toast: Toast, id: DepartmentId) -> Handled {
    toast.ack();
    let name = by_id(&desk, id).await?.name;
    prompt(&desk, &ask, Prompt::NewCategory(id), "category-ask-name", &name).await
}

/// A category was pressed.
pub async fn show_category(desk: Arc<Desk>, ask: Ask, toast: Toast, place: Place, id: CategoryId) -> Handled {
    toast.ack();
    let (department, category) = with_category(&desk, id).await?;
    Ok(vec![ask.edit(place, category_card(&ask.words(&desk), &department, &category))])
}

/// A new name for a category is asked for.
pub async fn rename_category(desk: Arc<Desk>, ask: Ask, toast: Toast, id: CategoryId) -> Handled {
    toast.ack();
    let name = with_category(&desk, id).await?.1.name;
    prompt(&desk, &ask, Prompt::RenameCategory(id), "category-ask-rename", &name).await
}

/// A category is retired or brought back.
pub async fn toggle_category(
    desk: Arc<Desk>,
    ask: Ask,
    toast: Toast,
    place: Place,
    id: CategoryId,
) -> Handled {
    let (department, _) = with_category(&desk, id).await?;
    edit(&desk, &ask, &toast, place, department.id, &DeskEdit::ToggleCategory(id)).await
}

/// The answer to a question for a name. A name that won't do keeps the question open.
pub async fn answered(desk: &Desk, ask: &Ask, prompt: Prompt, text: &str) -> Handled {
    let words = ask.words(desk);
    let answer = match prompt {
        Prompt::NewDepartment => created(desk, ask, text).await?,
        Prompt::RenameDepartment(id) => {
            let edited =
                desk.engine.edit_department(&ask.person, id, &DeskEdit::Rename(text.to_owned())).await?;
            department_card(&words, &edited)
        }
        Prompt::NewCategory(id) => category_created(desk, ask, id, text).await?,
        Prompt::RenameCategory(id) => {
            let (department, _) = with_category(desk, id).await?;
            let rename = DeskEdit::RenameCategory(id, text.to_owned());
            let edited = desk.engine.edit_department(&ask.person, department.id, &rename).await?;
            department_card(&words, &edited)
        }
    };
    desk.engine.set_prompt(ask.person.id, None).await?;
    Ok(vec![ask.text(answer)])
}

async fn prompt(desk: &Desk, ask: &Ask, prompt: Prompt, key: &str, name: &str) -> Handled {
    desk.engine.set_prompt(ask.person.id, Some(prompt)).await?;
    Ok(vec![ask.say(desk, key, &[("name", name.into())])])
}

async fn edit(
    desk: &Desk,
    ask: &Ask,
    toast: &Toast,
    place: Place,
    id: DepartmentId,
    edit: &DeskEdit,
) -> Handled {
    match desk.engine.edit_department(&ask.person, id, edit).await {
        Ok(department) => {
            toast.ack();
            Ok(vec![ask.edit(place, department_card(&ask.words(desk), &department))])
        }
        Err(error) => match super::explain::explain_toast(desk, ask, &error) {
            Some(text) => {
                toast.say(text);
                Ok(Vec::new())
            }
            None => Err(error),
        },
    }
}

async fn created(desk: &Desk, ask: &Ask, name: &str) -> Result<Rendered, EngineError> {
    let words = ask.words(desk);
    let first = words.plain("default-category", &[]);
    let department = desk.engine.add_department(&ask.person, name, &first).await?;
    let card = department_card(&words, &department);
    let told = words.say("department-created", &[("name", (&department.name).into())]);
    Ok(Rendered { html: format!("{told}\n\n{}", card.html), ..card })
}

async fn category_created(
    desk: &Desk,
    ask: &Ask,
    id: DepartmentId,
    name: &str,
) -> Result<Rendered, EngineError> {
    let add = DeskEdit::AddCategory(name.to_owned());
    let department = desk.engine.edit_department(&ask.person, id, &add).await?;
    let label =
        department.categories.last().map(|category| department.label(category.id)).unwrap_or_default();
    Ok(ask.words(desk).message("category-created", &[("label", label.into())]))
}

async fn all(desk: &Desk, ask: &Ask) -> Result<Rendered, EngineError> {
    let words = ask.words(desk);
    let departments = desk.engine.store().departments().await?;
    let label = |d: &Department| match (d.retired, d.critical) {
        (true, _) => format!("💤 {}", d.name),
        (false, true) => format!("🚨 {}", d.name),
        (false, false) => d.name.clone(),
    };
    let mut buttons: Vec<Vec<Button>> =
        departments.iter().take(SHOWN).map(|d| vec![labelled(&label(d), Press::Department(d.id))]).collect();
    buttons.push(vec![words.button("department-new", Press::NewDepartment)]);
    Ok(Rendered { html: words.say("departments-head", &[]), buttons })
}

fn department_card(words: &Words<'_>, department: &Department) -> Rendered {
    let mut lines = vec![words.say("department-head", &[("name", (&department.name).into())])];
    if department.critical {
        lines.push(words.say("department-critical", &[]));
    }
    if department.retired {
        lines.push(words.say("department-retired", &[]));
    }
    lines.push(words.say("department-categories", &[]));
    lines.extend(department.categories.iter().take(CATEGORIES).map(|category| {
        let key = if category.retired { "department-category-retired" } else { "department-category" };
        words.say(key, &[("name", (&category.name).into())])
    }));
    let id = department.id;
    let critical = if department.critical { "department-critical-off" } else { "department-critical-on" };
    let retire = if department.retired { "department-revive" } else { "department-retire" };
    let mut buttons = vec![vec![
        words.button("department-rename", Press::RenameDepartment(id)),
        words.button("category-new", Press::NewCategory(id)),
    ]];
    let categories = department.categories.iter().take(CATEGORIES);
    buttons.extend(categories.map(|c| vec![labelled(&format!("🏷 {}", c.name), Press::Category(c.id))]));
    buttons.push(vec![
        words.button(critical, Press::CriticalDepartment(id)),
        words.button(retire, Press::RetireDepartment(id)),
    ]);
    buttons.push(vec![words.button("back", Press::Departments)]);
    Rendered { html: lines.join("\n"), buttons }
}

fn category_card(words: &Words<'_>, department: &Department, category: &Category) -> Rendered {
    let mut html = words.say("category-head", &[("label", department.label(category.id).into())]);
    if category.retired {
        html = format!("{html}\n{}", words.say("category-retired", &[]));
    }
    let retire = if category.retired { "department-revive" } else { "department-retire" };
    let buttons = vec![
        vec![
            words.button("department-rename", Press::RenameCategory(category.id)),
            words.button(retire, Press::RetireCategory(category.id)),
        ],
        vec![words.button("back", Press::Department(department.id))],
    ];
    Rendered { html, buttons }
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
}
