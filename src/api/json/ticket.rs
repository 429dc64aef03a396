//! JSON bodies of tickets, with names next to ids.
use super::enums::{Priority, TicketStatus};
use super::message::kind_name;
use crate::api::Api;
use crate::domain::department::Department;
use crate::domain::person::Person;
use crate::domain::ticket::{Ticket, TicketState};
use crate::engine::ports::StoreError;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use utoipa::ToSchema;
use uuid::Uuid;

/// A ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct TicketBody {
    /// Its id.
    pub(in crate::api) ticket_id: Uuid,
    /// The number people use.
    #[schema(example = "INC120420251352536CO")]
    ticket_number: String,
    /// Its version, which grows with every change.
    pub(in crate::api) version: u64,
    /// Its status.
    pub(in crate::api) status: TicketStatus,
    /// Its priority.
    priority: Priority,
    /// Its department.
    pub(in crate::api) department_id: Uuid,
    /// The department's name.
    #[schema(example = "Umum")]
    department: String,
    /// Its category.
    category_id: Uuid,
    /// The category's name.
    #[schema(example = "Pertanyaan")]
    category: String,
    /// The customer who opened it.
    customer_id: Uuid,
    /// The customer's name.
    #[schema(example = "Sari")]
    customer_name: Option<String>,
    /// The customer's Telegram username, without `@`.
    #[schema(example = "sari_w")]
    customer_username: Option<String>,
    /// The customer's Telegram id.
    #[schema(example = 1_234_567)]
    customer_telegram_id: Option<i64>,
    /// Its description.
    #[schema(example = "The printer is on fire")]
    description: String,
    /// How many files are attached to it, in Telegram.
    attachments: usize,
    /// The kind of each of them, by Telegram's name. `/api/tickets/{ticket}/attachments/1` is the first file.
    #[schema(example = json!(["photo"]))]
    attachment_kinds: Vec<String>,
    /// Whether the engine assigns it; else it waits for pick-up.
    auto: bool,
    /// When it was opened.
    created_at: DateTime<Utc>,
    /// The agent who holds or completed it.
    pub(in crate::api) assigned_agent: Option<Uuid>,
    /// That agent's name.
    #[schema(example = "Budi")]
    assigned_agent_name: Option<String>,
    /// When its holder got it.
    assigned_at: Option<DateTime<Utc>>,
    /// When its holder opened it.
    opened_at: Option<DateTime<Utc>>,
    /// When a ticket on hold is resumed by the desk.
    resume_at: Option<DateTime<Utc>>,
    /// When it was completed or cancelled.
    ended_at: Option<DateTime<Utc>>,
    /// When an agent first answered the customer.
    first_answered_at: Option<DateTime<Utc>>,
    /// How often the customer reopened it.
    reopened: u16,
    /// The customer's rating of the last completion; only admins see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    rating: Option<RatingBody>,
}

/// A customer's rating of a completed ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct RatingBody {
    /// The stars.
    #[schema(example = 5, minimum = 1, maximum = 5)]
    stars: u8,
    /// When the customer first rated the ticket.
    at: DateTime<Utc>,
    /// The customer's comment.
    #[schema(example = "Cepat dan ramah")]
    comment: Option<String>,
}

impl TicketBody {
    /// Returns the body with the rating, for a viewer who may see it.
    pub(in crate::api) fn with_rating(self, ticket: &Ticket, viewer: &Person) -> Self {
        let rating = ticket.service.rating.as_ref().filter(|_| viewer.is_admin());
        let rating = rating.map(|rating| RatingBody {
            stars: rating.stars.get(),
            at: rating.at,
            comment: rating.comment.clone(),
        });
        Self { rating, ..self }
    }
}

/// A ticket with its position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct PlacedTicket {
    /// The ticket.
    #[serde(flatten)]
    ticket: TicketBody,
    /// Its position, from 1: in its department's queue while it waits, in its holder's queue while it is
    /// held.
    position: Option<u64>,
}

impl PlacedTicket {
    pub(in crate::api) fn new(ticket: TicketBody, position: Option<u64>) -> Self {
        Self { ticket, position }
    }
}

impl Api {
    /// Returns the JSON bodies of tickets.
    pub(in crate::api) async fn ticket_bodies(
        &self,
        tickets: &[Ticket],
    ) -> Result<Vec<TicketBody>, StoreError> {
        let departments = self.engine.store().departments().await?;
        let (mut agents, mut customers) = (HashMap::new(), HashMap::new());
        for ticket in tickets {
            if let Some(agent) = ticket.agent()
                && let Entry::Vacant(entry) = agents.entry(agent)
            {
                entry.insert(self.engine.name_of(agent).await?);
            }
            if let Entry::Vacant(entry) = customers.entry(ticket.customer) {
                entry.insert(self.engine.store().person(ticket.customer).await?);
            }
        }
        let name = |ticket: &Ticket| ticket.agent().and_then(|agent| agents.get(&agent).cloned().flatten());
        let customer = |ticket: &Ticket| customers.get(&ticket.customer).and_then(Option::as_ref);
        Ok(tickets.iter().map(|t| to_body(t, &departments, name(t), customer(t))).collect())
    }

    /// Returns the JSON body of a ticket.
    pub(in crate::api) async fn ticket_body(&self, ticket: &Ticket) -> Result<TicketBody, StoreError> {
        let departments = self.engine.store().departments().await?;
        let name = match ticket.agent() {
            Some(agent) => self.engine.name_of(agent).await?,
            None => None,
        };
        let customer = self.engine.store().person(ticket.customer).await?;
        Ok(to_body(ticket, &departments, name, customer.as_ref()))
    }
}

fn to_body(
    ticket: &Ticket,
    departments: &[Department],
    agent: Option<String>,
    customer: Option<&Person>,
) -> TicketBody {
    let department = departments.iter().find(|d| d.id == ticket.department);
    let category = department.and_then(|d| d.category(ticket.category));
    TicketBody {
        ticket_id: ticket.id.0,
        ticket_number: ticket.number.to_string(),
        version: ticket.version.0,
        status: ticket.status().into(),
        priority: ticket.priority.into(),
        department_id: ticket.department.0,
        department: department.map(|d| d.name.clone()).unwrap_or_default(),
        category_id: ticket.category.0,
        category: category.map(|c| c.name.clone()).unwrap_or_default(),
        customer_id: ticket.customer.0,
        customer_name: customer.map(|person| person.name.clone()),
        customer_username: customer.and_then(|person| person.username.clone()),
        customer_telegram_id: customer.map(|person| person.telegram.0),
        description: ticket.description.text.clone(),
        attachments: ticket.description.attachments.len(),
        attachment_kinds: ticket
            .description
            .attachments
            .iter()
            .map(|attachment| kind_name(Some(&attachment.kind)))
            .collect(),
        auto: ticket.auto,
        created_at: ticket.created_at,
        assigned_agent: ticket.agent().map(|agent| agent.0),
        assigned_agent_name: agent,
        assigned_at: ticket.hold().map(|hold| hold.assigned_at),
        opened_at: ticket.hold().and_then(|hold| hold.started_at),
        resume_at: ticket.resume_at(),
        ended_at: match ticket.state {
            TicketState::Completed { at, .. } | TicketState::Cancelled { at, .. } => Some(at),
            TicketState::Queued | TicketState::Held(_) => None,
        },
        first_answered_at: ticket.first_answered_at,
        reopened: ticket.service.reopened,
        rating: None,
    }
}
