//! stub
use crate::bot::callback::Pick;
use crate::bot::context::*;
use crate::domain::ids::*;
use std::sync::Arc;
pub async fn department(_d: Arc<Desk>, _ask: Ask, _a: String) -> Handled {
    Ok(vec![])
}
pub async fn category(_d: Arc<Desk>, _ask: Ask, _a: String) -> Handled {
    Ok(vec![])
}
pub async fn departments(_d: Arc<Desk>, _ask: Ask, _t: Toast, _p: Place) -> Handled {
    Ok(vec![])
}
pub async fn show_department(_d: Arc<Desk>, _ask: Ask, _t: Toast, _p: Place, _a: DepartmentId) -> Handled {
    Ok(vec![])
}
pub async fn new_department(_d: Arc<Desk>, _ask: Ask, _t: Toast, _p: Place) -> Handled {
    Ok(vec![])
}
pub async fn rename_department(_d: Arc<Desk>, _ask: Ask, _t: Toast, _p: Place, _a: DepartmentId) -> Handled {
    Ok(vec![])
}
pub async fn toggle_critical(_d: Arc<Desk>, _ask: Ask, _t: Toast, _p: Place, _a: DepartmentId) -> Handled {
    Ok(vec![])
}
pub async fn toggle_retired(_d: Arc<Desk>, _ask: Ask, _t: Toast, _p: Place, _a: DepartmentId) -> Handled {
    Ok(vec![])
}
pub async fn new_category(_d: Arc<Desk>, _ask: Ask, _t: Toast, _p: Place, _a: DepartmentId) -> Handled {
    Ok(vec![])
}
pub async fn show_category(_d: Arc<Desk>, _ask: Ask, _t: Toast, _p: Place, _a: CategoryId) -> Handled {
    Ok(vec![])
}
pub async fn rename_category(_d: Arc<Desk>, _ask: Ask, _t: Toast, _p: Place, _a: CategoryId) -> Handled {
    Ok(vec![])
}
pub async fn toggle_category(_d: Arc<Desk>, _ask: Ask, _t: Toast, _p: Place, _a: CategoryId) -> Handled {
    Ok(vec![])
}
pub async fn answered(_d: &Desk, _a: &Ask, _p: crate::domain::person::Prompt, _t: &str) -> Handled {
    Ok(vec![])
}
