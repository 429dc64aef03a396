//! Retention configuration: how long records are kept that nobody needs for long.
use super::env::Reader;
use crate::engine::ports::Retention;
use std::time::Duration;

const HOUR: u64 = 3_600;
/// Ten years. A longer time is probably a mistake in the unit.
const MAX_SECONDS: u64 = 10 * 366 * 24 * HOUR;

/// How long records are kept. A day at least, where people may still need them.
#[derive(Debug, Clone)]
pub struct RetentionConfig {
    /// `DEAD_LETTER_RETENTION`: seconds that updates and messages are kept after they were given up. At least
    /// 86400. Default 2592000.
    pub dead_letters: Duration,
    /// `DRAFT_RETENTION`: seconds that a draft is kept after its last change. At least 86400. Default 2592000.
    pub drafts: Duration,
    /// `INVITE_RETENTION`: seconds that an invitation is kept after its end, used or not. At least 86400.
    /// Default 2592000.
    pub invites: Duration,
    /// `LIST_CARD_RETENTION`: seconds that the message of a list such as `/myqueue` is kept up to date after
    /// its last change. At least 86400. Default 2592000.
    pub list_cards: Duration,
}

impl Default for RetentionConfig {
    fn default() -> Self {
        let Retention { dead_letters, drafts, invites, list_cards } = Retention::default();
        Self { dead_letters, drafts, invites, list_cards }
    }
}

impl RetentionConfig {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        let (default, range) = (Self::default(), 24 * HOUR..=MAX_SECONDS);
        Self {
            dead_letters: read.seconds("DEAD_LETTER_RETENTION", default.dead_letters, range.clone()),
            drafts: read.seconds("DRAFT_RETENTION", default.drafts, range.clone()),
            invites: read.seconds("INVITE_RETENTION", default.invites, range.clone()),
            list_cards: read.seconds("LIST_CARD_RETENTION", default.list_cards, range),
        }
    }

    /// Returns the retention for the store.
    #[must_use]
    pub fn retention(&self) -> Retention {
        let Self { dead_letters, drafts, invites, list_cards } = *self;
        Retention { dead_letters, drafts, invites, list_cards }
    }
}
