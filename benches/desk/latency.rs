//! Latency of tickets on a whole desk with its outbox. Tickets arrive at a fixed rate, independent of the
//! desk's progress.
use crate::backend::Backend;
use crate::driver::open_nth;
use crate::fixture::{FIRST_AGENT_CHAT, Fixture, Scenario, engine_config};
use crate::stats::quantile;
use crate::telegram::{self, Sent};
use crate::write_probe::WriteProbe;
use antri::app::{App, MAX_REFRESH_INTERVAL, SWEEP_INTERVAL, Setup, TOPIC_DETECTION_INTERVAL};
use antri::bot::context::AnswerLimits;
use antri::clock::Clock;
use antri::config::http::HttpConfig;
use antri::domain::ids::TicketId;
use antri::domain::policy::Settings;
use antri::domain::quota::Quota;
use antri::engine::Engine;
use antri::engine::events::Event;
use antri::engine::ports::Retention;
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
const ARRIVAL_RATE: u32 = 200;
/// The time before the measurement, in which connections are opened and statements prepared.
const WARM_UP: Duration = Duration::from_secs(2);
/// The time for which an agent works on a ticket.
const HANDLING_TIME: Duration = Duration::from_secs(1);
/// The timeout for the last send after the last arrival. A store that is slower than the arrivals has a queue
/// by then.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(60);

/// The median, the 99th percentile and the maximum of one kind of latency.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Percentiles {
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    pub(crate) max: Duration,
}

/// The result for one scenario.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Latency {
    pub(crate) agents: u64,
    pub(crate) backlog: u64,
    /// Until the transaction that opened the ticket was durable.
    pub(crate) accepted: Percentiles,
    /// Until its assignment was committed.
    pub(crate) assigned: Percentiles,
    /// Until the notice to the agent reached Telegram.
    pub(crate) sent: Percentiles,
    /// A bare write of one row or document at the same time, on a connection of its own.
    pub(crate) bare: Percentiles,
    /// All calls a second: notices, cards, refreshes.
    pub(crate) calls_per_second: f64,
}

/// Id, number, due time and acceptance time of a ticket.
type Opened = (TicketId, String, Instant, Instant);
type Log<T> = Arc<Mutex<Vec<T>>>;

/// Measures one scenario. The backlog waits for pick-up in the same departments. It is in the tables, counts
/// and positions, but the engine may not assign it although slots are free.
pub(crate) async fn run(backend: Backend, (agents, backlog): (u64, u64), duration: Duration) -> Latency {
    let scenario = Scenario { agents, capacity: 20, backlog, auto: false };
    let fixture = Arc::new(Fixture::build(scenario, backend).await);
    let (url, call_log) = telegram::serve().await;
    let app = Arc::new(App::start(setup(&fixture, &url).await).await.expect("a desk"));
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (app, stop) = (Arc::clone(&app), stop.clone());
        async move { app.run(stop).await }
    });
    let assigned = Log::default();
    let completing = tokio::spawn(complete_assigned(Arc::clone(&app.engine), Arc::clone(&assigned)));

    let opened: Log<Opened> = Log::default();
    let probe = WriteProbe::start(fixture.backend.bare_write().await);
    let interval = Duration::from_secs(1) / ARRIVAL_RATE;
    let arrivals = u32::try_from((WARM_UP + duration).as_micros() / interval.as_micros()).unwrap_or(u32::MAX);
    let start = tokio::time::Instant::now() + interval;
    for n in 0..arrivals {
        let due = start + interval * n;
        tokio::time::sleep_until(due).await;
        let (fixture, engine, opened) = (Arc::clone(&fixture), Arc::clone(&app.engine), Arc::clone(&opened));
        tokio::spawn(async move {
            let ticket = open_nth(&fixture, &engine, &Clock::system(), u64::from(n)).await;
            record(&opened, (ticket.id, ticket.number.to_string(), due.into_std(), Instant::now()));
        });
    }
    let took = start.elapsed();
    let (calls, bare) = (call_log.calls(), probe.stop());
    let count = usize::try_from(arrivals).unwrap_or(usize::MAX);
    let notified = || call_log.sent().iter().filter(|sent| sent.chat >= FIRST_AGENT_CHAT).count();
    // On a busy machine a notice can be sent before the feed's reader has recorded the assignment.
    let recorded = || assigned.lock().unwrap_or_else(PoisonError::into_inner).len();
    let all_notified = async {
        while notified() < count || recorded() < count {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(DRAIN_TIMEOUT, all_notified).await.expect("every agent is notified");
    completing.abort();
    stop.cancel();
    running.await.expect("the desk ends").expect("without error");
    fixture.backend.close().await;

    let (opened, assigned) = (drain(&opened), drain(&assigned).into_iter().collect::<HashMap<_, _>>());
    let sent = first_sent(&call_log.sent());
    let measured_from = start.into_std() + WARM_UP;
    let opened: Vec<_> = opened.into_iter().filter(|(_, _, due, _)| *due >= measured_from).collect();
    Latency {
        agents,
        backlog,
        accepted: percentiles(opened.iter().map(|(_, _, due, at)| *at - *due)),
        assigned: percentiles(opened.iter().map(|(id, _, due, _)| assigned[id] - *due)),
        sent: percentiles(opened.iter().map(|(_, number, due, _)| sent[number] - *due)),
        bare: percentiles(bare.into_iter()),
        calls_per_second: crate::stats::rate(calls, took),
    }
}

/// Returns the setup of a desk on this fixture, for this Telegram server.
pub(crate) async fn setup(fixture: &Fixture, url: &str) -> Setup {
    let token = SecretString::from("1:bench");
    Setup {
        store: Arc::clone(&fixture.store),
        presence: Arc::new(Memory::default()),
        replicas: None,
        presence_is_volatile: true,
        telegram: Telegram::new(url.parse().expect("a URL"), token, CALL_TIMEOUT).expect("a client"),
        webhook: None,
        http: HttpConfig::default(),
        listener: TcpListener::bind("127.0.0.1:0").await.expect("a port"),
        engine: engine_config(),
        initial_settings: Settings::default(),
        clock: Clock::system(),
        random: Random::seeded(7),
        rate_limits: RateLimits::NONE,
        quota: Quota::NONE,
        retention: Retention::default(),
        sweep_interval: SWEEP_INTERVAL,
        topic_detection_interval: TOPIC_DETECTION_INTERVAL,
        max_refresh_interval: MAX_REFRESH_INTERVAL,
        answer_limits: AnswerLimits::default(),
    }
}

/// Follows the feed: records when each ticket was assigned, and completes it after [`HANDLING_TIME`].
async fn complete_assigned(engine: Arc<Engine>, log: Log<(TicketId, Instant)>) {
    let mut feed = engine.feed();
    // The tasks end with this set, so that nothing is completed after the measurement.
    let mut agents = JoinSet::new();
    loop {
        while let Some(done) = agents.try_join_next() {
            done.expect("completed");
        }
        match feed.recv().await {
            Ok(Event::Assigned { ticket, agent, .. }) => {
                record(&log, (ticket, Instant::now()));
                let engine = Arc::clone(&engine);
                agents.spawn(async move {
                    tokio::time::sleep(HANDLING_TIME).await;
                    let now = Clock::system().now();
                    engine.step(agent, ticket, Step::Complete, None, now).await.expect("completed");
                });
            }
            Ok(_) => {}
            Err(RecvError::Lagged(missed)) => panic!("missed {missed} events"),
            Err(RecvError::Closed) => return,
        }
    }
}

fn record<T>(log: &Log<T>, entry: T) {
    log.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
}

fn drain<T>(log: &Log<T>) -> Vec<T> {
    std::mem::take(&mut log.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Returns the time at which each ticket was first sent to an agent.
fn first_sent(sent: &[Sent]) -> HashMap<String, Instant> {
    let mut first = HashMap::new();
    for Sent { at, chat, number } in sent {
        if *chat >= FIRST_AGENT_CHAT {
            first.entry(number.clone()).or_insert(*at);
        }
    }
    first
}

fn percentiles(times: impl Iterator<Item = Duration>) -> Percentiles {
    let mut times: Vec<_> = times.collect();
    times.sort_unstable();
    Percentiles { p50: quantile(&times, 0.5), p99: quantile(&times, 0.99), max: quantile(&times, 1.0) }
}
