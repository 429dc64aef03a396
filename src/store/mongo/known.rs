//! What the facts' lane knows since its last turns, so that the next one need not ask: agents, tickets, and where nobody waits, as
//! this process has read or left them.
//!
//! Another replica may have changed them since. So what rests on any of it is written on condition that it still is so
//! (`Tx::merge`, `Tx::arrive`), and nobody is refused because of it: then, and where a condition was not met, everything is
//! read. While several replicas open tickets or write the same agents that would happen all the time, so whoever was mistaken
//! asks for a while, as if it knew nothing.
use super::agents::Agent;
use super::recent::Recent;
use super::tx::Arrivals;
use crate::domain::ids::{DepartmentId, PersonId, TicketId};
use crate::domain::text::Description;
use crate::domain::ticket::{Priority, Ticket};
use mongodb::bson::Bson;
use std::collections::HashSet;
use std::time::Duration;
use tokio::time::Instant;

/// For how long nothing is taken for known after somebody else was in between.
const DOUBT: Duration = Duration::from_secs(1);
/// For how long something is known that nobody asks for. What is known is checked when it is written, so this only bounds the
/// memory, beside the number that is kept.
const KEPT: Duration = Duration::from_secs(3_600);

/// Whether it is better to ask than to go by what is known.
#[derive(Default)]
pub(super) struct Doubt(Option<Instant>);

impl Doubt {
    /// Somebody else was in between.
    pub(super) fn begin(&mut self) {
        self.0 = Some(Instant::now());
    }

    pub(super) fn lasts(&self) -> bool {
        self.0.is_some_and(|since| since.elapsed() < DOUBT)
    }
}

/// A ticket, and under which `_id` it lies in `ticket_queue`.
pub(super) type Place = (Ticket, Bson);

/// Where nobody waits for the engine, provided that nobody has arrived or been put back since: each is a department, and a
/// priority at which nobody waits there, nor at a higher one.
#[derive(Debug, Clone)]
pub(super) struct Idle {
    /// How the counter of the arrivals stood.
    pub(super) arrivals: Arrivals,
    pub(super) places: HashSet<(DepartmentId, Priority)>,
}

/// What a turn leaves behind: something is no longer known where nothing is said of it.
#[derive(Default)]
pub(super) struct Left {
    pub(super) agents: Vec<(PersonId, Option<Agent>)>,
    pub(super) tickets: Vec<(TicketId, Option<Place>)>,
    /// Nothing when the turn had nothing to do with it.
    pub(super) idle: Option<Idle>,
}

/// What is known.
pub(super) struct Known {
    agents: Recent<PersonId, Agent>,
    tickets: Recent<TicketId, Place>,
    idle: Option<Idle>,
    doubt: Doubt,
}

impl Known {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self { agents: Recent::new(KEPT), tickets: Recent::new(KEPT), idle: None, doubt: Doubt::default() }
    }

    /// Whether it is better to ask.
    pub(super) fn is_doubted(&self) -> bool {
        self.doubt.lasts()
    }

    pub(super) fn agent(&self, id: PersonId) -> Option<Agent> {
        self.agents.get(&id)
    }

    pub(super) fn ticket(&self, id: TicketId) -> Option<Place> {
        self.tickets.get(&id)
    }

    /// Where nobody waits.
    pub(super) fn idle(&self) -> Option<&Idle> {
        self.idle.as_ref()
    }

    /// Takes in what a turn has left.
    pub(super) fn learn(&mut self, left: Left) {
        for (id, agent) in left.agents {
            self.agents.leave(id, agent);
        }
        for (id, place) in left.tickets {
            // What it is about is nobody's question here.
            let plain = |(ticket, row)| (Ticket { description: Description::default(), ..ticket }, row);
            self.tickets.leave(id, place.map(plain));
        }
        if let Some(idle) = left.idle {
            self.idle = Some(idle);
        }
    }

    /// What was known was not so.
    pub(super) fn doubt(&mut self) {
        self.forget();
        self.doubt.begin();
    }

    /// Knows nothing any more.
    pub(super) fn forget(&mut self) {
        self.agents.forget_all();
        self.tickets.forget_all();
        self.idle = None;
    }
}
