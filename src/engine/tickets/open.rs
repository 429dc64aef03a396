//! A ticket is opened, and given away in the same breath where somebody is ready for it and nobody waits before it. Else it
//! waits for a round.
use crate::domain::Time;
use crate::domain::department::Department;
use crate::domain::draft::Draft;
use crate::domain::event::{Action, AuditEvent};
use crate::domain::ids::{Arrival, CategoryId, DepartmentId, DraftId, TicketId, Version};
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::person::Person;
use crate::domain::policy::Settings;
use crate::domain::text::Description;
use crate::domain::ticket::{Priority, Ticket, TicketState};
use crate::engine::assignment::pending_work::PendingWork;
use crate::engine::assignment::planner::{Assignment, plan_round};
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::{Change, CommitError, Committed, StoreError, UniqueKey, Write};
use crate::engine::{Attempt, Engine};
use std::sync::atomic::Ordering;

/// How many tickets one customer may have open: enough for anybody in need, and a bound on what one person can do to the
/// queue.
pub const MAX_OPEN_TICKETS: usize = 10;

/// A ticket to be opened.
#[derive(Debug, Clone)]
pub struct NewTicket<'a> {
    /// The idempotency key: asking twice with one key opens one ticket.
    pub key: String,
    /// Who opens it.
    pub customer: &'a Person,
    /// Where it goes.
    pub target: (DepartmentId, CategoryId),
    /// What it says.
    pub description: Description,
}

/// While it lives, this process is the one that assigns: what is opened here is given away at once where it can be.
#[must_use = "new tickets wait for a round when it is gone"]
pub struct Assigner<'a>(&'a Engine);

impl Drop for Assigner<'_> {
    fn drop(&mut self) {
        self.0.assigners.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The slot that a ticket gets as it is opened, kept free for it until that is over, however it ends.
struct Reservation<'a>(&'a Engine, TicketId);

impl Reservation<'_> {
    /// It is over; whether the agent was read without the ticket meanwhile.
    fn end(self) -> bool {
        self.0.roster().release_reservation(self.1)
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        self.0.roster().release_reservation(self.1);
    }
}

impl Engine {
    /// This process assigns from now on. Of several replicas only one does, as agents' turns are kept in its memory.
    pub fn assigner(&self) -> Assigner<'_> {
        self.assigners.fetch_add(1, Ordering::SeqCst);
        Assigner(self)
    }

    /// An id for a new draft.
    pub fn draft_id(&self, now: Time) -> DraftId {
        DraftId::in_order(now, self.random().id())
    }

    /// Sends a draft: opens its ticket and forgets the draft. Sending the same draft again gives the same ticket.
    pub async fn send_draft(
        &self,
        customer: &Person,
        draft: &Draft,
        now: Time,
    ) -> Result<Ticket, EngineError> {
        let (Some(target), true) = (draft.target, draft.is_complete()) else {
            return Err(EngineError::NoDraft);
        };
        let new = NewTicket {
            key: format!("draft {}", draft.id),
            customer,
            target,
            description: draft.description.clone(),
        };
        let ticket = self.open(new, now).await?;
        self.store.drop_draft(draft).await?;
        Ok(ticket)
    }

    /// Opens a ticket, or finds the one that was opened with this key. The customer is told with the same commit, and so is
    /// the agent who gets it at once.
    pub async fn open(&self, new: NewTicket<'_>, now: Time) -> Result<Ticket, EngineError> {
        let (department, category) = new.target;
        let found = self.store.opening_context(department, Priority::default()).await?;
        let offered = |d: &Department| d.offered().any(|c| c.id == category);
        if !found.department.as_ref().is_some_and(offered) {
            return self.existing_ticket_or(&new.key, EngineError::NotFound).await;
        }
        self.retry(|| async {
            let ticket = self.new_ticket(&new, &found.settings, now);
            let online = self.roster().online(department);
            let notice = Notice::Created { ticket: ticket.id, position: found.ahead + 1, online };
            let opening = Change {
                write: Write::OpenTicket {
                    ticket: Box::new(ticket.clone()),
                    key: new.key.clone(),
                    limit: Some(MAX_OPEN_TICKETS),
                },
                event: Some(AuditEvent::of(now, new.customer.id, ticket.id, Action::Opened)),
                notices: vec![Outgoing::notice(ticket.customer_chat, notice)],
            };
            // Held until it is committed: nobody is taken out of the choice meanwhile.
            let giving = self.immediate_assignment.try_read();
            let gift = match (found.ahead, &giving) {
                (0, Ok(_)) => self.plan_immediate(&ticket, &found.settings, now),
                _ => None,
            };
            fail::fail_point!("engine-before-open");
            let opened = self.commit_opening(opening, ticket, gift).await;
            fail::fail_point!("engine-after-open");
            match opened {
                Ok(ticket) => Ok(Attempt::Done(ticket)),
                Err(CommitError::Duplicate(UniqueKey::Idempotency)) => {
                    let ticket = self.store.ticket_by_key(&new.key).await?;
                    Ok(ticket.map_or(Attempt::Lost, Attempt::Done))
                }
                Err(
                    CommitError::Duplicate(UniqueKey::Number)
                    | CommitError::Conflict
                    | CommitError::WouldOvertake,
                ) => Ok(Attempt::Lost),
                Err(CommitError::Duplicate(key)) => Err(EngineError::Taken(key)),
                Err(CommitError::TooManyOpen) => self
                    .existing_ticket_or(&new.key, EngineError::TooManyOpen(MAX_OPEN_TICKETS))
                    .await
                    .map(Attempt::Done),
                Err(CommitError::Store(error)) => Err(error.into()),
            }
        })
        .await
    }

    /// What was opened with this key stays opened, whatever stands against opening it now.
    async fn existing_ticket_or(&self, key: &str, refusal: EngineError) -> Result<Ticket, EngineError> {
        self.store.ticket_by_key(key).await?.ok_or(refusal)
    }

    fn new_ticket(&self, new: &NewTicket<'_>, settings: &Settings, now: Time) -> Ticket {
        let mut chance = self.random();
        let id = TicketId::in_order(now, chance.id());
        Ticket {
            id,
            number: chance.number(now, self.rules.zone),
            version: Version::default(),
            arrival: Arrival::default(),
            customer: new.customer.id,
            customer_chat: new.customer.chat(),
            department: new.target.0,
            category: new.target.1,
            description: new.description.clone(),
            priority: Priority::default(),
            auto: settings.rollout_percent.contains(id.0),
            state: TicketState::Queued,
            created_at: now,
        }
    }

    /// Who gets a new ticket that has nobody before it, reserved in the roster; nobody when nobody is ready, and where
    /// another process assigns.
    fn plan_immediate(&self, ticket: &Ticket, settings: &Settings, now: Time) -> Option<Assignment> {
        if self.assigners.load(Ordering::SeqCst) == 0 {
            return None;
        }
        let (mut roster, mut chance) = (self.roster(), self.random());
        roster.set_strategy(settings.strategy);
        let plan = plan_round(&mut roster, vec![ticket.clone()], settings, now, chance.rng());
        let gift = plan.into_iter().next()?;
        roster.reserve(gift.agent, gift.slot, ticket.id);
        Some(gift.at_once())
    }

    /// Commits a new ticket, with its assignment if there is one. The ticket is opened even if that is refused, as by then
    /// somebody may wait before it.
    async fn commit_opening(
        &self,
        opening: Change,
        mut ticket: Ticket,
        mut gift: Option<Assignment>,
    ) -> Result<Ticket, CommitError> {
        let changes: Vec<_> =
            std::iter::once(opening).chain(gift.as_mut().map(Assignment::take_change)).collect();
        let unheard = self.register(PendingWork::after_commit_of(&changes));
        let reservation = gift.as_ref().map(|_| Reservation(self, ticket.id));
        if gift.is_some() {
            fail::fail_point!("engine-before-assign");
        }
        let mut results = self.store.commit(changes).await.into_iter();
        let mut answer = || {
            let unanswered = || Err(StoreError::Unavailable("no answer".into()).into());
            results.next().unwrap_or_else(unanswered)
        };
        let (opened, given): (_, Option<Result<Committed, _>>) = (answer(), gift.as_ref().map(|_| answer()));
        if gift.is_some() {
            fail::fail_point!("engine-after-assign");
        }
        self.wake_outbox();
        let missed = reservation.is_some_and(Reservation::end);
        // When the store fails, only the answer may be lost.
        if !matches!(opened, Err(CommitError::Store(_))) {
            unheard.done();
        }
        let given = match (gift, given) {
            (Some(gift), Some(Ok(_))) => Some(gift),
            (Some(gift), refused) => {
                if matches!(refused, Some(Err(CommitError::Conflict))) && opened.is_ok() {
                    self.faults.conflicts.fetch_add(1, Ordering::Relaxed);
                }
                gift.undo(&mut self.roster());
                // Whoever found no room meanwhile because of what was reserved: read again, the agent is chosen anew for
                // all of their departments.
                self.mark_uncertain(gift.agent);
                None
            }
            (None, _) => None,
        };
        ticket.arrival = opened?.arrival.unwrap_or_default();
        let department = ticket.department;
        tracing::info!(ticket = %ticket.number, %department, "opened");
        self.publish(Event::Queued { ticket: ticket.id, department });
        let Some(gift) = given else {
            self.request_round([department]);
            return Ok(ticket);
        };
        self.publish_assignment(&gift);
        let mut roster = self.roster();
        // It counts as a change: whoever began to read the agent before this was committed reads again.
        roster.update(gift.agent, |_| {});
        // Gone from there already: it has ended, or the agent was read before.
        if missed || !roster.seat(gift.agent).is_some_and(|seat| seat.has(ticket.id)) {
            drop(roster);
            self.mark_uncertain(gift.agent);
        }
        Ok(Ticket { arrival: ticket.arrival, ..gift.after })
    }
}
