//! Telegram's pace: about 30 messages a second over all chats, about one a second in a chat, short bursts allowed. Pure:
//! the moment is an argument.
use crate::domain::Time;
use crate::domain::ids::ChatId;
use chrono::TimeDelta;
use std::collections::HashMap;

/// The limits to keep, as tokens a second and tokens at once.
#[derive(Debug, Clone, Copy)]
pub struct RateLimits {
    /// Messages and edits a second over all chats (Telegram: "about 30").
    pub overall_per_second: f64,
    /// Messages and edits a second in one private chat (Telegram: "about one").
    pub chat_per_second: f64,
    /// How many may go to one private chat at once ("short bursts").
    pub chat_burst: f64,
    /// Messages a second in one group (Telegram: 20 a minute).
    pub group_per_second: f64,
}

impl RateLimits {
    /// Telegram's own numbers.
    pub const TELEGRAM: Self = Self {
        overall_per_second: 30.0,
        chat_per_second: 1.0,
        chat_burst: 20.0,
        group_per_second: 20.0 / 60.0,
    };
    /// No limits: for a sandbox that has none.
    pub const NONE: Self = Self {
        overall_per_second: f64::INFINITY,
        chat_per_second: f64::INFINITY,
        chat_burst: f64::INFINITY,
        group_per_second: f64::INFINITY,
    };
}

/// A bucket of tokens that fills up with time.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Time,
}

impl Bucket {
    fn fill(&mut self, per_second: f64, burst: f64, now: Time) {
        let seconds = (now - self.at).to_std().unwrap_or_default().as_secs_f64();
        // Zero seconds of an infinite rate are no tokens, not a NaN.
        let gained = if seconds > 0.0 { seconds * per_second } else { 0.0 };
        self.tokens = (self.tokens + gained).min(burst);
        self.at = self.at.max(now);
    }
}

/// What may go when.
#[derive(Debug)]
pub struct RateLimiter {
    limits: RateLimits,
    overall: Option<Bucket>,
    chats: HashMap<ChatId, Bucket>,
}

impl RateLimiter {
    /// A pace that keeps these limits.
    #[must_use]
    pub fn new(limits: RateLimits) -> Self {
        Self { limits, overall: None, chats: HashMap::new() }
    }

    /// Reserves tokens for messages over all chats: how many may go now, at most `wanted`. Each is either taken by one
    /// message or given back.
    pub fn reserve(&mut self, wanted: usize, now: Time) -> usize {
        let rate = self.limits.overall_per_second;
        let bucket = self.overall.get_or_insert(Bucket { tokens: rate, at: now });
        bucket.fill(rate, rate, now);
        let room = (0..wanted).take_while(|n| float(*n) + 1.0 <= bucket.tokens).count();
        bucket.tokens -= float(room);
        room
    }

    /// Gives back tokens that no message took.
    pub fn give_back(&mut self, tokens: usize) {
        if let Some(overall) = &mut self.overall {
            overall.tokens = (overall.tokens + float(tokens)).min(self.limits.overall_per_second);
        }
    }

    /// When `reserve` will next give more than nothing.
    #[must_use]
    pub fn next_room(&self, now: Time) -> Time {
        match self.overall {
            Some(bucket) if bucket.tokens < 1.0 => {
                now + wait(1.0 - bucket.tokens, self.limits.overall_per_second)
            }
            _ => now,
        }
    }

    /// Takes the token for one message to `chat`, or says from when on it may go.
    pub fn take(&mut self, chat: ChatId, now: Time) -> Result<(), Time> {
        let RateLimits { chat_per_second, chat_burst, group_per_second, .. } = self.limits;
        let (rate, burst) =
            if chat.0 < 0 { (group_per_second, chat_burst.min(20.0)) } else { (chat_per_second, chat_burst) };
        let bucket = self.chats.entry(chat).or_insert(Bucket { tokens: burst, at: now });
        bucket.fill(rate, burst, now);
        if bucket.tokens < 1.0 {
            return Err(now + wait(1.0 - bucket.tokens, rate));
        }
        bucket.tokens -= 1.0;
        // Full buckets say nothing that a new one would not: forget them, so that memory follows the chats in use.
        if self.chats.len() > 10_000 {
            self.chats.retain(|_, b| {
                b.tokens + (now - b.at).to_std().unwrap_or_default().as_secs_f64() * rate < burst
            });
        }
        Ok(())
    }
}

fn float(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

fn wait(tokens: f64, per_second: f64) -> TimeDelta {
    // At least a millisecond, so that rounding never makes a wait of nothing.
    TimeDelta::from_std(std::time::Duration::from_secs_f64((tokens / per_second).clamp(0.001, 3_600.0)))
        .unwrap_or(TimeDelta::seconds(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Time {
        Time::from_timestamp_millis(1_764_800_000_000 + ms).unwrap()
    }

    #[test]
    fn a_chat_gets_its_burst_and_then_one_a_second() {
        let mut pace = RateLimiter::new(RateLimits::TELEGRAM);
        assert!((0..20).all(|_| pace.take(ChatId(1), at(0)).is_ok()));
        let next = pace.take(ChatId(1), at(0)).unwrap_err();
        assert_eq!(next, at(1_000));
        assert!(pace.take(ChatId(2), at(0)).is_ok(), "other chats flow");
        assert!(pace.take(ChatId(1), next).is_ok());
    }

    #[test]
    fn thirty_a_second_over_all_chats() {
        let mut pace = RateLimiter::new(RateLimits::TELEGRAM);
        let mut sent = 0;
        for ms in (0..10_000).step_by(10) {
            for _ in 0..pace.reserve(100, at(ms)) {
                pace.take(ChatId(1_000 + sent), at(ms)).unwrap();
                sent += 1;
            }
        }
        assert!((320..=331).contains(&sent), "a burst of 30 and 30 a second for ten seconds, not {sent}");
        assert!(pace.next_room(at(9_990)) > at(9_990));
    }

    #[test]
    fn what_is_reserved_is_not_given_twice() {
        let mut pace = RateLimiter::new(RateLimits::TELEGRAM);
        assert_eq!(pace.reserve(20, at(0)), 20);
        assert_eq!(pace.reserve(20, at(0)), 10);
        assert_eq!(pace.reserve(20, at(0)), 0);
        pace.give_back(3);
        assert_eq!(pace.reserve(20, at(0)), 3);
        pace.give_back(100);
        assert_eq!(pace.reserve(100, at(0)), 30, "never more than a second's");
    }

    #[test]
    fn without_limits_everything_may_go() {
        let mut pace = RateLimiter::new(RateLimits::NONE);
        assert_eq!(pace.reserve(64, at(0)), 64);
        assert!((0..1_000).all(|_| pace.take(ChatId(1), at(0)).is_ok()));
        assert_eq!(pace.reserve(64, at(1)), 64);
        pace.give_back(64);
        assert_eq!(pace.reserve(64, at(1)), 64);
    }
}
