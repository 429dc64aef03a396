//! Departments and categories: what an admin sets up.
use super::error::EngineError;
use super::ports::{Change, Write};
use super::{Attempt, Engine};
use crate::domain::department::{Category, Department};
use crate::domain::ids::{CategoryId, DepartmentId, Version};
use crate::domain::person::Person;
use crate::domain::text::{MAX_NAME, clean};

/// What is done to a department.
#[derive(Debug, Clone)]
pub enum DeskEdit {
    /// It gets another name.
    Rename(String),
    /// Its critical flag is switched.
    ToggleCritical,
    /// It takes no more tickets, or takes them again.
    ToggleRetired,
    /// It gets one more category.
    AddCategory(String),
    /// A category gets another name.
    RenameCategory(CategoryId, String),
    /// A category is no longer offered, or is again.
    ToggleCategory(CategoryId),
}

impl Engine {
    /// On a desk without departments, makes the first one with its one category, so that a ticket can be opened at once.
    pub async fn ensure_department(&self, name: &str, category: &str) -> Result<(), EngineError> {
        if self.store.departments().await?.is_empty() {
            let first = self.draw_up_department(name, category)?;
            match self.put_department(first, None).await {
                // Another process was as quick.
                Ok(_) | Err(EngineError::Taken(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// A new department with one category.
    pub async fn add_department(
        &self,
        admin: &Person,
        name: &str,
        category: &str,
    ) -> Result<Department, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let department = self.draw_up_department(name, category)?;
        self.put_department(department, None).await
    }

    /// Changes a department.
    pub async fn edit_department(
        &self,
        admin: &Person,
        id: DepartmentId,
        edit: &DeskEdit,
    ) -> Result<Department, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let department = self
            .retry(|| async {
                let all = self.store.departments().await?;
                let before = all.iter().find(|d| d.id == id).ok_or(EngineError::NotFound)?;
                let after = Department { version: before.version.next(), ..self.edited(before, &all, edit)? };
                let write = Write::Department { department: after.clone(), expected: Some(before.version) };
                Attempt::of(self.commit_one(Change::quiet(write)).await, after)
            })
            .await?;
        self.mark([id]);
        Ok(department)
    }

    fn edited(
        &self,
        before: &Department,
        all: &[Department],
        edit: &DeskEdit,
    ) -> Result<Department, EngineError> {
        let mut after = before.clone();
        match edit {
            DeskEdit::Rename(name) => after.name = checked(name)?,
            DeskEdit::ToggleCritical => after.critical = !after.critical,
            DeskEdit::ToggleRetired => {
                if !before.retired && all.iter().filter(|d| !d.retired).count() == 1 {
                    return Err(EngineError::LastOne);
                }
                after.retired = !after.retired;
            }
            DeskEdit::AddCategory(name) => after.categories.push(self.category(name)?),
            DeskEdit::RenameCategory(id, name) => category_mut(&mut after, *id)?.name = checked(name)?,
            DeskEdit::ToggleCategory(id) => {
                let category = category_mut(&mut after, *id)?;
                category.retired = !category.retired;
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

    fn draw_up_department(&self, name: &str, category: &str) -> Result<Department, EngineError> {
        let category = self.category(category)?;
        Ok(Department {
            id: DepartmentId::from_random(self.chance().id()),
            name: checked(name)?,
            critical: false,
            categories: vec![category],
            retired: false,
            version: Version::default(),
        })
    }

    fn category(&self, name: &str) -> Result<Category, EngineError> {
        let name = checked(name)?;
        Ok(Category { id: CategoryId::from_random(self.chance().id()), name, retired: false })
    }

    async fn put_department(
        &self,
        department: Department,
        expected: Option<Version>,
    ) -> Result<Department, EngineError> {
        let write = Write::Department { department: department.clone(), expected };
        match Attempt::of(self.commit_one(Change::quiet(write)).await, department)? {
            Attempt::Done(department) => Ok(department),
            Attempt::Lost => Err(EngineError::Contention),
        }
    }
}

fn category_mut(department: &mut Department, id: CategoryId) -> Result<&mut Category, EngineError> {
    department.categories.iter_mut().find(|c| c.id == id).ok_or(EngineError::NotFound)
}

fn checked(name: &str) -> Result<String, EngineError> {
    let name = clean(name).replace('\n', " ");
    let length = name.chars().count();
    if length == 0 || length > MAX_NAME { Err(EngineError::BadName) } else { Ok(name) }
}
