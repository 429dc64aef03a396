//! An update listener that feeds teloxide's dispatcher from the inbox. It starts with the rows that an
//! earlier process left pending.
use super::{ALLOWED_UPDATES, Inbox, chat_of};
use crate::domain::ids::ChatId;
use crate::domain::notice::{Notice, Outgoing};
use crate::engine::Engine;
use crate::engine::ports::{InboxRow, StoreError};
use crate::telegram::incoming;
use futures::Stream;
use futures::stream::{self, BoxStream, StreamExt};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use teloxide::stop::{StopFlag, StopToken, mk_stop_token};
use teloxide::types::Update;
use teloxide::update_listeners::{AsUpdateStream, UpdateListener};

/// Number of rows per read. Rows wait in the inbox, not in memory.
const PAGE_ROWS: usize = 256;
/// The pause after a failed read or write of the inbox.
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
        rows(self.inbox.clone(), self.flag.clone())
            .filter_map(move |(inbox, row)| parse(inbox, Arc::clone(&engine), stop.clone(), row))
            .boxed()
    }
}

/// The state of a read through the inbox.
struct InboxReader {
    inbox: Inbox,
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
fn rows(inbox: Inbox, stop: StopFlag) -> impl Stream<Item = (Inbox, InboxRow)> + Send {
    let (page, dispatched, seen) = (VecDeque::new(), BTreeSet::new(), BTreeSet::new());
    let reader = InboxReader { inbox, stop, page, after: 0, dispatched, seen };
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
                tokio::select! { () = self.inbox.woken() => {} () = self.stop.clone() => return None }
                if self.inbox.is_shared() {
                    self.restart();
                }
            }
            Ok(rows) => {
                self.after = rows.last().map_or(self.after, |row| row.seq);
                self.page = if self.inbox.is_shared() { self.not_dispatched(rows) } else { rows.into() };
            }
            Err(error) => {
                tracing::error!(%error, "failed to read inbox");
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

/// Reads a row, and returns the minimal update for teloxide's dispatcher. An update that cannot be read
/// becomes a dead letter here, because the dispatcher would drop it silently.
async fn parse(
    inbox: Inbox,
    engine: Arc<Engine>,
    stop: StopFlag,
    row: InboxRow,
) -> Option<Result<Update, StoreError>> {
    let incoming = incoming::read(&row.update);
    let update = incoming.as_ref().and_then(|incoming| incoming::minimal_update(row.update_id, incoming));
    if let (Some(incoming), Some(update)) = (incoming, update) {
        inbox.hold_dispatched(row.update_id, incoming);
        return Some(Ok(update));
    }
    // A server that does not know `allowed_updates` of a later version sends kinds that nobody asked for.
    let is_asked = ALLOWED_UPDATES.iter().any(|kind| row.update.get(kind).is_some());
    if is_asked {
        tracing::error!(update = row.update_id, "failed to parse update; moving it to dead letters");
    } else {
        tracing::debug!(update = row.update_id, "dropped update of another kind");
    }
    while let Err(error) = discard(&inbox, &engine, &row, is_asked).await {
        tracing::error!(%error, update = row.update_id, "failed to discard update");
        tokio::select! { () = tokio::time::sleep(RETRY_DELAY) => {} () = stop.clone() => return None }
    }
    engine.wake_outbox();
    None
}

/// Removes a row that is not handled. One of a kind that was asked for becomes a dead letter.
async fn discard(inbox: &Inbox, engine: &Engine, row: &InboxRow, is_asked: bool) -> Result<(), StoreError> {
    if is_asked {
        return dead_letter(inbox, engine, row).await;
    }
    inbox.store.complete_update(row.update_id, Vec::new(), inbox.clock.now()).await
}

async fn dead_letter(inbox: &Inbox, engine: &Engine, row: &InboxRow) -> Result<(), StoreError> {
    let notice = Notice::UpdateDeadLettered { update: row.update_id };
    let admins = engine.store().admins().await?;
    let mut notices: Vec<_> =
        admins.iter().map(|admin| Outgoing::notice(admin.chat(), notice.clone())).collect();
    // The id of a private chat is positive and equals the id of its user.
    let private_chat = chat_of(&row.update).filter(|chat| *chat > 0);
    notices.extend(private_chat.map(|chat| Outgoing::notice(ChatId(chat), Notice::UpdateFailed)));
    inbox.store.dead_letter(row.update_id, notices, inbox.clock.now()).await
}
