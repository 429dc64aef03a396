//! Reopening of a completed ticket by its customer: to the agent who completed it, or to the queue.
use super::reassign::lowest_free_slot;
use crate::domain::Time;
use crate::domain::event::{Action, AuditEvent};
use crate::domain::ids::{PersonId, Slot, TicketId};
use crate::domain::notice::service::ServiceNotice;
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::person::Person;
use crate::domain::ticket::{Refusal, Ticket, TicketState};
use crate::engine::assignment::pending_work::PendingWork;
use crate::engine::assignment::planner::plan_handover;
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::{Change, Guard, Write};
use crate::engine::{Attempt, Engine};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The slot for a reopened ticket with the agent who completed it.
struct FreeSlot {
    agent: Person,
    slot: Slot,
    /// Number of tickets that the agent holds, this one included, and their capacity.
    load: (u16, u16),
}

impl Engine {
    /// Reopens a ticket on behalf of its customer. `reopened` names the completion, so that a second press has
    /// no effect. The agent who completed it gets it if they are online, serve its department and have a free
    /// slot. Otherwise it goes to the queue with its old arrival number.
    pub async fn reopen(
        &self,
        customer: PersonId,
        (ticket, reopened): (TicketId, u16),
        now: Time,
    ) -> Result<Ticket, EngineError> {
        self.reopen_as(ticket, now, |before, window| before.reopen(customer, reopened, (window, now))).await
    }

    /// Reopens a ticket as [`Self::reopen`] does, because of the comment to its rating, which stays.
    pub(in crate::engine) async fn reopen_for_comment(
        &self,
        customer: PersonId,
        (ticket, reopened): (TicketId, u16),
        now: Time,
    ) -> Result<Ticket, EngineError> {
        let reopen = |before: &Ticket, window| before.reopen_for_comment(customer, reopened, (window, now));
        self.reopen_as(ticket, now, reopen).await
    }

    async fn reopen_as(
        &self,
        ticket: TicketId,
        now: Time,
        reopen: impl Fn(&Ticket, Duration) -> Result<Ticket, Refusal>,
    ) -> Result<Ticket, EngineError> {
        let window = self.store.settings().await?.reopen_window;
        self.retry(|| async {
            // The suspension spans read and commit: an agent who leaves does so before both or after both.
            let _suspension = self.suspend_assignment().await;
            let before = self.at_version(ticket, None).await?;
            let queued = reopen(&before, window)
                .map_err(|refusal| EngineError::Refused(refusal, Box::new(before.clone())))?;
            let agent = match &before.state {
                TicketState::Completed { agent, .. } => self.store.person(*agent).await?,
                _ => None,
            };
            match self.free_slot_with(agent.as_ref(), &queued).await? {
                Some(free) => self.reopen_to(&before, &queued, &free, now).await,
                None => self.reopen_to_queue(&before, queued, agent.as_ref(), now).await,
            }
        })
        .await
    }

    /// Returns the slot for a ticket with an agent, if they can take it now. One who is being asked whether
    /// they are still there cannot.
    async fn free_slot_with(
        &self,
        agent: Option<&Person>,
        ticket: &Ticket,
    ) -> Result<Option<FreeSlot>, EngineError> {
        let Some((agent, profile)) = agent.and_then(|agent| Some((agent, agent.agent.as_ref()?))) else {
            return Ok(None);
        };
        let is_online =
            self.roster().seat(agent.id).is_some_and(super::super::assignment::roster::Seat::is_online);
        if !is_online || profile.asked_at.is_some() || !profile.departments.contains(&ticket.department) {
            return Ok(None);
        }
        let held = self.store.held_by(agent.id).await?;
        let (count, max) = (u16::try_from(held.len()).unwrap_or(u16::MAX), profile.max_tickets.get());
        let slot = lowest_free_slot(&held);
        let has_room = count < max && slot.0 < max;
        Ok(has_room.then(|| FreeSlot { agent: agent.clone(), slot, load: (count + 1, max) }))
    }

    async fn reopen_to(
        &self,
        before: &Ticket,
        queued: &Ticket,
        free: &FreeSlot,
        now: Time,
    ) -> Result<Attempt<Ticket>, EngineError> {
        let (agent, (held, max)) = (&free.agent, free.load);
        let after = queued.reopened_to(agent.id, free.slot, now);
        let notices = plan_handover(&after, before.status(), (agent.id, agent.chat()), (held, max));
        // The roster holds the slot before the commit, so that a step that ends the ticket right after it can
        // free the slot.
        self.roster().hold(agent.id, free.slot, after.id);
        let committed =
            self.commit_one(reopening(before, &after, Some(agent.id), Guard::Capacity, notices, now)).await;
        if committed.is_err() {
            self.roster().free(agent.id, after.id);
            let reload = self.register(PendingWork::reload([agent.id].into()));
            self.reload_agent(agent.id).await?;
            reload.done();
        } else {
            self.faults.reopened.fetch_add(1, Ordering::Relaxed);
            tracing::info!(ticket = %after.number, agent = %agent.id, "reopened to the same agent");
            self.publish(Event::Assigned {
                ticket: after.id,
                department: after.department,
                agent: agent.id,
                from: None,
            });
        }
        Attempt::of(committed, after)
    }

    async fn reopen_to_queue(
        &self,
        before: &Ticket,
        after: Ticket,
        agent: Option<&Person>,
        now: Time,
    ) -> Result<Attempt<Ticket>, EngineError> {
        let (ticket, department) = (after.id, after.department);
        let former = agent.filter(|agent| agent.agent.is_some() && agent.reachable);
        let mut notices = self.card_refreshes(&after, None).await?;
        notices.extend(former.map(|agent| {
            let notice = ServiceNotice::TaskReopened { ticket };
            Outgoing::notice(agent.chat(), Notice::Service(notice))
        }));
        let committed = self.commit_one(reopening(before, &after, None, Guard::None, notices, now)).await;
        if committed.is_ok() {
            self.faults.reopened.fetch_add(1, Ordering::Relaxed);
            tracing::info!(ticket = %after.number, "reopened into the queue");
            self.request_round([department]);
            self.publish(Event::Queued { ticket, department });
        }
        Attempt::of(committed, after)
    }
}

/// Returns the change that reopens a ticket.
fn reopening(
    before: &Ticket,
    after: &Ticket,
    to: Option<PersonId>,
    guard: Guard,
    notices: Vec<Outgoing>,
    now: Time,
) -> Change {
    let event = AuditEvent::of(now, after.customer, after.id, Action::Reopened { to });
    let write = Write::EndedTicket { ticket: Box::new(after.clone()), expected: before.version, guard };
    Change { write, event: Some(event), notices }
}
