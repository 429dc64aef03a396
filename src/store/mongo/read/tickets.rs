//! Reads of tickets: `ticket_queue`, joined with the content in `tickets`.
use super::coalesce::Loaded;
use crate::domain::ids::{PersonId, Slot, TicketId};
use crate::domain::ticket::Ticket;
use crate::engine::ports::{HeldSlot, StoreError};
use crate::store::mongo::client::Db;
use crate::store::mongo::codec::{Fields, among, int};
use crate::store::mongo::schema::{TICKET_QUEUE, TICKETS};
use crate::store::mongo::write::ticket_documents::{reversed, with_content, without_content};
use crate::store::search_words;
use mongodb::bson::{Document, doc};
use std::cmp::Reverse;
use std::collections::HashMap;

/// A query of `ticket_queue`. It names no index, as some servers then read the whole collection; its filter and
/// its order are such that one index fits.
pub(crate) struct Query {
    pub(crate) filter: Document,
    pub(crate) sort: Document,
    pub(crate) skip: u64,
    pub(crate) limit: Option<usize>,
}

pub(crate) fn held_by(agents: &[PersonId]) -> Document {
    doc! { "assigned_agent": among(agents), "holding": true }
}

/// Returns the filter of the tickets that any agent holds. It names the key of the index, or a server would not
/// use it.
pub(crate) fn held() -> Document {
    doc! { "assigned_agent": { "$gte": "" }, "holding": true }
}

pub(crate) fn all_held() -> Query {
    Query { filter: held(), sort: doc! {}, skip: 0, limit: None }
}

/// Returns the slot of every held ticket, without its content.
pub(crate) async fn held_slots(db: &Db) -> Result<Vec<HeldSlot>, StoreError> {
    let fields = doc! { "_id": 0, "assigned_agent": 1, "slot": 1, "ticket_id": 1 };
    let docs = db.all(db.collection(TICKET_QUEUE).find(held()).projection(fields)).await?;
    let read = |doc: &Document| {
        let f = Fields(doc);
        let (agent, ticket) = (PersonId(f.id("assigned_agent")?), TicketId(f.id("ticket_id")?));
        Ok(HeldSlot { agent, slot: Slot(f.number("slot")?), ticket })
    };
    docs.iter().map(read).collect()
}

pub(crate) fn snoozed(limit: usize) -> Query {
    let (filter, sort) = (doc! { "snoozed": true }, doc! { "resume_at": 1 });
    Query { filter, sort, skip: 0, limit: Some(limit) }
}

pub(crate) fn unanswered(nudged: bool, (offset, limit): (usize, usize)) -> Query {
    let response = if nudged { "nudged" } else { "awaited" };
    let filter = doc! { "response": response, "unanswered_since": { "$exists": true } };
    let sort = doc! { "unanswered_since": 1, "position": 1 };
    Query { filter, sort, skip: offset as u64, limit: Some(limit) }
}

pub(crate) fn by_suffix(suffix: &str) -> Query {
    let start = reversed(suffix);
    let end = format!("{start}{}", char::MAX);
    let filter = doc! { "open": true, "number_reversed": { "$gte": start, "$lt": end } };
    Query { filter, sort: doc! {}, skip: 0, limit: None }
}

/// Returns the filter of `tickets` for those whose number ends with this word.
pub(crate) fn with_number_suffix(word: &str) -> Document {
    doc! { "words": word }
}

pub(crate) fn ended_among(ids: &[&str]) -> Query {
    let filter = doc! { "ticket_id": among(ids), "open": false };
    Query { filter, sort: doc! {}, skip: 0, limit: None }
}

/// Returns the ended tickets whose number ends like this, newest first. The words of a description can be like the
/// end of a number, so the numbers are compared.
pub(crate) async fn ended_by_suffix(db: &Db, suffix: &str, limit: usize) -> Result<Vec<Ticket>, StoreError> {
    let Some(word) = search_words::of_number_suffix(suffix) else { return Ok(Vec::new()) };
    let fields = doc! { "ticket_number": 1 };
    let docs = db.all(db.collection(TICKETS).find(with_number_suffix(&word)).projection(fields)).await?;
    let is_like = |doc: &&Document| doc.get_str("ticket_number").is_ok_and(|number| number.ends_with(suffix));
    let ids: Vec<_> = docs.iter().filter(is_like).filter_map(|doc| doc.get_str("_id").ok()).collect();
    let mut ended = find(db, ended_among(&ids)).await?;
    ended.sort_by_key(|ticket| Reverse(ticket.arrival));
    ended.truncate(limit);
    Ok(ended)
}

/// Open tickets of a customer are sorted oldest first, ended ones newest first.
pub(crate) fn of_customer(customer: PersonId, open: bool, limit: Option<usize>) -> Query {
    let filter = doc! { "customer": customer.to_string(), "open": open };
    let sort = doc! { "position": if open { 1 } else { -1 } };
    Query { filter, sort, skip: 0, limit }
}

/// Returns the tickets of a query, in its order.
pub(crate) async fn find(db: &Db, query: Query) -> Result<Vec<Ticket>, StoreError> {
    if query.limit == Some(0) {
        return Ok(Vec::new()); // to the server 0 would mean all
    }
    let queue = db.collection(TICKET_QUEUE);
    let find = queue.find(query.filter).sort(query.sort).skip(query.skip);
    let docs = db.all(find.limit(query.limit.map_or(0, int))).await?;
    join_content(db, &docs).await?.into_iter().collect()
}

async fn join_content(db: &Db, docs: &[Document]) -> Result<Vec<Result<Ticket, StoreError>>, StoreError> {
    if docs.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = docs.iter().filter_map(|doc| doc.get_str("ticket_id").ok()).collect();
    let contents = db.find(TICKETS, doc! { "_id": among(&ids) }, doc! {}).await?;
    let contents: HashMap<_, _> =
        contents.iter().filter_map(|content| Some((content.get_str("_id").ok()?, content))).collect();
    let tickets = docs.iter().map(|doc| {
        let id = Fields(doc).text("ticket_id")?;
        let content = contents.get(id);
        let missing = || StoreError::Corrupt(format!("{TICKETS}: there is no content of ticket {id}"));
        with_content(without_content(doc)?, content.ok_or_else(missing)?)
    });
    Ok(tickets.collect())
}

/// Returns tickets by id.
pub(crate) async fn by_ids(db: Db, ids: Vec<TicketId>) -> Loaded<TicketId, Result<Ticket, StoreError>> {
    let docs = db.find(TICKET_QUEUE, doc! { "ticket_id": among(&ids) }, doc! {}).await?;
    let tickets = docs.iter().zip(join_content(&db, &docs).await?);
    tickets.map(|(doc, ticket)| Ok((TicketId(Fields(doc).id("ticket_id")?), ticket))).collect()
}

/// Returns the tickets that agents hold.
pub(crate) async fn held_by_each(
    db: Db,
    agents: Vec<PersonId>,
) -> Loaded<PersonId, Vec<Result<Ticket, StoreError>>> {
    let docs = db.find(TICKET_QUEUE, held_by(&agents), doc! {}).await?;
    let mut held: HashMap<_, Vec<_>> = HashMap::new();
    for (doc, ticket) in docs.iter().zip(join_content(&db, &docs).await?) {
        held.entry(PersonId(Fields(doc).id("assigned_agent")?)).or_default().push(ticket);
    }
    Ok(held)
}

/// Returns the ticket whose `field` in `tickets` has this value.
pub(crate) async fn by_content(db: &Db, field: &str, value: &str) -> Result<Option<Ticket>, StoreError> {
    let Some(content) = db.collection(TICKETS).find_one(doc! { field: value }).await? else {
        return Ok(None);
    };
    let id = Fields(&content).text("_id")?;
    match db.collection(TICKET_QUEUE).find_one(doc! { "ticket_id": id }).await? {
        Some(doc) => Ok(Some(with_content(without_content(&doc)?, &content)?)),
        None => Ok(None),
    }
}
