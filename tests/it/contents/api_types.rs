//! Examples of the types of the Bot API, generated from `update-types.json`.
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

static SPEC: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("update-types.json")).unwrap());

/// A field of a type.
pub(super) struct Field {
    pub(super) name: &'static str,
    types: Vec<&'static str>,
    pub(super) is_required: bool,
}

/// Returns the fields of a type, in the order of the documentation; none for a type with subtypes.
pub(super) fn fields(name: &str) -> Vec<Field> {
    let entries = SPEC["types"][name].as_array().unwrap_or_else(|| panic!("there is no type {name}"));
    let fields = entries.iter().filter_map(Value::as_array).map(|field| Field {
        name: field[0].as_str().unwrap(),
        types: field[1].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect(),
        is_required: field[2].as_bool().unwrap(),
    });
    fields.collect()
}

/// Returns the kinds of entities.
pub(super) fn entity_kinds() -> Vec<&'static str> {
    SPEC["entities"].as_array().unwrap().iter().map(|kind| kind.as_str().unwrap()).collect()
}

/// Returns an example of a field. With `all` the value has its optional fields, too.
pub(super) fn example(field: &Field, all: bool) -> Value {
    value(field.types[0], all)
}

fn value(name: &'static str, all: bool) -> Value {
    if let Some(element) = name.strip_prefix("Array of ") {
        return json!([value(element, all)]);
    }
    match name {
        "Integer" => json!(7),
        "Float" => json!(1.5),
        "String" => json!("kata"),
        "Boolean" | "True" => json!(true),
        _ => object(name, all),
    }
}

/// Returns an example of a type: of the first subtype, if it has some.
pub(super) fn object(name: &'static str, all: bool) -> Value {
    let subtype = SPEC["types"][name].as_array().and_then(|entries| entries.first()?.as_str());
    if let Some(subtype) = subtype {
        return value(subtype, all);
    }
    let present = fields(name).into_iter().filter(|field| field.is_required || all);
    // Optional fields of optional fields would go round in circles.
    Value::Object(present.map(|field| (field.name.to_owned(), example(&field, false))).collect::<Map<_, _>>())
}
