//! Follow-up work that survives cancellation. A caller can be dropped at any `.await` after its commit was sent. The work
//! that must follow (rounds, reloads of agents whose state is uncertain) is therefore registered before the commit. If the
//! guard is dropped without `done()`, the next round does the work.
use crate::domain::ids::{DepartmentId, PersonId, TicketId};
use crate::engine::ports::{Change, StoreError, Write};
use crate::engine::{Engine, lock};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

/// What rounds owe.
#[derive(Debug, Default)]
pub(in crate::engine) struct PendingWork {
    /// Departments in which something happened.
    pub(in crate::engine) departments: BTreeSet<DepartmentId>,
    /// Tickets and people of whom the roster may know otherwise than the store: nobody heard what became of their commit.
    tickets: BTreeSet<TicketId>,
    pub(in crate::engine) people: BTreeSet<PersonId>,
}

impl PendingWork {
    /// What these changes bring about, if they were committed.
    pub(in crate::engine) fn after_commit_of<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Self {
        let mut owed = Self::default();
        for change in changes {
            match &change.write {
                Write::OpenTicket { ticket, .. } => drop(owed.departments.insert(ticket.department)),
                Write::Ticket { ticket, .. } => {
                    owed.departments.insert(ticket.department);
                    owed.tickets.insert(ticket.id);
                }
                Write::Person { person, .. } => drop(owed.people.insert(person.id)),
                Write::Department { department, .. } => drop(owed.departments.insert(department.id)),
                Write::AssertQueueHead { .. }
                | Write::Settings { .. }
                | Write::Incidents { .. }
                | Write::Invite(_)
                | Write::Nothing => {}
            }
        }
        owed
    }

    /// To read these people again.
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

/// What somebody is about to pay. Dropped before that, it is owed again, and a round is wanted.
#[must_use = "owed again when it is dropped"]
pub(in crate::engine) struct WorkGuard<'a> {
    engine: &'a Engine,
    pub(in crate::engine) work: PendingWork,
    /// Whether it came with doubts about people, which last until it is dropped.
    reloads: bool,
}

impl WorkGuard<'_> {
    /// Nothing of it is owed any more.
    pub(in crate::engine) fn done(mut self) {
        self.work = PendingWork::default();
    }
}

impl Drop for WorkGuard<'_> {
    fn drop(&mut self) {
        if !self.work.is_empty() {
            if let Some(telling) = &self.engine.signal_buffer {
                // Whoever works does not know either, and this replica may not be the one.
                telling.uncertain(&self.work);
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
    /// Takes `owed` on.
    pub(in crate::engine) fn register(&self, owed: PendingWork) -> WorkGuard<'_> {
        WorkGuard { engine: self, work: owed, reloads: false }
    }

    /// Takes on all that is owed by now.
    pub(in crate::engine) fn take_pending_work(&self) -> WorkGuard<'_> {
        let mut owed = lock(&self.pending_work);
        let doubts = !owed.people.is_empty();
        // Under the lock: the doubt is in the one place or in the other at every moment.
        self.reloading.fetch_add(usize::from(doubts), Ordering::SeqCst);
        WorkGuard { engine: self, work: std::mem::take(&mut owed), reloads: doubts }
    }

    /// The next round reads this agent again and serves their departments.
    pub(in crate::engine) fn mark_uncertain(&self, agent: PersonId) {
        lock(&self.pending_work).people.insert(agent);
        self.wake.notify_one();
    }

    /// Whether the roster may know somebody otherwise than the store does, because nobody heard what became of a commit.
    pub(in crate::engine) fn has_uncertain_agents(&self) -> bool {
        !lock(&self.pending_work).people.is_empty() || self.reloading.load(Ordering::SeqCst) > 0
    }

    /// Reads again whoever is in doubt, and marks their departments with what was taken. Only between rounds.
    pub(in crate::engine) async fn reload_uncertain(
        &self,
        taken: &mut WorkGuard<'_>,
    ) -> Result<(), StoreError> {
        if !taken.work.has_reloads() {
            return Ok(());
        }
        // A commit that nobody waits for may still be under way. The embedded store writes in the order in which it was
        // asked, so behind this one it has ended; of another store's the conditions of the next write catch what comes late.
        drop(self.store.commit(vec![Change::quiet(Write::Nothing)]).await);
        let mut people = taken.work.people.clone();
        for ticket in &taken.work.tickets {
            people.extend(self.store.ticket(*ticket).await?.and_then(|ticket| ticket.holder()));
        }
        let holds = |seat: &super::roster::Seat| seat.holds.values().any(|t| taken.work.tickets.contains(t));
        people.extend(self.roster().seats().filter(|seat| holds(seat)).map(|seat| seat.person.id));
        for person in people {
            let before = self.departments_of(person);
            self.reload_agent(person).await?;
            taken.work.departments.extend(before.into_iter().chain(self.departments_of(person)));
            self.publish(crate::engine::events::Event::Agent(person));
        }
        taken.work.tickets.clear();
        taken.work.people.clear();
        self.wake_outbox();
        Ok(())
    }

    /// The same without a round. Whoever works was told of the departments already: telling again would go to and fro.
    pub(in crate::engine) async fn reload_uncertain_only(&self) -> Result<(), StoreError> {
        if !lock(&self.pending_work).has_reloads() {
            return Ok(());
        }
        let mut taken = self.take_pending_work();
        self.reload_uncertain(&mut taken).await?;
        let departments = std::mem::take(&mut taken.work.departments);
        taken.done();
        lock(&self.pending_work).departments.extend(departments);
        Ok(())
    }

    /// The departments that somebody serves, as the roster has it.
    pub(in crate::engine) fn departments_of(&self, agent: PersonId) -> BTreeSet<DepartmentId> {
        let roster = self.roster();
        roster.seat(agent).and_then(|seat| seat.profile()).map(|p| p.departments.clone()).unwrap_or_default()
    }
}
