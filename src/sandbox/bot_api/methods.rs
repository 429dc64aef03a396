//! Bot API methods that the sandbox implements. Other methods of the schema are answered with 404.
mod albums;
mod commands;
mod contents;
mod copies;
mod edits;
mod inline;
mod media;
mod menu_button;
mod messages;
mod pins;
mod presses;
mod queries;
mod reactions;
mod settings;
mod topics;
mod updates;

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::body::Upload;
use super::error::{BotApiError, bad_request};
use super::markup;
use crate::sandbox::Sandbox;
use crate::sandbox::chats::message::{NewMessage, Sender};
use crate::sandbox::chats::text::Formatted;
use crate::sandbox::state::State;

/// A request whose parameters were validated against the schema.
pub(in crate::sandbox) struct Call<'a> {
    pub(in crate::sandbox) method: &'a str,
    pub(in crate::sandbox) params: &'a Map<String, Value>,
    pub(in crate::sandbox) files: &'a HashMap<String, Upload>,
}

/// A successful reply.
pub(in crate::sandbox) struct Reply {
    pub(in crate::sandbox) result: Value,
    /// The whole body, if the result cannot be written as JSON.
    pub(in crate::sandbox) raw: Option<Vec<u8>>,
    /// The `description` that Telegram adds to some results.
    pub(in crate::sandbox) description: Option<&'static str>,
}

type MethodResult = Result<Value, BotApiError>;

/// Runs the method of the request.
pub(in crate::sandbox) async fn run(sandbox: &Sandbox, call: &Call<'_>) -> Result<Reply, BotApiError> {
    let result = match call.method {
        "getUpdates" => return updates::get_updates(sandbox, call).await,
        "setWebhook" => return updates::set_webhook(sandbox, call),
        "deleteWebhook" => return Ok(updates::delete_webhook(sandbox, call)),
        _ => sandbox.write(|state| run_now(state, call)),
    };
    result.map(Reply::new)
}

fn run_now(state: &mut State, call: &Call<'_>) -> MethodResult {
    match call.method {
        "getMe" => Ok(queries::get_me(state)),
        "getChat" => queries::get_chat(state, call),
        "getFile" => queries::get_file(state, call),
        "getWebhookInfo" => Ok(updates::get_webhook_info(state)),
        "sendMessage" => messages::send_message(state, call),
        "copyMessage" => copies::copy_message(state, call),
        "copyMessages" => copies::copy_messages(state, call),
        "sendMediaGroup" => albums::send_media_group(state, call),
        "sendLocation" => contents::send_location(state, call),
        "sendVenue" => contents::send_venue(state, call),
        "sendContact" => contents::send_contact(state, call),
        "sendDice" => contents::send_dice(state, call),
        "sendPoll" => contents::send_poll(state, call),
        "setMessageReaction" => reactions::set_reaction(state, call),
        "createForumTopic" => topics::create(state, call),
        "editForumTopic" => topics::edit(state, call),
        "deleteForumTopic" => topics::delete(state, call),
        "pinChatMessage" => pins::pin(state, call),
        "unpinChatMessage" => pins::unpin(state, call),
        "setMySettings" => settings::set_settings(state, call),
        "deleteMessage" => messages::delete_message(state, call),
        "sendChatAction" => messages::send_chat_action(state, call),
        "sendPhoto" | "sendDocument" | "sendVoice" | "sendVideo" | "sendAudio" | "sendSticker"
        | "sendAnimation" | "sendVideoNote" => media::send_media(state, call),
        "editMessageText" => edits::edit_text(state, call),
        "editMessageCaption" => edits::edit_caption(state, call),
        "editMessageReplyMarkup" => edits::edit_keyboard(state, call),
        "answerInlineQuery" => inline::answer(state, call),
        "answerCallbackQuery" => presses::answer(state, call),
        "setMyCommands" => commands::set_commands(state, call),
        "getMyCommands" => commands::get_commands(state, call),
        "deleteMyCommands" => commands::delete_commands(state, call),
        "setChatMenuButton" => menu_button::set(state, call),
        "getChatMenuButton" => menu_button::get(state, call),
        "setMyDescription" => commands::set_description(state, call),
        "setMyShortDescription" => commands::set_short_description(state, call),
        _ => Err(BotApiError::NotFound),
    }
}

/// Returns a chat id parameter: a number, or a number as text. Names of channels are not supported.
pub(in crate::sandbox) fn chat_id(params: &Map<String, Value>, name: &str) -> Option<i64> {
    let value = params.get(name)?;
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

impl Reply {
    pub(in crate::sandbox) fn new(result: Value) -> Self {
        Self { result, raw: None, description: None }
    }
}

impl State {
    /// Returns the chat that a request names. The bot must have access to it.
    fn readable_chat(&self, chat: Option<i64>) -> Result<i64, BotApiError> {
        let started = |id: &i64| self.chats.get(id).is_some_and(|chat| chat.started);
        chat.filter(started).ok_or_else(|| bad_request("chat not found"))
    }

    /// Returns the chat that a request names. The bot must be allowed to write there.
    fn writable_chat(&self, chat: Option<i64>) -> Result<i64, BotApiError> {
        let chat = self.readable_chat(chat)?;
        if self.users.get(&chat).is_some_and(|user| user.blocked) {
            return Err(BotApiError::Blocked);
        }
        Ok(chat)
    }

    /// Returns an empty message of the bot to the chat, the topic and the original that a request names, with
    /// the keyboard of the request.
    fn outgoing(&self, call: &Call<'_>) -> Result<NewMessage, BotApiError> {
        let keyboard = markup::keyboard(call.params)?;
        let chat = self.writable_chat(call.chat("chat_id"))?;
        let mut new = NewMessage::new(chat, Sender::Bot, Formatted::default());
        new.thread = self.thread(chat, call.int("message_thread_id"))?;
        new.keyboard = keyboard;
        messages::reply(self, &mut new, call)?;
        Ok(new)
    }
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

    fn number(&self, name: &str) -> Option<f64> {
        self.params.get(name).and_then(Value::as_f64)
    }

    fn flag(&self, name: &str) -> bool {
        self.params.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// Returns the text parameter `name`, parsed with `parse_mode` or with the entities in parameter
    /// `entities`.
    fn formatted(&self, name: &str, entities: &str) -> Result<Formatted, BotApiError> {
        let source = self.text(name).unwrap_or_default();
        Formatted::parse(source, self.text("parse_mode"), self.params.get(entities))
    }
}
