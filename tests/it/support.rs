//! A whole desk for a test: the sandbox as Telegram, the real bot over real HTTP, back ends of its own, a clock that the test
//! winds.
pub(crate) mod backends;
mod chats;
mod fault_store;
mod http;
mod manual_clock;
pub(crate) mod mongod;
pub(crate) mod own_mongod;
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

use antri::app::{App, MAX_REFRESH_INTERVAL, ReplicaSetup, Setup, Storage};
use antri::bot::callback::ButtonAction;
use antri::config::http::HttpConfig;
use antri::config::telegram::WebhookConfig;
use antri::domain::Time;
use antri::domain::ids::{ReplicaId, TelegramId};
use antri::domain::person::Locale;
use antri::domain::policy::Settings;
use antri::engine::Rules;
use antri::engine::ports::{Change, Presence, Write};
use antri::engine::random::Random;
use antri::sandbox::{Sandbox, SandboxOptions};
use antri::telegram::Telegram;
use chrono::TimeDelta;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long a test waits for something to become visible before it fails and shows the chats.
pub(crate) const WAIT_TIMEOUT: Duration = Duration::from_secs(20);
/// The token of every sandbox bot.
pub(crate) const TOKEN: &str = "123456:AAtestAAtestAAtestAAtestAAtestAAtes";
/// Signs every test desk's tokens.
pub(crate) const JWT_SECRET: &str = "a secret of at least thirty-two bytes";
/// The admin of every test desk, by `ADMIN_IDS`.
pub(crate) const ADMIN: i64 = 900;

/// The side API's settings in tests: no limits but those that a test sets.
pub(crate) fn http() -> HttpConfig {
    HttpConfig {
        jwt_secret: Some(JWT_SECRET.into()),
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
    /// What goes wrong in the store.
    pub(crate) faults: FaultInjector,
    /// Where Telegram posts, in webhook mode.
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
    /// Ends it in good order; its store stays open.
    pub(crate) async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }
}

impl Desk {
    /// A running desk with one department and one admin.
    pub(crate) async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        // `RUST_LOG=debug` shows what the desk thought; nothing by default.
        let filter = tracing_subscriber::EnvFilter::from_default_env();
        let _ = tracing_subscriber::fmt().with_env_filter(filter).with_test_writer().try_init();
        let clock = ManualClock::new();
        let wound = clock.clone();
        let sandbox = Sandbox::new(SandboxOptions {
            token: TOKEN.into(),
            bot_id: 123_456,
            bot_username: "antri_test_bot".into(),
            bot_name: "Antri".into(),
            now: Arc::new(move || wound.now()),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api_url = format!("http://{}", listener.local_addr().unwrap());
        let desk = Self {
            sandbox,
            clock,
            backends: Backends::chosen(),
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
        let usual = desk.options.lock().unwrap().admin_ids.contains(&ADMIN);
        if usual {
            desk.person(ADMIN, "Dewi", "id").await;
        }
        desk
    }

    fn serve(&self, listener: TcpListener) {
        let (sandbox, server) = (self.sandbox.clone(), CancellationToken::new());
        *self.server.lock().unwrap() = server.clone();
        tokio::spawn(async move { sandbox.serve(listener, server.cancelled_owned()).await });
    }

    /// Telegram is out of reach: connections are refused.
    pub(crate) fn cut_off(&self) {
        self.server.lock().unwrap().cancel();
    }

    /// Telegram is back, at its old address.
    pub(crate) async fn reconnect(&self) {
        let address = self.api_url.strip_prefix("http://").unwrap();
        self.until("the old address to be free", async || match TcpListener::bind(address).await {
            Ok(listener) => {
                self.serve(listener);
                true
            }
            Err(_) => false,
        })
        .await;
    }

    /// Opens the store. A child that another test starts at this moment can hold the lock for an instant longer.
    async fn open(&self, options: antri::store::sqlite::Options) -> Storage {
        let mut store = None;
        self.until("the store to be free", async || {
            store = self.backends.store(options).await.ok();
            store.is_some()
        })
        .await;
        store.unwrap()
    }

    /// Another size of the disk, from the next start on.
    pub(crate) fn resize(&self, max_pages: Option<u32>) {
        self.options.lock().unwrap().max_pages = max_pages;
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

    /// From now on this is the replica that the desk's helpers look at. Returns the one before.
    pub(crate) fn fail_over_to(&self, other: Running) -> Running {
        self.running.lock().unwrap().replace(other).unwrap()
    }

    /// An id for one more replica.
    fn replica_id(&self) -> ReplicaId {
        ReplicaId(uuid::Uuid::from_u128(u128::from(self.replicas.fetch_add(1, Ordering::SeqCst))))
    }

    async fn run(&self, storage: Arc<Storage>, presence: Arc<dyn Presence>) -> Running {
        let (settings, call_timeout, limits, webhook, admin_ids, signals) = {
            let options = self.options.lock().unwrap();
            let Options { settings, call_timeout, limits, webhook, admin_ids, signals, .. } = &*options;
            (settings.clone(), *call_timeout, *limits, *webhook, admin_ids.clone(), signals.clone())
        };
        let (quota, sweep_every, http, presence_ttl, elsewhere) = {
            let options = self.options.lock().unwrap();
            let elsewhere = options.presence.clone();
            (options.quota, options.sweep_every, options.http.clone(), options.presence_ttl, elsewhere)
        };
        let presence_is_volatile = elsewhere.is_none() && self.backends.presence_is_volatile();
        let presence = elsewhere.unwrap_or(presence);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let webhook = webhook.map(|secret| self.hook_up(secret, &listener));
        let setup = Setup {
            store: Arc::new(FaultStore { store: storage.store(), faults: self.faults.clone() }),
            presence: presence.clone(),
            replicas: signals.map(|signals| ReplicaSetup { id: self.replica_id(), signals }),
            presence_is_volatile,
            telegram: self.telegram_within(call_timeout),
            webhook,
            http,
            listener,
            rules: Rules {
                zone: chrono_tz::Asia::Jakarta,
                default_locale: Locale::Id,
                admin_ids: admin_ids.into_iter().map(TelegramId).collect(),
                presence_ttl,
            },
            first_settings: settings,
            clock: self.clock.clock(),
            chance: Random::seeded(7),
            limits,
            quota,
            sweep_every,
            longest_pause: MAX_REFRESH_INTERVAL,
        };
        let app = Arc::new(App::start(setup).await.unwrap());
        let stop = CancellationToken::new();
        let task = tokio::spawn({
            let (app, stop) = (Arc::clone(&app), stop.clone());
            async move { app.run(stop).await }
        });
        Running { app, stop, task, storage, presence }
    }

    fn hook_up(&self, secret: &str, listener: &TcpListener) -> WebhookConfig {
        let url: url::Url = format!("http://{}/hook", listener.local_addr().unwrap()).parse().unwrap();
        *self.webhook_target.lock().unwrap() = Some(url.clone());
        WebhookConfig { url, secret: secret.into() }
    }

    /// The bot's account, for calls of the test's own.
    pub(crate) fn telegram(&self) -> Telegram {
        self.telegram_within(WAIT_TIMEOUT)
    }

    fn telegram_within(&self, timeout: Duration) -> Telegram {
        Telegram::new(self.api_url.parse().unwrap(), TOKEN.into(), timeout).unwrap()
    }

    /// Stops the app in good order.
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

    /// Who is there.
    pub(crate) fn presence(&self) -> Arc<dyn Presence> {
        Arc::clone(&self.running.lock().unwrap().as_ref().unwrap().presence)
    }

    pub(crate) fn now(&self) -> Time {
        self.clock.now()
    }

    /// Changes the settings as another program would: through the store.
    pub(crate) async fn set(&self, change: impl FnOnce(&mut Settings)) {
        let app = self.app();
        let store = app.engine.store();
        let before = store.settings().await.unwrap();
        let mut settings = before.clone();
        change(&mut settings);
        settings.version = before.version.next();
        let write = Write::Settings { settings, expected: before.version };
        store.commit(vec![Change::quiet(write)]).await.remove(0).unwrap();
    }

    /// Time passes, and the safety net looks.
    pub(crate) async fn pass(&self, time: TimeDelta) -> antri::engine::sweep::Sweep {
        self.clock.advance(time);
        let swept = self.app().engine.sweep(self.now()).await.unwrap();
        self.settle().await;
        swept
    }

    /// Waits until the desk has nothing left to do.
    pub(crate) async fn settle(&self) {
        let app = self.app();
        let mut changes = self.sandbox.changes();
        let idle = async {
            while !(self.sandbox.idle_polls() && app.is_idle().await) {
                // Not everything that makes the desk idle is visible in a chat: look again soon at the latest.
                let _ = tokio::time::timeout(Duration::from_millis(2), changes.changed()).await;
            }
        };
        let rested = tokio::time::timeout(WAIT_TIMEOUT, idle).await;
        assert!(rested.is_ok(), "the desk does not come to rest:\n{}", self.transcripts());
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let mut finds = 0;
        if let Some(running) = self.running.lock().unwrap().take() {
            finds = running.app.engine.faults.sweep_finds.load(Ordering::SeqCst);
            running.stop.cancel();
        }
        self.cut_off();
        if !std::thread::panicking() {
            assert_eq!(
                self.sandbox.violations(),
                Vec::<String>::new(),
                "requests that the Bot API does not know"
            );
            assert_eq!(finds, 0, "tickets that only the sweep found");
        }
    }
}

/// What a button would carry, for presses that no button has.
pub(crate) fn data(press: ButtonAction) -> String {
    press.encode()
}
