//! Presses of buttons under the bot's messages.
use super::entities::formatted;
use super::json::{elements, message_id, text};
use super::message::{IncomingChat, IncomingUser, thread};
use crate::domain::text::formatted::FormattedText;
use serde_json::Value;

/// A press of a button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Press {
    /// Telegram's id of the press, for the answer.
    pub query_id: String,
    /// The person who pressed.
    pub from: IncomingUser,
    /// The button's data, which the person's client sends and can forge.
    pub data: Option<String>,
    /// The message with the button, if Telegram names it.
    pub message: Option<ShownMessage>,
    /// The id by which a message is edited that Telegram does not name.
    pub inline_message_id: Option<String>,
}

/// A message of the bot as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownMessage {
    /// Its chat.
    pub chat: IncomingChat,
    /// Telegram's id of the message.
    pub message_id: i32,
    /// The topic that it was sent to.
    pub thread: Option<i32>,
    /// Its text; empty if Telegram cannot show it any more.
    pub text: FormattedText,
    /// The data of its buttons, by row.
    pub buttons: Vec<String>,
}

impl Press {
    /// Reads a press. Returns `None` if it has no id or no sender.
    pub(super) fn read(query: &Value) -> Option<Self> {
        Some(Self {
            query_id: text(query, "id")?.to_owned(),
            from: IncomingUser::read(query.get("from")?)?,
            data: text(query, "data").map(str::to_owned),
            message: query.get("message").and_then(ShownMessage::read),
            inline_message_id: text(query, "inline_message_id").map(str::to_owned),
        })
    }
}

impl ShownMessage {
    fn read(message: &Value) -> Option<Self> {
        let chat = IncomingChat::read(message.get("chat")?)?;
        let rows = message.get("reply_markup").map_or(&[][..], |markup| elements(markup, "inline_keyboard"));
        let buttons = rows.iter().filter_map(Value::as_array).flatten();
        let data = buttons.filter_map(|button| text(button, "callback_data").map(str::to_owned));
        Some(Self {
            chat,
            message_id: message_id(message, "message_id")?,
            thread: thread(message, chat),
            text: formatted(message, "text", "entities").unwrap_or_default(),
            buttons: data.collect(),
        })
    }
}
