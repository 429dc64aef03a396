//! Inline mode: an agent types the bot's name and a word, and sends one of the canned replies.
use crate::conversation::{BUDI, SARI, TOM, with_agent};
use crate::support::{ADMIN, Desk};

async fn with_inline() -> Desk {
    let desk = with_agent().await;
    desk.say(ADMIN, "/replies halo Halo {name}, saya <b>{agent}</b>.").await;
    desk.say(ADMIN, "/replies restart Mohon modem dimatikan.").await;
    assert_eq!(desk.sandbox.query_inline(BUDI, "halo", "sender"), None, "it is off");
    desk.sandbox.set_inline_enabled(true);
    desk.stop().await;
    desk.start().await;
    desk.settle().await;
    desk
}

/// Types a query; returns its id and the titles of the results.
async fn query(desk: &Desk, id: i64, text: &str, chat: &str) -> (String, Vec<String>) {
    let query = desk.sandbox.query_inline(id, text, chat).expect("inline mode");
    desk.settle().await;
    let results = desk.sandbox.inline_results(&query).expect("an answer");
    let titles = results.iter().map(|result| result["title"].as_str().unwrap().to_owned());
    (query, titles.collect())
}

#[tokio::test]
async fn an_agent_sends_a_result_and_the_customer_reads_their_own_name() {
    let desk = with_inline().await;
    desk.person(TOM, "Tom", "en").await;
    desk.ticket(SARI, "Internet mati").await;
    let (halo, titles) = query(&desk, BUDI, "HAL", "sender").await;
    assert_eq!(titles, ["halo"]);
    let sent = desk.sandbox.choose_inline(&halo, "halo", None);
    desk.settle().await;
    assert_eq!(
        desk.last(SARI).text,
        "💬 Agen 1\nHalo Sari, saya <b>Agen 1</b>.",
        "plain text as it was written"
    );
    assert_eq!(desk.sandbox.message(BUDI, sent).unwrap().reaction.as_deref(), Some("👍"));
    // With two tickets the reply decides, which nobody knows while the agent types.
    desk.ticket(TOM, "Printer").await;
    let card = desk.find(BUDI, "Printer").message_id;
    desk.sandbox.choose_inline(&halo, "halo", Some(card));
    desk.settle().await;
    assert!(desk.has(TOM, "Halo Tom, saya <b>Agent 1</b>."), "{}", desk.chat_story(TOM));
    let requests = desk.sandbox.requests();
    let answer = requests.iter().find(|request| request.method == "answerInlineQuery").unwrap();
    assert_eq!((&answer.params["cache_time"], &answer.params["is_personal"]), (&0.into(), &true.into()));
    assert!(!desk.has(SARI, "{name}") && !desk.has(TOM, "{name}"));
}

#[tokio::test]
async fn a_query_finds_by_the_word_first_and_then_by_the_text() {
    let desk = with_inline().await;
    assert_eq!(query(&desk, BUDI, "", "sender").await.1, ["halo", "restart"]);
    assert_eq!(query(&desk, BUDI, "modem", "sender").await.1, ["restart"]);
    assert_eq!(query(&desk, BUDI, "nihil", "sender").await.1, [""; 0]);
}

#[tokio::test]
async fn only_agents_get_results_and_only_in_their_chat_with_the_bot() {
    let desk = with_inline().await;
    assert_eq!(query(&desk, SARI, "halo", "sender").await.1, [""; 0]);
    assert_eq!(query(&desk, ADMIN, "halo", "sender").await.1, [""; 0], "an admin who is no agent");
    assert_eq!(query(&desk, BUDI, "halo", "supergroup").await.1, [""; 0]);
    desk.say(ADMIN, "/removeagent Budi").await;
    desk.press(ADMIN, "Cabut peran").await;
    assert_eq!(query(&desk, BUDI, "halo", "sender").await.1, [""; 0]);
}

#[tokio::test]
async fn inline_queries_are_requested_only_where_the_bot_is_inline() {
    let desk = with_agent().await;
    let allowed = |desk: &Desk| {
        let requests = desk.sandbox.requests();
        let poll = requests.iter().rev().find(|request| request.method == "getUpdates").unwrap();
        poll.params["allowed_updates"].to_string()
    };
    assert!(!allowed(&desk).contains("inline_query"), "{}", allowed(&desk));
    let desk = with_inline().await;
    assert!(allowed(&desk).contains("inline_query"), "{}", allowed(&desk));
}

#[tokio::test]
async fn a_result_of_a_former_agent_is_an_ordinary_message() {
    let desk = with_inline().await;
    let (halo, _) = query(&desk, BUDI, "halo", "sender").await;
    desk.say(ADMIN, "/removeagent Budi").await;
    desk.press(ADMIN, "Cabut peran").await;
    desk.sandbox.choose_inline(&halo, "halo", None);
    desk.settle().await;
    assert!(desk.last(BUDI).text.contains("Halo {name}"), "a draft: {}", desk.last(BUDI).text);
}
