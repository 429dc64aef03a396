//! Descriptions of tickets: formatted text and attachments, within limits.
use crate::domain::content::Attachment;
use crate::domain::text::formatted::{Entity, FormattedText};
use crate::domain::text::{is_combining, shorten};
use serde::{Deserialize, Serialize};

/// Maximum length of a description in characters: three of Telegram's longest messages.
pub const MAX_DESCRIPTION_CHARS: usize = 12_288;
/// Length of the description in one message to an agent, in UTF-16 units: what Telegram's 4,096 leave beside
/// the ticket's properties.
pub const PART_CHARS: usize = 3_400;
/// Maximum number of files of a ticket; a Telegram album holds ten, too.
pub const MAX_ATTACHMENTS: usize = 10;

/// Maximum length of a subject, in characters.
const MAX_SUBJECT_CHARS: usize = 40;

/// The description of a ticket: text, files, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Description {
    /// Cleaned text, at most [`MAX_DESCRIPTION_CHARS`] characters; may be empty if there are files. Hidden
    /// link targets stand behind their words, and quoted lines begin with `>`.
    pub text: String,
    /// The formats of the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Entity>,
    /// At most [`MAX_ATTACHMENTS`] files and other parts, in order of arrival.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Telegram's ids of the messages in the customer's chat that it was written in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<i32>,
    /// Telegram's id of the topic of the customer's chat that it was sent from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<i32>,
}

/// Why a message cannot be added to a description.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DescriptionError {
    /// Too much text: the number of characters that it would have.
    #[error("the description would have {0} characters")]
    TooLong(usize),
    /// Too many files.
    #[error("the description has too many files")]
    TooManyFiles,
}

impl Description {
    /// Returns a description of text only.
    pub fn of_text(text: &str) -> Result<Self, DescriptionError> {
        Self::default().append(&text.into(), &[])
    }

    /// Returns the text with its formats.
    #[must_use]
    pub fn formatted(&self) -> FormattedText {
        FormattedText { text: self.text.clone(), entities: self.entities.clone() }
    }

    /// Returns the text in parts that each fit into one message, broken at blanks where possible; at least
    /// one part.
    #[must_use]
    pub fn parts(&self) -> Vec<FormattedText> {
        let text = self.formatted();
        let (mut parts, mut from) = (Vec::new(), 0);
        loop {
            let rest = self.text.get(from..).unwrap_or_default();
            let Some(end) = break_point(rest) else { break };
            let (part, left) = rest.split_at(end);
            parts.push(text.slice(from, from + part.trim_end().len()));
            from = self.text.len() - left.trim_start().len();
        }
        parts.push(text.tail(from));
        parts
    }

    /// Returns the beginning of the text on one line, for lists; empty without text.
    #[must_use]
    pub fn subject(&self) -> String {
        shorten(&self.text.split_whitespace().collect::<Vec<_>>().join(" "), MAX_SUBJECT_CHARS)
    }

    /// Returns true if it has neither text nor files.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.attachments.is_empty()
    }

    /// Returns true if a part of it came with this album.
    #[must_use]
    pub fn has_album(&self, album: &str) -> bool {
        self.attachments.iter().any(|attachment| attachment.album.as_deref() == Some(album))
    }

    /// Returns the attachments in the groups in which they are sent: those of one album together, if Telegram
    /// can send or copy them as one.
    #[must_use]
    pub fn attachment_groups(&self) -> Vec<Vec<Attachment>> {
        let can_group = |one: &Attachment, other: &Attachment| {
            let by_file = one.has_file() && other.has_file() && one.kind.groups_with(&other.kind);
            let by_copy =
                !one.has_file() && !other.has_file() && one.source.is_some() && other.source.is_some();
            one.album.is_some() && one.album == other.album && (by_file || by_copy)
        };
        self.attachments.chunk_by(can_group).map(<[_]>::to_vec).collect()
    }

    /// Returns this description with another message's text and files appended.
    pub fn append(&self, text: &FormattedText, files: &[Attachment]) -> Result<Self, DescriptionError> {
        let with = |text: &FormattedText| {
            let mut joined = self.formatted();
            joined.push_line(&text.cleaned());
            joined
        };
        let length = |text: &FormattedText| text.text.chars().count();
        let mut joined = with(&text.readable());
        if length(&joined) > MAX_DESCRIPTION_CHARS {
            // The words of the person go before what was added to them.
            joined = with(text);
        }
        if length(&joined) > MAX_DESCRIPTION_CHARS {
            return Err(DescriptionError::TooLong(length(&joined)));
        }
        let attachments = [self.attachments.as_slice(), files].concat();
        if attachments.len() > MAX_ATTACHMENTS {
            return Err(DescriptionError::TooManyFiles);
        }
        let FormattedText { text, entities } = joined;
        Ok(Self { text, entities, attachments, messages: self.messages.clone(), thread: self.thread })
    }
}

/// Returns where a text that is too long for one part breaks: at the last blank, otherwise between graphemes.
fn break_point(text: &str) -> Option<usize> {
    let (mut used, mut blank, mut grapheme_end, mut hard) = (0, None, None, 0);
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        used += c.len_utf16();
        if at > 0 && used <= PART_CHARS {
            hard = at;
            if c.is_whitespace() && used > PART_CHARS / 2 {
                blank = Some(at);
            }
            if !joins_previous(before, c) {
                grapheme_end = Some(at);
            }
        }
        before = c;
    }
    (used > PART_CHARS).then(|| blank.or(grapheme_end).unwrap_or(hard))
}

/// Returns true if `c` forms one grapheme with the character before it: joined emoji, skin tones, flags,
/// accents.
fn joins_previous(before: char, c: char) -> bool {
    const JOINER: char = '\u{200D}';
    let flag = |c| matches!(c, '\u{1F1E6}'..='\u{1F1FF}');
    before == JOINER
        || c == JOINER
        || is_combining(c)
        || matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0020}'..='\u{E007F}')
        || (flag(before) && flag(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_grows_up_to_its_limit() {
        let one = Description::of_text("halo").unwrap();
        assert_eq!(one.append(&"dunia".into(), &[]).unwrap().text, "halo\ndunia");
        let long = "x".repeat(MAX_DESCRIPTION_CHARS);
        let refused = one.append(&long.as_str().into(), &[]);
        assert_eq!(refused, Err(DescriptionError::TooLong(12_293)));
    }

    #[test]
    fn a_long_description_is_split_without_loss() {
        let parts = |text: &str| {
            let description = Description { text: text.into(), ..Description::default() };
            description.parts().into_iter().map(|part| part.text).collect::<Vec<_>>()
        };
        assert_eq!(parts(""), [""]);
        assert_eq!(parts("halo"), ["halo"]);
        let words = "kata ".repeat(2_000);
        let words = words.trim();
        assert!(parts(words).iter().all(|part| part.len() <= PART_CHARS && part.ends_with("kata")));
        assert_eq!(parts(words).join(" "), words);
        let family = "👨\u{200d}👩\u{200d}👧".repeat(1_000);
        assert_eq!(parts(&family).concat(), family);
        assert!(parts(&family).iter().all(|part| part.starts_with('👨') && part.ends_with('👧')));
        assert_eq!(parts(&"\u{200d}".repeat(9_000)).concat().chars().count(), 9_000);
    }
}
