//! Traffic classes: the kinds of deliveries that share the rate limit over all chats.
use super::card::CardKey;
use super::notice::console::ConsoleNotice;
use super::notice::service::ServiceNotice;
use super::notice::{Message, Notice, RecordPart};

/// The traffic class of a delivery, by what waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrafficClass {
    /// Assignments, other notices to staff, and the cards that staff asked for.
    Staff,
    /// Words that a person gets from a person, and answers.
    Words,
    /// Notices to customers about their tickets.
    Receipts,
    /// Cards of customers, and refreshes.
    Cards,
}

impl TrafficClass {
    /// All classes, most urgent first.
    pub const ALL: [Self; 4] = [Self::Staff, Self::Words, Self::Receipts, Self::Cards];

    /// Returns the class of `message`.
    #[must_use]
    pub fn of(message: &Message) -> Self {
        match message.inner() {
            Message::Notice(notice) => Self::of_notice(notice),
            // A new message follows the first; the second shows the agent's own press.
            Message::Retire(
                CardKey::Task(..)
                | CardKey::PickUp(..)
                | CardKey::MyQueue(..)
                | CardKey::Queue(..)
                | CardKey::Workload(..)
                | CardKey::AdminList(..),
            )
            | Message::Refresh(CardKey::Task(..)) => Self::Staff,
            Message::Retire(CardKey::Status(_)) => Self::Receipts,
            Message::Card(key) | Message::CardText { key, .. } | Message::Redraw { card: key, .. } => {
                match key {
                    CardKey::Task(..)
                    | CardKey::PickUp(..)
                    | CardKey::MyQueue(..)
                    | CardKey::Queue(..)
                    | CardKey::Workload(..)
                    | CardKey::AdminList(..)
                    | CardKey::Console { .. } => Self::Staff,
                    CardKey::TicketChoice(_)
                    | CardKey::CommentPrompt(_)
                    | CardKey::LastWordPrompt(..)
                    | CardKey::Focus(_) => Self::Words,
                    CardKey::Status(_) | CardKey::Draft(_) | CardKey::MyTickets(..) => Self::Cards,
                }
            }
            Message::Refresh(_)
            | Message::Show(_)
            | Message::Pin(_)
            | Message::Retire(_)
            | Message::Reaction(_)
            | Message::Topic { .. }
            | Message::DeleteTopic { .. }
            | Message::Menu
            | Message::MenuButton
            | Message::ResetMenuButton => Self::Cards,
            _ => Self::Words,
        }
    }

    fn of_notice(notice: &Notice) -> Self {
        match notice {
            Notice::NewTask { .. }
            | Notice::TaskResumed { .. }
            | Notice::TaskNudged { .. }
            | Notice::TaskPassedOn { .. }
            | Notice::DescriptionPart { .. }
            | Notice::File { .. }
            | Notice::Album { .. }
            | Notice::TaskCancelled { .. }
            | Notice::TaskWithdrawn { .. }
            | Notice::StillOnline { .. }
            | Notice::TakenOffline { .. }
            | Notice::AgentUnreachable { .. }
            | Notice::CustomerUnreachable { .. }
            | Notice::PartUndelivered { .. }
            | Notice::Record { part: RecordPart::Summary { .. } }
            | Notice::Service(
                ServiceNotice::TaskReopened { .. }
                | ServiceNotice::TaskDropped { .. }
                | ServiceNotice::CustomerBanned { .. },
            )
            | Notice::Console(
                ConsoleNotice::TaskCancelled { .. }
                | ConsoleNotice::SetOffline
                | ConsoleNotice::AutoAssign { .. }
                | ConsoleNotice::AlertMuted { .. },
            )
            | Notice::Alert { .. } => Self::Staff,
            Notice::Created { .. }
            | Notice::Assigned { .. }
            | Notice::Completed { .. }
            | Notice::Cancelled { .. }
            | Notice::Console(ConsoleNotice::Cancelled { .. })
            | Notice::Requeued { .. } => Self::Receipts,
            _ => Self::Words,
        }
    }

    /// Returns its number in the store, from 0 for the most urgent.
    #[must_use]
    pub fn rank(self) -> u8 {
        match self {
            Self::Staff => 0,
            Self::Words => 1,
            Self::Receipts => 2,
            Self::Cards => 3,
        }
    }
}
