#!/usr/bin/env bash
# axum 0.8.9: a server that stops reading a WebSocket once `recv` has returned the client's Close frame, and drops the socket,
# never sends the answer to it, which tungstenite has queued. The client sees an unclean end (1006 in a browser).
# One more `recv` sends the answer.
#
# Seen with axum 0.8.9 and tokio-tungstenite 0.29.0 as the client, which sends Close 1000:
#     dropped after Close: Protocol(ResetWithoutClosingHandshake)
#     read once more: close frame 1000
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
axum = { version = "=0.8.9", features = ["ws"] }
futures-util = "0.3"
tokio = { version = "1", features = ["macros", "net", "rt-multi-thread"] }
tokio-tungstenite = "=0.29.0"
TOML
cat >"$folder/src/main.rs" <<'RUST'
use axum::extract::ws::{Message as Frame, WebSocketUpgrade};
use axum::routing::get;
use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::protocol::frame::{coding::CloseCode, CloseFrame};
use tokio_tungstenite::tungstenite::Message;

/// Reads until the client's Close frame, then as often as `further` says, and drops the socket.
fn route(further: usize) -> axum::routing::MethodRouter {
    get(move |upgrade: WebSocketUpgrade| async move {
        upgrade.on_upgrade(move |mut socket| async move {
            while let Some(Ok(frame)) = socket.recv().await {
                if matches!(frame, Frame::Close(_)) {
                    break;
                }
            }
            for _ in 0..further {
                let _ = socket.recv().await;
            }
        })
    })
}

#[tokio::main]
async fn main() {
    let router = axum::Router::new().route("/dropped", route(0)).route("/read", route(1));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    for (path, name) in [("dropped", "dropped after Close"), ("read", "read once more")] {
        let (mut client, _) = tokio_tungstenite::connect_async(format!("ws://{address}/{path}")).await.unwrap();
        let close = CloseFrame { code: CloseCode::Normal, reason: "".into() };
        client.send(Message::Close(Some(close))).await.unwrap();
        match client.next().await {
            Some(Ok(Message::Close(frame))) => println!("{name}: close frame {}", frame.unwrap().code),
            Some(Err(error)) => println!("{name}: {error:?}"),
            other => println!("{name}: {other:?}"),
        }
    }
}
RUST
output="$(cargo run --quiet --manifest-path "$folder/Cargo.toml" --target-dir "$folder/target")"
seen=$'dropped after Close: Protocol(ResetWithoutClosingHandshake)\nread once more: close frame 1000'
printf '%s\n' "$output"
if [[ "$output" != "$seen" ]]; then
    echo "CHANGED: the Close frame is answered in another way" >&2
    exit 1
fi
echo "as seen: axum 0.8.9 sends the answer to a Close frame only with a further read"
