//! Past tickets and their roll-ups, written around the store in large batches.
use crate::fixture::{Fixture, agent_id, description, engine_config, nth_category, nth_department};
use antri::app::Storage;
use antri::clock::Clock;
use antri::domain::Time;
use antri::domain::ids::{Arrival, ChatId, PersonId, Slot, TicketId, Version};
use antri::domain::number::TicketNumber;
use antri::domain::statistics::{FigureCounts, HoldTimes, Scope};
use antri::domain::ticket::service::ServiceRecord;
use antri::domain::ticket::{Priority, Ticket, TicketState};
use antri::store::sqlite::DATABASE_FILE;
use chrono::{NaiveDate, TimeDelta};
use mongodb::bson::{DateTime, Document, doc, to_bson};
use rusqlite::{Connection, params};

/// The time over which the tickets are spread. It ends 36 hours ago, so all lie within the 30 days of the card.
const SPREAD: TimeDelta = TimeDelta::days(26);
const BATCH: usize = 5_000;

/// A completed ticket and when it was assigned.
struct PastTicket {
    ticket: Ticket,
    agent: PersonId,
    ended_at: Time,
}

/// The desk of the past tickets, which are spread evenly over its departments, agents and customers.
#[derive(Clone, Copy)]
pub(crate) struct Past {
    pub(crate) tickets: u64,
    pub(crate) agents: u64,
    pub(crate) departments: u64,
    /// Returns the customer of the nth ticket, and their chat.
    pub(crate) customer: fn(n: u64, tickets: u64) -> (PersonId, ChatId),
}

/// Returns the nth ticket, and counts it. Waits and handling times are of all sizes.
fn past_ticket(n: u64, past: Past, now: Time, counts: &mut FigureCounts) -> PastTicket {
    let (count, agents) = (past.tickets, past.agents);
    let (customer, customer_chat) = (past.customer)(n, count);
    let step = SPREAD.num_microseconds().unwrap_or_default() / count.cast_signed();
    let created_at = now - TimeDelta::hours(36) - TimeDelta::microseconds(step * (count - n).cast_signed());
    let size = |max: u64| TimeDelta::milliseconds((n.wrapping_mul(7_919) % max * (n % 13 + 1)).cast_signed());
    let (assigned_at, agent) = (created_at + size(200_000), agent_id(n % agents));
    let ended_at = assigned_at + size(2_000_000);
    let queued = Ticket {
        id: TicketId::time_ordered(
            created_at,
            u128::from(n.wrapping_mul(0x9E37_79B9_7F4A_7C15)).to_le_bytes(),
        ),
        number: TicketNumber::new(created_at.naive_utc(), u32::try_from(n % 676).unwrap_or_default()),
        version: Version(0),
        arrival: Arrival(n + 1),
        customer,
        customer_chat,
        department: nth_department(n % past.departments),
        category: nth_category(n % past.departments),
        description: description(n),
        priority: Priority::Normal,
        auto: true,
        state: TicketState::Queued,
        former_holders: Vec::new(),
        service: ServiceRecord::default(),
        first_answered_at: None,
        created_at,
    };
    let held = queued.assign(agent, Slot(0), assigned_at).expect("it waits");
    let ticket = held.complete(agent, ended_at).expect("it is held");
    counts.open(&queued);
    counts.update(
        &queued,
        &held,
        assigned_at,
        HoldTimes { ready_since: Some(created_at), available_since: None },
    );
    counts.first_answer(&held, assigned_at + size(60_000));
    counts.update(
        &held,
        &ticket,
        ended_at,
        HoldTimes { available_since: Some(assigned_at), ready_since: None },
    );
    PastTicket { ticket, agent, ended_at }
}

/// Writes completed tickets with their roll-ups.
pub(crate) async fn past_tickets(fixture: &Fixture, past: Past) {
    let now = Clock::system().now();
    let mut counts = FigureCounts::new(engine_config().zone);
    match &fixture.backend.storage {
        Storage::Embedded(_) => {
            let conn = Connection::open(fixture.backend.dir().join(DATABASE_FILE)).expect("the file");
            conn.execute_batch("BEGIN").expect("a transaction");
            for n in 0..past.tickets {
                insert_row(&conn, &past_ticket(n, past, now, &mut counts)).expect("a ticket");
            }
            for (day, scope, figures) in counts.iter() {
                let day = (day - NaiveDate::default()).num_days();
                let (kind, id) = match scope {
                    Scope::Department(id) => (0, id.0),
                    Scope::Agent(id) => (1, id.0),
                };
                for (figure, sum) in figures.iter() {
                    let row = params![kind, day, id.as_bytes(), figure.code(), sum];
                    conn.execute("INSERT INTO statistics VALUES (?1, ?2, ?3, ?4, ?5)", row)
                        .expect("a roll-up");
                }
            }
            conn.execute_batch("COMMIT").expect("a commit");
        }
        Storage::Mongo(_) => {
            let database = fixture.backend.database();
            let numbers: Vec<u64> = (0..past.tickets).collect();
            for batch in numbers.chunks(BATCH) {
                let tickets: Vec<_> = batch.iter().map(|n| past_ticket(*n, past, now, &mut counts)).collect();
                let contents: Vec<Document> = tickets.iter().map(content).collect();
                database.collection("tickets").insert_many(contents).await.expect("contents");
                let states: Vec<Document> = tickets.iter().map(state).collect();
                database.collection("ticket_queue").insert_many(states).await.expect("tickets");
            }
            let documents: Vec<Document> = counts.iter().map(roll_up).collect();
            database.collection("statistics").insert_many(documents).await.expect("roll-ups");
        }
    }
}

fn insert_row(conn: &Connection, past: &PastTicket) -> rusqlite::Result<()> {
    let PastTicket { ticket, agent, ended_at } = past;
    let description = serde_json::to_string(&ticket.description).expect("a description");
    let sql =
        "INSERT INTO tickets (id, number, idempotency_key, version, customer, customer_chat, created_at,
            department, category, priority, auto_assignment, status, ended_by, ended_at, description)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 1, 'completed', ?11, ?12, ?13)";
    conn.prepare_cached(sql)?
        .execute(params![
            ticket.id.0.as_bytes(),
            ticket.number.as_str(),
            format!("past {}", ticket.id),
            ticket.version.0,
            ticket.customer.0.as_bytes(),
            ticket.customer_chat.0,
            ticket.created_at.timestamp_micros(),
            ticket.department.0.as_bytes(),
            ticket.category.0.as_bytes(),
            ticket.priority.rank(),
            agent.0.as_bytes(),
            ended_at.timestamp_micros(),
            description,
        ])
        .map(drop)
}

fn date(at: Time) -> DateTime {
    DateTime::from_millis(at.timestamp_millis())
}

fn content(past: &PastTicket) -> Document {
    let ticket = &past.ticket;
    doc! {
        "_id": ticket.id.to_string(), "ticket_number": ticket.number.as_str(), "key": format!("past {}", ticket.id),
        "customer": ticket.customer.to_string(), "customer_chat": ticket.customer_chat.0,
        "description": to_bson(&ticket.description).expect("a description"), "words": [],
        "created_at": date(ticket.created_at),
    }
}

fn state(past: &PastTicket) -> Document {
    let ticket = &past.ticket;
    doc! {
        "ticket_id": ticket.id.to_string(), "ticket_number": ticket.number.as_str(),
        "number_reversed": ticket.number.as_str().chars().rev().collect::<String>(),
        "position": ticket.arrival.0.cast_signed(), "customer": ticket.customer.to_string(),
        "queued_at": date(ticket.created_at), "created_at": date(ticket.created_at), "status": "completed",
        "version": 2_i64, "department": ticket.department.to_string(), "category": ticket.category.to_string(),
        "priority": "normal", "rank": 2, "auto": true, "open": false, "holding": false, "snoozed": false,
        "ended_by": past.agent.to_string(), "ended_at": date(past.ended_at),
    }
}

fn roll_up((day, scope, figures): (NaiveDate, Scope, &antri::domain::statistics::Figures)) -> Document {
    let (kind, id) = match scope {
        Scope::Department(id) => ("department", id.to_string()),
        Scope::Agent(id) => ("agent", id.to_string()),
    };
    let numbers: Document =
        figures.iter().map(|(figure, sum)| (figure.code().to_string(), sum.into())).collect();
    doc! { "_id": format!("{day} {kind} {id} past"), "day": day.to_string(), "kind": kind, "scope": id, "f": numbers }
}
