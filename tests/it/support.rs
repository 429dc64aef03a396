//! A whole desk for a test: the sandbox as Telegram, the real bot over real HTTP, embedded back ends in a temporary folder,
//! a clock that the test winds.
mod patience;
mod trouble;

pub(crate) use trouble::{Ill, Trouble};

use antri::app::{App, Setup};
use antri::bot::callback::Press;
use antri::clock::Clock;
use antri::config::telegram::WebhookConfig;
use antri::domain::Time;
use antri::domain::ids::TelegramId;
use antri::domain::person::Locale;
use antri::domain::policy::Settings;
use antri::engine::Rules;
use antri::engine::chance::Chance;
use antri::engine::ports::{Change, Write};
use antri::outbox::pace::Limits;
use antri::presence::Memory;
use antri::sandbox::{ChatMessage, MediaKind, NewMedia, NewUser, Sandbox, SandboxOptions, Side};
use antri::store::Sqlite;
use antri::telegram::Telegram;
use chrono::TimeDelta;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use trouble::Troubled;

/// How long a test waits for something to become visible before it fails and shows the chats.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// The token of every sandbox bot.
pub(crate) const TOKEN: &str = "123456:AAtestAAtestAAtestAAtestAAtestAAtes";
/// The admin of every test desk, by `ADMIN_IDS`.
pub(crate) const ADMIN: i64 = 900;

/// A clock that stands still until it is wound.
#[derive(Clone)]
pub(crate) struct Wound(Arc<AtomicI64>);

impl Wound {
    pub(crate) fn new() -> Self {
        // 2025-12-04 13:52:53.600 in Jakarta, the moment of the ordered example.
        Self(Arc::new(AtomicI64::new(1_764_831_173_600_000)))
    }

    pub(crate) fn now(&self) -> Time {
        Time::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap()
    }

    pub(crate) fn wind(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_microseconds().unwrap(), Ordering::SeqCst);
    }

    pub(crate) fn clock(&self) -> Clock {
        let wound = self.clone();
        Clock::from_fn(move || wound.now())
    }
}

/// What a test desk can be told to be.
pub(crate) struct Options {
    pub(crate) settings: Settings,
    pub(crate) call_timeout: Duration,
    pub(crate) limits: Limits,
    /// `ADMIN_IDS`; with the usual one, that person has pressed Start.
    pub(crate) admin_ids: Vec<i64>,
    /// The most pages that the store may have: a full disk.
    pub(crate) max_pages: Option<u32>,
    /// Webhook mode with this secret; long polling when there is none.
    pub(crate) webhook: Option<&'static str>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            call_timeout: Duration::from_secs(10),
            limits: Limits::NONE,
            admin_ids: vec![ADMIN],
            max_pages: None,
            webhook: None,
        }
    }
}

/// A desk under test.
pub(crate) struct Desk {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: Wound,
    pub(crate) dir: TempDir,
    pub(crate) api_url: String,
    /// What goes wrong in the store.
    pub(crate) trouble: Trouble,
    /// Where Telegram posts, in webhook mode.
    pub(crate) hook: Mutex<Option<url::Url>>,
    options: Mutex<Options>,
    running: Mutex<Option<Running>>,
    server: Mutex<CancellationToken>,
}

struct Running {
    app: Arc<App>,
    stop: CancellationToken,
    task: JoinHandle<anyhow::Result<()>>,
    store: Arc<antri::store::Sqlite>,
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
        let clock = Wound::new();
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
            dir: tempfile::tempdir().unwrap(),
            api_url,
            trouble: Trouble::default(),
            hook: Mutex::default(),
            options: Mutex::new(options),
            running: Mutex::new(None),
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

    /// Another size of the disk, from the next start on.
    pub(crate) fn resize(&self, max_pages: Option<u32>) {
        self.options.lock().unwrap().max_pages = max_pages;
    }

    /// Starts the app (again) on the same files.
    pub(crate) async fn start(&self) {
        let (settings, call_timeout, limits, max_pages, webhook, admin_ids) = {
            let options = self.options.lock().unwrap();
            let Options { settings, call_timeout, limits, max_pages, webhook, admin_ids } = &*options;
            (settings.clone(), *call_timeout, *limits, *max_pages, *webhook, admin_ids.clone())
        };
        let options = antri::store::sqlite::Options { max_pages };
        let store = Arc::new(Sqlite::open_with(self.dir.path(), options).unwrap());
        let webhook = match webhook {
            Some(secret) => Some(self.hook_up(secret).await),
            None => None,
        };
        let setup = Setup {
            store: Arc::new(Troubled { store: store.clone(), trouble: self.trouble.clone() }),
            presence: Arc::new(Memory::default()),
            presence_is_volatile: true,
            telegram: self.telegram_within(call_timeout),
            webhook,
            rules: Rules {
                zone: chrono_tz::Asia::Jakarta,
                default_locale: Locale::Id,
                admin_ids: admin_ids.into_iter().map(TelegramId).collect(),
                presence_ttl: Duration::from_secs(300),
            },
            first_settings: settings,
            jwt_secret: Some("a secret of at least thirty-two bytes".into()),
            clock: self.clock.clock(),
            chance: Chance::seeded(7),
            limits,
            sweep_every: Duration::from_secs(3_600),
        };
        let app = Arc::new(App::start(setup).await.unwrap());
        let stop = CancellationToken::new();
        let task = tokio::spawn({
            let (app, stop) = (Arc::clone(&app), stop.clone());
            async move { app.run(stop).await }
        });
        *self.running.lock().unwrap() = Some(Running { app, stop, task, store });
    }

    async fn hook_up(&self, secret: &str) -> (WebhookConfig, TcpListener) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url: url::Url = format!("http://{}/hook", listener.local_addr().unwrap()).parse().unwrap();
        *self.hook.lock().unwrap() = Some(url.clone());
        (WebhookConfig { url, secret: secret.into() }, listener)
    }

    /// The bot's account, for calls of the test's own.
    pub(crate) fn telegram(&self) -> Telegram {
        self.telegram_within(PATIENCE)
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
        running.store.close().await;
    }

    pub(crate) fn app(&self) -> Arc<App> {
        Arc::clone(&self.running.lock().unwrap().as_ref().unwrap().app)
    }

    pub(crate) fn now(&self) -> Time {
        self.clock.now()
    }

    /// A person who has pressed Start.
    pub(crate) async fn person(&self, id: i64, name: &str, language: &str) {
        self.sandbox.add_user(NewUser {
            id: Some(id),
            first_name: name.into(),
            username: Some(name.to_lowercase()),
            language_code: Some(language.into()),
            ..NewUser::default()
        });
        self.say(id, "/start").await;
    }

    /// A person who is an agent, made one by the admin.
    pub(crate) async fn agent(&self, id: i64, name: &str) {
        self.person(id, name, "id").await;
        self.say(ADMIN, &format!("/addagent {id}")).await;
    }

    /// Somebody writes and is answered; returns when everything that follows from it has been delivered.
    pub(crate) async fn say(&self, id: i64, text: &str) {
        let before = self.told(id);
        self.sandbox.send_text(id, text);
        self.settle().await;
        let silent = format!("{id} wrote {text:?} and got no answer:\n{}", self.transcript(id));
        assert!(self.told(id) > before, "{silent}");
    }

    /// Somebody sends a file and is answered.
    pub(crate) async fn attach(&self, id: i64, kind: MediaKind, caption: Option<&str>) {
        let before = self.told(id);
        let caption = caption.map(str::to_owned);
        self.sandbox.send_media(id, NewMedia { caption, ..NewMedia::new(kind, *b"bytes") });
        self.settle().await;
        assert!(self.told(id) > before, "{id} sent a {kind:?} and got no answer:\n{}", self.transcript(id));
    }

    /// How often the bot wrote into this chat, or changed something there.
    fn told(&self, id: i64) -> usize {
        let to_them =
            |params: &serde_json::Value| params["chat_id"].to_string().trim_matches('"') == id.to_string();
        let requests = self.sandbox.requests();
        let shown = requests.iter().filter(|r| r.method.starts_with("send") || r.method.starts_with("edit"));
        shown.filter(|r| r.outcome == 200 && to_them(&r.params)).count()
    }

    /// A ticket with these words, from the message to the sent preview. The newest number is in the status card.
    pub(crate) async fn ticket(&self, customer: i64, text: &str) {
        self.say(customer, text).await;
        self.press(customer, "✅").await;
    }

    /// Somebody presses the button with this label on their newest message that has it.
    pub(crate) async fn press(&self, id: i64, label: &str) {
        let (message, data) = self.button(id, label);
        self.press_data(id, message, &data).await;
    }

    /// The newest message of somebody's that has a button with this label, and what the button carries.
    pub(crate) fn button(&self, id: i64, label: &str) -> (i64, String) {
        let messages = self.sandbox.chat(id);
        let found = messages.iter().rev().find_map(|m| Some((m.message_id, m.button(label)?.to_owned())));
        found.unwrap_or_else(|| panic!("{id} has no button {label:?}:\n{}", self.story(id)))
    }

    /// Somebody sends a press with this data for this message, and is answered.
    pub(crate) async fn press_data(&self, id: i64, message: i64, data: &str) {
        self.press_in(id, id, message, data).await;
    }

    /// The same on a message of any chat.
    pub(crate) async fn press_in(&self, chat: i64, id: i64, message: i64, data: &str) {
        let query = self.sandbox.press_in(chat, id, message, data);
        self.settle().await;
        let answered = self.sandbox.toasts(id).iter().any(|toast| toast.callback_query_id == query);
        assert!(answered, "{id} pressed {data:?} and the spinner goes on:\n{}", self.story(id));
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
        self.clock.wind(time);
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
        let rested = tokio::time::timeout(PATIENCE, idle).await;
        assert!(rested.is_ok(), "the desk does not come to rest:\n{}", self.transcripts());
    }

    /// The newest message in somebody's chat.
    pub(crate) fn last(&self, id: i64) -> ChatMessage {
        self.sandbox.chat(id).into_iter().next_back().expect("an empty chat")
    }

    /// What the newest answer of a press said.
    pub(crate) fn toast(&self, id: i64) -> String {
        self.sandbox.toasts(id).last().expect("no toast").text.clone()
    }

    /// The newest message of the bot that contains `part`.
    pub(crate) fn find(&self, id: i64, part: &str) -> ChatMessage {
        let found = self.sandbox.chat(id).into_iter().rev().find(|m| m.text.contains(part));
        found.unwrap_or_else(|| panic!("{id} has no message with {part:?}:\n{}", self.transcript(id)))
    }

    /// Whether somebody has a message with `part`.
    pub(crate) fn has(&self, id: i64, part: &str) -> bool {
        self.sandbox.chat(id).iter().any(|m| m.text.contains(part))
    }

    /// How many of the bot's messages in somebody's chat contain `part`.
    pub(crate) fn count(&self, id: i64, part: &str) -> usize {
        self.sandbox.chat(id).iter().filter(|m| m.from == Side::Bot && m.text.contains(part)).count()
    }

    /// A chat as its person sees it, with files, buttons and the answers to presses: for snapshots.
    pub(crate) fn story(&self, id: i64) -> String {
        let mut out: String = self.sandbox.chat(id).iter().map(drawn).collect();
        let toasts: Vec<_> =
            self.sandbox.toasts(id).into_iter().map(|t| t.text).filter(|t| !t.is_empty()).collect();
        if !toasts.is_empty() {
            out = format!("{out}toasts: {}\n", toasts.join(" / "));
        }
        out
    }

    /// One message of a story, as it is now.
    pub(crate) fn shown(&self, id: i64, message: i64) -> String {
        drawn(&self.sandbox.message(id, message).expect("no such message"))
    }

    /// A chat as text, for failures.
    pub(crate) fn transcript(&self, id: i64) -> String {
        let lines = self.sandbox.chat(id).into_iter().map(|m| format!("  {:?} {}\n", m.from, m.text));
        format!("chat {id}\n{}", lines.collect::<String>())
    }

    fn transcripts(&self) -> String {
        self.sandbox.users().iter().map(|user| self.transcript(user.id)).collect()
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
pub(crate) fn data(press: Press) -> String {
    press.encode()
}

fn drawn(message: &ChatMessage) -> String {
    let side = if message.from == Side::Bot { "Antri" } else { "     " };
    let file = message.media.as_ref().map(|media| format!("({:?}) ", media.kind)).unwrap_or_default();
    let text = format!("{file}{}", message.text).replace('\n', "\n      | ");
    let row = |row: &Vec<antri::sandbox::Button>| {
        let labels: Vec<_> = row.iter().map(|button| format!("[{}]", button.text)).collect();
        format!("      {}\n", labels.join(" "))
    };
    format!("{side} | {text}\n{}", message.keyboard.iter().map(row).collect::<Vec<_>>().concat())
}
