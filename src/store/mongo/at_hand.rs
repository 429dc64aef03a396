//! What the store has at hand, so that it need not ask the server each time: the desk, how many tickets wait, what tickets are
//! about.
use super::questions::Who;
use super::queue::{self, Sums};
use super::together::Question;
use super::{Mongo, questions};
use crate::domain::card::{CardKey, LiveCard};
use crate::domain::ids::{Arrival, ChatId, DepartmentId, TelegramId, TicketId};
use crate::domain::person::Person;
use crate::domain::policy::Settings;
use crate::domain::ticket::Ticket;
use crate::engine::ports::{Change, CommitError, Committed, StoreError, Write};
use crate::store::kept::Desk;
use std::collections::HashMap;
use std::sync::Arc;

impl Mongo {
    /// The departments and the settings, as they were a moment ago at most.
    pub(super) async fn read_desk(&self) -> Result<<questions::Desk as Question>::Found, StoreError> {
        if let Some(desk) = self.desk.get() {
            return Ok((Ok(desk.departments.clone()), Ok(desk.settings.clone())));
        }
        let edition = self.desk.edition();
        let found = self.ask.desk.get(()).await?;
        let found = found.unwrap_or_else(|| (Ok(Vec::new()), Ok(Settings::default())));
        if let (Ok(departments), Ok(settings)) = &found {
            let desk = Desk { departments: departments.clone(), settings: settings.clone() };
            self.desk.keep(edition, Arc::new(desk));
        }
        Ok(found)
    }

    /// How many wait in each department, as it was a moment ago at most.
    pub(super) async fn read_sums(&self) -> Result<Arc<Sums>, StoreError> {
        if let Some(sums) = self.sums.get() {
            return Ok(sums);
        }
        let edition = self.sums.edition();
        let sums = self.ask.sums.get(()).await?.unwrap_or_default();
        self.sums.keep(edition, Arc::clone(&sums));
        Ok(sums)
    }

    /// The first of a department's queue. Rounds ask this where something happened, and mostly nobody waits there.
    pub(super) async fn read_head(
        &self,
        department: DepartmentId,
        auto: bool,
        limit: usize,
    ) -> Result<Vec<Ticket>, StoreError> {
        let sums = self.read_sums().await?;
        if auto && sums.is_idle(department) {
            return Ok(Vec::new());
        }
        let first = queue::first(&self.db, department, auto, limit).await?;
        if auto && first.is_empty() {
            sums.found_idle(department);
        }
        Ok(first)
    }

    /// The person whose chat this is, as they were a minute ago at most, and as this process or who added the delivery wrote them.
    pub(super) async fn read_face(&self, chat: ChatId) -> Result<Option<Arc<Person>>, StoreError> {
        if let Some(face) = self.faces.get(&chat) {
            return Ok(Some(face));
        }
        let edition = self.faces.edition();
        let found = self.ask.people.get(Who::Telegram(TelegramId(chat.0))).await?.transpose()?.map(Arc::new);
        if let Some(found) = &found {
            self.faces.keep(edition, chat, Arc::clone(found));
        }
        Ok(found)
    }

    /// A live card. Those of tickets and queues are asked for where they are delivered, one delivery to a chat after the other, so
    /// nobody writes one while it is read.
    pub(super) async fn read_card(&self, key: CardKey) -> Result<Option<LiveCard>, StoreError> {
        let (slot, edition) = (key.slot(), self.cards.edition());
        let is_kept = matches!(key, CardKey::Status(_) | CardKey::Task(..) | CardKey::MyQueue(..));
        if let Some(card) = self.cards.get(&slot).filter(|_| is_kept) {
            return Ok(card);
        }
        let found = self.ask.cards.get(slot.clone()).await?.transpose()?;
        if is_kept {
            self.cards.keep(edition, slot, found.clone());
        }
        Ok(found)
    }

    /// Keeps the tickets that were written, and what they are about.
    pub(super) fn know(&self, tickets: Vec<Option<Ticket>>, fates: &[Result<Committed, CommitError>]) {
        // Of one that was given away as it was opened, the last only: it is known as a whole or not at all.
        let mut last: HashMap<TicketId, (Ticket, Option<Arrival>)> = HashMap::new();
        for (ticket, fate) in tickets.into_iter().zip(fates) {
            match (ticket, fate) {
                (Some(ticket), Ok(committed)) => {
                    let opened = last.get(&ticket.id).and_then(|(_, arrival)| *arrival);
                    last.insert(ticket.id, (ticket, committed.arrival.or(opened)));
                }
                // Perhaps it is not what it was written here.
                (Some(ticket), Err(_)) => self.db.contents.forget(ticket.id),
                (None, _) => {}
            }
        }
        for (ticket, arrival) in last.into_values() {
            self.db.contents.written(ticket, arrival);
        }
    }
}

/// Whether a change makes something else of the desk.
pub(super) fn is_of_desk(change: &Change) -> bool {
    matches!(change.write, Write::Department { .. } | Write::Settings { .. })
}

/// The person whom a change writes.
pub(super) fn written(change: &Change) -> Option<&Person> {
    match &change.write {
        Write::Person { person, .. } => Some(person),
        _ => None,
    }
}

/// The ticket that a change writes.
pub(super) fn ticket_of(change: &Change) -> Option<Ticket> {
    match &change.write {
        Write::OpenTicket { ticket, .. } | Write::Ticket { ticket, .. } => Some(ticket.as_ref().clone()),
        _ => None,
    }
}
