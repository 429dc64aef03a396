#!/usr/bin/env bash
# fluent-bundle 0.16.0 and @fluent/bundle 0.19.1 (JavaScript): a reference to another term ends the parameters of the term that it
# stands in. A variable after it is unknown, although the reference passes it, so the default variant is shown; or it is the variable
# of the message with the same name. Before the other reference all is right.
#
# Fluent's guide, "Terms", "Parameterized Terms": the variables inside of a term are those between the parentheses of its reference.
# Messages get their variables from the program, terms do not.
#
# Seen with both, for terms with the variants "The desk" for $case "upper" and "the desk" for any other:
#     before, passed upper: The desk of Antri
#     after, passed upper: Antri: the desk (Unknown variable: $case)
#     before, upper in the message: the desk of Antri
#     after, upper in the message: Antri: The desk
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cat >"$folder/texts.ftl" <<'FTL'
-app = Antri
-before =
    { $case ->
        [upper] The desk
       *[lower] the desk
    } of { -app }
-after =
    { -app }: { $case ->
        [upper] The desk
       *[lower] the desk
    }
before-passed = { -before(case: "upper") }
after-passed = { -after(case: "upper") }
before-message = { -before }
after-message = { -after }
FTL
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
    let upper: FluentArgs = [("case", "upper")].into_iter().collect();
    println!("before, passed upper: {}", shown("before-passed", None));
    println!("after, passed upper: {}", shown("after-passed", None));
    println!("before, upper in the message: {}", shown("before-message", Some(&upper)));
    println!("after, upper in the message: {}", shown("after-message", Some(&upper)));
}

/// Returns the text of a message with these variables, and the errors that the library names.
fn shown(id: &str, variables: Option<&FluentArgs>) -> String {
    let texts = FluentResource::try_new(include_str!("../texts.ftl").to_owned()).expect("a valid resource");
    let mut bundle = FluentBundle::new(vec!["en".parse().expect("a language")]);
    bundle.set_use_isolating(false);
    bundle.add_resource(texts).expect("new messages");
    let pattern = bundle.get_message(id).and_then(|message| message.value()).expect("a value");
    let mut errors = Vec::new();
    let mut text = bundle.format_pattern(pattern, variables, &mut errors).into_owned();
    for error in errors {
        text += &format!(" ({})", error.to_string().trim_start_matches("Resolver error: "));
    }
    text
}
RUST
cat >"$folder/main.mjs" <<'JAVASCRIPT'
import { readFileSync } from "node:fs";
import { FluentBundle, FluentResource } from "@fluent/bundle";

const bundle = new FluentBundle("en", { useIsolating: false });
bundle.addResource(new FluentResource(readFileSync("texts.ftl", "utf8")));

function shown(id, variables) {
  const errors = [];
  const text = bundle.formatPattern(bundle.getMessage(id).value, variables, errors);
  return text + errors.map((error) => ` (${error.message})`).join("");
}

console.log(`before, passed upper: ${shown("before-passed")}`);
console.log(`after, passed upper: ${shown("after-passed")}`);
console.log(`before, upper in the message: ${shown("before-message", { case: "upper" })}`);
console.log(`after, upper in the message: ${shown("after-message", { case: "upper" })}`);
JAVASCRIPT
npm install --prefix "$folder" --no-audit --no-fund --loglevel error @fluent/bundle@0.19.1 >"$folder/npm.log"
script="$(cd "$folder" && node main.mjs)"
rust="$(cargo run --quiet --manifest-path "$folder/Cargo.toml" --target-dir "$folder/target")"
seen='before, passed upper: The desk of Antri
after, passed upper: Antri: the desk (Unknown variable: $case)
before, upper in the message: the desk of Antri
after, upper in the message: Antri: The desk'
printf 'JavaScript:\n%s\nRust:\n%s\n' "$script" "$rust"
if [[ "$script" != "$seen" || "$rust" != "$seen" ]]; then
    echo "CHANGED: the parameters of a term are kept in another way" >&2
    exit 1
fi
echo "as seen: a reference to another term ends the parameters of a term"
