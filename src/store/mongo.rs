//! The MongoDB store: the collections that the specification names, and one transaction for each batch of
//! writes. Several replicas may share it.
//!
//! # The life of a commit
//!
//! A commit is a list of changes. Each change is one write, such as a ticket with its agent's counters, its
//! audit event and its notices: all of them or none. One transaction per caller would wait for the disk each
//! time, so commands that wait share one (group commit). Paths are below `src/store/mongo/`.
//!
//! 1. `store.rs`: the engine calls `commit`, which makes a `Command` of the changes.
//! 2. `write/queue.rs`: the command waits in a bounded channel. The task of the queue takes what is waiting,
//!    until it has 512 changes.
//! 3. `write/batch.rs`: the `TicketWriter` hands these commands to `tx.rs` as the work of one transaction,
//!    and replies to every caller when it is durable. The numbers of events, deliveries, people, messages and
//!    webhooks are allocated while the transaction reads. If a document can't be decoded, each command runs
//!    in a transaction of its own.
//! 4. `tx.rs`: the transaction starts with snapshot reads, runs steps 6 to 13, and commits to a majority. If
//!    another transaction wrote the same documents, the server reports a conflict (or a duplicate key;
//!    `tx/error.rs`). Then the steps run again with fresh reads, after a jittered delay, for at most ten
//!    seconds. A commit without an answer is sent again.
//! 5. `tx/session.rs`: the transaction runs in the session of the queue. If a conflict lasts for a second,
//!    the sessions of other processes are killed: one of them may have died inside a transaction.
//! 6. `write/command.rs`: the `UnitOfWork` has the next modules read what the changes need. It then applies
//!    the changes in memory, in order and by the FIFO rule (`../fifo_guard.rs`). A refused change writes
//!    nothing, and its neighbours are not affected. At the end the modules flush: a few commands per
//!    collection. It writes the audit events itself. The tickets are read first and written last.
//! 7. `write/tickets.rs`: reads tickets and queue heads; checks versions, idempotency keys, ticket numbers
//!    and the order of the queue (the first attempt leaves keys and numbers to the unique indexes); writes
//!    tickets and queue depths, with the arrival numbers.
//! 8. `read/queue.rs`: the query of a queue's head, which is also that of the engine's reads.
//! 9. `write/ticket_documents.rs`: the documents of a ticket, and the fields that differ between two
//!    versions.
//! 10. `write/agents.rs`: reads the agents; checks guards, capacities and slots; writes their documents in
//!     `agent_status`.
//! 11. `write/records.rs`: reads people, departments, settings, incidents, invitations and messages
//!     (`read/conversation.rs`); checks their versions and unique keys; writes those that changed.
//! 12. `outbox/staging.rs`: the notices become deliveries, which are inserted into `outbox_staged`. With
//!     `EVENT_WEBHOOK_URL`, `read/webhooks.rs` has the document of the webhook.
//! 13. `statistics.rs`: counts what each change adds to the roll-ups, and adds it to this process's
//!     documents.
//!
//! Deliveries then go their own way: `outbox/writer.rs` has a queue of its own. One transaction moves staged
//! deliveries to the queues of their chats, settles what was sent and claims what is sent next (transactional
//! outbox). Both writers change documents of `messages`, and the loser of a conflict reads again. In
//! `outbox_staged` and `outbox_dropped` each deletes what the other has inserted. A clock that was set also
//! writes `agent_status`.
//!
//! # Rules
//!
//! - A transaction uses nothing that was read outside of it. Event and delivery numbers are allocated
//!   outside, and may have gaps. Replicas coordinate only through the database: two transactions that write
//!   the same ticket, agent, chat or slot conflict, and the loser reads again.
//! - Only `read/` caches, and only departments and settings, for 250 ms. `departments()` and `settings()`
//!   always read.
//! - Arrival numbers come from the counter `arrival`, inside the transaction. A transaction that puts a
//!   ticket back into a queue, or depends on a queue's head, advances `queue_epoch` or the number in the same
//!   document. So all of these conflict with each other, and no ticket is overtaken by one that did not see
//!   it.
mod client;
mod codec;
mod inbox;
mod replicas;
mod schema;
mod statistics;
mod store;
mod tx;
mod upkeep;

/// The write queue of tickets, people and all other records.
mod write {
    pub(super) mod agents;
    pub(super) mod batch;
    pub(super) mod command;
    pub(super) mod queue;
    mod queue_head;
    pub(super) mod records;
    pub(super) mod ticket_documents;
    pub(super) mod tickets;
}

/// The write queue of deliveries.
mod outbox {
    pub(super) mod chat_queue;
    pub(super) mod chat_queues;
    pub(super) mod claim;
    pub(super) mod staging;
    pub(super) mod writer;
}

/// Reads and single-document writes outside of transactions; and queries, documents and statements that
/// transactions use too.
mod read {
    pub(super) mod cards;
    pub(super) mod coalesce;
    pub(super) mod conversation;
    pub(super) mod directory;
    pub(super) mod people;
    pub(super) mod queue;
    mod search;
    pub(super) mod tickets;
    pub(super) mod webhooks;
}

pub use client::{Server, check_server};
pub use replicas::MongoSignals;
pub use schema::query_plans::QueryPlan;
pub use tx::session::TxStats;

use super::unreadable::UnreadablePeople;
use crate::domain::Time;
use crate::domain::card::LiveCard;
use crate::domain::ids::{DepartmentId, PersonId, TelegramId, TicketId};
use crate::domain::person::Person;
use crate::domain::ticket::Ticket;
use crate::engine::ports::StoreError;
use chrono_tz::Tz;
use client::Db;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Document, doc};
use outbox::writer::{OutboxCommand, OutboxWriter};
use read::coalesce::Coalescer;
use read::directory::ReferenceReader;
use read::queue::DepthSums;
use read::{cards, people, queue, tickets};
use secrecy::SecretString;
use statistics::TakeOverStatistics;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, RwLock};
use tx::session::{Session, TxCounters};
use write::batch::{Queued, TicketWriter};
use write::queue::WriteQueue;
use write::ticket_documents::TakeOverDepths;

/// The most statements in one command of the ticket queue: a ticket's document is small, and a command may
/// have 48 MB.
const MAX_TICKET_STATEMENTS: usize = 1_000;
/// The same for the outbox: a chat's document has at most about 640 KB.
const MAX_OUTBOX_STATEMENTS: usize = 64;

/// The store on a MongoDB server.
pub struct Mongo {
    db: Db,
    people: Coalescer<PersonId, Result<Person, StoreError>>,
    tickets_by_id: Coalescer<TicketId, Result<Ticket, StoreError>>,
    held_tickets: Coalescer<PersonId, Vec<Result<Ticket, StoreError>>>,
    queue_depths: Coalescer<(), Arc<DepthSums>>,
    department_depths: Coalescer<DepartmentId, Arc<DepthSums>>,
    live_cards: Coalescer<String, Result<LiveCard, StoreError>>,
    reference: ReferenceReader,
    tickets: WriteQueue<Queued>,
    outbox: WriteQueue<OutboxCommand>,
    counters: Arc<TxCounters>,
    /// The latest time that a caller named, in microseconds: the time of a change without an event.
    last_time: AtomicI64,
    /// Whether commits write the webhooks of their changes.
    records_webhooks: Arc<AtomicBool>,
    /// The zone of the days of the roll-ups.
    zone: Arc<RwLock<Tz>>,
    unreadable: UnreadablePeople,
}

impl Mongo {
    /// Opens the store in a database of this server, and creates its collections and indexes.
    ///
    /// Unavailable if the server can't be reached or is no replica set, if the database has another schema
    /// version, or if its indexes have other options.
    pub async fn open(uri: &SecretString, database: &str) -> Result<Self, StoreError> {
        let client = client::connect(uri).await?;
        client::server(&client).await?;
        let database = client.database(database);
        schema::check_version(&database).await?;
        schema::prepare(&database).await?;
        let (process, counters) = (ObjectId::new().to_hex(), Arc::new(TxCounters::default()));
        let session = |queue| Session::new(database.clone(), process.clone(), queue, Arc::clone(&counters));
        let mut ticket_session = session(("tickets", MAX_TICKET_STATEMENTS));
        tx::run(&mut ticket_session, &TakeOverDepths).await?;
        tx::run(&mut ticket_session, &TakeOverStatistics).await?;
        let outbox = session(("outbox", MAX_OUTBOX_STATEMENTS));
        let db = Db(database.clone());
        let (reference, records_webhooks) = (ReferenceReader::new(&db), Arc::<AtomicBool>::default());
        let zone = Arc::new(RwLock::new(Tz::UTC));
        Ok(Self {
            people: Coalescer::new(&db, people::by_ids),
            tickets_by_id: Coalescer::new(&db, tickets::by_ids),
            held_tickets: Coalescer::new(&db, tickets::held_by_each),
            queue_depths: Coalescer::new(&db, queue::depths),
            department_depths: Coalescer::new(&db, queue::department_depths),
            live_cards: Coalescer::new(&db, cards::by_storage_key),
            tickets: WriteQueue::start(TicketWriter {
                session: ticket_session,
                reference_data: reference.cache(),
                records_webhooks: Arc::clone(&records_webhooks),
                zone: Arc::clone(&zone),
            }),
            outbox: WriteQueue::start(OutboxWriter::new(outbox)),
            reference,
            counters,
            last_time: AtomicI64::default(),
            records_webhooks,
            zone,
            unreadable: UnreadablePeople::default(),
            db,
        })
    }

    /// Finishes the writes that wait; later ones are refused.
    pub async fn close(&self) {
        self.tickets.close().await;
        self.outbox.close().await;
    }

    /// Returns the server's plan for each query that runs often.
    pub async fn query_plans(&self) -> Result<Vec<QueryPlan>, StoreError> {
        schema::query_plans::all(&self.db.0).await
    }

    /// Returns the counters of this store's transactions.
    #[must_use]
    pub fn writes(&self) -> TxStats {
        self.counters.stats()
    }

    /// Returns the signals of the replicas on this database.
    #[must_use]
    pub fn signals(&self) -> MongoSignals {
        MongoSignals::new(self.db.collection(schema::SIGNALS))
    }

    fn observe_time(&self, now: Time) {
        // Callers run concurrently: an older time may come after a newer one.
        self.last_time.fetch_max(now.timestamp_micros(), Ordering::Relaxed);
    }

    fn last_time(&self) -> Time {
        Time::from_timestamp_micros(self.last_time.load(Ordering::Relaxed)).unwrap_or_default()
    }
}

/// Returns a person, reading only: it may run beside the desk, and creates nothing.
pub async fn find_person(
    uri: &SecretString,
    database: &str,
    id: TelegramId,
) -> Result<Option<Person>, StoreError> {
    let db = client::connect(uri).await?.database(database);
    let user = db.collection::<Document>(schema::USERS).find_one(doc! { "telegram_id": id.0 }).await?;
    user.map(|user| read::people::without_status(&user)).transpose()
}

impl std::fmt::Debug for Mongo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mongo").field("database", &self.db.0.name()).finish_non_exhaustive()
    }
}
