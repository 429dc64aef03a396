//! The composition root: the only file that names every adapter. Builds the desk out of its parts, runs it until it is
//! told to stop, and brings what is under way to its end.
mod backends;
mod embedded;
mod incident_monitor;
mod leadership;
mod tasks;

pub use crate::bot::cards::refresher::MAX_REFRESH_INTERVAL;
pub use backends::{Storage, presence};
pub use embedded::{Embedded, embedded};

use crate::api::Api;
use crate::bot::cards::composer::Composer;
use crate::bot::cards::view_loader::ViewLoader;
use crate::bot::context::BotContext;
use crate::bot::invite_cache::InviteCache;
use crate::bot::render::Words;
use crate::clock::Clock;
use crate::config::http::HttpConfig;
use crate::config::telegram::WebhookConfig;
use crate::domain::ids::{ReplicaId, Version};
use crate::domain::policy::Settings;
use crate::domain::quota::{Quota, Quotas};
use crate::engine::ports::{Change, Presence, Signals, Store, Write};
use crate::engine::random::Random;
use crate::engine::{Engine, Rules};
use crate::i18n::Texts;
use crate::inbox::Inbox;
use crate::outbox::Outbox;
use crate::outbox::rate_limit::RateLimits;
use crate::telegram::{CallError, Telegram};
use anyhow::Context;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How often the safety net looks, in a real desk.
pub const SWEEP_INTERVAL: Duration = Duration::from_secs(5);

/// Everything a desk is built of.
pub struct Setup {
    /// The queues.
    pub store: Arc<dyn Store>,
    /// Who is there.
    pub presence: Arc<dyn Presence>,
    /// Where other processes work on the same store: who this one is, and how it hears of the others.
    pub replicas: Option<ReplicaSetup>,
    /// Whether presence ends with the process, so that it has to be restored.
    pub presence_is_volatile: bool,
    /// The bot's account.
    pub telegram: Telegram,
    /// Webhook mode: where Telegram posts. Else long polling.
    pub webhook: Option<WebhookConfig>,
    /// The side API: whom it believes, what it bears.
    pub http: HttpConfig,
    /// The socket of the side API and of the webhook.
    pub listener: TcpListener,
    /// What the engine needs to know.
    pub rules: Rules,
    /// The settings of a desk that has none yet.
    pub first_settings: Settings,
    /// The time.
    pub clock: Clock,
    /// Chance.
    pub chance: Random,
    /// The pace to keep towards Telegram.
    pub limits: RateLimits,
    /// How much one chat may send.
    pub quota: Quota,
    /// How often the safety net looks.
    pub sweep_every: Duration,
    /// How long live cards may rest between two looks at what happened (see [`LONGEST_PAUSE`]).
    pub longest_pause: Duration,
}

/// One process among several on the same store.
pub struct ReplicaSetup {
    /// This one.
    pub id: ReplicaId,
    /// The way to the others.
    pub signals: Arc<dyn Signals>,
}

/// A desk that is ready to run.
pub struct App {
    /// The verbs.
    pub engine: Arc<Engine>,
    /// The bot's side of it.
    pub desk: Arc<BotContext>,
    clock: Clock,
    inbox: Inbox,
    outbox: Arc<Outbox>,
    replicas: Option<ReplicaSetup>,
    presence_is_volatile: bool,
    served: Arc<AtomicU64>,
    watched: Arc<AtomicU64>,
    api: Arc<Api>,
    /// Where the side API listens.
    pub addr: SocketAddr,
    webhook: Option<WebhookConfig>,
    listener: Mutex<Option<TcpListener>>,
    sweep_every: Duration,
    longest_pause: Duration,
}

impl App {
    /// Builds the desk: asks Telegram who it is, makes good what a crash left half done, sets up a desk that is new.
    pub async fn start(setup: Setup) -> anyhow::Result<Self> {
        let texts = Arc::new(Texts::load().context("the locale files")?);
        let me = who_am_i(&setup.telegram).await?;
        let clock = setup.clock;
        let engine = Engine::new(setup.store, setup.presence, setup.rules, setup.chance);
        let engine = Arc::new(match &setup.replicas {
            Some(replicas) => engine.with_replicas(replicas.id),
            None => engine,
        });
        prepare(&engine, &texts, &setup.first_settings, &clock).await?;
        let facts = ViewLoader::new(Arc::clone(&engine));
        let desk = Arc::new(BotContext {
            engine: Arc::clone(&engine),
            facts: facts.clone(),
            texts: Arc::clone(&texts),
            bot_username: me,
            jwt_secret: setup.http.jwt_secret.clone(),
            telegram: setup.telegram.clone(),
            tasks: TaskTracker::new(),
            clock: clock.clone(),
            links: InviteCache::default(),
            quotas: Mutex::new(Quotas::new(setup.quota)),
            apologised: Mutex::new(HashMap::new()),
        });
        let api = Api::new(Arc::clone(&engine), setup.telegram.clone(), clock.clone(), setup.http);
        let composer = Arc::new(Composer { engine: Arc::clone(&engine), facts, texts });
        let outbox = Outbox::new(Arc::clone(&engine), composer, setup.telegram, clock.clone(), setup.limits);
        let inbox = Inbox::new(Arc::clone(engine.store()), clock.clone());
        let app = Self {
            inbox: match engine.signal_buffer() {
                Some(telling) => inbox.with_replicas(telling.clone()),
                None => inbox,
            },
            served: Arc::new(AtomicU64::new(u64::MAX)),
            watched: Arc::new(AtomicU64::new(u64::MAX)),
            replicas: setup.replicas,
            presence_is_volatile: setup.presence_is_volatile,
            outbox: Arc::new(outbox),
            api,
            addr: setup.listener.local_addr().context("the side API's address")?,
            webhook: setup.webhook,
            listener: Mutex::new(Some(setup.listener)),
            sweep_every: setup.sweep_every,
            longest_pause: setup.longest_pause,
            engine,
            desk,
            clock,
        };
        app.engine.start().await.context("the agents can't be read")?;
        if app.replicas.is_none() {
            app.recover().await?;
        }
        Ok(app)
    }

    /// Makes good what a process left half done. Among several replicas the one that works does it.
    async fn recover(&self) -> anyhow::Result<()> {
        self.engine.recover(self.presence_is_volatile, self.clock.now()).await.context("recovery")?;
        let repeats =
            self.engine.store().release_orphaned_claims().await.context("the outbox can't be read")?;
        if repeats > 0 {
            tracing::warn!(repeats, "deliveries whose outcome is unknown go out once more");
        }
        Ok(())
    }

    /// The link with which the first admin takes the desk over, while there is none.
    pub async fn claim_link(&self) -> anyhow::Result<Option<String>> {
        let invite = self.engine.claim_code(self.clock.now()).await?;
        Ok(invite.map(|invite| self.desk.link(&format!("claim_{}", invite.code))))
    }

    /// Runs until `stop`, then ends within ten seconds: what has come in is kept, what is under way is finished.
    pub async fn run(&self, stop: CancellationToken) -> anyhow::Result<()> {
        tasks::run(self, stop).await
    }

    /// Whether everything that has come in has been handled, shown and delivered.
    pub async fn is_idle(&self) -> bool {
        // Work flows from the inbox to the outbox, and is looked for in that order; only a delivery that fails can send
        // some back, past a place that was looked at already. So twice.
        self.is_idle_now().await && self.is_idle_now().await
    }

    async fn is_idle_now(&self) -> bool {
        let store = self.engine.store();
        let handled = store.pending_updates(0, 1).await.is_ok_and(|rows| rows.is_empty());
        let quiet = self.engine.is_quiet();
        let happened = self.engine.events_published();
        let shown = [&self.served, &self.watched].iter().all(|done| done.load(Ordering::SeqCst) == happened);
        let delivered = store.pending_deliveries().await == Ok(0);
        handled && quiet && shown && delivered && self.desk.tasks.is_empty()
    }
}

/// The bot's username. Waits for a Telegram that can't be reached; a token that it does not know is the owner's to mend.
async fn who_am_i(telegram: &Telegram) -> anyhow::Result<String> {
    loop {
        match telegram.call("getMe", &serde_json::json!({})).await {
            Ok(me) => {
                let name = me.get("username").and_then(serde_json::Value::as_str);
                return Ok(name.unwrap_or_default().to_owned());
            }
            Err(error) if matches!(error.code(), Some(401 | 404)) => {
                anyhow::bail!("Telegram does not know this token (TELOXIDE_TOKEN): {error}")
            }
            Err(error @ CallError::Refused { .. })
                if error.code().is_some_and(|code| code < 500 && code != 429) =>
            {
                anyhow::bail!("Telegram refuses this bot: {error}")
            }
            Err(error) => {
                tracing::warn!(%error, "Telegram can't be reached yet; trying again");
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
        }
    }
}

/// Gives a new desk its first settings and its first department.
async fn prepare(engine: &Engine, texts: &Texts, first: &Settings, clock: &Clock) -> anyhow::Result<()> {
    let store = engine.store();
    if store.settings().await?.version == Version::default() {
        let settings = Settings { version: Version::default().next(), ..first.clone() };
        let write = Write::Settings { settings, expected: Version::default() };
        // Another replica may be as quick; then its settings are as good.
        let _ = store.commit(vec![Change::quiet(write)]).await;
    }
    let rules = engine.rules();
    let words = Words { texts, locale: rules.default_locale, now: clock.now(), zone: rules.zone };
    engine
        .ensure_department(&words.plain("default-department", &[]), &words.plain("default-category", &[]))
        .await?;
    Ok(())
}
