//! Methods that edit the bot's messages in place.
use serde_json::{Value, json};

use super::{Call, MethodResult};
use crate::sandbox::bot_api::error::{BotApiError, bad_request};
use crate::sandbox::bot_api::markup;
use crate::sandbox::chats::message::{Message, Sender};
use crate::sandbox::chats::presses::parse_inline_message_id;
use crate::sandbox::chats::text::Formatted;
use crate::sandbox::state::State;

const NOT_MODIFIED: &str = "message is not modified: specified new message content and reply markup are exactly the same as a current \
     content and reply markup of the message";

pub(in crate::sandbox) fn edit_text(state: &mut State, call: &Call<'_>) -> MethodResult {
    if call.text("text").is_none_or(str::is_empty) {
        return Err(bad_request("message text is empty"));
    }
    let body = call.formatted("text", "entities")?.checked_message()?;
    let keyboard = markup::keyboard(call.params)?;
    let old = editable(state, call)?;
    if old.attachment.is_some() {
        return Err(bad_request("there is no text in the message to edit"));
    }
    replace(state, call, &old, body, keyboard)
}

pub(in crate::sandbox) fn edit_caption(state: &mut State, call: &Call<'_>) -> MethodResult {
    let body = call.formatted("caption", "caption_entities")?.checked_caption()?;
    let keyboard = markup::keyboard(call.params)?;
    let old = editable(state, call)?;
    if old.attachment.is_none() {
        return Err(bad_request("there is no caption in the message to edit"));
    }
    replace(state, call, &old, body, keyboard)
}

pub(in crate::sandbox) fn edit_keyboard(state: &mut State, call: &Call<'_>) -> MethodResult {
    let keyboard = markup::keyboard(call.params)?;
    let old = editable(state, call)?;
    let body = old.body.clone();
    replace(state, call, &old, body, keyboard)
}

/// Returns the message that the request names. It must exist and be the bot's own.
fn editable(state: &State, call: &Call<'_>) -> Result<Message, BotApiError> {
    if let Some(id) = call.text("inline_message_id") {
        let message = parse_inline_message_id(id).and_then(|(chat, id)| state.message(chat, id));
        let message = message.filter(|m| !m.deleted && m.sender == Sender::Bot);
        return message.cloned().ok_or_else(|| bad_request("MESSAGE_ID_INVALID"));
    }
    if !call.params.contains_key("chat_id") {
        return Err(bad_request("chat_id is empty"));
    }
    let id = call.int("message_id").ok_or_else(|| bad_request("message identifier is not specified"))?;
    let chat = state.writable_chat(call.chat("chat_id"))?;
    let message = state.existing_message(chat, id).ok_or_else(|| bad_request("message to edit not found"))?;
    if message.sender != Sender::Bot {
        return Err(bad_request("message can't be edited"));
    }
    Ok(message.clone())
}

/// Replaces the content of a message. An edit without a keyboard removes the old one, as in Telegram.
fn replace(
    state: &mut State,
    call: &Call<'_>,
    old: &Message,
    body: Formatted,
    keyboard: Option<Value>,
) -> MethodResult {
    let now = state.now();
    state.rate_limiter.acquire(old.chat, now)?;
    if old.body == body && old.keyboard == keyboard {
        return Err(bad_request(NOT_MODIFIED));
    }
    let content = old.content.clone().filter(|_| old.body == body);
    let new = Message { body, keyboard, content, edit_date: Some(now.timestamp()), ..old.clone() };
    state.put_message(&new);
    Ok(if call.params.contains_key("inline_message_id") { json!(true) } else { state.message_json(&new) })
}
