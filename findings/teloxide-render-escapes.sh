#!/usr/bin/env bash
# teloxide 0.17.0: `html_text` and `markdown_text` of a message escape its text only if some of it is formatted. A plain text with <
# or & or a full stop comes out as it is, and is no valid text for `ParseMode::Html` or `ParseMode::MarkdownV2`. In MarkdownV2 the
# address of a link is never escaped, so it ends at its first ")".
#
# The Bot API, "HTML style": each <, > and & that is not part of a tag or an entity must be replaced. "MarkdownV2 style": "." must be
# escaped, and ")" in the address of a link too.
#
# Seen with teloxide 0.17.0, for messages as getUpdates returns them:
#     plain: 5 < 6 & 7. | 5 < 6 & 7.
#     bold 5: <b>5</b> &lt; 6 &amp; 7. | *5* < 6 & 7\.
#     link: <a href="https://example.org/a_(b)_c">map</a> | [map](https://example.org/a_(b)_c)
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
teloxide = { version = "=0.17.0", default-features = false, features = ["rustls"] }
TOML
cat >"$folder/src/main.rs" <<'RUST'
use serde_json::{json, Value};
use teloxide::types::Message;
use teloxide::utils::render::RenderMessageTextHelper;

fn main() {
    let link = json!({"type": "text_link", "offset": 0, "length": 3, "url": "https://example.org/a_(b)_c"});
    show("plain", "5 < 6 & 7.", json!([]));
    show("bold 5", "5 < 6 & 7.", json!([{"type": "bold", "offset": 0, "length": 1}]));
    show("link", "map", json!([link]));
}

fn show(name: &str, text: &str, entities: Value) {
    let mut message = json!({
        "message_id": 5, "date": 1_700_000_000, "text": text, "chat": {"id": 7, "type": "private", "first_name": "Sari"},
        "from": {"id": 7, "is_bot": false, "first_name": "Sari"}
    });
    if entities != json!([]) {
        message["entities"] = entities;
    }
    let message: Message = serde_json::from_str(&message.to_string()).expect("a message");
    println!("{name}: {} | {}", message.html_text().expect("a text"), message.markdown_text().expect("a text"));
}
RUST
output="$(cargo run --quiet --manifest-path "$folder/Cargo.toml" --target-dir "$folder/target")"
seen='plain: 5 < 6 & 7. | 5 < 6 & 7.
bold 5: <b>5</b> &lt; 6 &amp; 7. | *5* < 6 & 7\.
link: <a href="https://example.org/a_(b)_c">map</a> | [map](https://example.org/a_(b)_c)'
printf '%s\n' "$output"
if [[ "$output" != "$seen" ]]; then
    echo "CHANGED: the texts are escaped in another way" >&2
    exit 1
fi
echo "as seen: teloxide 0.17.0 escapes no plain text and no address of a link"
