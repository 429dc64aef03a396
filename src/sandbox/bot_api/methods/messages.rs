//! Methods that send and delete messages, and send chat actions.
use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};

use super::{Call, MethodResult};
use crate::sandbox::bot_api::error::{BotApiError, bad_request};
use crate::sandbox::chats::message::{NewMessage, Sender};
use crate::sandbox::chats::text::{Formatted, utf16_len};
use crate::sandbox::state::State;

/// The age up to which a bot can delete a message.
const MAX_DELETABLE_AGE: TimeDelta = TimeDelta::hours(48);

const CHAT_ACTIONS: [&str; 11] = [
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

pub(in crate::sandbox) fn send_message(state: &mut State, call: &Call<'_>) -> MethodResult {
    if call.text("text").is_none_or(str::is_empty) {
        return Err(bad_request("message text is empty"));
    }
    let body = call.formatted("text", "entities")?.checked_message()?;
    let new = NewMessage { body, ..state.outgoing(call)? };
    let chat = new.chat;
    let sent = send(state, new)?;
    state.apply_keyboard(chat, call.params);
    Ok(sent)
}

/// Adds the bot's message to its chat. Errors with 429 if a rate limit is exceeded.
pub(in crate::sandbox) fn send(state: &mut State, new: NewMessage) -> MethodResult {
    let now = state.now();
    state.rate_limiter.acquire(new.chat, now)?;
    let message = state.insert_message(new);
    Ok(state.message_json(&message))
}

/// Makes the new message a reply, if the request names an original. A reply goes into the original's topic.
pub(in crate::sandbox) fn reply(
    state: &State,
    new: &mut NewMessage,
    call: &Call<'_>,
) -> Result<(), BotApiError> {
    let Some(reply) = call.params.get("reply_parameters") else { return Ok(()) };
    let id = reply.get("message_id").and_then(Value::as_i64).unwrap_or_default();
    let optional = reply.get("allow_sending_without_reply").and_then(Value::as_bool).unwrap_or_default();
    let Some(original) = state.existing_message(new.chat, id) else {
        return if optional { Ok(()) } else { Err(bad_request("message to be replied not found")) };
    };
    new.reply_to = Some(original.id);
    new.thread = new.thread.or(original.thread);
    let text = |name: &str| reply.get(name).and_then(Value::as_str);
    let Some(quote) = text("quote").filter(|quote| !quote.is_empty()) else { return Ok(()) };
    let quote = Formatted::parse(quote, text("quote_parse_mode"), reply.get("quote_entities"))?;
    let Some((before, _)) = original.body.text.split_once(&quote.text) else {
        return Err(bad_request("QUOTE_TEXT_INVALID"));
    };
    let quote = json!({"text": quote.text, "position": utf16_len(before), "is_manual": true});
    new.envelope.insert("quote".to_owned(), quote);
    Ok(())
}

pub(in crate::sandbox) fn delete_message(state: &mut State, call: &Call<'_>) -> MethodResult {
    let chat = state.readable_chat(call.chat("chat_id"))?;
    let id = call.int("message_id").unwrap_or_default();
    let now = state.now();
    let message = state.chats.get_mut(&chat).and_then(|c| c.messages.get_mut(&id)).filter(|m| !m.deleted);
    let message = message.ok_or_else(|| bad_request("message to delete not found"))?;
    let sent = DateTime::from_timestamp(message.date, 0).unwrap_or(now);
    // In a private chat a bot may delete the messages of both sides, in a group only its own.
    if now - sent > MAX_DELETABLE_AGE || (chat < 0 && message.sender != Sender::Bot) {
        return Err(bad_request("message can't be deleted"));
    }
    message.deleted = true;
    state.emit(json!({"type": "deleted", "chat": chat, "message_id": id}));
    state.emit_chat_info(chat);
    Ok(json!(true))
}

pub(in crate::sandbox) fn send_chat_action(state: &mut State, call: &Call<'_>) -> MethodResult {
    let action = call.text("action").unwrap_or_default();
    if !CHAT_ACTIONS.contains(&action) {
        return Err(bad_request("wrong parameter action in request"));
    }
    let chat = state.writable_chat(call.chat("chat_id"))?;
    state.thread(chat, call.int("message_thread_id"))?;
    state.emit(json!({"type": "action", "chat": chat, "action": action}));
    Ok(json!(true))
}
