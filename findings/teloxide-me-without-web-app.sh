#!/usr/bin/env bash
# teloxide-core 0.13.0 cannot read an answer of getMe without `has_main_web_app`, although the Bot API calls the field optional.
# Servers of the Bot API before 7.8, and those of 10.5, leave it out. The dispatcher of teloxide then never starts.
#
# Seen with teloxide-core 0.13.0, for the same bot without and with the field:
#     without: missing field `has_main_web_app`
#     with: antri_bot
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
use serde_json::{json, Value};
use teloxide_core::types::Me;

fn main() {
    let without = json!({
        "id": 4242, "is_bot": true, "first_name": "Antri", "username": "antri_bot", "can_join_groups": true,
        "can_read_all_group_messages": false, "supports_inline_queries": false, "can_connect_to_business": false
    });
    let mut with = without.clone();
    with["has_main_web_app"] = Value::Bool(false);
    for (name, answer) in [("without", without), ("with", with)] {
        match serde_json::from_value::<Me>(answer) {
            Ok(me) => println!("{name}: {}", me.username()),
            Err(error) => println!("{name}: {error}"),
        }
    }
}
RUST
output="$(cargo run --quiet --manifest-path "$folder/Cargo.toml" --target-dir "$folder/target")"
seen=$'without: missing field `has_main_web_app`\nwith: antri_bot'
printf '%s\n' "$output"
if [[ "$output" != "$seen" ]]; then
    echo "CHANGED: getMe without the field is read in another way" >&2
    exit 1
fi
echo "as seen: teloxide-core 0.13.0 needs has_main_web_app"
