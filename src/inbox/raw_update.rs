//! Decoding of raw updates, each by itself, so that one that no parser accepts is stored as a dead letter and
//! never stops the others.
use super::json_scan::{elements, first_integer, integer, member, members};
use super::{HANDLED_UPDATES, chat_of, locale_of};
use crate::bot::outage_chats::DelayedUpdate;
use serde_json::Value;

/// The deepest nesting of an update that is parsed. It stays below the recursion limit of `serde_json`.
pub(super) const MAX_NESTING: usize = 120;

/// The longest update that is parsed. Written again it stays below 16 MB, the limit of a MongoDB document.
const MAX_UPDATE_BYTES: usize = 4 << 20;
/// How much of an update that cannot be parsed is kept.
const MAX_KEPT_BYTES: usize = 1 << 20;

/// The kinds of updates of Bot API 10.1, for the label of a metric.
const KNOWN_KINDS: [&str; 25] = [
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "guest_message",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "managed_bot",
];

/// A raw update from Telegram.
#[derive(Debug, Clone, PartialEq)]
pub struct RawUpdate {
    /// Its `update_id`.
    pub id: i64,
    /// The update, or a JSON string with its raw text if it could not be parsed.
    pub value: Value,
    /// The chat that it came from, if that can be read.
    pub chat: Option<i64>,
    /// Its kind, if it is none of the kinds that the desk handles.
    pub unrequested: Option<&'static str>,
}

impl RawUpdate {
    /// Returns an update that could not be read, with its raw bytes up to [`MAX_KEPT_BYTES`].
    pub(super) fn unreadable(id: i64, raw: &[u8]) -> Self {
        let kept = escape(raw.get(..MAX_KEPT_BYTES).unwrap_or(raw));
        Self { id, value: Value::String(kept), chat: scan_chat(raw), unrequested: None }
    }

    /// Returns the update for an outage notice to its chat.
    pub(super) fn delayed(&self) -> Option<DelayedUpdate> {
        self.chat.map(|chat| DelayedUpdate { id: self.id, chat, locale: locale_of(&self.value) })
    }
}

/// Returns `None` if one of these names of an update's fields is a kind that the desk handles; otherwise its kind,
/// "other" for one that Bot API 10.1 does not have.
pub(super) fn unrequested_kind(names: &[&[u8]]) -> Option<&'static str> {
    let stands_in = |kind: &&str| names.contains(&kind.as_bytes());
    if HANDLED_UPDATES.iter().any(stands_in) {
        return None;
    }
    Some(KNOWN_KINDS.into_iter().find(|kind| stands_in(kind)).unwrap_or("other"))
}

/// What `getUpdates` has answered.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    /// The updates, told apart, in order.
    Updates(Vec<RawUpdate>),
    /// Updates that cannot be told apart; the id of the first one, if it can be found.
    Inseparable(Option<i64>),
    /// Not an answer of the Bot API, such as a proxy's page.
    Foreign,
}

/// Reads an answer of `getUpdates`. Updates without an `update_id` are skipped.
pub(super) fn read_answer(body: &[u8]) -> Answer {
    let fields = members(body);
    let find = |name: &str| {
        let fields = fields.as_ref()?;
        fields.iter().find(|(key, _)| *key == name.as_bytes()).map(|(_, value)| *value)
    };
    match (find("ok"), find("result")) {
        (Some(b"true"), Some(result)) if result.starts_with(b"[") => match elements(result) {
            Some(updates) => Answer::Updates(updates.into_iter().filter_map(read_update).collect()),
            None => Answer::Inseparable(first_integer(body, "update_id")),
        },
        (Some(_), _) => Answer::Foreign,
        // Brackets that do not match, or a cut end.
        (None, _) => match first_integer(body, "update_id") {
            Some(id) if body.trim_ascii_start().starts_with(b"{") => Answer::Inseparable(Some(id)),
            _ => Answer::Foreign,
        },
    }
}

/// Reads one update; returns `None` if it has no `update_id`.
pub(super) fn read_update(raw: &[u8]) -> Option<RawUpdate> {
    let id = member(raw, "update_id").and_then(integer).or_else(|| first_integer(raw, "update_id"))?;
    let names = members(raw).map(|fields| fields.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    let unrequested = names.and_then(|names| unrequested_kind(&names));
    Some(match parse(raw) {
        Some(value) => RawUpdate { id, chat: chat_of(&value), unrequested, value },
        None => RawUpdate { unrequested, ..RawUpdate::unreadable(id, raw) },
    })
}

/// Parses JSON. Bytes that are not UTF-8 and lone surrogates become U+FFFD, control characters spaces. Returns
/// `None` for what is no object, too long or nested too deeply, and for all else that the parser refuses.
fn parse(raw: &[u8]) -> Option<Value> {
    if raw.len() > MAX_UPDATE_BYTES || nesting(raw) > MAX_NESTING {
        return None;
    }
    let value = serde_json::from_slice(raw).or_else(|_| serde_json::from_str(&repair(raw))).ok()?;
    Some(value).filter(Value::is_object)
}

/// Returns how deep the brackets outside strings are nested.
fn nesting(raw: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in raw {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Replaces what no JSON text may contain: control characters by spaces, all else by U+FFFD.
fn repair(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    let mut repaired = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = rest.find(|c: char| c == '\\' || c.is_ascii_control()) {
        let (before, from) = rest.split_at(at);
        repaired.push_str(before);
        let (bytes, replacement) = match from.strip_prefix('\\') {
            None => (1, Some(" ")),
            Some(escaped) if escaped.starts_with('u') => match (code_unit(from), code_unit(tail(from, 6))) {
                (Some(0xD800..0xDC00), Some(0xDC00..0xE000)) => (12, None),
                (Some(0xD800..0xE000), _) => (6, Some("\u{fffd}")),
                _ => (2, None),
            },
            Some(escaped) => (1 + escaped.chars().next().map_or(0, char::len_utf8), None),
        };
        repaired.push_str(replacement.unwrap_or_else(|| from.get(..bytes).unwrap_or(from)));
        rest = tail(from, bytes);
    }
    repaired.push_str(rest);
    repaired
}

fn tail(text: &str, from: usize) -> &str {
    text.get(from..).unwrap_or_default()
}

/// Returns the UTF-16 unit of the escape that `text` begins with.
fn code_unit(text: &str) -> Option<u16> {
    u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
}

/// Returns the bytes as text; those that are not UTF-8 are written as `\xff`.
fn escape(raw: &[u8]) -> String {
    let chunks =
        raw.utf8_chunks().map(|chunk| format!("{}{}", chunk.valid(), chunk.invalid().escape_ascii()));
    chunks.collect()
}

/// Returns the chat of an update that could not be parsed.
pub(super) fn scan_chat(raw: &[u8]) -> Option<i64> {
    HANDLED_UPDATES.iter().find_map(|kind| {
        let content = member(raw, kind)?;
        let chat = |of| member(of, "chat").and_then(|chat| member(chat, "id")).and_then(integer);
        chat(content).or_else(|| chat(member(content, "message")?))
    })
}

/// Returns true for the raw text that stands for an update that could not be parsed.
pub(super) fn is_unreadable(update: &Value) -> bool {
    !update.is_object()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn updates(body: &[u8]) -> Vec<RawUpdate> {
        match read_answer(body) {
            Answer::Updates(updates) => updates,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn unclean_text_is_repaired() {
        for (raw, text) in [
            (&b"halo \xff\xfe"[..], "halo \u{fffd}\u{fffd}"),
            (br"halo \ud83d", "halo \u{fffd}"),
            (br"\ude00\ud83d\ud83d\ude00!", "\u{fffd}\u{fffd}\u{1f600}!"),
            (b"a\tb\\n\\\\u", "a b\n\\u"),
        ] {
            let raw = [br#"{"update_id":7, "message":{"text":""#, raw, br#""}}"#].concat();
            let update = read_update(&raw).unwrap();
            assert_eq!(update.value, json!({"update_id": 7, "message": {"text": text}}));
        }
    }

    #[test]
    fn what_cannot_be_parsed_is_kept_as_text_and_the_rest_is_read() {
        let deep = format!("{}{}", "[".repeat(150), "]".repeat(150));
        for odd in [&deep, "1e999", "nul", "\"\\x\"", "00"] {
            let body = format!(
                r#"{{"ok":true,"result":[{{"update_id":7,"message":{{"chat":{{"id":5}},"odd":{odd}}}}},
                    {{"update_id":8,"message":{{}}}}]}}"#
            );
            let found = updates(body.as_bytes());
            assert_eq!(found[0].chat, Some(5), "{odd}");
            assert!(
                is_unreadable(&found[0].value) && found[0].value.as_str().unwrap().contains(odd),
                "{odd}"
            );
            assert_eq!((found[1].id, &found[1].value["message"]), (8, &json!({})), "{odd}");
        }
        let raw = read_update(b"{\"update_id\":7,\"x\":1e999,\"y\":\"\xff\"}").unwrap();
        assert_eq!(raw.value.as_str().unwrap(), r#"{"update_id":7,"x":1e999,"y":"\xff"}"#);
    }

    #[test]
    fn an_answer_without_separable_updates_is_told_from_a_foreign_one() {
        for (body, answer) in [
            (&br#"{"ok":true,"result":[{"update_id":41,"message":{"#[..], Answer::Inseparable(Some(41))),
            (br#"{"ok":true,"result":[{"update_id":41,"a":"}]}"#, Answer::Inseparable(Some(41))),
            (br#"{"ok":true,"result":[{"update_id":"#, Answer::Foreign),
            (b"<html>\"update_id\":41</html>", Answer::Foreign),
            (br#"{"ok":true,"result":true}"#, Answer::Foreign),
            (br#"{"ok":true}"#, Answer::Foreign),
            (b"[]", Answer::Foreign),
            (b"", Answer::Foreign),
            (br#"{"ok":true,"result":[]}"#, Answer::Updates(vec![])),
        ] {
            assert_eq!(read_answer(body), answer, "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn every_field_of_an_update_is_looked_at_for_its_kind() {
        for (raw, kind) in [
            (r#"{"update_id":1,"a_new_one":{},"message":{}}"#, None),
            (r#"{"update_id":1,"message":{},"poll":{}}"#, None),
            (r#"{"update_id":1,"a_new_one":{},"poll":{}}"#, Some("poll")),
            (r#"{"update_id":1,"a_new_one":1e999}"#, Some("other")),
            (r#"{"update_id":1}"#, Some("other")),
        ] {
            assert_eq!(read_update(raw.as_bytes()).unwrap().unrequested, kind, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_between_two_updates_leave_their_neighbours_readable(junk: Vec<u8>) {
            let body = [
                br#"{"ok":true,"result":[{"update_id":1,"message":{}},{"update_id":2,"message":{"text":""#.to_vec(),
                junk.into_iter().filter(|byte| !b"\"\\".contains(byte)).collect(),
                br#""}},{"update_id":3,"message":{}}]}"#.to_vec(),
            ].concat();
            let found = updates(&body);
            prop_assert_eq!(found.iter().map(|update| update.id).collect::<Vec<_>>(), [1, 2, 3]);
            prop_assert!(found.iter().all(|update| !is_unreadable(&update.value)));
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
            let _ = (read_answer(&bytes), read_update(&bytes));
        }
    }
}
