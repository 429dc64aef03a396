//! Resumption of tickets on hold by the engine, when the time has come that their holder set.
use super::steps::write_ticket;
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::event::{Action, Actor, AuditEvent};
use crate::domain::ids::PersonId;
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::ticket::Ticket;
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::{Change, CommitError, Guard, StoreError};

/// The most tickets that are resumed with one read of the store.
const MAX_BATCH_TICKETS: usize = 64;

impl Engine {
    /// Resumes every ticket on hold whose time has come. Returns when the next one is due. A ticket that somebody
    /// else changed meanwhile, another replica too, is left as it is then.
    pub async fn resume_snoozed(&self, now: Time) -> Result<Option<Time>, EngineError> {
        loop {
            let snoozed = self.store.snoozed(MAX_BATCH_TICKETS).await?;
            let mut resumed = 0;
            for before in &snoozed {
                let (Some(after), Some(holder)) = (before.resume_when_due(now), before.holder()) else {
                    return Ok(before.resume_at());
                };
                resumed += usize::from(self.commit_resumed(before, after, holder, now).await?);
            }
            // Tickets that could not be resumed would be read again and again.
            if snoozed.len() < MAX_BATCH_TICKETS || resumed == 0 {
                return Ok(None);
            }
        }
    }

    /// Commits the resumption of a ticket, with its notice. Returns false if the ticket has changed.
    async fn commit_resumed(
        &self,
        before: &Ticket,
        after: Ticket,
        agent: PersonId,
        now: Time,
    ) -> Result<bool, EngineError> {
        let ticket = after.id;
        let mut notices = vec![Outgoing::refresh(after.customer_chat, CardKey::Status(ticket))];
        if let Some(chat) = self.chat_of(agent).await? {
            notices.extend(Outgoing::moved_card(chat, Notice::TaskResumed { ticket, agent }));
        }
        let change = Change {
            write: write_ticket(&after, before, Guard::None),
            event: Some(AuditEvent {
                at: now,
                actor: Actor::Engine,
                ticket: Some(ticket),
                what: Action::Resumed,
            }),
            notices,
        };
        match self.commit_one(change).await {
            Ok(_) => {
                tracing::info!(ticket = %after.number, %agent, "snoozed ticket resumed");
                self.publish(Event::Updated { ticket, agent });
                Ok(true)
            }
            Err(CommitError::Store(error @ StoreError::Unavailable(_))) => Err(error.into()),
            Err(error) => {
                tracing::debug!(ticket = %after.number, %error, "snoozed ticket not resumed");
                Ok(false)
            }
        }
    }
}
