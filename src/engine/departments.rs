//! Operations of admins on departments and categories.
mod audit;
mod hours;

use super::error::EngineError;
use super::events::Event;
use super::ports::{Change, Write};
use super::{Attempt, Engine};
use crate::domain::Time;
use crate::domain::department::{Category, Department};
use crate::domain::event::{Actor, AuditEvent};
use crate::domain::ids::{CategoryId, DepartmentId, Version};
use crate::domain::person::Person;
use crate::domain::text::{MAX_NAME_CHARS, clean};
pub(in crate::engine) use hours::DepartmentsInHours;
pub use hours::HoursEdit;

/// An edit of a department. Each variant sets a value instead of toggling it, so that it is idempotent.
#[derive(Debug, Clone)]
pub enum DepartmentEdit {
    /// Renames the department.
    Rename(String),
    /// Sets whether it is an incident at once when no agent is online.
    SetCritical(bool),
    /// Sets whether the department takes no more tickets.
    SetRetired(bool),
    /// Adds a category with this id. Does nothing if a category has this id and name.
    AddCategory(CategoryId, String),
    /// Renames a category.
    RenameCategory(CategoryId, String),
    /// Sets whether a category is no longer offered.
    SetCategoryRetired(CategoryId, bool),
}

impl Engine {
    /// Creates the first department with one category if there is none, so that a ticket can be opened at
    /// once.
    pub async fn ensure_department(&self, name: &str, category: &str, now: Time) -> Result<(), EngineError> {
        if self.store.departments().await?.is_empty() {
            let id = DepartmentId::from_random(self.random().id());
            let first = self.new_department(id, name, category)?;
            let event = audit::added(&first, Actor::Engine, now);
            match self.put_department(first, event).await {
                // Another process was faster.
                Ok(_) | Err(EngineError::Taken(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Creates a department with one category. `id` comes from the request. If a department has this id and
    /// name, the request was handled before the process was killed, and the function returns that department.
    pub async fn add_department(
        &self,
        admin: &Person,
        id: DepartmentId,
        name: &str,
        category: &str,
        now: Time,
    ) -> Result<Department, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let mut department = self.new_department(id, name, category)?;
        if let Some(existing) = self.store.departments().await?.into_iter().find(|d| d.id == id) {
            if same_name(&existing.name, &department.name) {
                return Ok(existing);
            }
            department.id = DepartmentId::from_random(self.random().id());
        }
        let event = audit::added(&department, Actor::Person(admin.id), now);
        self.put_department(department, event).await
    }

    /// Adds a category to a department. `id` comes from the request, as in [`Engine::add_department`].
    pub async fn add_category(
        &self,
        admin: &Person,
        department: DepartmentId,
        id: CategoryId,
        name: &str,
        now: Time,
    ) -> Result<(Department, Category), EngineError> {
        let name = checked_name(name)?;
        let edit = DepartmentEdit::AddCategory(id, name.clone());
        let department = self.edit_department(admin, department, &edit, now).await?;
        let added = department.categories.iter().find(|c| same_name(&c.name, &name)).cloned();
        Ok((department, added.ok_or(EngineError::NotFound)?))
    }

    /// Applies an edit to a department.
    pub async fn edit_department(
        &self,
        admin: &Person,
        id: DepartmentId,
        edit: &DepartmentEdit,
        now: Time,
    ) -> Result<Department, EngineError> {
        self.edit_department_with(admin, id, std::slice::from_ref(edit), now).await
    }

    /// Applies edits to a department in one commit: all of them, or none if one is refused.
    pub async fn edit_department_with(
        &self,
        admin: &Person,
        id: DepartmentId,
        edits: &[DepartmentEdit],
        now: Time,
    ) -> Result<Department, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let (department, is_changed) = self
            .retry(|| async {
                let all = self.store.departments().await?;
                let before = all.iter().find(|d| d.id == id).ok_or(EngineError::NotFound)?;
                let edited =
                    edits.iter().try_fold(before.clone(), |done, edit| self.apply_edit(&done, &all, edit));
                let after = edited?;
                if after == *before {
                    return Ok(Attempt::Done((after, false)));
                }
                let after = Department { version: before.version.next(), ..after };
                let write = Write::Department { department: after.clone(), expected: Some(before.version) };
                let event = Some(audit::changed(before, &after, Actor::Person(admin.id), now));
                let change = Change { write, event, notices: Vec::new() };
                Attempt::of(self.commit_one(change).await, (after, true))
            })
            .await?;
        self.request_round([id]);
        if is_changed {
            self.publish(Event::Department(id));
        }
        Ok(department)
    }

    fn apply_edit(
        &self,
        before: &Department,
        all: &[Department],
        edit: &DepartmentEdit,
    ) -> Result<Department, EngineError> {
        let mut after = before.clone();
        match edit {
            DepartmentEdit::Rename(name) => after.name = checked_name(name)?,
            DepartmentEdit::SetCritical(critical) => after.critical = *critical,
            DepartmentEdit::SetRetired(retired) => {
                after.retired = *retired;
                if all.iter().all(|d| if d.id == after.id { after.retired } else { d.retired }) {
                    return Err(EngineError::LastOne);
                }
            }
            DepartmentEdit::AddCategory(id, name) => {
                let name = checked_name(name)?;
                if before.category(*id).is_some_and(|category| same_name(&category.name, &name)) {
                    return Ok(after);
                }
                let id =
                    if all.iter().any(|d| d.category(*id).is_some()) { self.new_category_id() } else { *id };
                after.categories.push(Category { id, name, retired: false });
            }
            DepartmentEdit::RenameCategory(id, name) => {
                category_mut(&mut after, *id)?.name = checked_name(name)?;
            }
            DepartmentEdit::SetCategoryRetired(id, retired) => {
                category_mut(&mut after, *id)?.retired = *retired;
                if after.categories.iter().all(|c| c.retired) {
                    return Err(EngineError::LastOne);
                }
            }
        }
        let mut names: Vec<_> = after.categories.iter().map(|c| c.name.to_lowercase()).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() < after.categories.len() {
            return Err(EngineError::Taken(super::ports::UniqueKey::Department));
        }
        Ok(after)
    }

    fn new_department(
        &self,
        id: DepartmentId,
        name: &str,
        category: &str,
    ) -> Result<Department, EngineError> {
        let category = Category { id: self.new_category_id(), name: checked_name(category)?, retired: false };
        Ok(Department {
            id,
            name: checked_name(name)?,
            critical: false,
            categories: vec![category],
            hours: None,
            retired: false,
            version: Version::default(),
        })
    }

    /// Returns an id for a new department.
    pub fn new_department_id(&self) -> DepartmentId {
        DepartmentId::from_random(self.random().id())
    }

    /// Returns an id for a new category.
    pub fn new_category_id(&self) -> CategoryId {
        CategoryId::from_random(self.random().id())
    }

    async fn put_department(
        &self,
        department: Department,
        event: AuditEvent,
    ) -> Result<Department, EngineError> {
        let write = Write::Department { department: department.clone(), expected: None };
        let change = Change { write, event: Some(event), notices: Vec::new() };
        match Attempt::of(self.commit_one(change).await, department)? {
            Attempt::Done(department) => {
                self.publish(Event::Department(department.id));
                Ok(department)
            }
            Attempt::Lost => Err(EngineError::Contention),
        }
    }
}

fn category_mut(department: &mut Department, id: CategoryId) -> Result<&mut Category, EngineError> {
    department.categories.iter_mut().find(|c| c.id == id).ok_or(EngineError::NotFound)
}

/// Returns true if two names are equal regardless of case.
fn same_name(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// Returns the name as it is stored: cleaned and on one line. Errors if it is empty or too long.
pub fn checked_name(name: &str) -> Result<String, EngineError> {
    let name = clean(name).replace('\n', " ");
    let length = name.chars().count();
    if length == 0 || length > MAX_NAME_CHARS { Err(EngineError::BadName) } else { Ok(name) }
}
