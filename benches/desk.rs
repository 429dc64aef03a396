//! Benchmarks of the desk on embedded storage and on servers. Each figure is compared with a baseline: bare
//! operations on the same disk or server.
//!
//! `cargo bench -- --quick` is a smoke test. `docs/BENCHMARKS.md` explains the tables.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a benchmark that fails has no result, and its counts fit a float"
)]
#[path = "desk/api_heartbeats.rs"]
mod api_heartbeats;
#[path = "desk/assignment_cost.rs"]
mod assignment_cost;
#[path = "desk/backend.rs"]
mod backend;
#[path = "desk/baseline.rs"]
mod baseline;
#[path = "desk/conversation.rs"]
mod conversation;
#[path = "desk/driver.rs"]
mod driver;
#[path = "desk/fixture.rs"]
mod fixture;
#[path = "desk/latency.rs"]
mod latency;
#[path = "desk/memory.rs"]
mod memory;
#[path = "desk/past_tickets.rs"]
mod past_tickets;
#[path = "desk/process.rs"]
mod process;
#[path = "desk/report.rs"]
mod report;
#[path = "desk/scale.rs"]
mod scale;
#[path = "desk/server.rs"]
mod server;
#[path = "desk/stats.rs"]
mod stats;
#[path = "desk/telegram.rs"]
mod telegram;
#[path = "desk/throughput.rs"]
mod throughput;
#[path = "desk/usage.rs"]
mod usage;
#[path = "desk/write_probe.rs"]
mod write_probe;

use std::time::{Duration, Instant};

/// The size of the measurement.
struct Size {
    agents: &'static [u64],
    backlogs: &'static [u64],
    /// Tickets in one round.
    tickets: u64,
    rounds: u32,
    /// Single assignments at each backlog.
    single_assignments: usize,
    /// The time for which tickets arrive in each scenario.
    arrivals: Duration,
    conversation: conversation::Size,
    /// Tickets between two readings of the memory.
    memory_tickets: usize,
    past_tickets: past_tickets::Size,
    scale: scale::Size,
    server: server::Size,
}

const FULL: Size = Size {
    agents: &[100, 1_000],
    backlogs: &[0, 10_000, 100_000],
    tickets: 2_000,
    rounds: 3,
    single_assignments: 500,
    arrivals: Duration::from_secs(5),
    conversation: conversation::Size {
        rounds: 7,
        round: Duration::from_secs(10),
        flood: Duration::from_secs(2),
    },
    memory_tickets: 10_000,
    past_tickets: past_tickets::Size { tickets: [1_000, 1_000_000], reads: 100 },
    scale: scale::Size { embedded: [10, 1_000], mongodb: [2, 200], runs: 7, repetitions: 100 },
    server: server::Size {
        agents: &[100, 1_000],
        backlogs: &[0, 10_000],
        tickets: 1_000,
        rounds: 2,
        arrivals: Duration::from_secs(5),
        heartbeats: Duration::from_millis(500),
        callers: &[1, 32, 256],
    },
};
const QUICK: Size = Size {
    agents: &[100],
    backlogs: &[0, 10_000],
    tickets: 500,
    rounds: 2,
    single_assignments: 100,
    arrivals: Duration::from_secs(2),
    conversation: conversation::Size {
        rounds: 2,
        round: Duration::from_secs(4),
        flood: Duration::from_secs(1),
    },
    memory_tickets: 500,
    past_tickets: past_tickets::Size { tickets: [1_000, 20_000], reads: 20 },
    scale: scale::Size { embedded: [2, 100], mongodb: [2, 20], runs: 5, repetitions: 50 },
    server: server::Size {
        agents: &[100],
        backlogs: &[0, 2_000],
        tickets: 500,
        rounds: 1,
        arrivals: Duration::from_secs(2),
        heartbeats: Duration::from_millis(100),
        callers: &[1, 32],
    },
};

#[tokio::main]
async fn main() {
    let wants = |part: &str| {
        let only: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
        only.is_empty() || only.iter().any(|arg| arg == part)
    };
    let size = if std::env::args().any(|arg| arg == "--quick") { QUICK } else { FULL };
    let start = Instant::now();
    embedded(&size, wants).await;
    if wants("conversation") {
        conversation::run(size.conversation).await;
    }
    if wants("memory") {
        memory::run(size.memory_tickets).await;
    }
    if wants("statistics") {
        past_tickets::run(size.past_tickets, server::mongodb()).await;
    }
    if wants("scale") {
        scale::run(size.scale, server::mongodb()).await;
    }
    if wants("mongodb") {
        server::assignment(&size.server).await;
    }
    if wants("heartbeats") {
        server::heartbeats(&size.server).await;
    }
    report::load("at the end");
    println!("\nTook {:.0} s.", start.elapsed().as_secs_f64());
}

/// Measures the wanted parts on the embedded store.
async fn embedded(size: &Size, wants: impl Fn(&str) -> bool) {
    let scenarios =
        || size.agents.iter().flat_map(|agents| size.backlogs.iter().map(|backlog| (*agents, *backlog)));
    report::head();
    let mut throughput = Vec::new();
    if wants("throughput") {
        report::throughput_head();
        for (agents, backlog) in scenarios() {
            let result = throughput::run(agents, backlog, size.tickets, size.rounds).await;
            report::throughput(&result);
            throughput.push(result);
        }
    }
    let mut costs = Vec::new();
    if wants("single") {
        costs = assignment_cost::run(size.backlogs, size.single_assignments).await;
        report::costs(&costs);
    }
    let mut latency = Vec::new();
    if wants("latency") {
        report::latency_head("the embedded store");
        for (agents, backlog) in scenarios() {
            let result = latency::run(backend::Backend::folder(), (agents, backlog), size.arrivals).await;
            report::latency(&result);
            latency.push(result);
        }
    }
    report::goals(&throughput, &costs, &latency);
}
