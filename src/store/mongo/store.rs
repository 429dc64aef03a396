//! The port, method by method: reads query the server, writes that need a transaction go to a write queue.
use super::codec::Fields;
use super::inbox::UpdateEnd;
use super::outbox::claim;
use super::outbox::writer::OutboxCommand;
use super::read::{cards, queue, tickets};
use super::schema::{COUNTERS, EVENTS, INBOX, QUEUE_DEPTHS};
use super::write::batch::Queued;
use super::write::command::{Command, CommandResult};
use super::{Mongo, inbox};
use crate::domain::Time;
use crate::domain::card::{CardKey, LiveCard};
use crate::domain::event::AuditEvent;
use crate::domain::ids::{Arrival, DepartmentId, PersonId, TicketId};
use crate::domain::notice::Outgoing;
use crate::domain::number::TicketNumber;
use crate::domain::ticket::{Priority, Ticket};
use crate::engine::ports::{
    Change, ClaimedDelivery, ClockJump, CommitError, Committed, DeliveryCounters, DropReason, HeldSlot,
    InboxRow, InboxStore, OpeningContext, OutboxStore, Outcome, QueueDepths, StoreError, TicketStore,
    WaitingTicket,
};
use async_trait::async_trait;
use mongodb::bson::{Document, doc};
use serde_json::Value;
use std::sync::atomic::Ordering;

/// The most changes of one call that share a transaction: more than the engine commits at once.
const MAX_COMMIT_CHANGES: usize = 1_024;

/// Returns the filter of the events of a ticket.
pub(super) fn events_of_ticket(ticket: TicketId) -> Document {
    doc! { "ticket_id": ticket.to_string() }
}

/// Returns the filter of the events that count for an agent since a time.
pub(super) fn events_of_agent(agent: PersonId, from: Time) -> Document {
    doc! { "agent_id": agent.to_string(), "micros": { "$gte": from.timestamp_micros() } }
}

impl Mongo {
    pub(super) async fn write(&self, command: Command) -> Result<CommandResult, StoreError> {
        self.tickets.send(|reply| Queued { command, reply }).await
    }
}

#[async_trait]
impl TicketStore for Mongo {
    async fn commit(&self, mut changes: Vec<Change>) -> Vec<Result<Committed, CommitError>> {
        if let Some(event) = changes.iter().rev().find_map(|change| change.event.as_ref()) {
            self.observe_time(event.at);
        }
        let mut results = Vec::with_capacity(changes.len());
        while !changes.is_empty() {
            let rest = changes.split_off(changes.len().min(MAX_COMMIT_CHANGES));
            let size = changes.len();
            match self.write(Command::Commit(changes, self.last_time())).await {
                Ok(CommandResult::Commit(committed)) => results.extend(committed),
                Ok(CommandResult::Count(_)) => {}
                Err(error) => results.extend(vec![Err(CommitError::Store(error)); size]),
            }
            changes = rest;
        }
        results
    }

    async fn ticket(&self, id: TicketId) -> Result<Option<Ticket>, StoreError> {
        self.tickets_by_id.get(id).await?.transpose()
    }

    async fn ticket_by_number(&self, number: &TicketNumber) -> Result<Option<Ticket>, StoreError> {
        tickets::by_content(&self.db, "ticket_number", number.as_str()).await
    }

    async fn ticket_by_key(&self, key: &str) -> Result<Option<Ticket>, StoreError> {
        tickets::by_content(&self.db, "key", key).await
    }

    async fn tickets_by_suffix(&self, suffix: &str, limit: usize) -> Result<Vec<Ticket>, StoreError> {
        let mut found = tickets::find(&self.db, tickets::by_suffix(suffix)).await?;
        found.sort_by_key(|ticket| ticket.arrival);
        found.truncate(limit);
        Ok(found)
    }

    async fn ended_tickets_by_suffix(&self, suffix: &str, limit: usize) -> Result<Vec<Ticket>, StoreError> {
        tickets::ended_by_suffix(&self.db, suffix, limit).await
    }

    async fn tickets_of(&self, customer: PersonId, limit: usize) -> Result<Vec<Ticket>, StoreError> {
        let mut found = tickets::find(&self.db, tickets::of_customer(customer, true, None)).await?;
        let room = limit.saturating_sub(found.len());
        found.extend(tickets::find(&self.db, tickets::of_customer(customer, false, Some(room))).await?);
        Ok(found)
    }

    async fn opening_context(
        &self,
        department: DepartmentId,
        priority: Priority,
    ) -> Result<OpeningContext, StoreError> {
        let (reference, ahead) =
            tokio::try_join!(self.reference.cached(), self.position(department, priority, Arrival::LAST))?;
        let (department, settings) =
            (reference.departments.get(department).cloned(), reference.settings.clone());
        Ok(OpeningContext { department, settings, ahead })
    }

    async fn held_by(&self, agent: PersonId) -> Result<Vec<Ticket>, StoreError> {
        let held = self.held_tickets.get(agent).await?.unwrap_or_default();
        let mut held = held.into_iter().collect::<Result<Vec<_>, _>>()?;
        held.sort_by_key(|ticket| (ticket.hold().map(|hold| hold.assigned_at), ticket.arrival));
        Ok(held)
    }

    async fn all_held(&self) -> Result<Vec<Ticket>, StoreError> {
        tickets::find(&self.db, tickets::all_held()).await
    }

    async fn held_slots(&self) -> Result<Vec<HeldSlot>, StoreError> {
        tickets::held_slots(&self.db).await
    }

    async fn snoozed(&self, limit: usize) -> Result<Vec<Ticket>, StoreError> {
        tickets::find(&self.db, tickets::snoozed(limit)).await
    }

    async fn unanswered(&self, nudged: bool, page: (usize, usize)) -> Result<Vec<Ticket>, StoreError> {
        tickets::find(&self.db, tickets::unanswered(nudged, page)).await
    }

    async fn queue_head(
        &self,
        department: DepartmentId,
        auto: bool,
        limit: usize,
    ) -> Result<Vec<Ticket>, StoreError> {
        let head =
            if auto { queue::auto_head(department, limit) } else { queue::page(&[department], 0, limit) };
        tickets::find(&self.db, head).await
    }

    async fn queue_page(
        &self,
        departments: &[DepartmentId],
        offset: usize,
        limit: usize,
    ) -> Result<Vec<Ticket>, StoreError> {
        tickets::find(&self.db, queue::page(departments, offset, limit)).await
    }

    async fn desk_queue_page(&self, offset: usize, limit: usize) -> Result<Vec<Ticket>, StoreError> {
        tickets::find(&self.db, queue::desk_page(offset, limit)).await
    }

    async fn oldest_waiting(
        &self,
        department: Option<DepartmentId>,
        priority: Priority,
    ) -> Result<Option<WaitingTicket>, StoreError> {
        queue::oldest_waiting(&self.db, department, priority).await
    }

    async fn depths(&self) -> Result<QueueDepths, StoreError> {
        Ok(self.queue_depths.get(()).await?.unwrap_or_default().by_department())
    }

    async fn waiting_count(&self) -> Result<u64, StoreError> {
        // Documents of two processes are not read at one moment, so the sum may be short of a ticket.
        Ok(u64::try_from(self.db.sum(QUEUE_DEPTHS, "$waiting").await?).unwrap_or(0))
    }

    async fn position(
        &self,
        department: DepartmentId,
        priority: Priority,
        arrival: Arrival,
    ) -> Result<u64, StoreError> {
        let depths = self.department_depths.get(department).await?.unwrap_or_default();
        queue::position(&self.db, &depths, (department, priority), arrival).await
    }

    async fn history(&self, ticket: TicketId) -> Result<Vec<AuditEvent>, StoreError> {
        let docs = self.db.find(EVENTS, events_of_ticket(ticket), doc! { "_id": 1 }).await?;
        docs.iter().map(|doc| Fields(doc).nested("event")).collect()
    }

    async fn assignment_counts(&self, agent: PersonId, from: Time) -> Result<(u32, u32), StoreError> {
        let (mut assigned, mut completed) = (0, 0);
        for doc in self.db.find(EVENTS, events_of_agent(agent, from), doc! { "micros": 1 }).await? {
            let is_assignment = Fields(&doc).text("kind")? == "assigned";
            *(if is_assignment { &mut assigned } else { &mut completed }) += 1;
        }
        Ok((assigned, completed))
    }
}

#[async_trait]
impl InboxStore for Mongo {
    async fn append_updates(&self, updates: Vec<(i64, Value)>, now: Time) -> Result<usize, StoreError> {
        self.observe_time(now);
        match self.write(Command::AppendUpdates(updates, now)).await? {
            CommandResult::Count(new) => Ok(new),
            CommandResult::Commit(_) => Ok(0),
        }
    }

    async fn pending_updates(&self, after: u64, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        inbox::pending_updates(&self.db, after, limit).await
    }

    async fn complete_update(
        &self,
        update_id: i64,
        answers: Vec<Outgoing>,
        now: Time,
    ) -> Result<(), StoreError> {
        self.observe_time(now);
        self.write(Command::EndUpdate(update_id, UpdateEnd::Handled, answers, now)).await.map(drop)
    }

    async fn record_failure(&self, update_id: i64, error: &str) -> Result<u32, StoreError> {
        inbox::record_failure(&self.db, update_id, error).await
    }

    async fn dead_letter(
        &self,
        update_id: i64,
        reason: &str,
        notices: Vec<Outgoing>,
        now: Time,
    ) -> Result<(), StoreError> {
        self.observe_time(now);
        let dead = UpdateEnd::Dead { reason: reason.to_owned() };
        self.write(Command::EndUpdate(update_id, dead, notices, now)).await.map(drop)
    }
}

#[async_trait]
impl OutboxStore for Mongo {
    async fn enqueue(&self, out: Vec<Outgoing>, now: Time) -> Result<(), StoreError> {
        self.observe_time(now);
        self.write(Command::Enqueue(out, now)).await.map(drop)
    }

    async fn claim(&self, limit: usize, now: Time) -> Result<Vec<ClaimedDelivery>, StoreError> {
        self.observe_time(now);
        self.outbox.send(|reply| OutboxCommand::Claim(limit, now, reply)).await
    }

    async fn settle(&self, outcomes: Vec<(u64, Outcome)>, now: Time) -> Result<(), StoreError> {
        self.observe_time(now);
        self.outbox.send(|reply| OutboxCommand::Settle(outcomes, now, reply)).await
    }

    async fn release_orphaned_claims(&self) -> Result<u64, StoreError> {
        self.outbox.send(OutboxCommand::ReleaseClaims).await
    }

    async fn next_delivery_at(&self) -> Result<Option<Time>, StoreError> {
        claim::next_due(&self.db).await
    }

    async fn adjust_to_clock(&self, jump: ClockJump) -> Result<(), StoreError> {
        self.last_time.store(jump.now.timestamp_micros(), Ordering::Relaxed);
        self.outbox.send(|reply| OutboxCommand::AdjustToClock(jump, reply)).await
    }

    async fn pending_deliveries(&self) -> Result<u64, StoreError> {
        // An empty claim moves the staged deliveries to their queues, where equal refreshes are coalesced.
        self.outbox.send(|reply| OutboxCommand::Claim(0, self.last_time(), reply)).await?;
        claim::count_queued(&self.db).await
    }

    async fn counters(&self) -> Result<DeliveryCounters, StoreError> {
        let names =
            ["repeats", "unknown", "dropped"].into_iter().chain(DropReason::ALL.map(DropReason::counter));
        let filter = doc! { "_id": { "$in": names.collect::<Vec<_>>() } };
        let mut counters = DeliveryCounters::default();
        for doc in self.db.find(COUNTERS, filter, doc! {}).await? {
            let f = Fields(&doc);
            let count = f.number("value")?;
            match f.text("_id")? {
                "repeats" => counters.repeats = count,
                "unknown" => counters.unknown = count,
                "dropped" => counters.dropped = count,
                name => {
                    let reasons = counters.dropped_by.iter_mut().zip(DropReason::ALL);
                    reasons.filter(|(_, reason)| reason.counter() == name).for_each(|(by, _)| *by = count);
                }
            }
        }
        counters.dead_letters = self.db.collection(INBOX).count_documents(doc! { "state": "dead" }).await?;
        Ok(counters)
    }

    async fn live_card(&self, key: CardKey) -> Result<Option<LiveCard>, StoreError> {
        self.live_cards.get(key.storage_key()).await?.transpose()
    }

    async fn live_queues(&self) -> Result<Vec<LiveCard>, StoreError> {
        cards::of_kinds(&self.db, &["myqueue", "focus"]).await
    }

    async fn live_lists(&self) -> Result<Vec<LiveCard>, StoreError> {
        cards::of_kinds(&self.db, &["queue", "workload"]).await
    }

    async fn live_pick_ups(&self) -> Result<Vec<LiveCard>, StoreError> {
        cards::of_kinds(&self.db, &["pickup"]).await
    }
}
