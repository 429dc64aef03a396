//! Answering a press: once, and soon.
use serde_json::json;

use super::{Answer, Call};
use crate::sandbox::bot_api::refusal::bad;
use crate::sandbox::bot_api::text::utf16_len;
use crate::sandbox::chats::state::State;
use crate::sandbox::control::views::Toast;

/// In UTF-16 units.
const ANSWER_MAX: usize = 200;

pub(in crate::sandbox) fn answer(state: &mut State, call: &Call<'_>) -> Answer {
    let now = state.now();
    let id = call.text("callback_query_id").unwrap_or_default();
    let text = call.text("text").unwrap_or_default();
    let press = state.presses.get_mut(id).filter(|press| press.answerable(now));
    let press =
        press.ok_or_else(|| bad("query is too old and response timeout expired or query ID is invalid"))?;
    if utf16_len(text) > ANSWER_MAX {
        return Err(bad("MESSAGE_TOO_LONG"));
    }
    press.answered = true;
    let user = press.user;
    let alert = call.flag("show_alert");
    let toast = Toast { callback_query_id: id.to_owned(), text: text.to_owned(), alert };
    state.emit(json!({
        "type": "toast", "user": user, "callback_query_id": id, "text": text, "alert": alert,
    }));
    state.toasts.entry(user).or_default().push(toast);
    Ok(json!(true))
}
