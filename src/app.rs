//! The composition root: builds the desk from its adapters, runs its tasks until it is stopped, and drains
//! them. `backends` opens the stores, presence and signals that the configuration names.
mod backends;
mod bot_identity;
mod embedded;
mod freeze_detector;
mod incident_monitor;
mod leadership;
mod message_relay;
mod received_signals;
mod run;
mod startup_server;
mod tasks;
mod timers;

pub use crate::bot::cards::refresher::MAX_REFRESH_INTERVAL;
pub use crate::bot::context::AnswerLimits;
pub use backends::{Storage, presence};
pub use embedded::{Embedded, embedded};

use crate::api::startup::{Startup, startup_router};
use crate::api::{Api, server_limits};
use crate::bot::cards::composer::Composer;
use crate::bot::cards::view_loader::ViewLoader;
use crate::bot::context::BotContext;
use crate::bot::invite_cache::InviteCache;
use crate::bot::mini_app::MiniApp;
use crate::bot::outage_chats::OutageChats;
use crate::bot::render::Localizer;
use crate::clock::Clock;
use crate::config::http::HttpConfig;
use crate::config::telegram::WebhookConfig;
use crate::domain::ids::{ReplicaId, Version};
use crate::domain::policy::Settings;
use crate::domain::quota::{Quota, Quotas};
use crate::engine::ports::{Change, Presence, Retention, Signals, Store, Write};
use crate::engine::random::Random;
use crate::engine::{Engine, EngineConfig};
use crate::http_server::ServerLimits;
use crate::i18n::Texts;
use crate::inbox::Inbox;
use crate::outbox::rate_limit::RateLimits;
use crate::outbox::webhooks::WebhookSender;
use crate::outbox::{Outbox, TopicMode};
use crate::telegram::Telegram;
use anyhow::Context;
use bot_identity::{check_bot, fetch_bot};
use startup_server::StartupServer;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

/// The sweep interval of a real desk.
pub const SWEEP_INTERVAL: Duration = Duration::from_secs(5);
/// The usual interval between questions whether the bot has topics: an admin rarely switches them.
pub const TOPIC_DETECTION_INTERVAL: Duration = Duration::from_secs(600);

/// The adapters and parameters from which an [`App`] is built.
pub struct Setup {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The presence records.
    pub presence: Arc<dyn Presence>,
    /// The identity and signals of this replica, if other replicas share the store.
    pub replicas: Option<ReplicaSetup>,
    /// Whether presence is lost with the process and must be restored at the start.
    pub presence_is_volatile: bool,
    /// The Bot API client.
    pub telegram: Telegram,
    /// The webhook to register; without one, updates are fetched by long polling.
    pub webhook: Option<WebhookConfig>,
    /// The configuration of the side API: tokens, proxies, rate limits.
    pub http: HttpConfig,
    /// The listener of the side API and of the webhook.
    pub listener: TcpListener,
    /// The engine's fixed configuration.
    pub engine: EngineConfig,
    /// The settings that are stored if the store has none.
    pub initial_settings: Settings,
    /// The clock.
    pub clock: Clock,
    /// The source of randomness.
    pub random: Random,
    /// The rate limits of calls to Telegram.
    pub rate_limits: RateLimits,
    /// The quota of updates per chat.
    pub quota: Quota,
    /// How long records are kept.
    pub retention: Retention,
    /// The interval between sweeps.
    pub sweep_interval: Duration,
    /// How often Telegram is asked whether the bot has topics in private chats.
    pub topic_detection_interval: Duration,
    /// The longest delay between two refreshes of live cards (see [`MAX_REFRESH_INTERVAL`]).
    pub max_refresh_interval: Duration,
    /// How long people wait without an answer.
    pub answer_limits: AnswerLimits,
}

/// This process as one of several replicas on the same store.
pub struct ReplicaSetup {
    /// This replica's id.
    pub id: ReplicaId,
    /// The channel to the other replicas.
    pub signals: Arc<dyn Signals>,
}

/// A desk that is ready to run.
pub struct App {
    /// The engine.
    pub engine: Arc<Engine>,
    /// The context of the bot's handlers.
    pub bot: Arc<BotContext>,
    clock: Clock,
    inbox: Inbox,
    outbox: Arc<Outbox>,
    topics: Arc<TopicMode>,
    event_webhooks: Option<Arc<WebhookSender>>,
    replicas: Option<ReplicaSetup>,
    presence_is_volatile: bool,
    /// How many events of the feed the card refresher has processed.
    events_refreshed: Arc<AtomicU64>,
    /// How many events of the feed the message relay has processed.
    events_relayed: Arc<AtomicU64>,
    /// How many events of the feed the incident monitor has processed.
    events_monitored: Arc<AtomicU64>,
    api: Arc<Api>,
    /// The address of the side API.
    pub addr: SocketAddr,
    webhook: Option<WebhookConfig>,
    listener: Mutex<Option<TcpListener>>,
    retention: Retention,
    server_limits: ServerLimits,
    sweep_interval: Duration,
    topic_detection_interval: Duration,
    max_refresh_interval: Duration,
}

impl App {
    /// Builds the desk: asks Telegram for the bot's username, initializes a new store, loads the agents, and
    /// recovers unfinished work unless there are replicas. Waits while Telegram can't be reached; health checks
    /// are answered meanwhile.
    pub async fn start(setup: Setup) -> anyhow::Result<Self> {
        let engine = Engine::new(Arc::clone(&setup.store), setup.presence, setup.engine, setup.random);
        let engine = Arc::new(match &setup.replicas {
            Some(replicas) => engine.with_replicas(replicas.id),
            None => engine,
        });
        let loading = load(&engine);
        let texts = Arc::new(Texts::load().context("failed to load the locale files")?);
        let clock = setup.clock;
        let addr = setup.listener.local_addr().context("failed to read the address of the listener")?;
        let server_limits = server_limits(&setup.http);
        let startup = Startup::new(setup.store, Arc::clone(engine.presence()), clock.clone());
        let routes = startup_router(&startup);
        let (listener, startup_server) = StartupServer::start(setup.listener, routes, server_limits.clone())
            .context("failed to serve health checks")?;
        tracing::info!(http = %addr, "desk is starting; health checks are answered");
        let bot = fetch_bot(&setup.telegram).await?;
        startup.set_telegram_answered();
        check_bot(engine.store().as_ref(), &bot).await?;
        let event_webhooks = match &setup.http.event_webhook {
            Some(config) => {
                engine.store().record_webhooks();
                let sender = WebhookSender::new(Arc::clone(&engine), config, clock.clone());
                Some(Arc::new(sender.context("failed to prepare webhooks (EVENT_WEBHOOK_URL)")?))
            }
            None => None,
        };
        initialize(&engine, &texts, &setup.initial_settings, &clock).await?;
        let views = ViewLoader::new(Arc::clone(&engine));
        let topics = Arc::new(bot.topics);
        let mini_app = MiniApp(setup.http.mini_app_url());
        let bot = Arc::new(BotContext {
            engine: Arc::clone(&engine),
            views: views.clone(),
            texts: Arc::clone(&texts),
            bot_id: bot.id,
            topics: Arc::clone(&topics),
            inline_mode: bot.inline_mode,
            bot_username: bot.username,
            jwt_secret: setup.http.jwt_secret.clone(),
            web_url: setup.http.web_url.clone(),
            mini_app: mini_app.clone(),
            telegram: setup.telegram.clone(),
            tasks: TaskTracker::new(),
            clock: clock.clone(),
            invite_cache: InviteCache::default(),
            quotas: Mutex::new(Quotas::new(setup.quota)),
            outage_chats: OutageChats::default(),
            answer_limits: setup.answer_limits,
        });
        let inbox = Inbox::new(Arc::clone(engine.store()), clock.clone());
        let words = (views.clone(), Arc::clone(&texts));
        let composer = Arc::new(Composer {
            engine: Arc::clone(&engine),
            views,
            texts,
            topics: Arc::clone(&topics),
            mini_app,
        });
        let (telegram, limits) = (setup.telegram.clone(), setup.rate_limits);
        let outbox =
            Outbox::new(Arc::clone(&engine), composer, telegram, clock.clone(), limits, Arc::clone(&topics));
        let status = (Arc::clone(inbox.status()), Arc::clone(outbox.status()));
        let http = (setup.http, bot.bot_username.clone());
        let api = Api::new(Arc::clone(&engine), setup.telegram, words, status, clock.clone(), http);
        let app = Self {
            inbox: match engine.signal_buffer() {
                Some(signals) => inbox.with_replicas(signals.clone()),
                None => inbox,
            },
            events_refreshed: Arc::new(AtomicU64::new(u64::MAX)),
            events_relayed: Arc::new(AtomicU64::new(u64::MAX)),
            events_monitored: Arc::new(AtomicU64::new(u64::MAX)),
            replicas: setup.replicas,
            presence_is_volatile: setup.presence_is_volatile,
            outbox: Arc::new(outbox),
            topics,
            event_webhooks,
            api,
            addr,
            webhook: setup.webhook,
            listener: Mutex::new(Some(listener)),
            retention: setup.retention,
            server_limits,
            sweep_interval: setup.sweep_interval,
            topic_detection_interval: setup.topic_detection_interval,
            max_refresh_interval: setup.max_refresh_interval,
            engine,
            bot,
            clock,
        };
        finish_loading(loading, &app.engine).await?;
        let ended = app.engine.end_admins_by_setting(app.clock.now()).await;
        ended.context("failed to end the roles of former admins")?;
        if app.replicas.is_none() {
            app.recover().await?;
        }
        startup_server.stop().await;
        Ok(app)
    }

    /// Recovers the work that a process left unfinished. Among replicas, the leader does it when it is
    /// elected.
    async fn recover(&self) -> anyhow::Result<()> {
        self.engine
            .recover(self.presence_is_volatile, self.clock.now())
            .await
            .context("failed to recover unfinished work")?;
        let released = self.engine.store().release_orphaned_claims().await;
        let deliveries = released.context("failed to release orphaned claims")?;
        if deliveries > 0 {
            tracing::warn!(deliveries, "resending deliveries with unknown outcome");
        }
        let has_front_end = self.bot.mini_app.0.is_some();
        let updated = self.engine.update_menu_buttons(has_front_end, self.clock.now()).await;
        updated.context("failed to update the menu buttons of staff")
    }

    /// Returns the link with which the first admin claims the desk; `None` once there is an admin.
    pub async fn claim_link(&self) -> anyhow::Result<Option<String>> {
        let invite = self.engine.claim_code(self.clock.now()).await?;
        Ok(invite.map(|invite| self.bot.link(&format!("claim_{}", invite.code))))
    }

    /// Runs until `stop`, then drains within ten seconds: accepted updates are stored, and running handlers
    /// and calls finish.
    pub async fn run(&self, stop: CancellationToken) -> anyhow::Result<()> {
        run::run(self, stop).await
    }

    /// Returns whether every update is handled, every event processed and every delivery sent.
    pub async fn is_idle(&self) -> bool {
        // Work flows from the inbox to the outbox, and the check follows that order. A failed delivery can
        // send work back to a stage that was checked already, so the check runs twice.
        self.is_idle_now().await && self.is_idle_now().await
    }

    async fn is_idle_now(&self) -> bool {
        let store = self.engine.store();
        let updates_handled = store.pending_updates(0, 1).await.is_ok_and(|rows| rows.is_empty());
        let engine_quiet = self.engine.is_idle();
        let published = self.engine.events_published();
        let followers = [&self.events_refreshed, &self.events_monitored, &self.events_relayed];
        let events_processed = followers.iter().all(|count| count.load(Ordering::SeqCst) == published);
        let delivered = store.pending_deliveries().await == Ok(0);
        updates_handled && engine_quiet && events_processed && delivered && self.bot.tasks.is_empty()
    }
}

/// Begins to load the agents, and returns whether they were loaded. With many of them this takes longest, and it only
/// reads, so it need not wait for Telegram.
fn load(engine: &Arc<Engine>) -> AbortOnDropHandle<bool> {
    let engine = Arc::clone(engine);
    AbortOnDropHandle::new(tokio::spawn(async move {
        let loaded = engine.start().await;
        loaded.inspect_err(|error| tracing::error!(%error, "failed to load agents")).is_ok()
    }))
}

/// Waits until the agents are loaded. Loads them again if that failed: the store may have been away only while
/// Telegram was.
async fn finish_loading(loading: AbortOnDropHandle<bool>, engine: &Engine) -> anyhow::Result<()> {
    if loading.await.context("the task that loads the agents ended")? {
        return Ok(());
    }
    engine.start().await.context("failed to load agents")
}

/// Stores the initial settings and the default department if the store has none.
async fn initialize(engine: &Engine, texts: &Texts, initial: &Settings, clock: &Clock) -> anyhow::Result<()> {
    let store = engine.store();
    if store.settings().await?.version == Version::default() {
        let settings = Settings { version: Version::default().next(), ..initial.clone() };
        let write = Write::Settings { settings, expected: Version::default() };
        // If another replica was faster, its settings are kept.
        let _ = store.commit(vec![Change::quiet(write)]).await;
    }
    let config = engine.config();
    let words = Localizer { texts, locale: config.default_locale, now: clock.now(), zone: config.zone };
    engine
        .ensure_department(
            &words.plain("default-department", &[]),
            &words.plain("default-category", &[]),
            words.now,
        )
        .await?;
    Ok(())
}
