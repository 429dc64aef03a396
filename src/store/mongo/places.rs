//! The tickets of a transaction: opened, and moved over the version that was read. How they are written is `moves`' business.
use super::agents::Agents;
use super::codec::Fields;
use super::error::Halt;
use super::known::{Idle, Known};
use super::queue;
use super::schema::{QUEUE, TICKETS};
use super::tickets::{Query, placed};
use super::tx::Tx;
use crate::domain::ids::{DepartmentId, PersonId, TicketId, Version};
use crate::domain::ticket::{Hold, Priority, Ticket, TicketState};
use crate::engine::ports::{Change, CommitError, Guard, StoreError, UniqueKey, Write};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, Document, doc};
use std::collections::{HashMap, HashSet};

/// A ticket as it was read, or is remembered, and as it becomes.
pub(super) struct Entry {
    /// Nothing for one that is opened in this transaction.
    pub(super) before: Option<Ticket>,
    pub(super) now: Ticket,
    /// Its idempotency key, when it is opened.
    pub(super) key: Option<String>,
    /// Its place in the agent's queue, since this transaction gave it to one.
    pub(super) place: Option<i64>,
    /// Under what the database has it.
    pub(super) row: Bson,
}

impl Entry {
    fn of(ticket: Ticket, row: Bson) -> Self {
        Self { before: Some(ticket.clone()), now: ticket, key: None, place: None, row }
    }

    fn read(doc: &Document) -> Result<Self, StoreError> {
        Ok(Self::of(placed(doc)?, doc.get("_id").cloned().unwrap_or(Bson::Null)))
    }
}

/// The tickets that a transaction has to do with.
#[derive(Default)]
pub(super) struct Places {
    pub(super) entries: HashMap<TicketId, Entry>,
    pub(super) opened: Vec<TicketId>,
    pub(super) moved: Vec<TicketId>,
    keys: HashSet<String>,
    numbers: HashSet<String>,
    /// How many open tickets the customers have for whom that is limited, as far as they were counted yet.
    open: HashMap<PersonId, usize>,
    /// How many fewer than these they must have had for what they have opened.
    room: HashMap<PersonId, usize>,
    /// Where a ticket waits before one that is opened now.
    waiting: HashSet<(DepartmentId, Priority)>,
    /// Where none does, of the places that were asked for.
    pub(super) idle: HashSet<(DepartmentId, Priority)>,
    /// Where none did before, and whether that was taken for granted.
    pub(super) idle_before: Option<Idle>,
    pub(super) presumes: bool,
    /// The first of queues, as far as was asked how they begin.
    heads: HashMap<DepartmentId, Vec<TicketId>>,
    /// Whether this transaction rests on how a queue begins, or may be what makes it begin otherwise.
    pub(super) orders: bool,
}

impl Places {
    /// Reads them, unless they are known. Whether one that is opened is there already is looked for only with `again`: it hardly
    /// ever is, and then the unique indexes refuse it.
    pub(super) async fn load<'a>(
        tx: &mut Tx<'_>,
        changes: impl Iterator<Item = &'a Change> + Clone,
        known: Option<&Known>,
        again: bool,
    ) -> Result<Self, Halt> {
        let mut these = Self::default();
        let ids: HashSet<TicketId> = changes
            .clone()
            .filter_map(|change| match &change.write {
                Write::OpenTicket { ticket, .. } if again => Some(ticket.id),
                // Of one that is given away as it is opened there is nothing to read.
                Write::Ticket { guard: Guard::FirstInQueue, .. } if !again => None,
                Write::Ticket { ticket, .. } => Some(ticket.id),
                _ => None,
            })
            .collect();
        let places = changes.clone().filter_map(|change| match &change.write {
            Write::Ticket { ticket, guard: Guard::FirstInQueue, .. } => {
                Some((ticket.department, ticket.priority))
            }
            _ => None,
        });
        these.read_waiting(tx, places.collect(), known.and_then(Known::idle)).await?;
        these.read_heads(tx, changes.clone()).await?;
        for id in &ids {
            if let Some((ticket, row)) = known.and_then(|known| known.ticket(*id)) {
                these.entries.entry(*id).or_insert_with(|| Entry::of(ticket, row));
            }
        }
        let rest = ids.iter().filter(|id| !these.entries.contains_key(id)).map(ToString::to_string);
        for doc in tx.find_in(QUEUE, "ticket_id", rest.collect::<Vec<_>>()).await? {
            let entry = Entry::read(&doc)?;
            these.entries.insert(entry.now.id, entry);
        }
        let openings = changes.filter_map(|change| match &change.write {
            Write::OpenTicket { ticket, key, .. } if again => {
                Some((key.clone(), ticket.number.as_str().to_owned()))
            }
            _ => None,
        });
        let (keys, numbers): (Vec<Bson>, Vec<Bson>) =
            openings.map(|(key, number)| (Bson::String(key), Bson::String(number))).unzip();
        if !keys.is_empty() {
            let taken = [doc! { "key": { "$in": keys } }, doc! { "ticket_number": { "$in": numbers } }];
            for doc in tx.find(TICKETS, doc! { "$or": taken.to_vec() }).await? {
                these.keys.insert(Fields(&doc).text("key")?.to_owned());
                these.numbers.insert(Fields(&doc).text("ticket_number")?.to_owned());
            }
        }
        Ok(these)
    }

    /// Reads whether somebody waits in these places, unless it is known that nobody does.
    async fn read_waiting(
        &mut self,
        tx: &mut Tx<'_>,
        places: HashSet<(DepartmentId, Priority)>,
        known: Option<&Idle>,
    ) -> Result<(), Halt> {
        self.presumes = !places.is_empty() && known.is_some_and(|known| places.is_subset(&known.places));
        self.idle_before = known.cloned();
        if !self.presumes {
            self.waiting = queue::waiting(tx, &places).await?;
        }
        self.idle = places.difference(&self.waiting).copied().collect();
        Ok(())
    }

    /// Reads how those queues begin of which that is asked. In a transaction with others the first of them all is asked for.
    async fn read_heads<'a>(
        &mut self,
        tx: &mut Tx<'_>,
        changes: impl Iterator<Item = &'a Change>,
    ) -> Result<(), Halt> {
        let mut asked: HashMap<DepartmentId, usize> = HashMap::new();
        for change in changes {
            if let Write::AssertQueueHead { department, tickets } = &change.write {
                let most = asked.entry(*department).or_default();
                *most = tickets.len().max(*most);
            }
        }
        for (department, most) in asked {
            let Query { filter, sort, .. } = queue::head(department, most);
            let head = self.heads.entry(department).or_default();
            for doc in tx.find_some(QUEUE, filter, sort, super::codec::limit(most)).await? {
                let entry = Entry::read(&doc)?;
                head.push(entry.now.id);
                self.entries.insert(entry.now.id, entry);
            }
        }
        Ok(())
    }

    /// Checks how a department's queue begins.
    pub(super) fn begins_with(
        &mut self,
        department: DepartmentId,
        tickets: &[TicketId],
    ) -> Result<(), CommitError> {
        self.orders = true;
        let head = self.heads.get(&department).map(Vec::as_slice).unwrap_or_default();
        if head.starts_with(tickets) { Ok(()) } else { Err(CommitError::Conflict) }
    }

    /// Who held these tickets when they were read.
    pub(super) fn holders(&self) -> HashSet<PersonId> {
        self.entries.values().filter_map(|entry| entry.now.holder()).collect()
    }

    /// How many open tickets customers have, before anything is decided.
    pub(super) fn know_open(&mut self, open: HashMap<PersonId, usize>) {
        self.open = open;
    }

    /// Whether somebody has opened more than they may, who had so many before: where it was decided as if they had none.
    pub(super) fn exceeds(&self, before: &HashMap<PersonId, usize>) -> bool {
        before.iter().any(|(customer, count)| self.room.get(customer).is_some_and(|room| count >= room))
    }

    /// Opens a ticket; returns how many this transaction has opened before it.
    pub(super) fn open(
        &mut self,
        ticket: &Ticket,
        key: &str,
        limit: Option<usize>,
    ) -> Result<u64, CommitError> {
        // The idempotency key first: a ticket that is opened again has all of them.
        if self.keys.contains(key) {
            return Err(CommitError::Duplicate(UniqueKey::Idempotency));
        }
        if self.numbers.contains(ticket.number.as_str()) {
            return Err(CommitError::Duplicate(UniqueKey::Number));
        }
        if ticket.state != TicketState::Queued || self.entries.contains_key(&ticket.id) {
            return Err(CommitError::Conflict);
        }
        let open = self.open.entry(ticket.customer).or_default();
        if limit.is_some_and(|limit| *open >= limit) {
            return Err(CommitError::TooManyOpen);
        }
        if let Some(limit) = limit {
            let room = self.room.entry(ticket.customer).or_insert(limit);
            *room = (limit - *open).min(*room);
        }
        *open += 1;
        self.keys.insert(key.to_owned());
        self.numbers.insert(ticket.number.as_str().to_owned());
        let entry = Entry {
            before: None,
            now: ticket.clone(),
            key: Some(key.to_owned()),
            place: None,
            row: ObjectId::new().into(),
        };
        self.entries.insert(ticket.id, entry);
        self.opened.push(ticket.id);
        Ok(self.opened.len() as u64 - 1)
    }

    /// Makes a ticket what it is to be, if it still is what was read and its agent may have it.
    pub(super) fn put(
        &mut self,
        agents: &mut Agents,
        ticket: &Ticket,
        expected: Version,
        guard: Guard,
    ) -> Result<(), CommitError> {
        if guard == Guard::FirstInQueue && self.waits_before(ticket) {
            return Err(CommitError::Conflict);
        }
        let entry = self.entries.get_mut(&ticket.id).ok_or(CommitError::Conflict)?;
        if entry.now.version != expected || entry.now.status().is_end() {
            return Err(CommitError::Conflict);
        }
        let (from, to) = (entry.now.hold(), ticket.hold());
        if let Some(hold) = to {
            agents.check(guard, hold)?;
            agents.look(hold, ticket.id)?;
        }
        let kept = |one: &Hold, other: &Hold| (one.agent, one.slot) == (other.agent, other.slot);
        match (from, to) {
            (Some(from), Some(to)) if kept(from, to) => {}
            (from, to) => {
                if let Some(from) = from {
                    agents.leave(from);
                }
                entry.place = to.map(|to| agents.take(to, ticket.id, guard));
            }
        }
        if !self.moved.contains(&ticket.id) {
            self.moved.push(ticket.id);
        }
        // It comes to its old place, before others.
        self.orders |= ticket.state == TicketState::Queued;
        // What a ticket is about, who opened it and when it arrived is given once.
        entry.now = Ticket {
            version: ticket.version,
            department: ticket.department,
            category: ticket.category,
            priority: ticket.priority,
            auto: ticket.auto,
            state: ticket.state.clone(),
            ..entry.now.clone()
        };
        Ok(())
    }

    /// Whether another ticket waits before one that was just opened: from before this transaction or in it.
    fn waits_before(&self, ticket: &Ticket) -> bool {
        let before = |other: &Ticket| {
            other.state == TicketState::Queued
                && other.auto
                && other.department == ticket.department
                && other.priority <= ticket.priority
                && other.id != ticket.id
        };
        self.waiting.contains(&(ticket.department, ticket.priority))
            || self.entries.values().any(|entry| before(&entry.now))
    }

    /// Whether a queue is other than it was: in number, in order, or in what the engine may assign.
    pub(super) fn moves_queues(&self) -> bool {
        let queued = |ticket: &Ticket| ticket.state == TicketState::Queued;
        let written = self.opened.iter().chain(&self.moved).filter_map(|id| self.entries.get(id));
        written.into_iter().any(|entry| queued(&entry.now) || entry.before.as_ref().is_some_and(queued))
    }
}
