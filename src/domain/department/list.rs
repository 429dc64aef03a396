//! A list of all departments, with an index by id: a desk may have a thousand.
use super::Department;
use crate::domain::ids::DepartmentId;
use std::collections::HashMap;
use std::ops::Deref;

/// All departments, by name, including retired ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DepartmentList {
    departments: Vec<Department>,
    places: HashMap<DepartmentId, usize>,
}

impl DepartmentList {
    /// Returns the department with this id.
    #[must_use]
    pub fn get(&self, id: DepartmentId) -> Option<&Department> {
        self.departments.get(*self.places.get(&id)?)
    }

    /// Returns these departments in the order of the list.
    #[must_use]
    pub fn select<'a>(&self, ids: impl IntoIterator<Item = &'a DepartmentId>) -> Vec<&Department> {
        let mut places: Vec<usize> = ids.into_iter().filter_map(|id| self.places.get(id).copied()).collect();
        places.sort_unstable();
        places.into_iter().filter_map(|place| self.departments.get(place)).collect()
    }
}

impl From<Vec<Department>> for DepartmentList {
    fn from(departments: Vec<Department>) -> Self {
        let places =
            departments.iter().enumerate().map(|(place, department)| (department.id, place)).collect();
        Self { departments, places }
    }
}

impl Deref for DepartmentList {
    type Target = [Department];

    fn deref(&self) -> &[Department] {
        &self.departments
    }
}
