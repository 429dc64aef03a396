//! The chats that have an outage notice, and when they may get another.
use crate::domain::person::Locale;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How often a chat may get an outage notice.
const OUTAGE_NOTICE_INTERVAL: Duration = Duration::from_secs(60);

/// An update that can't be handled now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DelayedUpdate {
    /// Its `update_id`.
    pub id: i64,
    /// The chat that it came from.
    pub chat: i64,
    /// The language of its sender's Telegram. What they have chosen is in the store, which can't be read now.
    pub locale: Option<Locale>,
}

/// What became of a chat's outage notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It is being sent. The one with this message id stands in the chat until then.
    Sending { before: Option<i32> },
    /// The same, but an update was handled meanwhile, so both go.
    SendingInVain { before: Option<i32> },
    /// It stands in the chat, with this message id.
    Shown(i32),
    /// It is not in the chat.
    Gone,
}

/// The last outage notice of a chat.
#[derive(Debug, Clone, Copy)]
struct LastNotice {
    /// When it was sent, as steady time.
    at: Duration,
    /// The newest update that it is about.
    update: i64,
    state: State,
}

/// The last outage notice of each chat.
#[derive(Debug, Default)]
pub struct OutageChats(Mutex<HashMap<i64, LastNotice>>);

impl OutageChats {
    /// Returns true if the chat gets a notice about this update at `now`, steady time: once for an update, and at most
    /// one a minute.
    pub(super) fn begin(&self, DelayedUpdate { id, chat, .. }: DelayedUpdate, now: Duration) -> bool {
        let is_recent = |last: &LastNotice| now.saturating_sub(last.at) < OUTAGE_NOTICE_INTERVAL;
        let mut notices = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notices.retain(|_, last| last.state != State::Gone || is_recent(last));
        let before = match notices.get(&chat) {
            Some(last) if last.update >= id || is_recent(last) => return false,
            Some(LastNotice { state: State::Shown(message_id), .. }) => Some(*message_id),
            None | Some(LastNotice { state: State::Gone, .. }) => None,
            Some(_) => return false,
        };
        notices.insert(chat, LastNotice { at: now, update: id, state: State::Sending { before } });
        true
    }

    /// Records that the notice was sent as this message; `None` if that failed. Returns the messages to delete.
    pub(super) fn end_sending(&self, chat: i64, message_id: Option<i32>) -> Vec<i32> {
        let mut notices = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(last) = notices.get_mut(&chat) else { return Vec::new() };
        let (state, gone) = match (last.state, message_id) {
            (State::Sending { before }, Some(id)) => (State::Shown(id), before.into_iter().collect()),
            (State::Sending { before: Some(before) }, None) => (State::Shown(before), Vec::new()),
            (State::SendingInVain { before }, id) => (State::Gone, before.into_iter().chain(id).collect()),
            _ => (State::Gone, Vec::new()),
        };
        last.state = state;
        gone
    }

    /// Records that an update of the chat was handled. Returns the message to delete.
    pub(super) fn end_outage(&self, chat: i64) -> Option<i32> {
        let mut notices = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = notices.get_mut(&chat)?;
        let (state, gone) = match last.state {
            State::Sending { before } => (State::SendingInVain { before }, None),
            State::Shown(id) => (State::Gone, Some(id)),
            state => (state, None),
        };
        last.state = state;
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAT: i64 = 7;
    const NONE: [i32; 0] = [];

    fn begins(notices: &OutageChats, (chat, id): (i64, i64), seconds: u64) -> bool {
        notices.begin(DelayedUpdate { id, chat, locale: None }, Duration::from_secs(seconds))
    }

    #[test]
    fn an_update_has_one_notice_and_a_chat_one_a_minute() {
        let notices = OutageChats::default();
        assert!(begins(&notices, (CHAT, 1), 0));
        assert_eq!(notices.end_sending(CHAT, Some(10)), NONE);
        assert!(!begins(&notices, (CHAT, 1), 600), "the same update");
        assert!(begins(&notices, (CHAT, 2), 600));
        assert!(begins(&notices, (8, 3), 601), "another chat");
        assert_eq!(notices.end_sending(CHAT, Some(20)), [10], "the newer one takes its place");
        assert!(!begins(&notices, (CHAT, 4), 659));
        assert_eq!(notices.end_outage(CHAT), Some(20));
        assert_eq!(notices.end_outage(CHAT), None);
        assert!(!begins(&notices, (CHAT, 5), 659), "also after the end of the outage");
        assert!(begins(&notices, (CHAT, 5), 660));
    }

    #[test]
    fn a_notice_goes_that_was_on_its_way_when_the_update_was_handled() {
        let notices = OutageChats::default();
        assert!(begins(&notices, (CHAT, 1), 0));
        assert_eq!(notices.end_outage(CHAT), None);
        assert!(!begins(&notices, (CHAT, 2), 90), "one is on its way");
        assert_eq!(notices.end_sending(CHAT, Some(10)), [10]);
        assert!(begins(&notices, (CHAT, 2), 90));
    }

    #[test]
    fn a_notice_that_failed_leaves_the_one_before_it() {
        let notices = OutageChats::default();
        assert!(begins(&notices, (CHAT, 1), 0));
        assert_eq!(notices.end_sending(CHAT, Some(10)), NONE);
        assert!(begins(&notices, (CHAT, 2), 60));
        assert_eq!(notices.end_sending(CHAT, None), NONE);
        assert_eq!(notices.end_outage(CHAT), Some(10));
        assert!(begins(&notices, (CHAT, 3), 120));
        assert_eq!(notices.end_sending(CHAT, None), NONE);
        assert_eq!(notices.end_outage(CHAT), None);
    }
}
