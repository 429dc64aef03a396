//! Notices about a message that was given up: to those who miss it, or else to the admins.
use super::Engine;
use super::error::EngineError;
use crate::domain::Time;
use crate::domain::ids::ChatId;
use crate::domain::notice::{Message, Notice, Outgoing};

impl Engine {
    /// Tells those who have to know that `chat` does not get `message`. For a part of a ticket, the agent reads
    /// that it is missing and the customer is asked to send it again. For others, the admins get a notice.
    pub async fn report_undelivered(
        &self,
        chat: ChatId,
        message: &Message,
        now: Time,
    ) -> Result<(), EngineError> {
        // A report that can't be delivered is not reported again.
        if matches!(message.inner(), Message::Notice(Notice::Undelivered { .. })) {
            return Ok(());
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
