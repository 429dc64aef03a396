//! How urgent a ticket is: an admin's override of the order of the queue.
use super::steps::write_ticket;
use crate::domain::Time;
use crate::domain::event::{Event, What};
use crate::domain::ids::TicketId;
use crate::domain::person::Person;
use crate::domain::ticket::{Priority, Ticket};
use crate::engine::error::EngineError;
use crate::engine::events::Happening;
use crate::engine::ports::{Change, Guard};
use crate::engine::{Attempt, Engine};

impl Engine {
    /// Makes a ticket more or less urgent. One that waits moves within its department's queue, among its equals by arrival;
    /// one that is held stays with its holder. Asking for what is so already changes nothing.
    pub async fn set_priority(
        &self,
        admin: &Person,
        ticket: TicketId,
        priority: Priority,
        now: Time,
    ) -> Result<Ticket, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        self.retry(|| async {
            let before = self.at_version(ticket, None).await?;
            let after = before
                .reprioritise(priority)
                .map_err(|refusal| EngineError::Refused(refusal, Box::new(before.clone())))?;
            if before.priority == priority {
                return Ok(Attempt::Done(before));
            }
            let what = What::Reprioritised { from: before.priority, to: priority };
            let change = Change {
                write: write_ticket(&after, &before, Guard::None),
                event: Some(Event::of(now, admin.id, ticket, what)),
                notices: self.redrawn(&after, after.holder()).await?,
            };
            let _between_rounds = self.between_rounds().await;
            let committed = self.commit_one(change).await;
            if committed.is_ok() {
                tracing::info!(ticket = %after.number, rank = priority.rank(), "reprioritised");
                self.moved_in_queue(&after);
            }
            Attempt::of(committed, after)
        })
        .await
    }

    fn moved_in_queue(&self, ticket: &Ticket) {
        if let Some(agent) = ticket.holder() {
            self.tell(Happening::Updated { ticket: ticket.id, agent });
        } else {
            self.mark([ticket.department]);
            self.tell(Happening::Queued { ticket: ticket.id, department: ticket.department });
        }
    }
}
