//! A rate limiter with token buckets. Telegram allows about 30 messages per second over all chats and about
//! one per second in a chat, with short bursts. Pure: the time is an argument. It is steady time, because a wall
//! clock that is set back would silence the outbox.
use crate::domain::ids::ChatId;
use std::collections::HashMap;
use std::time::Duration;

/// The number of chat buckets above which full ones are removed.
const PRUNE_ABOVE_BUCKETS: usize = 10_000;

/// The tokens of a chat that refreshes leave for messages.
const KEPT_FOR_MESSAGES: f64 = 3.0;

/// Rates in tokens per second, and burst sizes in tokens.
#[derive(Debug, Clone, Copy)]
pub struct RateLimits {
    /// Messages and edits per second over all chats (Telegram: "about 30").
    pub overall_per_second: f64,
    /// Messages and edits per second in one private chat (Telegram: "about one").
    pub chat_per_second: f64,
    /// The burst size of one chat (Telegram: "short bursts"); a group has at most 20.
    pub chat_burst: f64,
    /// Messages and edits per second in one group (Telegram: 20 per minute).
    pub group_per_second: f64,
}

impl RateLimits {
    /// The limits that Telegram documents.
    pub const TELEGRAM: Self = Self {
        overall_per_second: 30.0,
        chat_per_second: 1.0,
        chat_burst: 20.0,
        group_per_second: 20.0 / 60.0,
    };
    /// No limits, for a sandbox without limits.
    pub const NONE: Self = Self {
        overall_per_second: f64::INFINITY,
        chat_per_second: f64::INFINITY,
        chat_burst: f64::INFINITY,
        group_per_second: f64::INFINITY,
    };
}

/// A token bucket.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    updated_at: Duration,
}

impl Bucket {
    /// Adds the tokens gained since the last refill, up to `burst`.
    fn refill(&mut self, per_second: f64, burst: f64, now: Duration) {
        let seconds = now.saturating_sub(self.updated_at).as_secs_f64();
        // Avoids NaN: an infinite rate times zero seconds.
        let gained = if seconds > 0.0 { seconds * per_second } else { 0.0 };
        self.tokens = (self.tokens + gained).min(burst);
        self.updated_at = self.updated_at.max(now);
    }
}

/// Token buckets for all chats together and for each chat.
#[derive(Debug)]
pub struct RateLimiter {
    limits: RateLimits,
    overall: Option<Bucket>,
    chats: HashMap<ChatId, Bucket>,
}

impl RateLimiter {
    /// Returns a rate limiter with full buckets.
    #[must_use]
    pub fn new(limits: RateLimits) -> Self {
        Self { limits, overall: None, chats: HashMap::new() }
    }

    /// Reserves up to `wanted` overall tokens and returns their number. Each must be used for one message or
    /// returned with [`RateLimiter::give_back`].
    pub fn reserve(&mut self, wanted: usize, now: Duration) -> usize {
        let rate = self.limits.overall_per_second;
        let bucket = self.overall.get_or_insert(Bucket { tokens: rate, updated_at: now });
        bucket.refill(rate, rate, now);
        let reserved = (0..wanted).take_while(|n| float(*n) + 1.0 <= bucket.tokens).count();
        bucket.tokens -= float(reserved);
        reserved
    }

    /// Returns reserved tokens that no message used.
    pub fn give_back(&mut self, tokens: usize) {
        if let Some(overall) = &mut self.overall {
            overall.tokens = (overall.tokens + float(tokens)).min(self.limits.overall_per_second);
        }
    }

    /// Returns the time from which `reserve` gives at least one token.
    #[must_use]
    pub fn next_token_at(&self, now: Duration) -> Duration {
        match self.overall {
            Some(bucket) if bucket.tokens < 1.0 => {
                now + time_to_gain(1.0 - bucket.tokens, self.limits.overall_per_second)
            }
            _ => now,
        }
    }

    /// Takes the token for one message to `chat`. A `refresh` leaves some tokens for messages. Errors with the
    /// time from which it may be sent.
    pub fn take(&mut self, chat: ChatId, refresh: bool, now: Duration) -> Result<(), Duration> {
        let RateLimits { chat_per_second, chat_burst, group_per_second, .. } = self.limits;
        let (rate, burst) =
            if chat.0 < 0 { (group_per_second, chat_burst.min(20.0)) } else { (chat_per_second, chat_burst) };
        let bucket = self.chats.entry(chat).or_insert(Bucket { tokens: burst, updated_at: now });
        bucket.refill(rate, burst, now);
        // With an infinite rate, the burst is infinite too.
        let needed = if refresh { 1.0 + KEPT_FOR_MESSAGES.min(burst - 1.0) } else { 1.0 };
        if bucket.tokens < needed {
            return Err(now + time_to_gain(needed - bucket.tokens, rate));
        }
        bucket.tokens -= 1.0;
        // A full bucket equals a new one, so it is removed: memory use follows the active chats.
        if self.chats.len() > PRUNE_ABOVE_BUCKETS {
            self.chats
                .retain(|_, b| b.tokens + now.saturating_sub(b.updated_at).as_secs_f64() * rate < burst);
        }
        Ok(())
    }
}

fn float(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

fn time_to_gain(tokens: f64, per_second: f64) -> Duration {
    // At least a millisecond, so that rounding never gives a wait of zero.
    Duration::from_secs_f64((tokens / per_second).clamp(0.001, 3_600.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_chat_gets_its_burst_and_then_one_token_per_second() {
        let mut limiter = RateLimiter::new(RateLimits::TELEGRAM);
        assert!((0..20).all(|_| limiter.take(ChatId(1), false, at(0)).is_ok()));
        let next = limiter.take(ChatId(1), false, at(0)).unwrap_err();
        assert_eq!(next, at(1_000));
        assert!(limiter.take(ChatId(2), false, at(0)).is_ok(), "other chats are not limited");
        assert!(limiter.take(ChatId(1), false, next).is_ok());
    }

    #[test]
    fn refreshes_leave_tokens_for_messages() {
        let mut limiter = RateLimiter::new(RateLimits::TELEGRAM);
        let refreshes = (0..20).take_while(|_| limiter.take(ChatId(1), true, at(0)).is_ok()).count();
        assert_eq!(refreshes, 17);
        let next = limiter.take(ChatId(1), true, at(0)).unwrap_err();
        assert_eq!(next, at(1_000));
        assert!((0..3).all(|_| limiter.take(ChatId(1), false, at(0)).is_ok()));
        assert!(limiter.take(ChatId(1), false, at(0)).is_err());
    }

    #[test]
    fn all_chats_together_get_thirty_tokens_per_second() {
        let mut limiter = RateLimiter::new(RateLimits::TELEGRAM);
        let mut sent = 0;
        for ms in (0..10_000).step_by(10) {
            for _ in 0..limiter.reserve(100, at(ms)) {
                limiter.take(ChatId(1_000 + sent), false, at(ms)).unwrap();
                sent += 1;
            }
        }
        assert!((320..=331).contains(&sent), "a burst of 30 and 30 per second for ten seconds, not {sent}");
        assert!(limiter.next_token_at(at(9_990)) > at(9_990));
    }

    #[test]
    fn reserved_tokens_are_not_reserved_again() {
        let mut limiter = RateLimiter::new(RateLimits::TELEGRAM);
        assert_eq!(limiter.reserve(20, at(0)), 20);
        assert_eq!(limiter.reserve(20, at(0)), 10);
        assert_eq!(limiter.reserve(20, at(0)), 0);
        limiter.give_back(3);
        assert_eq!(limiter.reserve(20, at(0)), 3);
        limiter.give_back(100);
        assert_eq!(limiter.reserve(100, at(0)), 30, "never more than the tokens of one second");
    }

    #[test]
    fn without_limits_every_message_may_be_sent() {
        let mut limiter = RateLimiter::new(RateLimits::NONE);
        assert_eq!(limiter.reserve(64, at(0)), 64);
        assert!((0..1_000).all(|_| limiter.take(ChatId(1), false, at(0)).is_ok()));
        assert_eq!(limiter.reserve(64, at(1)), 64);
        limiter.give_back(64);
        assert_eq!(limiter.reserve(64, at(1)), 64);
    }
}
