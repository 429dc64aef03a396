//! Audit events of changes of a department and its categories.
use crate::domain::Time;
use crate::domain::department::{Category, Department};
use crate::domain::event::{Action, Actor, AuditEvent};

/// Returns the event of a new department.
pub(super) fn added(department: &Department, actor: Actor, at: Time) -> AuditEvent {
    let categories = department.categories.iter().map(|category| quoted(&category.name));
    let categories = categories.collect::<Vec<_>>().join(",");
    let name = quoted(&department.name);
    event(department, format!("added={name} categories={categories}"), actor, at)
}

/// Returns the event of a changed department: each field that differs, as `field=before→after`.
pub(super) fn changed(before: &Department, after: &Department, actor: Actor, at: Time) -> AuditEvent {
    let mut changes = vec![
        difference("name", &quoted(&before.name), &quoted(&after.name)),
        difference("critical", &before.critical.to_string(), &after.critical.to_string()),
        difference("retired", &before.retired.to_string(), &after.retired.to_string()),
    ];
    for category in &after.categories {
        let field = |name: &str| format!("category({}).{name}", category.id.0);
        let Some(Category { name, retired, .. }) = before.category(category.id) else {
            changes.push(Some(format!("{}={}", field("added"), quoted(&category.name))));
            continue;
        };
        changes.push(difference(&field("name"), &quoted(name), &quoted(&category.name)));
        changes.push(difference(&field("retired"), &retired.to_string(), &category.retired.to_string()));
    }
    event(after, changes.into_iter().flatten().collect::<Vec<_>>().join(" "), actor, at)
}

fn difference(field: &str, before: &str, after: &str) -> Option<String> {
    (before != after).then(|| format!("{field}={before}→{after}"))
}

/// Returns a name as a JSON string, because it may hold spaces and quotes.
fn quoted(name: &str) -> String {
    serde_json::Value::from(name).to_string()
}

fn event(department: &Department, change: String, actor: Actor, at: Time) -> AuditEvent {
    let what = Action::DepartmentChanged { department: department.id, change };
    AuditEvent { at, actor, ticket: None, what }
}
