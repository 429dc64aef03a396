//! Cards for admins: the workload, and one agent.
use super::parts::{card, name};
use super::{Button, Localizer, Rendered, labelled};
use crate::bot::callback::{
    AliasAction, ButtonAction, ConsoleAction, PagedList, PickerPurpose, WorkingHoursAction,
};
use crate::bot::cards::views::{AGENTS_PER_PAGE, AgentLine, WorkloadView};
use crate::domain::card::console::{AgentPane, ConsoleList, ConsoleView};

/// Buttons of agents in one row of the workload.
const AGENTS_PER_ROW: usize = 2;
/// Blocks in a load bar.
const BAR_BLOCKS: u32 = 10;

/// Renders a page of the agents' load, and the state of the queue.
#[must_use]
pub fn workload(localizer: &Localizer<'_>, view: &WorkloadView) -> Rendered {
    let mut blocks = vec![localizer.html("workload-head", &[])];
    let agents = view.agents.iter().take(usize::from(AGENTS_PER_PAGE));
    blocks.extend(agents.map(|agent| load_lines(localizer, agent)));
    if view.agents.is_empty() {
        blocks.push(localizer.html("workload-empty", &[]));
    }
    let online = [("online", view.online.into()), ("total", view.total.into())];
    let statistics = [
        localizer.html("workload-statistics", &[]),
        localizer.html("workload-waiting", &[("count", view.waiting.into())]),
        localizer.html("workload-online", &online),
        localizer.html("workload-free", &[("count", view.free.into())]),
    ];
    blocks.push(statistics.join("\n"));
    let to_page = |page| ButtonAction::ShowPage(PagedList::Workload, page);
    let open = |agent: &AgentLine| {
        let show = ConsoleAction::Show(ConsoleView::Agent(agent.id, AgentPane::Overview(0)));
        labelled(
            &agent_label(localizer, agent),
            ButtonAction::Console(show, ConsoleList::Workload(view.page)),
        )
    };
    let agents: Vec<Button> = view.agents.iter().take(usize::from(AGENTS_PER_PAGE)).map(open).collect();
    let mut rows: Vec<Vec<Button>> = agents.chunks(AGENTS_PER_ROW).map(<[Button]>::to_vec).collect();
    rows.push(localizer.page_row(view.page, view.pages, to_page));
    rows.push(vec![localizer.button("button-refresh", to_page(view.page))]);
    card(blocks.join("\n\n"), rows)
}

/// Returns an agent's label on a button: availability, name and load.
pub(super) fn agent_label(localizer: &Localizer<'_>, agent: &AgentLine) -> String {
    let availability = localizer.availability(agent.availability, agent.lost);
    let dot = availability.split(' ').next().unwrap_or_default().to_owned();
    let args = [
        ("dot", dot.into()),
        ("name", (&agent.distinct_name).into()),
        ("held", agent.held.into()),
        ("max", agent.max.into()),
    ];
    localizer.plain("agent-label", &args)
}

fn load_lines(localizer: &Localizer<'_>, agent: &AgentLine) -> String {
    let args = [
        ("name", name(&agent.name)),
        (
            "availability",
            localizer.availability_until(agent.availability, agent.lost, agent.away_until).into(),
        ),
        ("held", agent.held.into()),
        ("max", agent.max.into()),
    ];
    let head = localizer.html("workload-agent", &args);
    format!("{head}\n{}", bar_line(localizer, agent))
}

pub(super) fn bar_line(localizer: &Localizer<'_>, agent: &AgentLine) -> String {
    let (held, max) = (u32::from(agent.held), u32::from(agent.max).max(1));
    let args = [("bar", bar(held, max).into()), ("percent", (held * 100 / max).into())];
    if held < max {
        localizer.html("workload-bar", &args)
    } else {
        localizer.html("workload-bar-full", &args)
    }
}

/// Returns a bar of ten blocks. A load above zero has at least one block, and only a full load has ten.
fn bar(held: u32, max: u32) -> String {
    let filled = match held {
        0 => 0,
        held if held >= max => BAR_BLOCKS,
        held => ((held * BAR_BLOCKS + max / 2) / max).clamp(1, BAR_BLOCKS - 1),
    };
    (0..BAR_BLOCKS).map(|block| if block < filled { '█' } else { '▒' }).collect()
}

/// Renders the details of one agent.
#[must_use]
pub fn agent_card(localizer: &Localizer<'_>, agent: &AgentLine) -> Rendered {
    let row = vec![
        localizer.button("button-set-max", ButtonAction::PickPerson(PickerPurpose::SetMax, agent.id)),
        localizer
            .button("button-remove-agent", ButtonAction::PickPerson(PickerPurpose::RemoveAgent, agent.id)),
    ];
    let alias = localizer.button("agent-alias-button", ButtonAction::Alias(AliasAction::Show(agent.id)));
    let hours = ButtonAction::WorkingHours(WorkingHoursAction::Show(agent.id));
    let hours = localizer.button("work-button", hours);
    let show = ConsoleAction::Show(ConsoleView::Agent(agent.id, AgentPane::Overview(0)));
    let manage = localizer.button("button-manage", ButtonAction::Console(show, ConsoleList::Workload(0)));
    card(agent_lines(localizer, agent).join("\n"), [row, vec![alias, hours], vec![manage]])
}

/// Returns the facts of one agent, one a line.
pub(super) fn agent_lines(localizer: &Localizer<'_>, agent: &AgentLine) -> Vec<String> {
    let mut lines = vec![
        localizer.html("agent-head", &[("name", name(&agent.name))]),
        localizer.availability_line_until(agent.availability, agent.lost, agent.away_until),
        localizer.html("status-load", &[("held", agent.held.into()), ("max", agent.max.into())]),
        bar_line(localizer, agent),
        localizer.html("status-departments", &[("departments", localizer.names(&agent.departments).into())]),
        localizer.html("status-auto", &[("auto", localizer.on_or_off(agent.auto).into())]),
    ];
    if let Some(alias) = &agent.alias {
        lines.push(localizer.html("agent-alias-line", &[("alias", name(alias))]));
    }
    if !agent.reachable {
        lines.push(localizer.html("agent-unreachable", &[]));
    }
    lines
}
