//! A ticket in the console: its facts, its conversation and history, and what an admin can change.
use super::{back_to, back_to_list, show};
use crate::bot::callback::{ButtonAction, ConsoleAction, RecordAction};
use crate::bot::cards::views::AgentLine;
use crate::bot::cards::views::console::{ENTRIES_PER_PAGE, TicketConsoleView, TicketPaneView};
use crate::bot::render::admin::agent_label;
use crate::bot::render::agent::first_part;
use crate::bot::render::audit::audit_text;
use crate::bot::render::parts::{card, name};
use crate::bot::render::record::record_line;
use crate::bot::render::service::staff_ticket_lines;
use crate::bot::render::{Button, Localizer, Rendered, labelled};
use crate::domain::card::console::{AgentPane, ConsoleList, ConsoleView, TicketPane};
use crate::domain::ticket::{Priority, Status};

/// Renders a ticket with its pane.
#[must_use]
pub fn ticket_console(localizer: &Localizer<'_>, view: &TicketConsoleView) -> Rendered {
    match &view.pane {
        TicketPaneView::Overview => overview(localizer, view),
        TicketPaneView::Agents(agents, page) => agent_choice(localizer, view, agents, *page),
        TicketPaneView::OverCapacity(agent) => over_capacity(localizer, view, agent),
        TicketPaneView::Priority => priorities(localizer, view),
        TicketPaneView::Cancel => cancel_question(localizer, view),
        TicketPaneView::Messages(lines) => {
            let args = [("number", (&view.ticket.number).into()), ("count", lines.len().into())];
            let html = if lines.is_empty() {
                localizer.html("console-no-messages", &[("number", (&view.ticket.number).into())])
            } else {
                let lines: Vec<_> = lines.iter().map(|line| record_line(localizer, line)).collect();
                format!("{}\n\n{}", localizer.html("summary-head", &args), lines.join("\n"))
            };
            let transcript = ButtonAction::Record(RecordAction::Transcript(view.ticket.id));
            let transcript = localizer.button("console-transcript", transcript);
            card(html, [vec![transcript], vec![view.back_to_ticket(localizer)]])
        }
        TicketPaneView::Audit(audit) => {
            let to_page = |page| view.to_pane(TicketPane::Audit(page));
            let pages = localizer.page_row(audit.page.0, audit.page.1, to_page);
            card(audit_text(localizer, audit), [pages, vec![view.back_to_ticket(localizer)]])
        }
    }
}

fn overview(localizer: &Localizer<'_>, view: &TicketConsoleView) -> Rendered {
    let (ticket, list) = (&view.ticket, view.list);
    let mut above = staff_ticket_lines(localizer, ticket, view.rating.as_ref());
    above.push(localizer.html("waiting-since", &[("when", localizer.ago(ticket.created_at).into())]));
    let on_ticket = |key: &str, action| localizer.button(key, ButtonAction::Console(action, list));
    let to_pane = |key: &str, pane| localizer.button(key, view.to_pane(pane));
    let mut rows = Vec::new();
    if !ticket.status.is_end() {
        rows.push(vec![
            to_pane("button-reassign", TicketPane::Agents(0)),
            to_pane("button-priority", TicketPane::Priority),
        ]);
        let release = ConsoleAction::Release(ticket.id, ticket.version);
        let top = ConsoleAction::Priority(ticket.id, ticket.version, Priority::Urgent);
        let is_held = ticket.status != Status::Queued;
        let release = is_held.then(|| on_ticket("reassign-queue", release));
        // A held ticket has no place in the queue; its priority counts when it returns.
        let can_rise = !is_held && ticket.priority != Priority::Urgent && ticket.position != Some(1);
        let top = can_rise.then(|| on_ticket("console-to-top", top));
        rows.push(release.into_iter().chain(top).collect());
        rows.push(vec![to_pane("console-cancel", TicketPane::Cancel)]);
    }
    rows.push(vec![
        to_pane("console-messages", TicketPane::Messages),
        to_pane("button-audit", TicketPane::Audit(0)),
    ]);
    rows.push(vec![view.back(localizer)]);
    card(localizer.with_description(&above, &first_part(&ticket.description), &[]), rows)
}

fn agent_choice(
    localizer: &Localizer<'_>,
    view: &TicketConsoleView,
    agents: &[AgentLine],
    (page, pages): (u16, u16),
) -> Rendered {
    let ticket = &view.ticket;
    let choice = |agent: &AgentLine| {
        let action = ConsoleAction::Reassign(ticket.id, ticket.version, agent.id, false);
        vec![labelled(&agent_label(localizer, agent), ButtonAction::Console(action, view.list))]
    };
    let mut rows: Vec<Vec<Button>> = agents.iter().take(usize::from(ENTRIES_PER_PAGE)).map(choice).collect();
    rows.push(localizer.page_row(page, pages, |page| view.to_pane(TicketPane::Agents(page))));
    rows.push(vec![view.back_to_ticket(localizer)]);
    let key = if agents.is_empty() { "console-no-agents" } else { "reassign-to" };
    card(localizer.html(key, &[("number", (&ticket.number).into())]), rows)
}

fn over_capacity(localizer: &Localizer<'_>, view: &TicketConsoleView, agent: &AgentLine) -> Rendered {
    let args = [("agent", name(&agent.name)), ("held", agent.held.into()), ("max", agent.max.into())];
    let anyway = ConsoleAction::Reassign(view.ticket.id, view.ticket.version, agent.id, true);
    let yes = localizer.button("reassign-anyway", ButtonAction::Console(anyway, view.list));
    card(localizer.html("reassign-full", &args), [vec![yes], vec![view.back_to_ticket(localizer)]])
}

fn priorities(localizer: &Localizer<'_>, view: &TicketConsoleView) -> Rendered {
    let ticket = &view.ticket;
    let text = |priority| localizer.priority_text(priority);
    let button = |priority: Priority| {
        let chosen = || localizer.plain("settings-chosen", &[("value", text(priority).into())]);
        let label = if priority == ticket.priority { chosen() } else { text(priority) };
        let action = ConsoleAction::Priority(ticket.id, ticket.version, priority);
        labelled(&label, ButtonAction::Console(action, view.list))
    };
    let args = [("number", (&ticket.number).into()), ("priority", text(ticket.priority).into())];
    let rows = [[Priority::Urgent, Priority::High], [Priority::Normal, Priority::Low]];
    let rows = rows.map(|row| row.map(button).into()).into_iter();
    card(localizer.html("priority-question", &args), rows.chain([vec![view.back_to_ticket(localizer)]]))
}

fn cancel_question(localizer: &Localizer<'_>, view: &TicketConsoleView) -> Rendered {
    let ticket = &view.ticket;
    let cancel = ConsoleAction::Cancel(ticket.id, ticket.version);
    let yes = localizer.button("button-cancel-yes", ButtonAction::Console(cancel, view.list));
    let args = [
        ("number", (&ticket.number).into()),
        ("state", localizer.state(ticket.status).into()),
        ("customer", ticket.customer.as_ref().map_or_else(|| "".into(), |customer| name(&customer.name))),
    ];
    card(localizer.html("console-cancel-sure", &args), [vec![yes], vec![view.back_to_ticket(localizer)]])
}

impl TicketConsoleView {
    fn to_pane(&self, pane: TicketPane) -> ButtonAction {
        show(ConsoleView::Ticket(self.ticket.id, pane), self.list)
    }

    /// Returns the way back from a pane to the ticket.
    fn back_to_ticket(&self, localizer: &Localizer<'_>) -> Button {
        localizer.button("console-back-ticket", self.to_pane(TicketPane::Overview))
    }

    /// Returns the way back from the ticket: to its holder, for a list of agents, or else to the list.
    fn back(&self, localizer: &Localizer<'_>) -> Button {
        match &self.holder {
            Some(holder) if matches!(self.list, ConsoleList::Workload(_)) => {
                let agent = ConsoleView::Agent(holder.id, AgentPane::Overview(0));
                back_to(localizer, &holder.distinct_name, agent, self.list)
            }
            _ => back_to_list(localizer, self.list),
        }
    }
}
