//! Lookup of departments and categories by name or id.
use crate::bot::context::{BotContext, RequestContext};
use crate::domain::department::{Category, Department};
use crate::domain::ids::{CategoryId, DepartmentId};
use crate::domain::notice::Outgoing;
use crate::engine::error::EngineError;
use uuid::Uuid;

/// The id that stands for all departments in a button.
pub(in crate::bot::handlers) const ALL_DEPARTMENTS: DepartmentId = DepartmentId(Uuid::nil());

/// Returns the departments that are not retired.
pub(in crate::bot::handlers) async fn active_departments(
    bot: &BotContext,
) -> Result<Vec<Department>, EngineError> {
    let mut all = bot.engine.store().departments().await?;
    all.retain(|department| !department.retired);
    Ok(all)
}

/// Returns the departments that need agents: those that are active, and retired ones in which tickets wait.
pub(in crate::bot::handlers) async fn staffed_departments(
    bot: &BotContext,
) -> Result<Vec<Department>, EngineError> {
    let (mut all, depths) = (bot.engine.store().departments().await?, bot.engine.store().depths().await?);
    all.retain(|department| !department.retired || depths.contains_key(&department.id));
    Ok(all)
}

/// Returns true if a button's department is not active any more: it may have been retired after the button was
/// drawn.
pub(in crate::bot::handlers) fn is_gone(active: &[Department], id: DepartmentId) -> bool {
    id != ALL_DEPARTMENTS && active.iter().all(|department| department.id != id)
}

/// Returns the department of this name, in any case, or [`ALL_DEPARTMENTS`] for a blank name.
pub(in crate::bot::handlers) fn find_active_or_all(
    active: &[Department],
    name: &str,
) -> Option<DepartmentId> {
    let lowercase_name = name.trim().to_lowercase();
    if lowercase_name.is_empty() {
        return Some(ALL_DEPARTMENTS);
    }
    active.iter().find(|d| d.name.to_lowercase() == lowercase_name).map(|d| d.id)
}

/// Returns the answer for a name that no department has.
pub(in crate::bot::handlers) fn no_such_department(
    bot: &BotContext,
    ctx: &RequestContext,
    name: &str,
) -> Vec<Outgoing> {
    vec![ctx.message(bot, "no-such-department", &[("name", name.trim().into())])]
}

/// Returns a department's name. For [`ALL_DEPARTMENTS`] it is the name of the only department, or the text
/// for all of them.
pub(in crate::bot::handlers) fn department_name(
    bot: &BotContext,
    ctx: &RequestContext,
    active: &[Department],
    id: DepartmentId,
) -> String {
    match (active, active.iter().find(|d| d.id == id)) {
        (_, Some(department)) => department.name.clone(),
        ([only], None) => only.name.clone(),
        _ => ctx.localizer(bot).plain("invite-all", &[]),
    }
}

pub(in crate::bot::handlers::admin) async fn find_by_name(
    bot: &BotContext,
    name: &str,
) -> Result<Option<Department>, EngineError> {
    Ok(by_name(&bot.engine.store().departments().await?, name).cloned())
}

pub(in crate::bot::handlers::admin) fn by_name<'a>(
    all: &'a [Department],
    name: &str,
) -> Option<&'a Department> {
    let lowercase_name = name.trim().to_lowercase();
    all.iter().find(|d| d.name.to_lowercase() == lowercase_name)
}

pub(in crate::bot::handlers) async fn department_by_id(
    bot: &BotContext,
    id: DepartmentId,
) -> Result<Department, EngineError> {
    let all = bot.engine.store().departments().await?;
    all.into_iter().find(|d| d.id == id).ok_or(EngineError::NotFound)
}

pub(in crate::bot::handlers) async fn category_by_id(
    bot: &BotContext,
    id: CategoryId,
) -> Result<(Department, Category), EngineError> {
    let all = bot.engine.store().departments().await?;
    let matching = all.into_iter().find_map(|d| d.category(id).cloned().map(|category| (d, category)));
    matching.ok_or(EngineError::NotFound)
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
            hours: None,
            retired: false,
            version: Version::default(),
        }
    }

    #[test]
    fn a_department_is_found_by_its_full_name_in_any_case() {
        let active = [department(1, "HSI INDIBIZ"), department(2, "Umum")];
        assert_eq!(find_active_or_all(&active, " hsi indibiz "), Some(active[0].id));
        assert_eq!(find_active_or_all(&active, "hsi"), None);
        assert_eq!(find_active_or_all(&active, "  "), Some(ALL_DEPARTMENTS));
    }

    #[test]
    fn all_departments_are_never_gone_and_a_retired_one_is() {
        let active = [department(1, "Umum")];
        assert!(!is_gone(&active, active[0].id) && !is_gone(&active, ALL_DEPARTMENTS));
        assert!(is_gone(&active, DepartmentId(Uuid::from_u128(2))));
    }
}
