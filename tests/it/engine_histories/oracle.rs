//! What the store's record tells, played back event by event: at every instant of the history, not only at its end.
use super::stage::Stage;
use antri::domain::event::{Action, Actor, AuditEvent, ReleaseReason};
use antri::domain::ids::{Arrival, DepartmentId, PersonId, TicketId};
use antri::domain::notice::{Message, Notice};
use antri::domain::person::Availability;
use antri::domain::policy::{Capacity, Mode};
use antri::domain::ticket::{Ticket, TicketState};
use antri::engine::ports::{DirectoryStore, TicketStore};
use rusqlite::{Connection, OpenFlags};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::Ordering;

/// Where a ticket is in the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Queued,
    Held(PersonId),
    Ended,
}

#[derive(Default)]
struct Story {
    places: BTreeMap<TicketId, Place>,
    online: BTreeSet<PersonId>,
    opted_out: BTreeSet<PersonId>,
    capacity: HashMap<PersonId, u16>,
    /// Who got which ticket, how often: each time a notice to the agent and one to the customer.
    handed: BTreeMap<(TicketId, PersonId), u32>,
}

impl Story {
    fn held(&self, agent: PersonId) -> u16 {
        let theirs = |place: &&Place| matches!(place, Place::Held(by) if *by == agent);
        u16::try_from(self.places.values().filter(theirs).count()).unwrap()
    }

    fn gets(&mut self, ticket: TicketId, agent: PersonId, anyway: bool) {
        let capacity = self.capacity.get(&agent).copied().unwrap_or(Capacity::DEFAULT.get());
        assert!(anyway || self.held(agent) < capacity, "{agent} holds {} of {capacity}", self.held(agent));
        self.places.insert(ticket, Place::Held(agent));
        *self.handed.entry((ticket, agent)).or_default() += 1;
    }

    fn tell(&mut self, event: &AuditEvent, queue: &Queue) {
        match &event.what {
            Action::Availability { agent, to, .. } => {
                self.online.remove(agent);
                self.online.extend((*to == Availability::Online).then_some(*agent));
            }
            Action::Standing { person, change } => self.stand(*person, change),
            _ => self.tell_of_ticket(event, queue),
        }
    }

    fn stand(&mut self, person: PersonId, change: &str) {
        if let Some(max) = change.strip_prefix("max_tickets=") {
            self.capacity.insert(person, max.parse().unwrap());
        }
        match change {
            "auto_assignment_enabled=false" => drop(self.opted_out.insert(person)),
            "auto_assignment_enabled=true" => drop(self.opted_out.remove(&person)),
            // A new profile begins anew.
            "agent=none" => {
                self.opted_out.remove(&person);
                self.online.remove(&person);
                self.capacity.remove(&person);
            }
            _ => {}
        }
    }

    fn tell_of_ticket(&mut self, event: &AuditEvent, queue: &Queue) {
        let ticket = event.ticket.expect("a ticket's event names it");
        let place = self.places.get(&ticket).copied();
        let holder = place.and_then(|p| if let Place::Held(by) = p { Some(by) } else { None });
        match &event.what {
            Action::Opened => {
                assert_eq!(place, None, "opened twice");
                self.places.insert(ticket, Place::Queued);
            }
            Action::Assigned { agent, .. } => {
                assert_eq!(place, Some(Place::Queued), "assigned out of {place:?}");
                assert!(self.online.contains(agent) && !self.opted_out.contains(agent), "{agent} not ready");
                queue.check_first(ticket, &self.places);
                self.gets(ticket, *agent, false);
            }
            Action::PickedUp { agent } => {
                assert_eq!(place, Some(Place::Queued), "picked up out of {place:?}");
                self.gets(ticket, *agent, false);
            }
            Action::Reassigned { from, to, over_capacity } => {
                assert_ne!(place, Some(Place::Ended));
                assert_eq!(holder, *from, "taken from somebody who did not hold it");
                self.gets(ticket, *to, *over_capacity);
            }
            Action::Released { from, why } => {
                assert_eq!(holder, Some(*from), "released from somebody who did not hold it");
                let back = *why == ReleaseReason::Offline && self.online.contains(from);
                assert!(!back, "taken from {from}, who is back");
                self.places.insert(ticket, Place::Queued);
            }
            Action::Started | Action::Paused | Action::Resumed | Action::Completed => {
                assert_eq!(holder.map(Actor::Person), Some(event.actor), "a step of a stranger's");
                let place = if event.what == Action::Completed { Place::Ended } else { place.unwrap() };
                self.places.insert(ticket, place);
            }
            Action::Cancelled => {
                assert_ne!(place, Some(Place::Ended));
                self.places.insert(ticket, Place::Ended);
            }
            Action::Availability { .. } | Action::Standing { .. } => {}
            other @ Action::Reprioritised { .. } => panic!("not in these histories: {other:?}"),
        }
    }
}

/// What never changes about the tickets of these histories: department, order, and whether the engine may assign them.
struct Queue(BTreeMap<TicketId, (DepartmentId, Arrival, bool)>);

impl Queue {
    fn check_first(&self, ticket: TicketId, places: &BTreeMap<TicketId, Place>) {
        let (department, arrival, _) = self.0[&ticket];
        let older = |(id, place): (&TicketId, &Place)| {
            let (its, came, auto) = self.0[id];
            *place == Place::Queued && its == department && came < arrival && auto
        };
        assert!(!places.iter().any(older), "a newer ticket overtook an older one");
    }
}

fn rows<T: serde::de::DeserializeOwned>(stage: &Stage, sql: &str) -> Vec<T> {
    let file = stage.dir.path().join(antri::store::sqlite::FILE);
    let conn = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut query = conn.prepare(sql).unwrap();
    let docs = query.query_map([], |row| row.get::<_, String>(0)).unwrap();
    docs.map(|doc| serde_json::from_str(&doc.unwrap()).unwrap()).collect()
}

/// Every event of the desk, in the order in which they were committed.
pub(super) fn events(stage: &Stage) -> Vec<AuditEvent> {
    rows(stage, "SELECT doc FROM events ORDER BY id")
}

/// Everything that waits to be told. Nothing is delivered in these tests, so it is everything that was ever told.
pub(super) fn told(stage: &Stage) -> Vec<Notice> {
    let all = rows::<Message>(stage, "SELECT message FROM outbox ORDER BY id").into_iter();
    all.filter_map(|message| if let Message::Notice(notice) = message { Some(notice) } else { None })
        .collect()
}

/// Checks the whole desk at rest. The order is checked by arrival: nobody changes a priority in these histories.
pub(super) async fn check(stage: &Stage) {
    let events = events(stage);
    let opened: Vec<TicketId> =
        events.iter().filter(|e| e.what == Action::Opened).filter_map(|e| e.ticket).collect();
    let mut tickets = Vec::new();
    for id in &opened {
        tickets.push(stage.store.ticket(*id).await.unwrap().expect("what was opened stays"));
    }
    let queue = Queue(tickets.iter().map(|t| (t.id, (t.department, t.arrival, t.auto))).collect());
    let mut story = Story::default();
    for event in &events {
        story.tell(event, &queue);
    }
    for ticket in &tickets {
        let place = match &ticket.state {
            TicketState::Queued => Place::Queued,
            TicketState::Held(hold) => Place::Held(hold.agent),
            TicketState::Completed { .. } | TicketState::Cancelled { .. } => Place::Ended,
        };
        assert_eq!(story.places[&ticket.id], place, "the record and the ticket disagree");
    }
    check_told(stage, &story);
    check_slots(stage, &tickets).await;
    check_nothing_waits_in_vain(stage).await;
    let sweep = stage.engine.sweep(stage.now()).await.unwrap();
    assert_eq!((sweep.found, stage.engine.faults.sweep_finds.load(Ordering::SeqCst)), (0, 0));
}

/// Each time a ticket came into somebody's hands, that agent and the customer were told, once.
fn check_told(stage: &Stage, story: &Story) {
    let (mut agents, mut customers) = (BTreeMap::new(), BTreeMap::new());
    for notice in told(stage) {
        match notice {
            Notice::NewTask { ticket, agent, .. } => *agents.entry((ticket, agent)).or_default() += 1,
            Notice::Assigned { ticket, agent } => *customers.entry((ticket, agent)).or_default() += 1,
            _ => {}
        }
    }
    assert_eq!(agents, story.handed, "what agents were told");
    assert_eq!(customers, story.handed, "what customers were told");
}

/// Each slot is used once, and the engine's view of who holds what is the store's.
async fn check_slots(stage: &Stage, tickets: &[Ticket]) {
    let holds: Vec<_> = tickets.iter().filter_map(|t| Some((t.hold()?, t.id))).collect();
    let slots: BTreeSet<_> = holds.iter().map(|(hold, _)| (hold.agent, hold.slot)).collect();
    assert_eq!(slots.len(), holds.len(), "a slot is used twice");
    let seats = stage.engine.seats();
    for seat in &seats {
        let theirs = holds.iter().filter(|(hold, _)| hold.agent == seat.person.id);
        let theirs: BTreeMap<_, _> = theirs.map(|(hold, id)| (hold.slot, *id)).collect();
        assert_eq!(seat.holds, theirs, "the roster has another view of what {} holds", seat.person.name);
        let mut stored = stage.person(&seat.person).await;
        // Signs of life are known before they are written.
        if let (Some(known), Some(profile)) = (seat.profile(), &mut stored.agent) {
            profile.last_activity = profile.last_activity.max(known.last_activity);
        }
        assert_eq!(stored, seat.person, "the roster knows an agent otherwise");
    }
    let seated: usize = seats.iter().map(|seat| seat.holds.len()).sum();
    assert_eq!(seated, holds.len(), "each holder has a seat");
}

async fn check_nothing_waits_in_vain(stage: &Stage) {
    if stage.store.settings().await.unwrap().mode == Mode::Manual {
        return;
    }
    for department in stage.departments().await {
        let head = stage.store.queue_head(department.id, true, 1).await.unwrap();
        if head.is_empty() {
            continue;
        }
        for agent in stage.store.agents().await.unwrap() {
            let profile = agent.agent.as_ref().unwrap();
            let ready = profile.departments.contains(&department.id)
                && profile.availability == Availability::Online
                && profile.auto_assignment_enabled
                && agent.reachable
                && !stage.engine.is_lost(agent.id)
                && stage.held(agent.id).await < usize::from(profile.max_tickets.get());
            assert!(!ready, "{} is ready and tickets wait in {}", agent.name, department.name);
        }
    }
}
