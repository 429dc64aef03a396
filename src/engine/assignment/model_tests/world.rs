//! The model of a desk: agents, tickets and times as the store would have them, and the roster that follows
//! step by step. Each step changes the roster as the engine's command of that name does.
use super::Operation;
use super::people::person;
pub(in crate::engine) use super::people::{DEPARTMENTS, dept};
use crate::domain::Time;
use crate::domain::ids::{Arrival, CategoryId, ChatId, PersonId, Slot, TicketId, Version};
use crate::domain::number::TicketNumber;
use crate::domain::person::{AgentProfile, Availability, Person};
use crate::domain::policy::{Capacity, Mode, OfflineBehaviour, Percent, Settings, Strategy};
use crate::domain::ticket::description::Description;
use crate::domain::ticket::{Priority, RETURN_DELAY, Ticket, TicketState};
use crate::engine::assignment::roster::{Roster, Seat};
use chrono::TimeDelta;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The initial desk: per agent the departments (by bit), the capacity, and whether they are online.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Setup {
    pub(in crate::engine) agents: Vec<(u8, u16, bool)>,
    pub(in crate::engine) strategy: Strategy,
    pub(in crate::engine) mode: Mode,
    pub(in crate::engine) seed: u64,
}

pub(in crate::engine) struct World {
    pub(in crate::engine) now: Time,
    pub(in crate::engine) settings: Settings,
    /// The agents and the former agents.
    pub(in crate::engine) people: Vec<Person>,
    pub(in crate::engine) lost: BTreeSet<PersonId>,
    pub(in crate::engine) tickets: Vec<Ticket>,
    pub(in crate::engine) opened: usize,
    pub(in crate::engine) roster: Roster,
    /// The strategy that orders the roster; the next round takes it from the settings.
    pub(in crate::engine) roster_strategy: Strategy,
    pub(in crate::engine) random: ChaCha20Rng,
    pub(in crate::engine) coverage: Coverage,
}

/// The number of times that a history reached the cases worth testing.
#[derive(Debug, Default)]
pub(in crate::engine) struct Coverage {
    pub(in crate::engine) assigned: u32,
    /// Assignments that were planned and undone.
    pub(in crate::engine) undone: u32,
    /// Tickets that were released because their holder left.
    pub(in crate::engine) released: u32,
    /// Tickets that were assigned to a former holder.
    pub(in crate::engine) returned: u32,
    /// Tickets that went from a holder who did not react to another agent.
    pub(in crate::engine) passed_on: u32,
    /// Rounds that left a ticket waiting for its return.
    pub(in crate::engine) delayed: u32,
    /// Tickets that were assigned to the person who opened them.
    pub(in crate::engine) own: u32,
    /// Tickets that their customer reopened, and those of them that went to the agent who had completed them.
    pub(in crate::engine) reopened: u32,
    pub(in crate::engine) reopened_to_agent: u32,
    /// Steps after which an agent held more tickets than the capacity.
    pub(in crate::engine) over_capacity_steps: u32,
}

impl World {
    pub(in crate::engine) fn new(setup: &Setup) -> Self {
        let now = Time::from_timestamp(1_764_831_173, 0).unwrap();
        let settings = Settings { strategy: setup.strategy, mode: setup.mode, ..Settings::default() };
        let people: Vec<_> = setup.agents.iter().enumerate().map(|(n, a)| person(n, *a, now)).collect();
        let mut roster = Roster::new(settings.strategy, RETURN_DELAY);
        for person in &people {
            roster.put(person.clone(), BTreeMap::new());
        }
        Self {
            now,
            settings,
            people,
            lost: BTreeSet::new(),
            tickets: Vec::new(),
            opened: 0,
            roster,
            roster_strategy: setup.strategy,
            random: ChaCha20Rng::seed_from_u64(setup.seed),
            coverage: Coverage::default(),
        }
    }

    pub(in crate::engine) fn holds(&self, agent: PersonId) -> BTreeMap<Slot, TicketId> {
        let hold = |t: &Ticket| t.hold().filter(|hold| hold.agent == agent).map(|hold| (hold.slot, t.id));
        self.tickets.iter().filter_map(hold).collect()
    }

    pub(in crate::engine) fn apply(&mut self, step: &Operation) {
        self.now += TimeDelta::milliseconds(10);
        match *step {
            Operation::Open { department, rank } => self.open(department, rank),
            Operation::Round { refused, store_fails } => self.round(refused, store_fails),
            Operation::Start(t) => self.by_holder(t, |t, by, now| t.start(by, now).ok()),
            Operation::Pause(t) => self.by_holder(t, |t, by, _| t.pause(by).ok()),
            Operation::Resume(t) => self.by_holder(t, |t, by, _| t.resume(by).ok()),
            Operation::Complete(t) => self.by_holder(t, |t, by, now| t.complete(by, now).ok()),
            Operation::Cancel(t) => self.change(t, |t, now| t.cancel(t.customer, now).ok()),
            Operation::Reopen(t) => self.reopen(t),
            Operation::Requeue(t) => self.change(t, |t, now| t.release(true, now).ok()),
            Operation::GiveBack(t) => self.by_holder(t, |t, by, now| t.give_back(by, now).ok()),
            Operation::NoAnswer(t) => self.hand_over(t),
            Operation::Rank(t, rank) => self.change(t, |t, _| {
                let queued = t.state == TicketState::Queued;
                let priority = Priority::from_rank(rank)?;
                queued.then(|| Ticket { priority, version: t.version.next(), ..t.clone() })
            }),
            Operation::PickUp { ticket, agent } => self.pick_up(ticket, agent),
            Operation::Reassign { ticket, agent, over_capacity } => {
                self.reassign(ticket, agent, over_capacity)
            }
            Operation::Availability { agent, to, behaviour } => self.availability(agent, to, behaviour),
            Operation::Capacity(agent, max) => {
                self.profile(agent, |p| p.max_tickets = Capacity::new(max).unwrap());
            }
            Operation::OptIn(agent, on) => self.profile(agent, |p| p.auto_assignment_enabled = on),
            Operation::Department { agent, department } => self.profile(agent, |p| {
                if !p.departments.remove(&dept(department)) {
                    p.departments.insert(dept(department));
                }
            }),
            Operation::Reachable(agent, reachable) => self.person(agent, |p| p.reachable = reachable),
            Operation::Asked(agent, asked) => {
                let now = self.now;
                self.profile(agent, |p| p.asked_at = asked.then_some(now));
            }
            Operation::Lost(agent, lost) => self.set_lost(agent, lost),
            Operation::Membership(agent) => self.toggle_membership(agent),
            Operation::Policy { strategy, mode, rollout } => {
                let rollout_percent = Percent::new(rollout).unwrap();
                self.settings = Settings { strategy, mode, rollout_percent, ..self.settings.clone() };
            }
            Operation::Clock(seconds) => self.now += TimeDelta::seconds(i64::from(seconds)),
        }
        let over_capacity = |seat: &Seat| seat.profile().is_some_and(|p| seat.held() > p.max_tickets.get());
        self.coverage.over_capacity_steps += u32::from(self.roster.seats().any(over_capacity));
    }

    fn open(&mut self, department: u8, rank: u8) {
        self.opened += 1;
        let n = self.opened as u64;
        let id = TicketId(Uuid::from_u64_pair(n.wrapping_mul(0xD134_2543_DE82_EF95), 3));
        self.tickets.push(Ticket {
            id,
            number: TicketNumber::new(self.now.naive_utc(), 0),
            version: Version(0),
            arrival: Arrival(n),
            // Some tickets are an agent's own.
            customer: if n.is_multiple_of(3) {
                self.people[self.opened % self.people.len()].id
            } else {
                PersonId(Uuid::from_u64_pair(0, 9))
            },
            customer_chat: ChatId(900),
            department: dept(department),
            category: CategoryId(Uuid::nil()),
            description: Description::default(),
            priority: Priority::from_rank(rank).unwrap(),
            auto: self.settings.rollout_percent.contains(id.0),
            state: TicketState::Queued,
            former_holders: Vec::new(),
            service: crate::domain::ticket::service::ServiceRecord::default(),
            first_answered_at: None,
            created_at: self.now,
        });
    }

    /// Writes the next version of a ticket if `change` returns one, and frees the slot of a former holder.
    fn change(&mut self, ticket: u8, change: impl FnOnce(&Ticket, Time) -> Option<Ticket>) {
        let Some(n) = usize::from(ticket).checked_rem(self.tickets.len()) else { return };
        let Some(after) = change(&self.tickets[n], self.now) else { return };
        let former = std::mem::replace(&mut self.tickets[n], after).holder();
        if let Some(former) = former.filter(|former| self.tickets[n].holder() != Some(*former)) {
            self.roster.free(former, self.tickets[n].id);
        }
    }

    fn by_holder(&mut self, ticket: u8, step: impl FnOnce(&Ticket, PersonId, Time) -> Option<Ticket>) {
        self.change(ticket, |t, now| step(t, t.holder()?, now));
    }

    fn reopen(&mut self, ticket: u8) {
        let Some(n) = usize::from(ticket).checked_rem(self.tickets.len()) else { return };
        let (t, now) = (&self.tickets[n], self.now);
        let TicketState::Completed { agent, .. } = t.state else { return };
        let window = (self.settings.reopen_window, now);
        let Ok(queued) = t.reopen(t.customer, t.service.reopened, window) else { return };
        let held = self.holds(agent);
        let slot = Slot((0..u16::MAX).find(|n| !held.contains_key(&Slot(*n))).unwrap());
        let can_take = self.people.iter().any(|person| {
            person.id == agent
                && person.agent.as_ref().is_some_and(|p| {
                    p.departments.contains(&t.department)
                        && p.availability == Availability::Online
                        && p.asked_at.is_none()
                        && person.reachable
                        && !self.lost.contains(&agent)
                        && held.len() < usize::from(p.max_tickets.get())
                        && slot.0 < p.max_tickets.get()
                })
        });
        self.coverage.reopened += 1;
        self.tickets[n] = queued;
        if can_take {
            self.coverage.reopened_to_agent += 1;
            self.tickets[n] = self.tickets[n].reopened_to(agent, slot, now);
            self.roster.hold(agent, slot, self.tickets[n].id);
        }
    }

    fn pick_up(&mut self, ticket: u8, agent: u8) {
        let Some(n) = usize::from(ticket).checked_rem(self.tickets.len()) else { return };
        let (before, person) = (&self.tickets[n], &self.people[usize::from(agent) % self.people.len()]);
        let serves = person.agent.as_ref().is_some_and(|p| p.departments.contains(&before.department));
        let for_pick_up = self.settings.mode != Mode::Auto || !before.auto;
        if before.state == TicketState::Queued && serves && for_pick_up {
            self.reassign(ticket, agent, false);
        }
    }

    fn reassign(&mut self, ticket: u8, agent: u8, over_capacity: bool) {
        let person = &self.people[usize::from(agent) % self.people.len()];
        let (id, held) = (person.id, self.holds(person.id));
        let Some(max) = person.agent.as_ref().map(|p| usize::from(p.max_tickets.get())) else { return };
        if held.len() >= max && !over_capacity {
            return;
        }
        let slot = Slot((0..u16::MAX).find(|n| !held.contains_key(&Slot(*n))).unwrap());
        let mut reassigned = None;
        self.change(ticket, |t, now| {
            reassigned = t.reassign(id, slot, now).ok();
            reassigned.clone()
        });
        if let Some(ticket) = reassigned {
            self.roster.hold(id, slot, ticket.id);
        }
    }

    fn person(&mut self, agent: u8, change: impl FnOnce(&mut Person)) {
        let n = usize::from(agent) % self.people.len();
        let person = &mut self.people[n];
        change(person);
        person.version = person.version.next();
        self.roster.put_person(person.clone());
    }

    fn profile(&mut self, agent: u8, change: impl FnOnce(&mut AgentProfile)) {
        self.person(agent, |person| {
            if let Some(profile) = &mut person.agent {
                change(profile);
            }
        });
    }

    fn availability(&mut self, agent: u8, to: Availability, behaviour: OfflineBehaviour) {
        self.profile(agent, |p| p.availability = to);
        if to == Availability::Offline {
            let n = usize::from(agent) % self.people.len();
            let opened = |t: &Ticket| t.hold().is_some_and(|hold| hold.started_at.is_some());
            self.release(self.people[n].id, |t| match behaviour {
                OfflineBehaviour::Keep => false,
                OfflineBehaviour::ReassignWaiting => !opened(t),
                OfflineBehaviour::ReassignAll => true,
            });
        } else {
            // A chosen availability is activity: the agent is not lost.
            self.set_lost(agent, false);
        }
    }

    fn release(&mut self, agent: PersonId, filter: impl Fn(&Ticket) -> bool) {
        for n in 0..self.tickets.len() {
            if self.tickets[n].holder() == Some(agent) && filter(&self.tickets[n]) {
                self.tickets[n] = self.tickets[n].release(false, self.now).unwrap();
                self.roster.free(agent, self.tickets[n].id);
                self.coverage.released += 1;
            }
        }
    }

    fn set_lost(&mut self, agent: u8, lost: bool) {
        let person = &self.people[usize::from(agent) % self.people.len()];
        // A person who is no agent has no presence to lose.
        if lost && person.agent.is_some() {
            self.lost.insert(person.id);
        } else {
            self.lost.remove(&person.id);
        }
        self.roster.update(person.id, |seat| seat.lost = lost);
    }

    fn toggle_membership(&mut self, agent: u8) {
        let n = usize::from(agent) % self.people.len();
        let was_agent = self.people[n].agent.is_some();
        let (again, now, id) = (person(n, (agent % 8, 2, true), self.now).agent, self.now, self.people[n].id);
        self.person(agent, |p| {
            p.agent = again.filter(|_| !was_agent).map(|a| AgentProfile { last_activity: now, ..a });
        });
        self.lost.remove(&id);
        if was_agent {
            self.release(id, |_| true);
        }
    }
}
