//! The language of each person: Indonesian or English, by Telegram or by choice.
use super::{BUDI, SARI, TOM, with_agent, with_customer};
use crate::support::ADMIN;

#[tokio::test]
async fn the_language_is_taken_from_telegram_until_one_is_chosen() {
    let desk = with_agent().await;
    desk.person(TOM, "Tom", "en-GB").await;
    desk.find(TOM, "Hello Tom!");
    desk.person(3, "Jean", "fr").await;
    desk.find(3, "Halo Jean!");
    desk.say(TOM, "/language").await;
    assert!(desk.last(TOM).button("🇮🇩 Bahasa Indonesia").is_some());
    desk.press(TOM, "🇮🇩").await;
    assert_eq!(desk.toast(TOM), "🇮🇩 Baik, sekarang dalam bahasa Indonesia.");
    // The choice overrides the language code of later updates.
    desk.ticket(TOM, "printer rusak").await;
    desk.find(TOM, "sekarang ditangani oleh Agen 1");
    desk.say(SARI, "/language").await;
    desk.press(SARI, "🇬🇧").await;
    assert_eq!(desk.last(SARI).text, "🇬🇧 All right, English it is.");
}

#[tokio::test]
async fn the_language_can_be_named_with_the_command() {
    let desk = with_customer().await;
    for (text, answer) in [
        ("/language en", "🇬🇧 All right, English it is."),
        ("/language Indonesia", "🇮🇩 Baik, sekarang dalam bahasa Indonesia."),
        ("/language English", "🇬🇧 All right, English it is."),
        ("/language id", "🇮🇩 Baik, sekarang dalam bahasa Indonesia."),
        ("/language klingon", "🌐 Pilih bahasa Anda."),
        ("/", "Perintah / tidak dikenal. Tekan /help untuk melihat semua perintah."),
    ] {
        desk.say(SARI, text).await;
        assert_eq!(desk.last(SARI).text, answer, "{text}");
    }
}

#[tokio::test]
async fn each_person_reads_a_ticket_in_their_own_language() {
    let desk = with_agent().await;
    desk.person(TOM, "Tom", "en").await;
    desk.ticket(TOM, "printer broken").await;
    desk.find(BUDI, "Tiket baru ditambahkan ke antrian Anda!");
    desk.find(TOM, "is now with Agent 1");
    desk.say(BUDI, "/language").await;
    desk.press(BUDI, "🇬🇧").await;
    desk.ticket(SARI, "printer rusak").await;
    let card = desk.find(BUDI, "A new ticket was added to your queue!").text;
    assert!(card.contains("Queue position: #2") && card.contains("You have 2/5 active tickets."), "{card}");
    desk.find(SARI, "sekarang ditangani oleh Agen 1");
}

#[tokio::test]
async fn live_cards_follow_a_language_change() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    desk.say(BUDI, "/busy").await;
    desk.ticket(SARI, "layar gelap").await;
    let (task, waits) = (desk.find(BUDI, "Tiket baru").message_id, desk.find(SARI, "Posisi").message_id);
    for id in [BUDI, SARI] {
        desk.say(id, "/language en").await;
    }
    assert!(desk.shown(BUDI, task).contains("[✅ Complete]"), "{}", desk.shown(BUDI, task));
    let card = desk.shown(SARI, waits);
    assert!(card.contains("Agents online") && !card.contains("Posisi"), "{card}");
}

#[tokio::test]
async fn plurals_are_right_in_english() {
    let desk = with_customer().await;
    desk.say(ADMIN, "/language").await;
    desk.press(ADMIN, "🇬🇧").await;
    desk.agent(BUDI, "Budi").await;
    desk.say(ADMIN, "/setmax Budi 1").await;
    assert!(desk.last(ADMIN).text.contains("is now 1."), "{}", desk.last(ADMIN).text);
    desk.say(ADMIN, "/setmax Budi 2").await;
    assert!(desk.last(ADMIN).text.contains("is now 2."));
    desk.ticket(SARI, "satu").await;
    desk.say(ADMIN, "/queue").await;
    assert!(desk.last(ADMIN).text.contains("1 ticket waiting"));
    desk.ticket(SARI, "dua").await;
    desk.press(ADMIN, "Refresh").await;
    assert!(desk.last(ADMIN).text.contains("2 tickets waiting"));
}
