//! The audience of each button.
use super::{ButtonAction, PromptAction};
use crate::bot::commands::Audience;

impl ButtonAction {
    /// Returns the audience of the button.
    #[must_use]
    pub fn audience(self) -> Audience {
        match self {
            Self::Record(_)
            | Self::Choice(_)
            | Self::Prompt(PromptAction::SkipComment(_))
            | Self::CancelTicket(..)
            | Self::CancelConfirmed(..)
            | Self::KeepTicket(..)
            | Self::CancelUndo(_)
            | Self::Reopen(..)
            | Self::Rate(..)
            | Self::CommentContinue(..)
            | Self::DraftCategory(..)
            | Self::DraftCategories(..)
            | Self::DraftSend(_)
            | Self::DraftContinue(..)
            | Self::DraftCancel(_)
            | Self::DraftDrop(_)
            | Self::DraftKeep(_)
            | Self::DraftUndo(_)
            | Self::ShowPage(..)
            | Self::Language(_)
            | Self::WorkingHours(_)
            | Self::Alias(_)
            | Self::ShowTicket(_)
            | Self::Dismiss
            | Self::NoOp => Audience::Everyone,
            Self::Task(..)
            | Self::ShowTask(..)
            | Self::Focus(_)
            | Self::Canned(_)
            | Self::PickUp(..)
            | Self::StillHere
            | Self::GoOnline
            | Self::GoOffline
            | Self::AutoAssign(_)
            | Self::AskLastWord(_)
            | Self::Prompt(PromptAction::LastWordNone(..) | PromptAction::LastWordBack(_))
            | Self::Absence(_) => Audience::Agents,
            Self::Settings(_)
            | Self::Console(..)
            | Self::Statistics(_)
            | Self::Alert(_)
            | Self::AskContact(_)
            | Self::PickPage(..)
            | Self::PickPerson(..)
            | Self::PickTicket(..)
            | Self::SetMax(..)
            | Self::RemoveAgent(_)
            | Self::SetAdmin(..)
            | Self::RetryDeadLetter(_)
            | Self::RevokeInvite(_)
            | Self::AddAgent(..)
            | Self::Invite(_)
            | Self::Reassign(..)
            | Self::Priority(..)
            | Self::Audit(..)
            | Self::ReassignPage(..)
            | Self::Requeue(..)
            | Self::AgentDepartment(..)
            | Self::Departments(..)
            | Self::Department(..)
            | Self::NewDepartment
            | Self::CreateDepartment
            | Self::RenameDepartment(_)
            | Self::CriticalDepartment(..)
            | Self::Hours(_)
            | Self::RetireDepartment(..)
            | Self::RelocateQueue(..)
            | Self::CancelTicketsOf(_)
            | Self::SetTopics(_)
            | Self::Replies(_)
            | Self::Reply(_)
            | Self::NewReply
            | Self::EditReply(_)
            | Self::ReplyDepartment(..)
            | Self::RemoveReply(_)
            | Self::RemoveReplyConfirmed(_)
            | Self::NewCategory(_)
            | Self::Category(_)
            | Self::RenameCategory(_)
            | Self::RetireCategory(..) => Audience::Admins,
        }
    }
}
