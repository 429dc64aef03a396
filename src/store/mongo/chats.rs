//! Chats with deliveries: a document per chat says what goes next and is the lock of the chat's queue.
//!
//! Whoever adds to a chat, claims from it or settles in it writes this document, so of two that meet one is overtaken:
//! nothing can be added behind a chat that is just being closed, or be left out because a twin waits that is just going.
use super::codec::{Fields, date, int, nested};
use super::error::Halt;
use super::schema::{CHATS, OUTBOX};
use super::tx::Tx;
use crate::domain::Time;
use crate::domain::ids::ChatId;
use crate::domain::notice::{Message, Outgoing};
use crate::engine::ports::StoreError;
use mongodb::bson::{Bson, Document, doc};
use std::collections::{HashMap, HashSet};

/// In a chat where no more than so many wait all of them are looked at, together with those of other chats: what goes next
/// in each is then one question to the server. Of a longer queue only the first is asked for.
const FEW: i64 = 16;

/// How a chat's queue stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Chat {
    /// Whether the database has a document of it.
    known: bool,
    pub(super) claimed: bool,
    /// Microseconds since 1970; 0: at once.
    pub(super) not_before: i64,
    /// With `head` what goes next; means nothing while claimed.
    pub(super) lane: i64,
    pub(super) head: i64,
    /// How many wait, without the one that is claimed.
    pub(super) waiting: i64,
}

impl Chat {
    fn read(doc: &Document) -> Result<(ChatId, Self), StoreError> {
        let f = Fields(doc);
        let chat = Self {
            known: true,
            claimed: f.flag("claimed")?,
            not_before: f.int("not_before")?,
            lane: f.int("lane")?,
            head: f.int("head")?,
            waiting: f.int("waiting")?,
        };
        Ok((ChatId(f.int("_id")?), chat))
    }

    fn fields(&self) -> Document {
        doc! {
            "claimed": self.claimed,
            "not_before": self.not_before,
            "lane": self.lane,
            "head": self.head,
            "waiting": self.waiting,
        }
    }
}

/// The chats that a transaction has to do with.
#[derive(Default)]
pub(super) struct Chats {
    rows: HashMap<ChatId, Chat>,
    /// Which coalesce keys wait in a chat.
    waiting: HashSet<(ChatId, String)>,
    touched: HashSet<ChatId>,
    added: Vec<Document>,
}

/// New messages go before what only brings something up to date.
pub(super) fn lane(message: &Message) -> i64 {
    match message {
        Message::Notice(_)
        | Message::Text(_)
        | Message::Edit { .. }
        | Message::Card(_)
        | Message::Retire(_) => 0,
        Message::Refresh(_) | Message::Redraw { .. } | Message::Menu => 1,
    }
}

impl Chats {
    /// Reads the chats to which these go, and which of what coalesces waits there.
    pub(super) async fn load<'a>(
        tx: &mut Tx<'_>,
        out: impl Iterator<Item = &'a Outgoing> + Clone,
    ) -> Result<Self, Halt> {
        let ids: HashSet<ChatId> = out.clone().map(|out| out.chat).collect();
        let mut these = Self::read(tx, ids).await?;
        let twins = out
            .filter(|out| these.rows.contains_key(&out.chat))
            .filter_map(|out| Some((out.chat, out.message.coalesce_key()?)));
        let (chats, keys): (HashSet<_>, HashSet<_>) = twins.unzip();
        if !chats.is_empty() {
            let chats: Vec<_> = chats.into_iter().map(|chat| chat.0).collect();
            let keys: Vec<_> = keys.into_iter().collect();
            let twins = doc! { "chat": { "$in": chats }, "same": { "$in": keys }, "claimed": false };
            for doc in tx.find(OUTBOX, twins).await? {
                let f = Fields(&doc);
                these.waiting.insert((ChatId(f.int("chat")?), f.text("same")?.to_owned()));
            }
        }
        Ok(these)
    }

    /// Reads these chats.
    pub(super) async fn read(tx: &mut Tx<'_>, ids: HashSet<ChatId>) -> Result<Self, Halt> {
        let found = tx.find_in(CHATS, "_id", ids.into_iter().map(|chat| chat.0)).await?;
        let rows = found.iter().map(Chat::read).collect::<Result<_, _>>()?;
        Ok(Self { rows, ..Self::default() })
    }

    /// Whether this chat was read or written.
    pub(super) fn knows(&self, chat: ChatId) -> bool {
        self.rows.contains_key(&chat)
    }

    /// Adds chats that were read later.
    pub(super) fn merge(&mut self, other: Self) {
        self.rows.extend(other.rows);
    }

    /// A chat, to be written anew.
    pub(super) fn touch(&mut self, chat: ChatId) -> &mut Chat {
        self.touched.insert(chat);
        self.rows.entry(chat).or_default()
    }

    /// Adds a delivery, unless one that waits does the same.
    pub(super) fn add(&mut self, out: &Outgoing, since: Time, id: u64) -> Result<(), StoreError> {
        let Outgoing { chat, message } = out;
        let (lane, same) = (lane(message), message.coalesce_key());
        if let Some(same) = &same
            && !self.waiting.insert((*chat, same.clone()))
        {
            self.touch(*chat);
            return Ok(());
        }
        let mut doc = doc! {
            "_id": int(id),
            "chat": chat.0,
            "lane": lane,
            "claimed": false,
            "since": date(since),
            "since_us": since.timestamp_micros().rem_euclid(1_000),
            "attempts": 0_i64,
            "unknown": 0_i64,
            "message": nested(message)?,
        };
        if let Some(same) = same {
            doc.insert("same", same);
        }
        self.added.push(doc);
        let row = self.touch(*chat);
        // What is added last goes next only when nothing of its lane or a better one waits.
        if row.waiting == 0 || (lane, int(id)) < (row.lane, row.head) {
            (row.lane, row.head) = (lane, int(id));
        }
        row.waiting += 1;
        Ok(())
    }

    /// Writes what was added, and the chats as they are now.
    pub(super) async fn write(mut self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        tx.insert(OUTBOX, std::mem::take(&mut self.added)).await?;
        let (mut new, mut changed, mut empty) = (Vec::new(), Vec::new(), Vec::new());
        for chat in &self.touched {
            let Some(row) = self.rows.get(chat) else { continue };
            let mut fields = row.fields();
            if !row.claimed && row.waiting <= 0 {
                empty.push(chat.0);
            } else if row.known {
                // Counted, so that no write of it is one that changes nothing, which the server would leave out.
                changed.push(
                    doc! { "q": { "_id": chat.0 }, "u": { "$set": fields, "$inc": { "revision": 1_i64 } } },
                );
            } else {
                fields.insert("_id", chat.0);
                new.push(fields);
            }
        }
        tx.insert(CHATS, new).await?;
        tx.update(CHATS, changed).await?;
        if !empty.is_empty() {
            tx.delete(CHATS, [doc! { "_id": { "$in": empty } }]).await?;
        }
        Ok(())
    }

    /// Finds out what goes next in these chats and not before when, after their deliveries were written.
    pub(super) async fn advance(&mut self, tx: &mut Tx<'_>, chats: HashMap<ChatId, i64>) -> Result<(), Halt> {
        let (mut short, mut long) = (Vec::new(), Vec::new());
        for (chat, not_before) in chats {
            let row = self.touch(chat);
            row.not_before = row.not_before.max(not_before);
            match row.waiting {
                ..=0 => {}
                1..=FEW => short.push(chat),
                _ => long.push(chat),
            }
        }
        self.heads(tx, &short).await?;
        for chat in long {
            let (these, order) = (waiting(&[chat]), doc! { "lane": 1, "_id": 1 });
            let next = tx.find_some(OUTBOX, these, order, 1).await?;
            self.next(chat, next.iter().map(place).next().transpose()?)?;
        }
        Ok(())
    }

    /// What goes next in chats where few wait, with one question.
    async fn heads(&mut self, tx: &mut Tx<'_>, chats: &[ChatId]) -> Result<(), Halt> {
        if chats.is_empty() {
            return Ok(());
        }
        let mut first: HashMap<ChatId, (i64, i64)> = HashMap::new();
        for doc in tx.find_fields(OUTBOX, waiting(chats), doc! { "chat": 1, "lane": 1 }).await? {
            let (chat, place) = (ChatId(Fields(&doc).int("chat")?), place(&doc)?);
            first.entry(chat).and_modify(|least| *least = place.min(*least)).or_insert(place);
        }
        chats.iter().try_for_each(|chat| self.next(*chat, first.get(chat).copied()))
    }

    fn next(&mut self, chat: ChatId, place: Option<(i64, i64)>) -> Result<(), Halt> {
        let place = place.ok_or_else(|| miscounted(chat))?;
        let row = self.touch(chat);
        (row.lane, row.head) = place;
        Ok(())
    }
}

/// What waits in these chats.
pub(super) fn waiting(chats: &[ChatId]) -> Document {
    let chats: Vec<_> = chats.iter().map(|chat| chat.0).collect();
    doc! { "chat": { "$in": chats }, "claimed": false }
}

/// A delivery's place in the order of its chat.
fn place(doc: &Document) -> Result<(i64, i64), StoreError> {
    Ok((Fields(doc).int("lane")?, Fields(doc).int("_id")?))
}

fn miscounted(chat: ChatId) -> StoreError {
    StoreError::Corrupt(format!("{CHATS}: chat {} has nothing of what it says waits there", chat.0))
}

/// A reference to a delivery's document.
pub(super) fn ids(ids: impl IntoIterator<Item = i64>) -> Document {
    doc! { "_id": { "$in": ids.into_iter().map(Bson::Int64).collect::<Vec<_>>() } }
}
