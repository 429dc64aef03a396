//! Model-based tests: random histories of a small desk against the pure planner and its roster. After every
//! step of every history the invariants must hold.
//!
//! | file | what |
//! |---|---|
//! | `world` | the desk as the store would have it, and the effect of each step |
//! | `round` | one round of assignment; each choice is checked against a plain recomputation |
//! | `checks` | the invariants after every step |
mod checks;
mod people;
mod round;
mod world;

use crate::domain::person::Availability;
use crate::domain::policy::{Mode, OfflineBehaviour, Strategy as AssignmentStrategy};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use world::{Setup, World};

/// The number of random histories per test run.
const HISTORIES: u32 = 10_000;
/// The most steps of one history.
const MAX_STEPS: usize = 48;

/// One step of a history. Agents, tickets and departments are numbers, taken modulo their count.
#[derive(Debug, Clone)]
enum Operation {
    Open {
        department: u8,
        rank: u8,
    },
    /// A round. The store refuses the assignments in `refused` (by bit) as lost races; with `store_fails` it
    /// fails all.
    Round {
        refused: u16,
        store_fails: bool,
    },
    Start(u8),
    Pause(u8),
    Resume(u8),
    Complete(u8),
    Cancel(u8),
    /// The customer reopens it.
    Reopen(u8),
    Requeue(u8),
    /// The holder gives it back.
    GiveBack(u8),
    /// The holder does not react to it, and another agent is ready.
    NoAnswer(u8),
    Rank(u8, u8),
    PickUp {
        ticket: u8,
        agent: u8,
    },
    Reassign {
        ticket: u8,
        agent: u8,
        over_capacity: bool,
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
    /// An agent is asked whether they are still online, or answers.
    Asked(u8, bool),
    Lost(u8, bool),
    /// A person stops being an agent, or becomes one again.
    Membership(u8),
    Policy {
        strategy: AssignmentStrategy,
        mode: Mode,
        rollout: u8,
    },
    /// The clock moves by this many seconds, forwards or backwards.
    Clock(i16),
}

fn any_strategy() -> impl Strategy<Value = AssignmentStrategy> {
    prop::sample::select(vec![
        AssignmentStrategy::RoundRobin,
        AssignmentStrategy::LeastLoaded,
        AssignmentStrategy::Random,
    ])
}

fn any_mode() -> impl Strategy<Value = Mode> {
    prop::sample::select(vec![Mode::Auto, Mode::Auto, Mode::Auto, Mode::Dual, Mode::Manual])
}

fn any_operation() -> impl Strategy<Value = Operation> {
    let number = || any::<u8>();
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
        12 => (number(), 0..4_u8).prop_map(|(department, rank)| Operation::Open { department, rank }),
        10 => (prop_oneof![3 => Just(0), 1 => any::<u16>()], prop::bool::weighted(0.1))
            .prop_map(|(refused, store_fails)| Operation::Round { refused, store_fails }),
        2 => number().prop_map(Operation::Start),
        1 => number().prop_map(Operation::Pause),
        1 => number().prop_map(Operation::Resume),
        5 => number().prop_map(Operation::Complete),
        1 => number().prop_map(Operation::Cancel),
        4 => number().prop_map(Operation::Reopen),
        6 => number().prop_map(Operation::Requeue),
        2 => number().prop_map(Operation::GiveBack),
        3 => number().prop_map(Operation::NoAnswer),
        1 => (number(), 0..4_u8).prop_map(|(ticket, rank)| Operation::Rank(ticket, rank)),
        2 => (number(), number()).prop_map(|(ticket, agent)| Operation::PickUp { ticket, agent }),
        4 => (number(), number(), any::<bool>())
            .prop_map(|(ticket, agent, over_capacity)| Operation::Reassign { ticket, agent, over_capacity }),
        5 => (number(), availability, behaviour)
            .prop_map(|(agent, to, behaviour)| Operation::Availability { agent, to, behaviour }),
        4 => (number(), 1..5_u16).prop_map(|(agent, max)| Operation::Capacity(agent, max)),
        1 => (number(), prop::bool::weighted(0.7)).prop_map(|(agent, on)| Operation::OptIn(agent, on)),
        1 => (number(), number()).prop_map(|(agent, department)| Operation::Department { agent, department }),
        1 => (number(), prop::bool::weighted(0.7)).prop_map(|(agent, yes)| Operation::Reachable(agent, yes)),
        2 => (number(), any::<bool>()).prop_map(|(agent, asked)| Operation::Asked(agent, asked)),
        2 => (number(), any::<bool>()).prop_map(|(agent, lost)| Operation::Lost(agent, lost)),
        1 => number().prop_map(Operation::Membership),
        1 => (any_strategy(), any_mode(), prop::sample::select(vec![0, 50, 100, 100]))
            .prop_map(|(strategy, mode, rollout)| Operation::Policy { strategy, mode, rollout }),
        4 => prop_oneof![8 => 20..120_i16, 1 => Just(-3_600_i16)].prop_map(Operation::Clock),
    ]
}

/// Generates a desk: for each agent the departments (by bit), the capacity, and whether they are online.
fn any_setup() -> impl Strategy<Value = Setup> {
    // Mostly up to five agents; one desk in ten has more than a decision record names.
    let agents = prop_oneof![9 => 1..=5_usize, 1 => 9..=12_usize];
    let agent = (1..8_u8, 1..4_u16, prop::bool::weighted(0.8));
    let agents = agents.prop_flat_map(move |n| prop::collection::vec(agent.clone(), n));
    (agents, any_strategy(), any_mode(), any::<u64>()).prop_map(|(agents, strategy, mode, seed)| Setup {
        agents,
        strategy,
        mode,
        seed,
    })
}

#[test]
fn every_history_keeps_the_invariants() {
    let config = Config { cases: HISTORIES, failure_persistence: None, ..Config::default() };
    let histories = (any_setup(), prop::collection::vec(any_operation(), 1..=MAX_STEPS));
    let play = |(setup, steps): (Setup, Vec<Operation>)| {
        let mut world = World::new(&setup);
        checks::after_step(&world);
        for step in &steps {
            world.apply(step);
            checks::after_step(&world);
        }
        Ok(())
    };
    TestRunner::new(config).run(&histories, play).unwrap();
}

/// A desk without events keeps every invariant, so the histories must reach the interesting cases.
#[test]
fn histories_reach_the_interesting_cases() {
    let mut runner = TestRunner::deterministic();
    let histories = (any_setup(), prop::collection::vec(any_operation(), 1..=MAX_STEPS));
    let mut coverage = world::Coverage::default();
    for _ in 0..1_000 {
        let (setup, steps) = histories.new_tree(&mut runner).unwrap().current();
        let mut world = World::new(&setup);
        for step in &steps {
            world.apply(step);
        }
        coverage.assigned += world.coverage.assigned;
        coverage.undone += world.coverage.undone;
        coverage.released += world.coverage.released;
        coverage.returned += world.coverage.returned;
        coverage.passed_on += world.coverage.passed_on;
        coverage.delayed += world.coverage.delayed;
        coverage.own += world.coverage.own;
        coverage.reopened += world.coverage.reopened;
        coverage.reopened_to_agent += world.coverage.reopened_to_agent;
        coverage.over_capacity_steps += world.coverage.over_capacity_steps;
    }
    assert!(
        coverage.assigned > 300
            && coverage.undone > 50
            && coverage.released > 50
            && coverage.returned > 5
            && coverage.passed_on > 20
            && coverage.delayed > 20
            && coverage.own > 10
            && coverage.reopened > 20
            && coverage.reopened_to_agent > 10
            && coverage.over_capacity_steps > 30,
        "{coverage:?}"
    );
}

/// With the same ready agents, the random strategy assigns about as many tickets to each of them.
#[test]
fn random_strategy_is_uniform_over_the_ready_agents() {
    const SEEDS: u64 = 6_000;
    let mut counts = std::collections::BTreeMap::new();
    for seed in 0..SEEDS {
        let agents = vec![(1, 3, true), (1, 3, false), (3, 1, true), (2, 3, true), (1, 2, true)];
        let mut world =
            World::new(&Setup { agents, strategy: AssignmentStrategy::Random, mode: Mode::Auto, seed });
        world.apply(&Operation::Open { department: 0, rank: 2 });
        world.apply(&Operation::Round { refused: 0, store_fails: false });
        *counts.entry(world.tickets[0].holder()).or_insert(0_u64) += 1;
    }
    let third = SEEDS / 3;
    assert_eq!(counts.len(), 3, "{counts:?}");
    assert!(counts.values().all(|n| n.abs_diff(third) < third / 10), "{counts:?}");
}
