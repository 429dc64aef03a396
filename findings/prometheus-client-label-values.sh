#!/usr/bin/env bash
# prometheus-client 0.24.1 does not escape label values in the text format: \, " and line feed stand there as they are.
# The exposition format demands \\, \" and \n. Prometheus refuses the whole page for one such value. (prometheus/client_rust #151)
#
# Seen with prometheus-client 0.24.1:
#     n_total{department="Toko "Maju" \ C:
#     x"} 1
# Expected by the format:
#     n_total{department="Toko \"Maju\" \\ C:\nx"} 1
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
prometheus-client = "=0.24.1"
TOML
cat >"$folder/src/main.rs" <<'RUST'
use prometheus_client::encoding::{text::encode, EncodeLabelSet};
use prometheus_client::metrics::{counter::Counter, family::Family};
use prometheus_client::registry::Registry;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Labels {
    department: String,
}

fn main() {
    let family = Family::<Labels, Counter>::default();
    family.get_or_create(&Labels { department: "Toko \"Maju\" \\ C:\nx".into() }).inc();
    let mut registry = Registry::default();
    registry.register("n", "Tickets", family);
    let mut page = String::new();
    encode(&mut page, &registry).unwrap();
    print!("{page}");
}
RUST
output="$(cargo run --quiet --manifest-path "$folder/Cargo.toml" --target-dir "$folder/target")"
seen=$'n_total{department="Toko "Maju" \\ C:\nx"} 1'
printf '%s\n' "$output"
if [[ "$output" != *"$seen"* ]]; then
    echo "CHANGED: the label value is not written as it was" >&2
    exit 1
fi
echo "as seen: prometheus-client 0.24.1 escapes no label value"
