//! The commit of a batch of changes, each of which is written whole or not at all.
use super::writer::mark_reference_data_changed;
use super::{events, outbox, people, queue, reference_data, tickets};
use crate::domain::Time;
use crate::domain::ids::Arrival;
use crate::engine::ports::{Change, CommitError, Committed, Guard, StoreError, WebhookEvent, Write};
use crate::store::fifo_guard::FifoGuard;
use chrono_tz::Tz;
use rusqlite::Connection;

/// What the store knows beside the changes.
#[derive(Debug, Clone, Copy)]
pub(super) struct CommitContext {
    /// The time of a change without an event.
    pub(super) last_now: Time,
    /// Whether each change writes its webhook.
    pub(super) webhooks: bool,
    /// The zone of the days of the roll-ups.
    pub(super) zone: Tz,
}

/// Writes the changes in order and returns a result for each. A store error aborts the whole transaction,
/// because a change may be half written.
pub(super) fn commit_all(
    conn: &Connection,
    changes: &[Change],
    context: CommitContext,
) -> Result<Vec<Result<Committed, CommitError>>, StoreError> {
    let mut fifo = FifoGuard::default();
    let commit_one = |change| match fifo.apply(change, || commit(conn, change, context)) {
        Err(CommitError::Store(error)) => Err(error),
        result => Ok(result),
    };
    changes.iter().map(commit_one).collect()
}

/// Writes one change. The statement that can be refused comes first, so a refused change has written nothing
/// and needs no savepoint. A savepoint would cost as much as the change itself.
fn commit(conn: &Connection, change: &Change, context: CommitContext) -> Result<Committed, CommitError> {
    let CommitContext { last_now, webhooks, zone } = context;
    let mut arrival = None;
    let mut is_in_ticket = false;
    let before = tickets::statistics::before(conn, &change.write)?;
    match &change.write {
        Write::OpenTicket { ticket, key, limit } => {
            arrival = Some(tickets::open(conn, ticket, key, *limit)?);
            tickets::search::put_ticket(conn, ticket)?;
        }
        Write::Ticket { ticket, expected, guard } => tickets::write(conn, ticket, *expected, *guard)?,
        Write::TicketContent { ticket, expected } => {
            tickets::write(conn, ticket, *expected, Guard::None)?;
            tickets::search::put_ticket(conn, ticket)?;
        }
        Write::EndedTicket { ticket, expected, guard } => {
            tickets::write_ended(conn, ticket, *expected, *guard)?;
        }
        Write::AssertQueueHead { department, tickets } => {
            let head = queue::head(conn, *department, true, tickets.len())?;
            if !head.iter().map(|ticket| ticket.id).eq(tickets.iter().copied()) {
                return Err(CommitError::Conflict);
            }
        }
        Write::Person { person, expected } => {
            people::write(conn, person, *expected)?;
            tickets::search::put_person(conn, person)?;
        }
        Write::AdminRole { person, expected, guard } => {
            people::write_admin(conn, person, *expected, *guard)?;
            tickets::search::put_person(conn, person)?;
        }
        Write::Department { department, expected } => {
            mark_reference_data_changed();
            reference_data::write_department(conn, department, *expected)?;
        }
        Write::Settings { settings, expected } => {
            mark_reference_data_changed();
            reference_data::write_settings(conn, settings, *expected)?;
        }
        Write::Incidents { incidents, expected } => {
            reference_data::write_incidents(conn, incidents, *expected)?;
        }
        Write::Message { message, expected, is_first_answer } => {
            is_in_ticket = webhooks && tickets::conversation::joins_ticket(conn, message)?;
            tickets::conversation::write(conn, message, *expected)?;
            tickets::search::put_message(conn, message)?;
            if *is_first_answer {
                tickets::conversation::set_first_answer(conn, message)?;
            }
        }
        Write::Invite(invite) => reference_data::write_invite(conn, invite)?,
        Write::RevokeInvite(code) => reference_data::revoke_invite(conn, code)?,
        Write::Nothing => {}
    }
    if let Some(event) = &change.event {
        let ticket_arrival = match &change.write {
            Write::Ticket { ticket, .. }
            | Write::TicketContent { ticket, .. }
            | Write::EndedTicket { ticket, .. }
                if event.ticket == Some(ticket.id) =>
            {
                Some(ticket.arrival).filter(|arrival| *arrival != Arrival::default())
            }
            _ => arrival,
        };
        events::append(conn, event, ticket_arrival)?;
    }
    let committed_at = change.event.as_ref().map_or(last_now, |event| event.at);
    tickets::statistics::add(conn, &change.write, before, (committed_at, zone))?;
    outbox::enqueue(conn, &change.notices, committed_at)?;
    if webhooks && let Some(event) = WebhookEvent::of(change, is_in_ticket, last_now) {
        tickets::webhooks::enqueue(conn, &event)?;
    }
    Ok(Committed { arrival })
}
