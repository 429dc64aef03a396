//! Departments and their categories: they decide which agents may get a ticket.
pub mod canned_reply;
mod list;

pub use list::DepartmentList;

use super::Time;
use super::ids::{CategoryId, DepartmentId, Version};
use super::schedule::BusinessHours;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// A department with its categories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Department {
    /// Its id.
    pub id: DepartmentId,
    /// Its name, unique regardless of case.
    pub name: String,
    /// Whether it is an incident at once when no agent is online.
    pub critical: bool,
    /// Its categories in display order; never empty.
    pub categories: Vec<Category>,
    /// When it is open; always if that is not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<BusinessHours>,
    /// A retired department takes no new tickets. Its old ones stay as they are.
    pub retired: bool,
    /// The record's version.
    pub version: Version,
}

/// A kind of ticket within a department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// Its name, unique within the department regardless of case.
    pub name: String,
    /// Retired categories are no longer offered.
    pub retired: bool,
}

impl Department {
    /// Returns the category with this id, retired or not.
    #[must_use]
    pub fn category(&self, id: CategoryId) -> Option<&Category> {
        self.categories.iter().find(|c| c.id == id)
    }

    /// Returns the categories that a customer can choose.
    pub fn offered(&self) -> impl Iterator<Item = &Category> {
        self.categories.iter().filter(move |c| !c.retired && !self.retired)
    }

    /// Returns true within its business hours, on a desk in this time zone.
    #[must_use]
    pub fn in_business_hours(&self, desk: Tz, now: Time) -> bool {
        self.hours.as_ref().is_none_or(|hours| hours.contains(desk, now))
    }

    /// Returns when its business hours begin; `None` within them, and if they never begin.
    #[must_use]
    pub fn next_start(&self, desk: Tz, now: Time) -> Option<Time> {
        let hours = self.hours.as_ref().filter(|hours| !hours.contains(desk, now))?;
        hours.next_start(desk, now)
    }

    /// Returns the display name, such as `HSI INDIBIZ - TROUBLESHOOT`; only the department's if the category
    /// is unknown.
    #[must_use]
    pub fn label(&self, id: CategoryId) -> String {
        match self.category(id) {
            Some(category) => format!("{} - {}", self.name, category.name),
            None => self.name.clone(),
        }
    }
}
