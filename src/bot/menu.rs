//! Command menus of each role, for Telegram and for `/help`. A menu authorizes nothing: the engine does.
use super::render::{Localizer, Rendered};
use crate::domain::person::Role;

/// A command without its slash, and the key of its description.
pub type MenuEntry = (&'static str, &'static str);

const EVERYONE: &[MenuEntry] = &[
    ("help", "command-help"),
    ("language", "command-language"),
    ("cancel", "command-cancel"),
    ("forget", "command-forget"),
    ("start", "command-start"),
];

const CUSTOMER: &[MenuEntry] =
    &[("new", "command-new"), ("mytickets", "command-mytickets"), ("ticket", "command-ticket")];

const QUEUE: MenuEntry = ("queue", "command-queue");

const SEARCH: MenuEntry = ("search", "command-search");

const TRANSCRIPT: MenuEntry = ("transcript", "command-transcript");

const WEB: MenuEntry = ("web", "command-web");

const TOKEN: MenuEntry = ("token", "command-token");

const AGENT: &[MenuEntry] = &[
    ("online", "command-online"),
    ("offline", "command-offline"),
    ("busy", "command-busy"),
    ("away", "command-away"),
    ("hours", "command-hours"),
    ("myqueue", "command-myqueue"),
    ("status", "command-status"),
    ("autoassign", "command-autoassign"),
    ("alias", "command-alias"),
    ("r", "command-reply"),
    ("withdraw", "command-withdraw"),
    QUEUE,
    SEARCH,
    TRANSCRIPT,
    WEB,
    TOKEN,
];

const ADMIN: &[MenuEntry] = &[
    ("workload", "command-workload"),
    QUEUE,
    ("agents", "command-agents"),
    ("invite", "command-invite"),
    ("invites", "command-invites"),
    ("addagent", "command-addagent"),
    ("removeagent", "command-removeagent"),
    ("setmax", "command-setmax"),
    ("reassign", "command-reassign"),
    ("priority", "command-priority"),
    ("stats", "command-stats"),
    ("department", "command-department"),
    ("category", "command-category"),
    SEARCH,
    TRANSCRIPT,
    ("audit", "command-audit"),
    ("forget", "command-forget-customer"),
    ("replies", "command-replies"),
    ("topics", "command-topics"),
    ("settings", "command-settings"),
    ("ban", "command-ban"),
    ("unban", "command-unban"),
    ("addadmin", "command-addadmin"),
    ("removeadmin", "command-removeadmin"),
    ("deadletters", "command-deadletters"),
    WEB,
    TOKEN,
];

/// The key of the heading of an agent's commands.
const AGENT_HEADING: &str = "help-group-agent";

/// Returns the groups of a role, with the key of each heading. The most needed group comes first.
fn groups(role: Role, is_agent: bool) -> Vec<(&'static str, &'static [MenuEntry])> {
    let agent = (AGENT_HEADING, AGENT);
    let customer = ("help-group-customer", CUSTOMER);
    let mut groups = match role {
        Role::Customer => Vec::new(),
        Role::Agent => vec![agent],
        Role::Admin if is_agent => vec![agent, ("help-group-admin", ADMIN)],
        Role::Admin => vec![("help-group-admin", ADMIN)],
    };
    groups.extend([customer, ("help-group-everyone", EVERYONE)]);
    groups
}

/// Returns the commands of a role in the order of the menu, each once, described as in the first group that has
/// it. An admin who is an agent has both lists; staff may open tickets too.
#[must_use]
pub fn commands(role: Role, is_agent: bool) -> Vec<MenuEntry> {
    let mut all: Vec<MenuEntry> = Vec::new();
    for (_, group) in groups(role, is_agent) {
        for command in group {
            if !has(&all, command) {
                all.push(*command);
            }
        }
    }
    all
}

fn has(listed: &[MenuEntry], command: &MenuEntry) -> bool {
    listed.iter().any(|(name, _)| *name == command.0)
}

/// Returns Telegram's menu for a role: commands and their descriptions.
#[must_use]
pub fn menu(localizer: &Localizer<'_>, role: Role, is_agent: bool) -> Vec<(String, String)> {
    let described = |(command, key): MenuEntry| (command.to_owned(), localizer.plain(key, &[]));
    commands(role, is_agent).into_iter().map(described).collect()
}

/// Returns the answer to `/help`: the role's commands in groups, one line each.
#[must_use]
pub fn help(localizer: &Localizer<'_>, role: Role, is_agent: bool) -> Rendered {
    let mut listed: Vec<MenuEntry> = Vec::new();
    let mut blocks = vec![localizer.html("help-head", &[])];
    if role == Role::Customer {
        blocks.push(localizer.html("help-customer-hint", &[]));
    }
    for (heading, group) in groups(role, is_agent) {
        let mut lines = vec![localizer.html(heading, &[])];
        for command in group.iter().filter(|command| !has(&listed, command)) {
            let description = localizer.plain(command.1, &[]);
            lines.push(
                localizer
                    .html("help-line", &[("command", command.0.into()), ("description", description.into())]),
            );
        }
        if heading == AGENT_HEADING {
            lines.push(localizer.html("help-note", &[]));
        }
        listed.extend(group);
        blocks.push(lines.join("\n"));
    }
    Rendered::new(blocks.join("\n\n"), Vec::new())
}
