//! One modelled round: each choice of the plan is compared with a plain recomputation. The plan is then
//! committed, refused or failed, as the step says.
use super::checks::{agents, skip_reason};
use super::world::World;
use crate::domain::Time;
use crate::domain::event::{Action, Actor, Decision, MAX_NAMED_AGENTS, SkipReason};
use crate::domain::ids::{DepartmentId, PersonId, TicketId};
use crate::domain::notice::{Message, Notice};
use crate::domain::person::Person;
use crate::domain::policy::{Mode, Strategy};
use crate::domain::ticket::{RETURN_DELAY, Ticket, TicketState};
use crate::engine::assignment::planner::{Assignment, plan_round};
use crate::engine::ports::{Guard, Write};
use std::collections::{BTreeMap, BTreeSet};

/// The held tickets and the last assignment of each agent, as the plan advances.
type Loads = BTreeMap<PersonId, (usize, Option<Time>)>;

impl World {
    pub(in crate::engine) fn round(&mut self, refused: u16, store_fails: bool) {
        let mut refused = refused;
        loop {
            let queued: Vec<_> = self.queued().cloned().collect();
            self.roster_strategy = self.settings.strategy;
            self.roster.set_strategy(self.roster_strategy);
            let plan = plan_round(&mut self.roster, queued, &self.settings, self.now, &mut self.random);
            self.check_plan(&plan.assignments);
            if plan.assignments.is_empty() {
                self.check_returns(&plan.returns);
                return self.check_no_assignable_ticket_is_queued();
            }
            self.commit(&plan.assignments, refused, store_fails);
            if store_fails {
                return;
            }
            // The refused tickets are planned again, this time without a refusal.
            refused = 0;
        }
    }

    /// Hands a ticket over whose holder does not react, as `Engine::handle_unanswered` does.
    pub(in crate::engine) fn hand_over(&mut self, ticket: u8) {
        // Tickets that wait already come first.
        self.round(0, false);
        let Some(n) = usize::from(ticket).checked_rem(self.tickets.len()) else { return };
        let before = self.tickets[n].clone();
        let (Some(holder), Ok(released)) = (before.holder(), before.release(false, self.now)) else { return };
        let may_be_handed_over = self.settings.mode != Mode::Manual && before.auto;
        if !may_be_handed_over || !self.roster.has_new_agent_for(&released, self.now) {
            return;
        }
        self.tickets[n] = released;
        self.roster.free(holder, before.id);
        self.round(0, false);
        let after = &self.tickets[n];
        let next = after.holder().expect("it is assigned at once");
        assert!(next != holder && before.former_holder(next).is_none(), "it went to a former holder");
        self.coverage.passed_on += 1;
    }

    fn queued(&self) -> impl Iterator<Item = &Ticket> {
        self.tickets.iter().filter(|t| t.state == TicketState::Queued)
    }

    /// Commits the plan except for the refused assignments, which are undone in the roster.
    fn commit(&mut self, plan: &[Assignment], refused: u16, store_fails: bool) {
        let is_refused = |n: usize| store_fails || refused & (1 << (n % 16)) != 0;
        for (n, assignment) in plan.iter().enumerate().filter(|(n, _)| !is_refused(*n)) {
            let ticket = self.tickets.iter_mut().find(|t| t.id == assignment.before.id).unwrap();
            assert_eq!(*ticket, assignment.before, "assignment {n} is of an older version");
            *ticket = assignment.after.clone();
            self.coverage.assigned += 1;
            self.coverage.returned += u32::from(ticket.former_holder(assignment.agent).is_some());
            self.coverage.own += u32::from(ticket.customer == assignment.agent);
            let assigned_at = ticket.hold().unwrap().assigned_at;
            let agent = self.people.iter_mut().find(|p| p.id == assignment.agent).unwrap();
            agent.agent.as_mut().unwrap().last_assigned = Some(assigned_at);
        }
        for (_, assignment) in plan.iter().enumerate().filter(|(n, _)| is_refused(*n)).rev() {
            assignment.undo(&mut self.roster);
            self.coverage.undone += 1;
        }
    }

    /// Checks each choice of the plan, in its order.
    fn check_plan(&self, plan: &[Assignment]) {
        assert!(self.settings.mode != Mode::Manual || plan.is_empty(), "manual mode assigns nothing");
        let mut queue: Vec<&Ticket> = self.queued().filter(|t| t.auto).collect();
        queue.sort_by_key(|t| (t.priority, t.arrival));
        let mut loads: Loads = agents(self)
            .map(|(person, profile)| (person.id, (self.holds(person.id).len(), profile.last_assigned)))
            .collect();
        let mut assignment_times: BTreeSet<Time> =
            loads.values().filter_map(|(_, last_assigned)| *last_assigned).collect();
        for assignment in plan {
            let at = queue.iter().position(|t| t.id == assignment.before.id).expect("planned twice");
            let overtaken = queue[..at].iter().filter(|t| t.department == assignment.before.department);
            for ticket in overtaken {
                assert!(self.candidates(ticket, &loads).is_empty(), "out of order");
            }
            queue.remove(at);
            self.check_choice(assignment, &loads);
            let hold = assignment.after.hold().unwrap();
            assert_eq!((hold.agent, hold.slot), (assignment.agent, assignment.slot));
            assert!(
                assignment_times.last().is_none_or(|last| *last < hold.assigned_at),
                "two assignments at one moment"
            );
            assignment_times.insert(hold.assigned_at);
            let load = loads.get_mut(&assignment.agent).unwrap();
            *load = (load.0 + 1, Some(hold.assigned_at));
        }
    }

    /// Returns how an agent ranks for a ticket, best first: anybody, then its customer, then a former holder.
    /// `None` if it may not return to them yet.
    fn rank(&self, ticket: &Ticket, agent: PersonId) -> Option<u8> {
        let former = ticket.former_holders.iter().rfind(|former| former.agent == agent);
        match former.map(|former| (self.now - former.at).abs() >= RETURN_DELAY) {
            Some(false) => None,
            Some(true) => Some(2),
            None => Some(u8::from(ticket.customer == agent)),
        }
    }

    fn ready(&self, ticket: &Ticket, loads: &Loads) -> impl Iterator<Item = &Person> {
        agents(self)
            .filter(|(person, _)| {
                skip_reason(person, ticket.department, &self.lost, loads[&person.id].0).is_none()
            })
            .map(|(person, _)| person)
    }

    /// Returns the ready agents who rank best for a ticket.
    fn candidates(&self, ticket: &Ticket, loads: &Loads) -> Vec<&Person> {
        let best = self.ready(ticket, loads).filter_map(|person| self.rank(ticket, person.id)).min();
        let is_best = |person: &&Person| best.is_some() && self.rank(ticket, person.id) == best;
        self.ready(ticket, loads).filter(is_best).collect()
    }

    fn check_choice(&self, assignment: &Assignment, loads: &Loads) {
        let held = |agent: PersonId| loads[&agent].0;
        let eligible = self.candidates(&assignment.before, loads);
        let chosen = eligible.iter().find(|person| person.id == assignment.agent);
        let chosen = chosen.expect("the chosen agent is eligible");
        let max = |person: &Person| usize::from(person.agent.as_ref().unwrap().max_tickets.get());
        assert!(held(chosen.id) < max(chosen), "the engine assigned above the capacity");
        let asked = |person: &Person| person.agent.as_ref().unwrap().asked_at.is_some();
        assert!(!asked(chosen) || eligible.iter().all(|person| asked(person)), "an agent who answers waits");
        let eligible_first = eligible.iter().filter(|person| asked(person) == asked(chosen));
        let round_robin_key =
            |person: &Person| (loads[&person.id].1, person.agent.as_ref().unwrap().assignment_order);
        match self.settings.strategy {
            Strategy::Random => {}
            Strategy::RoundRobin => {
                let first = eligible_first.min_by_key(|person| round_robin_key(person)).unwrap();
                assert_eq!(first.id, chosen.id, "another agent was assigned less recently");
            }
            Strategy::LeastLoaded => {
                // The shares are compared as fractions, without rounding.
                let less = |a: &Person, b: &Person| (held(a.id) * max(b)).cmp(&(held(b.id) * max(a)));
                let first = eligible_first
                    .min_by(|a, b| less(a, b).then(round_robin_key(a).cmp(&round_robin_key(b))))
                    .unwrap();
                assert_eq!(first.id, chosen.id, "another agent has a smaller share");
            }
        }
        self.check_change(assignment, (held(chosen.id), max(chosen)), chosen);
        let Some(Action::Assigned { agent, decision }) = assignment.change.event.as_ref().map(|e| &e.what)
        else {
            panic!("no decision record")
        };
        assert_eq!(*agent, chosen.id);
        self.check_decision(decision, (&assignment.before, chosen.id), &eligible, loads);
    }

    /// Checks the change: the next version under the strictest guard, and one notice each to agent and
    /// customer.
    fn check_change(&self, assignment: &Assignment, (held, max): (usize, usize), agent: &Person) {
        let (before, after) = (&assignment.before, &assignment.after);
        assert_eq!(
            assignment.change.write,
            Write::Ticket {
                ticket: Box::new(after.clone()),
                expected: before.version,
                guard: Guard::Eligible
            }
        );
        assert_eq!(after.version, before.version.next());
        let event = assignment.change.event.as_ref().unwrap();
        assert_eq!((event.at, event.actor, event.ticket), (self.now, Actor::Engine, Some(before.id)));
        let mut notice_counts = (0, 0);
        for out in &assignment.change.notices {
            match &out.message {
                Message::Notice(Notice::NewTask { ticket, agent: to, position, held: all, max: most }) => {
                    assert_eq!((*ticket, *to, out.chat), (before.id, agent.id, agent.chat()));
                    assert_eq!((usize::from(*position), usize::from(*all)), (held + 1, held + 1));
                    assert_eq!(usize::from(*most), max);
                    notice_counts.0 += 1;
                }
                Message::Notice(Notice::Assigned { ticket, agent: to }) => {
                    assert_eq!((*ticket, *to, out.chat), (before.id, agent.id, before.customer_chat));
                    notice_counts.1 += 1;
                }
                _ => {}
            }
        }
        assert_eq!(notice_counts, (1, 1), "agent and customer get one notice each");
    }

    fn check_decision(
        &self,
        decision: &Decision,
        (ticket, chosen): (&Ticket, PersonId),
        eligible: &[&Person],
        loads: &Loads,
    ) {
        let department = ticket.department;
        let mut reasons: BTreeMap<PersonId, _> = agents(self)
            .filter_map(|(p, _)| Some((p.id, skip_reason(p, department, &self.lost, loads[&p.id].0)?)))
            .collect();
        for person in self.ready(ticket, loads).filter(|p| eligible.iter().all(|other| other.id != p.id)) {
            let is_own = self.rank(ticket, person.id) == Some(1);
            let reason = if is_own { SkipReason::OwnTicket } else { SkipReason::FormerHolder };
            reasons.insert(person.id, reason);
        }
        assert_eq!(decision.considered.first(), Some(&chosen), "the chosen agent comes first");
        assert_eq!(decision.considered.len(), eligible.len().min(MAX_NAMED_AGENTS));
        let named: BTreeSet<_> = decision.considered.iter().collect();
        assert_eq!(named.len(), decision.considered.len(), "no agent is named twice");
        assert!(named.iter().all(|agent| eligible.iter().any(|person| person.id == **agent)));
        assert_eq!(decision.eligible as usize, eligible.len());
        let mut skipped = BTreeMap::new();
        for reason in reasons.values() {
            *skipped.entry(*reason).or_insert(0_u32) += 1;
        }
        assert_eq!(decision.skipped.iter().copied().collect::<BTreeMap<_, _>>(), skipped);
        assert_eq!(eligible.len() + reasons.len(), agents(self).count(), "every agent is counted");
        assert!(decision.skipped_named.len() <= MAX_NAMED_AGENTS);
        assert!(decision.skipped_named.iter().all(|(agent, reason)| reasons.get(agent) == Some(reason)));
        let (settings, max) = (&self.settings, eligible.iter().find(|p| p.id == chosen).unwrap());
        assert_eq!(decision.department, department);
        assert_eq!((decision.strategy, decision.mode), (settings.strategy, settings.mode));
        assert_eq!(decision.rollout_percent, settings.rollout_percent);
        assert_eq!(usize::from(decision.load.0), loads[&chosen].0);
        assert_eq!(decision.load.1, max.agent.as_ref().unwrap().max_tickets.get());
    }

    fn loads(&self) -> Loads {
        let load = |person: &Person| (self.holds(person.id).len(), None);
        agents(self).map(|(person, _)| (person.id, load(person))).collect()
    }

    /// Checks that after a round no ticket is queued while an agent is ready for it.
    fn check_no_assignable_ticket_is_queued(&self) {
        if self.settings.mode == Mode::Manual {
            return;
        }
        let loads = self.loads();
        let assignable = |ticket: &&Ticket| ticket.auto && !self.candidates(ticket, &loads).is_empty();
        let assignable: Vec<TicketId> = self.queued().filter(assignable).map(|t| t.id).collect();
        assert_eq!(assignable, Vec::new(), "tickets are queued while an agent is ready");
    }

    /// Checks that the timer knows when each department's next ticket may return to a former holder.
    fn check_returns(&mut self, returns: &BTreeMap<DepartmentId, Time>) {
        let (loads, mut expected) = (self.loads(), BTreeMap::new());
        for ticket in self.queued().filter(|t| t.auto && self.settings.mode != Mode::Manual) {
            let former = |person: &Person| ticket.former_holders.iter().find(|f| f.agent == person.id);
            let times =
                self.ready(ticket, &loads).filter_map(|person| Some(former(person)?.at + RETURN_DELAY));
            if let Some(at) = times.min() {
                let first = expected.entry(ticket.department).or_insert(at);
                *first = at.min(*first);
            }
        }
        assert_eq!(*returns, expected, "the next return of each department");
        self.coverage.delayed += u32::from(!returns.is_empty());
    }
}
