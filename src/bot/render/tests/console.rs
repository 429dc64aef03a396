//! Tests of the console: an agent and a ticket with the actions of an admin.
use super::admin::agent;
use super::*;
use crate::bot::cards::views::console::{
    AgentConsoleView, AgentDepartmentsView, TicketConsoleView, TicketPaneView,
};
use crate::domain::card::console::ConsoleList;
use crate::domain::ids::DepartmentId;
use crate::domain::person::Availability;

fn view(status: Status, list: ConsoleList, pane: TicketPaneView) -> TicketConsoleView {
    let ticket = TicketView { held_by_viewer: false, ..held_ticket(status) };
    let is_held = matches!(status, Status::Assigned | Status::InProgress | Status::Pending);
    let holder = is_held.then(|| agent(1, "Budi Santoso", Availability::Online, 3, 5));
    TicketConsoleView { list, ticket, holder, rating: None, pane }
}

#[test]
fn an_agent_has_tickets_actions_and_a_way_back() {
    let overview = |held: usize, availability| AgentConsoleView {
        list: ConsoleList::Workload(2),
        agent: agent(1, "Budi Santoso", availability, 2, 5),
        tickets: vec![held_ticket(Status::InProgress), held_ticket(Status::Assigned)]
            .into_iter()
            .take(held)
            .collect(),
        first: 1,
        page: (0, 1),
    };
    check("console_agent", |w| agent_console(w, &overview(2, Availability::Online)));
    let mut idle = overview(0, Availability::Offline);
    (idle.agent.held, idle.agent.max, idle.agent.auto) = (0, 1, false);
    check("console_agent_idle", |w| agent_console(w, &idle));
    let departments = AgentDepartmentsView {
        list: ConsoleList::Workload(2),
        agent: agent(1, "Budi Santoso", Availability::Online, 2, 5),
        departments: [(1, "HSI INDIBIZ", true), (2, "BITSTREAM", true), (3, "WMSLite", false)]
            .map(|(n, name, serves)| (DepartmentId(Uuid::from_u128(n)), name.into(), serves))
            .to_vec(),
        page: (0, 1),
    };
    check("console_departments", |w| agent_departments(w, &departments));
    check("console_gone", |w| console_gone(w, "agent-gone", ConsoleList::Workload(2)));
}

#[test]
fn a_ticket_has_the_actions_of_its_state() {
    let (workload, queue) = (ConsoleList::Workload(0), ConsoleList::Queue(3));
    let overview = |status, list| view(status, list, TicketPaneView::Overview);
    check("console_ticket_held", |w| ticket_console(w, &overview(Status::InProgress, workload)));
    check("console_ticket_waiting", |w| ticket_console(w, &overview(Status::Queued, queue)));
    check("console_ticket_ended", |w| ticket_console(w, &overview(Status::Cancelled, queue)));
}

#[test]
fn every_pane_of_a_ticket_leads_back() {
    let agents =
        vec![agent(2, "Citra", Availability::Online, 1, 5), agent(3, "Eka", Availability::Busy, 5, 5)];
    let full = Box::new(agents[1].clone());
    let panes = [
        ("console_reassign", TicketPaneView::Agents(agents, (0, 3))),
        ("console_no_agents", TicketPaneView::Agents(Vec::new(), (0, 1))),
        ("console_over_capacity", TicketPaneView::OverCapacity(full)),
        ("console_priority", TicketPaneView::Priority),
        ("console_cancel", TicketPaneView::Cancel),
        ("console_no_messages", TicketPaneView::Messages(Vec::new())),
    ];
    for (name, pane) in panes {
        let view = view(Status::Queued, ConsoleList::Queue(0), pane);
        check(name, |w| ticket_console(w, &view));
        let data: Vec<_> = ticket_console(&localizer(Locale::En), &view).buttons.concat();
        assert!(data.iter().any(|button| button.label.starts_with('⬅')), "{name}");
    }
}
