//! A reader of message entities.
use super::json::{elements, integer, text};
use crate::domain::text::formatted::{Entity, EntityKind, FormattedText};
use serde_json::Value;

/// Returns the text in the field `text_field` with the entities in the field `entities_field`. Entities
/// without a usable range are left out.
pub(super) fn formatted(value: &Value, text_field: &str, entities_field: &str) -> Option<FormattedText> {
    let text = text(value, text_field)?.to_owned();
    let mut entities: Vec<_> = elements(value, entities_field).iter().filter_map(entity).collect();
    // Enclosing entities come before those that they enclose.
    entities.sort_by_key(|entity| (entity.offset, usize::MAX - entity.length));
    Some(FormattedText { text, entities })
}

fn entity(value: &Value) -> Option<Entity> {
    let range = |name| integer(value, name).and_then(|number| usize::try_from(number).ok());
    let (offset, length) = (range("offset")?, range("length")?);
    let kind = kind(value, text(value, "type")?);
    (length > 0).then_some(Entity { offset, length, kind })
}

fn kind(value: &Value, name: &str) -> EntityKind {
    let owned = |field: &str| text(value, field).map(str::to_owned);
    let with_data = match name {
        "text_link" => owned("url").map(EntityKind::TextLink),
        "text_mention" => value.get("user").and_then(|user| integer(user, "id")).map(EntityKind::TextMention),
        "custom_emoji" => owned("custom_emoji_id").map(EntityKind::CustomEmoji),
        "date_time" => {
            let at = integer(value, "unix_time");
            at.map(|at| EntityKind::DateTime(at, owned("date_time_format")))
        }
        "pre" => Some(EntityKind::Pre(owned("language"))),
        _ => plain_kind(name),
    };
    with_data.unwrap_or_else(|| EntityKind::Other(name.to_owned()))
}

fn plain_kind(name: &str) -> Option<EntityKind> {
    Some(match name {
        "mention" => EntityKind::Mention,
        "hashtag" => EntityKind::Hashtag,
        "cashtag" => EntityKind::Cashtag,
        "bot_command" => EntityKind::BotCommand,
        "url" => EntityKind::Url,
        "email" => EntityKind::Email,
        "phone_number" => EntityKind::PhoneNumber,
        "bold" => EntityKind::Bold,
        "italic" => EntityKind::Italic,
        "underline" => EntityKind::Underline,
        "strikethrough" => EntityKind::Strikethrough,
        "spoiler" => EntityKind::Spoiler,
        "blockquote" => EntityKind::Blockquote,
        "expandable_blockquote" => EntityKind::ExpandableBlockquote,
        "code" => EntityKind::Code,
        _ => return None,
    })
}
