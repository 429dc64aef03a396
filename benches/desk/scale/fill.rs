//! A store of one size: people and departments, past tickets written around it, held and waiting ones written
//! by commits.
use super::{AGENTS_PER_DEPARTMENT, CAPACITY, PAST_PER_DEPARTMENT, WAITING_PER_DEPARTMENT};
use crate::backend::Backend;
use crate::fixture::{
    CUSTOMERS, FIRST_CUSTOMER_CHAT, Fixture, agent, agent_id, commit, customer, description, new_department,
    new_person, nth_category, nth_department, uuid,
};
use crate::past_tickets::fill::{Past, past_tickets};
use antri::clock::Clock;
use antri::domain::Time;
use antri::domain::ids::{Arrival, ChatId, PersonId, Slot, TicketId, Version};
use antri::domain::number::TicketNumber;
use antri::domain::person::{Person, Role, Via};
use antri::domain::policy::Settings;
use antri::domain::ticket::service::ServiceRecord;
use antri::domain::ticket::{Priority, Ticket, TicketState};
use antri::engine::ports::{Change, Guard, Write};
use chrono::TimeDelta;
use std::time::Duration;

/// Past tickets of one customer.
const PAST_PER_CUSTOMER: u64 = 100;
/// The lowest chat id of customers who have tickets, and the admin's.
const FIRST_CHAT: u64 = 1_000_000;
pub(super) const ADMIN_CHAT: i64 = 900_000;
const BATCH: usize = 512;
/// The time between two arrivals: so the oldest ticket has waited some minutes.
const ARRIVAL_INTERVAL: TimeDelta = TimeDelta::milliseconds(2);
/// Longer than the benchmark takes: no ticket waits too long in it, and no agent is idle.
const LONG: Duration = Duration::from_secs(24 * 3_600);

/// Returns the number of customers with tickets.
pub(super) fn customers_of(departments: u64) -> u64 {
    departments * PAST_PER_DEPARTMENT / PAST_PER_CUSTOMER
}

/// Returns the nth customer with tickets.
pub(super) fn customer_with_tickets(n: u64) -> (PersonId, ChatId) {
    (PersonId(uuid(4, FIRST_CHAT + n)), ChatId((FIRST_CHAT + n).cast_signed()))
}

/// Fills an empty store.
pub(super) async fn fill(backend: Backend, departments: u64) -> Fixture {
    let now = Clock::system().now();
    let first = FIRST_CUSTOMER_CHAT.cast_unsigned();
    let customers: Vec<Person> = (0..CUSTOMERS).map(|n| customer(n, first, now)).collect();
    let fixture = Fixture { store: backend.storage.store(), backend, customers };
    let agents = departments * AGENTS_PER_DEPARTMENT;
    let settings = Settings {
        wait_alert: LONG,
        idle_timeout: LONG,
        version: Version::default().next(),
        ..Settings::default()
    };
    let settings = Write::Settings { settings, expected: Version::default() };
    let with_tickets = (0..customers_of(departments)).map(|n| customer(n, FIRST_CHAT, now));
    let admin = Person { role: Role::Admin, ..customer(0, ADMIN_CHAT.cast_unsigned(), now) };
    let people = fixture.customers.iter().cloned().chain(with_tickets).chain([admin]);
    write(&fixture, [Change::quiet(settings)].into_iter().chain((0..departments).map(new_department))).await;
    write(&fixture, people.map(new_person)).await;
    write(&fixture, (0..agents).map(|n| new_person(online_agent(n, departments, now)))).await;
    let past = Past {
        tickets: departments * PAST_PER_DEPARTMENT,
        agents,
        departments,
        customer: |n, tickets| customer_with_tickets(n % (tickets / PAST_PER_CUSTOMER)),
    };
    past_tickets(&fixture, past).await;
    let held = agents * u64::from(CAPACITY);
    let numbers: Vec<u64> = (0..held).collect();
    for batch in numbers.chunks(BATCH) {
        let opened = batch.iter().map(|n| open(&ticket(*n, departments, now), *n)).collect();
        let opened =
            fixture.store.commit(opened).await.into_iter().map(|opened| opened.expect("it is opened"));
        let holds = opened.zip(batch).map(|(opened, n)| {
            let arrival = opened.arrival.expect("the arrival of a ticket that was opened");
            hold(&Ticket { arrival, ..ticket(*n, departments, now) }, *n, (agents, now))
        });
        commit(&fixture.store, holds.collect()).await;
    }
    let waiting = held..held + departments * WAITING_PER_DEPARTMENT;
    write(&fixture, waiting.map(|n| open(&ticket(n, departments, now), n))).await;
    fixture
}

/// Commits the changes in batches.
async fn write(fixture: &Fixture, changes: impl Iterator<Item = Change>) {
    let mut changes = changes.peekable();
    while changes.peek().is_some() {
        commit(&fixture.store, changes.by_ref().take(BATCH).collect()).await;
    }
}

/// Returns an agent who is online through a client, so that heartbeats change nothing.
fn online_agent(n: u64, departments: u64, now: Time) -> Person {
    let mut person = agent(n, departments, CAPACITY, now);
    if let Some(profile) = &mut person.agent {
        profile.via = Via::Client;
    }
    person
}

fn ticket(n: u64, departments: u64, now: Time) -> Ticket {
    let created_at = now - TimeDelta::minutes(10) + ARRIVAL_INTERVAL * i32::try_from(n).unwrap_or(i32::MAX);
    let (customer, customer_chat) = customer_with_tickets(n % customers_of(departments));
    Ticket {
        id: TicketId::time_ordered(created_at, uuid(5, n).into_bytes()),
        number: TicketNumber::new(created_at.naive_utc(), u32::try_from(n % 676).unwrap_or_default()),
        version: Version(0),
        arrival: Arrival(0),
        customer,
        customer_chat,
        department: nth_department(n % departments),
        category: nth_category(n % departments),
        description: description(n),
        priority: Priority::Normal,
        auto: true,
        state: TicketState::Queued,
        former_holders: Vec::new(),
        service: ServiceRecord::default(),
        first_answered_at: None,
        created_at,
    }
}

fn open(ticket: &Ticket, n: u64) -> Change {
    let key = format!("draft of ticket {n}");
    Change::quiet(Write::OpenTicket { ticket: Box::new(ticket.clone()), key, limit: None })
}

/// Returns the assignment of the nth ticket, as the planner makes it.
fn hold(ticket: &Ticket, n: u64, (agents, now): (u64, Time)) -> Change {
    let (agent, slot) = (agent_id(n % agents), Slot(u16::try_from(n / agents).unwrap_or(u16::MAX)));
    let held = ticket.assign(agent, slot, now).expect("it waits");
    let (ticket, expected) = (Box::new(held), Version(0));
    Change::quiet(Write::Ticket { ticket, expected, guard: Guard::Capacity })
}
