//! What the engine asks of the outside: a [`Store`] that keeps, and a [`Presence`] that knows who is there.
//!
//! Every back end passes the same contract tests (`tests/it/store_contract.rs`, `tests/it/presence_contract.rs`).
mod change;
mod records;
mod signals;

pub use change::{Change, CommitError, Committed, Guard, UniqueKey, Write};
pub use records::{
    ClaimedDelivery, DeliveryCounters, InboxRow, Lease, LeaseStamp, OpeningContext, Outcome, QueueDepths,
};
pub use signals::{Signal, SignalError, Signals};

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
use crate::domain::presence::PresenceRecord;
use crate::domain::ticket::{Priority, Ticket};
use async_trait::async_trait;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// The store can't do its work. What was committed stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Out of reach, out of room, or shutting down: try again later.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// What it holds can't be understood: a fault to be mended by a person.
    #[error("the store holds something unreadable: {0}")]
    Corrupt(String),
}

/// The durable half of the desk. Everything in it survives a `kill -9` once the call has returned.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Commits each change by itself, atomically, in this order, with one wait for durability for all of them. The answer
    /// has one entry per change.
    async fn commit(&self, changes: Vec<Change>) -> Vec<Result<Committed, CommitError>>;

    /// The person with this id.
    async fn person(&self, id: PersonId) -> Result<Option<Person>, StoreError>;
    /// The person with this Telegram id.
    async fn person_by_telegram(&self, id: TelegramId) -> Result<Option<Person>, StoreError>;
    /// The person with this username, given without `@`, in any case.
    async fn person_by_username(&self, name: &str) -> Result<Option<Person>, StoreError>;
    /// Everyone with an agent's profile, by `assignment_order`.
    async fn agents(&self) -> Result<Vec<Person>, StoreError>;
    /// Every admin.
    async fn admins(&self) -> Result<Vec<Person>, StoreError>;
    /// Those whom the bot met last, newest first, at most `limit`.
    async fn recent_people(&self, limit: usize) -> Result<Vec<Person>, StoreError>;
    /// Notes an agent's sign of life. Never moves it back.
    async fn record_activity(&self, agent: PersonId, at: Time) -> Result<(), StoreError>;

    /// All departments, by name, retired ones included.
    async fn departments(&self) -> Result<Vec<Department>, StoreError>;
    /// The department with this id. Every heartbeat asks for one.
    async fn department(&self, id: DepartmentId) -> Result<Option<Department>, StoreError> {
        Ok(self.departments().await?.into_iter().find(|department| department.id == id))
    }
    /// What others have changed is seen from now on. Without it a store that is shared may answer for a quarter of a second with
    /// departments, settings and depths as they were.
    fn look_afresh(&self) {}
    /// The settings; the default's when none were ever written.
    async fn settings(&self) -> Result<Settings, StoreError>;
    /// What is the matter; nothing when none was ever written.
    async fn incidents(&self) -> Result<Incidents, StoreError>;
    /// The invitation with this code.
    async fn invite(&self, code: &str) -> Result<Option<Invite>, StoreError>;

    /// A person's unsent ticket.
    async fn draft(&self, person: PersonId) -> Result<Option<Draft>, StoreError>;
    /// Keeps a draft in place of the person's last.
    async fn put_draft(&self, draft: Draft) -> Result<(), StoreError>;
    /// Forgets a person's draft, if it is (still) this one, and with it the live message of its card.
    async fn drop_draft(&self, draft: &Draft) -> Result<(), StoreError>;

    /// The person whose chat this is, for putting a claimed delivery into words: where the store is shared, perhaps as they were a
    /// minute ago, but never as they were before they were written where the delivery was added. Whoever decides something by it
    /// asks for the person.
    async fn reader(&self, chat: ChatId) -> Result<Option<Arc<Person>>, StoreError> {
        Ok(self.person_by_telegram(TelegramId(chat.0)).await?.map(Arc::new))
    }

    /// The ticket with this id.
    async fn ticket(&self, id: TicketId) -> Result<Option<Ticket>, StoreError>;
    /// The ticket with this id, for a notice of what was committed here: where the store is shared, perhaps as it was written here
    /// last. What others have made of it since has notices and refreshes of its own, behind that one.
    async fn ticket_for_notice(&self, id: TicketId) -> Result<Option<Ticket>, StoreError> {
        self.ticket(id).await
    }
    /// The ticket as this process has written it last, where the store remembers that: another may have made something else of it
    /// since. For what is only written where it is still at that version; nobody is refused because of it.
    fn ticket_as_written(&self, _id: TicketId) -> Option<Ticket> {
        None
    }
    /// Another process has written the ticket.
    fn forget_ticket(&self, _id: TicketId) {}
    /// The number of the ticket with this id, which never changes.
    async fn ticket_number(&self, id: TicketId) -> Result<Option<TicketNumber>, StoreError> {
        Ok(self.ticket(id).await?.map(|ticket| ticket.number))
    }
    /// The ticket with this number.
    async fn ticket_by_number(&self, number: &TicketNumber) -> Result<Option<Ticket>, StoreError>;
    /// The ticket that was opened with this idempotency key.
    async fn ticket_by_key(&self, key: &str) -> Result<Option<Ticket>, StoreError>;
    /// Tickets not completed or cancelled whose number ends with these characters (upper case), oldest first, at most
    /// `limit`.
    async fn tickets_by_suffix(&self, suffix: &str, limit: usize) -> Result<Vec<Ticket>, StoreError>;
    /// A customer's tickets that are not completed or cancelled, oldest first, then the ended ones, newest first; at most
    /// `limit`.
    async fn tickets_of(&self, customer: PersonId, limit: usize) -> Result<Vec<Ticket>, StoreError>;
    /// What is looked at before a ticket is opened in a department, in one look where the store can; this does it in
    /// several.
    async fn opening_context(
        &self,
        department: DepartmentId,
        priority: Priority,
    ) -> Result<OpeningContext, StoreError> {
        Ok(OpeningContext {
            department: self.departments().await?.into_iter().find(|d| d.id == department),
            settings: self.settings().await?,
            ahead: self.position(department, priority, Arrival::LAST).await?,
        })
    }
    /// What an agent holds, in the order of their queue (when it was assigned, then by arrival).
    async fn held_by(&self, agent: PersonId) -> Result<Vec<Ticket>, StoreError>;
    /// Every held ticket.
    async fn all_held(&self) -> Result<Vec<Ticket>, StoreError>;
    /// The first `limit` queued tickets of a department in the order of the queue; with `auto` only those that the engine
    /// may assign. Costs the same at any depth.
    async fn queue_head(
        &self,
        department: DepartmentId,
        auto: bool,
        limit: usize,
    ) -> Result<Vec<Ticket>, StoreError>;
    /// A page of the queue over these departments: by priority, then arrival.
    async fn queue_page(
        &self,
        departments: &[DepartmentId],
        offset: usize,
        limit: usize,
    ) -> Result<Vec<Ticket>, StoreError>;
    /// When the ticket that waits longest in a department at this priority was opened, to the millisecond. Costs the same at any
    /// depth.
    async fn oldest_waiting_at(
        &self,
        department: DepartmentId,
        priority: Priority,
    ) -> Result<Option<Time>, StoreError>;
    /// How many tickets wait in each department. Costs the same at any depth.
    async fn depths(&self) -> Result<QueueDepths, StoreError>;
    /// A queued ticket's position in its department, from 1. At the tail of its priority it costs the same at any depth.
    async fn position(
        &self,
        department: DepartmentId,
        priority: Priority,
        arrival: Arrival,
    ) -> Result<u64, StoreError>;
    /// The record of a ticket, oldest first.
    async fn history(&self, ticket: TicketId) -> Result<Vec<AuditEvent>, StoreError>;
    /// How many tickets an agent got and completed since `from`.
    async fn assignment_counts(&self, agent: PersonId, from: Time) -> Result<(u32, u32), StoreError>;

    /// Takes updates into the inbox. Those whose `update_id` it has seen are left out. Returns how many were new.
    async fn append_updates(&self, updates: Vec<(i64, Value)>, now: Time) -> Result<usize, StoreError>;
    /// Updates not yet handled, from after `seq` on, in order, at most `limit`.
    async fn pending_updates(&self, after: u64, limit: usize) -> Result<Vec<InboxRow>, StoreError>;
    /// An update is handled: it is marked, and its answers go to the outbox, in one atomic step. Does nothing when it was
    /// marked before.
    async fn complete_update(
        &self,
        update_id: i64,
        answers: Vec<Outgoing>,
        now: Time,
    ) -> Result<(), StoreError>;
    /// An update's handler failed. Returns how often it has by now.
    async fn record_failure(&self, update_id: i64, error: &str) -> Result<u32, StoreError>;
    /// An update is put aside: never handled again, kept for the admins; `notices` tell of it.
    async fn dead_letter(&self, update_id: i64, notices: Vec<Outgoing>, now: Time) -> Result<(), StoreError>;

    /// Puts deliveries into the outbox.
    async fn enqueue(&self, out: Vec<Outgoing>, now: Time) -> Result<(), StoreError>;
    /// Claims deliveries that may go now, at most `limit` and one per chat: the oldest of each chat, and only while none
    /// of that chat is claimed. New messages go before refreshes of cards.
    async fn claim(&self, limit: usize, now: Time) -> Result<Vec<ClaimedDelivery>, StoreError>;
    /// Says what became of claimed deliveries.
    async fn settle(&self, outcomes: Vec<(u64, Outcome)>, now: Time) -> Result<(), StoreError>;
    /// Gives back what an ended process had claimed; each counts as tried with unknown outcome. Returns how many.
    async fn release_orphaned_claims(&self) -> Result<u64, StoreError>;
    /// When the next delivery that waits for its time may go; `None` when none waits. Claimed ones don't count.
    async fn next_delivery_at(&self) -> Result<Option<Time>, StoreError>;
    /// How many deliveries are not done.
    async fn pending_deliveries(&self) -> Result<u64, StoreError>;
    /// What was counted.
    async fn counters(&self) -> Result<DeliveryCounters, StoreError>;
    /// The live message of a card.
    async fn live_card(&self, key: CardKey) -> Result<Option<LiveCard>, StoreError>;
    /// Live cards of kinds that change by themselves (`MyQueue`): for a redraw after a restart, and where queues have changed.
    async fn live_queues(&self) -> Result<Vec<LiveCard>, StoreError>;

    /// Keeps the lease called `name` if it is `holder`'s; takes it if it is nobody's, or if it still looks `stale`. No time has
    /// a part in it, as the clocks of several machines differ: whoever waits for a lease measures by their own steady clock
    /// how long it has looked the same.
    async fn acquire_lease(
        &self,
        name: &str,
        holder: ReplicaId,
        stale: Option<LeaseStamp>,
    ) -> Result<Lease, StoreError>;
    /// Gives a lease back, if it is (still) this holder's.
    async fn release_lease(&self, name: &str, holder: ReplicaId) -> Result<(), StoreError>;

    /// Forgets handled updates and given-up deliveries from before `before`, and the live messages of cards of tickets that
    /// ended before it: nothing brings those up to date any more. Tickets and the record of them are kept for ever.
    async fn prune(&self, before: Time) -> Result<(), StoreError>;
}

/// Presence can't be asked: nobody's presence is known, and nobody is expired because of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("presence is unavailable: {0}")]
pub struct PresenceError(pub String);

/// Who is there. Forgets by itself: a record lives `ttl` from its last beat; the sets of agents twice that.
#[async_trait]
pub trait Presence: Send + Sync + 'static {
    /// A sign of life: keeps the record for `ttl` from `now`, in the set of all and in those of its departments. One round
    /// trip, atomic.
    async fn heartbeat(&self, record: PresenceRecord, ttl: Duration, now: Time) -> Result<(), PresenceError>;
    /// The agent is gone: their record and memberships are removed.
    async fn leave(&self, agent: PersonId, departments: &[DepartmentId]) -> Result<(), PresenceError>;
    /// An agent's record while it lives.
    async fn get(&self, agent: PersonId, now: Time) -> Result<Option<PresenceRecord>, PresenceError>;
    /// Every living record, by agent id. Members of the set whose record has expired are removed from it.
    async fn all(&self, now: Time) -> Result<Vec<PresenceRecord>, PresenceError>;
    /// Every living record of a department, by agent id; prunes likewise.
    async fn in_department(
        &self,
        department: DepartmentId,
        now: Time,
    ) -> Result<Vec<PresenceRecord>, PresenceError>;
    /// About how much memory all of it takes, in bytes.
    async fn memory_bytes(&self) -> Result<u64, PresenceError>;
}
