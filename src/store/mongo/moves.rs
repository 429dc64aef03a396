//! How the tickets of a transaction are written, with what they change in the depths, and what is known of them afterwards.
use super::codec::int;
use super::error::Halt;
use super::known::{Idle, Left, Place};
use super::merged::Merged;
use super::places::{Entry, Places};
use super::queue::counting;
use super::schema::{DEPTHS, QUEUE, TICKETS};
use super::tickets::{arriving, content, standing};
use super::tx::{Arrivals, Tx};
use crate::domain::ids::{Arrival, DepartmentId, TicketId};
use crate::domain::ticket::{Priority, Ticket, TicketState};
use crate::engine::ports::StoreError;
use mongodb::bson::{Bson, Document, doc};
use std::collections::{HashMap, HashSet};

impl Places {
    /// Writes what the opened tickets are about.
    pub(super) async fn write_contents(&self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        let opened = self.opened.iter().filter_map(|id| self.entries.get(id));
        let about = opened.map(|entry| content(&entry.now, entry.key.as_deref().unwrap_or_default()));
        tx.insert(TICKETS, about.collect::<Result<_, StoreError>>()?).await
    }

    /// Writes the tickets and the depths; returns the arrival of the first that was opened, and adds to what is left what is
    /// known then.
    pub(super) async fn write(
        mut self,
        tx: &mut Tx<'_>,
        process: &str,
        left: &mut Left,
    ) -> Result<u64, Halt> {
        tx.update(DEPTHS, counting(process, self.depths())).await?;
        let mut first = 0;
        if self.orders || !self.opened.is_empty() {
            // Where all meet: of two the later one is done again, and sees the other.
            let count = self.opened.len() as u64;
            let arrivals = tx.arrive(count, self.orders).await?;
            first = (arrivals.last + 1).saturating_sub(count);
            left.idle = Some(self.idle(arrivals)?);
        }
        for (position, id) in (first..).zip(&self.opened) {
            if let Some(entry) = self.entries.get_mut(id) {
                entry.now.arrival = Arrival(position);
            }
        }
        let opened = self.opened.iter().filter_map(|id| self.entries.get(id));
        let (arrived, slots): (Vec<_>, Vec<_>) = opened.map(born).unzip();
        tx.insert(QUEUE, arrived).await?;
        let (freed, mut moves) = self.merged();
        moves.extend(slots.into_iter().flatten());
        tx.merge(QUEUE, "version", [freed, moves]).await?;
        left.tickets.extend(self.known());
        Ok(first)
    }

    /// Where nobody waits once this is committed, as far as is known.
    fn idle(&mut self, arrivals: Arrivals) -> Result<Idle, Halt> {
        let mut before = arrivals;
        before.last = before.last.saturating_sub(self.opened.len() as u64);
        before.orders -= i64::from(self.orders);
        let as_before = self.idle_before.as_ref().filter(|known| known.arrivals == before);
        if self.presumes && as_before.is_none() {
            return Err(Halt::Mistaken("somebody has come or been put back since".to_owned()));
        }
        let mut places = std::mem::take(&mut self.idle);
        places.extend(as_before.iter().flat_map(|known| &known.places));
        let written = self.opened.iter().chain(&self.moved).filter_map(|id| self.entries.get(id));
        let waiting = written.map(|entry| &entry.now).filter(|ticket| ticket.state == TicketState::Queued);
        let busy: HashSet<DepartmentId> = waiting.map(|ticket| ticket.department).collect();
        places.retain(|(department, _)| !busy.contains(department));
        Ok(Idle { arrivals, places })
    }

    /// The tickets as they are known afterwards: what has ended is nobody's business any more.
    fn known(self) -> impl Iterator<Item = (TicketId, Option<Place>)> {
        let places = self.entries.into_iter();
        places.map(|(id, entry)| (id, (!entry.now.status().is_end()).then_some((entry.now, entry.row))))
    }

    /// What moved tickets become; before it those that free a slot which another one takes, be it a new one.
    fn merged(&self) -> (Vec<Merged>, Vec<Merged>) {
        let pairs = || {
            let entries = self.moved.iter().filter_map(|id| self.entries.get(id));
            entries.filter_map(|entry| Some((entry.before.as_ref()?, entry)))
        };
        let slot = |ticket: &Ticket| ticket.hold().map(|hold| (hold.agent, hold.slot));
        let opened = self.opened.iter().filter_map(|id| self.entries.get(id));
        let moving = pairs().filter(|(before, entry)| slot(before) != slot(&entry.now));
        let written = moving.map(|(_, entry)| entry).chain(opened);
        let taken: HashSet<_> = written.filter_map(|entry| slot(&entry.now)).collect();
        let frees = |before: &Ticket, entry: &Entry| {
            slot(before).is_some_and(|was| taken.contains(&was)) && slot(before) != slot(&entry.now)
        };
        let merged = |before: &Ticket, entry: &Entry, set: Document| Merged {
            row: entry.row.clone(),
            seen: int(before.version.0).into(),
            set,
            weight: 1,
        };
        let empty = || doc! { "holding": false, "slot": Bson::Null };
        let freeing = pairs().filter(|(before, entry)| frees(before, entry));
        let freeing = freeing.map(|(before, entry)| merged(before, entry, empty()));
        let writes = pairs().map(|(before, entry)| {
            let mut was = standing(before);
            if frees(before, entry) {
                was.extend(empty());
            }
            let mut set = changed(&was, standing(&entry.now));
            if slot(before) != slot(&entry.now) {
                set.insert("agent_queue_position", entry.place);
            }
            merged(before, entry, set)
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
fn born(entry: &Entry) -> (Document, Option<Merged>) {
    let (row, ticket) = (entry.row.clone(), &entry.now);
    let mut doc = doc! { "_id": row.clone() };
    doc.extend(arriving(ticket, entry.place));
    let Some(slot) = ticket.hold().map(|hold| i32::from(hold.slot.0)) else { return (doc, None) };
    doc.extend(doc! { "holding": false, "slot": Bson::Null });
    let set = doc! { "holding": true, "slot": slot };
    (doc, Some(Merged { row, seen: int(ticket.version.0).into(), set, weight: 1 }))
}

/// The fields that are other than they were: of what stays, the server need not look whether it stays.
fn changed(before: &Document, now: Document) -> Document {
    now.into_iter().filter(|(name, value)| before.get(name) != Some(value)).collect()
}
