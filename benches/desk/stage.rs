//! A desk to measure: departments, agents and customers on a store of its own, and a backlog.
use crate::home::Home;
use antri::clock::Clock;
use antri::domain::Time;
use antri::domain::department::{Category, Department};
use antri::domain::ids::{
    Arrival, CategoryId, ChatId, DepartmentId, DraftId, PersonId, TelegramId, TicketId, Version,
};
use antri::domain::number::TicketNumber;
use antri::domain::person::{AgentProfile, Availability, Locale, Person, Role, Via};
use antri::domain::policy::Capacity;
use antri::domain::text::Description;
use antri::domain::ticket::{Priority, Ticket, TicketState};
use antri::engine::Rules;
use antri::engine::ports::{Change, Outcome, Store, Write};
use chrono::TimeDelta;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Departments of every stage. Agents are spread over them, and so are tickets.
pub(crate) const DEPARTMENTS: u64 = 4;
/// Customers who write: enough that none has more tickets open than one may.
pub(crate) const CUSTOMERS: u64 = 2_000;
/// Agents' chats are at least this, customers' below.
pub(crate) const AGENT_CHAT: i64 = 10_000_000;
/// What a ticket says.
const WORDS: &str =
    "Internet mati sejak pagi, lampu LOS merah berkedip, sudah dicoba dinyalakan ulang dua kali.";

/// What there is of everything.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// Agents, all online.
    pub(crate) agents: u64,
    /// How many tickets each can hold.
    pub(crate) capacity: u16,
    /// Tickets of low priority that wait in the same departments.
    pub(crate) backlog: u64,
    /// Whether the engine may assign the backlog; else it waits for pick-up.
    pub(crate) auto: bool,
}

/// A store with that in it.
pub(crate) struct Stage {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) home: Home,
    pub(crate) customers: Vec<Person>,
}

/// An id whose neighbours in number are none in an index, as with random ones.
fn uuid(kind: u64, n: u64) -> Uuid {
    let spread = n.wrapping_add(kind << 40).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    Uuid::from_u64_pair(spread, kind << 48 | n)
}

pub(crate) fn department(n: u64) -> DepartmentId {
    DepartmentId(uuid(1, n % DEPARTMENTS))
}

pub(crate) fn category(n: u64) -> CategoryId {
    CategoryId(uuid(2, n % DEPARTMENTS))
}

pub(crate) fn agent_id(n: u64) -> PersonId {
    PersonId(uuid(3, n))
}

pub(crate) fn words(n: u64) -> Description {
    Description { text: format!("#{n} {WORDS}"), attachments: Vec::new() }
}

pub(crate) fn rules() -> Rules {
    Rules {
        zone: chrono_tz::Asia::Jakarta,
        default_locale: Locale::Id,
        admin_ids: Vec::new(),
        presence_ttl: Duration::from_secs(300),
    }
}

impl Stage {
    /// Builds it in an empty store.
    pub(crate) async fn build(plan: Plan, home: Home) -> Self {
        let store = home.storage.store();
        let now = Clock::system().now();
        let customers: Vec<Person> = (0..CUSTOMERS).map(|n| person(uuid(4, n), 1_000 + n, now)).collect();
        commit(&store, (0..DEPARTMENTS).map(a_department).collect()).await;
        commit(&store, customers.iter().cloned().map(a_person).collect()).await;
        commit(&store, (0..plan.agents).map(|n| a_person(agent(n, plan.capacity, now))).collect()).await;
        let waiting: Vec<u64> = (0..plan.backlog).collect();
        for some in waiting.chunks(512) {
            commit(&store, some.iter().map(|n| waiting_ticket(*n, plan.auto, now)).collect()).await;
        }
        Self { store, home, customers }
    }

    /// The customer of the nth ticket.
    pub(crate) fn customer(&self, n: u64) -> &Person {
        let nth = usize::try_from(n).unwrap_or_default() % self.customers.len();
        &self.customers[nth]
    }

    /// Takes everything out of the outbox, as if it had been sent.
    pub(crate) async fn empty_outbox(&self) {
        let now = Clock::system().now();
        loop {
            let claimed = self.store.claim(512, now).await.expect("a claim");
            if claimed.is_empty() {
                return;
            }
            let sent = claimed.iter().map(|one| (one.id, Outcome::Sent(None))).collect();
            self.store.settle(sent, now).await.expect("settled");
        }
    }
}

async fn commit(store: &Arc<dyn Store>, changes: Vec<Change>) {
    for result in store.commit(changes).await {
        result.expect("nothing stands against it");
    }
}

fn a_department(n: u64) -> Change {
    let category = Category { id: category(n), name: "TROUBLESHOOT".into(), retired: false };
    let department = Department {
        id: department(n),
        name: format!("HSI INDIBIZ {n}"),
        critical: false,
        categories: vec![category],
        retired: false,
        version: Version(0),
    };
    Change::quiet(Write::Department { department, expected: None })
}

fn a_person(person: Person) -> Change {
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
        role: Role::Customer,
        reachable: true,
        agent: None,
        prompt: None,
        answered_by: None,
        links: Vec::new(),
        created_at: now,
        version: Version(0),
    }
}

fn agent(n: u64, capacity: u16, now: Time) -> Person {
    let profile = AgentProfile {
        departments: BTreeSet::from([department(n)]),
        max_tickets: Capacity::new(capacity).expect("a capacity"),
        auto_assignment_enabled: true,
        assignment_order: u32::try_from(n).unwrap_or(u32::MAX),
        availability: Availability::Online,
        via: Via::Telegram,
        last_online: Some(now),
        asked_at: None,
        release_due: None,
        last_assigned: None,
        last_activity: now,
    };
    let chat = AGENT_CHAT.cast_unsigned() + n;
    Person { role: Role::Agent, agent: Some(profile), ..person(agent_id(n).0, chat, now) }
}

/// A ticket of the backlog: from before, of low priority, by a customer of its own.
fn waiting_ticket(n: u64, auto: bool, now: Time) -> Change {
    let tenths = TimeDelta::milliseconds(100) * i32::try_from(n).unwrap_or(i32::MAX);
    let at = now - TimeDelta::days(30) + tenths;
    let ticket = Ticket {
        id: TicketId::in_order(at, uuid(5, n).into_bytes()),
        number: TicketNumber::new(at.naive_utc(), u32::try_from(n % 676).unwrap_or_default()),
        version: Version(0),
        arrival: Arrival(0),
        customer: PersonId(uuid(6, n)),
        customer_chat: ChatId(1_000_000 + n.cast_signed()),
        department: department(n),
        category: category(n),
        description: words(n),
        priority: Priority::Low,
        auto,
        state: TicketState::Queued,
        created_at: at,
    };
    let key = format!("draft {}", DraftId::in_order(at, uuid(7, n).into_bytes()));
    Change::quiet(Write::OpenTicket { ticket: Box::new(ticket), key, limit: None })
}
