//! The stage: the sandbox as Telegram on a socket, people in it, and the desk against it, with its files in a temporary
//! folder that goes with it.
use crate::app::{App, MAX_REFRESH_INTERVAL, SWEEP_INTERVAL, Setup, embedded};
use crate::clock::Clock;
use crate::config::http::HttpConfig;
use crate::domain::ids::TelegramId;
use crate::domain::person::Locale;
use crate::domain::policy::Settings;
use crate::domain::quota::Quota;
use crate::engine::Rules;
use crate::engine::random::Random;
use crate::outbox::rate_limit::RateLimits;
use crate::sandbox::{NewUser, Sandbox, SandboxOptions};
use crate::store::Sqlite;
use crate::telegram::{CALL_TIMEOUT, Telegram};
use anyhow::Context;
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

const TOKEN: &str = "7700:demo-demo-demo-demo-demo-demo-demo-de";
/// How long the desk may take to come to rest. A fraction of a second is usual.
const WAIT_TIMEOUT: Duration = Duration::from_secs(30);

/// The demo's people: id, name, username, what they are.
const CAST: [(i64, &str, &str, &str); 4] = [
    (SARI, "Sari", "sari", "Customer"),
    (BUDI, "Budi", "budi", "Agent"),
    (CITRA, "Citra", "citra", "Agent"),
    (DEWI, "Dewi", "dewi", "Admin"),
];

/// A desk on a simulated Telegram.
pub struct Stage {
    /// Where the page is.
    pub url: String,
    /// The simulated Telegram.
    pub sandbox: Sandbox,
    /// The desk.
    pub app: Arc<App>,
    store: Arc<Sqlite>,
    running: JoinHandle<anyhow::Result<()>>,
    stop: CancellationToken,
    curtain: CancellationToken,
    files: TempDir,
}

impl Stage {
    /// Builds it on this socket; nobody has said anything yet.
    pub async fn set(listener: TcpListener, seed: u64) -> anyhow::Result<Self> {
        let clock = Clock::system();
        let now = clock.clone();
        let sandbox = Sandbox::new(SandboxOptions {
            token: TOKEN.into(),
            bot_id: 7_700,
            bot_username: "antri_demo_bot".into(),
            bot_name: "Antri".into(),
            now: Arc::new(move || now.now()),
        });
        for (id, name, username, label) in CAST {
            sandbox.add_user(NewUser {
                id: Some(id),
                first_name: name.into(),
                username: Some(username.into()),
                language_code: Some("id".into()),
                label: Some(label.into()),
                ..NewUser::default()
            });
        }
        let url = format!("http://{}", listener.local_addr()?);
        let curtain = CancellationToken::new();
        let (server, ended) = (sandbox.clone(), curtain.clone());
        tokio::spawn(async move { server.serve(listener, ended.cancelled_owned()).await });
        let files = TempDir::with_prefix("antri-demo-")?;
        let back = embedded(files.path())?;
        let api = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let app = Arc::new(App::start(setup(&url, &back, clock, seed, api)?).await?);
        let stop = CancellationToken::new();
        let (desk, stopped) = (Arc::clone(&app), stop.clone());
        let running = tokio::spawn(async move { desk.run(stopped).await });
        Ok(Self { url, sandbox, app, store: back.store, running, stop, curtain, files })
    }

    /// Everybody presses Start, and the admin makes the agents agents, who come online: the desk is open.
    pub async fn open(&self) -> anyhow::Result<()> {
        for (id, ..) in CAST {
            self.say(id, "/start").await?;
        }
        for agent in [BUDI, CITRA] {
            self.say(DEWI, &format!("/addagent {agent}")).await?;
            self.say(agent, "/online").await?;
        }
        Ok(())
    }

    /// Somebody writes; returns when all that follows has been delivered.
    pub async fn say(&self, id: i64, text: &str) -> anyhow::Result<()> {
        self.sandbox.send_text(id, text);
        self.settle().await
    }

    /// Somebody presses the button with this label on the newest of their messages that has it and says `on`.
    pub async fn press(&self, id: i64, on: &str, label: &str) -> anyhow::Result<()> {
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

    /// Waits until the desk has nothing left to do.
    pub async fn settle(&self) -> anyhow::Result<()> {
        let mut changes = self.sandbox.changes();
        let rest = async {
            while !(self.sandbox.idle_polls() && self.app.is_idle().await) {
                // Not everything that brings the desk to rest shows in a chat: look again soon at the latest.
                let _ = tokio::time::timeout(Duration::from_millis(2), changes.changed()).await;
            }
        };
        tokio::time::timeout(WAIT_TIMEOUT, rest).await.context("the desk does not come to rest")
    }

    /// Closes the desk in good order, then Telegram.
    pub async fn strike(self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.running.await??;
        self.store.close().await;
        self.curtain.cancel();
        Ok(self.files.close()?)
    }
}

fn setup(
    url: &str,
    back: &crate::app::Embedded,
    clock: Clock,
    seed: u64,
    listener: TcpListener,
) -> anyhow::Result<Setup> {
    let mut chance = Random::seeded(seed);
    let http = HttpConfig { jwt_secret: Some(chance.code().into()), ..HttpConfig::default() };
    Ok(Setup {
        store: back.store.clone(),
        presence: back.presence.clone(),
        replicas: None,
        presence_is_volatile: true,
        telegram: Telegram::new(url.parse()?, TOKEN.into(), CALL_TIMEOUT)?,
        webhook: None,
        http,
        listener,
        rules: Rules {
            zone: chrono_tz::Asia::Jakarta,
            default_locale: Locale::Id,
            admin_ids: vec![TelegramId(DEWI)],
            presence_ttl: Duration::from_secs(300),
        },
        first_settings: Settings::default(),
        clock,
        chance,
        limits: RateLimits::TELEGRAM,
        quota: Quota::PEOPLE,
        sweep_every: SWEEP_INTERVAL,
        longest_pause: MAX_REFRESH_INTERVAL,
    })
}
