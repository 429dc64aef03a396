//! The Bot API methods that the sandbox knows; the others in the schema answer 404.
mod about;
mod commands;
mod edits;
mod media;
mod messages;
mod presses;
mod updates;

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::body::Upload;
use super::refusal::Refusal;
use super::text::Formatted;
use crate::sandbox::Sandbox;
use crate::sandbox::chats::state::State;

/// A request whose parameters have the types that the schema asks for.
pub(in crate::sandbox) struct Call<'a> {
    pub(in crate::sandbox) method: &'a str,
    pub(in crate::sandbox) params: &'a Map<String, Value>,
    pub(in crate::sandbox) files: &'a HashMap<String, Upload>,
}

/// A successful answer.
pub(in crate::sandbox) struct Reply {
    pub(in crate::sandbox) result: Value,
    /// Telegram explains some of its `true`s.
    pub(in crate::sandbox) note: Option<&'static str>,
}

type Answer = Result<Value, Refusal>;

/// Does what the request asks for.
pub(in crate::sandbox) async fn run(sandbox: &Sandbox, call: &Call<'_>) -> Result<Reply, Refusal> {
    let result = match call.method {
        "getUpdates" => updates::get_updates(sandbox, call).await,
        "setWebhook" => return updates::set_webhook(sandbox, call),
        "deleteWebhook" => return Ok(updates::delete_webhook(sandbox, call)),
        _ => sandbox.write(|state| at_once(state, call)),
    };
    result.map(|result| Reply { result, note: None })
}

fn at_once(state: &mut State, call: &Call<'_>) -> Answer {
    match call.method {
        "getMe" => Ok(about::get_me(state)),
        "getChat" => about::get_chat(state, call),
        "getFile" => about::get_file(state, call),
        "getWebhookInfo" => Ok(updates::get_webhook_info(state)),
        "sendMessage" => messages::send_message(state, call),
        "copyMessage" => messages::copy_message(state, call),
        "deleteMessage" => messages::delete_message(state, call),
        "sendChatAction" => messages::send_chat_action(state, call),
        "sendPhoto" | "sendDocument" | "sendVoice" | "sendVideo" | "sendAudio" | "sendSticker" => {
            media::send_media(state, call)
        }
        "editMessageText" => edits::edit_text(state, call),
        "editMessageCaption" => edits::edit_caption(state, call),
        "editMessageReplyMarkup" => edits::edit_keyboard(state, call),
        "answerCallbackQuery" => presses::answer(state, call),
        "setMyCommands" => commands::set_commands(state, call),
        "getMyCommands" => commands::get_commands(state, call),
        "deleteMyCommands" => commands::delete_commands(state, call),
        "setMyDescription" => commands::set_description(state, call),
        "setMyShortDescription" => commands::set_short_description(state, call),
        _ => Err(Refusal::NotFound),
    }
}

/// A chat parameter: a number, or a number as text. Names of channels lead nowhere here.
pub(in crate::sandbox) fn chat_id(params: &Map<String, Value>, name: &str) -> Option<i64> {
    let value = params.get(name)?;
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

impl Call<'_> {
    fn chat(&self, name: &str) -> Option<i64> {
        chat_id(self.params, name)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.params.get(name).and_then(Value::as_str)
    }

    fn int(&self, name: &str) -> Option<i64> {
        self.params.get(name).and_then(Value::as_i64)
    }

    fn flag(&self, name: &str) -> bool {
        self.params.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// The text under `name` with the entities that `parse_mode` or the parameter `entities` gives it.
    fn formatted(&self, name: &str, entities: &str) -> Result<Formatted, Refusal> {
        let source = self.text(name).unwrap_or_default();
        Formatted::parse(source, self.text("parse_mode"), self.params.get(entities))
    }
}
