//! The agents of a unit of work: guards, free slots, and the `agent_status` documents.
//!
//! Each assignment, release and profile change writes the agent's document. Two transactions that do so
//! conflict there, so a guard that was checked holds until the commit, and `current_tickets` is the number of
//! held tickets. It also has the times by which the statistics judge a hold: since when the agent is available,
//! and when a slot became free.

use crate::domain::Time;
use crate::domain::ids::{PersonId, Slot, TicketId};
use crate::domain::person::{AgentProfile, Availability, Person};
use crate::domain::policy::Capacity;
use crate::domain::statistics::AvailableSpan;
use crate::domain::ticket::Hold;
use crate::engine::ports::{Change, CommitError, Guard, StoreError, Write};
use crate::store::mongo::codec::{Fields, date, put_time};
use crate::store::mongo::read::tickets::held_by;
use crate::store::mongo::schema::{AGENT_STATUS, TICKET_QUEUE};
use crate::store::mongo::tx::Tx;
use crate::store::mongo::tx::error::TxError;
use mongodb::bson::{Document, doc};
use std::collections::{HashMap, HashSet};

/// An agent of the unit of work.
#[derive(Debug, Default)]
struct Agent {
    /// True if the database has the document.
    is_stored: bool,
    /// True if the person is an agent.
    serves: bool,
    max_tickets: i64,
    /// Online, reachable, opted in.
    is_eligible: bool,
    held: i64,
    /// The last assignment by the engine: as it was read, and with those of this transaction. Two may be
    /// committed in another order than they were planned.
    stored_last_assigned: Option<Time>,
    last_assigned: Option<Time>,
    /// Since when they are online with this capacity, and when a ticket last left one of their slots.
    available_since: Option<Time>,
    slot_freed_at: Option<Time>,
    /// The fields that are written with the person.
    profile: Document,
    mark: Mark,
}

/// How an agent is flushed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Mark {
    #[default]
    Clean,
    Changed,
    /// The person became an agent.
    New,
}

impl Agent {
    fn mark_changed(&mut self) {
        if self.mark == Mark::Clean {
            self.mark = Mark::Changed;
        }
    }

    fn read(doc: &Document) -> Result<Self, StoreError> {
        let f = Fields(doc);
        let online = f.text("status")? == Availability::Online.as_str();
        Ok(Self {
            is_stored: true,
            serves: true,
            max_tickets: f.int("max_tickets")?,
            is_eligible: online && f.flag("reachable")? && f.flag("auto_assignment_enabled")?,
            held: f.int("current_tickets")?,
            stored_last_assigned: f.opt_time("last_assigned")?,
            available_since: f.opt_time("available_since")?,
            slot_freed_at: f.opt_time("slot_freed_at")?,
            ..Self::default()
        })
    }

    /// Returns their available span.
    fn span(&self, agent: PersonId) -> Option<AvailableSpan> {
        let capacity = u16::try_from(self.max_tickets).ok().and_then(Capacity::new)?;
        Some(AvailableSpan { agent, since: self.available_since?, capacity })
    }
}

/// Returns the capacity of a person who is available.
fn available_capacity(person: &Person) -> Option<Capacity> {
    let available = person.agent.as_ref().filter(|agent| agent.availability == Availability::Online);
    available.map(|agent| agent.max_tickets)
}

/// The agents of a unit of work.
#[derive(Default)]
pub(crate) struct AgentSet {
    agents: HashMap<PersonId, Agent>,
    /// The tickets in slots that were read or changed. The unique index protects the others.
    slots: HashMap<(PersonId, Slot), Option<TicketId>>,
    /// The holds that were read.
    holds: HashMap<PersonId, Vec<(TicketId, Time)>>,
}

impl AgentSet {
    /// Reads the agents who hold or get tickets or whose profile is written. The tickets that they hold are read
    /// of those who become agents, as they may hold some of an earlier time as one, and of those whose available
    /// span ends; in a retry of all.
    pub(crate) async fn load<'a>(
        tx: &mut Tx<'_>,
        changes: impl Iterator<Item = &'a Change>,
        mut ids: HashSet<PersonId>,
        is_retry: bool,
    ) -> Result<Self, TxError> {
        let mut people = Vec::new();
        for change in changes {
            match &change.write {
                Write::Ticket { ticket, .. }
                | Write::TicketContent { ticket, .. }
                | Write::EndedTicket { ticket, .. } => {
                    ids.extend(ticket.holder());
                }
                Write::Person { person, .. } | Write::AdminRole { person, .. } => {
                    ids.insert(person.id);
                    people.push(person);
                }
                _ => {}
            }
        }
        let mut set = Self::default();
        let names = ids.iter().map(ToString::to_string);
        for doc in tx.find_in(AGENT_STATUS, "agent_id", names).await? {
            set.agents.insert(PersonId(Fields(&doc).id("agent_id")?), Agent::read(&doc)?);
        }
        let needs_holds = |person: &Person| match set.agents.get(&person.id) {
            Some(agent) => {
                let span = agent.span(person.id);
                span.is_some_and(|span| Some(span.capacity) != available_capacity(person))
            }
            None => person.agent.is_some(),
        };
        if !is_retry {
            ids = people.iter().filter(|person| needs_holds(person)).map(|person| person.id).collect();
        }
        set.load_holds(tx, &ids.into_iter().collect::<Vec<_>>()).await?;
        Ok(set)
    }

    async fn load_holds(&mut self, tx: &mut Tx<'_>, ids: &[PersonId]) -> Result<(), TxError> {
        if ids.is_empty() {
            return Ok(());
        }
        for id in ids {
            self.agents.entry(*id).or_default().held = 0;
        }
        for doc in tx.find(TICKET_QUEUE, held_by(ids)).await? {
            let f = Fields(&doc);
            let (id, ticket) = (PersonId(f.id("assigned_agent")?), TicketId(f.id("ticket_id")?));
            self.agents.entry(id).or_default().held += 1;
            self.slots.insert((id, Slot(f.number("slot")?)), Some(ticket));
            self.holds.entry(id).or_default().push((ticket, f.time("assigned_at")?));
        }
        Ok(())
    }

    /// Checks the guard of the agent who gets a ticket.
    pub(crate) fn check_guard(&self, guard: Guard, hold: &Hold) -> Result<(), CommitError> {
        let agent = self.agents.get(&hold.agent).filter(|agent| agent.serves);
        // Both: after the capacity was lowered, an agent can hold high slots while low ones are free.
        let has_room =
            |agent: &Agent| agent.max_tickets > i64::from(hold.slot.0) && agent.max_tickets > agent.held;
        let holds = match guard {
            Guard::None => true,
            Guard::Eligible | Guard::FirstInQueue => {
                agent.is_some_and(|agent| agent.is_eligible && has_room(agent))
            }
            Guard::Capacity => agent.is_some_and(has_room),
            Guard::Override => agent.is_some(),
        };
        if holds { Ok(()) } else { Err(CommitError::Conflict) }
    }

    /// Checks that no other ticket is known to be in the slot.
    pub(crate) fn check_slot(&self, hold: &Hold, ticket: TicketId) -> Result<(), CommitError> {
        match self.slots.get(&(hold.agent, hold.slot)) {
            Some(Some(other)) if *other != ticket => Err(CommitError::Conflict),
            _ => Ok(()),
        }
    }

    pub(crate) fn release_slot(&mut self, hold: &Hold) {
        self.slots.insert((hold.agent, hold.slot), None);
        let agent = self.agents.entry(hold.agent).or_default();
        agent.held -= 1;
        agent.mark_changed();
    }

    /// Takes a slot; an assignment by the engine also sets `last_assigned`. Returns the position in the
    /// agent's queue.
    pub(crate) fn take_slot(&mut self, hold: &Hold, ticket: TicketId, guard: Guard) -> i64 {
        self.slots.insert((hold.agent, hold.slot), Some(ticket));
        let agent = self.agents.entry(hold.agent).or_default();
        agent.held += 1;
        agent.mark_changed();
        if guard.is_engine() {
            agent.last_assigned = agent.last_assigned.max(Some(hold.assigned_at));
        }
        agent.held
    }

    /// Sets the profile of a person who is written.
    pub(crate) fn set_profile(&mut self, person: &Person) {
        let agent = self.agents.entry(person.id).or_default();
        agent.mark_changed();
        let Some(profile) = &person.agent else {
            agent.serves = false;
            return;
        };
        if !agent.serves {
            // A new agent brings these two; later they are not written with the person.
            agent.mark = Mark::New;
            put_time(&mut agent.profile, "last_assigned", profile.last_assigned);
            put_time(&mut agent.profile, "last_activity", Some(profile.last_activity));
        }
        agent.serves = true;
        agent.max_tickets = i64::from(profile.max_tickets.get());
        agent.is_eligible = profile.availability == Availability::Online
            && person.reachable
            && profile.auto_assignment_enabled;
        agent.profile.extend(profile_fields(person, profile));
    }

    /// Returns the holds of an agent as they were read.
    pub(crate) fn stored_holds(&self, agent: PersonId) -> &[(TicketId, Time)] {
        self.holds.get(&agent).map_or(&[], Vec::as_slice)
    }

    /// Begins and ends the available span of a person who is about to be written. Returns the one that ends.
    pub(crate) fn change_span(&mut self, person: &Person, at: Time) -> Option<AvailableSpan> {
        let agent = self.agents.entry(person.id).or_default();
        let (span, capacity) = (agent.span(person.id), available_capacity(person));
        if span.map(|span| span.capacity) != capacity {
            agent.available_since = capacity.map(|_| at);
            agent.mark_changed();
            return span;
        }
        None
    }

    /// Returns since when an agent is available.
    pub(crate) fn available_since(&self, agent: PersonId) -> Option<Time> {
        self.agents.get(&agent)?.available_since
    }

    /// Returns since when an agent is available and has the latest of their free slots.
    pub(crate) fn ready_since(&self, agent: PersonId) -> Option<Time> {
        let agent = self.agents.get(&agent)?;
        agent.available_since.max(agent.slot_freed_at.filter(|_| agent.available_since.is_some()))
    }

    /// Records that a ticket left one of an agent's slots.
    pub(crate) fn record_free_slot(&mut self, agent: PersonId, at: Time) {
        if let Some(agent) = self.agents.get_mut(&agent) {
            agent.slot_freed_at = Some(at);
            agent.mark_changed();
        }
    }

    /// Writes the agents that changed.
    pub(crate) async fn flush(self, tx: &mut Tx<'_>) -> Result<(), TxError> {
        let (mut updates, mut removed) = (Vec::new(), Vec::new());
        for (id, agent) in self.agents.into_iter().filter(|(_, agent)| agent.mark != Mark::Clean) {
            let key = doc! { "agent_id": id.to_string() };
            if !agent.serves {
                removed.extend(agent.is_stored.then_some(key));
                continue;
            }
            let mut set = agent.profile;
            set.insert("current_tickets", agent.held);
            put_time(&mut set, "available_since", agent.available_since);
            put_time(&mut set, "slot_freed_at", agent.slot_freed_at);
            if agent.last_assigned > agent.stored_last_assigned {
                put_time(&mut set, "last_assigned", agent.last_assigned);
            }
            // The revision changes the document always: the server ignores an update that changes nothing,
            // also for conflicts.
            let update = doc! { "$set": set, "$inc": { "revision": 1_i64 } };
            updates.push(doc! { "q": key, "u": update, "upsert": agent.mark == Mark::New });
        }
        tx.bulk_update(AGENT_STATUS, updates).await?;
        tx.delete(AGENT_STATUS, removed).await
    }
}

/// Returns the fields of `agent_status` that are written with the person.
fn profile_fields(person: &Person, agent: &AgentProfile) -> Document {
    doc! {
        "agent_name": &person.name,
        "is_online": agent.availability == Availability::Online,
        "status": agent.availability.as_str(),
        "reachable": person.reachable,
        "auto_assignment_enabled": agent.auto_assignment_enabled,
        "max_tickets": i32::from(agent.max_tickets.get()),
        "assignment_order": i64::from(agent.assignment_order),
        "last_online": agent.last_online.map(date),
    }
}
