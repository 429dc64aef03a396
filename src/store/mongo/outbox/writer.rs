//! The outbox writer: settles and claims deliveries, both of one batch in one transaction; and adjusts stored
//! times to a wall clock that was set.
//!
//! A claim first moves staged deliveries to the queues of their chats, so that commits need not read or write
//! these queues.
use super::chat_queues::ChatQueues;
use super::claim::{Claim, ClaimResult, InFlight, ReleaseClaims, Settled, Settlement};
use super::staging::Staged;
use crate::domain::Time;
use crate::engine::ports::{ClaimedDelivery, ClockJump, Outcome, StoreError};
use crate::store::mongo::codec::{date, put_time};
use crate::store::mongo::schema::{AGENT_STATUS, OUTBOX, OUTBOX_CHATS};
use crate::store::mongo::tx::error::TxError;
use crate::store::mongo::tx::session::Session;
use crate::store::mongo::tx::{self, Tx, Work};
use crate::store::mongo::write::queue::{BatchWriter, Reply};
use async_trait::async_trait;
use mongodb::bson::{Bson, Document, doc};
use std::collections::{HashSet, VecDeque};

/// A command of the outbox queue.
pub(crate) enum OutboxCommand {
    Settle(Vec<(u64, Outcome)>, Time, Reply<()>),
    Claim(usize, Time, Reply<Vec<ClaimedDelivery>>),
    ReleaseClaims(Reply<u64>),
    AdjustToClock(ClockJump, Reply<()>),
}

/// The commands of one transaction: any number of settlements, and at most one claim.
#[derive(Default)]
struct Batch {
    outcomes: Vec<(u64, Outcome)>,
    settled_at: Time,
    settlers: Vec<Reply<()>>,
    claim: Option<(usize, Time, Reply<Vec<ClaimedDelivery>>)>,
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.settlers.is_empty() && self.claim.is_none()
    }
}

/// Writes the outbox.
pub(crate) struct OutboxWriter {
    session: Session,
    in_flight: InFlight,
    /// The turns of the traffic classes that claims have taken.
    served: usize,
}

impl BatchWriter for OutboxWriter {
    type Command = OutboxCommand;

    fn size(command: &OutboxCommand) -> usize {
        match command {
            OutboxCommand::Settle(outcomes, ..) => outcomes.len(),
            OutboxCommand::Claim(limit, ..) => *limit,
            OutboxCommand::ReleaseClaims(_) | OutboxCommand::AdjustToClock(..) => 1,
        }
    }

    async fn write(&mut self, commands: Vec<OutboxCommand>) {
        let (mut batch, mut claims, mut releases) = (Batch::default(), VecDeque::new(), Vec::new());
        for command in commands {
            match command {
                OutboxCommand::AdjustToClock(jump, reply) => {
                    drop(reply.send(tx::run(&mut self.session, &AdjustToClock(jump)).await));
                }
                OutboxCommand::Settle(outcomes, now, reply) => {
                    batch.outcomes.extend(outcomes);
                    batch.settled_at = batch.settled_at.max(now);
                    batch.settlers.push(reply);
                }
                OutboxCommand::Claim(limit, now, reply) => claims.push_back((limit, now, reply)),
                OutboxCommand::ReleaseClaims(reply) => releases.push(reply),
            }
        }
        if releases.is_empty() {
            batch.claim = claims.pop_front();
        }
        self.write_batch(batch).await;
        for reply in releases {
            self.release_claims(reply).await;
        }
        for claim in claims {
            self.write_batch(Batch { claim: Some(claim), ..Batch::default() }).await;
        }
    }

    async fn close(self) {
        self.session.close().await;
    }
}

impl OutboxWriter {
    pub(crate) fn new(session: Session) -> Self {
        Self { session, in_flight: InFlight::default(), served: 0 }
    }

    async fn release_claims(&mut self, reply: Reply<u64>) {
        // The process that delivered before may have been killed inside a transaction.
        if let Err(error) = self.session.kill_others().await {
            tracing::warn!(%error, "failed to kill database sessions of other processes");
        }
        self.in_flight = InFlight::default();
        self.in_flight.uncertain = true;
        drop(reply.send(tx::run(&mut self.session, &ReleaseClaims).await));
    }

    /// Writes a batch in one transaction. If a document can't be decoded, settlements and claim get a
    /// transaction each. A claim is repeated until all staged deliveries are in their queues.
    async fn write_batch(&mut self, batch: Batch) {
        let mut batches = VecDeque::from([batch]);
        while let Some(mut batch) = batches.pop_front().filter(|batch| !batch.is_empty()) {
            let result = self.run(&batch).await;
            let is_corrupt = matches!(result, Err(StoreError::Corrupt(_)));
            if is_corrupt && !batch.settlers.is_empty() && batch.claim.is_some() {
                let claim = batch.claim.take();
                // An earlier attempt may have been committed.
                self.in_flight.uncertain = true;
                batches.extend([batch, Batch { claim, ..Batch::default() }]);
                continue;
            }
            let has_more = result.as_ref().is_ok_and(|output| output.has_more_staged);
            if has_more && let Some(claim) = batch.claim.take() {
                batches.push_front(Batch { claim: Some(claim), ..Batch::default() });
            }
            self.reply(batch, result);
        }
    }

    async fn run(&mut self, batch: &Batch) -> Result<BatchOutput, StoreError> {
        let outcomes = self.in_flight.filter_owned(&batch.outcomes);
        let claim = batch.claim.as_ref().map(|(limit, now, _)| Claim {
            limit: *limit,
            served: self.served,
            now: *now,
            in_flight: &self.in_flight,
        });
        let work = OutboxTx { outcomes: &outcomes, settled_at: batch.settled_at, claim };
        let result = tx::run(&mut self.session, &work).await;
        let limit = batch.claim.as_ref().map_or(0, |(limit, ..)| *limit);
        self.served = self.served.wrapping_add(limit);
        result
    }

    /// Updates the deliveries in flight and replies to every caller. A caller that was dropped has cancelled
    /// the wait only.
    fn reply(&mut self, batch: Batch, result: Result<BatchOutput, StoreError>) {
        let settled = result.as_ref().map(drop).map_err(Clone::clone);
        if settled.is_ok() {
            self.in_flight.remove(&batch.outcomes);
        }
        for settler in batch.settlers {
            drop(settler.send(settled.clone()));
        }
        match (batch.claim, result) {
            (Some((0, _, reply)), result) => drop(reply.send(result.map(|_| Vec::new()))),
            (Some((_, _, reply)), Ok(BatchOutput { claim: ClaimResult { claimed, recovered }, .. })) => {
                self.in_flight.complete_claim(reply, claimed, recovered);
            }
            (Some((_, _, reply)), Err(error)) => {
                self.in_flight.uncertain = true;
                drop(reply.send(Err(error)));
            }
            (None, _) => {}
        }
    }
}

/// The transaction of a batch.
struct OutboxTx<'a> {
    /// The outcomes of deliveries that this process has claimed.
    outcomes: &'a [Settled],
    settled_at: Time,
    claim: Option<Claim<'a>>,
}

/// The result of a batch.
struct BatchOutput {
    claim: ClaimResult,
    /// True if nothing was claimed because more staged deliveries have to be moved first.
    has_more_staged: bool,
}

#[async_trait]
impl Work for OutboxTx<'_> {
    type Output = BatchOutput;

    async fn run(&self, tx: &mut Tx<'_>, attempt: u32) -> Result<BatchOutput, TxError> {
        if let Some(claim) = self.claim.as_ref().filter(|claim| claim.limit > 0) {
            claim.end_delays(tx).await?;
        }
        let staged = if self.claim.is_some() { Staged::read(tx).await? } else { Staged::default() };
        let has_more_staged = staged.has_more;
        let (mut chats, mut moving) = (HashSet::new(), HashSet::new());
        for (chat, _, outcome) in self.outcomes {
            chats.insert(*chat);
            if let Outcome::Moved(to) = outcome {
                chats.insert(*to);
                moving.extend([*chat, *to]);
            }
        }
        chats.extend(staged.deliveries.iter().map(|delivery| delivery.chat));
        let mut queues = ChatQueues::default();
        let found = tx.find_in(OUTBOX_CHATS, "_id", chats.into_iter().map(|chat| chat.0)).await?;
        queues.add_documents(tx, found, &moving).await?;
        queues.add_staged(staged);
        let mut settlement = Settlement::default();
        for outcome in self.outcomes {
            settlement.settle(&mut queues, outcome, self.settled_at, tx.process)?;
        }
        let mut result = ClaimResult::default();
        // Not before all is staged: a message may follow that is sent before those in the queues.
        if let Some(claim) = self.claim.as_ref().filter(|claim| !has_more_staged && claim.limit > 0) {
            result = claim.run(tx, &mut queues, &mut settlement, attempt > 0).await?;
        }
        settlement.flush(tx).await?;
        queues.flush(tx).await?;
        Ok(BatchOutput { claim: result, has_more_staged })
    }
}

/// The adjustment: moves the waits that were stored before the jump, and limits the last activity of agents to
/// the time of the jump.
///
/// It is a transaction, because a server may hold the lock of a collection while a plain statement waits for a
/// transaction that needs the same lock to go on.
struct AdjustToClock(ClockJump);

#[async_trait]
impl Work for AdjustToClock {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>, _attempt: u32) -> Result<(), TxError> {
        let Self(jump) = self;
        let pending = doc! { "$map": {
            "input": "$pending",
            "in": { "$mergeObjects": ["$$this", { "not_before": moved(jump, "$$this.not_before") }] },
        } };
        let chat = doc! {
            "not_before": moved(jump, "$not_before"),
            "chat_not_before": moved(jump, "$chat_not_before"),
            "pending": pending,
            "revision": { "$add": ["$revision", 1_i64] },
        };
        let all_chats = doc! { "q": {}, "u": [{ "$set": chat }], "multi": true };
        tx.update_any(OUTBOX_CHATS, vec![all_chats]).await?;
        let delivery = doc! { "not_before": moved(jump, "$not_before") };
        let delayed = doc! { "not_before": { "$gt": 0_i64 } };
        let overflow = doc! { "q": delayed, "u": [{ "$set": delivery }], "multi": true };
        tx.update_any(OUTBOX, vec![overflow]).await?;
        let mut activity = Document::new();
        put_time(&mut activity, "last_activity", Some(jump.now));
        let later = doc! { "last_activity": { "$gt": date(jump.now) } };
        let agents = doc! { "q": later, "u": { "$set": activity }, "multi": true };
        tx.update_any(AGENT_STATUS, vec![agents]).await.map(drop)
    }
}

/// Returns the expression of a wait that is moved if it was stored before the jump.
fn moved(jump: &ClockJump, field: &str) -> Bson {
    let (from, until) = jump.earlier_waits();
    let by = jump.by.num_microseconds().unwrap_or_default();
    let is_earlier = doc! { "$and": [
        { "$gt": [field, 0_i64] },
        { "$gte": [field, from.timestamp_micros()] },
        { "$lte": [field, until.timestamp_micros()] },
    ] };
    let moved = doc! { "$max": [1_i64, { "$add": [field, by] }] };
    doc! { "$cond": [is_earlier, moved, field] }.into()
}
