//! Immediate assignment: the second path to an assignment, inside the commit that opens the ticket.
//!
//! A round guarantees progress: it drains the queues in order and retries refused assignments, but each
//! ticket waits for it. Immediate assignment saves that wait for a ticket that is first in its queue. It
//! guarantees only that it neither fails the opening nor overtakes a ticket. The store checks
//! `Guard::FirstInQueue` in the commit, and a refused assignment leaves the ticket queued for a round.
use super::pending_work::PendingWork;
use super::planner::{Assignment, plan_round};
use crate::domain::Time;
use crate::domain::ids::TicketId;
use crate::domain::policy::Settings;
use crate::domain::ticket::Ticket;
use crate::engine::Engine;
use crate::engine::events::Event;
use crate::engine::ports::{Change, CommitError, Committed, StoreError};
use std::sync::atomic::Ordering;

/// The role of the assigner, which this process has until the drop: new tickets are assigned as they are opened.
#[must_use = "new tickets wait for a round once the role is dropped"]
pub struct AssignerRole<'a>(&'a Engine);

impl Drop for AssignerRole<'_> {
    fn drop(&mut self) {
        self.0.assigners.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The slot reserved for a ticket during its opening commit. Every way out of the commit releases it.
struct Reservation<'a>(&'a Engine, TicketId);

impl Reservation<'_> {
    /// Releases the slot. Returns whether the agent was reloaded without the ticket in the meantime.
    fn release(self) -> bool {
        self.0.roster().release_reservation(self.1)
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        self.0.roster().release_reservation(self.1);
    }
}

impl Engine {
    /// Makes this process the assigner until the role is dropped. Only one replica assigns, because the
    /// rotation of the agents is kept in its memory.
    pub fn assigner(&self) -> AssignerRole<'_> {
        self.assigners.fetch_add(1, Ordering::SeqCst);
        AssignerRole(self)
    }

    /// Commits `opening`, which opens `ticket`, with an immediate assignment if `queue_empty` and an agent is
    /// ready. Returns the ticket as committed.
    pub(in crate::engine) async fn open_and_assign(
        &self,
        opening: Change,
        ticket: Ticket,
        queue_empty: bool,
        settings: &Settings,
        now: Time,
    ) -> Result<Ticket, CommitError> {
        // The lock is held over the commit: no operation removes an agent from the rotation in the meantime.
        let lock = self.immediate_assignment.try_read();
        let immediate = match (queue_empty, &lock) {
            (true, Ok(_)) => self.plan_immediate(&ticket, settings, now),
            _ => None,
        };
        fail::fail_point!("engine-before-open");
        let opened = self.commit_opening(opening, ticket, immediate).await;
        fail::fail_point!("engine-after-open");
        opened
    }

    /// Plans the assignment of a new ticket that is first in its queue, and reserves the slot in the roster.
    /// Returns `None` when no agent is ready or another process is the assigner.
    fn plan_immediate(&self, ticket: &Ticket, settings: &Settings, now: Time) -> Option<Assignment> {
        if self.assigners.load(Ordering::SeqCst) == 0 {
            return None;
        }
        let (mut roster, mut random) = (self.roster(), self.random());
        roster.set_strategy(settings.strategy);
        let plan = plan_round(&mut roster, vec![ticket.clone()], settings, now, random.rng());
        let immediate = plan.assignments.into_iter().next()?;
        roster.reserve(immediate.agent, immediate.slot, ticket.id);
        Some(immediate.into_immediate())
    }

    /// Commits a new ticket, with its immediate assignment if there is one. The ticket is opened even if the
    /// store refuses the assignment, as another ticket may be ahead by then.
    async fn commit_opening(
        &self,
        opening: Change,
        mut ticket: Ticket,
        mut immediate: Option<Assignment>,
    ) -> Result<Ticket, CommitError> {
        let changes: Vec<_> =
            std::iter::once(opening).chain(immediate.as_mut().map(Assignment::take_change)).collect();
        // Locals are dropped in reverse order: on cancellation the reservation ends before the pending work is
        // handed to the next round, so that round finds the slot free.
        let registered = self.register(PendingWork::after_commit_of(&changes));
        let reservation = immediate.as_ref().map(|_| Reservation(self, ticket.id));
        if immediate.is_some() {
            fail::fail_point!("engine-before-assign");
        }
        let mut results = self.store.commit(changes).await.into_iter();
        let mut next_result = || {
            let missing = || Err(StoreError::Unavailable("no answer".into()).into());
            results.next().unwrap_or_else(missing)
        };
        let (opened, assigned): (_, Option<Result<Committed, _>>) =
            (next_result(), immediate.as_ref().map(|_| next_result()));
        if immediate.is_some() {
            fail::fail_point!("engine-after-assign");
        }
        self.wake_outbox();
        let missed = reservation.is_some_and(Reservation::release);
        // A store error leaves the outcome unknown: the commit may have succeeded and only its answer was
        // lost.
        if !matches!(opened, Err(CommitError::Store(_))) {
            registered.done();
        }
        let committed = match (immediate, assigned) {
            (Some(immediate), Some(Ok(_))) => Some(immediate),
            (Some(immediate), refused) => {
                if matches!(refused, Some(Err(CommitError::Conflict))) && opened.is_ok() {
                    self.faults.conflicts.fetch_add(1, Ordering::Relaxed);
                }
                immediate.undo(&mut self.roster());
                // A round may have found no free slot because of the reservation. The reload of the agent
                // makes the next round consider them for all of their departments again.
                self.mark_uncertain(immediate.agent);
                None
            }
            (None, _) => None,
        };
        ticket.arrival = opened?.arrival.unwrap_or_default();
        let department = ticket.department;
        tracing::info!(ticket = %ticket.number, %department, "opened");
        self.publish(Event::Queued { ticket: ticket.id, department });
        let Some(immediate) = committed else {
            self.request_round([department]);
            return Ok(ticket);
        };
        self.publish_assignment(&immediate);
        let mut roster = self.roster();
        // The empty update advances the seat's stamp: a reload that read the agent before this commit reads
        // again.
        roster.update(immediate.agent, |_| {});
        // If the seat no longer has the ticket, the ticket has ended already or the agent was read before the
        // commit.
        if missed || !roster.seat(immediate.agent).is_some_and(|seat| seat.has(ticket.id)) {
            drop(roster);
            self.mark_uncertain(immediate.agent);
        }
        Ok(Ticket { arrival: ticket.arrival, ..immediate.after })
    }
}
