//! Property tests: after any sequence of changes the invariants hold.
use super::Backend;
use super::fixture::*;
use antri::domain::ids::Slot;
use antri::domain::person::Availability;
use antri::domain::policy::Capacity;
use antri::domain::ticket::{Priority, Ticket, TicketState};
use antri::engine::ports::{Change, Guard, Store};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::{HashMap, HashSet};

const AGENTS: u64 = 3;
const TICKETS: u64 = 8;

/// One attempted change. Tickets and agents are numbers; a stale change uses the version before the current
/// one.
#[derive(Debug, Clone)]
enum Operation {
    Open(u64, u8, bool),
    Give {
        ticket: u64,
        agent: u64,
        slot: u16,
        guard: u8,
        stale: bool,
    },
    Work {
        ticket: u64,
        what: u8,
    },
    /// Reopens a completed ticket: to a slot of an agent, or to the queue.
    Reopen {
        ticket: u64,
        agent: Option<u64>,
        slot: u16,
    },
    Reprioritise(u64, u8),
    Agent {
        agent: u64,
        max: u16,
        online: bool,
    },
}

fn step() -> impl Strategy<Value = Operation> {
    let ticket = 1..=TICKETS;
    prop_oneof![
        3 => (ticket.clone(), 0..4_u8, any::<bool>()).prop_map(|(t, p, auto)| Operation::Open(t, p, auto)),
        6 => (ticket.clone(), 1..=AGENTS, 0..4_u16, 0..3_u8, prop::bool::weighted(0.1))
            .prop_map(|(ticket, agent, slot, guard, stale)| Operation::Give { ticket, agent, slot, guard, stale }),
        4 => (ticket.clone(), 0..6_u8).prop_map(|(ticket, what)| Operation::Work { ticket, what }),
        3 => (ticket.clone(), prop::option::of(1..=AGENTS), 0..4_u16)
            .prop_map(|(ticket, agent, slot)| Operation::Reopen { ticket, agent, slot }),
        1 => (ticket, 0..4_u8).prop_map(|(t, p)| Operation::Reprioritise(t, p)),
        1 => (1..=AGENTS, 1..4_u16, any::<bool>())
            .prop_map(|(agent, max, online)| Operation::Agent { agent, max, online }),
    ]
}

/// Returns the change that a step attempts, if it can be planned at all.
async fn plan(store: &dyn Store, step: &Operation) -> Option<Change> {
    let current = async |n| store.ticket(ticket_id(n)).await.unwrap();
    match *step {
        Operation::Open(n, rank, auto) => {
            Some(opening(Ticket { priority: Priority::from_rank(rank)?, auto, ..ticket(n) }))
        }
        Operation::Give { ticket, agent, slot, guard, stale } => {
            let guard = [Guard::Eligible, Guard::Capacity, Guard::Override][usize::from(guard)];
            let mut next = current(ticket).await?.reassign(person_id(agent), Slot(slot), at(100)).ok()?;
            if stale {
                next.version.0 = next.version.0.checked_sub(2)? + 1;
            }
            Some(ticket_update(next, guard))
        }
        Operation::Work { ticket, what } => {
            let t = current(ticket).await?;
            let by = t.holder().unwrap_or(person_id(900));
            let next = match what {
                0 => t.start(by, at(1)),
                1 => t.pause(by),
                2 => t.resume(by),
                3 => t.complete(by, at(2)),
                4 => t.release(false, at(9)),
                _ => t.cancel(person_id(900), at(3)),
            };
            Some(ticket_update(next.ok()?, Guard::None))
        }
        Operation::Reopen { ticket, agent, slot } => {
            let t = current(ticket).await?;
            let window = (std::time::Duration::MAX, at(4));
            let queued = t.reopen(person_id(900), t.service.reopened, window).ok()?;
            Some(match agent {
                Some(agent) => {
                    reopening(queued.reopened_to(person_id(agent), Slot(slot), at(4)), Guard::Capacity)
                }
                None => reopening(queued, Guard::None),
            })
        }
        Operation::Reprioritise(n, rank) => {
            let t = current(n).await?;
            if matches!(t.state, TicketState::Completed { .. } | TicketState::Cancelled { .. }) {
                return None;
            }
            let next = Ticket { priority: Priority::from_rank(rank)?, version: t.version.next(), ..t };
            Some(ticket_update(next, Guard::None))
        }
        Operation::Agent { agent, max, online } => {
            let mut person = store.person(person_id(agent)).await.unwrap()?;
            let profile = person.agent.as_mut()?;
            profile.max_tickets = Capacity::new(max)?;
            profile.availability = if online { Availability::Online } else { Availability::Busy };
            let read = person.version;
            person.version = read.next();
            Some(person_write(person, Some(read.0)))
        }
    }
}

/// Checks the conditions that the guard of a committed assignment guarantees.
async fn check_guard(store: &dyn Store, step: &Operation) {
    let Operation::Give { agent, slot, guard, stale, .. } = *step else { return };
    assert!(!stale, "a stale version was accepted");
    let profile = store.person(person_id(agent)).await.unwrap().unwrap().agent.unwrap();
    if guard < 2 {
        assert!(slot < profile.max_tickets.get(), "slot {slot} of {:?}", profile.max_tickets);
    }
    if guard == 0 {
        assert_eq!(profile.availability, Availability::Online);
    }
}

/// Checks that slots are unique and that every list agrees with the tickets.
async fn check_invariants(store: &dyn Store) {
    let mut tickets = Vec::new();
    for n in 1..=TICKETS {
        tickets.extend(store.ticket(ticket_id(n)).await.unwrap());
    }
    let held: Vec<_> = tickets.iter().filter(|t| t.hold().is_some()).collect();
    let slots: HashSet<_> = held.iter().filter_map(|t| t.hold()).map(|h| (h.agent, h.slot)).collect();
    assert_eq!(slots.len(), held.len(), "each slot once");
    let mut listed: Vec<_> = store.all_held().await.unwrap();
    listed.sort_by_key(|t| t.id);
    let mut expected: Vec<_> = held.into_iter().cloned().collect();
    expected.sort_by_key(|t| t.id);
    assert_eq!(listed, expected);
    let by_agent: HashMap<_, _> =
        listed.iter().filter_map(Ticket::holder).fold(HashMap::new(), |mut counts, agent| {
            *counts.entry(agent).or_insert(0_usize) += 1;
            counts
        });
    for n in 1..=AGENTS {
        assert_eq!(
            store.held_by(person_id(n)).await.unwrap().len(),
            by_agent.get(&person_id(n)).copied().unwrap_or(0)
        );
    }

    let mut queued: Vec<_> = tickets.iter().filter(|t| t.state == TicketState::Queued).cloned().collect();
    queued.sort_by_key(|t| (t.priority, t.arrival));
    assert_eq!(store.queue_page(&[department_id(1)], 0, 100).await.unwrap(), queued);
    let depth = store.depths().await.unwrap().get(&department_id(1)).copied().unwrap_or(0);
    assert_eq!(usize::try_from(depth).unwrap(), queued.len(), "depths are counts");
    for (position, t) in (1..).zip(&queued) {
        assert_eq!(store.position(t.department, t.priority, t.arrival).await.unwrap(), position);
    }
    queued.retain(|t| t.auto);
    assert_eq!(store.queue_head(department_id(1), true, 100).await.unwrap(), queued);
}

pub(crate) fn no_sequence_of_changes_breaks_the_invariants<B: Backend>() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let config = Config { cases: 48, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    let run = |steps: Vec<Operation>| {
        runtime.block_on(async {
            let backend = B::fresh().await;
            let store = backend.store();
            join(&*store, 1..=AGENTS, 3).await;
            for step in &steps {
                let Some(change) = plan(&*store, step).await else { continue };
                if commit_one(&*store, change).await.is_ok() {
                    check_guard(&*store, step).await;
                }
            }
            check_invariants(&*store).await;
        });
        Ok(())
    };
    TestRunner::new(config).run(&prop::collection::vec(step(), 1..60), run).unwrap();
}
