//! A whole desk under test: the sandbox as Telegram, the real bot over HTTP, back ends of its own, and a
//! manual clock.
pub(crate) mod backends;
mod chats;
mod fault_store;
mod http;
mod manual_clock;
pub(crate) mod mongod;
mod network;
pub(crate) mod own_mongod;
pub(crate) mod port;
pub(crate) mod receiver;
pub(crate) mod redis;
mod setup;
mod unreachable_presence;
mod wait;

pub(crate) use fault_store::{FaultInjector, FaultStore, StoreFault};
pub(crate) use http::Reply;
pub(crate) use manual_clock::ManualClock;
pub(crate) use setup::Options;
pub(crate) use unreachable_presence::UnreachablePresence;

use backends::Backends;

use antri::app::{App, ReplicaSetup, Setup, Storage, TOPIC_DETECTION_INTERVAL};
use antri::bot::callback::ButtonAction;
use antri::config::http::HttpConfig;
use antri::config::log::log_filter;
use antri::domain::Time;
use antri::domain::ids::{ReplicaId, TelegramId};
use antri::domain::person::Locale;
use antri::domain::policy::Settings;
use antri::domain::ticket::RETURN_DELAY;
use antri::engine::EngineConfig;
use antri::engine::ports::{Change, Presence, Retention, Write};
use antri::engine::random::Random;
use antri::sandbox::{Sandbox, SandboxOptions};
use chrono::TimeDelta;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// The time that a test waits for a condition before it fails and prints the chats.
pub(crate) const WAIT_TIMEOUT: Duration = Duration::from_secs(20);
/// The token of every sandbox bot.
pub(crate) const TOKEN: &str = "123456:AAtestAAtestAAtestAAtestAAtestAAtes";
/// The secret of every test desk's tokens.
pub(crate) const JWT_SECRET: &str = "a secret of at least thirty-two bytes";
/// The admin of every test desk, by `ADMIN_IDS`.
pub(crate) const ADMIN: i64 = 900;

/// `METRICS_TOKEN` of desks under test.
pub(crate) const METRICS_TOKEN: &str = "metrics-metrics-metrics-metrics-0";

/// Returns the side API's settings in tests: no limits but those that a test sets.
pub(crate) fn http() -> HttpConfig {
    HttpConfig {
        jwt_secret: Some(JWT_SECRET.into()),
        metrics_token: Some(METRICS_TOKEN.into()),
        rate_per_token: 1_000_000,
        rate_per_address: 1_000_000,
        ..HttpConfig::default()
    }
}

/// A desk under test.
pub(crate) struct Desk {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: ManualClock,
    pub(crate) backends: Backends,
    pub(crate) api_url: String,
    /// The faults of the store.
    pub(crate) faults: FaultInjector,
    /// The URL to which Telegram posts, in webhook mode.
    pub(crate) webhook_target: Mutex<Option<url::Url>>,
    options: Mutex<Options>,
    running: Mutex<Option<Running>>,
    replicas: AtomicU64,
    server: Mutex<CancellationToken>,
}

/// One process of a desk.
pub(crate) struct Running {
    pub(crate) app: Arc<App>,
    stop: CancellationToken,
    task: JoinHandle<anyhow::Result<()>>,
    storage: Arc<Storage>,
    presence: Arc<dyn Presence>,
}

impl Running {
    /// Stops the process gracefully; its store stays open.
    pub(crate) async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }
}

impl Desk {
    /// Starts a desk with one department and one admin.
    pub(crate) async fn new() -> Self {
        Self::with(Options::default()).await
    }

    /// Starts a desk with these options.
    pub(crate) async fn with(options: Options) -> Self {
        // `RUST_LOG=debug` shows the log of the desk; by default there is none.
        let filter = log_filter(&std::env::var("RUST_LOG").unwrap_or_default()).unwrap();
        let log = tracing_subscriber::fmt::layer().with_test_writer().with_filter(filter);
        let _ = tracing_subscriber::registry().with(log).try_init();
        let clock = ManualClock::new();
        let sandbox_clock = clock.clone();
        let sandbox = Sandbox::new(SandboxOptions {
            token: TOKEN.into(),
            bot_id: 123_456,
            bot_username: "antri_test_bot".into(),
            bot_name: "Antri".into(),
            now: Arc::new(move || sandbox_clock.now()),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api_url = format!("http://{}", listener.local_addr().unwrap());
        let desk = Self {
            sandbox,
            clock,
            backends: options.backends.map_or_else(Backends::from_env, |make| make()),
            api_url,
            faults: FaultInjector::default(),
            webhook_target: Mutex::default(),
            options: Mutex::new(options),
            running: Mutex::new(None),
            replicas: AtomicU64::new(1),
            server: Mutex::default(),
        };
        desk.serve(listener);
        desk.start().await;
        let has_admin = desk.options.lock().unwrap().admin_ids.contains(&ADMIN);
        if has_admin {
            desk.person(ADMIN, "Dewi", "id").await;
        }
        desk
    }

    /// Opens the store. A child process that another test starts at this moment can hold the lock an instant
    /// longer.
    async fn open(&self, options: antri::store::sqlite::Options) -> Storage {
        let mut store = None;
        self.until("the store to be free", async || {
            store = self.backends.store(options).await.ok();
            store.is_some()
        })
        .await;
        store.unwrap()
    }

    /// Sets the size of the disk, from the next start on.
    pub(crate) fn resize(&self, max_pages: Option<u32>) {
        self.options.lock().unwrap().max_pages = max_pages;
    }

    /// Sets `ADMIN_IDS`, from the next start on.
    pub(crate) fn set_admin_ids(&self, admin_ids: Vec<i64>) {
        self.options.lock().unwrap().admin_ids = admin_ids;
    }

    /// Sets `WEB_URL`, from the next start on.
    pub(crate) fn set_web_url(&self, url: Option<&str>) {
        self.options.lock().unwrap().http.web_url = url.map(str::to_owned);
    }

    /// Starts the app (again) on the same back ends.
    pub(crate) async fn start(&self) {
        let max_pages = self.options.lock().unwrap().max_pages;
        let storage = Arc::new(self.open(antri::store::sqlite::Options { max_pages }).await);
        let running = self.run(storage, self.backends.presence()).await;
        *self.running.lock().unwrap() = Some(running);
    }

    /// Starts another replica on the store of the one that runs.
    pub(crate) async fn start_replica(&self) -> Running {
        let (storage, presence) = {
            let running = self.running.lock().unwrap();
            let running = running.as_ref().unwrap();
            (Arc::clone(&running.storage), Arc::clone(&running.presence))
        };
        self.run(storage, presence).await
    }

    /// Makes this the replica that the desk's helpers use. Returns the one before.
    pub(crate) fn fail_over_to(&self, other: Running) -> Running {
        self.running.lock().unwrap().replace(other).unwrap()
    }

    /// Returns an id for one more replica.
    fn replica_id(&self) -> ReplicaId {
        ReplicaId(uuid::Uuid::from_u128(u128::from(self.replicas.fetch_add(1, Ordering::SeqCst))))
    }

    async fn run(&self, storage: Arc<Storage>, presence: Arc<dyn Presence>) -> Running {
        let (settings, call_timeout, limits, webhook, admin_ids, signals) = {
            let options = self.options.lock().unwrap();
            let Options { settings, call_timeout, limits, webhook, admin_ids, signals, .. } = &*options;
            (settings.clone(), *call_timeout, *limits, *webhook, admin_ids.clone(), signals.clone())
        };
        let (quota, sweep_every, http, presence_ttl, custom_presence) = {
            let options = self.options.lock().unwrap();
            let custom_presence = options.presence.clone();
            (options.quota, options.sweep_every, options.http.clone(), options.presence_ttl, custom_presence)
        };
        let (max_refresh_interval, answer_limits) = {
            let options = self.options.lock().unwrap();
            (options.max_refresh_interval, options.answer_limits)
        };
        let presence_is_volatile = custom_presence.is_none() && self.backends.presence_is_volatile();
        let presence = custom_presence.unwrap_or(presence);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let webhook = webhook.map(|secret| self.webhook_config(secret, &listener));
        let setup = Setup {
            store: Arc::new(FaultStore { store: storage.store(), faults: self.faults.clone() }),
            presence: presence.clone(),
            replicas: signals.map(|signals| ReplicaSetup { id: self.replica_id(), signals }),
            presence_is_volatile,
            telegram: self.telegram_within(call_timeout),
            webhook,
            http,
            listener,
            engine: EngineConfig {
                zone: chrono_tz::Asia::Jakarta,
                default_locale: Locale::Id,
                admin_ids: admin_ids.into_iter().map(TelegramId).collect(),
                presence_ttl,
                return_delay: RETURN_DELAY,
            },
            initial_settings: settings,
            clock: self.clock.clock(),
            random: Random::seeded(7),
            rate_limits: limits,
            quota,
            retention: Retention::default(),
            sweep_interval: sweep_every,
            topic_detection_interval: TOPIC_DETECTION_INTERVAL,
            max_refresh_interval,
            answer_limits,
        };
        let app = Arc::new(App::start(setup).await.unwrap());
        let stop = CancellationToken::new();
        let task = tokio::spawn({
            let (app, stop) = (Arc::clone(&app), stop.clone());
            async move { app.run(stop).await }
        });
        Running { app, stop, task, storage, presence }
    }

    /// Stops the app gracefully.
    pub(crate) async fn stop(&self) {
        let Some(running) = self.running.lock().unwrap().take() else { return };
        running.stop.cancel();
        running.task.await.unwrap().unwrap();
        drop(running.app);
        running.storage.close().await;
    }

    pub(crate) fn app(&self) -> Arc<App> {
        Arc::clone(&self.running.lock().unwrap().as_ref().unwrap().app)
    }

    /// Returns the presence of the running app.
    pub(crate) fn presence(&self) -> Arc<dyn Presence> {
        Arc::clone(&self.running.lock().unwrap().as_ref().unwrap().presence)
    }

    pub(crate) fn now(&self) -> Time {
        self.clock.now()
    }

    /// Changes the settings past the engine, as another process would.
    pub(crate) async fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        let app = self.app();
        let store = app.engine.store();
        let before = store.settings().await.unwrap();
        let mut settings = before.clone();
        change(&mut settings);
        settings.version = before.version.next();
        let write = Write::Settings { settings, expected: before.version };
        store.commit(vec![Change::quiet(write)]).await.remove(0).unwrap();
    }

    /// Advances the clock and runs a sweep; returns once the desk is idle.
    pub(crate) async fn pass(&self, time: TimeDelta) -> antri::engine::sweep::SweepReport {
        self.clock.advance(time);
        let swept = self.app().engine.sweep(self.now()).await.unwrap();
        self.settle().await;
        swept
    }

    /// Waits until the desk is idle.
    pub(crate) async fn settle(&self) {
        let app = self.app();
        let mut changes = self.sandbox.changes();
        let idle = async {
            while !(self.sandbox.is_idle() && app.is_idle().await) {
                // Some work does not show in a chat, so the condition is also polled.
                let _ = tokio::time::timeout(Duration::from_millis(2), changes.changed()).await;
            }
        };
        let settled = tokio::time::timeout(WAIT_TIMEOUT, idle).await;
        assert!(settled.is_ok(), "the desk does not become idle:\n{}", self.transcripts());
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let mut sweep_finds = 0;
        if let Some(running) = self.running.lock().unwrap().take() {
            sweep_finds = running.app.engine.faults.sweep_finds.load(Ordering::SeqCst);
            running.stop.cancel();
        }
        self.cut_off();
        if !std::thread::panicking() {
            assert_eq!(self.sandbox.violations(), Vec::<String>::new(), "unknown Bot API requests");
            assert_eq!(sweep_finds, 0, "tickets that only the sweep assigned");
        }
    }
}

/// Returns the data of a button, for presses without a button.
pub(crate) fn data(action: ButtonAction) -> String {
    action.encode()
}
