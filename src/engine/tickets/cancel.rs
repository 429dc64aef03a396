//! Cancellation of a ticket by an admin, whatever its state.
use super::steps::write_ticket;
use crate::domain::Time;
use crate::domain::event::{Action, AuditEvent};
use crate::domain::ids::{PersonId, TicketId, Version};
use crate::domain::notice::console::ConsoleNotice;
use crate::domain::notice::service::ServiceNotice;
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::person::Person;
use crate::domain::ticket::Ticket;
use crate::engine::error::EngineError;
use crate::engine::ports::{Change, Guard};
use crate::engine::{Attempt, Engine};

/// The reason for which an admin cancels a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum CancelReason {
    /// Its customer is banned, and gets no notice.
    Ban,
    /// The admin chose this ticket.
    Choice,
}

impl Engine {
    /// Cancels an open ticket on behalf of an admin. With `drawn_for`, the ticket must still be at that
    /// version. The customer and the holder get a notice.
    pub async fn cancel_as_admin(
        &self,
        admin: &Person,
        ticket: (TicketId, Option<Version>),
        now: Time,
    ) -> Result<Ticket, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        self.cancel_by_admin(admin.id, ticket, CancelReason::Choice, now).await
    }

    /// As [`Engine::cancel_as_admin`], for this reason. The caller must have checked the role.
    pub(in crate::engine) async fn cancel_by_admin(
        &self,
        admin: PersonId,
        (ticket, drawn_for): (TicketId, Option<Version>),
        reason: CancelReason,
        now: Time,
    ) -> Result<Ticket, EngineError> {
        self.retry(|| async {
            // The suspension spans read and commit: an assignment comes before both or after both.
            let _suspension = self.suspend_assignment().await;
            let before = self.at_version(ticket, drawn_for).await?;
            let after = before
                .withdraw(admin, now)
                .map_err(|refusal| EngineError::Refused(refusal, Box::new(before.clone())))?;
            let (to_customer, to_holder) = match reason {
                CancelReason::Ban => (None, Notice::Service(ServiceNotice::TaskDropped { ticket })),
                CancelReason::Choice => (
                    Some(Notice::Console(ConsoleNotice::Cancelled { ticket })),
                    Notice::Console(ConsoleNotice::TaskCancelled { ticket }),
                ),
            };
            let mut notices: Vec<_> =
                to_customer.into_iter().map(|notice| Outgoing::notice(after.customer_chat, notice)).collect();
            if let Some(holder) = self.holder_of(&before).await? {
                notices.push(Outgoing::notice(holder.chat(), to_holder));
            }
            notices.extend(self.card_refreshes(&after, before.holder()).await?);
            let change = Change {
                write: write_ticket(&after, &before, Guard::None),
                event: Some(AuditEvent::of(now, admin, ticket, Action::Cancelled)),
                notices,
            };
            let committed = self.commit_one(change).await;
            if committed.is_ok() {
                tracing::info!(ticket = %after.number, by = %admin, "cancelled by an admin");
                self.on_ticket_ended(&after, before.holder());
            }
            Attempt::of(committed, after)
        })
        .await
    }
}
