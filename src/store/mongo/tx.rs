//! Transactions: snapshot reads, majority commit, and retries with jittered backoff.
//!
//! All reads of a transaction see one snapshot, and other processes see all of its writes or none. If another
//! transaction wrote one of the same documents since the snapshot, the server reports a conflict and the
//! transaction is run again from the start.
pub(super) mod error;
pub(super) mod session;

use super::codec::{Fields, int};
use crate::engine::ports::StoreError;
use async_trait::async_trait;
use error::{INTERRUPTED, TxError, code_of, is_unanswered};
use fail::fail_point;
use futures::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};
use mongodb::error::UNKNOWN_TRANSACTION_COMMIT_RESULT;
use mongodb::options::{ReadConcern, WriteConcern};
use mongodb::{ClientSession, Database};
use session::{Session, TxCounters};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long a transaction is retried before it fails as unavailable.
const RETRY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a transaction conflicts before the sessions of other processes are killed, and how long until
/// that is done again. Living processes make each other wait for less.
const KILL_SESSIONS_AFTER: Duration = Duration::from_secs(1);
/// The longest delay before a retry.
const MAX_RETRY_DELAY_MS: u64 = 64;
/// The delay before a commit whose result is unknown is sent again.
const COMMIT_RETRY_DELAY: Duration = Duration::from_millis(50);

/// The work of one transaction. A conflict runs it again from the start, so it keeps no state.
#[async_trait]
pub(super) trait Work: Sync {
    /// The result.
    type Output: Send;

    /// Reads and writes in `tx`. It is called again for each retry, so it must not keep state. `attempt`
    /// counts from 0.
    async fn run(&self, tx: &mut Tx<'_>, attempt: u32) -> Result<Self::Output, TxError>;
}

/// An open transaction.
pub(super) struct Tx<'a> {
    db: &'a Database,
    session: &'a mut ClientSession,
    counters: &'a TxCounters,
    max_batch: usize,
    /// The id of this process: it claims deliveries, and counts depths and roll-ups, under it.
    pub(super) process: &'a str,
}

/// Runs `work` in a transaction, and again after a conflict or a lost answer, until it is durable.
pub(super) async fn run<W: Work>(session: &mut Session, work: &W) -> Result<W::Output, StoreError> {
    let start = Instant::now();
    let (mut attempt, mut kill_after) = (0, KILL_SESSIONS_AFTER);
    loop {
        match try_once(session, work, attempt).await {
            Ok(output) => return Ok(output),
            Err(TxError::Failed(error)) => {
                session.renew();
                return Err(error);
            }
            Err(TxError::NoAnswer(error)) => {
                if start.elapsed() > RETRY_TIMEOUT {
                    return Err(error);
                }
                // The retry uses the same session, and a new transaction in it aborts the lost one.
                tracing::debug!(attempt, %error, "transaction not answered, retrying");
            }
            Err(TxError::Conflict(reason)) => {
                if start.elapsed() > kill_after {
                    kill_after = start.elapsed() + KILL_SESSIONS_AFTER;
                    if let Err(error) = session.kill_others().await {
                        tracing::warn!(%error, "failed to kill database sessions of other processes");
                    }
                }
                if start.elapsed() > RETRY_TIMEOUT {
                    let reason = format!("transaction conflicted {} times: {reason}", attempt + 1);
                    return Err(StoreError::Unavailable(reason));
                }
                tracing::debug!(attempt, reason, "transaction conflict, retrying");
            }
        }
        tokio::time::sleep(retry_delay(attempt, start)).await;
        attempt += 1;
    }
}

/// Returns an exponentially growing delay with full jitter. The jitter is taken from the elapsed time:
/// nothing but the order of the retries depends on it.
fn retry_delay(attempt: u32, start: Instant) -> Duration {
    let max = MAX_RETRY_DELAY_MS.min(1 << attempt.min(10));
    Duration::from_millis(u64::from(start.elapsed().subsec_nanos()) % max)
}

async fn try_once<W: Work>(session: &mut Session, work: &W, attempt: u32) -> Result<W::Output, TxError> {
    let (db, counters, max_batch) = (session.db().clone(), Arc::clone(&session.counters), session.max_batch);
    let process = session.process.clone();
    let session = session.get().await?;
    session
        .start_transaction()
        .read_concern(ReadConcern::snapshot())
        .write_concern(WriteConcern::majority())
        .await?;
    match work
        .run(&mut Tx { db: &db, session, counters: &counters, max_batch, process: &process }, attempt)
        .await
    {
        Ok(output) => {
            fail_point!("store-before-commit");
            commit(session).await?;
            counters.count_commit();
            fail_point!("store-after-commit");
            Ok(output)
        }
        Err(error) => {
            // If this fails, the next transaction in the session aborts it, or the server does after a
            // minute.
            drop(session.abort_transaction().await);
            Err(error)
        }
    }
}

/// Commits. A commit whose answer was lost is sent again: it has one effect, however often it is sent.
async fn commit(session: &mut ClientSession) -> Result<(), TxError> {
    let start = Instant::now();
    loop {
        let Err(error) = session.commit_transaction().await else { return Ok(()) };
        let unanswered = is_unanswered(&error);
        let unknown = unanswered
            || error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT)
            || code_of(&error) == Some(INTERRUPTED);
        if unknown && start.elapsed() < RETRY_TIMEOUT {
            tokio::time::sleep(COMMIT_RETRY_DELAY).await;
            continue;
        }
        return Err(if unknown && !unanswered { TxError::Failed(error.into()) } else { error.into() });
    }
}

impl Tx<'_> {
    /// Returns the documents that match.
    pub(super) async fn find(
        &mut self,
        collection: &str,
        filter: Document,
    ) -> Result<Vec<Document>, TxError> {
        self.find_sorted(collection, filter, Document::new(), 0).await
    }

    /// Returns the first `limit` documents that match, in this order; all with 0.
    pub(super) async fn find_sorted(
        &mut self,
        collection: &str,
        filter: Document,
        sort: Document,
        limit: i64,
    ) -> Result<Vec<Document>, TxError> {
        let collection = self.db.collection::<Document>(collection);
        let mut find = collection.find(filter).limit(limit);
        if !sort.is_empty() {
            find = find.sort(sort);
        }
        let mut cursor = find.session(&mut *self.session).await?;
        self.counters.count_command(0);
        Ok(cursor.stream(self.session).try_collect().await?)
    }

    /// Returns the documents whose `field` is one of `values`. No values cost no query.
    pub(super) async fn find_in<T: Into<Bson>>(
        &mut self,
        collection: &str,
        field: &str,
        values: impl IntoIterator<Item = T>,
    ) -> Result<Vec<Document>, TxError> {
        let values: Vec<Bson> = values.into_iter().map(Into::into).collect();
        let condition = match values.as_slice() {
            [] => return Ok(Vec::new()),
            // For a single value the equality is faster on some servers.
            [one] => one.clone(),
            _ => doc! { "$in": values }.into(),
        };
        self.find(collection, doc! { field: condition }).await
    }

    /// Inserts documents.
    pub(super) async fn insert(&mut self, collection: &str, documents: Vec<Document>) -> Result<(), TxError> {
        self.write(doc! { "insert": collection }, "documents", documents).await.map(drop)
    }

    /// Runs update statements in order. Each must find exactly one document.
    pub(super) async fn bulk_update(
        &mut self,
        collection: &str,
        updates: Vec<Document>,
    ) -> Result<(), TxError> {
        let expected = updates.len();
        let found = self.update_any(collection, updates).await?;
        if found == expected {
            Ok(())
        } else {
            Err(TxError::Conflict(format!("{found} of {expected} documents of {collection} were found")))
        }
    }

    /// Runs update statements, which may find any number of documents; returns how many.
    pub(super) async fn update_any(
        &mut self,
        collection: &str,
        updates: Vec<Document>,
    ) -> Result<usize, TxError> {
        self.write(doc! { "update": collection }, "updates", updates).await
    }

    /// Deletes the documents that match any of the filters.
    pub(super) async fn delete(
        &mut self,
        collection: &str,
        filters: impl IntoIterator<Item = Document>,
    ) -> Result<(), TxError> {
        let deletes = filters.into_iter().map(|filter| doc! { "q": filter, "limit": 0 }).collect();
        self.write(doc! { "delete": collection }, "deletes", deletes).await.map(drop)
    }

    /// Takes the next `count` numbers of a counter; returns the first. Transactions that take numbers of the
    /// same counter conflict, so the order of the numbers is the order in which they become visible.
    pub(super) async fn next_numbers(&mut self, counter: &str, count: u64) -> Result<u64, TxError> {
        self.increment(counter, doc! { "value": int(count) }, count).await
    }

    /// Takes `count` arrival numbers, which may be none; returns the first. With `reorders` the queue epoch
    /// advances. Transactions that open tickets, put one back into a queue or depend on a queue's head
    /// conflict at this document.
    pub(super) async fn advance_arrivals(&mut self, count: u64, reorders: bool) -> Result<u64, TxError> {
        let steps = doc! { "value": int(count), "queue_epoch": i64::from(reorders) };
        self.increment("arrival", steps, count).await
    }

    async fn increment(&mut self, counter: &str, steps: Document, count: u64) -> Result<u64, TxError> {
        self.counters.count_command(1);
        let command = increment_command(counter, steps);
        first_number(&self.db.run_command(command).session(&mut *self.session).await?, count)
    }

    /// Runs a write command for these items, split by `max_batch`; returns how many documents it found.
    async fn write(
        &mut self,
        command: Document,
        field: &str,
        items: Vec<Document>,
    ) -> Result<usize, TxError> {
        let mut found = 0;
        let mut items = items.into_iter().peekable();
        while items.peek().is_some() {
            let mut command = command.clone();
            command.insert(field, items.by_ref().take(self.max_batch).collect::<Vec<_>>());
            let answer = self.db.run_command(command).session(&mut *self.session).await?;
            if let Some(Bson::Document(first)) =
                answer.get_array("writeErrors").ok().and_then(|errors| errors.first())
            {
                let code = first.get_i32("code").unwrap_or(0);
                return Err(TxError::of_write(code, first.get_str("errmsg").unwrap_or_default()));
            }
            let n = usize::try_from(Fields(&answer).opt_int("n")?.unwrap_or_default()).unwrap_or(0);
            self.counters.count_command(n);
            found += n;
        }
        Ok(found)
    }
}

/// Takes the next `count` numbers of a counter outside of any transaction; returns the first. A transaction
/// that is retried leaves a gap.
pub(super) async fn allocate_numbers(db: &Database, counter: &str, count: u64) -> Result<u64, TxError> {
    let command = increment_command(counter, doc! { "value": int(count) });
    first_number(&db.run_command(command).await?, count)
}

fn increment_command(counter: &str, steps: Document) -> Document {
    doc! {
        "findAndModify": super::schema::COUNTERS,
        "query": { "_id": counter },
        "update": { "$inc": steps },
        "new": true,
        "upsert": true,
    }
}

/// Returns the first of `count` numbers that were taken of a counter, from the answer to the command.
fn first_number(answer: &Document, count: u64) -> Result<u64, TxError> {
    let missing = |_| StoreError::Corrupt(format!("no counter in {answer}"));
    let last: u64 = Fields(answer.get_document("value").map_err(missing)?).number("value")?;
    Ok((last + 1).saturating_sub(count))
}
