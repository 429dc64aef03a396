//! The question for which ticket a message is: its choices, and how the kept messages are dropped.
use super::write;
use crate::conversation::{BUDI, SARI, TOM, with_agent};
use crate::support::{ADMIN, Desk};
use antri::domain::ticket::RETURN_DELAY;
use antri::sandbox::ChatMessage;

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
