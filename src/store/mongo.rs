//! The store on a MongoDB server: the ordered collections, and one transaction for what belongs together.
//!
//! # Why transactions, and how they are fast
//!
//! A change is a ticket, the agent's turn and count, a line of the record and notices to several chats. One document could
//! hold the ticket with its notices, to be moved to the outbox later; but then what is checked of the agent would hold only
//! until they go offline in between, each notice would be written twice, and someone would have to look in every collection
//! for what a crash left behind. A transaction makes all of it true or none, whenever the process dies. What it costs is
//! round trips, and those are shared: a lane (`lane`) puts whatever waits into one transaction, which reads what the changes
//! are about in a few questions, decides each of them in memory (`facts`) and writes them in one bulk per collection. So a
//! batch of two hundred assignments takes about as many round trips as one. What the lane has left itself it need not even
//! read (`known`). Deliveries have a lane of their own (`dispatch`), as there are more of them than of what makes them, and
//! nobody looks at a clock for them as they do for an assignment.
//!
//! Replicas don't talk to each other: what two of them write at once conflicts in the database, on the ticket, the agent's
//! status, the chat or the unique index of the slots, and the one that is overtaken reads and decides again. So does one that
//! went by what it knew, where another one has written that since.
mod added;
mod agents;
mod at_hand;
mod chat;
mod chats;
mod codec;
mod connect;
mod contents;
mod db;
mod desk;
mod dispatch;
mod error;
mod facts;
mod hands;
mod inbox;
mod known;
mod lane;
mod leases;
mod merged;
mod migrate;
mod moves;
mod outbox;
mod people;
mod places;
mod plans;
mod questions;
mod queue;
mod recent;
mod record;
mod roll;
mod rows;
mod schema;
mod session;
mod signals;
mod soonest;
mod store;
mod tally;
mod tickets;
mod together;
mod turn;
mod tx;

pub use connect::{Server, look};
pub use plans::Plan;
pub use signals::MongoSignals;
pub use tally::Writes;

use crate::domain::Time;
use crate::domain::card::LiveCard;
use crate::domain::ids::{ChatId, TelegramId};
use crate::domain::person::Person;
use crate::engine::ports::StoreError;
use crate::store::kept::{Desk, Kept};
use db::Db;
use dispatch::{Dispatcher, Job};
use known::Known;
use lane::Lane;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Document, doc};
use questions::Questions;
use queue::Sums;
use recent::Recent;
use secrecy::SecretString;
use session::Session;
use soonest::Soonest;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tally::Tally;
use turn::{Scribe, Told};

/// How long a replica may go without seeing that another one has changed a department or the settings.
const OTHERS_SEEN: Duration = Duration::from_millis(250);

/// The same of how many tickets wait: a place in the queue is told to a person, who reads it some time later.
const OTHERS_COUNTED: Duration = Duration::from_millis(100);

/// How long somebody is at hand as they were, when another replica has changed them. What that replica tells them from then on
/// is marked, and whoever delivers it looks them up.
const FACES_SEEN: Duration = Duration::from_secs(60);

/// How long a live card is at hand. Only the replica that delivers asks for those of tickets and queues, and it writes them.
const CARDS_SEEN: Duration = Duration::from_secs(60);

/// People by their chats.
type Faces = Recent<ChatId, Arc<Person>>;

/// Live cards by their slots, those too that are not there.
type Cards = Recent<String, Option<LiveCard>>;

/// The store on a MongoDB server.
pub struct Mongo {
    db: Db,
    ask: Questions,
    desk: Arc<Kept<Desk>>,
    sums: Arc<Kept<Sums>>,
    faces: Arc<Faces>,
    cards: Arc<Cards>,
    facts: Lane<Told>,
    outbox: Lane<Job>,
    soonest: Arc<Soonest>,
    done: Arc<Tally>,
    /// The last moment that anybody named, in microseconds: when a change without an event of its own is committed.
    told: AtomicI64,
}

impl Mongo {
    /// Opens the store in a database of this server, and makes the database what it must be.
    ///
    /// Unavailable when the server can't be reached or is no replica set, when the database was written by a newer version,
    /// or when it can't be made to have the indexes that the desk rests on.
    pub async fn open(uri: &SecretString, database: &str) -> Result<Self, StoreError> {
        let client = connect::client(uri).await?;
        connect::what(&client).await?;
        let db = client.database(database);
        schema::prepare(&db).await?;
        let process = ObjectId::new().to_hex();
        let mut session = Session::of(db.clone(), process.clone(), "facts");
        tx::run(&mut session, &queue::TakeOver(&process)).await?;
        let done = Arc::clone(&session.done);
        let (desk, sums) = (Arc::new(Kept::new(OTHERS_SEEN)), Arc::new(Kept::new(OTHERS_COUNTED)));
        let outbox = session.another("outbox");
        let (cards, soonest) = (Arc::new(Recent::new(CARDS_SEEN)), Arc::default());
        let (people, at_work) = (Arc::new(Recent::new(FACES_SEEN)), Arc::default());
        let (facts, outbox) = (
            Lane::start(Scribe {
                session,
                desk: Arc::clone(&desk),
                sums: Arc::clone(&sums),
                faces: Arc::clone(&people),
                written: Recent::new(FACES_SEEN),
                known: Known::new(),
                at_work: Arc::clone(&at_work),
            }),
            Lane::start(Dispatcher::new(
                outbox,
                Arc::clone(&people),
                Arc::clone(&cards),
                Arc::clone(&soonest),
                at_work,
            )),
        );
        let db = Db::new(db);
        let (ask, told) = (Questions::new(&db), AtomicI64::default());
        Ok(Self { db, ask, desk, sums, faces: people, cards, facts, outbox, soonest, done, told })
    }

    /// Finishes what was begun; what comes later is refused.
    pub async fn close(&self) {
        self.facts.close().await;
        self.outbox.close().await;
    }

    /// The server's `explain` of each question that the desk asks often.
    pub async fn plans(&self) -> Result<Vec<Plan>, StoreError> {
        plans::all(&self.db.database).await
    }

    /// What the transactions of this process came to since it was opened.
    #[must_use]
    pub fn writes(&self) -> Writes {
        self.done.read()
    }

    fn note(&self, now: Time) {
        self.told.store(now.timestamp_micros(), Ordering::Relaxed);
    }

    fn told(&self) -> Time {
        Time::from_timestamp_micros(self.told.load(Ordering::Relaxed)).unwrap_or_default()
    }
}

/// Looks a person up in the store, reading only: works beside a running desk, and makes nothing that isn't there.
pub async fn look_up(
    uri: &SecretString,
    database: &str,
    id: TelegramId,
) -> Result<Option<Person>, StoreError> {
    let db = connect::client(uri).await?.database(database);
    let user = db.collection::<Document>(schema::USERS).find_one(doc! { "telegram_id": id.0 }).await?;
    user.map(|user| people::unjoined(&user)).transpose()
}

impl std::fmt::Debug for Mongo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mongo").field("database", &self.db.database.name()).finish_non_exhaustive()
    }
}
