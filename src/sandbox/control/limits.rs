//! Telegram's rate limits as token buckets on the injected clock.
use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::sandbox::bot_api::refusal::Refusal;

/// Over all chats: 30 messages a second.
const OVERALL: Rate = Rate { burst: 30, per_minute: 30 * 60 };
/// In a private chat: one a second, short bursts pass.
const PRIVATE: Rate = Rate { burst: 20, per_minute: 60 };
/// In a group: 20 a minute.
const GROUP: Rate = Rate { burst: 20, per_minute: 20 };
/// A bucket counts in parts, so that whole milliseconds fill it by whole numbers: 60,000 make a message.
const MESSAGE: i64 = 60_000;

#[derive(Clone, Copy)]
struct Rate {
    burst: i64,
    per_minute: i64,
}

struct Bucket {
    parts: i64,
    filled: DateTime<Utc>,
}

#[derive(Default)]
pub(in crate::sandbox) struct Limits {
    on: bool,
    overall: Option<Bucket>,
    chats: HashMap<i64, Bucket>,
}

impl Limits {
    pub(in crate::sandbox) fn enforce(&mut self, on: bool) {
        *self = Self { on, ..Self::default() };
    }

    /// Counts one message or edit; past the limit, says after how many whole seconds to come back.
    pub(in crate::sandbox) fn spend(&mut self, chat: i64, now: DateTime<Utc>) -> Result<(), Refusal> {
        if !self.on {
            return Ok(());
        }
        let rate = if chat < 0 { GROUP } else { PRIVATE };
        let chat = self.chats.entry(chat).or_insert_with(|| Bucket::full(rate, now));
        let overall = self.overall.get_or_insert_with(|| Bucket::full(OVERALL, now));
        let wait = chat.wait(rate, now).max(overall.wait(OVERALL, now));
        if wait > 0 {
            let seconds = (wait + 999) / 1000;
            return Err(Refusal::TooMany { retry_after: u32::try_from(seconds).unwrap_or(u32::MAX) });
        }
        chat.parts -= MESSAGE;
        overall.parts -= MESSAGE;
        Ok(())
    }
}

impl Bucket {
    fn full(rate: Rate, now: DateTime<Utc>) -> Self {
        Self { parts: rate.burst * MESSAGE, filled: now }
    }

    /// Milliseconds until there is room for a message; 0 when there is now.
    fn wait(&mut self, rate: Rate, now: DateTime<Utc>) -> i64 {
        let passed = (now - self.filled).num_milliseconds().clamp(0, 3_600_000);
        self.parts = (self.parts + passed * rate.per_minute).min(rate.burst * MESSAGE);
        self.filled = now;
        let missing = (MESSAGE - self.parts).max(0);
        (missing + rate.per_minute - 1) / rate.per_minute
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn passed(limits: &mut Limits, chat: i64, now: DateTime<Utc>) -> usize {
        (0..100).take_while(|_| limits.spend(chat, now).is_ok()).count()
    }

    #[test]
    fn bursts_pass_then_one_a_second() {
        let mut limits = Limits::default();
        let start = DateTime::UNIX_EPOCH;
        assert_eq!(passed(&mut limits, 7, start), 100, "off at first");
        limits.enforce(true);
        assert_eq!(passed(&mut limits, 7, start), 20);
        assert_eq!(limits.spend(7, start), Err(Refusal::TooMany { retry_after: 1 }));
        assert_eq!(passed(&mut limits, 8, start), 10, "30 over all chats");
        assert_eq!(passed(&mut limits, 7, start + TimeDelta::seconds(2)), 2);
        assert_eq!(passed(&mut limits, -5, start + TimeDelta::seconds(4)), 20);
        let wait = limits.spend(-5, start + TimeDelta::seconds(5));
        assert_eq!(wait, Err(Refusal::TooMany { retry_after: 2 }));
    }
}
