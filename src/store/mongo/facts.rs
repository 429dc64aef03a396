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
use super::known::{Known, Left};
use super::places::Places;
use super::record;
use super::roll::Roll;
use super::schema::{ADDED, EVENTS};
use super::tx::Tx;
use crate::domain::Time;
use crate::domain::event::AuditEvent;
use crate::domain::ids::{Arrival, ChatId, PersonId, Version};
use crate::domain::notice::Outgoing;
use crate::domain::person::Person;
use crate::engine::ports::{Change, CommitError, Committed, StoreError, Write};
use crate::store::order::Order;
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

impl Fate {
    /// Whether one of its changes was not committed.
    pub(super) fn refuses(&self) -> bool {
        matches!(self, Self::Changes(fates) if fates.iter().any(Result::is_err))
    }
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

/// Something to tell: since when, as the how manyth, and if its reader was written a moment ago, in which version.
struct Telling<'f> {
    out: &'f Outgoing,
    since: Time,
    number: u64,
    anew: Option<Version>,
}

/// What the facts of a transaction have to do with, as it was read and as it becomes.
pub(super) struct Group<'f> {
    /// The next number of the record and the outbox, which until they are written are counted from 0.
    next: u64,
    /// The chats of those who were written here a moment ago, or are now, and in which version.
    written: HashMap<ChatId, Version>,
    places: Places,
    agents: Agents,
    roll: Roll,
    updates: Updates,
    told: Vec<Telling<'f>>,
    events: Vec<(u64, &'f AuditEvent)>,
}

impl<'f> Group<'f> {
    /// Reads it, unless it is known.
    pub(super) async fn load(
        tx: &mut Tx<'_>,
        facts: &'f [Fact],
        known: Option<&Known>,
        again: bool,
    ) -> Result<Self, Halt> {
        let changes = || facts.iter().flat_map(Fact::changes);
        let updates: HashSet<i64> = facts
            .iter()
            .flat_map(|fact| match fact {
                Fact::Accept(updates, _) => updates.iter().map(|(id, _)| *id).collect(),
                Fact::End(id, ..) => vec![*id],
                Fact::Changes(..) | Fact::Deliver(..) => Vec::new(),
            })
            .collect();
        let places = Places::load(tx, changes(), known, again).await?;
        Ok(Self {
            next: 0,
            written: HashMap::new(),
            agents: Agents::load(tx, changes(), places.holders(), known, again).await?,
            places,
            roll: Roll::load(tx, changes()).await?,
            updates: Updates::load(tx, updates).await?,
            told: Vec::new(),
            events: Vec::new(),
        })
    }

    /// Takes in who was written, and in which version.
    pub(super) fn know_written(&mut self, written: HashMap<ChatId, Version>) {
        self.written = written;
    }

    pub(super) fn decide(&mut self, fact: &'f Fact) -> Result<Fate, StoreError> {
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
                    self.tell(out, *now);
                }
                Fate::Done
            }
            Fact::Deliver(out, now) => {
                self.tell(out, *now);
                Fate::Done
            }
        })
    }

    fn change(&mut self, change: &'f Change, told: Time) -> Result<Committed, CommitError> {
        let mut arrival = None;
        match &change.write {
            Write::OpenTicket { ticket, key, limit } => {
                arrival = Some(Arrival(self.places.open(ticket, key, *limit)?));
            }
            Write::Ticket { ticket, expected, guard } => {
                self.places.put(&mut self.agents, ticket, *expected, *guard)?;
            }
            Write::AssertQueueHead { department, tickets } => {
                self.places.begins_with(*department, tickets)?
            }
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
            let number = self.number();
            self.events.push((number, event));
        }
        self.tell(&change.notices, change.event.as_ref().map_or(told, |event| event.at));
        Ok(Committed { arrival })
    }

    fn tell(&mut self, out: &'f [Outgoing], since: Time) {
        for out in out {
            let (number, anew) = (self.number(), self.written.get(&out.chat).copied());
            self.told.push(Telling { out, since, number, anew });
        }
    }

    fn number(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }

    /// How many open tickets customers have, before anything is decided.
    pub(super) fn know_open(&mut self, open: HashMap<PersonId, usize>) {
        self.places.know_open(open);
    }

    /// Whether a customer has opened more than they may, who had so many before.
    pub(super) fn exceeds(&self, before: &HashMap<PersonId, usize>) -> bool {
        self.places.exceeds(before)
    }

    /// Whether a queue is other than it was.
    pub(super) fn moves_queues(&self) -> bool {
        self.places.moves_queues()
    }

    /// Writes what is not numbered.
    pub(super) async fn begin(mut self, tx: &mut Tx<'_>) -> Result<Begun<'f>, Halt> {
        let agents = std::mem::take(&mut self.agents).write(tx).await?;
        self.places.write_contents(tx).await?;
        Ok(Begun { rest: self, left: Left { agents, ..Left::default() } })
    }
}

/// What is half written.
pub(super) struct Begun<'f> {
    pub(super) rest: Group<'f>,
    left: Left,
}

impl Begun<'_> {
    /// Writes the rest of it, numbered from `first` on; returns the arrival of the first ticket that was opened, and what is
    /// known once it is committed. Tickets come last, as the counter of the arrivals is what replicas meet at: so it is held
    /// for the shortest time.
    pub(super) async fn end(
        mut self,
        tx: &mut Tx<'_>,
        process: &str,
        first: u64,
    ) -> Result<(u64, Left), Halt> {
        let Group { places, roll, updates, told, events, .. } = self.rest;
        roll.write(tx, first).await?;
        let told = told.into_iter().map(|this| {
            let id = int(first + this.number);
            Ok((this.out.chat, Entry::new(this.out, this.since, id, this.anew)?))
        });
        tx.insert(ADDED, added::pack(told.collect::<Result<_, StoreError>>()?)).await?;
        let events = events.into_iter().map(|(number, event)| record::document(event, first + number));
        tx.insert(EVENTS, events.collect::<Result<_, StoreError>>()?).await?;
        updates.write(tx).await?;
        let arrival = places.write(tx, process, &mut self.left).await?;
        Ok((arrival, self.left))
    }
}
