//! Amendments of a sent ticket: parts of an album that arrive after it was sent.
use crate::domain::draft::DraftPart;
use crate::domain::ids::TicketId;
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::ticket::Ticket;
use crate::domain::ticket::description::DescriptionError;
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::{Change, Write};
use crate::engine::{Attempt, Engine};

impl Engine {
    /// Adds a message to the description of an open ticket. Its holder gets the files, and the cards show the
    /// text. Returns what does not fit. A repeated call with one message has no effect.
    pub async fn add_late_part(
        &self,
        ticket: TicketId,
        part: &DraftPart,
    ) -> Result<Vec<DescriptionError>, EngineError> {
        self.retry(|| async {
            let before = self.at_version(ticket, None).await?;
            if before.description.messages.contains(&part.message_id) {
                return Ok(Attempt::Done(Vec::new()));
            }
            let (mut description, mut refused) = (before.description.clone(), Vec::new());
            let mut files = Vec::new();
            match description.append(&part.text, &[]) {
                Ok(with_text) => description = with_text,
                Err(error) => refused.push(error),
            }
            match description.append(&"".into(), &part.attachments) {
                Ok(with_files) => (description, files) = (with_files, part.attachments.clone()),
                Err(error) => refused.push(error),
            }
            description.messages.push(part.message_id);
            let after = Ticket { version: before.version.next(), description, ..before.clone() };
            let mut notices = Vec::new();
            if let Some(holder) = self.holder_of(&after).await? {
                let file = |file| Outgoing::notice(holder.chat(), Notice::File { ticket, file });
                notices.extend(files.into_iter().map(file));
            }
            notices.extend(self.card_refreshes(&after, after.holder()).await?);
            let write = Write::TicketContent { ticket: Box::new(after.clone()), expected: before.version };
            let committed = self.commit_one(Change { write, event: None, notices }).await;
            if committed.is_ok() {
                tracing::info!(ticket = %after.number, "late part of an album added");
                if let Some(agent) = after.holder() {
                    self.publish(Event::Updated { ticket, agent });
                }
            }
            Attempt::of(committed, refused)
        })
        .await
    }
}
