//! The tickets of a transaction: opened, moved over the version that was read, written with what they change in the depths.
use super::agents::Agents;
use super::codec::Fields;
use super::error::Halt;
use super::queue::{self, counting};
use super::schema::{COUNTERS, DEPTHS, QUEUE, TICKETS};
use super::tickets::{Query, arriving, content, placed, standing};
use super::tx::Tx;
use crate::domain::ids::{DepartmentId, PersonId, TicketId, Version};
use crate::domain::ticket::{Hold, Priority, Ticket, TicketState};
use crate::engine::ports::{Change, CommitError, Guard, StoreError, UniqueKey, Write};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, Document, doc};
use std::collections::{HashMap, HashSet};

/// A ticket as it was read and as it becomes.
struct Entry {
    /// Nothing for one that is opened in this transaction.
    before: Option<Ticket>,
    now: Ticket,
    /// Its idempotency key, when it is opened.
    key: Option<String>,
    /// Its place in the agent's queue, since this transaction gave it to one.
    place: Option<i64>,
    /// Under what the database has it, when it was read.
    row: Bson,
}

impl Entry {
    fn read(doc: &Document) -> Result<Self, StoreError> {
        let (ticket, row) = (placed(doc)?, doc.get("_id").cloned().unwrap_or(Bson::Null));
        Ok(Self { before: Some(ticket.clone()), now: ticket, key: None, place: None, row })
    }
}

/// The tickets that a transaction has to do with.
#[derive(Default)]
pub(super) struct Places {
    entries: HashMap<TicketId, Entry>,
    opened: Vec<TicketId>,
    moved: Vec<TicketId>,
    keys: HashSet<String>,
    numbers: HashSet<String>,
    /// How many open tickets the customers have for whom that is limited.
    open: HashMap<PersonId, usize>,
    /// Where a ticket waits before one that is opened now.
    waiting: HashSet<(DepartmentId, Priority)>,
    /// The first of queues, as far as was asked how they begin.
    heads: HashMap<DepartmentId, Vec<TicketId>>,
    /// Whether this transaction rests on how a queue begins, or may be what makes it begin otherwise.
    orders: bool,
}

impl Places {
    /// Reads them. Whether one that is opened is there already is looked for only with `again`: it hardly ever is, and then
    /// the unique indexes refuse it.
    pub(super) async fn load<'a>(
        tx: &mut Tx<'_>,
        changes: impl Iterator<Item = &'a Change> + Clone,
        again: bool,
    ) -> Result<Self, Halt> {
        let mut these = Self::default();
        let ids: HashSet<TicketId> = changes
            .clone()
            .filter_map(|change| match &change.write {
                Write::OpenTicket { ticket, .. } if again => Some(ticket.id),
                // Of one that is given away as it is opened there is nothing to read.
                Write::Ticket { guard: Guard::Next, .. } if !again => None,
                Write::Ticket { ticket, .. } => Some(ticket.id),
                _ => None,
            })
            .collect();
        let places = changes.clone().filter_map(|change| match &change.write {
            Write::Ticket { ticket, guard: Guard::Next, .. } => Some((ticket.department, ticket.priority)),
            _ => None,
        });
        these.waiting = queue::waiting(tx, places.collect()).await?;
        these.read_heads(tx, changes.clone()).await?;
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

    /// Reads how those queues begin of which that is asked. In a transaction with others the first of them all is asked for.
    async fn read_heads<'a>(
        &mut self,
        tx: &mut Tx<'_>,
        changes: impl Iterator<Item = &'a Change>,
    ) -> Result<(), Halt> {
        let mut asked: HashMap<DepartmentId, usize> = HashMap::new();
        for change in changes {
            if let Write::Head { department, tickets } = &change.write {
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

    /// How many open tickets customers have.
    pub(super) fn know_open(&mut self, open: HashMap<PersonId, usize>) {
        self.open = open;
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
        *open += 1;
        self.keys.insert(key.to_owned());
        self.numbers.insert(ticket.number.as_str().to_owned());
        let entry = Entry {
            before: None,
            now: ticket.clone(),
            key: Some(key.to_owned()),
            place: None,
            row: Bson::Null,
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
        if guard == Guard::Next && self.waits_before(ticket) {
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

    /// Writes the tickets and the depths; returns the arrival of the first that was opened.
    pub(super) async fn write(mut self, tx: &mut Tx<'_>, process: &str) -> Result<u64, Halt> {
        let (freed, mut moves) = self.statements();
        tx.update(DEPTHS, counting(process, self.depths())).await?;
        let opened: Vec<Entry> = self.opened.iter().filter_map(|id| self.entries.remove(id)).collect();
        let mut first = 0;
        if !opened.is_empty() {
            let about =
                opened.iter().map(|entry| content(&entry.now, entry.key.as_deref().unwrap_or_default()));
            tx.insert(TICKETS, about.collect::<Result<_, StoreError>>()?).await?;
            first = tx.take("arrival", opened.len() as u64).await?;
            let arrived = (first..).zip(&opened).map(|(position, entry)| {
                let (doc, slot) = born(entry, position);
                moves.extend(slot);
                doc
            });
            tx.insert(QUEUE, arrived.collect()).await?;
        } else if self.orders {
            // Where all meet who open tickets, too: of two the later one is done again, and sees the other.
            let meeting =
                doc! { "q": { "_id": "arrival" }, "u": { "$inc": { "orders": 1_i64 } }, "upsert": true };
            tx.update_some(COUNTERS, vec![meeting]).await?;
        }
        tx.update(QUEUE, freed).await?;
        tx.update(QUEUE, moves).await?;
        Ok(first)
    }

    /// The statements that write the moved tickets; before them those that free a slot which another one takes.
    fn statements(&self) -> (Vec<Document>, Vec<Document>) {
        let pairs = || {
            let entries = self.moved.iter().filter_map(|id| self.entries.get(id));
            entries.filter_map(|entry| Some((entry.before.as_ref()?, entry)))
        };
        let slot = |ticket: &Ticket| ticket.hold().map(|hold| (hold.agent, hold.slot));
        let taken: HashSet<_> = pairs()
            .filter(|(before, entry)| slot(before) != slot(&entry.now))
            .filter_map(|(_, entry)| slot(&entry.now))
            .collect();
        let frees = |before: &Ticket, entry: &Entry| {
            slot(before).is_some_and(|was| taken.contains(&was)) && slot(before) != slot(&entry.now)
        };
        // Each was read in this transaction, which so is overtaken if anybody else has written it since: its `_id` is enough.
        let statement =
            |entry: &Entry, set: Document| doc! { "q": { "_id": entry.row.clone() }, "u": { "$set": set } };
        let empty = || doc! { "holding": false, "slot": Bson::Null };
        let freeing = pairs().filter(|(before, entry)| frees(before, entry));
        let freeing = freeing.map(|(_, entry)| statement(entry, empty()));
        let writes = pairs().map(|(before, entry)| {
            let was = standing(before);
            let mut set = changed(&was, standing(&entry.now));
            if slot(before) != slot(&entry.now) {
                set.insert("agent_queue_position", entry.place);
            }
            statement(entry, set)
        });
        (freeing.collect(), writes.collect())
    }

    /// By how much the depths change.
    fn depths(&self) -> HashMap<(DepartmentId, Priority), i64> {
        let mut changes = HashMap::new();
        let mut count = |ticket: &Ticket, by: i64| {
            if ticket.state == TicketState::Queued {
                *changes.entry((ticket.department, ticket.priority)).or_default() += by;
            }
        };
        let ids: HashSet<_> = self.opened.iter().chain(&self.moved).collect();
        for entry in ids.into_iter().filter_map(|id| self.entries.get(id)) {
            if let Some(before) = &entry.before {
                count(before, -1);
            }
            count(&entry.now, 1);
        }
        changes
    }
}

/// The document of a ticket that arrives, and what gives it its slot if it has one already: a write of its own, as the tests'
/// server never frees a place in a unique index that a document was born with.
fn born(entry: &Entry, position: u64) -> (Document, Option<Document>) {
    let mut doc = arriving(&entry.now, position, entry.place);
    let Some(slot) = entry.now.hold().map(|hold| i32::from(hold.slot.0)) else { return (doc, None) };
    let row = ObjectId::new();
    doc.extend(doc! { "_id": row, "holding": false, "slot": Bson::Null });
    let taken = doc! { "$set": { "holding": true, "slot": slot } };
    (doc, Some(doc! { "q": { "_id": row }, "u": taken }))
}

/// The fields that are other than they were: of what stays, the server need not look whether it stays.
fn changed(before: &Document, now: Document) -> Document {
    now.into_iter().filter(|(name, value)| before.get(name) != Some(value)).collect()
}
