//! Inline mode: users type queries, and send one of the bot's results.
use serde_json::{Value, json};

use super::message::{NewMessage, Sender};
use super::text::Formatted;
use super::users::UnknownUser;
use crate::sandbox::Sandbox;
use crate::sandbox::state::{InlineQuery, State};

#[expect(clippy::must_use_candidate, reason = "called for their effect; the ids are often not needed")]
impl Sandbox {
    /// Switches inline mode on or off for the bot (default: off): `supports_inline_queries` of `getMe`.
    pub fn set_inline_enabled(&self, on: bool) {
        self.write(|state| state.bot.is_inline = on);
    }

    /// Types a query in a chat of this type, `sender` for the user's own chat with the bot. Returns the id of the
    /// query; `None` if the bot is not in inline mode.
    ///
    /// # Panics
    /// If no user has this id.
    pub fn query_inline(&self, user: i64, query: &str, chat_type: &str) -> Option<String> {
        self.write(|state| state.query_inline(user, query, chat_type)).unwrap_or_else(|e| panic!("{e}"))
    }

    /// Returns the results that the bot has answered to a query.
    #[must_use]
    pub fn inline_results(&self, query: &str) -> Option<Vec<Value>> {
        self.read(|state| state.inline_queries.get(query)?.results.clone())
    }

    /// Sends the result with this title or id as a message of the user to their chat with the bot, and returns its id.
    /// It is a reply to `reply_to`.
    ///
    /// # Panics
    /// If the query has no such result.
    pub fn choose_inline(&self, query: &str, result: &str, reply_to: Option<i64>) -> i64 {
        let sent = self.write(|state| state.choose_inline(query, result, (reply_to, None)));
        sent.unwrap_or_else(|| panic!("the query {query} has no result {result:?}"))
    }
}

impl State {
    pub(in crate::sandbox) fn query_inline(
        &mut self,
        user: i64,
        query: &str,
        chat_type: &str,
    ) -> Result<Option<String>, UnknownUser> {
        let from = self.user_json(user).ok_or(UnknownUser(user))?;
        if !self.bot.is_inline {
            return Ok(None);
        }
        let id = (5_611_686_018_427_000_000_u64 + self.inline_queries.len() as u64).to_string();
        let update = json!({"id": id, "from": from, "query": query, "offset": "", "chat_type": chat_type});
        self.inline_queries.insert(id.clone(), InlineQuery { user, results: None });
        self.enqueue_update("inline_query", &update);
        Ok(Some(id))
    }

    /// Sends a result as a reply to a message, and into a topic. Returns `None` if there is no such result.
    pub(in crate::sandbox) fn choose_inline(
        &mut self,
        query: &str,
        result: &str,
        (reply_to, thread): (Option<i64>, Option<i64>),
    ) -> Option<i64> {
        let query = self.inline_queries.get(query)?;
        let is_chosen = |found: &&Value| {
            ["id", "title"].iter().any(|name| found.get(name).and_then(Value::as_str) == Some(result))
        };
        let content = query.results.iter().flatten().find(is_chosen)?.get("input_message_content")?;
        let text = |name: &str| content.get(name).and_then(Value::as_str);
        let body =
            Formatted::parse(text("message_text")?, text("parse_mode"), content.get("entities")).ok()?;
        let user = query.user;
        let mut new = NewMessage::new(user, Sender::User(user), body);
        (new.reply_to, new.thread) = (reply_to, thread);
        new.envelope.insert("via_bot".to_owned(), self.bot_json());
        self.receive_message(user, new).ok()
    }
}
