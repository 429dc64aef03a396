//! The port, method by method: what reads goes to a reader, what writes to the writer.
use super::writer::desk_changed;
use super::{Sqlite, cards, counters, desk, inbox, leases, outbox, people, queue, record, tickets};
use crate::domain::Time;
use crate::domain::alert::Incidents;
use crate::domain::card::{CardKey, LiveCard};
use crate::domain::department::Department;
use crate::domain::draft::Draft;
use crate::domain::event::AuditEvent;
use crate::domain::ids::{Arrival, DepartmentId, PersonId, ReplicaId, TelegramId, TicketId};
use crate::domain::invite::Invite;
use crate::domain::notice::Outgoing;
use crate::domain::number::TicketNumber;
use crate::domain::person::Person;
use crate::domain::policy::Settings;
use crate::domain::ticket::{Priority, Ticket};
use crate::engine::ports::{
    Change, ClaimedDelivery, CommitError, Committed, DeliveryCounters, DirectoryStore, InboxRow, InboxStore,
    Lease, LeaseStamp, LeaseStore, OpeningContext, OutboxStore, Outcome, QueueDepths, RetentionStore,
    StoreError, TicketStore, Write,
};
use crate::store::order::Order;
use async_trait::async_trait;
use rusqlite::Connection;
use serde_json::Value;
use std::sync::atomic::Ordering;

/// How many rows are forgotten in one go, so that others' writes come in between.
const FORGET: usize = 1_000;

/// Writes one change. What can be refused comes first, in one statement: a change that is refused has written nothing, and
/// needs no savepoint, which would cost as much as the change itself.
fn commit(conn: &Connection, change: &Change, told: Time) -> Result<Committed, CommitError> {
    let mut arrival = None;
    match &change.write {
        Write::OpenTicket { ticket, key, limit } => {
            arrival = Some(tickets::open(conn, ticket, key, *limit)?);
        }
        Write::Ticket { ticket, expected, guard } => tickets::write(conn, ticket, *expected, *guard)?,
        Write::AssertQueueHead { department, tickets } => {
            let head = queue::head(conn, *department, true, tickets.len())?;
            if !head.iter().map(|ticket| ticket.id).eq(tickets.iter().copied()) {
                return Err(CommitError::Conflict);
            }
        }
        Write::Person { person, expected } => people::write(conn, person, *expected)?,
        Write::Department { department, expected } => {
            desk_changed();
            desk::write_department(conn, department, *expected)?;
        }
        Write::Settings { settings, expected } => {
            desk_changed();
            desk::write_settings(conn, settings, *expected)?;
        }
        Write::Incidents { incidents, expected } => desk::write_incidents(conn, incidents, *expected)?,
        Write::Invite(invite) => desk::write_invite(conn, invite)?,
        Write::Nothing => {}
    }
    if let Some(event) = &change.event {
        let moved = match &change.write {
            Write::Ticket { ticket, .. } if event.ticket == Some(ticket.id) => {
                Some(ticket.arrival).filter(|arrival| *arrival != Arrival::default())
            }
            _ => arrival,
        };
        record::add(conn, event, moved)?;
    }
    let since = change.event.as_ref().map_or(told, |event| event.at);
    outbox::add(conn, &change.notices, since)?;
    Ok(Committed { arrival })
}

#[async_trait]
impl TicketStore for Sqlite {
    async fn commit(&self, changes: Vec<Change>) -> Vec<Result<Committed, CommitError>> {
        let size = changes.len();
        if size == 0 {
            return Vec::new();
        }
        if let Some(event) = changes.iter().rev().find_map(|change| change.event.as_ref()) {
            self.note(event.at);
        }
        let told = Time::from_timestamp_micros(self.told.load(Ordering::Relaxed)).unwrap_or_default();
        let each = move |conn: &Connection| {
            let mut order = Order::default();
            let one = |change| match order.keep(change, || commit(conn, change, told)) {
                // Perhaps half written: the transaction is given up.
                Err(CommitError::Store(error)) => Err(error),
                decided => Ok(decided),
            };
            changes.iter().map(one).collect()
        };
        match self.writer.run_each(size, each).await {
            Ok(results) => results,
            Err(error) => vec![Err(CommitError::Store(error)); size],
        }
    }

    async fn ticket(&self, id: TicketId) -> Result<Option<Ticket>, StoreError> {
        self.read(move |conn| tickets::by_id(conn, id)).await
    }

    async fn ticket_by_number(&self, number: &TicketNumber) -> Result<Option<Ticket>, StoreError> {
        let number = number.clone();
        self.read(move |conn| tickets::by_number(conn, &number)).await
    }

    async fn ticket_by_key(&self, key: &str) -> Result<Option<Ticket>, StoreError> {
        let key = key.to_owned();
        self.read(move |conn| tickets::by_key(conn, &key)).await
    }

    async fn tickets_by_suffix(&self, suffix: &str, limit: usize) -> Result<Vec<Ticket>, StoreError> {
        let suffix = suffix.to_owned();
        self.read(move |conn| tickets::by_suffix(conn, &suffix, limit)).await
    }

    async fn tickets_of(&self, customer: PersonId, limit: usize) -> Result<Vec<Ticket>, StoreError> {
        self.read(move |conn| tickets::of(conn, customer, limit)).await
    }

    async fn opening_context(
        &self,
        department: DepartmentId,
        priority: Priority,
    ) -> Result<OpeningContext, StoreError> {
        // The desk first: what hardly ever changes need not be of the same moment as what is counted.
        let desk = self.desk().await?;
        let look = move |conn: &Connection| {
            Ok(OpeningContext {
                department: desk.department(department),
                settings: desk.settings.clone(),
                ahead: queue::position(conn, department, priority, Arrival::LAST)?,
            })
        };
        self.read(look).await
    }

    async fn held_by(&self, agent: PersonId) -> Result<Vec<Ticket>, StoreError> {
        self.read(move |conn| tickets::many(conn, tickets::HELD_BY, [agent])).await
    }

    async fn all_held(&self) -> Result<Vec<Ticket>, StoreError> {
        self.read(|conn| tickets::many(conn, tickets::ALL_HELD, [])).await
    }

    async fn queue_head(
        &self,
        department: DepartmentId,
        auto: bool,
        limit: usize,
    ) -> Result<Vec<Ticket>, StoreError> {
        self.read(move |conn| queue::head(conn, department, auto, limit)).await
    }

    async fn queue_page(
        &self,
        departments: &[DepartmentId],
        offset: usize,
        limit: usize,
    ) -> Result<Vec<Ticket>, StoreError> {
        let departments = departments.to_vec();
        self.read(move |conn| queue::page(conn, &departments, offset, limit)).await
    }

    async fn oldest_waiting_at(
        &self,
        department: DepartmentId,
        priority: Priority,
    ) -> Result<Option<Time>, StoreError> {
        self.read(move |conn| queue::since(conn, department, priority)).await
    }

    async fn depths(&self) -> Result<QueueDepths, StoreError> {
        self.read(queue::depths).await
    }

    async fn position(
        &self,
        department: DepartmentId,
        priority: Priority,
        arrival: Arrival,
    ) -> Result<u64, StoreError> {
        self.read(move |conn| queue::position(conn, department, priority, arrival)).await
    }

    async fn history(&self, ticket: TicketId) -> Result<Vec<AuditEvent>, StoreError> {
        self.read(move |conn| record::history(conn, ticket)).await
    }

    async fn assignment_counts(&self, agent: PersonId, from: Time) -> Result<(u32, u32), StoreError> {
        self.read(move |conn| record::tally(conn, agent, from)).await
    }
}

#[async_trait]
impl DirectoryStore for Sqlite {
    async fn person(&self, id: PersonId) -> Result<Option<Person>, StoreError> {
        self.read(move |conn| people::by_id(conn, id)).await
    }

    async fn person_by_telegram(&self, id: TelegramId) -> Result<Option<Person>, StoreError> {
        self.read(move |conn| people::by_telegram(conn, id)).await
    }

    async fn person_by_username(&self, name: &str) -> Result<Option<Person>, StoreError> {
        let name = name.to_owned();
        self.read(move |conn| people::by_username(conn, &name)).await
    }

    async fn agents(&self) -> Result<Vec<Person>, StoreError> {
        self.read(people::agents).await
    }

    async fn admins(&self) -> Result<Vec<Person>, StoreError> {
        self.read(people::admins).await
    }

    async fn recent_people(&self, limit: usize) -> Result<Vec<Person>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(move |conn| people::recent(conn, limit)).await
    }

    async fn record_activity(&self, agent: PersonId, at: Time) -> Result<(), StoreError> {
        self.write(move |conn| people::touch(conn, agent, at)).await
    }

    async fn departments(&self) -> Result<Vec<Department>, StoreError> {
        self.read(desk::departments).await
    }

    async fn department(&self, id: DepartmentId) -> Result<Option<Department>, StoreError> {
        Ok(self.desk().await?.department(id))
    }

    async fn settings(&self) -> Result<Settings, StoreError> {
        self.read(desk::settings).await
    }

    async fn incidents(&self) -> Result<Incidents, StoreError> {
        self.read(desk::incidents).await
    }

    async fn invite(&self, code: &str) -> Result<Option<Invite>, StoreError> {
        let code = code.to_owned();
        self.read(move |conn| desk::invite(conn, &code)).await
    }

    async fn draft(&self, person: PersonId) -> Result<Option<Draft>, StoreError> {
        self.read(move |conn| desk::draft(conn, person)).await
    }

    async fn put_draft(&self, draft: Draft) -> Result<(), StoreError> {
        self.write(move |conn| desk::put_draft(conn, &draft)).await
    }

    async fn drop_draft(&self, draft: &Draft) -> Result<(), StoreError> {
        let draft = draft.clone();
        self.write(move |conn| desk::drop_draft(conn, &draft)).await
    }
}

#[async_trait]
impl InboxStore for Sqlite {
    async fn append_updates(&self, updates: Vec<(i64, Value)>, now: Time) -> Result<usize, StoreError> {
        self.note(now);
        self.write(move |conn| inbox::accept(conn, &updates, now)).await
    }

    async fn pending_updates(&self, after: u64, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        self.read(move |conn| inbox::unhandled(conn, after, limit)).await
    }

    async fn complete_update(
        &self,
        update_id: i64,
        answers: Vec<Outgoing>,
        now: Time,
    ) -> Result<(), StoreError> {
        self.note(now);
        self.write(move |conn| inbox::handled(conn, update_id, &answers, now)).await
    }

    async fn record_failure(&self, update_id: i64, error: &str) -> Result<u32, StoreError> {
        let error = error.to_owned();
        self.write(move |conn| inbox::failed(conn, update_id, &error)).await
    }

    async fn dead_letter(&self, update_id: i64, notices: Vec<Outgoing>, now: Time) -> Result<(), StoreError> {
        self.note(now);
        self.write(move |conn| inbox::put_aside(conn, update_id, &notices, now)).await
    }
}

#[async_trait]
impl OutboxStore for Sqlite {
    async fn enqueue(&self, out: Vec<Outgoing>, now: Time) -> Result<(), StoreError> {
        self.note(now);
        self.write(move |conn| outbox::add(conn, &out, now)).await
    }

    async fn claim(&self, limit: usize, now: Time) -> Result<Vec<ClaimedDelivery>, StoreError> {
        self.note(now);
        self.write(move |conn| outbox::claim(conn, limit, now)).await
    }

    async fn settle(&self, outcomes: Vec<(u64, Outcome)>, now: Time) -> Result<(), StoreError> {
        self.note(now);
        let work = move |conn: &Connection| {
            outcomes.iter().try_for_each(|(id, outcome)| outbox::settle(conn, *id, outcome, now))
        };
        self.write(work).await
    }

    async fn release_orphaned_claims(&self) -> Result<u64, StoreError> {
        self.write(outbox::reclaim).await
    }

    async fn next_delivery_at(&self) -> Result<Option<Time>, StoreError> {
        self.read(outbox::next).await
    }

    async fn pending_deliveries(&self) -> Result<u64, StoreError> {
        self.read(outbox::undelivered).await
    }

    async fn counters(&self) -> Result<DeliveryCounters, StoreError> {
        self.read(counters::read).await
    }

    async fn live_card(&self, key: CardKey) -> Result<Option<LiveCard>, StoreError> {
        self.read(move |conn| cards::live(conn, key)).await
    }

    async fn live_queues(&self) -> Result<Vec<LiveCard>, StoreError> {
        self.read(cards::queues).await
    }
}

#[async_trait]
impl LeaseStore for Sqlite {
    async fn acquire_lease(
        &self,
        name: &str,
        holder: ReplicaId,
        stale: Option<LeaseStamp>,
    ) -> Result<Lease, StoreError> {
        let name = name.to_owned();
        self.write(move |conn| leases::take(conn, &name, holder, stale)).await
    }

    async fn release_lease(&self, name: &str, holder: ReplicaId) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.write(move |conn| leases::end(conn, &name, holder)).await
    }
}

#[async_trait]
impl RetentionStore for Sqlite {
    async fn prune(&self, before: Time) -> Result<(), StoreError> {
        let step = move |conn: &Connection| {
            let updates = inbox::prune(conn, before, FORGET)?;
            Ok(updates + outbox::prune(conn, before, FORGET)? + cards::prune(conn, before, FORGET)?)
        };
        while self.write(step).await? > 0 {}
        Ok(())
    }
}
