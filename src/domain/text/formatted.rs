//! Formatted text: a text with entities, as Telegram counts them. Offsets and lengths are UTF-16 units.
use super::cleaning_filter;
use serde::{Deserialize, Serialize};

/// The longest link target that is written out behind its words, in characters.
const MAX_SHOWN_URL_CHARS: usize = 300;

/// The kind of an entity, with the data that it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    /// `@username`.
    Mention,
    /// `#hashtag`.
    Hashtag,
    /// `$USD`.
    Cashtag,
    /// `/command`.
    BotCommand,
    /// An address that is written out.
    Url,
    /// A mail address.
    Email,
    /// A phone number.
    PhoneNumber,
    /// Bold.
    Bold,
    /// Italic.
    Italic,
    /// Underlined.
    Underline,
    /// Struck through.
    Strikethrough,
    /// Hidden until it is tapped.
    Spoiler,
    /// A block quote.
    Blockquote,
    /// A block quote that is folded.
    ExpandableBlockquote,
    /// A monospaced string.
    Code,
    /// A monospaced block, with its programming language.
    Pre(Option<String>),
    /// Words with a hidden link target.
    TextLink(String),
    /// The name of a person without a username, with their Telegram id.
    TextMention(i64),
    /// A custom emoji, with its id.
    CustomEmoji(String),
    /// A date that clients show in the reader's time zone, as Unix time, with its format.
    DateTime(i64, Option<String>),
    /// A kind that this build does not know, by Telegram's name.
    Other(String),
}

impl EntityKind {
    /// Returns true if clients do not find the entity by themselves in the text.
    fn is_formatting(&self) -> bool {
        use EntityKind::{BotCommand, Cashtag, Email, Hashtag, Mention, Other, PhoneNumber, Url};
        !matches!(self, Mention | Hashtag | Cashtag | BotCommand | Url | Email | PhoneNumber | Other(_))
    }
}

/// A part of a text with a meaning or a format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// The start, in UTF-16 units.
    pub offset: usize,
    /// The length, in UTF-16 units.
    pub length: usize,
    /// The kind.
    pub kind: EntityKind,
}

impl Entity {
    /// Returns the end, in UTF-16 units.
    #[must_use]
    pub fn end(&self) -> usize {
        self.offset.saturating_add(self.length)
    }
}

/// A text with entities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct FormattedText {
    /// The text.
    pub text: String,
    /// The entities, by offset. Those of hostile updates may overlap or exceed the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Entity>,
}

impl From<&str> for FormattedText {
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), entities: Vec::new() }
    }
}

/// Returns the length of a text in UTF-16 units.
#[must_use]
pub fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Returns the byte index of a UTF-16 offset: of the character that holds the unit, or the end.
#[must_use]
pub fn byte_at(text: &str, offset: usize) -> usize {
    let mut at = 0;
    for (index, c) in text.char_indices() {
        at += c.len_utf16();
        if at > offset {
            return index;
        }
    }
    text.len()
}

impl FormattedText {
    /// Returns true if there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Appends another text on a new line. Empty texts add nothing.
    pub fn push_line(&mut self, other: &Self) {
        if other.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let shift = units(&self.text);
        self.text.push_str(&other.text);
        let shifted = other.entities.iter().map(|e| Entity { offset: e.offset + shift, ..e.clone() });
        self.entities.extend(shifted);
    }

    /// Returns the part between two byte indices, with the entities in it.
    #[must_use]
    pub fn slice(&self, from: usize, to: usize) -> Self {
        let text = self.text.get(from..to).unwrap_or_default();
        let start = self.text.get(..from).map_or(0, units);
        let length = units(text);
        let within = |unit: usize| unit.saturating_sub(start).min(length);
        Self { text: text.to_owned(), entities: self.moved(within) }
    }

    /// Returns the end of this text from a byte index.
    #[must_use]
    pub fn tail(&self, from: usize) -> Self {
        self.slice(from, self.text.len())
    }

    /// Returns the end of this text that reads like `end`, with its entities; blanks behind it do not count.
    #[must_use]
    pub fn ending(&self, end: &str) -> Self {
        let length = self.text.trim_end().len();
        let end = end.trim_end();
        if self.text.trim_end().ends_with(end) { self.slice(length - end.len(), length) } else { end.into() }
    }

    /// Returns the text as [`super::clean`] does, with the entities moved along. Kinds that clients
    /// find by themselves are left out.
    #[must_use]
    pub fn cleaned(&self) -> Self {
        let (mut kept, mut keep) = (String::new(), cleaning_filter(&self.text));
        let (mut new_units, mut map) = (0, Vec::with_capacity(self.text.len() + 1));
        for c in self.text.chars() {
            map.extend(std::iter::repeat_n(new_units, c.len_utf16()));
            if keep(c) {
                kept.push(c);
                new_units += c.len_utf16();
            }
        }
        let trimmed = kept.trim();
        let start = units(kept.get(..kept.len() - kept.trim_start().len()).unwrap_or_default());
        let end = start + units(trimmed);
        let moved = |unit: usize| map.get(unit).copied().unwrap_or(new_units).clamp(start, end) - start;
        let mut entities = self.moved(moved);
        entities.retain(|entity| entity.kind.is_formatting());
        Self { text: trimmed.to_owned(), entities }
    }

    /// Returns the text as it reads without its entities: the target of a hidden link stands behind its
    /// words, and the lines of a quote begin with `>`.
    #[must_use]
    pub fn readable(&self) -> Self {
        let mut insertions: Vec<(usize, String)> = Vec::new();
        for entity in &self.entities {
            let (from, to) = (byte_at(&self.text, entity.offset), byte_at(&self.text, entity.end()));
            let words = self.text.get(from..to).unwrap_or_default();
            match &entity.kind {
                EntityKind::TextLink(url) if !words.is_empty() && !words.contains(url.as_str()) => {
                    let shown = super::shorten(url, MAX_SHOWN_URL_CHARS);
                    insertions.push((from + words.trim_end().len(), format!(" ({shown})")));
                }
                EntityKind::Blockquote | EntityKind::ExpandableBlockquote if !words.is_empty() => {
                    let breaks = words.trim_end().match_indices('\n').map(|(at, _)| from + at + 1);
                    // A quote in the middle of a line would not read as one.
                    let begins_line =
                        self.text.get(..from).is_some_and(|b| b.is_empty() || b.ends_with('\n'));
                    let starts = begins_line.then_some(from).into_iter().chain(breaks);
                    insertions.extend(starts.map(|at| (at, "> ".to_owned())));
                }
                _ => {}
            }
        }
        insertions.sort_by_key(|(at, _)| *at);
        let mut readable = self.with_insertions(&insertions);
        let is_quote =
            |kind: &EntityKind| matches!(kind, EntityKind::Blockquote | EntityKind::ExpandableBlockquote);
        readable.entities.retain(|entity| !is_quote(&entity.kind));
        readable
    }

    /// Returns the text with these strings inserted at byte indices, which must be sorted. What is inserted
    /// belongs to the entities that enclose its place.
    fn with_insertions(&self, insertions: &[(usize, String)]) -> Self {
        let (mut text, mut shifts, mut done) = (String::new(), Vec::new(), 0);
        for (at, inserted) in insertions {
            text.push_str(self.text.get(done..*at).unwrap_or_default());
            text.push_str(inserted);
            shifts.push((self.text.get(..*at).map_or(0, units), units(inserted)));
            done = *at;
        }
        text.push_str(self.text.get(done..).unwrap_or_default());
        let shift = |unit: usize, is_start: bool| {
            let before = shifts.iter().filter(|(at, _)| *at < unit || (is_start && *at == unit));
            unit + before.map(|(_, length)| length).sum::<usize>()
        };
        let move_entity = |entity: &Entity| {
            let offset = shift(entity.offset, true);
            let length = shift(entity.end(), false).saturating_sub(offset);
            Entity { offset, length, kind: entity.kind.clone() }
        };
        Self { text, entities: self.entities.iter().map(move_entity).filter(|e| e.length > 0).collect() }
    }

    /// Returns the entities with their ends moved, without those that became empty.
    fn moved(&self, to: impl Fn(usize) -> usize) -> Vec<Entity> {
        let moved = self.entities.iter().map(|entity| {
            let offset = to(entity.offset);
            let length = to(entity.end()).saturating_sub(offset);
            Entity { offset, length, kind: entity.kind.clone() }
        });
        moved.filter(|entity| entity.length > 0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(offset: usize, length: usize, kind: EntityKind) -> Entity {
        Entity { offset, length, kind }
    }

    fn bold(text: &str, offset: usize, length: usize) -> FormattedText {
        FormattedText { text: text.into(), entities: vec![entity(offset, length, EntityKind::Bold)] }
    }

    fn words(text: &FormattedText) -> Vec<&str> {
        let range = |e: &Entity| byte_at(&text.text, e.offset)..byte_at(&text.text, e.end());
        text.entities.iter().map(|e| &text.text[range(e)]).collect()
    }

    #[test]
    fn entities_move_with_their_words() {
        let mut text = bold("😀 halo", 3, 4);
        text.push_line(&bold("é dunia 😀", 2, 5));
        assert_eq!(text.text, "😀 halo\né dunia 😀");
        assert_eq!(words(&text), ["halo", "dunia"]);
        let tail = text.tail(text.text.find("dunia").unwrap());
        assert_eq!((tail.text.as_str(), words(&tail)), ("dunia 😀", vec!["dunia"]));
        let cleaned = bold("  \u{202e}😀\u{feff} halo \u{0}dunia ", 7, 11).cleaned();
        assert_eq!((cleaned.text.as_str(), words(&cleaned)), ("😀 halo dunia", vec!["halo dunia"]));
        assert_eq!(bold("\u{202e}", 0, 1).cleaned(), FormattedText::default());
    }

    #[test]
    fn entities_outside_the_text_or_within_a_character_do_no_harm() {
        for (offset, length) in
            [(0, usize::MAX), (usize::MAX, usize::MAX), (1, 1), (9_999, 0), (0, 0), (3, 9)]
        {
            let text = bold("😀x", offset, length);
            for text in [text.cleaned(), text.readable().cleaned(), text.slice(4, 5).cleaned()] {
                assert!(text.entities.iter().all(|e| e.end() <= units(&text.text)), "{text:?}");
            }
        }
    }

    #[test]
    fn link_targets_and_quotes_are_readable_without_entities() {
        let link = |url: &str| EntityKind::TextLink(url.into());
        let text = FormattedText {
            text: "klik di sini\nkata\ndua\nlalu".into(),
            entities: vec![
                entity(5, 7, link("https://contoh.example/galat?kode=42")),
                entity(5, 7, EntityKind::Bold),
                entity(13, 8, EntityKind::Blockquote),
                entity(18, 3, EntityKind::Italic),
            ],
        };
        let readable = text.readable();
        let expected = "klik di sini (https://contoh.example/galat?kode=42)\n> kata\n> dua\nlalu";
        assert_eq!(readable.text, expected);
        assert_eq!(words(&readable), ["di sini", "di sini", "dua"]);
        let same =
            FormattedText { text: "a.example".into(), entities: vec![entity(0, 9, link("a.example"))] };
        assert_eq!(same.readable(), same);
    }
}
