//! Examples of the contract's bodies and answers, generated from their schemas.
use serde_json::{Map, Value, json};

/// How deep references are followed. No schema of the contract is as deep.
const MAX_DEPTH: usize = 16;

/// Adds an example to each body and answer that has a schema and no example.
pub(super) fn add_examples(contract: &mut Value) {
    let schemas = contract.pointer("/components/schemas").cloned().unwrap_or_default();
    let Some(Value::Object(paths)) = contract.get_mut("paths") else { return };
    let operations = paths.values_mut().filter_map(Value::as_object_mut).flat_map(Map::values_mut);
    for operation in operations {
        if let Some(content) = operation.pointer_mut("/requestBody/content") {
            add_to(content, &schemas, true);
        }
        let Some(Value::Object(responses)) = operation.get_mut("responses") else { continue };
        for (status, response) in responses {
            if let Some(content) = response.get_mut("content") {
                // The only flags in an answer that says "not ready" are those of the parts.
                add_to(content, &schemas, status != "503");
            }
        }
    }
}

/// Adds an example to each media type of `content`.
fn add_to(content: &mut Value, schemas: &Value, flag: bool) {
    for media in content.as_object_mut().into_iter().flat_map(Map::values_mut) {
        let Some(media) = media.as_object_mut() else { continue };
        if let (false, Some(schema)) = (media.contains_key("example"), media.get("schema")) {
            let example = Examples { schemas, flag }.of(schema, MAX_DEPTH);
            media.insert("example".to_owned(), example);
        }
    }
}

/// The generator: the named schemas, and the value of a flag without an example.
#[derive(Clone, Copy)]
struct Examples<'a> {
    schemas: &'a Value,
    flag: bool,
}

impl Examples<'_> {
    /// Returns a value that fits the schema: its example if it has one.
    fn of(self, schema: &Value, depth: usize) -> Value {
        let Some(depth) = depth.checked_sub(1) else { return Value::Null };
        if let Some(example) = schema.get("example") {
            return example.clone();
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let name = reference.rsplit('/').next().unwrap_or_default();
            return self.schemas.get(name).map_or(Value::Null, |named| self.of(named, depth));
        }
        if let Some(first) = schema.pointer("/enum/0") {
            return first.clone();
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            return self.merged(parts, depth);
        }
        let choices = ["oneOf", "anyOf"].into_iter().find_map(|key| schema.get(key)?.as_array());
        if let Some(choices) = choices {
            let choice = choices.iter().find(|choice| kind(choice) != Some("null"));
            return choice.map_or(Value::Null, |choice| self.of(choice, depth));
        }
        match kind(schema) {
            Some("object") => self.merged(std::slice::from_ref(schema), depth),
            Some("array") => {
                Value::Array(schema.get("items").map(|item| self.of(item, depth)).into_iter().collect())
            }
            Some("string") => text(schema),
            Some("integer" | "number") => {
                schema.get("minimum").filter(|least| **least != json!(0)).cloned().unwrap_or_else(|| json!(1))
            }
            Some("boolean") => json!(self.flag),
            _ => Value::Null,
        }
    }

    /// Returns the properties of all `parts` as one object.
    fn merged(self, parts: &[Value], depth: usize) -> Value {
        let mut merged = Map::new();
        for part in parts {
            let properties = match part.get("properties") {
                Some(Value::Object(properties)) => {
                    properties.iter().map(|(name, schema)| (name.clone(), self.of(schema, depth))).collect()
                }
                _ => self.of(part, depth),
            };
            for (name, value) in properties.as_object().into_iter().flatten() {
                // A later part may only say that the property is required.
                merged.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        Value::Object(merged)
    }
}

/// Returns the type of a schema, without `null`.
fn kind(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        kind => kind.as_str(),
    }
}

/// Returns a text of the schema's format.
fn text(schema: &Value) -> Value {
    match schema.get("format").and_then(Value::as_str) {
        Some("uuid") => json!("01938b1e-5f60-7c4a-9d1b-2f6a8c3e4d50"),
        Some("date-time") => json!("2025-12-04T06:52:53Z"),
        _ => json!("text"),
    }
}
