//! Baselines on MongoDB: bare updates of the documents that the desk assigns next.
//!
//! They write the store's own `ticket_queue` with all its indexes, of which one is unique over agent and
//! slot. Waiting tickets are assigned to agents and then restored for the desk. Nothing else is written: no
//! agent, no event, no notice.
use crate::fixture::agent_id;
use crate::stats::rate;
use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::{Collection, Database};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// The concurrent callers of single calls, and the limit of calls of each run, because a single caller is
/// slow.
pub(crate) const CALLERS: [(usize, usize); 3] = [(1, 150), (8, 400), (32, 500)];

/// The waiting tickets, and their assignments to agents.
pub(crate) struct Baseline {
    db: Database,
    queue: Collection<Document>,
    /// The filter and the update of each ticket.
    writes: Arc<Vec<(Document, Document)>>,
}

impl Baseline {
    /// Finds the tickets that wait in front of the backlog.
    pub(crate) async fn find(db: &Database, agents: u64) -> Self {
        let queue = db.collection::<Document>("ticket_queue");
        let waiting = queue.find(doc! { "status": "queued", "priority": "normal" }).await.expect("a query");
        let ids: Vec<Document> =
            futures::TryStreamExt::try_collect(waiting).await.expect("the waiting tickets");
        let write = |(n, ticket): (u64, &Document)| {
            let filter = doc! { "ticket_id": ticket.get("ticket_id"), "status": "queued", "version": 0_i64 };
            (filter, doc! { "$set": assignment(n % agents, n / agents) })
        };
        let writes = Arc::new((0..).zip(&ids).map(write).collect());
        Self { db: db.clone(), queue, writes }
    }

    /// Returns the conditional `findOneAndUpdate` calls a second of concurrent callers that each wait for
    /// their own answer.
    pub(crate) async fn single(&self, callers: usize, max_calls: usize) -> f64 {
        let count = max_calls.min(self.writes.len());
        let (next, start) = (Arc::new(AtomicUsize::new(0)), Instant::now());
        let caller = || {
            let (queue, writes, next) = (self.queue.clone(), Arc::clone(&self.writes), Arc::clone(&next));
            tokio::spawn(async move {
                while let Some((filter, update)) = writes[..count].get(next.fetch_add(1, Ordering::Relaxed)) {
                    let call = queue.find_one_and_update(filter.clone(), update.clone());
                    assert!(call.await.expect("a call").is_some(), "the waiting ticket is found");
                }
            })
        };
        for caller in (0..callers).map(|_| caller()).collect::<Vec<_>>() {
            caller.await.expect("a caller");
        }
        let took = start.elapsed();
        self.restore().await;
        rate(count as u64, took)
    }

    /// Returns the documents a second of unordered bulks of `size` updates, one bulk after the other.
    pub(crate) async fn bulk(&self, size: usize) -> f64 {
        let statement =
            |(filter, update): &(Document, Document)| doc! { "q": filter.clone(), "u": update.clone() };
        let bulks: Vec<Document> = self
            .writes
            .chunks(size.max(1))
            .map(|batch| doc! { "update": "ticket_queue", "ordered": false,
                "updates": batch.iter().map(statement).collect::<Vec<_>>(), "writeConcern": { "w": "majority" } })
            .collect();
        let start = Instant::now();
        for bulk in bulks {
            let answer = self.db.run_command(bulk).await.expect("a bulk");
            assert!(!answer.contains_key("writeErrors"), "every update succeeds: {answer}");
        }
        let took = start.elapsed();
        self.restore().await;
        rate(self.writes.len() as u64, took)
    }

    /// Restores the tickets as waiting.
    async fn restore(&self) {
        let none = Bson::Null;
        let waiting = doc! {
            "status": "queued", "version": 0_i64, "holding": false, "assigned_agent": &none, "slot": &none,
            "assigned_at": &none, "assigned_at_us": &none, "agent_queue_position": &none,
        };
        let assigned = doc! { "status": "assigned" };
        self.queue.update_many(assigned, doc! { "$set": waiting }).await.expect("the tickets wait again");
    }
}

/// Returns the fields that an assignment changes.
fn assignment(agent: u64, slot: u64) -> Document {
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
