//! Secrets in the log: the log of a busy desk at trace level holds no token, no secret and no text of a
//! person.
use crate::crash::{DeskProcess, Environment, Outcome, play};
use crate::support::TOKEN;
use antri::sandbox::{Fault, FaultRule};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

const JWT_SECRET: &str = "CANARY-jwt-secret-of-more-than-thirty-two-bytes";
/// A stand-in for Telegram's signature of a login.
const LOGIN_HASH: &str = "CANARY-hash-of-a-log-in";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_log_line_holds_a_token_a_secret_or_a_text_of_a_person() {
    let environment = Environment::new().await;
    let log_settings = [("RUST_LOG", "trace"), ("LOG_FORMAT", "json"), ("JWT_SECRET", JWT_SECRET)];
    let process = DeskProcess::with(&environment, None, &log_settings);
    let outcome: Outcome = play(environment.sandbox.clone()).await;
    quote_words_in_errors(&environment).await;
    environment.sandbox.send_text(201, "/token");
    environment.settle().await;
    let answer = environment.sandbox.chat(201).pop().unwrap().text;
    let token = answer.split_whitespace().find(|word| word.starts_with("eyJ"));
    let token = token.expect("the answer has a token").to_owned();
    let log = process.log_file();
    let address = address(&process.log());
    let answers = call(address, &token).await;
    process.stop().await;
    let log = std::fs::read_to_string(log).unwrap();
    let lines = log.lines().count();
    assert!(lines > 100, "the desk logged only {lines} lines");
    assert!(log.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "not JSON");
    let key = TOKEN.split_once(':').unwrap().1;
    let words = outcome.tickets.iter().map(String::as_str);
    let signature = token.rsplit('.').next().unwrap();
    for secret in [TOKEN, key, JWT_SECRET, signature, LOGIN_HASH, "Keluhan"].into_iter().chain(words) {
        let leak = log.lines().find(|line| line.contains(secret));
        assert_eq!(leak, None, "{secret:?} is in the log");
        assert!(!answers.contains(secret), "{secret:?} is in an answer: {answers}");
    }
}

/// Makes Telegram refuse calls with descriptions that quote what a person wrote.
async fn quote_words_in_errors(environment: &Environment) {
    let words = "Keluhan rahasia";
    let descriptions = [
        format!("can't parse entities: Unsupported start tag \"{words}\" at byte offset 3"),
        format!("{words}: {words}"),
        words.to_owned(),
    ];
    let faults = descriptions.into_iter().map(Fault::BadRequest);
    for (chat, fault) in [202, 203, 204].into_iter().zip(faults) {
        for method in ["sendMessage", "setMyCommands", "editMessageText", "answerCallbackQuery"] {
            let rule =
                FaultRule { method: Some(method.into()), chat: Some(chat), times: 1, fault: fault.clone() };
            environment.sandbox.faults().add(rule);
        }
        environment.sandbox.send_text(chat, "/help");
        environment.sandbox.send_text(chat, "/language");
    }
    environment.settle().await;
    let remaining = environment.sandbox.faults().remaining();
    assert!(remaining < 12, "no fault was used");
    environment.sandbox.faults().clear();
}

/// Returns the address of the side API, from the log of the desk.
fn address(log: &str) -> SocketAddr {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut addresses = lines.filter_map(|line| line["http"].as_str().map(str::to_owned));
    addresses.next_back().unwrap().parse().unwrap()
}

/// Calls the side API in every way in which a secret is sent, and returns its answers.
async fn call(address: SocketAddr, token: &str) -> String {
    let (client, url) = (reqwest::Client::new(), format!("http://{address}"));
    let widget = json!({"id": 201, "auth_date": 1, "first_name": "Budi", "hash": LOGIN_HASH});
    let post = |path: &str| client.post(format!("{url}{path}"));
    let requests = [
        client.get(format!("{url}/api/agent-status/online")).bearer_auth(token),
        client.get(format!("{url}/api/agent-status/online")).bearer_auth(format!("{token}x")),
        client.get(format!("{url}/api/agent-status/online?token={token}")),
        client.get(format!("{url}/nowhere/{token}")),
        post("/api/agent-status/heartbeat").bearer_auth(token).json(&json!({"token": token})),
        post("/api/tickets").bearer_auth(token).header("idempotency-key", token).body(format!("{{{token}")),
        post("/api/auth/telegram").json(&widget),
        post("/api/auth/miniapp").json(&json!({"init_data": format!("hash={LOGIN_HASH}")})),
    ];
    let mut answers = String::new();
    for request in requests {
        answers += &request.send().await.unwrap().text().await.unwrap();
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
    answers
}
