//! Rating of a completed ticket by its customer, and the comment to it. The agent is not told. Admins are told of a comment to a low
//! rating.
use crate::domain::Time;
use crate::domain::event::{Action, AuditEvent};
use crate::domain::ids::{PersonId, TicketId};
use crate::domain::notice::service::ServiceNotice;
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::text::{clean, shorten};
use crate::domain::ticket::Ticket;
use crate::domain::ticket::service::{Rating, Stars};
use crate::engine::error::EngineError;
use crate::engine::ports::{Change, Guard, Write};
use crate::engine::{Attempt, Engine};

/// The longest comment to a rating, in characters. The rest is left out.
const MAX_COMMENT_CHARS: usize = 1_000;

impl Engine {
    /// Rates a completed ticket on behalf of its customer. `reopened` names the completion. The first rating is
    /// followed by the question for a comment. A repeated call with the same rating has no effect.
    pub async fn rate(
        &self,
        customer: PersonId,
        (ticket, reopened): (TicketId, u16),
        stars: Stars,
        now: Time,
    ) -> Result<Ticket, EngineError> {
        self.retry(|| async {
            let before = self.at_version(ticket, None).await?;
            let after = before
                .rate(customer, reopened, stars, now)
                .map_err(|refusal| EngineError::Refused(refusal, Box::new(before.clone())))?;
            if after.service == before.service {
                return Ok(Attempt::Done(before));
            }
            let was_low = before.service.rating.as_ref().is_some_and(|rating| rating.stars.is_low());
            let mut notices = if was_low { Vec::new() } else { self.low_rating_notices(&after).await? };
            if before.service.rating.is_none() {
                let question = Notice::Service(ServiceNotice::AskComment { ticket });
                notices.push(Outgoing::notice(after.customer_chat, question));
            }
            let event = AuditEvent::of(now, customer, ticket, Action::Rated { stars });
            let change = Change { write: service_write(&after, &before), event: Some(event), notices };
            let committed = self.commit_one(change).await;
            if committed.is_ok() {
                tracing::info!(ticket = %after.number, stars = stars.get(), "rated");
            }
            Attempt::of(committed, after)
        })
        .await
    }

    /// Adds a comment to the rating of a ticket, on behalf of its customer, in place of an earlier comment.
    /// Text without visible characters changes nothing. The admins get a notice if the rating is low.
    pub async fn comment_on_rating(
        &self,
        customer: PersonId,
        ticket: TicketId,
        comment: &str,
        now: Time,
    ) -> Result<Ticket, EngineError> {
        let comment = shorten(&clean(comment), MAX_COMMENT_CHARS);
        self.retry(|| async {
            let before = self.at_version(ticket, None).await?;
            let after = before
                .comment(customer, comment.clone(), now)
                .map_err(|refusal| EngineError::Refused(refusal, Box::new(before.clone())))?;
            if comment.is_empty() || after.service == before.service {
                return Ok(Attempt::Done(before));
            }
            let notices = self.low_rating_notices(&after).await?;
            let change = Change { write: service_write(&after, &before), event: None, notices };
            Attempt::of(self.commit_one(change).await, after)
        })
        .await
    }

    /// Returns the notices to the admins about a low rating with a comment.
    async fn low_rating_notices(&self, ticket: &Ticket) -> Result<Vec<Outgoing>, EngineError> {
        let is_low = |rating: &Rating| rating.stars.is_low() && rating.comment.is_some();
        if !ticket.service.rating.as_ref().is_some_and(is_low) {
            return Ok(Vec::new());
        }
        self.notices_to_admins(&Notice::Service(ServiceNotice::LowRating { ticket: ticket.id })).await
    }
}

/// Returns the write of a completed ticket's service record.
fn service_write(after: &Ticket, before: &Ticket) -> Write {
    Write::EndedTicket { ticket: Box::new(after.clone()), expected: before.version, guard: Guard::None }
}
