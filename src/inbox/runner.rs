//! A runner that completes one update from the inbox. It records the person, runs the handlers, then marks
//! the row as handled and enqueues the replies in one step. After three failed attempts the update becomes a
//! dead letter; attempts that fail because the store is unavailable do not count.
use crate::bot::context::{BotContext, HandlerResult, RequestContext};
use crate::bot::handlers::refusals::{refusal_message, refusal_toast};
use crate::bot::handlers::{common, reactions};
use crate::bot::inline;
use crate::bot::render::{Localizer, plain_message};
use crate::bot::schema::{HandlerTree, schema};
use crate::bot::toast::Toast;
use crate::clock::Clock;
use crate::domain::ids::ChatId;
use crate::domain::notice::{Message as Delivery, Notice, Outgoing};
use crate::domain::quota::Admission;
use crate::domain::ticket::Refusal;
use crate::engine::error::EngineError;
use crate::engine::ports::StoreError;
use crate::inbox::Inbox;
use crate::inbox::received::Received;
use crate::telegram::incoming::{Incoming, IncomingMessage};
use futures::FutureExt;
use std::convert::Infallible;
use std::ops::ControlFlow;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use teloxide::types::Update;
use tokio_util::sync::CancellationToken;

/// Failed attempts after which an update becomes a dead letter.
const MAX_ATTEMPTS: u32 = 3;
/// The backoff before the second attempt; it doubles with each attempt.
const MIN_RETRY_DELAY: Duration = Duration::from_millis(100);
/// The longest backoff. It is short, so that handling resumes soon after the store is available again.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(1);

/// Handles the updates of the inbox.
pub struct Runner {
    bot: Arc<BotContext>,
    inbox: Inbox,
    clock: Clock,
    handlers: HandlerTree,
    stop: CancellationToken,
}

/// The reason why an attempt failed.
enum Failure {
    /// The store is unavailable. The attempt does not count.
    StoreUnavailable(StoreError),
    /// The handler failed or panicked.
    Handler(String),
}

impl Runner {
    /// Returns a runner. After `stop`, an update whose attempt fails stays pending until the next start.
    #[must_use]
    pub fn new(bot: Arc<BotContext>, inbox: Inbox, clock: Clock, stop: CancellationToken) -> Self {
        Self { bot, inbox, clock, handlers: schema(), stop }
    }

    /// Handles one update; the endpoint of the dispatcher.
    pub async fn handle(update: Update, runner: Arc<Self>) -> Result<(), Infallible> {
        // On shutdown, only updates that have started are finished. The others stay pending in the inbox.
        if runner.stop.is_cancelled() {
            return Ok(());
        }
        let Some(incoming) = runner.inbox.take_dispatched(i64::from(update.id.0)) else {
            tracing::error!(update = update.id.0, "update has no content; leaving it pending");
            return Ok(());
        };
        // Updates that wait for their turn in a long backlog are no sign of a stall.
        let _operation = runner.inbox.status().handling.begin(runner.clock.steady());
        let received = Received { update, incoming };
        let admission = runner.admit(&received);
        match &received.incoming {
            Incoming::Press(press) => {
                let toast = Toast::new(Arc::clone(&runner.bot), press.query_id.clone());
                Box::pin(toast.run_with_ack(runner.run_to_completion(&received, admission, Some(&toast))))
                    .await;
            }
            _ => Box::pin(runner.run_to_completion(&received, admission, None)).await,
        }
        Ok(())
    }

    /// Repeats attempts until the update is handled or a dead letter, or until `stop`.
    async fn run_to_completion(&self, update: &Received, admission: Admission, toast: Option<&Toast>) {
        let mut backoff = MIN_RETRY_DELAY;
        let delayed = update.delayed();
        while let Err(failure) =
            self.bot.with_outage_notice(delayed, Box::pin(self.attempt(update, admission, toast))).await
        {
            if self.handle_failure(update, failure).await {
                break;
            }
            tokio::select! {
                () = tokio::time::sleep(backoff) => {}
                () = self.stop.cancelled() => return,
            }
            if let Some(toast) = toast {
                toast.prepare_retry();
            }
            backoff = (backoff * 2).min(MAX_RETRY_DELAY);
        }
        self.bot.end_outage_notice(delayed);
    }

    /// Logs and records a failed attempt. Returns true if the update became a dead letter.
    async fn handle_failure(&self, update: &Received, failure: Failure) -> bool {
        match failure {
            Failure::StoreUnavailable(error) => {
                tracing::error!(%error, update = update.id(), "store unavailable; retrying update");
                if !self.stop.is_cancelled() {
                    self.bot.send_outage_notice(update.delayed());
                }
                false
            }
            Failure::Handler(error) => {
                tracing::error!(%error, update = update.id(), "handler failed");
                self.record_failure(update, &error).await.unwrap_or_else(|error| {
                    tracing::error!(%error, update = update.id(), "failed to record handler failure");
                    false
                })
            }
        }
    }

    /// Counts an update against the quota of its chat. A message counts at the time when it was sent, a press
    /// at the time of receipt; other updates are always admitted.
    fn admit(&self, update: &Received) -> Admission {
        let sent_at = match &update.incoming {
            Incoming::Message(message) => message.date.unwrap_or_else(|| self.clock.now()),
            Incoming::Edited(_) | Incoming::Press(_) | Incoming::Reaction(_) => self.clock.now(),
            // Each letter that a person types is a query.
            Incoming::Membership { .. } | Incoming::Inline(_) => return Admission::Admitted,
        };
        // A press on a message that Telegram does not name counts for the chat of the person.
        let private = || update.from().map(|user| user.id.0);
        let Some(chat) = update.chat_id().or_else(private) else { return Admission::Admitted };
        let admission = self.bot.quotas.lock().unwrap_or_else(PoisonError::into_inner).take(chat, sent_at);
        if admission == Admission::RejectedWithNotice {
            tracing::warn!(update = update.id(), "chat exceeded its quota; rejecting excess updates");
        }
        admission
    }

    /// Makes one attempt: runs the handlers and completes the update.
    async fn attempt(
        &self,
        update: &Received,
        admission: Admission,
        toast: Option<&Toast>,
    ) -> Result<(), Failure> {
        fail::fail_point!("inbox-before-handler");
        let engine = &self.bot.engine;
        let replies = AssertUnwindSafe(self.dispatch(update, admission, toast)).catch_unwind();
        let (replies, deferred) = engine.defer_rounds(replies).await;
        let result = self.complete(update, replies).await;
        engine.start_deferred_rounds(deferred);
        result
    }

    /// Marks the update as handled and enqueues its replies. Errors if the handler failed or panicked.
    async fn complete(
        &self,
        update: &Received,
        replies: std::thread::Result<HandlerResult>,
    ) -> Result<(), Failure> {
        let replies = match replies {
            Ok(Ok(replies)) => replies,
            Ok(Err(EngineError::Store(error @ StoreError::Unavailable(_)))) => {
                return Err(Failure::StoreUnavailable(error));
            }
            Ok(Err(error)) => return Err(Failure::Handler(error.to_string())),
            Err(_) => return Err(Failure::Handler("panicked".into())),
        };
        fail::fail_point!("inbox-before-handled");
        let store = self.bot.engine.store();
        store
            .complete_update(update.id(), replies, self.clock.now())
            .await
            .map_err(Failure::StoreUnavailable)?;
        fail::fail_point!("inbox-after-handled");
        self.bot.engine.wake_outbox();
        Ok(())
    }

    /// Records a handler failure. Returns true if the update became a dead letter; the admins and the sender
    /// then get a notice.
    async fn record_failure(&self, update: &Received, error: &str) -> Result<bool, EngineError> {
        let (store, id) = (self.bot.engine.store(), update.id());
        if store.record_failure(id, error).await? < MAX_ATTEMPTS {
            return Ok(false);
        }
        let mut notices =
            self.bot.engine.notices_to_admins(&Notice::UpdateDeadLettered { update: id }).await?;
        if let Some(chat) = update.chat().filter(|chat| chat.is_private) {
            notices.push(Outgoing::notice(chat.id, Notice::UpdateFailed));
        }
        store.dead_letter(id, error, notices, self.clock.now()).await?;
        self.bot.engine.wake_outbox();
        Ok(true)
    }

    /// Returns the replies of the handlers to the update, or the quota notice.
    async fn dispatch(
        &self,
        update: &Received,
        admission: Admission,
        toast: Option<&Toast>,
    ) -> HandlerResult {
        match admission {
            Admission::Admitted => {}
            // A rejected press is answered too, because its spinner turns until then.
            Admission::RejectedWithNotice | Admission::Rejected => {
                toast.inspect(|toast| toast.ack());
                return match admission {
                    Admission::RejectedWithNotice => self.quota_notice(update).await,
                    _ => Ok(Vec::new()),
                };
            }
        }
        match &update.incoming {
            Incoming::Membership { chat, from, is_member } => {
                if chat.is_private {
                    self.bot.engine.set_reachable(from.id, *is_member, self.clock.now()).await?;
                }
                Ok(Vec::new())
            }
            Incoming::Reaction(reaction) => {
                reactions::on_reaction(&self.bot, reaction, self.clock.now()).await.map(|()| Vec::new())
            }
            Incoming::Inline(query) => {
                inline::answer(&self.bot, query, self.clock.now()).await.map(|()| Vec::new())
            }
            Incoming::Message(message) if !message.chat.is_private => Ok(self.handle_group_message(message)),
            Incoming::Edited(message) if !message.chat.is_private => Ok(Vec::new()),
            _ => self.handle_private_update(update, toast).await,
        }
    }

    /// Returns the replies to a group message. The bot only serves private chats: it says so in reply to a
    /// command, and ignores other group messages.
    fn handle_group_message(&self, message: &IncomingMessage) -> Vec<Outgoing> {
        if let Some(new_id) = message.migrate_to {
            tracing::info!(from = message.chat.id.0, to = new_id, "group was migrated to a supergroup");
        }
        let username = &self.bot.bot_username;
        if !message.plain_text().is_some_and(|text| crate::bot::commands::is_addressed_to_bot(text, username))
        {
            return Vec::new();
        }
        let config = self.bot.engine.config();
        let words = Localizer {
            texts: &self.bot.texts,
            locale: config.default_locale,
            now: self.clock.now(),
            zone: config.zone,
        };
        let text = words.message("only-in-private", &[("link", format!("https://t.me/{username}").into())]);
        vec![Outgoing { chat: message.chat.id, message: Delivery::Text(text).in_thread(message.thread) }]
    }

    /// Returns the notice that an update was rejected by the quota. Groups get none, because the notice
    /// addresses one person.
    async fn quota_notice(&self, update: &Received) -> HandlerResult {
        let Some(user) = update.from().filter(|_| update.chat().is_none_or(|chat| chat.is_private)) else {
            return Ok(Vec::new());
        };
        let profile = Received::profile_of(user);
        let engine = &self.bot.engine;
        let stored_locale =
            engine.store().person_by_telegram(profile.telegram).await?.map(|person| person.locale);
        let locale = stored_locale.or(profile.locale).unwrap_or(engine.config().default_locale);
        let words =
            Localizer { texts: &self.bot.texts, locale, now: self.clock.now(), zone: engine.config().zone };
        let message = Delivery::Text(words.message("too-fast", &[])).in_thread(update.thread());
        Ok(vec![Outgoing { chat: ChatId::from(profile.telegram), message }])
    }

    /// Records the sender and runs the handlers. Errors that the sender can act on become replies.
    async fn handle_private_update(&self, update: &Received, toast: Option<&Toast>) -> HandlerResult {
        let Some(user) = update.from().filter(|user| !user.is_bot) else { return Ok(Vec::new()) };
        let now = self.clock.now();
        let person = self.bot.engine.register_person(&Received::profile_of(user), now).await?;
        self.bot.engine.on_activity(&person, now).await?;
        let request = RequestContext {
            chat: person.chat(),
            thread: update.thread(),
            inline_message_id: update.inline_message_id(),
            person,
            now,
        };
        let mut deps = dptree::deps![Arc::clone(&self.bot), request.clone(), update.update.clone()];
        match &update.incoming {
            Incoming::Message(message) | Incoming::Edited(message) => {
                deps.insert(Arc::clone(message));
            }
            Incoming::Press(press) => {
                deps.insert(Arc::clone(press));
            }
            Incoming::Membership { .. } | Incoming::Inline(_) | Incoming::Reaction(_) => {}
        }
        if let Some(toast) = toast {
            deps.insert(toast.clone());
        }
        let result = match self.handlers.dispatch(deps).await {
            ControlFlow::Break(result) => result,
            ControlFlow::Continue(_) => Ok(Vec::new()),
        };
        let mut replies = result.or_else(|error| self.reply_to_error(&request, update, toast, error))?;
        if let Some(toast) = toast {
            toast.ack();
            replies.extend(toast.take_late_text().map(|text| request.text(plain_message(&text))));
        }
        Ok(replies)
    }

    /// Explains an error that the person can act on, in the toast of a press, otherwise in a message. Removes
    /// buttons that can no longer succeed. Returns all other errors unchanged.
    fn reply_to_error(
        &self,
        request: &RequestContext,
        update: &Received,
        toast: Option<&Toast>,
        error: EngineError,
    ) -> HandlerResult {
        let mut replies = Vec::new();
        match (toast, refusal_toast(&self.bot, request, &error)) {
            (_, None) => return Err(error),
            (Some(toast), Some(text)) => toast.say(text),
            (None, Some(_)) => replies.extend(refusal_message(&self.bot, request, &error)),
        }
        if let Incoming::Press(press) = &update.incoming
            && is_permanent(&error)
        {
            replies.extend(common::without_buttons(press, request));
        }
        Ok(replies)
    }
}

/// Returns true if a press will always fail with this error: it belongs to another agent, or its target is
/// gone.
fn is_permanent(error: &EngineError) -> bool {
    matches!(
        error,
        EngineError::Forbidden | EngineError::NotFound | EngineError::Refused(Refusal::NotYours, _)
    )
}
