//! Relocation: an admin moves the waiting tickets of a department to another one.
use super::steps::write_ticket;
use crate::domain::Time;
use crate::domain::event::{Action, AuditEvent};
use crate::domain::ids::{CategoryId, DepartmentId, TicketId};
use crate::domain::person::Person;
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::{Change, Guard};
use crate::engine::{Attempt, Engine};

/// Number of waiting tickets that are read at once.
const MAX_TICKETS_READ: usize = 100;

impl Engine {
    /// Moves the waiting tickets of a department to the first category of another one that takes tickets.
    /// They keep their arrival numbers and priorities. Returns how many were moved.
    pub async fn relocate_queue(
        &self,
        admin: &Person,
        (from, to): (DepartmentId, DepartmentId),
        now: Time,
    ) -> Result<u64, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let target = self.store.department(to).await?.filter(|department| !department.retired);
        let category = target.as_ref().and_then(|department| department.offered().next()).map(|c| c.id);
        let category = category.filter(|_| from != to).ok_or(EngineError::NotFound)?;
        let mut moved = 0;
        loop {
            let waiting = self.store.queue_page(&[from], 0, MAX_TICKETS_READ).await?;
            if waiting.is_empty() {
                return Ok(moved);
            }
            for ticket in waiting {
                match self.relocate(admin, ticket.id, (from, to, category), now).await {
                    Ok(is_moved) => moved += u64::from(is_moved),
                    // It was assigned or it ended in the meantime.
                    Err(EngineError::Refused(..) | EngineError::NotFound) => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }

    /// Moves one waiting ticket. Returns false if it is no longer in the department.
    async fn relocate(
        &self,
        admin: &Person,
        ticket: TicketId,
        (from, to, category): (DepartmentId, DepartmentId, CategoryId),
        now: Time,
    ) -> Result<bool, EngineError> {
        self.retry(|| async {
            let _suspension = self.suspend_assignment().await;
            let before = self.at_version(ticket, None).await?;
            if before.department != from {
                return Ok(Attempt::Done(false));
            }
            let after = before
                .relocate(to, category)
                .map_err(|refusal| EngineError::Refused(refusal, Box::new(before.clone())))?;
            let change = Change {
                write: write_ticket(&after, &before, Guard::None),
                event: Some(AuditEvent::of(now, admin.id, ticket, Action::Relocated { from, to })),
                notices: self.card_refreshes(&after, None).await?,
            };
            let committed = self.commit_one(change).await;
            if committed.is_ok() {
                tracing::info!(ticket = %after.number, %from, %to, "relocated");
                self.request_round([to]);
                self.publish(Event::Relocated { ticket, from });
                self.publish(Event::Queued { ticket, department: to });
            }
            Attempt::of(committed, true)
        })
        .await
    }
}
