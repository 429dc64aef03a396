//! Random histories of a small desk, played against the pure planner and its roster: whatever happens in whatever order,
//! after every step the desk's invariants hold.
//!
//! | file | what |
//! |---|---|
//! | `world` | the desk as the store would have it, and what each step does to it |
//! | `round` | one round of assignment, each choice checked against plain re-computation |
//! | `checks` | what must hold after every step |
mod checks;
mod round;
mod world;

use crate::domain::person::Availability;
use crate::domain::policy::{Mode, OfflineBehaviour, Strategy as Choice};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use world::{Build, World};

/// Histories that each run of the tests plays.
const CASES: u32 = 4_000;
/// Steps of the longest one.
const STEPS: usize = 48;

/// One thing that happens. Agents, tickets and departments by number, taken modulo how many there are.
#[derive(Debug, Clone)]
enum Step {
    Open {
        department: u8,
        rank: u8,
    },
    /// A round. The `refused` of its assignments (by bit) find that somebody else was first; or `broken` and the store
    /// fails all of them.
    Round {
        refused: u16,
        broken: bool,
    },
    Start(u8),
    Hold(u8),
    Resume(u8),
    Complete(u8),
    Cancel(u8),
    Requeue(u8),
    Rank(u8, u8),
    PickUp {
        ticket: u8,
        agent: u8,
    },
    Reassign {
        ticket: u8,
        agent: u8,
        anyway: bool,
    },
    Availability {
        agent: u8,
        to: Availability,
        behaviour: OfflineBehaviour,
    },
    Capacity(u8, u16),
    OptIn(u8, bool),
    Department {
        agent: u8,
        department: u8,
    },
    Reachable(u8, bool),
    Lost(u8, bool),
    /// Stops being an agent, or becomes one again.
    Membership(u8),
    Policy {
        strategy: Choice,
        mode: Mode,
        rollout: u8,
    },
    /// Time goes on by so many seconds, or is set back.
    Clock(i16),
}

fn any_choice() -> impl Strategy<Value = Choice> {
    prop::sample::select(vec![Choice::RoundRobin, Choice::LeastLoaded, Choice::Random])
}

fn any_mode() -> impl Strategy<Value = Mode> {
    prop::sample::select(vec![Mode::Auto, Mode::Auto, Mode::Auto, Mode::Dual, Mode::Manual])
}

fn any_step() -> impl Strategy<Value = Step> {
    let n = || any::<u8>();
    let availability = prop::sample::select(vec![
        Availability::Online,
        Availability::Online,
        Availability::Online,
        Availability::Busy,
        Availability::Away,
        Availability::Offline,
        Availability::Offline,
    ]);
    let behaviour = prop::sample::select(vec![
        OfflineBehaviour::Keep,
        OfflineBehaviour::ReassignWaiting,
        OfflineBehaviour::ReassignAll,
    ]);
    prop_oneof![
        12 => (n(), 0..4_u8).prop_map(|(department, rank)| Step::Open { department, rank }),
        10 => (prop_oneof![3 => Just(0), 1 => any::<u16>()], prop::bool::weighted(0.1))
            .prop_map(|(refused, broken)| Step::Round { refused, broken }),
        2 => n().prop_map(Step::Start),
        1 => n().prop_map(Step::Hold),
        1 => n().prop_map(Step::Resume),
        5 => n().prop_map(Step::Complete),
        1 => n().prop_map(Step::Cancel),
        1 => n().prop_map(Step::Requeue),
        1 => (n(), 0..4_u8).prop_map(|(ticket, rank)| Step::Rank(ticket, rank)),
        2 => (n(), n()).prop_map(|(ticket, agent)| Step::PickUp { ticket, agent }),
        4 => (n(), n(), any::<bool>())
            .prop_map(|(ticket, agent, anyway)| Step::Reassign { ticket, agent, anyway }),
        5 => (n(), availability, behaviour)
            .prop_map(|(agent, to, behaviour)| Step::Availability { agent, to, behaviour }),
        4 => (n(), 1..5_u16).prop_map(|(agent, max)| Step::Capacity(agent, max)),
        1 => (n(), prop::bool::weighted(0.7)).prop_map(|(agent, on)| Step::OptIn(agent, on)),
        1 => (n(), n()).prop_map(|(agent, department)| Step::Department { agent, department }),
        1 => (n(), prop::bool::weighted(0.7)).prop_map(|(agent, yes)| Step::Reachable(agent, yes)),
        2 => (n(), any::<bool>()).prop_map(|(agent, lost)| Step::Lost(agent, lost)),
        1 => n().prop_map(Step::Membership),
        1 => (any_choice(), any_mode(), prop::sample::select(vec![0, 50, 100, 100]))
            .prop_map(|(strategy, mode, rollout)| Step::Policy { strategy, mode, rollout }),
        1 => prop_oneof![4 => 1..60_i16, 1 => Just(-3_600_i16)].prop_map(Step::Clock),
    ]
}

/// A desk to begin with: its departments, and of each agent which of these they serve (by bit), their capacity, whether
/// they are online.
fn any_build() -> impl Strategy<Value = Build> {
    // Mostly a handful of agents; now and then more than a decision names.
    let agents = prop_oneof![9 => 1..=5_usize, 1 => 9..=12_usize];
    let agent = (1..8_u8, 1..4_u16, prop::bool::weighted(0.8));
    let agents = agents.prop_flat_map(move |n| prop::collection::vec(agent.clone(), n));
    (agents, any_choice(), any_mode(), any::<u64>()).prop_map(|(agents, strategy, mode, seed)| Build {
        agents,
        strategy,
        mode,
        seed,
    })
}

#[test]
fn every_history_keeps_the_invariants() {
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let histories = (any_build(), prop::collection::vec(any_step(), 1..=STEPS));
    let play = |(build, steps): (Build, Vec<Step>)| {
        let mut world = World::new(&build);
        checks::after_step(&world);
        for step in &steps {
            world.take(step);
            checks::after_step(&world);
        }
        Ok(())
    };
    TestRunner::new(config).run(&histories, play).unwrap();
}

/// A desk on which nothing happens keeps every invariant, so the histories must come to what they are about.
#[test]
fn histories_come_to_what_they_are_about() {
    let mut runner = TestRunner::deterministic();
    let histories = (any_build(), prop::collection::vec(any_step(), 1..=STEPS));
    let mut seen = world::AssignmentCounts::default();
    for _ in 0..300 {
        let (build, steps) = histories.new_tree(&mut runner).unwrap().current();
        let mut world = World::new(&build);
        for step in &steps {
            world.take(step);
        }
        seen.assigned += world.seen.assigned;
        seen.taken_back += world.seen.taken_back;
        seen.released += world.seen.released;
        seen.above += world.seen.above;
    }
    assert!(seen.assigned > 300 && seen.taken_back > 50 && seen.released > 50 && seen.above > 30, "{seen:?}");
}

/// With the same agents ready, chance gives each of them about as many tickets as the others.
#[test]
fn random_is_about_uniform_over_those_who_are_ready() {
    const SEEDS: u64 = 6_000;
    let mut counts = std::collections::BTreeMap::new();
    for seed in 0..SEEDS {
        let agents = vec![(1, 3, true), (1, 3, false), (3, 1, true), (2, 3, true), (1, 2, true)];
        let mut world = World::new(&Build { agents, strategy: Choice::Random, mode: Mode::Auto, seed });
        world.take(&Step::Open { department: 0, rank: 2 });
        world.take(&Step::Round { refused: 0, broken: false });
        *counts.entry(world.tickets[0].holder()).or_insert(0_u64) += 1;
    }
    let third = SEEDS / 3;
    assert_eq!(counts.len(), 3, "{counts:?}");
    assert!(counts.values().all(|n| n.abs_diff(third) < third / 10), "{counts:?}");
}
