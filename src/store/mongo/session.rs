//! The sessions in which a process has its transactions, one for each of its lanes.
//!
//! A process that is killed in the middle of a transaction leaves it open, and the server keeps what it was about to write
//! from everybody else until the transaction has lived for a minute. So each process writes down which sessions are its own,
//! and whoever is kept waiting ends the sessions of the others. To a process that lives this is one more reason to try the
//! same transaction again.
use super::error::Halt;
use super::schema::SESSIONS;
use super::tally::Tally;
use crate::engine::ports::StoreError;
use futures::TryStreamExt;
use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::{ClientSession, Database};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long a session is used before there is a new one: well below the thirty minutes after which a server forgets one,
/// and below [`KEPT`] by more than any transaction takes.
const AGE: Duration = Duration::from_secs(600);
/// The most statements or documents in one command: few enough for the server's limit of 48 MB.
const LARGE: usize = 1_000;
/// The same for what can wait: a server that works at one command after the other has something else to do in between.
const SMALL: usize = 128;
/// How long it is known whose a session was.
pub(super) const KEPT: Duration = Duration::from_secs(3_600);

/// The session of a lane.
pub(super) struct Session {
    db: Database,
    /// The name of the process.
    pub(super) process: String,
    /// Which of the process's lanes has its transactions in it.
    lane: &'static str,
    /// What its transactions came to.
    pub(super) done: Arc<Tally>,
    /// The most statements or documents in one command.
    pub(super) chunk: usize,
    open: Option<(ClientSession, Instant)>,
}

impl Session {
    pub(super) fn of(db: Database, process: String, lane: &'static str) -> Self {
        Self { db, process, lane, done: Arc::default(), chunk: LARGE, open: None }
    }

    /// The session of another lane of the same process.
    pub(super) fn another(&self, lane: &'static str) -> Self {
        Self {
            db: self.db.clone(),
            process: self.process.clone(),
            lane,
            done: Arc::clone(&self.done),
            chunk: SMALL,
            open: None,
        }
    }

    /// Under which id it is written down.
    fn name(&self) -> String {
        format!("{} {}", self.process, self.lane)
    }

    /// The database that it is about.
    pub(super) fn db(&self) -> &Database {
        &self.db
    }

    /// The session, written down before it is used.
    pub(super) async fn get(&mut self) -> Result<&mut ClientSession, Halt> {
        if self.open.as_ref().is_none_or(|(_, since)| since.elapsed() > AGE) {
            let session = self.db.client().start_session().await?;
            let known = doc! { "session": session.id().clone(), "at": DateTime::now() };
            let sessions = self.db.collection::<Document>(SESSIONS);
            sessions.replace_one(doc! { "_id": self.name() }, known).upsert(true).await?;
            self.open = Some((session, Instant::now()));
        }
        match &mut self.open {
            Some((session, _)) => Ok(session),
            None => Err(StoreError::Unavailable("there is no session".to_owned()).into()),
        }
    }

    /// Takes a new one next time: this one's server may be gone.
    pub(super) fn renew(&mut self) {
        self.open = None;
    }

    /// Ends the sessions of all other processes, and with them the transactions that nobody will end.
    pub(super) async fn end_others(&self) -> Result<(), StoreError> {
        // Ids begin with their process; '!' comes next after the blank behind it.
        let process = &self.process;
        let (first, last) = (format!("{process} "), format!("{process}!"));
        let others = doc! { "$or": [{ "_id": { "$lt": first } }, { "_id": { "$gte": last } }] };
        let found: Vec<Document> =
            self.db.collection::<Document>(SESSIONS).find(others).await?.try_collect().await?;
        let sessions: Vec<Bson> = found.into_iter().filter_map(|mut doc| doc.remove("session")).collect();
        // An empty list would mean every session of this user, also those of other programs.
        if !sessions.is_empty() {
            tracing::info!(sessions = sessions.len(), "ending what other processes may have left open");
            self.db.run_command(doc! { "killSessions": sessions }).await?;
        }
        Ok(())
    }

    /// Nothing of this process is left open.
    pub(super) async fn close(self) {
        let sessions = self.db.collection::<Document>(SESSIONS);
        // Else it is forgotten a little later.
        drop(sessions.delete_one(doc! { "_id": self.name() }).await);
    }
}
