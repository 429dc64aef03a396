//! Reads of the daily roll-ups: the sums over the documents of all processes, and the open spans.
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::policy::Capacity;
use crate::domain::statistics::{AvailableSpan, CurrentSpans, Figure, Figures, Scope, ScopeKind};
use crate::engine::ports::{StatisticsStore, StoreError};
use crate::store::mongo::Mongo;
use crate::store::mongo::codec::Fields;
use crate::store::mongo::read::tickets;
use crate::store::mongo::schema::{AGENT_STATUS, STATISTICS, TICKET_QUEUE};
use async_trait::async_trait;
use chrono::NaiveDate;
use chrono_tz::Tz;
use futures::TryStreamExt;
use mongodb::bson::{Document, doc};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::PoisonError;

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
