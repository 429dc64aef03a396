//! A list of all departments, with an index by id: a desk may have a thousand.
use super::Department;
use crate::domain::ids::DepartmentId;
use std::collections::HashMap;
use std::ops::Deref;

/// All departments, by name, including retired ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DepartmentList {
    departments: Vec<Department>,
    positions: HashMap<DepartmentId, usize>,
}

impl DepartmentList {
    /// Returns the department with this id.
    #[must_use]
    pub fn get(&self, id: DepartmentId) -> Option<&Department> {
        self.departments.get(*self.positions.get(&id)?)
    }

    /// Returns these departments in the order of the list.
    #[must_use]
    pub fn select<'a>(&self, ids: impl IntoIterator<Item = &'a DepartmentId>) -> Vec<&Department> {
        let mut positions: Vec<usize> =
            ids.into_iter().filter_map(|id| self.positions.get(id).copied()).collect();
        positions.sort_unstable();
        positions.into_iter().filter_map(|position| self.departments.get(position)).collect()
    }
}

impl From<Vec<Department>> for DepartmentList {
    fn from(departments: Vec<Department>) -> Self {
        let positions =
            departments.iter().enumerate().map(|(position, department)| (department.id, position)).collect();
        Self { departments, positions }
    }
}

impl Deref for DepartmentList {
    type Target = [Department];

    fn deref(&self) -> &[Department] {
        &self.departments
    }
}
