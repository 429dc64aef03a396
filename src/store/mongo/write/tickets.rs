//! The tickets of a unit of work: new ones, and existing ones that are updated over the version that was
//! read.
use super::agents::AgentSet;
use super::queue_head::{HeadTicket, begins_with};
use super::ticket_documents::{
    DepthChanges, Entry, content_document, depth_updates, first_answer_statement, insert_document,
    update_statements, without_content,
};
use crate::domain::Time;
use crate::domain::ids::{Arrival, DepartmentId, PersonId, TicketId, Version};
use crate::domain::ticket::conversation::ConversationMessage;
use crate::domain::ticket::{Hold, Status, Ticket, TicketState};
use crate::engine::ports::{Change, CommitError, Guard, StoreError, UniqueKey, Write};
use crate::store::mongo::codec::{Fields, among, fields, int};
use crate::store::mongo::read::queue::{Query, auto_head};
use crate::store::mongo::schema::{QUEUE_DEPTHS, TICKET_QUEUE, TICKETS};
use crate::store::mongo::tx::Tx;
use crate::store::mongo::tx::error::TxError;
use crate::store::search_words;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, doc};
use std::collections::{HashMap, HashSet};

/// The tickets of a unit of work.
#[derive(Default)]
pub(crate) struct TicketSet {
    entries: HashMap<TicketId, Entry>,
    opened: Vec<TicketId>,
    updated: Vec<TicketId>,
    /// The tickets whose description is written.
    described: HashMap<TicketId, Ticket>,
    /// Idempotency keys and ticket numbers that are taken.
    keys: HashSet<String>,
    numbers: HashSet<String>,
    /// How many open tickets each customer has whose number is limited.
    open_counts: HashMap<PersonId, usize>,
    /// The first tickets of a department that the engine may assign, as they were read, for departments with a
    /// [`Guard::FirstInQueue`] or a [`Write::AssertQueueHead`].
    heads: HashMap<DepartmentId, Vec<Ticket>>,
    /// The times of answers that are the first ones of their tickets.
    first_answers: Vec<(TicketId, Time)>,
    /// True if this transaction puts a ticket back into a queue or depends on a queue's head.
    reorders: bool,
}

impl TicketSet {
    /// Reads the tickets that the changes need. Duplicates of new tickets are read only in a retry: they are
    /// rare, and in the first attempt the unique indexes refuse them.
    pub(crate) async fn load<'a>(
        tx: &mut Tx<'_>,
        changes: impl Iterator<Item = &'a Change> + Clone,
        is_retry: bool,
    ) -> Result<Self, TxError> {
        let mut set = Self::default();
        let (mut written, mut opened, mut limited) = (HashSet::new(), HashSet::new(), HashSet::new());
        let mut heads: HashMap<DepartmentId, usize> = HashMap::new();
        let (mut keys, mut numbers): (Vec<Bson>, Vec<Bson>) = Default::default();
        for change in changes {
            match &change.write {
                Write::OpenTicket { ticket, key, limit } => {
                    opened.insert(ticket.id);
                    limited.extend(limit.map(|_| ticket.customer));
                    keys.push(key.as_str().into());
                    numbers.push(ticket.number.as_str().into());
                }
                Write::Ticket { ticket, guard, .. } => {
                    written.insert(ticket.id);
                    if *guard == Guard::FirstInQueue {
                        heads.entry(ticket.department).or_default();
                    }
                }
                Write::TicketContent { ticket, .. } | Write::EndedTicket { ticket, .. } => {
                    written.insert(ticket.id);
                }
                Write::Message { message, is_first_answer: true, .. } => written.extend(message.ticket),
                Write::AssertQueueHead { department, tickets } => {
                    let most = heads.entry(*department).or_default();
                    *most = tickets.len().max(*most);
                }
                _ => {}
            }
        }
        for (department, most) in heads {
            // Commands of this batch may take each of the written tickets out of an asserted head.
            let most = if most == 0 { 1 } else { most + written.len() + 1 };
            let Query { filter, sort, .. } = auto_head(department, most);
            let head = tx.find_sorted(TICKET_QUEUE, filter, sort, int(most)).await?;
            set.heads.insert(department, head.iter().map(without_content).collect::<Result<_, _>>()?);
        }
        let ids: Vec<_> = if is_retry {
            written.union(&opened).map(ToString::to_string).collect()
        } else {
            written.difference(&opened).map(ToString::to_string).collect()
        };
        for doc in tx.find_in(TICKET_QUEUE, "ticket_id", ids).await? {
            let entry = Entry::read(&doc)?;
            set.entries.insert(entry.now.id, entry);
        }
        let limited: Vec<PersonId> = limited.into_iter().collect();
        if !limited.is_empty() {
            let open = doc! { "customer": among(&limited), "open": true };
            for doc in tx.find(TICKET_QUEUE, open).await? {
                *set.open_counts.entry(PersonId(Fields(&doc).id("customer")?)).or_default() += 1;
            }
        }
        if is_retry && !keys.is_empty() {
            let taken = vec![doc! { "key": { "$in": keys } }, doc! { "ticket_number": { "$in": numbers } }];
            for doc in tx.find(TICKETS, doc! { "$or": taken }).await? {
                set.keys.insert(Fields(&doc).text("key")?.to_owned());
                set.numbers.insert(Fields(&doc).text("ticket_number")?.to_owned());
            }
        }
        Ok(set)
    }

    /// Returns who held these tickets when they were read.
    pub(crate) fn holders(&self) -> HashSet<PersonId> {
        self.entries.values().filter_map(|entry| entry.now.holder()).collect()
    }

    /// Checks that the tickets of a department that wait for the engine begin with these, after what the
    /// commands before it changed.
    pub(crate) fn check_queue_head(
        &mut self,
        department: DepartmentId,
        tickets: &[TicketId],
    ) -> Result<(), CommitError> {
        self.reorders = true;
        let read = self.heads.get(&department).into_iter().flatten();
        let unchanged = read.filter(|ticket| !self.entries.contains_key(&ticket.id));
        let changed = self.entries.values().map(|entry| {
            let opened =
                entry.new_key.as_ref().and_then(|_| self.opened.iter().position(|id| *id == entry.now.id));
            HeadTicket { ticket: &entry.now, opened }
        });
        let head = unchanged.map(|ticket| HeadTicket { ticket, opened: None }).chain(changed);
        if begins_with(department, head, tickets) { Ok(()) } else { Err(CommitError::Conflict) }
    }

    /// Opens a ticket; returns how many this transaction has opened before it.
    pub(crate) fn open(
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
        let open = self.open_counts.entry(ticket.customer).or_default();
        if limit.is_some_and(|limit| *open >= limit) {
            return Err(CommitError::TooManyOpen);
        }
        *open += 1;
        self.keys.insert(key.to_owned());
        self.numbers.insert(ticket.number.as_str().to_owned());
        let entry = Entry {
            stored: ticket.clone(),
            now: ticket.clone(),
            new_key: Some(key.to_owned()),
            agent_queue_position: None,
            row: ObjectId::new().into(),
        };
        self.entries.insert(ticket.id, entry);
        self.opened.push(ticket.id);
        Ok(self.opened.len() as u64 - 1)
    }

    /// Sets the time of the first answer of a message's ticket to that of the message, unless it is set. Then it
    /// returns the ticket.
    pub(crate) fn set_first_answer(&mut self, message: &ConversationMessage) -> Option<&Ticket> {
        let (ticket, at) = (message.ticket?, message.written_at);
        let entry = self.entries.get_mut(&ticket).filter(|entry| entry.now.first_answered_at.is_none())?;
        entry.now.first_answered_at = Some(at);
        self.first_answers.push((ticket, at));
        Some(&entry.now)
    }

    /// Updates a ticket, if it has the expected version and the guard holds of its agent.
    pub(crate) fn update(
        &mut self,
        agents: &mut AgentSet,
        ticket: &Ticket,
        expected: Version,
        guard: Guard,
    ) -> Result<(), CommitError> {
        if guard == Guard::FirstInQueue && self.is_preceded(ticket) {
            return Err(CommitError::Conflict);
        }
        if self.entries.get(&ticket.id).is_none_or(|entry| entry.now.status().is_end()) {
            return Err(CommitError::Conflict);
        }
        self.replace(agents, ticket, expected, guard)
    }

    /// Updates a ticket that has ended: makes it open again, or changes the service record of a completed one.
    pub(crate) fn update_ended(
        &mut self,
        agents: &mut AgentSet,
        ticket: &Ticket,
        expected: Version,
        guard: Guard,
    ) -> Result<(), CommitError> {
        let stored = self.entries.get(&ticket.id).map(|entry| entry.now.status());
        let rates = ticket.status() == Status::Completed && stored == Some(Status::Completed);
        let opens_again = !ticket.status().is_end() && stored.is_some_and(Status::is_end);
        if !rates && !opens_again {
            return Err(CommitError::Conflict);
        }
        self.replace(agents, ticket, expected, guard)
    }

    fn replace(
        &mut self,
        agents: &mut AgentSet,
        ticket: &Ticket,
        expected: Version,
        guard: Guard,
    ) -> Result<(), CommitError> {
        let entry = self.entries.get_mut(&ticket.id).ok_or(CommitError::Conflict)?;
        if entry.now.version != expected {
            return Err(CommitError::Conflict);
        }
        let (from, to) = (entry.now.hold(), ticket.hold());
        if let Some(hold) = to {
            agents.check_guard(guard, hold)?;
            agents.check_slot(hold, ticket.id)?;
        }
        let same_slot = |one: &Hold, other: &Hold| (one.agent, one.slot) == (other.agent, other.slot);
        match (from, to) {
            (Some(from), Some(to)) if same_slot(from, to) => {}
            (from, to) => {
                if let Some(from) = from {
                    agents.release_slot(from);
                }
                entry.agent_queue_position = to.map(|to| agents.take_slot(to, ticket.id, guard));
            }
        }
        if !self.updated.contains(&ticket.id) {
            self.updated.push(ticket.id);
        }
        // A ticket that is queued again has its old position, before others.
        self.reorders |= ticket.state == TicketState::Queued;
        // The other fields of a ticket never change.
        entry.now = Ticket {
            version: ticket.version,
            department: ticket.department,
            category: ticket.category,
            priority: ticket.priority,
            auto: ticket.auto,
            state: ticket.state.clone(),
            former_holders: ticket.former_holders.clone(),
            service: ticket.service.clone(),
            ..entry.now.clone()
        };
        Ok(())
    }

    /// Writes the description of a ticket that was updated.
    pub(crate) fn set_description(&mut self, ticket: &Ticket) {
        self.described.insert(ticket.id, ticket.clone());
    }

    /// Returns true if another ticket comes before a new one, whether it was read or is of this transaction.
    fn is_preceded(&self, ticket: &Ticket) -> bool {
        let precedes = |other: &Ticket| {
            other.state == TicketState::Queued
                && other.auto
                && other.department == ticket.department
                && other.priority <= ticket.priority
                && other.id != ticket.id
        };
        let first = self.heads.get(&ticket.department).and_then(|head| head.first());
        first.is_some_and(|first| first.priority <= ticket.priority)
            || self.entries.values().any(|entry| precedes(&entry.now))
    }

    /// Returns a ticket as the changes so far have left it.
    pub(crate) fn current(&self, ticket: TicketId) -> Option<&Ticket> {
        self.entries.get(&ticket).map(|entry| &entry.now)
    }

    /// Returns when an agent got each ticket that they hold now. `stored` are the holds as they were read.
    pub(crate) fn holds_of(&self, agent: PersonId, stored: &[(TicketId, Time)]) -> Vec<Time> {
        let unchanged = stored.iter().filter(|(ticket, _)| !self.entries.contains_key(ticket));
        let held =
            |entry: &Entry| entry.now.hold().filter(|hold| hold.agent == agent).map(|hold| hold.assigned_at);
        unchanged.map(|(_, at)| *at).chain(self.entries.values().filter_map(held)).collect()
    }

    /// Writes the tickets and the queue depths; returns the arrival number of the first new ticket.
    pub(crate) async fn flush(mut self, tx: &mut Tx<'_>) -> Result<u64, TxError> {
        let content =
            self.opened_entries().filter_map(|entry| Some((&entry.stored, entry.new_key.as_ref()?)));
        let content = content.map(|(ticket, key)| content_document(ticket, key));
        tx.insert(TICKETS, content.collect::<Result<_, StoreError>>()?).await?;
        tx.bulk_update(QUEUE_DEPTHS, depth_updates(tx.process, self.depth_changes())).await?;
        let mut first_arrival = 0;
        if self.reorders || !self.opened.is_empty() {
            first_arrival = tx.advance_arrivals(self.opened.len() as u64, self.reorders).await?;
        }
        for (arrival, id) in (first_arrival..).zip(&self.opened) {
            if let Some(entry) = self.entries.get_mut(id) {
                entry.stored.arrival = Arrival(arrival);
            }
        }
        let inserts = self.opened_entries().map(|entry| insert_document(&entry.stored, &entry.row));
        tx.insert(TICKET_QUEUE, inserts.collect::<Result<_, StoreError>>()?).await?;
        let updated: Vec<_> = self.updated.iter().filter_map(|id| self.entries.get(id)).collect();
        tx.bulk_update(TICKET_QUEUE, update_statements(&updated)?).await?;
        let answers = self.first_answers.iter().map(|(ticket, at)| first_answer_statement(*ticket, *at));
        tx.update_any(TICKET_QUEUE, answers.collect()).await?;
        let described = self.described.values().map(|ticket| {
            let words = search_words::of_ticket(ticket);
            let set = doc! { "description": fields(&ticket.description)?, "words": words };
            Ok(doc! { "q": { "_id": ticket.id.to_string() }, "u": { "$set": set } })
        });
        tx.bulk_update(TICKETS, described.collect::<Result<_, StoreError>>()?).await?;
        Ok(first_arrival)
    }

    fn opened_entries(&self) -> impl Iterator<Item = &Entry> {
        self.opened.iter().filter_map(|id| self.entries.get(id))
    }

    fn depth_changes(&self) -> DepthChanges {
        let mut changes = DepthChanges::new();
        let mut count = |ticket: &Ticket, by: i64| {
            if ticket.state == TicketState::Queued {
                *changes.entry((ticket.department, ticket.priority)).or_default() += by;
            }
        };
        let ids: HashSet<_> = self.opened.iter().chain(&self.updated).collect();
        for entry in ids.into_iter().filter_map(|id| self.entries.get(id)) {
            if entry.new_key.is_none() {
                count(&entry.stored, -1);
            }
            count(&entry.now, 1);
        }
        changes
    }
}
