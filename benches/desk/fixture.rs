//! Fixture to measure: a store of its own with departments, agents, customers and a backlog.
use crate::backend::Backend;
use antri::clock::Clock;
use antri::domain::Time;
use antri::domain::department::{Category, Department};
use antri::domain::ids::{
    Arrival, CategoryId, ChatId, DepartmentId, DraftId, PersonId, TelegramId, TicketId, Version,
};
use antri::domain::number::TicketNumber;
use antri::domain::person::{AgentProfile, Availability, Locale, Person, Role, Via};
use antri::domain::policy::Capacity;
use antri::domain::ticket::description::Description;
use antri::domain::ticket::{Priority, RETURN_DELAY, Ticket, TicketState};
use antri::engine::EngineConfig;
use antri::engine::ports::{Change, Outcome, Store, Write};
use chrono::TimeDelta;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Departments of every fixture. Agents and tickets are spread over them.
pub(crate) const DEPARTMENTS: u64 = 4;
/// Customers: enough that none exceeds the limit of open tickets.
pub(crate) const CUSTOMERS: u64 = 2_000;
/// The lowest chat id of customers.
pub(crate) const FIRST_CUSTOMER_CHAT: i64 = 1_000;
/// The lowest chat id of agents; chat ids of customers are below.
pub(crate) const FIRST_AGENT_CHAT: i64 = 10_000_000;
/// The description of every ticket.
const DESCRIPTION: &str =
    "Internet mati sejak pagi, lampu LOS merah berkedip, sudah dicoba dinyalakan ulang dua kali.";

/// The size of a fixture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scenario {
    /// Agents, all online.
    pub(crate) agents: u64,
    /// Slots of each agent.
    pub(crate) capacity: u16,
    /// Tickets of low priority that wait in the same departments.
    pub(crate) backlog: u64,
    /// Whether the engine may assign the backlog; otherwise it waits for pick-up.
    pub(crate) auto: bool,
}

/// A filled store.
pub(crate) struct Fixture {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) backend: Backend,
    pub(crate) customers: Vec<Person>,
}

/// Returns an id. Consecutive numbers are spread over an index, like random ids.
pub(crate) fn uuid(kind: u64, n: u64) -> Uuid {
    let spread = n.wrapping_add(kind << 40).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    Uuid::from_u64_pair(spread, kind << 48 | n)
}

pub(crate) fn department(n: u64) -> DepartmentId {
    nth_department(n % DEPARTMENTS)
}

pub(crate) fn category(n: u64) -> CategoryId {
    nth_category(n % DEPARTMENTS)
}

/// Returns the id of a department of a fixture with more of them.
pub(crate) fn nth_department(n: u64) -> DepartmentId {
    DepartmentId(uuid(1, n))
}

pub(crate) fn nth_category(n: u64) -> CategoryId {
    CategoryId(uuid(2, n))
}

/// Returns the nth customer. Their chat ids begin at `first`.
pub(crate) fn customer(n: u64, first: u64, now: Time) -> Person {
    person(uuid(4, first + n), first + n, now)
}

pub(crate) fn agent_id(n: u64) -> PersonId {
    PersonId(uuid(3, n))
}

pub(crate) fn description(n: u64) -> Description {
    Description { text: format!("#{n} {DESCRIPTION}"), ..Description::default() }
}

pub(crate) fn engine_config() -> EngineConfig {
    EngineConfig {
        zone: chrono_tz::Asia::Jakarta,
        default_locale: Locale::Id,
        admin_ids: Vec::new(),
        presence_ttl: Duration::from_secs(300),
        return_delay: RETURN_DELAY,
    }
}

impl Fixture {
    /// Fills an empty store.
    pub(crate) async fn build(scenario: Scenario, backend: Backend) -> Self {
        let store = backend.storage.store();
        let now = Clock::system().now();
        let first = FIRST_CUSTOMER_CHAT.cast_unsigned();
        let customers: Vec<Person> = (0..CUSTOMERS).map(|n| customer(n, first, now)).collect();
        commit(&store, (0..DEPARTMENTS).map(new_department).collect()).await;
        commit(&store, customers.iter().cloned().map(new_person).collect()).await;
        commit(
            &store,
            (0..scenario.agents).map(|n| new_person(agent(n, DEPARTMENTS, scenario.capacity, now))).collect(),
        )
        .await;
        let waiting: Vec<u64> = (0..scenario.backlog).collect();
        for batch in waiting.chunks(512) {
            commit(&store, batch.iter().map(|n| waiting_ticket(*n, scenario.auto, now)).collect()).await;
        }
        Self { store, backend, customers }
    }

    /// Returns the customer of the nth ticket.
    pub(crate) fn customer(&self, n: u64) -> &Person {
        let nth = usize::try_from(n).unwrap_or_default() % self.customers.len();
        &self.customers[nth]
    }

    /// Settles every delivery in the outbox as sent.
    pub(crate) async fn empty_outbox(&self) {
        let now = Clock::system().now();
        loop {
            let claimed = self.store.claim(512, now).await.expect("a claim");
            if claimed.is_empty() {
                return;
            }
            let sent = claimed.iter().map(|delivery| (delivery.id, Outcome::Sent(None))).collect();
            self.store.settle(sent, now).await.expect("settled");
        }
    }
}

pub(crate) async fn commit(store: &Arc<dyn Store>, changes: Vec<Change>) {
    for result in store.commit(changes).await {
        result.expect("the change is committed");
    }
}

pub(crate) fn new_department(n: u64) -> Change {
    let category = Category { id: nth_category(n), name: "TROUBLESHOOT".into(), retired: false };
    let department = Department {
        id: nth_department(n),
        name: format!("HSI INDIBIZ {n}"),
        critical: false,
        categories: vec![category],
        hours: None,
        retired: false,
        version: Version(0),
    };
    Change::quiet(Write::Department { department, expected: None })
}

pub(crate) fn new_person(person: Person) -> Change {
    Change::quiet(Write::Person { person: Box::new(person), expected: None })
}

fn person(id: Uuid, telegram: u64, now: Time) -> Person {
    Person {
        id: PersonId(id),
        telegram: TelegramId(telegram.cast_signed()),
        name: format!("Orang {telegram}"),
        username: Some(format!("orang{telegram}")),
        email: None,
        locale: Locale::Id,
        locale_chosen: false,
        other_locale_since: None,
        role: Role::Customer,
        admin_by_setting: false,
        reachable: true,
        agent: None,
        prompt: None,
        prompt_until: None,
        answered_by: None,
        username_taken_over: false,
        former_usernames: Vec::new(),
        links: Vec::new(),
        sessions: antri::domain::person::sessions::Sessions::default(),
        banned: None,
        created_at: now,
        version: Version(0),
    }
}

/// Returns the nth agent, who serves one of this many departments.
pub(crate) fn agent(n: u64, departments: u64, capacity: u16, now: Time) -> Person {
    let profile = AgentProfile {
        departments: BTreeSet::from([nth_department(n % departments)]),
        max_tickets: Capacity::new(capacity).expect("a capacity"),
        auto_assignment_enabled: true,
        assignment_order: u32::try_from(n).unwrap_or(u32::MAX),
        alias: None,
        availability: Availability::Online,
        chosen: None,
        via: Via::Telegram,
        last_online: Some(now),
        earlier_online: None,
        away_until: None,
        working_hours: None,
        asked_at: None,
        question_delivered_at: None,
        asks_last_word: false,
        release_due: None,
        last_assigned: None,
        last_activity: now,
    };
    let chat = FIRST_AGENT_CHAT.cast_unsigned() + n;
    Person { role: Role::Agent, agent: Some(profile), ..person(agent_id(n).0, chat, now) }
}

/// Returns a ticket of the backlog: old, of low priority, by a customer of its own.
fn waiting_ticket(n: u64, auto: bool, now: Time) -> Change {
    let offset = TimeDelta::milliseconds(100) * i32::try_from(n).unwrap_or(i32::MAX);
    let at = now - TimeDelta::days(30) + offset;
    let ticket = Ticket {
        id: TicketId::time_ordered(at, uuid(5, n).into_bytes()),
        number: TicketNumber::new(at.naive_utc(), u32::try_from(n % 676).unwrap_or_default()),
        version: Version(0),
        arrival: Arrival(0),
        customer: PersonId(uuid(6, n)),
        customer_chat: ChatId(1_000_000 + n.cast_signed()),
        department: department(n),
        category: category(n),
        description: description(n),
        priority: Priority::Low,
        auto,
        state: TicketState::Queued,
        former_holders: Vec::new(),
        service: antri::domain::ticket::service::ServiceRecord::default(),
        first_answered_at: None,
        created_at: at,
    };
    let key = format!("draft {}", DraftId::time_ordered(at, uuid(7, n).into_bytes()));
    Change::quiet(Write::OpenTicket { ticket: Box::new(ticket), key, limit: None })
}
