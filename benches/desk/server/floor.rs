//! The floors on MongoDB: what the server can do at best with the very documents that the desk assigns.
//!
//! They write the store's own `ticket_queue`, with all its indexes, of which one is unique over agent and slot: tickets that
//! wait are given to agents, and then put back as they were, so that the desk finds them next. Nothing else is written: no
//! turn, no event, no notice.
use crate::stage::agent_id;
use crate::stats::rate;
use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::{Collection, Database};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Callers at once of single calls, and how many calls each of these runs makes at most: a caller by itself is slow.
pub(crate) const CALLERS: [(usize, usize); 3] = [(1, 150), (8, 400), (32, 500)];

/// Tickets that wait, and the agents who could have them.
pub(crate) struct Floor {
    db: Database,
    queue: Collection<Document>,
    /// What is written: which ticket, and what of it.
    writes: Arc<Vec<(Document, Document)>>,
}

impl Floor {
    /// Finds what waits in front of the backlog.
    pub(crate) async fn find(db: &Database, agents: u64) -> Self {
        let queue = db.collection::<Document>("ticket_queue");
        let waiting =
            queue.find(doc! { "status": "queued", "priority": "normal" }).await.expect("a question");
        let ids: Vec<Document> = futures::TryStreamExt::try_collect(waiting).await.expect("what waits");
        let write = |(n, ticket): (u64, &Document)| {
            let this = doc! { "ticket_id": ticket.get("ticket_id"), "status": "queued", "version": 0_i64 };
            (this, doc! { "$set": given(n % agents, n / agents) })
        };
        let writes = Arc::new((0..).zip(&ids).map(write).collect());
        Self { db: db.clone(), queue, writes }
    }

    /// Conditional `findOneAndUpdate` calls a second, by so many callers at once, each waiting for its own answer.
    pub(crate) async fn single(&self, callers: usize, most: usize) -> f64 {
        let count = most.min(self.writes.len());
        let (next, start) = (Arc::new(AtomicUsize::new(0)), Instant::now());
        let caller = || {
            let (queue, writes, next) = (self.queue.clone(), Arc::clone(&self.writes), Arc::clone(&next));
            tokio::spawn(async move {
                while let Some((this, change)) = writes[..count].get(next.fetch_add(1, Ordering::Relaxed)) {
                    let call = queue.find_one_and_update(this.clone(), change.clone());
                    assert!(call.await.expect("a call").is_some(), "a ticket that waits is found");
                }
            })
        };
        for caller in (0..callers).map(|_| caller()).collect::<Vec<_>>() {
            caller.await.expect("a caller");
        }
        let took = start.elapsed();
        self.put_back().await;
        rate(count as u64, took)
    }

    /// Documents a second, by unordered bulks of so many updates, one after the other.
    pub(crate) async fn bulk(&self, size: usize) -> f64 {
        let statement =
            |(this, change): &(Document, Document)| doc! { "q": this.clone(), "u": change.clone() };
        let bulks: Vec<Document> = self
            .writes
            .chunks(size.max(1))
            .map(|some| doc! { "update": "ticket_queue", "ordered": false,
                "updates": some.iter().map(statement).collect::<Vec<_>>(), "writeConcern": { "w": "majority" } })
            .collect();
        let start = Instant::now();
        for bulk in bulks {
            let answer = self.db.run_command(bulk).await.expect("a bulk");
            assert!(!answer.contains_key("writeErrors"), "nothing stands against it: {answer}");
        }
        let took = start.elapsed();
        self.put_back().await;
        rate(self.writes.len() as u64, took)
    }

    /// As if nothing had been.
    async fn put_back(&self) {
        let none = Bson::Null;
        let was = doc! {
            "status": "queued", "version": 0_i64, "holding": false, "assigned_agent": &none, "slot": &none,
            "assigned_at": &none, "assigned_at_us": &none, "agent_queue_position": &none,
        };
        let given = doc! { "status": "assigned" };
        self.queue.update_many(given, doc! { "$set": was }).await.expect("they wait again");
    }
}

/// What changes of a ticket that an agent gets.
fn given(agent: u64, slot: u64) -> Document {
    let slot = i32::try_from(slot).unwrap_or(i32::MAX);
    doc! {
        "status": "assigned",
        "version": 1_i64,
        "holding": true,
        "assigned_agent": agent_id(agent).to_string(),
        "slot": slot,
        "assigned_at": DateTime::from_millis(1_700_000_000_000),
        "assigned_at_us": 0_i64,
        "agent_queue_position": i64::from(slot) + 1,
    }
}
