//! Handles one row of the inbox to its end: meets the person, asks the tree for answers, marks the row and puts the answers
//! into the outbox in one step. Three failures put the row aside; a store that is away is waited for and not counted.
use crate::bot::context::{BotContext, HandlerResult, RequestContext};
use crate::bot::handlers::common;
use crate::bot::handlers::refusals::{refusal_message, refusal_toast};
use crate::bot::render::{Localizer, plain_message};
use crate::bot::schema::{HandlerTree, schema};
use crate::bot::toast::Toast;
use crate::clock::Clock;
use crate::domain::ids::{ChatId, TelegramId};
use crate::domain::notice::{Message as Delivery, Notice, Outgoing};
use crate::domain::person::Locale;
use crate::domain::quota::Admission;
use crate::domain::ticket::Refusal;
use crate::engine::error::EngineError;
use crate::engine::people::Profile;
use crate::engine::ports::StoreError;
use futures::FutureExt;
use std::convert::Infallible;
use std::ops::ControlFlow;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use teloxide::types::{ChatMemberKind, Update, UpdateKind, User};
use tokio_util::sync::CancellationToken;

/// How often a handler may fail before its update is put aside.
const MAX_TRIES: u32 = 3;
/// The wait before the second try; it doubles.
const MIN_RETRY_DELAY: Duration = Duration::from_millis(100);
/// The longest wait. A store that is back must not be waited for any more.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(1);

/// Handles rows.
pub struct Runner {
    desk: Arc<BotContext>,
    clock: Clock,
    tree: HandlerTree,
    stop: CancellationToken,
}

/// Why a row is not done.
enum Failure {
    /// The store is away: nobody's fault, try again.
    StoreUnavailable(StoreError),
    /// The handler failed or panicked.
    Handler(String),
}

impl Runner {
    /// A runner for this desk. After `stop`, what can't be done stays undone for the next start.
    #[must_use]
    pub fn new(desk: Arc<BotContext>, clock: Clock, stop: CancellationToken) -> Self {
        Self { desk, clock, tree: schema(), stop }
    }

    /// The dispatcher's endpoint.
    pub async fn handle(update: Update, runner: Arc<Self>) -> Result<(), Infallible> {
        // A desk that stops finishes what it has begun; what only waits in memory is safe in the inbox.
        if runner.stop.is_cancelled() {
            return Ok(());
        }
        let admission = runner.admit(&update);
        match &update.kind {
            UpdateKind::CallbackQuery(query) => {
                let toast = Toast::new(Arc::clone(&runner.desk), query.id.0.clone());
                Box::pin(toast.run_with_ack(runner.run_to_completion(&update, admission, Some(&toast))))
                    .await;
            }
            _ => runner.run_to_completion(&update, admission, None).await,
        }
        Ok(())
    }

    /// Tries until the update is done or put aside, or the desk stops.
    async fn run_to_completion(&self, update: &Update, admission: Admission, toast: Option<&Toast>) {
        let mut pause = MIN_RETRY_DELAY;
        let chat = update.chat().map(|chat| chat.id.0);
        while let Err(failure) =
            self.desk.with_outage_notice(chat, self.attempt(update, admission, toast)).await
        {
            if self.is_dead_letter(update, failure).await {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.stop.cancelled() => return,
            }
            if let Some(toast) = toast {
                toast.prepare_retry();
            }
            pause = (pause * 2).min(MAX_RETRY_DELAY);
        }
    }

    /// Notes why a try failed. `true` when there will be no other.
    async fn is_dead_letter(&self, update: &Update, failure: Failure) -> bool {
        match failure {
            Failure::StoreUnavailable(error) => {
                tracing::error!(%error, update = update.id.0, "waiting for the store");
                if !self.stop.is_cancelled() {
                    self.desk.send_outage_notice(update.chat().map(|chat| chat.id.0));
                }
                false
            }
            Failure::Handler(error) => {
                tracing::error!(%error, update = update.id.0, "a handler failed");
                self.failed(update, &error).await.unwrap_or_else(|error| {
                    tracing::error!(%error, update = update.id.0, "the failure can't be noted");
                    false
                })
            }
        }
    }

    /// Whether the chat may send this much. By the moment of sending where Telegram tells it.
    fn admit(&self, update: &Update) -> Admission {
        let sent = match &update.kind {
            UpdateKind::Message(message) => message.date,
            UpdateKind::CallbackQuery(_) => self.clock.now(),
            _ => return Admission::Admitted,
        };
        let Some(chat) = update.chat() else { return Admission::Admitted };
        let admission = self.desk.quotas.lock().unwrap_or_else(PoisonError::into_inner).take(chat.id.0, sent);
        if admission == Admission::RejectedWithNotice {
            tracing::warn!(
                update = update.id.0,
                "a chat sends more than its quota; what is above is passed over"
            );
        }
        admission
    }

    /// One try: from the update to its mark.
    async fn attempt(
        &self,
        update: &Update,
        admission: Admission,
        toast: Option<&Toast>,
    ) -> Result<(), Failure> {
        fail::fail_point!("inbox-before-handler");
        let engine = &self.desk.engine;
        let answers = AssertUnwindSafe(self.answers(update, admission, toast)).catch_unwind();
        let (answers, marks) = engine.defer_rounds(answers).await;
        let done = self.finish(update, answers).await;
        engine.start_deferred_rounds(marks);
        done
    }

    /// Marks the row and puts its answers into the outbox, if there are answers.
    async fn finish(
        &self,
        update: &Update,
        answers: std::thread::Result<HandlerResult>,
    ) -> Result<(), Failure> {
        let answers = match answers {
            Ok(Ok(answers)) => answers,
            Ok(Err(EngineError::Store(error @ StoreError::Unavailable(_)))) => {
                return Err(Failure::StoreUnavailable(error));
            }
            Ok(Err(error)) => return Err(Failure::Handler(error.to_string())),
            Err(_) => return Err(Failure::Handler("panicked".into())),
        };
        fail::fail_point!("inbox-before-handled");
        let store = self.desk.engine.store();
        store
            .complete_update(i64::from(update.id.0), answers, self.clock.now())
            .await
            .map_err(Failure::StoreUnavailable)?;
        fail::fail_point!("inbox-after-handled");
        self.desk.engine.wake_outbox();
        Ok(())
    }

    /// Notes a failure. `true` when the row is put aside: the admins and the person are told.
    async fn failed(&self, update: &Update, error: &str) -> Result<bool, EngineError> {
        let (store, id) = (self.desk.engine.store(), i64::from(update.id.0));
        if store.record_failure(id, error).await? < MAX_TRIES {
            return Ok(false);
        }
        let mut notices =
            self.desk.engine.notices_to_admins(&Notice::UpdateDeadLettered { update: id }).await?;
        if let Some(chat) = update.chat().filter(|chat| chat.is_private()) {
            notices.push(Outgoing::notice(ChatId(chat.id.0), Notice::UpdateFailed));
        }
        store.dead_letter(id, notices, self.clock.now()).await?;
        self.desk.engine.wake_outbox();
        Ok(true)
    }

    async fn answers(&self, update: &Update, admission: Admission, toast: Option<&Toast>) -> HandlerResult {
        match admission {
            Admission::Admitted => {}
            // A press that is passed over is answered all the same: its spinner turns until then.
            Admission::RejectedWithNotice | Admission::Rejected => {
                toast.inspect(|toast| toast.ack());
                return match admission {
                    Admission::RejectedWithNotice => self.too_fast(update).await,
                    _ => Ok(Vec::new()),
                };
            }
        }
        match &update.kind {
            UpdateKind::MyChatMember(member) if member.chat.is_private() => {
                let here =
                    !matches!(member.new_chat_member.kind, ChatMemberKind::Banned(_) | ChatMemberKind::Left);
                let user = TelegramId(signed(member.from.id.0));
                self.desk.engine.set_reachable(user, here).await?;
                Ok(Vec::new())
            }
            UpdateKind::Message(message) if !message.chat.is_private() => Ok(self.in_a_group(message)),
            UpdateKind::Message(_) | UpdateKind::CallbackQuery(_) => self.in_private(update, toast).await,
            _ => Ok(Vec::new()),
        }
    }

    /// The desk talks in private. In a group it says so to who calls it by a command, and is silent otherwise.
    fn in_a_group(&self, message: &teloxide::types::Message) -> Vec<Outgoing> {
        if let Some(new_id) = message.migrate_to_chat_id() {
            tracing::info!(from = message.chat.id.0, to = new_id.0, "a group became a supergroup");
        }
        let username = &self.desk.bot_username;
        if !message.text().is_some_and(|text| crate::bot::commands::is_addressed_to_bot(text, username)) {
            return Vec::new();
        }
        let rules = self.desk.engine.config();
        let words = Localizer {
            texts: &self.desk.texts,
            locale: rules.default_locale,
            now: self.clock.now(),
            zone: rules.zone,
        };
        let text = words.message("only-in-private", &[("link", format!("https://t.me/{username}").into())]);
        vec![Outgoing { chat: ChatId(message.chat.id.0), message: Delivery::Text(text) }]
    }

    /// Says that something was passed over, and what to do about it. A group is told nothing: nobody in it is meant.
    async fn too_fast(&self, update: &Update) -> HandlerResult {
        let Some(user) =
            update.from().filter(|_| update.chat().is_some_and(teloxide::types::Chat::is_private))
        else {
            return Ok(Vec::new());
        };
        let profile = profile_of(user);
        let engine = &self.desk.engine;
        let known = engine.store().person_by_telegram(profile.telegram).await?.map(|person| person.locale);
        let locale = known.or(profile.locale).unwrap_or(engine.config().default_locale);
        let words =
            Localizer { texts: &self.desk.texts, locale, now: self.clock.now(), zone: engine.config().zone };
        let message = Delivery::Text(words.message("too-fast", &[]));
        Ok(vec![Outgoing { chat: ChatId(profile.telegram.0), message }])
    }

    async fn in_private(&self, update: &Update, toast: Option<&Toast>) -> HandlerResult {
        let Some(user) = update.from().filter(|user| !user.is_bot) else { return Ok(Vec::new()) };
        let now = self.clock.now();
        let person = self.desk.engine.register_person(&profile_of(user), now).await?;
        self.desk.engine.on_activity(&person, now).await?;
        let ask = RequestContext { chat: person.chat(), person, now };
        let mut deps = dptree::deps![Arc::clone(&self.desk), ask.clone(), update.clone()];
        if let Some(toast) = toast {
            deps.insert(toast.clone());
        }
        let handled = match self.tree.dispatch(deps).await {
            ControlFlow::Break(handled) => handled,
            ControlFlow::Continue(_) => Ok(Vec::new()),
        };
        let mut answers = handled.or_else(|error| self.refused(&ask, update, toast, error))?;
        if let Some(toast) = toast {
            toast.ack();
            answers.extend(toast.take_late_text().map(|text| ask.text(plain_message(&text))));
        }
        Ok(answers)
    }

    /// What a person can mend is told to them: where they pressed, else below. Buttons that will never do anything go. The
    /// rest is a failure of the desk.
    fn refused(
        &self,
        ask: &RequestContext,
        update: &Update,
        toast: Option<&Toast>,
        error: EngineError,
    ) -> HandlerResult {
        let mut told = Vec::new();
        match (toast, refusal_toast(&self.desk, ask, &error)) {
            (_, None) => return Err(error),
            (Some(toast), Some(text)) => toast.say(text),
            (None, Some(_)) => told.extend(refusal_message(&self.desk, ask, &error)),
        }
        if let UpdateKind::CallbackQuery(query) = &update.kind
            && is_dead(&error)
        {
            told.extend(common::without_buttons(query, ask));
        }
        Ok(told)
    }
}

/// Whether a press that is refused so will never be taken: it is somebody else's, or for what is gone.
fn is_dead(error: &EngineError) -> bool {
    matches!(
        error,
        EngineError::Forbidden | EngineError::NotFound | EngineError::Refused(Refusal::NotYours, _)
    )
}

fn profile_of(user: &User) -> Profile {
    Profile {
        telegram: TelegramId(signed(user.id.0)),
        name: user.full_name(),
        username: user.username.clone(),
        locale: user.language_code.as_deref().and_then(Locale::from_tag),
    }
}

/// Telegram's ids have at most 52 significant bits.
fn signed(id: u64) -> i64 {
    i64::try_from(id).unwrap_or(i64::MAX)
}
