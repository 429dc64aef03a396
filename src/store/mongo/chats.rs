//! Chats with deliveries: a document per chat holds what waits there, in the order in which it goes, and what is on its
//! way. It is the lock of the chat's queue.
//!
//! Whoever takes something in for a chat, claims from it or settles in it writes this document, so of two that meet one is
//! overtaken: nothing can be put behind a chat that is just being closed, or be left out because a twin waits that is just
//! going. What is added lies in `outbox_added` until it is taken in. Where many wait, only the first lie in the document; the
//! others lie in `outbox`, and follow as there is room.
use super::chat::{Chat, Entry, FEW, MOST};
use super::error::Halt;
use super::merged::Merged;
use super::rows::{Row, Rows};
use super::schema::{ADDED, CHATS, OUTBOX};
use super::tx::Tx;
use crate::domain::Time;
use crate::domain::ids::ChatId;
use crate::engine::ports::StoreError;
use mongodb::bson::{Document, doc};
use std::collections::{HashMap, HashSet};

/// The chats that a transaction has to do with.
#[derive(Default)]
pub(super) struct Chats {
    rows: HashMap<ChatId, Chat>,
    touched: HashSet<ChatId>,
    /// What does not lie in `outbox` any more.
    fetched: Vec<i64>,
    /// Which documents do not lie in `outbox_added` any more.
    added: Vec<i64>,
    /// What is there no longer either, as an older one does the same.
    twins: Vec<Document>,
}

impl Chats {
    /// Reads these chats, of which something is on its way or moves, and those for which something comes in; of those in `whole`
    /// everything that waits. What is `known` is not read.
    pub(super) async fn load(
        tx: &mut Tx<'_>,
        going: HashSet<ChatId>,
        coming: HashSet<ChatId>,
        whole: &HashSet<ChatId>,
        known: Option<&Rows>,
    ) -> Result<Self, Halt> {
        let (mut these, mut rest) = (Self::default(), HashSet::new());
        for chat in going.iter().chain(&coming).copied() {
            match known.map(|known| known.get(chat)) {
                Some(Some(Row::As(row))) => drop(these.rows.insert(chat, *row)),
                Some(None) if !going.contains(&chat) => {}
                None | Some(None | Some(Row::There)) => drop(rest.insert(chat.0)),
            }
        }
        let found = tx.find_in(CHATS, "_id", rest).await?;
        these.take_in(tx, found, whole).await?;
        Ok(these)
    }

    /// Adds chats as they were read, unless they are known.
    pub(super) async fn take_in(
        &mut self,
        tx: &mut Tx<'_>,
        found: Vec<Document>,
        whole: &HashSet<ChatId>,
    ) -> Result<(), Halt> {
        for doc in found {
            let (chat, mut row) = Chat::read(doc)?;
            if self.rows.contains_key(&chat) {
                continue;
            }
            if row.behind > 0 {
                self.fetch(tx, chat, &mut row, whole.contains(&chat)).await?;
            }
            self.rows.insert(chat, row);
        }
        Ok(())
    }

    /// Fetches what follows in a chat where many wait.
    async fn fetch(
        &mut self,
        tx: &mut Tx<'_>,
        chat: ChatId,
        row: &mut Chat,
        whole: bool,
    ) -> Result<(), Halt> {
        let room = if whole { 0 } else { MOST.saturating_sub(row.waiting.len()) };
        if whole || row.waiting.len() < FEW {
            let order = doc! { "lane": 1, "_id": 1 };
            for doc in tx.find_some(OUTBOX, behind(chat), order, super::codec::limit(room)).await? {
                let entry = Entry::fetched(doc)?;
                self.fetched.push(entry.id());
                row.waiting.push(entry);
                row.behind -= 1;
            }
            self.touched.insert(chat);
        }
        if row.behind > 0 {
            row.edge = row.waiting.last().map(|last| last.place);
            let refreshes = doc! { "chat": chat.0, "lane": 1_i64 };
            for doc in tx.find_fields(OUTBOX, refreshes, doc! { "same": 1 }).await? {
                row.same_behind.extend(doc.get_str("same").ok().map(str::to_owned));
            }
        }
        Ok(())
    }

    /// How many are known.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    fn touch(&mut self, chat: ChatId) -> &mut Chat {
        self.touched.insert(chat);
        self.rows.entry(chat).or_default()
    }

    /// These documents of what was added are taken in as a whole.
    pub(super) fn took(&mut self, documents: Vec<i64>) {
        self.added = documents;
    }

    /// Takes in a delivery that was added, unless one that waits does the same.
    pub(super) fn add(&mut self, chat: ChatId, entry: Entry) {
        let row = self.touch(chat);
        if entry.same().is_none_or(|same| !row.waits(same)) {
            row.push(entry);
        }
    }

    /// The chats from which something may go at `now`, in the order in which it does.
    pub(super) fn ready(&self, now: Time) -> Vec<ChatId> {
        let now = now.timestamp_micros();
        let ready = self.rows.iter().filter(|(_, row)| row.going.is_none() && row.not_before <= now);
        let mut ready: Vec<_> =
            ready.filter_map(|(chat, row)| Some((row.waiting.first()?.place, *chat))).collect();
        ready.sort_unstable();
        ready.into_iter().map(|(_, chat)| chat).collect()
    }

    /// Takes what goes next out of a chat.
    pub(super) fn next(&mut self, chat: ChatId) -> Option<Entry> {
        let row = self.touch(chat);
        row.not_before = 0;
        (!row.waiting.is_empty()).then(|| row.waiting.remove(0))
    }

    /// Notes that this is on its way.
    pub(super) fn send_off(&mut self, chat: ChatId, entry: Entry, process: &str) {
        self.touch(chat).going = Some((entry, process.to_owned()));
    }

    /// Everything that `process` has on its way.
    pub(super) fn going(&self, process: &str) -> Vec<(ChatId, Entry)> {
        let going = self.rows.iter().filter_map(|(chat, row)| Some((*chat, row.going.as_ref()?)));
        let mut mine: Vec<_> = going
            .filter(|(_, (_, by))| by == process)
            .map(|(chat, (entry, _))| (chat, entry.clone()))
            .collect();
        mine.sort_by_key(|(_, entry)| entry.id());
        mine
    }

    /// Takes back what is on its way in a chat, if it is this delivery and `process` claimed it.
    pub(super) fn back(&mut self, chat: ChatId, id: i64, process: &str) -> Option<Entry> {
        let row = self.rows.get(&chat)?;
        let is_it = row.going.as_ref().is_some_and(|(entry, by)| entry.id() == id && by == process);
        if is_it { self.touch(chat).going.take().map(|(entry, _)| entry) } else { None }
    }

    /// Takes back whatever is on its way, whoever claimed it.
    pub(super) fn all_back(&mut self) -> Vec<(ChatId, Entry)> {
        let going: Vec<_> =
            self.rows.iter().filter(|(_, row)| row.going.is_some()).map(|(chat, _)| *chat).collect();
        let mut back = |chat| Some((chat, self.touch(chat).going.take()?.0));
        going.into_iter().filter_map(&mut back).collect()
    }

    /// Lets a delivery wait again, not before this moment. What it does is done by a younger one too, if one was added
    /// meanwhile; the older stays.
    pub(super) fn release(
        &mut self,
        chat: ChatId,
        mut entry: Entry,
        until: i64,
        unknown: bool,
    ) -> Result<(), StoreError> {
        entry.tried(unknown)?;
        self.touched.insert(chat);
        let row = self.rows.entry(chat).or_default();
        if let Some(same) = entry.same() {
            row.waiting.retain(|other| other.same() != Some(same));
            if row.same_behind.remove(same) {
                row.behind -= 1;
                self.twins.push(doc! { "chat": chat.0, "same": same });
            }
        }
        row.not_before = row.not_before.max(until);
        row.push(entry);
        Ok(())
    }

    /// Takes all that waits in one chat to another. Both were read whole.
    pub(super) fn relocate(&mut self, from: ChatId, to: ChatId) {
        let left = self.touch(from);
        let (waiting, not_before) = (std::mem::take(&mut left.waiting), std::mem::take(&mut left.not_before));
        let row = self.touch(to);
        // Where both chats wait for the same refresh, one is enough.
        let same: HashSet<_> = waiting.iter().filter_map(|entry| entry.same().map(str::to_owned)).collect();
        row.waiting.retain(|entry| entry.same().is_none_or(|key| !same.contains(key)));
        row.not_before = row.not_before.max(not_before);
        for entry in waiting {
            row.push(entry);
        }
    }

    /// Writes the chats as they are now.
    pub(super) async fn write(self, tx: &mut Tx<'_>) -> Result<Written, Halt> {
        let (mut new, mut changed, mut empty, mut leaving) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut written = Written::default();
        for (chat, mut row) in self.rows {
            if !self.touched.contains(&chat) {
                written.rows.push((chat, Some(row.known(false))));
                continue;
            }
            row.trim();
            leaving.extend(std::mem::take(&mut row.leaving).into_iter().map(|entry| entry.outside(chat)));
            match row.revision {
                None if row.is_empty() => continue,
                None => new.push(row.document(chat)),
                Some(revision) => {
                    let set = if row.is_empty() {
                        // Written all the same: then it is what it was seen as, and what is deleted is known.
                        empty.push(chat.0);
                        doc! { "revision": revision + 1 }
                    } else {
                        row.document(chat)
                    };
                    let weight = 1 + row.waiting.len() / 2; // a message has some 10 KB at most, a statement some 64
                    changed.push(Merged { row: chat.0.into(), seen: revision.into(), set, weight });
                }
            }
            if row.not_before > 0 {
                let first = written.soonest.map_or(row.not_before, |first| first.min(row.not_before));
                written.soonest = Some(first);
            }
            written.rows.push((chat, (!row.is_empty()).then(|| row.known(true))));
        }
        if !self.added.is_empty() {
            tx.delete(ADDED, [doc! { "_id": { "$in": self.added } }]).await?;
        }
        if !self.fetched.is_empty() {
            tx.delete(OUTBOX, [doc! { "_id": { "$in": self.fetched } }]).await?;
        }
        // First: what is put there now may be the older one of two that do the same.
        tx.delete(OUTBOX, self.twins).await?;
        tx.insert(OUTBOX, leaving).await?;
        tx.insert(CHATS, new).await?;
        tx.merge(CHATS, "revision", [changed]).await?;
        if !empty.is_empty() {
            tx.delete(CHATS, [doc! { "_id": { "$in": empty } }]).await?;
        }
        Ok(written)
    }
}

/// What was written of chats.
#[derive(Default)]
pub(super) struct Written {
    /// When the first of those goes that have to wait for their time, in microseconds since 1970.
    pub(super) soonest: Option<i64>,
    /// How they are now; nothing where there is no document.
    pub(super) rows: Vec<(ChatId, Option<Row>)>,
}

/// What waits of a chat in `outbox`.
pub(super) fn behind(chat: ChatId) -> Document {
    doc! { "chat": chat.0 }
}
