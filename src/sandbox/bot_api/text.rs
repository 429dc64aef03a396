//! The text of a message: parsing what a bot sends, cleaning it as Telegram does, counting UTF-16 units.
use serde_json::Value;

use super::entities;
use super::entities::Entity;
use super::html;
use super::refusal::{Refusal, bad};

/// Longest text, in UTF-16 units after entity parsing.
pub(in crate::sandbox) const TEXT_MAX: usize = 4096;
/// Longest caption, likewise.
pub(in crate::sandbox) const CAPTION_MAX: usize = 1024;

/// A text or caption with its entities.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::sandbox) struct Formatted {
    pub(in crate::sandbox) text: String,
    pub(in crate::sandbox) entities: Vec<Entity>,
}

pub(in crate::sandbox) fn utf16_len(text: &str) -> usize {
    text.encode_utf16().count()
}

impl Formatted {
    /// What a person typed: no formatting, but commands and links are recognised.
    pub(in crate::sandbox) fn typed(text: &str) -> Self {
        Self { text: text.to_owned(), entities: entities::find(text, &[]) }
    }

    /// What a bot sent, by `parse_mode` or with a list of entities.
    pub(in crate::sandbox) fn parse(
        source: &str,
        parse_mode: Option<&str>,
        entities: Option<&Value>,
    ) -> Result<Self, Refusal> {
        // The Bot API server looks at the raw size first, whatever is left after parsing.
        if source.len() > 1 << 15 {
            return Err(bad("text is too long"));
        }
        let mode = parse_mode.unwrap_or_default().to_ascii_lowercase();
        let mut parsed = match mode.as_str() {
            "html" => html::parse(source).map_err(|e| bad(format!("can't parse entities: {e}")))?,
            "" | "none" => Self {
                text: source.chars().map(printable).collect(),
                entities: entities.map(Entity::read_all).unwrap_or_default(),
            },
            "markdown" | "markdownv2" => {
                return Err(bad(format!("can't parse entities: the sandbox does not know {mode}")));
            }
            _ => return Err(bad("unsupported parse_mode")),
        };
        parsed.trim();
        let found = entities::find(&parsed.text, &parsed.entities);
        parsed.entities.extend(found);
        parsed.entities.sort_by_key(|e| (e.offset, usize::MAX - e.length));
        Ok(parsed)
    }

    /// Telegram cuts white space at the end, and at the start up to the first entity.
    fn trim(&mut self) {
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

    /// The text of a message: 1 to 4096 units.
    pub(in crate::sandbox) fn checked_message(self) -> Result<Self, Refusal> {
        if self.text.is_empty() {
            return Err(bad("text must be non-empty"));
        }
        if utf16_len(&self.text) > TEXT_MAX {
            return Err(bad("message is too long"));
        }
        Ok(self)
    }

    /// A caption: 0 to 1024 units.
    pub(in crate::sandbox) fn checked_caption(self) -> Result<Self, Refusal> {
        if utf16_len(&self.text) > CAPTION_MAX {
            return Err(bad("message caption is too long"));
        }
        Ok(self)
    }
}

/// Control characters other than the line break become spaces.
pub(in crate::sandbox) fn printable(c: char) -> char {
    if c < ' ' && c != '\n' { ' ' } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_cut_but_not_under_an_entity() {
        let plain = Formatted::parse(" \n hi there \n", None, None).unwrap();
        assert_eq!(plain.text, "hi there");
        let bold = Formatted::parse("<b> hi</b> ", Some("HTML"), None).unwrap();
        assert_eq!((bold.text.as_str(), bold.entities.first().map(|e| e.length)), (" hi", Some(3)));
        assert_eq!(
            Formatted::parse("<b>  </b>", Some("HTML"), None).unwrap().checked_message(),
            Err(bad("text must be non-empty"))
        );
    }

    #[test]
    fn length_counts_utf16_units_after_parsing() {
        let at_limit = format!("<b>{}</b>", "🎫".repeat(2048));
        assert!(Formatted::parse(&at_limit, Some("HTML"), None).unwrap().checked_message().is_ok());
        let over = "🎫".repeat(2048) + "x";
        let over = Formatted::parse(&over, None, None).unwrap();
        assert_eq!(over.checked_message(), Err(bad("message is too long")));
        let caption = Formatted::parse(&"x".repeat(1025), None, None).unwrap();
        assert_eq!(caption.checked_caption(), Err(bad("message caption is too long")));
    }

    #[test]
    fn unknown_modes_are_refused() {
        assert_eq!(Formatted::parse("x", Some("rtf"), None), Err(bad("unsupported parse_mode")));
        assert!(Formatted::parse("x", Some("MarkdownV2"), None).is_err());
    }
}
