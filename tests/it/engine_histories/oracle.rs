//! The oracle of the engine histories. It replays the audit events in commit order, and so checks every state
//! of a history, not only the last one.
use super::fixture::Fixture;
use antri::domain::Time;
use antri::domain::event::{Action, Actor, AuditEvent, ReleaseReason};
use antri::domain::ids::{Arrival, DepartmentId, PersonId, TicketId};
use antri::domain::notice::{Message, Notice};
use antri::domain::person::Availability;
use antri::domain::policy::{Capacity, Mode};
use antri::domain::ticket::{RETURN_DELAY, Ticket, TicketState};
use antri::engine::ports::{DirectoryStore, TicketStore};
use rusqlite::{Connection, OpenFlags};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::Ordering;

/// The position of a ticket in the replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TicketPosition {
    Queued,
    Held(PersonId),
    Ended,
}

/// The state of the replay.
#[derive(Default)]
struct Replay {
    positions: BTreeMap<TicketId, TicketPosition>,
    online: BTreeSet<PersonId>,
    opted_out: BTreeSet<PersonId>,
    capacity: HashMap<PersonId, u16>,
    /// The number of times that an agent received a ticket. Each time there is one notice to the agent.
    handovers: BTreeMap<(TicketId, PersonId), u32>,
    /// The number of times that an agent received a ticket which its customer reopened: that edits the card.
    reopened: BTreeMap<(TicketId, PersonId), u32>,
    /// The holders who were nudged and have not reacted.
    nudged: BTreeMap<TicketId, PersonId>,
    /// When an agent last lost a ticket.
    former: BTreeMap<(TicketId, PersonId), Time>,
}

impl Replay {
    fn held(&self, agent: PersonId) -> u16 {
        let theirs =
            |position: &&TicketPosition| matches!(position, TicketPosition::Held(by) if *by == agent);
        u16::try_from(self.positions.values().filter(theirs).count()).unwrap()
    }

    fn assign(&mut self, ticket: TicketId, agent: PersonId, over_capacity: bool) {
        let capacity = self.capacity.get(&agent).copied().unwrap_or(Capacity::DEFAULT.get());
        assert!(
            over_capacity || self.held(agent) < capacity,
            "{agent} holds {} of {capacity}",
            self.held(agent)
        );
        self.positions.insert(ticket, TicketPosition::Held(agent));
        *self.handovers.entry((ticket, agent)).or_default() += 1;
    }

    fn apply(&mut self, event: &AuditEvent, queue: &QueueOrder) {
        match &event.what {
            Action::Availability { agent, to, .. } => {
                self.online.remove(agent);
                self.online.extend((*to == Availability::Online).then_some(*agent));
            }
            Action::Membership { person, change } => self.apply_membership(*person, change),
            Action::DepartmentChanged { .. } | Action::SettingsChanged { .. } => {}
            _ => self.apply_ticket(event, queue),
        }
    }

    fn apply_membership(&mut self, person: PersonId, change: &str) {
        if let Some(max) = change.strip_prefix("max_tickets=") {
            self.capacity.insert(person, max.parse().unwrap());
        }
        match change {
            "auto_assignment_enabled=false" => drop(self.opted_out.insert(person)),
            "auto_assignment_enabled=true" => drop(self.opted_out.remove(&person)),
            // A new profile starts with the defaults.
            "agent=none" => {
                self.opted_out.remove(&person);
                self.online.remove(&person);
                self.capacity.remove(&person);
            }
            _ => {}
        }
    }

    fn apply_ticket(&mut self, event: &AuditEvent, queue: &QueueOrder) {
        let ticket = event.ticket.expect("a ticket's event names it");
        let position = self.positions.get(&ticket).copied();
        let holder = position.and_then(|p| if let TicketPosition::Held(by) = p { Some(by) } else { None });
        match &event.what {
            Action::Opened => {
                assert_eq!(position, None, "opened twice");
                self.positions.insert(ticket, TicketPosition::Queued);
            }
            Action::Assigned { agent, .. } => {
                assert_eq!(position, Some(TicketPosition::Queued), "assigned out of {position:?}");
                assert!(self.online.contains(agent) && !self.opted_out.contains(agent), "{agent} not ready");
                queue.check_first((ticket, *agent, event.at), self);
                self.assign(ticket, *agent, false);
            }
            Action::PickedUp { agent } => {
                assert_eq!(position, Some(TicketPosition::Queued), "picked up out of {position:?}");
                self.assign(ticket, *agent, false);
            }
            Action::Reassigned { from, to, over_capacity } => {
                assert_ne!(position, Some(TicketPosition::Ended));
                assert_eq!(holder, *from, "reassigned from a person who is not the holder");
                self.nudged.remove(&ticket);
                self.former.extend(from.map(|from| ((ticket, from), event.at)));
                self.assign(ticket, *to, *over_capacity);
            }
            Action::Released { from, why } => {
                assert_eq!(holder, Some(*from), "released from a person who is not the holder");
                let back = *why == ReleaseReason::Offline && self.online.contains(from);
                assert!(!back, "released from {from}, who is online again");
                let reacted = *why == ReleaseReason::NoAnswer && self.nudged.remove(&ticket) != Some(*from);
                assert!(!reacted, "released from {from}, who was not nudged or has reacted");
                self.nudged.remove(&ticket);
                self.former.insert((ticket, *from), event.at);
                self.positions.insert(ticket, TicketPosition::Queued);
            }
            Action::Nudged { agent } => {
                assert_eq!(holder, Some(*agent), "nudged a person who is not the holder");
                assert_eq!(self.nudged.insert(ticket, *agent), None, "nudged twice");
            }
            // The engine resumes a snoozed ticket.
            Action::Resumed if event.actor == Actor::Engine => assert!(holder.is_some()),
            Action::Started | Action::Paused { .. } | Action::Resumed | Action::Completed => {
                assert_eq!(
                    holder.map(Actor::Person),
                    Some(event.actor),
                    "a step by a person who is not the holder"
                );
                self.nudged.remove(&ticket);
                let position =
                    if event.what == Action::Completed { TicketPosition::Ended } else { position.unwrap() };
                self.positions.insert(ticket, position);
            }
            Action::Cancelled => {
                assert_ne!(position, Some(TicketPosition::Ended));
                self.positions.insert(ticket, TicketPosition::Ended);
            }
            Action::CancelUndone => {
                assert_eq!(position, Some(TicketPosition::Ended), "undone out of {position:?}");
                self.positions.insert(ticket, TicketPosition::Queued);
            }
            Action::Reopened { to } => {
                assert_eq!(position, Some(TicketPosition::Ended), "reopened before its end");
                match to {
                    Some(agent) => {
                        self.assign(ticket, *agent, false);
                        *self.reopened.entry((ticket, *agent)).or_default() += 1;
                    }
                    None => drop(self.positions.insert(ticket, TicketPosition::Queued)),
                }
            }
            Action::Availability { .. } | Action::Membership { .. } | Action::Rated { .. } => {}
            other @ (Action::Reprioritised { .. }
            | Action::Relocated { .. }
            | Action::DepartmentChanged { .. }
            | Action::SettingsChanged { .. }) => {
                panic!("unexpected in these histories: {other:?}")
            }
        }
    }
}

/// The constant properties of the tickets: department, arrival, and whether the engine may assign them.
struct QueueOrder(BTreeMap<TicketId, (DepartmentId, Arrival, bool)>);

impl QueueOrder {
    /// Checks that no older ticket waits that the agent could have got. One that they lost a moment ago may not
    /// return to them yet.
    fn check_first(&self, (ticket, agent, now): (TicketId, PersonId, Time), replay: &Replay) {
        let (department, arrival, _) = self.0[&ticket];
        let older = |(id, position): (&TicketId, &TicketPosition)| {
            let (other_department, other_arrival, auto) = self.0[id];
            *position == TicketPosition::Queued
                && other_department == department
                && other_arrival < arrival
                && auto
                && replay.former.get(&(*id, agent)).is_none_or(|at| now - *at >= RETURN_DELAY)
        };
        assert!(!replay.positions.iter().any(older), "a newer ticket overtook an older one");
    }
}

fn rows<T: serde::de::DeserializeOwned>(fixture: &Fixture, sql: &str) -> Vec<T> {
    let file = fixture.dir.path().join(antri::store::sqlite::DATABASE_FILE);
    let conn = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut query = conn.prepare(sql).unwrap();
    let docs = query.query_map([], |row| row.get::<_, String>(0)).unwrap();
    docs.map(|doc| serde_json::from_str(&doc.unwrap()).unwrap()).collect()
}

/// Returns every audit event, in commit order.
pub(super) fn events(fixture: &Fixture) -> Vec<AuditEvent> {
    rows(fixture, "SELECT doc FROM events ORDER BY id")
}

/// Returns who changed this department, when, and how, in commit order.
pub(super) fn department_changes(fixture: &Fixture, department: DepartmentId) -> Vec<(Actor, Time, String)> {
    let change = |event: AuditEvent| match event.what {
        Action::DepartmentChanged { department: changed, change } if changed == department => {
            Some((event.actor, event.at, change))
        }
        _ => None,
    };
    events(fixture).into_iter().filter_map(change).collect()
}

/// Returns every notice that was ever enqueued: nothing is delivered in these tests.
pub(super) fn notices(fixture: &Fixture) -> Vec<Notice> {
    let all = rows::<Message>(fixture, "SELECT message FROM outbox ORDER BY id").into_iter();
    all.filter_map(|message| if let Message::Notice(notice) = message { Some(notice) } else { None })
        .collect()
}

/// Returns how many menus were ever enqueued, apart from those that coalesced.
pub(super) fn menus(fixture: &Fixture) -> usize {
    let all = rows::<Message>(fixture, "SELECT message FROM outbox ORDER BY id");
    all.iter().filter(|message| **message == Message::Menu).count()
}

/// Checks the whole engine at rest. The queue order is checked by arrival only: no priority changes in these
/// histories.
pub(super) async fn check(fixture: &Fixture) {
    let events = events(fixture);
    let opened: Vec<TicketId> =
        events.iter().filter(|e| e.what == Action::Opened).filter_map(|e| e.ticket).collect();
    let mut tickets = Vec::new();
    for id in &opened {
        tickets.push(fixture.store.ticket(*id).await.unwrap().expect("an opened ticket is never deleted"));
    }
    let queue = QueueOrder(tickets.iter().map(|t| (t.id, (t.department, t.arrival, t.auto))).collect());
    let mut replay = Replay::default();
    for event in &events {
        replay.apply(event, &queue);
    }
    for ticket in &tickets {
        let position = match &ticket.state {
            TicketState::Queued => TicketPosition::Queued,
            TicketState::Held(hold) => TicketPosition::Held(hold.agent),
            TicketState::Completed { .. } | TicketState::Cancelled { .. } => TicketPosition::Ended,
        };
        assert_eq!(replay.positions[&ticket.id], position, "the audit events and the ticket disagree");
    }
    check_notices(fixture, &replay);
    check_slots(fixture, &tickets).await;
    check_no_ticket_waits_for_a_ready_agent(fixture).await;
    let sweep = fixture.engine.sweep(fixture.now()).await.unwrap();
    assert_eq!((sweep.found, fixture.engine.faults.sweep_finds.load(Ordering::SeqCst)), (0, 0));
}

/// Checks that each assignment notified the agent once, and the customer once unless it was part of the opening or
/// of the reopening: then the customer's card names the agent.
fn check_notices(fixture: &Fixture, replay: &Replay) {
    let (mut agents, mut customers) = (BTreeMap::new(), BTreeMap::<_, u32>::new());
    let mut opened_to = BTreeSet::new();
    let notices = notices(fixture);
    for (notice, next) in notices.iter().zip(notices.iter().skip(1).map(Some).chain([None])) {
        match (notice, next) {
            (Notice::NewTask { ticket, agent, .. }, _) => *agents.entry((*ticket, *agent)).or_default() += 1,
            (Notice::Assigned { ticket, agent }, _) => *customers.entry((*ticket, *agent)).or_default() += 1,
            (Notice::Created { ticket, .. }, Some(Notice::NewTask { ticket: taken, agent, .. }))
                if ticket == taken =>
            {
                opened_to.insert((*ticket, *agent));
            }
            _ => {}
        }
    }
    assert_eq!(agents, replay.handovers, "notices to agents");
    for (handover, times) in &replay.handovers {
        let by_customer = replay.reopened.get(handover).copied().unwrap_or_default();
        let told = customers.remove(handover).unwrap_or_default();
        let is_told = told + by_customer == *times;
        let is_immediate = told + by_customer + 1 == *times && opened_to.contains(handover);
        assert!(is_told || is_immediate, "{told} notices to the customer of {times} handovers");
    }
    assert_eq!(customers, BTreeMap::new(), "notices to customers of tickets that nobody got");
}

/// Checks that each slot is used once, and that the roster agrees with the store.
async fn check_slots(fixture: &Fixture, tickets: &[Ticket]) {
    let holds: Vec<_> = tickets.iter().filter_map(|t| Some((t.hold()?, t.id))).collect();
    let slots: BTreeSet<_> = holds.iter().map(|(hold, _)| (hold.agent, hold.slot)).collect();
    assert_eq!(slots.len(), holds.len(), "a slot is used twice");
    let seats = fixture.engine.seats();
    for seat in &seats {
        let theirs = holds.iter().filter(|(hold, _)| hold.agent == seat.person.id);
        let theirs: BTreeMap<_, _> = theirs.map(|(hold, id)| (hold.slot, *id)).collect();
        assert_eq!(
            seat.holds, theirs,
            "the roster and the store disagree about the tickets of {}",
            seat.person.name
        );
        let mut stored = fixture.person(&seat.person).await;
        // Activity is in memory before it is written.
        if let (Some(cached), Some(profile)) = (seat.profile(), &mut stored.agent) {
            profile.last_activity = profile.last_activity.max(cached.last_activity);
        }
        assert_eq!(stored, seat.person, "the roster and the store disagree about an agent");
    }
    let seated: usize = seats.iter().map(|seat| seat.holds.len()).sum();
    assert_eq!(seated, holds.len(), "each holder has a seat");
}

/// Checks that no ticket waits in a department with an agent who could take it.
async fn check_no_ticket_waits_for_a_ready_agent(fixture: &Fixture) {
    if fixture.store.settings().await.unwrap().mode == Mode::Manual {
        return;
    }
    for department in fixture.departments().await {
        let waiting = fixture.store.queue_head(department.id, true, 1_000).await.unwrap();
        for agent in fixture.store.agents().await.unwrap() {
            let profile = agent.agent.as_ref().unwrap();
            let ready = profile.departments.contains(&department.id)
                && profile.availability == Availability::Online
                && profile.auto_assignment_enabled
                && agent.reachable
                && !fixture.engine.is_lost(agent.id)
                && fixture.held_count(agent.id).await < usize::from(profile.max_tickets.get());
            let may_return = |ticket: &Ticket| {
                ticket
                    .former_holder(agent.id)
                    .is_none_or(|former| former.returns_at(fixture.now(), RETURN_DELAY).is_none())
            };
            let waits = waiting.iter().any(may_return);
            assert!(!(ready && waits), "{} is ready and tickets wait in {}", agent.name, department.name);
        }
    }
}
