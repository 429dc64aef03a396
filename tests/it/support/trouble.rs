//! A store in trouble: everything goes through to the real one until a test says which call fails and how. Each desk has
//! its own, so that tests that run side by side as threads don't meet.
use antri::domain::Time;
use antri::domain::card::{CardKey, LiveCard};
use antri::domain::department::Department;
use antri::domain::draft::Draft;
use antri::domain::event::Event;
use antri::domain::ids::{Arrival, DepartmentId, PersonId, TelegramId, TicketId};
use antri::domain::invite::Invite;
use antri::domain::notice::Outgoing;
use antri::domain::number::TicketNumber;
use antri::domain::person::Person;
use antri::domain::policy::Settings;
use antri::domain::ticket::{Priority, Ticket};
use antri::engine::ports::{
    Change, Claimed, CommitError, Committed, Depths, InboxRow, Outcome, Store, StoreError,
};
use antri::store::Sqlite;
use async_trait::async_trait;
use serde_json::Value;
use std::sync::{Arc, Mutex};

/// What is wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ill {
    /// The store is out of reach.
    Away,
    /// It holds something unreadable.
    Unreadable,
    /// The call panics.
    Panics,
}

type Judge = Box<dyn FnMut(&str) -> Option<Ill> + Send>;

/// Says which calls fail. Clones share.
#[derive(Clone, Default)]
pub(crate) struct Trouble(Arc<Mutex<Option<Judge>>>);

impl Trouble {
    /// From now on `judge` says of each call, by the method's name, what is wrong with it.
    pub(crate) fn begin(&self, judge: impl FnMut(&str) -> Option<Ill> + Send + 'static) {
        *self.0.lock().unwrap() = Some(Box::new(judge));
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
        *self.0.lock().unwrap() = None;
    }

    fn meet(&self, method: &str) -> Result<(), StoreError> {
        let ill = self.0.lock().unwrap().as_mut().and_then(|judge| judge(method));
        match ill {
            None => Ok(()),
            Some(Ill::Away) => Err(StoreError::Unavailable("a test says so".into())),
            Some(Ill::Unreadable) => Err(StoreError::Corrupt("a test says so".into())),
            Some(Ill::Panics) => panic!("a test says so"),
        }
    }
}

/// The store behind the trouble.
pub(crate) struct Troubled {
    pub(crate) store: Arc<Sqlite>,
    pub(crate) trouble: Trouble,
}

macro_rules! troubled {
    ($($method:ident($($arg:ident: $type:ty),*) -> $out:ty;)*) => {
        #[async_trait]
        impl Store for Troubled {
            async fn commit(&self, changes: Vec<Change>) -> Vec<Result<Committed, CommitError>> {
                match self.trouble.meet("commit") {
                    Ok(()) => self.store.commit(changes).await,
                    Err(error) => changes.iter().map(|_| Err(CommitError::Store(error.clone()))).collect(),
                }
            }

            $(async fn $method(&self, $($arg: $type),*) -> Result<$out, StoreError> {
                self.trouble.meet(stringify!($method))?;
                self.store.$method($($arg),*).await
            })*
        }
    };
}

troubled! {
    person(id: PersonId) -> Option<Person>;
    person_by_telegram(id: TelegramId) -> Option<Person>;
    person_by_username(name: &str) -> Option<Person>;
    agents() -> Vec<Person>;
    admins() -> Vec<Person>;
    recent_people(limit: usize) -> Vec<Person>;
    touch(agent: PersonId, at: Time) -> ();
    departments() -> Vec<Department>;
    settings() -> Settings;
    invite(code: &str) -> Option<Invite>;
    draft(person: PersonId) -> Option<Draft>;
    put_draft(draft: Draft) -> ();
    drop_draft(draft: &Draft) -> ();
    ticket(id: TicketId) -> Option<Ticket>;
    ticket_by_number(number: &TicketNumber) -> Option<Ticket>;
    ticket_by_key(key: &str) -> Option<Ticket>;
    tickets_by_suffix(suffix: &str, limit: usize) -> Vec<Ticket>;
    tickets_of(customer: PersonId, limit: usize) -> Vec<Ticket>;
    held_by(agent: PersonId) -> Vec<Ticket>;
    all_held() -> Vec<Ticket>;
    queue_head(department: DepartmentId, auto: bool, limit: usize) -> Vec<Ticket>;
    queue_page(departments: &[DepartmentId], offset: usize, limit: usize) -> Vec<Ticket>;
    depths() -> Depths;
    position(department: DepartmentId, priority: Priority, arrival: Arrival) -> u64;
    history(ticket: TicketId) -> Vec<Event>;
    tally(agent: PersonId, from: Time) -> (u32, u32);
    accept(updates: Vec<(i64, Value)>, now: Time) -> usize;
    unhandled(after: u64, limit: usize) -> Vec<InboxRow>;
    handled(update_id: i64, answers: Vec<Outgoing>, now: Time) -> ();
    failed(update_id: i64, error: &str) -> u32;
    put_aside(update_id: i64, notices: Vec<Outgoing>, now: Time) -> ();
    deliver(out: Vec<Outgoing>, now: Time) -> ();
    claim(limit: usize, now: Time) -> Vec<Claimed>;
    settle(outcomes: Vec<(u64, Outcome)>, now: Time) -> ();
    reclaim() -> u64;
    next_delivery() -> Option<Time>;
    undelivered() -> u64;
    live_card(key: CardKey) -> Option<LiveCard>;
    live_queues() -> Vec<LiveCard>;
    prune(before: Time) -> ();
}
