//! Tests of roster updates: which fields a newer person replaces and which ones the seat keeps.
use super::*;
use crate::domain::ids::{TelegramId, Version};
use crate::domain::person::{AgentProfile, Availability, Locale, Role, Via};
use crate::domain::policy::Capacity;
use crate::domain::ticket::RETURN_DELAY;

fn at(seconds: i64) -> Time {
    Time::from_timestamp(1_764_800_000 + seconds, 0).unwrap()
}

fn agent(version: u64, max: u16) -> Person {
    let profile = AgentProfile {
        departments: BTreeSet::from([DepartmentId::from_random([7; 16])]),
        max_tickets: Capacity::new(max).unwrap(),
        auto_assignment_enabled: true,
        assignment_order: 1,
        alias: None,
        availability: Availability::Online,
        chosen: None,
        via: Via::Telegram,
        last_online: None,
        earlier_online: None,
        away_until: None,
        working_hours: None,
        asked_at: None,
        question_delivered_at: None,
        asks_last_word: false,
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
        other_locale_since: None,
        role: Role::Agent,
        admin_by_setting: false,
        reachable: true,
        agent: Some(profile),
        prompt: None,
        prompt_until: None,
        answered_by: None,
        username_taken_over: false,
        former_usernames: Vec::new(),
        links: Vec::new(),
        sessions: crate::domain::person::sessions::Sessions::default(),
        banned: None,
        created_at: at(0),
        version: Version(version),
    }
}

fn seated(roster: &Roster) -> &Person {
    &roster.seats().next().unwrap().person
}

#[test]
fn put_person_ignores_an_older_version() {
    let mut roster = Roster::new(Strategy::RoundRobin, RETURN_DELAY);
    roster.put_person(agent(2, 3));
    roster.put_person(agent(1, 9));
    assert_eq!(*seated(&roster), agent(2, 3));
    roster.put_person(Person { agent: None, ..agent(1, 3) });
    assert_eq!(*seated(&roster), agent(2, 3), "an older version does not remove the seat");
    roster.put_person(agent(3, 9));
    assert_eq!(*seated(&roster), agent(3, 9));
}

#[test]
fn reserved_slot_stays_taken_until_its_release() {
    let (slot, ticket) = (Slot(0), TicketId::from_random([2; 16]));
    let ani = agent(1, 3).id;
    let mut roster = Roster::new(Strategy::RoundRobin, RETURN_DELAY);
    let hold = |roster: &mut Roster| {
        roster.put(agent(1, 3), BTreeMap::new());
        roster.hold(ani, slot, ticket);
        roster.update(ani, |seat| seat.person.agent.as_mut().unwrap().last_assigned = Some(at(30)));
        roster.reserve(ani, slot, ticket);
    };
    let last_assigned = |roster: &Roster| seated(roster).agent.as_ref().unwrap().last_assigned;
    hold(&mut roster);
    assert!(!roster.release_reservation(ticket), "the agent was not reloaded");

    hold(&mut roster);
    roster.put(agent(1, 3), BTreeMap::new());
    assert!(roster.seat(ani).unwrap().has(ticket), "the reload is older than the reservation");
    assert_eq!(last_assigned(&roster), Some(at(30)), "last_assigned is kept, too");
    roster.put(agent(1, 3), BTreeMap::from([(Slot(2), ticket)]));
    assert_eq!(roster.seat(ani).unwrap().held(), 1, "a ticket in another slot is not counted twice");
    assert!(roster.release_reservation(ticket), "the agent must be reloaded");

    hold(&mut roster);
    roster.free(ani, ticket);
    roster.put(agent(1, 3), BTreeMap::new());
    assert_eq!(roster.seat(ani).unwrap().held(), 0, "the ticket has ended already");
}

#[test]
fn put_person_keeps_later_last_assigned_and_last_activity() {
    let mut roster = Roster::new(Strategy::RoundRobin, RETURN_DELAY);
    roster.put_person(agent(1, 3));
    let mut stale = agent(2, 5);
    let profile = stale.agent.as_mut().unwrap();
    (profile.last_assigned, profile.last_activity) = (None, at(5));
    roster.put_person(stale);
    assert_eq!(*seated(&roster), agent(2, 5));
}
