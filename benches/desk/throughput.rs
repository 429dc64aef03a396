//! Tickets accepted and assigned a second, each beside the floor at the same grouping, in turns.
use crate::floor::Floor;
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
    /// Tickets a second, of what the floor makes of as many bare rows in as large groups.
    pub(crate) of_floor_tickets: f64,
    /// Processor time of a ticket, in microseconds.
    pub(crate) busy: f64,
    /// Rows a second, of what the floor makes of as many bare rows to a transaction.
    pub(crate) of_floor_rows: f64,
    /// The floor's rows a second at as many rows to a transaction.
    pub(crate) floor_rows: f64,
}

/// What a stage came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Throughput {
    pub(crate) plan: Plan,
    pub(crate) accepted: Figures,
    pub(crate) assigned: Figures,
}

/// Measures one stage. Every agent has room for exactly their share of `tickets`, so that a round assigns all that were
/// opened in it, ahead of the backlog, and leaves the backlog where it is: without room.
pub(crate) async fn run(agents: u64, backlog: u64, tickets: u64, rounds: u32) -> Throughput {
    let capacity = u16::try_from(tickets / agents).expect("a capacity");
    let plan = Plan { agents, capacity, backlog, auto: true };
    let desk = Desk::open(Stage::build(plan).await).await;
    let floor = Floor::open(desk.stage.dir.path()).expect("a file beside the desk's");
    let (mut accepted, mut assigned) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        let accept = against(&floor, desk.accept(tickets).await);
        let assign = against(&floor, desk.assign().await);
        desk.clear().await;
        assert!(assign.0.tickets == tickets, "a round assigned {} of {tickets}", assign.0.tickets);
        // The first one warms up.
        if round > 0 {
            accepted.push(accept);
            assigned.push(assign);
        }
    }
    Throughput { plan, accepted: figures(&accepted), assigned: figures(&assigned) }
}

/// A sample, and the floor's rows a second: in groups of as many tickets, and in groups of as many rows.
type Beside = (Sample, f64, f64);

fn against(floor: &Floor, sample: Sample) -> Beside {
    let per = |count: u64| count.div_ceil(sample.transactions.max(1));
    let tickets = floor.rows_per_second(sample.tickets, per(sample.tickets)).expect("the floor");
    let rows = floor.rows_per_second(sample.rows, per(sample.rows)).expect("the floor");
    (sample, tickets, rows)
}

fn figures(samples: &[Beside]) -> Figures {
    let over = |of: fn(&Beside) -> f64| median(samples.iter().map(of));
    Figures {
        tickets_per_second: over(|(s, ..)| rate(s.tickets, s.took)),
        group: over(|(s, ..)| s.tickets as f64 / s.transactions.max(1) as f64),
        rows_each: over(|(s, ..)| s.rows as f64 / s.tickets.max(1) as f64),
        rows_per_second: over(|(s, ..)| rate(s.rows, s.took)),
        busy: over(|(s, ..)| s.busy.as_secs_f64() * 1e6 / s.tickets.max(1) as f64),
        of_floor_tickets: over(|(s, floor, _)| rate(s.tickets, s.took) / floor),
        of_floor_rows: over(|(s, _, floor)| rate(s.rows, s.took) / floor),
        floor_rows: over(|(_, _, floor)| *floor),
    }
}
