//! Baseline bot: reads updates and calls `copyMessage` for each, in order. It stores nothing.
use super::chats::{Chats, Pair};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;
use tokio::task::JoinHandle;

/// How long Telegram holds a poll.
const POLL_SECONDS: u64 = 50;

/// Starts the bot for these conversations.
pub(super) fn start(chats: &Chats, pairs: &[Pair]) -> JoinHandle<()> {
    let both_ways = |pair: &Pair| [(pair.customer, pair.agent), (pair.agent, pair.customer)];
    let recipients: HashMap<i64, i64> = pairs.iter().flat_map(both_ways).collect();
    let telegram = chats.client();
    tokio::spawn(async move {
        let mut offset = 0;
        loop {
            let poll = json!({"timeout": POLL_SECONDS, "offset": offset, "allowed_updates": ["message"]});
            let timeout = Duration::from_secs(POLL_SECONDS + 10);
            let answer = telegram.get_updates(&poll, timeout).await.expect("updates");
            let answer: Value = serde_json::from_slice(&answer).expect("JSON");
            for update in answer["result"].as_array().expect("a list of updates") {
                offset = update["update_id"].as_i64().expect("its id") + 1;
                let from = update["message"]["chat"]["id"].as_i64().expect("a chat");
                let copy = json!({"chat_id": recipients[&from], "from_chat_id": from,
                    "message_id": update["message"]["message_id"]});
                telegram.call("copyMessage", &copy).await.expect("the message is copied");
            }
        }
    })
}
