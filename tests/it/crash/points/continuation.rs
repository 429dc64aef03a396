//! Crashes while a completed ticket is continued, with a draft or with the comment to its rating: it is reopened once, and its
//! agent gets each message once.
use super::no_answer::press;
use crate::crash::actors::Actors;
use crate::crash::durable_state::read;
use crate::crash::environment::Environment;
use crate::crash::process::DeskProcess;
use antri::domain::event::Action;
use antri::sandbox::Sandbox;
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

const AGENT: i64 = 201;
const CUSTOMER: i64 = 101;
const WAIT: Duration = Duration::from_secs(60);

/// Waits until a chat has a message with this text.
async fn wait_for(environment: &Environment, chat: i64, text: &str) {
    let is_there = |s: &Sandbox| s.chat(chat).iter().any(|m| m.text.contains(text)).then_some(());
    environment.sandbox.wait_for(text, WAIT, is_there).await;
}

/// Writes a draft after the completion. Returns its messages.
async fn write_a_draft(environment: &Environment) -> &'static [&'static str] {
    environment.sandbox.send_text(CUSTOMER, "masih mati");
    wait_for(environment, CUSTOMER, "masih mati\n").await;
    environment.sandbox.send_text(CUSTOMER, "sejak pagi");
    wait_for(environment, CUSTOMER, "masih mati\nsejak pagi").await;
    &["masih mati", "sejak pagi"]
}

/// Rates the ticket and writes a comment. Returns that.
async fn write_a_comment(environment: &Environment) -> &'static [&'static str] {
    press(environment, CUSTOMER, "2 ⭐").await;
    wait_for(environment, CUSTOMER, "Ada yang ingin Anda sampaikan?").await;
    environment.sandbox.send_text(CUSTOMER, "masih mati");
    wait_for(environment, CUSTOMER, "Masih ada kendala? ↩️ Lanjutkan").await;
    &["masih mati"]
}

/// Kills the desk at this point of the continuation, starts it again, and checks what is left.
async fn crash_at(environment: Environment, point: &str) {
    let mut process = DeskProcess::start(&environment, Some(point));
    environment.sandbox.send_text(AGENT, "/online");
    environment.sandbox.send_text(CUSTOMER, "/new internet mati");
    press(&environment, CUSTOMER, "Jaringan").await;
    press(&environment, CUSTOMER, "Kirim").await;
    press(&environment, AGENT, "Selesai").await;
    wait_for(&environment, CUSTOMER, "Seberapa puas").await;
    let messages = match point {
        "comment-after-reopen" => write_a_comment(&environment).await,
        _ => write_a_draft(&environment).await,
    };
    press(&environment, CUSTOMER, "Lanjutkan INC").await;
    let status =
        tokio::time::timeout(WAIT, process.wait_for_exit()).await.expect("the desk passes the point");
    assert_eq!(status.signal(), Some(9), "{}", process.log_tail());
    let process = DeskProcess::start(&environment, None);
    wait_for(&environment, CUSTOMER, "sudah masuk ke tiket itu").await;
    for message in messages {
        wait_for(&environment, AGENT, message).await;
    }
    environment.settle().await;
    process.stop().await;
    let state = read(&environment).await;
    let chat = environment.sandbox.chat(AGENT);
    let words = messages.iter().chain(&["Menurut pelanggan, tiket ini belum selesai."]);
    let counts: Vec<_> =
        words.map(|words| chat.iter().filter(|m| m.text.contains(words)).count() as u64).collect();
    // The kill may come while a message is sent. The desk can't know that it arrived, sends it again and counts that.
    assert!(counts.iter().all(|count| *count > 0), "{point}: {counts:?}");
    let repeats = counts.iter().sum::<u64>() - counts.len() as u64;
    assert!(repeats <= state.repeats, "{point}: {counts:?}, counted: {}", state.repeats);
    let reopened = state.events.iter().filter(|event| matches!(event.what, Action::Reopened { .. })).count();
    assert_eq!((reopened, state.tickets.len(), state.drafts), (1, 1, 0), "{point}");
    assert_eq!(state.tickets[0].status, "assigned", "{point}");
}

fn actors() -> Actors {
    Actors::small()
}

points_on_both_stores! {
    after_the_ticket_is_reopened: "continue-after-reopen",
    after_the_messages_are_in_the_conversation: "continue-after-messages",
    after_the_ticket_is_reopened_for_a_comment: "comment-after-reopen",
}
