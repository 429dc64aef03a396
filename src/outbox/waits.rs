//! Waits that Telegram asked for when it refused a refresh: of a method, or of edits in one chat. Pure: the
//! time is an argument. It is steady time.
use crate::domain::ids::ChatId;
use std::collections::HashMap;
use std::time::Duration;

/// The number of waits above which those that are over are removed.
const PRUNE_ABOVE: usize = 1_000;
/// The methods whose limits are one for the whole bot.
const MENU_METHODS: [&str; 2] = ["setMyCommands", "setChatMenuButton"];

/// The waits that are not over, each with its end.
#[derive(Debug, Default)]
pub(super) struct Waits(HashMap<(Option<ChatId>, &'static str), Duration>);

impl Waits {
    /// Adds a wait until `until` for `method` in `chat`.
    pub(super) fn add(&mut self, chat: ChatId, method: &'static str, until: Duration, now: Duration) {
        if self.0.len() > PRUNE_ABOVE {
            self.0.retain(|_, end| *end > now);
        }
        self.0.insert(scope(chat, method), until);
    }

    /// Returns the end of the wait for `method` in `chat`, if there is one.
    pub(super) fn until(&self, chat: ChatId, method: &'static str, now: Duration) -> Option<Duration> {
        self.0.get(&scope(chat, method)).copied().filter(|end| *end > now)
    }
}

fn scope(chat: ChatId, method: &'static str) -> (Option<ChatId>, &'static str) {
    ((!MENU_METHODS.contains(&method)).then_some(chat), method)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_belongs_to_its_method_and_its_chat() {
        let now = Duration::from_secs(1_000);
        let (end, mut waits) = (now + Duration::from_secs(9), Waits::default());
        waits.add(ChatId(1), "editMessageText", end, now);
        assert_eq!(waits.until(ChatId(1), "editMessageText", now), Some(end));
        assert_eq!(waits.until(ChatId(2), "editMessageText", now), None);
        assert_eq!(waits.until(ChatId(1), "sendMessage", now), None);
        assert_eq!(waits.until(ChatId(1), "editMessageText", end), None, "it is over");
        for method in MENU_METHODS {
            waits.add(ChatId(1), method, end, now);
            assert_eq!(waits.until(ChatId(2), method, now), Some(end), "one limit for all chats");
        }
    }
}
