//! Commands of the ticket queue, and the unit of work that applies the commands of one batch.
//!
//! The unit of work loads every document that the commands need, applies the commands in memory in their
//! order, and flushes what changed. A refused change writes nothing and does not abort the other changes of
//! the transaction.
use super::agents::AgentSet;
use super::records::RecordSet;
use super::tickets::TicketSet;
use crate::domain::Time;
use crate::domain::event::AuditEvent;
use crate::domain::ids::Arrival;
use crate::domain::notice::Outgoing;
use crate::domain::person::Person;
use crate::domain::statistics::FigureCounts;
use crate::engine::ports::{Change, CommitError, Committed, Guard, StoreError, WebhookEvent, Write};
use crate::store::fifo_guard::FifoGuard;
use crate::store::mongo::codec::{Fields, date, int, nested};
use crate::store::mongo::inbox::{UpdateEnd, UpdateSet};
use crate::store::mongo::outbox::staging::{Delivery, staged_documents};
use crate::store::mongo::read::webhooks;
use crate::store::mongo::schema::{EVENTS, OUTBOX_DROPPED, OUTBOX_STAGED, WEBHOOKS};
use crate::store::mongo::statistics::{self, TicketBefore};
use crate::store::mongo::tx::Tx;
use crate::store::mongo::tx::error::TxError;
use chrono_tz::Tz;
use mongodb::bson::{Document, doc};
use serde_json::Value;
use std::collections::HashSet;

/// A write that needs a transaction.
pub(crate) enum Command {
    /// Commits changes. Those without an event have this time.
    Commit(Vec<Change>, Time),
    /// Appends updates to the inbox.
    AppendUpdates(Vec<(i64, Value)>, Time),
    /// Ends an update and enqueues its answers.
    EndUpdate(i64, UpdateEnd, Vec<Outgoing>, Time),
    /// Enqueues deliveries.
    Enqueue(Vec<Outgoing>, Time),
    /// Makes a dead update pending again.
    RetryUpdate(i64),
    /// Enqueues a delivery that was given up and has this id, if it is still kept.
    RetryDelivery(i64, Vec<Outgoing>, Time),
}

/// The result of a command.
#[derive(Debug, Clone)]
pub(crate) enum CommandResult {
    /// The result of each change.
    Commit(Vec<Result<Committed, CommitError>>),
    /// How many updates it appended, or how many dead letters it retries.
    Count(usize),
}

impl Command {
    /// Returns how many changes it adds to a batch.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Commit(changes, _) => changes.len(),
            Self::AppendUpdates(updates, _) => updates.len(),
            Self::EndUpdate(..) | Self::RetryUpdate(_) => 1,
            Self::Enqueue(deliveries, _) | Self::RetryDelivery(_, deliveries, _) => deliveries.len(),
        }
    }

    pub(crate) fn changes(&self) -> &[Change] {
        match self {
            Self::Commit(changes, _) => changes,
            _ => &[],
        }
    }

    /// Returns every delivery that it may enqueue.
    pub(crate) fn deliveries(&self) -> impl Iterator<Item = &Outgoing> {
        let own: &[Outgoing] = match self {
            Self::EndUpdate(_, _, deliveries, _)
            | Self::Enqueue(deliveries, _)
            | Self::RetryDelivery(_, deliveries, _) => deliveries,
            Self::Commit(..) | Self::AppendUpdates(..) | Self::RetryUpdate(_) => &[],
        };
        self.changes().iter().flat_map(|change| &change.notices).chain(own)
    }
}

/// Adds the first arrival number to those of opened tickets, which count from 0 until the flush.
pub(crate) fn set_arrivals(result: CommandResult, first: u64) -> CommandResult {
    let CommandResult::Commit(mut changes) = result else { return result };
    for arrival in changes.iter_mut().flatten().filter_map(|committed| committed.arrival.as_mut()) {
        arrival.0 += first;
    }
    CommandResult::Commit(changes)
}

/// The documents of one batch: as they were read, and as the commands change them.
pub(crate) struct UnitOfWork {
    tickets: TicketSet,
    agents: AgentSet,
    records: RecordSet,
    updates: UpdateSet,
    /// The ids of the given-up deliveries that commands retry and that are still kept.
    dropped: HashSet<i64>,
    retried: Vec<i64>,
    deliveries: Vec<Delivery>,
    events: Vec<Document>,
    /// Whether each change writes its webhook.
    records_webhooks: bool,
    webhooks: Vec<Document>,
    /// What the changes add to the roll-ups.
    counts: FigureCounts,
    /// The next number for an event, a delivery, a message, a webhook or a new person.
    pub(crate) next_number: u64,
}

impl UnitOfWork {
    /// Reads all documents that the commands need from the transaction's snapshot. The first attempt relies
    /// on the unique indexes to find duplicates; with `is_retry` they are read.
    pub(crate) async fn load(
        tx: &mut Tx<'_>,
        commands: &[Command],
        (records_webhooks, zone): (bool, Tz),
        is_retry: bool,
    ) -> Result<Self, TxError> {
        let changes = || commands.iter().flat_map(Command::changes);
        let (mut updates, mut dropped): (HashSet<i64>, HashSet<i64>) = Default::default();
        for command in commands {
            match command {
                Command::AppendUpdates(some, _) => updates.extend(some.iter().map(|(id, _)| *id)),
                Command::EndUpdate(id, ..) | Command::RetryUpdate(id) => {
                    updates.insert(*id);
                }
                Command::RetryDelivery(id, ..) => {
                    dropped.insert(*id);
                }
                Command::Commit(..) | Command::Enqueue(..) => {}
            }
        }
        let tickets = TicketSet::load(tx, changes(), is_retry).await?;
        Ok(Self {
            agents: AgentSet::load(tx, changes(), tickets.holders(), is_retry).await?,
            tickets,
            records: RecordSet::load(tx, changes(), is_retry).await?,
            updates: UpdateSet::load(tx, updates).await?,
            dropped: kept_ids(tx, dropped).await?,
            retried: Vec::new(),
            deliveries: Vec::new(),
            events: Vec::new(),
            records_webhooks,
            webhooks: Vec::new(),
            counts: FigureCounts::new(zone),
            next_number: 0,
        })
    }

    /// Applies a command. An error means that a document can't be decoded.
    pub(crate) fn apply(&mut self, command: &Command) -> Result<CommandResult, StoreError> {
        match command {
            Command::Commit(changes, time) => {
                let (mut fifo, mut results) = (FifoGuard::default(), Vec::with_capacity(changes.len()));
                for change in changes {
                    results.push(match fifo.apply(change, || self.change(change, *time)) {
                        Err(CommitError::Store(error)) => return Err(error),
                        result => result,
                    });
                }
                Ok(CommandResult::Commit(results))
            }
            Command::AppendUpdates(updates, now) => {
                let new = updates.iter().filter(|(id, update)| self.updates.append(*id, update, *now));
                Ok(CommandResult::Count(new.count()))
            }
            Command::EndUpdate(id, end, answers, now) => {
                if self.updates.end(*id, end, *now) {
                    self.enqueue(answers, *now)?;
                }
                Ok(CommandResult::Count(0))
            }
            Command::Enqueue(deliveries, now) => {
                self.enqueue(deliveries, *now)?;
                Ok(CommandResult::Count(0))
            }
            Command::RetryUpdate(id) => Ok(CommandResult::Count(usize::from(self.updates.revive(*id)))),
            Command::RetryDelivery(id, deliveries, now) => {
                let is_kept = self.dropped.remove(id);
                if is_kept {
                    self.retried.push(*id);
                    self.enqueue(deliveries, *now)?;
                }
                Ok(CommandResult::Count(usize::from(is_kept)))
            }
        }
    }

    fn change(&mut self, change: &Change, time: Time) -> Result<Committed, CommitError> {
        let (mut arrival, mut is_in_ticket) = (None, false);
        let at = change.event.as_ref().map_or(time, |event| event.at);
        match &change.write {
            Write::OpenTicket { ticket, key, limit } => {
                arrival = Some(Arrival(self.tickets.open(ticket, key, *limit)?));
                self.counts.open(ticket);
            }
            Write::Ticket { ticket, expected, guard } => {
                let before = TicketBefore::read(&self.tickets, &self.agents, ticket, *guard);
                self.tickets.update(&mut self.agents, ticket, *expected, *guard)?;
                before.add(&mut self.counts, &mut self.agents, ticket, at);
            }
            Write::EndedTicket { ticket, expected, guard } => {
                let before = TicketBefore::read(&self.tickets, &self.agents, ticket, *guard);
                self.tickets.update_ended(&mut self.agents, ticket, *expected, *guard)?;
                before.add(&mut self.counts, &mut self.agents, ticket, at);
            }
            Write::TicketContent { ticket, expected } => {
                self.tickets.update(&mut self.agents, ticket, *expected, Guard::None)?;
                self.tickets.set_description(ticket);
            }
            Write::AssertQueueHead { department, tickets } => {
                self.tickets.check_queue_head(*department, tickets)?;
            }
            Write::Person { person, expected } => {
                let number = self.take_number();
                self.records.person(person, *expected, number)?;
                self.set_profile(person, at);
            }
            Write::AdminRole { person, expected, guard } => {
                self.records.admin_role(person, *expected, *guard)?;
                self.set_profile(person, at);
            }
            Write::Department { department, expected } => self.records.department(department, *expected)?,
            Write::Settings { settings, expected } => self.records.settings(settings, *expected)?,
            Write::Incidents { incidents, expected } => self.records.incidents(incidents, *expected)?,
            Write::Message { message, expected, is_first_answer } => {
                let number = self.take_number();
                is_in_ticket = self.records.joins_ticket(message);
                self.records.message(message, *expected, number)?;
                if *is_first_answer && let Some(ticket) = self.tickets.set_first_answer(message) {
                    self.counts.first_answer(ticket, message.written_at);
                }
            }
            Write::Invite(invite) => self.records.invite(invite)?,
            Write::RevokeInvite(code) => self.records.revoke_invite(code)?,
            Write::Nothing => {}
        }
        if let Some(event) = &change.event {
            let number = self.take_number();
            self.events.push(event_document(event, number)?);
        }
        if self.records_webhooks
            && let Some(event) = WebhookEvent::of(change, is_in_ticket, time)
        {
            let number = self.take_number();
            self.webhooks.push(webhooks::document(&event, number));
        }
        self.enqueue(&change.notices, at)?;
        Ok(Committed { arrival })
    }

    /// Sets the profile of a person who was written, and counts the available span that it ends.
    fn set_profile(&mut self, person: &Person, at: Time) {
        if let Some(span) = self.agents.change_span(person, at) {
            let holds = self.tickets.holds_of(person.id, self.agents.stored_holds(person.id));
            self.counts.end_span(span, holds, at);
        }
        self.agents.set_profile(person);
    }

    fn enqueue(&mut self, deliveries: &[Outgoing], since: Time) -> Result<(), StoreError> {
        for outgoing in deliveries {
            let number = self.take_number();
            self.deliveries.push(Delivery::new(outgoing, since, int(number))?);
        }
        Ok(())
    }

    fn take_number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number - 1
    }

    /// Writes everything that changed; returns the first arrival number. Tickets are last, because all
    /// replicas conflict at the arrival counter: so it is locked for the shortest time.
    pub(crate) async fn flush(self, tx: &mut Tx<'_>) -> Result<u64, TxError> {
        self.agents.flush(tx).await?;
        self.records.flush(tx).await?;
        tx.insert(OUTBOX_STAGED, staged_documents(&self.deliveries)?).await?;
        tx.delete(OUTBOX_DROPPED, self.retried.iter().map(|id| doc! { "_id": *id })).await?;
        tx.insert(EVENTS, self.events).await?;
        tx.insert(WEBHOOKS, self.webhooks).await?;
        statistics::flush(&self.counts, tx).await?;
        self.updates.flush(tx).await?;
        self.tickets.flush(tx).await
    }
}

/// Returns the document of `events`; `seq` orders the events of a ticket.
fn event_document(event: &AuditEvent, seq: u64) -> Result<Document, StoreError> {
    let mut doc = doc! { "_id": int(seq), "at": date(event.at), "event": nested(event)? };
    if let Some(ticket) = event.ticket {
        doc.insert("ticket_id", ticket.to_string());
    }
    if let Some((agent, is_assignment)) = event.counts_for() {
        doc.insert("agent_id", agent.to_string());
        doc.insert("micros", event.at.timestamp_micros());
        doc.insert("kind", if is_assignment { "assigned" } else { "completed" });
    }
    Ok(doc)
}

/// Returns those of these ids whose given-up deliveries are still kept.
async fn kept_ids(tx: &mut Tx<'_>, ids: HashSet<i64>) -> Result<HashSet<i64>, TxError> {
    let found = tx.find_in(OUTBOX_DROPPED, "_id", ids).await?;
    Ok(found.iter().map(|doc| Fields(doc).int("_id")).collect::<Result<_, _>>()?)
}
