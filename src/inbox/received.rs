//! Received updates: an update of the inbox while it is handled.
use crate::bot::outage_chats::DelayedUpdate;
use crate::domain::person::Locale;
use crate::engine::people::Profile;
use crate::telegram::incoming::Incoming;
use crate::telegram::incoming::message::{IncomingChat, IncomingUser};
use teloxide::types::Update;

/// An update that is handled: its content, and teloxide's type for the handler tree.
pub(super) struct Received {
    /// Its kind, chat and sender, for the handler tree.
    pub(super) update: Update,
    /// Its content.
    pub(super) incoming: Incoming,
}

impl Received {
    pub(super) fn id(&self) -> i64 {
        i64::from(self.update.id.0)
    }

    pub(super) fn chat(&self) -> Option<IncomingChat> {
        match &self.incoming {
            Incoming::Message(message) | Incoming::Edited(message) => Some(message.chat),
            Incoming::Press(press) => press.message.as_ref().map(|message| message.chat),
            Incoming::Membership { chat, .. } => Some(*chat),
            Incoming::Reaction(reaction) => Some(reaction.chat),
            Incoming::Inline(_) => None,
        }
    }

    pub(super) fn chat_id(&self) -> Option<i64> {
        self.chat().map(|chat| chat.id.0)
    }

    /// Returns the update for an outage notice to its chat.
    pub(super) fn delayed(&self) -> Option<DelayedUpdate> {
        let language = || self.from()?.language_code.as_deref();
        let locale = language().and_then(Locale::from_tag);
        self.chat_id().map(|chat| DelayedUpdate { id: self.id(), chat, locale })
    }

    pub(super) fn from(&self) -> Option<&IncomingUser> {
        match &self.incoming {
            Incoming::Message(message) | Incoming::Edited(message) => message.from.as_ref(),
            Incoming::Press(press) => Some(&press.from),
            Incoming::Membership { from, .. } => Some(from),
            Incoming::Reaction(reaction) => reaction.from.as_ref(),
            Incoming::Inline(query) => Some(&query.from),
        }
    }

    /// Returns the inline id of a pressed message that Telegram does not name otherwise.
    pub(super) fn inline_message_id(&self) -> Option<String> {
        match &self.incoming {
            Incoming::Press(press) if press.message.is_none() => press.inline_message_id.clone(),
            _ => None,
        }
    }

    /// Returns the topic that the update came from.
    pub(super) fn thread(&self) -> Option<i32> {
        match &self.incoming {
            Incoming::Message(message) | Incoming::Edited(message) => message.thread,
            Incoming::Press(press) => press.message.as_ref()?.thread,
            Incoming::Membership { .. } | Incoming::Inline(_) | Incoming::Reaction(_) => None,
        }
    }

    /// Returns the profile that Telegram sent with the update.
    pub(super) fn profile_of(user: &IncomingUser) -> Profile {
        Profile {
            telegram: user.id,
            name: user.name.clone(),
            username: user.username.clone(),
            locale: user.language_code.as_deref().and_then(Locale::from_tag),
        }
    }
}
