//! The ticket writer: runs the commands of one batch in one transaction and sends the results.
use super::command::{Command, CommandResult, UnitOfWork, set_arrivals};
use super::queue::{BatchWriter, Reply};
use crate::engine::ports::{Change, StoreError, Write};
use crate::store::mongo::tx::error::TxError;
use crate::store::mongo::tx::session::Session;
use crate::store::mongo::tx::{self, Tx, Work};
use crate::store::ttl_cache::{ReferenceData, TtlCache};
use async_trait::async_trait;
use chrono_tz::Tz;
use mongodb::Database;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// A command and its reply channel.
pub(crate) struct Queued {
    pub(crate) command: Command,
    pub(crate) reply: Reply<CommandResult>,
}

/// Writes tickets, people and all other records, with their events and deliveries.
pub(crate) struct TicketWriter {
    pub(crate) session: Session,
    /// Invalidated by each batch that writes departments or settings.
    pub(crate) reference_data: Arc<TtlCache<ReferenceData>>,
    /// Whether each change writes its webhook.
    pub(crate) records_webhooks: Arc<AtomicBool>,
    /// The zone of the days of the roll-ups.
    pub(crate) zone: Arc<RwLock<Tz>>,
}

impl BatchWriter for TicketWriter {
    type Command = Queued;

    fn size(queued: &Queued) -> usize {
        queued.command.size()
    }

    /// Writes all commands in one transaction. If one of them touches a document that can't be decoded, each
    /// is written in a transaction of its own. Every caller waits for its own result, so no command depends
    /// on another of its batch.
    async fn write(&mut self, batch: Vec<Queued>) {
        let mut batches = VecDeque::from([batch]);
        while let Some(batch) = batches.pop_front() {
            let (commands, replies): (Vec<Command>, Vec<Reply<CommandResult>>) =
                batch.into_iter().map(|queued| (queued.command, queued.reply)).unzip();
            let db = self.session.db().clone();
            let webhooks = self.records_webhooks.load(Ordering::SeqCst);
            let zone = *self.zone.read().unwrap_or_else(PoisonError::into_inner);
            let work = Batch { db: &db, commands: &commands, webhooks, zone };
            let results: Vec<_> = match tx::run(&mut self.session, &work).await {
                Ok(results) => results.into_iter().map(Ok).collect(),
                Err(StoreError::Corrupt(_)) if commands.len() > 1 => {
                    let each = commands.into_iter().zip(replies);
                    batches.extend(each.map(|(command, reply)| vec![Queued { command, reply }]));
                    continue;
                }
                Err(error) => vec![Err(error); commands.len()],
            };
            // Before any caller is answered, and also after an error, which may be a lost answer.
            if commands.iter().flat_map(Command::changes).any(writes_reference_data) {
                self.reference_data.invalidate();
            }
            for (reply, result) in replies.into_iter().zip(results) {
                // A caller that was dropped has cancelled the wait, not the write.
                drop(reply.send(result));
            }
        }
    }

    async fn close(self) {
        self.session.close().await;
    }
}

fn writes_reference_data(change: &Change) -> bool {
    matches!(change.write, Write::Department { .. } | Write::Settings { .. })
}

/// The commands of one transaction.
struct Batch<'a> {
    db: &'a Database,
    commands: &'a [Command],
    /// Whether each change writes its webhook.
    webhooks: bool,
    /// The zone of the days of the roll-ups.
    zone: Tz,
}

#[async_trait]
impl Work for Batch<'_> {
    type Output = Vec<CommandResult>;

    async fn run(&self, tx: &mut Tx<'_>, attempt: u32) -> Result<Vec<CommandResult>, TxError> {
        let load = UnitOfWork::load(tx, self.commands, (self.webhooks, self.zone), attempt > 0);
        let (unit, first_number) = tokio::join!(load, self.allocate_numbers());
        let mut unit = unit?;
        unit.next_number = first_number?;
        let results =
            self.commands.iter().map(|command| unit.apply(command)).collect::<Result<Vec<_>, _>>()?;
        let first_arrival = unit.flush(tx).await?;
        Ok(results.into_iter().map(|result| set_arrivals(result, first_arrival)).collect())
    }
}

impl Batch<'_> {
    /// Allocates numbers for events, deliveries, messages and new people. This is done outside of the transaction, so
    /// that replicas do not conflict at the counter; numbers may be skipped. It is done after the callers
    /// sent their commands: if one command depends on the result of another, the later has the higher
    /// numbers.
    async fn allocate_numbers(&self) -> Result<u64, TxError> {
        let deliveries: usize = self.commands.iter().map(|command| command.deliveries().count()).sum();
        let changes: usize = self.commands.iter().map(|command| command.changes().len()).sum();
        // A change has at most one event, one new person or message, and one webhook.
        match (deliveries + 3 * changes) as u64 {
            0 => Ok(0),
            most => tx::allocate_numbers(self.db, "sequence", most).await,
        }
    }
}
