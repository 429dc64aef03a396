//! The answer to a press. Telegram shows it for a moment, and a spinner until it comes: so it goes out beside the work, past
//! the outbox, and at once where what it says does not depend on the work. Where it does, [`Toast::beside`] sees to it that
//! the spinner stops all the same.
use super::context::BotContext;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long the work behind a press may take before the press is answered without words. What comes sooner is seen as one
/// with the press.
const ANSWER_WITHIN: Duration = Duration::from_millis(300);

/// The answer to one press. Clones share.
#[derive(Clone)]
pub struct Toast(Arc<Inner>);

struct Inner {
    bot: Arc<BotContext>,
    query: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    said: Option<String>,
    /// What there was to say after that.
    late: Option<String>,
    /// The press was answered in words by an earlier try: what it did is done, so what another says of it would mislead.
    muted: bool,
}

impl Toast {
    /// The answer to the press with this callback query id.
    #[must_use]
    pub fn new(bot: Arc<BotContext>, query: String) -> Self {
        Self(Arc::new(Inner { bot, query, state: Mutex::default() }))
    }

    /// Answers with words; only the first answer counts, as at Telegram. Other words that come after it are kept for
    /// [`Toast::late`].
    pub fn say(&self, text: String) {
        if self.is_late(&text) {
            return;
        }
        let inner = Arc::clone(&self.0);
        self.0.bot.tasks.spawn(async move {
            let body = serde_json::json!({"callback_query_id": inner.query, "text": text});
            if let Err(error) = inner.bot.telegram.call("answerCallbackQuery", &body).await {
                // Too late is harmless: Telegram has let go of the button by itself.
                tracing::debug!(%error, "press not answered");
            }
        });
    }

    /// Answers without words.
    pub fn ack(&self) {
        self.say(String::new());
    }

    /// What came too late for the answer, and is to be told otherwise.
    #[must_use]
    pub fn late(&self) -> Option<String> {
        self.state().late.take()
    }

    /// The work broke off and begins again.
    pub fn again(&self) {
        let mut state = self.state();
        (state.late, state.muted) = (None, state.said.as_ref().is_some_and(|said| !said.is_empty()));
    }

    fn is_late(&self, text: &str) -> bool {
        let mut state = self.state();
        let Some(said) = &state.said else {
            state.said = Some(text.to_owned());
            return false;
        };
        if !text.is_empty() && !state.muted && said != text {
            state.late = Some(text.to_owned());
        }
        true
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does the work behind the press. Should it take its time, the press is answered meanwhile.
    pub async fn beside<T>(&self, work: impl Future<Output = T>) -> T {
        beside(work, || self.ack()).await
    }
}

/// Runs `work` to its end; what is to be done `meanwhile` is done when that takes longer than [`SOON`].
async fn beside<T>(work: impl Future<Output = T>, meanwhile: impl FnOnce()) -> T {
    let mut work = pin!(work);
    tokio::select! {
        done = &mut work => return done,
        () = tokio::time::sleep(ANSWER_WITHIN) => meanwhile(),
    }
    work.await
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{Instant, sleep};

    async fn answered_after(work: Duration) -> Option<Duration> {
        let (start, mut answered) = (Instant::now(), None);
        beside(sleep(work), || answered = Some(start.elapsed())).await;
        assert_eq!(start.elapsed(), work, "the work is done to its end");
        answered
    }

    #[tokio::test(start_paused = true)]
    async fn a_press_is_answered_soon_however_long_its_work_takes() {
        assert_eq!(answered_after(Duration::from_millis(299)).await, None, "the work itself answers");
        assert_eq!(answered_after(Duration::from_millis(301)).await, Some(ANSWER_WITHIN));
        assert_eq!(answered_after(Duration::from_secs(60)).await, Some(ANSWER_WITHIN));
    }
}
