//! Redis outages under load. No agent is lost or taken offline, and no customer notices.
use super::{Asker, FREEZE_TIME, Load, check_answered_soon, load_actors, stop_and_check, wait_for_changes};
use crate::crash::DeskProcess;
use crate::crash::Environment;
use crate::support::ADMIN;
use crate::support::redis::RedisServer;
use antri::app::Storage;
use antri::config::servers::MongoConfig;
use antri::config::storage::StorageConfig;
use antri::domain::Time;
use antri::domain::event::Actor;
use antri::domain::ids::{PersonId, TelegramId};
use antri::domain::person::{Availability, Locale, Person, Via};
use antri::domain::presence::PresenceRecord;
use antri::domain::ticket::RETURN_DELAY;
use antri::engine::people::Profile;
use antri::engine::ports::{Change, Presence, Store, Write};
use antri::engine::random::Random;
use antri::engine::{Engine, EngineConfig};
use antri::presence::{Memory, RedisPresence};
use antri::sandbox::NewUser;
use std::sync::Arc;
use std::time::Duration;

/// The interval at which the desk checks the presence of every agent.
const PRESENCE_INTERVAL: Duration = antri::app::SWEEP_INTERVAL;
/// The Telegram id of the agent who is online through a client.
const CLIENT_TELEGRAM_ID: i64 = 299;
/// The TTL of a presence record.
const PRESENCE_TTL: Duration = Duration::from_secs(300);

/// An environment whose desk keeps presence in Redis, with one more agent, whose client sends heartbeats.
struct RedisEnvironment {
    environment: Environment,
    redis: RedisServer,
    client: Client,
}

/// The agent who is online through a client. They get no automatic assignments: the load does the work.
struct Client {
    person: Person,
    redis: String,
}

impl Client {
    async fn new_agent(environment: &Environment, redis: &RedisServer) -> Self {
        let (id, first_name) = (Some(CLIENT_TELEGRAM_ID), "Gita".into());
        environment.sandbox.add_user(NewUser { id, first_name, ..NewUser::default() });
        environment.sandbox.send_text(CLIENT_TELEGRAM_ID, "/start");
        let config = StorageConfig {
            mongodb: environment.database.as_ref().map(|database| MongoConfig {
                uri: environment.uri.clone(),
                database: database.name().to_owned(),
            }),
            ..StorageConfig::default()
        };
        let storage = Storage::open(&config).await.unwrap();
        let config = EngineConfig {
            zone: chrono_tz::Asia::Jakarta,
            default_locale: Locale::Id,
            admin_ids: vec![TelegramId(ADMIN)],
            presence_ttl: PRESENCE_TTL,
            return_delay: RETURN_DELAY,
        };
        let engine = Engine::new(storage.store(), Arc::new(Memory::default()), config, Random::seeded(8));
        engine.start().await.unwrap();
        let person = add_client_agent(&engine, &*storage.store()).await;
        storage.close().await;
        let client = Self { person, redis: redis.url() };
        client.heartbeat().await;
        client
    }

    /// Sends a heartbeat of the agent.
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
        self.presence().heartbeat(record, PRESENCE_TTL, now()).await.unwrap();
    }

    /// Opens a new connection: an older one may not have noticed yet that its server died.
    fn presence(&self) -> RedisPresence {
        RedisPresence::open(&self.redis).unwrap()
    }

    async fn is_present(&self) -> bool {
        self.presence().get(self.person.id, now()).await.unwrap().is_some()
    }
}

/// Makes a person an agent who is online through a client, and returns them.
async fn add_client_agent(engine: &Engine, store: &dyn Store) -> Person {
    let profile = Profile {
        telegram: TelegramId(CLIENT_TELEGRAM_ID),
        name: "Gita".into(),
        username: None,
        locale: Some(Locale::Id),
    };
    let id = engine.register_person(&profile, now()).await.unwrap().id;
    engine.add_agent(Actor::Engine, id, &[], now()).await.unwrap();
    let mut person = store.person(id).await.unwrap().unwrap();
    let expected = Some(person.version);
    person.version = person.version.next();
    let profile = person.agent.as_mut().unwrap();
    (profile.via, profile.availability) = (Via::Client, Availability::Online);
    profile.auto_assignment_enabled = false;
    let write = Write::Person { person: Box::new(person.clone()), expected };
    store.commit(vec![Change::quiet(write)]).await.remove(0).unwrap();
    store.record_activity(id, now()).await.unwrap();
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
        let environment = Environment::with_actors(load_actors()).await;
        let redis = RedisServer::start();
        let client = Client::new_agent(&environment, &redis).await;
        Self { environment, redis, client }
    }

    fn start_desk(&self) -> DeskProcess {
        DeskProcess::with(&self.environment, None, &[("REDIS_URL", &self.redis.url())])
    }

    /// Waits until the desk has begun and finished a check of every agent from now on.
    async fn wait_for_presence_check(&self) {
        let before = self.presence_reads();
        let checked = async {
            while self.presence_reads() < before + 2 {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(4 * PRESENCE_INTERVAL, checked).await.expect("the desk checks its agents");
    }

    /// Returns how often the desk has read the set of present agents.
    fn presence_reads(&self) -> u64 {
        let stats: String = redis::cmd("INFO").arg("commandstats").query(&mut self.redis.connect()).unwrap();
        let line = stats.lines().find_map(|line| line.strip_prefix("cmdstat_smembers:calls="));
        line.map_or(0, |rest| rest.split(',').next().unwrap().parse().unwrap())
    }

    /// Checks that the record of an agent who is online through Telegram is back.
    async fn check_refreshed(&self, agent: PersonId, label: &str) {
        let presence = RedisPresence::open(&self.redis.url()).unwrap();
        let record = presence.get(agent, now()).await.unwrap();
        assert!(record.is_some(), "{label}: the records did not come back");
    }

    async fn first_agent(&self) -> PersonId {
        let id = self.environment.actors.agents[0].id;
        let users =
            self.environment.database.as_ref().unwrap().collection::<mongodb::bson::Document>("users");
        let user = users.find_one(mongodb::bson::doc! { "telegram_id": id }).await.unwrap().unwrap();
        PersonId(user.get_str("_id").unwrap().parse().unwrap())
    }

    /// Checks that no agent was marked as lost, and that the client's next heartbeat is accepted.
    async fn check_client(&self, process: &DeskProcess, label: &str) {
        assert!(!process.log().contains("presence lost"), "{label}: an agent was marked as lost");
        self.client.heartbeat().await;
        assert!(self.client.is_present().await, "{label}: the client is not present");
    }
}

/// Runs a fault of Redis under load, and checks the environment afterwards.
async fn run_with_fault(label: &str, fault: impl AsyncFnOnce(&mut RedisServer, Asker)) {
    let mut env = RedisEnvironment::new().await;
    let first_agent = env.first_agent().await;
    let process = env.start_desk();
    let asker = Asker::new(&env.environment, 801).await;
    let outcome = {
        let RedisEnvironment { environment, redis, .. } = &mut env;
        // The load may end before the fault: it does not depend on Redis.
        let fault = async {
            wait_for_changes(environment, 100).await;
            fault(redis, asker).await;
        };
        tokio::join!(Load::for_environment(environment).run(), fault).0
    };
    env.wait_for_presence_check().await;
    env.check_refreshed(first_agent, label).await;
    env.check_client(&process, label).await;
    stop_and_check(&env.environment, &outcome, process, 0, label).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_crash_loses_no_agent() {
    let label = "Redis killed";
    run_with_fault(label, async |redis, mut asker| {
        redis.kill();
        asker.ask();
        check_answered_soon(&asker, label).await;
        redis.restart();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_emptied_redis_loses_no_agent() {
    let label = "Redis emptied";
    run_with_fault(label, async |redis, mut asker| {
        redis::cmd("FLUSHALL").query::<()>(&mut redis.connect()).unwrap();
        asker.ask();
        check_answered_soon(&asker, label).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_redis_loses_no_agent() {
    let label = "Redis frozen";
    run_with_fault(label, async |redis, mut asker| {
        redis.freeze();
        let thaw = tokio::time::sleep(FREEZE_TIME);
        asker.ask();
        check_answered_soon(&asker, label).await;
        thaw.await;
        redis.thaw();
    })
    .await;
}
