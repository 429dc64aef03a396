//! Random histories in bursts: what is in one burst races, on two threads, with the rounds that it causes.
use super::oracle;
use super::stage::{Stage, profile};
use antri::domain::event::Actor;
use antri::domain::person::{Availability, Person};
use antri::domain::policy::{Capacity, Mode, OfflineBehaviour, Percent, Settings, Strategy as Choice};
use antri::domain::ticket::Ticket;
use antri::engine::error::EngineError;
use antri::engine::people::Profile;
use antri::engine::tickets::steps::Step;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::sync::{Arc, Mutex};
use tokio::task::JoinSet;

/// Histories that each run of the tests plays.
const CASES: u32 = 64;
/// Commands of each.
const COMMANDS: usize = 60;
const AGENTS: i64 = 4;
const CUSTOMERS: i64 = 6;

/// One command. Agents, customers, tickets and departments by number, taken modulo how many there are.
#[derive(Debug, Clone)]
enum Command {
    Open { customer: u8, department: u8, key: Option<u8> },
    Step { ticket: u8, step: Step, twice: bool },
    Cancel(u8),
    PickUp { ticket: u8, agent: u8 },
    Reassign { ticket: u8, agent: u8, anyway: bool },
    Requeue(u8),
    Availability(u8, Availability),
    Capacity(u8, u16),
    OptIn(u8, bool),
    Department { agent: u8, department: u8, serves: bool },
    Reachable(u8, bool),
    Renamed(u8),
    Removed(u8),
    Joined(u8),
    Sweep,
}

fn any_command() -> impl Strategy<Value = Command> {
    let n = || any::<u8>();
    let step =
        prop::sample::select(vec![Step::Start, Step::Hold, Step::Resume, Step::Complete, Step::Complete]);
    let availability = prop::sample::select(vec![
        Availability::Online,
        Availability::Online,
        Availability::Offline,
        Availability::Busy,
    ]);
    prop_oneof![
        12 => (n(), n(), prop::option::weighted(0.3, 0..4_u8))
            .prop_map(|(customer, department, key)| Command::Open { customer, department, key }),
        10 => (n(), step, any::<bool>()).prop_map(|(ticket, step, twice)| Command::Step { ticket, step, twice }),
        2 => n().prop_map(Command::Cancel),
        3 => (n(), n()).prop_map(|(ticket, agent)| Command::PickUp { ticket, agent }),
        3 => (n(), n(), any::<bool>())
            .prop_map(|(ticket, agent, anyway)| Command::Reassign { ticket, agent, anyway }),
        1 => n().prop_map(Command::Requeue),
        6 => (n(), availability).prop_map(|(agent, to)| Command::Availability(agent, to)),
        2 => (n(), 1..4_u16).prop_map(|(agent, max)| Command::Capacity(agent, max)),
        1 => (n(), any::<bool>()).prop_map(|(agent, on)| Command::OptIn(agent, on)),
        1 => (n(), n(), any::<bool>())
            .prop_map(|(agent, department, serves)| Command::Department { agent, department, serves }),
        1 => (n(), any::<bool>()).prop_map(|(agent, yes)| Command::Reachable(agent, yes)),
        1 => n().prop_map(Command::Renamed),
        1 => n().prop_map(Command::Removed),
        1 => n().prop_map(Command::Joined),
        1 => Just(Command::Sweep),
    ]
}

fn any_settings() -> impl Strategy<Value = Settings> {
    (
        prop::sample::select(vec![Choice::RoundRobin, Choice::LeastLoaded, Choice::Random]),
        prop::sample::select(vec![
            OfflineBehaviour::Keep,
            OfflineBehaviour::ReassignWaiting,
            OfflineBehaviour::ReassignAll,
        ]),
        prop::sample::select(vec![Mode::Auto, Mode::Auto, Mode::Dual, Mode::Manual]),
        prop::sample::select(vec![50, 100, 100]),
    )
        .prop_map(|(strategy, offline_behaviour, mode, rollout)| {
            let rollout_percent = Percent::new(rollout).unwrap();
            Settings { strategy, offline_behaviour, mode, rollout_percent, ..Settings::default() }
        })
}

struct World {
    stage: Stage,
    agents: Vec<Person>,
    customers: Vec<Person>,
    tickets: Mutex<Vec<Ticket>>,
}

impl World {
    async fn new(settings: Settings) -> Self {
        let stage = Stage::new(settings).await;
        stage.department("Teknik").await;
        let all: Vec<_> = stage.departments().await.iter().map(|d| d.id).collect();
        let (mut agents, mut customers) = (Vec::new(), Vec::new());
        for n in 0..AGENTS {
            // The first serves both departments, the others one each.
            let serves = if n == 0 { &all[..] } else { &all[usize::try_from(n % 2).unwrap()..][..1] };
            agents.push(stage.agent(100 + n, 2, serves).await);
        }
        for n in 0..CUSTOMERS {
            customers.push(stage.customer(500 + n).await);
        }
        Self { stage, agents, customers, tickets: Mutex::default() }
    }

    fn agent(&self, n: u8) -> &Person {
        &self.agents[usize::from(n) % self.agents.len()]
    }

    fn picked(&self, n: u8) -> Option<Ticket> {
        let tickets = self.tickets.lock().unwrap();
        tickets.get(usize::from(n).checked_rem(tickets.len())?).cloned()
    }

    async fn run(&self, command: &Command) -> Result<(), EngineError> {
        let (engine, now, admin) = (&self.stage.engine, self.stage.now(), &self.stage.admin);
        let by = Actor::Person(admin.id);
        match *command {
            Command::Open { customer, department, key } => self.open(customer, department, key).await,
            Command::Step { ticket, step, twice } => {
                let Some(ticket) = self.picked(ticket) else { return Ok(()) };
                let Some(holder) = self.stage.ticket(&ticket).await.holder() else { return Ok(()) };
                let once = || engine.step(holder, ticket.id, step, None, now);
                let first = once().await.map(drop);
                if twice { first.and(once().await.map(drop)) } else { first }
            }
            Command::Cancel(ticket) => {
                let Some(ticket) = self.picked(ticket) else { return Ok(()) };
                engine.cancel(ticket.customer, ticket.id, None, now).await.map(drop)
            }
            Command::PickUp { ticket, agent } => {
                let Some(ticket) = self.picked(ticket) else { return Ok(()) };
                let agent = self.stage.person(self.agent(agent)).await;
                engine.pick_up(&agent, ticket.id, None, now).await.map(drop)
            }
            Command::Reassign { ticket, agent, anyway } => {
                let Some(ticket) = self.picked(ticket) else { return Ok(()) };
                engine.reassign(admin, (ticket.id, None), self.agent(agent).id, anyway, now).await.map(drop)
            }
            Command::Requeue(ticket) => {
                let Some(ticket) = self.picked(ticket) else { return Ok(()) };
                engine.requeue(admin, (ticket.id, None), now).await.map(drop)
            }
            Command::Availability(agent, to) => {
                engine.set_availability(self.agent(agent).id, to, now).await.map(drop)
            }
            Command::Capacity(agent, max) => {
                let max = Capacity::new(max).unwrap();
                engine.set_capacity(admin, self.agent(agent).id, max, now).await.map(drop)
            }
            Command::OptIn(agent, on) => engine.set_auto(by, self.agent(agent).id, on, now).await.map(drop),
            Command::Department { agent, department, serves } => {
                let all = self.stage.departments().await;
                let department = all[usize::from(department) % all.len()].id;
                engine.set_department(admin, self.agent(agent).id, (department, serves), now).await.map(drop)
            }
            Command::Reachable(agent, yes) => engine.set_reachable(self.agent(agent).telegram, yes).await,
            Command::Renamed(agent) => {
                let telegram = self.agent(agent).telegram.0;
                let renamed = Profile { name: format!("{telegram} as {agent}"), ..profile(telegram) };
                engine.meet(&renamed, now).await.map(drop)
            }
            Command::Removed(agent) => engine.remove_agent(admin, self.agent(agent).id, now).await.map(drop),
            Command::Joined(agent) => engine.add_agent(by, self.agent(agent).id, &[], now).await.map(drop),
            // While others are under way a sweep may see a ticket whose round is only just being asked for; whether it
            // finds one at rest is the oracle's question.
            Command::Sweep => engine.run_round(now).await.map(drop),
        }
    }

    async fn open(&self, customer: u8, department: u8, key: Option<u8>) -> Result<(), EngineError> {
        let customer = &self.customers[usize::from(customer) % self.customers.len()];
        let opened = match key {
            // The same key by the same customer, again and again: one ticket.
            Some(key) => {
                let key = format!("{} {key}", customer.id);
                self.stage.open_with(key, customer, usize::from(department)).await?
            }
            None => self.stage.open(customer, usize::from(department)).await?,
        };
        let mut tickets = self.tickets.lock().unwrap();
        if tickets.iter().all(|t| t.id != opened.id) {
            tickets.push(opened);
        }
        Ok(())
    }
}

/// Refusals are answers; that something could not be carried out at all is a failure.
fn is_an_answer(result: &Result<(), EngineError>) -> bool {
    !matches!(result, Err(EngineError::Contention | EngineError::Store(_)))
}

async fn play(settings: Settings, at_once: bool, bursts: Vec<Vec<Command>>) {
    let world = Arc::new(World::new(settings).await);
    let _assigner = at_once.then(|| world.stage.engine.assigner());
    let mut done = 0;
    for burst in bursts {
        world.stage.advance(1);
        let mut racing = JoinSet::new();
        for command in burst.into_iter().take(COMMANDS - done) {
            done += 1;
            let world = Arc::clone(&world);
            racing.spawn(async move {
                let result = world.run(&command).await;
                assert!(is_an_answer(&result), "{command:?}: {result:?}");
                world.stage.engine.run_round(world.stage.now()).await.unwrap();
            });
        }
        while let Some(joined) = racing.join_next().await {
            joined.unwrap();
        }
        world.stage.round().await;
    }
    oracle::check(&world.stage).await;
}

#[test]
fn whatever_races_the_record_tells_a_story_without_a_fault() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let config =
        Config { cases: CASES, max_shrink_iters: 100, failure_persistence: None, ..Config::default() };
    let bursts = prop::collection::vec(prop::collection::vec(any_command(), 1..=12), COMMANDS / 6);
    let run = |(settings, at_once, bursts)| {
        runtime.block_on(play(settings, at_once, bursts));
        Ok(())
    };
    TestRunner::new(config).run(&(any_settings(), any::<bool>(), bursts), run).unwrap();
}
