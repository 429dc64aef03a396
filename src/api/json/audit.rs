//! JSON bodies of audit events: the life of a ticket, with names in place of ids.
use super::enums::{Mode, Priority, Strategy};
use crate::api::Api;
use crate::domain::event::{Action, Actor, AuditEvent, Decision, ReleaseReason, SkipReason};
use crate::domain::ids::{DepartmentId, PersonId};
use crate::engine::ports::StoreError;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use utoipa::ToSchema;

/// What happened to a ticket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::api) enum AuditAction {
    /// It was opened.
    Opened,
    /// The engine gave it to `agent`, for the reasons in `decision`.
    Assigned,
    /// `agent` picked it up.
    PickedUp,
    /// An admin gave it to `to`; `from` held it before.
    Reassigned,
    /// Its holder opened it.
    Started,
    /// Its holder put it on hold, perhaps until a time.
    Paused,
    /// It was resumed.
    Resumed,
    /// The engine reminded `agent`.
    Nudged,
    /// Its holder completed it.
    Completed,
    /// It was cancelled.
    Cancelled,
    /// Its customer undid the cancellation.
    CancelUndone,
    /// Its customer reopened it; it went to `to`, or to the queue.
    Reopened,
    /// Its customer rated it.
    Rated,
    /// An admin changed its priority.
    Reprioritised,
    /// An admin moved it to another department.
    Relocated,
    /// It went from `agent` back to the queue, for `reason`.
    Released,
    /// Something else was changed.
    #[default]
    Changed,
}

/// Why a ticket went back to the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::api) enum AuditReason {
    /// Its holder went offline.
    Offline,
    /// Its holder is no agent any more.
    Removed,
    /// An admin put it back.
    Admin,
    /// Its holder can't be reached in Telegram.
    Unreachable,
    /// Its holder gave it back.
    GivenBack,
    /// Its holder did not open it in time.
    NoAnswer,
}

/// An audit event of a ticket. The fields that an action does not need are null.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct AuditEventBody {
    /// When it happened.
    at: DateTime<Utc>,
    /// What happened.
    action: AuditAction,
    /// Who did it; null for the desk itself.
    #[schema(example = "Dewi")]
    actor: Option<String>,
    /// The agent who got, held or lost the ticket.
    #[schema(example = "Budi")]
    agent: Option<String>,
    /// The agent, the priority or the department before.
    #[schema(example = "Citra")]
    from: Option<String>,
    /// The agent, the priority or the department after.
    #[schema(example = "Budi")]
    to: Option<String>,
    /// Whether an admin overrode the agent's capacity.
    #[schema(example = false)]
    over_capacity: bool,
    /// When the desk resumes a ticket on hold.
    until: Option<DateTime<Utc>>,
    /// The stars of a rating.
    #[schema(example = 5, minimum = 1, maximum = 5)]
    stars: Option<u8>,
    /// Why the ticket went back to the queue.
    reason: Option<AuditReason>,
    /// Why the engine chose the agent.
    decision: Option<DecisionBody>,
}

/// The decision record of an assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct DecisionBody {
    /// The ticket's department.
    #[schema(example = "Umum")]
    department: String,
    /// The strategy in force.
    strategy: Strategy,
    /// The mode in force.
    mode: Mode,
    /// The rollout in force, in percent.
    #[schema(example = 100)]
    rollout_percent: u8,
    /// Tickets that the agent held before.
    #[schema(example = 2)]
    held: u16,
    /// Tickets that the agent could hold.
    #[schema(example = 5)]
    max: u16,
    /// How many agents could get the ticket.
    #[schema(example = 2)]
    eligible: u32,
    /// The first of them, in order.
    considered: Vec<String>,
    /// The others, by reason.
    skipped: Vec<SkippedBody>,
}

/// Agents who could not get a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct SkippedBody {
    /// Why.
    #[schema(example = "full")]
    reason: &'static str,
    /// How many they are.
    #[schema(example = 1)]
    count: u32,
    /// The names of some of them.
    names: Vec<String>,
}

/// The names in the events of a ticket.
struct Names {
    people: HashMap<PersonId, Option<String>>,
    departments: HashMap<DepartmentId, String>,
}

impl Api {
    /// Returns the JSON bodies of audit events. A deleted person has an empty name.
    pub(in crate::api) async fn audit_bodies(
        &self,
        events: &[AuditEvent],
    ) -> Result<Vec<AuditEventBody>, StoreError> {
        let mut people = HashMap::new();
        for person in events.iter().flat_map(people_of) {
            if let Entry::Vacant(entry) = people.entry(person) {
                entry.insert(self.engine.name_of(person).await?);
            }
        }
        let departments = self.engine.store().departments().await?;
        let departments = departments.into_iter().map(|department| (department.id, department.name));
        let names = Names { people, departments: departments.collect() };
        Ok(events.iter().map(|event| names.body(event)).collect())
    }
}

impl Names {
    fn body(&self, event: &AuditEvent) -> AuditEventBody {
        let by = match event.actor {
            Actor::Person(person) => Some(self.person(person)),
            Actor::Engine => None,
        };
        let none = AuditEventBody { at: event.at, actor: by, ..AuditEventBody::default() };
        let of = |action| AuditEventBody { action, ..none.clone() };
        let with = |action, agent| AuditEventBody { agent: Some(self.person(agent)), ..of(action) };
        match &event.what {
            Action::Opened => of(AuditAction::Opened),
            Action::Assigned { agent, decision } => AuditEventBody {
                decision: Some(self.decision(decision)),
                ..with(AuditAction::Assigned, *agent)
            },
            Action::PickedUp { agent } => with(AuditAction::PickedUp, *agent),
            Action::Reassigned { from, to, over_capacity } => AuditEventBody {
                from: from.map(|from| self.person(from)),
                to: Some(self.person(*to)),
                over_capacity: *over_capacity,
                ..of(AuditAction::Reassigned)
            },
            Action::Started => of(AuditAction::Started),
            Action::Paused { until } => AuditEventBody { until: *until, ..of(AuditAction::Paused) },
            Action::Resumed => of(AuditAction::Resumed),
            Action::Nudged { agent } => with(AuditAction::Nudged, *agent),
            Action::Completed => of(AuditAction::Completed),
            Action::Cancelled => of(AuditAction::Cancelled),
            Action::CancelUndone => of(AuditAction::CancelUndone),
            Action::Reopened { to } => {
                AuditEventBody { to: to.map(|to| self.person(to)), ..of(AuditAction::Reopened) }
            }
            Action::Rated { stars } => AuditEventBody { stars: Some(stars.get()), ..of(AuditAction::Rated) },
            Action::Reprioritised { from, to } => AuditEventBody {
                from: Some(word(Priority::from(*from))),
                to: Some(word(Priority::from(*to))),
                ..of(AuditAction::Reprioritised)
            },
            Action::Relocated { from, to } => AuditEventBody {
                from: Some(self.department(*from)),
                to: Some(self.department(*to)),
                ..of(AuditAction::Relocated)
            },
            Action::Released { from, why } => {
                AuditEventBody { reason: Some(reason(*why)), ..with(AuditAction::Released, *from) }
            }
            // These belong to no ticket.
            Action::Availability { .. }
            | Action::Membership { .. }
            | Action::DepartmentChanged { .. }
            | Action::SettingsChanged { .. } => of(AuditAction::Changed),
        }
    }

    fn decision(&self, decision: &Decision) -> DecisionBody {
        let skipped = |(reason, count): &(SkipReason, u32)| {
            let of_reason = decision.skipped_named.iter().filter(|(_, why)| why == reason);
            let names = of_reason.map(|(person, _)| self.person(*person)).collect();
            SkippedBody { reason: skip_word(*reason), count: *count, names }
        };
        DecisionBody {
            department: self.department(decision.department),
            strategy: decision.strategy.into(),
            mode: decision.mode.into(),
            rollout_percent: decision.rollout_percent.get(),
            held: decision.load.0,
            max: decision.load.1,
            eligible: decision.eligible,
            considered: decision.considered.iter().map(|person| self.person(*person)).collect(),
            skipped: decision.skipped.iter().map(skipped).collect(),
        }
    }

    fn person(&self, person: PersonId) -> String {
        self.people.get(&person).cloned().flatten().unwrap_or_default()
    }

    fn department(&self, department: DepartmentId) -> String {
        self.departments.get(&department).cloned().unwrap_or_default()
    }
}

/// Returns the people whose names the event shows.
fn people_of(event: &AuditEvent) -> Vec<PersonId> {
    let mut people = match event.actor {
        Actor::Person(person) => vec![person],
        Actor::Engine => Vec::new(),
    };
    match &event.what {
        Action::Assigned { agent, decision } => {
            people.push(*agent);
            people.extend(&decision.considered);
            people.extend(decision.skipped_named.iter().map(|(person, _)| *person));
        }
        Action::PickedUp { agent } | Action::Nudged { agent } | Action::Released { from: agent, .. } => {
            people.push(*agent);
        }
        Action::Reassigned { from, to, .. } => people.extend(from.iter().chain([to])),
        Action::Reopened { to } => people.extend(to),
        _ => {}
    }
    people
}

fn word(priority: Priority) -> String {
    let word = serde_json::to_value(priority).unwrap_or_default();
    word.as_str().unwrap_or_default().to_owned()
}

fn reason(why: ReleaseReason) -> AuditReason {
    match why {
        ReleaseReason::Offline => AuditReason::Offline,
        ReleaseReason::Removed => AuditReason::Removed,
        ReleaseReason::Admin => AuditReason::Admin,
        ReleaseReason::Unreachable => AuditReason::Unreachable,
        ReleaseReason::GivenBack => AuditReason::GivenBack,
        ReleaseReason::NoAnswer => AuditReason::NoAnswer,
    }
}

fn skip_word(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::Offline => "offline",
        SkipReason::Lost => "lost",
        SkipReason::Busy => "busy",
        SkipReason::Away => "away",
        SkipReason::Unreachable => "unreachable",
        SkipReason::OptedOut => "opted_out",
        SkipReason::Full => "full",
        SkipReason::OtherDepartment => "other_department",
        SkipReason::FormerHolder => "former_holder",
        SkipReason::OwnTicket => "own_ticket",
    }
}
