//! Departments and their categories: where a ticket belongs, and so who may get it.
use super::ids::{CategoryId, DepartmentId, Version};
use serde::{Deserialize, Serialize};

/// A department with its categories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Department {
    /// Its id.
    pub id: DepartmentId,
    /// Its name as people see it, unique regardless of case.
    pub name: String,
    /// Whether nobody being online in it is an incident.
    pub critical: bool,
    /// Its categories, in the order in which they are offered; never empty.
    pub categories: Vec<Category>,
    /// Retired departments take no new tickets; their old ones stay as they are.
    pub retired: bool,
    /// The record's version.
    pub version: Version,
}

/// One kind of ticket within a department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// Its name as people see it, unique within the department regardless of case.
    pub name: String,
    /// Retired categories are no longer offered.
    pub retired: bool,
}

impl Department {
    /// The category with this id, retired or not.
    #[must_use]
    pub fn category(&self, id: CategoryId) -> Option<&Category> {
        self.categories.iter().find(|c| c.id == id)
    }

    /// The categories that a customer can choose.
    pub fn offered(&self) -> impl Iterator<Item = &Category> {
        self.categories.iter().filter(move |c| !c.retired && !self.retired)
    }

    /// How a category is shown: `HSI INDIBIZ - TROUBLESHOOT`; the department alone where the category is unknown.
    #[must_use]
    pub fn label(&self, id: CategoryId) -> String {
        match self.category(id) {
            Some(category) => format!("{} - {}", self.name, category.name),
            None => self.name.clone(),
        }
    }
}
