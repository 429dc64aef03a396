//! Incidents and alerts: problems that the desk cannot solve by itself and announces to the admins.
use super::Time;
use super::ids::{DepartmentId, PersonId, Version};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How long a department must be without an agent before that is announced again, if the last time ended less
/// than this ago: presence that flaps is announced once, and again when it has settled.
pub const SETTLE_TIME: TimeDelta = TimeDelta::seconds(30);

/// A kind of incident. At most one of each kind exists; it is announced when it begins and when it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "StoredAlert", into = "StoredAlert")]
pub enum Alert {
    /// No agent is online in a department.
    NobodyOnline(DepartmentId),
    /// A ticket of a department waits too long.
    TicketWaits(DepartmentId),
    /// Many heartbeats fail.
    HeartbeatsFail,
    /// The store is unreachable.
    StoreAway,
    /// Presence is unreachable.
    PresenceAway,
    /// The record of an agent or admin can't be read, so the desk works without them.
    PersonUnreadable(PersonId),
}

/// The stored form: the name, and what the alert is about.
#[derive(Serialize, Deserialize)]
struct StoredAlert {
    alert: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    department: Option<DepartmentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person: Option<PersonId>,
}

impl From<Alert> for StoredAlert {
    fn from(alert: Alert) -> Self {
        Self { alert: alert.name().to_owned(), department: alert.department(), person: alert.person() }
    }
}

impl TryFrom<StoredAlert> for Alert {
    type Error = String;

    fn try_from(stored: StoredAlert) -> Result<Self, String> {
        match (stored.alert.as_str(), stored.department, stored.person) {
            ("nobody_online", Some(department), _) => Ok(Self::NobodyOnline(department)),
            ("ticket_waits", Some(department), _) => Ok(Self::TicketWaits(department)),
            ("heartbeats_fail", ..) => Ok(Self::HeartbeatsFail),
            ("store_away", ..) => Ok(Self::StoreAway),
            ("presence_away", ..) => Ok(Self::PresenceAway),
            ("person_unreadable", _, Some(person)) => Ok(Self::PersonUnreadable(person)),
            _ => Err(format!("unknown alert {}", stored.alert)),
        }
    }
}

impl Alert {
    /// Returns the department that the alert is about.
    #[must_use]
    pub fn department(self) -> Option<DepartmentId> {
        match self {
            Self::NobodyOnline(department) | Self::TicketWaits(department) => Some(department),
            Self::HeartbeatsFail | Self::StoreAway | Self::PresenceAway | Self::PersonUnreadable(_) => None,
        }
    }

    /// Returns the person that the alert is about.
    #[must_use]
    pub fn person(self) -> Option<PersonId> {
        match self {
            Self::PersonUnreadable(person) => Some(person),
            _ => None,
        }
    }

    /// Returns the name that the API and the log use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NobodyOnline(_) => "nobody_online",
            Self::TicketWaits(_) => "ticket_waits",
            Self::HeartbeatsFail => "heartbeats_fail",
            Self::StoreAway => "store_away",
            Self::PresenceAway => "presence_away",
            Self::PersonUnreadable(_) => "person_unreadable",
        }
    }
}

/// A condition that lasts, and whether it was announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// The kind.
    #[serde(flatten)]
    pub alert: Alert,
    /// When it began.
    pub since: Time,
    /// Whether it has lasted long enough to be announced.
    pub announced: bool,
    /// Whether an admin was notified of it. False while there is no admin who can be.
    #[serde(default)]
    pub notified: bool,
}

/// An announced incident that is over, or began and ended again since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedIncident {
    /// The kind.
    #[serde(flatten)]
    pub alert: Alert,
    /// When it ended last.
    pub at: Time,
}

/// All incidents of a desk. The store keeps them, so that the next evaluation, after a restart or on another
/// replica, knows what was announced.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Incidents {
    /// At most one incident of each kind, in the order of the kinds.
    pub list: Vec<Incident>,
    /// What ended within [`SETTLE_TIME`] before the last change, or before an incident of the list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ended: Vec<EndedIncident>,
    /// Grows with every change.
    pub version: Version,
}

/// The conditions that one evaluation found, each with the time it must last before it is announced.
pub type Conditions = BTreeMap<Alert, TimeDelta>;

impl Incidents {
    /// Returns the alerts that were announced and are not over.
    #[must_use]
    pub fn announced(&self) -> BTreeSet<Alert> {
        self.list.iter().filter(|incident| incident.announced).map(|incident| incident.alert).collect()
    }

    /// Returns the incidents after an evaluation found these conditions. `can_notify` says whether there is an
    /// admin who can be notified. The version changes only if the list does.
    #[must_use]
    pub fn update(&self, conditions: &Conditions, can_notify: bool, now: Time) -> Self {
        let existing = |alert| self.list.iter().find(|incident| incident.alert == alert);
        let is_recent = |ended: &EndedIncident, now: Time| (now - ended.at).abs() < SETTLE_TIME;
        let flaps =
            |alert, since| self.ended.iter().any(|ended| ended.alert == alert && is_recent(ended, since));
        let list = conditions.iter().map(|(alert, min_duration)| {
            let (since, announced) = existing(*alert)
                .map_or((now, false), |incident| (incident.since.min(now), incident.announced));
            let min_duration = match alert {
                Alert::NobodyOnline(_) if flaps(*alert, since) => (*min_duration).max(SETTLE_TIME),
                _ => *min_duration,
            };
            let announced = announced || now - since >= min_duration;
            Incident { alert: *alert, since, announced, notified: announced && can_notify }
        });
        let list: Vec<_> = list.collect();
        if list == self.list {
            return self.clone();
        }
        let is_over = |incident: &&Incident| {
            let Incident { alert, since, announced, .. } = **incident;
            !conditions.contains_key(&alert) && (announced || flaps(alert, since))
        };
        let now_ended = self.list.iter().filter(is_over).map(|i| EndedIncident { alert: i.alert, at: now });
        let mut ended: Vec<_> = now_ended.collect();
        // The end before an incident that lasts is kept, because it decides when that one is announced.
        let earlier = self.ended.iter().filter(|earlier| match existing(earlier.alert) {
            Some(incident) => conditions.contains_key(&incident.alert),
            None => is_recent(earlier, now),
        });
        ended.extend(earlier);
        Self { list, ended, version: self.version.next() }
    }

    /// Returns what to notify the admins of compared to the incidents before: first the alerts that are over,
    /// then those that began.
    #[must_use]
    pub fn notifications(&self, before: &Self) -> Vec<(Alert, bool)> {
        let notified = |incidents: &Self| -> BTreeSet<Alert> {
            incidents
                .list
                .iter()
                .filter(|incident| incident.notified)
                .map(|incident| incident.alert)
                .collect()
        };
        let (earlier, now) = (notified(before), notified(self));
        let lasts = |alert: &Alert| self.list.iter().any(|incident| incident.alert == *alert);
        let over = earlier.iter().filter(|alert| !lasts(alert)).map(|alert| (*alert, true));
        over.chain(now.difference(&earlier).map(|alert| (*alert, false))).collect()
    }

    /// Returns what to announce compared to `before`: first the alerts that are over, then those that began.
    #[must_use]
    pub fn announcements(&self, before: &BTreeSet<Alert>) -> Vec<(Alert, bool)> {
        let announced = self.announced();
        let over = before.difference(&announced).map(|alert| (*alert, true));
        over.chain(announced.difference(before).map(|alert| (*alert, false))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Time {
        Time::from_timestamp(seconds, 0).unwrap()
    }

    fn conditions(min_duration: i64, alerts: &[Alert]) -> Conditions {
        alerts.iter().map(|alert| (*alert, TimeDelta::seconds(min_duration))).collect()
    }

    #[test]
    fn a_lasting_condition_is_announced_when_it_begins_and_ends() {
        let mut incidents = Incidents::default();
        let mut step = |now, alerts: &[Alert]| {
            let next = incidents.update(&conditions(10, alerts), true, at(now));
            let announced = next.announcements(&incidents.announced());
            incidents = next;
            announced
        };
        assert_eq!(step(0, &[Alert::StoreAway]), []);
        assert_eq!(step(9, &[Alert::StoreAway]), []);
        assert_eq!(step(10, &[Alert::StoreAway]), [(Alert::StoreAway, false)]);
        assert_eq!(step(99, &[Alert::StoreAway, Alert::PresenceAway]), []);
        assert_eq!(step(100, &[]), [(Alert::StoreAway, true)]);
        assert_eq!(step(101, &[]), []);
        assert_eq!(incidents.list, []);
    }

    #[test]
    fn every_alert_is_read_as_it_was_stored() {
        let (department, person) =
            (DepartmentId(uuid::Uuid::from_u128(7)), PersonId(uuid::Uuid::from_u128(8)));
        for alert in [
            Alert::NobodyOnline(department),
            Alert::TicketWaits(department),
            Alert::HeartbeatsFail,
            Alert::StoreAway,
            Alert::PresenceAway,
            Alert::PersonUnreadable(person),
        ] {
            let stored = serde_json::to_value(alert).unwrap();
            assert_eq!(serde_json::from_value::<Alert>(stored).unwrap(), alert);
        }
        let earlier = serde_json::json!({"alert": "nobody_online", "department": department});
        assert_eq!(serde_json::to_value(Alert::NobodyOnline(department)).unwrap(), earlier);
    }

    #[test]
    fn an_interrupted_condition_starts_over() {
        let mut incidents = Incidents::default();
        for second in 0..60 {
            let alerts: &[_] = if second % 10 == 9 { &[] } else { &[Alert::PresenceAway] };
            incidents = incidents.update(&conditions(10, alerts), true, at(second));
            assert_eq!(incidents.announced(), BTreeSet::new(), "at {second}");
        }
    }

    #[test]
    fn a_department_that_flaps_is_announced_once_and_again_when_it_has_settled() {
        let alert = Alert::NobodyOnline(DepartmentId::from_random([7; 16]));
        let mut incidents = Incidents::default();
        let mut step = |now, alerts: &[Alert]| {
            let next = incidents.update(&conditions(0, alerts), true, at(now));
            let announced = next.notifications(&incidents);
            incidents = next;
            announced
        };
        assert_eq!(step(0, &[alert]), [(alert, false)]);
        assert_eq!(step(1, &[]), [(alert, true)]);
        for second in (2..60).step_by(2) {
            assert_eq!(step(second, &[alert]), [], "at {second}");
            assert_eq!(step(second + 1, &[]), [], "at {second}");
        }
        // Empty for good.
        assert_eq!(step(60, &[alert]), []);
        assert_eq!(step(89, &[alert]), []);
        assert_eq!(step(90, &[alert]), [(alert, false)]);
        assert_eq!(step(100, &[]), [(alert, true)]);
        // Calm again: the next time is announced at once.
        assert_eq!(step(130, &[alert]), [(alert, false)]);
    }

    #[test]
    fn the_version_changes_with_the_list() {
        let first = Incidents::default().update(&conditions(5, &[Alert::HeartbeatsFail]), true, at(0));
        assert_eq!(first.version, Version(1));
        assert_eq!(first.update(&conditions(5, &[Alert::HeartbeatsFail]), true, at(4)), first);
        assert_eq!(first.update(&conditions(5, &[Alert::HeartbeatsFail]), true, at(5)).version, Version(2));
    }

    #[test]
    fn an_incident_is_notified_once_an_admin_can_be() {
        let mut incidents = Incidents::default();
        let mut step = |now, can_notify, alerts: &[Alert]| {
            let next = incidents.update(&conditions(10, alerts), can_notify, at(now));
            let announced = next.announcements(&incidents.announced());
            let notified = next.notifications(&incidents);
            incidents = next;
            (announced, notified)
        };
        let (began, over) = ((Alert::PresenceAway, false), (Alert::PresenceAway, true));
        assert_eq!(step(0, false, &[Alert::PresenceAway]), (vec![], vec![]));
        assert_eq!(step(10, false, &[Alert::PresenceAway]), (vec![began], vec![]), "nobody can be notified");
        assert_eq!(step(20, true, &[Alert::PresenceAway]), (vec![], vec![began]), "an admin is back");
        assert_eq!(step(30, true, &[Alert::PresenceAway]), (vec![], vec![]));
        assert_eq!(step(40, false, &[Alert::PresenceAway]), (vec![], vec![]));
        assert_eq!(step(50, true, &[Alert::PresenceAway]), (vec![], vec![began]), "another admin may be new");
        assert_eq!(step(60, true, &[]), (vec![over], vec![over]));
        // An incident of which nobody was notified ends without a notice.
        assert_eq!(step(70, false, &[Alert::StoreAway]), (vec![], vec![]));
        assert_eq!(step(80, false, &[Alert::StoreAway]).1, []);
        assert_eq!(step(90, true, &[]), (vec![(Alert::StoreAway, true)], vec![]));
    }
}
