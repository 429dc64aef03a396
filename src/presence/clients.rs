//! Reports of an agent's clients, and which of them count.
use crate::domain::Time;
use crate::domain::person::Availability;
use crate::engine::ports::MAX_CLIENTS;

/// The last report of one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) client: String,
    pub(super) status: Availability,
    pub(super) expires_at: Time,
}

/// Splits reports into those that count, the newest first, and the rest.
pub(super) fn split(mut reports: Vec<Report>, now: Time) -> (Vec<Report>, Vec<Report>) {
    reports.sort_by(|a, b| b.expires_at.cmp(&a.expires_at).then_with(|| a.client.cmp(&b.client)));
    let live = reports.iter().take(MAX_CLIENTS).take_while(|report| now < report.expires_at).count();
    let rest = reports.split_off(live);
    (reports, rest)
}
