//! People as they are shown: in which language they read, what they are called. The same few are looked up again and again
//! while a ticket goes through the desk.
use crate::domain::ids::ChatId;
use crate::domain::person::Person;
use moka::sync::Cache;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How many are at hand: those of a busy minute, at a few hundred bytes each.
const MOST: u64 = 4_096;
/// How long somebody is shown as they were, when another replica has changed them.
const OTHERS_SEEN: Duration = Duration::from_secs(1);

/// People by their chats.
pub(super) struct Faces {
    /// How often somebody was written here.
    changes: AtomicU64,
    known: Cache<ChatId, Arc<Person>>,
}

impl Faces {
    pub(super) fn new() -> Self {
        let known = Cache::builder().max_capacity(MOST).time_to_live(OTHERS_SEEN).build();
        Self { changes: AtomicU64::default(), known }
    }

    pub(super) fn get(&self, chat: ChatId) -> Option<Arc<Person>> {
        self.known.get(&chat)
    }

    /// To be asked for before somebody is read.
    pub(super) fn edition(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// Keeps who was read, if nobody was written meanwhile.
    pub(super) fn keep(&self, edition: u64, chat: ChatId, face: Arc<Person>) {
        if self.edition() == edition {
            self.known.insert(chat, face);
        }
    }

    /// Somebody was written here.
    pub(super) fn forget(&self, chat: ChatId) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.known.invalidate(&chat);
    }

    /// Others were written elsewhere.
    pub(super) fn forget_all(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.known.invalidate_all();
    }
}
