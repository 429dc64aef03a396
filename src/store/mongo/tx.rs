//! One transaction: what is read in it is one moment's, what it writes is seen whole or not at all.
//!
//! `writeConcern: majority` at the commit makes what was written durable, and what was read as well.
use super::codec::{Fields, int};
use super::error::{Halt, is_interrupted, is_unanswered};
use super::merged::{MOST, Merged, statements};
use super::session::Session;
use super::tally::Tally;
use crate::engine::ports::StoreError;
use async_trait::async_trait;
use fail::fail_point;
use futures::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};
use mongodb::error::UNKNOWN_TRANSACTION_COMMIT_RESULT;
use mongodb::options::{ReadConcern, WriteConcern};
use mongodb::{ClientSession, Database};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long a transaction that was overtaken or not answered is tried again before its callers are told that the store is unavailable.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it is tried before what other processes may have left open is ended, and how long after that again: longer than
/// living ones keep each other waiting.
const STUCK: Duration = Duration::from_secs(1);
/// The longest wait before another try.
const LONGEST_WAIT: u64 = 64;

/// What is done in a transaction. Done again from the start when somebody else came in between, so it keeps nothing.
#[async_trait]
pub(super) trait Work: Sync {
    /// What it brings.
    type Found: Send;

    /// Reads and writes. `tries` says how often it was overtaken before.
    async fn run(&self, tx: &mut Tx<'_>, tries: u32) -> Result<Self::Found, Halt>;

    /// It took something for known that was not so, and is done again.
    fn mistaken(&self) {}
}

/// How the counter of the arrivals stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arrivals {
    /// The last that was given.
    pub(super) last: u64,
    /// How often one that waits was put back or changed, or somebody rested on how a queue begins.
    pub(super) orders: i64,
}

/// An open transaction.
pub(super) struct Tx<'a> {
    db: &'a Database,
    session: &'a mut ClientSession,
    done: &'a Tally,
    chunk: usize,
}

/// Runs a piece of work in a transaction, again when it was overtaken, until it is durable.
pub(super) async fn run<W: Work>(session: &mut Session, work: &W) -> Result<W::Found, StoreError> {
    let start = Instant::now();
    let (mut tries, mut stuck) = (0, STUCK);
    loop {
        let why = match once(session, work, tries).await {
            Ok(found) => return Ok(found),
            Err(Halt::Store(error)) => {
                session.renew();
                return Err(error);
            }
            Err(Halt::Away(error)) if start.elapsed() > PATIENCE => return Err(error),
            Err(Halt::Away(error)) => {
                // In the same session: the next transaction in it ends what the lost one may have left open.
                tracing::debug!(tries, %error, "a transaction was not answered");
                tokio::time::sleep(pause(tries, start)).await;
                tries += 1;
                continue;
            }
            Err(Halt::Overtaken(why)) => why,
            Err(Halt::Mistaken(why)) => {
                work.mistaken();
                why
            }
        };
        if start.elapsed() > stuck {
            stuck = start.elapsed() + STUCK;
            if let Err(error) = session.end_others().await {
                tracing::warn!(%error, "what another process may have left open ends by itself within a minute");
            }
        }
        if start.elapsed() > PATIENCE {
            return Err(StoreError::Unavailable(format!("overtaken {tries} times: {why}")));
        }
        tracing::debug!(tries, why, "a transaction was overtaken");
        tokio::time::sleep(pause(tries, start)).await;
        tries += 1;
    }
}

/// A wait that grows, and differs between those who were overtaken together.
fn pause(tries: u32, start: Instant) -> Duration {
    let most = LONGEST_WAIT.min(1 << tries.min(10));
    // What is left of the time that has passed is as good a die as any: nothing depends on it but who is first.
    let roll = u64::from(start.elapsed().subsec_nanos()) % most;
    Duration::from_millis(roll)
}

async fn once<W: Work>(session: &mut Session, work: &W, tries: u32) -> Result<W::Found, Halt> {
    let (db, done, chunk) = (session.db().clone(), Arc::clone(&session.done), session.chunk);
    let session = session.get().await?;
    session
        .start_transaction()
        .read_concern(ReadConcern::snapshot())
        .write_concern(WriteConcern::majority())
        .await?;
    let found = work.run(&mut Tx { db: &db, session, done: &done, chunk }, tries).await;
    match found {
        Ok(found) => {
            fail_point!("store-before-commit");
            commit(session).await?;
            done.committed();
            fail_point!("store-after-commit");
            Ok(found)
        }
        Err(halt) => {
            // The server does so by itself if this does not reach it.
            drop(session.abort_transaction().await);
            Err(halt)
        }
    }
}

/// Commits. Where the answer is lost the same commit is asked for again: it has one effect, however often it is asked for.
async fn commit(session: &mut ClientSession) -> Result<(), Halt> {
    let start = Instant::now();
    loop {
        let Err(error) = session.commit_transaction().await else { return Ok(()) };
        let unanswered = is_unanswered(&error);
        let unknown =
            unanswered || error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) || is_interrupted(&error);
        if unknown && start.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        }
        return Err(if unknown && !unanswered { Halt::Store(error.into()) } else { error.into() });
    }
}

impl Tx<'_> {
    /// The documents that match.
    pub(super) async fn find(&mut self, collection: &str, filter: Document) -> Result<Vec<Document>, Halt> {
        self.find_some(collection, filter, Document::new(), 0).await
    }

    /// The first `limit` documents that match, in this order; all with 0.
    pub(super) async fn find_some(
        &mut self,
        collection: &str,
        filter: Document,
        sort: Document,
        limit: i64,
    ) -> Result<Vec<Document>, Halt> {
        let collection = self.db.collection::<Document>(collection);
        let mut find = collection.find(filter).limit(limit);
        if !sort.is_empty() {
            find = find.sort(sort);
        }
        let mut cursor = find.session(&mut *self.session).await?;
        self.done.asked(0);
        Ok(cursor.stream(self.session).try_collect().await?)
    }

    /// Some fields of the documents that match.
    pub(super) async fn find_fields(
        &mut self,
        collection: &str,
        filter: Document,
        fields: Document,
    ) -> Result<Vec<Document>, Halt> {
        let collection = self.db.collection::<Document>(collection);
        let mut cursor = collection.find(filter).projection(fields).session(&mut *self.session).await?;
        self.done.asked(0);
        Ok(cursor.stream(self.session).try_collect().await?)
    }

    /// The documents whose `field` is one of these.
    pub(super) async fn find_in<T: Into<Bson>>(
        &mut self,
        collection: &str,
        field: &str,
        values: impl IntoIterator<Item = T>,
    ) -> Result<Vec<Document>, Halt> {
        let values: Vec<Bson> = values.into_iter().map(Into::into).collect();
        if values.is_empty() {
            return Ok(Vec::new());
        }
        self.find(collection, doc! { field: { "$in": values } }).await
    }

    /// Inserts documents.
    pub(super) async fn insert(&mut self, collection: &str, documents: Vec<Document>) -> Result<(), Halt> {
        self.write(doc! { "insert": collection }, "documents", documents, self.chunk).await.map(drop)
    }

    /// Runs update statements in their order. Each must find its document.
    pub(super) async fn update(&mut self, collection: &str, updates: Vec<Document>) -> Result<(), Halt> {
        let expected = updates.len();
        let found = self.update_some(collection, updates).await?;
        if found == expected {
            Ok(())
        } else {
            Err(Halt::Overtaken(as_they_were(collection, expected, found)))
        }
    }

    /// Gives documents fields, each its own, one group after the other. `counted` names the field that counts their writes: in
    /// each it must stand where it was seen.
    pub(super) async fn merge(
        &mut self,
        collection: &str,
        counted: &str,
        groups: impl IntoIterator<Item = Vec<Merged>>,
    ) -> Result<(), Halt> {
        let (mut expected, mut updates) = (0, Vec::new());
        for merged in groups {
            expected += merged.len();
            updates.extend(statements(counted, merged));
        }
        // As many documents to a command as where each has a statement of its own.
        let chunk = (self.chunk / MOST).max(1);
        let changed = self.write(doc! { "update": collection }, "updates", updates, chunk).await?.changed;
        if changed == expected {
            Ok(())
        } else {
            Err(Halt::Mistaken(as_they_were(collection, expected, changed)))
        }
    }

    /// Runs update statements, which may find any number of documents; says how many.
    pub(super) async fn update_some(
        &mut self,
        collection: &str,
        updates: Vec<Document>,
    ) -> Result<usize, Halt> {
        Ok(self.write(doc! { "update": collection }, "updates", updates, self.chunk).await?.found)
    }

    /// Deletes whatever matches these.
    pub(super) async fn delete(
        &mut self,
        collection: &str,
        filters: impl IntoIterator<Item = Document>,
    ) -> Result<(), Halt> {
        let deletes = filters.into_iter().map(|filter| doc! { "q": filter, "limit": 0 }).collect();
        self.write(doc! { "delete": collection }, "deletes", deletes, self.chunk).await.map(drop)
    }

    /// Takes the next `count` numbers of a counter; returns the first. Whoever else takes some before this transaction has
    /// ended is overtaken or overtakes it, so the order of the numbers is the order in which they become visible.
    pub(super) async fn take(&mut self, counter: &str, count: u64) -> Result<u64, Halt> {
        self.done.asked(1);
        let answer = self.db.run_command(numbers(counter, count)).session(&mut *self.session).await?;
        first(&answer, count)
    }

    /// Takes arrival numbers, which may be none; returns how their counter stands then. There all meet who open tickets or, with
    /// `orders`, change how a queue begins or rest on that.
    pub(super) async fn arrive(&mut self, count: u64, orders: bool) -> Result<Arrivals, Halt> {
        self.done.asked(1);
        let steps = doc! { "value": int(count), "orders": i64::from(orders) };
        let answer = self.db.run_command(counting("arrival", steps)).session(&mut *self.session).await?;
        let counter = Fields(counted(&answer)?);
        Ok(Arrivals { last: counter.number("value")?, orders: counter.int("orders")? })
    }

    /// Runs a command for these items, as often as it takes with `chunk` to one.
    async fn write(
        &mut self,
        command: Document,
        what: &str,
        items: Vec<Document>,
        chunk: usize,
    ) -> Result<Written, Halt> {
        let mut done = Written::default();
        let mut items = items.into_iter().peekable();
        while items.peek().is_some() {
            let mut command = command.clone();
            command.insert(what, items.by_ref().take(chunk).collect::<Vec<_>>());
            let answer = self.db.run_command(command).session(&mut *self.session).await?;
            if let Some(Bson::Document(first)) =
                answer.get_array("writeErrors").ok().and_then(|errors| errors.first())
            {
                let code = first.get_i32("code").unwrap_or(0);
                return Err(Halt::code(code, first.get_str("errmsg").unwrap_or_default()));
            }
            let count = |name: &str| {
                let count = Fields(&answer).opt_int(name)?.unwrap_or_default();
                Ok::<_, StoreError>(usize::try_from(count).unwrap_or(0))
            };
            let found = count("n")?;
            self.done.asked(found);
            done.found += found;
            done.changed += count("nModified")?;
        }
        Ok(done)
    }
}

/// How many documents statements have found, and of how many they have made something else.
#[derive(Default)]
struct Written {
    found: usize,
    changed: usize,
}

fn as_they_were(collection: &str, expected: usize, found: usize) -> String {
    format!("{found} of {expected} documents of {collection} were as they were taken for")
}

/// The command that takes numbers of a counter.
pub(super) fn numbers(counter: &str, count: u64) -> Document {
    counting(counter, doc! { "value": int(count) })
}

fn counting(counter: &str, steps: Document) -> Document {
    doc! {
        "findAndModify": super::schema::COUNTERS,
        "query": { "_id": counter },
        "update": { "$inc": steps },
        "new": true,
        "upsert": true,
    }
}

/// The first of the numbers that were taken.
pub(super) fn first(answer: &Document, count: u64) -> Result<u64, Halt> {
    let last: u64 = Fields(counted(answer)?).number("value")?;
    Ok(last.saturating_sub(count) + 1)
}

fn counted(answer: &Document) -> Result<&Document, StoreError> {
    answer.get_document("value").map_err(|error| StoreError::Corrupt(error.to_string()))
}
