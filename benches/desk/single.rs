//! What one assignment costs, and whether the backlog matters: rounds with one free slot each, on stages that differ only
//! in the backlog, in turns.
use crate::home::Home;
use crate::stage::{Plan, Stage, agent_id};
use crate::stats::median;
use crate::work::Desk;
use antri::domain::ids::TicketId;
use std::time::Instant;

/// Agents of each stage, each with one slot.
const AGENTS: u64 = 100;

/// The median cost of one assignment at a backlog, in microseconds, and its ratio to that without a backlog.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) backlog: u64,
    pub(crate) micros: f64,
    /// Median of the ratios of neighbours in time.
    pub(crate) ratio: f64,
}

struct Full {
    desk: Desk,
    held: Vec<TicketId>,
}

/// Measures `times` single assignments at each backlog; the first backlog is what the others are compared with.
pub(crate) async fn run(backlogs: &[u64], times: usize) -> Vec<Cost> {
    let mut stages = Vec::new();
    for backlog in backlogs {
        let plan = Plan { agents: AGENTS, capacity: 1, backlog: *backlog, auto: true };
        stages.push(fill(Desk::open(Stage::build(plan, Home::folder()).await).await).await);
    }
    let mut micros: Vec<Vec<f64>> = vec![Vec::new(); backlogs.len()];
    for nth in 0..times {
        for at in 0..stages.len() {
            // Each takes its turn at being first: whoever comes after a checkpoint of another pays for it.
            let at = (at + nth) % stages.len();
            micros[at].push(one(&mut stages[at], nth).await);
        }
    }
    let cost = |(at, backlog): (usize, &u64)| Cost {
        backlog: *backlog,
        micros: median(micros[at].iter().copied()),
        ratio: median(micros[at].iter().zip(&micros[0]).map(|(one, base)| one / base)),
    };
    backlogs.iter().enumerate().map(cost).collect()
}

/// Gives every agent their one ticket.
async fn fill(desk: Desk) -> Full {
    desk.accept(AGENTS).await;
    assert_eq!(desk.assign().await.tickets, AGENTS);
    let mut held = vec![TicketId::from_random([0; 16]); usize::try_from(AGENTS).unwrap_or_default()];
    for (n, slot) in (0..).zip(&mut held) {
        let theirs = desk.engine.store().held_by(agent_id(n)).await.expect("what they hold");
        *slot = theirs[0].id;
    }
    Full { desk, held }
}

/// One agent completes their ticket, one ticket comes into their department: how long until it is theirs.
async fn one(full: &mut Full, nth: usize) -> f64 {
    let Full { desk, held } = full;
    let agent = nth % held.len();
    let id = agent_id(agent as u64);
    // Opened first, while nobody has room: the round is to find both, the ticket and the agent.
    let ticket = desk.open_one().await;
    desk.engine.run_round(desk.clock.now()).await.expect("a round without room");
    desk.complete(id, held[agent]).await;
    let start = Instant::now();
    let assigned = desk.engine.run_round(desk.clock.now()).await.expect("a round");
    let took = start.elapsed();
    assert_eq!(assigned, 1);
    held[agent] = ticket.id;
    if nth.is_multiple_of(50) {
        desk.stage.empty_outbox().await;
    }
    took.as_secs_f64() * 1e6
}
