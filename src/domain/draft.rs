//! Drafts: tickets that a customer has not sent yet.
use super::Time;
use super::content::Attachment;
use super::ids::{CategoryId, DepartmentId, DraftId, PersonId, TicketId};
use super::text::formatted::FormattedText;
use super::ticket::conversation::MessageContent;
use super::ticket::description::{Description, DescriptionError, MAX_ATTACHMENTS};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// How long the cancellation of a draft or a ticket can be undone.
pub const UNDO_PERIOD: TimeDelta = TimeDelta::minutes(1);

/// An unsent ticket. A person has at most one; it survives restarts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Its id, which becomes the ticket's idempotency key.
    pub id: DraftId,
    /// The customer who writes it.
    pub person: PersonId,
    /// The department and category, once chosen.
    pub target: Option<(DepartmentId, CategoryId)>,
    /// What the customer has written so far, in order of arrival.
    #[serde(default)]
    pub parts: Vec<DraftPart>,
    /// When it was created.
    pub created_at: Time,
    /// The customer's ticket that had ended when they replied to something of it in this draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replied_to: Option<TicketId>,
    /// When the customer cancelled it. It is kept for a while, so that they can undo that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_at: Option<Time>,
}

/// The content of one message in a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct DraftPart {
    /// Telegram's id of the message.
    pub message_id: i32,
    /// The album of the message. An album's parts arrive one by one and are shown together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
    /// What the description shows of it: its origin, what it quotes, its text and the words of its content.
    #[serde(default)]
    pub text: FormattedText,
    /// The same as a message of a conversation, without its files. `None` if the text was too long for the draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<MessageContent>,
    /// Its files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

impl Draft {
    /// Returns the description so far.
    #[must_use]
    pub fn description(&self) -> Description {
        let mut description = Description::default();
        for part in &self.parts {
            // Parts are within the limits, since each was admitted by them.
            description = description.append(&part.text, &part.attachments).unwrap_or(description);
            description.messages.push(part.message_id);
        }
        description
    }

    /// Returns true if it can be sent: it has a category and a description.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.target.is_some() && !self.description().is_empty()
    }

    /// Returns true unless it was cancelled.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.cancelled_at.is_none()
    }

    /// Returns the draft before its cancellation, if that can still be undone at `now`.
    #[must_use]
    pub fn undone(self, now: Time) -> Option<Self> {
        let is_recent = self.cancelled_at.is_some_and(|at| now - at < UNDO_PERIOD);
        is_recent.then_some(Self { cancelled_at: None, ..self })
    }

    /// Returns the album of the newest message.
    #[must_use]
    pub fn album(&self) -> Option<&str> {
        self.parts.last()?.album.as_deref()
    }

    /// Returns true if a message is part of it.
    #[must_use]
    pub fn has_message(&self, message_id: i32) -> bool {
        self.parts.iter().any(|part| part.message_id == message_id)
    }

    /// Returns this draft with a message, and what of it does not fit. A text that is too long does not take
    /// the files along, nor the other way round. A message that is part already is replaced: it was edited,
    /// or its update is handled again after a crash.
    #[must_use]
    pub fn with(mut self, part: DraftPart) -> (Self, Vec<DescriptionError>) {
        let at = self.parts.iter().position(|other| other.message_id == part.message_id);
        let previous = at.map(|at| self.parts.remove(at));
        let at = at.unwrap_or(self.parts.len());
        let mut part = part;
        let (others, mut refused) = (self.description(), Vec::new());
        if let Err(error) = others.append(&part.text, &[]) {
            refused.push(error);
            let previous = previous.unwrap_or_default();
            (part.text, part.content) = (previous.text, previous.content);
        }
        let room = MAX_ATTACHMENTS.saturating_sub(others.attachments.len());
        if part.attachments.len() > room {
            refused.push(DescriptionError::TooManyFiles);
            part.attachments.truncate(room);
        }
        if !(part.text.cleaned().is_empty() && part.attachments.is_empty()) {
            self.parts.insert(at, part);
        }
        (self, refused)
    }
}

#[cfg(test)]
mod tests {
    use super::super::content::ContentKind;
    use super::super::ticket::description::MAX_DESCRIPTION_CHARS;
    use super::*;
    use uuid::Uuid;

    fn draft() -> Draft {
        Draft {
            id: DraftId(Uuid::nil()),
            person: PersonId(Uuid::nil()),
            target: None,
            parts: Vec::new(),
            created_at: Time::UNIX_EPOCH,
            replied_to: None,
            cancelled_at: None,
        }
    }

    fn part(message_id: i32, text: &str, files: usize) -> DraftPart {
        let attachments = vec![Attachment::file(ContentKind::Photo, "p"); files];
        DraftPart { message_id, text: text.into(), attachments, ..DraftPart::default() }
    }

    #[test]
    fn a_repeated_message_changes_nothing_and_an_edited_one_its_place() {
        let (draft, _) = draft().with(part(1, "satu", 0));
        let (draft, _) = draft.with(part(2, "dua", 1));
        assert_eq!(draft.clone().with(part(1, "satu", 0)), (draft.clone(), Vec::new()));
        let (edited, _) = draft.with(part(1, "SATU", 0));
        assert_eq!(edited.description().text, "SATU\ndua");
        let (emptied, _) = edited.with(part(1, "  ", 0));
        assert_eq!((emptied.description().text, emptied.parts.len()), ("dua".into(), 1));
    }

    #[test]
    fn one_part_that_does_not_fit_does_not_take_the_rest_along() {
        let long = "x".repeat(MAX_DESCRIPTION_CHARS + 1);
        let (draft, refused) = draft().with(part(1, &long, 1));
        assert_eq!(refused, [DescriptionError::TooLong(long.len())]);
        assert_eq!((draft.description().text.as_str(), draft.description().attachments.len()), ("", 1));
        let (draft, _) = draft.with(part(2, "", 9));
        let (draft, refused) = draft.with(part(3, "kata", 1));
        assert_eq!(refused, [DescriptionError::TooManyFiles]);
        assert_eq!((draft.description().text.as_str(), draft.description().attachments.len()), ("kata", 10));
        let (edited, refused) = draft.with(part(3, &long, 0));
        assert_eq!((refused.len(), edited.description().text.as_str()), (1, "kata"), "the old words stay");
    }
}
