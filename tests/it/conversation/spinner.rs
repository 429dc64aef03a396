//! A press is answered soon, however long its work takes; and buttons that stand for nothing go away.
use super::{BUDI, SARI, numbers, with_agent, with_customer};
use crate::support::{ADMIN, Desk};

/// Presses the button while calls of `method` are held up; returns what the answer said that came meanwhile.
async fn answer_while_held(desk: &Desk, method: &'static str, id: i64, label: &str) -> String {
    let (message, data) = desk.button(id, label);
    desk.trouble.hold(method);
    let query = desk.sandbox.press(id, message, &data);
    let answer = || desk.sandbox.toasts(id).into_iter().find(|toast| toast.callback_query_id == query);
    desk.until("the spinner to stop", async || answer().is_some()).await;
    desk.trouble.end();
    desk.settle().await;
    answer().unwrap().text
}

#[tokio::test]
async fn a_slow_send_is_acknowledged_and_its_words_come_later() {
    let desk = with_customer().await;
    desk.say(SARI, "printer rusak").await;
    assert_eq!(answer_while_held(&desk, "commit", SARI, "Kirim").await, "");
    assert!(desk.has(SARI, "✅ Tiket terkirim"), "{}", desk.story(SARI));
    assert_eq!(numbers(&desk).await.len(), 1);
}

#[tokio::test]
async fn a_slow_refusal_is_told_below() {
    let desk = with_customer().await;
    desk.ticket(SARI, "printer rusak").await;
    let (message, cancel) = desk.button(SARI, "Batal");
    desk.press_data(SARI, message, &cancel).await;
    desk.trouble.hold("ticket");
    desk.sandbox.press(SARI, message, &cancel);
    desk.until("the spinner to stop", async || desk.toast(SARI).is_empty()).await;
    desk.trouble.end();
    desk.settle().await;
    assert!(desk.last(SARI).text.contains("sekarang: ✖️ Dibatalkan"), "{}", desk.story(SARI));
}

#[tokio::test]
async fn what_is_known_before_the_work_is_said_before_it() {
    let desk = with_agent().await;
    desk.say(SARI, "printer rusak").await;
    let told = answer_while_held(&desk, "drop_draft", SARI, "Batal").await;
    assert_eq!(told, "✖️ Tiket tidak jadi dikirim.");
    desk.say(BUDI, "/status").await;
    let told = answer_while_held(&desk, "commit", BUDI, "Matikan").await;
    assert!(told.contains("Penugasan otomatis tidak aktif"), "{told}");
    desk.say(SARI, "/language").await;
    assert!(answer_while_held(&desk, "commit", SARI, "English").await.contains("English it is"));
}

#[tokio::test]
async fn an_admins_press_does_not_wait_for_its_work() {
    let desk = with_agent().await;
    desk.say(ADMIN, "/department Umum").await;
    answer_while_held(&desk, "commit", ADMIN, "Jadikan kritis").await;
    assert!(desk.has(ADMIN, "🚨 Umum sekarang kritis."), "{}", desk.story(ADMIN));
    desk.find(ADMIN, "🚨 Kritis");
}
