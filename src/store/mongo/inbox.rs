//! The inbox: updates as Telegram sent them, each handled to its end once.
use super::codec::{Fields, date, int, limit as rows};
use super::db::Db;
use super::error::Halt;
use super::schema::INBOX;
use super::tx::Tx;
use crate::domain::Time;
use crate::engine::ports::{InboxRow, StoreError};
use mongodb::bson::{Bson, Document, doc};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// How an update's handling ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Done,
    Aside,
}

pub(super) fn waiting(after: u64) -> Document {
    doc! { "state": "new", "seq": { "$gt": int(after) } }
}

pub(super) async fn unhandled(db: &Db, after: u64, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let inbox = db.collection(INBOX);
    let find = inbox.find(waiting(after)).sort(doc! { "seq": 1 }).limit(rows(limit));
    let docs = db.all(find).await?;
    docs.iter()
        .map(|doc| {
            let f = Fields(doc);
            let update = serde_json::from_str(f.text("body")?);
            Ok(InboxRow {
                seq: f.number("seq")?,
                update_id: f.int("_id")?,
                update: update.map_err(|error| StoreError::Corrupt(format!("{INBOX}: {error}")))?,
                failures: f.number("failures")?,
            })
        })
        .collect()
}

/// Deletes what was handled before this moment.
pub(super) async fn prune(db: &Db, before: Time) -> Result<(), StoreError> {
    let done = doc! { "state": "done", "ended_at": { "$lt": date(before) } };
    db.collection(INBOX).delete_many(done).await?;
    Ok(())
}

pub(super) async fn failed(db: &Db, update: i64, error: &str) -> Result<u32, StoreError> {
    let inbox = db.collection(INBOX);
    let more = doc! { "$inc": { "failures": 1_i64 }, "$set": { "error": error } };
    inbox.update_one(doc! { "_id": update, "state": "new" }, more).await?;
    match inbox.find_one(doc! { "_id": update }).await? {
        Some(doc) => Fields(&doc).number("failures"),
        None => Ok(0),
    }
}

/// The updates that a transaction has to do with.
#[derive(Default)]
pub(super) struct Updates {
    /// Whether an update that is known waits to be handled.
    known: HashMap<i64, bool>,
    taken: Vec<(i64, String, Time)>,
    ended: Vec<Document>,
}

impl Updates {
    pub(super) async fn load(tx: &mut Tx<'_>, ids: HashSet<i64>) -> Result<Self, Halt> {
        let found = tx.find_in(INBOX, "_id", ids).await?;
        let known =
            found.iter().map(|doc| Ok((Fields(doc).int("_id")?, Fields(doc).text("state")? == "new")));
        Ok(Self { known: known.collect::<Result<_, StoreError>>()?, ..Self::default() })
    }

    /// Takes an update in; says whether it is new.
    pub(super) fn take(&mut self, id: i64, update: &Value, now: Time) -> bool {
        let new = self.known.insert(id, true).is_none();
        if new {
            self.taken.push((id, update.to_string(), now));
        }
        new
    }

    /// Ends an update; says whether it was waiting until now.
    pub(super) fn end(&mut self, id: i64, end: End, now: Time) -> bool {
        let waits = self.known.get_mut(&id).is_some_and(|waits| std::mem::replace(waits, false));
        if waits {
            // A handled update is kept to know it again, but not what it says.
            let change = match end {
                End::Done => {
                    doc! { "$set": { "state": "done", "ended_at": date(now) }, "$unset": { "body": "" } }
                }
                End::Aside => doc! { "$set": { "state": "aside", "ended_at": date(now) } },
            };
            self.ended.push(doc! { "q": { "_id": id }, "u": change });
        }
        waits
    }

    /// Writes what was taken in and what has ended. Others who take updates in wait for this transaction or it for them, so
    /// that who reads on from a number misses nothing.
    pub(super) async fn write(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        if !self.taken.is_empty() {
            let first = tx.take("inbox", self.taken.len() as u64).await?;
            let documents = (first..).zip(self.taken).map(|(seq, (id, body, now))| {
                doc! {
                    "_id": id,
                    "seq": int(seq),
                    "state": "new",
                    "failures": 0_i64,
                    "taken_at": date(now),
                    "ended_at": Bson::Null,
                    "body": body,
                }
            });
            tx.insert(INBOX, documents.collect()).await?;
        }
        tx.update(INBOX, self.ended).await
    }
}
