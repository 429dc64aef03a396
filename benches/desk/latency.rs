//! How long a ticket waits: a whole desk with its outbox, tickets that arrive by the clock whatever the desk does.
use crate::home::Home;
use crate::pulse::Pulse;
use crate::stage::{AGENT_CHAT, Plan, Stage, rules};
use crate::stats::quantile;
use crate::telegram::{self, Sent};
use crate::work::open_nth;
use antri::app::{App, MAX_REFRESH_INTERVAL, SWEEP_INTERVAL, Setup};
use antri::clock::Clock;
use antri::config::http::HttpConfig;
use antri::domain::ids::TicketId;
use antri::domain::policy::Settings;
use antri::domain::quota::Quota;
use antri::engine::Engine;
use antri::engine::events::Event;
use antri::engine::random::Random;
use antri::engine::tickets::steps::Step;
use antri::outbox::rate_limit::RateLimits;
use antri::presence::Memory;
use antri::telegram::{CALL_TIMEOUT, Telegram};
use secrecy::SecretString;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Arrivals a second.
const ARRIVALS: u32 = 200;
/// What comes before the measurement: connections are made, statements prepared.
const WARM_UP: Duration = Duration::from_secs(2);
/// How long an agent works on a ticket.
const WORK: Duration = Duration::from_secs(1);
/// How long after the last arrival the last send may come: a store that is slower than the arrivals has a queue by then.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits of one kind: half were at most so long, ninety-nine of a hundred, all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waits {
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    pub(crate) max: Duration,
}

/// What a stage came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Latency {
    pub(crate) agents: u64,
    pub(crate) backlog: u64,
    /// Until the ticket was accepted: its transaction durable.
    pub(crate) accepted: Waits,
    /// Until its assignment was committed.
    pub(crate) assigned: Waits,
    /// Until the call that tells its agent was at Telegram.
    pub(crate) sent: Waits,
    /// A bare write meanwhile, of one row or document, on a connection of its own.
    pub(crate) bare: Waits,
    /// Calls a second in all: notices, cards, refreshes.
    pub(crate) calls_per_second: f64,
}

type Opened = (TicketId, String, Instant, Instant);
type Log<T> = Arc<Mutex<Vec<T>>>;

/// Measures one stage for so long. The backlog waits for pick-up in the same departments: it is in the tables, the
/// counts and the positions, and out of the engine's reach while slots are free.
pub(crate) async fn run(home: Home, (agents, backlog): (u64, u64), lasts: Duration) -> Latency {
    let plan = Plan { agents, capacity: 20, backlog, auto: false };
    let stage = Arc::new(Stage::build(plan, home).await);
    let (url, book) = telegram::serve().await;
    let app = Arc::new(App::start(setup(&stage, &url).await).await.expect("a desk"));
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (app, stop) = (Arc::clone(&app), stop.clone());
        async move { app.run(stop).await }
    });
    let assigned = Log::default();
    let watching = tokio::spawn(work(Arc::clone(&app.engine), Arc::clone(&assigned)));

    let opened: Log<Opened> = Log::default();
    let pulse = Pulse::start(stage.home.least().await);
    let every = Duration::from_secs(1) / ARRIVALS;
    let arrivals = u32::try_from((WARM_UP + lasts).as_micros() / every.as_micros()).unwrap_or(u32::MAX);
    let start = tokio::time::Instant::now() + every;
    for n in 0..arrivals {
        let due = start + every * n;
        tokio::time::sleep_until(due).await;
        let (stage, engine, opened) = (Arc::clone(&stage), Arc::clone(&app.engine), Arc::clone(&opened));
        tokio::spawn(async move {
            let ticket = open_nth(&stage, &engine, &Clock::system(), u64::from(n)).await;
            note(&opened, (ticket.id, ticket.number.to_string(), due.into_std(), Instant::now()));
        });
    }
    let took = start.elapsed();
    let (calls, bare) = (book.calls(), pulse.stop());
    let count = usize::try_from(arrivals).unwrap_or(usize::MAX);
    let told = || book.sent().iter().filter(|sent| sent.chat >= AGENT_CHAT).count();
    let all_told = async {
        while told() < count {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, all_told).await.expect("every assignment is told");
    watching.abort();
    stop.cancel();
    running.await.expect("the desk ends").expect("in good order");
    stage.home.leave().await;

    let (opened, assigned) = (taken(&opened), taken(&assigned).into_iter().collect::<HashMap<_, _>>());
    let sent = first_told(&book.sent());
    let from = start.into_std() + WARM_UP;
    let opened: Vec<_> = opened.into_iter().filter(|(_, _, due, _)| *due >= from).collect();
    Latency {
        agents,
        backlog,
        accepted: waits(opened.iter().map(|(_, _, due, at)| *at - *due)),
        assigned: waits(opened.iter().map(|(id, _, due, _)| assigned[id] - *due)),
        sent: waits(opened.iter().map(|(_, number, due, _)| sent[number] - *due)),
        bare: waits(bare.into_iter()),
        calls_per_second: crate::stats::rate(calls, took),
    }
}

/// A desk on this stage, for this Telegram.
pub(crate) async fn setup(stage: &Stage, url: &str) -> Setup {
    let token = SecretString::from("1:bench");
    Setup {
        store: Arc::clone(&stage.store),
        presence: Arc::new(Memory::default()),
        replicas: None,
        presence_is_volatile: true,
        telegram: Telegram::new(url.parse().expect("a URL"), token, CALL_TIMEOUT).expect("a client"),
        webhook: None,
        http: HttpConfig::default(),
        listener: TcpListener::bind("127.0.0.1:0").await.expect("a port"),
        rules: rules(),
        first_settings: Settings::default(),
        clock: Clock::system(),
        chance: Random::seeded(7),
        limits: RateLimits::NONE,
        quota: Quota::NONE,
        sweep_every: SWEEP_INTERVAL,
        longest_pause: MAX_REFRESH_INTERVAL,
    }
}

/// Follows the feed: notes when a ticket was assigned, and lets its agent complete it a while later.
async fn work(engine: Arc<Engine>, log: Log<(TicketId, Instant)>) {
    let mut feed = engine.feed();
    // They end with this: who is still at work when the measurement is over completes nothing more.
    let mut agents = JoinSet::new();
    loop {
        while let Some(done) = agents.try_join_next() {
            done.expect("completed");
        }
        match feed.recv().await {
            Ok(Event::Assigned { ticket, agent, .. }) => {
                note(&log, (ticket, Instant::now()));
                let engine = Arc::clone(&engine);
                agents.spawn(async move {
                    tokio::time::sleep(WORK).await;
                    let now = Clock::system().now();
                    engine.step(agent, ticket, Step::Complete, None, now).await.expect("completed");
                });
            }
            Ok(_) => {}
            Err(RecvError::Lagged(missed)) => panic!("missed {missed} happenings"),
            Err(RecvError::Closed) => return,
        }
    }
}

fn note<T>(log: &Log<T>, entry: T) {
    log.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
}

fn taken<T>(log: &Log<T>) -> Vec<T> {
    std::mem::take(&mut log.lock().unwrap_or_else(PoisonError::into_inner))
}

/// When each ticket was first told to an agent.
fn first_told(sent: &[Sent]) -> HashMap<String, Instant> {
    let mut first = HashMap::new();
    for Sent { at, chat, number } in sent {
        if *chat >= AGENT_CHAT {
            first.entry(number.clone()).or_insert(*at);
        }
    }
    first
}

fn waits(times: impl Iterator<Item = Duration>) -> Waits {
    let mut times: Vec<_> = times.collect();
    times.sort_unstable();
    Waits { p50: quantile(&times, 0.5), p99: quantile(&times, 0.99), max: quantile(&times, 1.0) }
}
