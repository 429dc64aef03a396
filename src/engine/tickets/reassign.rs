//! Handovers by people and releases: pick-up by an agent, reassignment by an admin, release back into the
//! queue.
use super::steps::write_ticket;
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::event::{Action, Actor, AuditEvent, ReleaseReason};
use crate::domain::ids::{PersonId, Slot, TicketId, Version};
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::person::Person;
use crate::domain::ticket::{Refusal, Ticket, TicketState};
use crate::engine::assignment::pending_work::PendingWork;
use crate::engine::assignment::planner::{former_card_refreshes, plan_handover};
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::{Change, Guard, StoreError};
use crate::engine::{Attempt, Engine};
use std::collections::BTreeSet;

impl Engine {
    /// Hands a queued ticket to the agent who picks it up. It is allowed in manual and dual mode, for a
    /// ticket outside of the rollout, and for an agent who opted out of automatic assignment.
    pub async fn pick_up(
        &self,
        agent: &Person,
        ticket: TicketId,
        drawn_for: Option<Version>,
        now: Time,
    ) -> Result<Ticket, EngineError> {
        let profile = agent.agent.as_ref().ok_or(EngineError::Forbidden)?;
        self.retry(|| async {
            let before = self.at_version(ticket, drawn_for).await?;
            if before.state != TicketState::Queued {
                return Err(EngineError::Refused(Refusal::State(before.status()), Box::new(before)));
            }
            if !profile.departments.contains(&before.department) {
                return Err(EngineError::OtherDepartment);
            }
            let mode = self.store.settings().await?.mode;
            if !mode.allows_pick_up(before.auto, profile.auto_assignment_enabled) {
                return Err(EngineError::NoPickUp);
            }
            let what = Action::PickedUp { agent: agent.id };
            self.assign_to(&before, agent.id, Guard::Capacity, AuditEvent::of(now, agent.id, ticket, what))
                .await
        })
        .await
    }

    /// Hands a ticket to an agent on behalf of an admin, from the queue or from another agent. A full agent
    /// gets it only with `over_capacity`. With `drawn_for`, the ticket must still be at that version.
    pub async fn reassign(
        &self,
        admin: &Person,
        (ticket, drawn_for): (TicketId, Option<Version>),
        to: PersonId,
        over_capacity: bool,
        now: Time,
    ) -> Result<Ticket, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        self.retry(|| async {
            let before = self.at_version(ticket, drawn_for).await?;
            let what = Action::Reassigned { from: before.holder(), to, over_capacity };
            let guard = if over_capacity { Guard::Override } else { Guard::Capacity };
            self.assign_to(&before, to, guard, AuditEvent::of(now, admin.id, ticket, what)).await
        })
        .await
    }

    /// Makes one attempt to hand a ticket to an agent.
    async fn assign_to(
        &self,
        before: &Ticket,
        to: PersonId,
        guard: Guard,
        event: AuditEvent,
    ) -> Result<Attempt<Ticket>, EngineError> {
        let _suspension = self.suspend_assignment().await;
        // The agent is read from the store, so that a capacity that was lowered a moment ago counts.
        let agent = self.store.person(to).await?.ok_or(EngineError::NotFound)?;
        let profile = agent.agent.as_ref().ok_or(EngineError::NotFound)?;
        let held = self.store.held_by(to).await?;
        let (count, max) = (u16::try_from(held.len()).unwrap_or(u16::MAX), profile.max_tickets.get());
        let slot = lowest_free_slot(&held);
        // The transition is checked before the capacity: "they already have it" says more than "full".
        let after = before
            .reassign(agent.id, slot, event.at)
            .map_err(|refusal| EngineError::Refused(refusal, Box::new(before.clone())))?;
        if guard == Guard::Capacity && count >= max {
            return Err(EngineError::Full(count, max));
        }
        let mut notices = plan_handover(&after, before.status(), (agent.id, agent.chat()), (count + 1, max));
        if let Some(former) = self.holder_of(before).await? {
            let withdrawn = Notice::TaskWithdrawn { ticket: before.id, to: Some(agent.id) };
            notices.push(Outgoing::notice(former.chat(), withdrawn));
        }
        notices.extend(former_card_refreshes(&self.roster(), &after, agent.id));
        let change = Change { write: write_ticket(&after, before, guard), event: Some(event), notices };
        // The roster holds the slot before the commit, so that a step that ends the ticket right after it can
        // free the slot.
        self.roster().hold(agent.id, slot, after.id);
        let committed = self.commit_one(change).await;
        if committed.is_err() {
            self.roster().free(agent.id, after.id);
            let reload = self.register(PendingWork::reload([agent.id].into()));
            self.reload_agent(agent.id).await?;
            reload.done();
        } else {
            tracing::info!(ticket = %after.number, agent = %agent.id, from = ?before.holder(), "handed over");
            if let Some(former) = before.holder() {
                self.release_slot(former, after.id);
            }
            self.publish(Event::Assigned {
                ticket: after.id,
                department: after.department,
                agent: agent.id,
                from: before.holder(),
            });
        }
        Attempt::of(committed, after)
    }

    /// Puts a held ticket back into the queue on behalf of an admin, at its old place. With `drawn_for`, the
    /// ticket must still be at that version: a second press must not take it from the next holder.
    pub async fn requeue(
        &self,
        admin: &Person,
        (ticket, drawn_for): (TicketId, Option<Version>),
        now: Time,
    ) -> Result<Ticket, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let unchanged =
            |ticket: &Ticket, _: &Person| drawn_for.is_none_or(|version| ticket.version == version);
        self.release(ticket, Actor::Person(admin.id), ReleaseReason::Admin, unchanged, now).await
    }

    /// Puts a ticket back into the queue if `applies` to it and its holder. The commit holds a notice to the
    /// customer, and to the former holder when an admin did it.
    pub(in crate::engine) async fn release(
        &self,
        ticket: TicketId,
        actor: Actor,
        why: ReleaseReason,
        applies: impl Fn(&Ticket, &Person) -> bool,
        now: Time,
    ) -> Result<Ticket, EngineError> {
        self.retry(|| async {
            // The suspension spans read and commit: the return of a holder comes before both or after both.
            let _suspension = self.suspend_assignment().await;
            let before = self.at_version(ticket, None).await?;
            let refuse = |refusal| EngineError::Refused(refusal, Box::new(before.clone()));
            let holder = self.holder_of(&before).await?.filter(|holder| applies(&before, holder));
            let holder = holder.ok_or_else(|| refuse(Refusal::State(before.status())))?;
            let from = holder.id;
            let after = before.release(why == ReleaseReason::Admin, now).map_err(refuse)?;
            let to_holder = match why {
                ReleaseReason::Admin => Some(Notice::TaskWithdrawn { ticket, to: None }),
                ReleaseReason::NoAnswer => Some(Notice::TaskPassedOn { ticket }),
                _ => None,
            };
            let mut notices = Vec::new();
            if why == ReleaseReason::NoAnswer {
                // Another agent takes an unanswered ticket at once, and the customer reads of that.
                notices.push(Outgoing::refresh(after.customer_chat, CardKey::Status(ticket)));
            } else {
                notices.push(Outgoing::notice(after.customer_chat, Notice::Requeued { ticket }));
            }
            notices.extend(to_holder.map(|notice| Outgoing::notice(holder.chat(), notice)));
            if holder.reachable {
                notices.push(Outgoing::refresh(holder.chat(), CardKey::Task(ticket, from)));
            }
            let change = Change {
                write: write_ticket(&after, &before, Guard::None),
                event: Some(AuditEvent {
                    at: now,
                    actor,
                    ticket: Some(ticket),
                    what: Action::Released { from, why },
                }),
                notices,
            };
            let committed = self.commit_one(change).await;
            if committed.is_ok() {
                tracing::info!(ticket = %after.number, %from, ?why, "released");
                self.release_slot(from, ticket);
                self.request_round([after.department]);
                self.publish(Event::Released { ticket, agent: from });
                self.publish(Event::Queued { ticket, department: after.department });
            }
            Attempt::of(committed, after)
        })
        .await
    }

    /// Releases those of an agent's tickets that `filter` selects, in queue order: a round in between must
    /// not assign a newer one first.
    pub(in crate::engine) async fn release_held(
        &self,
        agent: PersonId,
        why: ReleaseReason,
        filter: impl Fn(&Ticket, &Person) -> bool,
        now: Time,
    ) -> Result<(), StoreError> {
        let mut held = self.store.held_by(agent).await?;
        held.sort_by_key(|ticket| (ticket.priority, ticket.arrival));
        // Each release checks the current ticket and holder: the ticket may be reassigned, or the agent may
        // be back.
        let applies = |ticket: &Ticket, holder: &Person| holder.id == agent && filter(ticket, holder);
        for ticket in &held {
            // Another error means that the ticket ended or was reassigned in the meantime: nothing is left to
            // release.
            if let Err(EngineError::Store(error)) =
                self.release(ticket.id, Actor::Engine, why, &applies, now).await
            {
                return Err(error);
            }
        }
        Ok(())
    }
}

/// Returns the lowest slot that none of these tickets takes.
pub(super) fn lowest_free_slot(held: &[Ticket]) -> Slot {
    let taken: BTreeSet<u16> = held.iter().filter_map(|t| t.hold().map(|hold| hold.slot.0)).collect();
    Slot((0..u16::MAX).find(|n| !taken.contains(n)).unwrap_or(u16::MAX))
}
