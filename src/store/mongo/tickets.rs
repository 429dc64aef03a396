//! Tickets: what one is about lies in `tickets` and never changes; where it stands lies in `ticket_queue`.
//!
//! The queue's documents are small, as every step of a ticket writes one anew.
use super::codec::{Fields, among, date, fields, int, limit as rows, put_time};
use super::contents::Content;
use super::db::Db;
use super::schema::{QUEUE, SLOT, TICKETS};
use crate::domain::ids::{Arrival, CategoryId, ChatId, DepartmentId, PersonId, Slot, TicketId, Version};
use crate::domain::number::TicketNumber;
use crate::domain::text::Description;
use crate::domain::ticket::{Hold, Priority, Ticket, TicketState};
use crate::engine::ports::StoreError;
use futures::TryStreamExt;
use mongodb::Database;
use mongodb::bson::{Bson, Document, doc};
use std::collections::HashMap;
use std::sync::Arc;

/// The document of `tickets`: what a ticket is about.
pub(super) fn content(ticket: &Ticket, key: &str) -> Result<Document, StoreError> {
    let mut doc = doc! {
        "_id": ticket.id.to_string(),
        "ticket_number": ticket.number.as_str(),
        "key": key,
        "customer": ticket.customer.to_string(),
        "customer_chat": ticket.customer_chat.0,
        "description": fields(&ticket.description)?,
    };
    put_time(&mut doc, "created_at", Some(ticket.created_at));
    Ok(doc)
}

/// The document of `ticket_queue` for a ticket that arrives.
pub(super) fn arriving(ticket: &Ticket, place: Option<i64>) -> Document {
    let mut doc = doc! {
        "ticket_id": ticket.id.to_string(),
        "ticket_number": ticket.number.as_str(),
        "tail": backwards(ticket.number.as_str()),
        "position": int(ticket.arrival.0),
        "customer": ticket.customer.to_string(),
        "queued_at": date(ticket.created_at),
        "created_at": date(ticket.created_at),
    };
    doc.extend(standing(ticket));
    doc.insert("agent_queue_position", place);
    doc
}

/// The fields of `ticket_queue` that change in a ticket's life.
pub(super) fn standing(ticket: &Ticket) -> Document {
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
        "priority": name(ticket.priority),
        "rank": i32::from(ticket.priority.rank()),
        "auto": ticket.auto,
        "open": ended.is_none(),
        "holding": hold.is_some(),
        "assigned_agent": hold.map(|hold| hold.agent.to_string()),
        "slot": hold.map(|hold| i32::from(hold.slot.0)),
        "ended_by": ended.map(|(by, _)| by.to_string()),
    };
    put_time(&mut doc, "assigned_at", hold.map(|hold| hold.assigned_at));
    put_time(&mut doc, "opened_at", hold.and_then(|hold| hold.opened_at));
    put_time(&mut doc, "ended_at", ended.map(|(_, at)| at));
    if ended.is_some() {
        // Until its live cards are forgotten.
        doc.insert("shown", true);
    }
    doc
}

fn name(priority: Priority) -> &'static str {
    match priority {
        Priority::Urgent => "urgent",
        Priority::High => "high",
        Priority::Normal => "normal",
        Priority::Low => "low",
    }
}

/// A ticket out of its place in the queue; what it is about is empty, and so is whose chat it is.
pub(super) fn placed(doc: &Document) -> Result<Ticket, StoreError> {
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
        created_at: f.time("created_at")?,
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
            opened_at: f.opt_time("opened_at")?,
            paused: status == "pending",
        }),
        "completed" => TicketState::Completed { agent: by()?, at: f.time("ended_at")? },
        "cancelled" => TicketState::Cancelled { by: by()?, at: f.time("ended_at")? },
        _ => return Ok(None),
    }))
}

/// A number backwards, to look it up by its last characters.
pub(super) fn backwards(text: &str) -> String {
    text.chars().rev().collect()
}

/// A question about the queue: what matches, in which order, how many at most, by which index.
pub(super) struct Query {
    pub(super) filter: Document,
    pub(super) sort: Document,
    pub(super) skip: u64,
    pub(super) limit: Option<usize>,
    /// Named where a server left to itself might take another one. Not where only one fits: some servers read the whole of an
    /// index that is named to them.
    pub(super) index: Option<&'static str>,
}

pub(super) fn held_by(agents: &[PersonId]) -> Document {
    doc! { "assigned_agent": among(agents), "holding": true }
}

pub(super) fn all_held() -> Query {
    Query { filter: doc! { "holding": true }, sort: doc! {}, skip: 0, limit: None, index: Some(SLOT) }
}

pub(super) fn by_suffix(suffix: &str) -> Query {
    let tail = backwards(suffix);
    let end = format!("{tail}{}", char::MAX);
    let filter = doc! { "open": true, "tail": { "$gte": tail, "$lt": end } };
    Query { filter, sort: doc! {}, skip: 0, limit: None, index: None }
}

/// A customer's tickets: the open ones oldest first, the ended ones newest first.
pub(super) fn of_customer(customer: PersonId, open: bool, limit: usize) -> Query {
    let filter = doc! { "customer": customer.to_string(), "open": open };
    let sort = doc! { "position": if open { 1 } else { -1 } };
    Query { filter, sort, skip: 0, limit: Some(limit), index: None }
}

/// The tickets that a query finds, in its order.
pub(super) async fn many(db: &Db, query: Query) -> Result<Vec<Ticket>, StoreError> {
    if query.limit == Some(0) {
        return Ok(Vec::new()); // to the server 0 would mean all
    }
    let queue = db.collection(QUEUE);
    let find = queue.find(query.filter).sort(query.sort).skip(query.skip);
    let mut find = find.limit(query.limit.map_or(0, rows));
    if let Some(index) = query.index {
        find = find.hint(mongodb::options::Hint::Name(index.to_owned()));
    }
    let places = db.all(find).await?;
    join(db, &places).await?.into_iter().collect()
}

/// Adds to places in the queue what the tickets are about.
async fn join(db: &Db, places: &[Document]) -> Result<Vec<Result<Ticket, StoreError>>, StoreError> {
    let mut contents = HashMap::with_capacity(places.len());
    let mut unknown: Vec<Bson> = Vec::new();
    for place in places {
        let id = TicketId(Fields(place).id("ticket_id")?);
        match db.contents.get(id) {
            Some(content) => drop(contents.insert(id, Ok(content))),
            None => unknown.push(id.to_string().into()),
        }
    }
    if !unknown.is_empty() {
        for doc in db.find(TICKETS, doc! { "_id": { "$in": unknown } }, doc! {}, None).await? {
            let id = TicketId(Fields(&doc).id("_id")?);
            let content = Content::read(&doc).map(Arc::new);
            if let Ok(content) = &content {
                db.contents.put(id, Arc::clone(content));
            }
            contents.insert(id, content);
        }
    }
    let tickets = places.iter().map(|place| {
        let place = placed(place)?;
        match contents.get(&place.id) {
            Some(content) => content.as_ref().map(|content| content.at(place)).map_err(Clone::clone),
            None => Err(StoreError::Corrupt(format!("nobody knows what ticket {} is about", place.id))),
        }
    });
    Ok(tickets.collect())
}

/// Tickets by their ids, as far as they are known.
pub(super) async fn known(
    db: &Db,
    ids: &[TicketId],
) -> Result<HashMap<TicketId, Result<Ticket, StoreError>>, StoreError> {
    let ids: Vec<Bson> = ids.iter().map(|id| id.to_string().into()).collect();
    let places = db.find(QUEUE, doc! { "ticket_id": { "$in": ids } }, doc! {}, None).await?;
    let tickets = places.iter().zip(join(db, &places).await?);
    tickets.map(|(place, ticket)| Ok((TicketId(Fields(place).id("ticket_id")?), ticket))).collect()
}

/// What each of these agents holds.
pub(super) async fn held(
    db: &Db,
    agents: &[PersonId],
) -> Result<HashMap<PersonId, Vec<Result<Ticket, StoreError>>>, StoreError> {
    let places = db.find(QUEUE, held_by(agents), doc! {}, None).await?;
    let mut held: HashMap<_, Vec<_>> = HashMap::new();
    for (place, ticket) in places.iter().zip(join(db, &places).await?) {
        held.entry(PersonId(Fields(place).id("assigned_agent")?)).or_default().push(ticket);
    }
    Ok(held)
}

/// How many open tickets each of these customers has, if any.
pub(super) async fn count_open(
    database: &Database,
    customers: &[PersonId],
) -> Result<HashMap<PersonId, usize>, StoreError> {
    let mut counts = HashMap::new();
    if customers.is_empty() {
        return Ok(counts);
    }
    let open = doc! { "customer": among(customers), "open": true };
    let queue = database.collection::<Document>(QUEUE);
    let mut found = queue.find(open).projection(doc! { "_id": 0, "customer": 1 }).await?;
    while let Some(ticket) = found.try_next().await? {
        *counts.entry(PersonId(Fields(&ticket).id("customer")?)).or_default() += 1;
    }
    Ok(counts)
}

/// The ticket whose `field` among what it is about has this value.
pub(super) async fn by_content(db: &Db, field: &str, value: &str) -> Result<Option<Ticket>, StoreError> {
    let Some(content) = db.collection(TICKETS).find_one(doc! { field: value }).await? else {
        return Ok(None);
    };
    let id = Fields(&content).text("_id")?;
    match db.collection(QUEUE).find_one(doc! { "ticket_id": id }).await? {
        Some(place) => Ok(Some(Content::read(&content)?.at(placed(&place)?))),
        None => Ok(None),
    }
}
