//! The same with Redis: whatever becomes of it, nobody is lost or taken offline because of it, nobody even notices.
use super::{Asker, FREEZE, Load, after, crowd, end, returned};
use crate::crash::DeskProcess;
use crate::crash::Environment;
use crate::support::ADMIN;
use crate::support::redis::RedisServer;
use antri::app::Storage;
use antri::config::storage::{MongoConfig, StorageConfig};
use antri::domain::Time;
use antri::domain::event::Actor;
use antri::domain::ids::{PersonId, TelegramId};
use antri::domain::person::{Availability, Locale, Person, Via};
use antri::domain::presence::PresenceRecord;
use antri::engine::people::Profile;
use antri::engine::ports::{Change, Presence, Store, Write};
use antri::engine::random::Random;
use antri::engine::{Engine, Rules};
use antri::presence::{Memory, Redis};
use antri::sandbox::NewUser;
use std::sync::Arc;
use std::time::Duration;

/// How often the desk looks after everybody's presence.
const SWEEP: Duration = antri::app::SWEEP_INTERVAL;
/// The Telegram id of the agent with a client of their own.
const CLIENT: i64 = 299;
/// How long a presence record lives.
const TTL: Duration = Duration::from_secs(300);

/// A environment whose desk keeps presence in Redis, with one agent more, whose client sends heartbeats.
struct RedisEnvironment {
    environment: Environment,
    redis: RedisServer,
    client: Client,
}

/// The agent with a client of their own. They pick up what they work on by hand: the crowd does the rest.
struct Client {
    person: Person,
    redis: String,
}

impl Client {
    async fn hired(environment: &Environment, redis: &RedisServer) -> Self {
        let (id, first_name) = (Some(CLIENT), "Gita".into());
        environment.sandbox.add_user(NewUser { id, first_name, ..NewUser::default() });
        environment.sandbox.send_text(CLIENT, "/start");
        let config = StorageConfig {
            mongodb: environment.database.as_ref().map(|database| MongoConfig {
                uri: environment.uri.clone(),
                database: database.name().to_owned(),
            }),
            ..StorageConfig::default()
        };
        let storage = Storage::open(&config).await.unwrap();
        let rules = Rules {
            zone: chrono_tz::Asia::Jakarta,
            default_locale: Locale::Id,
            admin_ids: vec![TelegramId(ADMIN)],
            presence_ttl: TTL,
        };
        let engine = Engine::new(storage.store(), Arc::new(Memory::default()), rules, Random::seeded(8));
        engine.start().await.unwrap();
        let person = employ(&engine, &*storage.store()).await;
        storage.close().await;
        let client = Self { person, redis: redis.url() };
        client.heartbeat().await;
        client
    }

    /// A heartbeat of theirs.
    async fn heartbeat(&self) {
        let profile = self.person.agent.as_ref().unwrap();
        let record = PresenceRecord {
            agent_id: self.person.id,
            name: self.person.name.clone(),
            email: String::new(),
            department_id: profile.departments.first().copied(),
            department: String::new(),
            department_ids: profile.departments.iter().copied().collect(),
            status: Availability::Online,
            last_heartbeat: now(),
            current_chats: 0,
            max_chats: 5,
        };
        self.presence().heartbeat(record, TTL, now()).await.unwrap();
    }

    /// A new connection: an older one may not have noticed yet that its server died.
    fn presence(&self) -> Redis {
        Redis::open(&self.redis).unwrap()
    }

    async fn is_present(&self) -> bool {
        self.presence().get(self.person.id, now()).await.unwrap().is_some()
    }
}

/// Makes somebody an agent who is online by a client of their own.
async fn employ(engine: &Engine, store: &dyn Store) -> Person {
    let profile = Profile {
        telegram: TelegramId(CLIENT),
        name: "Gita".into(),
        username: None,
        locale: Some(Locale::Id),
    };
    let met = engine.meet(&profile, now()).await.unwrap().id;
    engine.add_agent(Actor::Engine, met, &[], now()).await.unwrap();
    let mut person = store.person(met).await.unwrap().unwrap();
    let expected = Some(person.version);
    person.version = person.version.next();
    let profile = person.agent.as_mut().unwrap();
    (profile.via, profile.availability) = (Via::Client, Availability::Online);
    profile.auto_assignment_enabled = false;
    let write = Write::Person { person: Box::new(person.clone()), expected };
    store.commit(vec![Change::quiet(write)]).await.remove(0).unwrap();
    store.record_activity(met, now()).await.unwrap();
    person
}

#[expect(
    clippy::disallowed_methods,
    reason = "the desk under test is another process, on the machine's clock"
)]
fn now() -> Time {
    chrono::Utc::now()
}

impl RedisEnvironment {
    async fn new() -> Self {
        let environment = Environment::of(crowd()).await;
        let redis = RedisServer::start();
        let client = Client::hired(&environment, &redis).await;
        Self { environment, redis, client }
    }

    fn open(&self) -> DeskProcess {
        DeskProcess::with(&self.environment, None, &[("REDIS_URL", &self.redis.url())])
    }

    /// Waits until the desk has looked after everybody from the beginning to the end since now.
    async fn looked_after(&self) {
        let before = self.looks();
        let looked = async {
            while self.looks() < before + 2 {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(4 * SWEEP, looked).await.expect("the desk looks after its agents");
    }

    /// How often the server was asked who is there.
    fn looks(&self) -> u64 {
        let stats: String = redis::cmd("INFO").arg("commandstats").query(&mut self.redis.connect()).unwrap();
        let line = stats.lines().find_map(|line| line.strip_prefix("cmdstat_smembers:calls="));
        line.map_or(0, |rest| rest.split(',').next().unwrap().parse().unwrap())
    }

    /// Somebody whom the desk answers for is there again.
    async fn refreshed(&self, agent: PersonId, place: &str) {
        let presence = Redis::open(&self.redis.url()).unwrap();
        let record = presence.get(agent, now()).await.unwrap();
        assert!(record.is_some(), "{place}: the records did not come back");
    }

    async fn worker(&self) -> PersonId {
        let id = self.environment.cast.agents[0].id;
        let users =
            self.environment.database.as_ref().unwrap().collection::<mongodb::bson::Document>("users");
        let user = users.find_one(mongodb::bson::doc! { "telegram_id": id }).await.unwrap().unwrap();
        PersonId(user.get_str("_id").unwrap().parse().unwrap())
    }

    /// Nobody was lost, and the client's next heartbeat is as good as ever.
    async fn unharmed(&self, life: &DeskProcess, place: &str) {
        assert!(!life.log().contains("presence lost"), "{place}: somebody was given up for lost");
        self.client.heartbeat().await;
        assert!(self.client.is_present().await, "{place}: the client is not seen");
    }
}

/// A fault of Redis while the crowd lives.
async fn suffer(place: &str, fault: impl AsyncFnOnce(&mut RedisServer, Asker)) {
    let mut there = RedisEnvironment::new().await;
    let worker = there.worker().await;
    let life = there.open();
    let asker = Asker::new(&there.environment, 801).await;
    let told = {
        let RedisEnvironment { environment, redis, .. } = &mut there;
        // The crowd may well be done before the fault is over: that is how little it matters.
        let fault = async {
            after(environment, 100).await;
            fault(redis, asker).await;
        };
        tokio::join!(Load::of(environment).live(), fault).0
    };
    there.looked_after().await;
    there.refreshed(worker, place).await;
    there.unharmed(&life, place).await;
    end(&there.environment, &told, life, 0, place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_dies_and_comes_back_empty() {
    let place = "Redis killed";
    suffer(place, async |redis, mut asker| {
        redis.kill();
        asker.ask();
        returned(&asker, place).await;
        redis.restart();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_is_emptied() {
    let place = "Redis emptied";
    suffer(place, async |redis, mut asker| {
        redis::cmd("FLUSHALL").query::<()>(&mut redis.connect()).unwrap();
        asker.ask();
        returned(&asker, place).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_freezes() {
    let place = "Redis frozen";
    suffer(place, async |redis, mut asker| {
        redis.freeze();
        let thaw = tokio::time::sleep(FREEZE);
        asker.ask();
        returned(&asker, place).await;
        thaw.await;
        redis.thaw();
    })
    .await;
}
