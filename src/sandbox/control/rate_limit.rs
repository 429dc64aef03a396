//! Rate limiter with Telegram's limits: token buckets on the injected clock.
use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::sandbox::bot_api::error::BotApiError;

/// Over all chats: 30 messages a second.
const OVERALL_RATE: Rate = Rate { burst: 30, per_minute: 30 * 60 };
/// In a private chat: one message a second, with bursts of 20.
const PRIVATE_CHAT_RATE: Rate = Rate { burst: 20, per_minute: 60 };
/// In a group: 20 messages a minute.
const GROUP_RATE: Rate = Rate { burst: 20, per_minute: 20 };
/// A message costs 60,000 tokens, so that a bucket gains a whole number of tokens every millisecond.
const TOKENS_PER_MESSAGE: i64 = 60_000;

#[derive(Clone, Copy)]
struct Rate {
    burst: i64,
    per_minute: i64,
}

struct Bucket {
    tokens: i64,
    refilled_at: DateTime<Utc>,
}

#[derive(Default)]
pub(in crate::sandbox) struct RateLimiter {
    enabled: bool,
    overall: Option<Bucket>,
    chats: HashMap<i64, Bucket>,
}

impl RateLimiter {
    /// Switches the limits on or off, with full buckets.
    pub(in crate::sandbox) fn enforce(&mut self, enabled: bool) {
        *self = Self { enabled, ..Self::default() };
    }

    /// Takes the tokens of one message or edit. Errors with the whole seconds to wait if there are too few.
    pub(in crate::sandbox) fn acquire(&mut self, chat: i64, now: DateTime<Utc>) -> Result<(), BotApiError> {
        if !self.enabled {
            return Ok(());
        }
        let rate = if chat < 0 { GROUP_RATE } else { PRIVATE_CHAT_RATE };
        let chat = self.chats.entry(chat).or_insert_with(|| Bucket::full(rate, now));
        let overall = self.overall.get_or_insert_with(|| Bucket::full(OVERALL_RATE, now));
        let wait = chat.refill_and_wait_ms(rate, now).max(overall.refill_and_wait_ms(OVERALL_RATE, now));
        if wait > 0 {
            let seconds = (wait + 999) / 1000;
            return Err(BotApiError::TooManyRequests {
                retry_after: u32::try_from(seconds).unwrap_or(u32::MAX),
            });
        }
        chat.tokens -= TOKENS_PER_MESSAGE;
        overall.tokens -= TOKENS_PER_MESSAGE;
        Ok(())
    }
}

impl Bucket {
    fn full(rate: Rate, now: DateTime<Utc>) -> Self {
        Self { tokens: rate.burst * TOKENS_PER_MESSAGE, refilled_at: now }
    }

    /// Refills the bucket and returns the milliseconds until it has the tokens of a message.
    fn refill_and_wait_ms(&mut self, rate: Rate, now: DateTime<Utc>) -> i64 {
        let elapsed_ms = (now - self.refilled_at).num_milliseconds().clamp(0, 3_600_000);
        self.tokens = (self.tokens + elapsed_ms * rate.per_minute).min(rate.burst * TOKENS_PER_MESSAGE);
        self.refilled_at = now;
        let missing = (TOKENS_PER_MESSAGE - self.tokens).max(0);
        (missing + rate.per_minute - 1) / rate.per_minute
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn accepted(limits: &mut RateLimiter, chat: i64, now: DateTime<Utc>) -> usize {
        (0..100).take_while(|_| limits.acquire(chat, now).is_ok()).count()
    }

    #[test]
    fn a_burst_is_accepted_then_one_message_a_second() {
        let mut limits = RateLimiter::default();
        let start = DateTime::UNIX_EPOCH;
        assert_eq!(accepted(&mut limits, 7, start), 100, "off at first");
        limits.enforce(true);
        assert_eq!(accepted(&mut limits, 7, start), 20);
        assert_eq!(limits.acquire(7, start), Err(BotApiError::TooManyRequests { retry_after: 1 }));
        assert_eq!(accepted(&mut limits, 8, start), 10, "30 over all chats");
        assert_eq!(accepted(&mut limits, 7, start + TimeDelta::seconds(2)), 2);
        assert_eq!(accepted(&mut limits, -5, start + TimeDelta::seconds(4)), 20);
        let wait = limits.acquire(-5, start + TimeDelta::seconds(5));
        assert_eq!(wait, Err(BotApiError::TooManyRequests { retry_after: 2 }));
    }
}
