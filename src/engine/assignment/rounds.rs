//! Rounds of assignment. Something happens in a department → it is marked and the assigner is woken → one round serves all
//! marked departments, in batches, until nobody is ready or nothing waits. Wake-ups coalesce; the sweep only insures.
use super::pending_work::PendingWork;
use super::planner::{Assignment, plan_round};
use crate::domain::Time;
use crate::domain::ids::{Arrival, DepartmentId, PersonId, Slot, TicketId};
use crate::domain::ticket::{Priority, Ticket};
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::{Change, CommitError, StoreError, Write};
use crate::engine::{Engine, MAX_ATTEMPTS, lock};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use tokio::sync::{MutexGuard, RwLockWriteGuard};

/// How many tickets one batch assigns at most: enough to make the wait for durability cheap, little enough that the first
/// ticket of a batch does not wait long for the last.
const MAX_BATCH_TICKETS: usize = 512;
/// How many tickets of a department a batch looks at, however many departments there are.
const MIN_TICKETS_PER_DEPARTMENT: usize = 16;

tokio::task_local! {
    /// The departments that the verbs of one handler marked.
    static DEFERRED: Deferred;
}

type Deferred = Arc<Mutex<BTreeSet<DepartmentId>>>;

/// Departments whose rounds are kept back while it lives: a ticket that waits for an agent who is ready is no fault then.
/// However it ends, with a handler that was broken off too, the rounds start.
#[must_use = "tickets wait until the rounds are started"]
pub struct DeferredRounds<'a> {
    engine: &'a Engine,
    kept: Deferred,
}

impl Drop for DeferredRounds<'_> {
    fn drop(&mut self) {
        let kept = std::mem::take(&mut *lock(&self.kept));
        if !kept.is_empty() {
            self.engine.request_round(kept);
        }
        // After they are marked: at every moment a round is wanted or may be.
        self.engine.deferring.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Engine {
    /// Reads the agents and what they hold, and marks every department: tickets that were waiting when the process ended
    /// are assigned by the first round. May be called again, when other replicas may have changed anything.
    pub async fn start(&self) -> Result<(), StoreError> {
        let between_rounds = self.round.lock().await;
        let stamps = self.roster().stamps();
        let settings = self.store.settings().await?;
        let mut holds: HashMap<PersonId, BTreeMap<Slot, TicketId>> = HashMap::new();
        for ticket in self.store.all_held().await? {
            if let Some(hold) = ticket.hold() {
                holds.entry(hold.agent).or_default().insert(hold.slot, ticket.id);
            }
        }
        let agents = self.store.agents().await?;
        // A verb that ended meanwhile is newer than what was read.
        let overtaken = {
            let mut roster = self.roster();
            roster.set_strategy(settings.strategy);
            roster.replace(agents, holds, &stamps)
        };
        for agent in overtaken {
            self.reload_agent(agent).await?;
        }
        drop(between_rounds);
        self.request_all_rounds().await
    }

    /// Marks departments for the next round and wakes the assigner; inside [`Engine::before_rounds`] keeps them for later.
    pub(in crate::engine) fn request_round(&self, departments: impl IntoIterator<Item = DepartmentId>) {
        let departments: Vec<_> = departments.into_iter().collect();
        let kept = DEFERRED.try_with(|kept| lock(kept).extend(&departments));
        if kept.is_err() {
            if let Some(telling) = &self.signal_buffer {
                telling.rounds_requested(&departments);
            }
            lock(&self.pending_work).departments.extend(departments);
            self.wake.notify_one();
        }
    }

    /// Runs `work` and keeps back the rounds that it asks for, so that a person reads the answer to what they did before
    /// what follows from it in a round. Hand the second value to [`Engine::start_deferred_rounds`] when the answer is on its way; a process
    /// that dies before that assigns at its next start.
    pub async fn defer_rounds<T>(&self, work: impl Future<Output = T>) -> (T, DeferredRounds<'_>) {
        self.deferring.fetch_add(1, Ordering::SeqCst);
        let marks = DeferredRounds { engine: self, kept: Deferred::default() };
        let done = DEFERRED.scope(Arc::clone(&marks.kept), work).await;
        (done, marks)
    }

    /// Starts the rounds that were kept back.
    pub fn start_deferred_rounds(&self, marks: DeferredRounds<'_>) {
        drop(marks);
    }

    /// Marks every department.
    pub(in crate::engine) async fn request_all_rounds(&self) -> Result<(), StoreError> {
        let all: Vec<_> = self.store.departments().await?.into_iter().map(|d| d.id).collect();
        self.request_round(all);
        Ok(())
    }

    /// Waits for a moment at which no round is under way and no new ticket is being given away, and keeps others from
    /// beginning: for what a person does to an agent or to a queue. What comes by the clock waits for rounds only, since tickets
    /// that come meanwhile would wait for a round each.
    pub(in crate::engine) async fn pause_assignment(&self) -> (MutexGuard<'_, ()>, RwLockWriteGuard<'_, ()>) {
        // In this order everywhere.
        (self.round.lock().await, self.immediate_assignment.write().await)
    }

    /// Waits until a round is wanted.
    pub async fn round_requested(&self) {
        self.wake.notified().await;
    }

    /// Whether a round is wanted, or may be as soon as a handler that is under way has ended.
    #[must_use]
    pub fn is_round_pending(&self) -> bool {
        self.deferring.load(Ordering::SeqCst) > 0 || !lock(&self.pending_work).is_empty()
    }

    /// Assigns what can be assigned in the marked departments. Returns how many tickets found an agent. When the store
    /// fails, or nobody waits for the round any more, the departments stay marked, and who may have got something is read
    /// again by the next round.
    pub async fn run_round(&self, now: Time) -> Result<usize, EngineError> {
        self.run_rounds(|| now).await
    }

    /// The same while time goes by: where tickets keep coming, a round has no end.
    pub async fn run_rounds(&self, now: impl Fn() -> Time + Send) -> Result<usize, EngineError> {
        let _one_at_a_time = self.round.lock().await;
        let (mut assigned, mut fruitless) = (0, 0);
        loop {
            let mut taken = self.take_pending_work();
            if taken.work.is_empty() {
                return Ok(assigned);
            }
            self.reload_uncertain(&mut taken).await?;
            if let Some(found) = self.run_batch(&taken.work.departments, now()).await? {
                assigned += found;
                fruitless = if found == 0 { fruitless + 1 } else { 0 };
                if fruitless == MAX_ATTEMPTS {
                    return Err(EngineError::Contention);
                }
                // There may be more: for the next batch, together with what was marked meanwhile, so that no department
                // waits until another one has run dry.
                lock(&self.pending_work).departments.extend(&taken.work.departments);
            }
            taken.done();
        }
    }

    /// Serves these departments with one batch. Returns how much of it was committed, or nothing when there is none.
    async fn run_batch(
        &self,
        departments: &BTreeSet<DepartmentId>,
        now: Time,
    ) -> Result<Option<usize>, EngineError> {
        let (settings, waiting) = tokio::try_join!(self.store.settings(), self.queue_heads(departments))?;
        let plan = {
            let (mut roster, mut chance) = (self.roster(), self.random());
            roster.set_strategy(settings.strategy);
            plan_round(&mut roster, waiting, &settings, now, chance.rng())
        };
        if plan.is_empty() {
            return Ok(None);
        }
        self.commit_plan(plan).await.map(Some)
    }

    /// The heads of the queues, as far as the ready agents have room.
    pub(in crate::engine) async fn queue_heads(
        &self,
        departments: &BTreeSet<DepartmentId>,
    ) -> Result<Vec<Ticket>, StoreError> {
        let rooms: Vec<_> = {
            let roster = self.roster();
            departments
                .iter()
                .map(|d| (*d, roster.free_slots(*d, MAX_BATCH_TICKETS)))
                .filter(|(_, room)| *room > 0)
                .collect()
        };
        // Each department gives its share of a batch. Behind a share that is used up there may be more, so what comes
        // after its last ticket waits for the next batch: agents of several departments get tickets in the one order.
        let share = MAX_BATCH_TICKETS.div_ceil(rooms.len().max(1)).max(MIN_TICKETS_PER_DEPARTMENT);
        let (mut heads, mut end) = (Vec::new(), None);
        // All of them at once: a server is far away.
        let reads = rooms.iter().map(|(department, room)| {
            let wanted = (*room).min(share);
            async move {
                let head = self.store.queue_head(*department, true, wanted).await?;
                Ok::<_, StoreError>((*room, wanted, head))
            }
        });
        for (room, wanted, head) in futures::future::try_join_all(reads).await? {
            if let Some(last) = head.last()
                && wanted < room
                && head.len() == wanted
            {
                let place = (last.priority, last.arrival);
                end = Some(end.map_or(place, |end: (Priority, Arrival)| end.min(place)));
            }
            heads.extend(head);
        }
        heads.sort_by_key(|ticket: &Ticket| (ticket.priority, ticket.arrival));
        heads.retain(|ticket| end.is_none_or(|end| (ticket.priority, ticket.arrival) <= end));
        heads.truncate(MAX_BATCH_TICKETS);
        Ok(heads)
    }

    async fn commit_plan(&self, mut plan: Vec<Assignment>) -> Result<usize, EngineError> {
        fail::fail_point!("engine-before-assign");
        // Within a process, whatever puts a ticket back waits for the round; others don't.
        let mut changes = if self.signal_buffer.is_some() { assert_queue_heads(&plan) } else { Vec::new() };
        let conditions = changes.len();
        changes.extend(plan.iter_mut().map(Assignment::take_change));
        let unheard = self.register(PendingWork::after_commit_of(&changes));
        let mut results = self.store.commit(changes).await;
        let reordered = results.drain(..conditions.min(results.len())).filter(Result::is_err).count();
        self.faults.conflicts.fetch_add(reordered as u64, Ordering::Relaxed);
        fail::fail_point!("engine-after-assign");
        self.wake_outbox();
        let (mut assigned, mut failure) = (0, None);
        for (assignment, _) in plan.iter().zip(&results).filter(|(_, result)| result.is_ok()) {
            assigned += 1;
            self.publish_assignment(assignment);
        }
        // All of them before anybody is read again: if that fails, nothing stays reserved for what was not committed.
        let (mut disputed, mut behind) = (BTreeSet::new(), BTreeSet::new());
        for (assignment, result) in plan.iter().zip(results).rev() {
            let Err(error) = result else { continue };
            assignment.undo(&mut self.roster());
            match error {
                CommitError::Store(error) => failure = Some(error),
                CommitError::WouldOvertake => drop(behind.insert(assignment.agent)),
                CommitError::Conflict | CommitError::Duplicate(_) | CommitError::TooManyOpen => {
                    self.faults.conflicts.fetch_add(1, Ordering::Relaxed);
                    disputed.insert(assignment.agent);
                }
            }
        }
        if failure.is_none() {
            unheard.done();
        }
        // Nothing is known against those who were to get what came behind. Where nobody got anything the roster may be far off.
        if assigned == 0 && reordered == 0 {
            disputed.extend(behind);
        }
        let disputed = self.register(PendingWork::reload(disputed));
        for agent in &disputed.work.people {
            self.reload_agent(*agent).await?;
        }
        disputed.done();
        failure.map_or(Ok(assigned), |error| Err(error.into()))
    }

    pub(in crate::engine) fn publish_assignment(&self, assignment: &Assignment) {
        let ticket = &assignment.after;
        tracing::info!(ticket = %ticket.number, agent = %assignment.agent, slot = assignment.slot.0, "assigned");
        self.publish(Event::Assigned {
            ticket: ticket.id,
            department: ticket.department,
            agent: assignment.agent,
            from: None,
        });
    }

    /// Reads an agent again, after the store and the roster disagreed. Only between rounds: what these give away the store
    /// does not know yet. A verb that ends meanwhile (a ticket completed) is newer than what was read: then once more.
    pub(in crate::engine) async fn reload_agent(&self, agent: PersonId) -> Result<(), StoreError> {
        loop {
            let stamp = self.roster().stamp(agent);
            let person = self.store.person(agent).await?;
            let held = self.store.held_by(agent).await?;
            let holds = held.iter().filter_map(|t| t.hold().map(|hold| (hold.slot, t.id))).collect();
            let mut roster = self.roster();
            if roster.stamp(agent) == stamp {
                match person {
                    Some(person) => roster.put(person, holds),
                    None => roster.remove(agent),
                }
                return Ok(());
            }
        }
    }
}

/// That the tickets of a plan are still the first of their queues.
fn assert_queue_heads(plan: &[Assignment]) -> Vec<Change> {
    let mut heads: BTreeMap<DepartmentId, Vec<TicketId>> = BTreeMap::new();
    for assignment in plan {
        heads.entry(assignment.before.department).or_default().push(assignment.before.id);
    }
    let head = |(department, tickets)| Change::quiet(Write::AssertQueueHead { department, tickets });
    heads.into_iter().map(head).collect()
}

/// What the roster knows, for showing.
impl Engine {
    /// Agents of a department who are online and there, whether they have room or not.
    #[must_use]
    pub fn online(&self, department: DepartmentId) -> u32 {
        self.roster().online(department)
    }

    /// Whether an agent's presence is lost.
    #[must_use]
    pub fn is_lost(&self, agent: PersonId) -> bool {
        self.roster().seat(agent).is_some_and(|seat| seat.lost)
    }

    /// All agents with what they hold, in the order in which they became agents.
    #[must_use]
    pub fn seats(&self) -> Vec<super::roster::Seat> {
        let mut seats: Vec<_> = self.roster().seats().cloned().collect();
        seats.sort_by_key(|seat| seat.profile().map_or(0, |p| p.assignment_order));
        seats
    }
}
