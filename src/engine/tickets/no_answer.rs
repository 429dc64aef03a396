//! Tickets that their holder does not react to: a nudge, then the handover to another agent; and tickets that their
//! holder gives back.
//!
//! The holder's availability does not count: a customer waits as long for an agent who is away.
use super::steps::write_ticket;
use crate::domain::Time;
use crate::domain::event::{Action, Actor, AuditEvent, ReleaseReason};
use crate::domain::ids::{PersonId, TicketId, Version};
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::person::Person;
use crate::domain::policy::{Mode, Settings};
use crate::domain::ticket::{Refusal, Ticket};
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::{Change, CommitError, Guard, StoreError};
use crate::engine::sweep::delta;

/// The most tickets that are handled with one read of the store.
const MAX_BATCH_TICKETS: usize = 64;

impl Engine {
    /// Nudges each holder who has not reacted to a ticket for the time that admins set. Hands a ticket over to
    /// another agent after the same time again. Returns when the next one is due. A ticket that somebody else
    /// changed meanwhile, another replica too, is left as it is then.
    pub async fn handle_unanswered(&self, now: Time) -> Result<Option<Time>, EngineError> {
        let settings = self.store.settings().await?;
        if settings.no_answer_time.is_zero() {
            return Ok(None);
        }
        let nudge = self.nudge_holders(&settings, now).await?;
        let hand_over = self.hand_over_unanswered(&settings, now).await?;
        Ok([nudge, hand_over].into_iter().flatten().min())
    }

    async fn nudge_holders(&self, settings: &Settings, now: Time) -> Result<Option<Time>, EngineError> {
        let mut skipped = 0;
        loop {
            let page = self.store.unanswered(false, (skipped, MAX_BATCH_TICKETS)).await?;
            for before in &page {
                if let Some(due) = not_due(before, settings, now) {
                    return Ok(Some(due));
                }
                skipped += usize::from(!self.nudge(before, settings, now).await?);
            }
            if page.len() < MAX_BATCH_TICKETS {
                return Ok(None);
            }
        }
    }

    /// Commits a nudge with its notice. Returns false if the ticket has changed.
    async fn nudge(&self, before: &Ticket, settings: &Settings, now: Time) -> Result<bool, EngineError> {
        let (Some(after), Some(agent)) = (before.nudge(now), before.holder()) else { return Ok(false) };
        let ticket = after.id;
        let mut notices = Vec::new();
        if let Some(chat) = self.chat_of(agent).await? {
            let time = u32::try_from(settings.no_answer_time.as_secs()).unwrap_or(u32::MAX);
            let seconds = may_be_handed_over(before, settings).then_some(time);
            notices.extend(Outgoing::moved_card(chat, Notice::TaskNudged { ticket, agent, seconds }));
        }
        let what = Action::Nudged { agent };
        let change = Change {
            write: write_ticket(&after, before, Guard::None),
            event: Some(AuditEvent { at: now, actor: Actor::Engine, ticket: Some(ticket), what }),
            notices,
        };
        fail::fail_point!("engine-before-nudge");
        let committed = self.commit_one(change).await;
        fail::fail_point!("engine-after-nudge");
        match committed {
            Ok(_) => {
                tracing::info!(ticket = %after.number, %agent, "holder nudged");
                self.publish(Event::Updated { ticket, agent });
                Ok(true)
            }
            Err(CommitError::Store(error @ StoreError::Unavailable(_))) => Err(error.into()),
            Err(error) => {
                tracing::debug!(ticket = %after.number, %error, "holder not nudged");
                Ok(false)
            }
        }
    }

    async fn hand_over_unanswered(
        &self,
        settings: &Settings,
        now: Time,
    ) -> Result<Option<Time>, EngineError> {
        let mut kept = 0;
        loop {
            let page = self.store.unanswered(true, (kept, MAX_BATCH_TICKETS)).await?;
            for before in &page {
                if let Some(due) = not_due(before, settings, now) {
                    return Ok(Some(due));
                }
                kept += usize::from(!self.hand_over(before, settings, now).await?);
            }
            if page.len() < MAX_BATCH_TICKETS {
                return Ok(None);
            }
        }
    }

    /// Releases a ticket for another agent who can take it at once, and runs the round that assigns it. Returns
    /// false if it stays with its holder: nobody else can take it now, or it has changed.
    async fn hand_over(&self, before: &Ticket, settings: &Settings, now: Time) -> Result<bool, EngineError> {
        if !may_be_handed_over(before, settings) || !self.has_other_agent_for(before, now) {
            return Ok(false);
        }
        // Tickets that wait already come first, and may take the last free slot.
        self.run_round(now).await?;
        let unchanged = |ticket: &Ticket, _: &Person| {
            ticket.version == before.version && self.has_other_agent_for(ticket, now)
        };
        let why = ReleaseReason::NoAnswer;
        match self.release(before.id, Actor::Engine, why, unchanged, now).await {
            Ok(_) => {
                fail::fail_point!("engine-after-no-answer");
                self.run_round(now).await?;
                Ok(true)
            }
            Err(EngineError::Store(error)) => Err(error.into()),
            Err(error) => {
                tracing::debug!(ticket = %before.number, %error, "unanswered ticket not handed over");
                Ok(false)
            }
        }
    }

    /// Returns whether an agent who never held this held ticket is ready for it. A former holder does not
    /// count: the ticket would go to and fro.
    fn has_other_agent_for(&self, ticket: &Ticket, now: Time) -> bool {
        ticket.release(false, now).is_ok_and(|released| self.roster().has_new_agent_for(&released, now))
    }

    /// Puts a ticket back into the queue on behalf of its holder, at its old place. With `drawn_for`, the ticket
    /// must still be at that version.
    pub async fn give_back(
        &self,
        agent: PersonId,
        ticket: TicketId,
        drawn_for: Option<Version>,
        now: Time,
    ) -> Result<Ticket, EngineError> {
        // The owner is checked before the state: other people must not learn the state.
        let current = self.at_version(ticket, None).await?;
        if current.holder().is_some_and(|holder| holder != agent) {
            return Err(EngineError::Refused(Refusal::NotYours, Box::new(current)));
        }
        let current = self.at_version(ticket, drawn_for).await?;
        current.give_back(agent, now).map_err(|refusal| EngineError::Refused(refusal, Box::new(current)))?;
        let theirs = |ticket: &Ticket, holder: &Person| {
            holder.id == agent && drawn_for.is_none_or(|version| version == ticket.version)
        };
        self.release(ticket, Actor::Person(agent), ReleaseReason::GivenBack, theirs, now).await
    }
}

/// Returns when the holder's time is over, unless it is by now.
fn not_due(ticket: &Ticket, settings: &Settings, now: Time) -> Option<Time> {
    let since = ticket.unanswered_since()?;
    let time = delta(settings.no_answer_time);
    // A clock that was set back by more than that ends the time, because the real time is unknown then.
    ((now - since).abs() < time).then(|| since + time)
}

/// Returns whether the engine may assign the ticket to another agent.
fn may_be_handed_over(ticket: &Ticket, settings: &Settings) -> bool {
    settings.mode != Mode::Manual && ticket.auto
}
