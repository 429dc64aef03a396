//! Incidents and alerts: problems that the desk cannot solve by itself and announces to the admins.
mod incidents;

pub use incidents::{Conditions, EndedIncident, Incident, Incidents, Mute, SETTLE_TIME};

use super::ids::{DepartmentId, PersonId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
    /// Returns the alert of this name, about this department or person; `None` for another name.
    #[must_use]
    pub fn named(name: &str, subject: Option<Uuid>) -> Option<Self> {
        let (alert, department, person) = (name.to_owned(), subject.map(DepartmentId), subject.map(PersonId));
        Self::try_from(StoredAlert { alert, department, person }).ok()
    }

    /// Returns the id of the department or person that the alert is about.
    #[must_use]
    pub fn subject(self) -> Option<Uuid> {
        self.department().map(|department| department.0).or(self.person().map(|person| person.0))
    }

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

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(Alert::named(alert.name(), alert.subject()), Some(alert));
        }
        let earlier = serde_json::json!({"alert": "nobody_online", "department": department});
        assert_eq!(serde_json::to_value(Alert::NobodyOnline(department)).unwrap(), earlier);
    }
}
