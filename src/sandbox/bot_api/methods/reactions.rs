//! `setMessageReaction`: a bot has at most one reaction to a message, an emoji of Telegram's list.
use serde_json::{Value, json};

use super::{Call, MethodResult};
use crate::sandbox::bot_api::error::bad_request;
use crate::sandbox::state::State;

/// The emoji that can be a reaction.
const REACTIONS: &str = "👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 \
     🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 \
     🤷‍♂ 🤷 🤷‍♀ 😡";

pub(in crate::sandbox) fn set_reaction(state: &mut State, call: &Call<'_>) -> MethodResult {
    let list = call.params.get("reaction").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut chosen = Vec::new();
    for reaction in list {
        chosen.push(match reaction.get("type").and_then(Value::as_str) {
            Some("emoji") => reaction.get("emoji").and_then(Value::as_str).unwrap_or_default(),
            Some("custom_emoji") => return Err(bad_request("REACTION_INVALID")),
            _ => return Err(bad_request("can't parse ReactionType: invalid reaction type specified")),
        });
    }
    let chat = state.readable_chat(call.chat("chat_id"))?;
    let id = call.int("message_id").unwrap_or_default();
    let message =
        state.existing_message(chat, id).ok_or_else(|| bad_request("message to react not found"))?;
    let mut new = message.clone();
    if chosen.len() > 1 {
        return Err(bad_request("REACTIONS_TOO_MANY"));
    }
    // Clients send the emoji with or without its variation selector.
    let emoji = chosen.first().map(|emoji| emoji.trim_end_matches('\u{fe0f}'));
    if emoji.is_some_and(|emoji| !REACTIONS.split_ascii_whitespace().any(|known| known == emoji)) {
        return Err(bad_request("REACTION_INVALID"));
    }
    new.reaction = emoji.map(str::to_owned);
    state.put_message(&new);
    Ok(json!(true))
}
