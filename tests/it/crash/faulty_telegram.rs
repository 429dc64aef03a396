//! A faulty Telegram before the real program: pages of proxies, redirects, and kills between a send and its
//! settlement.
use super::durable_state;
use super::environment::Environment;
use super::process::DeskProcess;
use crate::support::{ADMIN, WAIT_TIMEOUT};
use antri::sandbox::{Fault, FaultRule, Side};
use std::os::unix::process::ExitStatusExt;
use tokio::net::TcpListener;

/// A customer of the environment.
const SARI: i64 = 101;
/// A part of the answer to /help.
const HELP: &str = "/cancel – Batalkan";
/// A part of the notice to admins about a message that was given up.
const GIVEN_UP: &str = "tidak dilanjutkan";

fn fault(environment: &Environment, chat: i64, times: u32, fault: Fault) {
    let rule = FaultRule { method: Some("sendMessage".into()), chat: Some(chat), times, fault };
    environment.sandbox.faults().add(rule);
}

fn copies(environment: &Environment, chat: i64, part: &str) -> usize {
    let messages = environment.sandbox.chat(chat);
    messages.iter().filter(|m| m.from == Side::Bot && m.text.contains(part)).count()
}

async fn wait_for(environment: &Environment, chat: i64, part: &str) {
    let what = format!("{part:?} in the chat of {chat}");
    let has = |s: &antri::sandbox::Sandbox| {
        s.chat(chat).iter().any(|m| m.from == Side::Bot && m.text.contains(part)).then_some(())
    };
    environment.sandbox.wait_for(&what, WAIT_TIMEOUT, has).await;
}

/// Starts a desk that has answered every /start.
async fn start(environment: &Environment) -> DeskProcess {
    let process = DeskProcess::start(environment, None);
    environment.settle().await;
    process
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_a_proxy_lose_no_message() {
    let environment = Environment::new().await;
    let process = start(&environment).await;
    let faults = [(101, 400, 2), (102, 403, 2), (103, 404, 2), (104, 407, 2), (105, 451, 2), (106, 502, 1)];
    for (chat, status, times) in faults {
        fault(&environment, chat, times, Fault::Page(status));
        environment.sandbox.send_text(chat, "/help");
    }
    for (chat, status, _) in faults {
        wait_for(&environment, chat, HELP).await;
        assert_eq!(copies(&environment, chat, HELP), 1, "{status}");
    }
    environment.settle().await;
    process.stop().await;
    assert_eq!(durable_state::read(&environment).await.dropped, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirect_is_not_followed() {
    let environment = Environment::new().await;
    let process = start(&environment).await;
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", elsewhere.local_addr().unwrap());
    fault(&environment, SARI, 2, Fault::Redirect(address));
    environment.sandbox.send_text(SARI, "/help");
    tokio::select! {
        _ = elsewhere.accept() => panic!("the redirect was followed"),
        () = wait_for(&environment, SARI, HELP) => {}
    }
    environment.settle().await;
    process.stop().await;
}

/// Starts the desk again and again. It is killed after the first send of each process.
async fn kill_after_sends(environment: &Environment, kills: usize) {
    for _ in 0..kills {
        let mut process = DeskProcess::start(environment, Some("outbox-after-send"));
        let status = process.wait_for_exit().await;
        assert_eq!(status.signal(), Some(9), "{}", process.log_tail());
    }
}

async fn check_kills(environment: Environment) {
    start(&environment).await.stop().await;
    environment.sandbox.send_text(SARI, "/help");
    kill_after_sends(&environment, 4).await;
    start(&environment).await.stop().await;
    assert_eq!(copies(&environment, SARI, HELP), 2, "one repeat, whatever comes");
    assert!(copies(&environment, ADMIN, GIVEN_UP) >= 1, "the admins hear of it");
    let state = durable_state::read(&environment).await;
    assert!(state.dropped >= 1, "given up visibly");
    assert_eq!(state.pending_deliveries, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_killed_after_each_send_repeats_a_message_once() {
    check_kills(Environment::new().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_killed_after_each_send_repeats_a_message_once_on_mongodb() {
    check_kills(Environment::on_servers().await).await;
}

async fn check_kill_in_repeat(environment: Environment) {
    start(&environment).await.stop().await;
    fault(&environment, SARI, 1, Fault::ResetAfterSuccess);
    environment.sandbox.send_text(SARI, "/help");
    // The first pass is the lost answer, the second is the repeat.
    let mut process = DeskProcess::start(&environment, Some("outbox-after-send:1"));
    let status = process.wait_for_exit().await;
    assert_eq!(status.signal(), Some(9), "{}", process.log_tail());
    start(&environment).await.stop().await;
    assert_eq!(copies(&environment, SARI, HELP), 2, "the lost answer and the repeat");
    assert_eq!(copies(&environment, ADMIN, GIVEN_UP), 1);
    assert_eq!(durable_state::read(&environment).await.dropped, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_killed_in_the_repeat_gives_the_message_up() {
    check_kill_in_repeat(Environment::new().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_killed_in_the_repeat_gives_the_message_up_on_mongodb() {
    check_kill_in_repeat(Environment::on_servers().await).await;
}

/// Kills before the send: the message was never sent, and comes once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_that_was_given_back_does_not_use_up_the_repeat() {
    let environment = Environment::new().await;
    start(&environment).await.stop().await;
    fault(&environment, SARI, 3, Fault::TooManyRequests { retry_after: 1 });
    environment.sandbox.send_text(SARI, "/help");
    start(&environment).await.stop().await;
    assert_eq!(copies(&environment, SARI, HELP), 1);
    assert_eq!(durable_state::read(&environment).await.dropped, 0);
}
