//! Toasts: answers to a press of a button. Telegram shows a spinner until the answer comes, and then the
//! toast for a moment. So the answer bypasses the outbox, and is sent at once if its text does not depend on
//! the work. Otherwise [`Toast::run_with_ack`] stops the spinner in time.
#[cfg(doc)]
use super::context::AnswerLimits;
use super::context::BotContext;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The answer to one press. Clones share it.
#[derive(Clone)]
pub struct Toast(Arc<Inner>);

struct Inner {
    bot: Arc<BotContext>,
    callback_query_id: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The text that was sent; empty if only the spinner was stopped.
    answer: Option<String>,
    /// A later text, which Telegram would ignore.
    late_text: Option<String>,
    /// True if an earlier attempt answered with a text. Its work is done, so the text of a later attempt
    /// would mislead.
    muted: bool,
}

impl Toast {
    /// Returns the answer to the press with this callback query id.
    #[must_use]
    pub fn new(bot: Arc<BotContext>, callback_query_id: String) -> Self {
        Self(Arc::new(Inner { bot, callback_query_id, state: Mutex::default() }))
    }

    /// Answers with a text. Telegram only shows the first answer; a later text is stored for
    /// [`Toast::take_late_text`].
    pub fn say(&self, text: String) {
        if self.is_answered(&text) {
            return;
        }
        let inner = Arc::clone(&self.0);
        self.0.bot.tasks.spawn(async move {
            let body = serde_json::json!({"callback_query_id": inner.callback_query_id, "text": text});
            if let Err(error) = inner.bot.telegram.call("answerCallbackQuery", &body).await {
                // Harmless: the spinner of an expired callback query stops by itself.
                tracing::debug!(%error, "failed to answer callback query");
            }
        });
    }

    /// Answers without a text.
    pub fn ack(&self) {
        self.say(String::new());
    }

    /// Takes the text that came too late for the toast and must be sent as a message.
    #[must_use]
    pub fn take_late_text(&self) -> Option<String> {
        self.state().late_text.take()
    }

    /// Prepares for another attempt, after one failed.
    pub fn prepare_retry(&self) {
        let mut state = self.state();
        (state.late_text, state.muted) = (None, state.answer.as_ref().is_some_and(|text| !text.is_empty()));
    }

    /// Returns true if the press was answered before, and stores `text` then; otherwise stores it as the
    /// answer.
    fn is_answered(&self, text: &str) -> bool {
        let mut state = self.state();
        let Some(answer) = &state.answer else {
            state.answer = Some(text.to_owned());
            return false;
        };
        if !text.is_empty() && !state.muted && answer != text {
            state.late_text = Some(text.to_owned());
        }
        true
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs the work behind the press. If it takes longer than [`AnswerLimits::press`], the press is
    /// answered meanwhile.
    pub async fn run_with_ack<T>(&self, work: impl Future<Output = T>) -> T {
        run_with_timeout(work, self.0.bot.answer_limits.press, || self.ack()).await
    }
}

/// Runs `work` to completion, and calls `on_timeout` if that takes longer than `limit`.
async fn run_with_timeout<T>(work: impl Future<Output = T>, limit: Duration, on_timeout: impl FnOnce()) -> T {
    let mut work = pin!(work);
    tokio::select! {
        output = &mut work => return output,
        () = tokio::time::sleep(limit) => on_timeout(),
    }
    work.await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bot::context::AnswerLimits;
    use tokio::time::{Instant, sleep};

    async fn answered_after(work: Duration) -> Option<Duration> {
        let (start, mut answered) = (Instant::now(), None);
        run_with_timeout(sleep(work), AnswerLimits::default().press, || answered = Some(start.elapsed()))
            .await;
        assert_eq!(start.elapsed(), work, "the work runs to completion");
        answered
    }

    #[tokio::test(start_paused = true)]
    async fn a_press_with_slow_work_is_answered_within_the_limit() {
        let limit = Duration::from_millis(300);
        assert_eq!(answered_after(Duration::from_millis(299)).await, None, "the work itself answers");
        assert_eq!(answered_after(Duration::from_millis(301)).await, Some(limit));
        assert_eq!(answered_after(Duration::from_secs(60)).await, Some(limit));
    }
}
