//! A scripted story: customers open tickets and wait until they are completed; agents go online, open,
//! complete, and go offline and online again. Every actor acts only on what their chat shows, so the story
//! does not depend on whether the desk is up.
use super::actors::{Actors, DEPARTMENTS};
use antri::sandbox::{ChatMessage, Sandbox};
use futures::future::join_all;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The number of completed tickets after which an agent takes a break.
const BREAK_AFTER: usize = 2;
const WAIT_TIMEOUT: Duration = Duration::from_secs(150);

/// The result of a story, for the oracle.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The description of every ticket that was sent.
    pub(crate) tickets: BTreeSet<String>,
    /// The number of commands of each agent that are answered with their status.
    pub(crate) commands: Vec<(i64, usize)>,
}

/// Plays the story until every customer has seen the end of every ticket of theirs.
pub(crate) async fn play(sandbox: Sandbox) -> Outcome {
    let actors = Actors::small();
    let done = CancellationToken::new();
    let customers = async {
        let parts = actors.customers.iter().enumerate();
        let parts = parts.map(|(n, c)| {
            customer(&sandbox, (c.id, &c.name), DEPARTMENTS[n % DEPARTMENTS.len()], actors.tickets)
        });
        let tickets = join_all(parts).await.into_iter().flatten().collect();
        done.cancel();
        tickets
    };
    let agents = join_all(actors.agents.iter().map(|a| agent(&sandbox, a.id, done.clone())));
    let (tickets, commands) = tokio::join!(customers, agents);
    Outcome { tickets, commands }
}

async fn customer(
    sandbox: &Sandbox,
    (id, name): (i64, &str),
    department: &str,
    tickets: usize,
) -> Vec<String> {
    let mut sent = Vec::new();
    for n in 1..=tickets {
        let words = format!("Keluhan {n} dari {name}");
        let after = sandbox.send_text(id, &format!("/new {words}"));
        press(sandbox, id, after, department).await;
        press(sandbox, id, after, "✅ Kirim").await;
        sent.push(words);
    }
    let what = format!("the end of all tickets of {name}");
    sandbox.wait_for(&what, WAIT_TIMEOUT, |s| (ended(&s.chat(id)).len() == tickets).then_some(())).await;
    sent
}

/// Returns the numbers of the tickets whose end was announced to the customer.
fn ended(chat: &[ChatMessage]) -> BTreeSet<String> {
    let announced = chat.iter().filter(|m| m.text.starts_with("✅ Tiket INC"));
    announced.filter_map(|m| m.text.split_whitespace().nth(2)).map(str::to_owned).collect()
}

/// Waits for a message newer than `after` with this button, presses it, and waits until the message changes.
async fn press(sandbox: &Sandbox, id: i64, after: i64, label: &str) {
    let what = format!("{label} for {id}");
    let find = |s: &Sandbox| {
        let chat = s.chat(id).into_iter().rev().take_while(|m| m.message_id > after);
        chat.into_iter().find_map(|m| Some((m.button(label)?.to_owned(), m)))
    };
    let (data, message) = sandbox.wait_for(&what, WAIT_TIMEOUT, find).await;
    press_and_wait(sandbox, id, &message, &data).await;
}

async fn press_and_wait(sandbox: &Sandbox, id: i64, message: &ChatMessage, data: &str) {
    sandbox.press(id, message.message_id, data);
    let what = format!("an effect of {data} for {id}");
    let changed = |s: &Sandbox| {
        let now = s.message(id, message.message_id)?;
        (now.deleted || now.text != message.text || now.keyboard != message.keyboard).then_some(())
    };
    sandbox.wait_for(&what, WAIT_TIMEOUT, changed).await;
}

async fn agent(sandbox: &Sandbox, id: i64, done: CancellationToken) -> (i64, usize) {
    let (mut commands, mut completed) = (0, 0);
    sandbox.send_text(id, "/myqueue");
    send_command(sandbox, id, "/online", &mut commands).await;
    loop {
        let work = sandbox.wait_for("work", WAIT_TIMEOUT, |s| next_step(&s.chat(id)));
        let (message, data, last_step) = tokio::select! {
            found = work => found,
            () = done.cancelled() => return (id, commands),
        };
        press_and_wait(sandbox, id, &message, &data).await;
        completed += usize::from(last_step);
        if last_step && completed % BREAK_AFTER == 0 {
            send_command(sandbox, id, "/offline", &mut commands).await;
            send_command(sandbox, id, "/online", &mut commands).await;
        }
    }
}

/// Returns the newest task card with a button, its data, and whether it is the last step: a ticket is first
/// opened, then completed.
fn next_step(chat: &[ChatMessage]) -> Option<(ChatMessage, String, bool)> {
    let tasks = chat.iter().rev().filter(|m| !is_queue(&m.text));
    tasks.into_iter().find_map(|m| {
        let open = m.button("▶️ Buka").map(|data| (data, false));
        let (data, last) = open.or_else(|| m.button("✅ Selesai").map(|data| (data, true)))?;
        Some((m.clone(), data.to_owned(), last))
    })
}

async fn send_command(sandbox: &Sandbox, id: i64, command: &str, sent: &mut usize) {
    let after = sandbox.send_text(id, command);
    *sent += 1;
    let answered =
        |s: &Sandbox| s.chat(id).iter().any(|m| m.message_id > after && is_status(&m.text)).then_some(());
    sandbox.wait_for(command, WAIT_TIMEOUT, answered).await;
}

/// Returns true if the text is the card of an agent's own queue.
pub(crate) fn is_queue(text: &str) -> bool {
    text.contains("Antrian Tiket Saya")
}

/// Returns true if the text is the answer to /online or /offline.
pub(crate) fn is_status(text: &str) -> bool {
    text.contains("Status Anda")
}
