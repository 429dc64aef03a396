//! Latency of messages between customers and agents on a whole desk, beside a bot that only copies messages. Both
//! take turns, each on a Telegram of its own that enforces its rate limits.
#[path = "conversation/chats.rs"]
mod chats;
#[path = "conversation/floor.rs"]
mod floor;
#[path = "conversation/report.rs"]
mod report;

use crate::backend::Backend;
use crate::driver::open_nth;
use crate::fixture::{CUSTOMERS, FIRST_AGENT_CHAT, FIRST_CUSTOMER_CHAT, Fixture, Scenario};
use crate::latency::setup;
use antri::app::{App, Setup};
use antri::clock::Clock;
use antri::domain::quota::Quota;
use antri::outbox::rate_limit::RateLimits;
use chats::{Chats, Pair, Times, number};
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Conversations at once. Each has an agent of its own.
const CONVERSATIONS: u64 = 50;
/// Agents: one of each department has no ticket.
const AGENTS: u64 = CONVERSATIONS + crate::fixture::DEPARTMENTS;
/// Messages a second in both directions. The desk makes three calls for an agent's message (the message and two
/// reactions) and one for a customer's, so these are 24 calls of the 30 that Telegram allows.
const MESSAGE_RATE: u32 = 12;
/// The time in which the token buckets of a Telegram fill up again.
const REFILL: Duration = Duration::from_secs(2);
/// Messages a second of each person during the flood.
const FLOOD_RATE: u32 = 2;
/// The timeout until a bot has nothing left to do.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(180);

/// The size of the measurement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) rounds: usize,
    /// The time for which messages are written in each round.
    pub(crate) round: Duration,
    /// The time for which everybody writes faster than Telegram allows.
    pub(crate) flood: Duration,
}

/// The result of messages that are written faster than Telegram allows.
struct Flood {
    messages: usize,
    times: Times,
    /// From the first message until the desk has nothing left to do.
    drained: Duration,
    /// From the opening of a ticket in the middle until its notice reached Telegram.
    notice: Duration,
}

/// A desk with a ticket for each conversation.
struct Desk {
    app: Arc<App>,
    fixture: Fixture,
    chats: Chats,
    pairs: Vec<Pair>,
    stop: CancellationToken,
    running: tokio::task::JoinHandle<()>,
}

/// Measures and prints everything.
pub(crate) async fn run(size: Size) {
    report::head(size);
    let pairs: Vec<Pair> = (0..CONVERSATIONS.cast_signed())
        .map(|n| Pair { customer: FIRST_CUSTOMER_CHAT + n, agent: FIRST_AGENT_CHAT + n })
        .collect();
    let mut floor = Chats::start(people()).await;
    let copying = floor::start(&floor, &pairs);
    let mut desk = Desk::start().await;
    let mut rounds = Vec::new();
    for _ in 0..size.rounds {
        floor.begin();
        converse(&mut floor, &pairs, size.round).await;
        wait_until_idle(&floor, None).await;
        let bare = floor.end();
        desk.chats.begin();
        converse(&mut desk.chats, &desk.pairs, size.round).await;
        wait_until_idle(&desk.chats, Some(&desk.app)).await;
        rounds.push((bare, desk.chats.end()));
        report::round(rounds.len(), rounds.last().expect("a round"));
    }
    copying.abort();
    report::medians(&rounds);
    let peak = desk.flood(size.flood).await;
    desk.stop().await;
    report::flood(&peak);
    report::goals(&rounds, &peak);
}

/// Returns the chats of all people.
fn people() -> impl Iterator<Item = i64> {
    let (agents, customers) = (AGENTS.cast_signed(), CUSTOMERS.min(CONVERSATIONS + 1).cast_signed());
    (FIRST_CUSTOMER_CHAT..FIRST_CUSTOMER_CHAT + customers).chain(FIRST_AGENT_CHAT..FIRST_AGENT_CHAT + agents)
}

/// Writes messages at a fixed rate: of each conversation in turn, first the customer, then the agent.
async fn converse(chats: &mut Chats, pairs: &[Pair], time: Duration) {
    let interval = Duration::from_secs(1) / MESSAGE_RATE;
    let count = u32::try_from(time.as_micros() / interval.as_micros()).unwrap_or(u32::MAX);
    let start = tokio::time::Instant::now() + interval;
    for (n, pair) in (0..count).zip(pairs.iter().flat_map(|pair| [(pair, true), (pair, false)]).cycle()) {
        tokio::time::sleep_until(start + interval * n).await;
        chats.write(*pair.0, pair.1);
    }
}

/// Waits until all updates are handled, every delivery is sent, and the token buckets are full.
async fn wait_until_idle(chats: &Chats, app: Option<&App>) {
    let idle = async {
        loop {
            let app_is_idle = match app {
                Some(app) => app.is_idle().await,
                None => true,
            };
            if app_is_idle && chats.sandbox.is_idle() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(DRAIN_TIMEOUT, idle).await.expect("the bot has nothing left to do");
    tokio::time::sleep(REFILL).await;
}

impl Desk {
    /// Starts a desk. In every conversation, both people have written once.
    async fn start() -> Self {
        let scenario = Scenario { agents: AGENTS, capacity: 1, backlog: 0, auto: true };
        let fixture = Fixture::build(scenario, Backend::folder()).await;
        let chats = Chats::start(people()).await;
        let setup = Setup {
            rate_limits: RateLimits::TELEGRAM,
            quota: Quota::PEOPLE,
            ..setup(&fixture, &chats.url).await
        };
        let app = Arc::new(App::start(setup).await.expect("a desk"));
        let stop = CancellationToken::new();
        let running = tokio::spawn({
            let (app, stop) = (Arc::clone(&app), stop.clone());
            async move { app.run(stop).await.expect("the desk ends without error") }
        });
        for n in 0..CONVERSATIONS {
            open_nth(&fixture, &app.engine, &Clock::system(), n).await;
        }
        wait_until_idle(&chats, Some(&app)).await;
        let mut desk = Self { app, fixture, chats, pairs: Vec::new(), stop, running };
        desk.pairs = desk.assigned_pairs().await;
        desk.chats.begin();
        converse(&mut desk.chats, &desk.pairs, Duration::from_secs(2 * CONVERSATIONS) / MESSAGE_RATE).await;
        wait_until_idle(&desk.chats, Some(&desk.app)).await;
        desk.chats.end();
        desk
    }

    /// Returns the customer and the holder of each ticket.
    async fn assigned_pairs(&self) -> Vec<Pair> {
        let store = &self.fixture.store;
        let mut pairs = Vec::new();
        for ticket in store.all_held().await.expect("the held tickets") {
            let holder = ticket.holder().expect("a holder");
            let agent = store.person(holder).await.expect("a read").expect("the holder");
            pairs.push(Pair { customer: ticket.customer_chat.0, agent: agent.telegram.0 });
        }
        assert_eq!(pairs.len() as u64, CONVERSATIONS, "every ticket has an agent");
        pairs
    }

    /// Lets everybody write faster than Telegram allows. In the middle, a ticket is opened for another agent.
    async fn flood(&mut self, time: Duration) -> Flood {
        self.chats.begin();
        let (start, interval) = (Instant::now(), Duration::from_secs(1) / FLOOD_RATE);
        let turns = u32::try_from(time.as_micros() / interval.as_micros()).unwrap_or(u32::MAX);
        let (mut messages, mut ticket) = (0, None);
        for turn in 0..turns {
            tokio::time::sleep_until((start + interval * turn).into()).await;
            for pair in &self.pairs {
                self.chats.write(*pair, true);
                self.chats.write(*pair, false);
                messages += 2;
            }
            if turn == turns / 2 {
                let clock = Clock::system();
                let opened_at = clock.now();
                let opened = open_nth(&self.fixture, &self.app.engine, &clock, CONVERSATIONS).await;
                ticket = Some((opened.number.to_string(), opened_at));
            }
        }
        wait_until_idle(&self.chats, Some(&self.app)).await;
        let drained = start.elapsed().saturating_sub(REFILL);
        let (number_of_ticket, opened_at) = ticket.expect("a ticket was opened");
        let requests = self.chats.requests();
        let is_notice = |params: &Value| {
            number(params, "chat_id") >= FIRST_AGENT_CHAT
                && params.get("text").and_then(Value::as_str).is_some_and(|t| t.contains(&number_of_ticket))
        };
        let notice = requests.iter().find(|request| request.outcome == 200 && is_notice(&request.params));
        let notice = notice.expect("the agent is notified").at - opened_at;
        Flood { messages, times: self.chats.end(), drained, notice: notice.to_std().unwrap_or_default() }
    }

    async fn stop(self) {
        self.stop.cancel();
        self.running.await.expect("the desk ends");
        self.fixture.backend.close().await;
    }
}
