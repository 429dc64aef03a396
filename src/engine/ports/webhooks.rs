//! Webhook store: the outgoing webhooks, which report committed changes to a receiver. A store writes them in
//! the transaction of the change.
//!
//! They have a queue of their own, beside the outbox. The outbox is paced by Telegram's limits and rests while
//! Telegram is down, and a slow receiver would take its places. A webhook needs no claim either: it may be
//! repeated, because the receiver recognizes a repeat by its id.
use super::change::{Change, Write};
use super::error::StoreError;
use crate::domain::Time;
use crate::domain::event::{Action, Actor};
use crate::domain::ids::TicketId;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::conversation::{ConversationMessage, Direction};
use async_trait::async_trait;
use chrono::SecondsFormat;
use serde_json::{Value, json};

/// The type of the webhooks that report a new message of a conversation. No others hold what people wrote.
pub const MESSAGE_CREATED: &str = "message.created";

/// A webhook that reports one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEvent {
    /// Its id, which every attempt has. It follows from the change, so a change has one webhook.
    pub id: String,
    /// Its type, such as `ticket.created`.
    pub kind: String,
    /// The ticket. The webhooks of a ticket are sent in their order.
    pub ticket: TicketId,
    /// When the change happened.
    pub at: Time,
    /// The JSON that is sent. It is the same in every attempt.
    pub body: String,
}

impl WebhookEvent {
    /// Returns the webhook that reports a change. `is_in_ticket` is true for a message that its change brings
    /// into a ticket's conversation; `now` is the time of a change without an event.
    #[must_use]
    pub fn of(change: &Change, is_in_ticket: bool, now: Time) -> Option<Self> {
        let at = change.event.as_ref().map_or(now, |event| event.at);
        let actor = change.event.as_ref().map(|event| event.actor);
        match &change.write {
            Write::OpenTicket { ticket, .. } => Some(Self::of_ticket(ticket, "ticket.created", at, actor)),
            Write::Ticket { ticket, .. } | Write::TicketContent { ticket, .. } => {
                let kind = change.event.as_ref().map_or("ticket.updated", |event| kind_of(&event.what));
                Some(Self::of_ticket(ticket, kind, at, actor))
            }
            Write::Message { message, .. } if is_in_ticket => Self::of_message(message),
            _ => None,
        }
    }

    fn of_ticket(ticket: &Ticket, kind: &str, at: Time, actor: Option<Actor>) -> Self {
        let data = json!({
            "ticket_id": ticket.id, "ticket_number": ticket.number.to_string(), "version": ticket.version,
            "status": ticket.status(), "priority": ticket.priority, "department_id": ticket.department,
            "category_id": ticket.category, "customer_id": ticket.customer, "assigned_agent": ticket.agent(),
            "created_at": text_of(ticket.created_at),
            "changed_by": match actor {
                Some(Actor::Person(person)) => json!(person),
                Some(Actor::Engine) | None => Value::Null,
            },
        });
        let id = format!("evt_{}_{}", ticket.id.0.simple(), ticket.version.0);
        Self { id, kind: kind.to_owned(), ticket: ticket.id, at, body: body(kind, at, &data) }
    }

    fn of_message(message: &ConversationMessage) -> Option<Self> {
        let (ticket, kind, content) = (message.ticket?, MESSAGE_CREATED, &message.content);
        let direction = match message.direction {
            Direction::ToAgent => "customer",
            Direction::ToCustomer => "agent",
            Direction::Note => "note",
        };
        let data = json!({
            "message_id": message.id, "ticket_id": ticket, "direction": direction,
            "author_id": message.author, "text": content.text.text, "has_media": !content.file_id.is_empty(),
            "written_at": text_of(message.written_at),
        });
        let (id, at) = (format!("evt_{}", message.id.0.simple()), message.written_at);
        Some(Self { id, kind: kind.to_owned(), ticket, at, body: body(kind, at, &data) })
    }
}

/// Returns the type of the webhook for an action.
fn kind_of(action: &Action) -> &'static str {
    match action {
        Action::Opened => "ticket.created",
        Action::Assigned { .. } | Action::PickedUp { .. } | Action::Reassigned { .. } => "ticket.assigned",
        Action::Completed => "ticket.completed",
        Action::Cancelled => "ticket.cancelled",
        Action::Reopened { .. } | Action::CancelUndone => "ticket.reopened",
        Action::Started
        | Action::Paused { .. }
        | Action::Resumed
        | Action::Nudged { .. }
        | Action::Rated { .. }
        | Action::Reprioritised { .. }
        | Action::Relocated { .. }
        | Action::Released { .. }
        | Action::Availability { .. }
        | Action::Membership { .. }
        | Action::DepartmentChanged { .. }
        | Action::SettingsChanged { .. } => "ticket.updated",
    }
}

fn text_of(at: Time) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn body(kind: &str, at: Time, data: &Value) -> String {
    json!({ "type": kind, "timestamp": text_of(at), "data": data }).to_string()
}

/// What became of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookState {
    /// It will be sent, for the first time or again.
    Pending,
    /// The receiver has taken it.
    Delivered,
    /// It was given up.
    Dead,
}

impl WebhookState {
    /// Returns its stored name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }

    /// Returns the state with this stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Pending, Self::Delivered, Self::Dead].into_iter().find(|state| state.name() == name)
    }
}

/// A stored webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredWebhook {
    /// Its number. It grows with the changes of a ticket.
    pub seq: u64,
    /// What it reports.
    pub event: WebhookEvent,
    /// What became of it.
    pub state: WebhookState,
    /// How often it was sent.
    pub attempts: u32,
    /// When it is sent next, if it is pending.
    pub next_at: Time,
    /// When it was delivered or given up.
    pub ended_at: Option<Time>,
    /// The HTTP status of the last attempt, if there was an answer.
    pub status: Option<u16>,
    /// Why the last attempt failed.
    pub error: Option<String>,
}

/// The result of an attempt to send a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookAttempt {
    /// The id of the webhook.
    pub id: String,
    /// Its ticket.
    pub ticket: TicketId,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// Why it failed; `None` if the receiver has taken it.
    pub error: Option<String>,
    /// When it is sent again; `None` if it is delivered, or given up.
    pub retry_at: Option<Time>,
}

impl WebhookAttempt {
    /// Returns the state of the webhook after the attempt.
    #[must_use]
    pub fn state(&self) -> WebhookState {
        match (&self.error, self.retry_at) {
            (None, _) => WebhookState::Delivered,
            (Some(_), Some(_)) => WebhookState::Pending,
            (Some(_), None) => WebhookState::Dead,
        }
    }
}

/// The number of webhooks by state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WebhookCounts {
    /// To be sent, for the first time or again.
    pub pending: u64,
    /// Given up, and not pruned yet.
    pub dead: u64,
}

/// The outgoing webhooks.
#[async_trait]
pub trait WebhookStore: Send + Sync + 'static {
    /// Makes every later commit of this process write the webhooks of its changes. A store without a receiver
    /// writes none.
    fn record_webhooks(&self);
    /// Returns webhooks that are due, at most `limit` and one per ticket: the oldest pending of each. A retry
    /// delays all webhooks of its ticket.
    async fn due_webhooks(&self, limit: usize, now: Time) -> Result<Vec<StoredWebhook>, StoreError>;
    /// Records attempts. Those of a webhook that is not pending have no effect.
    async fn settle_webhooks(&self, attempts: Vec<WebhookAttempt>, now: Time) -> Result<(), StoreError>;
    /// Returns when the next webhook is due, or `None` if none is pending. It may be early.
    async fn next_webhook_at(&self) -> Result<Option<Time>, StoreError>;
    /// Returns the webhooks with a number below `before`, in this state if one is named, newest first.
    async fn webhooks(
        &self,
        state: Option<WebhookState>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<StoredWebhook>, StoreError>;
    /// Returns how many there are.
    async fn webhook_counts(&self) -> Result<WebhookCounts, StoreError>;
}
