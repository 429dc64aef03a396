//! Choice of the agents to whom a waiting ticket is offered for pick-up, where the engine does not assign it.
use super::roster::Seat;
use crate::domain::Time;
use crate::domain::ids::PersonId;
use crate::domain::policy::Mode;
use crate::domain::ticket::{Ticket, TicketState};
use crate::engine::Engine;
use crate::engine::ports::StoreError;

impl Engine {
    /// Returns the agents who may pick up a waiting ticket now and have a free slot: those with the fewest
    /// tickets first, then those whose last assignment is longest ago. It returns nobody if the engine assigns
    /// the ticket in a moment.
    pub async fn pick_up_candidates(&self, ticket: &Ticket, now: Time) -> Result<Vec<Seat>, StoreError> {
        let mode = self.store.settings().await?.mode;
        let roster = self.roster();
        let is_assigned_soon = mode != Mode::Manual && ticket.auto && roster.has_agent_for(ticket, now);
        if ticket.state != TicketState::Queued || is_assigned_soon {
            return Ok(Vec::new());
        }
        let mut seats: Vec<_> =
            roster.seats().filter(|seat| can_be_offered(seat, ticket, mode)).cloned().collect();
        seats.sort_by_key(|seat| {
            let is_former = ticket.former_holder(seat.person.id).is_some();
            let profile = seat.profile();
            let order = profile.map(|profile| (profile.last_assigned, profile.assignment_order));
            (is_former, seat.held(), order)
        });
        Ok(seats)
    }

    /// Returns whether [`Engine::pick_up_candidates`] of a ticket have this agent among them.
    pub async fn is_pick_up_candidate(
        &self,
        ticket: &Ticket,
        agent: PersonId,
        now: Time,
    ) -> Result<bool, StoreError> {
        let mode = self.store.settings().await?.mode;
        let roster = self.roster();
        let is_assigned_soon = mode != Mode::Manual && ticket.auto && roster.has_agent_for(ticket, now);
        let may_take = roster.seat(agent).is_some_and(|seat| can_be_offered(seat, ticket, mode));
        Ok(ticket.state == TicketState::Queued && !is_assigned_soon && may_take)
    }

    /// Returns false if the engine assigns every new ticket, and every agent who is online takes part.
    pub async fn needs_pick_up(&self) -> Result<bool, StoreError> {
        let settings = self.store.settings().await?;
        let is_opted_out = |seat: &Seat| {
            seat.is_online() && seat.profile().is_some_and(|profile| !profile.auto_assignment_enabled)
        };
        let is_automatic = settings.mode == Mode::Auto && settings.rollout_percent.get() == 100;
        Ok(!is_automatic || self.roster().seats().any(is_opted_out))
    }
}

/// Returns whether a waiting ticket can be offered to this agent.
fn can_be_offered(seat: &Seat, ticket: &Ticket, mode: Mode) -> bool {
    seat.profile().is_some_and(|profile| {
        seat.is_online()
            && seat.held() < profile.max_tickets.get()
            && ticket.customer != seat.person.id
            && profile.departments.contains(&ticket.department)
            && mode.allows_pick_up(ticket.auto, profile.auto_assignment_enabled)
    })
}
