//! Changing the bot's own messages in place.
use serde_json::{Value, json};

use super::{Answer, Call};
use crate::sandbox::bot_api::markup;
use crate::sandbox::bot_api::refusal::{Refusal, bad};
use crate::sandbox::bot_api::text::Formatted;
use crate::sandbox::chats::message::{Message, Sender};
use crate::sandbox::chats::state::State;

const SAME: &str = "message is not modified: specified new message content and reply markup are exactly the \
                    same as a current content and reply markup of the message";

pub(in crate::sandbox) fn edit_text(state: &mut State, call: &Call<'_>) -> Answer {
    if call.text("text").is_none_or(str::is_empty) {
        return Err(bad("message text is empty"));
    }
    let body = call.formatted("text", "entities")?.checked_message()?;
    let keyboard = markup::keyboard(call.params)?;
    let old = editable(state, call)?;
    if old.attachment.is_some() {
        return Err(bad("there is no text in the message to edit"));
    }
    replace(state, &old, body, keyboard)
}

pub(in crate::sandbox) fn edit_caption(state: &mut State, call: &Call<'_>) -> Answer {
    let body = call.formatted("caption", "caption_entities")?.checked_caption()?;
    let keyboard = markup::keyboard(call.params)?;
    let old = editable(state, call)?;
    if old.attachment.is_none() {
        return Err(bad("there is no caption in the message to edit"));
    }
    replace(state, &old, body, keyboard)
}

pub(in crate::sandbox) fn edit_keyboard(state: &mut State, call: &Call<'_>) -> Answer {
    let keyboard = markup::keyboard(call.params)?;
    let old = editable(state, call)?;
    let body = old.body.clone();
    replace(state, &old, body, keyboard)
}

/// The message that the request names, if it is there and the bot's own.
fn editable(state: &State, call: &Call<'_>) -> Result<Message, Refusal> {
    if call.params.contains_key("inline_message_id") {
        return Err(bad("MESSAGE_ID_INVALID"));
    }
    if !call.params.contains_key("chat_id") {
        return Err(bad("chat_id is empty"));
    }
    let id = call.int("message_id").ok_or_else(|| bad("message identifier is not specified"))?;
    let chat = state.writable(call.chat("chat_id"))?;
    let message = state.living(chat, id).ok_or_else(|| bad("message to edit not found"))?;
    if message.sender != Sender::Bot {
        return Err(bad("message can't be edited"));
    }
    Ok(message.clone())
}

/// An edit without a keyboard takes the old one away, as in Telegram.
fn replace(state: &mut State, old: &Message, body: Formatted, keyboard: Option<Value>) -> Answer {
    let now = state.now();
    state.limits.spend(old.chat, now)?;
    if old.body == body && old.keyboard == keyboard {
        return Err(bad(SAME));
    }
    let new = Message { body, keyboard, edit_date: Some(now.timestamp()), ..old.clone() };
    if let Some(chat) = state.chats.get_mut(&new.chat) {
        chat.messages.insert(new.id, new.clone());
    }
    let seen = new.seen(state.bot.id);
    state.emit(json!({"type": "edited", "chat": new.chat, "message": seen}));
    Ok(state.message_json(&new))
}
