//! Daily roll-ups: after any history they are what a count by hand gives.
mod notes;

use super::Backend;
use super::fixture::*;
use super::records::search::answer;
use antri::domain::Time;
use antri::domain::event::Action;
use antri::domain::ids::{Slot, Version};
use antri::domain::person::Availability;
use antri::domain::policy::Capacity;
use antri::domain::statistics::{Figure, FigureCounts, Scope, ScopeKind};
use antri::domain::ticket::service::Stars;
use antri::domain::ticket::{Status, Ticket};
use antri::engine::ports::{Change, Guard, Store, Write};
use chrono::{NaiveDate, TimeDelta};
use notes::{Notes, day, department, note};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeMap;
use std::sync::Arc;

const ZONE: chrono_tz::Tz = chrono_tz::Asia::Jakarta;
const AGENTS: u64 = 3;
const TICKETS: u64 = 6;

pub(crate) type Sums = BTreeMap<(NaiveDate, Scope, Figure), i64>;

#[derive(Debug, Clone)]
pub(crate) enum Operation {
    Open(u64),
    Give { ticket: u64, agent: u64, slot: u16, by_engine: bool },
    Complete(u64),
    Release(u64),
    Cancel(u64),
    Undo(u64),
    Reopen(u64),
    Rate(u64, u8),
    Answer(u64),
    Agent { agent: u64, max: u16, online: bool },
    Leave(u64),
}

/// A step, and the minutes that pass before it: hours between some, so that holds span midnights.
fn step() -> impl Strategy<Value = (Operation, i64)> {
    let ticket = || 1..=TICKETS;
    let step = prop_oneof![
        3 => ticket().prop_map(Operation::Open),
        8 => (ticket(), 1..=AGENTS, 0..3_u16, any::<bool>())
            .prop_map(|(ticket, agent, slot, by_engine)| Operation::Give { ticket, agent, slot, by_engine }),
        4 => ticket().prop_map(Operation::Complete),
        2 => ticket().prop_map(Operation::Release),
        1 => ticket().prop_map(Operation::Cancel),
        1 => ticket().prop_map(Operation::Undo),
        2 => ticket().prop_map(Operation::Reopen),
        2 => (ticket(), 1..=5_u8).prop_map(|(ticket, stars)| Operation::Rate(ticket, stars)),
        3 => ticket().prop_map(Operation::Answer),
        3 => (1..=AGENTS, 1..4_u16, any::<bool>())
            .prop_map(|(agent, max, online)| Operation::Agent { agent, max, online }),
        1 => (1..=AGENTS).prop_map(Operation::Leave),
    ];
    (step, prop_oneof![3 => 0..30_i64, 1 => 0..2_000_i64])
}

/// Returns the change that a step attempts, if it can be planned at all.
async fn plan(store: &dyn Store, step: &Operation, now: Time) -> Option<Change> {
    let current = async |n| store.ticket(ticket_id(n)).await.unwrap();
    let write = |next: Ticket, guard| ticket_update(next, guard).write;
    let ended = |next: Ticket| reopening(next, Guard::None).write;
    let write = match *step {
        Operation::Open(n) => opening(Ticket { created_at: now, ..ticket(n) }).write,
        Operation::Give { ticket, agent, slot, by_engine } => {
            let t = current(ticket).await?;
            let (agent, slot) = (person_id(agent), Slot(slot));
            if by_engine {
                write(t.assign(agent, slot, now).ok()?, Guard::Eligible)
            } else {
                write(t.reassign(agent, slot, now).ok()?, Guard::Capacity)
            }
        }
        Operation::Complete(n) => {
            let t = current(n).await?;
            write(t.complete(t.holder()?, now).ok()?, Guard::None)
        }
        Operation::Release(n) => write(current(n).await?.release(false, now).ok()?, Guard::None),
        Operation::Cancel(n) => write(current(n).await?.cancel(person_id(900), now).ok()?, Guard::None),
        Operation::Undo(n) => ended(current(n).await?.undo_cancel(person_id(900), now).ok()?),
        Operation::Reopen(n) => {
            let t = current(n).await?;
            let window = (std::time::Duration::MAX, now);
            ended(t.reopen(person_id(900), t.service.reopened, window).ok()?)
        }
        Operation::Rate(n, stars) => {
            let t = current(n).await?;
            ended(t.rate(person_id(900), t.service.reopened, Stars::new(stars)?, now).ok()?)
        }
        Operation::Answer(n) => {
            let seconds = u64::try_from((now - at(0)).num_seconds()).unwrap();
            answer(seconds, &current(n).await?, now).write
        }
        Operation::Agent { .. } | Operation::Leave(_) => {
            let (Operation::Agent { agent: n, .. } | Operation::Leave(n)) = *step else { return None };
            let mut person = store.person(person_id(n)).await.unwrap()?;
            let read = person.version;
            person.version = read.next();
            person.agent = match *step {
                Operation::Agent { max, online, .. } => {
                    let mut profile = person.agent.or_else(|| agent(n, 3).agent)?;
                    profile.max_tickets = Capacity::new(max)?;
                    profile.availability = if online { Availability::Online } else { Availability::Away };
                    Some(profile)
                }
                _ => None,
            };
            Write::Person { person: Box::new(person), expected: Some(Version(read.0)) }
        }
    };
    let event = match &write {
        Write::Message { .. } => None,
        _ => Some(event(now, Some(1), 1, Action::Started)),
    };
    Some(Change { write, event, notices: Vec::new() })
}

pub(crate) async fn stored(store: &dyn Store) -> Sums {
    let days = day(at(0))..=day(at(0)) + TimeDelta::days(400);
    let mut sums = Sums::new();
    for kind in [ScopeKind::Department, ScopeKind::Agent] {
        let mut added = BTreeMap::new();
        for (day, scope, figures) in store.daily_figures(kind, days.clone()).await.unwrap() {
            sums.extend(figures.iter().map(|(figure, sum)| ((day, scope, figure), sum)));
            for (figure, sum) in figures.iter() {
                *added.entry((scope, figure)).or_insert(0) += sum;
            }
        }
        added.retain(|_, sum| *sum != 0);
        let whole = store.figures(kind, days.clone()).await.unwrap();
        let whole = whole.iter().flat_map(|(scope, f)| f.iter().map(move |(f, sum)| ((*scope, f), sum)));
        assert_eq!(whole.collect::<BTreeMap<_, _>>(), added, "the sums are those of the days");
    }
    sums
}

/// Runs a history over stores on the same data in turns, and compares the roll-ups of each with the notes.
pub(crate) async fn check_history(stores: &[Arc<dyn Store>], steps: &[(Operation, i64)]) -> (Sums, Time) {
    let mut notes = Notes::default();
    let mut now = at(0);
    for store in stores {
        store.set_time_zone(ZONE);
    }
    let joined = (1..=AGENTS).map(|n| {
        let event = Some(event(now, Some(1), 1, Action::Started));
        Change { event, ..person_write(agent(n, 3), None) }
    });
    commit_all(&*stores[0], joined.collect()).await;
    notes.spans.extend((1..=AGENTS).map(|n| (person_id(n), 3, now, None)));
    for (turn, (step, minutes)) in steps.iter().enumerate() {
        now += TimeDelta::minutes(*minutes) + TimeDelta::microseconds(1_234_567);
        let store = &*stores[turn % stores.len()];
        let Some(change) = plan(store, step, now).await else { continue };
        let id = match &change.write {
            Write::Ticket { ticket, .. } | Write::EndedTicket { ticket, .. } => Some(ticket.id),
            _ => None,
        };
        let before = match id {
            Some(id) => store.ticket(id).await.unwrap(),
            None => None,
        };
        if commit_one(store, change.clone()).await.is_ok() {
            note(&mut notes, step, before.as_ref(), &change, now);
        }
    }
    let expected = rounded(&notes.sums_until(None));
    for store in stores {
        assert_eq!(rounded(&stored(&**store).await), expected);
    }
    let mut counts = FigureCounts::new(ZONE);
    counts.add_current_spans(&stores[0].current_spans().await.unwrap(), now);
    let mut until_now = stored(&*stores[0]).await;
    for (day, scope, figures) in counts.iter() {
        for (figure, more) in figures.iter() {
            *until_now.entry((day, scope, figure)).or_default() += more;
        }
    }
    assert_eq!(rounded(&until_now), rounded(&notes.sums_until(Some(now))), "with what has not ended");
    (stored(&*stores[0]).await, now)
}

/// Returns the sums without those that differ only by the rounding of microseconds: times are compared in
/// seconds, rounded.
fn rounded(sums: &Sums) -> Sums {
    let round = |(key, sum): (&(NaiveDate, Scope, Figure), &i64)| match key.2 {
        Figure::HeldTime | Figure::SlotTime => (*key, (sum + 500) / 1_000),
        _ => (*key, *sum),
    };
    sums.iter().map(round).filter(|(_, sum)| *sum != 0).collect()
}

pub(crate) fn roll_ups_equal_a_count_by_hand<B: Backend>() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let config = Config { cases: 32, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    let run = |steps: Vec<(Operation, i64)>| {
        runtime.block_on(async {
            let backend = B::fresh().await;
            let (before, _) = check_history(&[backend.store()], &steps).await;
            let backend = backend.reopen().await;
            assert_eq!(stored(&*backend.store()).await, before, "a restart keeps them");
        });
        Ok(())
    };
    TestRunner::new(config).run(&prop::collection::vec(step(), 1..80), run).unwrap();
}

/// Returns a history of some length, the same for a seed.
pub(crate) fn some_history(seed: u8) -> Vec<(Operation, i64)> {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::{RngAlgorithm, TestRng};
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    prop::collection::vec(step(), 80).new_tree(&mut runner).unwrap().current()
}

pub(crate) async fn a_rejected_change_adds_nothing(store: Arc<dyn Store>) {
    store.set_time_zone(ZONE);
    join(&*store, [1], 5).await;
    let opened = open(&*store, ticket(1)).await;
    let before = stored(&*store).await;
    let mut stale = opened.assign(person_id(1), Slot(0), at(5)).unwrap();
    stale.version = Version(7);
    for change in [ticket_update(stale, Guard::Eligible), opening(ticket(1))] {
        commit_one(&*store, change).await.unwrap_err();
    }
    assert_eq!(opened.status(), Status::Queued);
    assert_eq!(stored(&*store).await, before);
    assert_eq!(before, Sums::from([((day(at(1)), department(), Figure::Created), 1)]));
}
