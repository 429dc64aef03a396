//! Bot API schema of requests, and validation of requests against it.
mod coerce;

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::{BotApiError, bad_request};

const BUILT_IN: &str = include_str!("bot-api.json");

/// The methods and types of the published Bot API description.
#[derive(Default, Deserialize)]
pub(in crate::sandbox) struct Schema {
    methods: BTreeMap<String, Fields>,
    types: HashMap<String, Type>,
}

type Fields = BTreeMap<String, Field>;

#[derive(Deserialize)]
struct Field {
    types: Vec<String>,
    required: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Type {
    Union { any_of: Vec<String> },
    Object { fields: Fields },
}

impl Schema {
    /// Returns the schema that is compiled into the program. A test checks that it parses; if it did not,
    /// every method would be unknown.
    pub(in crate::sandbox) fn built_in() -> Self {
        serde_json::from_str(BUILT_IN).unwrap_or_default()
    }

    /// Returns the method name as the schema spells it. Telegram accepts any case.
    pub(in crate::sandbox) fn method(&self, name: &str) -> Option<&str> {
        self.methods.keys().find(|method| method.eq_ignore_ascii_case(name)).map(String::as_str)
    }

    /// Returns whether the method has this parameter.
    pub(in crate::sandbox) fn has_param(&self, method: &str, name: &str) -> bool {
        self.methods.get(method).is_some_and(|fields| fields.contains_key(name))
    }

    /// Errors on missing parameters and wrong types. Returns the unknown parameters, which Telegram ignores.
    pub(in crate::sandbox) fn check(
        &self,
        method: &str,
        params: &Map<String, Value>,
    ) -> Result<Vec<String>, BotApiError> {
        let fields = self.methods.get(method).ok_or(BotApiError::NotFound)?;
        for (name, field) in fields {
            if field.required && params.get(name).is_none_or(Value::is_null) {
                return Err(missing(name));
            }
        }
        let mut unknown = Vec::new();
        self.check_fields(fields, params, method, &mut unknown).map_err(bad_request)?;
        Ok(unknown)
    }

    fn check_fields(
        &self,
        fields: &Fields,
        given: &Map<String, Value>,
        path: &str,
        unknown: &mut Vec<String>,
    ) -> Result<(), String> {
        for (name, field) in fields {
            if field.required && !given.contains_key(name) {
                return Err(format!("can't find field \"{name}\""));
            }
        }
        for (name, value) in given {
            let path = format!("{path}.{name}");
            match fields.get(name) {
                None => unknown.push(format!("{path}: the Bot API has no such parameter")),
                Some(field) if value.is_null() && !field.required => {}
                Some(field) => self.check_any(&field.types, value, name, &path, unknown)?,
            }
        }
        Ok(())
    }

    /// Uses the matching type with the fewest unknown parameters, because unions have no tag.
    fn check_any(
        &self,
        types: &[String],
        value: &Value,
        name: &str,
        path: &str,
        unknown: &mut Vec<String>,
    ) -> Result<(), String> {
        // The elements of one array can have different types.
        let elements: Vec<String> =
            types.iter().filter_map(|t| t.strip_prefix("Array of ")).map(str::to_owned).collect();
        if let (Some(items), true) = (value.as_array(), elements.len() > 1) {
            return items.iter().enumerate().try_for_each(|(at, item)| {
                self.check_any(&elements, item, name, &format!("{path}[{at}]"), unknown)
            });
        }
        let mut best: Option<Vec<String>> = None;
        let mut first_error = None;
        for expected in types {
            let mut unknown_here = Vec::new();
            match self.check_one(expected, value, name, path, &mut unknown_here) {
                Ok(()) if best.as_ref().is_none_or(|b| unknown_here.len() < b.len()) => {
                    best = Some(unknown_here);
                }
                Ok(()) => {}
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        match best {
            Some(unknown_here) => {
                unknown.extend(unknown_here);
                Ok(())
            }
            None => Err(first_error.unwrap_or_else(|| wrong_type(name, "value"))),
        }
    }

    fn check_one(
        &self,
        expected: &str,
        value: &Value,
        name: &str,
        path: &str,
        unknown: &mut Vec<String>,
    ) -> Result<(), String> {
        let simple = |fits: bool, word: &str| if fits { Ok(()) } else { Err(wrong_type(name, word)) };
        match expected {
            "Integer" => simple(value.is_i64() || value.is_u64(), "Number"),
            "Float" => simple(value.is_number(), "Number"),
            "String" | "InputFile" => simple(value.is_string(), "String"),
            "Boolean" | "True" => simple(value.is_boolean(), "Boolean"),
            _ => {
                if let Some(element) = expected.strip_prefix("Array of ") {
                    let items = value.as_array().ok_or_else(|| wrong_type(name, "Array"))?;
                    return items.iter().enumerate().try_for_each(|(at, item)| {
                        self.check_one(element, item, name, &format!("{path}[{at}]"), unknown)
                    });
                }
                match self.types.get(expected) {
                    Some(Type::Union { any_of }) => self.check_any(any_of, value, name, path, unknown),
                    Some(Type::Object { fields }) => {
                        let given = value.as_object().ok_or_else(|| wrong_type(name, "Object"))?;
                        self.check_fields(fields, given, path, unknown)
                    }
                    None => Ok(()),
                }
            }
        }
    }
}

fn wrong_type(name: &str, word: &str) -> String {
    format!("field \"{name}\" must be of type {word}")
}

/// Returns Telegram's error for a missing parameter. Some parameters have a message of their own.
fn missing(name: &str) -> BotApiError {
    bad_request(match name {
        "chat_id" | "from_chat_id" | "latitude" | "longitude" => format!("{name} is empty"),
        "text" => "message text is empty".to_owned(),
        "message_id" => "message identifier is not specified".to_owned(),
        "file_id" => "file_id not specified".to_owned(),
        "action" => "wrong parameter action in request".to_owned(),
        "photo" | "document" | "voice" | "video" | "audio" | "sticker" | "animation" | "video_note" => {
            format!("there is no {} in the request", name.replace('_', " "))
        }
        "message_ids" => "message identifiers are not specified".to_owned(),
        _ => format!("parameter \"{name}\" is required"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(method: &str, params: Value) -> Result<Vec<String>, String> {
        let Value::Object(params) = params else { panic!("an object") };
        Schema::built_in().check(method, &params).map_err(|r| r.to_string())
    }

    #[test]
    fn built_in_schema_parses_and_method_names_match_in_any_case() {
        let schema = Schema::built_in();
        assert_eq!(schema.methods.len(), 47);
        assert_eq!(schema.method("SendMessage"), Some("sendMessage"));
        assert_eq!(schema.method("sendTelepathy"), None);
    }

    #[test]
    fn types_and_required_fields_are_checked_at_every_level() {
        let fine = json!({"chat_id": 1, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}});
        assert_eq!(check("sendMessage", fine), Ok(vec![]));
        assert_eq!(
            check("sendMessage", json!({"text": "x"})),
            Err("Bad Request: chat_id is empty".to_owned())
        );
        assert_eq!(
            check("sendMessage", json!({"chat_id": 1, "text": 5})),
            Err("Bad Request: field \"text\" must be of type String".to_owned())
        );
        let mixed = json!([{"type": "photo", "media": "a"}, {"type": "video", "media": "b", "duration": 3}]);
        assert_eq!(check("sendMediaGroup", json!({"chat_id": 1, "media": mixed})), Ok(vec![]));
        let no_label = json!({"chat_id": 1, "text": "x", "reply_markup": {"inline_keyboard": [[{"callback_data": "b"}]]}});
        assert_eq!(check("sendMessage", no_label), Err("Bad Request: can't find field \"text\"".to_owned()));
    }

    #[test]
    fn unknown_parameters_are_returned_with_their_path() {
        let unknown = json!({"chat_id": 1, "text": "x", "colour": "red", "reply_parameters": {"message_id": 1, "loud": true}});
        assert_eq!(
            check("sendMessage", unknown),
            Ok(vec![
                "sendMessage.colour: the Bot API has no such parameter".to_owned(),
                "sendMessage.reply_parameters.loud: the Bot API has no such parameter".to_owned()
            ])
        );
        let scope = json!({"commands": [{"command": "a", "description": "b"}], "scope": {"type": "chat", "chat_id": 4}});
        assert_eq!(check("setMyCommands", scope), Ok(vec![]));
    }
}
