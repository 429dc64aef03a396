#!/usr/bin/env bash
# fluent-bundle 0.16.0: of the options of Fluent's function NUMBER, only `minimumFractionDigits` changes the text. The others that
# Fluent's documentation names (`maximumFractionDigits`, `minimumIntegerDigits`, `maximumSignificantDigits`, `useGrouping`, `style`)
# are parsed, stored and left out of the text, without an error.
#
# Seen with fluent-bundle 0.16.0, for 1234.5 in English:
#     no option: 1234.5
#     minimumFractionDigits: 2: 1234.50
#     maximumFractionDigits: 0: 1234.5
#     minimumIntegerDigits: 6: 1234.5
#     maximumSignificantDigits: 2: 1234.5
#     useGrouping: "true": 1234.5
#     style: "percent": 1234.5
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
fluent-bundle = "=0.16.0"
TOML
cat >"$folder/src/main.rs" <<'RUST'
use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};

fn main() {
    let options = [
        "minimumFractionDigits: 2",
        "maximumFractionDigits: 0",
        "minimumIntegerDigits: 6",
        "maximumSignificantDigits: 2",
        "useGrouping: \"true\"",
        "style: \"percent\"",
    ];
    println!("no option: {}", shown("{ NUMBER($n) }"));
    for option in options {
        println!("{option}: {}", shown(&format!("{{ NUMBER($n, {option}) }}")));
    }
}

/// Returns the text of a pattern for 1234.5 in English. Panics if the library names an error.
fn shown(pattern: &str) -> String {
    let resource = FluentResource::try_new(format!("amount = {pattern}\n")).expect("a valid resource");
    let mut bundle = FluentBundle::new(vec!["en".parse().expect("a language")]);
    bundle.add_builtins().expect("NUMBER");
    bundle.set_use_isolating(false);
    bundle.add_resource(resource).expect("one message");
    let mut args = FluentArgs::new();
    args.set("n", 1234.5);
    let (mut errors, message) = (Vec::new(), bundle.get_message("amount").expect("the message"));
    let text = bundle.format_pattern(message.value().expect("a value"), Some(&args), &mut errors).into_owned();
    assert!(errors.is_empty(), "{errors:?}");
    text
}
RUST
output="$(cargo run --quiet --manifest-path "$folder/Cargo.toml" --target-dir "$folder/target")"
seen='no option: 1234.5
minimumFractionDigits: 2: 1234.50
maximumFractionDigits: 0: 1234.5
minimumIntegerDigits: 6: 1234.5
maximumSignificantDigits: 2: 1234.5
useGrouping: "true": 1234.5
style: "percent": 1234.5'
printf '%s\n' "$output"
if [[ "$output" != "$seen" ]]; then
    echo "CHANGED: the options of NUMBER have another effect" >&2
    exit 1
fi
echo "as seen: fluent-bundle 0.16.0 heeds one option of NUMBER"
