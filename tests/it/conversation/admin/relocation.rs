//! Retired departments in which tickets still wait: they are counted and served, or moved to another one.
use crate::conversation::{BUDI, SARI, second_department, with_agent};
use crate::support::{ADMIN, Desk};
use chrono::TimeDelta;

/// Returns a desk where tickets wait in the department Teknik, which has no agent and is being retired.
async fn with_retired_department() -> Desk {
    let desk = with_agent().await;
    second_department(&desk).await;
    for n in 1..=2 {
        desk.say(SARI, &format!("/new kendala {n}")).await;
        desk.press(SARI, "Teknik - Pertanyaan").await;
        desk.press(SARI, "Kirim").await;
    }
    desk.say(ADMIN, "/department Teknik").await;
    desk.press(ADMIN, "Nonaktifkan").await;
    desk
}

/// Returns the departments in the statistics of the API.
async fn statistics(desk: &Desk) -> String {
    desk.get(ADMIN, "/api/agent-status/stats").await.data().to_string()
}

#[tokio::test]
async fn the_waiting_tickets_of_a_retired_department_can_be_moved() {
    let desk = with_retired_department().await;
    let question = desk.last(ADMIN);
    assert!(question.text.contains("Masih ada 2 tiket"), "{}", question.text);
    desk.press(ADMIN, "Umum").await;
    assert!(desk.last(ADMIN).text.contains("2 tiket yang menunggu dipindahkan dari Teknik ke Umum"));
    for n in 1..=2 {
        assert!(desk.find(BUDI, &format!("kendala {n}")).text.contains("Umum - Pertanyaan"));
    }
    assert!(!statistics(&desk).await.contains("Teknik"), "no ticket waits there any more");
    // A second press of the same button has nothing left to move.
    let data = question.button("Umum").unwrap().to_owned();
    desk.press_data(ADMIN, question.message_id, &data).await;
    assert!(desk.last(ADMIN).text.starts_with("↪️ 0 tiket"), "{}", desk.last(ADMIN).text);
}

#[tokio::test]
async fn a_retired_department_is_watched_and_served_until_its_last_ticket_is_assigned() {
    let desk = with_retired_department().await;
    desk.press(ADMIN, "Tetap dilayani agennya").await;
    assert!(desk.last(ADMIN).text.contains("Tidak menerima tiket baru"), "{}", desk.last(ADMIN).text);
    assert!(statistics(&desk).await.contains("Teknik"));
    desk.clock.advance(TimeDelta::minutes(16));
    desk.app().engine.check_incidents(desk.now()).await.unwrap();
    desk.settle().await;
    desk.find(ADMIN, "🚨 Ada tiket di Teknik");
    // An agent can still be added to it.
    desk.say(ADMIN, &format!("/addagent {BUDI} Teknik")).await;
    desk.find(BUDI, "Sekarang Anda menerima tiket departemen Teknik");
    for n in 1..=2 {
        desk.find(BUDI, &format!("kendala {n}"));
    }
    desk.app().engine.check_incidents(desk.now()).await.unwrap();
    desk.settle().await;
    desk.find(ADMIN, "Tidak ada lagi tiket yang menunggu terlalu lama di Teknik");
    assert!(!statistics(&desk).await.contains("Teknik"));
    desk.person(13, "Eka", "id").await;
    desk.say(ADMIN, "/addagent 13 Teknik").await;
    assert!(desk.last(ADMIN).text.contains("Tidak ada departemen"), "{}", desk.last(ADMIN).text);
}

#[tokio::test]
async fn retiring_a_department_without_tickets_asks_nothing() {
    let desk = with_agent().await;
    second_department(&desk).await;
    desk.say(ADMIN, "/department Teknik").await;
    desk.press(ADMIN, "Nonaktifkan").await;
    assert!(desk.last(ADMIN).button("Aktifkan kembali").is_some(), "{}", desk.chat_story(ADMIN));
}
