//! Cards for admins: the list of departments, one department, one category.
pub(super) mod hours;

use super::parts::card;
use super::{Button, Localizer, Rendered, labelled};
use crate::bot::callback::{ButtonAction, DepartmentPickerPurpose, HoursAction};
use crate::bot::paging::page_of;
use crate::domain::department::{Category, Department};
use crate::domain::ids::CategoryId;

/// Categories on a page of a department's card. With names of any length they fit into the text and into
/// Telegram's limit of 10 kB for all buttons.
const PER_PAGE: u16 = 30;

/// Renders a page of all departments.
#[must_use]
pub fn departments(localizer: &Localizer<'_>, shown: &[Department], (page, pages): (u16, u16)) -> Rendered {
    let label = |d: &Department| match (d.retired, d.critical) {
        (true, _) => format!("💤 {}", d.name),
        (false, true) => format!("🚨 {}", d.name),
        (false, false) => d.name.clone(),
    };
    let rows = shown.iter().map(|d| vec![labelled(&label(d), ButtonAction::Department(d.id, 0))]);
    let page_buttons = localizer
        .page_row(page, pages, |page| ButtonAction::Departments(DepartmentPickerPurpose::Show, page));
    let new = vec![localizer.button("department-new", ButtonAction::NewDepartment)];
    card(localizer.html("departments-head", &[]), rows.chain([page_buttons, new]))
}

/// Renders a department with a page of its categories; `back` is its page in the list of departments.
#[must_use]
pub fn department_card(localizer: &Localizer<'_>, department: &Department, page: u16, back: u16) -> Rendered {
    let mut lines = vec![localizer.html("department-head", &[("name", (&department.name).into())])];
    if department.critical {
        lines.push(localizer.html("department-critical", &[]));
    }
    if department.retired {
        lines.push(localizer.html("department-retired", &[]));
    }
    lines.extend(hours::hours_line(localizer, department));
    lines.push(localizer.html("department-categories", &[]));
    let (page, pages, shown) = page_of(&department.categories, page, PER_PAGE);
    lines.extend(shown.iter().map(|category| {
        let key = if category.retired { "department-category-retired" } else { "department-category" };
        localizer.html(key, &[("name", (&category.name).into())])
    }));
    let categories =
        shown.iter().map(|c| vec![labelled(&format!("🏷 {}", c.name), ButtonAction::Category(c.id))]);
    let page_buttons = localizer.page_row(page, pages, |page| ButtonAction::Department(department.id, page));
    let [new, hours, switches] = department_rows(localizer, department);
    let back = vec![localizer.button("back", ButtonAction::Departments(DepartmentPickerPurpose::Show, back))];
    card(lines.join("\n"), [new].into_iter().chain(categories).chain([page_buttons, hours, switches, back]))
}

/// Returns the buttons of a department. A switch carries the state that its label announces.
fn department_rows(localizer: &Localizer<'_>, department: &Department) -> [Vec<Button>; 3] {
    let id = department.id;
    let critical = if department.critical { "department-critical-off" } else { "department-critical-on" };
    let new = vec![
        localizer.button("department-rename", ButtonAction::RenameDepartment(id)),
        localizer.button("category-new", ButtonAction::NewCategory(id)),
    ];
    let switches = vec![
        localizer.button(critical, ButtonAction::CriticalDepartment(id, !department.critical)),
        localizer
            .button(retire_key(department.retired), ButtonAction::RetireDepartment(id, !department.retired)),
    ];
    let hours = ButtonAction::Hours(HoursAction::Show(id));
    [new, vec![localizer.button("department-hours-button", hours)], switches]
}

/// Returns the page of a department's card that a category is on.
#[must_use]
pub fn category_page(department: &Department, id: CategoryId) -> u16 {
    let at = department.categories.iter().position(|category| category.id == id).unwrap_or(0);
    u16::try_from(at / usize::from(PER_PAGE)).unwrap_or(0)
}

/// Renders one category of a department.
#[must_use]
pub fn category_card(localizer: &Localizer<'_>, department: &Department, category: &Category) -> Rendered {
    let mut html = localizer.html("category-head", &[("label", department.label(category.id).into())]);
    if category.retired {
        html = format!("{html}\n{}", localizer.html("category-retired", &[]));
    }
    let rename = localizer.button("department-rename", ButtonAction::RenameCategory(category.id));
    let retire = ButtonAction::RetireCategory(category.id, !category.retired);
    let retire = localizer.button(retire_key(category.retired), retire);
    let back = localizer
        .button("back", ButtonAction::Department(department.id, category_page(department, category.id)));
    card(html, [vec![rename, retire], vec![back]])
}

fn retire_key(retired: bool) -> &'static str {
    if retired { "department-revive" } else { "department-retire" }
}
