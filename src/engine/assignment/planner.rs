//! The planner, pure: agents, waiting tickets, policy, a moment and chance in; assignments out.
//!
//! It takes the tickets in the order of the queue and gives each to the next agent of its department, so a department
//! whose agents are all busy holds up nobody else's tickets.
use super::roster::Roster;
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::event::{Action, Actor, AuditEvent, Decision};
use crate::domain::ids::{DepartmentId, PersonId, Slot};
use crate::domain::notice::{Message, Notice, Outgoing};
use crate::domain::policy::{Mode, Settings};
use crate::domain::ticket::Ticket;
use crate::engine::ports::{Change, Guard, Write};
use rand::RngCore;
use std::collections::BTreeSet;

/// One ticket for one agent, with the reasons.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The ticket as it was read.
    pub before: Ticket,
    /// The ticket as it is to be.
    pub after: Ticket,
    /// Who gets it.
    pub agent: PersonId,
    /// Into which slot.
    pub slot: Slot,
    /// The agent's turn before this one, which counts again if this one is not committed.
    pub last_assigned_before: Option<Time>,
    /// The change that commits it.
    pub change: Change,
}

impl Assignment {
    /// The same for a ticket that is not opened yet, but by the change before this one. Its customer's card is not drawn yet,
    /// either, and will show whose it is.
    pub(in crate::engine) fn at_once(mut self) -> Self {
        self.change.notices.retain(|out| !matches!(out.message, Message::Refresh(CardKey::Status(_))));
        if let Write::Ticket { guard, .. } = &mut self.change.write {
            *guard = Guard::FirstInQueue;
        }
        self
    }

    /// The change, to be committed: it is needed once.
    pub(in crate::engine) fn take_change(&mut self) -> Change {
        std::mem::replace(&mut self.change, Change::quiet(Write::Nothing))
    }

    /// Undoes in `roster` what planning this reserved there, because it was not committed: the slot is free, and the turn is
    /// not spent. Of several, the last planned goes first.
    pub fn undo(&self, roster: &mut Roster) {
        let turn = self.after.hold().map(|hold| hold.assigned_at);
        roster.update(self.agent, |seat| {
            seat.holds.retain(|_, held| *held != self.before.id);
            if let Some(profile) = seat.person.agent.as_mut().filter(|p| p.last_assigned == turn) {
                profile.last_assigned = self.last_assigned_before;
            }
        });
    }
}

/// Plans one round over `waiting`, reserving in `roster` what it gives away: after a round of which nothing is refused, the
/// roster is as the store is.
pub fn plan_round(
    roster: &mut Roster,
    mut waiting: Vec<Ticket>,
    settings: &Settings,
    now: Time,
    chance: &mut dyn RngCore,
) -> Vec<Assignment> {
    if settings.mode == Mode::Manual {
        return Vec::new();
    }
    waiting.sort_by_key(|ticket| (ticket.priority, ticket.arrival));
    let mut exhausted: BTreeSet<DepartmentId> = BTreeSet::new();
    let mut plan = Vec::new();
    for ticket in waiting.into_iter().filter(|ticket| ticket.auto) {
        if exhausted.contains(&ticket.department) {
            continue;
        }
        let Some(agent) = roster.next(ticket.department, chance) else {
            exhausted.insert(ticket.department);
            continue;
        };
        plan.extend(assign(roster, ticket, agent, settings, now));
    }
    plan
}

fn assign(
    roster: &mut Roster,
    before: Ticket,
    agent: PersonId,
    settings: &Settings,
    now: Time,
) -> Option<Assignment> {
    let turn = roster.next_assignment_time(now);
    let seat = roster.seat(agent)?;
    let profile = seat.profile()?;
    let (slot, held, max) = (seat.free_slot(), seat.held(), profile.max_tickets.get());
    let former_turn = profile.last_assigned;
    let agent_chat = seat.person.chat();
    let after = before.assign(agent, slot, turn).ok()?;
    let decision = decide(roster, &before, agent, settings, (held, max));
    roster.update(agent, |seat| {
        seat.holds.insert(slot, before.id);
        if let Some(profile) = &mut seat.person.agent {
            profile.last_assigned = Some(turn);
        }
    });
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
        notices: plan_handover(&after, agent, agent_chat, held + 1, max),
    };
    Some(Assignment { before, after, agent, slot, last_assigned_before: former_turn, change })
}

fn decide(
    roster: &Roster,
    ticket: &Ticket,
    chosen: PersonId,
    settings: &Settings,
    load: (u16, u16),
) -> Decision {
    let mut considered = roster.next_agents(ticket.department);
    considered.retain(|agent| *agent != chosen);
    considered.insert(0, chosen);
    considered.truncate(crate::domain::event::MAX_NAMED_AGENTS);
    let (skipped, skipped_named) = roster.skipped_agents(ticket.department);
    Decision {
        department: ticket.department,
        strategy: settings.strategy,
        mode: settings.mode,
        rollout_percent: settings.rollout_percent,
        eligible: roster.ready(ticket.department),
        considered,
        skipped,
        skipped_named,
        load,
    }
}

/// Who is told when a ticket comes into an agent's hands: the agent, with the facts, all the words and the files, and the
/// customer, whose card follows.
#[must_use]
pub fn plan_handover(
    ticket: &Ticket,
    agent: PersonId,
    agent_chat: crate::domain::ids::ChatId,
    held: u16,
    max: u16,
) -> Vec<Outgoing> {
    let task = Notice::NewTask { ticket: ticket.id, agent, position: held, held, max };
    let files = ticket
        .description
        .attachments
        .iter()
        .map(|file| Notice::File { ticket: ticket.id, file: file.clone() });
    // The task card begins with the first part.
    let rest =
        (1..ticket.description.parts().len()).map(|part| Notice::DescriptionPart { ticket: ticket.id, part });
    let mut out: Vec<_> = std::iter::once(task)
        .chain(rest)
        .chain(files)
        .map(|notice| Outgoing::notice(agent_chat, notice))
        .collect();
    out.push(Outgoing::notice(ticket.customer_chat, Notice::Assigned { ticket: ticket.id, agent }));
    out.push(Outgoing::refresh(ticket.customer_chat, CardKey::Status(ticket.id)));
    out
}
