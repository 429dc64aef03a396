//! Tickets accepted and assigned a second on MongoDB, in turns with the floors and the baseline on the same server.
use super::floor::{CALLERS, Floor};
use super::ordered::Ordered;
use crate::home::Home;
use crate::stage::{Plan, Stage};
use crate::stats::{median, rate};
use crate::work::{Desk, Sample};
use secrecy::SecretString;

/// Tickets of one run of the baseline: it is slow, and no two of its tickets differ.
const ORDERED: u64 = 100;

/// What a stage came to: medians over the rounds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Throughput {
    pub(crate) agents: u64,
    pub(crate) backlog: u64,
    /// Tickets a second.
    pub(crate) accepted: f64,
    /// Tickets a second.
    pub(crate) assigned: f64,
    /// Tickets to a transaction of the assignment, documents and round trips to a ticket, and this process's processor time
    /// for one in microseconds (the server's comes on top).
    pub(crate) group: f64,
    pub(crate) documents: f64,
    pub(crate) commands: f64,
    pub(crate) busy: f64,
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

/// What the desk assigned a second, against each: medians of the rounds' ratios.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ratios {
    pub(crate) single: [f64; CALLERS.len()],
    /// Tickets against tickets.
    pub(crate) bulk: f64,
    /// Documents against documents.
    pub(crate) bulk_documents: f64,
    pub(crate) ordered: f64,
}

/// One round.
struct Round {
    accepted: Sample,
    assigned: Sample,
    single: [f64; CALLERS.len()],
    bulk: f64,
    bulk_documents: f64,
    ordered: f64,
}

/// Measures one stage as [`crate::throughput::run`] does the embedded one.
pub(crate) async fn run(
    uri: &SecretString,
    (agents, backlog): (u64, u64),
    tickets: u64,
    rounds: u32,
) -> Throughput {
    let capacity = u16::try_from(tickets / agents).expect("a capacity");
    let plan = Plan { agents, capacity, backlog, auto: true };
    let desk = Desk::open(Stage::build(plan, Home::server(uri, "antri_bench").await).await).await;
    let ordered = Ordered::open(crate::home::client(uri).await.database("antri_bench_ordered"), agents).await;
    // The first one warms up, and says how large a transaction is.
    let mut warm = (desk.accept(tickets).await, desk.assign().await).1;
    desk.clear().await;
    let mut measured = Vec::new();
    for _ in 0..rounds {
        let round = round(&desk, &ordered, (agents, tickets), &warm).await;
        assert!(
            round.assigned.tickets == tickets,
            "a round assigned {} of {tickets}",
            round.assigned.tickets
        );
        warm = round.assigned;
        measured.push(round);
    }
    ordered.leave().await;
    desk.stage.home.leave().await;
    figures(agents, backlog, &measured)
}

async fn round(desk: &Desk, ordered: &Ordered, (agents, tickets): (u64, u64), last: &Sample) -> Round {
    let size = |of: u64| usize::try_from(of.div_ceil(last.transactions.max(1))).unwrap_or(usize::MAX);
    let accepted = desk.accept(tickets).await;
    let floor = Floor::find(desk.stage.home.bare(), agents).await;
    let mut single = [0.0; CALLERS.len()];
    for (found, (callers, most)) in single.iter_mut().zip(CALLERS) {
        *found = floor.single(callers, most).await;
    }
    let (bulk, bulk_documents) = (floor.bulk(size(last.tickets)).await, floor.bulk(size(last.rows)).await);
    let ordered = ordered.assign(ORDERED).await;
    let assigned = desk.assign().await;
    desk.clear().await;
    Round { accepted, assigned, single, bulk, bulk_documents, ordered }
}

fn figures(agents: u64, backlog: u64, rounds: &[Round]) -> Throughput {
    let over = |of: &dyn Fn(&Round) -> f64| median(rounds.iter().map(of));
    let each = |of: fn(&Sample) -> f64| over(&|r| of(&r.assigned) / r.assigned.tickets.max(1) as f64);
    let speed = |s: &Sample| rate(s.tickets, s.took);
    let ratio = |floor: &dyn Fn(&Round) -> f64| over(&|r| speed(&r.assigned) / floor(r));
    Throughput {
        agents,
        backlog,
        accepted: over(&|r| speed(&r.accepted)),
        assigned: over(&|r| speed(&r.assigned)),
        group: over(&|r| r.assigned.tickets as f64 / r.assigned.transactions.max(1) as f64),
        documents: each(|s| s.rows as f64),
        commands: each(|s| s.commands as f64),
        busy: each(|s| s.busy.as_secs_f64() * 1e6),
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
