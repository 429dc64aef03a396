//! Kinds of content and of service messages, by the field of the message that holds them.
use super::json::{elements, text};
use crate::domain::content::ContentKind;
use serde_json::Value;

/// The content of a message besides its text or caption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The kind.
    pub kind: ContentKind,
    /// Telegram's id of the file; empty if there is none.
    pub file_id: String,
}

/// What a message is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageKind {
    /// A message that a person wrote: a text, or a content with or without a caption.
    Content(Option<Content>),
    /// A note of Telegram, by the name of its field.
    Service(String),
}

/// The fields that hold a content, in the order in which they are looked for. A venue also has a location, an
/// animation also a document, and a live photo also a photo.
const CONTENT_FIELDS: [(&str, ContentKind); 20] = [
    ("animation", ContentKind::Animation),
    ("live_photo", ContentKind::LivePhoto),
    ("paid_media", ContentKind::PaidMedia),
    ("photo", ContentKind::Photo),
    ("video", ContentKind::Video),
    ("document", ContentKind::Document),
    ("voice", ContentKind::Voice),
    ("audio", ContentKind::Audio),
    ("video_note", ContentKind::VideoNote),
    ("sticker", ContentKind::Sticker),
    ("venue", ContentKind::Venue),
    ("location", ContentKind::Location),
    ("contact", ContentKind::Contact),
    ("poll", ContentKind::Poll),
    ("checklist", ContentKind::Checklist),
    ("dice", ContentKind::Dice),
    ("story", ContentKind::Story),
    ("game", ContentKind::Game),
    ("rich_message", ContentKind::RichMessage),
    ("widget", ContentKind::Widget),
];

/// The fields of service messages in Bot API 10.1. Invoices and giveaways cannot be copied and hold no words
/// of their sender, so they count as service messages.
const SERVICE_FIELDS: [&str; 55] = [
    "new_chat_members",
    "left_chat_member",
    "chat_owner_left",
    "chat_owner_changed",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
    "group_chat_created",
    "supergroup_chat_created",
    "channel_chat_created",
    "message_auto_delete_timer_changed",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "pinned_message",
    "invoice",
    "successful_payment",
    "refunded_payment",
    "users_shared",
    "chat_shared",
    "gift",
    "unique_gift",
    "gift_upgrade_sent",
    "connected_website",
    "write_access_allowed",
    "passport_data",
    "proximity_alert_triggered",
    "boost_added",
    "chat_background_set",
    "checklist_tasks_done",
    "checklist_tasks_added",
    "direct_message_price_changed",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_closed",
    "forum_topic_reopened",
    "general_forum_topic_hidden",
    "general_forum_topic_unhidden",
    "giveaway_created",
    "giveaway",
    "giveaway_winners",
    "giveaway_completed",
    "managed_bot_created",
    "paid_message_price_changed",
    "poll_option_added",
    "poll_option_deleted",
    "suggested_post_approved",
    "suggested_post_approval_failed",
    "suggested_post_declined",
    "suggested_post_paid",
    "suggested_post_refunded",
    "video_chat_scheduled",
    "video_chat_started",
    "video_chat_ended",
    "video_chat_participants_invited",
    "web_app_data",
];

/// The beginning of the names of the service messages that came with Bot API 10.3.
const COMMUNITY_PREFIX: &str = "community_chat_";

/// The fields that say something about a message, up to Bot API 10.5.
const META_FIELDS: [&str; 43] = [
    "message_id",
    "message_thread_id",
    "direct_messages_topic",
    "from",
    "sender_chat",
    "sender_boost_count",
    "sender_business_bot",
    "sender_tag",
    "date",
    "guest_query_id",
    "business_connection_id",
    "chat",
    "forward_origin",
    "is_topic_message",
    "is_automatic_forward",
    "reply_to_message",
    "external_reply",
    "quote",
    "reply_to_story",
    "reply_to_checklist_task_id",
    "reply_to_poll_option_id",
    "via_bot",
    "guest_bot_caller_user",
    "guest_bot_caller_chat",
    "edit_date",
    "has_protected_content",
    "is_from_offline",
    "is_paid_post",
    "media_group_id",
    "author_signature",
    "paid_star_count",
    "text",
    "entities",
    "link_preview_options",
    "suggested_post_info",
    "effect_id",
    "caption",
    "caption_entities",
    "show_caption_above_media",
    "has_media_spoiler",
    "reply_markup",
    "ephemeral_message_id",
    "receiver_user",
];

/// Returns what a message is. A message whose only other field is unknown has a content of a later API
/// version: nothing that a person wrote may be lost.
pub(super) fn kind_of(message: &Value) -> MessageKind {
    let content = known_content(message);
    let has_text = text(message, "text").is_some() || text(message, "caption").is_some();
    if content.is_some() || text(message, "text").is_some() {
        return MessageKind::Content(content);
    }
    let names = || message.as_object().into_iter().flat_map(serde_json::Map::iter);
    let is_service = |name: &str| SERVICE_FIELDS.contains(&name) || name.starts_with(COMMUNITY_PREFIX);
    if !has_text && let Some((name, _)) = names().find(|(name, _)| is_service(name)) {
        return MessageKind::Service(name.clone());
    }
    // An object or array holds a content sooner than a flag or a number does.
    let unknown = names().filter(|(name, _)| !META_FIELDS.contains(&name.as_str()));
    let (name, value) = unknown
        .max_by_key(|(_, value)| u8::from(value.is_object() || value.is_array()))
        .map_or(("", &Value::Null), |(name, value)| (name.as_str(), value));
    let kind = ContentKind::Other(name.to_owned());
    MessageKind::Content(Some(Content { kind, file_id: file_id(value) }))
}

/// Returns the content of a message or an external reply, if it is of a known kind.
pub(super) fn known_content(message: &Value) -> Option<Content> {
    CONTENT_FIELDS.iter().find_map(|(name, kind)| {
        let value = message.get(name)?;
        Some(Content { kind: kind.clone(), file_id: file_id(value) })
    })
}

/// Returns the field that holds a content, by its kind.
pub(super) fn content_value<'a>(message: &'a Value, kind: &ContentKind) -> Option<&'a Value> {
    match kind {
        ContentKind::Other(name) => message.get(name),
        kind => {
            CONTENT_FIELDS.iter().find(|(_, other)| other == kind).and_then(|(name, _)| message.get(name))
        }
    }
}

/// Returns the file id in a content: its own, or that of the largest size of a photo.
fn file_id(content: &Value) -> String {
    let own = text(content, "file_id");
    let sizes = content.as_array().map(Vec::as_slice);
    let sizes = sizes.unwrap_or_else(|| elements(content, "photo"));
    let largest = || sizes.iter().rev().find_map(|size| text(size, "file_id"));
    own.or_else(largest).unwrap_or_default().to_owned()
}
