//! `answerCallbackQuery`: each press can be answered once, within a time limit.
use serde_json::json;

use super::{Call, MethodResult};
use crate::sandbox::bot_api::error::bad_request;
use crate::sandbox::chats::text::utf16_len;
use crate::sandbox::chats::views::Toast;
use crate::sandbox::state::State;

/// The longest answer, in UTF-16 units.
const MAX_ANSWER_UNITS: usize = 200;

pub(in crate::sandbox) fn answer(state: &mut State, call: &Call<'_>) -> MethodResult {
    let now = state.now();
    let id = call.text("callback_query_id").unwrap_or_default();
    let text = call.text("text").unwrap_or_default();
    let press = state.presses.get_mut(id).filter(|press| press.is_answerable(now));
    let press = press
        .ok_or_else(|| bad_request("query is too old and response timeout expired or query ID is invalid"))?;
    if utf16_len(text) > MAX_ANSWER_UNITS {
        return Err(bad_request("MESSAGE_TOO_LONG"));
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
