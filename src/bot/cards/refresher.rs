//! A refresher of live cards: refreshes them when tickets or agents change. It follows the engine's feed.
//!
//! The card of a waiting ticket is refreshed when it has come to half of the position that it shows, when it has
//! moved back, and when the first agent comes online or the last one leaves. Beyond position 100 it waits until it is
//! within. So the way from any position to the front costs at most seven edits. `/mytickets` always shows the current position.
//!
//! Bursts are merged. The lists of the desk are a module of their own: nearly every event makes them stale.
mod lists;
mod names;
mod pick_up;

use crate::clock::Clock;
use crate::domain::card::{CardKey, LiveCard};
use crate::domain::ids::{DepartmentId, PersonId, TicketId};
use crate::domain::notice::Outgoing;
use crate::domain::ticket::Ticket;
use crate::engine::Engine;
use crate::engine::events::Event;
use crate::engine::ports::StoreError;
use futures::future::try_join_all;
use lists::ListRefreshes;
use pick_up::PickUpCards;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::Instant;

/// The last position that is refreshed at all.
const REFRESHED_POSITIONS: usize = 100;
/// Queues that are read at once, whose refreshes share a commit: after a start all of them are due, and other work
/// must get in between.
const MAX_CONCURRENT_READS: usize = 16;
/// The delay after a step, as a multiple of the step's duration: refreshes get a tenth of the time at most.
const DELAY_FACTOR: u32 = 9;
/// The shortest delay: at most ten refreshes of a card per second.
const MIN_REFRESH_INTERVAL: Duration = Duration::from_millis(100);
/// The longest delay, since people look at their cards.
pub const MAX_REFRESH_INTERVAL: Duration = Duration::from_secs(1);

/// The task that turns events of the feed into refreshes of cards.
pub struct CardRefresher {
    engine: Arc<Engine>,
    clock: Clock,
    feed: broadcast::Receiver<Event>,
    /// The states for which the cards of the first [`REFRESHED_POSITIONS`] tickets of each queue were last
    /// refreshed.
    shown: HashMap<DepartmentId, BTreeMap<TicketId, ShownState>>,
    /// The number of events that were read from the feed.
    events_read: u64,
    /// The number of events whose refreshes are enqueued.
    served: Arc<AtomicU64>,
    /// The delay before the next step.
    delay: Duration,
    /// The longest delay.
    max_delay: Duration,
    /// The refreshes of the desk's lists.
    lists: ListRefreshes,
    /// The cards of waiting tickets for those who may pick them up.
    pick_ups: PickUpCards,
}

/// The cards that are stale.
#[derive(Default)]
struct StaleCards {
    /// Agents whose queues have changed.
    agents: BTreeSet<PersonId>,
    departments: BTreeSet<DepartmentId>,
    /// Tickets that were queued and not assigned since, as far as the feed says.
    queued: BTreeMap<TicketId, DepartmentId>,
    /// Tickets that were queued and assigned within this step.
    queued_and_assigned: Vec<(TicketId, DepartmentId)>,
    /// True if an agent changed: the cards of waiting tickets say whether agents are online.
    agents_changed: bool,
    /// True if agents may be named in another way than before.
    naming_changed: bool,
}

/// What the card of a waiting ticket was refreshed for: its position, and whether agents are online.
type ShownState = (u64, bool);

impl CardRefresher {
    /// Returns a refresher that follows this engine from now on. `served` counts the events that were served,
    /// as [`Engine::events_published`] counts the published ones. Before the first [`Self::catch_up`] it is
    /// `u64::MAX`. `max_delay` limits the delay after each step.
    #[must_use]
    pub fn new(engine: Arc<Engine>, clock: Clock, served: Arc<AtomicU64>, max_delay: Duration) -> Self {
        let (feed, events_read) = (engine.feed(), engine.events_published());
        served.store(u64::MAX, Ordering::SeqCst);
        Self {
            engine,
            clock,
            feed,
            shown: HashMap::new(),
            events_read,
            served,
            delay: Duration::ZERO,
            max_delay,
            lists: ListRefreshes::new(max_delay),
            pick_ups: PickUpCards::default(),
        }
    }

    /// Refreshes every card that may have changed: needed after a start, and after lagging behind the feed.
    pub async fn catch_up(&mut self) -> Result<(), StoreError> {
        self.shown.clear();
        let mut stale = StaleCards { naming_changed: true, ..StaleCards::default() };
        let live = self.engine.store().live_queues().await?;
        stale.agents.extend(live.iter().filter_map(|card| owner(card.key)));
        stale.departments.extend(self.engine.store().departments().await?.into_iter().map(|d| d.id));
        self.lists.mark_stale();
        self.pick_ups.catch_up();
        self.refresh(stale).await?;
        self.served.store(self.events_read, Ordering::SeqCst);
        Ok(())
    }

    /// Waits for the next event and serves it with all that are in the feed by then. Returns false when the
    /// engine is gone.
    pub async fn step(&mut self) -> Result<bool, StoreError> {
        let mut stale = StaleCards::default();
        // Of several edits that a card needs while one is in flight, only the last is of use. The delay
        // limits the refreshes' share of the store's time, however many events come.
        tokio::time::sleep(self.delay).await;
        let first = tokio::select! {
            first = self.feed.recv() => first,
            () = self.lists.due() => {
                self.refresh(stale).await?;
                return Ok(true);
            }
        };
        let start = Instant::now();
        match first {
            Ok(event) => {
                self.events_read += 1;
                self.lists.add(event);
                self.pick_ups.add(event);
                stale.add(event);
            }
            Err(RecvError::Lagged(missed)) => {
                self.events_read += missed;
                self.catch_up().await?;
            }
            Err(RecvError::Closed) => return Ok(false),
        }
        self.drain(&mut stale).await?;
        self.refresh(stale).await?;
        self.delay = delay_after(start.elapsed(), self.max_delay);
        self.served.store(self.events_read, Ordering::SeqCst);
        Ok(true)
    }

    /// Reads all events that are in the feed.
    async fn drain(&mut self, stale: &mut StaleCards) -> Result<(), StoreError> {
        loop {
            match self.feed.try_recv() {
                Ok(event) => {
                    self.events_read += 1;
                    self.lists.add(event);
                    self.pick_ups.add(event);
                    stale.add(event);
                }
                Err(TryRecvError::Lagged(missed)) => {
                    self.events_read += missed;
                    self.catch_up().await?;
                }
                Err(TryRecvError::Empty | TryRecvError::Closed) => return Ok(()),
            }
        }
    }

    async fn refresh(&mut self, stale: StaleCards) -> Result<(), StoreError> {
        let mut departments = stale.departments;
        departments.extend(stale.queued.into_values());
        // A ticket that was queued and assigned within the step only shifts cards that were refreshed with it
        // in the queue.
        let was_shown = |(ticket, department): &(TicketId, DepartmentId)| {
            self.shown.get(department).is_some_and(|shown| shown.contains_key(ticket))
        };
        let shifted = stale.queued_and_assigned.iter().filter(|pair| was_shown(pair));
        departments.extend(shifted.map(|(_, department)| *department));
        if stale.agents_changed {
            departments.extend(self.shown.iter().filter(|(_, shown)| !shown.is_empty()).map(|(id, _)| *id));
        }
        let queues = self.queues(stale.agents).await?;
        let lists = self.lists.take(self.engine.store().as_ref()).await?;
        let cards = queues.into_iter().chain(lists);
        let mut out: Vec<_> = cards.map(|card| Outgoing::refresh(card.chat, card.key)).collect();
        out.extend(self.pick_ups.take(&self.engine, self.clock.now()).await?);
        self.enqueue(out).await?;
        let departments: Vec<_> = departments.into_iter().collect();
        for departments in departments.chunks(MAX_CONCURRENT_READS) {
            // In parallel, since each is a round trip to a server.
            let store = self.engine.store();
            let heads = departments.iter().map(|id| store.queue_head(*id, false, REFRESHED_POSITIONS));
            let heads = try_join_all(heads).await?;
            let mut out = Vec::new();
            for (department, head) in departments.iter().zip(heads) {
                out.extend(self.positions(*department, &head));
            }
            self.enqueue(out).await?;
        }
        if stale.naming_changed {
            self.refresh_names().await?;
        }
        Ok(())
    }

    async fn enqueue(&self, out: Vec<Outgoing>) -> Result<(), StoreError> {
        if !out.is_empty() {
            self.engine.store().enqueue(out, self.clock.now()).await?;
            self.engine.wake_outbox();
        }
        Ok(())
    }

    /// Returns the live `/myqueue` and focus cards of these agents. A card that is being sent has a refresh of its own
    /// behind it.
    async fn queues(&self, agents: BTreeSet<PersonId>) -> Result<Vec<LiveCard>, StoreError> {
        if agents.is_empty() {
            return Ok(Vec::new());
        }
        let mut live = self.engine.store().live_queues().await?;
        live.retain(|card| owner(card.key).is_some_and(|agent| agents.contains(&agent)));
        Ok(live)
    }

    /// Returns refreshes of the cards at the head of a queue that are stale.
    fn positions(&mut self, department: DepartmentId, head: &[Ticket]) -> Vec<Outgoing> {
        let is_staffed = self.engine.online(department) > 0;
        let mut shown = self.shown.remove(&department).unwrap_or_default();
        let (mut current, mut out) = (BTreeMap::new(), Vec::new());
        for (ticket, position) in head.iter().zip(1..) {
            let state = match shown.remove(&ticket.id) {
                Some(shown) if !is_stale(shown, (position, is_staffed)) => shown,
                _ => {
                    out.push(Outgoing::refresh(ticket.customer_chat, CardKey::Status(ticket.id)));
                    (position, is_staffed)
                }
            };
            current.insert(ticket.id, state);
        }
        self.shown.insert(department, current);
        out
    }
}

/// Returns the delay after a step that was busy for this long.
fn delay_after(busy: Duration, max_delay: Duration) -> Duration {
    (busy * DELAY_FACTOR).max(MIN_REFRESH_INTERVAL).min(max_delay)
}

/// Returns the agent whose tickets a card shows.
fn owner(card: CardKey) -> Option<PersonId> {
    match card {
        CardKey::MyQueue(agent, _) | CardKey::Focus(agent) => Some(agent),
        _ => None,
    }
}

/// Returns true if a card that was refreshed for one state must be refreshed for another.
fn is_stale((shown, was_staffed): ShownState, (position, is_staffed): ShownState) -> bool {
    position > shown || position <= shown / 2 || was_staffed != is_staffed
}

impl StaleCards {
    /// Adds the cards that an event makes stale.
    fn add(&mut self, event: Event) {
        // A ticket's own cards are refreshed by the commit that changed it.
        let agents = match event {
            Event::Queued { ticket, department } => {
                self.queued.insert(ticket, department);
                [None, None]
            }
            Event::Assigned { ticket, department, agent, from } => {
                // A ticket that another agent held leaves no queue.
                if self.queued.remove(&ticket).is_some() {
                    self.queued_and_assigned.push((ticket, department));
                } else if from.is_none() {
                    self.departments.insert(department);
                }
                [Some(agent), from]
            }
            Event::Relocated { from, .. } => {
                self.departments.insert(from);
                [None, None]
            }
            Event::Ended { department, agent, .. } => {
                // A held ticket leaves no queue.
                if agent.is_none() {
                    self.departments.insert(department);
                }
                [agent, None]
            }
            Event::Released { agent, .. } | Event::Updated { agent, .. } => [Some(agent), None],
            Event::Agent(agent) => {
                self.agents_changed = true;
                [Some(agent), None]
            }
            Event::Naming => {
                self.naming_changed = true;
                [None, None]
            }
            Event::Message { .. } | Event::Department(_) | Event::Alert { .. } => [None, None],
        };
        self.agents.extend(agents.into_iter().flatten());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refreshes_get_a_tenth_of_the_time_at_most_and_wait_a_second_at_most() {
        let delay_after = |busy| delay_after(Duration::from_millis(busy), MAX_REFRESH_INTERVAL).as_millis();
        assert_eq!(
            [0, 1, 11, 12, 50, 111, 112, 9_000].map(delay_after),
            [100, 100, 100, 108, 450, 999, 1_000, 1_000]
        );
        assert_eq!(super::delay_after(Duration::from_secs(1), Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn a_card_is_refreshed_at_half_of_the_position_that_it_shows() {
        let mut shown = 100;
        let positions = (1..100).rev().filter(|position| {
            let stale = is_stale((shown, true), (*position, true));
            shown = if stale { *position } else { shown };
            stale
        });
        assert_eq!(positions.collect::<Vec<_>>(), [50, 25, 12, 6, 3, 1]);
    }

    #[test]
    fn a_card_is_refreshed_when_its_ticket_moves_back_and_when_the_department_gains_or_loses_its_last_agent()
    {
        assert!(is_stale((2, true), (3, true)));
        assert!(is_stale((1, true), (1, false)) && is_stale((1, false), (1, true)));
        assert!(!is_stale((3, true), (2, true)) && !is_stale((3, false), (3, false)));
    }
}
