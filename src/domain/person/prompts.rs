//! Prompts of a person: the one that their next message answers.
use super::{Person, Prompt};
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::ids::PersonId;

impl Prompt {
    /// Returns the card that asks this person, if the prompt is about a ticket. It changes when the prompt ends.
    #[must_use]
    pub fn card(self, person: PersonId) -> Option<CardKey> {
        match self {
            Self::Comment(ticket) => Some(CardKey::CommentPrompt(ticket)),
            Self::LastWord(ticket) => Some(CardKey::LastWordPrompt(ticket, person)),
            _ => None,
        }
    }
}

impl Prompt {
    /// Returns true if the prompt shows a keyboard of its own, which has to be taken away.
    #[must_use]
    pub fn has_keyboard(self) -> bool {
        matches!(self, Self::AgentContact | Self::AdminContact)
    }
}

impl Person {
    /// Returns the prompt if no message has answered it.
    #[must_use]
    pub fn current_prompt(&self) -> Option<Prompt> {
        self.prompt.filter(|_| self.answered_by.is_none())
    }

    /// Returns the prompt that this message, sent at `at`, answers, also if it is handled again.
    #[must_use]
    pub fn prompt_for(&self, message: i32, at: Time) -> Option<Prompt> {
        let is_in_time = self.prompt_until.is_some_and(|until| at < until);
        self.prompt.filter(|_| is_in_time && self.answered_by.is_none_or(|by| by == message))
    }
}
