//! Ticket steps: start, pause, resume and complete by the holder, cancel by the customer.
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

/// A step of the holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Start the work.
    Start,
    /// Pause the ticket.
    Pause,
    /// Pause the ticket until this time, or set another time; `None` takes the time back.
    Snooze(Option<Time>),
    /// Resume the work.
    Resume,
    /// Complete the ticket.
    Complete,
}

impl Engine {
    /// Applies a step of the holder. With `drawn_for`, the ticket must still be at that version.
    pub async fn step(
        &self,
        agent: PersonId,
        ticket: TicketId,
        step: Step,
        drawn_for: Option<Version>,
        now: Time,
    ) -> Result<Ticket, EngineError> {
        self.retry(|| async {
            let before = self.at_version(ticket, drawn_for).await?;
            match step.of(&before, agent, now) {
                Ok(after) => self.commit_step(agent, step, &before, after, now).await,
                Err(refusal) => Err(EngineError::Refused(refusal, Box::new(before))),
            }
        })
        .await
    }

    /// Commits a step from `before` to `after`. The attempt is lost if the stored ticket is no longer
    /// `before`.
    async fn commit_step(
        &self,
        agent: PersonId,
        step: Step,
        before: &Ticket,
        after: Ticket,
        now: Time,
    ) -> Result<Attempt<Ticket>, EngineError> {
        let ticket = after.id;
        let customer = after.customer_chat;
        let mut notices: Vec<_> = match step {
            // The card above has no button, and stays as it is.
            Step::Complete => vec![Outgoing::notice(customer, Notice::Completed { ticket })],
            // The customer's card names the agent, whether they have opened the ticket or not.
            Step::Start => Vec::new(),
            Step::Pause | Step::Snooze(_) | Step::Resume => {
                vec![Outgoing::refresh(customer, CardKey::Status(ticket))]
            }
        };
        notices.extend(self.task_refresh(ticket, agent).await?);
        let change = Change {
            write: write_ticket(&after, before, Guard::None),
            event: Some(AuditEvent::of(now, agent, ticket, step.action())),
            notices,
        };
        fail::fail_point!("engine-before-step");
        let committed = self.commit_one(change).await;
        fail::fail_point!("engine-after-step");
        if committed.is_ok() {
            tracing::info!(ticket = %after.number, %agent, status = after.status().as_str(), "ticket step");
            match step {
                Step::Complete => self.on_ticket_ended(&after, Some(agent)),
                Step::Start | Step::Pause | Step::Snooze(_) | Step::Resume => {
                    self.publish(Event::Updated { ticket, agent });
                }
            }
        }
        Attempt::of(committed, after)
    }

    /// Checks a step of the holder on this version of the ticket without applying it. Errors if it would be
    /// refused.
    pub async fn check_step(
        &self,
        agent: PersonId,
        ticket: TicketId,
        step: Step,
        drawn_for: Version,
        now: Time,
    ) -> Result<(), EngineError> {
        let ticket = self.store.ticket(ticket).await?.ok_or(EngineError::NotFound)?;
        // The owner is checked before the state: other people must not learn the state.
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

    /// Cancels a ticket on behalf of its customer, as long as no agent has started it.
    pub async fn cancel(
        &self,
        customer: PersonId,
        ticket: TicketId,
        drawn_for: Option<Version>,
        now: Time,
    ) -> Result<Ticket, EngineError> {
        self.retry(|| async {
            // The owner is checked before the state: other people must not learn the state.
            let current = self.at_version(ticket, None).await?;
            if current.customer != customer {
                return Err(EngineError::Refused(Refusal::NotYours, Box::new(current)));
            }
            let before = self.at_version(ticket, drawn_for).await?;
            let after = before
                .cancel(customer, now)
                .map_err(|refusal| EngineError::Refused(refusal, Box::new(before.clone())))?;
            let mut notices = vec![Outgoing::notice(after.customer_chat, Notice::Cancelled { ticket })];
            if let Some(holder) = self.holder_of(&before).await? {
                notices.push(Outgoing::notice(holder.chat(), Notice::TaskCancelled { ticket }));
            }
            if let Some(holder) = before.holder() {
                notices.extend(self.task_refresh(ticket, holder).await?);
            }
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

    /// Frees the slot of an ended ticket and publishes its end.
    pub(in crate::engine) fn on_ticket_ended(&self, ticket: &Ticket, holder: Option<PersonId>) {
        if let Some(agent) = holder {
            self.release_slot(agent, ticket.id);
        }
        self.publish(Event::Ended { ticket: ticket.id, department: ticket.department, agent: holder });
    }

    /// Frees an agent's slot and requests a round for the departments of the agent.
    pub(in crate::engine) fn release_slot(&self, agent: PersonId, ticket: TicketId) {
        let mut roster = self.roster();
        roster.free(agent, ticket);
        let departments = roster.seat(agent).and_then(|s| s.profile()).map(|p| p.departments.clone());
        // The roster stays locked, so that a reader who sees the free slot also sees the requested round.
        self.request_round(departments.unwrap_or_default());
    }

    /// Returns the current ticket. Errors with `Stale` if the button was drawn for another version.
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

    /// Returns the refreshes of a ticket's cards: the customer's and the (former) holder's. They belong to
    /// the commit that changes the ticket: a crash after it must not leave an outdated card.
    pub(in crate::engine) async fn card_refreshes(
        &self,
        ticket: &Ticket,
        holder: Option<PersonId>,
    ) -> Result<Vec<Outgoing>, EngineError> {
        let mut out = vec![Outgoing::refresh(ticket.customer_chat, CardKey::Status(ticket.id))];
        if let Some(holder) = holder {
            out.extend(self.task_refresh(ticket.id, holder).await?);
        }
        Ok(out)
    }

    /// Returns the refresh of the card of an agent who holds or held the ticket.
    async fn task_refresh(&self, ticket: TicketId, agent: PersonId) -> Result<Option<Outgoing>, EngineError> {
        let chat = self.chat_of(agent).await?;
        Ok(chat.map(|chat| Outgoing::refresh(chat, CardKey::Task(ticket, agent))))
    }

    /// Returns the person who holds a ticket, if it is held.
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
            Self::Pause => ticket.pause(agent),
            Self::Snooze(until) => ticket.snooze(agent, until),
            Self::Resume => ticket.resume(agent),
            Self::Complete => ticket.complete(agent, now),
        }
    }

    fn action(self) -> Action {
        match self {
            Self::Start => Action::Started,
            Self::Pause => Action::Paused { until: None },
            Self::Snooze(until) => Action::Paused { until },
            Self::Resume => Action::Resumed,
            Self::Complete => Action::Completed,
        }
    }
}

/// Returns the write that replaces `before` by `after`.
pub(in crate::engine) fn write_ticket(after: &Ticket, before: &Ticket, guard: Guard) -> Write {
    Write::Ticket { ticket: Box::new(after.clone()), expected: before.version, guard }
}

impl AuditEvent {
    /// Returns the audit event of a person's action on a ticket.
    #[must_use]
    pub(in crate::engine) fn of(at: Time, by: PersonId, ticket: TicketId, what: Action) -> Self {
        Self { at, actor: Actor::Person(by), ticket: Some(ticket), what }
    }
}
