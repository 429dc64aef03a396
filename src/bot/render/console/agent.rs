//! An agent in the console: status, load, held tickets, and what an admin can change.
use super::{back_to, back_to_list, show};
use crate::bot::callback::{ButtonAction, ConsoleAction};
use crate::bot::cards::views::TicketView;
use crate::bot::cards::views::console::{AgentConsoleView, AgentDepartmentsView, ENTRIES_PER_PAGE};
use crate::bot::render::admin::agent_lines;
use crate::bot::render::parts::{card, name};
use crate::bot::render::{Button, Localizer, Rendered, labelled};
use crate::domain::card::console::{AgentPane, ConsoleView, TicketPane};
use crate::domain::person::Availability;
use crate::domain::policy::MAX_CAPACITY;
use crate::domain::text::shorten;

/// The last characters of a ticket number on a button.
const TAIL_CHARS: usize = 4;
/// The longest subject on a button, in characters.
const MAX_SUBJECT_CHARS: usize = 32;

/// Renders an agent with a page of their tickets.
#[must_use]
pub fn agent_console(localizer: &Localizer<'_>, view: &AgentConsoleView) -> Rendered {
    let (agent, list) = (&view.agent, view.list);
    let mut blocks = vec![agent_lines(localizer, agent).join("\n")];
    let shown = || (view.first..).zip(view.tickets.iter().take(usize::from(ENTRIES_PER_PAGE)));
    let lines: Vec<_> = shown().map(|(at, ticket)| held_line(localizer, at, ticket)).collect();
    blocks.push(if lines.is_empty() { localizer.html("console-no-tickets", &[]) } else { lines.join("\n") });
    let open = |(_, ticket): (u64, &TicketView)| {
        let view = ConsoleView::Ticket(ticket.id, TicketPane::Overview);
        vec![labelled(&ticket_label(localizer, ticket), show(view, list))]
    };
    let mut rows: Vec<Vec<Button>> = shown().map(open).collect();
    let to_page = |page| show(ConsoleView::Agent(agent.id, AgentPane::Overview(page)), list);
    rows.push(localizer.page_row(view.page.0, view.page.1, to_page));
    let on_agent = |key: &str, action| localizer.button(key, ButtonAction::Console(action, list));
    rows.push(capacity_row(localizer, view));
    let auto = if agent.auto { "console-auto-off" } else { "console-auto-on" };
    let mut switches = vec![on_agent(auto, ConsoleAction::Auto(agent.id, !agent.auto))];
    if agent.availability != Availability::Offline {
        switches.push(on_agent("console-offline", ConsoleAction::Offline(agent.id, agent.availability)));
    }
    rows.push(switches);
    let departments = ConsoleAction::Show(ConsoleView::Agent(agent.id, AgentPane::Departments(0)));
    rows.push(vec![
        on_agent("console-departments", departments),
        on_agent("console-profile", ConsoleAction::Profile(agent.id)),
    ]);
    rows.push(vec![back_to_list(localizer, list)]);
    card(blocks.join("\n\n"), rows)
}

/// Returns the row with − and + around the capacity.
fn capacity_row(localizer: &Localizer<'_>, view: &AgentConsoleView) -> Vec<Button> {
    let (agent, shown) = (view.agent.id, view.agent.max);
    let to = |to| ButtonAction::Console(ConsoleAction::Capacity { agent, to, shown }, view.list);
    let less = (shown > 1).then(|| localizer.button("console-less", to(shown.saturating_sub(1))));
    let more = (shown < MAX_CAPACITY).then(|| localizer.button("console-more", to(shown.saturating_add(1))));
    let label = localizer.plain("console-capacity", &[("max", shown.into())]);
    less.into_iter().chain([labelled(&label, ButtonAction::NoOp)]).chain(more).collect()
}

fn held_line(localizer: &Localizer<'_>, at: u64, ticket: &TicketView) -> String {
    let since = ticket.assigned_at.map(|at| localizer.ago(at)).unwrap_or_default();
    let args = [
        ("at", at.into()),
        ("number", (&ticket.number).into()),
        ("state", localizer.state(ticket.status).into()),
        ("when", since.into()),
    ];
    localizer.html("console-held", &args)
}

/// Returns a ticket's label on a button: its state, the end of its number, and what it is about.
fn ticket_label(localizer: &Localizer<'_>, ticket: &TicketView) -> String {
    let state = localizer.state(ticket.status);
    let dot = state.split(' ').next().unwrap_or_default().to_owned();
    let number = ticket.number.as_str();
    let tail = number.get(number.len().saturating_sub(TAIL_CHARS)..).unwrap_or(number);
    let subject = Some(ticket.description.subject()).filter(|subject| !subject.is_empty());
    let label = shorten(&subject.unwrap_or_else(|| ticket.label.clone()), MAX_SUBJECT_CHARS);
    localizer
        .plain("console-ticket-label", &[("dot", dot.into()), ("tail", tail.into()), ("label", label.into())])
}

/// Renders the departments of an agent, with a switch for each.
#[must_use]
pub fn agent_departments(localizer: &Localizer<'_>, view: &AgentDepartmentsView) -> Rendered {
    let (agent, list) = (&view.agent, view.list);
    let html = [
        localizer.html("agent-head", &[("name", name(&agent.name))]),
        localizer.html("status-departments", &[("departments", localizer.names(&agent.departments).into())]),
        String::new(),
        localizer.html("agent-departments-hint", &[]),
    ];
    let switch = |(id, department, serves): &(_, String, bool)| {
        let inside = || localizer.plain("agent-department-in", &[("name", department.into())]);
        let label = if *serves { inside() } else { department.clone() };
        let action = ConsoleAction::Department(agent.id, *id, !serves);
        vec![labelled(&label, ButtonAction::Console(action, list))]
    };
    let mut rows: Vec<Vec<Button>> =
        view.departments.iter().take(usize::from(ENTRIES_PER_PAGE)).map(switch).collect();
    let to_page = |page| show(ConsoleView::Agent(agent.id, AgentPane::Departments(page)), list);
    rows.push(localizer.page_row(view.page.0, view.page.1, to_page));
    let overview = ConsoleView::Agent(agent.id, AgentPane::Overview(0));
    rows.push(vec![back_to(localizer, &agent.distinct_name, overview, list)]);
    card(html.join("\n"), rows)
}
