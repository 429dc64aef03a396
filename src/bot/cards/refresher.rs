//! Keeps live cards in step with what happens: each happening becomes refreshes of the cards that show it. Who is near the
//! head of a queue is told every move and who of the agents came or went, who is further behind every ten places and whether
//! anybody is online, and beyond that when they come nearer, so that one assignment means some thirty edits at most, however
//! many wait; where much happens at once, of several moves the last. `/mytickets` always shows the place as it is.
use crate::clock::Clock;
use crate::domain::card::{CardKey, LiveCard};
use crate::domain::ids::{DepartmentId, PersonId, TicketId};
use crate::domain::notice::{Message, Outgoing};
use crate::domain::ticket::Ticket;
use crate::engine::Engine;
use crate::engine::events::Event;
use crate::engine::ports::StoreError;
use futures::future::try_join_all;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::Instant;

/// Up to which position in a department's queue customers are told each time that it changes.
const EXACT_POSITIONS: u64 = 20;
/// Up to which position they are told from time to time.
const REFRESHED_POSITIONS: usize = 100;
/// How many places apart.
const POSITION_STEP: u64 = 10;
/// How many times as long as it took to bring cards up to date nothing is done about them.
const RETRY_DELAY: u32 = 9;
/// How long that is at least: ten looks a second are as good as one for each happening.
const MIN_REFRESH_INTERVAL: Duration = Duration::from_millis(100);
/// How long it is at most: people look at their cards.
pub const MAX_REFRESH_INTERVAL: Duration = Duration::from_secs(1);

/// Turns happenings into refreshes.
pub struct CardRefresher {
    engine: Arc<Engine>,
    clock: Clock,
    feed: broadcast::Receiver<Event>,
    /// What the cards of those in sight of a queue's head were brought up to date for.
    told: HashMap<DepartmentId, BTreeMap<TicketId, DepartmentState>>,
    /// How much of what happened has been taken from the feed.
    taken: u64,
    served: Arc<AtomicU64>,
    /// How long to wait after what was done last, and how long at most.
    pause: Duration,
    longest_pause: Duration,
}

/// What is out of date.
#[derive(Default)]
struct StaleCards {
    /// Agents whose queues are other than they were.
    agents: BTreeSet<PersonId>,
    departments: BTreeSet<DepartmentId>,
    /// Who joined a queue and is still in it, as far as was heard.
    joined: BTreeMap<TicketId, DepartmentId>,
    /// Who joined a queue and was given away again meanwhile.
    passed: Vec<(TicketId, DepartmentId)>,
    /// Somebody came or went: those who wait are shown how many agents are online.
    presence: bool,
}

/// What the card of somebody who waits shows: the mark of their position, and how many agents are online.
type DepartmentState = (u64, u32);

impl CardRefresher {
    /// Follows this engine from now on. `served` says how much of what [`Engine::happened`] counts has been served; none of
    /// it before the first catching up. After each look at what happened it rests, `longest_pause` at most.
    #[must_use]
    pub fn new(engine: Arc<Engine>, clock: Clock, served: Arc<AtomicU64>, longest_pause: Duration) -> Self {
        let (feed, taken) = (engine.feed(), engine.events_published());
        served.store(u64::MAX, Ordering::SeqCst);
        Self {
            engine,
            clock,
            feed,
            told: HashMap::new(),
            taken,
            served,
            pause: Duration::ZERO,
            longest_pause,
        }
    }

    /// Brings every card that can have changed while nobody looked up to date: after a start, or after falling behind.
    pub async fn catch_up(&mut self) -> Result<(), StoreError> {
        self.told.clear();
        let mut stale = StaleCards::default();
        let shown = self.engine.store().live_queues().await?;
        stale.agents.extend(shown.iter().filter_map(|card| owner(card.key)));
        stale.departments.extend(self.engine.store().departments().await?.into_iter().map(|d| d.id));
        self.refresh(stale).await?;
        self.served.store(self.taken, Ordering::SeqCst);
        Ok(())
    }

    /// Waits for the next happening and serves it with all that came meanwhile. `false` when the engine is gone.
    pub async fn step(&mut self) -> Result<bool, StoreError> {
        let mut stale = StaleCards::default();
        // Of a card that changes ten times while one edit is on its way only the last is of use, and the store has more urgent
        // things to do: so the cards get a share of its time, however much happens.
        tokio::time::sleep(self.pause).await;
        let first = self.feed.recv().await;
        let start = Instant::now();
        match first {
            Ok(happening) => {
                self.taken += 1;
                stale.note(happening);
            }
            Err(RecvError::Lagged(missed)) => {
                self.taken += missed;
                self.catch_up().await?;
            }
            Err(RecvError::Closed) => return Ok(false),
        }
        self.drain(&mut stale).await?;
        self.refresh(stale).await?;
        self.pause = rest(start.elapsed(), self.longest_pause);
        self.served.store(self.taken, Ordering::SeqCst);
        Ok(true)
    }

    /// Notes what waits in the feed.
    async fn drain(&mut self, stale: &mut StaleCards) -> Result<(), StoreError> {
        loop {
            match self.feed.try_recv() {
                Ok(happening) => {
                    self.taken += 1;
                    stale.note(happening);
                }
                Err(TryRecvError::Lagged(missed)) => {
                    self.taken += missed;
                    self.catch_up().await?;
                }
                Err(TryRecvError::Empty | TryRecvError::Closed) => return Ok(()),
            }
        }
    }

    async fn refresh(&mut self, stale: StaleCards) -> Result<(), StoreError> {
        let mut departments = stale.departments;
        departments.extend(stale.joined.into_values());
        // Unless others were shown a place behind them.
        let shown = |(ticket, department): &(TicketId, DepartmentId)| {
            self.told.get(department).is_some_and(|told| told.contains_key(ticket))
        };
        departments
            .extend(stale.passed.iter().filter(|passed| shown(passed)).map(|(_, department)| *department));
        if stale.presence {
            departments.extend(self.told.iter().filter(|(_, told)| !told.is_empty()).map(|(id, _)| *id));
        }
        // All at once: a server is far away.
        let heads = departments.into_iter().map(async |department| {
            Ok::<_, StoreError>((
                department,
                self.engine.store().queue_head(department, false, REFRESHED_POSITIONS).await?,
            ))
        });
        let (queues, heads) = tokio::try_join!(self.queues(stale.agents), try_join_all(heads))?;
        let mut out: Vec<_> = queues.into_iter().map(|card| Outgoing::refresh(card.chat, card.key)).collect();
        for (department, head) in heads {
            out.extend(self.positions(department, &head));
        }
        if !out.is_empty() {
            self.engine.store().enqueue(out, self.clock.now()).await?;
            self.engine.wake_outbox();
        }
        Ok(())
    }

    /// The queues of these agents that are shown somewhere. One that is on its way there has a refresh behind it.
    async fn queues(&self, agents: BTreeSet<PersonId>) -> Result<Vec<LiveCard>, StoreError> {
        if agents.is_empty() {
            return Ok(Vec::new());
        }
        let mut shown = self.engine.store().live_queues().await?;
        shown.retain(|card| owner(card.key).is_some_and(|agent| agents.contains(&agent)));
        Ok(shown)
    }

    /// Refreshes of those in sight of a queue's head who have come to another mark than they were last told, or for whom
    /// agents have come or gone.
    fn positions(&mut self, department: DepartmentId, head: &[Ticket]) -> Vec<Outgoing> {
        let online = self.engine.online(department);
        let seen =
            |position| (mark(position), if position <= EXACT_POSITIONS { online } else { online.min(1) });
        let now: BTreeMap<TicketId, DepartmentState> =
            head.iter().zip(1..).map(|(ticket, position)| (ticket.id, seen(position))).collect();
        let told = self.told.insert(department, now.clone()).unwrap_or_default();
        let moved = head.iter().filter(|ticket| told.get(&ticket.id) != now.get(&ticket.id));
        moved
            .map(|ticket| Outgoing {
                chat: ticket.customer_chat,
                message: Message::Refresh(CardKey::Status(ticket.id)),
            })
            .collect()
    }
}

/// How long nothing is done about cards after what took so long.
fn rest(took: Duration, longest: Duration) -> Duration {
    (took * RETRY_DELAY).max(MIN_REFRESH_INTERVAL).min(longest)
}

/// The agent whose queue a card shows.
fn owner(card: CardKey) -> Option<PersonId> {
    match card {
        CardKey::MyQueue(agent, _) => Some(agent),
        _ => None,
    }
}

/// The mark at which a position is told: itself near the head, further behind the next ten.
fn mark(position: u64) -> u64 {
    if position <= EXACT_POSITIONS { position } else { position.next_multiple_of(POSITION_STEP) }
}

impl StaleCards {
    fn note(&mut self, happening: Event) {
        // A ticket's own cards are refreshed by the commit that changed it.
        let agents = match happening {
            Event::Queued { ticket, department } => {
                self.joined.insert(ticket, department);
                [None, None]
            }
            Event::Assigned { ticket, department, agent, from } => {
                // Out of another's hands it leaves no queue.
                if self.joined.remove(&ticket).is_some() {
                    self.passed.push((ticket, department));
                } else if from.is_none() {
                    self.departments.insert(department);
                }
                [Some(agent), from]
            }
            Event::Released { department, agent, .. } => {
                // Nor does it out of its holder's; back in the queue, it is told to have joined.
                if agent.is_none() {
                    self.departments.insert(department);
                }
                [agent, None]
            }
            Event::Updated { agent, .. } => [Some(agent), None],
            Event::Agent(agent) => {
                self.presence = true;
                [Some(agent), None]
            }
            Event::Alert { .. } => [None, None],
        };
        self.agents.extend(agents.into_iter().flatten());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_get_a_tenth_of_the_time_at_most_and_a_look_a_second_at_least() {
        let rest = |took| rest(Duration::from_millis(took), MAX_REFRESH_INTERVAL).as_millis();
        assert_eq!(
            [0, 1, 11, 12, 50, 111, 112, 9_000].map(rest),
            [100, 100, 100, 108, 450, 999, 1_000, 1_000]
        );
        assert_eq!(super::rest(Duration::from_secs(1), Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn near_the_head_each_move_is_told_and_further_behind_every_tenth() {
        assert_eq!([1, 2, 19, 20].map(mark), [1, 2, 19, 20]);
        assert_eq!([21, 29, 30, 31, 99, 100].map(mark), [30, 30, 30, 40, 100, 100]);
    }
}
