//! The life of a ticket that was opened: start, hold, resume, complete, cancel.
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::event::{Action, Actor, AuditEvent};
use crate::domain::ids::{PersonId, TicketId, Version};
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::person::Person;
use crate::domain::ticket::{Refusal, Ticket};
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::{Change, Guard, Write};
use crate::engine::{Attempt, Engine};

/// A step of the holder's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Open it.
    Start,
    /// Put it on hold.
    Hold,
    /// Take it up again.
    Resume,
    /// Close it.
    Complete,
}

impl Engine {
    /// The holder takes a step. With `drawn_for`, only if the ticket is still at that version.
    pub async fn step(
        &self,
        agent: PersonId,
        ticket: TicketId,
        step: Step,
        drawn_for: Option<Version>,
        now: Time,
    ) -> Result<Ticket, EngineError> {
        let mut foreseen = self.remembered(agent, ticket, step, drawn_for, now);
        self.retry(|| {
            let foreseen = foreseen.take();
            async move {
                if let Some((before, after)) = foreseen {
                    return self.take_step(agent, step, &before, after, now).await;
                }
                let before = self.at_version(ticket, drawn_for).await?;
                match step.of(&before, agent, now) {
                    Ok(after) => self.take_step(agent, step, &before, after, now).await,
                    Err(refusal) => Err(EngineError::Refused(refusal, Box::new(before))),
                }
            }
        })
        .await
    }

    /// Makes `after` of a ticket, provided that it still is what it was `before`.
    async fn take_step(
        &self,
        agent: PersonId,
        step: Step,
        before: &Ticket,
        after: Ticket,
        now: Time,
    ) -> Result<Attempt<Ticket>, EngineError> {
        let ticket = after.id;
        let mut notices = match step {
            Step::Complete => vec![Outgoing::notice(after.customer_chat, Notice::Completed { ticket })],
            Step::Start | Step::Hold | Step::Resume => Vec::new(),
        };
        notices.extend(self.card_refreshes(&after, Some(agent)).await?);
        let change = Change {
            write: write_ticket(&after, before, Guard::None),
            event: Some(AuditEvent::of(now, agent, ticket, step.action())),
            notices,
        };
        fail::fail_point!("engine-before-step");
        let committed = self.commit_one(change).await;
        fail::fail_point!("engine-after-step");
        if committed.is_ok() {
            tracing::info!(ticket = %after.number, %agent, status = after.status().as_str(), "stepped");
            match step {
                Step::Complete => self.on_ticket_ended(&after, Some(agent)),
                Step::Start | Step::Hold | Step::Resume => self.publish(Event::Updated { ticket, agent }),
            }
        }
        Attempt::of(committed, after)
    }

    /// A ticket as this process has written it last, and as a step makes it, where the step would be taken then: it is committed
    /// only if the ticket still is so, and need not be read for that. Whoever would be refused is told by what is there.
    fn remembered(
        &self,
        agent: PersonId,
        ticket: TicketId,
        step: Step,
        drawn_for: Option<Version>,
        now: Time,
    ) -> Option<(Ticket, Ticket)> {
        let before = self.store.ticket_as_written(ticket)?;
        let is_drawn = drawn_for.is_none_or(|version| version == before.version);
        let after = step.of(&before, agent, now).ok().filter(|_| is_drawn)?;
        Some((before, after))
    }

    /// Whether the holder's step would be taken, without taking it.
    pub async fn check_step(
        &self,
        agent: PersonId,
        ticket: TicketId,
        step: Step,
        drawn_for: Version,
        now: Time,
    ) -> Result<(), EngineError> {
        let ticket = self.store.ticket(ticket).await?.ok_or(EngineError::NotFound)?;
        // Whose it is comes before what it is: a stranger learns nothing of the state.
        if ticket.hold().is_some_and(|hold| hold.agent != agent) {
            return Err(EngineError::Refused(Refusal::NotYours, Box::new(ticket)));
        }
        if ticket.version != drawn_for {
            return Err(EngineError::Stale(Box::new(ticket)));
        }
        step.of(&ticket, agent, now)
            .map(drop)
            .map_err(|refusal| EngineError::Refused(refusal, Box::new(ticket)))
    }

    /// The customer withdraws a ticket that nobody has opened.
    pub async fn cancel(
        &self,
        customer: PersonId,
        ticket: TicketId,
        drawn_for: Option<Version>,
        now: Time,
    ) -> Result<Ticket, EngineError> {
        self.retry(|| async {
            // Whose it is comes before what it is: a stranger learns nothing of the state.
            let known = self.at_version(ticket, None).await?;
            if known.customer != customer {
                return Err(EngineError::Refused(Refusal::NotYours, Box::new(known)));
            }
            let before = self.at_version(ticket, drawn_for).await?;
            let after = before
                .cancel(customer, now)
                .map_err(|refusal| EngineError::Refused(refusal, Box::new(before.clone())))?;
            let mut notices = vec![Outgoing::notice(after.customer_chat, Notice::Cancelled { ticket })];
            if let Some(holder) = self.holder_of(&before).await? {
                notices.push(Outgoing::notice(holder.chat(), Notice::TaskCancelled { ticket }));
            }
            notices.extend(self.card_refreshes(&after, before.holder()).await?);
            let change = Change {
                write: write_ticket(&after, &before, Guard::None),
                event: Some(AuditEvent::of(now, customer, ticket, Action::Cancelled)),
                notices,
            };
            let committed = self.commit_one(change).await;
            if committed.is_ok() {
                tracing::info!(ticket = %after.number, "cancelled");
                self.on_ticket_ended(&after, before.holder());
            }
            Attempt::of(committed, after)
        })
        .await
    }

    /// A ticket ended: the slot is free, and its holder can have another.
    fn on_ticket_ended(&self, ticket: &Ticket, holder: Option<PersonId>) {
        if let Some(agent) = holder {
            self.release_slot(agent, ticket.id);
        }
        self.publish(Event::Released { ticket: ticket.id, department: ticket.department, agent: holder });
    }

    /// Frees an agent's slot and marks the departments out of which it can be filled again.
    pub(in crate::engine) fn release_slot(&self, agent: PersonId, ticket: TicketId) {
        let mut roster = self.roster();
        roster.free(agent, ticket);
        let departments = roster.seat(agent).and_then(|s| s.profile()).map(|p| p.departments.clone());
        // With the roster in hand: whoever sees that there is room sees that a round is wanted, too.
        self.request_round(departments.unwrap_or_default());
    }

    /// The ticket as it is, if it is (still) at the version that the button was drawn for.
    pub(in crate::engine) async fn at_version(
        &self,
        id: TicketId,
        drawn_for: Option<Version>,
    ) -> Result<Ticket, EngineError> {
        let ticket = self.store.ticket(id).await?.ok_or(EngineError::NotFound)?;
        match drawn_for {
            Some(version) if version != ticket.version => Err(EngineError::Stale(Box::new(ticket))),
            _ => Ok(ticket),
        }
    }

    /// The cards of a ticket, its customer's and its (former) holder's, are brought up to date by the same commit: a crash
    /// after it must not leave a card behind that shows what was.
    pub(in crate::engine) async fn card_refreshes(
        &self,
        ticket: &Ticket,
        holder: Option<PersonId>,
    ) -> Result<Vec<Outgoing>, EngineError> {
        let mut out = vec![Outgoing::refresh(ticket.customer_chat, CardKey::Status(ticket.id))];
        if let Some(holder) = holder {
            let chat = self.chat_of(holder).await?;
            out.extend(chat.map(|chat| Outgoing::refresh(chat, CardKey::Task(ticket.id, holder))));
        }
        Ok(out)
    }

    pub(in crate::engine) async fn holder_of(&self, ticket: &Ticket) -> Result<Option<Person>, EngineError> {
        match ticket.holder() {
            Some(holder) => Ok(self.store.person(holder).await?),
            None => Ok(None),
        }
    }
}

impl Step {
    fn of(self, ticket: &Ticket, agent: PersonId, now: Time) -> Result<Ticket, Refusal> {
        match self {
            Self::Start => ticket.start(agent, now),
            Self::Hold => ticket.pause(agent),
            Self::Resume => ticket.resume(agent),
            Self::Complete => ticket.complete(agent, now),
        }
    }

    fn action(self) -> Action {
        match self {
            Self::Start => Action::Started,
            Self::Hold => Action::Paused,
            Self::Resume => Action::Resumed,
            Self::Complete => Action::Completed,
        }
    }
}

/// The write that makes `after` of `before`.
pub(in crate::engine) fn write_ticket(after: &Ticket, before: &Ticket, guard: Guard) -> Write {
    Write::Ticket { ticket: Box::new(after.clone()), expected: before.version, guard }
}

impl AuditEvent {
    /// Something that a person did to a ticket.
    #[must_use]
    pub(in crate::engine) fn of(at: Time, by: PersonId, ticket: TicketId, what: Action) -> Self {
        Self { at, actor: Actor::Person(by), ticket: Some(ticket), what }
    }
}
