//! Tickets accepted and assigned a second, each beside the floor of its kind, in turns.
use crate::floor::Floor;
use crate::home::Home;
use crate::stage::{Plan, Stage};
use crate::stats::{median, rate};
use crate::work::{Desk, Sample};

/// One kind of work on one stage: medians over the rounds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) tickets_per_second: f64,
    /// Tickets to a transaction.
    pub(crate) group: f64,
    /// Rows to a ticket.
    pub(crate) rows_each: f64,
    pub(crate) rows_per_second: f64,
    /// Processor time of a ticket, in microseconds.
    pub(crate) busy: f64,
    /// The floor: bare rows a second.
    pub(crate) floor: f64,
    /// Rows a second, of the floor.
    pub(crate) rows_of_floor: f64,
    /// Tickets a second, of the floor: as if a ticket were one row.
    pub(crate) tickets_of_floor: f64,
}

/// What a stage came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Throughput {
    pub(crate) plan: Plan,
    /// By many callers, beside as many who commit a bare row each.
    pub(crate) accepted: Figures,
    /// Accepted by many callers and assigned as they come, beside the same.
    pub(crate) assigned: Figures,
    /// Assigned by one round after all were accepted, beside transactions of as many bare rows.
    pub(crate) drained: Figures,
}

/// Measures one stage. Every agent has room for exactly their share of `tickets`, so that a round assigns all that were
/// opened in it, ahead of the backlog, and leaves the backlog where it is: without room.
pub(crate) async fn run(agents: u64, backlog: u64, tickets: u64, rounds: u32) -> Throughput {
    let capacity = u16::try_from(tickets / agents).expect("a capacity");
    let plan = Plan { agents, capacity, backlog, auto: true };
    let desk = Desk::open(Stage::build(plan, Home::folder()).await).await;
    let floor = Floor::open(desk.stage.home.dir()).expect("a file beside the desk's");
    let (mut accepted, mut assigned, mut drained) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=rounds {
        let accept = (desk.accept(tickets).await, floor.commits_per_second(tickets).await);
        let drain = against(&floor, desk.assign().await);
        desk.clear().await;
        let assign = (desk.flow(tickets).await, floor.commits_per_second(tickets).await);
        desk.clear().await;
        for (sample, _) in [&drain, &assign] {
            assert!(sample.tickets == tickets, "{} of {tickets} were assigned", sample.tickets);
        }
        // The first one warms up.
        if round > 0 {
            accepted.push(accept);
            assigned.push(assign);
            drained.push(drain);
        }
    }
    Throughput {
        plan,
        accepted: figures(&accepted),
        assigned: figures(&assigned),
        drained: figures(&drained),
    }
}

/// A sample, and the floor beside it.
type Beside = (Sample, f64);

fn against(floor: &Floor, sample: Sample) -> Beside {
    let group = sample.tickets.div_ceil(sample.transactions.max(1));
    (sample, floor.rows_per_second(sample.tickets, group).expect("the floor"))
}

fn figures(samples: &[Beside]) -> Figures {
    let over = |of: fn(&Beside) -> f64| median(samples.iter().map(of));
    Figures {
        tickets_per_second: over(|(s, ..)| rate(s.tickets, s.took)),
        group: over(|(s, ..)| s.tickets as f64 / s.transactions.max(1) as f64),
        rows_each: over(|(s, ..)| s.rows as f64 / s.tickets.max(1) as f64),
        rows_per_second: over(|(s, ..)| rate(s.rows, s.took)),
        busy: over(|(s, ..)| s.busy.as_secs_f64() * 1e6 / s.tickets.max(1) as f64),
        floor: over(|(_, floor)| *floor),
        rows_of_floor: over(|(s, floor)| rate(s.rows, s.took) / floor),
        tickets_of_floor: over(|(s, floor)| rate(s.tickets, s.took) / floor),
    }
}
