//! Texts of calls: the fields of a text with its buttons, its digest, and the text without markup.
use super::attachments;
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
    hasher.finish()
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
