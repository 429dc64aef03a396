//! Ticket priority: an admin's override of the queue order.
use super::steps::write_ticket;
use crate::domain::Time;
use crate::domain::event::{Action, AuditEvent};
use crate::domain::ids::{TicketId, Version};
use crate::domain::person::Person;
use crate::domain::ticket::{Priority, Ticket};
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::{Change, Guard};
use crate::engine::{Attempt, Engine};

impl Engine {
    /// Sets the priority of a ticket. A queued ticket moves within its department's queue, by arrival among
    /// tickets of equal priority; a held ticket stays with its holder. A priority that the ticket already has
    /// changes nothing.
    pub async fn set_priority(
        &self,
        admin: &Person,
        ticket: TicketId,
        priority: Priority,
        now: Time,
    ) -> Result<Ticket, EngineError> {
        self.set_priority_at(admin, (ticket, None), priority, now).await
    }

    /// As [`Engine::set_priority`]. With `drawn_for`, the ticket must still be at that version.
    pub async fn set_priority_at(
        &self,
        admin: &Person,
        (ticket, drawn_for): (TicketId, Option<Version>),
        priority: Priority,
        now: Time,
    ) -> Result<Ticket, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        self.retry(|| async {
            let before = self.at_version(ticket, drawn_for).await?;
            let after = before
                .reprioritise(priority)
                .map_err(|refusal| EngineError::Refused(refusal, Box::new(before.clone())))?;
            if before.priority == priority {
                return Ok(Attempt::Done(before));
            }
            let what = Action::Reprioritised { from: before.priority, to: priority };
            let change = Change {
                write: write_ticket(&after, &before, Guard::None),
                event: Some(AuditEvent::of(now, admin.id, ticket, what)),
                notices: self.card_refreshes(&after, after.holder()).await?,
            };
            let _suspension = self.suspend_assignment().await;
            let committed = self.commit_one(change).await;
            if committed.is_ok() {
                tracing::info!(ticket = %after.number, rank = priority.rank(), "reprioritised");
                self.publish_reprioritised(&after);
            }
            Attempt::of(committed, after)
        })
        .await
    }

    /// Publishes the new priority; for a queued ticket it requests a round.
    fn publish_reprioritised(&self, ticket: &Ticket) {
        if let Some(agent) = ticket.holder() {
            self.publish(Event::Updated { ticket: ticket.id, agent });
        } else {
            self.request_round([ticket.department]);
            self.publish(Event::Queued { ticket: ticket.id, department: ticket.department });
        }
    }
}
