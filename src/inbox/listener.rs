//! An update listener that feeds teloxide's dispatcher from the inbox. It starts with the rows that an
//! earlier process left pending.
use super::raw_update::{is_unreadable, scan_chat, unrequested_kind};
use super::status::TaskState;
use super::{Inbox, chat_of};
use crate::domain::ids::ChatId;
use crate::domain::notice::{Notice, Outgoing};
use crate::engine::Engine;
use crate::engine::ports::{InboxRow, StoreError};
use crate::telegram::incoming::{self, Incoming};
use futures::Stream;
use futures::stream::{self, BoxStream, StreamExt};
use std::collections::{BTreeSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use teloxide::stop::{StopFlag, StopToken, mk_stop_token};
use teloxide::types::Update;
use teloxide::update_listeners::{AsUpdateStream, UpdateListener};

/// Number of rows per read. Rows wait in the inbox, not in memory.
const PAGE_ROWS: usize = 256;
/// The delay after a failed read or write of the inbox.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// A [`UpdateListener`] on the inbox.
pub struct Listener {
    inbox: Inbox,
    engine: Arc<Engine>,
    token: StopToken,
    flag: StopFlag,
}

impl Listener {
    /// Returns a listener on `inbox`.
    #[must_use]
    pub fn new(inbox: Inbox, engine: Arc<Engine>) -> Self {
        let (token, flag) = mk_stop_token();
        Self { inbox, engine, token, flag }
    }
}

impl UpdateListener for Listener {
    type Err = StoreError;

    fn stop_token(&mut self) -> StopToken {
        self.token.clone()
    }
}

impl<'a> AsUpdateStream<'a> for Listener {
    type StreamErr = StoreError;
    type Stream = BoxStream<'a, Result<Update, StoreError>>;

    fn as_stream(&'a mut self) -> Self::Stream {
        let (engine, stop) = (Arc::clone(&self.engine), self.flag.clone());
        rows(self.inbox.clone(), Arc::clone(&self.engine), self.flag.clone())
            .filter_map(move |(inbox, row)| take(inbox, Arc::clone(&engine), stop.clone(), row))
            .boxed()
    }
}

/// The state of a read through the inbox.
struct InboxReader {
    inbox: Inbox,
    engine: Arc<Engine>,
    stop: StopFlag,
    page: VecDeque<InboxRow>,
    after: u64,
    /// For a shared inbox, which each pass reads from its first row: the rows that were passed to the
    /// dispatcher.
    dispatched: BTreeSet<u64>,
    /// For a shared inbox: the rows that the current pass has read.
    seen: BTreeSet<u64>,
}

/// Returns an endless stream of the pending rows, in order. It ends on `stop`; rows that were read but not
/// dispatched are then dropped and stay pending.
fn rows(inbox: Inbox, engine: Arc<Engine>, stop: StopFlag) -> impl Stream<Item = (Inbox, InboxRow)> + Send {
    let (page, dispatched, seen) = (VecDeque::new(), BTreeSet::new(), BTreeSet::new());
    let reader = InboxReader { inbox, engine, stop, page, after: 0, dispatched, seen };
    stream::unfold(reader, async |mut reader| {
        loop {
            if reader.stop.is_stopped() {
                return None;
            }
            if let Some(row) = reader.page.pop_front() {
                return Some(((reader.inbox.clone(), row), reader));
            }
            reader.next_page().await?;
        }
    })
}

impl InboxReader {
    /// Reads the next page, or waits for new rows. Returns `None` if stopped.
    async fn next_page(&mut self) -> Option<()> {
        match self.inbox.store.pending_updates(self.after, PAGE_ROWS).await {
            Ok(rows) if rows.is_empty() => {
                self.inbox.status.dispatcher.set(TaskState::Working);
                tokio::select! {
                    () = self.inbox.woken() => {}
                    () = self.engine.wait_for_retried_updates() => {}
                    () = self.stop.clone() => return None,
                }
                if self.inbox.is_shared() {
                    self.restart();
                }
            }
            Ok(rows) => {
                self.inbox.status.dispatcher.set(TaskState::Working);
                self.after = rows.last().map_or(self.after, |row| row.seq);
                self.page = if self.inbox.is_shared() { self.not_dispatched(rows) } else { rows.into() };
            }
            Err(error) => {
                tracing::error!(%error, "failed to read inbox");
                self.inbox.status.dispatcher.set(TaskState::Failing);
                tokio::select! { () = tokio::time::sleep(RETRY_DELAY) => {} () = self.stop.clone() => return None }
            }
        }
        Some(())
    }

    /// Starts the next pass at the first row, because another replica can write a row before the last one
    /// read. A dispatched row that the last pass did not see is handled, so it is forgotten.
    fn restart(&mut self) {
        self.after = 0;
        let seen = std::mem::take(&mut self.seen);
        self.dispatched.retain(|seq| seen.contains(seq));
    }

    fn not_dispatched(&mut self, rows: Vec<InboxRow>) -> VecDeque<InboxRow> {
        self.seen.extend(rows.iter().map(|row| row.seq));
        rows.into_iter().filter(|row| self.dispatched.insert(row.seq)).collect()
    }
}

/// Takes a row: completes it without an effect if its kind was not requested, dead-letters it if it cannot be
/// read, and otherwise returns the minimal update for teloxide's dispatcher.
async fn take(
    inbox: Inbox,
    engine: Arc<Engine>,
    stop: StopFlag,
    row: InboxRow,
) -> Option<Result<Update, StoreError>> {
    if is_unreadable(&row.update) {
        bury(&inbox, &engine, stop, &row, "not readable as JSON").await;
        return None;
    }
    // A webhook of an earlier build may have stored such a row.
    let fields = row.update.as_object();
    let names: Vec<_> = fields.into_iter().flat_map(|fields| fields.keys().map(String::as_bytes)).collect();
    if let Some(kind) = unrequested_kind(&names) {
        inbox.status.count_dropped(kind);
        while let Err(error) = inbox.store.complete_update(row.update_id, Vec::new(), inbox.clock.now()).await
        {
            tracing::error!(%error, update = row.update_id, "failed to drop update");
            tokio::select! { () = tokio::time::sleep(RETRY_DELAY) => {} () = stop.clone() => return None }
        }
        return None;
    }
    match std::panic::catch_unwind(AssertUnwindSafe(|| parse(&row))) {
        Ok(Some((incoming, update))) => {
            inbox.hold_dispatched(row.update_id, incoming);
            return Some(Ok(update));
        }
        Ok(None) => bury(&inbox, &engine, stop, &row, "not an update that can be read").await,
        Err(_) => bury(&inbox, &engine, stop, &row, "parsing panicked").await,
    }
    None
}

/// Reads a row as our type, and as the minimal update for teloxide.
fn parse(row: &InboxRow) -> Option<(Incoming, Update)> {
    fail::fail_point!("inbox-parse");
    let incoming = incoming::read(&row.update)?;
    let update = incoming::minimal_update(row.update_id, &incoming)?;
    Some((incoming, update))
}

/// Makes a dead letter of a row, because the dispatcher would drop it silently. Retries until it is stored,
/// or until `stop`.
async fn bury(inbox: &Inbox, engine: &Engine, stop: StopFlag, row: &InboxRow, reason: &str) {
    tracing::error!(update = row.update_id, reason, "failed to parse update; moving it to dead letters");
    while let Err(error) = dead_letter(inbox, engine, row, reason).await {
        tracing::error!(%error, update = row.update_id, "failed to write dead letter");
        tokio::select! { () = tokio::time::sleep(RETRY_DELAY) => {} () = stop.clone() => return }
    }
    engine.wake_outbox();
}

async fn dead_letter(inbox: &Inbox, engine: &Engine, row: &InboxRow, reason: &str) -> Result<(), StoreError> {
    let notice = Notice::UpdateDeadLettered { update: row.update_id };
    let admins = engine.store().admins().await?;
    let mut notices: Vec<_> =
        admins.iter().map(|admin| Outgoing::notice(admin.chat(), notice.clone())).collect();
    // The id of a private chat is positive and equals the id of its user.
    let scanned = || scan_chat(row.update.as_str()?.as_bytes());
    let private_chat = chat_of(&row.update).or_else(scanned).filter(|chat| *chat > 0);
    notices.extend(private_chat.map(|chat| Outgoing::notice(ChatId(chat), Notice::UpdateFailed)));
    inbox.store.dead_letter(row.update_id, reason, notices, inbox.clock.now()).await
}
