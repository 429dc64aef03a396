//! One chat with what waits for it, and the deliveries themselves.
use super::codec::{Fields, date, int, nested};
use super::rows::Row;
use super::schema::CHATS;
use crate::domain::Time;
use crate::domain::ids::{ChatId, Version};
use crate::domain::notice::Outgoing;
use crate::engine::ports::StoreError;
use mongodb::bson::{Bson, Document, doc};
use std::collections::HashSet;

/// How many deliveries lie in a chat's document: a message has some 10 KB at most, and a document may have 16 MB.
pub(super) const MOST: usize = 64;
/// With fewer in the document, more are fetched. A transaction takes a few of a chat at most.
pub(super) const FEW: usize = 32;

/// With more that wait than this a chat is not kept in mind.
const KEPT_IN_MIND: usize = 4;

/// A delivery's place in its chat: its lane, then its number.
pub(super) type Place = (i64, i64);

/// A delivery.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) place: Place,
    doc: Document,
}

impl Entry {
    /// One that is added. `anew` is the version in which the reader was written a moment ago: whoever takes it in must not take
    /// them for who they were before.
    pub(super) fn new(
        out: &Outgoing,
        since: Time,
        id: i64,
        anew: Option<Version>,
    ) -> Result<Self, StoreError> {
        let lane = i64::from(out.message.priority_class());
        let mut doc = doc! {
            "id": id,
            "lane": lane,
            "since": date(since),
            "since_us": since.timestamp_micros().rem_euclid(1_000),
            "attempts": 0_i64,
            "unknown": 0_i64,
            "message": nested(&out.message)?,
        };
        doc.extend(out.message.coalesce_key().map(|same| ("same".to_owned(), Bson::String(same))));
        doc.extend(anew.map(|version| ("anew".to_owned(), Bson::Int64(int(version.0)))));
        Ok(Self { place: (lane, id), doc })
    }

    pub(super) fn read(doc: Document) -> Result<Self, StoreError> {
        let f = Fields(&doc);
        Ok(Self { place: (f.int("lane")?, f.int("id")?), doc })
    }

    /// One that lay in `outbox` or `outbox_added`.
    pub(super) fn fetched(mut doc: Document) -> Result<Self, StoreError> {
        doc.remove("chat");
        let id = doc.remove("_id");
        doc.insert("id", id);
        Self::read(doc)
    }

    /// As it lies there, and among what was given up.
    pub(super) fn outside(mut self, chat: ChatId) -> Document {
        let id = self.doc.remove("id");
        let mut doc = doc! { "_id": id, "chat": chat.0 };
        doc.extend(self.doc);
        doc
    }

    pub(super) fn id(&self) -> i64 {
        self.place.1
    }

    pub(super) fn fields(&self) -> Fields<'_> {
        Fields(&self.doc)
    }

    pub(super) fn same(&self) -> Option<&str> {
        self.doc.get_str("same").ok()
    }

    /// One more try was in vain; whether it is unknown what became of it.
    pub(super) fn tried(&mut self, unknown: bool) -> Result<(), StoreError> {
        let f = self.fields();
        let (attempts, times) = (f.int("attempts")? + 1, f.int("unknown")? + i64::from(unknown));
        self.doc.insert("attempts", attempts);
        self.doc.insert("unknown", times);
        Ok(())
    }
}

/// How a chat's queue stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Chat {
    /// How often the document was written, when the database has one.
    pub(super) revision: Option<i64>,
    /// What is on its way, and who claimed it.
    pub(super) going: Option<(Entry, String)>,
    /// Microseconds since 1970; 0: at once.
    pub(super) not_before: i64,
    /// What waits, in its order.
    pub(super) waiting: Vec<Entry>,
    /// How many more wait in `outbox`, all of them after `edge`.
    pub(super) behind: i64,
    pub(super) edge: Option<Place>,
    /// What coalesces among those.
    pub(super) same_behind: HashSet<String>,
    /// What goes to `outbox` now.
    pub(super) leaving: Vec<Entry>,
}

impl Chat {
    pub(super) fn read(mut doc: Document) -> Result<(ChatId, Self), StoreError> {
        let entry = |value: Bson| match value {
            Bson::Document(doc) => Entry::read(doc),
            other => Err(StoreError::Corrupt(format!("{CHATS}: {other} is no delivery"))),
        };
        let going = doc.remove("going").filter(|going| *going != Bson::Null).map(entry).transpose()?;
        let waiting = match doc.remove("waiting") {
            Some(Bson::Array(waiting)) => waiting.into_iter().map(entry).collect::<Result<_, _>>()?,
            _ => Vec::new(),
        };
        let f = Fields(&doc);
        let chat = Self {
            revision: Some(f.int("revision")?),
            going: going
                .map(|going| Ok::<_, StoreError>((going, f.text("claimed_by")?.to_owned())))
                .transpose()?,
            not_before: f.int("not_before")?,
            waiting,
            behind: f.int("behind")?,
            ..Self::default()
        };
        Ok((ChatId(f.int("_id")?), chat))
    }

    pub(super) fn document(&self, chat: ChatId) -> Document {
        let (lane, head) = self.waiting.first().map_or((0, 0), |first| first.place);
        doc! {
            "_id": chat.0,
            "claimed": self.going.is_some(),
            "claimed_by": self.going.as_ref().map(|(_, process)| process),
            "not_before": self.not_before,
            "lane": lane,
            "head": head,
            "going": self.going.as_ref().map(|(going, _)| &going.doc),
            "waiting": self.waiting.iter().map(|entry| &entry.doc).collect::<Vec<_>>(),
            "behind": self.behind,
            // Counted, so that no write of it is one that changes nothing, which the server would leave out.
            "revision": self.next_revision(),
        }
    }

    /// How it is known once it was `written`, or as it was read. Much is not kept in mind, as much may wait in many chats.
    pub(super) fn known(self, written: bool) -> Row {
        if self.behind > 0 || self.not_before > 0 || self.waiting.len() > KEPT_IN_MIND {
            return Row::There;
        }
        let revision = if written { Some(self.next_revision()) } else { self.revision };
        Row::As(Box::new(Self { revision, edge: None, same_behind: HashSet::new(), ..self }))
    }

    /// The number of the next write. A new document's is its own: the chat has had others, and will have more, and none of them
    /// may be taken for this one. Numbers of deliveries are given once, and a document is written less often than there is room
    /// between them.
    fn next_revision(&self) -> i64 {
        const BETWEEN: i64 = 1 << 20;
        let entries = self.waiting.iter().chain(self.going.iter().map(|(going, _)| going));
        self.revision.unwrap_or_else(|| entries.map(Entry::id).max().unwrap_or_default() * BETWEEN) + 1
    }

    pub(super) fn is_empty(&self) -> bool {
        self.going.is_none() && self.waiting.is_empty() && self.behind <= 0
    }

    pub(super) fn waits(&self, same: &str) -> bool {
        self.same_behind.contains(same) || self.waiting.iter().any(|entry| entry.same() == Some(same))
    }

    pub(super) fn push(&mut self, entry: Entry) {
        if self.edge.is_some_and(|edge| entry.place > edge) {
            self.leave(entry);
        } else {
            let at = self.waiting.partition_point(|other| other.place < entry.place);
            self.waiting.insert(at, entry);
        }
    }

    pub(super) fn leave(&mut self, entry: Entry) {
        self.same_behind.extend(entry.same().map(str::to_owned));
        self.behind += 1;
        self.leaving.push(entry);
    }

    /// What is too much for the document goes to `outbox`.
    pub(super) fn trim(&mut self) {
        while self.waiting.len() > MOST
            && let Some(last) = self.waiting.pop()
        {
            self.leave(last);
        }
    }
}
