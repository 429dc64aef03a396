//! Message entities: their JSON, and detection of those that Telegram finds in plain text.
use serde_json::{Value, json};

/// A formatted or detected part of a text. Offset and length are in UTF-16 units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sandbox) struct Entity {
    pub(in crate::sandbox) kind: Kind,
    pub(in crate::sandbox) offset: usize,
    pub(in crate::sandbox) length: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum Kind {
    Bold,
    Italic,
    Underline,
    Strikethrough,
    Spoiler,
    Code,
    Pre { language: Option<String> },
    TextLink { url: String },
    TextMention { user: i64 },
    Blockquote { expandable: bool },
    BotCommand,
    Mention,
    Url { url: String },
}

impl Kind {
    fn name(&self) -> &'static str {
        match self {
            Self::Bold => "bold",
            Self::Italic => "italic",
            Self::Underline => "underline",
            Self::Strikethrough => "strikethrough",
            Self::Spoiler => "spoiler",
            Self::Code => "code",
            Self::Pre { .. } => "pre",
            Self::TextLink { .. } => "text_link",
            Self::TextMention { .. } => "text_mention",
            Self::Blockquote { expandable: false } => "blockquote",
            Self::Blockquote { expandable: true } => "expandable_blockquote",
            Self::BotCommand => "bot_command",
            Self::Mention => "mention",
            Self::Url { .. } => "url",
        }
    }

    /// Returns the kind of an entity in a request; `None` for kinds that a bot cannot set, which Telegram
    /// ignores.
    fn from_json(entity: &Value) -> Option<Self> {
        let text = |name: &str| entity.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(match entity.get("type").and_then(Value::as_str)? {
            "bold" => Self::Bold,
            "italic" => Self::Italic,
            "underline" => Self::Underline,
            "strikethrough" => Self::Strikethrough,
            "spoiler" => Self::Spoiler,
            "code" => Self::Code,
            "pre" => Self::Pre { language: text("language") },
            "text_link" => Self::TextLink { url: text("url")? },
            "text_mention" => Self::TextMention { user: entity.pointer("/user/id").and_then(Value::as_i64)? },
            "blockquote" => Self::Blockquote { expandable: false },
            "expandable_blockquote" => Self::Blockquote { expandable: true },
            _ => return None,
        })
    }
}

impl Entity {
    pub(in crate::sandbox) fn end(&self) -> usize {
        self.offset + self.length
    }

    /// Returns the entity as Bot API JSON; `user` returns the JSON of a mentioned user.
    pub(in crate::sandbox) fn to_json(&self, user: impl Fn(i64) -> Option<Value>) -> Option<Value> {
        let mut json = json!({"type": self.kind.name(), "offset": self.offset, "length": self.length});
        let extra = match &self.kind {
            Kind::Pre { language: Some(language) } => ("language", json!(language)),
            Kind::TextLink { url } => ("url", json!(url)),
            Kind::TextMention { user: id } => ("user", user(*id)?),
            _ => return Some(json),
        };
        json.as_object_mut()?.insert(extra.0.to_owned(), extra.1);
        Some(json)
    }

    /// Returns the entities of the parameter `entities` or `caption_entities`.
    pub(in crate::sandbox) fn list_from_json(list: &Value) -> Vec<Self> {
        let number =
            |e: &Value, name: &str| e.get(name).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        let one = |e: &Value| {
            Some(Self {
                kind: Kind::from_json(e)?,
                offset: number(e, "offset")?,
                length: number(e, "length")?,
            })
        };
        list.as_array().into_iter().flatten().filter_map(one).filter(|e| e.length > 0).collect()
    }
}

/// Returns the `/commands`, `@mentions` and links that Telegram detects. Those that overlap code, a link or a
/// mention in `existing` are left out.
pub(in crate::sandbox) fn detect(text: &str, existing: &[Entity]) -> Vec<Entity> {
    let mut found = Vec::new();
    let mut offset = 0;
    let mut previous = None;
    let mut skip_until = 0;
    for (at, c) in text.char_indices() {
        if at >= skip_until && !previous.is_some_and(|b: char| is_word(b) || b == '/' || b == '@') {
            let rest = text.get(at..).unwrap_or_default();
            if let Some((kind, bytes)) = match_at(c, rest) {
                let length = rest.get(..bytes).map_or(0, |t| t.encode_utf16().count());
                skip_until = at + bytes;
                found.push(Entity { kind, offset, length });
            }
        }
        offset += c.len_utf16();
        previous = Some(c);
    }
    let overlaps = |e: &Entity| {
        existing.iter().any(|g| {
            matches!(g.kind, Kind::Code | Kind::Pre { .. } | Kind::TextLink { .. } | Kind::TextMention { .. })
                && g.offset < e.end()
                && e.offset < g.end()
        })
    };
    found.retain(|e| !overlaps(e));
    found
}

fn match_at(c: char, rest: &str) -> Option<(Kind, usize)> {
    match c {
        '/' => command(rest).map(|bytes| (Kind::BotCommand, bytes)),
        '@' => mention(rest).map(|bytes| (Kind::Mention, bytes)),
        'h' | 'H' => link(rest).map(|url| (Kind::Url { url: url.to_owned() }, url.len())),
        _ => None,
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn name_length(rest: &str) -> usize {
    rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count()
}

/// Returns the bytes of `/name` or `/name@bot`, at most 64 letters, unless it is part of a path or a longer
/// word.
fn command(rest: &str) -> Option<usize> {
    let name = name_length(rest.get(1..)?);
    if name == 0 || name > 64 {
        return None;
    }
    let mut bytes = 1 + name;
    if let Some(bot) = mention(rest.get(bytes..)?) {
        bytes += bot;
    }
    let after = rest.get(bytes..)?.chars().next();
    (!after.is_some_and(|c| is_word(c) || c == '/')).then_some(bytes)
}

/// Returns the bytes of `@name`, 3 to 32 letters.
fn mention(rest: &str) -> Option<usize> {
    let name = name_length(rest.strip_prefix('@')?);
    let after = rest.get(1 + name..)?.chars().next();
    ((3..=32).contains(&name) && !after.is_some_and(is_word)).then_some(1 + name)
}

/// Returns `http://…` or `https://…` up to white space, without the punctuation that ends a sentence.
fn link(rest: &str) -> Option<&str> {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|s| rest.get(..s.len()).is_some_and(|start| start.eq_ignore_ascii_case(s)))?;
    let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).unwrap_or(rest.len());
    let link = rest.get(..end)?.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'']);
    (link.len() > scheme.len()).then_some(link)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(text: &str) -> Vec<(Kind, usize, usize)> {
        detect(text, &[]).into_iter().map(|e| (e.kind, e.offset, e.length)).collect()
    }

    #[test]
    fn commands_are_detected_with_utf16_offsets() {
        assert_eq!(detected("/start claim_x"), [(Kind::BotCommand, 0, 6)]);
        assert_eq!(detected("🎫 /new@antri_bot hello"), [(Kind::BotCommand, 3, 14)]);
        assert_eq!(detected("a/b /usr/bin 1/2 //x /"), []);
        assert_eq!(detected("(/help)"), [(Kind::BotCommand, 1, 5)]);
    }

    #[test]
    fn mentions_and_links_are_detected_outside_of_code() {
        assert_eq!(detected("to @siti_1, me@example.com"), [(Kind::Mention, 3, 7)]);
        let url = "https://t.me/x?start=a_b".to_owned();
        assert_eq!(detected("see https://t.me/x?start=a_b."), [(Kind::Url { url }, 4, 24)]);
        let code = Entity { kind: Kind::Code, offset: 0, length: 6 };
        assert_eq!(detect("/start", &[code]), []);
    }
}
