//! Rounds of assignment: each event requests a round for its department and wakes the assigner. One round serves
//! all requested departments in batches, until no agent is ready or no ticket is queued. Wake-ups coalesce; the
//! sweep is only a safety net.
use super::pending_work::PendingWork;
use super::planner::{Assignment, MAX_BATCH_TICKETS, plan_round};
use super::queue_heads::assert_queue_heads;
use crate::domain::Time;
use crate::domain::ids::{DepartmentId, PersonId, Slot, TicketId};
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::{CommitError, HeldSlot, StoreError};
use crate::engine::{Engine, MAX_ATTEMPTS, lock};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use tokio::sync::{MutexGuard, RwLockWriteGuard};

tokio::task_local! {
    /// The departments for which the operations of one handler requested rounds.
    static DEFERRED: Deferred;
}

type Deferred = Arc<Mutex<BTreeSet<DepartmentId>>>;

/// The deferral of the rounds of departments, while it lives. A queued ticket beside a ready agent is no
/// fault then. The drop starts the rounds, also when the handler was cancelled.
#[must_use = "tickets wait until the rounds are started"]
pub struct DeferredRounds<'a> {
    engine: &'a Engine,
    departments: Deferred,
}

impl Drop for DeferredRounds<'_> {
    fn drop(&mut self) {
        let departments = std::mem::take(&mut *lock(&self.departments));
        if !departments.is_empty() {
            self.engine.request_round(departments);
        }
        // The counter goes down after the rounds are requested, so that `is_round_pending` is true all the
        // time.
        self.engine.deferring.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Engine {
    /// Loads the agents and the held tickets into the roster, and requests a round for every department. It
    /// assigns the tickets that were queued when the last process ended. It must run again when other
    /// replicas may have changed anything.
    pub async fn start(&self) -> Result<(), StoreError> {
        let round_lock = self.round.lock().await;
        let revisions = self.roster().revisions();
        let settings = self.store.settings().await?;
        let mut holds: HashMap<PersonId, BTreeMap<Slot, TicketId>> = HashMap::new();
        // The reads run concurrently: each of them is long where many agents hold tickets.
        let (held, agents) = tokio::try_join!(self.store.held_slots(), self.store.agents())?;
        for HeldSlot { agent, slot, ticket } in held {
            holds.entry(agent).or_default().insert(slot, ticket);
        }
        let seated: HashSet<PersonId> = agents.iter().map(|agent| agent.id).collect();
        let orphaned = holds.iter().filter(|(agent, _)| !seated.contains(agent));
        *lock(&self.orphaned) = orphaned.flat_map(|(_, held)| held.values().copied()).collect();
        // An operation that ended in the meantime is newer than the agents read above.
        let overtaken = {
            let mut roster = self.roster();
            roster.set_strategy(settings.strategy);
            roster.replace(agents, holds, &revisions)
        };
        for agent in overtaken {
            self.reload_agent(agent).await?;
        }
        drop(round_lock);
        self.request_all_rounds().await
    }

    /// Requests a round for departments and wakes the assigner. Inside [`Engine::defer_rounds`] it only
    /// records them.
    pub(in crate::engine) fn request_round(&self, departments: impl IntoIterator<Item = DepartmentId>) {
        let departments: Vec<_> = departments.into_iter().collect();
        let deferred = DEFERRED.try_with(|deferred| lock(deferred).extend(&departments));
        if deferred.is_err() {
            if let Some(signals) = &self.signal_buffer {
                signals.rounds_requested(&departments);
            }
            lock(&self.pending_work).departments.extend(departments);
            self.wake.notify_one();
        }
    }

    /// Runs `handler` and defers the rounds that it requests, so that a person reads the answer before the
    /// notices of these rounds. The caller must pass the deferral to [`Engine::start_deferred_rounds`] once the
    /// answer is sent. If the process dies before, the next start requests a round for every department.
    pub async fn defer_rounds<T>(&self, handler: impl Future<Output = T>) -> (T, DeferredRounds<'_>) {
        self.deferring.fetch_add(1, Ordering::SeqCst);
        let deferred = DeferredRounds { engine: self, departments: Deferred::default() };
        let output = DEFERRED.scope(Arc::clone(&deferred.departments), handler).await;
        (output, deferred)
    }

    /// Starts the deferred rounds.
    pub fn start_deferred_rounds(&self, deferred: DeferredRounds<'_>) {
        drop(deferred);
    }

    /// Requests a round for every department.
    pub(in crate::engine) async fn request_all_rounds(&self) -> Result<(), StoreError> {
        let all: Vec<_> = self.store.departments().await?.iter().map(|d| d.id).collect();
        self.request_round(all);
        Ok(())
    }

    /// Waits until no round and no immediate assignment is in progress, and blocks both while the locks
    /// live. A person's operations on an agent or a queue use it. Timed jobs lock only the rounds: else every
    /// ticket that is opened in the meantime would wait for a round.
    pub(in crate::engine) async fn suspend_assignment(
        &self,
    ) -> (MutexGuard<'_, ()>, RwLockWriteGuard<'_, ()>) {
        // Lock order: round, then immediate assignment.
        (self.round.lock().await, self.immediate_assignment.write().await)
    }

    /// Waits until a round is requested.
    pub async fn round_requested(&self) {
        self.wake.notified().await;
    }

    /// Returns whether a round is requested, or may be once a running handler has ended.
    #[must_use]
    pub fn is_round_pending(&self) -> bool {
        self.deferring.load(Ordering::SeqCst) > 0 || !lock(&self.pending_work).is_empty()
    }

    /// Assigns tickets in the requested departments and returns how many were assigned. When the store fails or
    /// the future is dropped, the rounds stay requested, and the next one reloads the agents whose
    /// commits are uncertain.
    pub async fn run_round(&self, now: Time) -> Result<usize, EngineError> {
        self.run_rounds(|| now).await
    }

    /// Runs rounds like [`Engine::run_round`] with a clock: while tickets keep coming, a round does not end.
    pub async fn run_rounds(&self, now: impl Fn() -> Time + Send) -> Result<usize, EngineError> {
        let _round_lock = self.round.lock().await;
        let (mut assigned, mut empty_batches) = (0, 0);
        loop {
            let mut registered = self.take_pending_work();
            if registered.work.is_empty() {
                return Ok(assigned);
            }
            self.reload_uncertain(&mut registered).await?;
            if let Some(committed) = self.run_batch(&registered.work.departments, now()).await? {
                assigned += committed;
                empty_batches = if committed == 0 { empty_batches + 1 } else { 0 };
                if empty_batches == MAX_ATTEMPTS {
                    return Err(EngineError::Contention);
                }
                // These departments may have more tickets. They join those requested in the meantime in the next
                // batch, so that no department waits until another one is drained.
                lock(&self.pending_work).departments.extend(&registered.work.departments);
            }
            registered.done();
        }
    }

    /// Plans and commits one batch for these departments. Returns how many assignments were committed, or
    /// `None` when the plan is empty.
    async fn run_batch(
        &self,
        departments: &BTreeSet<DepartmentId>,
        now: Time,
    ) -> Result<Option<usize>, EngineError> {
        let mut further = 0;
        loop {
            let (settings, heads) =
                tokio::try_join!(self.store.settings(), self.queue_heads(departments, further))?;
            let queued = heads.tickets.iter().map(|ticket| (ticket.department, ticket.id)).collect();
            let plan = {
                let (mut roster, mut random) = (self.roster(), self.random());
                roster.set_strategy(settings.strategy);
                plan_round(&mut roster, heads.tickets, &settings, now, random.rng())
            };
            if !plan.assignments.is_empty() {
                return self.commit_plan(plan.assignments, queued).await.map(Some);
            }
            // Tickets that only their former holders could get may hide others behind them.
            if plan.returns.keys().any(|department| heads.cut.contains(department)) {
                further = (2 * further).max(MAX_BATCH_TICKETS);
                continue;
            }
            self.set_returns(departments, &plan.returns);
            return Ok(None);
        }
    }

    /// Commits a plan over these queued tickets and undoes in the roster what the store refuses. Returns how
    /// many assignments were committed.
    async fn commit_plan(
        &self,
        mut plan: Vec<Assignment>,
        queued: Vec<(DepartmentId, TicketId)>,
    ) -> Result<usize, EngineError> {
        if let Err(error) = self.announce_returns(&mut plan).await {
            plan.iter().rev().for_each(|assignment| assignment.undo(&mut self.roster()));
            return Err(error.into());
        }
        fail::fail_point!("engine-before-assign");
        // Operations of this process that requeue a ticket wait for the round; those of other replicas do not.
        let mut changes =
            if self.signal_buffer.is_some() { assert_queue_heads(&plan, queued) } else { Vec::new() };
        let assertions = changes.len();
        changes.extend(plan.iter_mut().map(Assignment::take_change));
        let registered = self.register(PendingWork::after_commit_of(&changes));
        let mut results = self.store.commit(changes).await;
        // A store failure says nothing about the order of the queue.
        let stale_heads = results.drain(..assertions.min(results.len()));
        let reordered = stale_heads.filter(|head| *head == Err(CommitError::Conflict)).count();
        self.faults.conflicts.fetch_add(reordered as u64, Ordering::Relaxed);
        fail::fail_point!("engine-after-assign");
        self.wake_outbox();
        let (mut assigned, mut failure) = (0, None);
        for (assignment, _) in plan.iter().zip(&results).filter(|(_, result)| result.is_ok()) {
            assigned += 1;
            self.publish_assignment(assignment);
        }
        // All undos come before the reloads: if a reload fails, no slot stays taken by an assignment that was
        // not committed.
        let (mut disputed, mut overtaking) = (BTreeSet::new(), BTreeSet::new());
        for (assignment, result) in plan.iter().zip(results).rev() {
            let Err(error) = result else { continue };
            assignment.undo(&mut self.roster());
            match error {
                CommitError::Store(error) => failure = Some(error),
                CommitError::WouldOvertake => drop(overtaking.insert(assignment.agent)),
                CommitError::Conflict
                | CommitError::Duplicate(_)
                | CommitError::TooManyOpen
                | CommitError::Admins => {
                    self.faults.conflicts.fetch_add(1, Ordering::Relaxed);
                    disputed.insert(assignment.agent);
                }
            }
        }
        if failure.is_none() {
            registered.done();
        }
        // `WouldOvertake` says nothing against the agent. If nothing was assigned at all, the roster may be
        // far off, so these agents are reloaded, too.
        if assigned == 0 && reordered == 0 {
            disputed.extend(overtaking);
        }
        let disputed = self.register(PendingWork::reload(disputed));
        for agent in &disputed.work.people {
            self.reload_agent(*agent).await?;
        }
        disputed.done();
        failure.map_or(Ok(assigned), |error| Err(error.into()))
    }

    /// Logs and publishes a committed assignment.
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

    /// Reloads an agent after the store and the roster disagreed. The caller must hold the round lock: the
    /// store does not have the assignments of a round in progress yet. If an operation changes the seat during
    /// the read, it reads again.
    pub(in crate::engine) async fn reload_agent(&self, agent: PersonId) -> Result<(), StoreError> {
        loop {
            let revision = self.roster().revision(agent);
            let person = self.store.person(agent).await?;
            let held = self.store.held_by(agent).await?;
            let holds = held.iter().filter_map(|t| t.hold().map(|hold| (hold.slot, t.id))).collect();
            let mut roster = self.roster();
            if roster.revision(agent) == revision {
                match person {
                    Some(person) => roster.put(person, holds),
                    None => roster.remove(agent),
                }
                return Ok(());
            }
        }
    }
}
