//! Tests of the workload, one agent, departments and categories.
use super::*;
use crate::bot::cards::views::{AgentLine, WorkloadView};
use crate::domain::department::{Category, Department};
use crate::domain::ids::{CategoryId, DepartmentId};
use crate::domain::person::Availability;

pub(super) fn agent(n: u128, name: &str, availability: Availability, held: u16, max: u16) -> AgentLine {
    AgentLine {
        id: person(n),
        name: name.into(),
        distinct_name: name.into(),
        alias: None,
        availability,
        away_until: None,
        lost: false,
        reachable: true,
        auto: true,
        held,
        max,
        departments: vec!["HSI INDIBIZ".into(), "BITSTREAM".into()],
    }
}

/// The four agents of the mock-up in the plan.
fn example_workload() -> WorkloadView {
    WorkloadView {
        page: 0,
        pages: 1,
        agents: vec![
            agent(1, "agent1", Availability::Online, 4, 5),
            agent(2, "agent2", Availability::Online, 5, 5),
            agent(3, "agent3", Availability::Offline, 2, 5),
            agent(4, "agent4", Availability::Online, 0, 5),
        ],
        waiting: 3,
        online: 3,
        total: 4,
        free: 6,
    }
}

#[test]
fn workload_is_the_mock_up_of_the_plan() {
    check("workload", |w| workload(w, &example_workload()));
}

#[test]
fn workload_without_agents_and_with_every_availability() {
    let empty =
        WorkloadView { agents: Vec::new(), waiting: 1, online: 0, total: 0, free: 1, ..example_workload() };
    check("workload_empty", |w| workload(w, &empty));
    let mut agents = vec![
        agent(1, "Sari", Availability::Busy, 1, 100),
        agent(2, "Tono", Availability::Away, 99, 100),
        agent(3, "Umi", Availability::Online, 7, 5),
    ];
    agents[2].lost = true;
    let kinds = WorkloadView { agents, page: 1, pages: 2, ..example_workload() };
    check("workload_second_page", |w| workload(w, &kinds));
}

#[test]
fn agent_card_with_and_without_departments() {
    check("agent_card", |w| agent_card(w, &agent(1, "agent1", Availability::Online, 4, 5)));
    let blocked = AgentLine {
        alias: Some("Kak Tono".into()),
        reachable: false,
        auto: false,
        departments: Vec::new(),
        ..agent(2, "Tono", Availability::Away, 5, 5)
    };
    check("agent_card_unreachable", |w| agent_card(w, &blocked));
}

/// A department with this number of categories, all of the same name.
fn department(name: &str, categories: u128) -> Department {
    let category = |n| Category { id: CategoryId(Uuid::from_u128(n)), name: name.into(), retired: n == 2 };
    Department {
        id: DepartmentId(Uuid::from_u128(7)),
        name: name.into(),
        critical: false,
        categories: (1..=categories).map(category).collect(),
        hours: None,
        retired: false,
        version: Version(3),
    }
}

#[test]
fn cards_of_departments_and_categories_in_every_state() {
    let plain = department("HSI INDIBIZ", 2);
    let critical = Department { critical: true, ..plain.clone() };
    let retired = Department { retired: true, ..plain.clone() };
    check("department_card", |w| department_card(w, &plain, 0, 0));
    check("department_card_critical", |w| department_card(w, &critical, 0, 1));
    check("department_card_retired", |w| department_card(w, &retired, 0, 0));
    for category in &plain.categories {
        let name = if category.retired { "category_card_retired" } else { "category_card" };
        check(name, |w| category_card(w, &plain, category));
    }
    let all = [plain, critical, retired];
    check("departments", |w| departments(w, &all, (1, 3)));
}

#[test]
fn the_longest_names_leave_room_for_every_button() {
    let long = department(&"🏢".repeat(60), 50);
    let all = vec![Department { critical: true, ..long.clone() }; 30];
    for locale in Locale::ALL {
        check_telegram_limits(&department_card(&localizer(locale), &long, 0, 9));
        check_telegram_limits(&departments(&localizer(locale), &all, (1, 3)));
    }
}
