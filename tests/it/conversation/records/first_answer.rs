//! The time of a ticket's first answer.
use crate::conversation::{BUDI, SARI, number, with_agent};
use crate::support::{ADMIN, Desk};
use chrono::TimeDelta;
use serde_json::Value;

const TONO: i64 = 77;

/// Sends a text without an answer of the bot in the same chat.
async fn write(desk: &Desk, id: i64, text: &str) {
    desk.sandbox.send_text(id, text);
    desk.settle().await;
}

async fn first_answered_at(desk: &Desk, number: &str) -> Value {
    desk.get(ADMIN, &format!("/api/tickets/{number}")).await.data()["first_answered_at"].clone()
}

#[tokio::test]
async fn the_first_message_to_the_customer_counts_and_later_ones_do_not() {
    let desk = with_agent().await;
    desk.ticket(SARI, "Internet mati").await;
    let number = number(&desk, BUDI);
    write(&desk, SARI, "halo?").await;
    write(&desk, BUDI, "// pelanggan lama").await;
    desk.press(BUDI, "▶️ Buka").await;
    assert_eq!(
        first_answered_at(&desk, &number).await,
        Value::Null,
        "a note and an opened ticket are no answer"
    );
    write(&desk, BUDI, "Baik, kami periksa").await;
    let first = first_answered_at(&desk, &number).await;
    assert!(first.is_string(), "{first}");
    desk.pass(TimeDelta::minutes(5)).await;
    write(&desk, BUDI, "Sudah menyala?").await;
    desk.press(BUDI, "Selesai").await;
    desk.press(SARI, "Belum selesai").await;
    assert_eq!(first_answered_at(&desk, &number).await, first);
}

#[tokio::test]
async fn a_kept_message_counts_for_the_ticket_that_its_author_chooses() {
    let desk = with_agent().await;
    desk.person(TONO, "Tono", "id").await;
    desk.ticket(SARI, "Internet mati").await;
    let of_sari = number(&desk, BUDI);
    desk.ticket(TONO, "Telepon mati").await;
    let of_tono = number(&desk, BUDI);
    write(&desk, BUDI, "Baik, kami periksa").await;
    assert!(desk.has(BUDI, "Untuk siapa?"), "{}", desk.chat_story(BUDI));
    desk.press(BUDI, "Tono").await;
    assert!(desk.has(TONO, "Baik, kami periksa"));
    assert_eq!(first_answered_at(&desk, &of_sari).await, Value::Null);
    assert!(first_answered_at(&desk, &of_tono).await.is_string());
}
