//! The start of the real program while Telegram is away: health checks answer, and say what is missing.
use super::{DeskProcess, Environment};
use crate::support::port::free_port;
use crate::support::{Reply, WAIT_TIMEOUT};
use antri::sandbox::{Fault, FaultRule, Sandbox, Side};
use reqwest::Client;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::process::Command;

/// Returns the answer to a GET request.
pub(super) async fn get(address: SocketAddr, path: &str) -> Reply {
    Reply::of(Client::new().get(format!("http://{address}{path}"))).await
}

/// Returns which parts readiness names as missing.
pub(super) fn missing(ready: &Reply) -> Vec<&str> {
    let parts = ready.body["data"].as_object().unwrap();
    parts.iter().filter(|(_, answers)| **answers == false).map(|(part, _)| part.as_str()).collect()
}

/// Waits until readiness has this status; returns its answer.
pub(super) async fn wait_for_readiness(address: SocketAddr, status: u16, within: Duration) -> Reply {
    let started = Instant::now();
    loop {
        let ready = get(address, "/readyz").await;
        if ready.status == status {
            return ready;
        }
        assert!(started.elapsed() < within, "no {status}: {ready:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Returns the report of `antri check` on the desk at this address.
async fn check(environment: &Environment, address: SocketAddr) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_antri"));
    command.arg("check").current_dir(environment.dir.path()).env_clear();
    command.env("DATA_DIR", environment.data()).env("HTTP_ADDR", address.to_string());
    command.env("TELEGRAM_API_URL", "http://127.0.0.1:1");
    String::from_utf8(command.output().await.unwrap().stdout).unwrap()
}

async fn check_start_without_telegram(env: &[(&str, &str)]) {
    let environment = Environment::new().await;
    // A free port, at which nobody listens yet.
    let telegram = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let api_url = format!("http://{telegram}");
    let env: Vec<_> = env.iter().copied().chain([("TELEGRAM_API_URL", api_url.as_str())]).collect();
    let desk = DeskProcess::with(&environment, None, &env);
    let address = desk.address_after("desk is starting").await;
    let alive = get(address, "/healthz").await;
    assert_eq!(alive.status, 200, "{alive:?}");
    assert_eq!(alive.data()["version"], env!("CARGO_PKG_VERSION"));
    let ready = get(address, "/readyz").await;
    assert_eq!(ready.status, 503, "{ready:?}");
    assert_eq!(
        missing(&ready),
        ["ready", "telegram", "polls", "dispatcher", "inbox", "outbox"],
        "store and presence answer"
    );
    get(address, "/api/tickets").await.refused(503, "starting");
    Reply::of(Client::new().post(format!("http://{address}/hook"))).await.refused(503, "starting");

    let report = check(&environment, address).await;
    let line =
        format!("FAIL  http      {address} in use by a running desk, which is not ready: telegram, polls");
    assert!(report.contains(&line), "{report}");

    // A silent client does not delay the start.
    let _silent = tokio::net::TcpStream::connect(address).await.unwrap();
    let sandbox = environment.sandbox.clone();
    let listener = TcpListener::bind(telegram).await.unwrap();
    tokio::spawn(async move { sandbox.serve(listener, std::future::pending()).await });
    assert_eq!(desk.http_address().await, address);
    wait_for_readiness(address, 200, WAIT_TIMEOUT).await;
    let report = check(&environment, address).await;
    let line = format!("ok    http      {address} in use by a running desk, which is ready");
    assert!(report.contains(&line), "{report}");
    desk.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_checks_answer_while_telegram_is_away_at_the_start() {
    check_start_without_telegram(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_checks_answer_while_telegram_is_away_at_the_start_by_webhook() {
    let webhook =
        [("WEBHOOK_URL", "https://desk.example/hook"), ("WEBHOOK_SECRET", "a-secret-of-the-webhook")];
    check_start_without_telegram(&webhook).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_that_waits_for_telegram_stops_at_once() {
    let environment = Environment::new().await;
    let desk = DeskProcess::with(&environment, None, &[("TELEGRAM_API_URL", "http://127.0.0.1:1")]);
    let address = desk.address_after("desk is starting").await;
    assert_eq!(get(address, "/healthz").await.status, 200);
    desk.stop().await;
}

/// Starts the desk on the store of another bot, which must end it with a message that names both.
async fn check_another_bot(environment: Environment) {
    let desk = DeskProcess::start(&environment, None);
    desk.http_address().await;
    desk.stop().await;
    let me = r#"{"ok":true,"result":{"id":987654,"is_bot":true,"first_name":"Lain","username":"lain_bot"}}"#;
    let fault = Fault::RawAnswer {
        status: 200,
        content_type: "application/json".to_owned(),
        body: me.as_bytes().to_vec(),
    };
    let rule = FaultRule { method: Some("getMe".into()), chat: None, times: u32::MAX, fault };
    environment.sandbox.faults().add(rule);
    environment.sandbox.send_text(101, "Internet mati");
    let mut other = DeskProcess::start(&environment, None);
    let ended = tokio::time::timeout(WAIT_TIMEOUT, other.wait_for_exit()).await;
    assert!(!ended.expect("it runs with the store of another bot").success());
    let log = other.log();
    for part in ["belongs to the bot with the id 123456", "@lain_bot with the id 987654", "TELOXIDE_TOKEN"] {
        assert!(log.contains(part), "{part}\n{log}");
    }
    environment.sandbox.faults().clear();
    let desk = DeskProcess::start(&environment, None);
    let has_preview = |sandbox: &Sandbox| {
        sandbox
            .chat(101)
            .iter()
            .any(|m| m.from == Side::Bot && m.text.contains("Internet mati"))
            .then_some(())
    };
    environment.sandbox.wait_for("the preview", WAIT_TIMEOUT, has_preview).await;
    desk.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_does_not_start_on_the_store_of_another_bot() {
    check_another_bot(Environment::new().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_does_not_start_on_the_store_of_another_bot_on_mongodb() {
    check_another_bot(Environment::on_servers().await).await;
}
