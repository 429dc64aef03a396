//! `answerInlineQuery`: at most 50 results with ids of their own.
use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Call, MethodResult};
use crate::sandbox::bot_api::error::bad_request;
use crate::sandbox::chats::text::Formatted;
use crate::sandbox::state::State;

const MAX_RESULTS: usize = 50;
/// The longest id of a result, in bytes.
const MAX_ID_BYTES: usize = 64;

pub(in crate::sandbox) fn answer(state: &mut State, call: &Call<'_>) -> MethodResult {
    let results: Vec<Value> =
        call.params.get("results").and_then(Value::as_array).cloned().unwrap_or_default();
    if results.len() > MAX_RESULTS {
        return Err(bad_request("RESULTS_TOO_MUCH"));
    }
    let mut ids = BTreeSet::new();
    for result in &results {
        let text = |name: &str| result.get(name).and_then(Value::as_str).unwrap_or_default();
        if !(1..=MAX_ID_BYTES).contains(&text("id").len()) || !ids.insert(text("id").to_owned()) {
            return Err(bad_request("RESULT_ID_INVALID"));
        }
        if text("type") != "article" || text("title").is_empty() {
            return Err(bad_request("can't parse inline query result"));
        }
        let content = result.get("input_message_content");
        let field = |name: &str| content.and_then(|content| content.get(name));
        let source = field("message_text").and_then(Value::as_str).unwrap_or_default();
        let parse_mode = field("parse_mode").and_then(Value::as_str);
        Formatted::parse(source, parse_mode, field("entities"))?.checked_message()?;
    }
    let id = call.text("inline_query_id").unwrap_or_default();
    let query = state.inline_queries.get_mut(id).filter(|query| query.results.is_none());
    let query = query
        .ok_or_else(|| bad_request("query is too old and response timeout expired or query ID is invalid"))?;
    query.results = Some(results);
    Ok(json!(true))
}
