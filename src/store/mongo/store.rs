//! The port, method by method: what reads asks the server, what belongs to a transaction goes to a lane.
use super::at_hand::ticket_of;
use super::dispatch::Job;
use super::facts::{Fact, Fate};
use super::inbox::End;
use super::questions::Who;
use super::turn::Told;
use super::{Mongo, codec, desk, inbox, leases, outbox, people, queue, record, tickets};
use crate::domain::Time;
use crate::domain::alert::Incidents;
use crate::domain::card::{CardKey, LiveCard};
use crate::domain::department::Department;
use crate::domain::draft::Draft;
use crate::domain::event::AuditEvent;
use crate::domain::ids::{Arrival, ChatId, DepartmentId, PersonId, ReplicaId, TelegramId, TicketId};
use crate::domain::invite::Invite;
use crate::domain::notice::Outgoing;
use crate::domain::number::TicketNumber;
use crate::domain::person::Person;
use crate::domain::policy::Settings;
use crate::domain::ticket::{Priority, Ticket};
use crate::engine::ports::{
    Change, ClaimedDelivery, CommitError, Committed, DeliveryCounters, DirectoryStore, InboxRow, InboxStore,
    Lease, LeaseStamp, LeaseStore, OpeningContext, OutboxStore, Outcome, QueueDepths, RetentionStore,
    StoreError, TicketStore,
};
use async_trait::async_trait;
use mongodb::bson::doc;
use serde_json::Value;
use std::sync::Arc;

/// The most changes of one call that share a transaction: more than the engine commits at once.
const BATCH: usize = 1_024;

impl Mongo {
    async fn fact(&self, fact: Fact) -> Result<Fate, StoreError> {
        self.facts.run(|reply| Told { fact, reply }).await
    }
}

#[async_trait]
impl TicketStore for Mongo {
    async fn commit(&self, mut changes: Vec<Change>) -> Vec<Result<Committed, CommitError>> {
        if let Some(event) = changes.iter().rev().find_map(|change| change.event.as_ref()) {
            self.note(event.at);
        }
        let mut results = Vec::with_capacity(changes.len());
        while !changes.is_empty() {
            let rest = changes.split_off(changes.len().min(BATCH));
            let size = changes.len();
            let tickets = changes.iter().map(ticket_of).collect();
            let answer = self.fact(Fact::Changes(changes, self.told())).await;
            match answer {
                Ok(Fate::Changes(fates)) => {
                    self.know(tickets, &fates);
                    results.extend(fates);
                }
                Ok(Fate::Taken(_) | Fate::Done) => {}
                Err(error) => results.extend(vec![Err(CommitError::Store(error)); size]),
            }
            changes = rest;
        }
        results
    }

    async fn ticket_for_notice(&self, id: TicketId) -> Result<Option<Ticket>, StoreError> {
        match self.db.contents.lately(id) {
            Some(ticket) => Ok(Some(ticket)),
            None => self.ticket(id).await,
        }
    }

    fn ticket_as_written(&self, id: TicketId) -> Option<Ticket> {
        self.db.contents.last(id)
    }

    fn forget_ticket(&self, id: TicketId) {
        self.db.contents.forget(id);
    }

    async fn ticket_number(&self, id: TicketId) -> Result<Option<TicketNumber>, StoreError> {
        match self.db.contents.get(id) {
            Some(content) => Ok(Some(content.number().clone())),
            None => Ok(self.ticket(id).await?.map(|ticket| ticket.number)),
        }
    }

    async fn ticket(&self, id: TicketId) -> Result<Option<Ticket>, StoreError> {
        match self.db.contents.lately(id) {
            // It stays what it is.
            Some(ticket) if ticket.status().is_end() => Ok(Some(ticket)),
            _ => self.ask.tickets.get(id).await?.transpose(),
        }
    }

    async fn ticket_by_number(&self, number: &TicketNumber) -> Result<Option<Ticket>, StoreError> {
        tickets::by_content(&self.db, "ticket_number", number.as_str()).await
    }

    async fn ticket_by_key(&self, key: &str) -> Result<Option<Ticket>, StoreError> {
        tickets::by_content(&self.db, "key", key).await
    }

    async fn tickets_by_suffix(&self, suffix: &str, limit: usize) -> Result<Vec<Ticket>, StoreError> {
        let mut found = tickets::many(&self.db, tickets::by_suffix(suffix)).await?;
        found.sort_by_key(|ticket| ticket.arrival);
        found.truncate(limit);
        Ok(found)
    }

    async fn tickets_of(&self, customer: PersonId, limit: usize) -> Result<Vec<Ticket>, StoreError> {
        let mut found = tickets::many(&self.db, tickets::of_customer(customer, true, limit)).await?;
        let room = limit.saturating_sub(found.len());
        found.extend(tickets::many(&self.db, tickets::of_customer(customer, false, room)).await?);
        Ok(found)
    }

    async fn opening_context(
        &self,
        department: DepartmentId,
        priority: Priority,
    ) -> Result<OpeningContext, StoreError> {
        let ((departments, settings), ahead) =
            tokio::try_join!(self.read_desk(), self.position(department, priority, Arrival::LAST))?;
        let department = departments?.into_iter().find(|known| known.id == department);
        Ok(OpeningContext { department, settings: settings?, ahead })
    }

    async fn held_by(&self, agent: PersonId) -> Result<Vec<Ticket>, StoreError> {
        let held = self.ask.held.get(agent).await?.unwrap_or_default();
        let mut held = held.into_iter().collect::<Result<Vec<_>, _>>()?;
        held.sort_by_key(|ticket| (ticket.hold().map(|hold| hold.assigned_at), ticket.arrival));
        Ok(held)
    }

    async fn all_held(&self) -> Result<Vec<Ticket>, StoreError> {
        tickets::many(&self.db, tickets::all_held()).await
    }

    async fn queue_head(
        &self,
        department: DepartmentId,
        auto: bool,
        limit: usize,
    ) -> Result<Vec<Ticket>, StoreError> {
        self.read_head(department, auto, limit).await
    }

    async fn queue_page(
        &self,
        departments: &[DepartmentId],
        offset: usize,
        limit: usize,
    ) -> Result<Vec<Ticket>, StoreError> {
        tickets::many(&self.db, queue::page(departments, offset, limit)).await
    }

    async fn oldest_waiting_at(
        &self,
        department: DepartmentId,
        priority: Priority,
    ) -> Result<Option<Time>, StoreError> {
        queue::since(&self.db, department, priority).await
    }

    async fn depths(&self) -> Result<QueueDepths, StoreError> {
        queue::depths(&self.db).await
    }

    async fn position(
        &self,
        department: DepartmentId,
        priority: Priority,
        arrival: Arrival,
    ) -> Result<u64, StoreError> {
        let sums = self.read_sums().await?;
        queue::position(&self.db, sums.in_department(department), department, priority, arrival).await
    }

    async fn history(&self, ticket: TicketId) -> Result<Vec<AuditEvent>, StoreError> {
        record::history(&self.db, ticket).await
    }

    async fn assignment_counts(&self, agent: PersonId, from: Time) -> Result<(u32, u32), StoreError> {
        record::tally(&self.db, agent, from).await
    }
}

#[async_trait]
impl DirectoryStore for Mongo {
    async fn person(&self, id: PersonId) -> Result<Option<Person>, StoreError> {
        self.ask.people.get(Who::Id(id)).await?.transpose()
    }

    async fn person_by_telegram(&self, id: TelegramId) -> Result<Option<Person>, StoreError> {
        let edition = self.faces.edition();
        let found = self.ask.people.get(Who::Telegram(id)).await?.transpose()?;
        // Whoever writes to the bot is mostly answered.
        if let Some(person) = &found {
            self.faces.keep(edition, person.chat(), Arc::new(person.clone()));
        }
        Ok(found)
    }

    async fn person_by_username(&self, name: &str) -> Result<Option<Person>, StoreError> {
        // A username can pass from one person to another; whom the bot met last has it.
        people::one(&self.db, doc! { "username_key": name.to_lowercase() }, doc! { "met": -1 }).await
    }

    async fn agents(&self) -> Result<Vec<Person>, StoreError> {
        people::agents(&self.db).await
    }

    async fn admins(&self) -> Result<Vec<Person>, StoreError> {
        people::many(&self.db, doc! { "role": "admin" }, doc! { "met": 1 }, 0).await
    }

    async fn recent_people(&self, limit: usize) -> Result<Vec<Person>, StoreError> {
        match limit {
            0 => Ok(Vec::new()),
            _ => people::many(&self.db, doc! {}, doc! { "met": -1 }, codec::limit(limit)).await,
        }
    }

    async fn record_activity(&self, agent: PersonId, at: Time) -> Result<(), StoreError> {
        people::touch(&self.db, agent, at).await
    }

    async fn departments(&self) -> Result<Vec<Department>, StoreError> {
        self.read_desk().await?.0
    }

    async fn settings(&self) -> Result<Settings, StoreError> {
        self.read_desk().await?.1
    }

    fn look_afresh(&self) {
        self.desk.change();
        self.sums.change();
        self.faces.forget_all();
    }

    async fn incidents(&self) -> Result<Incidents, StoreError> {
        desk::incidents(&self.db).await
    }

    async fn invite(&self, code: &str) -> Result<Option<Invite>, StoreError> {
        desk::invite(&self.db, code).await
    }

    async fn draft(&self, person: PersonId) -> Result<Option<Draft>, StoreError> {
        desk::draft(&self.db, person).await
    }

    async fn put_draft(&self, draft: Draft) -> Result<(), StoreError> {
        desk::put_draft(&self.db, &draft).await
    }

    async fn drop_draft(&self, draft: &Draft) -> Result<(), StoreError> {
        desk::drop_draft(&self.db, draft).await
    }

    async fn reader(&self, chat: ChatId) -> Result<Option<Arc<Person>>, StoreError> {
        self.read_face(chat).await
    }
}

#[async_trait]
impl InboxStore for Mongo {
    async fn append_updates(&self, updates: Vec<(i64, Value)>, now: Time) -> Result<usize, StoreError> {
        self.note(now);
        match self.fact(Fact::Accept(updates, now)).await? {
            Fate::Taken(new) => Ok(new),
            Fate::Changes(_) | Fate::Done => Ok(0),
        }
    }

    async fn pending_updates(&self, after: u64, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        inbox::unhandled(&self.db, after, limit).await
    }

    async fn complete_update(
        &self,
        update_id: i64,
        answers: Vec<Outgoing>,
        now: Time,
    ) -> Result<(), StoreError> {
        self.note(now);
        self.fact(Fact::End(update_id, End::Done, answers, now)).await.map(drop)
    }

    async fn record_failure(&self, update_id: i64, error: &str) -> Result<u32, StoreError> {
        inbox::failed(&self.db, update_id, error).await
    }

    async fn dead_letter(&self, update_id: i64, notices: Vec<Outgoing>, now: Time) -> Result<(), StoreError> {
        self.note(now);
        self.fact(Fact::End(update_id, End::Aside, notices, now)).await.map(drop)
    }
}

#[async_trait]
impl OutboxStore for Mongo {
    async fn enqueue(&self, out: Vec<Outgoing>, now: Time) -> Result<(), StoreError> {
        self.note(now);
        self.fact(Fact::Deliver(out, now)).await.map(drop)
    }

    async fn claim(&self, limit: usize, now: Time) -> Result<Vec<ClaimedDelivery>, StoreError> {
        self.note(now);
        self.outbox.run(|reply| Job::Claim(limit, now, reply)).await
    }

    async fn settle(&self, outcomes: Vec<(u64, Outcome)>, now: Time) -> Result<(), StoreError> {
        self.note(now);
        self.outbox.run(|reply| Job::Settle(outcomes, now, reply)).await
    }

    async fn release_orphaned_claims(&self) -> Result<u64, StoreError> {
        self.outbox.run(Job::Reclaim).await
    }

    async fn next_delivery_at(&self) -> Result<Option<Time>, StoreError> {
        match self.soonest.get() {
            Some(at) => Ok(Time::from_timestamp_micros(at)),
            None => outbox::next(&self.db).await,
        }
    }

    async fn pending_deliveries(&self) -> Result<u64, StoreError> {
        outbox::undelivered(&self.db).await
    }

    async fn counters(&self) -> Result<DeliveryCounters, StoreError> {
        record::counters(&self.db).await
    }

    async fn live_card(&self, key: CardKey) -> Result<Option<LiveCard>, StoreError> {
        self.read_card(key).await
    }

    async fn live_queues(&self) -> Result<Vec<LiveCard>, StoreError> {
        desk::queues(&self.db).await
    }
}

#[async_trait]
impl LeaseStore for Mongo {
    async fn acquire_lease(
        &self,
        name: &str,
        holder: ReplicaId,
        stale: Option<LeaseStamp>,
    ) -> Result<Lease, StoreError> {
        leases::take(&self.db, name, holder, stale).await
    }

    async fn release_lease(&self, name: &str, holder: ReplicaId) -> Result<(), StoreError> {
        leases::end(&self.db, name, holder).await
    }
}

#[async_trait]
impl RetentionStore for Mongo {
    async fn prune(&self, before: Time) -> Result<(), StoreError> {
        inbox::prune(&self.db, before).await?;
        outbox::prune(&self.db, before).await?;
        while desk::forget_cards(&self.db, before).await? > 0 {
            self.cards.forget_all();
        }
        Ok(())
    }
}
