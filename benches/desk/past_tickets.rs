//! Reading the statistics over few and over many past tickets. The stores are measured in turns.
//!
//! The past tickets are written around the store, with their roll-ups, because a million commits would take an
//! hour. The reads take the store's own path.
#[path = "past_tickets/fill.rs"]
pub(crate) mod fill;

use crate::backend::Backend;
use crate::fixture::{DEPARTMENTS, Fixture, Scenario, agent_id, engine_config};
use crate::report::goal;
use crate::stats::median;
use antri::clock::Clock;
use antri::domain::ids::ChatId;
use antri::domain::statistics::{Figure, Period, StatisticsQuery};
use antri::engine::Engine;
use antri::engine::random::Random;
use antri::presence::Memory;
use secrecy::SecretString;
use std::sync::Arc;
use std::time::Instant;

/// The size of the measurement.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    /// The numbers of past tickets that are compared.
    pub(crate) tickets: [u64; 2],
    pub(crate) reads: usize,
}

/// The most that reading may cost with the many tickets, in costs with the few.
const MAX_RATIO: f64 = 3.0;
const AGENTS: u64 = 50;

/// A store with past tickets.
struct Past {
    engine: Engine,
    fixture: Fixture,
}

/// Measures on the embedded store, and on a MongoDB server if there is one.
pub(crate) async fn run(size: Size, mongodb: Result<SecretString, String>) {
    println!("\nReading the statistics of 30 days (what /stats shows), {} reads in turns", size.reads);
    let [few, many] = size.tickets;
    let embedded = [Backend::folder(), Backend::folder()];
    let mut ratios = vec![("embedded", compare(size, embedded, "embedded").await)];
    match mongodb {
        Ok(uri) => {
            let servers =
                [Backend::server(&uri, "antri_few").await, Backend::server(&uri, "antri_many").await];
            ratios.push(("MongoDB", compare(size, servers, "MongoDB").await));
        }
        Err(why) => println!("  MongoDB is not measured: {why}."),
    }
    for (store, ratio) in ratios {
        let what = format!("/stats over {many} past tickets ≤ 3 × that over {few} ({store}): {ratio:.2}");
        goal(ratio <= MAX_RATIO, &what);
    }
}

/// Fills both stores, and returns the ratio of the median costs of a read.
async fn compare(size: Size, backends: [Backend; 2], name: &str) -> f64 {
    let mut desks = Vec::new();
    for (backend, tickets) in backends.into_iter().zip(size.tickets) {
        let start = Instant::now();
        desks.push(build(backend, tickets).await);
        println!("  {name}: {tickets} past tickets written in {:.0} s", start.elapsed().as_secs_f64());
    }
    let [today, week, month] = Period::OFFERED;
    let mut ratio = 0.0;
    for period in [today, week, month] {
        let mut micros = vec![Vec::new(); desks.len()];
        for nth in 0..size.reads {
            for at in 0..desks.len() {
                let at = (at + nth) % desks.len();
                micros[at].push(read(&desks[at], period).await);
            }
        }
        let medians: Vec<f64> = micros.into_iter().map(median).collect();
        let this = medians[1] / medians[0];
        println!(
            "  {name:>9} {:>3} days   {:>8.0} µs   {:>8.0} µs   × {this:.2}",
            period.days(),
            medians[0],
            medians[1]
        );
        ratio = f64::max(ratio, this);
    }
    for desk in desks {
        desk.fixture.backend.close().await;
    }
    ratio
}

async fn build(backend: Backend, tickets: u64) -> Past {
    let scenario = Scenario { agents: AGENTS, capacity: 5, backlog: 0, auto: true };
    let fixture = Fixture::build(scenario, backend).await;
    let past = fill::Past {
        tickets,
        agents: AGENTS,
        departments: DEPARTMENTS,
        customer: |n, _| (agent_id(1_000_000 + n % 5_000), ChatId(5_000_000 + (n % 5_000).cast_signed())),
    };
    fill::past_tickets(&fixture, past).await;
    let store = Arc::clone(&fixture.store);
    let engine = Engine::new(store, Arc::new(Memory::default()), engine_config(), Random::seeded(7));
    engine.start().await.expect("the agents are read");
    let month = StatisticsQuery { period: Period::OFFERED[2], department: None };
    let statistics = engine.read_statistics(month, Clock::system().now()).await.expect("statistics");
    assert_eq!(statistics.total.get(Figure::Completed), tickets.cast_signed(), "all are in the period");
    Past { engine, fixture }
}

/// Returns the microseconds of one read.
async fn read(past: &Past, period: Period) -> f64 {
    let query = StatisticsQuery { period, department: None };
    let start = Instant::now();
    let statistics = past.engine.read_statistics(query, Clock::system().now()).await.expect("statistics");
    let took = start.elapsed();
    assert_eq!(statistics.agents.len() as u64, AGENTS);
    took.as_secs_f64() * 1e6
}
