//! stub
use crate::bot::callback::Pick;
use crate::bot::context::*;
use crate::domain::ids::*;
use std::sync::Arc;
pub async fn workload(_d: Arc<Desk>, _ask: Ask) -> Handled {
    Ok(vec![])
}
pub async fn agents(_d: Arc<Desk>, _ask: Ask) -> Handled {
    Ok(vec![])
}
pub async fn invite(_d: Arc<Desk>, _ask: Ask, _a: String) -> Handled {
    Ok(vec![])
}
pub async fn add_agent(_d: Arc<Desk>, _ask: Ask, _a: String) -> Handled {
    Ok(vec![])
}
pub async fn remove_agent(_d: Arc<Desk>, _ask: Ask, _a: String) -> Handled {
    Ok(vec![])
}
pub async fn set_max(_d: Arc<Desk>, _ask: Ask, _a: String) -> Handled {
    Ok(vec![])
}
pub async fn reassign(_d: Arc<Desk>, _ask: Ask, _a: String) -> Handled {
    Ok(vec![])
}
pub async fn pick_page(_d: Arc<Desk>, _ask: Ask, _t: Toast, _p: Place, _a: (Pick, u16)) -> Handled {
    Ok(vec![])
}
pub async fn pick_person(_d: Arc<Desk>, _ask: Ask, _t: Toast, _p: Place, _a: (Pick, PersonId)) -> Handled {
    Ok(vec![])
}
pub async fn pick_ticket(_d: Arc<Desk>, _ask: Ask, _t: Toast, _p: Place, _a: (Pick, TicketId)) -> Handled {
    Ok(vec![])
}
pub async fn set_max_pressed(_d: Arc<Desk>, _ask: Ask, _t: Toast, _p: Place, _a: (PersonId, u16)) -> Handled {
    Ok(vec![])
}
pub async fn remove_agent_pressed(_d: Arc<Desk>, _ask: Ask, _t: Toast, _p: Place, _a: PersonId) -> Handled {
    Ok(vec![])
}
pub async fn add_agent_pressed(
    _d: Arc<Desk>,
    _ask: Ask,
    _t: Toast,
    _p: Place,
    _a: (PersonId, DepartmentId),
) -> Handled {
    Ok(vec![])
}
pub async fn invite_pressed(_d: Arc<Desk>, _ask: Ask, _t: Toast, _p: Place, _a: DepartmentId) -> Handled {
    Ok(vec![])
}
pub async fn reassign_pressed(
    _d: Arc<Desk>,
    _ask: Ask,
    _t: Toast,
    _p: Place,
    _a: (TicketId, PersonId, bool),
) -> Handled {
    Ok(vec![])
}
pub async fn requeue_pressed(_d: Arc<Desk>, _ask: Ask, _t: Toast, _p: Place, _a: TicketId) -> Handled {
    Ok(vec![])
}
pub async fn agent_department(
    _d: Arc<Desk>,
    _ask: Ask,
    _t: Toast,
    _p: Place,
    _a: (PersonId, DepartmentId),
) -> Handled {
    Ok(vec![])
}
