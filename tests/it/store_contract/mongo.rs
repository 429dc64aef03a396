//! The MongoDB store as a back end, and what only a server can be: no replica set, of another version, without an index.
mod damage;
mod documents;
mod outbox;
mod replicas;

use super::Backend;
use super::fixture::*;
use crate::support::mongod::{self, database};
use antri::domain::ids::{Arrival, Version};
use antri::domain::ticket::{Priority, Ticket};
use antri::engine::ports::{
    Change, CommitError, DirectoryStore, Guard, OutboxStore, Store, StoreError, TicketStore, Write,
};
use antri::store::Mongo;
use antri::store::mongo::{Server, check_server};
use async_trait::async_trait;
use futures::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::IndexOptions;
use mongodb::{Client, Database, IndexModel};
use secrecy::ExposeSecret;
use std::sync::Arc;

/// The store in a database of its own.
pub(crate) struct Served {
    pub(super) store: Arc<Mongo>,
    pub(super) database: String,
}

pub(super) async fn open_store(database: &str) -> Arc<Mongo> {
    Arc::new(Mongo::open(&mongod::uri(), database).await.unwrap())
}

#[async_trait]
impl Backend for Served {
    async fn fresh() -> Self {
        let database = database();
        Self { store: open_store(&database).await, database }
    }

    fn store(&self) -> Arc<dyn Store> {
        self.store.clone()
    }

    async fn reopen(self) -> Self {
        let Self { store, database } = self;
        store.close().await;
        Self { store: open_store(&database).await, database }
    }
}

/// The database itself, as a person with a shell has it.
pub(super) async fn shell(database: &str) -> Database {
    Client::with_uri_str(mongod::uri().expose_secret()).await.unwrap().database(database)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_by_itself_is_refused_with_what_to_do() {
    let uri = mongod::standalone();
    for refused in [Mongo::open(&uri, "desk").await.map(drop), check_server(&uri).await.map(drop)] {
        let Err(StoreError::Unavailable(why)) = refused else { panic!("taken: {refused:?}") };
        assert!(why.contains("--replSet") && why.contains("rs.initiate()"), "{why}");
    }
    assert!(
        matches!(check_server(&mongod::uri()).await.unwrap(), Server::ReplicaSet(name) if !name.is_empty())
    );
}

#[tokio::test]
async fn an_address_is_not_repeated_when_it_is_wrong() {
    let Err(error) = Mongo::open(&"mongodb://desk:CANARY@local host:/?w=x".to_owned().into(), "desk").await
    else {
        panic!("opened")
    };
    assert!(!error.to_string().contains("CANARY"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_with_another_schema_version_is_refused() {
    let Served { database, store } = Served::fresh().await;
    open(&*store, ticket(1)).await;
    store.close().await;
    let settings = shell(&database).await.collection::<Document>("settings");
    let version = doc! { "_id": "schema" };
    for other in [Some(99), Some(3), None] {
        match other {
            Some(other) => {
                let set = doc! { "$set": { "version": other } };
                settings.update_one(version.clone(), set).await.unwrap();
            }
            None => drop(settings.delete_one(version.clone()).await.unwrap()),
        }
        let refused = Mongo::open(&mongod::uri(), &database).await;
        let Err(StoreError::Unavailable(why)) = refused else { panic!("opened at {other:?}") };
        assert!(why.contains(&format!("schema version {}", other.unwrap_or(0))), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_lets_two_in_is_refused() {
    let Served { database, store } = Served::fresh().await;
    store.close().await;
    let queue = shell(&database).await.collection::<Document>("ticket_queue");
    queue.drop_index("slot").await.unwrap();
    let key = doc! { "assigned_agent": 1, "slot": 1 };
    let held = doc! { "holding": true };
    let other_key = doc! { "assigned_agent": 1 };
    for (key, unique, filter) in
        [(&key, false, Some(&held)), (&key, true, None), (&other_key, true, Some(&held))]
    {
        let options = IndexOptions::builder().name("slot".to_owned()).unique(unique);
        let options = options.partial_filter_expression(filter.cloned()).build();
        queue.create_index(IndexModel::builder().keys(key.clone()).options(options).build()).await.unwrap();
        let refused = Mongo::open(&mongod::uri(), &database).await;
        let Err(StoreError::Unavailable(why)) = refused else { panic!("opened: {key} {unique} {filter:?}") };
        assert!(why.contains("ticket_queue"), "{why}");
        queue.drop_index("slot").await.unwrap();
    }
    Mongo::open(&mongod::uri(), &database).await.expect("made anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_and_positions_are_read_as_any_replica_has_written_them() {
    let Served { database, store } = Served::fresh().await;
    let other = open_store(&database).await;
    for version in 1..20 {
        // Read here, and changed by another replica.
        let mut settings = store.settings().await.unwrap();
        let expected = settings.version;
        settings.version = Version(version);
        let write = Write::Settings { settings: settings.clone(), expected };
        commit_one(&*other, Change::quiet(write)).await.unwrap();
        assert_eq!(store.settings().await.unwrap(), settings);
        // Opened by another replica, then here.
        commit_one(&*other, opening(ticket(version))).await.unwrap();
        let (normal, last) = (Priority::Normal, Arrival::LAST);
        assert_eq!(store.position(department_id(1), normal, last).await.unwrap(), version * 2 - 1);
        commit_one(&*store, opening(ticket(100 + version))).await.unwrap();
        assert_eq!(store.position(department_id(1), normal, last).await.unwrap(), version * 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_with_a_shell_finds_what_was_ordered() {
    let Served { database, store } = Served::fresh().await;
    join(&*store, [1], 5).await;
    let opened = open(&*store, ticket(1)).await;
    commit_one(&*store, assignment(&opened, 1, 0, Guard::Eligible)).await.unwrap();
    let db = shell(&database).await;
    let id = person_id(1).to_string();
    let first = async |collection: &str| {
        db.collection::<Document>(collection).find_one(doc! {}).await.unwrap().unwrap()
    };

    let agent = first("agent_status").await;
    assert_eq!(agent.get_str("agent_id"), Ok(id.as_str()));
    assert_eq!(agent.get_bool("is_online"), Ok(true));
    assert_eq!((agent.get_i64("current_tickets"), agent.get_i32("max_tickets")), (Ok(1), Ok(5)));
    for date in ["last_online", "last_activity", "last_assigned"] {
        assert!(agent.get_datetime(date).is_ok(), "{date}: {agent}");
    }
    let place = first("ticket_queue").await;
    assert_eq!(place.get_str("ticket_id"), Ok(opened.id.to_string().as_str()));
    assert_eq!(place.get_str("ticket_number"), Ok(opened.number.as_str()));
    assert_eq!((place.get_str("status"), place.get_i64("position")), (Ok("assigned"), Ok(1)));
    assert_eq!(place.get_str("assigned_agent"), Ok(id.as_str()));
    assert_eq!(place.get_i64("agent_queue_position"), Ok(1));
    for date in ["assigned_at", "queued_at", "created_at"] {
        assert!(place.get_datetime(date).is_ok(), "{date}: {place}");
    }
    let user = first("users").await;
    assert_eq!((user.get_bool("is_online"), user.get_i32("max_tickets")), (Ok(true), Ok(5)));
    assert_eq!(user.get_bool("auto_assignment_enabled"), Ok(true));
    let indexes = db.collection::<Document>("ticket_queue").list_indexes().await.unwrap();
    let keys: Vec<Document> = indexes.map_ok(|index| index.keys).try_collect().await.unwrap();
    for ordered in [["status", "position"], ["assigned_agent", "status"]] {
        assert!(keys.iter().any(|key| key.keys().eq(ordered)), "{ordered:?}: {keys:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_is_answered_by_an_index() {
    /// The stages of a plan, wherever the server puts them.
    fn stages(value: &Bson, found: &mut Vec<String>) {
        match value {
            Bson::Document(doc) => {
                for (name, value) in doc {
                    match value.as_str() {
                        Some(stage) if name == "stage" => found.push(stage.to_owned()),
                        _ if name == "rejectedPlans" => {}
                        _ => stages(value, found),
                    }
                }
            }
            Bson::Array(values) => values.iter().for_each(|value| stages(value, found)),
            _ => {}
        }
    }
    let Served { store, .. } = Served::fresh().await;
    join(&*store, [1, 2], 5).await;
    open_tickets(&*store, 1..=9).await;
    for (collection, question, plan) in store.query_plans().await.unwrap() {
        let mut found = Vec::new();
        let winning =
            plan.get_document("queryPlanner").and_then(|planner| planner.get_document("winningPlan"));
        stages(&Bson::Document(winning.unwrap().clone()), &mut found);
        assert!(!found.is_empty(), "{collection} {question}: {plan}");
        for bad in ["COLLSCAN", "SORT"] {
            assert!(!found.iter().any(|stage| stage == bad), "{collection} {question}: {found:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_process_left_open_holds_nobody_up() {
    let Served { database, store } = Served::fresh().await;
    open(&*store, ticket(1)).await;
    // A process wrote down its session, began a transaction in which a ticket gets its number, and is no more.
    let db = shell(&database).await;
    let mut session = db.client().start_session().await.unwrap();
    let known = doc! { "_id": "dead", "session": session.id().clone() };
    db.collection::<Document>("tx_sessions").insert_one(known).await.unwrap();
    session.start_transaction().await.unwrap();
    let counters = db.collection::<Document>("counters");
    let arrivals = doc! { "_id": "arrival" };
    let changed = counters.update_one(arrivals, doc! { "$inc": { "value": 1 } }).session(&mut session).await;
    assert_eq!(changed.unwrap().modified_count, 1);
    // A server by itself would wait for it for a minute, this store's patience is ten seconds.
    let second = open(&*store, ticket(2)).await;
    assert_eq!(ticket_numbers(&store.queue_head(department_id(1), true, 9).await.unwrap()), [1, 2]);
    assert!(session.commit_transaction().await.is_err(), "it was ended");
    assert_eq!(second.arrival, Arrival(2), "and nothing of it is left");
}

/// Two desks on one database, as two replicas are.
async fn two() -> (Arc<Mongo>, Arc<Mongo>) {
    let database = database();
    (open_store(&database).await, open_store(&database).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_give_each_ticket_and_each_slot_once() {
    let (left, right) = two().await;
    join(&*left, 1..=4, 3).await;
    let opened = open_tickets(&*left, 1..=20).await;
    // Both plan the same tickets for the same slots, and each the other way round.
    let plan = |turn: u64| {
        let slots = (0..3_u16).flat_map(|slot| (1..=4_u64).map(move |agent| (agent, slot)));
        let slots: Vec<_> = slots.cycle().skip(usize::try_from(turn * 5).unwrap()).take(20).collect();
        let noted = |t: &Ticket, agent, slot| Change {
            notices: vec![text(1_000 + i64::try_from(agent).unwrap(), "baru")],
            ..assignment(t, agent, slot, Guard::Eligible)
        };
        opened.iter().zip(slots).map(|(t, (agent, slot))| noted(t, agent, slot)).collect::<Vec<_>>()
    };
    let runs = (0..8_u64).map(|turn| {
        let store = if turn % 2 == 0 { left.clone() } else { right.clone() };
        let changes = plan(turn);
        // One by one: of a batch nothing would go before one that was refused.
        let commits = changes.into_iter().map(move |change| {
            let store = store.clone();
            async move { store.commit(vec![change]).await.remove(0) }
        });
        tokio::spawn(futures::future::join_all(commits))
    });
    let mut won = 0;
    for run in runs.collect::<Vec<_>>() {
        for result in run.await.unwrap() {
            match result {
                Ok(_) => won += 1,
                Err(error) => assert_eq!(error, CommitError::Conflict),
            }
        }
    }
    let held = left.all_held().await.unwrap();
    assert_eq!(held.len(), 12, "every slot is full");
    assert_eq!(won, 12, "and each was given once");
    assert_eq!(left.pending_deliveries().await.unwrap(), 12, "and told once");
    assert_eq!(right.depths().await.unwrap()[&department_id(1)], 8);
    assert_eq!(right.claim(20, at(200)).await.unwrap().len(), 4, "one per chat");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_replicas_open_is_seen_in_the_order_of_arrival() {
    let (left, right) = two().await;
    let tasks = (1..=60_u64).map(|n| {
        let store = if n % 2 == 0 { left.clone() } else { right.clone() };
        tokio::spawn(async move { commit_one(&*store, opening(ticket(n))).await.unwrap().arrival.unwrap() })
    });
    let tasks: Vec<_> = tasks.collect();
    // Whoever looks sees the first so many, without a gap into which somebody could still come.
    loop {
        let seen = left.queue_page(&[department_id(1)], 0, 100).await.unwrap();
        let arrivals: Vec<u64> = seen.iter().map(|t| t.arrival.0).collect();
        assert_eq!(arrivals, (1..=arrivals.len() as u64).collect::<Vec<_>>());
        if seen.len() == 60 {
            break;
        }
    }
    for opened in tasks {
        opened.await.unwrap();
    }
    assert_eq!(right.depths().await.unwrap()[&department_id(1)], 60);
}
