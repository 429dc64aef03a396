//! The Bot API's own description of its requests, and the check of every request against it.
use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::refusal::{Refusal, bad};

const BUILT_IN: &str = include_str!("bot-api.json");

/// Methods and types, as cut from the official description.
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
    /// The description that ships with the sandbox. It is part of the program, so it always parses (a test
    /// says so); were it ever broken, every method would be unknown.
    pub(in crate::sandbox) fn built_in() -> Self {
        serde_json::from_str(BUILT_IN).unwrap_or_default()
    }

    /// The method's proper spelling; Telegram takes any case.
    pub(in crate::sandbox) fn method(&self, name: &str) -> Option<&str> {
        self.methods.keys().find(|known| known.eq_ignore_ascii_case(name)).map(String::as_str)
    }

    /// Whether the method has such a parameter.
    pub(in crate::sandbox) fn has_param(&self, method: &str, name: &str) -> bool {
        self.methods.get(method).is_some_and(|fields| fields.contains_key(name))
    }

    /// Gives form fields, which are all text, the JSON type that the method asks for.
    pub(in crate::sandbox) fn coerce(&self, method: &str, params: &mut Map<String, Value>) {
        let Some(fields) = self.methods.get(method) else { return };
        for (name, value) in params {
            let (Some(field), Some(text)) = (fields.get(name), value.as_str()) else { continue };
            if field.types.iter().any(|t| t == "String" || t == "InputFile") {
                continue;
            }
            let text = match text {
                "True" => "true",
                "False" => "false",
                text => text,
            };
            if let Ok(typed) = serde_json::from_str(text) {
                *value = typed;
            }
        }
    }

    /// Refuses missing parameters and wrong types; returns what Telegram would silently ignore.
    pub(in crate::sandbox) fn check(
        &self,
        method: &str,
        params: &Map<String, Value>,
    ) -> Result<Vec<String>, Refusal> {
        let fields = self.methods.get(method).ok_or(Refusal::NotFound)?;
        for (name, field) in fields {
            if field.required && params.get(name).is_none_or(Value::is_null) {
                return Err(missing(name));
            }
        }
        let mut odd = Vec::new();
        self.check_fields(fields, params, method, &mut odd).map_err(bad)?;
        Ok(odd)
    }

    fn check_fields(
        &self,
        fields: &Fields,
        given: &Map<String, Value>,
        path: &str,
        odd: &mut Vec<String>,
    ) -> Result<(), String> {
        for (name, field) in fields {
            if field.required && !given.contains_key(name) {
                return Err(format!("can't find field \"{name}\""));
            }
        }
        for (name, value) in given {
            let path = format!("{path}.{name}");
            match fields.get(name) {
                None => odd.push(format!("{path}: the Bot API has no such parameter")),
                Some(field) if value.is_null() && !field.required => {}
                Some(field) => self.check_any(&field.types, value, name, &path, odd)?,
            }
        }
        Ok(())
    }

    /// Of the types that fit, the one with the fewest oddities counts: unions have no tag of their own.
    fn check_any(
        &self,
        types: &[String],
        value: &Value,
        name: &str,
        path: &str,
        odd: &mut Vec<String>,
    ) -> Result<(), String> {
        let mut best: Option<Vec<String>> = None;
        let mut reason = None;
        for wanted in types {
            let mut here = Vec::new();
            match self.check_one(wanted, value, name, path, &mut here) {
                Ok(()) if best.as_ref().is_none_or(|b| here.len() < b.len()) => best = Some(here),
                Ok(()) => {}
                Err(words) => reason = reason.or(Some(words)),
            }
        }
        match best {
            Some(here) => {
                odd.extend(here);
                Ok(())
            }
            None => Err(reason.unwrap_or_else(|| wrong_type(name, "value"))),
        }
    }

    fn check_one(
        &self,
        wanted: &str,
        value: &Value,
        name: &str,
        path: &str,
        odd: &mut Vec<String>,
    ) -> Result<(), String> {
        let simple = |fits: bool, word: &str| if fits { Ok(()) } else { Err(wrong_type(name, word)) };
        match wanted {
            "Integer" => simple(value.is_i64() || value.is_u64(), "Number"),
            "Float" => simple(value.is_number(), "Number"),
            "String" | "InputFile" => simple(value.is_string(), "String"),
            "Boolean" | "True" => simple(value.is_boolean(), "Boolean"),
            _ => {
                if let Some(element) = wanted.strip_prefix("Array of ") {
                    let items = value.as_array().ok_or_else(|| wrong_type(name, "Array"))?;
                    return items.iter().enumerate().try_for_each(|(at, item)| {
                        self.check_one(element, item, name, &format!("{path}[{at}]"), odd)
                    });
                }
                match self.types.get(wanted) {
                    Some(Type::Union { any_of }) => self.check_any(any_of, value, name, path, odd),
                    Some(Type::Object { fields }) => {
                        let given = value.as_object().ok_or_else(|| wrong_type(name, "Object"))?;
                        self.check_fields(fields, given, path, odd)
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

/// Telegram has its own words for the parameters that people forget most.
fn missing(name: &str) -> Refusal {
    bad(match name {
        "chat_id" | "from_chat_id" => format!("{name} is empty"),
        "text" => "message text is empty".to_owned(),
        "message_id" => "message identifier is not specified".to_owned(),
        "file_id" => "file_id not specified".to_owned(),
        "action" => "wrong parameter action in request".to_owned(),
        "photo" | "document" | "voice" | "video" | "audio" | "sticker" => {
            format!("there is no {name} in the request")
        }
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
    fn the_built_in_schema_parses_and_names_are_found_in_any_case() {
        let schema = Schema::built_in();
        assert_eq!(schema.methods.len(), 28);
        assert_eq!(schema.method("SendMessage"), Some("sendMessage"));
        assert_eq!(schema.method("sendTelepathy"), None);
    }

    #[test]
    fn types_and_required_fields_are_checked_deeply() {
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
        let no_label = json!({"chat_id": 1, "text": "x", "reply_markup": {"inline_keyboard": [[{"callback_data": "b"}]]}});
        assert_eq!(check("sendMessage", no_label), Err("Bad Request: can't find field \"text\"".to_owned()));
    }

    #[test]
    fn unknown_parameters_are_told_with_their_path() {
        let odd = json!({"chat_id": 1, "text": "x", "colour": "red", "reply_parameters": {"message_id": 1, "loud": true}});
        assert_eq!(
            check("sendMessage", odd),
            Ok(vec![
                "sendMessage.colour: the Bot API has no such parameter".to_owned(),
                "sendMessage.reply_parameters.loud: the Bot API has no such parameter".to_owned()
            ])
        );
        let scope = json!({"commands": [{"command": "a", "description": "b"}], "scope": {"type": "chat", "chat_id": 4}});
        assert_eq!(check("setMyCommands", scope), Ok(vec![]));
    }

    #[test]
    fn form_fields_take_the_type_of_the_parameter() {
        let markup = json!({"inline_keyboard": [[{"text": "True", "callback_data": "b"}]]});
        let text = markup.to_string();
        let mut params = json!({"chat_id": "12", "message_id": "5", "text": "7", "reply_markup": text});
        let params = params.as_object_mut().unwrap();
        Schema::built_in().coerce("editMessageText", params);
        assert_eq!(params.get("message_id"), Some(&json!(5)));
        assert_eq!(params.get("text"), Some(&json!("7")));
        assert_eq!(params.get("reply_markup"), Some(&markup));
        assert_eq!(params.get("chat_id"), Some(&json!("12")));
    }
}
