//! The `Store` port: each read runs in the reader pool, each write on the writer thread.
mod updates;
mod upkeep;

use super::{Sqlite, cards, commit, counters, events, outbox, people, queue, reference_data, tickets};
use crate::domain::Time;
use crate::domain::alert::Incidents;
use crate::domain::card::{CardKey, LiveCard};
use crate::domain::department::{Department, DepartmentList};
use crate::domain::draft::Draft;
use crate::domain::event::AuditEvent;
use crate::domain::ids::{Arrival, DepartmentId, PersonId, TelegramId, TicketId};
use crate::domain::notice::Outgoing;
use crate::domain::number::TicketNumber;
use crate::domain::person::Person;
use crate::domain::person::invite::Invite;
use crate::domain::policy::Settings;
use crate::domain::ticket::{Priority, Ticket};
use crate::engine::ports::{
    Change, ClaimedDelivery, ClockJump, CommitError, Committed, DeliveryCounters, DirectoryStore, HeldSlot,
    OpeningContext, OutboxStore, Outcome, QueueDepths, StoreError, TicketStore, WaitingTicket,
};
use async_trait::async_trait;
use futures::future::try_join_all;
use rusqlite::Connection;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

#[async_trait]
impl TicketStore for Sqlite {
    async fn commit(&self, changes: Vec<Change>) -> Vec<Result<Committed, CommitError>> {
        let size = changes.len();
        if size == 0 {
            return Vec::new();
        }
        if let Some(event) = changes.iter().rev().find_map(|change| change.event.as_ref()) {
            self.observe_now(event.at);
        }
        let context = self.commit_context();
        let work = move |conn: &Connection| commit::commit_all(conn, &changes, context);
        match self.writer.run_unguarded(size, work).await {
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

    async fn ended_tickets_by_suffix(&self, suffix: &str, limit: usize) -> Result<Vec<Ticket>, StoreError> {
        let suffix = suffix.to_owned();
        self.read(move |conn| tickets::search::ended_by_suffix(conn, &suffix, limit)).await
    }

    async fn tickets_of(&self, customer: PersonId, limit: usize) -> Result<Vec<Ticket>, StoreError> {
        self.read(move |conn| tickets::by_customer(conn, customer, limit)).await
    }

    async fn opening_context(
        &self,
        department: DepartmentId,
        priority: Priority,
    ) -> Result<OpeningContext, StoreError> {
        // Reference data comes from the cache. It changes rarely, so it need not be of the same transaction
        // as the position.
        let reference_data = self.reference_data().await?;
        let query = move |conn: &Connection| {
            Ok(OpeningContext {
                department: reference_data.departments.get(department).cloned(),
                settings: reference_data.settings.clone(),
                ahead: queue::position(conn, department, priority, Arrival::LAST)?,
            })
        };
        self.read(query).await
    }

    async fn held_by(&self, agent: PersonId) -> Result<Vec<Ticket>, StoreError> {
        self.read(move |conn| tickets::many(conn, tickets::HELD_BY, [agent])).await
    }

    async fn all_held(&self) -> Result<Vec<Ticket>, StoreError> {
        self.read(|conn| tickets::many(conn, tickets::ALL_HELD, [])).await
    }

    async fn held_slots(&self) -> Result<Vec<HeldSlot>, StoreError> {
        self.readers.run_long(tickets::held_slots).await
    }

    async fn snoozed(&self, limit: usize) -> Result<Vec<Ticket>, StoreError> {
        self.read(move |conn| tickets::snoozed(conn, limit)).await
    }

    async fn unanswered(&self, nudged: bool, page: (usize, usize)) -> Result<Vec<Ticket>, StoreError> {
        self.read(move |conn| tickets::unanswered(conn, nudged, page)).await
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

    async fn desk_queue_page(&self, offset: usize, limit: usize) -> Result<Vec<Ticket>, StoreError> {
        self.read(move |conn| queue::desk_page(conn, offset, limit)).await
    }

    async fn oldest_waiting(
        &self,
        department: Option<DepartmentId>,
        priority: Priority,
    ) -> Result<Option<WaitingTicket>, StoreError> {
        self.read(move |conn| queue::oldest_waiting(conn, department, priority)).await
    }

    async fn waiting_count(&self) -> Result<u64, StoreError> {
        self.read(queue::waiting_count).await
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
        self.read(move |conn| events::history(conn, ticket)).await
    }

    async fn assignment_counts(&self, agent: PersonId, from: Time) -> Result<(u32, u32), StoreError> {
        self.read(move |conn| events::assignment_counts(conn, agent, from)).await
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

    async fn was_username_of_other(&self, name: &str, person: PersonId) -> Result<bool, StoreError> {
        let name = name.to_lowercase();
        self.read(move |conn| people::was_username_of_other(conn, &name, person)).await
    }

    async fn agents(&self) -> Result<Vec<Person>, StoreError> {
        // The readers share the work, most of which is to decode the rows. One of them stays free for other reads.
        let ranges = people::id_ranges(self.readers.threads() - 1).into_iter();
        let parts = ranges.map(|ids| self.readers.run_long(move |conn| people::agents(conn, &ids)));
        let mut agents = self.unreadable.leave_out(try_join_all(parts).await?.into_iter().flatten());
        let order = |agent: &Person| agent.agent.as_ref().map_or(0, |profile| profile.assignment_order);
        // A person is large, and each is moved once by its cached key.
        agents.sort_by_cached_key(|agent| (order(agent), agent.id));
        Ok(agents)
    }

    async fn admins(&self) -> Result<Vec<Person>, StoreError> {
        Ok(self.unreadable.leave_out(self.read(people::admins).await?))
    }

    async fn recent_people(&self, limit: usize) -> Result<Vec<Person>, StoreError> {
        Ok(self.unreadable.leave_out(self.read(move |conn| people::recent(conn, limit)).await?))
    }

    fn unreadable_people(&self) -> BTreeSet<PersonId> {
        self.unreadable.ids()
    }

    async fn record_bot(&self, bot: TelegramId) -> Result<TelegramId, StoreError> {
        self.write(move |conn| counters::record_bot(conn, bot)).await
    }

    async fn banned_people(&self, limit: usize) -> Result<Vec<Person>, StoreError> {
        self.read(move |conn| people::banned(conn, limit)).await
    }

    async fn record_activity(&self, agent: PersonId, at: Time) -> Result<(), StoreError> {
        self.write(move |conn| people::record_activity(conn, agent, at)).await
    }

    async fn departments(&self) -> Result<Vec<Department>, StoreError> {
        Ok(self.department_list().await?.to_vec())
    }

    async fn department_list(&self) -> Result<Arc<DepartmentList>, StoreError> {
        Ok(Arc::clone(&self.reference_data().await?.departments))
    }

    async fn settings(&self) -> Result<Settings, StoreError> {
        self.read(reference_data::settings).await
    }

    async fn incidents(&self) -> Result<Incidents, StoreError> {
        self.read(reference_data::incidents).await
    }

    async fn invite(&self, code: &str) -> Result<Option<Invite>, StoreError> {
        let code = code.to_owned();
        self.read(move |conn| reference_data::invite(conn, &code)).await
    }

    async fn valid_invites(&self, now: Time) -> Result<Vec<Invite>, StoreError> {
        self.read(move |conn| reference_data::valid_invites(conn, now)).await
    }

    async fn draft(&self, person: PersonId) -> Result<Option<Draft>, StoreError> {
        self.read(move |conn| reference_data::draft(conn, person)).await
    }

    async fn put_draft(&self, draft: Draft) -> Result<(), StoreError> {
        let now = self.last_now();
        self.write(move |conn| reference_data::write_draft(conn, &draft, now)).await
    }

    async fn drop_draft(&self, draft: &Draft) -> Result<(), StoreError> {
        let draft = draft.clone();
        self.write(move |conn| reference_data::delete_draft(conn, &draft)).await
    }
}

#[async_trait]
impl OutboxStore for Sqlite {
    async fn enqueue(&self, out: Vec<Outgoing>, now: Time) -> Result<(), StoreError> {
        self.observe_now(now);
        self.write(move |conn| outbox::enqueue(conn, &out, now)).await
    }

    async fn claim(&self, limit: usize, now: Time) -> Result<Vec<ClaimedDelivery>, StoreError> {
        self.observe_now(now);
        let served = self.served.fetch_add(limit, Ordering::Relaxed);
        self.write(move |conn| outbox::claim(conn, limit, served, now)).await
    }

    async fn settle(&self, outcomes: Vec<(u64, Outcome)>, now: Time) -> Result<(), StoreError> {
        self.observe_now(now);
        let work = move |conn: &Connection| {
            outcomes.iter().try_for_each(|(id, outcome)| outbox::settle(conn, *id, outcome, now))
        };
        self.write(work).await
    }

    async fn release_orphaned_claims(&self) -> Result<u64, StoreError> {
        self.write(outbox::release_orphaned_claims).await
    }

    async fn next_delivery_at(&self) -> Result<Option<Time>, StoreError> {
        self.read(outbox::next_due_at).await
    }

    async fn adjust_to_clock(&self, jump: ClockJump) -> Result<(), StoreError> {
        self.last_now_micros.store(jump.now.timestamp_micros(), Ordering::Relaxed);
        let work = move |conn: &Connection| {
            outbox::move_waits(conn, &jump)?;
            people::limit_activity(conn, jump.now)
        };
        self.write(work).await
    }

    async fn pending_deliveries(&self) -> Result<u64, StoreError> {
        self.read(outbox::count).await
    }

    async fn counters(&self) -> Result<DeliveryCounters, StoreError> {
        self.read(counters::read).await
    }

    async fn live_card(&self, key: CardKey) -> Result<Option<LiveCard>, StoreError> {
        self.read(move |conn| cards::by_key(conn, key)).await
    }

    async fn live_queues(&self) -> Result<Vec<LiveCard>, StoreError> {
        self.read(cards::agent_queues).await
    }
    async fn live_lists(&self) -> Result<Vec<LiveCard>, StoreError> {
        self.read(cards::desk_lists).await
    }
    async fn live_pick_ups(&self) -> Result<Vec<LiveCard>, StoreError> {
        self.read(cards::pick_ups).await
    }
}
