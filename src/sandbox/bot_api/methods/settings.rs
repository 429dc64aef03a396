//! `setMySettings`: a bot changes its own settings. Servers before Bot API 10.5 do not know it.
use serde_json::{Value, json};

use super::{Call, MethodResult};
use crate::sandbox::bot_api::error::BotApiError;
use crate::sandbox::state::State;

pub(in crate::sandbox) fn set_settings(state: &mut State, call: &Call<'_>) -> MethodResult {
    if !state.bot.knows_settings {
        return Err(BotApiError::NotFound);
    }
    // What is not named stays as it is.
    if let Some(on) = call.params.get("has_topics_enabled").and_then(Value::as_bool) {
        state.set_topics_enabled(on);
    }
    if let Some(on) = call.params.get("supports_inline_queries").and_then(Value::as_bool) {
        state.bot.is_inline = on;
    }
    Ok(json!(true))
}
