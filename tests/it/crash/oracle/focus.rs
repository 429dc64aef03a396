//! The focus cards of agents: one for each time an agent held several tickets at once, and none is left.
use super::Sends;
use crate::crash::environment::Environment;
use antri::domain::event::{Action, Actor, AuditEvent};
use antri::domain::ids::{PersonId, TicketId};
use std::collections::{BTreeMap, HashMap};

/// The kind of a focus card.
pub(super) const FOCUS: &str = "focus";

/// The outages of a test without kills: each may interrupt one press of every agent.
const MAX_OUTAGES: usize = 2;

/// The tickets of an agent, and what they mean for the focus card.
#[derive(Debug, Default)]
struct Work {
    /// In the order of their assignment.
    held: Vec<TicketId>,
    /// True if the agent has held several tickets since they last held none.
    is_busy: bool,
    /// How often the agent became busy. A focus card is sent to a busy agent, and removed with the last ticket.
    times_busy: usize,
    /// How often the agent opened a ticket while they held an older one. That brings the focus card.
    opened_beside: usize,
}

/// Returns true if this is the text of a focus card.
pub(super) fn is_focus(text: &str) -> bool {
    let text = text.replace("<b>", "");
    text.starts_with("✍️ Anda sedang menulis ke") || text.starts_with("✍️ Anda menulis untuk siapa?")
}

/// Checks the number of focus cards of everyone. Returns how many were sent twice: these are still in the chats,
/// because only the last one is recorded.
pub(super) fn check(
    environment: &Environment,
    (events, people): (&[AuditEvent], &HashMap<PersonId, i64>),
    live: &[(String, i64, i64)],
    sends: &Sends,
    (kills, label): (usize, &str),
) -> u64 {
    let recorded: Vec<_> = live.iter().filter(|(key, ..)| key.starts_with("focus ")).collect();
    assert!(recorded.is_empty(), "{label}: nobody holds a ticket, but there is {recorded:?}");
    let (mut works, mut doubled) = (works(events), 0);
    for (person, chat) in people {
        let work = works.remove(person).unwrap_or_default();
        let sent = sends.0.get(&(*chat, FOCUS.to_owned())).map_or(0, Vec::len);
        let left = environment.sandbox.chat(*chat).iter().filter(|m| is_focus(&m.text)).count();
        let context = || format!("{label}: {sent} focus cards for {chat}, {left} left: {work:?}");
        assert!(sent <= work.times_busy + left, "too many: {}", context());
        assert!(left <= kills * work.times_busy, "doubled: {}", context());
        // A press that is handled again is refused, and brings no card.
        let interrupted = if kills == 0 { MAX_OUTAGES } else { kills };
        assert!(sent > 0 || work.opened_beside <= interrupted, "lost: {}", context());
        doubled += left as u64;
    }
    doubled
}

/// Replays the audit events.
fn works(events: &[AuditEvent]) -> BTreeMap<PersonId, Work> {
    let mut works = BTreeMap::<PersonId, Work>::new();
    for event in events {
        let Some(ticket) = event.ticket else { continue };
        let by = match event.actor {
            Actor::Person(person) => Some(person),
            Actor::Engine => None,
        };
        match (&event.what, by.as_ref()) {
            (Action::Assigned { agent, .. }, _) => {
                let work = works.entry(*agent).or_default();
                work.held.push(ticket);
                if work.held.len() > 1 && !work.is_busy {
                    work.is_busy = true;
                    work.times_busy += 1;
                }
            }
            (Action::Started, Some(agent)) => {
                let work = works.entry(*agent).or_default();
                work.opened_beside += usize::from(work.held.first().is_some_and(|first| *first != ticket));
            }
            (Action::Released { from: agent, .. }, _) | (Action::Completed, Some(agent)) => {
                let work = works.entry(*agent).or_default();
                work.held.retain(|held| *held != ticket);
                work.is_busy &= !work.held.is_empty();
            }
            _ => {}
        }
    }
    works
}
