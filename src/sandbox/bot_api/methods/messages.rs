//! Sending, copying and deleting messages, and "typing…".
use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};

use super::{Answer, Call};
use crate::sandbox::bot_api::markup;
use crate::sandbox::bot_api::refusal::{Refusal, bad};
use crate::sandbox::chats::message::Sender;
use crate::sandbox::chats::state::{Draft, State};

/// A message older than this stays.
const DELETABLE: TimeDelta = TimeDelta::hours(48);

const ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

pub(in crate::sandbox) fn send_message(state: &mut State, call: &Call<'_>) -> Answer {
    if call.text("text").is_none_or(str::is_empty) {
        return Err(bad("message text is empty"));
    }
    let body = call.formatted("text", "entities")?.checked_message()?;
    let keyboard = markup::keyboard(call.params)?;
    let chat = state.writable(call.chat("chat_id"))?;
    let mut draft = Draft::new(chat, Sender::Bot, body);
    draft.keyboard = keyboard;
    draft.reply_to = replied_to(state, chat, call)?;
    send(state, draft)
}

/// Writes the bot's message, within the rate limits.
pub(in crate::sandbox) fn send(state: &mut State, draft: Draft) -> Answer {
    let now = state.now();
    state.limits.spend(draft.chat, now)?;
    let message = state.write(draft);
    Ok(state.message_json(&message))
}

/// The message that the new one answers, when the request names one.
pub(in crate::sandbox) fn replied_to(
    state: &State,
    chat: i64,
    call: &Call<'_>,
) -> Result<Option<i64>, Refusal> {
    let Some(reply) = call.params.get("reply_parameters") else { return Ok(None) };
    let original = reply.get("message_id").and_then(Value::as_i64).unwrap_or_default();
    let optional = reply.get("allow_sending_without_reply").and_then(Value::as_bool).unwrap_or_default();
    match state.living(chat, original) {
        Some(original) => Ok(Some(original.id)),
        None if optional => Ok(None),
        None => Err(bad("message to be replied not found")),
    }
}

pub(in crate::sandbox) fn copy_message(state: &mut State, call: &Call<'_>) -> Answer {
    let keyboard = markup::keyboard(call.params)?;
    let chat = state.writable(call.chat("chat_id"))?;
    let from = state.reachable(call.chat("from_chat_id"))?;
    let id = call.int("message_id").unwrap_or_default();
    let original = state.living(from, id).ok_or_else(|| bad("message to copy not found"))?.clone();
    let mut draft = Draft::new(chat, Sender::Bot, original.body);
    if original.attachment.is_some() && call.params.contains_key("caption") {
        draft.body = call.formatted("caption", "caption_entities")?.checked_caption()?;
    }
    draft.attachment = original.attachment;
    draft.keyboard = keyboard;
    draft.reply_to = replied_to(state, chat, call)?;
    let copy = send(state, draft)?;
    Ok(json!({"message_id": copy.get("message_id")}))
}

pub(in crate::sandbox) fn delete_message(state: &mut State, call: &Call<'_>) -> Answer {
    let chat = state.reachable(call.chat("chat_id"))?;
    let id = call.int("message_id").unwrap_or_default();
    let now = state.now();
    let message = state.chats.get_mut(&chat).and_then(|c| c.messages.get_mut(&id)).filter(|m| !m.deleted);
    let message = message.ok_or_else(|| bad("message to delete not found"))?;
    let sent = DateTime::from_timestamp(message.date, 0).unwrap_or(now);
    // In a private chat a bot may delete both sides' messages, elsewhere only its own.
    if now - sent > DELETABLE || (chat < 0 && message.sender != Sender::Bot) {
        return Err(bad("message can't be deleted"));
    }
    message.deleted = true;
    state.emit(json!({"type": "deleted", "chat": chat, "message_id": id}));
    Ok(json!(true))
}

pub(in crate::sandbox) fn send_chat_action(state: &mut State, call: &Call<'_>) -> Answer {
    let action = call.text("action").unwrap_or_default();
    if !ACTIONS.contains(&action) {
        return Err(bad("wrong parameter action in request"));
    }
    let chat = state.writable(call.chat("chat_id"))?;
    state.emit(json!({"type": "action", "chat": chat, "action": action}));
    Ok(json!(true))
}
