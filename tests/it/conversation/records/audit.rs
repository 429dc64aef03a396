//! `/audit`: the life of a ticket in words.
use crate::conversation::{BUDI, CITRA, SARI, numbers, with_agent};
use crate::support::{ADMIN, Desk};
use chrono::TimeDelta;

const BOSS: i64 = 901;

/// Returns a desk where a ticket went from an agent to another and was completed, reopened and rated, and its
/// number.
async fn with_life() -> (Desk, String) {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.ticket(SARI, "printer rusak").await;
    let number = numbers(&desk).await.remove(0);
    desk.press(BUDI, "Buka").await;
    desk.press(BUDI, "Tunda").await;
    desk.press(BUDI, "30 mnt").await;
    desk.press(BUDI, "Lanjutkan").await;
    desk.say(ADMIN, &format!("/priority {number} tinggi")).await;
    desk.say(ADMIN, &format!("/reassign {number} Citra")).await;
    desk.press(CITRA, "Selesai").await;
    desk.press(SARI, "Belum selesai").await;
    desk.pass(TimeDelta::minutes(1)).await;
    desk.press(BUDI, "Selesai").await;
    desk.press(SARI, "5 ⭐").await;
    (desk, number)
}

#[tokio::test]
async fn the_life_of_a_ticket_reads_well_in_both_languages() {
    let (desk, number) = with_life().await;
    desk.person(BOSS, "Bos", "en").await;
    desk.say(ADMIN, &format!("/addadmin {BOSS}")).await;
    desk.press(ADMIN, "Jadikan admin").await;
    let mut story = String::new();
    for id in [ADMIN, BOSS] {
        desk.say(id, &format!("/audit {number}")).await;
        let first = desk.last(id);
        story.push_str(&desk.shown(id, first.message_id));
        while let Some(next) = desk.last(id).button("▶️").map(str::to_owned) {
            desk.press_data(id, first.message_id, &next).await;
            story.push_str(&desk.shown(id, first.message_id));
        }
        assert_eq!(desk.last(id).message_id, first.message_id, "one message, edited in place");
    }
    insta::assert_snapshot!("audit", story);
}

#[tokio::test]
async fn an_open_ticket_is_chosen_and_the_log_leads_to_the_ticket() {
    let desk = with_agent().await;
    desk.say(ADMIN, "/audit").await;
    assert!(desk.last(ADMIN).text.contains("Tidak ada tiket terbuka"));
    desk.ticket(SARI, "printer rusak").await;
    desk.say(ADMIN, "/audit").await;
    desk.press(ADMIN, "printer rusak").await;
    assert!(desk.last(ADMIN).text.contains("Ditugaskan ke Budi."), "{}", desk.last(ADMIN).text);
    desk.press(ADMIN, "🎫 Tiket").await;
    assert!(desk.last(ADMIN).text.contains("printer rusak"));
    desk.press(ADMIN, "Riwayat").await;
    assert!(desk.last(ADMIN).text.contains("Sari membuat tiket ini."));
}

#[tokio::test]
async fn only_admins_see_the_log() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    let number = numbers(&desk).await.remove(0);
    desk.say(ADMIN, &format!("/audit {number}")).await;
    let log = desk.last(ADMIN);
    let ticket = desk.app().engine.store().all_held().await.unwrap()[0].id;
    let forged = antri::bot::callback::ButtonAction::Audit(ticket, 0).encode();
    for id in [BUDI, SARI] {
        desk.say(id, &format!("/audit {number}")).await;
        assert!(!desk.has(id, "Riwayat"), "{}", desk.chat_story(id));
        let last = desk.last(id).message_id;
        desk.press_data(id, last, &forged).await;
        assert!(!desk.has(id, "Ditugaskan ke"), "{}", desk.chat_story(id));
    }
    assert!(log.text.contains("Ditugaskan ke Budi"));
}
