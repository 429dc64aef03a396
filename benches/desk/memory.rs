//! Resident memory of a desk: idle, and after many tickets, each from the customer's first word to completion
//! through a simulated Telegram.
use crate::backend::Backend;
use crate::fixture::{DEPARTMENTS, FIRST_AGENT_CHAT, FIRST_CUSTOMER_CHAT, Fixture, Scenario};
use crate::process::{DeskProcess, TOKEN};
use crate::report::goal;
use antri::clock::Clock;
use antri::sandbox::{ChatMessage, NewUser, Sandbox, SandboxOptions, Side};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Agents, with five slots each: more slots than customers who write at once.
const AGENTS: i64 = 20;
/// Customers who write at once.
const WRITERS: usize = 50;
/// Customers: enough that none reaches a limit on one person's messages.
const CUSTOMERS: usize = 1_000;
/// The time after which a desk without work has done its first rounds, and given back what it held.
const SETTLED: Duration = Duration::from_secs(10);
/// The timeout of one answer of the bot, and of a ticket for an agent.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(300);

/// Measures and prints the memory of one desk.
pub(crate) async fn run(tickets: usize) {
    let scenario = Scenario { agents: AGENTS.cast_unsigned(), capacity: 5, backlog: 0, auto: true };
    let fixture = Fixture::build(scenario, Backend::folder()).await;
    fixture.backend.storage.close().await;
    let (sandbox, url) = start_telegram().await;
    let (desk, _) = DeskProcess::launch(&fixture, &url, &[("ANTRI_PACE", "none")]).await;
    // A bot can write only to people who have written to it.
    for agent in agents() {
        sandbox.send_text(agent, "/online");
    }
    tokio::time::sleep(SETTLED).await;
    let idle = desk.resident_mib();
    converse(&sandbox, tickets).await;
    let busy = desk.resident_mib();
    tokio::time::sleep(SETTLED).await;
    let after = desk.resident_mib();
    desk.stop();
    println!(
        "\nResident memory, embedded store: idle {idle:.1} MiB; with the last of {tickets} tickets {busy:.1} MiB; ten seconds later {after:.1} MiB"
    );
    goal(after <= 1.5 * idle, &format!("after {tickets} tickets at most 1.5 × idle: {:.2}", after / idle));
}

/// Starts a Telegram without limits. The people of the fixture are its users.
async fn start_telegram() -> (Sandbox, String) {
    let clock = Clock::system();
    let sandbox = Sandbox::new(SandboxOptions {
        token: TOKEN.to_owned(),
        bot_id: 1_000_000_000,
        bot_username: "antri_bot".to_owned(),
        bot_name: "Antri".to_owned(),
        now: Arc::new(move || clock.now()),
    });
    for id in customers().chain(agents()) {
        let (first_name, language_code) = (format!("Orang {id}"), Some("id".to_owned()));
        sandbox.add_user(NewUser { id: Some(id), first_name, language_code, ..NewUser::default() });
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let server = sandbox.clone();
    tokio::spawn(async move { server.serve(listener, std::future::pending()).await });
    (sandbox, url)
}

fn agents() -> std::ops::Range<i64> {
    FIRST_AGENT_CHAT..FIRST_AGENT_CHAT + AGENTS
}

fn customers() -> std::ops::Range<i64> {
    FIRST_CUSTOMER_CHAT..FIRST_CUSTOMER_CHAT + i64::try_from(CUSTOMERS).unwrap_or(i64::MAX)
}

/// Lets customers open this many tickets and agents complete them.
async fn converse(sandbox: &Sandbox, tickets: usize) {
    let next = Arc::new(AtomicUsize::new(0));
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (sandbox, next) = (sandbox.clone(), Arc::clone(&next));
        writers.spawn(async move {
            // Each writer has customers of its own, so that no two write as the same person.
            let own: Vec<i64> = customers().skip(writer).step_by(WRITERS).collect();
            let mut turns = own.iter().cycle();
            while next.fetch_add(1, Ordering::Relaxed) < tickets {
                open_ticket(&sandbox, *turns.next().expect("a customer")).await;
            }
        });
    }
    let mut working: JoinSet<()> = agents().map(|agent| work(sandbox.clone(), agent)).collect();
    writers.join_all().await;
    working.shutdown().await;
}

/// Writes as a customer, answers the bot's questions, and waits until the ticket is completed.
async fn open_ticket(sandbox: &Sandbox, customer: i64) {
    let written = sandbox.send_text(customer, "Lampu LOS merah sejak pagi, internet mati, mohon dicek");
    let department = customer.cast_unsigned() % DEPARTMENTS;
    for label in [&format!("HSI INDIBIZ {department}"), "Kirim"] {
        let (message, data) = wait_for_button(sandbox, customer, written, label).await;
        sandbox.press(customer, message, &data);
    }
    sandbox
        .wait_for("the end of a ticket", ANSWER_TIMEOUT, |sandbox| {
            let completed = |message: &ChatMessage| message.text.contains("selesai");
            sandbox.messages_after(customer, written).iter().any(completed).then_some(())
        })
        .await;
}

/// Opens and completes tickets as an agent, until the task is aborted.
async fn work(sandbox: Sandbox, agent: i64) {
    loop {
        let (card, open) = wait_for_button(&sandbox, agent, 0, "Buka").await;
        sandbox.press(agent, card, &open);
        // A press on a card that was not redrawn yet has no effect.
        let complete = wait_for_card(&sandbox, agent, card, |message| {
            let is_redrawn = message.button("Buka").is_none();
            is_redrawn.then(|| message.button("Selesai").map(str::to_owned)).flatten()
        });
        sandbox.press(agent, card, &complete.await);
        wait_for_card(&sandbox, agent, card, |message| message.button("Selesai").is_none().then_some(()))
            .await;
    }
}

/// Waits for a message of the bot with a button, after another message. Returns the message and the data.
async fn wait_for_button(sandbox: &Sandbox, person: i64, after: i64, label: &str) -> (i64, String) {
    let found = |sandbox: &Sandbox| {
        let messages = sandbox.messages_after(person, after);
        let mut of_bot = messages.iter().filter(|message| message.from == Side::Bot);
        of_bot.find_map(|message| Some((message.message_id, message.button(label)?.to_owned())))
    };
    sandbox.wait_for(label, ANSWER_TIMEOUT, found).await
}

/// Waits until a message is as `probe` wants it.
async fn wait_for_card<T>(
    sandbox: &Sandbox,
    person: i64,
    card: i64,
    probe: impl Fn(&ChatMessage) -> Option<T>,
) -> T {
    let found = |sandbox: &Sandbox| probe(&sandbox.message(person, card)?);
    sandbox.wait_for("a redrawn card", ANSWER_TIMEOUT, found).await
}
