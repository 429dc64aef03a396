//! Words inside a content: the question of a poll, the tasks of a checklist, the blocks of a rich message.
use super::json::{elements, integer, text};
use crate::domain::content::ContentKind;
use serde_json::Value;

/// The fields of rich messages and unknown contents that hold words, in reading order.
const WORD_FIELDS: [&str; 16] = [
    "title",
    "question",
    "name",
    "summary",
    "label",
    "text",
    "description",
    "alternative_text",
    "expression",
    "blocks",
    "items",
    "cells",
    "options",
    "tasks",
    "caption",
    "credit",
];

/// Returns the words inside a content, as lines; empty for files and other contents without any.
pub(super) fn words(kind: &ContentKind, content: &Value) -> String {
    let lines = match kind {
        ContentKind::Location => position(content).into_iter().collect(),
        ContentKind::Venue => {
            let place = [text(content, "title"), text(content, "address")].into_iter().flatten();
            vec![format!("📍 {}", place.collect::<Vec<_>>().join(", "))]
        }
        ContentKind::Contact => {
            let fields = ["first_name", "last_name", "phone_number"];
            let person: Vec<_> = fields.iter().filter_map(|field| text(content, field)).collect();
            vec![format!("👤 {}", person.join(" "))]
        }
        ContentKind::Dice => {
            let value = integer(content, "value").map(|value| value.to_string()).unwrap_or_default();
            vec![format!("{} {value}", text(content, "emoji").unwrap_or_default())]
        }
        ContentKind::Poll => {
            let head = ["question", "description"].iter().filter_map(|field| text(content, field));
            listed("📊", &head.collect::<Vec<_>>(), elements(content, "options"))
        }
        ContentKind::Checklist => {
            let head = text(content, "title").unwrap_or_default();
            listed("☑️", &[head], elements(content, "tasks"))
        }
        ContentKind::RichMessage | ContentKind::Widget | ContentKind::Other(_) => {
            let mut words = String::new();
            collect(content, &mut words);
            vec![words]
        }
        ContentKind::Game => ["title", "description", "text"]
            .iter()
            .filter_map(|f| text(content, f))
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    };
    lines.join("\n").trim().to_owned()
}

fn position(location: &Value) -> Option<String> {
    let coordinate = |field| location.get(field)?.as_f64();
    Some(format!("📍 {}, {}", coordinate("latitude")?, coordinate("longitude")?))
}

/// Returns a heading, and each element on a line of its own.
fn listed(symbol: &str, head: &[&str], elements: &[Value]) -> Vec<String> {
    let is_done = |element: &Value| element.get("completion_date").is_some();
    let lines = elements.iter().filter_map(|element| {
        let bullet = if is_done(element) { "✓" } else { "•" };
        Some(format!("{bullet} {}", text(element, "text")?))
    });
    let head = format!("{symbol} {}", head.join("\n"));
    std::iter::once(head).chain(lines).collect()
}

/// Appends the words of a rich text, a block, or an unknown content. Blocks, items and cells stand on lines of
/// their own.
fn collect(value: &Value, words: &mut String) {
    match value {
        Value::String(text) => words.push_str(text),
        Value::Array(values) => values.iter().for_each(|value| collect(value, words)),
        Value::Object(fields) => {
            for name in WORD_FIELDS {
                let Some(value) = fields.get(name) else { continue };
                if !is_inline(name) {
                    break_line(words);
                }
                match value {
                    Value::Array(values) if !is_inline(name) => {
                        for value in values {
                            break_line(words);
                            collect_row(value, words);
                        }
                    }
                    value => collect(value, words),
                }
                if !is_inline(name) {
                    break_line(words);
                }
            }
            if let Some(url) = text(value, "url").filter(|url| !words.ends_with(url)) {
                words.extend([" (", url, ")"]);
            }
        }
        _ => {}
    }
}

/// Appends an element of a list, or the cells of a row of a table.
fn collect_row(value: &Value, words: &mut String) {
    for (at, cell) in value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter().enumerate() {
        if at > 0 {
            words.push_str(" | ");
        }
        collect(cell, words);
    }
}

/// Returns true if the words of this field continue the line.
fn is_inline(name: &str) -> bool {
    matches!(name, "text" | "alternative_text" | "expression")
}

fn break_line(words: &mut String) {
    if !words.is_empty() && !words.ends_with('\n') {
        words.push('\n');
    }
}
