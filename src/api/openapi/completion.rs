//! Completion of the generated contract with what generators of clients and linters expect, and the handlers'
//! attributes cannot say.
use serde_json::{Map, Value, json};

/// Completes the contract.
pub(super) fn complete(contract: &mut Value) {
    if let Some(Value::Object(info)) = contract.get_mut("info") {
        let license = env!("CARGO_PKG_LICENSE");
        info.insert("contact".to_owned(), json!({"name": "The operators of the desk"}));
        info.insert("license".to_owned(), json!({"name": license, "identifier": license}));
    }
    if let Value::Object(document) = contract {
        document.insert("servers".to_owned(), json!([{"url": "/", "description": "This desk"}]));
    }
    require_customer(contract);
    refer_to_named_schemas(contract);
    let Some(Value::Object(paths)) = contract.get_mut("paths") else { return };
    let operations = paths.values_mut().filter_map(Value::as_object_mut).flat_map(Map::values_mut);
    for operation in operations.filter_map(Value::as_object_mut) {
        describe(operation);
        // Without it an operation is not known to be open.
        operation.entry("security").or_insert_with(|| json!([]));
    }
}

/// Adds the rule that a new ticket names its customer by one of two ids, which no field attribute can express.
fn require_customer(contract: &mut Value) {
    if let Some(Value::Object(body)) = contract.pointer_mut("/components/schemas/NewTicketBody") {
        let unnamed = json!({"customer_id": {"type": "null"}, "customer_telegram_id": {"type": "null"}});
        body.insert("not".to_owned(), json!({"properties": unnamed}));
    }
}

/// Splits the handler's doc into a summary, its first sentence, and the description, which is all of it.
fn describe(operation: &mut Map<String, Value>) {
    let texts =
        ["summary", "description"].map(|key| operation.get(key).and_then(Value::as_str).unwrap_or_default());
    let text = texts.join(" ").replace('\n', " ").trim().to_owned();
    let summary =
        text.split_once(". ").map_or(text.as_str(), |(first, _)| first).trim_end_matches('.').to_owned();
    operation.insert("summary".to_owned(), json!(summary));
    operation.insert("description".to_owned(), json!(text));
    for (status, response) in
        operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten()
    {
        if let Some(description) = response.get_mut("description").filter(|text| **text == "") {
            *description = json!(if status == "201" { "Created" } else { "The result" });
        }
    }
}

/// Replaces the result in each envelope by a reference to its named schema, which the derive writes out once
/// more. A generated client then has one type for it.
fn refer_to_named_schemas(contract: &mut Value) {
    let Some(Value::Object(schemas)) = contract.pointer_mut("/components/schemas") else { return };
    let names: Vec<String> = schemas.keys().cloned().collect();
    for (name, schema) in schemas {
        let Some((_, of)) = name.split_once('_') else { continue };
        let (pointer, of) = match of.strip_prefix("Vec_") {
            Some(item) => ("/properties/data/items", item),
            None => ("/properties/data", of),
        };
        if let (true, Some(data)) = (names.iter().any(|name| name == of), schema.pointer_mut(pointer)) {
            *data = json!({"$ref": format!("#/components/schemas/{of}")});
        }
    }
}
