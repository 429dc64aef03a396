//! Messages between customer and agent.
mod choice;
mod histories;

use crate::conversation::{BUDI, CITRA, SARI, with_agent};
use crate::support::Desk;
use antri::sandbox::{MediaKind, NewMedia, UserMessage};
use serde_json::json;

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

#[tokio::test]
async fn a_reply_to_a_message_of_another_chat_names_its_sender_and_brings_its_file() {
    let desk = with_agent().await;
    desk.ticket(SARI, "Internet mati").await;
    let photo = desk.sandbox.send_media(BUDI, NewMedia::new(MediaKind::Photo, *b"rusak"));
    desk.settle().await;
    let file_id = desk.sandbox.message(BUDI, photo).unwrap().media.unwrap().file_id;
    let origin =
        json!({"type": "channel", "date": 1, "chat": {"id": -100, "type": "channel", "title": "Info"}});
    let size = json!({"file_id": file_id, "file_unique_id": "u", "width": 1, "height": 1});
    desk.sandbox.send_raw(
        SARI,
        json!({"text": "seperti ini", "external_reply": {"origin": origin, "photo": [size]},
            "quote": {"text": "kabel putus", "position": 0}}),
    );
    desk.settle().await;
    let relayed = desk.find(BUDI, "seperti ini");
    assert!(relayed.text.contains("Membalas pesan dari Info"), "{}", relayed.text);
    assert!(relayed.text.contains("kabel putus"), "{}", relayed.text);
    assert_eq!(relayed.media.expect("the photo").kind, MediaKind::Photo);
    // What has no file is named.
    let hidden = json!({"type": "hidden_user", "date": 1, "sender_user_name": ""});
    desk.sandbox.send_raw(
        SARI,
        json!({"text": "atau ini", "external_reply": {"origin": hidden, "location": {"latitude": 1, "longitude": 2}}}),
    );
    desk.settle().await;
    let relayed = desk.find(BUDI, "atau ini");
    assert!(
        relayed.text.contains("Membalas pesan di chat lain") && relayed.media.is_none(),
        "{}",
        relayed.text
    );
}

#[tokio::test]
async fn a_customer_does_not_learn_to_whom_else_the_agent_replied() {
    let desk = with_agent().await;
    desk.ticket(SARI, "Internet mati").await;
    let colleague = json!({"type": "user", "date": 1,
        "sender_user": {"id": 55, "is_bot": false, "first_name": "Citra Lestari"}});
    desk.sandbox
        .send_raw(BUDI, json!({"text": "seperti kata rekan saya", "external_reply": {"origin": colleague}}));
    desk.settle().await;
    let relayed = desk.find(SARI, "seperti kata rekan saya");
    assert!(relayed.text.contains("Membalas pesan di chat lain"), "{}", relayed.text);
    assert!(!relayed.text.contains("Citra"), "{}", relayed.text);
}

#[tokio::test]
async fn an_edit_of_a_reply_to_another_chat_keeps_its_file() {
    let desk = with_agent().await;
    desk.ticket(SARI, "Internet mati").await;
    let photo = desk.sandbox.send_media(BUDI, NewMedia::new(MediaKind::Photo, *b"rusak"));
    desk.settle().await;
    let file_id = desk.sandbox.message(BUDI, photo).unwrap().media.unwrap().file_id;
    let origin = json!({"type": "hidden_user", "date": 1, "sender_user_name": "Pak RT"});
    let size = json!({"file_id": file_id, "file_unique_id": "u", "width": 1, "height": 1});
    let reply = json!({"text": "seperti ini", "external_reply": {"origin": origin, "photo": [size]}});
    let sent = desk.sandbox.send_raw(SARI, reply);
    desk.settle().await;
    desk.sandbox.edit(SARI, sent, "seperti itu");
    desk.settle().await;
    let relayed = desk.find(BUDI, "seperti itu");
    assert_eq!(relayed.media.expect("the photo").kind, MediaKind::Photo);
    assert!(!desk.has(BUDI, "seperti ini"));
    let app = desk.app();
    let store = app.engine.store();
    let ticket = store.all_held().await.unwrap().remove(0);
    let stored = store.conversation(ticket.id, None, 9).await.unwrap();
    assert!(stored.iter().any(|message| message.content.file_id == file_id), "{stored:?}");
}

#[tokio::test]
async fn a_forward_names_its_origin_but_no_colleague_to_a_customer() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra Lestari").await;
    desk.ticket(SARI, "Internet mati").await;
    let user = |id: i64, name: &str| json!({"type": "user", "date": 1, "sender_user": {"id": id, "is_bot": false, "first_name": name}});
    let forward = |text: &str, origin| UserMessage::text(text).forwarded_from(origin);
    desk.sandbox.send(BUDI, forward("kata rekan saya", user(CITRA, "Citra Lestari")));
    desk.sandbox.send(BUDI, forward("kata vendor", user(9_001, "Vendor Modem")));
    desk.sandbox.send(SARI, forward("kata tetangga", user(9_002, "Pak RT")));
    desk.settle().await;
    let text = |id: i64, part: &str| desk.find(id, part).text;
    assert!(text(SARI, "kata rekan saya").contains("Diteruskan"), "{}", text(SARI, "kata rekan saya"));
    assert!(!text(SARI, "kata rekan saya").contains("Citra"), "{}", text(SARI, "kata rekan saya"));
    assert!(
        text(SARI, "kata vendor").contains("Diteruskan dari Vendor Modem"),
        "{}",
        text(SARI, "kata vendor")
    );
    assert!(
        text(BUDI, "kata tetangga").contains("Diteruskan dari Pak RT"),
        "{}",
        text(BUDI, "kata tetangga")
    );
}
