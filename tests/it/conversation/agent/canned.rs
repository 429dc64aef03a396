//! `/r`: canned replies that an agent sends.
use crate::conversation::{BUDI, SARI, TOM, number, with_agent};
use crate::support::{ADMIN, Desk};
use antri::sandbox::UserMessage;

/// Sends a text without an answer of the bot in the same chat; returns its id.
async fn write(desk: &Desk, id: i64, text: &str) -> i64 {
    let message = desk.sandbox.send_text(id, text);
    desk.settle().await;
    message
}

async fn reply(desk: &Desk, id: i64, to: i64, text: &str) -> i64 {
    let message = desk.sandbox.send(id, UserMessage::text(text).replying_to(to));
    desk.settle().await;
    message
}

async fn with_replies() -> Desk {
    let desk = with_agent().await;
    desk.say(ADMIN, "/replies halo Halo {name}, saya {agent}. Tiket Anda {number}.").await;
    desk.say(ADMIN, "/replies restart Mohon modem dimatikan sebentar.").await;
    desk.say(ADMIN, "/replies resmi Terima kasih, {name}.").await;
    desk
}

#[tokio::test]
async fn a_word_sends_the_reply_as_the_agents_own_message() {
    let desk = with_replies().await;
    desk.ticket(SARI, "Internet mati").await;
    let number = number(&desk, BUDI);
    let sent = write(&desk, BUDI, "/r HAL mohon   tunggu\nya").await;
    let text = format!("💬 Agen 1\nHalo Sari, saya Agen 1. Tiket Anda {number}.\nmohon   tunggu\nya");
    assert_eq!(desk.last(SARI).text, text);
    assert_eq!(desk.sandbox.message(BUDI, sent).unwrap().reaction.as_deref(), Some("👍"));
    let app = desk.app();
    let store = app.engine.store();
    let ticket = store.all_held().await.unwrap().remove(0);
    let kept = store.conversation(ticket.id, None, 9).await.unwrap();
    assert!(kept[0].content.text.text.starts_with("Halo Sari"), "{kept:?}");
    // An edit sends the other reply in its place.
    desk.sandbox.edit(BUDI, sent, "/r restart");
    desk.settle().await;
    assert!(desk.last(SARI).text.ends_with("\nMohon modem dimatikan sebentar."), "{}", desk.last(SARI).text);
    desk.sandbox.edit(BUDI, sent, "/r res");
    desk.settle().await;
    assert!(desk.last(BUDI).text.contains("tidak jelas"), "{}", desk.last(BUDI).text);
    desk.sandbox.edit(BUDI, sent, "/r");
    desk.settle().await;
    assert!(desk.last(BUDI).text.contains("Balasan yang mana?"), "{}", desk.last(BUDI).text);
    assert!(desk.has(SARI, "Mohon modem dimatikan") && !desk.has(SARI, "/r"));
    reply(&desk, BUDI, sent, "/tarik").await;
    assert!(!desk.has(SARI, "Mohon modem dimatikan"));
}

#[tokio::test]
async fn a_reply_to_a_message_decides_for_whom_it_is() {
    let desk = with_replies().await;
    desk.person(TOM, "Tom", "en").await;
    desk.ticket(SARI, "Internet mati").await;
    desk.ticket(TOM, "Printer").await;
    write(&desk, SARI, "masih mati").await;
    desk.press(BUDI, "▶️ Buka").await;
    let relayed = desk.find(BUDI, "masih mati").message_id;
    reply(&desk, BUDI, relayed, "/r resmi").await;
    assert!(desk.has(SARI, "Terima kasih, Sari.") && !desk.has(TOM, "Terima kasih, "));
    reply(&desk, BUDI, desk.find(BUDI, "Printer").message_id, "/r halo").await;
    assert!(desk.has(TOM, "Halo Tom, saya Agent 1."), "{}", desk.chat_story(TOM));
}

#[tokio::test]
async fn without_a_focus_the_agent_is_asked_and_the_name_is_the_chosen_customers() {
    let desk = with_replies().await;
    desk.person(TOM, "Tom", "en").await;
    desk.ticket(SARI, "Internet mati").await;
    desk.ticket(TOM, "Printer").await;
    write(&desk, BUDI, "/r resmi").await;
    assert!(desk.has(BUDI, "Untuk siapa?"), "{}", desk.chat_story(BUDI));
    assert!(!desk.has(SARI, "Terima kasih, Sari.") && !desk.has(TOM, "Terima kasih, "));
    desk.press(BUDI, "Tom · ").await;
    assert!(desk.has(TOM, "Terima kasih, Tom.") && !desk.has(SARI, "Terima kasih, Sari."));
}

#[tokio::test]
async fn several_replies_are_offered_and_one_is_sent_once() {
    let desk = with_replies().await;
    desk.ticket(SARI, "Internet mati").await;
    let asked = write(&desk, BUDI, "/r res sampai <nanti>").await;
    let question = desk.last(BUDI);
    assert!(question.text.contains("Balasan yang mana untuk Sari?"), "{}", question.text);
    assert_eq!(question.keyboard.len(), 2, "{:?}", question.keyboard);
    let (message, data) = desk.button(BUDI, "resmi");
    desk.press_data(BUDI, message, &data).await;
    assert_eq!(desk.last(SARI).text, "💬 Agen 1\nTerima kasih, Sari.\nsampai <nanti>");
    assert_eq!(desk.sandbox.message(BUDI, asked).unwrap().reaction.as_deref(), Some("👍"));
    desk.press_data(BUDI, message, &data).await;
    assert_eq!(desk.count(SARI, "Terima kasih, Sari."), 1);
    // A button that somebody else presses does nothing.
    desk.press_in(SARI, SARI, message, &data).await;
    assert_eq!(desk.count(SARI, "Terima kasih, Sari."), 1);
}

#[tokio::test]
async fn without_a_word_the_replies_of_the_department_are_listed() {
    let desk = with_replies().await;
    desk.ticket(SARI, "Internet mati").await;
    desk.department("Teknik").await;
    desk.say(ADMIN, "/replies Teknik - kabel Kabel putus.").await;
    desk.say(BUDI, "/r").await;
    let buttons: Vec<_> = desk.last(BUDI).keyboard.concat().into_iter().map(|b| b.text).collect();
    assert_eq!(buttons, ["halo", "resmi", "restart"], "{}", desk.chat_story(BUDI));
    desk.press(BUDI, "halo").await;
    assert!(desk.has(SARI, "Halo Sari"));
}

#[tokio::test]
async fn an_unknown_word_is_answered_with_the_nearest_ones() {
    let desk = with_agent().await;
    desk.say(BUDI, "/r halo").await;
    assert!(desk.has(BUDI, "Anda tidak memegang tiket"));
    desk.ticket(SARI, "Internet mati").await;
    desk.say(BUDI, "/r").await;
    assert!(desk.has(BUDI, "Belum ada balasan siap pakai"));
    desk.say(ADMIN, "/replies halo Halo {name}!").await;
    desk.say(BUDI, "/r hlao").await;
    assert!(desk.last(BUDI).text.contains("Tidak ada balasan “hlao”. Mungkin"), "{}", desk.last(BUDI).text);
    desk.press(BUDI, "halo").await;
    assert!(desk.has(SARI, "Halo Sari!"));
    desk.say(BUDI, "/r kabelputus").await;
    assert!(desk.last(BUDI).text.contains("Ketik /r untuk"), "{}", desk.last(BUDI).text);
    desk.say(SARI, "/r halo").await;
    assert!(desk.last(SARI).text.contains("khusus agen"));
    desk.say(BUDI, &format!("/r halo {}", "x".repeat(3_900))).await;
    assert!(desk.last(BUDI).text.contains("terlalu panjang"), "{}", desk.last(BUDI).text);
    assert!(!desk.has(SARI, "xxx"));
}

#[tokio::test]
async fn the_command_reads_well_in_english() {
    let desk = with_replies().await;
    desk.say(BUDI, "/language en").await;
    desk.say(BUDI, "/r halo").await;
    assert!(desk.last(BUDI).text.contains("You hold no ticket"));
    desk.ticket(SARI, "Internet mati").await;
    desk.say(BUDI, "/r res").await;
    assert!(desk.last(BUDI).text.contains("Which reply for Sari?"), "{}", desk.last(BUDI).text);
    desk.press(BUDI, "restart").await;
    assert!(desk.has(BUDI, "You chose the reply restart."));
}
