//! Cards for admins: everybody's load, and one agent.
use super::parts::{card, name};
use super::{Rendered, Words};
use crate::bot::callback::{ButtonAction, PagedList, PickerPurpose};
use crate::bot::cards::views::{AGENTS_PER_PAGE, AgentLine, WorkloadView};

/// Blocks in a bar.
const BAR: u32 = 10;

/// Every agent's load, a page at a time, and how the queue stands.
#[must_use]
pub fn workload(words: &Words<'_>, view: &WorkloadView) -> Rendered {
    let mut blocks = vec![words.say("workload-head", &[])];
    let agents = view.agents.iter().take(usize::from(AGENTS_PER_PAGE));
    blocks.extend(agents.map(|agent| load_lines(words, agent)));
    if view.agents.is_empty() {
        blocks.push(words.say("workload-empty", &[]));
    }
    let online = [("online", view.online.into()), ("total", view.total.into())];
    let statistics = [
        words.say("workload-statistics", &[]),
        words.say("workload-waiting", &[("count", view.waiting.into())]),
        words.say("workload-online", &online),
        words.say("workload-free", &[("count", view.free.into())]),
    ];
    blocks.push(statistics.join("\n"));
    let turn = |page| ButtonAction::Turn(PagedList::Workload, page);
    let refresh = vec![words.button("button-refresh", turn(view.page))];
    card(blocks.join("\n\n"), [words.page_row(view.page, view.pages, turn), refresh])
}

fn load_lines(words: &Words<'_>, agent: &AgentLine) -> String {
    let args = [
        ("name", name(&agent.name)),
        ("availability", words.availability(agent.availability, agent.lost).into()),
        ("held", agent.held.into()),
        ("max", agent.max.into()),
    ];
    let head = words.say("workload-agent", &args);
    format!("{head}\n{}", bar_line(words, agent))
}

fn bar_line(words: &Words<'_>, agent: &AgentLine) -> String {
    let (held, max) = (u32::from(agent.held), u32::from(agent.max).max(1));
    let args = [("bar", bar(held, max).into()), ("percent", (held * 100 / max).into())];
    if held < max { words.say("workload-bar", &args) } else { words.say("workload-bar-full", &args) }
}

/// A bar of ten blocks. Something never looks like nothing, and not quite full never like full.
fn bar(held: u32, max: u32) -> String {
    let filled = match held {
        0 => 0,
        held if held >= max => BAR,
        held => ((held * BAR + max / 2) / max).clamp(1, BAR - 1),
    };
    (0..BAR).map(|block| if block < filled { '█' } else { '▒' }).collect()
}

/// One agent in detail.
#[must_use]
pub fn agent_card(words: &Words<'_>, agent: &AgentLine) -> Rendered {
    let mut lines = vec![
        words.say("agent-head", &[("name", name(&agent.name))]),
        words.availability_line(agent.availability, agent.lost),
        words.say("status-load", &[("held", agent.held.into()), ("max", agent.max.into())]),
        bar_line(words, agent),
        words.say("status-departments", &[("departments", words.names(&agent.departments).into())]),
        words.say("status-auto", &[("auto", words.switch(agent.auto).into())]),
    ];
    if !agent.reachable {
        lines.push(words.say("agent-unreachable", &[]));
    }
    let row = vec![
        words.button("button-set-max", ButtonAction::PickPerson(PickerPurpose::SetMax, agent.id)),
        words.button("button-remove-agent", ButtonAction::PickPerson(PickerPurpose::RemoveAgent, agent.id)),
    ];
    card(lines.join("\n"), [row])
}
