//! Inline queries: what a person types behind the bot's name in a message field.
use super::json::text;
use super::message::IncomingUser;
use serde_json::Value;

/// An inline query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlineQuery {
    /// Telegram's id of the query, for the answer.
    pub id: String,
    /// The person who types.
    pub from: IncomingUser,
    /// What they have typed so far.
    pub query: String,
    /// The offset of the results that are asked for, as the bot set it; empty for the first ones.
    pub offset: String,
    /// Whether they type in their own chat with the bot.
    pub is_in_own_chat: bool,
}

impl InlineQuery {
    /// Reads a query. Returns `None` if it has no id or no sender.
    pub(super) fn read(query: &Value) -> Option<Self> {
        let optional = |name| text(query, name).unwrap_or_default().to_owned();
        Some(Self {
            id: text(query, "id")?.to_owned(),
            from: IncomingUser::read(query.get("from")?)?,
            query: optional("query"),
            offset: optional("offset"),
            is_in_own_chat: text(query, "chat_type") == Some("sender"),
        })
    }
}
