//! An engine on the embedded back ends with an admin, departments, agents and customers.
use crate::support::{Trouble, Troubled};
use antri::app::embedded;
use antri::domain::Time;
use antri::domain::department::Department;
use antri::domain::event::Actor;
use antri::domain::ids::{DepartmentId, PersonId, TelegramId};
use antri::domain::person::{AgentProfile, Availability, Locale, Person};
use antri::domain::policy::{Capacity, OfflineBehaviour, Settings};
use antri::domain::text::Description;
use antri::domain::ticket::Ticket;
use antri::engine::error::EngineError;
use antri::engine::people::Profile;
use antri::engine::ports::{Change, DirectoryStore, Presence, Store, TicketStore, Write};
use antri::engine::random::Random;
use antri::engine::tickets::open::NewTicket;
use antri::engine::tickets::steps::Step;
use antri::engine::{Engine, Rules};
use antri::store::Sqlite;
use chrono::TimeDelta;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// How long a presence record outlives its last heartbeat.
pub(super) const TTL: Duration = Duration::from_secs(300);
const ADMIN: i64 = 1;

pub(super) struct Stage {
    pub(super) engine: Arc<Engine>,
    pub(super) store: Arc<Sqlite>,
    pub(super) presence: Arc<dyn Presence>,
    pub(super) admin: Person,
    pub(super) dir: TempDir,
    /// What goes wrong between the engine and its store.
    pub(super) trouble: Trouble,
    now: AtomicI64,
    keys: AtomicU64,
}

fn engine(store: &Arc<Sqlite>, trouble: &Trouble, presence: &Arc<dyn Presence>) -> Arc<Engine> {
    let admin_ids = vec![TelegramId(ADMIN)];
    let rules =
        Rules { zone: chrono_tz::Asia::Jakarta, default_locale: Locale::Id, admin_ids, presence_ttl: TTL };
    let store: Arc<dyn Store> = Arc::new(Troubled { store: store.clone(), trouble: trouble.clone() });
    Arc::new(Engine::new(store, presence.clone(), rules, Random::seeded(7)))
}

pub(super) fn profile(telegram: i64) -> Profile {
    Profile {
        telegram: TelegramId(telegram),
        name: format!("Person {telegram}"),
        username: None,
        locale: Some(Locale::Id),
    }
}

impl Stage {
    /// A desk with these settings, one department ("Umum") and an admin.
    pub(super) async fn new(settings: Settings) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let back = embedded(dir.path()).unwrap();
        Self::over(settings, dir, back.store, back.presence).await
    }

    pub(super) async fn over(
        settings: Settings,
        dir: TempDir,
        store: Arc<Sqlite>,
        presence: Arc<dyn Presence>,
    ) -> Self {
        let trouble = Trouble::default();
        let engine = engine(&store, &trouble, &presence);
        let expected = settings.version;
        let settings = Settings { version: expected.next(), ..settings };
        commit(&store, Write::Settings { settings, expected }).await;
        engine.ensure_department("Umum", "Umum").await.unwrap();
        engine.start().await.unwrap();
        let start = 1_764_831_173_000_000;
        let first = Time::from_timestamp_micros(start).unwrap();
        let admin = engine.meet(&profile(ADMIN), first).await.unwrap();
        let (now, keys) = (AtomicI64::new(start), AtomicU64::new(0));
        Self { engine, store, presence, admin, dir, trouble, now, keys }
    }

    /// The process ends and another one begins on the same store. Presence ends with it.
    pub(super) async fn restart(self, presence: Arc<dyn Presence>) -> Self {
        let engine = engine(&self.store, &self.trouble, &presence);
        engine.start().await.unwrap();
        engine.recover(true, self.now()).await.unwrap();
        Self { engine, presence, ..self }
    }

    pub(super) fn now(&self) -> Time {
        Time::from_timestamp_micros(self.now.load(Ordering::SeqCst)).unwrap()
    }

    pub(super) fn wind(&self, seconds: i64) {
        self.now.fetch_add(TimeDelta::seconds(seconds).num_microseconds().unwrap(), Ordering::SeqCst);
    }

    pub(super) async fn department(&self, name: &str) -> Department {
        let id =
            DepartmentId::from_random(u128::from(self.keys.fetch_add(1, Ordering::SeqCst)).to_be_bytes());
        self.engine.add_department(&self.admin, id, name, "Umum").await.unwrap()
    }

    pub(super) async fn departments(&self) -> Vec<Department> {
        self.store.departments().await.unwrap()
    }

    pub(super) async fn customer(&self, telegram: i64) -> Person {
        self.engine.meet(&profile(telegram), self.now()).await.unwrap()
    }

    /// An agent who is online in these departments (all when none are named).
    pub(super) async fn agent(&self, telegram: i64, max: u16, departments: &[DepartmentId]) -> Person {
        let (now, by) = (self.now(), Actor::Person(self.admin.id));
        let id = self.customer(telegram).await.id;
        self.engine.add_agent(by, id, departments, now).await.unwrap();
        self.engine.set_capacity(&self.admin, id, Capacity::new(max).unwrap(), now).await.unwrap();
        self.engine.set_availability(id, Availability::Online, now).await.unwrap()
    }

    /// Opens a ticket in the department with this place in the list of all.
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
        let description = Description::default().and("Internet mati", None).unwrap();
        self.engine.open(NewTicket { key, customer, target, description }, self.now()).await
    }

    /// Opens a ticket and serves the queue.
    pub(super) async fn serve(&self, customer: &Person) -> Ticket {
        let ticket = self.open(customer, 0).await.unwrap();
        self.round().await;
        self.ticket(&ticket).await
    }

    /// Rounds, until none is wanted.
    pub(super) async fn round(&self) -> usize {
        self.engine.run_round(self.now()).await.unwrap()
    }

    pub(super) async fn step(&self, ticket: &Ticket, by: &Person, step: Step) -> Result<Ticket, EngineError> {
        self.engine.step(by.id, ticket.id, step, None, self.now()).await
    }

    pub(super) async fn ticket(&self, ticket: &Ticket) -> Ticket {
        self.store.ticket(ticket.id).await.unwrap().unwrap()
    }

    pub(super) async fn person(&self, person: &Person) -> Person {
        self.store.person(person.id).await.unwrap().unwrap()
    }

    /// Writes an agent's profile past the engine, as another process would have.
    pub(super) async fn rewrite(&self, person: &Person, change: impl FnOnce(&mut AgentProfile)) {
        let mut person = self.person(person).await;
        change(person.agent.as_mut().unwrap());
        let expected = Some(person.version);
        person.version = person.version.next();
        commit(&self.store, Write::Person { person: Box::new(person), expected }).await;
    }

    pub(super) async fn held(&self, agent: PersonId) -> usize {
        self.store.held_by(agent).await.unwrap().len()
    }
}

pub(super) fn behaving(offline_behaviour: OfflineBehaviour) -> Settings {
    Settings { offline_behaviour, ..Settings::default() }
}

async fn commit(store: &Arc<Sqlite>, write: Write) {
    store.commit(vec![Change::quiet(write)]).await.remove(0).unwrap();
}
