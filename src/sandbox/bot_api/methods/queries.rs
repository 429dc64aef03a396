//! Methods that return the bot, a chat or a file.
use serde_json::{Value, json};

use super::{Call, MethodResult};
use crate::sandbox::bot_api::error::bad_request;
use crate::sandbox::state::State;

/// The largest file that a bot can download.
const MAX_DOWNLOAD_BYTES: usize = 20 << 20;

pub(in crate::sandbox) fn get_me(state: &State) -> Value {
    let mut me = state.bot_json();
    let capabilities = json!({
        "can_join_groups": true,
        "can_read_all_group_messages": false,
        "supports_inline_queries": state.bot.is_inline,
        "can_connect_to_business": false,
        "has_main_web_app": false,
        "has_topics_enabled": state.bot.has_topics,
    });
    merge(&mut me, capabilities);
    me
}

pub(in crate::sandbox) fn get_chat(state: &State, call: &Call<'_>) -> MethodResult {
    let id = state.readable_chat(call.chat("chat_id"))?;
    let mut chat = state.chat_json(id);
    let gift_types =
        ["unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"];
    let gift_types: serde_json::Map<String, Value> =
        gift_types.into_iter().map(|name| (name.to_owned(), json!(false))).collect();
    merge(
        &mut chat,
        json!({"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gift_types}),
    );
    Ok(chat)
}

pub(in crate::sandbox) fn get_file(state: &State, call: &Call<'_>) -> MethodResult {
    let id = call.text("file_id").unwrap_or_default();
    let file = state.files.get(id).ok_or_else(|| bad_request("invalid file_id"))?;
    if file.bytes.len() > MAX_DOWNLOAD_BYTES {
        return Err(bad_request("file is too big"));
    }
    Ok(json!({
        "file_id": id,
        "file_unique_id": file.unique_id,
        "file_size": file.bytes.len(),
        "file_path": file.path,
    }))
}

fn merge(into: &mut Value, more: Value) {
    if let (Some(into), Value::Object(more)) = (into.as_object_mut(), more) {
        into.extend(more);
    }
}
