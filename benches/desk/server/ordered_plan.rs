//! Reference algorithm: the ordered plan's own, one ticket at a time.
//!
//! `assign_new_ticket` queries the eligible agents (online, `current_tickets` below `max_tickets`, at most
//! 100) and picks the smallest `(last_assigned, assignment_order)`. Then it inserts the ticket, increments
//! the agent's count and notifies the agent: four sequential round trips. Its collections have only the
//! plan's fields and indexes, and no backlog. The notice is an inserted document; a call to Telegram would
//! take much longer.
use crate::fixture::agent_id;
use crate::stats::rate;
use futures::TryStreamExt;
use mongodb::bson::{DateTime, Document, doc};
use mongodb::options::IndexOptions;
use mongodb::{Collection, Database, IndexModel};
use std::time::Instant;

/// The plan's limit of agents in the query.
const MAX_ELIGIBLE_AGENTS: i64 = 100;
/// The plan's limit of tickets per agent.
const MAX_TICKETS: i32 = 5;

/// The plan's collections.
pub(crate) struct OrderedPlan {
    db: Database,
    agents: Collection<Document>,
    queue: Collection<Document>,
    notices: Collection<Document>,
}

impl OrderedPlan {
    /// Creates the collections with this number of agents, all online.
    pub(crate) async fn open(db: Database, agents: u64) -> Self {
        let collection = |name: &str| db.collection::<Document>(name);
        let plan = Self {
            agents: collection("agent_status"),
            queue: collection("ticket_queue"),
            notices: collection("notifications"),
            db: db.clone(),
        };
        let agent_keys =
            [(doc! { "agent_id": 1 }, true), (doc! { "is_online": 1, "current_tickets": 1 }, false)];
        let queue_keys = [
            (doc! { "status": 1, "position": 1 }, false),
            (doc! { "assigned_agent": 1, "status": 1 }, false),
            (doc! { "ticket_id": 1 }, true),
        ];
        plan.agents.create_indexes(agent_keys.map(index)).await.expect("the plan's indexes");
        plan.queue.create_indexes(queue_keys.map(index)).await.expect("the plan's indexes");
        plan.agents.insert_many((0..agents).map(new_agent)).await.expect("the agents");
        plan
    }

    /// Assigns `tickets` tickets one at a time; returns the tickets a second.
    pub(crate) async fn assign(&self, tickets: u64) -> f64 {
        let without_tickets = doc! { "$set": { "current_tickets": 0 } };
        self.agents.update_many(doc! {}, without_tickets).await.expect("free slots");
        self.queue.delete_many(doc! {}).await.expect("an empty queue");
        let start = Instant::now();
        for n in 0..tickets {
            self.assign_new_ticket(n).await.expect("a ticket is assigned");
        }
        rate(tickets, start.elapsed())
    }

    async fn assign_new_ticket(&self, n: u64) -> mongodb::error::Result<()> {
        let room = doc! { "$lt": ["$current_tickets", "$max_tickets"] };
        let eligible =
            self.agents.find(doc! { "is_online": true, "$expr": room }).limit(MAX_ELIGIBLE_AGENTS).await?;
        let eligible: Vec<Document> = eligible.try_collect().await?;
        let order = |agent: &&Document| {
            (agent.get_datetime("last_assigned").ok().copied(), agent.get_i32("assignment_order").ok())
        };
        let agent = eligible.iter().min_by_key(order).expect("an agent with a free slot");
        let (id, held) =
            (agent.get_str("agent_id").expect("their id"), agent.get_i32("current_tickets").unwrap_or(0));
        let (ticket, now) =
            (format!("ticket {n}"), DateTime::from_millis(1_700_000_000_000 + n.cast_signed()));
        let assigned = doc! {
            "ticket_id": &ticket, "ticket_number": format!("INC{n:017}"), "status": "assigned", "position": null,
            "assigned_agent": id, "assigned_at": now, "agent_queue_position": held + 1,
            "queued_at": now, "created_at": now,
        };
        self.queue.insert_one(assigned).await?;
        let counted = doc! {
            "$inc": { "current_tickets": 1, "total_assigned_today": 1 }, "$set": { "last_assigned": now },
        };
        self.agents.update_one(doc! { "agent_id": id }, counted).await?;
        self.notices.insert_one(doc! { "agent_id": id, "ticket_id": &ticket, "position": held + 1 }).await?;
        Ok(())
    }

    /// Drops the database.
    pub(crate) async fn close(self) {
        self.db.drop().await.expect("the database is dropped");
    }
}

fn index((keys, unique): (Document, bool)) -> IndexModel {
    let options = IndexOptions::builder().unique(unique.then_some(true)).build();
    IndexModel::builder().keys(keys).options(options).build()
}

fn new_agent(n: u64) -> Document {
    let now = DateTime::from_millis(1_600_000_000_000);
    doc! {
        "agent_id": agent_id(n).to_string(), "agent_name": format!("agent{n}"),
        "is_online": true, "last_online": now, "last_activity": now,
        "current_tickets": 0, "max_tickets": MAX_TICKETS,
        "assignment_order": i32::try_from(n).unwrap_or(i32::MAX), "last_assigned": now,
        "total_assigned_today": 0, "total_completed_today": 0,
    }
}
