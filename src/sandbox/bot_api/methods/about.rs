//! Questions about the bot, a chat or a file.
use serde_json::{Value, json};

use super::{Answer, Call};
use crate::sandbox::bot_api::refusal::bad;
use crate::sandbox::chats::state::State;

/// Bots can download no more than this.
const DOWNLOAD_MAX: usize = 20 << 20;

pub(in crate::sandbox) fn get_me(state: &State) -> Value {
    let mut me = state.bot_json();
    let abilities = json!({
        "can_join_groups": true,
        "can_read_all_group_messages": false,
        "supports_inline_queries": false,
        "can_connect_to_business": false,
        "has_main_web_app": false,
    });
    merge(&mut me, abilities);
    me
}

pub(in crate::sandbox) fn get_chat(state: &State, call: &Call<'_>) -> Answer {
    let id = state.reachable(call.chat("chat_id"))?;
    let mut chat = state.chat_json(id);
    let gifts =
        ["unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"];
    let gifts: serde_json::Map<String, Value> =
        gifts.into_iter().map(|name| (name.to_owned(), json!(false))).collect();
    merge(&mut chat, json!({"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}));
    Ok(chat)
}

pub(in crate::sandbox) fn get_file(state: &State, call: &Call<'_>) -> Answer {
    let id = call.text("file_id").unwrap_or_default();
    let file = state.files.get(id).ok_or_else(|| bad("invalid file_id"))?;
    if file.bytes.len() > DOWNLOAD_MAX {
        return Err(bad("file is too big"));
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
