//! The incidents of a desk: what lasts, what was announced, and what is muted.
use super::Alert;
use crate::domain::Time;
use crate::domain::ids::{PersonId, Version};
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How long a department must be without an agent before that is announced again, if the last time ended less
/// than this ago: presence that flaps is announced once, and again when it has settled.
pub const SETTLE_TIME: TimeDelta = TimeDelta::seconds(30);

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

/// An alert that the admins do not hear of for a while, of its end neither. If it still lasts then, they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mute {
    /// The kind.
    #[serde(flatten)]
    pub alert: Alert,
    /// When it ends.
    pub until: Time,
    /// The admin who set it.
    pub by: PersonId,
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
    /// The alerts that the admins do not hear of for a while, at most one entry of each kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mutes: Vec<Mute>,
    /// The day on which the admins got the daily summary last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary_sent_on: Option<NaiveDate>,
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
    /// admin who can be notified. The version changes only if the list or the mutes do.
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
            let notified = announced && can_notify && self.mute_of(*alert, now).is_none();
            Incident { alert: *alert, since, announced, notified }
        });
        let list: Vec<_> = list.collect();
        let mutes: Vec<_> = self.mutes.iter().copied().filter(|mute| mute.until > now).collect();
        if list == self.list && mutes == self.mutes {
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
        Self { list, ended, mutes, version: self.version.next(), ..*self }
    }

    /// Returns the mute of an alert that has not ended by `now`.
    #[must_use]
    pub fn mute_of(&self, alert: Alert, now: Time) -> Option<Mute> {
        self.mutes.iter().copied().find(|mute| mute.alert == alert && mute.until > now)
    }

    /// Returns the incidents with this mute in the place of an earlier one of the alert.
    #[must_use]
    pub fn muted(&self, mute: Mute) -> Self {
        let mut incidents = self.unmuted(mute.alert);
        incidents.mutes.push(mute);
        for incident in incidents.list.iter_mut().filter(|incident| incident.alert == mute.alert) {
            incident.notified = false;
        }
        incidents
    }

    /// Returns the incidents without a mute of the alert. The admins know of it: they are notified of its end.
    #[must_use]
    pub fn unmuted(&self, alert: Alert) -> Self {
        let mutes = self.mutes.iter().copied().filter(|mute| mute.alert != alert).collect();
        let mut incidents = Self { mutes, version: self.version.next(), ..self.clone() };
        for incident in incidents.list.iter_mut().filter(|incident| incident.alert == alert) {
            incident.notified = incident.announced;
        }
        incidents
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
    use crate::domain::ids::DepartmentId;

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

    #[test]
    fn a_muted_alert_notifies_nobody_and_one_that_outlasts_its_mute_does() {
        let alert = Alert::NobodyOnline(DepartmentId::from_random([7; 16]));
        let found = conditions(0, &[alert]);
        let begun = Incidents::default().update(&found, true, at(0));
        let muted = begun.muted(Mute { alert, until: at(100), by: PersonId::from_random([1; 16]) });
        assert_eq!(muted.notifications(&begun), []);
        let lasting = muted.update(&found, true, at(50));
        assert_eq!((lasting.notifications(&muted), lasting.mutes.len()), (vec![], 1));
        let over = lasting.update(&conditions(0, &[]), true, at(60));
        assert_eq!(over.notifications(&lasting), [], "its end is muted as well");
        assert_eq!(over.announcements(&lasting.announced()), [(alert, true)], "but shown");
        let outlasting = lasting.update(&found, true, at(100));
        assert_eq!((outlasting.notifications(&lasting), outlasting.mutes.len()), (vec![(alert, false)], 0));
        let unmuted = lasting.unmuted(alert);
        let known = unmuted.update(&found, true, at(61));
        assert_eq!(known.notifications(&unmuted), [], "who turns it on again knows of it");
        assert_eq!(known.update(&conditions(0, &[]), true, at(62)).notifications(&known), [(alert, true)]);
    }

    #[test]
    fn another_mute_of_an_alert_replaces_the_first() {
        let by = PersonId::from_random([1; 16]);
        let mute = |until| Mute { alert: Alert::PresenceAway, until: at(until), by };
        let muted = Incidents::default().muted(mute(100)).muted(mute(50));
        assert_eq!(muted.mutes, [mute(50)]);
        assert_eq!(muted.mute_of(Alert::PresenceAway, at(49)), Some(mute(50)));
        assert_eq!(muted.mute_of(Alert::PresenceAway, at(50)), None);
        assert_eq!(muted.update(&Conditions::new(), true, at(50)).mutes, []);
    }
}
