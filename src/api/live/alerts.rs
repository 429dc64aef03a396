//! JSON bodies of incidents for sockets.
use crate::api::Api;
use crate::domain::alert::Alert;
use crate::domain::department::Department;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An alert: an incident that began or ended.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct AlertBody {
    /// `nobody_online`, `ticket_waits`, `heartbeats_fail`, `store_away`, `presence_away` or
    /// `person_unreadable`.
    #[schema(example = "ticket_waits")]
    alert: &'static str,
    /// The department, if the incident concerns one.
    department_id: Option<Uuid>,
    /// That department's name.
    #[schema(example = "Umum")]
    department: Option<String>,
    /// The person, if the incident concerns one.
    #[serde(skip_serializing_if = "Option::is_none")]
    person_id: Option<Uuid>,
    /// Whether the incident is over.
    #[schema(example = false)]
    cleared: bool,
}

impl AlertBody {
    pub(in crate::api) fn of(alert: Alert, cleared: bool, departments: &[Department]) -> Self {
        let department = departments.iter().find(|department| Some(department.id) == alert.department());
        Self {
            alert: alert.name(),
            department_id: alert.department().map(|department| department.0),
            department: department.map(|department| department.name.clone()),
            person_id: alert.person().map(|person| person.0),
            cleared,
        }
    }
}

impl Api {
    /// Returns the body of an alert. While the store is unavailable, the department has no name.
    pub(in crate::api) async fn alert_body(&self, alert: Alert, cleared: bool) -> AlertBody {
        let departments = match alert.department() {
            Some(_) => self.engine.store().departments().await.unwrap_or_default(),
            None => Vec::new(),
        };
        AlertBody::of(alert, cleared, &departments)
    }
}
