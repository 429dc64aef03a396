//! Returns of tickets to former holders: the delay before them, the timer that ends it, and the notice to the
//! admins.
use super::planner::Assignment;
use super::roster::Choice;
use crate::domain::Time;
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::ticket::{Ticket, TicketState};
use crate::engine::ports::StoreError;
use crate::engine::{Engine, lock};
use std::collections::{BTreeMap, BTreeSet};

/// A department with tickets that may return, and when the first one may.
pub(in crate::engine) type Returns = BTreeMap<DepartmentId, Time>;

impl Engine {
    /// Records when tickets of these departments may return to former holders, as a round found.
    pub(in crate::engine) fn set_returns(&self, departments: &BTreeSet<DepartmentId>, found: &Returns) {
        let mut returns = lock(&self.returns);
        returns.retain(|department, _| !departments.contains(department));
        returns.extend(found);
    }

    /// Returns when the assigner must call [`Engine::request_returns`] next.
    #[must_use]
    pub fn next_return_at(&self) -> Option<Time> {
        lock(&self.returns).values().min().copied()
    }

    /// Requests rounds of the departments with tickets that may return by now. A time that is too far ahead
    /// is from before the clock was set back.
    pub fn request_returns(&self, now: Time) {
        let (mut due, delay) = (BTreeSet::new(), self.config.return_delay);
        lock(&self.returns).retain(|department, at| {
            let is_due = *at <= now || *at - now > delay;
            due.extend(is_due.then_some(*department));
            !is_due
        });
        if !due.is_empty() {
            self.request_round(due);
        }
    }

    /// Returns the agent to whom a queued ticket will return, and when, if no other agent is ready by then.
    /// `None` if the ticket does not wait for that.
    #[must_use]
    pub fn next_return(&self, ticket: &Ticket, now: Time) -> Option<(PersonId, Time)> {
        if ticket.state != TicketState::Queued || !ticket.auto {
            return None;
        }
        let Choice::ReturnsAt(at) = self.roster().choose(ticket, now, self.random().rng()) else {
            return None;
        };
        let delay = self.config.return_delay;
        let former = ticket.former_holders.iter().find(|former| former.returns_at(now, delay) == Some(at))?;
        Some((former.agent, at))
    }

    /// Adds notices to the admins to the assignments that return a ticket to an agent from whom an admin took
    /// it.
    pub(in crate::engine) async fn announce_returns(
        &self,
        plan: &mut [Assignment],
    ) -> Result<(), StoreError> {
        for assignment in plan {
            let former = assignment.before.former_holder(assignment.agent);
            if former.is_some_and(|former| former.by_admin) {
                let notice = Notice::Returned { ticket: assignment.before.id, agent: assignment.agent };
                let admins = self.store.admins().await?;
                let notices = admins.iter().map(|admin| Outgoing::notice(admin.chat(), notice.clone()));
                assignment.change.notices.extend(notices);
            }
        }
        Ok(())
    }
}
