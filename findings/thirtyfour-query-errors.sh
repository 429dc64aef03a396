#!/usr/bin/env bash
# thirtyfour 0.38.1: `ElementQuery::ignore_errors` is documented as the default, but it is off. If a page replaces an element
# between the search and the look at it, the error "stale element reference" ends a waiting query at once. With
# `ignore_errors(true)` the query looks again, and finds the new element. Pages that render a list anew with each event meet it.
#
# Seen with thirtyfour 0.38.1 against a WebDriver server of this script, whose element is stale once:
#     by default: stale element reference
#     ignore_errors(true): found
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
axum = "=0.8.9"
serde_json = "1"
thirtyfour = { version = "=0.38.1", default-features = false, features = ["reqwest"] }
tokio = { version = "1", features = ["macros", "net", "rt-multi-thread"] }
TOML
cat >"$folder/src/main.rs" <<'RUST'
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Duration;
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::prelude::*;

/// Answers as a browser with one element, which was replaced before the first look at it.
async fn browser(State(stale): State<Arc<AtomicBool>>, request: Request) -> Response {
    let element = json!({"element-6066-11e4-a52e-4f735466cecf": "e"});
    let path = request.uri().path();
    let value = if path == "/session" {
        json!({"sessionId": "s", "capabilities": {"browserName": "chrome"}})
    } else if path.ends_with("/elements") {
        json!([element])
    } else if path.ends_with("/displayed") && stale.swap(false, Ordering::SeqCst) {
        let error = json!({"error": "stale element reference", "message": "replaced", "stacktrace": ""});
        return (StatusCode::NOT_FOUND, axum::Json(json!({ "value": error }))).into_response();
    } else {
        json!(path.ends_with("/displayed"))
    };
    axum::Json(json!({ "value": value })).into_response()
}

#[tokio::main]
async fn main() {
    let stale = Arc::new(AtomicBool::new(false));
    let router = axum::Router::new().fallback(browser).with_state(stale.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let driver = WebDriver::builder(&url, DesiredCapabilities::chrome()).connect().await.unwrap();
    for ignores in [false, true] {
        stale.store(true, Ordering::SeqCst);
        let query = driver.query(By::Css("p")).wait(Duration::from_secs(10), Duration::from_millis(5));
        let query = if ignores { query.ignore_errors(true) } else { query };
        let name = if ignores { "ignore_errors(true)" } else { "by default" };
        match query.and_displayed().first().await {
            Ok(_) => println!("{name}: found"),
            Err(error) if matches!(*error, WebDriverErrorInner::StaleElementReference(_)) => {
                println!("{name}: stale element reference");
            }
            Err(error) => println!("{name}: {error}"),
        }
    }
    std::process::exit(0);
}
RUST
output="$(cargo run --quiet --manifest-path "$folder/Cargo.toml" --target-dir "$folder/target")"
seen=$'by default: stale element reference\nignore_errors(true): found'
printf '%s\n' "$output"
if [[ "$output" != "$seen" ]]; then
    echo "CHANGED: errors of a query are handled in another way" >&2
    exit 1
fi
