//! Actions that replace one which Telegram refused: as a new message, without markup, another way.
use super::TelegramAction;
use crate::domain::card::CardKey;
use crate::domain::ids::MessageId;
use crate::domain::notice::Message;
use crate::domain::notice::rendered::Rendered;
use crate::engine::ports::Outcome;
use crate::outbox::ComposedDocument;
use crate::outbox::text::strip_tags;
use crate::telegram::Upload;

impl TelegramAction {
    /// Returns the action that sends the text of an edit as a new message, because its message is gone. If
    /// nobody needs that, returns the outcome that settles the delivery.
    pub(in crate::outbox) fn to_new_message(&self, message: &Message) -> Result<Self, Outcome> {
        if let (Self::Inline(_, action), Message::Inline { message, .. }) = (self, message) {
            return action.to_new_message(message);
        }
        if let (Self::InThread(thread, action), Message::InThread { message, .. }) = (self, message) {
            return Ok(Self::InThread(*thread, Box::new(action.to_new_message(message)?)));
        }
        if let Self::Delete { message_id, otherwise, .. } = self {
            let text = otherwise.clone();
            return Ok(Self::Edit { message_id: *message_id, text, card: None, shown: None });
        }
        if let Self::Remove(key, message_id) | Self::Unpin(key, message_id) = self {
            return Err(Outcome::CardGone(*key, *message_id));
        }
        let Self::Edit { message_id, text, card, .. } = self else { return Err(Outcome::Sent(None)) };
        match message {
            Message::Notice(_) => Ok(Self::Send(text.clone(), *card)),
            // The answer to a press.
            Message::Edit { card, .. } => Ok(Self::Send(text.clone(), card.as_deref().copied())),
            Message::Redraw { card, .. } => Ok(Self::Send(text.clone(), Some(*card))),
            // The agent works on the ticket by its card, and the customer sends the draft by its card.
            Message::Refresh(key @ (CardKey::Task(..) | CardKey::Draft(_))) | Message::Show(key)
                if card.is_some() =>
            {
                Ok(Self::Send(text.clone(), Some(*key)))
            }
            Message::Refresh(key) => Err(Outcome::CardGone(*key, *message_id)),
            _ => Err(Outcome::Sent(None)),
        }
    }

    /// Returns the action without HTML tags, for texts whose entities Telegram rejected.
    pub(in crate::outbox) fn to_plain_text(&self) -> Self {
        let strip = |text: &Rendered| Rendered { html: strip_tags(&text.html), ..text.clone() };
        match self {
            Self::Send(text, card) => Self::Send(strip(text), *card),
            Self::Edit { message_id, text, card, .. } => {
                Self::Edit { message_id: *message_id, text: strip(text), card: *card, shown: None }
            }
            Self::SendFile { file, caption, reply_to } => {
                Self::SendFile { file: file.clone(), caption: strip_tags(caption), reply_to: *reply_to }
            }
            Self::SendAlbum(files, caption) => Self::SendAlbum(files.clone(), strip_tags(caption)),
            Self::SendDocument(document) => {
                let caption = strip_tags(&document.caption);
                Self::SendDocument(Box::new(ComposedDocument { caption, ..document.as_ref().clone() }))
            }
            Self::InThread(thread, action) => Self::InThread(*thread, Box::new(action.to_plain_text())),
            Self::Inline(id, action) => Self::Inline(id.clone(), Box::new(action.to_plain_text())),
            Self::Relay(relay) => Self::Relay(Box::new(relay.to_plain_text(strip_tags))),
            Self::Copy { .. }
            | Self::Delete { .. }
            | Self::Remove(..)
            | Self::Unpin(..)
            | Self::Pin(_)
            | Self::Topic(..)
            | Self::Menu(_)
            | Self::MenuButton(_)
            | Self::React(..)
            | Self::Wait(_)
            | Self::Nothing => self.clone(),
        }
    }

    /// Returns the action that replaces one which Telegram refused, if there is one.
    pub(in crate::outbox) fn fallback(&self) -> Option<Self> {
        match self {
            Self::Relay(relay) => Some(Self::Relay(Box::new(relay.fallback()?))),
            Self::Remove(key, message_id) => Some(Self::Unpin(*key, *message_id)),
            Self::InThread(thread, action) => Some(Self::InThread(*thread, Box::new(action.fallback()?))),
            _ => None,
        }
    }

    /// Returns the file that is uploaded with the call.
    pub(in crate::outbox) fn upload(&self) -> Option<&Upload> {
        match self {
            Self::SendDocument(document) => Some(&document.file),
            Self::InThread(_, action) => action.upload(),
            _ => None,
        }
    }

    /// Returns the messages of a conversation of which the call does not bring all.
    pub(in crate::outbox) fn partial_messages(&self) -> &[MessageId] {
        match self {
            Self::Relay(relay) if relay.is_partial => &relay.messages,
            Self::InThread(_, action) => action.partial_messages(),
            _ => &[],
        }
    }
}
