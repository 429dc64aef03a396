//! Methods that send contents without a file: location, venue, contact, dice, poll.
use serde_json::{Map, Value, json};

use super::messages::send;
use super::{Call, MethodResult};
use crate::sandbox::bot_api::error::{BotApiError, bad_request};
use crate::sandbox::chats::message::Attachment;
use crate::sandbox::chats::text::{Formatted, utf16_len};
use crate::sandbox::chats::views::MediaKind;
use crate::sandbox::state::State;

/// The emoji with a random value, and the highest value of each.
const DICE: [(&str, i64); 6] = [("🎲", 6), ("🎯", 6), ("🎳", 6), ("🏀", 5), ("⚽", 5), ("🎰", 64)];
const MAX_QUESTION_UNITS: usize = 300;
const MAX_OPTION_UNITS: usize = 100;
const MAX_OPTIONS: usize = 12;

pub(in crate::sandbox) fn send_location(state: &mut State, call: &Call<'_>) -> MethodResult {
    let mut location = location(call)?;
    let optional = ["horizontal_accuracy", "live_period", "heading", "proximity_alert_radius"];
    copy_fields(&mut location, call, &optional);
    send_data(state, call, MediaKind::Location, location)
}

pub(in crate::sandbox) fn send_venue(state: &mut State, call: &Call<'_>) -> MethodResult {
    let mut venue = json!({"location": location(call)?});
    require(call, &["title", "address"])?;
    let optional = ["foursquare_id", "foursquare_type", "google_place_id", "google_place_type"];
    copy_fields(&mut venue, call, &["title", "address"]);
    copy_fields(&mut venue, call, &optional);
    send_data(state, call, MediaKind::Venue, venue)
}

pub(in crate::sandbox) fn send_contact(state: &mut State, call: &Call<'_>) -> MethodResult {
    require(call, &["phone_number", "first_name"])?;
    let mut contact = json!({});
    copy_fields(&mut contact, call, &["phone_number", "first_name", "last_name", "vcard"]);
    send_data(state, call, MediaKind::Contact, contact)
}

pub(in crate::sandbox) fn send_dice(state: &mut State, call: &Call<'_>) -> MethodResult {
    let emoji = call.text("emoji").filter(|emoji| !emoji.is_empty()).unwrap_or("🎲");
    let emoji = emoji.trim_end_matches('\u{fe0f}');
    let known = DICE.iter().find(|(known, _)| *known == emoji);
    let (_, max) = known.ok_or_else(|| bad_request("EMOTICON_INVALID"))?;
    // The value is the same in every run, so that transcripts can be compared.
    let value = 1 + state.now().timestamp().rem_euclid(*max);
    send_data(state, call, MediaKind::Dice, json!({"emoji": emoji, "value": value}))
}

pub(in crate::sandbox) fn send_poll(state: &mut State, call: &Call<'_>) -> MethodResult {
    let question = text_of(call.text("question"), call.text("question_parse_mode"))?;
    let options = call.params.get("options").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let options: Vec<String> = options.iter().map(option).collect::<Result<_, _>>()?;
    let too_long = |text: &str, max: usize| utf16_len(text) > max;
    if question.is_empty() {
        return Err(bad_request("poll question must be non-empty"));
    }
    if too_long(&question, MAX_QUESTION_UNITS) {
        return Err(bad_request(format!("poll question length must not exceed {MAX_QUESTION_UNITS}")));
    }
    if options.is_empty() {
        return Err(bad_request("poll must have at least 1 option"));
    }
    if options.len() > MAX_OPTIONS {
        return Err(bad_request(format!("poll can't have more than {MAX_OPTIONS} options")));
    }
    if options.iter().any(String::is_empty) {
        return Err(bad_request("poll options must be non-empty"));
    }
    if options.iter().any(|text| too_long(text, MAX_OPTION_UNITS)) {
        return Err(bad_request(format!("poll options length must not exceed {MAX_OPTION_UNITS}")));
    }
    let is_anonymous = call.params.get("is_anonymous").and_then(Value::as_bool).unwrap_or(true);
    let shown: Vec<Value> = (0..)
        .zip(&options)
        .map(|(number, text)| json!({"persistent_id": format!("{number}"), "text": text, "voter_count": 0}))
        .collect();
    let poll = json!({
        "id": state.next_album_id(),
        "question": question,
        "options": shown,
        "total_voter_count": 0,
        "is_closed": call.flag("is_closed"),
        "is_anonymous": is_anonymous,
        "type": call.text("type").unwrap_or("regular"),
        "allows_multiple_answers": call.flag("allows_multiple_answers"),
        "allows_revoting": call.flag("allows_revoting"),
        "members_only": call.flag("members_only"),
    });
    send_data(state, call, MediaKind::Poll, poll)
}

/// Returns the text of an option, an `InputPollOption` or, as in older versions, a string.
fn option(option: &Value) -> Result<String, BotApiError> {
    let text = |name: &str| option.get(name).and_then(Value::as_str);
    text_of(option.as_str().or_else(|| text("text")), text("text_parse_mode"))
}

fn text_of(source: Option<&str>, parse_mode: Option<&str>) -> Result<String, BotApiError> {
    Formatted::parse(source.unwrap_or_default(), parse_mode, None).map(|parsed| parsed.text)
}

fn send_data(state: &mut State, call: &Call<'_>, kind: MediaKind, data: Value) -> MethodResult {
    let mut new = state.outgoing(call)?;
    new.attachment = Some(Attachment::of_data(kind, data));
    send(state, new)
}

fn location(call: &Call<'_>) -> Result<Value, BotApiError> {
    let degrees = |name: &str, max: f64| match call.number(name) {
        None => Err(bad_request(format!("{name} is empty"))),
        Some(value) if value.abs() > max => Err(bad_request("wrong location specified")),
        Some(value) => Ok(value),
    };
    let (latitude, longitude) = (degrees("latitude", 90.0)?, degrees("longitude", 180.0)?);
    Ok(json!({"latitude": latitude, "longitude": longitude}))
}

/// Errors if a text parameter is empty. Missing ones were refused before.
fn require(call: &Call<'_>, names: &[&str]) -> Result<(), BotApiError> {
    match names.iter().find(|name| call.text(name).is_none_or(str::is_empty)) {
        Some(name) => Err(bad_request(format!("parameter \"{name}\" is required"))),
        None => Ok(()),
    }
}

fn copy_fields(into: &mut Value, call: &Call<'_>, names: &[&str]) {
    let given: Map<String, Value> =
        names.iter().filter_map(|name| Some(((*name).to_owned(), call.params.get(*name)?.clone()))).collect();
    if let Some(into) = into.as_object_mut() {
        into.extend(given);
    }
}
