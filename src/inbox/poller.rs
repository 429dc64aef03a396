//! Long polling for updates. A batch is stored in the inbox before the next `getUpdates` call confirms it.
use super::raw_update::{Answer, RawUpdate, read_answer};
use super::status::TaskState;
use super::{Inbox, allowed_updates};
use crate::bot::context::BotContext;
use crate::clock::Deadline;
use crate::engine::ports::StoreError;
use crate::telegram::{CallError, Telegram};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How long Telegram may hold a poll open. Its servers allow at most 50 s.
const LONG_POLL_TIMEOUT: Duration = Duration::from_secs(50);
/// How much longer than `LONG_POLL_TIMEOUT` the client waits for a response.
const TIMEOUT_MARGIN: Duration = Duration::from_secs(10);
/// The delay after a failed poll, a failed write, or a conflict.
const RETRY_DELAY: Duration = Duration::from_secs(1);
/// How long a write to the inbox may take before people get an outage notice.
const APPEND_TIMEOUT: Duration = Duration::from_secs(3);
/// The timeout of a write after a failed one.
const APPEND_RETRY_TIMEOUT: Duration = Duration::from_secs(1);

/// How many updates an answer holds at most; Telegram allows no more.
const BATCH_LIMIT: u8 = 100;
/// How often a batch whose updates cannot be told apart is fetched before its updates are fetched one by one.
const MAX_BATCH_TRIES: u32 = 2;
/// How often a single update that cannot be told apart is fetched before it is skipped.
const MAX_SINGLE_TRIES: u32 = 3;
/// A poll that brings nothing new sooner than this is answered at once; the next one waits.
const MIN_POLL_DURATION: Duration = Duration::from_secs(1);
/// The delay after the first poll that is answered at once with nothing new; it doubles with each.
const MIN_IDLE_DELAY: Duration = Duration::from_millis(100);
/// The longest delay between polls that bring nothing new.
const MAX_IDLE_DELAY: Duration = Duration::from_secs(5);
/// The state of the polling loop.
struct Poller {
    telegram: Telegram,
    inbox: Inbox,
    bot: Arc<BotContext>,
    deadline: Arc<Deadline>,
    stop: CancellationToken,
    offset: Option<i64>,
    append_timeout: Duration,
    /// How often in succession the updates of an answer could not be told apart, with the same limit.
    inseparable: u32,
    /// How many more updates are fetched one by one, until all of an inseparable batch are past.
    one_by_one: u8,
    /// The delay after the next poll that brings nothing new.
    idle_delay: Duration,
}

/// Polls until `stop`. After `deadline` another replica may poll; if it does, this one stops calling until
/// the deadline is extended.
pub async fn poll(
    telegram: Telegram,
    inbox: Inbox,
    bot: Arc<BotContext>,
    deadline: Arc<Deadline>,
    stop: CancellationToken,
) {
    let status = Arc::clone(inbox.status());
    // Until a poll fails: the first one may stay open for a long time.
    status.polls.set(TaskState::Working);
    let mut poller = Poller {
        telegram,
        inbox,
        bot,
        deadline,
        stop,
        offset: None,
        append_timeout: APPEND_TIMEOUT,
        inseparable: 0,
        one_by_one: 0,
        idle_delay: MIN_IDLE_DELAY,
    };
    poller.run().await;
    status.polls.set(TaskState::Absent);
}

impl Poller {
    async fn run(&mut self) {
        let (mut webhook_deleted, no_parameters) = (false, json!({}));
        while !self.stop.is_cancelled() {
            if !webhook_deleted {
                // Telegram refuses every poll while a webhook from an earlier configuration is set.
                let result = tokio::select! {
                    result = self.telegram.call("deleteWebhook", &no_parameters) => result,
                    () = self.stop.cancelled() => return,
                };
                if let Err(error) = result {
                    tracing::warn!(%error, "failed to delete webhook");
                }
            }
            let started = self.inbox.clock.steady();
            let allowed = allowed_updates(self.bot.inline_mode.is_enabled());
            let (limit, timeout) = (self.limit(), self.timeout());
            let answer = tokio::select! {
                answer = get_updates(&self.telegram, self.offset, limit, timeout, &allowed) => answer,
                () = self.stop.cancelled() => return,
            };
            let elapsed = self.inbox.clock.steady().saturating_sub(started);
            match answer {
                Ok(body) => {
                    webhook_deleted = true;
                    self.process(&body, elapsed).await;
                }
                Err(error) => self.process_error(&error).await,
            }
        }
    }

    /// Returns how many updates to request.
    fn limit(&self) -> u8 {
        if self.one_by_one == 0 { BATCH_LIMIT } else { 1 }
    }

    /// Returns how long Telegram may hold the next poll open. One by one, an empty answer must come at once,
    /// because it ends the batch. After a failure, readiness waits for the next answer.
    fn timeout(&self) -> Duration {
        let is_failing = self.inbox.status.polls.get() == TaskState::Failing;
        if self.one_by_one > 0 || is_failing { Duration::ZERO } else { LONG_POLL_TIMEOUT }
    }

    async fn process(&mut self, body: &[u8], elapsed: Duration) {
        let answer = read_answer(body);
        let state = if answer == Answer::Foreign { TaskState::Failing } else { TaskState::Working };
        self.inbox.status.polls.set(state);
        match answer {
            Answer::Updates(updates) => {
                self.inseparable = 0;
                let next = updates.iter().map(|update| update.id).max().map(|id| id.saturating_add(1));
                let brings_news = next.is_some() && next != self.offset;
                if updates.is_empty() {
                    // All updates are confirmed, so no offset is needed. After a quiet week ids go on at a random
                    // number, which an old offset could hide. No update is left of an inseparable batch.
                    (self.offset, self.one_by_one) = (None, 0);
                } else if self.store(updates, next).await {
                    self.one_by_one = self.one_by_one.saturating_sub(1);
                }
                if brings_news {
                    self.idle_delay = MIN_IDLE_DELAY;
                } else if elapsed < MIN_POLL_DURATION {
                    self.delay_idle_poll().await;
                }
            }
            Answer::Inseparable(id) => self.skip_inseparable(id.or(self.offset), body).await,
            Answer::Foreign => {
                tracing::warn!(bytes = body.len(), "getUpdates was not answered by the Bot API; retrying");
                self.delay_idle_poll().await;
            }
        }
    }

    /// Stores updates and returns whether that succeeded; `next` is the offset that confirms them.
    async fn store(&mut self, updates: Vec<RawUpdate>, next: Option<i64>) -> bool {
        let delayed: Vec<_> = updates.iter().filter_map(RawUpdate::delayed).collect();
        match append(&self.inbox, updates, self.append_timeout).await {
            Ok(()) => {
                self.offset = next.or(self.offset);
                self.append_timeout = APPEND_TIMEOUT;
                true
            }
            Err(error) => {
                // Telegram sends unconfirmed updates again, together with later ones. So people who write
                // during the outage get a notice too.
                tracing::error!(%error, "failed to store updates");
                self.bot.send_outage_notice(delayed);
                self.append_timeout = APPEND_RETRY_TIMEOUT;
                delay(RETRY_DELAY, &self.stop).await;
                false
            }
        }
    }

    /// Counts an answer whose updates cannot be told apart, so that it is fetched again: the batch first, then its
    /// updates one by one. A single update that stays unreadable becomes a dead letter with the raw bytes, and
    /// the offset moves past it.
    async fn skip_inseparable(&mut self, id: Option<i64>, body: &[u8]) {
        self.inseparable = self.inseparable.saturating_add(1);
        tracing::error!(update = id, tries = self.inseparable, "failed to tell updates of getUpdates apart");
        if self.one_by_one == 0 && self.inseparable >= MAX_BATCH_TRIES {
            (self.one_by_one, self.inseparable) = (BATCH_LIMIT, 0);
        } else if self.one_by_one > 0
            && self.inseparable >= MAX_SINGLE_TRIES
            && let Some(id) = id
        {
            if self.store(vec![RawUpdate::unreadable(id, body)], Some(id.saturating_add(1))).await {
                self.inbox.status.skipped.fetch_add(1, Ordering::Relaxed);
                // The rest of the batch is fetched one by one too, since it can hold another such update.
                (self.one_by_one, self.inseparable) = (self.one_by_one - 1, 0);
            }
            return;
        }
        self.delay_idle_poll().await;
    }

    async fn process_error(&mut self, error: &CallError) {
        self.inbox.status.polls.set(TaskState::Failing);
        log_poll_error(error);
        while error.code() == Some(409) && self.deadline.has_passed() && !self.stop.is_cancelled() {
            delay(RETRY_DELAY, &self.stop).await;
        }
        delay(error.retry_after().unwrap_or(RETRY_DELAY), &self.stop).await;
    }

    /// Waits after a poll that brought nothing new; each delay is twice as long as the last.
    async fn delay_idle_poll(&mut self) {
        delay(self.idle_delay, &self.stop).await;
        self.idle_delay = (self.idle_delay * 2).min(MAX_IDLE_DELAY);
    }
}

/// Stores updates. A hanging store counts as unavailable after `append_timeout`. If its write succeeds later,
/// the retried updates are recognised by their ids.
async fn append(inbox: &Inbox, updates: Vec<RawUpdate>, append_timeout: Duration) -> Result<(), StoreError> {
    let timed_out = || StoreError::Unavailable("the store timed out".to_owned());
    timeout(append_timeout, inbox.append(updates)).await.unwrap_or_else(|_| Err(timed_out()))
}

async fn get_updates(
    telegram: &Telegram,
    offset: Option<i64>,
    limit: u8,
    timeout: Duration,
    allowed: &[&str],
) -> Result<Vec<u8>, CallError> {
    let mut body = json!({"timeout": timeout.as_secs(), "limit": limit, "allowed_updates": allowed});
    if let (Some(offset), Some(fields)) = (offset, body.as_object_mut()) {
        fields.insert("offset".into(), json!(offset));
    }
    telegram.get_updates(&body, timeout + TIMEOUT_MARGIN).await
}

fn log_poll_error(error: &CallError) {
    match error.code() {
        Some(409) => tracing::error!(
            %error,
            "getUpdates conflict: another program polls this bot or a webhook is set; only one can get updates"
        ),
        Some(401 | 404) => tracing::error!(%error, "Telegram rejected the bot token: check TELOXIDE_TOKEN"),
        _ => tracing::warn!(%error, "getUpdates failed; retrying"),
    }
}

async fn delay(duration: Duration, stop: &CancellationToken) {
    tokio::select! { () = tokio::time::sleep(duration) => {} () = stop.cancelled() => {} }
}
