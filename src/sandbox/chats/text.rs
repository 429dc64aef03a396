//! Text of a message with its entities. Lengths are counted in UTF-16 units, as Telegram does.
use super::detect::detect;
use super::entities::Entity;

/// A text or caption with its entities.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::sandbox) struct Formatted {
    pub(in crate::sandbox) text: String,
    pub(in crate::sandbox) entities: Vec<Entity>,
}

/// Returns the length in UTF-16 units.
pub(in crate::sandbox) fn utf16_len(text: &str) -> usize {
    text.encode_utf16().count()
}

impl Formatted {
    /// Returns a text typed by a user: without formatting; commands, mentions and links become entities.
    pub(in crate::sandbox) fn typed(text: &str) -> Self {
        Self { text: text.to_owned(), entities: detect(text, &[]) }
    }

    /// Trims white space at the end, and at the start up to the first entity, as Telegram does.
    pub(in crate::sandbox) fn trim(&mut self) {
        self.text.truncate(self.text.trim_end().len());
        let end = utf16_len(&self.text);
        let first = self.entities.iter().map(|e| e.offset).min().unwrap_or(usize::MAX);
        let lead = self.text.bytes().take_while(|b| matches!(b, b' ' | b'\n')).count().min(first);
        self.text.drain(..lead);
        for entity in &mut self.entities {
            entity.length = entity.end().min(end).saturating_sub(entity.offset);
            entity.offset = entity.offset.saturating_sub(lead);
        }
        self.entities.retain(|e| e.length > 0);
    }
}

/// Returns the character that Telegram shows: a space for a control character other than the line break.
pub(in crate::sandbox) fn printable(c: char) -> char {
    if c < ' ' && c != '\n' { ' ' } else { c }
}
