//! In-process Telegram simulator: the part of the Bot API that the bot uses, and users who talk to the bot.
//!
//! The demo, the conversation tests and the crash tests run the real bot against it. It uses Telegram's JSON
//! and rejects what Telegram rejects. Methods that it does not implement are answered with 404.
mod bot_api;
mod chats;
mod control;
mod page;
mod state;
mod updates;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use control::listener::{ConnectionHandle, ResettableListener};
use state::State;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use chats::user_messages::UserMessage;
pub use chats::views::{
    Button, ChatMessage, Media, MediaKind, NewMedia, NewUser, PressMode, Side, Toast, User,
};
pub use control::faults::{Fault, FaultRule, Faults};
pub use control::journal::RecordedRequest;

/// Returns the current time. It is injected so that tests control it.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// The identity of the bot, and the clock.
#[derive(Clone)]
pub struct SandboxOptions {
    /// The bot's token, `<bot id>:<secret>`. Requests with any other token get 401.
    pub token: String,
    /// The bot's Telegram id.
    pub bot_id: i64,
    /// The bot's username without `@`.
    pub bot_username: String,
    /// The bot's display name.
    pub bot_name: String,
    /// The clock for message dates, the expiry of callback queries, and rate limits.
    pub now: Clock,
}

/// A handle to the simulated Telegram. Clones share all state.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

struct Inner {
    token: String,
    clock: Clock,
    schema: bot_api::schema::Schema,
    faults: Faults,
    changes: watch::Sender<u64>,
    state: Mutex<State>,
}

impl Sandbox {
    /// Returns a Telegram in which the bot is registered and no user exists.
    #[must_use]
    pub fn new(options: SandboxOptions) -> Self {
        let state = State::new(&options);
        Self {
            inner: Arc::new(Inner {
                token: options.token,
                clock: options.now,
                schema: bot_api::schema::Schema::built_in(),
                faults: Faults::default(),
                changes: watch::Sender::new(0),
                state: Mutex::new(state),
            }),
        }
    }

    /// Returns the fault rules, which make requests fail on purpose.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Switches Telegram's rate limits on or off (default: off): 30 messages a second over all chats, one a
    /// second in a private chat with bursts of 20, 20 a minute in a group. Requests beyond them get 429 with
    /// `retry_after`.
    pub fn enforce_limits(&self, on: bool) {
        self.write(|state| state.rate_limiter.enforce(on));
    }

    /// Serves the Bot API, the page and its API until `shutdown` is ready, or until the future is dropped.
    /// Then it resets every connection, so it returns at once even if clients still wait for answers.
    ///
    /// # Errors
    /// None at present; failed accepts are retried.
    pub async fn serve(
        &self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let app = self.bot_api().merge(self.page());
        let closing = CancellationToken::new();
        let _reset_all = closing.clone().drop_guard();
        let listener = ResettableListener::new(listener, closing.clone());
        axum::serve(listener, app.into_make_service_with_connect_info::<ConnectionHandle>())
            .with_graceful_shutdown(async move {
                shutdown.await;
                closing.cancel();
            })
            .await
    }

    fn now(&self) -> DateTime<Utc> {
        (self.inner.clock)()
    }

    /// Runs `access` on the state without notifying the waiters for changes.
    fn read<T>(&self, access: impl FnOnce(&mut State) -> T) -> T {
        access(&mut self.lock())
    }

    /// Runs `change` on the state and wakes all waiters for changes.
    fn write<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let out = change(&mut self.lock());
        self.inner.changes.send_modify(|count| *count += 1);
        out
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic in a test's closure poisons the lock; later accesses must still work.
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
