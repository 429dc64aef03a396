//! Views of the console: an agent and a ticket with the actions of an admin.
mod agent;
mod notice;
mod ticket;

pub use agent::{agent_console, agent_departments};
pub(super) use notice::console_notice;
pub use ticket::ticket_console;

use super::parts::card;
use super::{Button, Localizer, Rendered, labelled};
use crate::bot::callback::{ButtonAction, ConsoleAction};
use crate::domain::card::console::{ConsoleList, ConsoleView};

/// Renders the place of an agent or a ticket that is gone, with the way back.
#[must_use]
pub fn console_gone(localizer: &Localizer<'_>, key: &str, list: ConsoleList) -> Rendered {
    card(localizer.html(key, &[]), [vec![back_to_list(localizer, list)]])
}

/// Returns the button that leads back to the list.
fn back_to_list(localizer: &Localizer<'_>, list: ConsoleList) -> Button {
    let key = match list {
        ConsoleList::Workload(_) => "console-back-workload",
        ConsoleList::Queue(_) => "console-back-queue",
    };
    localizer.button(key, ButtonAction::Console(ConsoleAction::List, list))
}

/// Returns a button that leads back to a view, with its name.
fn back_to(localizer: &Localizer<'_>, label: &str, view: ConsoleView, list: ConsoleList) -> Button {
    labelled(&localizer.plain("console-back", &[("name", label.into())]), show(view, list))
}

fn show(view: ConsoleView, list: ConsoleList) -> ButtonAction {
    ButtonAction::Console(ConsoleAction::Show(view), list)
}
