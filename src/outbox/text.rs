//! Texts of calls: the fields of a text with its buttons, its digest, and the text without markup.
use super::attachments;
use crate::domain::card::LiveCard;
use crate::domain::notice::rendered::Rendered;
use serde_json::{Value, json};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Returns `body` with the text and the buttons.
pub(super) fn with_text(mut body: Value, text: &Rendered) -> Value {
    if let Some(fields) = body.as_object_mut() {
        fields.insert("text".into(), json!(text.html));
        fields.insert("parse_mode".into(), json!("HTML"));
        fields.insert("link_preview_options".into(), json!({"is_disabled": true}));
        let keyboard = text.keyboard.as_ref().map(attachments::keyboard);
        if let Some(markup) = keyboard.or_else(|| attachments::reply_markup(&text.buttons)) {
            fields.insert("reply_markup".into(), markup);
        }
    }
    body
}

/// The bit of a digest that is set if a refresh showed the content.
const BY_REFRESH: u64 = 1;

/// Returns the digest of content that a refresh shows.
pub(super) fn digest_by_refresh(text: &Rendered) -> u64 {
    digest(text) | BY_REFRESH
}

/// Returns true if the digest is that of this content, however it came to be shown.
pub(super) fn is_digest_of(shown: u64, text: &Rendered) -> bool {
    shown | BY_REFRESH == digest_by_refresh(text)
}

/// Returns true if a message that was more than a refresh made the card show this content: its recipient was told.
#[must_use]
pub fn is_announced(live: &LiveCard, text: &Rendered) -> bool {
    live.digest == digest(text)
}

/// Returns a hash of the content of a message; the store holds it. If the hash function changes between
/// builds, each card is edited once too often, and Telegram answers "message is not modified".
pub(super) fn digest(text: &Rendered) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.html.hash(&mut hasher);
    for button in text.buttons.iter().flatten() {
        (&button.label, &button.data).hash(&mut hasher);
        // Only if there is one, so that the digests of the messages without it stay as they were.
        if let Some(style) = button.style {
            style.hash(&mut hasher);
        }
        if let Some(url) = &button.web_app {
            url.hash(&mut hasher);
        }
    }
    if let Some(keyboard) = &text.keyboard {
        keyboard.hash(&mut hasher);
    }
    hasher.finish() & !BY_REFRESH
}

/// Removes tags. Entities stay, so the text is still valid HTML.
pub(super) fn strip_tags(html: &str) -> String {
    let mut in_tag = false;
    html.chars()
        .filter(|c| {
            let is_markup = in_tag || *c == '<';
            in_tag = if *c == '<' { true } else { in_tag && *c != '>' };
            !is_markup
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strip_tags_removes_tags_and_keeps_entities() {
        assert_eq!(strip_tags("<b>a &lt; b</b> <a href=\"x\">c</a>"), "a &lt; b c");
    }
}
