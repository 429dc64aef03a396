//! The people of the model.
use crate::domain::Time;
use crate::domain::ids::{DepartmentId, PersonId, TelegramId, Version};
use crate::domain::person::{AgentProfile, Availability, Locale, Person, Role, Via};
use crate::domain::policy::Capacity;
use std::collections::BTreeSet;
use uuid::Uuid;

pub(in crate::engine) const DEPARTMENTS: u8 = 3;

pub(in crate::engine) fn dept(n: u8) -> DepartmentId {
    DepartmentId(Uuid::from_u64_pair(2, u64::from(n % DEPARTMENTS)))
}

fn departments(bits: u8) -> BTreeSet<DepartmentId> {
    (0..DEPARTMENTS).filter(|n| bits & (1 << n) != 0).map(dept).collect()
}

/// Returns the agent with this index: departments by bit, capacity, whether they are online.
pub(super) fn person(n: usize, (bits, max, online): (u8, u16, bool), now: Time) -> Person {
    // The order of the ids differs from the order of the agents: nothing may depend on their being equal.
    let id = (n as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let profile = AgentProfile {
        departments: departments(bits),
        max_tickets: Capacity::new(max).unwrap(),
        auto_assignment_enabled: true,
        assignment_order: u32::try_from(n).unwrap() + 1,
        alias: None,
        availability: if online { Availability::Online } else { Availability::Offline },
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
        last_assigned: None,
        last_activity: now,
    };
    Person {
        id: PersonId(Uuid::from_u64_pair(id, 1)),
        telegram: TelegramId(i64::try_from(n).unwrap()),
        name: String::new(),
        username: None,
        email: None,
        locale: Locale::Id,
        locale_chosen: false,
        role: Role::Agent,
        reachable: true,
        agent: Some(profile),
        prompt: None,
        answered_by: None,
        prompt_until: None,
        other_locale_since: None,
        admin_by_setting: false,
        username_taken_over: false,
        former_usernames: Vec::new(),
        links: Vec::new(),
        sessions: crate::domain::person::sessions::Sessions::default(),
        banned: None,
        created_at: now,
        version: Version(0),
    }
}
