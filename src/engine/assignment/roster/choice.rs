//! Choice of the agent for one ticket: the order of the strategy, among the agents who rank best for this
//! ticket. Its customer and its former holders rank behind all others.
use super::{DepartmentAgents, Roster};
use crate::domain::Time;
use crate::domain::event::{MAX_NAMED_AGENTS, SkipReason};
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::policy::Strategy;
use crate::domain::ticket::Ticket;
use rand::RngCore;

/// The result of a choice among the ready agents of a department.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// This agent.
    Agent(PersonId),
    /// All ready agents are former holders. The ticket may return to one of them at this time.
    ReturnsAt(Time),
    /// No agent is ready.
    Nobody,
}

/// How a ready agent ranks for a ticket, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// Has nothing to do with the ticket.
    Neutral,
    /// Opened it.
    Customer,
    /// Held it before, and it may return to them.
    FormerHolder,
    /// Held it before, and it may return to them at this time.
    ReturnsAt(Time),
}

impl Roster {
    fn rank(&self, ticket: &Ticket, agent: PersonId, now: Time) -> Rank {
        match ticket.former_holder(agent).map(|former| former.returns_at(now, self.return_delay)) {
            Some(Some(at)) => Rank::ReturnsAt(at),
            Some(None) => Rank::FormerHolder,
            None if ticket.customer == agent => Rank::Customer,
            None => Rank::Neutral,
        }
    }

    /// Returns the best rank of the ready agents of a department.
    fn best_rank(&self, agents: &DepartmentAgents, ticket: &Ticket, now: Time) -> Option<Rank> {
        let mut best = None;
        for (.., agent) in &agents.ready {
            let rank = self.rank(ticket, *agent, now);
            if rank == Rank::Neutral {
                return Some(rank);
            }
            best = Some(best.map_or(rank, |best: Rank| best.min(rank)));
        }
        best
    }

    /// Returns the next agent for a ticket, in the order of the strategy. The customer gets their own ticket
    /// only if no other agent is ready. A former holder gets it only if nobody else is ready, and not before
    /// the delay of returns is over.
    pub fn choose(&self, ticket: &Ticket, now: Time, random: &mut dyn RngCore) -> Choice {
        let Some(agents) = self.departments.get(&ticket.department) else { return Choice::Nobody };
        // Nearly every ticket has a neutral agent, so the ranks of the others are not computed for it.
        match self.best_rank(agents, ticket, now) {
            None => Choice::Nobody,
            Some(Rank::ReturnsAt(at)) => Choice::ReturnsAt(at),
            Some(best) => self
                .next(agents, |agent| self.rank(ticket, agent, now) == best, random)
                .map_or(Choice::Nobody, Choice::Agent),
        }
    }

    /// Returns whether an agent is ready for this ticket at `now`.
    #[must_use]
    pub fn has_agent_for(&self, ticket: &Ticket, now: Time) -> bool {
        let agents = self.departments.get(&ticket.department);
        let best = agents.and_then(|agents| self.best_rank(agents, ticket, now));
        best.is_some_and(|best| !matches!(best, Rank::ReturnsAt(_)))
    }

    /// Returns whether an agent is ready for this ticket who never held it and did not open it.
    #[must_use]
    pub fn has_new_agent_for(&self, ticket: &Ticket, now: Time) -> bool {
        let agents = self.departments.get(&ticket.department);
        agents.and_then(|agents| self.best_rank(agents, ticket, now)) == Some(Rank::Neutral)
    }

    fn next(
        &self,
        agents: &DepartmentAgents,
        is_candidate: impl Fn(PersonId) -> bool,
        random: &mut dyn RngCore,
    ) -> Option<PersonId> {
        let mut candidates = agents.ready.iter().filter(|(.., agent)| is_candidate(*agent));
        let (is_asked, .., first) = *candidates.next()?;
        if self.strategy != Strategy::Random {
            return Some(first);
        }
        let others = candidates.take_while(|(asked, ..)| *asked == is_asked).map(|(.., agent)| *agent);
        let all: Vec<_> = std::iter::once(first).chain(others).collect();
        let nth = usize::try_from(random.next_u64() % (all.len() as u64)).ok()?;
        all.get(nth).copied()
    }

    /// Returns the first few ready agents of a department, in the order of the strategy, without these.
    #[must_use]
    pub fn next_agents(&self, department: DepartmentId, except: &[PersonId]) -> Vec<PersonId> {
        let Some(agents) = self.departments.get(&department) else { return Vec::new() };
        let ready = agents.ready.iter().map(|(.., agent)| *agent);
        ready.filter(|agent| !except.contains(agent)).take(MAX_NAMED_AGENTS).collect()
    }

    /// Returns the ready agents of the department who rank behind `chosen` for this ticket, with the reasons.
    #[must_use]
    pub fn passed_over(&self, ticket: &Ticket, chosen: PersonId, now: Time) -> Vec<(PersonId, SkipReason)> {
        let chosen = self.rank(ticket, chosen, now);
        let is_ready = |agent: PersonId| {
            self.seats.get(&agent).is_some_and(|seat| {
                let serves = seat.profile().is_some_and(|p| p.departments.contains(&ticket.department));
                serves && seat.skip().is_none()
            })
        };
        let former = ticket.former_holders.iter().map(|former| former.agent);
        let customer = Some(ticket.customer).filter(|customer| ticket.former_holder(*customer).is_none());
        let behind = former.chain(customer).filter(|agent| is_ready(*agent));
        behind
            .filter_map(|agent| match self.rank(ticket, agent, now) {
                rank if rank <= chosen => None,
                Rank::Neutral => None,
                Rank::Customer => Some((agent, SkipReason::OwnTicket)),
                Rank::FormerHolder | Rank::ReturnsAt(_) => Some((agent, SkipReason::FormerHolder)),
            })
            .collect()
    }
}
