//! Notices about a message that was given up: to those who miss it, or else to the admins.
use super::Engine;
use super::error::EngineError;
use crate::domain::Time;
use crate::domain::ids::ChatId;
use crate::domain::notice::{Message, Notice, Outgoing};
use crate::domain::ticket::conversation::RelayFailure;
use crate::engine::ports::DropReason;

impl Engine {
    /// Tells those who have to know that `chat` does not get `message`. For a part of a ticket, the agent reads
    /// that it is missing and the customer is asked to send it again. The author of a message of a conversation
    /// reads the reason. For others, the admins get a notice.
    pub async fn report_undelivered(
        &self,
        chat: ChatId,
        message: &Message,
        reason: DropReason,
        now: Time,
    ) -> Result<(), EngineError> {
        // A report that can't be delivered is not reported again.
        if matches!(message.inner(), Message::Notice(Notice::Undelivered { .. })) {
            return Ok(());
        }
        if let Message::Relay { part, .. } = message.inner() {
            return self.fail_relay(part, RelayFailure::from(reason)).await;
        }
        let part_of = match message.ticket_part() {
            Some(ticket) => self.store.ticket(ticket).await?,
            None => None,
        };
        let notices = match part_of {
            Some(ticket) => {
                let mut notices = vec![Outgoing::notice(chat, Notice::PartUndelivered { ticket: ticket.id })];
                if !ticket.status().is_end() {
                    let again = Notice::SendAgain { ticket: ticket.id };
                    notices.push(Outgoing::notice(ticket.customer_chat, again));
                }
                notices
            }
            None => self.notices_to_admins(&Notice::Undelivered { chat }).await?,
        };
        if !notices.is_empty() {
            self.store.enqueue(notices, now).await?;
            self.wake_outbox();
        }
        Ok(())
    }
}

impl From<DropReason> for RelayFailure {
    fn from(reason: DropReason) -> Self {
        match reason {
            DropReason::Unreachable => Self::Unreachable,
            DropReason::OutcomeUnknown => Self::OutcomeUnknown,
            DropReason::Refused | DropReason::Unreadable | DropReason::Failed => Self::Refused,
        }
    }
}
