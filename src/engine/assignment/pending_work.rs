//! What is still to be done when whoever began it is gone. A verb's caller may hang up and a round's task may be ended at
//! any await: then nobody follows up what was committed, or may have been. So it is owed from before until it is done, and
//! the next round pays.
use crate::domain::ids::{DepartmentId, PersonId, TicketId};
use crate::engine::ports::{Change, StoreError, Write};
use crate::engine::{Engine, lock};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

/// What rounds owe.
#[derive(Debug, Default)]
pub(in crate::engine) struct Owed {
    /// Departments in which something happened.
    pub(in crate::engine) departments: BTreeSet<DepartmentId>,
    /// Tickets and people of whom the roster may know otherwise than the store: nobody heard what became of their commit.
    tickets: BTreeSet<TicketId>,
    pub(in crate::engine) people: BTreeSet<PersonId>,
}

impl Owed {
    /// What these changes bring about, if they were committed.
    pub(in crate::engine) fn by<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Self {
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
                Write::Head { .. }
                | Write::Settings { .. }
                | Write::Incidents { .. }
                | Write::Invite(_)
                | Write::Nothing => {}
            }
        }
        owed
    }

    /// To read these people again.
    pub(in crate::engine) fn of(people: BTreeSet<PersonId>) -> Self {
        Self { people, ..Self::default() }
    }

    pub(in crate::engine) fn is_empty(&self) -> bool {
        self.departments.is_empty() && !self.is_doubtful()
    }

    pub(in crate::engine) fn is_doubtful(&self) -> bool {
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
pub(in crate::engine) struct Taken<'a> {
    engine: &'a Engine,
    pub(in crate::engine) owed: Owed,
    /// Whether it came with doubts about people, which last until it is dropped.
    doubts: bool,
}

impl Taken<'_> {
    /// Nothing of it is owed any more.
    pub(in crate::engine) fn paid(mut self) {
        self.owed = Owed::default();
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if !self.owed.is_empty() {
            if let Some(telling) = &self.engine.telling {
                // Whoever works does not know either, and this replica may not be the one.
                telling.doubted(&self.owed);
            }
            lock(&self.engine.owed).extend(std::mem::take(&mut self.owed));
            self.engine.wake.notify_one();
        }
        if self.doubts {
            self.engine.clearing.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

impl Engine {
    /// Takes `owed` on.
    pub(in crate::engine) fn take_on(&self, owed: Owed) -> Taken<'_> {
        Taken { engine: self, owed, doubts: false }
    }

    /// Takes on all that is owed by now.
    pub(in crate::engine) fn take_owed(&self) -> Taken<'_> {
        let mut owed = lock(&self.owed);
        let doubts = !owed.people.is_empty();
        // Under the lock: the doubt is in the one place or in the other at every moment.
        self.clearing.fetch_add(usize::from(doubts), Ordering::SeqCst);
        Taken { engine: self, owed: std::mem::take(&mut owed), doubts }
    }

    /// The next round reads this agent again and serves their departments.
    pub(in crate::engine) fn doubt(&self, agent: PersonId) {
        lock(&self.owed).people.insert(agent);
        self.wake.notify_one();
    }

    /// Whether the roster may know somebody otherwise than the store does, because nobody heard what became of a commit.
    pub(in crate::engine) fn doubts_anybody(&self) -> bool {
        !lock(&self.owed).people.is_empty() || self.clearing.load(Ordering::SeqCst) > 0
    }

    /// Reads again whoever is in doubt, and marks their departments with what was taken. Only between rounds.
    pub(in crate::engine) async fn clear_doubts(&self, taken: &mut Taken<'_>) -> Result<(), StoreError> {
        if !taken.owed.is_doubtful() {
            return Ok(());
        }
        // A commit that nobody waits for may still be under way. The embedded store writes in the order in which it was
        // asked, so behind this one it has ended; of another store's the conditions of the next write catch what comes late.
        drop(self.store.commit(vec![Change::quiet(Write::Nothing)]).await);
        let mut people = taken.owed.people.clone();
        for ticket in &taken.owed.tickets {
            people.extend(self.store.ticket(*ticket).await?.and_then(|ticket| ticket.holder()));
        }
        let holds = |seat: &super::roster::Seat| seat.holds.values().any(|t| taken.owed.tickets.contains(t));
        people.extend(self.roster().seats().filter(|seat| holds(seat)).map(|seat| seat.person.id));
        for person in people {
            let before = self.departments_of(person);
            self.reread(person).await?;
            taken.owed.departments.extend(before.into_iter().chain(self.departments_of(person)));
            self.tell(crate::engine::events::Happening::Agent(person));
        }
        taken.owed.tickets.clear();
        taken.owed.people.clear();
        self.deliver_soon();
        Ok(())
    }

    /// The same without a round. Whoever works was told of the departments already: telling again would go to and fro.
    pub(in crate::engine) async fn clear_doubts_only(&self) -> Result<(), StoreError> {
        if !lock(&self.owed).is_doubtful() {
            return Ok(());
        }
        let mut taken = self.take_owed();
        self.clear_doubts(&mut taken).await?;
        let departments = std::mem::take(&mut taken.owed.departments);
        taken.paid();
        lock(&self.owed).departments.extend(departments);
        Ok(())
    }

    /// The departments that somebody serves, as the roster has it.
    pub(in crate::engine) fn departments_of(&self, agent: PersonId) -> BTreeSet<DepartmentId> {
        let roster = self.roster();
        roster.seat(agent).and_then(|seat| seat.profile()).map(|p| p.departments.clone()).unwrap_or_default()
    }
}
