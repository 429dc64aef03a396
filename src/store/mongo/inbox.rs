//! The inbox: updates as Telegram sent them, each handled once.
use super::client::Db;
use super::codec::{Fields, date, int, put_time};
use super::schema::INBOX;
use super::tx::Tx;
use super::tx::error::TxError;
use crate::domain::Time;
use crate::engine::ports::{InboxRow, StoreError};
use mongodb::bson::{Bson, Document, doc};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// How the handling of an update ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum UpdateEnd {
    Handled,
    /// Given up.
    Dead {
        reason: String,
    },
}

/// Returns the filter of updates that wait, from after `seq`.
pub(super) fn pending(after: u64) -> Document {
    doc! { "state": "new", "seq": { "$gt": int(after) } }
}

/// Returns the updates that wait, in order, at most `limit`.
pub(super) async fn pending_updates(db: &Db, after: u64, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
    let docs = db.first(INBOX, (pending(after), doc! { "seq": 1 }), limit).await?;
    Ok(docs.iter().filter_map(row).collect())
}

/// Returns a row. A body that is no JSON, or no text, becomes a string and does not hide the rows after it.
fn row(doc: &Document) -> Option<InboxRow> {
    let f = Fields(doc);
    let (Ok(seq), Ok(update_id)) = (f.number("seq"), f.int("_id")) else {
        tracing::error!(id = ?doc.get("_id"), "failed to read row of the inbox: no number");
        return None;
    };
    let body = f.text("body").map_or_else(|_| format!("{:?}", doc.get("body")), str::to_owned);
    let update = serde_json::from_str(&body).unwrap_or(Value::String(body));
    Some(InboxRow { seq, update_id, update, failures: f.number("failures").unwrap_or(u32::MAX) })
}

/// Counts a failure of an update that waits; returns the number of its failures.
pub(super) async fn record_failure(db: &Db, update: i64, error: &str) -> Result<u32, StoreError> {
    let failure = doc! { "$inc": { "failures": 1_i64 }, "$set": { "error": error } };
    db.collection(INBOX).update_one(doc! { "_id": update, "state": "new" }, failure).await?;
    db.get(INBOX, update).await?.map_or(Ok(0), |doc| Fields(&doc).number("failures"))
}

/// The updates of a unit of work.
#[derive(Default)]
pub(super) struct UpdateSet {
    /// Whether an update that exists still waits.
    pending: HashMap<i64, bool>,
    /// The dead updates.
    dead: HashSet<i64>,
    new: Vec<(i64, String, Time)>,
    revived: Vec<i64>,
    ended: Vec<Document>,
}

impl UpdateSet {
    /// Reads which of these updates exist and wait.
    pub(super) async fn load(tx: &mut Tx<'_>, ids: HashSet<i64>) -> Result<Self, TxError> {
        let found = tx.find_in(INBOX, "_id", ids).await?;
        let mut set = Self::default();
        for doc in &found {
            let (id, state) = (Fields(doc).int("_id")?, Fields(doc).text("state")?);
            set.pending.insert(id, state == "new");
            set.dead.extend((state == "dead").then_some(id));
        }
        Ok(set)
    }

    /// Appends an update; returns true if it is new.
    pub(super) fn append(&mut self, id: i64, update: &Value, now: Time) -> bool {
        let new = self.pending.insert(id, true).is_none();
        if new {
            self.new.push((id, update.to_string(), now));
        }
        new
    }

    /// Ends an update; returns true if it was waiting until now.
    pub(super) fn end(&mut self, id: i64, end: &UpdateEnd, now: Time) -> bool {
        let was_pending = self.pending.get_mut(&id).is_some_and(|pending| std::mem::replace(pending, false));
        if was_pending {
            // A handled update is kept for deduplication, without its body.
            let change = match end {
                UpdateEnd::Handled => {
                    doc! { "$set": { "state": "done", "ended_at": date(now) }, "$unset": { "body": "" } }
                }
                UpdateEnd::Dead { reason } => {
                    let mut dead = doc! { "state": "dead", "error": reason };
                    put_time(&mut dead, "ended_at", Some(now));
                    doc! { "$set": dead }
                }
            };
            self.ended.push(doc! { "q": { "_id": id }, "u": change });
        }
        was_pending
    }

    /// Makes a dead update pending again; returns true if it was dead.
    pub(super) fn revive(&mut self, id: i64) -> bool {
        let was_dead = self.dead.remove(&id);
        if was_dead {
            self.pending.insert(id, true);
            self.revived.push(id);
        }
        was_dead
    }

    /// Writes new, revived and ended updates. Replicas that append conflict at the counter, so a reader that continues
    /// after a `seq` misses no update.
    pub(super) async fn flush(self, tx: &mut Tx<'_>) -> Result<(), TxError> {
        if !self.new.is_empty() {
            let first = tx.next_numbers("inbox", self.new.len() as u64).await?;
            let documents = (first..).zip(self.new).map(|(seq, (id, body, now))| {
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
        if !self.revived.is_empty() {
            let first = tx.next_numbers("inbox", self.revived.len() as u64).await?;
            let revived = (first..).zip(self.revived).map(|(seq, id)| {
                let pending =
                    doc! { "seq": int(seq), "state": "new", "failures": 0_i64, "ended_at": Bson::Null };
                doc! { "q": { "_id": id }, "u": { "$set": pending, "$unset": { "error": "", "ended_at_us": "" } } }
            });
            tx.bulk_update(INBOX, revived.collect()).await?;
        }
        tx.bulk_update(INBOX, self.ended).await
    }
}
