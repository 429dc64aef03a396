//! Documents of tickets: the immutable content in `tickets`, the state in `ticket_queue`, and the share of a
//! process in `queue_depths`.
//!
//! The documents of `ticket_queue` are small, because every step of a ticket writes one.
use crate::domain::Time;
use crate::domain::ids::{Arrival, CategoryId, ChatId, DepartmentId, PersonId, Slot, TicketId, Version};
use crate::domain::number::TicketNumber;
use crate::domain::ticket::description::Description;
use crate::domain::ticket::response::Response;
use crate::domain::ticket::{Hold, Priority, Ticket, TicketState};
use crate::engine::ports::StoreError;
use crate::store::mongo::codec::{Fields, date, fields, int, nested, put_time};
use crate::store::mongo::schema::QUEUE_DEPTHS;
use crate::store::mongo::tx::error::TxError;
use crate::store::mongo::tx::{Tx, Work};
use crate::store::search_words;
use async_trait::async_trait;
use mongodb::bson::{Bson, Document, doc};
use std::collections::{HashMap, HashSet};

/// The field of an ended ticket whose live cards are not deleted yet.
const HAS_LIVE_CARDS: &str = "has_live_cards";
const FIRST_ANSWERED_AT: &str = "first_answered_at";

/// Returns the document of `tickets`.
pub(crate) fn content_document(ticket: &Ticket, key: &str) -> Result<Document, StoreError> {
    let mut doc = doc! {
        "_id": ticket.id.to_string(),
        "ticket_number": ticket.number.as_str(),
        "key": key,
        "customer": ticket.customer.to_string(),
        "customer_chat": ticket.customer_chat.0,
        "description": fields(&ticket.description)?,
        "words": search_words::of_ticket(ticket),
    };
    put_time(&mut doc, "created_at", Some(ticket.created_at));
    Ok(doc)
}

/// Returns the document of `ticket_queue` for a new ticket.
pub(crate) fn insert_document(ticket: &Ticket, row: &Bson) -> Result<Document, StoreError> {
    let mut doc = doc! {
        "_id": row,
        "ticket_id": ticket.id.to_string(),
        "ticket_number": ticket.number.as_str(),
        "number_reversed": reversed(ticket.number.as_str()),
        "position": int(ticket.arrival.0),
        "customer": ticket.customer.to_string(),
        "queued_at": date(ticket.created_at),
        "agent_queue_position": Bson::Null,
    };
    put_time(&mut doc, "created_at", Some(ticket.created_at));
    doc.extend(state_fields(ticket)?);
    Ok(doc)
}

/// Returns the fields of `ticket_queue` that change during a ticket's life.
fn state_fields(ticket: &Ticket) -> Result<Document, StoreError> {
    let hold = ticket.hold();
    let ended = match &ticket.state {
        TicketState::Completed { agent: by, at } | TicketState::Cancelled { by, at } => Some((*by, *at)),
        TicketState::Queued | TicketState::Held(_) => None,
    };
    let mut doc = doc! {
        "status": ticket.status().as_str(),
        "version": int(ticket.version.0),
        "department": ticket.department.to_string(),
        "category": ticket.category.to_string(),
        "priority": priority_name(ticket.priority),
        "rank": i32::from(ticket.priority.rank()),
        "auto": ticket.auto,
        "open": ended.is_none(),
        "holding": hold.is_some(),
        "snoozed": ticket.resume_at().is_some(),
        "assigned_agent": hold.map(|hold| hold.agent.to_string()),
        "slot": hold.map(|hold| i32::from(hold.slot.0)),
        "response": match ticket.response() {
            Response::Given => None,
            Response::Awaited { .. } => Some("awaited"),
            Response::Nudged { .. } => Some("nudged"),
        },
        "ended_by": ended.map(|(by, _)| by.to_string()),
    };
    put_time(&mut doc, "assigned_at", hold.map(|hold| hold.assigned_at));
    put_time(&mut doc, "opened_at", hold.and_then(|hold| hold.started_at));
    put_time(&mut doc, "resume_at", ticket.resume_at());
    put_time(&mut doc, "unanswered_since", ticket.unanswered_since());
    put_time(&mut doc, "ended_at", ended.map(|(_, at)| at));
    if !ticket.former_holders.is_empty() {
        doc.insert("former_holders", nested(&ticket.former_holders)?);
    }
    if !ticket.service.is_empty() {
        doc.insert("service", nested(&ticket.service)?);
    }
    if ended.is_some() {
        // Unset when the live cards of the ticket are deleted.
        doc.insert(HAS_LIVE_CARDS, true);
    }
    Ok(doc)
}

/// A ticket of the unit of work.
pub(super) struct Entry {
    /// As it was read, or as it is inserted.
    pub(super) stored: Ticket,
    pub(super) now: Ticket,
    /// The idempotency key of a new ticket.
    pub(super) new_key: Option<String>,
    /// The position in the agent's queue, if this transaction assigns it.
    pub(super) agent_queue_position: Option<i64>,
    /// The `_id` in `ticket_queue`.
    pub(super) row: Bson,
}

impl Entry {
    pub(super) fn read(doc: &Document) -> Result<Self, StoreError> {
        let stored = without_content(doc)?;
        let row = doc.get("_id").cloned().unwrap_or(Bson::Null);
        Ok(Self { now: stored.clone(), stored, new_key: None, agent_queue_position: None, row })
    }

    /// Returns true if the ticket is in another slot than before.
    fn changes_slot(&self) -> bool {
        slot_of(&self.stored) != slot_of(&self.now)
    }
}

/// Returns the update statements of `ticket_queue`. Slots that another ticket takes are freed first, as the
/// unique index is checked after each statement.
pub(super) fn update_statements(updated: &[&Entry]) -> Result<Vec<Document>, StoreError> {
    let moved = updated.iter().filter(|entry| entry.changes_slot());
    let taken: HashSet<_> = moved.filter_map(|entry| slot_of(&entry.now)).collect();
    let is_released = |entry: &Entry| {
        entry.changes_slot() && slot_of(&entry.stored).is_some_and(|slot| taken.contains(&slot))
    };
    let set = |entry: &Entry, set: Document| doc! { "q": { "_id": &entry.row }, "u": { "$set": set } };
    let releases =
        updated.iter().filter(|entry| is_released(entry)).map(|entry| Ok(set(entry, slot_release())));
    let changes = updated.iter().map(|entry| {
        let mut fields = changed_fields(&entry.stored, &entry.now, is_released(entry))?;
        if entry.changes_slot() {
            fields.insert("agent_queue_position", entry.agent_queue_position);
        }
        Ok(set(entry, fields))
    });
    releases.chain(changes).collect()
}

/// Returns the fields that free the slot of a held ticket.
fn slot_release() -> Document {
    doc! { "holding": false, "slot": Bson::Null }
}

/// Returns the state fields that differ between two versions of a ticket. With `is_slot_released` the slot
/// was freed in between.
fn changed_fields(before: &Ticket, now: &Ticket, is_slot_released: bool) -> Result<Document, StoreError> {
    let mut before = state_fields(before)?;
    if is_slot_released {
        before.extend(slot_release());
    }
    let now = state_fields(now)?;
    let is_pruned_anew = before.get("ended_at") != now.get("ended_at");
    let has_live_cards = now.contains_key(HAS_LIVE_CARDS);
    let mut changed: Document =
        now.into_iter().filter(|(name, value)| before.get(name) != Some(value)).collect();
    // A reopened ticket is taken out of the index of the tickets whose live cards are deleted, and comes back
    // into it with its next end, whether its cards were deleted in between or not.
    if is_pruned_anew && (has_live_cards || before.contains_key(HAS_LIVE_CARDS)) {
        changed.insert(HAS_LIVE_CARDS, has_live_cards);
    }
    Ok(changed)
}

/// Returns the statement that sets the time of a ticket's first answer, unless it is set.
pub(crate) fn first_answer_statement(ticket: TicketId, at: Time) -> Document {
    let mut set = Document::new();
    put_time(&mut set, FIRST_ANSWERED_AT, Some(at));
    doc! {
        "q": { "ticket_id": ticket.to_string(), FIRST_ANSWERED_AT: { "$exists": false } },
        "u": { "$set": set },
    }
}

fn priority_name(priority: Priority) -> &'static str {
    match priority {
        Priority::Urgent => "urgent",
        Priority::High => "high",
        Priority::Normal => "normal",
        Priority::Low => "low",
    }
}

/// Returns a ticket out of its document in `ticket_queue`; description and chat are empty.
pub(crate) fn without_content(doc: &Document) -> Result<Ticket, StoreError> {
    let f = Fields(doc);
    let unknown =
        |what: &str| StoreError::Corrupt(format!("ticket {:?}: unknown {what}", f.get("ticket_number")));
    Ok(Ticket {
        id: TicketId(f.id("ticket_id")?),
        number: TicketNumber::parse(f.text("ticket_number")?).ok_or_else(|| unknown("number"))?,
        version: Version(f.number("version")?),
        arrival: Arrival(f.number("position")?),
        customer: PersonId(f.id("customer")?),
        customer_chat: ChatId(0),
        department: DepartmentId(f.id("department")?),
        category: CategoryId(f.id("category")?),
        description: Description::default(),
        priority: Priority::from_rank(f.number("rank")?).ok_or_else(|| unknown("rank"))?,
        auto: f.flag("auto")?,
        state: state(f)?.ok_or_else(|| unknown("status"))?,
        former_holders: f.nested_or_default("former_holders")?,
        service: f.nested_or_default("service")?,
        created_at: f.time("created_at")?,
        first_answered_at: f.opt_time(FIRST_ANSWERED_AT)?,
    })
}

fn state(f: Fields<'_>) -> Result<Option<TicketState>, StoreError> {
    let by = || f.id("ended_by").map(PersonId);
    let status = f.text("status")?;
    Ok(Some(match status {
        "queued" => TicketState::Queued,
        "assigned" | "in_progress" | "pending" => TicketState::Held(Hold {
            agent: PersonId(f.id("assigned_agent")?),
            slot: Slot(f.number("slot")?),
            assigned_at: f.time("assigned_at")?,
            started_at: f.opt_time("opened_at")?,
            paused: status == "pending",
            resume_at: f.opt_time("resume_at")?,
            response: match (f.get("response").and_then(Bson::as_str), f.opt_time("unanswered_since")?) {
                (Some("awaited"), Some(since)) => Response::Awaited { since },
                (Some("nudged"), Some(at)) => Response::Nudged { at },
                _ => Response::Given,
            },
        }),
        "completed" => TicketState::Completed { agent: by()?, at: f.time("ended_at")? },
        "cancelled" => TicketState::Cancelled { by: by()?, at: f.time("ended_at")? },
        _ => return Ok(None),
    }))
}

/// Adds the content of `tickets` to a ticket without it.
pub(crate) fn with_content(ticket: Ticket, content: &Document) -> Result<Ticket, StoreError> {
    let f = Fields(content);
    Ok(Ticket {
        customer_chat: ChatId(f.int("customer_chat")?),
        description: f.nested("description")?,
        created_at: f.time("created_at")?,
        ..ticket
    })
}

/// Returns a ticket number reversed: an index over it finds tickets by the last characters of their number.
pub(crate) fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

/// How many tickets a department gained or lost at each priority.
pub(crate) type DepthChanges = HashMap<(DepartmentId, Priority), i64>;

/// Returns the update statements that add to the depths that `process` has counted. Every process has
/// documents of its own, so replicas do not conflict at them; the depth of a queue is the sum.
pub(crate) fn depth_updates(process: &str, changes: DepthChanges) -> Vec<Document> {
    let changes = changes.into_iter().filter(|(_, by)| *by != 0);
    changes
        .map(|((department, priority), by)| {
            let rank = i32::from(priority.rank());
            let key = doc! { "department": department.to_string(), "rank": rank };
            doc! {
                "q": { "_id": format!("{department} {rank} {process}") },
                "u": { "$setOnInsert": key, "$inc": { "waiting": by } },
                "upsert": true,
            }
        })
        .collect()
}

/// Takes over the depth documents of all earlier processes, so that their number is bounded. A process that
/// still runs starts new documents from 0; the sums do not change.
pub(crate) struct TakeOverDepths;

#[async_trait]
impl Work for TakeOverDepths {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>, _attempt: u32) -> Result<(), TxError> {
        let (mut sums, mut old) = (DepthChanges::new(), Vec::new());
        for doc in tx.find(QUEUE_DEPTHS, doc! {}).await? {
            let f = Fields(&doc);
            let rank = f.number("rank")?;
            let Some(priority) = Priority::from_rank(rank) else {
                return Err(StoreError::Corrupt(format!("{QUEUE_DEPTHS}: unknown rank {rank}")).into());
            };
            *sums.entry((DepartmentId(f.id("department")?), priority)).or_default() += f.int("waiting")?;
            old.push(doc.get("_id").cloned().unwrap_or(Bson::Null));
        }
        tx.delete(QUEUE_DEPTHS, [doc! { "_id": { "$in": old } }]).await?;
        tx.bulk_update(QUEUE_DEPTHS, depth_updates(tx.process, sums)).await
    }
}

fn slot_of(ticket: &Ticket) -> Option<(PersonId, Slot)> {
    ticket.hold().map(|hold| (hold.agent, hold.slot))
}
