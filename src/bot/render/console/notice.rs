//! Notices to those whom it concerns that an admin changed something.
use crate::bot::callback::ButtonAction;
use crate::bot::cards::views::console::ConsoleNoticeView;
use crate::bot::render::notice::mute_notice;
use crate::bot::render::parts::card;
use crate::bot::render::{Localizer, Rendered};

/// Renders a notice about what an admin did in the console.
#[must_use]
pub(in crate::bot::render) fn console_notice(
    localizer: &Localizer<'_>,
    view: &ConsoleNoticeView,
) -> Rendered {
    match view {
        ConsoleNoticeView::Cancelled { number } => {
            localizer.message("notice-cancelled-by-desk", &[("number", number.into())])
        }
        ConsoleNoticeView::TaskCancelled { number } => {
            localizer.message("notice-task-cancelled-by-admin", &[("number", number.into())])
        }
        ConsoleNoticeView::SetOffline => {
            let online = localizer.button("button-online", ButtonAction::GoOnline);
            card(localizer.html("notice-set-offline", &[]), [vec![online]])
        }
        ConsoleNoticeView::AutoAssign { on: true } => localizer.message("notice-auto-on", &[]),
        ConsoleNoticeView::AutoAssign { on: false } => localizer.message("notice-auto-off", &[]),
        ConsoleNoticeView::AlertMuted { alert, by, until } => mute_notice(localizer, alert, (by, *until)),
    }
}
