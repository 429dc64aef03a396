//! Lenient access to fields of a JSON object.
use crate::domain::Time;
use serde_json::Value;

/// Returns a field of type string.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

/// Returns a field that is an integer, also if it is written with a fraction of zero.
pub(super) fn integer(value: &Value, name: &str) -> Option<i64> {
    let number = value.get(name)?;
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked; the cast saturates")]
    let from_float = || number.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 9e15).map(|n| n as i64);
    number.as_i64().or_else(from_float)
}

/// Returns a field that is the id of a message or thread.
pub(super) fn message_id(value: &Value, name: &str) -> Option<i32> {
    integer(value, name).and_then(|id| i32::try_from(id).ok())
}

/// Returns a field that is true or false; false if it is missing.
pub(super) fn flag(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool).unwrap_or_default()
}

/// Returns a field that is a point in Unix time.
pub(super) fn time(value: &Value, name: &str) -> Option<Time> {
    Time::from_timestamp(integer(value, name)?, 0)
}

/// Returns the elements of a field that is an array; none if it is another type.
pub(super) fn elements<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
