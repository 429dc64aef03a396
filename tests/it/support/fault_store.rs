//! A store in trouble: everything goes through to the real one until a test says which call fails and how. Each desk has
//! its own, so that tests that run side by side as threads don't meet.
use antri::domain::Time;
use antri::domain::alert::Incidents;
use antri::domain::card::{CardKey, LiveCard};
use antri::domain::department::Department;
use antri::domain::draft::Draft;
use antri::domain::event::AuditEvent;
use antri::domain::ids::{Arrival, ChatId, DepartmentId, PersonId, ReplicaId, TelegramId, TicketId};
use antri::domain::invite::Invite;
use antri::domain::notice::Outgoing;
use antri::domain::number::TicketNumber;
use antri::domain::person::Person;
use antri::domain::policy::Settings;
use antri::domain::ticket::{Priority, Ticket};
use antri::engine::ports::{
    Change, ClaimedDelivery, CommitError, Committed, DeliveryCounters, DirectoryStore, InboxRow, InboxStore,
    Lease, LeaseStamp, LeaseStore, OpeningContext, OutboxStore, Outcome, QueueDepths, RetentionStore, Store,
    StoreError, TicketStore,
};
use async_trait::async_trait;
use serde_json::Value;
use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// What is wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ill {
    /// The store is out of reach.
    Away,
    /// It holds something unreadable.
    Unreadable,
    /// The call panics.
    Panics,
    /// It is done, but the answer is lost on its way back.
    AnswerLost,
    /// It is done, but nobody ever answers. The test is told when it has come to that.
    Silent,
    /// It waits, before anything is done, until the test lets it go on. The test is told when it has come to that.
    Waits,
    /// It does not begin until all is well again.
    Held,
}

type Judge = Box<dyn FnMut(&str) -> Option<Ill> + Send>;

/// Says which calls fail. Clones share.
#[derive(Clone, Default)]
pub(crate) struct Trouble {
    judge: Arc<Mutex<Option<Judge>>>,
    met: Arc<Notify>,
    gate: Arc<Notify>,
    released: Arc<Notify>,
    remembered: Arc<Mutex<HashMap<TicketId, Ticket>>>,
}

impl Trouble {
    /// From now on the store remembers that this process has written the ticket so.
    pub(crate) fn remember(&self, ticket: Ticket) {
        self.remembered.lock().unwrap().insert(ticket.id, ticket);
    }

    /// From now on `judge` says of each call, by the method's name, what is wrong with it.
    pub(crate) fn begin(&self, judge: impl FnMut(&str) -> Option<Ill> + Send + 'static) {
        *self.judge.lock().unwrap() = Some(Box::new(judge));
    }

    /// The next `times` calls of `method` fail.
    pub(crate) fn next(&self, method: &'static str, mut times: u32, ill: Ill) {
        self.begin(move |called| {
            let hit = called == method && times > 0;
            times -= u32::from(hit);
            hit.then_some(ill)
        });
    }

    /// All is well again.
    pub(crate) fn end(&self) {
        *self.judge.lock().unwrap() = None;
        self.released.notify_waiters();
    }

    /// From now on calls of `method` are held up.
    pub(crate) fn hold(&self, method: &'static str) {
        self.begin(move |called| (called == method).then_some(Ill::Held));
    }

    /// Until a call is silent or waits.
    pub(crate) async fn met(&self) {
        let met = tokio::time::timeout(super::PATIENCE, self.met.notified()).await;
        assert!(met.is_ok(), "no call met the trouble");
    }

    /// The call that waits goes on.
    pub(crate) fn let_go(&self) {
        self.gate.notify_one();
    }

    /// What comes before the call: an error instead of it, or what is wrong with its answer.
    async fn meet(&self, method: &str) -> Result<Option<Ill>, StoreError> {
        let mut released = pin!(self.released.notified());
        released.as_mut().enable();
        let ill = self.judge.lock().unwrap().as_mut().and_then(|judge| judge(method));
        match ill {
            None | Some(Ill::AnswerLost | Ill::Silent) => Ok(ill),
            Some(Ill::Away) => Err(lost()),
            Some(Ill::Unreadable) => Err(StoreError::Corrupt("a test says so".into())),
            Some(Ill::Held) => {
                released.await;
                Ok(None)
            }
            Some(Ill::Panics) => panic!("a test says so"),
            Some(Ill::Waits) => {
                self.met.notify_one();
                self.gate.notified().await;
                Ok(None)
            }
        }
    }

    /// What comes between the call and its answer.
    async fn answer(&self, ill: Option<Ill>) -> Result<(), StoreError> {
        match ill {
            Some(Ill::AnswerLost) => Err(lost()),
            Some(Ill::Silent) => {
                self.met.notify_one();
                std::future::pending().await
            }
            _ => Ok(()),
        }
    }
}

fn lost() -> StoreError {
    StoreError::Unavailable("a test says so".into())
}

/// The store behind the trouble.
pub(crate) struct Troubled {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) trouble: Trouble,
}

macro_rules! troubled {
    ($store:ident { $($own:tt)* } $($method:ident($($arg:ident: $type:ty),*) -> $out:ty;)*) => {
        #[async_trait]
        impl $store for Troubled {
            $($own)*

            $(async fn $method(&self, $($arg: $type),*) -> Result<$out, StoreError> {
                let ill = self.trouble.meet(stringify!($method)).await?;
                let answer = self.store.$method($($arg),*).await;
                self.trouble.answer(ill).await?;
                answer
            })*
        }
    };
}

troubled! {
    TicketStore {
        async fn commit(&self, changes: Vec<Change>) -> Vec<Result<Committed, CommitError>> {
            let fail = |error: StoreError, many| vec![Err(CommitError::Store(error)); many];
            let many = changes.len();
            let ill = match self.trouble.meet("commit").await {
                Ok(ill) => ill,
                Err(error) => return fail(error, many),
            };
            let answer = self.store.commit(changes).await;
            match self.trouble.answer(ill).await {
                Ok(()) => answer,
                Err(error) => fail(error, many),
            }
        }

        fn ticket_as_written(&self, id: TicketId) -> Option<Ticket> {
            let told = self.trouble.remembered.lock().unwrap().get(&id).cloned();
            told.or_else(|| self.store.ticket_as_written(id))
        }

        fn forget_ticket(&self, id: TicketId) {
            self.store.forget_ticket(id);
        }
    }
    opening_context(department: DepartmentId, priority: Priority) -> OpeningContext;
    ticket(id: TicketId) -> Option<Ticket>;
    ticket_for_notice(id: TicketId) -> Option<Ticket>;
    ticket_number(id: TicketId) -> Option<TicketNumber>;
    ticket_by_number(number: &TicketNumber) -> Option<Ticket>;
    ticket_by_key(key: &str) -> Option<Ticket>;
    tickets_by_suffix(suffix: &str, limit: usize) -> Vec<Ticket>;
    tickets_of(customer: PersonId, limit: usize) -> Vec<Ticket>;
    held_by(agent: PersonId) -> Vec<Ticket>;
    all_held() -> Vec<Ticket>;
    queue_head(department: DepartmentId, auto: bool, limit: usize) -> Vec<Ticket>;
    queue_page(departments: &[DepartmentId], offset: usize, limit: usize) -> Vec<Ticket>;
    oldest_waiting_at(department: DepartmentId, priority: Priority) -> Option<Time>;
    depths() -> QueueDepths;
    position(department: DepartmentId, priority: Priority, arrival: Arrival) -> u64;
    history(ticket: TicketId) -> Vec<AuditEvent>;
    assignment_counts(agent: PersonId, from: Time) -> (u32, u32);
}

troubled! {
    DirectoryStore {
        fn look_afresh(&self) {
            self.store.look_afresh();
        }
    }
    person(id: PersonId) -> Option<Person>;
    person_by_telegram(id: TelegramId) -> Option<Person>;
    person_by_username(name: &str) -> Option<Person>;
    agents() -> Vec<Person>;
    admins() -> Vec<Person>;
    recent_people(limit: usize) -> Vec<Person>;
    record_activity(agent: PersonId, at: Time) -> ();
    departments() -> Vec<Department>;
    settings() -> Settings;
    incidents() -> Incidents;
    invite(code: &str) -> Option<Invite>;
    draft(person: PersonId) -> Option<Draft>;
    put_draft(draft: Draft) -> ();
    drop_draft(draft: &Draft) -> ();
    reader(chat: ChatId) -> Option<Arc<Person>>;
}

troubled! {
    InboxStore {}
    append_updates(updates: Vec<(i64, Value)>, now: Time) -> usize;
    pending_updates(after: u64, limit: usize) -> Vec<InboxRow>;
    complete_update(update_id: i64, answers: Vec<Outgoing>, now: Time) -> ();
    record_failure(update_id: i64, error: &str) -> u32;
    dead_letter(update_id: i64, notices: Vec<Outgoing>, now: Time) -> ();
}

troubled! {
    OutboxStore {}
    enqueue(out: Vec<Outgoing>, now: Time) -> ();
    claim(limit: usize, now: Time) -> Vec<ClaimedDelivery>;
    settle(outcomes: Vec<(u64, Outcome)>, now: Time) -> ();
    release_orphaned_claims() -> u64;
    next_delivery_at() -> Option<Time>;
    pending_deliveries() -> u64;
    counters() -> DeliveryCounters;
    live_card(key: CardKey) -> Option<LiveCard>;
    live_queues() -> Vec<LiveCard>;
}

troubled! {
    LeaseStore {}
    acquire_lease(name: &str, holder: ReplicaId, stale: Option<LeaseStamp>) -> Lease;
    release_lease(name: &str, holder: ReplicaId) -> ();
}

troubled! {
    RetentionStore {}
    prune(before: Time) -> ();
}
