//! Full-text search by arrays of words with a multikey index. A text index is not used: `$text` finds whole stemmed
//! words of one collection, so neither the beginning of a number nor the same results as FTS5.
use crate::domain::ids::{DepartmentId, MessageId, TicketId};
use crate::engine::ports::search::MAX_MATCHES;
use crate::engine::ports::{SearchHit, SearchStore, StoreError};
use crate::store::mongo::Mongo;
use crate::store::mongo::codec::{Fields, among, int};
use crate::store::mongo::schema::{MESSAGES, TICKET_QUEUE, TICKETS, USERS};
use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt};
use mongodb::bson::{Bson, Document, doc};
use std::collections::{HashMap, HashSet};

/// Records of one kind that are searched.
struct Searched {
    collection: &'static str,
    filter: Document,
    /// Newest first.
    sort: Document,
    /// The field that names the ticket or its customer.
    of: &'static str,
    /// The same field in `ticket_queue`.
    queue_field: &'static str,
}

/// Returns the filter of documents with a word that begins with each of these, which hold letters and digits
/// only.
fn with_words(words: &[String]) -> Document {
    let each: Vec<Document> =
        words.iter().map(|word| doc! { "words": { "$regex": format!("^{word}") } }).collect();
    doc! { "$and": each }
}

impl Mongo {
    /// Returns the newest documents that match, of tickets in these departments.
    async fn found(
        &self,
        searched: Searched,
        departments: Option<&[DepartmentId]>,
    ) -> Result<Vec<Document>, StoreError> {
        let Searched { collection, filter, sort, of, queue_field } = searched;
        let collection = self.db.collection(collection);
        let find = collection.find(filter).sort(sort).projection(doc! { of: 1 });
        let Some(departments) = departments else {
            return self.db.all(find.limit(int(MAX_MATCHES as u64))).await;
        };
        // The department is in `ticket_queue` alone. What the reader may not see takes no place among the newest ones.
        let mut chunks = find.allow_disk_use(true).await?.try_chunks(MAX_MATCHES);
        let mut found = Vec::new();
        while found.len() < MAX_MATCHES
            && let Some(chunk) = chunks.next().await.transpose().map_err(|error| error.1)?
        {
            let named: Vec<Bson> = chunk.iter().filter_map(|doc| doc.get(of).cloned()).collect();
            let visible = doc! { queue_field: { "$in": named }, "department": among(departments) };
            let queue = self.db.collection(TICKET_QUEUE);
            let visible = self.db.all(queue.find(visible).projection(doc! { queue_field: 1 })).await?;
            let visible: HashSet<_> =
                visible.iter().filter_map(|doc| doc.get_str(queue_field).ok()).collect();
            let is_visible = |doc: &Document| doc.get_str(of).is_ok_and(|named| visible.contains(named));
            found.extend(chunk.into_iter().filter(is_visible));
        }
        found.truncate(MAX_MATCHES);
        Ok(found)
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
        let messages = Searched {
            collection: MESSAGES,
            filter: in_ticket,
            sort: doc! { "seq": -1 },
            of: "ticket",
            queue_field: "ticket_id",
        };
        let tickets = Searched {
            collection: TICKETS,
            filter: with_words(words),
            // Ids grow with time.
            sort: doc! { "_id": -1 },
            of: "_id",
            queue_field: "ticket_id",
        };
        let people = Searched {
            collection: USERS,
            filter: with_words(words),
            sort: doc! { "created_seq": -1 },
            of: "_id",
            queue_field: "customer",
        };
        let messages = self.found(messages, departments).await?;
        let tickets = self.found(tickets, departments).await?;
        let people = self.found(people, departments).await?;
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
