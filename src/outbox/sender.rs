//! A sender of single deliveries: composes a message, calls Telegram, and returns the outcome.
use super::action::{Compose, TelegramAction};
use super::error_policy::{ErrorAction, backoff, classify};
use super::rate_limit::{RateLimiter, RateLimits};
use super::topic_mode::TopicMode;
use super::topics::forgotten;
use super::waits::Waits;
use crate::clock::{Clock, Deadline};
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::ids::TelegramId;
use crate::domain::notice::{Message, Notice};
use crate::domain::ticket::conversation::RelayFailure;
use crate::engine::Engine;
use crate::engine::ports::{ClaimedDelivery, DropReason, Outcome, StoreError};
use crate::telegram::{CallError, Telegram};
use chrono::TimeDelta;
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Attempts after which a delivery that panics is dropped.
const MAX_ATTEMPTS: u32 = 3;
/// How often a message is sent again after an unknown outcome. One repeat is better than a loss; two would be
/// spam.
const MAX_REPEATS: u32 = 1;

/// Sends deliveries, one per call.
pub(super) struct Sender {
    pub(super) engine: Arc<Engine>,
    pub(super) composer: Arc<dyn Compose>,
    pub(super) telegram: Telegram,
    pub(super) clock: Clock,
    rate_limiter: Mutex<RateLimiter>,
    waits: Mutex<Waits>,
    topics: Arc<TopicMode>,
}

/// The result of one delivery.
pub(super) struct DeliveryReport {
    pub(super) id: u64,
    pub(super) outcome: Outcome,
    /// True if Telegram did not respond.
    pub(super) telegram_down: bool,
}

impl Sender {
    pub(super) fn new(
        engine: Arc<Engine>,
        composer: Arc<dyn Compose>,
        telegram: Telegram,
        (clock, limits): (Clock, RateLimits),
        topics: Arc<TopicMode>,
    ) -> Self {
        let rate_limiter = Mutex::new(RateLimiter::new(limits));
        Self { engine, composer, telegram, clock, rate_limiter, waits: Mutex::default(), topics }
    }

    pub(super) fn rate_limiter(&self) -> MutexGuard<'_, RateLimiter> {
        self.rate_limiter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends one delivery. A delivery that panics is dropped after some attempts, so it does not block its
    /// chat.
    pub(super) async fn deliver(&self, delivery: ClaimedDelivery, deadline: &Deadline) -> DeliveryReport {
        let in_call = AtomicBool::new(false);
        let sent = AssertUnwindSafe(self.send(&delivery, deadline, &in_call)).catch_unwind().await;
        let mut report = match sent {
            Ok(report) => report,
            Err(_) => self.after_panic(&delivery, in_call.into_inner()).await,
        };
        if let Message::Notice(Notice::StillOnline { agent, .. }) = delivery.message.inner()
            && matches!(report.outcome, Outcome::Sent(_) | Outcome::Dropped(..))
            && let Err(error) = self.engine.record_question_delivery(*agent, self.clock.now()).await
        {
            // The agent is asked again later.
            tracing::warn!(%error, delivery = delivery.id, "failed to record the delivery of a question");
        }
        if delivery.message.is_refresh()
            && let Outcome::Retry { until, unknown: false } = report.outcome
        {
            report.outcome = Outcome::Postponed(until);
        }
        report
    }

    /// Returns the report of a delivery that panicked, `in_call` if it did so while Telegram was called.
    async fn after_panic(&self, delivery: &ClaimedDelivery, in_call: bool) -> DeliveryReport {
        let ClaimedDelivery { id, attempts, .. } = *delivery;
        tracing::error!(delivery = id, attempts, "delivery panicked");
        if attempts + 1 < MAX_ATTEMPTS {
            let until = self.clock.now() + backoff(attempts);
            return report(id, Outcome::Retry { until, unknown: in_call });
        }
        self.give_up(delivery, DropReason::Failed, "panicked".into()).await
    }

    async fn send(
        &self,
        delivery: &ClaimedDelivery,
        deadline: &Deadline,
        in_call: &AtomicBool,
    ) -> DeliveryReport {
        let (id, chat, now) = (delivery.id, delivery.chat, self.clock.now());
        let action = match self.composer.compose(chat, &delivery.message, now).await {
            Ok(action) => action,
            Err(error) => {
                self.rate_limiter().give_back(1);
                // What can't be read may be quoted in the error, so it is not logged.
                if let StoreError::Corrupt(details) = error {
                    return self.give_up(delivery, DropReason::Unreadable, details).await;
                }
                tracing::error!(%error, delivery = id, "failed to compose delivery");
                return report(id, Outcome::Retry { until: now + TimeDelta::seconds(1), unknown: false });
            }
        };
        if let Some(until) = action.waits_until() {
            self.rate_limiter().give_back(1);
            return report(id, Outcome::Retry { until, unknown: false });
        }
        let Some((method, _)) = action.call(chat) else {
            self.rate_limiter().give_back(1);
            return report(id, action.outcome_without_call(chat, now));
        };
        let steady = self.clock.steady();
        let delay = if deadline.has_passed() {
            Some(steady)
        } else if let Some(until) = self.waits().until(chat, method, steady) {
            Some(until)
        } else {
            self.rate_limiter().take(chat, delivery.message.is_refresh(), steady).err()
        };
        if let Some(until) = delay {
            self.rate_limiter().give_back(1);
            let until = self.clock.now() + delta(until.saturating_sub(steady));
            // Nothing was sent, so this attempt does not use up the repeat.
            return report(id, Outcome::Retry { until, unknown: false });
        }
        self.carry_out(delivery, action, in_call).await
    }

    /// Makes the calls of a delivery: of its action, and of the one that replaces it if Telegram can't carry
    /// it out.
    async fn carry_out(
        &self,
        delivery: &ClaimedDelivery,
        mut action: TelegramAction,
        in_call: &AtomicBool,
    ) -> DeliveryReport {
        let (id, chat) = (delivery.id, delivery.chat);
        let (mut is_plain, mut gone) = (false, None);
        loop {
            if !action.is_idempotent() && delivery.unknown > MAX_REPEATS {
                let details = format!("sent {} times, each with an unknown outcome", delivery.unknown);
                return self.give_up(delivery, DropReason::OutcomeUnknown, details).await;
            }
            in_call.store(!action.is_idempotent(), Ordering::SeqCst);
            fail::fail_point!("outbox-before-send");
            let is_relay = matches!(delivery.message.inner(), Message::Relay { .. });
            if is_relay {
                fail::fail_point!("relay-before-send");
            }
            let result = self.call(delivery, &action).await;
            if is_relay {
                fail::fail_point!("relay-after-send");
            }
            fail::fail_point!("outbox-after-send");
            in_call.store(false, Ordering::SeqCst);
            // A wait that Telegram asks for counts from here.
            let now = self.clock.now();
            let error = match result {
                Ok(outcome) => {
                    let outcome = match gone {
                        Some(thread) => forgotten(chat, thread, outcome),
                        None => outcome,
                    };
                    let latency = (now - delivery.committed_at).num_milliseconds();
                    tracing::debug!(delivery = id, waited_ms = latency, "delivered");
                    if let Err(error) = self.engine.on_partly_relayed(action.partial_messages(), now).await {
                        tracing::warn!(%error, "failed to tell the author what was not brought");
                    }
                    return report(id, outcome);
                }
                Err(error) => error,
            };
            let step = classify(&error, delivery.attempts, delivery.unknown, action.is_idempotent(), now);
            if let TelegramAction::Topic(topic, otherwise) = &action {
                if let Some(outcome) = topic.outcome_if_refused(chat, &step) {
                    return report(id, outcome);
                }
                let is_refused = matches!(step, ErrorAction::GiveUp(_)) || error.code() == Some(429);
                if let Some(otherwise) = otherwise
                    && is_refused
                {
                    tracing::warn!(%error, delivery = id, "Telegram refused a topic; sending to the chat itself");
                    self.topics.refuse(chat, now);
                    action = (**otherwise).clone();
                    continue;
                }
            }
            if matches!(step, ErrorAction::GiveUp(DropReason::Refused) | ErrorAction::MessageGone)
                && let Some(fallback) = action.fallback()
            {
                tracing::info!(%error, delivery = id, "Telegram refused a relay; trying it another way");
                action = fallback;
                continue;
            }
            match step {
                ErrorAction::AlreadyApplied => return report(id, Outcome::Sent(action.card(chat, None))),
                ErrorAction::SendPlainText if !is_plain => {
                    tracing::error!(%error, delivery = id, "Telegram rejected message entities (bug); sending plain text");
                    (is_plain, action) = (true, action.to_plain_text());
                }
                ErrorAction::SendPlainText => {
                    return self.give_up(delivery, DropReason::Refused, error.to_string()).await;
                }
                ErrorAction::SendWithoutThread => match action.without_thread() {
                    Some(inner) => {
                        tracing::warn!(%error, delivery = id, "topic is gone; sending to the chat itself");
                        (gone, action) = (action.thread(), inner.clone());
                    }
                    None => return self.give_up(delivery, DropReason::Refused, error.to_string()).await,
                },
                ErrorAction::MessageGone => match self.replacement(delivery, &action, now).await {
                    Ok(message) => action = message,
                    Err(outcome) => {
                        tracing::info!(%error, delivery = id, "the message of an edit is gone");
                        return report(id, outcome);
                    }
                },
                ErrorAction::MarkUnreachable(reason) => return self.mark_unreachable(delivery, reason).await,
                ErrorAction::Move(to) => return report(id, Outcome::Moved(to)),
                ErrorAction::GiveUp(reason) => {
                    tracing::warn!(%error, delivery = id, "Telegram refused delivery for good");
                    return self.give_up(delivery, reason, error.to_string()).await;
                }
                ErrorAction::Retry { until, unknown } => {
                    let ClaimedDelivery { attempts, .. } = *delivery;
                    tracing::warn!(%error, delivery = id, attempts, %until, unknown, "failed to send delivery");
                    let telegram_down = matches!(error, CallError::NotSent(_) | CallError::Unknown(_));
                    let outcome = self.retry(delivery, &action, &error, (now, until, unknown)).await;
                    return DeliveryReport { id, outcome, telegram_down };
                }
            }
        }
    }

    /// Returns the outcome of a call that is to be made again. A wait belongs to what Telegram said it of.
    async fn retry(
        &self,
        delivery: &ClaimedDelivery,
        action: &TelegramAction,
        error: &CallError,
        (now, until, unknown): (Time, Time, bool),
    ) -> Outcome {
        if error.code() != Some(429) {
            return Outcome::Retry { until, unknown };
        }
        if delivery.message.is_refresh()
            && let Some((method, _)) = action.call(delivery.chat)
        {
            let steady = self.clock.steady();
            let wait = (until - now).to_std().unwrap_or_default();
            self.waits().add(delivery.chat, method, steady + wait, steady);
        }
        match delivery.message.inner() {
            // The card of a waiting ticket shows a position, so it must not stay beside the next one.
            Message::Retire(CardKey::Status(_)) => Outcome::Retry { until, unknown },
            // The old card keeps its buttons for a while; the new card must not wait for that.
            Message::Retire(_) => self.edit_instead(delivery.chat, action, now, until).await,
            Message::Edit { .. } | Message::Close { .. } => Outcome::Postponed(until),
            _ => Outcome::Retry { until, unknown },
        }
    }

    /// Makes the call of an action.
    async fn call(&self, delivery: &ClaimedDelivery, action: &TelegramAction) -> Result<Outcome, CallError> {
        let Some((method, body)) = action.call(delivery.chat) else { return Ok(Outcome::Sent(None)) };
        let is_new_topic = method == "createForumTopic";
        if is_new_topic {
            fail::fail_point!("topic-before-send");
        }
        let answer = match action.upload() {
            Some(file) => self.telegram.call_with_file(method, &body, file).await?,
            None => self.telegram.call(method, &body).await?,
        };
        if is_new_topic {
            fail::fail_point!("topic-after-send");
        }
        Ok(action.outcome(delivery.chat, &answer, self.clock.now()))
    }

    /// Marks a person who blocked the bot as unreachable and drops the delivery. The engine notifies everyone
    /// who is affected.
    async fn mark_unreachable(&self, delivery: &ClaimedDelivery, details: String) -> DeliveryReport {
        let (id, now) = (delivery.id, self.clock.now());
        // What is for an agent goes on to the next holder; what is for a customer has no other recipient.
        if let Message::Relay { part, to_agent: false } = delivery.message.inner()
            && let Err(error) = self.engine.fail_relay(part, RelayFailure::Unreachable).await
        {
            tracing::error!(%error, "failed to record undelivered message");
            return report(id, Outcome::Retry { until: now + TimeDelta::seconds(1), unknown: false });
        }
        match self.engine.set_reachable(TelegramId(delivery.chat.0), false, now).await {
            Ok(()) => report(id, Outcome::Dropped(DropReason::Unreachable, details)),
            Err(error) => {
                tracing::error!(%error, "failed to record unreachable person");
                report(id, Outcome::Retry { until: now + TimeDelta::seconds(1), unknown: false })
            }
        }
    }

    /// Drops a delivery, after those who have to know were told. Otherwise it is tried again.
    async fn give_up(
        &self,
        delivery: &ClaimedDelivery,
        reason: DropReason,
        details: String,
    ) -> DeliveryReport {
        let (id, now) = (delivery.id, self.clock.now());
        tracing::error!(delivery = id, chat = delivery.chat.0, reason = reason.name(), "gave up delivery");
        if !delivery.message.is_refresh()
            && let Err(error) =
                self.engine.report_undelivered(delivery.chat, &delivery.message, reason, now).await
        {
            tracing::error!(%error, delivery = id, "failed to report undelivered message");
            let unknown = reason == DropReason::OutcomeUnknown;
            return report(id, Outcome::Retry { until: now + TimeDelta::seconds(1), unknown });
        }
        report(id, Outcome::Dropped(reason, details))
    }
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

fn report(id: u64, outcome: Outcome) -> DeliveryReport {
    DeliveryReport { id, outcome, telegram_down: false }
}
