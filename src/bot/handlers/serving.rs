//! Choosing a department that somebody is to serve: by name, or out of buttons; one, or all of them.
use crate::bot::callback::Press;
use crate::bot::context::{Ask, Desk};
use crate::bot::render::{Rendered, labelled};
use crate::domain::department::Department;
use crate::domain::ids::DepartmentId;
use crate::domain::notice::Outgoing;
use crate::engine::error::EngineError;
use uuid::Uuid;

/// Stands for all departments in a button.
pub(super) const ALL: DepartmentId = DepartmentId(Uuid::nil());
/// Departments on one message: more than desks have, and few enough for the 10 kB that Telegram takes for all buttons
/// together. Typing the name works for every one.
pub(super) const SHOWN: usize = 60;

/// The departments that take new tickets.
pub(super) async fn open_departments(desk: &Desk) -> Result<Vec<Department>, EngineError> {
    let mut all = desk.engine.store().departments().await?;
    all.retain(|department| !department.retired);
    Ok(all)
}

/// Whether a button's department is there no more: it can have been retired since the button was drawn.
pub(super) fn is_gone(open: &[Department], id: DepartmentId) -> bool {
    id != ALL && open.iter().all(|department| department.id != id)
}

/// The department of this name; all of them when none is named.
pub(super) fn named(open: &[Department], name: &str) -> Option<DepartmentId> {
    let wanted = name.trim().to_lowercase();
    if wanted.is_empty() {
        return Some(ALL);
    }
    open.iter().find(|d| d.name.to_lowercase() == wanted).map(|d| d.id)
}

/// That there is no department of this name.
pub(super) fn no_such_department(desk: &Desk, ask: &Ask, name: &str) -> Vec<Outgoing> {
    vec![ask.say(desk, "no-such-department", &[("name", name.trim().into())])]
}

/// The question `html` with a button for each department and one for all of them.
pub(super) fn which_department(
    desk: &Desk,
    ask: &Ask,
    html: String,
    open: &[Department],
    press: impl Fn(DepartmentId) -> Press,
) -> Rendered {
    let words = ask.words(desk);
    let mut buttons: Vec<_> = open.iter().take(SHOWN).map(|d| vec![labelled(&d.name, press(d.id))]).collect();
    buttons.push(vec![words.button("invite-all", press(ALL))]);
    buttons.push(vec![words.button("button-cancel", Press::Dismiss)]);
    Rendered { html, buttons }
}

/// The name of a department; of all of them, the only one's own.
pub(super) fn department_name(desk: &Desk, ask: &Ask, open: &[Department], id: DepartmentId) -> String {
    match (open, open.iter().find(|d| d.id == id)) {
        (_, Some(department)) => department.name.clone(),
        ([only], None) => only.name.clone(),
        _ => ask.words(desk).plain("invite-all", &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Version;

    fn department(n: u128, name: &str) -> Department {
        Department {
            id: DepartmentId(Uuid::from_u128(n)),
            name: name.into(),
            critical: false,
            categories: Vec::new(),
            retired: false,
            version: Version::default(),
        }
    }

    #[test]
    fn a_department_is_named_whole_and_in_any_case() {
        let open = [department(1, "HSI INDIBIZ"), department(2, "Umum")];
        assert_eq!(named(&open, " hsi indibiz "), Some(open[0].id));
        assert_eq!(named(&open, "hsi"), None);
        assert_eq!(named(&open, "  "), Some(ALL));
    }

    #[test]
    fn all_departments_are_always_there_and_a_retired_one_is_not() {
        let open = [department(1, "Umum")];
        assert!(!is_gone(&open, open[0].id) && !is_gone(&open, ALL));
        assert!(is_gone(&open, DepartmentId(Uuid::from_u128(2))));
    }
}
