//! The log of a busy desk at its most talkative, searched for what must never be in it.
use crate::crash::{DeskProcess, Environment, Outcome, play};
use crate::support::TOKEN;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

const JWT: &str = "CANARY-jwt-secret-of-more-than-thirty-two-bytes";
/// What stands for Telegram's signature of a log-in.
const LOGIN: &str = "CANARY-hash-of-a-log-in";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_log_line_holds_a_token_a_secret_or_what_people_write() {
    let town = Environment::new().await;
    let talkative = [("RUST_LOG", "trace"), ("LOG_FORMAT", "json"), ("JWT_SECRET", JWT)];
    let life = DeskProcess::with(&town, None, &talkative);
    let told: Outcome = play(town.sandbox.clone()).await;
    town.sandbox.send_text(201, "/token");
    town.quiet().await;
    let token = town.sandbox.chat(201).pop().unwrap().text;
    let token = token.split_whitespace().last().unwrap().to_owned();
    assert!(token.starts_with("eyJ"), "{token}");
    let log = life.log_file();
    let address = address(&life.log());
    let outside = call(address, &token).await;
    life.stop().await;
    let log = std::fs::read_to_string(log).unwrap();
    let lines = log.lines().count();
    assert!(lines > 100, "the desk did not talk: {lines} lines");
    assert!(log.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "not JSON");
    let key = TOKEN.split_once(':').unwrap().1;
    let words = told.tickets.iter().map(String::as_str);
    let signature = token.rsplit('.').next().unwrap();
    for secret in [TOKEN, key, JWT, signature, LOGIN, "Keluhan"].into_iter().chain(words) {
        let leak = log.lines().find(|line| line.contains(secret));
        assert_eq!(leak, None, "{secret:?} is in the log");
        assert!(!outside.contains(secret), "{secret:?} is in an answer: {outside}");
    }
}

/// Where the side API of a desk is, as its log says.
fn address(log: &str) -> SocketAddr {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut addresses = lines.filter_map(|line| line["http"].as_str().map(str::to_owned));
    addresses.next_back().unwrap().parse().unwrap()
}

/// Calls the side API in every way in which a secret goes there, and returns what it answers.
async fn call(address: SocketAddr, token: &str) -> String {
    let (client, url) = (reqwest::Client::new(), format!("http://{address}"));
    let widget = json!({"id": 201, "auth_date": 1, "first_name": "Budi", "hash": LOGIN});
    let post = |path: &str| client.post(format!("{url}{path}"));
    let requests = [
        client.get(format!("{url}/api/agent-status/online")).bearer_auth(token),
        client.get(format!("{url}/api/agent-status/online")).bearer_auth(format!("{token}x")),
        client.get(format!("{url}/api/agent-status/online?token={token}")),
        client.get(format!("{url}/nowhere/{token}")),
        post("/api/agent-status/heartbeat").bearer_auth(token).json(&json!({"token": token})),
        post("/api/tickets").bearer_auth(token).header("idempotency-key", token).body(format!("{{{token}")),
        post("/api/auth/telegram").json(&widget),
        post("/api/auth/miniapp").json(&json!({"init_data": format!("hash={LOGIN}")})),
    ];
    let mut outside = String::new();
    for request in requests {
        outside += &request.send().await.unwrap().text().await.unwrap();
    }
    for (protocol, first) in [(format!("antri, bearer.{token}"), None), ("antri".to_owned(), Some(token))] {
        let mut request = format!("ws://{address}/api/ws").into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
        let stream = TcpStream::connect(address).await.unwrap();
        let (mut socket, _) = client_async(request, stream).await.unwrap();
        if let Some(token) = first {
            socket.send(Message::text(json!({"token": token}).to_string())).await.unwrap();
        }
        let snapshot = socket.next().await.unwrap().unwrap();
        assert!(snapshot.to_text().unwrap().contains("snapshot"));
    }
    outside
}
