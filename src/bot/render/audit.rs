//! The audit log of a ticket in words, with the decision record of each assignment.
use super::parts::{card, name};
use super::{Arg, Localizer, Rendered, truncate};
use crate::bot::callback::ButtonAction;
use crate::bot::cards::views::AuditView;
use crate::domain::event::{Action, Actor, AuditEvent, Decision, ReleaseReason, SkipReason};
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::policy::{Mode, Strategy};

/// The longest name in a list of agents, in UTF-16 units: four decision records fit into one message.
const MAX_LISTED_NAME_UNITS: usize = 20;

/// Renders a page of a ticket's audit log.
#[must_use]
pub fn audit_page(localizer: &Localizer<'_>, view: &AuditView) -> Rendered {
    let to_page = |page| ButtonAction::Audit(view.ticket, page);
    let ticket = localizer.button("button-ticket", ButtonAction::ShowTicket(view.ticket));
    card(audit_text(localizer, view), [localizer.page_row(view.page.0, view.page.1, to_page), vec![ticket]])
}

/// Returns a page of a ticket's audit log without buttons.
pub(super) fn audit_text(localizer: &Localizer<'_>, view: &AuditView) -> String {
    let mut blocks = vec![localizer.html("audit-head", &[("number", (&view.number).into())])];
    blocks.extend(view.events.iter().map(|event| view.event(localizer, event)));
    blocks.join("\n\n")
}

/// Returns the people whose names the event shows.
#[must_use]
pub fn people_of(event: &AuditEvent) -> Vec<PersonId> {
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
        Action::PickedUp { agent } | Action::Nudged { agent } => people.push(*agent),
        Action::Reassigned { from, to, .. } => people.extend(from.iter().chain([to])),
        Action::Reopened { to } => people.extend(to),
        Action::Released { from, .. } => people.push(*from),
        _ => {}
    }
    people
}

impl AuditView {
    /// Returns an event: its time, what was done by whom, and why the engine chose an agent.
    fn event(&self, localizer: &Localizer<'_>, event: &AuditEvent) -> String {
        let time = localizer.html("audit-time", &[("time", localizer.moment(event.at).into())]);
        let mut lines = vec![format!("{time} {}", self.action(localizer, event))];
        if let Action::Assigned { decision, .. } = &event.what {
            lines.extend(self.decision(localizer, decision));
        }
        lines.join("\n")
    }

    fn action(&self, localizer: &Localizer<'_>, event: &AuditEvent) -> String {
        let who = match event.actor {
            Actor::Person(person) => self.person(localizer, person),
            Actor::Engine => localizer.plain("audit-desk", &[]).into(),
        };
        let by = ("name", who);
        match &event.what {
            Action::Opened => localizer.html("audit-opened", &[by]),
            Action::Assigned { agent, .. } => {
                localizer.html("audit-assigned", &[("agent", self.person(localizer, *agent))])
            }
            Action::PickedUp { agent } => {
                localizer.html("audit-picked-up", &[("name", self.person(localizer, *agent))])
            }
            Action::Reassigned { from, to, over_capacity } => {
                let to = ("to", self.person(localizer, *to));
                let text = match from {
                    Some(from) => localizer
                        .html("audit-reassigned-from", &[by, ("from", self.person(localizer, *from)), to]),
                    None => localizer.html("audit-reassigned", &[by, to]),
                };
                let over = over_capacity.then(|| localizer.html("audit-over-capacity", &[]));
                [Some(text), over].into_iter().flatten().collect::<Vec<_>>().join(" ")
            }
            Action::Started => localizer.html("audit-started", &[by]),
            Action::Paused { until: None } => localizer.html("audit-paused", &[by]),
            Action::Paused { until: Some(until) } => {
                localizer.html("audit-snoozed", &[by, ("time", localizer.moment(*until).into())])
            }
            Action::Resumed => localizer.html("audit-resumed", &[by]),
            Action::Nudged { agent } => {
                localizer.html("audit-nudged", &[("agent", self.person(localizer, *agent))])
            }
            Action::Completed => localizer.html("audit-completed", &[by]),
            Action::Cancelled => localizer.html("audit-cancelled", &[by]),
            Action::CancelUndone => localizer.html("audit-cancel-undone", &[by]),
            Action::Reopened { to: None } => localizer.html("audit-reopened", &[by]),
            Action::Reopened { to: Some(agent) } => {
                localizer.html("audit-reopened-to", &[by, ("agent", self.person(localizer, *agent))])
            }
            Action::Rated { stars } => localizer.html("audit-rated", &[by, ("stars", stars.get().into())]),
            Action::Reprioritised { from, to } => {
                let priority = |priority| Arg::from(localizer.priority_text(priority));
                localizer.html("audit-priority", &[by, ("from", priority(*from)), ("to", priority(*to))])
            }
            Action::Relocated { from, to } => {
                let places = [("from", self.department(*from)), ("to", self.department(*to))];
                localizer.html("audit-relocated", &[&[by][..], &places].concat())
            }
            Action::Released { from, why } => {
                let key = match why {
                    ReleaseReason::Offline => "audit-released-offline",
                    ReleaseReason::Removed => "audit-released-removed",
                    ReleaseReason::Admin => "audit-released-admin",
                    ReleaseReason::Unreachable => "audit-released-unreachable",
                    ReleaseReason::GivenBack => "audit-released-given-back",
                    ReleaseReason::NoAnswer => "audit-released-no-answer",
                };
                localizer.html(key, &[by, ("agent", self.person(localizer, *from))])
            }
            // These belong to no ticket.
            Action::Availability { .. }
            | Action::Membership { .. }
            | Action::DepartmentChanged { .. }
            | Action::SettingsChanged { .. } => localizer.html("audit-other", &[by]),
        }
    }

    /// Returns the policy in force, the agents who could get the ticket, and those who were skipped.
    fn decision(&self, localizer: &Localizer<'_>, decision: &Decision) -> Vec<String> {
        let (held, max) = decision.load;
        let policy = [
            ("department", self.department(decision.department)),
            ("strategy", localizer.plain(strategy_key(decision.strategy), &[]).into()),
            ("mode", localizer.plain(mode_key(decision.mode), &[]).into()),
            ("percent", decision.rollout_percent.get().into()),
            ("held", held.into()),
            ("max", max.into()),
        ];
        let mut lines = vec![localizer.html("audit-policy", &policy)];
        let names: Vec<_> = decision.considered.iter().map(|id| self.listed_name(localizer, *id)).collect();
        let considered = [("count", decision.eligible.into()), ("names", names.join(", ").into())];
        lines.push(localizer.html("audit-considered", &considered));
        for (reason, count) in &decision.skipped {
            let of_reason = decision.skipped_named.iter().filter(|(_, why)| why == reason);
            let names: Vec<_> = of_reason.map(|(id, _)| self.listed_name(localizer, *id)).collect();
            let args = [
                ("reason", localizer.plain(skip_key(*reason), &[]).into()),
                ("count", (*count).into()),
                ("names", names.join(", ").into()),
            ];
            let key = if names.is_empty() { "audit-skipped" } else { "audit-skipped-named" };
            lines.push(localizer.html(key, &args));
        }
        lines
    }

    fn person(&self, localizer: &Localizer<'_>, person: PersonId) -> Arg<'static> {
        name(&self.plain_name(localizer, person))
    }

    fn listed_name(&self, localizer: &Localizer<'_>, person: PersonId) -> String {
        truncate(&self.plain_name(localizer, person), MAX_LISTED_NAME_UNITS)
    }

    fn plain_name(&self, localizer: &Localizer<'_>, person: PersonId) -> String {
        let known = self.people.get(&person).filter(|name| !name.is_empty());
        known.cloned().unwrap_or_else(|| localizer.plain("audit-nobody", &[]))
    }

    fn department(&self, department: DepartmentId) -> Arg<'static> {
        name(self.departments.get(&department).map_or("–", String::as_str))
    }
}

fn strategy_key(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::RoundRobin => "setting-strategy-turns",
        Strategy::LeastLoaded => "setting-strategy-load",
        Strategy::Random => "setting-strategy-random",
    }
}

fn mode_key(mode: Mode) -> &'static str {
    match mode {
        Mode::Auto => "setting-mode-auto",
        Mode::Dual => "setting-mode-dual",
        Mode::Manual => "setting-mode-manual",
    }
}

fn skip_key(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::Offline => "skip-offline",
        SkipReason::Lost => "skip-lost",
        SkipReason::Busy => "skip-busy",
        SkipReason::Away => "skip-away",
        SkipReason::Unreachable => "skip-unreachable",
        SkipReason::OptedOut => "skip-opted-out",
        SkipReason::Full => "skip-full",
        SkipReason::OtherDepartment => "skip-other-department",
        SkipReason::FormerHolder => "skip-former-holder",
        SkipReason::OwnTicket => "skip-own-ticket",
    }
}
