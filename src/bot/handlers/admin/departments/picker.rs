//! Department pickers: pages of departments as buttons, with a button for all of them where that is a choice.
use super::lookup::ALL_DEPARTMENTS;
use crate::bot::callback::{ButtonAction, DepartmentPickerPurpose};
use crate::bot::paging::page_of;
use crate::bot::render::{Button, Localizer, Rendered, labelled};
use crate::domain::department::Department;
use crate::domain::ids::DepartmentId;

/// Departments on a page. Most installations have fewer. With names of any length, the buttons stay below
/// Telegram's limit of 10 kB for all buttons of a message.
pub(in crate::bot::handlers) const DEPARTMENTS_PER_PAGE: u16 = 30;

/// Returns the question `html` with a button for each department of a page and one for all departments.
pub(in crate::bot::handlers) fn department_question(
    localizer: &Localizer<'_>,
    html: String,
    open: &[Department],
    at: (DepartmentPickerPurpose, u16),
    action: impl Fn(DepartmentId) -> ButtonAction,
) -> Rendered {
    let mut buttons = department_rows(localizer, open, at, |d| labelled(&d.name, action(d.id)));
    buttons.push(vec![localizer.button("invite-all", action(ALL_DEPARTMENTS))]);
    buttons.push(vec![localizer.button("button-cancel", ButtonAction::Dismiss)]);
    Rendered::new(html, buttons)
}

/// Returns a button for each department of a page, and the row that changes the page.
pub(in crate::bot::handlers) fn department_rows(
    localizer: &Localizer<'_>,
    all: &[Department],
    (purpose, page): (DepartmentPickerPurpose, u16),
    button: impl Fn(&Department) -> Button,
) -> Vec<Vec<Button>> {
    let (page, pages, shown) = page_of(all, page, DEPARTMENTS_PER_PAGE);
    let page_buttons = localizer.page_row(page, pages, |page| ButtonAction::Departments(purpose, page));
    let with_page_buttons = shown.iter().map(|department| vec![button(department)]);
    with_page_buttons.chain([page_buttons]).filter(|row| !row.is_empty()).collect()
}

/// Returns the page that a department is on.
pub(in crate::bot::handlers) fn page_of_department(all: &[Department], id: DepartmentId) -> u16 {
    let at = all.iter().position(|department| department.id == id).unwrap_or(0);
    u16::try_from(at / usize::from(DEPARTMENTS_PER_PAGE)).unwrap_or(0)
}
