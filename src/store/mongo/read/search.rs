//! Full-text search by arrays of words with a multikey index.
//!
//! A text index is not used: `$text` finds whole stemmed words of one collection, so neither the beginning of
//! a number nor the same results as FTS5.
use crate::domain::ids::{DepartmentId, MessageId, TicketId};
use crate::engine::ports::search::MAX_MATCHES;
use crate::engine::ports::{SearchHit, SearchStore, StoreError};
use crate::store::mongo::Mongo;
use crate::store::mongo::codec::{Fields, among, int};
use crate::store::mongo::schema::{MESSAGES, TICKET_QUEUE, TICKETS, USERS};
use async_trait::async_trait;
use mongodb::bson::{Bson, Document, doc};
use std::collections::HashMap;

/// Returns the filter of documents with a word that begins with each of these, which hold letters and digits
/// only.
pub(crate) fn with_words(words: &[String]) -> Document {
    let each: Vec<Document> =
        words.iter().map(|word| doc! { "words": { "$regex": format!("^{word}") } }).collect();
    doc! { "$and": each }
}

impl Mongo {
    /// Returns the newest documents that match.
    async fn found(
        &self,
        collection: &str,
        filter: Document,
        (sort, fields): (Document, Document),
    ) -> Result<Vec<Document>, StoreError> {
        let limit = i64::try_from(MAX_MATCHES).unwrap_or(i64::MAX);
        let collection = self.db.collection(collection);
        let find = collection.find(filter).sort(sort).limit(limit).projection(fields);
        self.db.all(find).await
    }
}

#[async_trait]
impl SearchStore for Mongo {
    async fn search(
        &self,
        words: &[String],
        departments: Option<&[DepartmentId]>,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<SearchHit>, StoreError> {
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let mut in_ticket = with_words(words);
        in_ticket.insert("ticket", doc! { "$exists": true });
        let only_id = || doc! { "_id": 1 };
        let messages = self.found(MESSAGES, in_ticket, (doc! { "seq": -1 }, doc! { "ticket": 1 })).await?;
        // Ids grow with time.
        let tickets = self.found(TICKETS, with_words(words), (doc! { "_id": -1 }, only_id())).await?;
        let people = self.found(USERS, with_words(words), (doc! { "created_seq": -1 }, only_id())).await?;
        let mut newest: HashMap<TicketId, Option<MessageId>> = HashMap::new();
        for message in &messages {
            let f = Fields(message);
            newest.entry(TicketId(f.id("ticket")?)).or_insert(Some(MessageId(f.id("_id")?)));
        }
        for ticket in &tickets {
            newest.entry(TicketId(Fields(ticket).id("_id")?)).or_insert(None);
        }
        let customers: Vec<Bson> = people.iter().filter_map(|person| person.get("_id").cloned()).collect();
        let ids: Vec<TicketId> = newest.keys().copied().collect();
        let mut filter = doc! { "$or": [{ "ticket_id": among(&ids) }, { "customer": { "$in": customers } }] };
        if let Some(departments) = departments {
            filter.insert("department", among(departments));
        }
        let queue = self.db.collection(TICKET_QUEUE);
        let page = queue.find(filter).sort(doc! { "position": -1 });
        let page = page.skip(u64::try_from(offset).unwrap_or(u64::MAX)).limit(int(limit as u64));
        let page = self.db.all(page.projection(doc! { "ticket_id": 1 })).await?;
        let hit = |doc: &Document| {
            let ticket = TicketId(Fields(doc).id("ticket_id")?);
            Ok(SearchHit { ticket, message: newest.get(&ticket).copied().flatten() })
        };
        page.iter().map(hit).collect()
    }
}
