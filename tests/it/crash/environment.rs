//! The stage of a crash test: Telegram in the parent, which outlives every death of the desk, and a store with the
//! departments and agents.
use super::actors::{Actors, DEPARTMENTS};
use crate::support::redis::RedisServer;
use crate::support::{ADMIN, TOKEN, WAIT_TIMEOUT, mongod};
use antri::app::Storage;
use antri::config::storage::{MongoConfig, StorageConfig};
use antri::domain::Time;
use antri::domain::event::Actor;
use antri::domain::ids::{DepartmentId, TelegramId};
use antri::domain::person::{Locale, Person};
use antri::domain::policy::{Capacity, OfflineBehaviour, Settings};
use antri::engine::people::Profile;
use antri::engine::ports::{Change, Write};
use antri::engine::random::Random;
use antri::engine::{Engine, Rules};
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

pub(crate) struct Environment {
    pub(crate) cast: Actors,
    pub(crate) sandbox: Sandbox,
    pub(crate) dir: TempDir,
    pub(crate) api_url: String,
    /// The database of a desk that keeps everything on a server; else it is in the file.
    pub(crate) database: Option<Database>,
    /// Where the desk finds that server: at its own address, unless a test puts something in between.
    pub(crate) uri: SecretString,
    /// The server of its presence; else that is in memory, or a test says where it is.
    pub(crate) redis: Option<RedisServer>,
    _server: DropGuard,
}

impl Environment {
    /// A environment before its desk is opened for the first time. Everybody has pressed Start already.
    pub(crate) async fn new() -> Self {
        Self::with(Actors::small(), None).await
    }

    /// The same with a desk on servers: MongoDB, and Redis for presence.
    pub(crate) async fn on_servers() -> Self {
        Self { redis: Some(RedisServer::start()), ..Self::of(Actors::small()).await }
    }

    /// These people, and a desk on a MongoDB server.
    pub(crate) async fn of(cast: Actors) -> Self {
        Self::at(cast, mongod::uri()).await
    }

    /// The same on this server, which may be the test's own.
    pub(crate) async fn at(cast: Actors, uri: SecretString) -> Self {
        let client = Client::with_uri_str(uri.expose_secret()).await.unwrap();
        Self::with(cast, Some((client.database(&mongod::database()), uri))).await
    }

    async fn with(cast: Actors, server: Option<(Database, SecretString)>) -> Self {
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
        let over = CancellationToken::new();
        tokio::spawn({
            let (sandbox, over) = (sandbox.clone(), over.clone());
            async move { sandbox.serve(listener, over.cancelled_owned()).await }
        });
        let dir = tempfile::tempdir().unwrap();
        let environment =
            Self { cast, sandbox, dir, api_url, database, uri, redis: None, _server: over.drop_guard() };
        environment.settle_down().await;
        environment
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    async fn settle_down(&self) {
        let agents = self.cast.agents.iter().map(|agent| (agent.id, agent.name.as_str()));
        let customers = self.cast.customers.iter().map(|customer| (customer.id, customer.name.as_str()));
        for (id, name) in agents.chain(customers).chain([(ADMIN, "Dewi")]) {
            self.sandbox.add_user(NewUser {
                id: Some(id),
                first_name: name.into(),
                language_code: Some("id".into()),
                ..NewUser::default()
            });
            self.sandbox.send_text(id, "/start");
        }
        // In a folder of its own: a child that another test starts at this moment can hold a lock of this process for an
        // instant longer, and the desk would find its store in use.
        let seed = self.dir.path().join("seed");
        let mut config = StorageConfig { data_dir: seed.clone(), ..StorageConfig::default() };
        config.mongodb = self.database.as_ref().map(|database| {
            let database = database.name().to_owned();
            MongoConfig { uri: self.uri.clone(), database }
        });
        let storage = Storage::open(&config).await.unwrap();
        let rules = Rules {
            zone: chrono_tz::Asia::Jakarta,
            default_locale: Locale::Id,
            admin_ids: vec![TelegramId(ADMIN)],
            presence_ttl: Duration::from_secs(300),
        };
        let engine = Engine::new(storage.store(), Arc::new(Memory::default()), rules, Random::seeded(7));
        let first = Settings::default();
        let settings = Settings {
            version: first.version.next(),
            offline_behaviour: OfflineBehaviour::ReassignWaiting,
            ..first.clone()
        };
        let write = Write::Settings { settings, expected: first.version };
        storage.store().commit(vec![Change::quiet(write)]).await.remove(0).unwrap();
        engine.start().await.unwrap();
        let admin = meet(&engine, ADMIN, "Dewi").await;
        let mut departments = Vec::new();
        for (n, name) in (1..).zip(DEPARTMENTS) {
            let id = DepartmentId(uuid::Uuid::from_u128(n));
            departments.push(engine.add_department(&admin, id, name, "Gangguan").await.unwrap().id);
        }
        for agent in &self.cast.agents {
            let person = meet(&engine, agent.id, &agent.name).await;
            let serves: Vec<_> = agent.serves.iter().map(|n| departments[*n]).collect();
            engine.add_agent(Actor::Person(admin.id), person.id, &serves, now()).await.unwrap();
            let capacity = Capacity::new(self.cast.capacity).unwrap();
            engine.set_capacity(&admin, person.id, capacity, now()).await.unwrap();
        }
        storage.close().await;
        std::fs::create_dir(self.data()).unwrap();
        if self.database.is_none() {
            std::fs::copy(seed.join(DATABASE_FILE), self.data().join(DATABASE_FILE)).unwrap();
        }
    }

    /// How many updates are not handled and deliveries not done.
    async fn open(&self) -> u64 {
        if let Some(db) = &self.database {
            let inbox = db.collection::<Document>("inbox");
            // A chat has a document as long as anything waits for it.
            let outbox = db.collection::<Document>("outbox_chats");
            let unhandled = inbox.count_documents(doc! { "state": "new" }).await.unwrap();
            let added = db.collection::<Document>("outbox_added");
            // First what was added: it is in its chat afterwards.
            let added = added.count_documents(doc! {}).await.unwrap();
            return unhandled + added + outbox.count_documents(doc! {}).await.unwrap();
        }
        let file = self.data().join(DATABASE_FILE);
        let conn = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let open = "SELECT (SELECT count(*) FROM inbox WHERE state = 'new') + (SELECT count(*) FROM outbox)";
        // A file that can't be read at this moment is being written.
        conn.query_row(open, [], |row| row.get(0)).unwrap_or(1)
    }

    /// Waits until the desk that runs has nothing left to handle and nothing left to deliver.
    pub(crate) async fn quiet(&self) {
        let mut changes = self.sandbox.changes();
        let waiting = async {
            while !self.sandbox.idle_polls() || self.open().await != 0 {
                // Not everything that the desk does shows in a chat: look again soon at the latest.
                let _ = tokio::time::timeout(Duration::from_millis(5), changes.changed()).await;
            }
        };
        let came = tokio::time::timeout(WAIT_TIMEOUT, waiting).await;
        assert!(came.is_ok(), "the desk does not come to rest");
    }
}

async fn meet(engine: &Engine, id: i64, name: &str) -> Person {
    let profile =
        Profile { telegram: TelegramId(id), name: name.into(), username: None, locale: Some(Locale::Id) };
    engine.meet(&profile, now()).await.unwrap()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the desk under test is another process, on the machine's clock"
)]
fn now() -> Time {
    chrono::Utc::now()
}
