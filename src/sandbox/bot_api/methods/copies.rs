//! Methods that copy messages: one with a new caption, or several with their albums kept.
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::messages::send;
use super::{Call, MethodResult};
use crate::sandbox::bot_api::error::{BotApiError, bad_request};
use crate::sandbox::chats::message::{Message, NewMessage};
use crate::sandbox::chats::text::Formatted;
use crate::sandbox::state::State;

/// The messages of one call.
const MAX_COPIES: usize = 100;
/// The contents beside service messages that cannot be copied.
const UNCOPYABLE_FIELDS: [&str; 6] =
    ["giveaway", "giveaway_winners", "giveaway_completed", "invoice", "paid_media", "widget"];
/// The contents that can be copied. All others are service messages.
const COPYABLE_FIELDS: [&str; 19] = [
    "text",
    "rich_message",
    "animation",
    "audio",
    "document",
    "live_photo",
    "photo",
    "sticker",
    "story",
    "video",
    "video_note",
    "voice",
    "checklist",
    "contact",
    "dice",
    "game",
    "poll",
    "venue",
    "location",
];

pub(in crate::sandbox) fn copy_message(state: &mut State, call: &Call<'_>) -> MethodResult {
    let caption = if call.params.contains_key("caption") {
        Some(call.formatted("caption", "caption_entities")?.checked_caption()?)
    } else {
        None
    };
    let new = state.outgoing(call)?;
    let from = state.readable_chat(call.chat("from_chat_id"))?;
    let id = call.int("message_id").unwrap_or_default();
    let original =
        state.existing_message(from, id).ok_or_else(|| bad_request("message to copy not found"))?.clone();
    if !is_copyable(&original) {
        return Err(bad_request("the message can't be copied"));
    }
    let new = copy(state, &original, new, caption);
    let sent = send(state, new)?;
    Ok(json!({"message_id": sent.get("message_id")}))
}

pub(in crate::sandbox) fn copy_messages(state: &mut State, call: &Call<'_>) -> MethodResult {
    let ids = message_ids(call)?;
    let chat = state.writable_chat(call.chat("chat_id"))?;
    let thread = state.thread(chat, call.int("message_thread_id"))?;
    let from = state.readable_chat(call.chat("from_chat_id"))?;
    let found: Vec<Message> =
        ids.iter().filter_map(|id| state.existing_message(from, *id)).cloned().collect();
    if found.is_empty() {
        return Err(bad_request("there are no messages to forward"));
    }
    if !found.iter().map(|m| m.id).is_sorted_by(|a, b| a < b) {
        return Err(bad_request("message identifiers must be in a strictly increasing order"));
    }
    let found: Vec<Message> = found.into_iter().filter(is_copyable).collect();
    if found.is_empty() {
        return Err(bad_request("messages can't be forwarded"));
    }
    let mut albums: BTreeMap<String, String> = BTreeMap::new();
    let mut sent = Vec::new();
    for original in found {
        let mut new = NewMessage::new(chat, super::Sender::Bot, Formatted::default());
        new.thread = thread;
        let caption = call.flag("remove_caption").then(Formatted::default);
        let mut new = copy(state, &original, new, caption);
        if let Some(album) = &original.media_group_id {
            new.media_group_id = Some(match albums.get(album) {
                Some(album) => album.clone(),
                None => albums.entry(album.clone()).or_insert(state.next_album_id()).clone(),
            });
        }
        let copy = send(state, new)?;
        sent.push(json!({"message_id": copy.get("message_id")}));
    }
    Ok(Value::from(sent))
}

fn message_ids(call: &Call<'_>) -> Result<Vec<i64>, BotApiError> {
    let list =
        call.params.get("message_ids").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if list.is_empty() {
        return Err(bad_request("message identifiers are not specified"));
    }
    if list.len() > MAX_COPIES {
        return Err(bad_request("too many message identifiers specified"));
    }
    let ids = list.iter().map(|id| id.as_i64().filter(|id| *id > 0));
    ids.map(|id| id.ok_or_else(|| bad_request("invalid message identifier specified"))).collect()
}

fn is_copyable(message: &Message) -> bool {
    let Some(content) = &message.content else { return true };
    let has = |names: &[&str]| names.iter().any(|name| content.contains_key(*name));
    let is_protected = message.envelope.get("has_protected_content").and_then(Value::as_bool);
    has(&COPYABLE_FIELDS) && !has(&UNCOPYABLE_FIELDS) && is_protected != Some(true)
}

/// Fills a message with the content of another, with another caption if one is given.
fn copy(state: &State, original: &Message, mut new: NewMessage, caption: Option<Formatted>) -> NewMessage {
    new.body = original.body.clone();
    new.attachment.clone_from(&original.attachment);
    new.content.clone_from(&original.content);
    let entities = if original.attachment.is_some() { "caption_entities" } else { "entities" };
    if let Some(found) = original.envelope.get(entities) {
        new.envelope.insert(entities.to_owned(), found.clone());
    }
    let has_caption = original.attachment.as_ref().is_some_and(|a| a.kind.can_have_caption());
    let Some(caption) = caption.filter(|_| has_caption) else { return new };
    new.envelope.remove(entities);
    if let Some(content) = &mut new.content {
        content.remove("caption");
        content.remove("caption_entities");
        state.put_text(content, &caption, "caption", "caption_entities");
    }
    new.body = caption;
    new
}
