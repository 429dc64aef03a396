//! Conversion of parameters to the types of the schema. Telegram's server is lenient: it reads every parameter as
//! text, and takes numbers for strings and strings for numbers inside of objects.
use serde_json::{Map, Value};

use super::{Fields, Schema, Type};

impl Schema {
    /// Converts the parameters of a request, from a form or from JSON, to the types of the method's parameters.
    pub(in crate::sandbox) fn coerce(&self, method: &str, params: &mut Map<String, Value>) {
        let Some(fields) = self.methods.get(method) else { return };
        for (name, value) in params {
            let Some(field) = fields.get(name) else { continue };
            parse_text(&field.types, value);
            self.coerce_value(&field.types, value);
        }
    }

    fn coerce_value(&self, types: &[String], value: &mut Value) {
        match value {
            Value::Array(items) => {
                let elements: Vec<String> =
                    types.iter().filter_map(|t| t.strip_prefix("Array of ")).map(str::to_owned).collect();
                for item in items {
                    self.coerce_value(&elements, item);
                }
            }
            Value::Object(object) => {
                let candidates: Vec<&Fields> = types.iter().flat_map(|t| self.object_types(t)).collect();
                for (name, value) in object {
                    let field = candidates.iter().find_map(|fields| fields.get(name));
                    if let Some(field) = field {
                        self.coerce_value(&field.types, value);
                    }
                }
            }
            Value::String(text) if has(types, &["Integer", "Float"]) && !has(types, &["String"]) => {
                if let Ok(number) = serde_json::from_str::<serde_json::Number>(text.trim()) {
                    *value = Value::Number(number);
                }
            }
            Value::Number(number) if has(types, &["String"]) && !has(types, &["Integer", "Float"]) => {
                *value = Value::from(number.to_string());
            }
            _ => {}
        }
    }

    /// Returns the fields of an object type, or of each member of a union.
    fn object_types(&self, name: &str) -> Vec<&Fields> {
        match self.types.get(name) {
            Some(Type::Object { fields }) => vec![fields],
            Some(Type::Union { any_of }) => {
                any_of.iter().flat_map(|member| self.object_types(member)).collect()
            }
            None => Vec::new(),
        }
    }
}

fn has(types: &[String], names: &[&str]) -> bool {
    types.iter().any(|t| names.contains(&t.as_str()))
}

/// Reads a parameter as Telegram reads its text: JSON where the type is no string, and the text of any JSON value
/// where it is one. A null stays one: clients send it for a parameter that is not given.
fn parse_text(types: &[String], value: &mut Value) {
    let is_text = has(types, &["String", "InputFile"]);
    match value {
        Value::String(text) if !is_text => {
            if has(types, &["Boolean", "True"]) {
                *value = Value::Bool(matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "1"));
            } else if let Ok(parsed) = serde_json::from_str(text) {
                *value = parsed;
            }
        }
        Value::Number(number) if has(types, &["Boolean"]) => *value = Value::Bool(number.as_i64() == Some(1)),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) if is_text => {
            *value = Value::from(value.to_string());
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn coerced(method: &str, mut params: Value) -> Value {
        Schema::built_in().coerce(method, params.as_object_mut().unwrap());
        params
    }

    #[test]
    fn form_fields_are_converted_to_the_type_of_the_parameter() {
        let markup = json!({"inline_keyboard": [[{"text": "True", "callback_data": "b"}]]});
        let params =
            json!({"chat_id": "12", "message_id": "5", "text": "7", "reply_markup": markup.to_string()});
        let params = coerced("editMessageText", params);
        assert_eq!(params, json!({"chat_id": "12", "message_id": 5, "text": "7", "reply_markup": markup}));
        let flags =
            json!({"chat_id": 1, "text": "x", "disable_notification": "True", "protect_content": "0"});
        let flags = coerced("sendMessage", flags);
        assert_eq!(
            (&flags["disable_notification"], &flags["protect_content"]),
            (&json!(true), &json!(false))
        );
    }

    #[test]
    fn json_is_as_lenient_as_a_form() {
        let params = json!({"chat_id": 1, "text": 5, "message_thread_id": "3", "disable_notification": 1,
            "parse_mode": null, "reply_parameters": {"message_id": "9", "quote": 4},
            "entities": [{"type": "bold", "offset": "0", "length": "1"}],
            "reply_markup": {"inline_keyboard": [[{"text": 1, "callback_data": 2}]]}});
        assert_eq!(
            coerced("sendMessage", params),
            json!({"chat_id": 1, "text": "5", "message_thread_id": 3, "disable_notification": true,
                "parse_mode": null, "reply_parameters": {"message_id": 9, "quote": "4"},
                "entities": [{"type": "bold", "offset": 0, "length": 1}],
                "reply_markup": {"inline_keyboard": [[{"text": "1", "callback_data": "2"}]]}})
        );
        let nonsense = json!({"message_id": "many", "text": ["a"]});
        assert_eq!(coerced("editMessageText", nonsense), json!({"message_id": "many", "text": "[\"a\"]"}));
    }
}
