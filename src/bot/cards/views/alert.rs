//! View models of alerts.
use crate::domain::Time;
use crate::domain::alert::Alert;
use std::time::Duration;

/// An alert with its names resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertView {
    /// The alert.
    pub alert: Alert,
    /// The name of the department or the person that it is about.
    pub subject: String,
    /// Whether the incident is over.
    pub over: bool,
    /// How long a ticket may wait.
    pub max_wait: Duration,
    /// When its mute ends, and the name of the admin who set it.
    pub mute: Option<(Time, String)>,
}
