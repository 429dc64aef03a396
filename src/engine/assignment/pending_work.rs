//! Pending work of the assigner: departments to serve and agents to reload. An operation's future may be
//! dropped, and a round's task may be ended, at any await; its commit may have succeeded all the same. So the
//! follow-up of a commit is registered before the commit, and the next round does what is not marked as done.
use crate::domain::ids::{DepartmentId, PersonId, TicketId};
use crate::engine::ports::{Change, StoreError, Write};
use crate::engine::{Engine, lock};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

/// The work that the next round must do.
#[derive(Debug, Default)]
pub(in crate::engine) struct PendingWork {
    /// Departments with an event since their last batch.
    pub(in crate::engine) departments: BTreeSet<DepartmentId>,
    /// Tickets and people on whom roster and store may disagree, because the outcome of a commit is
    /// uncertain.
    tickets: BTreeSet<TicketId>,
    pub(in crate::engine) people: BTreeSet<PersonId>,
}

impl PendingWork {
    /// Returns the follow-up work of these changes, should they be committed.
    pub(in crate::engine) fn after_commit_of<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Self {
        let mut work = Self::default();
        for change in changes {
            match &change.write {
                Write::OpenTicket { ticket, .. } => drop(work.departments.insert(ticket.department)),
                Write::Ticket { ticket, .. }
                | Write::TicketContent { ticket, .. }
                | Write::EndedTicket { ticket, .. } => {
                    work.departments.insert(ticket.department);
                    work.tickets.insert(ticket.id);
                }
                Write::Person { person, .. } | Write::AdminRole { person, .. } => {
                    work.people.insert(person.id);
                }
                Write::Department { department, .. } => drop(work.departments.insert(department.id)),
                Write::AssertQueueHead { .. }
                | Write::Settings { .. }
                | Write::Incidents { .. }
                | Write::Message { .. }
                | Write::Invite(_)
                | Write::RevokeInvite(_)
                | Write::Nothing => {}
            }
        }
        work
    }

    /// Returns the work of reloading these people.
    pub(in crate::engine) fn reload(people: BTreeSet<PersonId>) -> Self {
        Self { people, ..Self::default() }
    }

    pub(in crate::engine) fn is_empty(&self) -> bool {
        self.departments.is_empty() && !self.has_reloads()
    }

    pub(in crate::engine) fn has_reloads(&self) -> bool {
        !self.tickets.is_empty() || !self.people.is_empty()
    }

    fn extend(&mut self, other: Self) {
        self.departments.extend(other.departments);
        self.tickets.extend(other.tickets);
        self.people.extend(other.people);
    }
}

/// Registered work. Dropped before `done`, it puts the work back and requests a round.
#[must_use = "the work becomes pending when this is dropped"]
pub(in crate::engine) struct RegisteredWork<'a> {
    engine: &'a Engine,
    pub(in crate::engine) work: PendingWork,
    /// Whether it counts in `Engine::reloading`, as it came with people to reload.
    reloads: bool,
}

impl RegisteredWork<'_> {
    /// Marks the work as done.
    pub(in crate::engine) fn done(mut self) {
        self.work = PendingWork::default();
    }
}

impl Drop for RegisteredWork<'_> {
    fn drop(&mut self) {
        if !self.work.is_empty() {
            if let Some(signals) = &self.engine.signal_buffer {
                // The assigner may be another replica, and it does not know the outcome either.
                signals.uncertain(&self.work);
            }
            lock(&self.engine.pending_work).extend(std::mem::take(&mut self.work));
            self.engine.wake.notify_one();
        }
        if self.reloads {
            self.engine.reloading.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

impl Engine {
    /// Registers work whose commit is about to begin.
    pub(in crate::engine) fn register(&self, work: PendingWork) -> RegisteredWork<'_> {
        RegisteredWork { engine: self, work, reloads: false }
    }

    /// Takes all pending work.
    pub(in crate::engine) fn take_pending_work(&self) -> RegisteredWork<'_> {
        let mut work = lock(&self.pending_work);
        let reloads = !work.people.is_empty();
        // The counter goes up under the lock, so that `has_uncertain_agents` sees these people at every
        // moment.
        self.reloading.fetch_add(usize::from(reloads), Ordering::SeqCst);
        RegisteredWork { engine: self, work: std::mem::take(&mut work), reloads }
    }

    /// Makes the next round reload this agent and serve their departments.
    pub(in crate::engine) fn mark_uncertain(&self, agent: PersonId) {
        lock(&self.pending_work).people.insert(agent);
        self.wake.notify_one();
    }

    /// Returns whether roster and store may disagree on a person, because the outcome of a commit is
    /// uncertain.
    pub(in crate::engine) fn has_uncertain_agents(&self) -> bool {
        !lock(&self.pending_work).people.is_empty() || self.reloading.load(Ordering::SeqCst) > 0
    }

    /// Reloads the uncertain agents and adds their departments to the registered work. The caller must hold the round
    /// lock.
    pub(in crate::engine) async fn reload_uncertain(
        &self,
        registered: &mut RegisteredWork<'_>,
    ) -> Result<(), StoreError> {
        if !registered.work.has_reloads() {
            return Ok(());
        }
        // An abandoned commit may still be in flight. The embedded store commits in the order of the calls,
        // so an empty commit waits for it. With another store the version and guard checks of the next write
        // catch a late commit.
        drop(self.store.commit(vec![Change::quiet(Write::Nothing)]).await);
        let mut people = registered.work.people.clone();
        for ticket in &registered.work.tickets {
            people.extend(self.store.ticket(*ticket).await?.and_then(|ticket| ticket.holder()));
        }
        let holds =
            |seat: &super::roster::Seat| seat.holds.values().any(|t| registered.work.tickets.contains(t));
        people.extend(self.roster().seats().filter(|seat| holds(seat)).map(|seat| seat.person.id));
        for person in people {
            let before = self.departments_of(person);
            self.reload_agent(person).await?;
            registered.work.departments.extend(before.into_iter().chain(self.departments_of(person)));
            self.publish(crate::engine::events::Event::Agent(person));
        }
        registered.work.tickets.clear();
        registered.work.people.clear();
        self.wake_outbox();
        Ok(())
    }

    /// Reloads the uncertain agents without a round. It sends no signal for their departments: the leader has
    /// one already, and another one would bounce between the replicas.
    pub(in crate::engine) async fn reload_uncertain_only(&self) -> Result<(), StoreError> {
        if !lock(&self.pending_work).has_reloads() {
            return Ok(());
        }
        let mut registered = self.take_pending_work();
        self.reload_uncertain(&mut registered).await?;
        let departments = std::mem::take(&mut registered.work.departments);
        registered.done();
        lock(&self.pending_work).departments.extend(departments);
        Ok(())
    }

    /// Returns the departments that an agent serves, according to the roster.
    pub(in crate::engine) fn departments_of(&self, agent: PersonId) -> BTreeSet<DepartmentId> {
        let roster = self.roster();
        roster.seat(agent).and_then(|seat| seat.profile()).map(|p| p.departments.clone()).unwrap_or_default()
    }
}
