//! Bans: by command and by buttons, the answer to a banned customer, and the cancellation of their tickets.
use crate::conversation::{BUDI, CITRA, SARI, TOM, number, numbers, with_agent, with_customer};
use crate::support::{ADMIN, Desk, data};
use antri::bot::callback::{ButtonAction, PickerPurpose};
use antri::domain::ids::TelegramId;
use antri::domain::person::Person;
use serde_json::json;

async fn person(desk: &Desk, id: i64) -> Person {
    desk.app().engine.store().person_by_telegram(TelegramId(id)).await.unwrap().unwrap()
}

/// Sends a text that gets no answer.
async fn say_unanswered(desk: &Desk, id: i64, text: &str) {
    desk.sandbox.send_text(id, text);
    desk.settle().await;
}

#[tokio::test]
async fn a_banned_customer_is_told_once_and_opens_no_ticket() {
    let desk = with_agent().await;
    desk.say(ADMIN, "/ban @sari spam <b>lagi</b>").await;
    let answer = desk.last(ADMIN).text;
    assert!(answer.contains("Sari diblokir") && answer.contains("Alasan: spam <b>lagi</b>"), "{answer}");
    let ban = person(&desk, SARI).await.banned.unwrap();
    assert_eq!((ban.reason.as_deref(), ban.by), (Some("spam <b>lagi</b>"), person(&desk, ADMIN).await.id));
    desk.say(SARI, "printer rusak").await;
    assert!(desk.last(SARI).text.contains("pesan Anda tidak kami teruskan"), "{}", desk.chat_story(SARI));
    for text in ["halo?", "printer saya", "tolong"] {
        say_unanswered(&desk, SARI, text).await;
    }
    assert_eq!(desk.count(SARI, "tidak kami teruskan"), 1);
    let body = json!({"customer_telegram_id": SARI, "description": "x"});
    desk.post(ADMIN, "/api/tickets", body).await.refused(403, "forbidden");
    assert!(numbers(&desk).await.is_empty());
    // A restart tells them no second time.
    desk.stop().await;
    desk.start().await;
    say_unanswered(&desk, SARI, "masih di sana?").await;
    assert_eq!(desk.count(SARI, "tidak kami teruskan"), 1);
}

#[tokio::test]
async fn each_command_of_a_banned_customer_is_answered_and_the_lifted_ban_is_told() {
    for (language, banned, lifted) in [
        ("id", "tidak kami teruskan", "Anda bisa mengirim pesan dan membuat tiket lagi"),
        ("en", "not passed on", "You can send messages and open tickets again"),
    ] {
        let desk = with_customer().await;
        desk.person(TOM, "Tom", language).await;
        desk.say(ADMIN, "/ban @tom").await;
        for (answers, text) in (1..).zip(["/mytickets", "/mytickets", "/new printer", "/start", "/unknown"]) {
            desk.say(TOM, text).await;
            assert_eq!(desk.count(TOM, banned), answers, "{text}: {}", desk.chat_story(TOM));
            say_unanswered(&desk, TOM, "halo?").await;
            assert_eq!(desk.count(TOM, banned), answers, "words are answered once: {}", desk.chat_story(TOM));
        }
        desk.say(ADMIN, "/unban @tom").await;
        assert!(desk.last(TOM).text.contains(lifted), "{}", desk.chat_story(TOM));
        // Who wrote nothing meanwhile never learned of the ban.
        desk.say(ADMIN, "/ban @tom").await;
        desk.say(ADMIN, "/unban @tom").await;
        assert_eq!(desk.count(TOM, lifted), 1, "{}", desk.chat_story(TOM));
    }
}

#[tokio::test]
async fn the_holder_of_a_banned_customers_ticket_is_told() {
    for (language, words) in [("id", "diblokir oleh admin"), ("en", "has banned the customer")] {
        let desk = with_agent().await;
        desk.say(BUDI, &format!("/language {language}")).await;
        desk.ticket(SARI, "satu").await;
        let number = numbers(&desk).await.remove(0);
        desk.say(ADMIN, "/ban @sari").await;
        let notice = desk.find(BUDI, words);
        assert!(notice.text.contains(&number), "{}", notice.text);
        desk.say(ADMIN, "/ban @sari").await;
        assert_eq!(desk.count(BUDI, words), 1, "a second ban changes nothing");
    }
}

#[tokio::test]
async fn a_lifted_ban_lets_the_customer_write_again() {
    let desk = with_customer().await;
    desk.say(ADMIN, &format!("/ban {SARI}")).await;
    desk.say(SARI, "halo").await;
    desk.say(ADMIN, "/unban Sari").await;
    assert!(desk.last(ADMIN).text.contains("Blokir Sari sudah dibuka"), "{}", desk.last(ADMIN).text);
    desk.ticket(SARI, "printer rusak").await;
    assert_eq!(numbers(&desk).await.len(), 1);
    desk.say(ADMIN, "/unban sari").await;
    assert!(desk.last(ADMIN).text.contains("Tidak ada pelanggan"), "{}", desk.last(ADMIN).text);
    desk.say(ADMIN, "/unban @sari").await;
    assert!(desk.last(ADMIN).text.contains("tidak diblokir"), "{}", desk.last(ADMIN).text);
}

#[tokio::test]
async fn bans_work_with_buttons_only() {
    let desk = with_agent().await;
    desk.person(TOM, "Tom", "en").await;
    desk.say(ADMIN, "/unban").await;
    assert!(desk.last(ADMIN).text.contains("Tidak ada yang diblokir"));
    desk.say(ADMIN, "/ban").await;
    assert!(desk.last(ADMIN).button("Budi").is_none(), "no staff");
    desk.press(ADMIN, "Tom (@tom)").await;
    assert!(person(&desk, TOM).await.is_banned());
    desk.say(TOM, "hello").await;
    assert!(desk.last(TOM).text.contains("not passed on"), "{}", desk.last(TOM).text);
    desk.say(ADMIN, "/ban").await;
    assert!(desk.last(ADMIN).button("Tom").is_none(), "already banned");
    desk.say(ADMIN, "/unban").await;
    desk.press(ADMIN, "Tom").await;
    assert!(!person(&desk, TOM).await.is_banned());
    desk.say(ADMIN, "/ban @tom").await;
    desk.press(ADMIN, "Buka blokir").await;
    assert!(!person(&desk, TOM).await.is_banned());
}

#[tokio::test]
async fn the_open_tickets_of_a_banned_customer_can_be_cancelled() {
    let desk = with_agent().await;
    desk.say(ADMIN, "/setmax Budi 1").await;
    desk.ticket(SARI, "satu").await;
    desk.press(BUDI, "Buka").await;
    desk.ticket(SARI, "dua").await;
    desk.person(TOM, "Tom", "en").await;
    desk.ticket(TOM, "mine").await;
    // One of their tickets names the customer as well.
    let first = numbers(&desk).await.remove(0);
    desk.say(ADMIN, &format!("/ban {first} spam")).await;
    assert!(desk.last(ADMIN).text.contains("2 tiketnya masih belum selesai"), "{}", desk.last(ADMIN).text);
    let (message, cancel) = desk.button(ADMIN, "Batalkan tiketnya");
    desk.press_data(ADMIN, message, &cancel).await;
    assert_eq!(desk.toast(ADMIN), "✖️ 2 tiket dibatalkan");
    assert!(!desk.shown(ADMIN, message).contains("Batalkan tiketnya"), "{}", desk.shown(ADMIN, message));
    desk.find(BUDI, "dibatalkan oleh admin");
    assert_eq!(desk.count(BUDI, "mine"), 1, "the slot is free for the next");
    assert_eq!(numbers(&desk).await.len(), 1);
    desk.press_data(ADMIN, message, &cancel).await;
    assert!(desk.toast(ADMIN).contains("Tidak ada lagi tiket"), "{}", desk.toast(ADMIN));
}

#[tokio::test]
async fn presses_of_a_banned_customer_do_nothing() {
    let desk = with_customer().await;
    desk.ticket(SARI, "satu").await;
    let (message, cancel) = desk.button(SARI, "Batal");
    desk.say(ADMIN, "/ban @sari").await;
    desk.press_data(SARI, message, &cancel).await;
    assert!(desk.toast(SARI).contains("tidak kami teruskan"), "{}", desk.toast(SARI));
    assert_eq!(numbers(&desk).await, [number(&desk, SARI)]);
}

#[tokio::test]
async fn staff_are_not_banned_and_only_admins_ban() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    for text in ["/ban @budi", &format!("/ban {ADMIN}")] {
        desk.say(ADMIN, text).await;
        assert!(desk.last(ADMIN).text.contains("adalah staf"), "{}", desk.last(ADMIN).text);
    }
    desk.say(BUDI, "/ban @sari").await;
    assert!(desk.last(BUDI).text.contains("khusus admin"));
    let sari = person(&desk, SARI).await.id;
    let message = desk.last(BUDI).message_id;
    for action in [ButtonAction::PickPerson(PickerPurpose::Ban, sari), ButtonAction::CancelTicketsOf(sari)] {
        desk.press_data(BUDI, message, &data(action)).await;
        assert!(desk.toast(BUDI).contains("tidak berwenang"), "{}", desk.toast(BUDI));
    }
    desk.say(ADMIN, "/ban nobody").await;
    assert!(desk.last(ADMIN).text.contains("Tidak ada pelanggan “nobody”"));
    assert!(!person(&desk, SARI).await.is_banned());
    // Cancelling needs a ban.
    desk.press_data(ADMIN, desk.last(ADMIN).message_id, &data(ButtonAction::CancelTicketsOf(sari))).await;
    assert!(desk.toast(ADMIN).contains("tidak berwenang"), "{}", desk.toast(ADMIN));
}

#[tokio::test]
async fn several_customers_with_one_name_are_offered() {
    let desk = with_customer().await;
    desk.person(31, "Sari", "id").await;
    desk.person(32, "Sari Dewi", "id").await;
    desk.say(ADMIN, "/ban sari dewi spam").await;
    assert!(person(&desk, 32).await.is_banned(), "the longest name first");
    desk.say(ADMIN, "/ban sari").await;
    assert!(desk.last(ADMIN).text.contains("Ada beberapa pelanggan"), "{}", desk.last(ADMIN).text);
}
