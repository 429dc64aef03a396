#!/usr/bin/env bash
# teloxide-core 0.13.0 reads an update only if its keys are borrowed from the text that is parsed. From a `serde_json::Value`, or from
# a reader, every update becomes `UpdateKind::Error`, without an error. An update that was stored as a document, or looked at as a
# `Value` first, is therefore lost on its way to the dispatcher.
#
# Seen with teloxide-core 0.13.0 and serde_json 1.0, for the same update:
#     from_str: message 5
#     from_slice: message 5
#     from_value: error
#     from_reader: error
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cat >"$folder/Cargo.toml" <<'TOML'
[package]
name = "finding"
version = "0.0.0"
edition = "2021"

[dependencies]
serde_json = "1"
# A dependency of teloxide-core, whose next version needs a newer compiler.
takecell = "=0.1.1"
teloxide-core = { version = "=0.13.0", default-features = false, features = ["rustls"] }
TOML
cat >"$folder/src/main.rs" <<'RUST'
use teloxide_core::types::{Update, UpdateKind};

const UPDATE: &str = r#"{"update_id": 1, "message": {"message_id": 5, "date": 1700000000, "text": "Hello",
    "chat": {"id": 7, "type": "private", "first_name": "Sari"},
    "from": {"id": 7, "is_bot": false, "first_name": "Sari"}}}"#;

fn main() {
    let value: serde_json::Value = serde_json::from_str(UPDATE).expect("valid JSON");
    show("from_str", serde_json::from_str(UPDATE));
    show("from_slice", serde_json::from_slice(UPDATE.as_bytes()));
    show("from_value", serde_json::from_value(value));
    show("from_reader", serde_json::from_reader(UPDATE.as_bytes()));
}

fn show(how: &str, update: serde_json::Result<Update>) {
    match update.expect("an update").kind {
        UpdateKind::Message(message) => println!("{how}: message {}", message.id),
        UpdateKind::Error(_) => println!("{how}: error"),
        other => println!("{how}: {other:?}"),
    }
}
RUST
output="$(cargo run --quiet --manifest-path "$folder/Cargo.toml" --target-dir "$folder/target")"
seen=$'from_str: message 5\nfrom_slice: message 5\nfrom_value: error\nfrom_reader: error'
printf '%s\n' "$output"
if [[ "$output" != "$seen" ]]; then
    echo "CHANGED: teloxide reads updates with owned keys in another way" >&2
    exit 1
fi
echo "as seen: teloxide-core 0.13.0 reads no update with owned keys"
