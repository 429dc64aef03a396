//! What the desk is made to do: many callers open tickets at once, rounds assign them, agents complete them.
use crate::stage::{Stage, category, department, rules, words};
use antri::clock::Clock;
use antri::domain::ids::{PersonId, TicketId};
use antri::domain::ticket::Ticket;
use antri::engine::Engine;
use antri::engine::random::Random;
use antri::engine::tickets::open::NewTicket;
use antri::engine::tickets::steps::Step;
use antri::presence::Memory;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Callers at once: as many as Telegram hands over updates in one answer.
pub(crate) const CALLERS: u64 = 100;

/// A stage with its engine.
pub(crate) struct Desk {
    pub(crate) stage: Arc<Stage>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) clock: Clock,
    opened: Arc<AtomicU64>,
}

/// So much was done in that time, with so many transactions and rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) tickets: u64,
    pub(crate) took: Duration,
    /// Processor time, of all threads.
    pub(crate) busy: Duration,
    pub(crate) transactions: u64,
    pub(crate) rows: u64,
    /// Round trips of the transactions; none where the store is embedded.
    pub(crate) commands: u64,
}

impl Desk {
    pub(crate) async fn open(stage: Stage) -> Self {
        let presence = Arc::new(Memory::default());
        let store = Arc::clone(&stage.store);
        let engine = Engine::new(store, presence, rules(), Random::seeded(7));
        engine.start().await.expect("the agents are read");
        let (stage, engine) = (Arc::new(stage), Arc::new(engine));
        Self { stage, engine, clock: Clock::system(), opened: Arc::default() }
    }

    /// The nth ticket is opened, in the nth department, by the nth customer.
    pub(crate) async fn open_one(&self) -> Ticket {
        let n = self.opened.fetch_add(1, Ordering::Relaxed);
        open_nth(&self.stage, &self.engine, &self.clock, n).await
    }

    /// Tickets accepted by many callers at once; no round runs meanwhile.
    pub(crate) async fn accept(&self, tickets: u64) -> Sample {
        self.measure(self.open_many(tickets)).await
    }

    /// Tickets accepted by many callers at once, and assigned by rounds as they come; until all of them are.
    pub(crate) async fn flow(&self, tickets: u64) -> Sample {
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

    async fn open_many(&self, tickets: u64) -> u64 {
        let upto = self.opened.load(Ordering::Relaxed) + tickets;
        let callers = (0..CALLERS).map(|_| {
            let (stage, engine) = (Arc::clone(&self.stage), Arc::clone(&self.engine));
            let (clock, opened) = (self.clock.clone(), Arc::clone(&self.opened));
            tokio::spawn(async move {
                let next = || {
                    opened.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| (n < upto).then_some(n + 1))
                };
                while let Ok(n) = next() {
                    open_nth(&stage, &engine, &clock, n).await;
                }
            })
        });
        for caller in callers.collect::<Vec<_>>() {
            caller.await.expect("a caller");
        }
        tickets
    }

    /// One round: whatever waits, as far as there is room.
    pub(crate) async fn assign(&self) -> Sample {
        self.measure(async { self.engine.run_round(self.clock.now()).await.expect("a round") as u64 }).await
    }

    /// Completes every held ticket and sends what waits to be sent. Not measured.
    pub(crate) async fn clear(&self) {
        let held = self.stage.store.all_held().await.expect("the held ones");
        let steps = held.iter().filter_map(|ticket| Some(self.complete(ticket.holder()?, ticket.id)));
        futures::future::join_all(steps).await;
        self.stage.empty_outbox().await;
    }

    pub(crate) async fn complete(&self, agent: PersonId, ticket: TicketId) {
        let step = self.engine.step(agent, ticket, Step::Complete, None, self.clock.now());
        step.await.expect("the holder completes it");
    }

    async fn measure(&self, work: impl Future<Output = u64>) -> Sample {
        let before = self.stage.home.writes();
        let (start, idle) = (Instant::now(), crate::cpu::spent());
        let tickets = work.await;
        let took = start.elapsed();
        let busy = crate::cpu::spent().saturating_sub(idle);
        let after = self.stage.home.writes();
        Sample {
            tickets,
            took,
            busy,
            transactions: after.transactions - before.transactions,
            rows: after.rows - before.rows,
            commands: after.commands - before.commands,
        }
    }
}

pub(crate) async fn open_nth(stage: &Stage, engine: &Engine, clock: &Clock, n: u64) -> Ticket {
    let new = NewTicket {
        key: format!("draft {}", engine.draft_id(clock.now())),
        customer: stage.customer(n),
        target: (department(n), category(n)),
        description: words(n),
    };
    engine.open(new, clock.now()).await.expect("a ticket is opened")
}
