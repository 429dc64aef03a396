//! Methods for the menu button of a chat: the button beside the input field.
use serde_json::{Value, json};

use super::{Call, MethodResult};
use crate::sandbox::bot_api::error::{BotApiError, bad_request};
use crate::sandbox::bot_api::markup;
use crate::sandbox::state::State;

pub(in crate::sandbox) fn set(state: &mut State, call: &Call<'_>) -> MethodResult {
    let chat = private_chat(state, call)?;
    let button = call.params.get("menu_button").filter(|button| !button.is_null());
    let button = button.cloned().unwrap_or_else(|| json!({"type": "default"}));
    match button.get("type").and_then(Value::as_str).unwrap_or_default() {
        "default" | "commands" => {}
        "web_app" => {
            if button.get("text").and_then(Value::as_str).is_none_or(|text| text.trim().is_empty()) {
                return Err(bad_request("menu button text must be non-empty"));
            }
            markup::check_web_app(&button, "menu button")?;
        }
        _ => return Err(bad_request("can't parse menu button: Unsupported type specified")),
    }
    state.menus.set_button(chat, button);
    if let Some(chat) = chat {
        state.emit_chat_info(chat);
    }
    Ok(json!(true))
}

pub(in crate::sandbox) fn get(state: &State, call: &Call<'_>) -> MethodResult {
    Ok(state.menus.button(private_chat(state, call)?))
}

/// Returns the private chat that a request names; `None` for all chats without a button of their own.
fn private_chat(state: &State, call: &Call<'_>) -> Result<Option<i64>, BotApiError> {
    if call.params.get("chat_id").is_none_or(Value::is_null) {
        return Ok(None);
    }
    let chat = state.readable_chat(call.chat("chat_id"))?;
    if state.users.contains_key(&chat) { Ok(Some(chat)) } else { Err(bad_request("chat not found")) }
}
