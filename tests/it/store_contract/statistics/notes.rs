//! The count by hand: notes of what was committed, and their sums.
use super::{Operation, Sums};
use crate::store_contract::fixture::*;
use antri::domain::Time;
use antri::domain::ids::{PersonId, TicketId};
use antri::domain::person::Availability;
use antri::domain::statistics::duration::Bucket;
use antri::domain::statistics::{Figure, Scope, Timing};
use antri::domain::ticket::service::Stars;
use antri::domain::ticket::{Ticket, TicketState};
use antri::engine::ports::{Change, Write};
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use std::collections::BTreeMap;

/// The count by hand: it notes what was committed, and adds up afterwards.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) sums: Sums,
    /// Agent, capacity, from, until.
    pub(super) spans: Vec<(PersonId, i64, Time, Option<Time>)>,
    /// Ticket, agent, from, until.
    holds: Vec<(TicketId, PersonId, Time, Option<Time>)>,
    opened: BTreeMap<TicketId, Time>,
    was_held: BTreeMap<TicketId, bool>,
    answered: BTreeMap<TicketId, bool>,
    rated: BTreeMap<TicketId, (Time, u8)>,
    freed: BTreeMap<PersonId, Time>,
}

/// Returns the day in Jakarta, which is always seven hours before UTC.
pub(super) fn day(at: Time) -> NaiveDate {
    (at + TimeDelta::hours(7)).date_naive()
}

pub(super) fn department() -> Scope {
    Scope::Department(department_id(1))
}

impl Notes {
    fn add(&mut self, at: Time, scope: Scope, figure: Figure, more: i64) {
        *self.sums.entry((day(at), scope, figure)).or_default() += more;
    }

    fn time(&mut self, at: Time, timing: Timing, from: Time) {
        self.add(at, department(), Figure::Total(timing), (at - from).num_milliseconds());
        self.add(at, department(), Figure::Count(timing, Bucket::of(at - from)), 1);
    }

    fn end_hold(&mut self, ticket: TicketId, at: Time) -> Option<(PersonId, Time)> {
        let hold = self.holds.iter_mut().find(|hold| hold.0 == ticket && hold.3.is_none())?;
        hold.3 = Some(at);
        let (agent, from) = (hold.1, hold.2);
        self.freed.insert(agent, at);
        Some((agent, from))
    }

    fn give(&mut self, ticket: TicketId, agent: PersonId, at: Time, by_engine: bool) {
        let was_queued = self.end_hold(ticket, at).is_none();
        let ready = self.spans.iter().find(|span| span.0 == agent && span.3.is_none()).map(|span| span.2);
        self.add(at, department(), Figure::Assigned, 1);
        self.add(at, Scope::Agent(agent), Figure::Assigned, 1);
        self.holds.push((ticket, agent, at, None));
        if was_queued && !self.was_held.insert(ticket, true).unwrap_or_default() {
            let opened = self.opened[&ticket];
            self.time(at, Timing::Wait, opened);
            if by_engine {
                let freed = self.freed.get(&agent).copied().unwrap_or(opened);
                self.time(at, Timing::Assignment, ready.unwrap().max(opened).max(freed));
            }
        }
    }

    /// Returns the sums with the spans and holds that have not ended, as if they ended now.
    pub(super) fn sums_until(&self, now: Option<Time>) -> Sums {
        let mut all = Self { sums: self.sums.clone(), ..Self::default() };
        let days = |from: Time, until: Time| {
            let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc() - TimeDelta::hours(7);
            let mut parts = Vec::new();
            let mut date = day(from);
            while midnight(date) < until {
                let next = date + TimeDelta::days(1);
                let (from, until) = (from.max(midnight(date)), until.min(midnight(next)));
                parts.push((from, (until - from).num_milliseconds().max(0)));
                date = next;
            }
            parts
        };
        for (agent, capacity, from, until) in &self.spans {
            let Some(until) = until.or(now) else { continue };
            for (at, millis) in days(*from, until) {
                all.add(at, Scope::Agent(*agent), Figure::SlotTime, millis * capacity);
            }
            for (_, holder, got, lost) in &self.holds {
                // A span that has not ended has no part yet of a hold that has not ended.
                let lost = lost.unwrap_or(until).min(until);
                if holder == agent && got.max(from) < &lost {
                    for (at, millis) in days(*got.max(from), lost) {
                        all.add(at, Scope::Agent(*agent), Figure::HeldTime, millis);
                    }
                }
            }
        }
        if now.is_none() {
            // Holds that ended within a span that still lasts are counted already.
            for (agent, _, from, _) in self.spans.iter().filter(|span| span.3.is_none()) {
                for (_, _, got, lost) in self.holds.iter().filter(|hold| hold.1 == *agent) {
                    if let Some(lost) = lost.filter(|lost| got.max(from) < lost) {
                        for (at, millis) in days(*got.max(from), lost) {
                            all.add(at, Scope::Agent(*agent), Figure::HeldTime, millis);
                        }
                    }
                }
            }
        }
        all.sums.retain(|_, sum| *sum != 0);
        all.sums
    }
}

/// Notes a step that was committed.
pub(super) fn note(notes: &mut Notes, step: &Operation, before: Option<&Ticket>, change: &Change, now: Time) {
    match *step {
        Operation::Open(n) => {
            notes.opened.insert(ticket_id(n), now);
            notes.add(now, department(), Figure::Created, 1);
        }
        Operation::Give { ticket, agent, by_engine, .. } => {
            notes.give(ticket_id(ticket), person_id(agent), now, by_engine);
        }
        Operation::Complete(n) => {
            let (agent, from) = notes.end_hold(ticket_id(n), now).unwrap();
            notes.add(now, department(), Figure::Completed, 1);
            notes.add(now, Scope::Agent(agent), Figure::Completed, 1);
            notes.time(now, Timing::Handling, from);
            let millis = (now - from).num_milliseconds();
            notes.add(now, Scope::Agent(agent), Figure::Total(Timing::Handling), millis);
        }
        Operation::Release(n) => drop(notes.end_hold(ticket_id(n), now)),
        Operation::Cancel(n) => {
            notes.add(now, department(), Figure::Cancelled, 1);
            // A ticket that is cancelled while held and comes back waits as if nobody had held it.
            if notes.end_hold(ticket_id(n), now).is_some() {
                let t = before.unwrap();
                let is_first = t.former_holders.is_empty() && t.service.reopened == 0;
                notes.was_held.insert(t.id, !is_first);
            }
        }
        Operation::Undo(_) => {
            let TicketState::Cancelled { at, .. } = before.unwrap().state else {
                panic!("an undone ticket was cancelled");
            };
            notes.add(at, department(), Figure::Cancelled, -1);
        }
        Operation::Reopen(n) => {
            notes.rated.remove(&ticket_id(n));
            notes.add(now, department(), Figure::Reopened, 1);
        }
        Operation::Rate(n, stars) => {
            let agent = before.and_then(Ticket::agent).unwrap();
            let earlier = notes.rated.get(&ticket_id(n)).copied();
            let first = earlier.map_or(now, |(at, _)| at);
            for scope in [department(), Scope::Agent(agent)] {
                if let Some((at, stars)) = earlier {
                    notes.add(at, scope, Figure::Rated(Stars::new(stars).unwrap()), -1);
                }
                notes.add(first, scope, Figure::Rated(Stars::new(stars).unwrap()), 1);
            }
            notes.rated.insert(ticket_id(n), (first, stars));
        }
        Operation::Answer(n) => {
            if !notes.answered.insert(ticket_id(n), true).unwrap_or_default() {
                let opened = notes.opened[&ticket_id(n)];
                notes.time(now, Timing::FirstAnswer, opened);
            }
        }
        Operation::Agent { agent: n, .. } | Operation::Leave(n) => {
            let Write::Person { person, .. } = &change.write else { panic!("a person is written") };
            let capacity = person.agent.as_ref().filter(|a| a.availability == Availability::Online);
            let capacity = capacity.map(|agent| i64::from(agent.max_tickets.get()));
            if person.agent.is_none() {
                notes.freed.remove(&person_id(n));
            }
            let open = notes.spans.iter_mut().find(|span| span.0 == person_id(n) && span.3.is_none());
            if open.as_ref().map(|span| span.1) != capacity {
                if let Some(span) = open {
                    span.3 = Some(now);
                }
                notes.spans.extend(capacity.map(|slots| (person_id(n), slots, now, None)));
            }
        }
    }
}
