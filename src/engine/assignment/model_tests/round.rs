//! One round: the plan is followed choice by choice beside a plain re-computation of who should have got what, then
//! committed, refused or failed as the step says.
use super::checks::{agents, reason};
use super::world::World;
use crate::domain::Time;
use crate::domain::event::{Action, Actor, Decision, MAX_NAMED_AGENTS};
use crate::domain::ids::{DepartmentId, PersonId, TicketId};
use crate::domain::notice::{Message, Notice};
use crate::domain::person::Person;
use crate::domain::policy::{Mode, Strategy};
use crate::domain::ticket::{Ticket, TicketState};
use crate::engine::assignment::planner::{Assignment, plan_round};
use crate::engine::ports::{Guard, Write};
use std::collections::{BTreeMap, BTreeSet};

/// What each agent holds and when their last turn was, as the plan goes on.
type Loads = BTreeMap<PersonId, (usize, Option<Time>)>;

impl World {
    pub(in crate::engine) fn round(&mut self, refused: u16, broken: bool) {
        let mut refused = refused;
        loop {
            let waiting: Vec<_> = self.waiting().cloned().collect();
            self.seated_by = self.settings.strategy;
            self.roster.set_strategy(self.seated_by);
            let plan = plan_round(&mut self.roster, waiting, &self.settings, self.now, &mut self.random);
            self.check_plan(&plan);
            if plan.is_empty() {
                return self.check_nobody_waits_in_vain();
            }
            self.settle(&plan, refused, broken);
            if broken {
                return;
            }
            // What was refused is planned again; this time nobody comes in between.
            refused = 0;
        }
    }

    fn waiting(&self) -> impl Iterator<Item = &Ticket> {
        self.tickets.iter().filter(|t| t.state == TicketState::Queued)
    }

    /// What the store makes of a plan, and the roster of the store's answers.
    fn settle(&mut self, plan: &[Assignment], refused: u16, broken: bool) {
        let lost = |n: usize| broken || refused & (1 << (n % 16)) != 0;
        for (n, assignment) in plan.iter().enumerate().filter(|(n, _)| !lost(*n)) {
            let ticket = self.tickets.iter_mut().find(|t| t.id == assignment.before.id).unwrap();
            assert_eq!(*ticket, assignment.before, "assignment {n} is of an older version");
            *ticket = assignment.after.clone();
            self.seen.assigned += 1;
            let turn = ticket.hold().unwrap().assigned_at;
            let agent = self.people.iter_mut().find(|p| p.id == assignment.agent).unwrap();
            agent.agent.as_mut().unwrap().last_assigned = Some(turn);
        }
        for (_, assignment) in plan.iter().enumerate().filter(|(n, _)| lost(*n)).rev() {
            assignment.undo(&mut self.roster);
            self.seen.taken_back += 1;
        }
    }

    /// Each choice of the plan, in its order.
    fn check_plan(&self, plan: &[Assignment]) {
        assert!(self.settings.mode != Mode::Manual || plan.is_empty(), "manual mode assigns nothing");
        let mut queue: Vec<&Ticket> = self.waiting().filter(|t| t.auto).collect();
        queue.sort_by_key(|t| (t.priority, t.arrival));
        let mut loads: Loads = agents(self)
            .map(|(person, profile)| (person.id, (self.holds(person.id).len(), profile.last_assigned)))
            .collect();
        let mut turns: BTreeSet<Time> = loads.values().filter_map(|(_, turn)| *turn).collect();
        for assignment in plan {
            let first = queue.iter().position(|t| t.department == assignment.before.department).unwrap();
            assert_eq!(queue.remove(first).id, assignment.before.id, "out of order");
            self.check_choice(assignment, &loads);
            let hold = assignment.after.hold().unwrap();
            assert_eq!((hold.agent, hold.slot), (assignment.agent, assignment.slot));
            assert!(turns.last().is_none_or(|last| *last < hold.assigned_at), "two turns at one moment");
            turns.insert(hold.assigned_at);
            let load = loads.get_mut(&assignment.agent).unwrap();
            *load = (load.0 + 1, Some(hold.assigned_at));
        }
    }

    fn check_choice(&self, assignment: &Assignment, loads: &Loads) {
        let department = assignment.before.department;
        let held = |agent: PersonId| loads[&agent].0;
        let eligible: Vec<&Person> = agents(self)
            .filter(|(person, _)| reason(person, department, &self.lost, held(person.id)).is_none())
            .map(|(person, _)| person)
            .collect();
        let chosen = eligible.iter().find(|person| person.id == assignment.agent);
        let chosen = chosen.expect("the chosen agent is eligible");
        let max = |person: &Person| usize::from(person.agent.as_ref().unwrap().max_tickets.get());
        assert!(held(chosen.id) < max(chosen), "above capacity by the engine's doing");
        let turn = |person: &Person| (loads[&person.id].1, person.agent.as_ref().unwrap().assignment_order);
        match self.settings.strategy {
            Strategy::Random => {}
            Strategy::RoundRobin => {
                let first = eligible.iter().min_by_key(|person| turn(person)).unwrap();
                assert_eq!(first.id, chosen.id, "it was somebody else's turn");
            }
            Strategy::LeastLoaded => {
                // Shares compared as fractions, without rounding.
                let less = |a: &Person, b: &Person| (held(a.id) * max(b)).cmp(&(held(b.id) * max(a)));
                let first = eligible.iter().min_by(|a, b| less(a, b).then(turn(a).cmp(&turn(b)))).unwrap();
                assert_eq!(first.id, chosen.id, "somebody else has less to do");
            }
        }
        self.check_change(assignment, (held(chosen.id), max(chosen)), chosen);
        let Some(Action::Assigned { agent, decision }) = assignment.change.event.as_ref().map(|e| &e.what)
        else {
            panic!("no decision record")
        };
        assert_eq!(*agent, chosen.id);
        self.check_decision(decision, chosen.id, &eligible, department, loads);
    }

    /// What goes to the store: the next version under the strictest guard, and exactly one word to each of the two.
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
        let mut told = (0, 0);
        for out in &assignment.change.notices {
            match &out.message {
                Message::Notice(Notice::NewTask { ticket, agent: to, position, held: all, max: most }) => {
                    assert_eq!((*ticket, *to, out.chat), (before.id, agent.id, agent.chat()));
                    assert_eq!((usize::from(*position), usize::from(*all)), (held + 1, held + 1));
                    assert_eq!(usize::from(*most), max);
                    told.0 += 1;
                }
                Message::Notice(Notice::Assigned { ticket, agent: to }) => {
                    assert_eq!((*ticket, *to, out.chat), (before.id, agent.id, before.customer_chat));
                    told.1 += 1;
                }
                _ => {}
            }
        }
        assert_eq!(told, (1, 1), "agent and customer are told once each");
    }

    fn check_decision(
        &self,
        decision: &Decision,
        chosen: PersonId,
        eligible: &[&Person],
        department: DepartmentId,
        loads: &Loads,
    ) {
        let reasons: BTreeMap<PersonId, _> = agents(self)
            .filter_map(|(p, _)| Some((p.id, reason(p, department, &self.lost, loads[&p.id].0)?)))
            .collect();
        assert_eq!(decision.considered.first(), Some(&chosen), "the chosen agent comes first");
        assert_eq!(decision.considered.len(), eligible.len().min(MAX_NAMED_AGENTS));
        let named: BTreeSet<_> = decision.considered.iter().collect();
        assert_eq!(named.len(), decision.considered.len(), "nobody is named twice");
        assert!(named.iter().all(|agent| eligible.iter().any(|person| person.id == **agent)));
        assert_eq!(decision.eligible as usize, eligible.len());
        let mut skipped = BTreeMap::new();
        for reason in reasons.values() {
            *skipped.entry(*reason).or_insert(0_u32) += 1;
        }
        assert_eq!(decision.skipped.iter().copied().collect::<BTreeMap<_, _>>(), skipped);
        assert_eq!(eligible.len() + reasons.len(), agents(self).count(), "everybody is counted");
        assert!(decision.skipped_named.len() <= MAX_NAMED_AGENTS);
        assert!(decision.skipped_named.iter().all(|(agent, reason)| reasons.get(agent) == Some(reason)));
        let (settings, max) = (&self.settings, eligible.iter().find(|p| p.id == chosen).unwrap());
        assert_eq!(decision.department, department);
        assert_eq!((decision.strategy, decision.mode), (settings.strategy, settings.mode));
        assert_eq!(decision.rollout_percent, settings.rollout_percent);
        assert_eq!(usize::from(decision.load.0), loads[&chosen].0);
        assert_eq!(decision.load.1, max.agent.as_ref().unwrap().max_tickets.get());
    }

    /// After a round no ticket waits for the engine while somebody could have it.
    fn check_nobody_waits_in_vain(&self) {
        if self.settings.mode == Mode::Manual {
            return;
        }
        let vain = |ticket: &&Ticket| {
            let ready =
                |p: &Person| reason(p, ticket.department, &self.lost, self.holds(p.id).len()).is_none();
            ticket.auto && agents(self).any(|(person, _)| ready(person))
        };
        let vain: Vec<TicketId> = self.waiting().filter(vain).map(|t| t.id).collect();
        assert_eq!(vain, Vec::new(), "tickets wait while somebody is ready");
    }
}
