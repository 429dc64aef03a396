//! Formatted text of a request: the `parse_mode` or a list of entities, cleaned and limited as Telegram does.
use serde_json::Value;

use super::error::{BotApiError, bad_request};
use super::html;
use crate::sandbox::chats::detect::detect;
use crate::sandbox::chats::entities::Entity;
use crate::sandbox::chats::text::{Formatted, printable, utf16_len};

/// The longest source of a text, before entity parsing.
const MAX_SOURCE_BYTES: usize = 1 << 15;
/// The longest text of a message, in UTF-16 units after entity parsing.
const MAX_TEXT_UNITS: usize = 4096;
/// The longest caption, in UTF-16 units after entity parsing.
const MAX_CAPTION_UNITS: usize = 1024;

impl Formatted {
    /// Parses the text that a bot sent, with its `parse_mode` or its list of entities.
    pub(in crate::sandbox) fn parse(
        source: &str,
        parse_mode: Option<&str>,
        entities: Option<&Value>,
    ) -> Result<Self, BotApiError> {
        // The Bot API server checks the raw size before it parses.
        if source.len() > MAX_SOURCE_BYTES {
            return Err(bad_request("text is too long"));
        }
        let mode = parse_mode.unwrap_or_default().to_ascii_lowercase();
        let mut parsed = match mode.as_str() {
            "html" => html::parse(source).map_err(|e| bad_request(format!("can't parse entities: {e}")))?,
            "" | "none" => Self {
                text: source.chars().map(printable).collect(),
                entities: entities.map(Entity::list_from_json).unwrap_or_default(),
            },
            "markdown" | "markdownv2" => {
                return Err(bad_request(format!("can't parse entities: the sandbox does not know {mode}")));
            }
            _ => return Err(bad_request("unsupported parse_mode")),
        };
        parsed.trim();
        let found = detect(&parsed.text, &parsed.entities);
        parsed.entities.extend(found);
        parsed.entities.sort_by_key(|e| (e.offset, usize::MAX - e.length));
        Ok(parsed)
    }

    /// Returns the text if it fits a message: 1 to 4096 units.
    pub(in crate::sandbox) fn checked_message(self) -> Result<Self, BotApiError> {
        if self.text.is_empty() {
            return Err(bad_request("text must be non-empty"));
        }
        if utf16_len(&self.text) > MAX_TEXT_UNITS {
            return Err(bad_request("message is too long"));
        }
        Ok(self)
    }

    /// Returns the text if it fits a caption: 0 to 1024 units.
    pub(in crate::sandbox) fn checked_caption(self) -> Result<Self, BotApiError> {
        if utf16_len(&self.text) > MAX_CAPTION_UNITS {
            return Err(bad_request("message caption is too long"));
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_trimmed_but_not_under_an_entity() {
        let plain = Formatted::parse(" \n hi there \n", None, None).unwrap();
        assert_eq!(plain.text, "hi there");
        let bold = Formatted::parse("<b> hi</b> ", Some("HTML"), None).unwrap();
        assert_eq!((bold.text.as_str(), bold.entities.first().map(|e| e.length)), (" hi", Some(3)));
        assert_eq!(
            Formatted::parse("<b>  </b>", Some("HTML"), None).unwrap().checked_message(),
            Err(bad_request("text must be non-empty"))
        );
    }

    #[test]
    fn length_counts_utf16_units_after_parsing() {
        let at_limit = format!("<b>{}</b>", "🎫".repeat(2048));
        assert!(Formatted::parse(&at_limit, Some("HTML"), None).unwrap().checked_message().is_ok());
        let over = "🎫".repeat(2048) + "x";
        let over = Formatted::parse(&over, None, None).unwrap();
        assert_eq!(over.checked_message(), Err(bad_request("message is too long")));
        let caption = Formatted::parse(&"x".repeat(1025), None, None).unwrap();
        assert_eq!(caption.checked_caption(), Err(bad_request("message caption is too long")));
    }

    #[test]
    fn unknown_parse_modes_are_rejected() {
        assert_eq!(Formatted::parse("x", Some("rtf"), None), Err(bad_request("unsupported parse_mode")));
        assert!(Formatted::parse("x", Some("MarkdownV2"), None).is_err());
    }
}
