//! Crashes while customer and agent write to each other: every message arrives, in order, at most once more
//! than it should, and only at the person for whom it is.
mod topics;

use super::durable_state;
use super::environment::Environment;
use super::process::DeskProcess;
use antri::sandbox::{MediaKind, NewMedia, Sandbox, UserMessage};
use futures::future::join_all;
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

const WAIT_TIMEOUT: Duration = Duration::from_secs(150);
/// The passes of a failpoint at which the desk is killed, each in an environment of its own.
const PASSES: [u32; 3] = [0, 3, 7];
/// The passes of a failpoint in the story of messages one by one: of the first text, and of the album or of its second photo.
const PASSES_ONE_BY_ONE: [u32; 2] = [0, 3];
/// The failpoint before the send of a message.
const BEFORE_SEND: &str = "relay-before-send";
/// Number of customers, each with one ticket.
const CUSTOMERS: usize = 4;

/// The texts that one customer writes after the ticket was sent, with an album of two photos in between.
fn customers_words(id: i64) -> [String; 3] {
    ["satu", "dua", "tiga"].map(|word| format!("pesan {word} dari {id}"))
}

/// The captions of the album.
fn customers_album(id: i64) -> [String; 2] {
    ["foto A", "foto B"].map(|word| format!("{word} dari {id}"))
}

/// The texts that the agent writes to one customer.
fn agents_words(id: i64) -> [String; 3] {
    ["satu", "dua", "tiga"].map(|word| format!("jawaban {word} untuk {id}"))
}

/// Everything that one customer's agent must read, in this order.
fn to_agent(id: i64) -> Vec<String> {
    let [first, second, third] = customers_words(id);
    [first].into_iter().chain(customers_album(id)).chain([second, third]).collect()
}

/// Opens the ticket of a customer.
async fn open_ticket(sandbox: &Sandbox, id: i64) {
    let after = sandbox.send_text(id, &format!("Keluhan dari {id}"));
    for label in ["Jaringan", "✅ Kirim"] {
        let what = format!("{label} for {id}");
        let find = |s: &Sandbox| {
            let newer = s.messages_after(id, after).into_iter().rev();
            newer.into_iter().find_map(|m| Some((m.message_id, m.button(label)?.to_owned())))
        };
        let (message, data) = sandbox.wait_for(&what, WAIT_TIMEOUT, find).await;
        sandbox.press(id, message, &data);
    }
    let sent = |s: &Sandbox| s.chat(id).iter().any(|m| m.text.contains("INC")).then_some(());
    sandbox.wait_for("the ticket", WAIT_TIMEOUT, sent).await;
}

fn send_album(sandbox: &Sandbox, id: i64) {
    let photo =
        |caption: String| NewMedia { caption: Some(caption), ..NewMedia::new(MediaKind::Photo, *b"bytes") };
    sandbox.send_album(id, customers_album(id).map(photo).to_vec());
}

async fn customer(sandbox: &Sandbox, id: i64) {
    open_ticket(sandbox, id).await;
    let [first, second, third] = customers_words(id);
    sandbox.send_text(id, &first);
    send_album(sandbox, id);
    sandbox.send_text(id, &second);
    sandbox.send_text(id, &third);
    let answered = |s: &Sandbox| {
        let chat = s.chat(id);
        agents_words(id)
            .iter()
            .all(|words| chat.iter().any(|m| m.text.ends_with(words.as_str())))
            .then_some(())
    };
    sandbox.wait_for(&format!("the answers for {id}"), WAIT_TIMEOUT, answered).await;
}

/// Answers each ticket that the agent gets, and waits until everything of its customer has arrived.
async fn agent(sandbox: &Sandbox, id: i64, customers: &[i64]) {
    sandbox.send_text(id, "/online");
    let mut answered = Vec::new();
    loop {
        let card = |s: &Sandbox| {
            s.chat(id).into_iter().find_map(|m| {
                let of = customers.iter().find(|of| m.text.contains(&format!("Keluhan dari {of}")))?;
                (!answered.contains(of) && m.button("✅ Selesai").is_some()).then_some((*of, m.message_id))
            })
        };
        let (of, card) = sandbox.wait_for("a ticket", WAIT_TIMEOUT, card).await;
        for words in agents_words(of) {
            sandbox.send(id, UserMessage::text(words).replying_to(card));
        }
        answered.push(of);
        let arrived = |s: &Sandbox| {
            let chat = s.chat(id);
            to_agent(of)
                .iter()
                .all(|words| chat.iter().any(|m| m.text.ends_with(words.as_str())))
                .then_some(())
        };
        sandbox.wait_for(&format!("the messages of {of}"), WAIT_TIMEOUT, arrived).await;
    }
}

/// Plays the story until every customer has every answer and every message has arrived.
async fn play(environment: &Environment, customers: &[i64]) {
    let sandbox = environment.sandbox.clone();
    let everyone = join_all(customers.iter().map(|id| customer(&sandbox, *id)));
    let agents = environment.actors.agents.iter().filter(|agent| agent.serves.contains(&0));
    let agents = join_all(agents.map(|a| agent(&sandbox, a.id, customers)));
    let complete = async {
        everyone.await;
        let arrived = |s: &Sandbox| {
            let chats: Vec<_> =
                environment.actors.agents.iter().flat_map(|agent| s.chat(agent.id)).map(|m| m.text).collect();
            let has = |words: &String| chats.iter().any(|text| text.ends_with(words.as_str()));
            customers.iter().flat_map(|id| to_agent(*id)).all(|words| has(&words)).then_some(())
        };
        sandbox.wait_for("all messages", WAIT_TIMEOUT, arrived).await;
    };
    tokio::select! {
        () = complete => {}
        _ = agents => unreachable!("agents work until the end"),
    }
}

/// Plays a story in which one customer and one agent write in turns, so that no other message is on its way
/// when the desk is killed.
async fn play_one_by_one(environment: &Environment, customer: i64) {
    let (sandbox, agent) = (&environment.sandbox, environment.actors.agents[0].id);
    sandbox.send_text(agent, "/online");
    open_ticket(sandbox, customer).await;
    let find = |s: &Sandbox| {
        let of_ticket = s.chat(agent).into_iter().find(|m| m.button("✅ Selesai").is_some());
        of_ticket.map(|m| m.message_id)
    };
    let card = sandbox.wait_for("the ticket's card", WAIT_TIMEOUT, find).await;
    let answer = |words: &String| {
        sandbox.send(agent, UserMessage::text(words.clone()).replying_to(card));
    };
    let arrived = async |chat: i64, words: &String| {
        let has = |s: &Sandbox| s.chat(chat).iter().any(|m| m.text.ends_with(words.as_str())).then_some(());
        sandbox.wait_for(words, WAIT_TIMEOUT, has).await;
        environment.settle().await;
    };
    for (n, (words, answered)) in customers_words(customer).iter().zip(agents_words(customer)).enumerate() {
        if n == 1 {
            send_album(sandbox, customer);
            for caption in customers_album(customer) {
                arrived(agent, &caption).await;
            }
        }
        sandbox.send_text(customer, words);
        arrived(agent, words).await;
        answer(&answered);
        arrived(customer, &answered).await;
    }
}

/// Checks what was sent: order, repeats, recipients. Returns how many deliveries of messages were repeated.
fn check(environment: &Environment, customers: &[i64], label: &str) -> u64 {
    let sandbox = &environment.sandbox;
    let mut repeats = 0;
    for id in customers {
        let mut agents = BTreeMap::new();
        for agent in &environment.actors.agents {
            let texts: Vec<_> = sandbox.chat(agent.id).into_iter().map(|m| m.text).collect();
            let got = occurrences(&texts, &to_agent(*id));
            if got.iter().any(|at| !at.is_empty()) {
                agents.insert(agent.id, got);
            }
        }
        assert_eq!(agents.len(), 1, "{label}: the words of {id} are at {:?}", agents.keys());
        let texts: Vec<_> = sandbox.chat(*id).into_iter().map(|m| m.text).collect();
        for got in agents.into_values().chain([occurrences(&texts, &agents_words(*id))]) {
            let is_album = got.len() == to_agent(*id).len();
            let firsts: Vec<_> = got.iter().map(|at| at.first().copied()).collect();
            assert!(firsts.iter().all(Option::is_some), "{label}: a message of {id} is missing: {got:?}");
            assert!(firsts.is_sorted(), "{label}: the messages of {id} are out of order: {got:?}");
            let is_repeated: Vec<_> = got.iter().map(|at| at.len() > 1).collect();
            // An album is one delivery: its parts stand behind the first text.
            let both = is_album && is_repeated[1] && is_repeated[2];
            repeats += is_repeated.iter().map(|repeated| u64::from(*repeated)).sum::<u64>() - u64::from(both);
            assert!(
                got.iter().all(|at| at.len() <= 2),
                "{label}: a message of {id} came three times: {got:?}"
            );
        }
        for other in customers.iter().filter(|other| *other != id) {
            let texts: Vec<_> = sandbox.chat(*other).into_iter().map(|m| m.text).collect();
            let foreign = occurrences(&texts, &agents_words(*id));
            assert!(foreign.iter().all(Vec::is_empty), "{label}: words for {id} are at {other}");
        }
    }
    assert_eq!(sandbox.violations(), [""; 0], "{label}: unknown Bot API requests");
    repeats
}

/// Returns where each of the messages stands among these texts.
fn occurrences(texts: &[String], messages: &[String]) -> Vec<Vec<usize>> {
    let at = |words: &String| {
        let found = texts.iter().enumerate().filter(|(_, text)| text.ends_with(words.as_str()));
        found.map(|(at, _)| at).collect()
    };
    messages.iter().map(at).collect()
}

async fn crash_at(point: &str, on_servers: bool) {
    join_all(PASSES.map(async |pass| {
        let environment = if on_servers { Environment::on_servers().await } else { Environment::new().await };
        crash_once(environment, point, pass).await;
    }))
    .await;
}

/// Kills the desk at a failpoint of the story and lets another one finish it. Returns how many repeats the
/// desk counted.
async fn crash_and_restart(environment: &Environment, label: &str, story: impl Future<Output = ()>) -> u64 {
    let mut process = DeskProcess::start(environment, Some(label));
    let mut story = Box::pin(story);
    tokio::select! {
        () = &mut story => panic!("the story ended without passing {label}"),
        status = process.wait_for_exit() => {
            assert_eq!(status.signal(), Some(9), "not killed at {label}: {status}\n{}", process.log_tail());
        }
    }
    let mut process = DeskProcess::start(environment, None);
    tokio::select! {
        () = &mut story => {}
        status = process.wait_for_exit() => panic!("after {label} the desk exited: {status}\n{}", process.log_tail()),
    }
    drop(story);
    environment.settle().await;
    process.stop().await;
    let state = durable_state::read(environment).await;
    assert_eq!((state.pending_deliveries, state.pending_updates, state.dropped), (0, 0, 0), "{label}");
    state.repeats
}

async fn crash_once(environment: Environment, point: &str, pass: u32) {
    let label = format!("{point}:{pass}");
    let customers: Vec<_> = environment.actors.customers.iter().take(CUSTOMERS).map(|c| c.id).collect();
    let counted = crash_and_restart(&environment, &label, play(&environment, &customers)).await;
    let repeats = check(&environment, &customers, &label);
    // The desk can't know that it did not send the one before whose send it was killed, so it counts that.
    let unsent = u64::from(point == BEFORE_SEND);
    assert!(repeats + unsent <= counted, "{label}: {repeats} repeats, but {counted} were counted");
}

/// Kills the desk in a story in which one message at a time is on its way. Exactly this many are repeated.
async fn crash_one_by_one(point: &str, expected: u64, on_servers: bool) {
    join_all(PASSES_ONE_BY_ONE.map(async |pass| {
        let environment = if on_servers { Environment::on_servers().await } else { Environment::new().await };
        let label = format!("{point}:{pass} one by one");
        let customer = environment.actors.customers[0].id;
        let story = play_one_by_one(&environment, customer);
        let counted = crash_and_restart(&environment, &format!("{point}:{pass}"), story).await;
        let repeats = check(&environment, &[customer], &label);
        assert_eq!(repeats, expected, "{label}");
        assert!(repeats <= counted, "{label}: {counted} were counted");
    }))
    .await;
}

macro_rules! points {
    ($($test:ident: $point:literal,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                crash_at($point, false).await;
            }
        )*

        mod on_mongodb {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    super::crash_at($point, true).await;
                }
            )*
        }
    };
}

points! {
    before_a_message_is_stored: "relay-before-commit",
    after_a_message_is_stored: "relay-after-commit",
    before_a_relay_is_sent: "relay-before-send",
    after_a_relay_is_sent: "relay-after-send",
    after_a_relay_is_settled: "relay-after-settle",
    before_its_update_is_completed: "inbox-before-handled",
}

macro_rules! points_one_by_one {
    ($($test:ident: $point:literal, $repeats:literal;)*) => {
        mod one_by_one {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    super::crash_one_by_one($point, $repeats, false).await;
                }
            )*

            mod on_mongodb {
                $(
                    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                    async fn $test() {
                        super::super::crash_one_by_one($point, $repeats, true).await;
                    }
                )*
            }
        }
    };
}

points_one_by_one! {
    before_a_message_is_stored_nothing_is_repeated: "relay-before-commit", 0;
    before_a_send_nothing_is_repeated: "relay-before-send", 0;
    after_a_send_that_message_is_repeated: "relay-after-send", 1;
    after_a_settlement_nothing_is_repeated: "relay-after-settle", 0;
}
