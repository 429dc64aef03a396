//! Chats as the outbox's lane has left them, so that its next turn need not read them. Mostly one process delivers, and it writes
//! each chat again and again: as something comes in, goes, and has arrived.
//!
//! Another one may have written them since. So what rests on it is written on condition that it still is so (`Tx::merge`), and
//! who was overtaken reads for a while.
use super::chat::Chat;
use super::known::Doubt;
use super::recent::Recent;
use crate::domain::ids::ChatId;
use std::time::Duration;

/// For how long a chat is known that nothing comes to or goes from. What is known is checked when it is written, so this only
/// bounds the memory, beside the number that is kept.
const KEPT: Duration = Duration::from_secs(3_600);

/// What is known of a chat's document.
#[derive(Clone)]
pub(super) enum Row {
    /// How it is.
    As(Box<Chat>),
    /// That there is one, which is to be read: of a chat that waits for its time, or where much waits.
    There,
}

/// What is known. Of a chat of which it is nothing there is no document, or else it is refused to insert one.
pub(super) struct Rows {
    known: Recent<ChatId, Row>,
    doubt: Doubt,
}

impl Rows {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self { known: Recent::new(KEPT), doubt: Doubt::default() }
    }

    /// Whether it is better to read.
    pub(super) fn are_doubted(&self) -> bool {
        self.doubt.lasts()
    }

    pub(super) fn get(&self, chat: ChatId) -> Option<Row> {
        self.known.get(&chat)
    }

    /// Takes in how chats were left: with nothing where there is no document.
    pub(super) fn learn(&self, left: Vec<(ChatId, Option<Row>)>) {
        for (chat, row) in left {
            self.known.leave(chat, row);
        }
    }

    /// Somebody else has written chats, or it is not known what was written.
    pub(super) fn doubt(&mut self) {
        self.known.forget_all();
        self.doubt.begin();
    }
}
