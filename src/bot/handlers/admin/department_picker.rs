//! Choosing a department: by name, or out of buttons a page at a time; one, or all of them.
use super::pickers::still_agent;
use super::{agents, departments, invite};
use crate::bot::callback::{ButtonAction, DepartmentPickerPurpose, PickerPurpose};
use crate::bot::cards::view_loader::page_of;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render::{Button, Rendered, Words, labelled};
use crate::bot::toast::Toast;
use crate::domain::department::Department;
use crate::domain::ids::DepartmentId;
use crate::domain::notice::Outgoing;
use crate::engine::error::EngineError;
use std::sync::Arc;
use uuid::Uuid;

/// Stands for all departments in a button.
pub(in crate::bot::handlers) const ALL: DepartmentId = DepartmentId(Uuid::nil());
/// Departments on a page: as many as most desks have, and few enough for the 10 kB that Telegram takes for all buttons
/// together, whatever they are called.
pub(in crate::bot::handlers) const PER_PAGE: u16 = 30;

/// Another page of a list of departments.
pub async fn departments(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    (why, page): (DepartmentPickerPurpose, u16),
) -> HandlerResult {
    let open = open_departments(&desk).await?;
    let text = match why {
        DepartmentPickerPurpose::Show => departments::all(&desk, &ask, page).await?,
        DepartmentPickerPurpose::Category => departments::category_where(&desk, &ask, &open, page),
        DepartmentPickerPurpose::Invite => invite::invite_to_which(&desk, &ask, &open, page),
        DepartmentPickerPurpose::Newcomer(id) => {
            let person = desk.engine.store().person(id).await?.ok_or(EngineError::NotFound)?;
            agents::which_for(&desk, &ask, &person, (&open, page))
        }
        DepartmentPickerPurpose::Agent(agent) => {
            match still_agent(&desk, &ask, &toast, place, (PickerPurpose::Agent, agent)).await? {
                Ok(_) => agents::agent_card(&desk, &ask, agent, page).await?,
                Err(list) => return Ok(vec![list]),
            }
        }
    };
    toast.ack();
    Ok(vec![ask.edit(place, text)])
}

/// The departments that take new tickets.
pub(in crate::bot::handlers) async fn open_departments(
    desk: &BotContext,
) -> Result<Vec<Department>, EngineError> {
    let mut all = desk.engine.store().departments().await?;
    all.retain(|department| !department.retired);
    Ok(all)
}

/// Whether a button's department is there no more: it can have been retired since the button was drawn.
pub(in crate::bot::handlers) fn is_gone(open: &[Department], id: DepartmentId) -> bool {
    id != ALL && open.iter().all(|department| department.id != id)
}

/// The department of this name; all of them when none is named.
pub(in crate::bot::handlers) fn named(open: &[Department], name: &str) -> Option<DepartmentId> {
    let wanted = name.trim().to_lowercase();
    if wanted.is_empty() {
        return Some(ALL);
    }
    open.iter().find(|d| d.name.to_lowercase() == wanted).map(|d| d.id)
}

/// That there is no department of this name.
pub(in crate::bot::handlers) fn no_such_department(
    desk: &BotContext,
    ask: &RequestContext,
    name: &str,
) -> Vec<Outgoing> {
    vec![ask.say(desk, "no-such-department", &[("name", name.trim().into())])]
}

/// The question `html` with a button for each department of a page and one for all of them.
pub(in crate::bot::handlers) fn which_department(
    words: &Words<'_>,
    html: String,
    open: &[Department],
    at: (DepartmentPickerPurpose, u16),
    press: impl Fn(DepartmentId) -> ButtonAction,
) -> Rendered {
    let mut buttons = department_rows(words, open, at, |d| labelled(&d.name, press(d.id)));
    buttons.push(vec![words.button("invite-all", press(ALL))]);
    buttons.push(vec![words.button("button-cancel", ButtonAction::Dismiss)]);
    Rendered { html, buttons }
}

/// A page of departments, a button each, and the row that turns it.
pub(in crate::bot::handlers) fn department_rows(
    words: &Words<'_>,
    all: &[Department],
    (why, page): (DepartmentPickerPurpose, u16),
    button: impl Fn(&Department) -> Button,
) -> Vec<Vec<Button>> {
    let (page, pages, shown) = page_of(all, page, PER_PAGE);
    let turns = words.page_row(page, pages, |page| ButtonAction::Departments(why, page));
    let rows = shown.iter().map(|department| vec![button(department)]);
    rows.chain([turns]).filter(|row| !row.is_empty()).collect()
}

/// The page that a department is on.
pub(in crate::bot::handlers) fn page_with(all: &[Department], id: DepartmentId) -> u16 {
    let at = all.iter().position(|department| department.id == id).unwrap_or(0);
    u16::try_from(at / usize::from(PER_PAGE)).unwrap_or(0)
}

/// The name of a department; of all of them, the only one's own.
pub(in crate::bot::handlers) fn department_name(
    desk: &BotContext,
    ask: &RequestContext,
    open: &[Department],
    id: DepartmentId,
) -> String {
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
