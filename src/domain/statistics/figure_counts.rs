//! Figure counts of a transaction: what its changes add to the roll-ups.
//!
//! Both stores derive it here from a ticket before and after a change, so their figures can't differ.
use super::figures::{Figure, Figures, Timing};
use super::{AvailableSpan, CurrentSpans};
use crate::domain::Time;
use crate::domain::day::start_of_day;
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::ticket::service::Stars;
use crate::domain::ticket::{Hold, Ticket, TicketState};
use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// The longest span whose time is split by days. A longer one, which only a clock that jumped makes, counts
/// with its last part.
const MAX_SPAN: TimeDelta = TimeDelta::days(366);

/// The kinds of roll-ups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScopeKind {
    /// Of a department: everything but slot time.
    Department,
    /// Of an agent: slot time, and what the agent did.
    Agent,
}

/// The department or the agent of a roll-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// A department.
    Department(DepartmentId),
    /// An agent.
    Agent(PersonId),
}

impl Scope {
    /// Returns its kind.
    #[must_use]
    pub fn kind(self) -> ScopeKind {
        match self {
            Self::Department(_) => ScopeKind::Department,
            Self::Agent(_) => ScopeKind::Agent,
        }
    }
}

/// What a store knows about the agents of a ticket's change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HoldTimes {
    /// Since when the agent of the hold that ends is available.
    pub available_since: Option<Time>,
    /// Since when the agent whom the engine chose is ready: available, with the latest slot that became free.
    pub ready_since: Option<Time>,
}

/// What changes add to the roll-ups, by day and scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureCounts {
    zone: Tz,
    sums: BTreeMap<(NaiveDate, Scope), Figures>,
}

impl FigureCounts {
    /// Returns no counts, for the days of this zone.
    #[must_use]
    pub fn new(zone: Tz) -> Self {
        Self { zone, sums: BTreeMap::new() }
    }

    /// Returns the roll-ups to which it adds, with what it adds.
    pub fn iter(&self) -> impl Iterator<Item = (NaiveDate, Scope, &Figures)> {
        let sums = self.sums.iter().filter(|(_, figures)| !figures.is_empty());
        sums.map(|((day, scope), figures)| (*day, *scope, figures))
    }

    /// Returns true if it adds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sums.values().all(Figures::is_empty)
    }

    fn figures(&mut self, at: Time, scope: Scope) -> &mut Figures {
        self.sums.entry((at.with_timezone(&self.zone).date_naive(), scope)).or_default()
    }

    fn department(&mut self, at: Time, ticket: &Ticket) -> &mut Figures {
        self.figures(at, Scope::Department(ticket.department))
    }

    /// Adds a figure to the department of a ticket and to an agent.
    fn both(&mut self, at: Time, ticket: &Ticket, agent: PersonId, figure: Figure, more: i64) {
        self.department(at, ticket).add(figure, more);
        self.figures(at, Scope::Agent(agent)).add(figure, more);
    }

    /// Adds a ticket that was opened.
    pub fn open(&mut self, ticket: &Ticket) {
        self.department(ticket.created_at, ticket).add(Figure::Created, 1);
    }

    /// Adds the first answer of a ticket.
    pub fn first_answer(&mut self, ticket: &Ticket, at: Time) {
        self.department(at, ticket).add_duration(Timing::FirstAnswer, at - ticket.created_at);
    }

    /// Adds a change of a ticket at this time.
    pub fn update(&mut self, before: &Ticket, after: &Ticket, at: Time, times: HoldTimes) {
        match (&before.state, &after.state) {
            (TicketState::Queued | TicketState::Held(_), TicketState::Completed { agent, at }) => {
                self.both(*at, after, *agent, Figure::Completed, 1);
                if let Some(hold) = before.hold() {
                    let handling = *at - hold.assigned_at;
                    self.department(*at, after).add_duration(Timing::Handling, handling);
                    self.figures(*at, Scope::Agent(*agent))
                        .add(Figure::Total(Timing::Handling), handling.num_milliseconds().max(0));
                }
            }
            (TicketState::Queued | TicketState::Held(_), TicketState::Cancelled { at, .. }) => {
                self.department(*at, after).add(Figure::Cancelled, 1);
            }
            (TicketState::Completed { .. }, TicketState::Queued | TicketState::Held(_)) => {
                self.department(at, after).add(Figure::Reopened, 1);
            }
            (TicketState::Cancelled { at, .. }, TicketState::Queued | TicketState::Held(_)) => {
                self.department(*at, before).add(Figure::Cancelled, -1);
            }
            (TicketState::Completed { agent, .. }, TicketState::Completed { .. }) => {
                self.rate(before, after, *agent);
            }
            _ => {}
        }
        let is_same =
            |one: &Hold, other: &Hold| (one.agent, one.assigned_at) == (other.agent, other.assigned_at);
        match (before.hold(), after.hold()) {
            (Some(from), Some(to)) if is_same(from, to) => {}
            (from, to) => {
                if let (Some(from), Some(since)) = (from, times.available_since) {
                    self.add_held_time(from.agent, since.max(from.assigned_at), at);
                }
                if let Some(to) = to {
                    self.assign(before, after, to, times.ready_since);
                }
            }
        }
    }

    /// Adds an assignment. The wait is that of a ticket that no agent has held before; later stays in the queue
    /// do not count as another wait.
    fn assign(&mut self, before: &Ticket, after: &Ticket, to: &Hold, ready_since: Option<Time>) {
        let at = to.assigned_at;
        self.both(at, after, to.agent, Figure::Assigned, 1);
        let waits = before.state == TicketState::Queued
            && before.former_holders.is_empty()
            && before.service.reopened == 0;
        if waits {
            self.department(at, after).add_duration(Timing::Wait, at - before.created_at);
            if let Some(ready) = ready_since {
                let possible = ready.max(before.created_at);
                self.department(at, after).add_duration(Timing::Assignment, at - possible);
            }
        }
    }

    /// Adds a rating, or the difference to the earlier one of the same completion.
    fn rate(&mut self, before: &Ticket, after: &Ticket, agent: PersonId) {
        let stars = |ticket: &Ticket| ticket.service.rating.as_ref().map(|rating| (rating.at, rating.stars));
        let mut add = |rated: Option<(Time, Stars)>, more| {
            if let Some((at, stars)) = rated {
                self.both(at, after, agent, Figure::Rated(stars), more);
            }
        };
        add(stars(before), -1);
        add(stars(after), 1);
    }

    /// Adds the end of an available span, with the part of each held ticket's hold that lies in it.
    pub fn end_span(&mut self, span: AvailableSpan, holds: impl IntoIterator<Item = Time>, at: Time) {
        let slots = i64::from(span.capacity.get());
        self.add_time(span.agent, Figure::SlotTime, (span.since, at), slots);
        for assigned_at in holds {
            self.add_held_time(span.agent, span.since.max(assigned_at), at);
        }
    }

    /// Adds spans that have not ended as if they ended now.
    pub fn add_current_spans(&mut self, spans: &CurrentSpans, now: Time) {
        let mut holds: BTreeMap<PersonId, Vec<Time>> = BTreeMap::new();
        for (agent, assigned_at) in &spans.holds {
            holds.entry(*agent).or_default().push(*assigned_at);
        }
        for span in &spans.available {
            self.end_span(*span, holds.remove(&span.agent).unwrap_or_default(), now);
        }
    }

    fn add_held_time(&mut self, agent: PersonId, from: Time, to: Time) {
        self.add_time(agent, Figure::HeldTime, (from, to), 1);
    }

    /// Adds the time from `from` to `to`, times `slots`, to an agent's figure, split at each midnight.
    fn add_time(&mut self, agent: PersonId, figure: Figure, (from, to): (Time, Time), slots: i64) {
        let (from, mut end) = (from.max(to - MAX_SPAN), to);
        while from < end {
            // The instant before the end is of the last day that has a part.
            let last = end - TimeDelta::microseconds(1);
            let begin = start_of_day(last, self.zone).max(from);
            // Differences of rounded times add up to the rounded difference.
            let millis = end.timestamp_millis() - begin.timestamp_millis();
            self.figures(last, Scope::Agent(agent)).add(figure, millis * slots);
            end = begin;
        }
    }
}
