//! The demo environment: a sandbox that serves a simulated Telegram with people in it, and a desk that runs
//! against it. The desk's files are in a temporary folder, which is deleted at the end.
use crate::app::{AnswerLimits, App, MAX_REFRESH_INTERVAL, SWEEP_INTERVAL, Setup, embedded};
use crate::clock::Clock;
use crate::config::http::HttpConfig;
use crate::domain::ids::TelegramId;
use crate::domain::person::Locale;
use crate::domain::policy::Settings;
use crate::domain::quota::Quota;
use crate::domain::ticket::RETURN_DELAY;
use crate::engine::EngineConfig;
use crate::engine::ports::Retention;
use crate::engine::random::Random;
use crate::outbox::rate_limit::RateLimits;
use crate::sandbox::{NewUser, Sandbox, SandboxOptions};
use crate::store::Sqlite;
use crate::telegram::{CALL_TIMEOUT, Telegram};
use anyhow::Context;
use secrecy::SecretString;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The customer.
pub const SARI: i64 = 101;
/// The first agent.
pub const BUDI: i64 = 102;
/// The second agent.
pub const CITRA: i64 = 103;
/// The admin.
pub const DEWI: i64 = 104;

/// The page can switch topics, and its user looks on.
const TOPIC_DETECTION_INTERVAL: Duration = Duration::from_secs(1);

/// The token of the demo's bot, which signs the log-ins of its people.
pub const TOKEN: &str = "7700:demo-demo-demo-demo-demo-demo-demo-de";
/// How long the desk may take to become idle. It usually takes a fraction of a second.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// The demo's people: id, name, username, label on the page.
const PEOPLE: [(i64, &str, &str, &str); 4] = [
    (SARI, "Sari", "sari", "Customer"),
    (BUDI, "Budi", "budi", "Agent"),
    (CITRA, "Citra", "citra", "Agent"),
    (DEWI, "Dewi", "dewi", "Admin"),
];

/// A desk on a simulated Telegram.
pub struct Environment {
    /// The URL of the page.
    pub url: String,
    /// The simulated Telegram.
    pub sandbox: Sandbox,
    /// The desk.
    pub app: Arc<App>,
    store: Arc<Sqlite>,
    running: JoinHandle<anyhow::Result<()>>,
    stop: CancellationToken,
    sandbox_stop: CancellationToken,
    files: TempDir,
    jwt_secret: SecretString,
    seed: u64,
    locale: Locale,
    clock: Clock,
}

/// A desk that runs.
struct RunningDesk {
    app: Arc<App>,
    store: Arc<Sqlite>,
    running: JoinHandle<anyhow::Result<()>>,
    stop: CancellationToken,
}

impl Environment {
    /// Starts the sandbox on this listener, and the desk against it. The people use this language. No messages are
    /// sent yet.
    pub async fn start(listener: TcpListener, seed: u64, locale: Locale) -> anyhow::Result<Self> {
        let clock = Clock::system();
        let now = clock.clone();
        let sandbox = Sandbox::new(SandboxOptions {
            token: TOKEN.into(),
            bot_id: 7_700,
            bot_username: "antri_demo_bot".into(),
            bot_name: "Antri".into(),
            now: Arc::new(move || now.now()),
        });
        sandbox.set_inline_enabled(true);
        for (id, name, username, label) in PEOPLE {
            sandbox.add_user(NewUser {
                id: Some(id),
                first_name: name.into(),
                username: Some(username.into()),
                language_code: Some(locale.tag().into()),
                label: Some(label.into()),
                ..NewUser::default()
            });
        }
        let url = format!("http://{}", listener.local_addr()?);
        let sandbox_stop = CancellationToken::new();
        let (server, ended) = (sandbox.clone(), sandbox_stop.clone());
        tokio::spawn(async move { server.serve(listener, ended.cancelled_owned()).await });
        let files = TempDir::with_prefix("antri-demo-")?;
        let api = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let mut random = Random::seeded(seed);
        let jwt_secret = SecretString::from(random.code());
        let desk = start_desk(&url, &files, clock.clone(), (&jwt_secret, random, locale), api).await?;
        let RunningDesk { app, store, running, stop } = desk;
        Ok(Self {
            url,
            sandbox,
            app,
            store,
            running,
            stop,
            sandbox_stop,
            files,
            jwt_secret,
            seed,
            locale,
            clock,
        })
    }

    /// Stops the desk and starts it again on its files, at the same address.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.stop.cancel();
        (&mut self.running).await??;
        self.store.close().await;
        let listener = TcpListener::bind(self.app.addr).await?;
        // The same seed would repeat ids that the store has.
        self.seed = self.seed.wrapping_add(1);
        let secrets = (&self.jwt_secret, Random::seeded(self.seed), self.locale);
        let desk = start_desk(&self.url, &self.files, self.clock.clone(), secrets, listener).await?;
        (self.app, self.store, self.running, self.stop) = (desk.app, desk.store, desk.running, desk.stop);
        Ok(())
    }

    /// Opens the desk: everyone presses Start, the admin adds the agents, and the agents go online.
    pub async fn open(&self) -> anyhow::Result<()> {
        for (id, ..) in PEOPLE {
            self.say(id, "/start").await?;
        }
        for agent in [BUDI, CITRA] {
            self.say(DEWI, &format!("/addagent {agent}")).await?;
            self.say(agent, "/online").await?;
        }
        Ok(())
    }

    /// Sends a text as this person; returns when the desk is idle again.
    pub async fn say(&self, id: i64, text: &str) -> anyhow::Result<()> {
        self.sandbox.send_text(id, text);
        self.settle().await
    }

    /// Presses a button as this person: the one with this label on their newest message that has it and
    /// contains `on`.
    pub async fn press_button(&self, id: i64, on: &str, label: &str) -> anyhow::Result<()> {
        let chat = self.sandbox.chat(id);
        let found = chat
            .iter()
            .rev()
            .filter(|m| m.text.contains(on))
            .find_map(|m| Some((m.message_id, m.button(label)?)));
        let (message, data) = found.with_context(|| format!("{id} has no button {label:?} on {on:?}"))?;
        self.sandbox.press(id, message, data);
        self.settle().await
    }

    /// Waits until the desk is idle. Errors after `IDLE_TIMEOUT`.
    pub async fn settle(&self) -> anyhow::Result<()> {
        let mut changes = self.sandbox.changes();
        let idle = async {
            while !(self.sandbox.is_idle() && self.app.is_idle().await) {
                // Some work changes no chat, so the state is polled, too.
                let _ = tokio::time::timeout(Duration::from_millis(2), changes.changed()).await;
            }
        };
        tokio::time::timeout(IDLE_TIMEOUT, idle).await.context("the desk did not become idle in time")
    }

    /// Stops the desk, then the simulated Telegram, and deletes the files.
    pub async fn shut_down(self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.running.await??;
        self.store.close().await;
        self.sandbox_stop.cancel();
        Ok(self.files.close()?)
    }
}

/// Starts a desk on the files of this folder, and runs it.
async fn start_desk(
    url: &str,
    files: &TempDir,
    clock: Clock,
    secrets: (&SecretString, Random, Locale),
    listener: TcpListener,
) -> anyhow::Result<RunningDesk> {
    let back_ends = embedded(files.path())?;
    let app = Arc::new(App::start(setup(url, &back_ends, clock, secrets, listener)?).await?);
    let stop = CancellationToken::new();
    let (running_app, stopped) = (Arc::clone(&app), stop.clone());
    let running = tokio::spawn(async move { running_app.run(stopped).await });
    Ok(RunningDesk { app, store: back_ends.store, running, stop })
}

fn setup(
    url: &str,
    back_ends: &crate::app::Embedded,
    clock: Clock,
    (jwt_secret, random, locale): (&SecretString, Random, Locale),
    listener: TcpListener,
) -> anyhow::Result<Setup> {
    let http = HttpConfig {
        jwt_secret: Some(jwt_secret.clone()),
        web_url: Some(format!("http://{}", listener.local_addr()?)),
        mini_app_over_http: true,
        frame_origins: vec![url.to_owned()],
        ..HttpConfig::default()
    };
    Ok(Setup {
        store: back_ends.store.clone(),
        presence: back_ends.presence.clone(),
        replicas: None,
        presence_is_volatile: true,
        telegram: Telegram::new(url.parse()?, TOKEN.into(), CALL_TIMEOUT)?,
        webhook: None,
        http,
        listener,
        engine: EngineConfig {
            zone: chrono_tz::Asia::Jakarta,
            default_locale: locale,
            admin_ids: vec![TelegramId(DEWI)],
            presence_ttl: Duration::from_secs(300),
            return_delay: RETURN_DELAY,
        },
        initial_settings: Settings::default(),
        clock,
        random,
        rate_limits: RateLimits::TELEGRAM,
        quota: Quota::PEOPLE,
        retention: Retention::default(),
        sweep_interval: SWEEP_INTERVAL,
        topic_detection_interval: TOPIC_DETECTION_INTERVAL,
        max_refresh_interval: MAX_REFRESH_INTERVAL,
        answer_limits: AnswerLimits::default(),
    })
}
