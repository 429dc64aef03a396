#!/usr/bin/env bash
# fluent-langneg 0.14.2: who asks for Indonesian by its former code `in` gets the default language, although the texts exist in
# Indonesian. The same is true of Hebrew (`iw`) and of Filipino (`tl`, as CLDR merges it with `fil`). No strategy finds them, and
# there is no error. The texts of a language with another script are found: `zh-TW` gets `zh-Hant`, so aliases are known elsewhere.
#
# The IANA registry of language subtags keeps `in` and `iw` as valid and deprecated, with `id` and `he` as their preferred values.
# ECMA-402 has such tags replaced before they are compared, and Node.js does it. Java's Locale, which names the language of an Android
# phone, gave the former codes before Java 17.
#
# Seen, with texts in en, id, he, fil and zh-Hant, and en as the default:
#     id: lookup id, filtering id en, Node.js id
#     in: lookup en, filtering en, Node.js id
#     in-ID: lookup en, filtering en, Node.js id-ID
#     iw: lookup en, filtering en, Node.js he
#     tl: lookup en, filtering en, Node.js fil
#     zh-TW: lookup zh-Hant, filtering zh-Hant en, Node.js zh-TW
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
fluent-langneg = "=0.14.2"
TOML
cat >"$folder/src/main.rs" <<'RUST'
use fluent_langneg::{negotiate_languages, LanguageIdentifier, NegotiationStrategy};

fn main() {
    let tag = |name: &str| name.parse::<LanguageIdentifier>().expect("a valid tag");
    let texts = ["en", "id", "he", "fil", "zh-Hant"].map(tag);
    for asked in std::env::args().skip(1) {
        let found = |strategy| {
            let found: Vec<_> = negotiate_languages(&[tag(&asked)], &texts, Some(&tag("en")), strategy)
                .into_iter()
                .map(ToString::to_string)
                .collect();
            found.join(" ")
        };
        let (lookup, filtering) = (found(NegotiationStrategy::Lookup), found(NegotiationStrategy::Filtering));
        println!("{asked}: lookup {lookup}, filtering {filtering}");
    }
}
RUST
cargo build --quiet --manifest-path "$folder/Cargo.toml" --target-dir "$folder/target"
seen='id: lookup id, filtering id en, Node.js id
in: lookup en, filtering en, Node.js id
in-ID: lookup en, filtering en, Node.js id-ID
iw: lookup en, filtering en, Node.js he
tl: lookup en, filtering en, Node.js fil
zh-TW: lookup zh-Hant, filtering zh-Hant en, Node.js zh-TW'
now="$(for asked in id in in-ID iw tl zh-TW; do
    printf '%s, Node.js %s\n' "$("$folder/target/debug/finding" "$asked")" \
        "$(node -p 'Intl.getCanonicalLocales(process.argv[1])[0]' "$asked")"
done)"
printf '%s\n' "$now"
if [[ "$now" != "$seen" ]]; then
    echo "CHANGED: former codes of languages are read in another way" >&2
    exit 1
fi
echo "as seen: a language that is asked for by its former code is not found"
