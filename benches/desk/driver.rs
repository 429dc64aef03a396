//! Load driver: many callers open tickets concurrently, rounds assign them, agents complete them.
use crate::fixture::{Fixture, category, department, description, engine_config};
use antri::clock::Clock;
use antri::domain::ids::{PersonId, TicketId};
use antri::domain::ticket::Ticket;
use antri::engine::Engine;
use antri::engine::random::Random;
use antri::engine::tickets::open::{NewTicket, SentFrom};
use antri::engine::tickets::steps::Step;
use antri::presence::Memory;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Concurrent callers: as many as Telegram returns updates in one response.
pub(crate) const CALLERS: u64 = 100;

/// A fixture with its engine.
pub(crate) struct Driver {
    pub(crate) fixture: Arc<Fixture>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) clock: Clock,
    opened: Arc<AtomicU64>,
}

/// One measurement: the tickets, their time, and the writes of the store.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) tickets: u64,
    pub(crate) took: Duration,
    /// CPU time of all threads.
    pub(crate) cpu_time: Duration,
    pub(crate) transactions: u64,
    pub(crate) rows: u64,
    /// Round trips of the transactions; 0 for the embedded store.
    pub(crate) commands: u64,
}

impl Driver {
    pub(crate) async fn open(fixture: Fixture) -> Self {
        let presence = Arc::new(Memory::default());
        let store = Arc::clone(&fixture.store);
        let engine = Engine::new(store, presence, engine_config(), Random::seeded(7));
        engine.start().await.expect("the agents are read");
        let (fixture, engine) = (Arc::new(fixture), Arc::new(engine));
        Self { fixture, engine, clock: Clock::system(), opened: Arc::default() }
    }

    /// Opens the next ticket: the nth ticket, in the nth department, by the nth customer.
    pub(crate) async fn open_one(&self) -> Ticket {
        let n = self.opened.fetch_add(1, Ordering::Relaxed);
        open_nth(&self.fixture, &self.engine, &self.clock, n).await
    }

    /// Measures tickets that many callers open concurrently, without rounds.
    pub(crate) async fn accept(&self, tickets: u64) -> Sample {
        self.measure(self.open_many(tickets)).await
    }

    /// Measures tickets that many callers open concurrently while rounds assign them, until all are assigned.
    pub(crate) async fn accept_and_assign(&self, tickets: u64) -> Sample {
        let rounds = async {
            let mut assigned = 0;
            while assigned < tickets {
                self.engine.round_requested().await;
                assigned += self.engine.run_round(self.clock.now()).await.expect("a round") as u64;
            }
            assigned
        };
        self.measure(async { tokio::join!(self.open_many(tickets), rounds).1 }).await
    }

    /// Opens tickets by concurrent callers and returns their number.
    async fn open_many(&self, tickets: u64) -> u64 {
        let end = self.opened.load(Ordering::Relaxed) + tickets;
        let callers = (0..CALLERS).map(|_| {
            let (fixture, engine) = (Arc::clone(&self.fixture), Arc::clone(&self.engine));
            let (clock, opened) = (self.clock.clone(), Arc::clone(&self.opened));
            tokio::spawn(async move {
                let next = || {
                    opened.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| (n < end).then_some(n + 1))
                };
                while let Ok(n) = next() {
                    open_nth(&fixture, &engine, &clock, n).await;
                }
            })
        });
        for caller in callers.collect::<Vec<_>>() {
            caller.await.expect("a caller");
        }
        tickets
    }

    /// Measures one round, which assigns the waiting tickets as far as slots are free.
    pub(crate) async fn assign(&self) -> Sample {
        self.measure(async { self.engine.run_round(self.clock.now()).await.expect("a round") as u64 }).await
    }

    /// Completes every held ticket and empties the outbox. Not measured.
    pub(crate) async fn clear(&self) {
        let tickets = self.fixture.store.all_held().await.expect("the held tickets");
        let steps = tickets.iter().filter_map(|ticket| Some(self.complete(ticket.holder()?, ticket.id)));
        futures::future::join_all(steps).await;
        self.fixture.empty_outbox().await;
    }

    pub(crate) async fn complete(&self, agent: PersonId, ticket: TicketId) {
        let step = self.engine.step(agent, ticket, Step::Complete, None, self.clock.now());
        step.await.expect("the holder completes it");
    }

    async fn measure(&self, work: impl Future<Output = u64>) -> Sample {
        let before = self.fixture.backend.writes();
        let (start, cpu_before) = (Instant::now(), crate::usage::cpu_time());
        let tickets = work.await;
        let took = start.elapsed();
        let cpu_time = crate::usage::cpu_time().saturating_sub(cpu_before);
        let after = self.fixture.backend.writes();
        Sample {
            tickets,
            took,
            cpu_time,
            transactions: after.transactions - before.transactions,
            rows: after.rows - before.rows,
            commands: after.commands - before.commands,
        }
    }
}

/// Opens the nth ticket.
pub(crate) async fn open_nth(fixture: &Fixture, engine: &Engine, clock: &Clock, n: u64) -> Ticket {
    let new = NewTicket {
        key: format!("draft {}", engine.draft_id(clock.now())),
        customer: fixture.customer(n),
        target: (department(n), category(n)),
        description: description(n),
        sent_from: SentFrom::default(),
    };
    engine.open(new, clock.now()).await.expect("a ticket is opened")
}
