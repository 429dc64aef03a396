//! Cards for admins: the workload, and one agent.
use super::parts::{card, name};
use super::{Localizer, Rendered};
use crate::bot::callback::{AliasAction, ButtonAction, PagedList, PickerPurpose};
use crate::bot::cards::views::{AGENTS_PER_PAGE, AgentLine, WorkloadView};

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
    let refresh = vec![localizer.button("button-refresh", to_page(view.page))];
    card(blocks.join("\n\n"), [localizer.page_row(view.page, view.pages, to_page), refresh])
}

fn load_lines(localizer: &Localizer<'_>, agent: &AgentLine) -> String {
    let args = [
        ("name", name(&agent.name)),
        ("availability", localizer.availability(agent.availability, agent.lost).into()),
        ("held", agent.held.into()),
        ("max", agent.max.into()),
    ];
    let head = localizer.html("workload-agent", &args);
    format!("{head}\n{}", bar_line(localizer, agent))
}

fn bar_line(localizer: &Localizer<'_>, agent: &AgentLine) -> String {
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
    let mut lines = vec![
        localizer.html("agent-head", &[("name", name(&agent.name))]),
        localizer.availability_line(agent.availability, agent.lost),
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
    let row = vec![
        localizer.button("button-set-max", ButtonAction::PickPerson(PickerPurpose::SetMax, agent.id)),
        localizer
            .button("button-remove-agent", ButtonAction::PickPerson(PickerPurpose::RemoveAgent, agent.id)),
    ];
    let alias = localizer.button("agent-alias-button", ButtonAction::Alias(AliasAction::Show(agent.id)));
    card(lines.join("\n"), [row, vec![alias]])
}
