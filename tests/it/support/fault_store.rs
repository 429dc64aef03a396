//! A store with injected faults. Every call goes to the real store until a test injects a fault. Each desk
//! has its own, so tests in parallel threads do not interfere.
use antri::domain::Time;
use antri::domain::alert::Incidents;
use antri::domain::card::{CardKey, LiveCard};
use antri::domain::content::MessageSource;
use antri::domain::department::Department;
use antri::domain::department::canned_reply::CannedReply;
use antri::domain::draft::Draft;
use antri::domain::event::AuditEvent;
use antri::domain::ids::{
    Arrival, ChatId, DeadLetterId, DepartmentId, MessageId, PersonId, ReplicaId, ReplyId, TelegramId,
    TicketId,
};
use antri::domain::notice::Outgoing;
use antri::domain::number::TicketNumber;
use antri::domain::person::Person;
use antri::domain::person::invite::Invite;
use antri::domain::policy::Settings;
use antri::domain::statistics::{CurrentSpans, Figures, Scope, ScopeKind};
use antri::domain::ticket::conversation::ConversationMessage;
use antri::domain::ticket::topic::Topic;
use antri::domain::ticket::{Priority, Ticket};
use antri::engine::ports::{
    Change, ClaimedDelivery, ClockJump, CommitError, Committed, ConversationStore, Cutoffs, DeadLetter,
    DeadLetterStore, DeliveryCounters, DirectoryStore, ErasureStore, HeldSlot, InboxRow, InboxStore, Lease,
    LeaseStamp, LeaseStore, OpeningContext, OutboxStore, Outcome, QueueDepths, ReplyStore, RetentionStore,
    RetryResult, SearchHit, SearchStore, StatisticsStore, Store, StoreError, StoredWebhook, TicketStore,
    TopicStore, WaitingTicket, WebhookAttempt, WebhookCounts, WebhookState, WebhookStore,
};
use async_trait::async_trait;
use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::Value;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// The fault of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoreFault {
    /// The call fails: the store is unreachable.
    Unreachable,
    /// The call fails: the store holds unreadable data.
    Unreadable,
    /// The call panics.
    Panics,
    /// The call is executed, but its answer is lost.
    AnswerLost,
    /// The call is executed, but never answers. `FaultInjector::call_held` returns when it is executed.
    Silent,
    /// The call blocks before it is executed, until `release_calls`. `call_held` returns when it blocks.
    Waits,
    /// The call blocks until `clear`.
    Held,
}

type FaultPolicy = Box<dyn FnMut(&str) -> Option<StoreFault> + Send>;

/// Decides which calls fail. Clones share their state.
#[derive(Clone, Default)]
pub(crate) struct FaultInjector {
    policy: Arc<Mutex<Option<FaultPolicy>>>,
    reached: Arc<Notify>,
    gate: Arc<Notify>,
    released: Arc<Notify>,
}

impl FaultInjector {
    /// Injects a policy that returns the fault of each call, by the name of the method.
    pub(crate) fn inject(&self, policy: impl FnMut(&str) -> Option<StoreFault> + Send + 'static) {
        *self.policy.lock().unwrap() = Some(Box::new(policy));
    }

    /// Makes the next `times` calls of `method` fail.
    pub(crate) fn inject_next(&self, method: &'static str, mut times: u32, fault: StoreFault) {
        self.inject(move |called| {
            let hit = called == method && times > 0;
            times -= u32::from(hit);
            hit.then_some(fault)
        });
    }

    /// Removes the policy, and releases held calls.
    pub(crate) fn clear(&self) {
        *self.policy.lock().unwrap() = None;
        self.released.notify_waiters();
    }

    /// Blocks the calls of `method` until `clear`.
    pub(crate) fn hold_calls_of(&self, method: &'static str) {
        self.inject(move |called| (called == method).then_some(StoreFault::Held));
    }

    /// Waits until a call is `Silent` or `Waits`.
    pub(crate) async fn call_held(&self) {
        let reached = tokio::time::timeout(super::WAIT_TIMEOUT, self.reached.notified()).await;
        assert!(reached.is_ok(), "no call reached the fault");
    }

    /// Releases the call that is blocked by `Waits`.
    pub(crate) fn release_calls(&self) {
        self.gate.notify_one();
    }

    /// Applies the part of the fault before the call: returns an error instead of the call, or the fault of
    /// its answer.
    async fn before_call(&self, method: &str) -> Result<Option<StoreFault>, StoreError> {
        let mut released = pin!(self.released.notified());
        released.as_mut().enable();
        let fault = self.policy.lock().unwrap().as_mut().and_then(|policy| policy(method));
        match fault {
            None | Some(StoreFault::AnswerLost | StoreFault::Silent) => Ok(fault),
            Some(StoreFault::Unreachable) => Err(unavailable()),
            Some(StoreFault::Unreadable) => Err(StoreError::Corrupt("injected fault".into())),
            Some(StoreFault::Held) => {
                released.await;
                Ok(None)
            }
            Some(StoreFault::Panics) => panic!("injected fault"),
            Some(StoreFault::Waits) => {
                self.reached.notify_one();
                self.gate.notified().await;
                Ok(None)
            }
        }
    }

    /// Applies the part of the fault between the call and its answer.
    async fn after_call(&self, fault: Option<StoreFault>) -> Result<(), StoreError> {
        match fault {
            Some(StoreFault::AnswerLost) => Err(unavailable()),
            Some(StoreFault::Silent) => {
                self.reached.notify_one();
                std::future::pending().await
            }
            _ => Ok(()),
        }
    }
}

fn unavailable() -> StoreError {
    StoreError::Unavailable("injected fault".into())
}

/// A store whose calls go through the injector.
pub(crate) struct FaultStore {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) faults: FaultInjector,
}

macro_rules! fault_store {
    ($store:ident { $($own:tt)* } $($method:ident($($arg:ident: $type:ty),*) -> $out:ty;)*) => {
        #[async_trait]
        impl $store for FaultStore {
            $($own)*

            $(async fn $method(&self, $($arg: $type),*) -> Result<$out, StoreError> {
                let fault = self.faults.before_call(stringify!($method)).await?;
                let answer = self.store.$method($($arg),*).await;
                self.faults.after_call(fault).await?;
                answer
            })*
        }
    };
}

fault_store! {
    TicketStore {
        async fn commit(&self, changes: Vec<Change>) -> Vec<Result<Committed, CommitError>> {
            let fail = |error: StoreError, many| vec![Err(CommitError::Store(error)); many];
            let many = changes.len();
            let fault = match self.faults.before_call("commit").await {
                Ok(fault) => fault,
                Err(error) => return fail(error, many),
            };
            let answer = self.store.commit(changes).await;
            match self.faults.after_call(fault).await {
                Ok(()) => answer,
                Err(error) => fail(error, many),
            }
        }

    }
    opening_context(department: DepartmentId, priority: Priority) -> OpeningContext;
    ticket(id: TicketId) -> Option<Ticket>;
    ticket_by_number(number: &TicketNumber) -> Option<Ticket>;
    ticket_by_key(key: &str) -> Option<Ticket>;
    tickets_by_suffix(suffix: &str, limit: usize) -> Vec<Ticket>;
    ended_tickets_by_suffix(suffix: &str, limit: usize) -> Vec<Ticket>;
    tickets_of(customer: PersonId, limit: usize) -> Vec<Ticket>;
    held_by(agent: PersonId) -> Vec<Ticket>;
    all_held() -> Vec<Ticket>;
    held_slots() -> Vec<HeldSlot>;
    snoozed(limit: usize) -> Vec<Ticket>;
    unanswered(nudged: bool, page: (usize, usize)) -> Vec<Ticket>;
    queue_head(department: DepartmentId, auto: bool, limit: usize) -> Vec<Ticket>;
    queue_page(departments: &[DepartmentId], offset: usize, limit: usize) -> Vec<Ticket>;
    desk_queue_page(offset: usize, limit: usize) -> Vec<Ticket>;
    oldest_waiting(department: Option<DepartmentId>, priority: Priority) -> Option<WaitingTicket>;
    depths() -> QueueDepths;
    waiting_count() -> u64;
    position(department: DepartmentId, priority: Priority, arrival: Arrival) -> u64;
    history(ticket: TicketId) -> Vec<AuditEvent>;
    assignment_counts(agent: PersonId, from: Time) -> (u32, u32);
}

fault_store! {
    DirectoryStore {
        fn unreadable_people(&self) -> BTreeSet<PersonId> {
            self.store.unreadable_people()
        }
    }
    record_bot(bot: TelegramId) -> TelegramId;
    person(id: PersonId) -> Option<Person>;
    person_by_telegram(id: TelegramId) -> Option<Person>;
    person_by_username(name: &str) -> Option<Person>;
    was_username_of_other(name: &str, person: PersonId) -> bool;
    agents() -> Vec<Person>;
    admins() -> Vec<Person>;
    recent_people(limit: usize) -> Vec<Person>;
    banned_people(limit: usize) -> Vec<Person>;
    record_activity(agent: PersonId, at: Time) -> ();
    departments() -> Vec<Department>;
    department(id: DepartmentId) -> Option<Department>;
    settings() -> Settings;
    incidents() -> Incidents;
    invite(code: &str) -> Option<Invite>;
    valid_invites(now: Time) -> Vec<Invite>;
    draft(person: PersonId) -> Option<Draft>;
    put_draft(draft: Draft) -> ();
    drop_draft(draft: &Draft) -> ();
    recipient(chat: ChatId) -> Option<Person>;
}

fault_store! {
    ReplyStore {}
    canned_replies() -> Vec<CannedReply>;
    put_canned_reply(reply: CannedReply) -> bool;
    drop_canned_reply(id: ReplyId) -> ();
}

fault_store! {
    InboxStore {}
    append_updates(updates: Vec<(i64, Value)>, now: Time) -> usize;
    pending_updates(after: u64, limit: usize) -> Vec<InboxRow>;
    complete_update(update_id: i64, answers: Vec<Outgoing>, now: Time) -> ();
    record_failure(update_id: i64, error: &str) -> u32;
    dead_letter(update_id: i64, reason: &str, notices: Vec<Outgoing>, now: Time) -> ();
}

fault_store! {
    OutboxStore {}
    enqueue(out: Vec<Outgoing>, now: Time) -> ();
    claim(limit: usize, now: Time) -> Vec<ClaimedDelivery>;
    settle(outcomes: Vec<(u64, Outcome)>, now: Time) -> ();
    release_orphaned_claims() -> u64;
    next_delivery_at() -> Option<Time>;
    adjust_to_clock(jump: ClockJump) -> ();
    pending_deliveries() -> u64;
    counters() -> DeliveryCounters;
    live_card(key: CardKey) -> Option<LiveCard>;
    live_queues() -> Vec<LiveCard>;
    live_lists() -> Vec<LiveCard>;
    live_pick_ups() -> Vec<LiveCard>;
}

fault_store! {
    ConversationStore {}
    message(id: MessageId) -> Option<ConversationMessage>;
    message_at(place: MessageSource) -> Option<ConversationMessage>;
    message_by_key(key: &str) -> Option<ConversationMessage>;
    conversation(ticket: TicketId, before: Option<u64>, limit: usize) -> Vec<ConversationMessage>;
    due_messages(tickets: &[TicketId]) -> Vec<ConversationMessage>;
    unrouted_messages(author: PersonId) -> Vec<ConversationMessage>;
    focus(agent: PersonId) -> Option<TicketId>;
    set_focus(agent: PersonId, ticket: Option<TicketId>) -> ();
}

fault_store! {
    TopicStore {}
    topic(ticket: TicketId, agent: PersonId) -> Option<Topic>;
    topic_at(chat: ChatId, thread: i32) -> Option<Topic>;
    active_topics() -> Vec<Topic>;
    closed_topics(before: Time, limit: usize) -> Vec<Topic>;
}

fault_store! {
    ErasureStore {}
    erase_customer(customer: PersonId) -> u64;
}

fault_store! {
    SearchStore {}
    search(words: &[String], departments: Option<&[DepartmentId]>, offset: usize, limit: usize) -> Vec<SearchHit>;
}

fault_store! {
    WebhookStore {
        fn record_webhooks(&self) {
            self.store.record_webhooks();
        }
    }
    due_webhooks(limit: usize, now: Time) -> Vec<StoredWebhook>;
    settle_webhooks(attempts: Vec<WebhookAttempt>, now: Time) -> ();
    next_webhook_at() -> Option<Time>;
    webhooks(state: Option<WebhookState>, before: Option<u64>, limit: usize) -> Vec<StoredWebhook>;
    webhook_counts() -> WebhookCounts;
}

fault_store! {
    StatisticsStore {
        fn set_time_zone(&self, zone: Tz) {
            self.store.set_time_zone(zone);
        }
    }
    daily_figures(kind: ScopeKind, days: RangeInclusive<NaiveDate>) -> Vec<(NaiveDate, Scope, Figures)>;
    figures(kind: ScopeKind, days: RangeInclusive<NaiveDate>) -> Vec<(Scope, Figures)>;
    current_spans() -> CurrentSpans;
}

fault_store! {
    LeaseStore {}
    acquire_lease(name: &str, holder: ReplicaId, stale: Option<LeaseStamp>) -> Lease;
    release_lease(name: &str, holder: ReplicaId) -> ();
}

fault_store! {
    RetentionStore {}
    prune(before: &Cutoffs) -> ();
}

fault_store! {
    DeadLetterStore {}
    dead_letters(offset: usize, limit: usize) -> Vec<DeadLetter>;
    count_dead_letters() -> (u64, u64);
    retry_dead_letter(id: DeadLetterId, now: Time) -> RetryResult;
}
