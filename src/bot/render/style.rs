//! Styles of buttons, by the kind of their action.
//!
//! Telegram has styles since Bot API 9.4. An older server ignores the field, as all fields that it does not
//! know, and shows the button without a colour; so the bot sends styles to every server.
use crate::bot::callback::{ButtonAction, ChoiceAction, ConsoleAction, RecordAction, TaskAction};
use crate::domain::notice::rendered::ButtonStyle;

/// Returns the style of a button with this action; `None` for navigation, choices and switches.
pub(super) fn style_of(action: ButtonAction) -> Option<ButtonStyle> {
    match action {
        ButtonAction::Task(TaskAction::Start | TaskAction::Resume, ..) | ButtonAction::PickUp(..) => {
            Some(ButtonStyle::Primary)
        }
        ButtonAction::Task(TaskAction::Complete, ..)
        | ButtonAction::DraftSend(_)
        | ButtonAction::StillHere
        | ButtonAction::GoOnline => Some(ButtonStyle::Success),
        ButtonAction::CancelConfirmed(..)
        | ButtonAction::DraftDrop(_)
        | ButtonAction::RemoveAgent(_)
        | ButtonAction::SetAdmin(_, false)
        | ButtonAction::RevokeInvite(_)
        | ButtonAction::CancelTicketsOf(_)
        | ButtonAction::RemoveReplyConfirmed(_)
        | ButtonAction::RetireDepartment(_, true)
        | ButtonAction::RetireCategory(_, true)
        | ButtonAction::Choice(ChoiceAction::Drop)
        | ButtonAction::Record(RecordAction::ForgetConfirmed(_))
        | ButtonAction::Console(
            ConsoleAction::Cancel(..) | ConsoleAction::Offline(..) | ConsoleAction::Reassign(_, _, _, true),
            _,
        ) => Some(ButtonStyle::Danger),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bot::callback::Surface;
    use crate::domain::ids::{TicketId, Version};
    use uuid::Uuid;

    #[test]
    fn the_kind_of_an_action_decides_its_style() {
        let (ticket, version) = (TicketId(Uuid::nil()), Version(1));
        let step = |step| ButtonAction::Task(step, ticket, version, Surface::Task);
        assert_eq!(style_of(step(TaskAction::Start)), Some(ButtonStyle::Primary));
        assert_eq!(style_of(step(TaskAction::Complete)), Some(ButtonStyle::Success));
        assert_eq!(style_of(step(TaskAction::Pause)), None);
        let cancel = |asks: fn(TicketId, Version, Surface) -> ButtonAction| {
            style_of(asks(ticket, version, Surface::Status))
        };
        assert_eq!(cancel(ButtonAction::CancelTicket), None, "the question takes nothing away");
        assert_eq!(cancel(ButtonAction::CancelConfirmed), Some(ButtonStyle::Danger));
    }
}
