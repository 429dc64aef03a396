//! Messages between customer and agent.
mod histories;

use crate::conversation::{BUDI, SARI, with_agent};
use crate::support::Desk;

/// Sends a text without an answer of the bot in the same chat.
async fn write(desk: &Desk, id: i64, text: &str) {
    desk.sandbox.send_text(id, text);
    desk.settle().await;
}

#[tokio::test]
async fn customer_and_agent_write_to_each_other() {
    let desk = with_agent().await;
    desk.ticket(SARI, "Internet mati").await;
    write(&desk, SARI, "Lampu LOS merah sejak pagi").await;
    println!("{}\n{}", desk.chat_story(BUDI), desk.chat_story(SARI));
    let relayed = desk.find(BUDI, "Lampu LOS merah");
    assert!(relayed.text.contains("👤 Sari"), "{}", relayed.text);
    write(&desk, BUDI, "Baik, kami periksa").await;
    let answer = desk.find(SARI, "Baik, kami periksa");
    assert_eq!(answer.text, "💬 Agen 1\nBaik, kami periksa");
    println!("{}\n{}", desk.chat_story(BUDI), desk.chat_story(SARI));
}

#[tokio::test]
async fn what_a_customer_writes_while_waiting_reaches_the_agent_who_gets_the_ticket() {
    let desk = with_agent().await;
    desk.say(BUDI, "/offline").await;
    desk.ticket(SARI, "Internet mati").await;
    write(&desk, SARI, "satu").await;
    assert!(desk.has(SARI, "tersimpan di tiket"));
    write(&desk, SARI, "dua").await;
    assert!(!desk.has(BUDI, "satu"));
    desk.say(BUDI, "/online").await;
    let texts: Vec<_> = desk.sandbox.chat(BUDI).into_iter().map(|m| m.text).collect();
    let at = |part: &str| texts.iter().position(|text| text.ends_with(part)).expect(part);
    assert!(at("satu") < at("dua"), "{texts:?}");
}
