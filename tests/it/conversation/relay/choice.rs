//! The question for which ticket a message is: its choices, and how the kept messages are dropped.
use super::write;
use crate::conversation::{BUDI, SARI, TOM, with_agent};
use crate::support::{ADMIN, Desk};
use antri::domain::ticket::RETURN_DELAY;
use antri::sandbox::{ChatMessage, MediaKind, NewMedia, UserMessage};
use serde_json::json;

/// Returns a desk whose agent holds a ticket of Sari and one of Tom, and has written to neither.
async fn with_two_customers() -> Desk {
    let desk = with_agent().await;
    desk.person(TOM, "Tom", "en").await;
    desk.ticket(SARI, "Internet mati").await;
    desk.ticket(TOM, "Printer").await;
    desk
}

/// Returns the question of this person with its buttons.
fn question(desk: &Desk, id: i64, part: &str) -> ChatMessage {
    desk.find(id, part)
}

/// Returns the text of a message as the person sees it now.
fn text_of(desk: &Desk, id: i64, message: i64) -> String {
    desk.sandbox.message(id, message).unwrap().text
}

fn labels(message: &ChatMessage) -> Vec<String> {
    message.keyboard.concat().into_iter().map(|button| button.text).collect()
}

#[tokio::test]
async fn cancel_drops_the_kept_messages_and_closes_the_question() {
    let desk = with_two_customers().await;
    write(&desk, BUDI, "salah").await;
    write(&desk, BUDI, "juga salah").await;
    let asked = question(&desk, BUDI, "Untuk siapa?");
    desk.say(BUDI, "/cancel").await;
    assert_eq!(desk.last(BUDI).text, "✖️ 2 pesan Anda tidak jadi dikirim.");
    let closed = desk.sandbox.message(BUDI, asked.message_id).unwrap();
    assert_eq!(
        (closed.text.as_str(), closed.keyboard.len()),
        ("✅ Tidak ada pesan yang menunggu pilihan.", 0)
    );
    desk.say(BUDI, "/cancel").await;
    assert_eq!(desk.last(BUDI).text, "Tidak ada yang perlu dibatalkan.");
    // What follows is sent alone.
    write(&desk, BUDI, "benar").await;
    assert!(question(&desk, BUDI, "Untuk siapa?").text.contains("1 pesan"));
    desk.press(BUDI, "Sari · ").await;
    assert!(desk.has(SARI, "benar") && !desk.has(SARI, "salah") && !desk.has(TOM, "salah"));
}

#[tokio::test]
async fn a_button_of_the_question_drops_the_kept_messages() {
    let desk = with_two_customers().await;
    desk.say(BUDI, "/language en").await;
    write(&desk, BUDI, "a typo").await;
    let (message, drop) = desk.button(BUDI, "✖️ Don't send");
    desk.press_data(BUDI, message, &drop).await;
    assert_eq!(text_of(&desk, BUDI, message), "✖️ Your message was not sent to anybody.");
    desk.press_data(BUDI, message, &drop).await;
    assert_eq!(text_of(&desk, BUDI, message), "✅ No message waits for a choice.");
    assert!(!desk.has(SARI, "a typo") && !desk.has(TOM, "a typo"));
}

#[tokio::test]
async fn a_customer_drops_the_kept_messages_too() {
    let desk = with_agent().await;
    desk.ticket(SARI, "Internet mati").await;
    desk.ticket(SARI, "Telepon mati").await;
    write(&desk, SARI, "salah").await;
    let asked = question(&desk, SARI, "Untuk tiket yang mana?");
    assert!(labels(&asked).contains(&"✖️ Jangan kirim".to_owned()), "{:?}", labels(&asked));
    desk.say(SARI, "/cancel").await;
    assert_eq!(desk.last(SARI).text, "✖️ Pesan Anda tidak jadi dikirim.");
    write(&desk, SARI, "salah lagi").await;
    desk.press(SARI, "✖️ Jangan kirim").await;
    assert!(!desk.has(BUDI, "salah"), "{}", desk.chat_story(BUDI));
}

#[tokio::test]
async fn several_messages_are_counted_when_they_go_out() {
    let desk = with_two_customers().await;
    desk.say(BUDI, "/language en").await;
    for text in ["one", "two", "three"] {
        write(&desk, BUDI, text).await;
    }
    desk.press(BUDI, "Sari · ").await;
    assert!(desk.find(BUDI, "Your 3 messages are in ticket INC").keyboard.is_empty());
    desk.ticket(SARI, "Telepon mati").await;
    write(&desk, SARI, "satu lagi").await;
    desk.press(SARI, "➕ Tiket baru").await;
    assert!(desk.has(SARI, "✅ Pesan Anda menjadi rancangan tiket baru."), "{}", desk.chat_story(SARI));
}

#[tokio::test]
async fn tickets_of_one_customer_are_told_apart_by_their_subject() {
    let desk = with_agent().await;
    desk.ticket(SARI, "Internet mati").await;
    desk.ticket(SARI, "Telepon mati").await;
    desk.person(TOM, "Tom", "en").await;
    desk.ticket(TOM, "Printer").await;
    write(&desk, BUDI, "halo").await;
    let asked = labels(&question(&desk, BUDI, "Untuk siapa?"));
    let starts = ["Sari: Internet mati · INC", "Sari: Telepon mati · INC", "Tom · INC", "✖️"];
    assert!(asked.iter().zip(starts).all(|(label, start)| label.starts_with(start)), "{asked:?}");
    assert_eq!(asked.len(), starts.len());
    desk.press(BUDI, "Sari: Telepon mati").await;
    let pinned = desk.sandbox.message(BUDI, desk.sandbox.pinned(BUDI).unwrap()).unwrap();
    assert!(pinned.text.contains("menulis ke Sari: Telepon mati · INC"), "{}", pinned.text);
    desk.press(BUDI, "Sari: Internet mati").await;
    assert!(desk.toast(BUDI).starts_with("Sekarang Anda menulis ke Sari: Internet mati · INC"));
    desk.say(BUDI, "/language en").await;
    desk.press(BUDI, "Sari: Telepon mati").await;
    assert!(
        desk.toast(BUDI).starts_with("You are now writing to Sari: Telepon mati · INC"),
        "{}",
        desk.toast(BUDI)
    );
    desk.press(BUDI, "Tom · ").await;
    assert_eq!(desk.toast(BUDI), "You are now writing to Tom");
}

/// Removes Budi from the agents.
async fn remove_agent(desk: &Desk) {
    desk.say(ADMIN, "/removeagent Budi").await;
    desk.press(ADMIN, "Cabut").await;
}

#[tokio::test]
async fn the_question_of_a_former_agent_says_that_nothing_is_sent() {
    let desk = with_two_customers().await;
    write(&desk, BUDI, "kata lama").await;
    let asked = question(&desk, BUDI, "Untuk siapa?").message_id;
    remove_agent(&desk).await;
    let closed = desk.sandbox.message(BUDI, asked).unwrap();
    assert_eq!(closed.text, "⚠️ Pesan Anda tidak terkirim, karena Anda bukan agen lagi.");
    assert!(closed.keyboard.is_empty(), "{:?}", closed.keyboard);
    // As an agent again, they send what they write then.
    desk.say(ADMIN, &format!("/addagent {BUDI}")).await;
    desk.clock.advance(RETURN_DELAY);
    desk.say(BUDI, "/online").await;
    let app = desk.app();
    desk.until("both tickets", async || app.engine.store().all_held().await.unwrap().len() == 2).await;
    desk.settle().await;
    write(&desk, BUDI, "halo lagi").await;
    assert!(question(&desk, BUDI, "Untuk siapa?").text.contains("1 pesan"));
    desk.press(BUDI, "Sari · ").await;
    assert!(desk.has(SARI, "halo lagi") && !desk.has(SARI, "kata lama") && !desk.has(TOM, "kata lama"));
}

#[tokio::test]
async fn a_former_agent_writes_as_a_customer() {
    let desk = with_two_customers().await;
    desk.say(BUDI, "/language en").await;
    write(&desk, BUDI, "one moment").await;
    write(&desk, BUDI, "please").await;
    remove_agent(&desk).await;
    desk.find(BUDI, "Your 2 messages were not sent, because you are no longer an agent.");
    desk.ticket(BUDI, "my line").await;
    desk.ticket(BUDI, "my phone").await;
    write(&desk, BUDI, "hello").await;
    assert!(question(&desk, BUDI, "For which ticket?").text.contains("Your message is kept"));
    desk.press(BUDI, "my line").await;
    desk.say(BUDI, "/cancel").await;
    assert_eq!(desk.last(BUDI).text, "There is nothing to cancel.");
}

#[tokio::test]
async fn kept_messages_that_do_not_fit_into_a_new_ticket_are_named() {
    for (language, new, files, long) in [
        ("id", "➕ Tiket baru", "paling banyak 10 berkas", "Tulisan terlalu panjang"),
        ("en", "➕ New ticket", "up to 10 files", "Too long:"),
    ] {
        let desk = with_agent().await;
        desk.ticket(SARI, "Internet mati").await;
        desk.ticket(SARI, "Telepon mati").await;
        desk.say(SARI, &format!("/language {language}")).await;
        for _ in 0..12 {
            desk.sandbox.send_media(SARI, NewMedia::new(MediaKind::Photo, *b"bytes"));
        }
        for _ in 0..4 {
            desk.sandbox.send_text(SARI, &"x".repeat(4_000));
        }
        desk.settle().await;
        desk.press(SARI, new).await;
        assert_eq!(desk.count(SARI, files), 1, "{}", desk.chat_story(SARI));
        assert_eq!(desk.count(SARI, long), 1, "{}", desk.chat_story(SARI));
    }
}

#[tokio::test]
async fn kept_messages_keep_their_origin_and_their_quote_in_a_new_ticket() {
    let desk = with_agent().await;
    desk.ticket(SARI, "Internet mati").await;
    desk.ticket(SARI, "Telepon mati").await;
    let origin = json!({"type": "hidden_user", "date": 1, "sender_user_name": "Pak RT"});
    desk.sandbox.send(SARI, UserMessage::text("kabelnya putus").forwarded_from(origin.clone()));
    let elsewhere = json!({"text": "ini juga", "external_reply": {"origin": origin}, "quote": {"text": "tiang miring",
        "position": 0}});
    desk.sandbox.send_raw(SARI, elsewhere);
    desk.settle().await;
    desk.press(SARI, "➕ Tiket baru").await;
    desk.press(SARI, "Kirim").await;
    let card = desk.find(BUDI, "kabelnya putus").text;
    let lines = ["↪️ Diteruskan dari Pak RT", "kabelnya putus", "Pak RT: tiang miring", "ini juga"];
    let at: Vec<_> = lines.iter().filter_map(|line| card.find(line)).collect();
    assert!(at.len() == lines.len() && at.is_sorted(), "{card}");
}

#[tokio::test]
async fn the_edit_of_a_kept_message_that_became_a_ticket_is_answered() {
    for (language, new, send, hint) in [
        ("id", "➕ Tiket baru", "Kirim", "sudah terkirim, jadi perubahan pada pesan itu"),
        ("en", "➕ New ticket", "Send", "has already been sent, so your edit"),
    ] {
        let desk = with_agent().await;
        desk.ticket(SARI, "Internet mati").await;
        desk.ticket(SARI, "Telepon mati").await;
        desk.say(SARI, &format!("/language {language}")).await;
        let kept = desk.sandbox.send_text(SARI, "untuk yang mana");
        desk.settle().await;
        // While it waits for the choice, an edit changes it.
        desk.sandbox.edit(SARI, kept, "printer rusak");
        desk.settle().await;
        assert_eq!(desk.count(SARI, hint), 0, "{}", desk.chat_story(SARI));
        desk.press(SARI, new).await;
        desk.press(SARI, send).await;
        assert_eq!(desk.count(BUDI, "printer rusak"), 1, "{}", desk.chat_story(BUDI));
        desk.sandbox.edit(SARI, kept, "printer lantai dua rusak");
        desk.settle().await;
        assert_eq!(desk.count(SARI, hint), 1, "{}", desk.chat_story(SARI));
    }
}
