//! Every command, without and with a wrong argument, by each role and in both languages.
use super::{BUDI, CITRA, SARI, TOM, with_agent};
use crate::support::{ADMIN, Desk};
use antri::bot::commands::{Audience, Command, ParsedCommand};
use antri::domain::ids::TelegramId;
use antri::sandbox::ChatMessage;
use teloxide::utils::command::BotCommands;

/// An admin whose Telegram is in English.
const EVE: i64 = 901;
/// What is no ticket, person, department, time or switch.
const WRONG: &str = "zzzz qqqq";
/// The people by role, in Indonesian and in English.
const ROLES: [[i64; 2]; 3] = [[SARI, TOM], [BUDI, CITRA], [ADMIN, EVE]];
/// The commands whose answer has no words: a token.
const WITHOUT_WORDS: [&str; 1] = ["token"];

/// Returns a desk with two people of each role, one in each language, and a ticket that Budi holds.
async fn desk_of_both_languages() -> Desk {
    let desk = with_agent().await;
    for (id, name) in [(TOM, "Tom"), (CITRA, "Citra"), (EVE, "Eve")] {
        desk.person(id, name, "en").await;
    }
    desk.say(ADMIN, &format!("/addagent {CITRA}")).await;
    desk.say(ADMIN, &format!("/addadmin {EVE}")).await;
    desk.press(ADMIN, "Jadikan admin").await;
    desk.ticket(SARI, "printer rusak").await;
    desk
}

fn command_names() -> Vec<String> {
    let names = Command::bot_commands().into_iter();
    names.map(|command| command.command.trim_start_matches('/').to_owned()).collect()
}

/// Sends a command, and returns the texts that answer it, each with the labels of its buttons.
async fn answers(desk: &Desk, id: i64, text: &str) -> Vec<String> {
    let before = desk.sandbox.chat(id).iter().map(|message| message.message_id).max().unwrap_or(0);
    desk.say(id, text).await;
    let chat = desk.sandbox.chat(id);
    // The first message after those is the command itself.
    let answers = chat.iter().filter(|message| message.message_id > before).skip(1);
    let with_labels = |message: &ChatMessage| {
        let labels = message.keyboard.iter().flatten().map(|button| button.text.as_str());
        std::iter::once(message.text.as_str()).chain(labels).collect::<Vec<_>>().join("\n")
    };
    answers.map(with_labels).collect()
}

/// Returns the audience of a command.
fn audience(text: &str) -> Audience {
    match ParsedCommand::parse(text, "antri_test_bot") {
        Some(ParsedCommand::Known(command)) => command.audience(),
        other => panic!("{text}: {other:?}"),
    }
}

/// Checks the answers to each command with this argument.
async fn check_commands(argument: &str) {
    let desk = desk_of_both_languages().await;
    for name in command_names() {
        let text = format!("/{name} {argument}");
        let audience = audience(&text);
        for ids in ROLES {
            let mut in_each = Vec::new();
            for id in ids {
                let app = desk.app();
                let person = app.engine.store().person_by_telegram(TelegramId(id)).await.unwrap().unwrap();
                let answers = answers(&desk, id, &text).await;
                assert!(!answers.is_empty(), "{text} by {id}");
                let refusals = ["khusus agen", "khusus admin", "is for agents", "is for admins"];
                let is_refused =
                    answers.iter().any(|answer| refusals.iter().any(|part| answer.contains(part)));
                assert_eq!(is_refused, !audience.admits(&person), "{text} by {id}: {answers:?}");
                in_each.push(answers);
            }
            let is_same = in_each.windows(2).any(|pair| pair[0] == pair[1]);
            assert!(
                !is_same || WITHOUT_WORDS.contains(&name.as_str()),
                "{text} is not translated: {in_each:?}"
            );
        }
    }
}

#[tokio::test]
async fn every_command_without_an_argument_is_answered_by_role_and_language() {
    check_commands("").await;
}

#[tokio::test]
async fn every_command_with_a_wrong_argument_is_answered_by_role_and_language() {
    check_commands(WRONG).await;
}
