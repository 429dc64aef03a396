//! Daily roll-ups: the figure counts of a unit of work, the documents of `statistics` to which it adds, and their
//! reads.
//!
//! Every process has documents of its own, so replicas do not conflict at them; a roll-up is the sum.
use super::Mongo;
use super::codec::Fields;
use super::read::tickets;
use super::schema::{AGENT_STATUS, STATISTICS, TICKET_QUEUE};
use super::tx::error::TxError;
use super::tx::{Tx, Work};
use super::write::agents::AgentSet;
use super::write::tickets::TicketSet;
use crate::domain::Time;
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::policy::Capacity;
use crate::domain::statistics::{
    AvailableSpan, CurrentSpans, Figure, FigureCounts, Figures, HoldTimes, Scope, ScopeKind,
};
use crate::domain::ticket::Ticket;
use crate::engine::ports::{Guard, StatisticsStore, StoreError};
use async_trait::async_trait;
use chrono::NaiveDate;
use chrono_tz::Tz;
use futures::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::PoisonError;

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

/// Returns the update statement that adds to a roll-up that `process` has counted.
fn statement(process: &str, day: &str, scope: Scope, figures: &Figures) -> Document {
    let kind = kind_name(scope.kind());
    let id = match scope {
        Scope::Department(id) => id.to_string(),
        Scope::Agent(id) => id.to_string(),
    };
    let key = doc! { "day": day, "kind": kind, "scope": &id };
    let added = figures.iter().map(|(figure, more)| (format!("f.{}", figure.code()), Bson::Int64(more)));
    doc! {
        "q": { "_id": format!("{day} {kind} {id} {process}") },
        "u": { "$setOnInsert": key, "$inc": added.collect::<Document>() },
        "upsert": true,
    }
}

/// Adds counts to the documents of this process.
pub(super) async fn flush(counts: &FigureCounts, tx: &mut Tx<'_>) -> Result<(), TxError> {
    let sums = counts.iter();
    let sums = sums.map(|(day, scope, figures)| statement(tx.process, &day.to_string(), scope, figures));
    tx.bulk_update(STATISTICS, sums.collect()).await
}

/// Takes over the documents of all earlier processes for the last day and the one before, so that their number is
/// bounded. A process that still runs starts new documents from 0; the sums do not change.
pub(super) struct TakeOverStatistics;

/// The days of which documents are taken over.
const TAKEN_OVER_DAYS: usize = 2;

#[async_trait]
impl Work for TakeOverStatistics {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>, _attempt: u32) -> Result<(), TxError> {
        let mut of_departments = doc! { "kind": kind_name(ScopeKind::Department) };
        for _ in 0..TAKEN_OVER_DAYS {
            let newest = tx.find_sorted(STATISTICS, of_departments.clone(), doc! { "day": -1 }, 1).await?;
            let Some(newest) = newest.first() else { break };
            let day = Fields(newest).text("day")?;
            take_over(tx, day).await?;
            of_departments.insert("day", doc! { "$lt": day });
        }
        Ok(())
    }
}

async fn take_over(tx: &mut Tx<'_>, day: &str) -> Result<(), TxError> {
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
    let sums = sums.map(|(scope, figures)| statement(tx.process, day, *scope, figures));
    tx.bulk_update(STATISTICS, sums.collect()).await
}

/// Returns the name of a kind in the documents.
pub(crate) fn kind_name(kind: ScopeKind) -> &'static str {
    match kind {
        ScopeKind::Department => "department",
        ScopeKind::Agent => "agent",
    }
}

/// Returns the figures of a document, and whose they are.
pub(crate) fn figures_of(kind: ScopeKind, doc: &Document) -> Result<(Scope, Figures), StoreError> {
    let f = Fields(doc);
    let scope = match kind {
        ScopeKind::Department => Scope::Department(DepartmentId(f.id("scope")?)),
        ScopeKind::Agent => Scope::Agent(PersonId(f.id("scope")?)),
    };
    let mut figures = Figures::default();
    if let Ok(numbers) = doc.get_document("f") {
        for code in numbers.keys() {
            // A code that this program does not know is a newer program's.
            if let Some(figure) = code.parse().ok().and_then(Figure::from_code) {
                figures.add(figure, Fields(numbers).int(code)?);
            }
        }
    }
    Ok((scope, figures))
}

/// Returns the filter of the roll-ups of these days.
pub(crate) fn of_days(kind: ScopeKind, days: &RangeInclusive<NaiveDate>) -> Document {
    let (first, last) = (days.start().to_string(), days.end().to_string());
    doc! { "kind": kind_name(kind), "day": { "$gte": first, "$lte": last } }
}

impl Mongo {
    async fn sum_by<K: Ord>(
        &self,
        kind: ScopeKind,
        days: &RangeInclusive<NaiveDate>,
        key: impl Fn(&Document, Scope) -> Result<K, StoreError>,
    ) -> Result<BTreeMap<K, Figures>, StoreError> {
        let mut sums: BTreeMap<K, Figures> = BTreeMap::new();
        let mut found = self.db.collection(STATISTICS).find(of_days(kind, days)).await?;
        while let Some(doc) = found.try_next().await? {
            let (scope, figures) = figures_of(kind, &doc)?;
            sums.entry(key(&doc, scope)?).or_default().merge(&figures);
        }
        Ok(sums)
    }
}

#[async_trait]
impl StatisticsStore for Mongo {
    fn set_time_zone(&self, zone: Tz) {
        *self.zone.write().unwrap_or_else(PoisonError::into_inner) = zone;
    }

    async fn daily_figures(
        &self,
        kind: ScopeKind,
        days: RangeInclusive<NaiveDate>,
    ) -> Result<Vec<(NaiveDate, Scope, Figures)>, StoreError> {
        let key = |doc: &Document, scope| {
            let day = Fields(doc).text("day")?.parse::<NaiveDate>();
            day.map(|day| (day, scope)).map_err(|error| StoreError::Corrupt(error.to_string()))
        };
        let sums = self.sum_by(kind, &days, key).await?;
        Ok(sums.into_iter().map(|((day, scope), figures)| (day, scope, figures)).collect())
    }

    async fn figures(
        &self,
        kind: ScopeKind,
        days: RangeInclusive<NaiveDate>,
    ) -> Result<Vec<(Scope, Figures)>, StoreError> {
        Ok(self.sum_by(kind, &days, |_, scope| Ok(scope)).await?.into_iter().collect())
    }

    async fn current_spans(&self) -> Result<CurrentSpans, StoreError> {
        let mut spans = CurrentSpans::default();
        for doc in self.db.find(AGENT_STATUS, doc! { "is_online": true }, doc! {}).await? {
            let f = Fields(&doc);
            let capacity = Capacity::new(f.number("max_tickets")?);
            let capacity = capacity.ok_or_else(|| StoreError::Corrupt("agent: unknown capacity".into()))?;
            if let Some(since) = f.opt_time("available_since")? {
                let agent = PersonId(f.id("agent_id")?);
                spans.available.push(AvailableSpan { agent, since, capacity });
            }
        }
        let fields = doc! { "assigned_agent": 1, "assigned_at": 1, "assigned_at_us": 1 };
        let held = self.db.collection(TICKET_QUEUE);
        let mut found = held.find(tickets::held()).projection(fields).await?;
        while let Some(doc) = found.try_next().await? {
            let f = Fields(&doc);
            spans.holds.push((PersonId(f.id("assigned_agent")?), f.time("assigned_at")?));
        }
        Ok(spans)
    }
}
