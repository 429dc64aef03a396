//! Throughput on MongoDB: tickets accepted and assigned a second, measured alternately with the baselines and
//! with the ordered plan on the same server.
use super::baseline::{Baseline, CALLERS};
use super::ordered_plan::OrderedPlan;
use crate::backend::Backend;
use crate::driver::{Driver, Sample};
use crate::fixture::{Fixture, Scenario};
use crate::stats::{median, rate};
use secrecy::SecretString;

/// Tickets of one run of the ordered plan. It is slow, and all its tickets cost the same.
const ORDERED_PLAN_TICKETS: u64 = 100;

/// The result for one scenario: medians over the rounds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Throughput {
    pub(crate) agents: u64,
    pub(crate) backlog: u64,
    /// Tickets a second.
    pub(crate) accepted: f64,
    /// Tickets a second.
    pub(crate) assigned: f64,
    /// Tickets in a transaction of the assignment.
    pub(crate) group: f64,
    /// Documents for a ticket.
    pub(crate) documents: f64,
    /// Round trips for a ticket.
    pub(crate) commands: f64,
    /// CPU time of this process for a ticket in microseconds, without the server's.
    pub(crate) cpu_micros: f64,
    /// Single conditional calls a second, at each of [`CALLERS`].
    pub(crate) single: [f64; CALLERS.len()],
    /// Tickets a second in bulks of as many tickets as a transaction has.
    pub(crate) bulk: f64,
    /// Documents a second in bulks of as many documents as a transaction has.
    pub(crate) bulk_documents: f64,
    /// Tickets a second of the ordered plan's algorithm.
    pub(crate) ordered: f64,
    pub(crate) ratios: Ratios,
}

/// The ratios of assigned tickets a second to each baseline: medians over the rounds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ratios {
    pub(crate) single: [f64; CALLERS.len()],
    /// Tickets to tickets.
    pub(crate) bulk: f64,
    /// Documents to documents.
    pub(crate) bulk_documents: f64,
    pub(crate) ordered: f64,
}

/// The measurements of one round.
struct Round {
    accepted: Sample,
    assigned: Sample,
    single: [f64; CALLERS.len()],
    bulk: f64,
    bulk_documents: f64,
    ordered: f64,
}

/// Measures one scenario, like [`crate::throughput::run`] for the embedded store.
pub(crate) async fn run(
    uri: &SecretString,
    (agents, backlog): (u64, u64),
    tickets: u64,
    rounds: u32,
) -> Throughput {
    let capacity = u16::try_from(tickets / agents).expect("a capacity");
    let scenario = Scenario { agents, capacity, backlog, auto: true };
    let driver =
        Driver::open(Fixture::build(scenario, Backend::server(uri, "antri_bench").await).await).await;
    let ordered =
        OrderedPlan::open(crate::backend::client(uri).await.database("antri_bench_ordered"), agents).await;
    // The first round warms up and gives the size of a transaction.
    let mut last = (driver.accept(tickets).await, driver.assign().await).1;
    driver.clear().await;
    let mut measured = Vec::new();
    for _ in 0..rounds {
        let round = round(&driver, &ordered, (agents, tickets), &last).await;
        assert!(
            round.assigned.tickets == tickets,
            "a round assigned {} of {tickets}",
            round.assigned.tickets
        );
        last = round.assigned;
        measured.push(round);
    }
    ordered.close().await;
    driver.fixture.backend.close().await;
    figures(agents, backlog, &measured)
}

async fn round(
    driver: &Driver,
    ordered: &OrderedPlan,
    (agents, tickets): (u64, u64),
    last: &Sample,
) -> Round {
    let size = |of: u64| usize::try_from(of.div_ceil(last.transactions.max(1))).unwrap_or(usize::MAX);
    let accepted = driver.accept(tickets).await;
    let baseline = Baseline::find(driver.fixture.backend.database(), agents).await;
    let mut single = [0.0; CALLERS.len()];
    for (result, (callers, max_calls)) in single.iter_mut().zip(CALLERS) {
        *result = baseline.single(callers, max_calls).await;
    }
    let (bulk, bulk_documents) =
        (baseline.bulk(size(last.tickets)).await, baseline.bulk(size(last.rows)).await);
    let ordered = ordered.assign(ORDERED_PLAN_TICKETS).await;
    let assigned = driver.assign().await;
    driver.clear().await;
    Round { accepted, assigned, single, bulk, bulk_documents, ordered }
}

fn figures(agents: u64, backlog: u64, rounds: &[Round]) -> Throughput {
    let over = |of: &dyn Fn(&Round) -> f64| median(rounds.iter().map(of));
    let each = |of: fn(&Sample) -> f64| over(&|r| of(&r.assigned) / r.assigned.tickets.max(1) as f64);
    let speed = |s: &Sample| rate(s.tickets, s.took);
    let ratio = |baseline: &dyn Fn(&Round) -> f64| over(&|r| speed(&r.assigned) / baseline(r));
    Throughput {
        agents,
        backlog,
        accepted: over(&|r| speed(&r.accepted)),
        assigned: over(&|r| speed(&r.assigned)),
        group: over(&|r| r.assigned.tickets as f64 / r.assigned.transactions.max(1) as f64),
        documents: each(|s| s.rows as f64),
        commands: each(|s| s.commands as f64),
        cpu_micros: each(|s| s.cpu_time.as_secs_f64() * 1e6),
        single: std::array::from_fn(|n| over(&|r| r.single[n])),
        bulk: over(&|r| r.bulk),
        bulk_documents: over(&|r| r.bulk_documents),
        ordered: over(&|r| r.ordered),
        ratios: Ratios {
            single: std::array::from_fn(|n| ratio(&|r| r.single[n])),
            bulk: ratio(&|r| r.bulk),
            bulk_documents: over(&|r| rate(r.assigned.rows, r.assigned.took) / r.bulk_documents),
            ordered: ratio(&|r| r.ordered),
        },
    }
}
