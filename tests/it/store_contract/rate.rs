//! How fast the stores commit, the embedded one beside what the disk and SQLite allow at best. A measurement, not a check:
//! `cargo test --release --test it -- --ignored --nocapture rate`.
use super::Backend;
use super::fixture::*;
use antri::domain::card::CardKey;
use antri::domain::event::{Decision, Skip, What};
use antri::domain::ids::ChatId;
use antri::domain::notice::{Message, Notice, Outgoing};
use antri::domain::policy::{Mode, Percent, Strategy};
use antri::domain::ticket::Ticket;
use antri::engine::ports::{Change, Guard, Store};
use antri::store::Sqlite;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const TICKETS: u64 = 10_000;
const AGENTS: u64 = 100;
const BATCH: usize = 200;

/// An assignment as the engine makes it: the decision, the agent's and the customer's notice, the agent's queue redrawn.
fn assignment(ticket: &Ticket, agent: u64, slot: u16) -> Change {
    let decision = Decision {
        department: dept(1),
        strategy: Strategy::RoundRobin,
        mode: Mode::Auto,
        rollout_percent: Percent::ALL,
        eligible: 40,
        considered: (agent..agent + 8).map(who).collect(),
        skipped: vec![(Skip::Full, 30), (Skip::Offline, 30)],
        skipped_named: (1..9).map(|n| (who(n), Skip::Full)).collect(),
        load: (slot, 100),
    };
    let what = What::Assigned { agent: who(agent), decision: Box::new(decision) };
    let chat = ChatId(1_000 + i64::try_from(agent).unwrap());
    let (ticket_id, agent_id) = (ticket.id, who(agent));
    let task =
        Notice::NewTask { ticket: ticket_id, agent: agent_id, position: slot + 1, held: slot + 1, max: 100 };
    let told = Notice::Assigned { ticket: ticket_id, agent: agent_id };
    let mut change = giving(ticket, agent, slot, Guard::Eligible);
    change.event =
        Some(antri::domain::event::Event { ticket: Some(ticket_id), ..event(at(100), None, 0, what) });
    change.notices = vec![
        Outgoing::notice(chat, task),
        Outgoing::notice(ticket.customer_chat, told),
        Outgoing { chat, message: Message::Refresh(CardKey::MyQueue(agent_id, 0)) },
    ];
    change
}

/// As many rows of one column, as many to a transaction, in a file with the same settings.
fn bare() -> Duration {
    let dir = TempDir::new().unwrap();
    let conn = rusqlite::Connection::open(dir.path().join("bare.db")).unwrap();
    conn.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (n INTEGER);")
        .unwrap();
    let start = Instant::now();
    for batch in 0..TICKETS / BATCH as u64 {
        conn.execute_batch("BEGIN IMMEDIATE").unwrap();
        for n in 0..BATCH as u64 {
            conn.prepare_cached("INSERT INTO t VALUES (?1)").unwrap().execute([batch + n]).unwrap();
        }
        conn.execute_batch("COMMIT").unwrap();
    }
    start.elapsed()
}

fn say(what: &str, count: u64, took: Duration) {
    let rate = u128::from(count) * 1_000_000 / took.as_micros().max(1);
    println!("{what}: {count} in {took:.1?}, {rate} a second");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn rate_of_assignments() {
    let dir = TempDir::new().unwrap();
    measure(&Sqlite::open(dir.path()).unwrap()).await;
    say("bare rows in groups", TICKETS, bare());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn rate_of_assignments_on_mongodb() {
    measure(&*super::mongo::Served::fresh().await.store()).await;
}

async fn measure(store: &dyn Store) {
    join(store, 1..=AGENTS, 100).await;
    let start = Instant::now();
    for first in (1..=TICKETS).step_by(BATCH) {
        let batch = (first..first + BATCH as u64).map(|n| {
            let customer_chat = ChatId(1_000_000 + i64::try_from(n).unwrap());
            opening(Ticket { customer: who(10_000 + n), customer_chat, ..ticket(n) })
        });
        all(store, batch.collect()).await;
    }
    say("opened", TICKETS, start.elapsed());

    let start = Instant::now();
    let queue = store.queue_head(dept(1), true, usize::try_from(TICKETS).unwrap()).await.unwrap();
    say("read", TICKETS, start.elapsed());
    let turns = (0..100_u16).flat_map(|slot| (1..=AGENTS).map(move |agent| (agent, slot)));
    let changes: Vec<_> =
        queue.iter().zip(turns).map(|(t, (agent, slot))| assignment(t, agent, slot)).collect();
    let (grouped, single) = changes.split_at(changes.len() - 500);
    let start = Instant::now();
    for batch in grouped.chunks(BATCH) {
        all(store, batch.to_vec()).await;
    }
    say("assigned in groups", grouped.len() as u64, start.elapsed());
    let mut each = Vec::new();
    for change in single {
        let start = Instant::now();
        one(store, change.clone()).await.unwrap();
        each.push(start.elapsed());
    }
    each.sort_unstable();
    println!("assigned one by one: median {:.1?}, 99% within {:.1?}", each[250], each[495]);
    let (start, mut sent) = (Instant::now(), 0);
    while sent < 5_000 {
        let claimed = store.claim(BATCH, at(200)).await.unwrap();
        sent += claimed.len() as u64;
        let outcomes = claimed.iter().map(|c| (c.id, antri::engine::ports::Outcome::Sent(None))).collect();
        store.settle(outcomes, at(200)).await.unwrap();
    }
    say("claimed and settled", sent, start.elapsed());
}
