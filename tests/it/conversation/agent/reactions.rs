//! Reactions of people, shown at the counterpart of the message.
use crate::conversation::{BUDI, CITRA, SARI, with_agent};
use crate::support::{ADMIN, Desk};
use serde_json::json;

async fn write(desk: &Desk, id: i64, text: &str) -> i64 {
    let message = desk.sandbox.send_text(id, text);
    desk.settle().await;
    message
}

async fn react(desk: &Desk, id: i64, message: i64, emoji: Option<&str>) {
    desk.sandbox.react_with(id, message, emoji);
    desk.settle().await;
}

/// Returns the bot's reaction to a message.
fn shown(desk: &Desk, id: i64, message: i64) -> Option<String> {
    desk.sandbox.message(id, message).unwrap().reaction
}

/// Returns the chats in which the bot has set a reaction.
fn chats(desk: &Desk) -> Vec<i64> {
    let requests = desk.sandbox.requests();
    let calls = requests.iter().filter(|request| request.method == "setMessageReaction");
    calls.map(|request| request.params["chat_id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_customers_reaction_replaces_the_mark_at_the_agents_message() {
    let desk = with_agent().await;
    desk.ticket(SARI, "Internet mati").await;
    let sent = write(&desk, BUDI, "sudah kami perbaiki").await;
    let copy = desk.find(SARI, "sudah kami perbaiki").message_id;
    assert_eq!(shown(&desk, BUDI, sent).as_deref(), Some("👍"));
    react(&desk, SARI, copy, Some("❤")).await;
    assert_eq!(shown(&desk, BUDI, sent).as_deref(), Some("❤"));
    react(&desk, SARI, copy, None).await;
    assert_eq!(shown(&desk, BUDI, sent).as_deref(), Some("👍"), "the mark is back");
    // A custom emoji cannot be shown; of several reactions the first standard one is.
    desk.sandbox.react(SARI, copy, &json!([{"type": "custom_emoji", "custom_emoji_id": "7"}]));
    desk.settle().await;
    assert_eq!(shown(&desk, BUDI, sent).as_deref(), Some("👍"));
    let several =
        json!([{"type": "paid"}, {"type": "emoji", "emoji": "🔥"}, {"type": "emoji", "emoji": "🎉"}]);
    desk.sandbox.react(SARI, copy, &several);
    desk.settle().await;
    assert_eq!(shown(&desk, BUDI, sent).as_deref(), Some("🔥"));
    assert_eq!(shown(&desk, SARI, copy), None);
}

#[tokio::test]
async fn a_customers_reaction_that_looks_like_the_mark_is_told_in_words() {
    for (language, words) in [("id", "👍 dari pelanggan"), ("en", "👍 from the customer")] {
        let desk = with_agent().await;
        desk.say(BUDI, &format!("/language {language}")).await;
        desk.ticket(SARI, "Internet mati").await;
        let sent = write(&desk, BUDI, "sudah kami perbaiki").await;
        let copy = desk.find(SARI, "sudah kami perbaiki").message_id;
        react(&desk, SARI, copy, Some("❤")).await;
        assert!(!desk.has(BUDI, words));
        react(&desk, SARI, copy, Some("👍")).await;
        assert_eq!(desk.last(BUDI).text, words);
        assert_eq!(desk.last(BUDI).reply_to, Some(sent));
        assert_eq!(shown(&desk, BUDI, sent).as_deref(), Some("👍"));
        react(&desk, SARI, copy, None).await;
        assert_eq!(desk.count(BUDI, words), 1);
        // A message of the customer has no mark.
        let from_sari = write(&desk, SARI, "terima kasih").await;
        react(&desk, SARI, from_sari, Some("👍")).await;
        assert_eq!(desk.count(BUDI, words), 1);
    }
}

#[tokio::test]
async fn an_agents_reaction_is_shown_to_the_customer() {
    let desk = with_agent().await;
    desk.ticket(SARI, "Internet mati").await;
    let sent = write(&desk, SARI, "lampu merah").await;
    let copy = desk.find(BUDI, "lampu merah").message_id;
    react(&desk, BUDI, copy, Some("👌")).await;
    assert_eq!(shown(&desk, SARI, sent).as_deref(), Some("👌"));
    react(&desk, BUDI, copy, None).await;
    assert_eq!(shown(&desk, SARI, sent), None);
    // A reaction to one's own message is seen by the other as well.
    react(&desk, SARI, sent, Some("😢")).await;
    assert_eq!(shown(&desk, BUDI, copy).as_deref(), Some("😢"));
}

#[tokio::test]
async fn a_former_agent_and_strangers_neither_see_nor_show_a_reaction() {
    let desk = with_agent().await;
    desk.ticket(SARI, "Internet mati").await;
    let sent = write(&desk, BUDI, "halo").await;
    let copy = desk.find(SARI, "halo").message_id;
    let from_sari = write(&desk, SARI, "tolong").await;
    let at_budi = desk.find(BUDI, "tolong").message_id;
    desk.agent(CITRA, "Citra").await;
    desk.say(CITRA, "/online").await;
    let number = crate::conversation::numbers(&desk).await.remove(0);
    desk.say(ADMIN, &format!("/reassign {number} Citra")).await;
    let before = chats(&desk).len();
    react(&desk, SARI, copy, Some("❤")).await;
    assert_eq!(shown(&desk, BUDI, sent).as_deref(), Some("👍"));
    react(&desk, BUDI, at_budi, Some("👌")).await;
    react(&desk, CITRA, desk.last(CITRA).message_id, Some("👌")).await;
    assert_eq!(shown(&desk, SARI, from_sari), None);
    assert!(chats(&desk)[before..].iter().all(|chat| *chat == BUDI), "only the mark again");
}

#[tokio::test]
async fn reactions_survive_an_edit_and_a_restart() {
    let desk = with_agent().await;
    desk.ticket(SARI, "Internet mati").await;
    let sent = write(&desk, BUDI, "halo").await;
    let copy = desk.find(SARI, "halo").message_id;
    react(&desk, SARI, copy, Some("❤")).await;
    desk.stop().await;
    desk.start().await;
    desk.sandbox.edit(BUDI, sent, "halo Sari");
    desk.settle().await;
    assert!(desk.has(SARI, "halo Sari"));
    assert_eq!(shown(&desk, BUDI, sent).as_deref(), Some("❤"));
    assert!(
        desk.sandbox
            .requests()
            .iter()
            .filter(|r| r.method == "getUpdates")
            .all(|r| { r.params["allowed_updates"].to_string().contains("message_reaction") })
    );
}

#[tokio::test]
async fn the_side_api_shows_the_reactions_of_both() {
    let desk = with_agent().await;
    desk.ticket(SARI, "Internet mati").await;
    let question = write(&desk, SARI, "lampu merah").await;
    write(&desk, BUDI, "sudah kami perbaiki").await;
    react(&desk, SARI, desk.find(SARI, "sudah kami perbaiki").message_id, Some("❤")).await;
    react(&desk, BUDI, desk.find(BUDI, "lampu merah").message_id, Some("👌")).await;
    assert_eq!(shown(&desk, SARI, question).as_deref(), Some("👌"));
    let ticket = desk.app().engine.store().all_held().await.unwrap().remove(0);
    let path = format!("/api/tickets/{}/messages", ticket.number);
    let messages = desk.get(BUDI, &path).await.data()["messages"].clone();
    let reactions = |of: &serde_json::Value| (of["customer_reaction"].clone(), of["agent_reaction"].clone());
    assert_eq!(reactions(&messages[0]), (json!(null), json!("👌")), "{messages}");
    assert_eq!(reactions(&messages[1]), (json!("❤"), json!(null)), "{messages}");
}
