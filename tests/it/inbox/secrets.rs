//! The log of a busy desk at its most talkative, searched for what must never be in it.
use crate::crash::{Life, Told, Town, play};
use crate::support::TOKEN;

const JWT: &str = "CANARY-jwt-secret-of-more-than-thirty-two-bytes";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_log_line_holds_a_token_a_secret_or_what_people_write() {
    let town = Town::new().await;
    let talkative = [("RUST_LOG", "trace"), ("LOG_FORMAT", "json"), ("JWT_SECRET", JWT)];
    let life = Life::with(&town, None, &talkative);
    let told: Told = play(town.sandbox.clone()).await;
    town.sandbox.send_text(201, "/token");
    town.quiet().await;
    let token = town.sandbox.chat(201).pop().unwrap().text;
    let token = token.split_whitespace().last().unwrap().to_owned();
    assert!(token.starts_with("eyJ"), "{token}");
    let log = life.log_file();
    life.stop().await;
    let log = std::fs::read_to_string(log).unwrap();
    let lines = log.lines().count();
    assert!(lines > 100, "the desk did not talk: {lines} lines");
    assert!(log.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "not JSON");
    let key = TOKEN.split_once(':').unwrap().1;
    let words = told.tickets.iter().map(String::as_str);
    for secret in [TOKEN, key, JWT, &token, "Keluhan"].into_iter().chain(words) {
        let leak = log.lines().find(|line| line.contains(secret));
        assert_eq!(leak, None, "{secret:?} is in the log");
    }
}
