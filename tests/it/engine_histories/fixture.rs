//! A test fixture: an engine on the embedded back ends with an admin, departments, agents and customers.
use crate::support::{FaultInjector, FaultStore};
use antri::app::embedded;
use antri::domain::Time;
use antri::domain::department::Department;
use antri::domain::event::Actor;
use antri::domain::ids::{DepartmentId, PersonId, TelegramId};
use antri::domain::person::{AgentProfile, Availability, Locale, Person};
use antri::domain::policy::{Capacity, OfflineBehaviour, Settings};
use antri::domain::ticket::description::Description;
use antri::domain::ticket::{RETURN_DELAY, Ticket};
use antri::engine::error::EngineError;
use antri::engine::people::Profile;
use antri::engine::ports::{Change, DirectoryStore, Presence, Store, TicketStore, Write};
use antri::engine::random::Random;
use antri::engine::tickets::open::{NewTicket, SentFrom};
use antri::engine::tickets::steps::Step;
use antri::engine::{Engine, EngineConfig};
use antri::store::Sqlite;
use chrono::TimeDelta;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// The TTL of a presence record.
pub(super) const TTL: Duration = Duration::from_secs(300);
const ADMIN: i64 = 1;

/// An engine under test, with its back ends and a clock that the test advances.
pub(super) struct Fixture {
    pub(super) engine: Arc<Engine>,
    pub(super) store: Arc<Sqlite>,
    pub(super) presence: Arc<dyn Presence>,
    pub(super) admin: Person,
    pub(super) dir: TempDir,
    /// The faults of the store, as the engine sees it.
    pub(super) faults: FaultInjector,
    now: AtomicI64,
    keys: AtomicU64,
}

fn engine(store: &Arc<Sqlite>, faults: &FaultInjector, presence: &Arc<dyn Presence>) -> Arc<Engine> {
    let admin_ids = vec![TelegramId(ADMIN)];
    let config = EngineConfig {
        zone: chrono_tz::Asia::Jakarta,
        default_locale: Locale::Id,
        admin_ids,
        presence_ttl: TTL,
        return_delay: RETURN_DELAY,
    };
    let store: Arc<dyn Store> = Arc::new(FaultStore { store: store.clone(), faults: faults.clone() });
    Arc::new(Engine::new(store, presence.clone(), config, Random::seeded(7)))
}

pub(super) fn profile(telegram: i64) -> Profile {
    Profile {
        telegram: TelegramId(telegram),
        name: format!("Person {telegram}"),
        username: None,
        locale: Some(Locale::Id),
    }
}

impl Fixture {
    /// Creates an engine with these settings, one department ("Umum") and an admin.
    pub(super) async fn new(settings: Settings) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let back_ends = embedded(dir.path()).unwrap();
        Self::with_back_ends(settings, dir, back_ends.store, back_ends.presence).await
    }

    /// Creates an engine on these back ends.
    pub(super) async fn with_back_ends(
        settings: Settings,
        dir: TempDir,
        store: Arc<Sqlite>,
        presence: Arc<dyn Presence>,
    ) -> Self {
        let start = 1_764_831_173_000_000;
        let first = Time::from_timestamp_micros(start).unwrap();
        let faults = FaultInjector::default();
        let engine = engine(&store, &faults, &presence);
        let expected = settings.version;
        let settings = Settings { version: expected.next(), ..settings };
        commit(&store, Write::Settings { settings, expected }).await;
        engine.ensure_department("Umum", "Umum", first).await.unwrap();
        engine.start().await.unwrap();
        let admin = engine.register_person(&profile(ADMIN), first).await.unwrap();
        let (now, keys) = (AtomicI64::new(start), AtomicU64::new(0));
        Self { engine, store, presence, admin, dir, faults, now, keys }
    }

    /// Replaces the engine by a new one on the same store, as after a restart of the process. `presence` is
    /// the presence that the new process finds.
    pub(super) async fn restart(self, presence: Arc<dyn Presence>) -> Self {
        let engine = engine(&self.store, &self.faults, &presence);
        engine.start().await.unwrap();
        engine.recover(true, self.now()).await.unwrap();
        Self { engine, presence, ..self }
    }

    /// Returns another engine on the same store, as of another replica. Its calls have no faults.
    pub(super) fn second_engine(&self) -> Arc<Engine> {
        engine(&self.store, &FaultInjector::default(), &self.presence)
    }

    pub(super) fn now(&self) -> Time {
        Time::from_timestamp_micros(self.now.load(Ordering::SeqCst)).unwrap()
    }

    pub(super) fn advance(&self, seconds: i64) {
        self.now.fetch_add(TimeDelta::seconds(seconds).num_microseconds().unwrap(), Ordering::SeqCst);
    }

    pub(super) async fn department(&self, name: &str) -> Department {
        let id =
            DepartmentId::from_random(u128::from(self.keys.fetch_add(1, Ordering::SeqCst)).to_be_bytes());
        self.engine.add_department(&self.admin, id, name, "Umum", self.now()).await.unwrap()
    }

    pub(super) async fn departments(&self) -> Vec<Department> {
        self.store.departments().await.unwrap()
    }

    pub(super) async fn customer(&self, telegram: i64) -> Person {
        self.engine.register_person(&profile(telegram), self.now()).await.unwrap()
    }

    /// Creates an agent who is online in these departments (all when none are named).
    pub(super) async fn agent(&self, telegram: i64, max: u16, departments: &[DepartmentId]) -> Person {
        let (now, actor) = (self.now(), Actor::Person(self.admin.id));
        let id = self.customer(telegram).await.id;
        self.engine.add_agent(actor, id, departments, now).await.unwrap();
        self.engine.set_capacity(&self.admin, id, Capacity::new(max).unwrap(), now).await.unwrap();
        self.engine.set_availability(id, Availability::Online, now).await.unwrap()
    }

    /// Opens a ticket in the department at this index of the list of all, modulo its length.
    pub(super) async fn open(&self, customer: &Person, department: usize) -> Result<Ticket, EngineError> {
        let key = format!("key {}", self.keys.fetch_add(1, Ordering::SeqCst));
        self.open_with(key, customer, department).await
    }

    pub(super) async fn open_with(
        &self,
        key: String,
        customer: &Person,
        department: usize,
    ) -> Result<Ticket, EngineError> {
        let all = self.departments().await;
        let department = &all[department % all.len()];
        let target = (department.id, department.categories[0].id);
        let description = Description::of_text("Internet mati").unwrap();
        self.engine
            .open(
                NewTicket { key, customer, target, description, sent_from: SentFrom::default() },
                self.now(),
            )
            .await
    }

    /// Opens a ticket in the first department, runs the rounds, and returns the ticket as it is then.
    pub(super) async fn open_and_assign(&self, customer: &Person) -> Ticket {
        let ticket = self.open(customer, 0).await.unwrap();
        self.run_rounds().await;
        self.ticket(&ticket).await
    }

    /// Lets the delay of returns to former holders pass, as the assigner's timer does, and runs rounds.
    pub(super) async fn run_returns(&self) {
        self.advance(RETURN_DELAY.num_seconds());
        self.engine.request_returns(self.now());
        self.run_rounds().await;
    }

    /// Runs rounds until none is requested; returns the number of assignments.
    pub(super) async fn run_rounds(&self) -> usize {
        self.engine.run_round(self.now()).await.unwrap()
    }

    pub(super) async fn step(
        &self,
        ticket: &Ticket,
        actor: &Person,
        step: Step,
    ) -> Result<Ticket, EngineError> {
        self.engine.step(actor.id, ticket.id, step, None, self.now()).await
    }

    pub(super) async fn ticket(&self, ticket: &Ticket) -> Ticket {
        self.store.ticket(ticket.id).await.unwrap().unwrap()
    }

    pub(super) async fn person(&self, person: &Person) -> Person {
        self.store.person(person.id).await.unwrap().unwrap()
    }

    /// Writes an agent's profile past the engine, as another process would.
    pub(super) async fn rewrite(&self, person: &Person, change: impl FnOnce(&mut AgentProfile)) {
        let mut person = self.person(person).await;
        change(person.agent.as_mut().unwrap());
        let expected = Some(person.version);
        person.version = person.version.next();
        commit(&self.store, Write::Person { person: Box::new(person), expected }).await;
    }

    pub(super) async fn held_count(&self, agent: PersonId) -> usize {
        self.store.held_by(agent).await.unwrap().len()
    }
}

pub(super) fn with_offline_behaviour(offline_behaviour: OfflineBehaviour) -> Settings {
    Settings { offline_behaviour, ..Settings::default() }
}

async fn commit(store: &Arc<Sqlite>, write: Write) {
    store.commit(vec![Change::quiet(write)]).await.remove(0).unwrap();
}
