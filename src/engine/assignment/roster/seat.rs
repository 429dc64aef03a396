//! One agent as the planner sees them: what they hold, and whether they get more.
use crate::domain::Time;
use crate::domain::event::SkipReason;
use crate::domain::ids::{PersonId, Slot, TicketId};
use crate::domain::person::{AgentProfile, Availability, Person};
use crate::domain::policy::Strategy;
use std::collections::BTreeMap;

pub(in crate::engine) type Rank = (u64, Option<Time>, u32, PersonId);

/// An agent with what they hold.
#[derive(Debug, Clone)]
pub struct Seat {
    /// The agent.
    pub person: Person,
    /// Their tickets, by slot.
    pub holds: BTreeMap<Slot, TicketId>,
    /// Whether their presence was lost (known not to be there, for all that their availability says).
    pub lost: bool,
}

impl Seat {
    /// How many tickets they hold.
    #[must_use]
    pub fn held(&self) -> u16 {
        u16::try_from(self.holds.len()).unwrap_or(u16::MAX)
    }

    /// Whether they hold a ticket.
    #[must_use]
    pub fn has(&self, ticket: TicketId) -> bool {
        self.holds.values().any(|held| *held == ticket)
    }

    /// The lowest free slot, at or above their capacity if all below are taken.
    #[must_use]
    pub fn free_slot(&self) -> Slot {
        let taken = |n: u16| self.holds.contains_key(&Slot(n));
        Slot((0..u16::MAX).find(|n| !taken(*n)).unwrap_or(u16::MAX))
    }

    /// The profile, which every seat's person has.
    #[must_use]
    pub fn profile(&self) -> Option<&AgentProfile> {
        self.person.agent.as_ref()
    }

    /// Whether nothing reaches them, for all that their availability says: their presence was lost, or they blocked the bot.
    #[must_use]
    pub fn out_of_reach(&self) -> bool {
        self.lost || !self.person.reachable
    }

    /// Why they get no ticket of a department of theirs; `None` when they are eligible.
    #[must_use]
    pub fn skip(&self) -> Option<SkipReason> {
        let Some(profile) = self.profile() else { return Some(SkipReason::OtherDepartment) };
        match profile.availability {
            Availability::Offline => Some(SkipReason::Offline),
            Availability::Busy => Some(SkipReason::Busy),
            Availability::Away => Some(SkipReason::Away),
            Availability::Online if !self.person.reachable => Some(SkipReason::Unreachable),
            Availability::Online if self.lost => Some(SkipReason::Lost),
            Availability::Online if !profile.auto_assignment_enabled => Some(SkipReason::OptedOut),
            // By the count, not by the slot: whoever was given one "anyway", or had their capacity lowered, may hold high
            // slots while a low one is free.
            Availability::Online if self.held() >= profile.max_tickets.get() => Some(SkipReason::Full),
            Availability::Online => None,
        }
    }

    /// The place in the order of the strategy: (share of slots taken, last turn, order, id). The share in millionths: fine
    /// enough to tell any two shares of capacities up to 100 apart.
    pub(in crate::engine) fn rank(&self, strategy: Strategy) -> Rank {
        let profile = self.profile();
        let load = match strategy {
            Strategy::LeastLoaded => {
                profile.map_or(0, |p| u64::from(self.held()) * 1_000_000 / u64::from(p.max_tickets.get()))
            }
            Strategy::RoundRobin | Strategy::Random => 0,
        };
        (
            load,
            profile.and_then(|p| p.last_assigned),
            profile.map_or(0, |p| p.assignment_order),
            self.person.id,
        )
    }
}
