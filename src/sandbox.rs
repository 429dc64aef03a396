//! An in-process Telegram: the part of the Bot API that the bot uses, and the people who talk to it.
//!
//! The demo, the conversation tests and the crash tests run the real bot against it. It keeps Telegram's
//! shapes and refuses what Telegram refuses; what it cannot do it answers with 404 instead of pretending.
mod bot_api;
mod chats;
mod control;
mod page;
mod serve;
mod updates;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

pub use control::faults::{Fault, FaultRule, Faults};
pub use control::journal::RecordedRequest;
pub use control::views::{Button, ChatMessage, Media, MediaKind, NewMedia, NewUser, Side, Toast, User};

/// Reads the time; injected so that tests decide what o'clock it is.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Who the bot is and what time it is.
#[derive(Clone)]
pub struct SandboxOptions {
    /// The bot's token, `<bot id>:<secret>`; any other token is answered with 401.
    pub token: String,
    /// The bot's Telegram id.
    pub bot_id: i64,
    /// The bot's username without `@`.
    pub bot_username: String,
    /// The bot's display name.
    pub bot_name: String,
    /// The clock behind every `date`, time-out of a press, and rate limit.
    pub now: Clock,
}

/// The simulated Telegram. A handle: clones share everything.
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
    state: Mutex<chats::state::State>,
}

impl Sandbox {
    /// An empty Telegram: the bot is registered, nobody is there yet.
    #[must_use]
    pub fn new(options: SandboxOptions) -> Self {
        let state = chats::state::State::new(&options);
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

    /// The switches that make requests fail on purpose.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Switches Telegram's rate limits on or off (off at first): 30 messages a second over all chats, one a
    /// second in a private chat with bursts of 20, 20 a minute in a group. Past them, 429 with `retry_after`.
    pub fn enforce_limits(&self, on: bool) {
        self.write(|state| state.limits.enforce(on));
    }

    fn now(&self) -> DateTime<Utc> {
        (self.inner.clock)()
    }

    /// Looks without announcing a change.
    fn read<T>(&self, look: impl FnOnce(&mut chats::state::State) -> T) -> T {
        look(&mut self.lock())
    }

    /// Changes something and wakes everybody who waits for changes.
    fn write<T>(&self, change: impl FnOnce(&mut chats::state::State) -> T) -> T {
        let out = change(&mut self.lock());
        self.inner.changes.send_modify(|seen| *seen += 1);
        out
    }

    fn lock(&self) -> MutexGuard<'_, chats::state::State> {
        // A panic in a test's own closure must not turn every later look into a second panic.
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
