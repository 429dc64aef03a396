//! The agents of a transaction: what is checked of them, which slots they have free, and that their turn is spent.
//!
//! Whoever gives an agent a ticket or takes one away writes their `agent_status`. Two who do so at once meet there, and one
//! is overtaken: so a check holds until the commit, and `current_tickets` is what the tickets say.
use super::codec::{Fields, put_time};
use super::error::Halt;
use super::known::Known;
use super::merged::Merged;
use super::people;
use super::schema::{AGENTS, QUEUE};
use super::tx::Tx;
use crate::domain::Time;
use crate::domain::ids::{PersonId, Slot, TicketId};
use crate::domain::person::{Availability, Person};
use crate::domain::ticket::Hold;
use crate::engine::ports::{Change, CommitError, Guard, StoreError, Write};
use mongodb::bson::{Bson, Document, doc};
use std::collections::{HashMap, HashSet};

/// What a transaction knows of an agent.
#[derive(Debug, Clone, Default)]
pub(super) struct Agent {
    /// Whether they are one.
    serves: bool,
    max: i64,
    /// Online, reachable, opted in.
    eligible: bool,
    held: i64,
    /// Their last turn as it was read, and with those that are spent now: two may be committed the other way round than they
    /// were planned.
    last_turn: Option<Time>,
    turn: Option<Time>,
    /// Fields that are written with the person.
    profile: Document,
    mark: Mark,
    /// Under what the database has their status, when it was read, and how often it was written.
    row: Option<Bson>,
    revision: Option<i64>,
    /// Whether all this is from an earlier transaction, and so holds only if it still is so when it is written.
    recalled: bool,
}

/// Whether an agent is to be written.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Mark {
    #[default]
    Read,
    Changed,
    /// They were none before.
    Joined,
}

impl Agent {
    fn change(&mut self) {
        if self.mark == Mark::Read {
            self.mark = Mark::Changed;
        }
    }

    fn read(doc: &Document) -> Result<Self, StoreError> {
        let f = Fields(doc);
        let ready = f.text("status")? == Availability::Online.as_str();
        Ok(Self {
            serves: true,
            max: f.int("max_tickets")?,
            eligible: ready && f.flag("reachable")? && f.flag("auto_assignment_enabled")?,
            held: f.int("current_tickets")?,
            last_turn: f.opt_time("last_assigned")?,
            row: doc.get("_id").cloned(),
            revision: f.opt_int("revision")?,
            ..Self::default()
        })
    }

    /// As they are known once this is committed, if that is sure.
    fn known(self) -> Option<Self> {
        let next = self.revision.unwrap_or_default() + 1;
        (self.serves && self.row.is_some()).then(|| Self {
            last_turn: self.turn.max(self.last_turn),
            turn: None,
            profile: Document::new(),
            mark: Mark::Read,
            revision: if self.mark == Mark::Read { self.revision } else { Some(next) },
            recalled: true,
            ..self
        })
    }
}

/// The agents that a transaction has to do with.
#[derive(Default)]
pub(super) struct Agents {
    agents: HashMap<PersonId, Agent>,
    /// Who is in a slot, as far as it was looked for or changed. The unique index knows the rest.
    slots: HashMap<(PersonId, Slot), Option<TicketId>>,
}

impl Agents {
    /// Reads those who hold, get or are written, unless they are known. With `slots` also who is in which of their slots.
    pub(super) async fn load<'a>(
        tx: &mut Tx<'_>,
        changes: impl Iterator<Item = &'a Change>,
        mut ids: HashSet<PersonId>,
        known: Option<&Known>,
        slots: bool,
    ) -> Result<Self, Halt> {
        let mut written = HashSet::new();
        for change in changes {
            match &change.write {
                Write::Ticket { ticket, .. } => ids.extend(ticket.holder()),
                Write::Person { person, .. } => {
                    written.insert(person.id);
                }
                _ => {}
            }
        }
        ids.extend(&written);
        let mut these = Self::default();
        if let Some(known) = known {
            these.agents.extend(ids.iter().filter_map(|id| Some((*id, known.agent(*id)?))));
        }
        let rest = ids.iter().filter(|id| !these.agents.contains_key(id)).map(ToString::to_string);
        for doc in tx.find_in(AGENTS, "agent_id", rest.collect::<Vec<_>>()).await? {
            these.agents.insert(PersonId(Fields(&doc).id("agent_id")?), Agent::read(&doc)?);
        }
        // Somebody who was no agent may hold tickets from when they were one.
        let counted = |id: &PersonId| slots || (written.contains(id) && !these.agents.contains_key(id));
        let counted: Vec<_> = ids.iter().filter(|id| counted(id)).copied().collect();
        these.count(tx, counted).await?;
        Ok(these)
    }

    async fn count(&mut self, tx: &mut Tx<'_>, ids: Vec<PersonId>) -> Result<(), Halt> {
        if ids.is_empty() {
            return Ok(());
        }
        let names: Vec<_> = ids.iter().map(ToString::to_string).collect();
        let held = tx.find(QUEUE, doc! { "assigned_agent": { "$in": names }, "holding": true }).await?;
        for id in ids {
            self.agents.entry(id).or_default().held = 0;
        }
        for doc in held {
            let f = Fields(&doc);
            let id = PersonId(f.id("assigned_agent")?);
            self.agents.entry(id).or_default().held += 1;
            self.slots.insert((id, Slot(f.number("slot")?)), Some(TicketId(f.id("ticket_id")?)));
        }
        Ok(())
    }

    /// Checks what must hold of the agent who gets a ticket.
    pub(super) fn check(&mut self, guard: Guard, hold: &Hold) -> Result<(), CommitError> {
        let mut agent = self.agents.get_mut(&hold.agent).filter(|agent| agent.serves);
        if let Some(agent) = agent.as_mut().filter(|agent| agent.recalled && guard != Guard::None) {
            agent.change();
        }
        let agent = agent.as_deref();
        // The slot says that there is a place, the count that there is room: after a capacity was lowered an agent can hold
        // high slots while low ones fall free.
        let has_room = |agent: &Agent| agent.max > i64::from(hold.slot.0) && agent.max > agent.held;
        let holds = match guard {
            Guard::None => true,
            Guard::Eligible | Guard::FirstInQueue => {
                agent.is_some_and(|agent| agent.eligible && has_room(agent))
            }
            Guard::Capacity => agent.is_some_and(has_room),
            Guard::Override => agent.is_some(),
        };
        if holds { Ok(()) } else { Err(CommitError::Conflict) }
    }

    /// Looks whether a slot is free for a ticket, as far as is known.
    pub(super) fn look(&self, hold: &Hold, ticket: TicketId) -> Result<(), CommitError> {
        match self.slots.get(&(hold.agent, hold.slot)) {
            Some(Some(other)) if *other != ticket => Err(CommitError::Conflict),
            _ => Ok(()),
        }
    }

    /// A slot falls free.
    pub(super) fn leave(&mut self, hold: &Hold) {
        self.slots.insert((hold.agent, hold.slot), None);
        let agent = self.agents.entry(hold.agent).or_default();
        agent.held -= 1;
        agent.change();
    }

    /// A slot is taken, and the agent's turn with it if the engine gave it. Returns the ticket's place in their queue.
    pub(super) fn take(&mut self, hold: &Hold, ticket: TicketId, guard: Guard) -> i64 {
        self.slots.insert((hold.agent, hold.slot), Some(ticket));
        let agent = self.agents.entry(hold.agent).or_default();
        agent.held += 1;
        agent.change();
        if guard.is_engine() {
            agent.turn = agent.turn.max(Some(hold.assigned_at));
        }
        agent.held
    }

    /// Somebody's profile is written with them.
    pub(super) fn profile(&mut self, person: &Person) {
        let agent = self.agents.entry(person.id).or_default();
        agent.change();
        let Some(profile) = &person.agent else {
            agent.serves = false;
            return;
        };
        if !agent.serves {
            // They come with a turn and an activity of their own; later these are not written with the person.
            agent.mark = Mark::Joined;
            agent.profile.extend(people::own(profile));
        }
        agent.serves = true;
        agent.max = i64::from(profile.max_tickets.get());
        agent.eligible = profile.availability == Availability::Online
            && person.reachable
            && profile.auto_assignment_enabled;
        agent.profile.extend(people::profile(person, profile));
    }

    /// Writes those who changed; returns them all as they are then.
    pub(super) async fn write(self, tx: &mut Tx<'_>) -> Result<Vec<(PersonId, Option<Agent>)>, Halt> {
        let (mut changed, mut joined, mut gone) = (Vec::new(), Vec::new(), Vec::new());
        let mut left = Vec::with_capacity(self.agents.len());
        for (id, mut agent) in self.agents {
            let mut set = std::mem::take(&mut agent.profile);
            left.push((id, agent.clone().known()));
            set.insert("current_tickets", agent.held);
            if agent.turn > agent.last_turn {
                put_time(&mut set, "last_assigned", agent.turn);
            }
            // Counted, so that no write of it is one that changes nothing, which the server would leave out.
            let next = agent.revision.unwrap_or_default() + 1;
            match (agent.mark, agent.row) {
                (Mark::Read, _) => {}
                (Mark::Changed | Mark::Joined, Some(row)) => {
                    set.insert("revision", next);
                    if !agent.serves {
                        // Written all the same: then it is what it was seen as, and what is deleted is known.
                        gone.push(doc! { "_id": row.clone() });
                    }
                    changed.push(Merged { row, seen: agent.revision.into(), set, weight: 1 });
                }
                (Mark::Changed | Mark::Joined, None) => {
                    let this = doc! { "agent_id": id.to_string() };
                    if agent.serves {
                        let change = doc! { "$set": set, "$inc": { "revision": 1_i64 } };
                        joined.push(doc! { "q": this, "u": change, "upsert": true });
                    } else {
                        gone.push(this);
                    }
                }
            }
        }
        tx.update(AGENTS, joined).await?;
        tx.merge(AGENTS, "revision", [changed]).await?;
        tx.delete(AGENTS, gone).await?;
        Ok(left)
    }
}
