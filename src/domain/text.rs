//! Text that people wrote, cleaned and measured where it enters.
use serde::{Deserialize, Serialize};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Maximum length of a description in characters: three of Telegram's longest messages.
pub const MAX_DESCRIPTION_CHARS: usize = 12_288;
/// Length of the description in one message to an agent, in UTF-16 units: what Telegram's 4,096 leave beside
/// the ticket's properties.
pub const PART_CHARS: usize = 3_400;
/// Maximum length of the name of a person, department or category, in characters.
pub const MAX_NAME_CHARS: usize = 60;
/// Maximum number of files of a ticket; a Telegram album holds ten, too.
pub const MAX_ATTACHMENTS: usize = 10;

/// Removes characters that make text look different from what it contains: bidirectional and other invisible
/// controls, and more than three combining marks in a row. Trims the ends. Returns an empty text if nothing
/// in it is visible.
#[must_use]
pub fn clean(text: &str) -> String {
    if !text.chars().any(is_visible) {
        return String::new();
    }
    let mut marks = 0;
    let kept: String = text
        .chars()
        .filter(|c| {
            marks = if is_combining(*c) { marks + 1 } else { 0 };
            marks <= 3 && !is_hidden(*c)
        })
        .collect();
    kept.trim().to_owned()
}

/// Returns true if a character is visible by itself. Blanks, controls, joiners and marks without a letter are
/// not, and neither are letters and symbols that are blank. Characters that are newer than the Unicode table
/// count as visible.
fn is_visible(c: char) -> bool {
    use GeneralCategory as Is;
    let blank = matches!(c, '\u{115F}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}');
    let invisible = matches!(
        c.general_category(),
        Is::Control
            | Is::Format
            | Is::SpaceSeparator
            | Is::LineSeparator
            | Is::ParagraphSeparator
            | Is::NonspacingMark
            | Is::EnclosingMark
    );
    !blank && !invisible
}

fn is_hidden(c: char) -> bool {
    let bidi =
        matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    bidi || (c.is_control() && c != '\n') || c == '\u{FEFF}'
}

fn is_combining(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0489}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// Returns the first `max` characters of `text`, with an ellipsis if some were left out.
#[must_use]
pub fn shorten(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(max.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// The kind of a file, in Telegram's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A picture.
    Photo,
    /// Any file.
    Document,
    /// A voice note.
    Voice,
    /// A video.
    Video,
    /// A piece of music or other sound.
    Audio,
}

/// A file that Telegram stores, identified by its `file_id`, which is specific to the bot and does not
/// expire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its kind.
    pub kind: FileKind,
    /// Telegram's id of the file.
    pub file_id: String,
}

/// The description of a ticket: text, files, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Description {
    /// Cleaned text, at most [`MAX_DESCRIPTION_CHARS`] characters; may be empty if there are files.
    pub text: String,
    /// At most [`MAX_ATTACHMENTS`] files, in order of arrival.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
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
    /// Returns the text in parts that each fit into one message, broken at blanks where possible; at least
    /// one part.
    #[must_use]
    pub fn parts(&self) -> Vec<&str> {
        let (mut parts, mut rest) = (Vec::new(), self.text.as_str());
        while let Some(end) = break_point(rest) {
            let (part, left) = rest.split_at(end);
            parts.push(part.trim_end());
            rest = left.trim_start();
        }
        parts.push(rest);
        parts
    }

    /// Returns true if it has neither text nor files.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.attachments.is_empty()
    }

    /// Returns this description with another message's text and file appended.
    pub fn append(&self, text: &str, file: Option<Attachment>) -> Result<Self, DescriptionError> {
        let mut joined = self.clone();
        let text = clean(text);
        if !text.is_empty() {
            if !joined.text.is_empty() {
                joined.text.push('\n');
            }
            joined.text.push_str(&text);
        }
        let length = joined.text.chars().count();
        if length > MAX_DESCRIPTION_CHARS {
            return Err(DescriptionError::TooLong(length));
        }
        joined.attachments.extend(file);
        if joined.attachments.len() > MAX_ATTACHMENTS {
            return Err(DescriptionError::TooManyFiles);
        }
        Ok(joined)
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
    fn clean_removes_direction_marks_and_stacked_accents() {
        assert_eq!(clean("  a\u{202E}b\u{0000}c\n"), "abc");
        let zalgo = format!("z{}", "\u{0301}".repeat(40));
        assert_eq!(clean(&zalgo).chars().count(), 4);
    }

    #[test]
    fn clean_empties_invisible_text() {
        let blanks = "\u{200B}\u{200C}\u{200D}\u{2060}\u{2063}\u{00AD}\u{FEFF}\u{180E}\u{034F}\u{FE0F}\u{E0020}\u{2800}\u{3164}\u{115F}\u{00A0}\u{2028}\n";
        assert_eq!(clean(blanks), "");
        assert!(blanks.chars().all(|c| clean(&c.to_string()).is_empty()));
        for visible in ["a", "7", "•", "◀️", "👨\u{200D}👩", "あ", "ك", "\u{200B}x"] {
            assert!(!clean(visible).is_empty(), "{visible}");
        }
    }

    #[test]
    fn a_description_grows_up_to_its_limit() {
        let one = Description::default().append("halo", None).unwrap();
        assert_eq!(one.append("dunia", None).unwrap().text, "halo\ndunia");
        assert_eq!(
            one.append(&"x".repeat(MAX_DESCRIPTION_CHARS), None),
            Err(DescriptionError::TooLong(12_293))
        );
        assert_eq!(shorten("abcdef", 4), "abc…");
    }

    #[test]
    fn a_long_description_is_split_without_loss() {
        let parts = |text: &str| {
            let description = Description { text: text.into(), attachments: Vec::new() };
            description.parts().into_iter().map(str::to_owned).collect::<Vec<_>>()
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
