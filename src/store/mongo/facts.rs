//! Facts of one transaction: what they are about is read, each is decided by itself in the order in which they came, and
//! what was accepted is written.
//!
//! A refused change so writes nothing, and does not undo its neighbours as an error inside a transaction would.
use super::added;
use super::agents::Agents;
use super::at_hand::written;
use super::chat::Entry;
use super::codec::int;
use super::error::Halt;
use super::inbox::{End, Updates};
use super::places::Places;
use super::record;
use super::roll::Roll;
use super::schema::{ADDED, EVENTS};
use super::tx::Tx;
use crate::domain::Time;
use crate::domain::ids::{Arrival, ChatId, PersonId, Version};
use crate::domain::notice::Outgoing;
use crate::domain::person::Person;
use crate::engine::ports::{Change, CommitError, Committed, StoreError, Write};
use crate::store::order::Order;
use mongodb::bson::Document;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// Something that is to be written, and told to people.
pub(super) enum Fact {
    /// Changes; those without an event of their own are of that moment.
    Changes(Vec<Change>, Time),
    /// Updates come in.
    Accept(Vec<(i64, Value)>, Time),
    /// An update is handled or put aside, and this is said because of it.
    End(i64, End, Vec<Outgoing>, Time),
    /// Deliveries of their own.
    Deliver(Vec<Outgoing>, Time),
}

/// What became of a fact.
#[derive(Debug, Clone)]
pub(super) enum Fate {
    /// Of each of its changes.
    Changes(Vec<Result<Committed, CommitError>>),
    /// How many updates were new.
    Taken(usize),
    /// Nothing more to say.
    Done,
}

impl Fact {
    /// How much it adds to a transaction.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Changes(changes, _) => changes.len(),
            Self::Accept(updates, _) => updates.len(),
            Self::End(..) => 1,
            Self::Deliver(out, _) => out.len(),
        }
    }

    pub(super) fn changes(&self) -> &[Change] {
        match self {
            Self::Changes(changes, _) => changes,
            _ => &[],
        }
    }

    /// The people whom it writes.
    pub(super) fn written(&self) -> impl Iterator<Item = &Person> {
        self.changes().iter().filter_map(written)
    }

    /// Everything that may be told because of it.
    pub(super) fn told(&self) -> impl Iterator<Item = &Outgoing> + Clone {
        let own: &[Outgoing] = match self {
            Self::End(_, _, out, _) | Self::Deliver(out, _) => out,
            Self::Changes(..) | Self::Accept(..) => &[],
        };
        self.changes().iter().flat_map(|change| &change.notices).chain(own)
    }
}

/// Gives what was opened its arrival: until now they are counted from 0.
pub(super) fn numbered(fate: Fate, first: u64) -> Fate {
    let Fate::Changes(mut changes) = fate else { return fate };
    for arrival in changes.iter_mut().flatten().filter_map(|committed| committed.arrival.as_mut()) {
        arrival.0 += first;
    }
    Fate::Changes(changes)
}

/// What the facts of a transaction have to do with, as it was read and as it becomes.
pub(super) struct Group {
    /// The next number of the record and the outbox.
    pub(super) next: u64,
    /// The chats of those who were written here a moment ago, or are now, and in which version.
    pub(super) written: HashMap<ChatId, Version>,
    places: Places,
    agents: Agents,
    roll: Roll,
    updates: Updates,
    told: Vec<(ChatId, Entry)>,
    events: Vec<Document>,
}

impl Group {
    /// Reads it.
    pub(super) async fn load(tx: &mut Tx<'_>, facts: &[Fact], tries: u32) -> Result<Self, Halt> {
        let changes = || facts.iter().flat_map(Fact::changes);
        let updates: HashSet<i64> = facts
            .iter()
            .flat_map(|fact| match fact {
                Fact::Accept(updates, _) => updates.iter().map(|(id, _)| *id).collect(),
                Fact::End(id, ..) => vec![*id],
                Fact::Changes(..) | Fact::Deliver(..) => Vec::new(),
            })
            .collect();
        // What turned out to be taken, a slot or a number, is looked for only then: it was chosen among free ones.
        let again = tries > 0;
        let places = Places::load(tx, changes(), again).await?;
        Ok(Self {
            next: 0,
            written: HashMap::new(),
            agents: Agents::load(tx, changes(), places.holders(), again).await?,
            places,
            roll: Roll::load(tx, changes()).await?,
            updates: Updates::load(tx, updates).await?,
            told: Vec::new(),
            events: Vec::new(),
        })
    }

    pub(super) fn decide(&mut self, fact: &Fact) -> Result<Fate, StoreError> {
        Ok(match fact {
            Fact::Changes(changes, told) => {
                let (mut order, mut fates) = (Order::default(), Vec::with_capacity(changes.len()));
                for change in changes {
                    fates.push(match order.keep(change, || self.change(change, *told)) {
                        Err(CommitError::Store(error)) => return Err(error),
                        decided => decided,
                    });
                }
                Fate::Changes(fates)
            }
            Fact::Accept(updates, now) => Fate::Taken(
                updates.iter().filter(|(id, update)| self.updates.take(*id, update, *now)).count(),
            ),
            Fact::End(id, end, out, now) => {
                if self.updates.end(*id, *end, *now) {
                    self.tell(out, *now)?;
                }
                Fate::Done
            }
            Fact::Deliver(out, now) => {
                self.tell(out, *now)?;
                Fate::Done
            }
        })
    }

    fn change(&mut self, change: &Change, told: Time) -> Result<Committed, CommitError> {
        let mut arrival = None;
        match &change.write {
            Write::OpenTicket { ticket, key, limit } => {
                arrival = Some(Arrival(self.places.open(ticket, key, *limit)?));
            }
            Write::Ticket { ticket, expected, guard } => {
                self.places.put(&mut self.agents, ticket, *expected, *guard)?;
            }
            Write::Head { department, tickets } => self.places.begins_with(*department, tickets)?,
            Write::Person { person, expected } => {
                let met = self.number();
                self.roll.person(person, *expected, met)?;
                self.agents.profile(person);
            }
            Write::Department { department, expected } => self.roll.department(department, *expected)?,
            Write::Settings { settings, expected } => self.roll.settings(settings, *expected)?,
            Write::Incidents { incidents, expected } => self.roll.incidents(incidents, *expected)?,
            Write::Invite(invite) => self.roll.invite(invite)?,
            Write::Nothing => {}
        }
        if let Some(event) = &change.event {
            let seq = self.number();
            self.events.push(record::document(event, seq)?);
        }
        self.tell(&change.notices, change.event.as_ref().map_or(told, |event| event.at))?;
        Ok(Committed { arrival })
    }

    fn tell(&mut self, out: &[Outgoing], since: Time) -> Result<(), StoreError> {
        for out in out {
            let entry = Entry::new(out, since, int(self.number()), self.written.get(&out.chat).copied())?;
            self.told.push((out.chat, entry));
        }
        Ok(())
    }

    fn number(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }

    /// How many open tickets customers have.
    pub(super) fn know_open(&mut self, open: HashMap<PersonId, usize>) {
        self.places.know_open(open);
    }

    /// Whether a queue is other than it was.
    pub(super) fn moves_queues(&self) -> bool {
        self.places.moves_queues()
    }

    /// Writes it all; returns the arrival of the first ticket that was opened. Tickets come last, as the counter of the
    /// arrivals is what replicas meet at: so it is held for the shortest time.
    pub(super) async fn write(self, tx: &mut Tx<'_>, process: &str) -> Result<u64, Halt> {
        self.roll.write(tx).await?;
        self.agents.write(tx).await?;
        tx.insert(ADDED, added::pack(self.told)).await?;
        tx.insert(EVENTS, self.events).await?;
        self.updates.write(tx).await?;
        self.places.write(tx, process).await
    }
}
