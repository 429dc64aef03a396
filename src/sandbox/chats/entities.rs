//! Message entities: formatted or detected parts of a text, and their JSON.
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
    Hashtag,
    Cashtag,
    Email,
    PhoneNumber,
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
            Self::Hashtag => "hashtag",
            Self::Cashtag => "cashtag",
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
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
