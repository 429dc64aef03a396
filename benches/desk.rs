//! `cargo bench`: how fast the desk is on embedded storage and on servers, beside what the same disk and SQLite, and the
//! same servers, can do at best.
//!
//! `cargo bench -- --quick` is a smoke test. How to read the tables: `docs/BENCHMARKS.md`.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a benchmark that can't go on has nothing to say, and counts of it fit a float"
)]
#[path = "desk/api.rs"]
mod api;
#[path = "desk/cpu.rs"]
mod cpu;
#[path = "desk/floor.rs"]
mod floor;
#[path = "desk/home.rs"]
mod home;
#[path = "desk/latency.rs"]
mod latency;
#[path = "desk/pulse.rs"]
mod pulse;
#[path = "desk/report.rs"]
mod report;
#[path = "desk/server.rs"]
mod server;
#[path = "desk/single.rs"]
mod single;
#[path = "desk/stage.rs"]
mod stage;
#[path = "desk/stats.rs"]
mod stats;
#[path = "desk/telegram.rs"]
mod telegram;
#[path = "desk/throughput.rs"]
mod throughput;
#[path = "desk/work.rs"]
mod work;

use std::time::{Duration, Instant};

/// How much is measured.
struct Size {
    agents: &'static [u64],
    backlogs: &'static [u64],
    /// Tickets in one round, and rounds.
    tickets: u64,
    rounds: u32,
    /// Single assignments at each backlog.
    singles: usize,
    /// How long tickets arrive at each stage.
    arrivals: Duration,
    server: server::Size,
}

const FULL: Size = Size {
    agents: &[100, 1_000],
    backlogs: &[0, 10_000, 100_000],
    tickets: 2_000,
    rounds: 3,
    singles: 500,
    arrivals: Duration::from_secs(5),
    server: server::Size {
        agents: &[100, 1_000],
        backlogs: &[0, 10_000],
        tickets: 1_000,
        rounds: 2,
        arrivals: Duration::from_secs(5),
        beats: Duration::from_millis(500),
        callers: &[1, 32, 256],
    },
};
const QUICK: Size = Size {
    agents: &[100],
    backlogs: &[0, 10_000],
    tickets: 500,
    rounds: 2,
    singles: 100,
    arrivals: Duration::from_secs(2),
    server: server::Size {
        agents: &[100],
        backlogs: &[0, 2_000],
        tickets: 500,
        rounds: 1,
        arrivals: Duration::from_secs(2),
        beats: Duration::from_millis(100),
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
    if wants("mongodb") {
        server::assignment(&size.server).await;
    }
    if wants("heartbeats") {
        server::heartbeats(&size.server).await;
    }
    report::load("at the end");
    println!("\nTook {:.0} s.", start.elapsed().as_secs_f64());
}

/// Measures the embedded store, whatever of it is wanted.
async fn embedded(size: &Size, wants: impl Fn(&str) -> bool) {
    let stages =
        || size.agents.iter().flat_map(|agents| size.backlogs.iter().map(|backlog| (*agents, *backlog)));
    report::head();
    let mut throughput = Vec::new();
    if wants("throughput") {
        report::throughput_head();
        for (agents, backlog) in stages() {
            let found = throughput::run(agents, backlog, size.tickets, size.rounds).await;
            report::throughput(&found);
            throughput.push(found);
        }
    }
    let mut costs = Vec::new();
    if wants("single") {
        costs = single::run(size.backlogs, size.singles).await;
        report::costs(&costs);
    }
    let mut latency = Vec::new();
    if wants("latency") {
        report::latency_head("the embedded store");
        for (agents, backlog) in stages() {
            let found = latency::run(home::Home::folder(), (agents, backlog), size.arrivals).await;
            report::latency(&found);
            latency.push(found);
        }
    }
    report::goals(&throughput, &costs, &latency);
}
