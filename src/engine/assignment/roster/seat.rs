//! A seat: an agent's row in the roster, with the held tickets and the reason why the planner skips the
//! agent.
use crate::domain::Time;
use crate::domain::event::SkipReason;
use crate::domain::ids::{PersonId, Slot, TicketId};
use crate::domain::person::{AgentProfile, Availability, Person};
use crate::domain::policy::Strategy;
use std::collections::BTreeMap;

/// The sort key of the assignment order: (asked whether they are still online, share of slots taken, last
/// assignment, assignment order, id).
pub(in crate::engine) type RotationKey = (bool, u64, Option<Time>, u32, PersonId);

/// An agent with the held tickets.
#[derive(Debug, Clone)]
pub struct Seat {
    /// The agent.
    pub person: Person,
    /// The held tickets, by slot.
    pub holds: BTreeMap<Slot, TicketId>,
    /// Whether the presence record expired: the agent is gone, although the availability may say otherwise.
    pub lost: bool,
}

impl Seat {
    /// Returns the number of held tickets.
    #[must_use]
    pub fn held(&self) -> u16 {
        u16::try_from(self.holds.len()).unwrap_or(u16::MAX)
    }

    /// Returns whether the agent holds this ticket.
    #[must_use]
    pub fn has(&self, ticket: TicketId) -> bool {
        self.holds.values().any(|held| *held == ticket)
    }

    /// Returns the lowest free slot. It is at or above the capacity if all slots below are taken.
    #[must_use]
    pub fn free_slot(&self) -> Slot {
        let taken = |n: u16| self.holds.contains_key(&Slot(n));
        Slot((0..u16::MAX).find(|n| !taken(*n)).unwrap_or(u16::MAX))
    }

    /// Returns the agent's profile, which the person of every seat has.
    #[must_use]
    pub fn profile(&self) -> Option<&AgentProfile> {
        self.person.agent.as_ref()
    }

    /// Returns whether the agent is unreachable, whatever the availability says: the presence is lost or the
    /// bot is blocked.
    #[must_use]
    pub fn out_of_reach(&self) -> bool {
        self.lost || !self.person.reachable
    }

    /// Returns why the planner skips the agent in all of their departments; `None` when they are eligible.
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
            // The count decides, not the slot: after an override or a lowered capacity an agent may hold high
            // slots while a low one is free.
            Availability::Online if self.held() >= profile.max_tickets.get() => Some(SkipReason::Full),
            Availability::Online => None,
        }
    }

    /// Returns the agent's place in the order of the strategy. An agent who was asked whether they are still
    /// online, and has not answered, comes after all others. The share of slots taken is in millionths,
    /// which tells apart any two shares of capacities up to 100.
    pub(in crate::engine) fn rotation_key(&self, strategy: Strategy) -> RotationKey {
        let profile = self.profile();
        let load = match strategy {
            Strategy::LeastLoaded => {
                profile.map_or(0, |p| u64::from(self.held()) * 1_000_000 / u64::from(p.max_tickets.get()))
            }
            Strategy::RoundRobin | Strategy::Random => 0,
        };
        (
            profile.is_some_and(|p| p.asked_at.is_some()),
            load,
            profile.and_then(|p| p.last_assigned),
            profile.map_or(0, |p| p.assignment_order),
            self.person.id,
        )
    }
}
