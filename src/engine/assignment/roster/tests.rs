//! Unit tests of the roster: the fields that a reload replaces, and the fields that it keeps.
use super::*;
use crate::domain::ids::{TelegramId, Version};
use crate::domain::person::{AgentProfile, Availability, Locale, Role, Via};
use crate::domain::policy::Capacity;

fn at(seconds: i64) -> Time {
    Time::from_timestamp(1_764_800_000 + seconds, 0).unwrap()
}

fn agent(version: u64, max: u16) -> Person {
    let profile = AgentProfile {
        departments: BTreeSet::from([DepartmentId::from_random([7; 16])]),
        max_tickets: Capacity::new(max).unwrap(),
        auto_assignment_enabled: true,
        assignment_order: 1,
        availability: Availability::Online,
        via: Via::Telegram,
        last_online: None,
        asked_at: None,
        release_due: None,
        last_assigned: Some(at(10)),
        last_activity: at(20),
    };
    Person {
        id: PersonId::from_random([1; 16]),
        telegram: TelegramId(100),
        name: "Ani".to_owned(),
        username: None,
        email: None,
        locale: Locale::Id,
        locale_chosen: false,
        role: Role::Agent,
        reachable: true,
        agent: Some(profile),
        prompt: None,
        answered_by: None,
        links: Vec::new(),
        created_at: at(0),
        version: Version(version),
    }
}

fn seated(roster: &Roster) -> &Person {
    &roster.seats().next().unwrap().person
}

#[test]
fn an_older_version_of_a_person_changes_nothing() {
    let mut roster = Roster::new(Strategy::RoundRobin);
    roster.put_person(agent(2, 3));
    roster.put_person(agent(1, 9));
    assert_eq!(*seated(&roster), agent(2, 3));
    roster.put_person(Person { agent: None, ..agent(1, 3) });
    assert_eq!(*seated(&roster), agent(2, 3), "neither do they leave by it");
    roster.put_person(agent(3, 9));
    assert_eq!(*seated(&roster), agent(3, 9));
}

#[test]
fn a_reserved_slot_stays_taken_until_the_store_knows() {
    let (slot, ticket) = (Slot(0), TicketId::from_random([2; 16]));
    let ani = agent(1, 3).id;
    let mut roster = Roster::new(Strategy::RoundRobin);
    let hold = |roster: &mut Roster| {
        roster.put(agent(1, 3), BTreeMap::new());
        roster.hold(ani, slot, ticket);
        roster.update(ani, |seat| seat.person.agent.as_mut().unwrap().last_assigned = Some(at(30)));
        roster.reserve(ani, slot, ticket);
    };
    let turn = |roster: &Roster| seated(roster).agent.as_ref().unwrap().last_assigned;
    hold(&mut roster);
    assert!(!roster.release_reservation(ticket), "nobody read her meanwhile");

    hold(&mut roster);
    roster.put(agent(1, 3), BTreeMap::new());
    assert!(roster.seat(ani).unwrap().has(ticket), "what was read is older than it");
    assert_eq!(turn(&roster), Some(at(30)), "and so is the turn");
    roster.put(agent(1, 3), BTreeMap::from([(Slot(2), ticket)]));
    assert_eq!(roster.seat(ani).unwrap().held(), 1, "not twice, where it was moved meanwhile");
    assert!(roster.release_reservation(ticket), "she is to be read once more");

    hold(&mut roster);
    roster.free(ani, ticket);
    roster.put(agent(1, 3), BTreeMap::new());
    assert_eq!(roster.seat(ani).unwrap().held(), 0, "it has ended already");
}

#[test]
fn turns_and_signs_of_life_never_go_back_with_a_person() {
    let mut roster = Roster::new(Strategy::RoundRobin);
    roster.put_person(agent(1, 3));
    let mut read_before = agent(2, 5);
    let profile = read_before.agent.as_mut().unwrap();
    (profile.last_assigned, profile.last_activity) = (None, at(5));
    roster.put_person(read_before);
    assert_eq!(*seated(&roster), agent(2, 5));
}
