//! Heartbeats a second on Redis. The baseline is the minimum for the same keys: `SET … EX` and two `SADD` in
//! a pipeline.
use crate::fixture::{agent_id, department};
use crate::stats::{median, rate};
use antri::clock::Clock;
use antri::domain::Time;
use antri::domain::person::Availability;
use antri::domain::presence::PresenceRecord;
use antri::engine::ports::Presence;
use antri::presence::RedisPresence;
use redis::aio::ConnectionManager;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Agents that send heartbeats, round robin.
const AGENTS: u64 = 1_000;
/// The lifetime of a record.
const TTL: Duration = Duration::from_secs(300);

/// The result for a number of concurrent callers: medians over the rounds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heartbeats {
    pub(crate) callers: usize,
    /// `Presence::heartbeat` calls a second.
    pub(crate) per_second: f64,
    /// Bare pipelines a second.
    pub(crate) bare: f64,
    /// The median of the rounds' ratios.
    pub(crate) ratio: f64,
}

/// Measures heartbeats and pipelines alternately. All callers share one connection of the kind that presence
/// uses.
pub(crate) async fn run(url: &str, callers: usize, duration: Duration, rounds: u32) -> Heartbeats {
    let presence = Arc::new(RedisPresence::open(url).expect("presence"));
    let client = redis::Client::open(url).expect("an address");
    let connection = ConnectionManager::new(client).await.expect("a connection");
    let now = Clock::system().now();
    let (mut heartbeats, mut bare) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        let (presence, connection) = (Arc::clone(&presence), connection.clone());
        let heartbeat = move |n: u64| {
            let presence = Arc::clone(&presence);
            async move { presence.heartbeat(record(n, now), TTL, now).await.expect("a heartbeat") }
        };
        let heartbeat_rate = calls_per_second(callers, duration, heartbeat).await;
        let bare_rate =
            calls_per_second(callers, duration, move |n: u64| pipeline(connection.clone(), n, now)).await;
        // The first round warms up.
        if round > 0 {
            heartbeats.push(heartbeat_rate);
            bare.push(bare_rate);
        }
    }
    let ratio = median(heartbeats.iter().zip(&bare).map(|(rate, bare)| rate / bare));
    Heartbeats { callers, per_second: median(heartbeats), bare: median(bare), ratio }
}

/// Returns the calls a second of `callers` concurrent callers.
async fn calls_per_second<F: Future<Output = ()> + Send + 'static>(
    callers: usize,
    duration: Duration,
    call: impl Fn(u64) -> F + Clone + Send + 'static,
) -> f64 {
    let (done, start) = (Arc::new(AtomicU64::new(0)), Instant::now());
    let callers = (0..callers).map(|_| {
        let (done, call) = (Arc::clone(&done), call.clone());
        tokio::spawn(async move {
            while start.elapsed() < duration {
                call(done.fetch_add(1, Ordering::Relaxed) % AGENTS).await;
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.expect("a caller");
    }
    rate(done.load(Ordering::Relaxed), start.elapsed())
}

/// Writes the same keys with the same record, without a transaction and without a lifetime of the sets.
async fn pipeline(mut connection: ConnectionManager, n: u64, now: Time) {
    let record = record(n, now);
    let (name, text) = (record.agent_id.to_string(), serde_json::to_string(&record).expect("a record"));
    let mut pipe = redis::pipe();
    pipe.cmd("SET").arg(format!("agent:online:{name}")).arg(text).arg("EX").arg(TTL.as_secs()).ignore();
    pipe.cmd("SADD").arg("agents:all").arg(&name).ignore();
    pipe.cmd("SADD").arg(format!("agents:dept:{}", department(n))).arg(&name).ignore();
    pipe.query_async::<()>(&mut connection).await.expect("a pipeline");
}

fn record(n: u64, now: Time) -> PresenceRecord {
    PresenceRecord {
        agent_id: agent_id(n),
        name: format!("Orang {n}"),
        email: format!("orang{n}@example.com"),
        department_id: Some(department(n)),
        department: "HSI INDIBIZ".into(),
        department_ids: vec![department(n)],
        status: Availability::Online,
        last_heartbeat: now,
        current_chats: 3,
        max_chats: 5,
    }
}
