//! Undo of a cancellation by the customer: the ticket waits again, at its old place.
use super::open::MAX_OPEN_TICKETS;
use crate::domain::Time;
use crate::domain::event::{Action, AuditEvent};
use crate::domain::ids::{PersonId, TicketId};
use crate::domain::ticket::Ticket;
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::{Change, Guard, Write};
use crate::engine::{Attempt, Engine};

impl Engine {
    /// Puts a ticket that its customer cancelled a moment ago back into the queue. The agent who held it got a
    /// notice that it is gone, so the queue decides anew who gets it.
    pub async fn undo_cancel(
        &self,
        customer: PersonId,
        ticket: TicketId,
        now: Time,
    ) -> Result<Ticket, EngineError> {
        self.retry(|| async {
            let before = self.at_version(ticket, None).await?;
            let after = before
                .undo_cancel(customer, now)
                .map_err(|refusal| EngineError::Refused(refusal, Box::new(before.clone())))?;
            // Tickets that were opened after the cancellation count, or it would be a way around the limit.
            if self.open_tickets_of(customer).await?.len() >= MAX_OPEN_TICKETS {
                return Err(EngineError::TooManyOpen(MAX_OPEN_TICKETS));
            }
            let write = Write::EndedTicket {
                ticket: Box::new(after.clone()),
                expected: before.version,
                guard: Guard::None,
            };
            let change = Change {
                write,
                event: Some(AuditEvent::of(now, customer, ticket, Action::CancelUndone)),
                notices: self.card_refreshes(&after, None).await?,
            };
            let committed = self.commit_one(change).await;
            if committed.is_ok() {
                tracing::info!(ticket = %after.number, "cancellation undone");
                self.request_round([after.department]);
                self.publish(Event::Queued { ticket, department: after.department });
            }
            Attempt::of(committed, after)
        })
        .await
    }
}
