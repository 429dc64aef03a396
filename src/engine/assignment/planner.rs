//! The planner: a function without I/O from roster, queued tickets, settings, time and randomness to a plan,
//! which it also applies to the roster.
//!
//! It takes the tickets in queue order and assigns each to the next agent of its department. A department
//! without a ready agent does not block the tickets of the others.
use super::roster::{Choice, Roster};
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::event::{Action, Actor, AuditEvent, Decision, MAX_NAMED_AGENTS, SkipReason};
use crate::domain::ids::{DepartmentId, PersonId, Slot};
use crate::domain::notice::{Message, Notice, Outgoing, RecordPart};
use crate::domain::policy::{Mode, Settings};
use crate::domain::ticket::{Status, Ticket};
use crate::engine::ports::{Change, Guard, Write};
use rand::RngCore;
use std::collections::{BTreeMap, BTreeSet};

/// The most tickets that one batch assigns. A larger batch shares the cost of the durable commit among more
/// tickets; a smaller one makes its first ticket wait less for the last.
pub const MAX_BATCH_TICKETS: usize = 512;

/// One planned assignment of a ticket to an agent, with its change.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The ticket as it was read.
    pub before: Ticket,
    /// The ticket as the change writes it.
    pub after: Ticket,
    /// The agent.
    pub agent: PersonId,
    /// The slot that the ticket takes.
    pub slot: Slot,
    /// The agent's `last_assigned` before, which `undo` restores.
    pub previous_last_assigned: Option<Time>,
    /// The change that commits it.
    pub change: Change,
}

impl Assignment {
    /// Returns the assignment for a ticket that the change before this one opens. The notice to the customer is
    /// dropped: the card of the new ticket is not shown yet, and will name the agent.
    pub(in crate::engine) fn into_immediate(mut self) -> Self {
        self.change.notices.retain(|out| {
            !matches!(
                out.message,
                Message::Retire(CardKey::Status(_)) | Message::Notice(Notice::Assigned { .. })
            )
        });
        if let Write::Ticket { guard, .. } = &mut self.change.write {
            *guard = Guard::FirstInQueue;
        }
        self
    }

    /// Takes the change out, to be committed. It can be taken once.
    pub(in crate::engine) fn take_change(&mut self) -> Change {
        std::mem::replace(&mut self.change, Change::quiet(Write::Nothing))
    }

    /// Undoes the assignment in `roster` after it was not committed: frees the slot and restores
    /// `last_assigned`. Several assignments must be undone in reverse order of planning.
    pub fn undo(&self, roster: &mut Roster) {
        let assigned_at = self.after.hold().map(|hold| hold.assigned_at);
        roster.update(self.agent, |seat| {
            seat.holds.retain(|_, held| *held != self.before.id);
            if let Some(profile) = seat.person.agent.as_mut().filter(|p| p.last_assigned == assigned_at) {
                profile.last_assigned = self.previous_last_assigned;
            }
        });
    }
}

/// A plan of one batch.
#[derive(Debug, Default)]
pub struct Plan {
    /// The assignments, in the order of the queue.
    pub assignments: Vec<Assignment>,
    /// The departments with tickets that only their former holders could get, and when the first of these
    /// tickets may return.
    pub returns: BTreeMap<DepartmentId, Time>,
}

/// Plans one batch over the `queued` tickets and applies it to `roster`: if every assignment is committed,
/// roster and store agree. A batch has at most [`MAX_BATCH_TICKETS`] assignments.
pub fn plan_round(
    roster: &mut Roster,
    mut queued: Vec<Ticket>,
    settings: &Settings,
    now: Time,
    random: &mut dyn RngCore,
) -> Plan {
    let mut plan = Plan::default();
    if settings.mode == Mode::Manual {
        return plan;
    }
    queued.sort_by_key(|ticket| (ticket.priority, ticket.arrival));
    let mut exhausted: BTreeSet<DepartmentId> = BTreeSet::new();
    for ticket in queued.into_iter().filter(|ticket| ticket.auto) {
        if exhausted.contains(&ticket.department) {
            continue;
        }
        match roster.choose(&ticket, now, random) {
            Choice::Agent(agent) => plan.assignments.extend(assign(roster, ticket, agent, settings, now)),
            Choice::ReturnsAt(at) => {
                plan.returns
                    .entry(ticket.department)
                    .and_modify(|first| *first = at.min(*first))
                    .or_insert(at);
            }
            Choice::Nobody => drop(exhausted.insert(ticket.department)),
        }
        if plan.assignments.len() == MAX_BATCH_TICKETS {
            break;
        }
    }
    plan
}

/// Assigns one ticket to `agent` in the roster. Returns `None` if the agent has no seat or the ticket is not
/// queued.
fn assign(
    roster: &mut Roster,
    before: Ticket,
    agent: PersonId,
    settings: &Settings,
    now: Time,
) -> Option<Assignment> {
    let assigned_at = roster.next_assigned_at(now);
    let seat = roster.seat(agent)?;
    let profile = seat.profile()?;
    let (slot, held, max) = (seat.free_slot(), seat.held(), profile.max_tickets.get());
    let previous_last_assigned = profile.last_assigned;
    let agent_chat = seat.person.chat();
    let after = before.assign(agent, slot, assigned_at).ok()?;
    let decision = decision_record(roster, (&before, now), agent, settings, (held, max));
    roster.update(agent, |seat| {
        seat.holds.insert(slot, before.id);
        if let Some(profile) = &mut seat.person.agent {
            profile.last_assigned = Some(assigned_at);
        }
    });
    let mut notices = plan_handover(&after, Status::Queued, (agent, agent_chat), (held + 1, max));
    notices.extend(former_card_refreshes(roster, &after, agent));
    let change = Change {
        write: Write::Ticket {
            ticket: Box::new(after.clone()),
            expected: before.version,
            guard: Guard::Eligible,
        },
        event: Some(AuditEvent {
            at: now,
            actor: Actor::Engine,
            ticket: Some(before.id),
            what: Action::Assigned { agent, decision: Box::new(decision) },
        }),
        notices,
    };
    Some(Assignment { before, after, agent, slot, previous_last_assigned, change })
}

/// Returns the refreshes of the cards of the agents from whom a ticket came back, now that `agent` has it: a card may
/// say that the ticket waits, or that another agent has it.
pub(in crate::engine) fn former_card_refreshes(
    roster: &Roster,
    ticket: &Ticket,
    agent: PersonId,
) -> Vec<Outgoing> {
    let former = ticket.former_holders.iter().map(|former| former.agent).filter(|former| *former != agent);
    let people = former.filter_map(|former| Some(&roster.seat(former)?.person));
    let reachable = people.filter(|person| person.reachable);
    reachable.map(|person| Outgoing::refresh(person.chat(), CardKey::Task(ticket.id, person.id))).collect()
}

/// Returns the decision record of an assignment.
fn decision_record(
    roster: &Roster,
    (ticket, now): (&Ticket, Time),
    chosen: PersonId,
    settings: &Settings,
    load: (u16, u16),
) -> Decision {
    let passed_over = roster.passed_over(ticket, chosen, now);
    let mut except: Vec<_> = passed_over.iter().map(|(agent, _)| *agent).collect();
    except.push(chosen);
    let mut considered = roster.next_agents(ticket.department, &except);
    considered.insert(0, chosen);
    considered.truncate(MAX_NAMED_AGENTS);
    let (mut skipped, mut skipped_named) = roster.skipped_agents(ticket.department);
    for reason in [SkipReason::FormerHolder, SkipReason::OwnTicket] {
        let count = passed_over.iter().filter(|(_, why)| *why == reason).count();
        skipped.extend((count > 0).then_some((reason, u32::try_from(count).unwrap_or(u32::MAX))));
    }
    let passed_over_count = u32::try_from(passed_over.len()).unwrap_or(u32::MAX);
    // Why somebody who was ready did not get the ticket is asked more often than why others were not ready.
    skipped_named.splice(0..0, passed_over);
    skipped_named.truncate(MAX_NAMED_AGENTS);
    Decision {
        department: ticket.department,
        strategy: settings.strategy,
        mode: settings.mode,
        rollout_percent: settings.rollout_percent,
        eligible: roster.ready(ticket.department).saturating_sub(passed_over_count),
        considered,
        skipped,
        skipped_named,
        load,
    }
}

/// Returns the notices that bring what a task card has no room for: the rest of the text, and the files.
pub fn after_task_card(ticket: &Ticket) -> impl Iterator<Item = Notice> {
    let id = ticket.id;
    // The task card holds the first part.
    let rest =
        (1..ticket.description.parts().len()).map(move |part| Notice::DescriptionPart { ticket: id, part });
    let files = ticket.description.attachment_groups().into_iter().map(move |files| match files.as_slice() {
        [file] => Notice::File { ticket: id, file: file.clone() },
        _ => Notice::Album { ticket: id, files },
    });
    rest.chain(files)
}

/// Returns the messages of a handover of a ticket that had this status before: to the agent the task, the
/// description and the files; to the customer the card.
#[must_use]
pub fn plan_handover(
    ticket: &Ticket,
    was: Status,
    agent: (PersonId, crate::domain::ids::ChatId),
    (held, max): (u16, u16),
) -> Vec<Outgoing> {
    let (agent, agent_chat) = agent;
    // A former holder's old card is retired first, so that the new one is the only one with buttons.
    let retired = ticket.former_holder(agent).map(|_| CardKey::Task(ticket.id, agent));
    let retired = retired.map(|card| Outgoing { chat: agent_chat, message: Message::Retire(card) });
    let task = Notice::NewTask { ticket: ticket.id, agent, position: held, held, max };
    // Only a ticket that an agent held before has messages that an agent has read.
    let summary = RecordPart::Summary { ticket: ticket.id, agent };
    let was_held = !ticket.former_holders.is_empty() || ticket.service.reopened > 0;
    let summary = was_held.then_some(Notice::Record { part: summary });
    let news = std::iter::once(task).chain(after_task_card(ticket)).chain(summary);
    let mut out: Vec<_> =
        retired.into_iter().chain(news.map(|notice| Outgoing::notice(agent_chat, notice))).collect();
    let (chat, assigned) = (ticket.customer_chat, Notice::Assigned { ticket: ticket.id, agent });
    match was {
        // The card of a waiting ticket has a button and a position, so it must not stay.
        Status::Queued => out.extend(Outgoing::moved_card(chat, assigned)),
        // The customer has just pressed a button of the card.
        Status::Completed | Status::Cancelled => {
            out.push(Outgoing::refresh(chat, CardKey::Status(ticket.id)));
        }
        Status::Assigned | Status::InProgress | Status::Pending => {
            out.push(Outgoing::notice(chat, assigned));
        }
    }
    out
}
