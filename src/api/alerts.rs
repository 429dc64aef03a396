//! Incidents: looked for whenever an agent comes or goes, and every so often.
use super::Api;
use crate::domain::alert::Alert;
use crate::engine::feed::Happening;
use crate::engine::ports::StoreError;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;
use uuid::Uuid;

/// An incident, as sockets tell it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlertBody {
    /// `nobody_online`, `ticket_waits`, `heartbeats_fail`, `store_away` or `presence_away`.
    alert: &'static str,
    /// Which department, if it is about one.
    department_id: Option<Uuid>,
    /// That department's name.
    department: Option<String>,
    /// Whether it is over.
    cleared: bool,
}

impl Api {
    /// Looks for incidents until `stop`. Only at the replica that works: each is told once.
    pub async fn run_alerts(self: Arc<Self>, every: Duration, stop: CancellationToken) {
        let mut feed = self.engine.feed();
        loop {
            tokio::select! {
                happening = feed.recv() => match happening {
                    Ok(Happening::Agent(_)) | Err(RecvError::Lagged(_)) => {
                        // One look for all that has come by now.
                        feed = feed.resubscribe();
                    }
                    Ok(_) => continue,
                    Err(RecvError::Closed) => return,
                },
                () = tokio::time::sleep(every) => {}
                () = stop.cancelled() => return,
            }
            if let Err(error) = self.engine.look_for_incidents(self.metrics.beats(), self.now()).await {
                tracing::warn!(%error, "admins can't be told of incidents yet");
            }
        }
    }

    pub(super) async fn alert_body(&self, alert: Alert, over: bool) -> AlertBody {
        let departments: Result<_, StoreError> = self.engine.store().departments().await;
        let mut departments = departments.unwrap_or_default().into_iter();
        let named = departments.find(|department| Some(department.id) == alert.department());
        AlertBody {
            alert: alert.name(),
            department_id: alert.department().map(|department| department.0),
            department: named.map(|department| department.name),
            cleared: over,
        }
    }
}
