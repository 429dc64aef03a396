//! The update listener for teloxide's dispatcher: it reads the inbox, undone rows of an earlier life first.
use super::{Inbox, chat_of};
use crate::domain::ids::ChatId;
use crate::domain::notice::{Notice, Outgoing};
use crate::engine::Engine;
use crate::engine::ports::{InboxRow, StoreError};
use futures::Stream;
use futures::stream::{self, BoxStream, StreamExt};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use teloxide::stop::{StopFlag, StopToken, mk_stop_token};
use teloxide::types::{Update, UpdateKind};
use teloxide::update_listeners::{AsUpdateStream, UpdateListener};

/// How many rows are read at once. Rows wait in the inbox, not in memory.
const PAGE_ROWS: usize = 256;
/// How long to wait when the inbox can't be read.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// Feeds the dispatcher from the inbox.
pub struct Listener {
    inbox: Inbox,
    engine: Arc<Engine>,
    token: StopToken,
    flag: StopFlag,
}

impl Listener {
    /// A listener on this inbox.
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

/// Where the reading of the inbox stands.
struct InboxReader {
    inbox: Inbox,
    stop: StopFlag,
    page: VecDeque<InboxRow>,
    after: u64,
    /// In a shared inbox, which is read from its beginning each time: what was handed out, and what this time has shown.
    given: BTreeSet<u64>,
    shown: BTreeSet<u64>,
}

/// Every row not handled, in order, for ever; ends when stopped. What was read already is dropped then: it stays undone.
fn rows(inbox: Inbox, stop: StopFlag) -> impl Stream<Item = (Inbox, InboxRow)> + Send {
    let (page, given, shown) = (VecDeque::new(), BTreeSet::new(), BTreeSet::new());
    let start = InboxReader { inbox, stop, page, after: 0, given, shown };
    stream::unfold(start, async |mut reading| {
        loop {
            if reading.stop.is_stopped() {
                return None;
            }
            if let Some(row) = reading.page.pop_front() {
                return Some(((reading.inbox.clone(), row), reading));
            }
            reading.next_page().await?;
        }
    })
}

impl InboxReader {
    /// Reads on, or waits for something to read. `None` when stopped.
    async fn next_page(&mut self) -> Option<()> {
        match self.inbox.store.pending_updates(self.after, PAGE_ROWS).await {
            Ok(rows) if rows.is_empty() => {
                tokio::select! { () = self.inbox.arrived() => {} () = self.stop.clone() => return None }
                if self.inbox.is_shared() {
                    self.restart();
                }
            }
            Ok(rows) => {
                self.after = rows.last().map_or(self.after, |row| row.seq);
                self.page = if self.inbox.is_shared() { self.not_given(rows) } else { rows.into() };
            }
            Err(error) => {
                tracing::error!(%error, "the inbox can't be read");
                tokio::select! { () = tokio::time::sleep(RETRY_DELAY) => {} () = self.stop.clone() => return None }
            }
        }
        Some(())
    }

    /// From the first row on: one that another replica wrote can lie before the last that was read. What is no longer there
    /// is handled.
    fn restart(&mut self) {
        self.after = 0;
        let shown = std::mem::take(&mut self.shown);
        self.given.retain(|seq| shown.contains(seq));
    }

    fn not_given(&mut self, rows: Vec<InboxRow>) -> VecDeque<InboxRow> {
        self.shown.extend(rows.iter().map(|row| row.seq));
        rows.into_iter().filter(|row| self.given.insert(row.seq)).collect()
    }
}

/// The row as teloxide's type. One that teloxide can't read is put aside here, for the dispatcher would drop it unseen.
async fn parse(
    inbox: Inbox,
    engine: Arc<Engine>,
    stop: StopFlag,
    row: InboxRow,
) -> Option<Result<Update, StoreError>> {
    // By way of text: teloxide's reader of updates does not work on a JSON value.
    match serde_json::from_str::<Update>(&row.update.to_string()) {
        Ok(update) if !matches!(update.kind, UpdateKind::Error(_)) => return Some(Ok(update)),
        _ => tracing::error!(update = row.update_id, "an update that can't be read is put aside"),
    }
    while let Err(error) = dead_letter(&inbox, &engine, &row).await {
        tracing::error!(%error, update = row.update_id, "not put aside yet");
        tokio::select! { () = tokio::time::sleep(RETRY_DELAY) => {} () = stop.clone() => return None }
    }
    engine.wake_outbox();
    None
}

async fn dead_letter(inbox: &Inbox, engine: &Engine, row: &InboxRow) -> Result<(), StoreError> {
    let notice = Notice::UpdateDeadLettered { update: row.update_id };
    let admins = engine.store().admins().await?;
    let mut notices: Vec<_> =
        admins.iter().map(|admin| Outgoing::notice(admin.chat(), notice.clone())).collect();
    // A private chat's id is its person's, and positive.
    let person = chat_of(&row.update).filter(|chat| *chat > 0);
    notices.extend(person.map(|chat| Outgoing::notice(ChatId(chat), Notice::UpdateFailed)));
    inbox.store.dead_letter(row.update_id, notices, inbox.clock.now()).await
}
