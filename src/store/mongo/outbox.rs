//! The outbox: deliveries in order per chat, claimed one per chat, settled one by one.
use super::chats::{Chats, ids};
use super::codec::{Fields, limit as rows, put_time};
use super::desk;
use super::error::Halt;
use super::schema::{CARDS, CHATS, COUNTERS, DROPPED, OUTBOX};
use super::tx::{Tx, Work};
use crate::domain::Time;
use crate::domain::ids::ChatId;
use crate::engine::ports::{Claimed, Outcome, StoreError};
use async_trait::async_trait;
use mongodb::bson::{Bson, Document, doc};
use std::collections::{HashMap, HashSet};

/// Chats that may go at once, in the order in which they do.
pub(super) fn ready() -> (Document, Document) {
    (doc! { "claimed": false, "not_before": 0_i64 }, doc! { "lane": 1, "head": 1 })
}

/// Chats that wait for their time, until `now` at most.
pub(super) fn due(now: Time) -> Document {
    doc! { "claimed": false, "not_before": { "$gt": 0_i64, "$lte": now.timestamp_micros() } }
}

/// Claims at most `limit` deliveries.
pub(super) struct Claim<'a> {
    pub(super) limit: usize,
    pub(super) now: Time,
    /// The process that claims: only it can say what became of them.
    pub(super) process: &'a str,
    /// What it has in its hands already.
    pub(super) held: &'a HashSet<u64>,
    /// Whether it may have claimed more than that, by a claim whose answer was lost.
    pub(super) doubt: bool,
}

/// What was claimed.
pub(super) struct Found {
    pub(super) claimed: Vec<Claimed>,
    /// Whether that was claimed before, and nobody knew.
    pub(super) strays: bool,
}

#[async_trait]
impl Work for Claim<'_> {
    type Found = Found;

    async fn run(&self, tx: &mut Tx<'_>, tries: u32) -> Result<Found, Halt> {
        // An earlier try may have had its effect.
        let strays = if self.doubt || tries > 0 { self.strays(tx).await? } else { Vec::new() };
        if strays.is_empty() {
            let fresh = self.fresh(tx).await?;
            return Ok(Found { claimed: self.read(tx, fresh).await?, strays: false });
        }
        Ok(Found { claimed: self.read(tx, strays).await?, strays: true })
    }
}

impl Claim<'_> {
    /// What is this process's and not in its hands: nobody would ever send it.
    async fn strays(&self, tx: &mut Tx<'_>) -> Result<Vec<Document>, Halt> {
        let held: Vec<_> = self.held.iter().map(|id| super::codec::int(*id)).collect();
        let mut mine = claimed();
        mine.insert("claimed_by", self.process);
        mine.insert("_id", doc! { "$nin": held });
        tx.find_some(OUTBOX, mine, doc! { "_id": 1 }, rows(self.limit)).await
    }

    /// Claims the heads of chats that may go.
    async fn fresh(&self, tx: &mut Tx<'_>) -> Result<Vec<Document>, Halt> {
        let time = doc! { "q": due(self.now), "u": { "$set": { "not_before": 0_i64 } }, "multi": true };
        tx.update_some(CHATS, vec![time]).await?;
        let (ready, order) = ready();
        let chats = tx.find_some(CHATS, ready, order, rows(self.limit)).await?;
        let heads: Vec<i64> = chats.iter().map(|chat| Fields(chat).int("head")).collect::<Result<_, _>>()?;
        if heads.is_empty() {
            return Ok(Vec::new());
        }
        let found = tx.find(OUTBOX, ids(heads.iter().copied())).await?;
        let mut found: HashMap<i64, Document> = found
            .into_iter()
            .map(|doc| Ok((Fields(&doc).int("_id")?, doc)))
            .collect::<Result<_, StoreError>>()?;
        let change = doc! { "$set": { "claimed": true, "claimed_by": self.process } };
        let taken = doc! { "q": ids(heads.iter().copied()), "u": change, "multi": true };
        tx.update_some(OUTBOX, vec![taken]).await?;
        let chat_ids: Vec<_> = chats.iter().filter_map(|chat| chat.get("_id").cloned()).collect();
        let busy = doc! {
            "q": { "_id": { "$in": chat_ids } },
            "u": { "$set": { "claimed": true }, "$inc": { "waiting": -1_i64, "revision": 1_i64 } },
            "multi": true,
        };
        tx.update_some(CHATS, vec![busy]).await?;

        let mut head = |id: &i64| {
            found.remove(id).ok_or_else(|| StoreError::Corrupt(format!("{OUTBOX}: {id} is not there")))
        };
        Ok(heads.iter().map(&mut head).collect::<Result<_, _>>()?)
    }

    async fn read(&self, tx: &mut Tx<'_>, docs: Vec<Document>) -> Result<Vec<Claimed>, Halt> {
        let (mut claimed, mut unreadable) = (Vec::with_capacity(docs.len()), Vec::new());
        for doc in docs {
            let id = Fields(&doc).number("_id")?;
            match read(&doc) {
                Ok(one) => claimed.push(one),
                Err(error) => unreadable.push((id, Outcome::Dropped(format!("unreadable: {error}")))),
            }
        }
        // One that nobody understands makes way for the others.
        Settle { outcomes: unreadable, now: self.now, process: self.process }.run(tx, 0).await?;
        Ok(claimed)
    }
}

fn read(doc: &Document) -> Result<Claimed, StoreError> {
    let f = Fields(doc);
    Ok(Claimed {
        id: f.number("_id")?,
        chat: ChatId(f.int("chat")?),
        message: f.nested("message")?,
        since: f.time("since")?,
        attempts: f.number("attempts")?,
        unknown: f.number("unknown")?,
    })
}

/// Says what became of claimed deliveries.
pub(super) struct Settle<'a> {
    pub(super) outcomes: Vec<(u64, Outcome)>,
    pub(super) now: Time,
    /// The process that claimed them. One whose claims another has taken back has nothing more to say about them.
    pub(super) process: &'a str,
}

#[async_trait]
impl Work for Settle<'_> {
    type Found = ();

    async fn run(&self, tx: &mut Tx<'_>, _tries: u32) -> Result<(), Halt> {
        let wanted: Vec<_> =
            self.outcomes.iter().map(|(id, _)| Bson::Int64(super::codec::int(*id))).collect();
        let claimed = doc! { "claimed": true, "claimed_by": self.process, "_id": { "$in": wanted } };
        if self.outcomes.is_empty() {
            return Ok(());
        }
        let mut settling = Settling::load(tx, claimed, self.now).await?;
        for (id, outcome) in &self.outcomes {
            settling.settle(tx, super::codec::int(*id), outcome).await?;
        }
        settling.write(tx).await
    }
}

/// Everything that is claimed. The chat is named so that the index of claims, which is by chat, serves.
pub(super) fn claimed() -> Document {
    doc! { "claimed": true, "chat": { "$gte": i64::MIN } }
}

/// Gives back what an ended process had claimed; returns how many.
pub(super) struct Reclaim;

#[async_trait]
impl Work for Reclaim {
    type Found = u64;

    async fn run(&self, tx: &mut Tx<'_>, _tries: u32) -> Result<u64, Halt> {
        let mut settling = Settling::load(tx, claimed(), Time::UNIX_EPOCH).await?;
        let ids: Vec<i64> = settling.claimed.keys().copied().collect();
        for id in &ids {
            settling.settle(tx, *id, &Outcome::Later { until: Time::UNIX_EPOCH, unknown: true }).await?;
        }
        settling.write(tx).await?;
        Ok(ids.len() as u64)
    }
}

/// Deliveries that are being settled, and their chats.
struct Settling {
    claimed: HashMap<i64, Document>,
    chats: Chats,
    now: Time,
    done: Vec<i64>,
    cards: Vec<Document>,
    released: Vec<Document>,
    dropped: Vec<Document>,
    counts: HashMap<&'static str, i64>,
    /// Chats where something else goes next, and not before when.
    advance: HashMap<ChatId, i64>,
}

impl Settling {
    async fn load(tx: &mut Tx<'_>, filter: Document, now: Time) -> Result<Self, Halt> {
        let found = tx.find(OUTBOX, filter).await?;
        let chats: HashSet<ChatId> =
            found.iter().map(|doc| Fields(doc).int("chat").map(ChatId)).collect::<Result<_, _>>()?;
        let claimed = found.into_iter().map(|doc| Ok((Fields(&doc).int("_id")?, doc)));
        Ok(Self {
            claimed: claimed.collect::<Result<_, StoreError>>()?,
            chats: Chats::read(tx, chats).await?,
            now,
            done: Vec::new(),
            cards: Vec::new(),
            released: Vec::new(),
            dropped: Vec::new(),
            counts: HashMap::new(),
            advance: HashMap::new(),
        })
    }

    async fn settle(&mut self, tx: &mut Tx<'_>, id: i64, outcome: &Outcome) -> Result<(), Halt> {
        let Some(doc) = self.claimed.remove(&id) else { return Ok(()) };
        let chat = ChatId(Fields(&doc).int("chat")?);
        self.chats.touch(chat).claimed = false;
        match outcome {
            Outcome::Sent(card) => {
                if Fields(&doc).int("unknown")? > 0 {
                    self.count("repeats");
                }
                self.cards.extend(card.as_ref().map(desk::put_card).transpose()?);
                self.done.push(id);
                self.advance.entry(chat).or_default();
            }
            Outcome::Later { until, unknown } => {
                self.release(tx, id, &doc, chat, *unknown).await?;
                let wait = self.advance.entry(chat).or_default();
                *wait = until.timestamp_micros().max(*wait);
            }
            Outcome::Dropped(reason) => {
                self.count("dropped");
                let mut gone = doc;
                gone.insert("reason", reason);
                put_time(&mut gone, "at", Some(self.now));
                self.dropped.push(gone);
                self.done.push(id);
                self.advance.entry(chat).or_default();
            }
            Outcome::Moved(to) => {
                self.release(tx, id, &doc, chat, false).await?;
                self.relocate(tx, chat, *to).await?;
            }
        }
        Ok(())
    }

    fn count(&mut self, name: &'static str) {
        *self.counts.entry(name).or_default() += 1;
    }

    /// Gives a claimed delivery back. What it does is done by a younger one too, if one was added meanwhile; the older
    /// stays.
    async fn release(
        &mut self,
        tx: &mut Tx<'_>,
        id: i64,
        doc: &Document,
        chat: ChatId,
        unknown: bool,
    ) -> Result<(), Halt> {
        if let Some(same) = Fields(doc).get("same") {
            let twin = doc! { "chat": chat.0, "same": same, "claimed": false };
            if !tx.find(OUTBOX, twin.clone()).await?.is_empty() {
                tx.delete(OUTBOX, [twin]).await?;
                self.chats.touch(chat).waiting -= 1;
            }
        }
        if unknown {
            self.count("unknown");
        }
        let more = doc! { "attempts": 1_i64, "unknown": i64::from(unknown) };
        let back = doc! { "$set": { "claimed": false }, "$inc": more };
        self.released.push(doc! { "q": { "_id": id }, "u": back });
        self.chats.touch(chat).waiting += 1;
        Ok(())
    }

    /// Takes all that waits in one chat to another, and what is shown there.
    async fn relocate(&mut self, tx: &mut Tx<'_>, from: ChatId, to: ChatId) -> Result<(), Halt> {
        self.put(tx).await?;
        if !self.chats.knows(to) {
            self.chats.merge(Chats::read(tx, HashSet::from([to])).await?);
        }
        let waiting = |chat: ChatId| doc! { "chat": chat.0, "claimed": false };
        let moving = tx.find(OUTBOX, waiting(from)).await?;
        // Where both chats wait for the same refresh, one is enough.
        let same: Vec<Bson> = moving.iter().filter_map(|doc| doc.get("same").cloned()).collect();
        tx.delete(OUTBOX, [doc! { "chat": to.0, "claimed": false, "same": { "$in": same } }]).await?;
        let there = |collection_filter: Document| {
            doc! { "q": collection_filter, "u": { "$set": { "chat": to.0 } }, "multi": true }
        };
        tx.update_some(OUTBOX, vec![there(waiting(from))]).await?;
        if from.0 < 0 {
            tx.update_some(CARDS, vec![there(doc! { "chat": from.0 })]).await?;
        }
        let wait = self.advance.remove(&from).unwrap_or(0);
        self.chats.touch(from).waiting = 0;
        self.chats.touch(to).waiting = super::codec::int(tx.find(OUTBOX, waiting(to)).await?.len() as u64);
        *self.advance.entry(to).or_default() = wait;
        Ok(())
    }

    /// Writes the deliveries as they are now.
    async fn put(&mut self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        tx.insert(DROPPED, std::mem::take(&mut self.dropped)).await?;
        let done = std::mem::take(&mut self.done);
        if !done.is_empty() {
            tx.delete(OUTBOX, [ids(done)]).await?;
        }
        tx.update(OUTBOX, std::mem::take(&mut self.released)).await?;
        tx.update(CARDS, std::mem::take(&mut self.cards)).await
    }

    async fn write(mut self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        self.put(tx).await?;
        let advance = std::mem::take(&mut self.advance);
        self.chats.advance(tx, advance).await?;
        let counts = self.counts.iter().map(|(name, more)| {
            doc! { "q": { "_id": *name }, "u": { "$inc": { "value": *more } }, "upsert": true }
        });
        tx.update(COUNTERS, counts.collect()).await?;
        self.chats.write(tx).await
    }
}
