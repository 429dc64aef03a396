//! Ticket opening: from a draft or from the API, idempotent by key. The opening commit may hold an immediate
//! assignment; otherwise the ticket waits for a round.
use crate::domain::Time;
use crate::domain::department::Department;
use crate::domain::draft::Draft;
use crate::domain::event::{Action, AuditEvent};
use crate::domain::ids::{Arrival, CategoryId, DepartmentId, DraftId, PersonId, TicketId, Version};
use crate::domain::notice::{Message, Notice, Outgoing};
use crate::domain::person::Person;
use crate::domain::policy::Settings;
use crate::domain::ticket::description::Description;
use crate::domain::ticket::{Priority, Ticket, TicketState};
use crate::engine::error::EngineError;
use crate::engine::ports::{Change, CommitError, StoreError, UniqueKey, Write};
use crate::engine::{Attempt, Engine};

/// The most tickets that one customer may open: enough for any real need, and a bound on one person's share of the
/// queue. A customer can have more, because a reopening is never refused for it: a ticket that is not solved is no new
/// one.
pub const MAX_OPEN_TICKETS: usize = 10;

/// A ticket to be opened.
#[derive(Debug, Clone)]
pub struct NewTicket<'a> {
    /// The idempotency key: two requests with one key open one ticket.
    pub key: String,
    /// The customer who opens it.
    pub customer: &'a Person,
    /// The department and the category.
    pub target: (DepartmentId, CategoryId),
    /// The description of the problem.
    pub description: Description,
    /// The place in the customer's chat that it was sent from.
    pub sent_from: SentFrom,
}

/// The place in a customer's chat that a ticket was sent from. The default is none: a ticket of the side API.
#[derive(Debug, Clone, Copy, Default)]
pub struct SentFrom {
    /// The topic; what the customer gets about the ticket goes there until they write about it elsewhere.
    pub thread: Option<i32>,
    /// Telegram's id of the message that showed the draft; it becomes the status card.
    pub draft_message: Option<i32>,
}

impl Engine {
    /// Returns an id for a new draft.
    pub fn draft_id(&self, now: Time) -> DraftId {
        DraftId::time_ordered(now, self.random().id())
    }

    /// Returns all open tickets of a customer, oldest first.
    pub async fn open_tickets_of(&self, customer: PersonId) -> Result<Vec<Ticket>, StoreError> {
        self.store.tickets_of(customer, 0).await
    }

    /// Opens the ticket of a complete draft and deletes the draft. A repeated call with the same draft
    /// returns the same ticket.
    pub async fn send_draft(
        &self,
        customer: &Person,
        draft: &Draft,
        sent_from: SentFrom,
        now: Time,
    ) -> Result<Ticket, EngineError> {
        let description = draft.description();
        let Some(target) = draft.target.filter(|_| !description.is_empty()) else {
            return Err(EngineError::NoDraft);
        };
        let new = NewTicket { key: format!("draft {}", draft.id), customer, target, description, sent_from };
        let ticket = self.open(new, now).await?;
        self.store.drop_draft(draft).await?;
        Ok(ticket)
    }

    /// Opens a ticket, or returns the one that was opened with this key. The same commit enqueues the notices
    /// to the customer and to the agent of an immediate assignment.
    pub async fn open(&self, new: NewTicket<'_>, now: Time) -> Result<Ticket, EngineError> {
        self.open_or_existing(new, now).await.map(|(ticket, _)| ticket)
    }

    /// As [`Engine::open`]. Returns also whether this call opened the ticket.
    pub async fn open_or_existing(
        &self,
        new: NewTicket<'_>,
        now: Time,
    ) -> Result<(Ticket, bool), EngineError> {
        if new.customer.is_banned() {
            return Err(EngineError::Forbidden);
        }
        let (department, category) = new.target;
        let context = self.store.opening_context(department, Priority::default()).await?;
        let offered = |d: &Department| d.offered().any(|c| c.id == category);
        if !context.department.as_ref().is_some_and(offered) {
            return self
                .existing_ticket_or(&new.key, EngineError::NotFound)
                .await
                .map(|ticket| (ticket, false));
        }
        self.retry(|| async {
            let ticket = self.new_ticket(&new, &context.settings, now);
            let online = self.roster().online(department);
            let SentFrom { thread, draft_message } = new.sent_from;
            let position = context.ahead + 1;
            let notice = Notice::Created { ticket: ticket.id, position, online, draft_message };
            let opening = Change {
                write: Write::OpenTicket {
                    ticket: Box::new(ticket.clone()),
                    key: new.key.clone(),
                    limit: Some(MAX_OPEN_TICKETS),
                },
                event: Some(AuditEvent::of(now, new.customer.id, ticket.id, Action::Opened)),
                notices: vec![Outgoing {
                    chat: ticket.customer_chat,
                    message: Message::Notice(notice).in_thread(thread),
                }],
            };
            let opened =
                self.open_and_assign(opening, ticket, context.ahead == 0, &context.settings, now).await;
            match opened {
                Ok(ticket) => Ok(Attempt::Done((ticket, true))),
                Err(CommitError::Duplicate(UniqueKey::Idempotency)) => {
                    let ticket = self.store.ticket_by_key(&new.key).await?;
                    Ok(ticket.map_or(Attempt::Lost, |ticket| Attempt::Done((ticket, false))))
                }
                Err(
                    CommitError::Duplicate(UniqueKey::Number)
                    | CommitError::Admins
                    | CommitError::Conflict
                    | CommitError::WouldOvertake,
                ) => Ok(Attempt::Lost),
                Err(CommitError::Duplicate(key)) => Err(EngineError::Taken(key)),
                Err(CommitError::TooManyOpen) => self
                    .existing_ticket_or(&new.key, EngineError::TooManyOpen(MAX_OPEN_TICKETS))
                    .await
                    .map(|ticket| Attempt::Done((ticket, false))),
                Err(CommitError::Store(error)) => Err(error.into()),
            }
        })
        .await
    }

    /// Returns the ticket that was opened with this key, or `refusal` if there is none. A repeated request
    /// gets its ticket even if the opening would be refused now.
    async fn existing_ticket_or(&self, key: &str, refusal: EngineError) -> Result<Ticket, EngineError> {
        self.store.ticket_by_key(key).await?.ok_or(refusal)
    }

    fn new_ticket(&self, new: &NewTicket<'_>, settings: &Settings, now: Time) -> Ticket {
        let mut random = self.random();
        let id = TicketId::time_ordered(now, random.id());
        Ticket {
            id,
            number: random.number(now, self.config.zone),
            version: Version::default(),
            arrival: Arrival::default(),
            customer: new.customer.id,
            customer_chat: new.customer.chat(),
            department: new.target.0,
            category: new.target.1,
            description: Description { thread: new.sent_from.thread, ..new.description.clone() },
            priority: Priority::default(),
            auto: settings.rollout_percent.contains(id.0),
            state: TicketState::Queued,
            former_holders: Vec::new(),
            service: crate::domain::ticket::service::ServiceRecord::default(),
            first_answered_at: None,
            created_at: now,
        }
    }
}
