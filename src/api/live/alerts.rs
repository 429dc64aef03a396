//! Incidents, as web pages see them.
use crate::api::Api;
use crate::domain::alert::Alert;
use crate::domain::department::Department;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An incident, as sockets tell it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct AlertBody {
    /// `nobody_online`, `ticket_waits`, `heartbeats_fail`, `store_away` or `presence_away`.
    alert: &'static str,
    /// Which department, if it is about one.
    department_id: Option<Uuid>,
    /// That department's name.
    department: Option<String>,
    /// Whether it is over.
    cleared: bool,
}

impl AlertBody {
    pub(in crate::api) fn of(alert: Alert, over: bool, departments: &[Department]) -> Self {
        let named = departments.iter().find(|department| Some(department.id) == alert.department());
        Self {
            alert: alert.name(),
            department_id: alert.department().map(|department| department.0),
            department: named.map(|department| department.name.clone()),
            cleared: over,
        }
    }
}

impl Api {
    /// An incident is told even while the store is away; a department has no name then.
    pub(in crate::api) async fn alert_body(&self, alert: Alert, over: bool) -> AlertBody {
        let departments = match alert.department() {
            Some(_) => self.engine.store().departments().await.unwrap_or_default(),
            None => Vec::new(),
        };
        AlertBody::of(alert, over, &departments)
    }
}
