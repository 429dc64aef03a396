//! Methods for the topics of private chats and forums.
use serde_json::{Value, json};

use super::{Call, MethodResult};
use crate::sandbox::bot_api::error::{BotApiError, bad_request};
use crate::sandbox::chats::message::Sender;
use crate::sandbox::chats::text::utf16_len;
use crate::sandbox::chats::topics::topic_json;
use crate::sandbox::state::State;

/// The longest name of a topic, in UTF-16 units.
const MAX_NAME_UNITS: usize = 128;

pub(in crate::sandbox) fn create(state: &mut State, call: &Call<'_>) -> MethodResult {
    let name = name(call)?.ok_or_else(|| bad_request("TOPIC_TITLE_EMPTY"))?.to_owned();
    let chat = state.writable_chat(call.chat("chat_id"))?;
    if chat > 0 && !state.bot.has_topics {
        return Err(bad_request("the chat is not a forum"));
    }
    let (id, _) = state.create_topic(chat, &name, Sender::Bot);
    let mut topic = topic_json(&name);
    if let Some(topic) = topic.as_object_mut() {
        topic.insert("message_thread_id".to_owned(), json!(id));
    }
    Ok(topic)
}

pub(in crate::sandbox) fn edit(state: &mut State, call: &Call<'_>) -> MethodResult {
    let name = name(call)?.map(str::to_owned);
    let (chat, thread) = topic(state, call)?;
    if let Some(name) = name {
        let topics = state.chats.get_mut(&chat).map(|found| &mut found.topics);
        let old = topics.and_then(|topics| topics.insert(thread, Some(name.clone()))).flatten();
        if old == Some(name) {
            return Err(bad_request("TOPIC_NOT_MODIFIED"));
        }
        state.emit_chat_info(chat);
    }
    Ok(json!(true))
}

pub(in crate::sandbox) fn delete(state: &mut State, call: &Call<'_>) -> MethodResult {
    let (chat, thread) = topic(state, call)?;
    state.remove_topic(chat, thread);
    Ok(Value::Bool(true))
}

fn topic(state: &State, call: &Call<'_>) -> Result<(i64, i64), BotApiError> {
    let chat = state.writable_chat(call.chat("chat_id"))?;
    let thread = state.thread(chat, call.int("message_thread_id"))?;
    Ok((chat, thread.ok_or_else(|| bad_request("message thread not found"))?))
}

fn name<'a>(call: &Call<'a>) -> Result<Option<&'a str>, BotApiError> {
    let name = call.params.get("name").and_then(Value::as_str).filter(|name| !name.trim().is_empty());
    match name {
        Some(name) if utf16_len(name) > MAX_NAME_UNITS => Err(bad_request("TOPIC_TITLE_TOO_LONG")),
        name => Ok(name),
    }
}
