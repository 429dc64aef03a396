//! The outbox: what became of claimed deliveries, and what is claimed next, one per chat.
use super::added;
use super::chat::Entry;
use super::chats::Chats;
use super::codec::{Fields, date, int, limit as rows, put_time};
use super::db::Db;
use super::desk;
use super::error::Halt;
use super::schema::{CARDS, CHATS, COUNTERS, DROPPED};
use super::tx::{Tx, Work};
use crate::domain::Time;
use crate::domain::card::LiveCard;
use crate::domain::ids::ChatId;
use crate::engine::ports::{ClaimedDelivery, Outcome, StoreError};
use async_trait::async_trait;
use futures::TryStreamExt;
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

/// Chats of which something is on its way. Who claimed it is named so that the index, which is by that, serves.
pub(super) fn claimed() -> Document {
    doc! { "claimed": true, "claimed_by": { "$gte": "" } }
}

/// The same as far as this process claimed it.
pub(super) fn claimed_by(process: &str) -> Document {
    doc! { "claimed": true, "claimed_by": process }
}

/// Deletes what was given up before this moment.
pub(super) async fn prune(db: &Db, before: Time) -> Result<(), StoreError> {
    db.collection(DROPPED).delete_many(doc! { "at": { "$lt": date(before) } }).await?;
    Ok(())
}

/// How many deliveries are not done: just added, on their way, in the documents of their chats, and behind.
pub(super) async fn undelivered(db: &Db) -> Result<u64, StoreError> {
    // First these, so that one that is taken in meanwhile is counted twice. One that a group takes along to its new id meanwhile
    // may be missed.
    let added = added::to_be_taken_in(db).await?;
    let going = doc! { "$cond": ["$claimed", 1_i64, 0_i64] };
    let of_chat = doc! { "$add": [going, { "$size": "$waiting" }, "$behind"] };
    let sum = doc! { "$group": { "_id": Bson::Null, "deliveries": { "$sum": of_chat } } };
    let mut found = db.collection(CHATS).aggregate([sum]).await?;
    match found.try_next().await? {
        Some(sum) => Ok(added + Fields(&sum).number::<u64>("deliveries")?),
        None => Ok(added),
    }
}

/// When the first chat goes that waits for its time.
pub(super) async fn next(db: &Db) -> Result<Option<Time>, StoreError> {
    let waiting = doc! { "claimed": false, "not_before": { "$gt": 0_i64 } };
    let first = db.collection(CHATS).find_one(waiting).sort(doc! { "not_before": 1 }).await?;
    let at = first.map(|doc| Fields(&doc).int("not_before")).transpose()?;
    Ok(at.and_then(Time::from_timestamp_micros))
}

/// What is to be claimed.
pub(super) struct Claim<'a> {
    /// How many deliveries at most.
    pub(super) limit: usize,
    pub(super) now: Time,
    /// What this process has in its hands already.
    pub(super) held: &'a HashMap<u64, ChatId>,
    /// Whether it may have claimed more than that, by a claim whose answer was lost.
    pub(super) doubt: bool,
    /// Whether the time may have come of a chat that waited for it, or it has long not been looked what may go.
    pub(super) look: bool,
    /// Whether chats may go at once that this process has not in its hands.
    pub(super) left: bool,
}

/// What was claimed.
#[derive(Default)]
pub(super) struct Catch {
    pub(super) claimed: Vec<ClaimedDelivery>,
    /// Whether that was claimed before, and nobody knew.
    pub(super) strays: bool,
    /// Whether chats may go at once beyond those that were looked at.
    pub(super) beyond: bool,
}

impl Claim<'_> {
    /// Chats whose time has come may go at once.
    pub(super) async fn wake(&self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        if self.look {
            let time = doc! { "q": due(self.now), "u": { "$set": { "not_before": 0_i64 } }, "multi": true };
            tx.update_some(CHATS, vec![time]).await?;
        }
        Ok(())
    }

    /// Claims, among what this transaction has changed too.
    pub(super) async fn run(
        &self,
        tx: &mut Tx<'_>,
        chats: &mut Chats,
        settled: &mut Settled,
        (process, tries): (&str, u32),
    ) -> Result<Catch, Halt> {
        // An earlier try may have had its effect.
        if self.doubt || tries > 0 {
            let mine = tx.find(CHATS, claimed_by(process)).await?;
            chats.take_in(tx, mine, &HashSet::new()).await?;
            // What is nobody's would never be sent.
            let strays: Vec<_> = chats
                .going(process)
                .into_iter()
                .filter(|(_, entry)| u64::try_from(entry.id()).is_ok_and(|id| !self.held.contains_key(&id)))
                .take(self.limit)
                .collect();
            if !strays.is_empty() {
                let claimed =
                    strays.iter().map(|(chat, entry)| read(*chat, entry)).collect::<Result<_, _>>()?;
                return Ok(Catch { claimed, strays: true, beyond: true });
            }
        }
        let mut beyond = false;
        // What may go is nearly always in a chat that this transaction has read already.
        if self.left || self.look || self.doubt || tries > 0 {
            let (ready, order) = ready();
            let most = self.limit.saturating_add(chats.len());
            let found = tx.find_some(CHATS, ready, order, rows(most)).await?;
            beyond = found.len() >= most;
            chats.take_in(tx, found, &HashSet::new()).await?;
        }
        let mut claimed = Vec::new();
        for chat in chats.ready(self.now).into_iter().take(self.limit) {
            while let Some(entry) = chats.next(chat) {
                match read(chat, &entry) {
                    Ok(one) => {
                        chats.send_off(chat, entry, process);
                        claimed.push(one);
                        break;
                    }
                    // One that nobody understands makes way for the others.
                    Err(error) => settled.give_up(chat, entry, format!("unreadable: {error}"), self.now),
                }
            }
        }
        Ok(Catch { claimed, strays: false, beyond })
    }
}

fn read(chat: ChatId, entry: &Entry) -> Result<ClaimedDelivery, StoreError> {
    let f = entry.fields();
    Ok(ClaimedDelivery {
        id: f.number("id")?,
        chat,
        message: f.nested("message")?,
        committed_at: f.time("since")?,
        attempts: f.number("attempts")?,
        unknown: f.number("unknown")?,
    })
}

/// What follows from what became of deliveries, beside their chats.
#[derive(Default)]
pub(super) struct Settled {
    cards: Vec<LiveCard>,
    dropped: Vec<Document>,
    counts: HashMap<&'static str, i64>,
    moved: Vec<(ChatId, ChatId)>,
}

impl Settled {
    /// Says what became of a delivery, if it is on its way here. One that this process has not claimed, or not any more, is
    /// somebody else's matter.
    pub(super) fn settle(
        &mut self,
        chats: &mut Chats,
        (chat, id, outcome): &(ChatId, u64, Outcome),
        now: Time,
        process: &str,
    ) -> Result<bool, StoreError> {
        let Some(entry) = chats.back(*chat, int(*id), process) else { return Ok(false) };
        match outcome {
            Outcome::Sent(card) => {
                if entry.fields().int("unknown")? > 0 {
                    self.count("repeats");
                }
                self.cards.extend(card.clone());
            }
            Outcome::Retry { until, unknown } => {
                self.release(chats, (*chat, entry), until.timestamp_micros(), *unknown)?;
            }
            Outcome::Dropped(reason) => self.give_up(*chat, entry, reason.clone(), now),
            Outcome::Moved(to) => {
                self.release(chats, (*chat, entry), 0, false)?;
                chats.relocate(*chat, *to);
                self.moved.push((*chat, *to));
            }
        }
        Ok(true)
    }

    fn release(
        &mut self,
        chats: &mut Chats,
        (chat, entry): (ChatId, Entry),
        until: i64,
        unknown: bool,
    ) -> Result<(), StoreError> {
        if unknown {
            self.count("unknown");
        }
        chats.release(chat, entry, until, unknown)
    }

    fn give_up(&mut self, chat: ChatId, entry: Entry, reason: String, now: Time) {
        self.count("dropped");
        let mut gone = entry.outside(chat);
        gone.insert("reason", reason);
        put_time(&mut gone, "at", Some(now));
        self.dropped.push(gone);
    }

    fn count(&mut self, name: &'static str) {
        *self.counts.entry(name).or_default() += 1;
    }

    /// The live cards that are written; nothing where whole chats of them move.
    pub(super) fn shown(&self) -> Option<Vec<LiveCard>> {
        self.moved.is_empty().then(|| self.cards.clone())
    }

    pub(super) async fn write(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        tx.insert(DROPPED, self.dropped).await?;
        tx.update(CARDS, self.cards.iter().map(desk::put_card).collect::<Result<_, _>>()?).await?;
        // Only groups move.
        for (from, to) in self.moved.into_iter().filter(|(from, _)| from.0 < 0) {
            let there = doc! { "q": { "chat": from.0 }, "u": { "$set": { "chat": to.0 } }, "multi": true };
            tx.update_some(CARDS, vec![there]).await?;
        }
        let counts = self.counts.iter().map(|(name, more)| {
            doc! { "q": { "_id": *name }, "u": { "$inc": { "value": *more } }, "upsert": true }
        });
        tx.update(COUNTERS, counts.collect()).await
    }
}

/// Gives back what an ended process had claimed; returns how many.
pub(super) struct Reclaim;

#[async_trait]
impl Work for Reclaim {
    type Found = u64;

    async fn run(&self, tx: &mut Tx<'_>, _tries: u32) -> Result<u64, Halt> {
        let (mut chats, mut settled) = (Chats::default(), Settled::default());
        let found = tx.find(CHATS, claimed()).await?;
        chats.take_in(tx, found, &HashSet::new()).await?;
        let back = chats.all_back();
        let many = back.len() as u64;
        for going in back {
            settled.release(&mut chats, going, 0, true)?;
        }
        settled.write(tx).await?;
        chats.write(tx).await?;
        Ok(many)
    }
}
