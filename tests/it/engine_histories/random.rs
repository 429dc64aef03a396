//! Random histories of commands in bursts. The commands of a burst run concurrently on two threads, with the
//! rounds that they request.
use super::fixture::{Fixture, profile};
use super::oracle;
use antri::domain::event::Actor;
use antri::domain::person::{Availability, Person};
use antri::domain::policy::{Capacity, Mode, OfflineBehaviour, Percent, Settings, Strategy as Choice};
use antri::domain::schedule::grammar::parse_plan;
use antri::domain::ticket::Ticket;
use antri::engine::error::EngineError;
use antri::engine::people::Profile;
use antri::engine::tickets::steps::Step;
use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinSet;

/// The number of histories in each run of the tests.
const HISTORIES: u32 = 64;
/// The number of commands in each history.
const COMMANDS: usize = 60;
const AGENTS: i64 = 4;
const CUSTOMERS: i64 = 6;

/// A command. Agents, customers, tickets and departments are numbers, taken modulo how many there are.
#[derive(Debug, Clone)]
enum Command {
    Open { customer: u8, department: u8, key: Option<u8> },
    Step { ticket: u8, step: Step, twice: bool },
    Cancel(u8),
    PickUp { ticket: u8, agent: u8 },
    Reassign { ticket: u8, agent: u8, anyway: bool },
    Requeue(u8),
    GiveBack(u8),
    Unanswered,
    Away { agent: u8, seconds: i64 },
    EndAbsences,
    WorkingHours { agent: u8, begin: bool },
    FollowWorkingHours,
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
        prop::sample::select(vec![Step::Start, Step::Pause, Step::Resume, Step::Complete, Step::Complete]);
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
        2 => n().prop_map(Command::GiveBack),
        3 => Just(Command::Unanswered),
        2 => (n(), 1..5_i64).prop_map(|(agent, seconds)| Command::Away { agent, seconds }),
        2 => Just(Command::EndAbsences),
        3 => (n(), any::<bool>()).prop_map(|(agent, begin)| Command::WorkingHours { agent, begin }),
        3 => Just(Command::FollowWorkingHours),
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
        prop::sample::select(vec![0, 1, 2]),
    )
        .prop_map(|(strategy, offline_behaviour, mode, rollout, no_answer)| {
            let no_answer_time = Duration::from_secs(no_answer);
            let rollout_percent = Percent::new(rollout).unwrap();
            Settings {
                strategy,
                offline_behaviour,
                mode,
                rollout_percent,
                no_answer_time,
                ..Settings::default()
            }
        })
}

struct Scenario {
    fixture: Fixture,
    agents: Vec<Person>,
    customers: Vec<Person>,
    tickets: Mutex<Vec<Ticket>>,
}

impl Scenario {
    async fn new(settings: Settings) -> Self {
        let fixture = Fixture::new(settings).await;
        fixture.department("Teknik").await;
        let all: Vec<_> = fixture.departments().await.iter().map(|d| d.id).collect();
        let (mut agents, mut customers) = (Vec::new(), Vec::new());
        for n in 0..AGENTS {
            // The first agent serves both departments, the others one each.
            let serves = if n == 0 { &all[..] } else { &all[usize::try_from(n % 2).unwrap()..][..1] };
            agents.push(fixture.agent(100 + n, 2, serves).await);
        }
        for n in 0..CUSTOMERS {
            customers.push(fixture.customer(500 + n).await);
        }
        Self { fixture, agents, customers, tickets: Mutex::default() }
    }

    fn agent(&self, n: u8) -> &Person {
        &self.agents[usize::from(n) % self.agents.len()]
    }

    fn pick_ticket(&self, n: u8) -> Option<Ticket> {
        let tickets = self.tickets.lock().unwrap();
        tickets.get(usize::from(n).checked_rem(tickets.len())?).cloned()
    }

    async fn run(&self, command: &Command) -> Result<(), EngineError> {
        let (engine, now, admin) = (&self.fixture.engine, self.fixture.now(), &self.fixture.admin);
        let by = Actor::Person(admin.id);
        match *command {
            Command::Open { customer, department, key } => self.open(customer, department, key).await,
            Command::Step { ticket, step, twice } => {
                let Some(ticket) = self.pick_ticket(ticket) else { return Ok(()) };
                let Some(holder) = self.fixture.ticket(&ticket).await.holder() else { return Ok(()) };
                let once = || engine.step(holder, ticket.id, step, None, now);
                let first = once().await.map(drop);
                if twice { first.and(once().await.map(drop)) } else { first }
            }
            Command::Cancel(ticket) => {
                let Some(ticket) = self.pick_ticket(ticket) else { return Ok(()) };
                engine.cancel(ticket.customer, ticket.id, None, now).await.map(drop)
            }
            Command::PickUp { ticket, agent } => {
                let Some(ticket) = self.pick_ticket(ticket) else { return Ok(()) };
                let agent = self.fixture.person(self.agent(agent)).await;
                engine.pick_up(&agent, ticket.id, None, now).await.map(drop)
            }
            Command::Reassign { ticket, agent, anyway } => {
                let Some(ticket) = self.pick_ticket(ticket) else { return Ok(()) };
                engine.reassign(admin, (ticket.id, None), self.agent(agent).id, anyway, now).await.map(drop)
            }
            Command::Requeue(ticket) => {
                let Some(ticket) = self.pick_ticket(ticket) else { return Ok(()) };
                engine.requeue(admin, (ticket.id, None), now).await.map(drop)
            }
            Command::GiveBack(ticket) => {
                let Some(ticket) = self.pick_ticket(ticket) else { return Ok(()) };
                let Some(holder) = self.fixture.ticket(&ticket).await.holder() else { return Ok(()) };
                engine.give_back(holder, ticket.id, None, now).await.map(drop)
            }
            Command::Unanswered => engine.handle_unanswered(now).await.map(drop),
            Command::Away { agent, seconds } => {
                let until = now + TimeDelta::seconds(seconds);
                engine.set_away_until(self.agent(agent).id, until, None, now).await.map(drop)
            }
            Command::WorkingHours { agent, begin } => {
                // The histories begin seven seconds before 13.53.
                let plan = parse_plan(if begin { "kam 13:53-14:00" } else { "kam 13:00-13:53" }).unwrap();
                engine.set_working_hours(admin, self.agent(agent).id, Some(&plan), now).await.map(drop)
            }
            Command::FollowWorkingHours => engine.follow_working_hours(now).await.map(drop),
            Command::EndAbsences => engine.end_absences(now).await.map(drop),
            Command::Availability(agent, to) => {
                engine.set_availability(self.agent(agent).id, to, now).await.map(drop)
            }
            Command::Capacity(agent, max) => {
                let max = Capacity::new(max).unwrap();
                engine.set_capacity(admin, self.agent(agent).id, max, now).await.map(drop)
            }
            Command::OptIn(agent, on) => engine.set_auto(self.agent(agent).id, on, now).await.map(drop),
            Command::Department { agent, department, serves } => {
                let all = self.fixture.departments().await;
                let department = all[usize::from(department) % all.len()].id;
                engine.set_department(admin, self.agent(agent).id, (department, serves), now).await.map(drop)
            }
            Command::Reachable(agent, yes) => {
                engine.set_reachable(self.agent(agent).telegram, yes, now).await
            }
            Command::Renamed(agent) => {
                let telegram = self.agent(agent).telegram.0;
                let renamed = Profile { name: format!("{telegram} as {agent}"), ..profile(telegram) };
                engine.register_person(&renamed, now).await.map(drop)
            }
            Command::Removed(agent) => engine.remove_agent(admin, self.agent(agent).id, now).await.map(drop),
            Command::Joined(agent) => engine.add_agent(by, self.agent(agent).id, &[], now).await.map(drop),
            // During a burst, a sweep may see a ticket whose round is just being requested. So only the
            // oracle sweeps, at rest.
            Command::Sweep => engine.run_round(now).await.map(drop),
        }
    }

    async fn open(&self, customer: u8, department: u8, key: Option<u8>) -> Result<(), EngineError> {
        let customer = &self.customers[usize::from(customer) % self.customers.len()];
        let opened = match key {
            // The same key by the same customer opens one ticket.
            Some(key) => {
                let key = format!("{} {key}", customer.id);
                self.fixture.open_with(key, customer, usize::from(department)).await?
            }
            None => self.fixture.open(customer, usize::from(department)).await?,
        };
        let mut tickets = self.tickets.lock().unwrap();
        if tickets.iter().all(|t| t.id != opened.id) {
            tickets.push(opened);
        }
        Ok(())
    }
}

/// Returns true for a success or a refusal; a command that could not be executed is a failure.
fn is_answered(result: &Result<(), EngineError>) -> bool {
    !matches!(result, Err(EngineError::Contention | EngineError::Store(_)))
}

async fn run_history(settings: Settings, immediate: bool, bursts: Vec<Vec<Command>>) {
    let scenario = Arc::new(Scenario::new(settings).await);
    let _assigner = immediate.then(|| scenario.fixture.engine.assigner());
    let mut started = 0;
    for burst in bursts {
        scenario.fixture.advance(1);
        let mut tasks = JoinSet::new();
        for command in burst.into_iter().take(COMMANDS - started) {
            started += 1;
            let scenario = Arc::clone(&scenario);
            tasks.spawn(async move {
                let result = scenario.run(&command).await;
                assert!(is_answered(&result), "{command:?}: {result:?}");
                scenario.fixture.engine.run_round(scenario.fixture.now()).await.unwrap();
            });
        }
        while let Some(joined) = tasks.join_next().await {
            joined.unwrap();
        }
        scenario.fixture.run_rounds().await;
    }
    oracle::check(&scenario.fixture).await;
}

#[test]
fn concurrent_commands_leave_a_consistent_history() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let config =
        Config { cases: HISTORIES, max_shrink_iters: 100, failure_persistence: None, ..Config::default() };
    let bursts = prop::collection::vec(prop::collection::vec(any_command(), 1..=12), COMMANDS / 6);
    let run = |(settings, immediate, bursts)| {
        runtime.block_on(run_history(settings, immediate, bursts));
        Ok(())
    };
    TestRunner::new(config).run(&(any_settings(), any::<bool>(), bursts), run).unwrap();
}
