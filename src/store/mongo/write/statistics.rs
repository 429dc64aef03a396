//! Figure counts of a unit of work, and the documents of `statistics` to which it adds.
//!
//! Every process has documents of its own, so replicas do not conflict at them; a roll-up is the sum.
use super::agents::AgentSet;
use super::tickets::TicketSet;
use crate::domain::Time;
use crate::domain::statistics::{FigureCounts, Figures, HoldTimes, Scope, ScopeKind};
use crate::domain::ticket::Ticket;
use crate::engine::ports::Guard;
use crate::store::mongo::codec::Fields;
use crate::store::mongo::read::statistics::{figures_of, kind_name};
use crate::store::mongo::schema::STATISTICS;
use crate::store::mongo::tx::error::TxError;
use crate::store::mongo::tx::{Tx, Work};
use async_trait::async_trait;
use mongodb::bson::{Bson, Document, doc};
use std::collections::BTreeMap;

/// A ticket before its change.
pub(super) struct TicketBefore {
    ticket: Option<Ticket>,
    times: HoldTimes,
}

impl TicketBefore {
    /// Returns the ticket as the changes so far have left it.
    pub(super) fn read(tickets: &TicketSet, agents: &AgentSet, after: &Ticket, guard: Guard) -> Self {
        let ticket = tickets.current(after.id).cloned();
        let from = ticket.as_ref().and_then(Ticket::holder);
        let to = after.holder().filter(|_| guard.is_engine());
        let times = HoldTimes {
            available_since: from.and_then(|agent| agents.available_since(agent)),
            ready_since: to.and_then(|agent| agents.ready_since(agent)),
        };
        Self { ticket, times }
    }

    /// Adds the change that was applied to the counts.
    pub(super) fn add(self, counts: &mut FigureCounts, agents: &mut AgentSet, after: &Ticket, at: Time) {
        let Some(before) = self.ticket else { return };
        counts.update(&before, after, at, self.times);
        if let Some(holder) = before.holder().filter(|holder| after.holder() != Some(*holder)) {
            agents.record_free_slot(holder, at);
        }
    }
}

/// Returns the update statements that add to the roll-ups that `process` has counted.
pub(super) fn statements<'a>(
    process: &str,
    sums: impl Iterator<Item = (String, Scope, &'a Figures)>,
) -> Vec<Document> {
    let statement = |(day, scope, figures): (String, Scope, &Figures)| {
        let (kind, id) = (kind_name(scope.kind()), id_of(scope));
        let key = doc! { "day": &day, "kind": kind, "scope": &id };
        let added = figures.iter().map(|(figure, more)| (format!("f.{}", figure.code()), Bson::Int64(more)));
        doc! {
            "q": { "_id": format!("{day} {kind} {id} {process}") },
            "u": { "$setOnInsert": key, "$inc": added.collect::<Document>() },
            "upsert": true,
        }
    };
    sums.map(statement).collect()
}

fn id_of(scope: Scope) -> String {
    match scope {
        Scope::Department(id) => id.to_string(),
        Scope::Agent(id) => id.to_string(),
    }
}

/// Takes over the documents of all earlier processes for the last day and the one before, so that their number is
/// bounded. A process that still runs starts new documents from 0; the sums do not change.
pub(crate) struct TakeOverStatistics<'a>(pub(crate) &'a str);

/// The days of which documents are taken over.
const TAKEN_OVER_DAYS: usize = 2;

#[async_trait]
impl Work for TakeOverStatistics<'_> {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>, _attempt: u32) -> Result<(), TxError> {
        let mut last: Option<String> = None;
        for _ in 0..TAKEN_OVER_DAYS {
            let mut filter = doc! { "kind": kind_name(ScopeKind::Department) };
            if let Some(day) = &last {
                filter.insert("day", doc! { "$lt": day });
            }
            let newest = tx.find_sorted(STATISTICS, filter, doc! { "day": -1 }, 1).await?;
            let Some(newest) = newest.first() else { break };
            let day = Fields(newest).text("day")?.to_owned();
            self.take_over(tx, &day).await?;
            last = Some(day);
        }
        Ok(())
    }
}

impl TakeOverStatistics<'_> {
    async fn take_over(&self, tx: &mut Tx<'_>, day: &str) -> Result<(), TxError> {
        let mut sums: BTreeMap<Scope, Figures> = BTreeMap::new();
        let mut old = Vec::new();
        for kind in [ScopeKind::Department, ScopeKind::Agent] {
            for doc in tx.find(STATISTICS, doc! { "kind": kind_name(kind), "day": day }).await? {
                let (scope, figures) = figures_of(kind, &doc)?;
                sums.entry(scope).or_default().merge(&figures);
                old.push(doc.get("_id").cloned().unwrap_or(Bson::Null));
            }
        }
        tx.delete(STATISTICS, [doc! { "_id": { "$in": old } }]).await?;
        let sums = sums.iter().filter(|(_, figures)| !figures.is_empty());
        let sums = sums.map(|(scope, figures)| (day.to_owned(), *scope, figures));
        tx.bulk_update(STATISTICS, statements(self.0, sums)).await
    }
}

/// Adds counts to the documents of `process`.
pub(super) async fn flush(counts: &FigureCounts, tx: &mut Tx<'_>, process: &str) -> Result<(), TxError> {
    let sums = counts.iter().map(|(day, scope, figures)| (day.to_string(), scope, figures));
    tx.bulk_update(STATISTICS, statements(process, sums)).await
}
