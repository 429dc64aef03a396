//! The environment of a crash test: Telegram (the sandbox) in the parent process, which outlives every crash
//! of the desk, and a store with departments and agents.
use super::actors::{Actors, DEPARTMENTS};
use crate::support::redis::RedisServer;
use crate::support::{ADMIN, TOKEN, WAIT_TIMEOUT, mongod};
use antri::app::MAX_REFRESH_INTERVAL;
use antri::app::Storage;
use antri::config::servers::MongoConfig;
use antri::config::storage::StorageConfig;
use antri::domain::Time;
use antri::domain::event::Actor;
use antri::domain::ids::{DepartmentId, TelegramId};
use antri::domain::person::{Locale, Person};
use antri::domain::policy::{Capacity, OfflineBehaviour, Settings};
use antri::domain::ticket::RETURN_DELAY;
use antri::engine::people::Profile;
use antri::engine::ports::{Change, Write};
use antri::engine::random::Random;
use antri::engine::{Engine, EngineConfig};
use antri::presence::Memory;
use antri::sandbox::{NewUser, Sandbox, SandboxOptions};
use antri::store::sqlite::DATABASE_FILE;
use mongodb::bson::{Document, doc};
use mongodb::{Client, Database};
use rusqlite::{Connection, OpenFlags};
use secrecy::{ExposeSecret, SecretString};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

/// The time without a change after which a desk is idle: longer than the card refresher waits.
const QUIET_TIME: Duration = MAX_REFRESH_INTERVAL.saturating_add(Duration::from_millis(200));

/// One desk under test, with the servers that it uses.
pub(crate) struct Environment {
    pub(crate) actors: Actors,
    pub(crate) sandbox: Sandbox,
    pub(crate) dir: TempDir,
    pub(crate) api_url: String,
    /// The database of a desk on MongoDB; `None` for a desk on SQLite.
    pub(crate) database: Option<Database>,
    /// The address at which the desk finds MongoDB: the server, or a proxy of the test.
    pub(crate) uri: SecretString,
    /// The Redis server for presence. Without it, presence is in memory, or the test names a server.
    pub(crate) redis: Option<RedisServer>,
    _server: DropGuard,
}

impl Environment {
    /// Creates an environment whose desk has never started. Every actor has already sent /start.
    pub(crate) async fn new() -> Self {
        Self::with(Actors::small(), None).await
    }

    /// Creates an environment on servers: MongoDB for storage, and Redis for presence.
    pub(crate) async fn on_servers() -> Self {
        Self { redis: Some(RedisServer::start()), ..Self::with_actors(Actors::small()).await }
    }

    /// Creates an environment with these actors on the shared MongoDB server.
    pub(crate) async fn with_actors(actors: Actors) -> Self {
        Self::with_actors_at(actors, mongod::uri()).await
    }

    /// Creates an environment with these actors on the MongoDB server at `uri`.
    pub(crate) async fn with_actors_at(actors: Actors, uri: SecretString) -> Self {
        let client = Client::with_uri_str(uri.expose_secret()).await.unwrap();
        Self::with(actors, Some((client.database(&mongod::database()), uri))).await
    }

    /// Creates an environment with these actors on SQLite.
    pub(crate) async fn embedded(actors: Actors) -> Self {
        Self::with(actors, None).await
    }

    async fn with(actors: Actors, server: Option<(Database, SecretString)>) -> Self {
        let (database, uri) = server.map_or((None, SecretString::default()), |(db, uri)| (Some(db), uri));
        let sandbox = Sandbox::new(SandboxOptions {
            token: TOKEN.into(),
            bot_id: 123_456,
            bot_username: "antri_test_bot".into(),
            bot_name: "Antri".into(),
            now: Arc::new(now),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api_url = format!("http://{}", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        tokio::spawn({
            let (sandbox, stop) = (sandbox.clone(), stop.clone());
            async move { sandbox.serve(listener, stop.cancelled_owned()).await }
        });
        let dir = tempfile::tempdir().unwrap();
        let environment =
            Self { actors, sandbox, dir, api_url, database, uri, redis: None, _server: stop.drop_guard() };
        environment.seed().await;
        environment
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    async fn seed(&self) {
        let agents = self.actors.agents.iter().map(|agent| (agent.id, agent.name.as_str()));
        let customers = self.actors.customers.iter().map(|customer| (customer.id, customer.name.as_str()));
        for (id, name) in agents.chain(customers).chain([(ADMIN, "Dewi")]) {
            self.sandbox.add_user(NewUser {
                id: Some(id),
                first_name: name.into(),
                language_code: Some("id".into()),
                ..NewUser::default()
            });
            self.sandbox.send_text(id, "/start");
        }
        // The seed is written to a folder of its own. A child process that another test starts at this moment
        // can inherit the file lock for an instant; the desk would find its store in use.
        let seed_dir = self.dir.path().join("seed");
        let mut config = StorageConfig { data_dir: seed_dir.clone(), ..StorageConfig::default() };
        config.mongodb = self.database.as_ref().map(|database| {
            let database = database.name().to_owned();
            MongoConfig { uri: self.uri.clone(), database }
        });
        let storage = Storage::open(&config).await.unwrap();
        let config = EngineConfig {
            zone: chrono_tz::Asia::Jakarta,
            default_locale: Locale::Id,
            admin_ids: vec![TelegramId(ADMIN)],
            presence_ttl: Duration::from_secs(300),
            return_delay: RETURN_DELAY,
        };
        let engine = Engine::new(storage.store(), Arc::new(Memory::default()), config, Random::seeded(7));
        let defaults = Settings::default();
        let settings = Settings {
            version: defaults.version.next(),
            offline_behaviour: OfflineBehaviour::ReassignWaiting,
            default_capacity: Capacity::new(self.actors.capacity).unwrap(),
            no_answer_time: self.actors.no_answer_time,
            ..defaults.clone()
        };
        let write = Write::Settings { settings, expected: defaults.version };
        storage.store().commit(vec![Change::quiet(write)]).await.remove(0).unwrap();
        engine.start().await.unwrap();
        let admin = meet(&engine, ADMIN, "Dewi").await;
        let mut departments = Vec::new();
        for (n, name) in (1..).zip(DEPARTMENTS) {
            let id = DepartmentId(uuid::Uuid::from_u128(n));
            departments.push(
                engine
                    .add_department(&admin, id, name, "Gangguan", antri::clock::Clock::system().now())
                    .await
                    .unwrap()
                    .id,
            );
        }
        for agent in &self.actors.agents {
            let person = meet(&engine, agent.id, &agent.name).await;
            let serves: Vec<_> = agent.serves.iter().map(|n| departments[*n]).collect();
            engine.add_agent(Actor::Person(admin.id), person.id, &serves, now()).await.unwrap();
        }
        storage.close().await;
        std::fs::create_dir(self.data()).unwrap();
        if self.database.is_none() {
            std::fs::copy(seed_dir.join(DATABASE_FILE), self.data().join(DATABASE_FILE)).unwrap();
        }
    }

    /// Returns the number of pending updates plus pending deliveries.
    async fn pending_work(&self) -> u64 {
        if let Some(db) = &self.database {
            let inbox = db.collection::<Document>("inbox");
            // A chat has a document as long as a delivery is pending for it.
            let outbox = db.collection::<Document>("outbox_chats");
            let updates = inbox.count_documents(doc! { "state": "new" }).await.unwrap();
            let staged = db.collection::<Document>("outbox_staged");
            // The staged entries are counted first: afterwards they are in a chat document.
            let staged = staged.count_documents(doc! {}).await.unwrap();
            return updates + staged + outbox.count_documents(doc! {}).await.unwrap();
        }
        let file = self.data().join(DATABASE_FILE);
        let conn = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let query = "SELECT (SELECT count(*) FROM inbox WHERE state = 'new') + (SELECT count(*) FROM outbox)";
        // A file that cannot be read at this moment is being written.
        conn.query_row(query, [], |row| row.get(0)).unwrap_or(1)
    }

    /// Waits until no delivery is left whose outcome an earlier kill made unknown. Another kill would make it
    /// unknown twice, and the desk gives up such a delivery.
    pub(crate) async fn wait_for_repeats(&self) {
        let waiting = async {
            while self.pending_repeats().await != 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let done = tokio::time::timeout(WAIT_TIMEOUT, waiting).await;
        assert!(done.is_ok(), "the desk does not repeat what was interrupted");
    }

    /// Returns the number of pending deliveries with an unknown outcome.
    pub(crate) async fn pending_repeats(&self) -> u64 {
        if let Some(db) = &self.database {
            let unknown = |field: &str| doc! { field: { "$gt": 0_i64 } };
            let chats = doc! { "$or": [unknown("in_flight.unknown"), unknown("pending.unknown")] };
            let in_chats = db.collection::<Document>("outbox_chats").count_documents(chats).await.unwrap();
            let overflow = db.collection::<Document>("outbox").count_documents(unknown("unknown")).await;
            return in_chats + overflow.unwrap();
        }
        let file = self.data().join(DATABASE_FILE);
        let conn = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let query = "SELECT count(*) FROM outbox WHERE unknown_outcomes > 0";
        // A file that cannot be read at this moment is being written.
        conn.query_row(query, [], |row| row.get(0)).unwrap_or(1)
    }

    /// Waits until the running desk has no pending update and no pending delivery, and stays so for longer
    /// than the card refresher waits. A refresh that it enqueues while the desk stops would be left in the
    /// outbox.
    pub(crate) async fn settle(&self) {
        let mut changes = self.sandbox.changes();
        let waiting = async {
            loop {
                while !self.sandbox.is_idle() || self.pending_work().await != 0 {
                    // Some work of the desk does not show in a chat, so the counts are polled.
                    let _ = tokio::time::timeout(Duration::from_millis(5), changes.changed()).await;
                }
                let is_quiet = tokio::time::timeout(QUIET_TIME, changes.changed()).await.is_err();
                if is_quiet && self.pending_work().await == 0 {
                    return;
                }
            }
        };
        let settled = tokio::time::timeout(WAIT_TIMEOUT, waiting).await;
        assert!(settled.is_ok(), "the desk does not become idle");
    }
}

async fn meet(engine: &Engine, id: i64, name: &str) -> Person {
    let profile =
        Profile { telegram: TelegramId(id), name: name.into(), username: None, locale: Some(Locale::Id) };
    engine.register_person(&profile, now()).await.unwrap()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the desk under test is another process, on the machine's clock"
)]
fn now() -> Time {
    chrono::Utc::now()
}
