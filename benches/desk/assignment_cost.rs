//! Cost of one assignment at different backlogs. Each measurement is a round with one free slot. The fixtures
//! differ only in the backlog and are measured alternately.
use crate::backend::Backend;
use crate::driver::Driver;
use crate::fixture::{Fixture, Scenario, agent_id};
use crate::stats::median;
use antri::domain::ids::TicketId;
use std::time::Instant;

/// Agents of each fixture, each with one slot.
const AGENTS: u64 = 100;

/// The median cost of one assignment at a backlog, in microseconds, and its ratio to that without a backlog.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) backlog: u64,
    pub(crate) micros: f64,
    /// The median of the ratios of measurements that follow each other.
    pub(crate) ratio: f64,
}

/// A desk whose agents all hold a ticket.
struct FullDesk {
    driver: Driver,
    held: Vec<TicketId>,
}

/// Measures `times` single assignments at each backlog. The ratios are to the first backlog.
pub(crate) async fn run(backlogs: &[u64], times: usize) -> Vec<Cost> {
    let mut desks = Vec::new();
    for backlog in backlogs {
        let scenario = Scenario { agents: AGENTS, capacity: 1, backlog: *backlog, auto: true };
        desks.push(fill(Driver::open(Fixture::build(scenario, Backend::folder()).await).await).await);
    }
    let mut micros: Vec<Vec<f64>> = vec![Vec::new(); backlogs.len()];
    for nth in 0..times {
        for at in 0..desks.len() {
            // Rotates the first one, because the one that follows a checkpoint of another pays for it.
            let at = (at + nth) % desks.len();
            micros[at].push(measure_one(&mut desks[at], nth).await);
        }
    }
    let cost = |(at, backlog): (usize, &u64)| Cost {
        backlog: *backlog,
        micros: median(micros[at].iter().copied()),
        ratio: median(micros[at].iter().zip(&micros[0]).map(|(cost, base)| cost / base)),
    };
    backlogs.iter().enumerate().map(cost).collect()
}

/// Assigns one ticket to every agent.
async fn fill(driver: Driver) -> FullDesk {
    driver.accept(AGENTS).await;
    assert_eq!(driver.assign().await.tickets, AGENTS);
    let mut held = vec![TicketId::from_random([0; 16]); usize::try_from(AGENTS).unwrap_or_default()];
    for (n, slot) in (0..).zip(&mut held) {
        let tickets = driver.engine.store().held_by(agent_id(n)).await.expect("their tickets");
        *slot = tickets[0].id;
    }
    FullDesk { driver, held }
}

/// Completes the ticket of one agent, opens one in their department, and returns the microseconds of the
/// round that assigns it.
async fn measure_one(full: &mut FullDesk, nth: usize) -> f64 {
    let FullDesk { driver, held } = full;
    let agent = nth % held.len();
    let id = agent_id(agent as u64);
    // The ticket is opened first, while no slot is free, so that the measured round must find ticket and
    // agent.
    let ticket = driver.open_one().await;
    driver.engine.run_round(driver.clock.now()).await.expect("a round without a free slot");
    driver.complete(id, held[agent]).await;
    let start = Instant::now();
    let assigned = driver.engine.run_round(driver.clock.now()).await.expect("a round");
    let took = start.elapsed();
    assert_eq!(assigned, 1);
    held[agent] = ticket.id;
    if nth.is_multiple_of(50) {
        driver.fixture.empty_outbox().await;
    }
    took.as_secs_f64() * 1e6
}
