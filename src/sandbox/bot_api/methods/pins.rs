//! Pinned messages: `pinChatMessage` and `unpinChatMessage`.
use serde_json::json;

use super::{Call, MethodResult};
use crate::sandbox::bot_api::error::bad_request;
use crate::sandbox::state::State;

pub(in crate::sandbox) fn pin(state: &mut State, call: &Call<'_>) -> MethodResult {
    let chat = state.writable_chat(call.chat("chat_id"))?;
    let id = call.int("message_id").unwrap_or_default();
    if state.existing_message(chat, id).is_none() {
        return Err(bad_request("message to pin not found"));
    }
    let pinned = &mut state.chats.entry(chat).or_default().pinned;
    pinned.retain(|other| *other != id);
    pinned.push(id);
    state.emit_chat_info(chat);
    Ok(json!(true))
}

/// Unpins a message; without an id, the one that was pinned last.
pub(in crate::sandbox) fn unpin(state: &mut State, call: &Call<'_>) -> MethodResult {
    let chat = state.writable_chat(call.chat("chat_id"))?;
    let id = call.int("message_id").or_else(|| state.pinned(chat));
    let Some(id) = id.filter(|id| state.existing_message(chat, *id).is_some()) else {
        return Err(bad_request("message to unpin not found"));
    };
    state.chats.entry(chat).or_default().pinned.retain(|other| *other != id);
    state.emit_chat_info(chat);
    Ok(json!(true))
}
