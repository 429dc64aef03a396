//! Throughput of the embedded store: tickets accepted and assigned a second, measured alternately with a
//! baseline.
use crate::backend::Backend;
use crate::baseline::Baseline;
use crate::driver::{Driver, Sample};
use crate::fixture::{Fixture, Scenario};
use crate::stats::{median, rate};

/// The figures of one kind of work in one scenario: medians over the rounds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) tickets_per_second: f64,
    /// Tickets to a transaction.
    pub(crate) group: f64,
    /// Rows to a ticket.
    pub(crate) rows_each: f64,
    pub(crate) rows_per_second: f64,
    /// CPU time for a ticket in microseconds.
    pub(crate) cpu_micros: f64,
    /// Bare rows a second of the baseline.
    pub(crate) baseline: f64,
    /// The ratio of rows a second to the baseline.
    pub(crate) rows_of_baseline: f64,
    /// The ratio of tickets a second to the baseline, as if a ticket were one row.
    pub(crate) tickets_of_baseline: f64,
}

/// The result for one scenario.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Throughput {
    pub(crate) scenario: Scenario,
    /// Accepted by many callers; the baseline has as many callers that commit one row each.
    pub(crate) accepted: Figures,
    /// Accepted by many callers and assigned concurrently; same baseline.
    pub(crate) assigned: Figures,
    /// Assigned by one round after all were accepted; the baseline has transactions with as many rows.
    pub(crate) drained: Figures,
}

/// Measures one scenario. Every agent has slots for exactly their share of `tickets`. So each round assigns
/// all tickets that were opened in it, ahead of the backlog, and no slot is left for the backlog.
pub(crate) async fn run(agents: u64, backlog: u64, tickets: u64, rounds: u32) -> Throughput {
    let capacity = u16::try_from(tickets / agents).expect("a capacity");
    let scenario = Scenario { agents, capacity, backlog, auto: true };
    let driver = Driver::open(Fixture::build(scenario, Backend::folder()).await).await;
    let baseline = Baseline::open(driver.fixture.backend.dir()).expect("a file next to the store's");
    let (mut accepted, mut assigned, mut drained) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=rounds {
        let accept = (driver.accept(tickets).await, baseline.commits_per_second(tickets).await);
        let drain = with_baseline(&baseline, driver.assign().await);
        driver.clear().await;
        let assign = (driver.accept_and_assign(tickets).await, baseline.commits_per_second(tickets).await);
        driver.clear().await;
        for (sample, _) in [&drain, &assign] {
            assert!(sample.tickets == tickets, "{} of {tickets} were assigned", sample.tickets);
        }
        // The first round warms up.
        if round > 0 {
            accepted.push(accept);
            assigned.push(assign);
            drained.push(drain);
        }
    }
    Throughput {
        scenario,
        accepted: figures(&accepted),
        assigned: figures(&assigned),
        drained: figures(&drained),
    }
}

/// A sample and its baseline.
type SampleWithBaseline = (Sample, f64);

fn with_baseline(baseline: &Baseline, sample: Sample) -> SampleWithBaseline {
    let group = sample.tickets.div_ceil(sample.transactions.max(1));
    (sample, baseline.rows_per_second(sample.tickets, group).expect("the baseline"))
}

fn figures(samples: &[SampleWithBaseline]) -> Figures {
    let over = |of: fn(&SampleWithBaseline) -> f64| median(samples.iter().map(of));
    Figures {
        tickets_per_second: over(|(s, ..)| rate(s.tickets, s.took)),
        group: over(|(s, ..)| s.tickets as f64 / s.transactions.max(1) as f64),
        rows_each: over(|(s, ..)| s.rows as f64 / s.tickets.max(1) as f64),
        rows_per_second: over(|(s, ..)| rate(s.rows, s.took)),
        cpu_micros: over(|(s, ..)| s.cpu_time.as_secs_f64() * 1e6 / s.tickets.max(1) as f64),
        baseline: over(|(_, baseline)| *baseline),
        rows_of_baseline: over(|(s, baseline)| rate(s.rows, s.took) / baseline),
        tickets_of_baseline: over(|(s, baseline)| rate(s.tickets, s.took) / baseline),
    }
}
