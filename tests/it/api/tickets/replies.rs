//! Canned replies over the API: filled in for the ticket's customer, and those of its department only.
use crate::api::{BUDI, SARI, desk};
use crate::support::ADMIN;
use serde_json::json;

#[tokio::test]
async fn replies_are_filled_in_for_the_ticket() {
    let desk = desk().await;
    desk.department("Teknik").await;
    desk.say(ADMIN, "/replies salam Halo {name}, tiket {number} kami periksa. {agent}").await;
    desk.say(ADMIN, "/replies Teknik - modem Nyalakan ulang modem").await;
    desk.say(BUDI, "/online").await;
    let all = desk.get(ADMIN, "/api/departments").await.data().clone();
    let general = all.as_array().unwrap().iter().find(|one| one["department"] == "Umum").unwrap();
    let category = general["categories"][0]["category_id"].clone();
    let body = json!({"customer_telegram_id": SARI, "description": "x", "category_id": category});
    let ticket = desk.post(ADMIN, "/api/tickets", body).await.data()["ticket_number"].clone();
    let number = ticket.as_str().unwrap();
    let replies = desk.get(BUDI, &format!("/api/tickets/{number}/replies")).await;
    let [only] = &replies.data().as_array().unwrap()[..] else { panic!("{replies:?}") };
    assert_eq!(only["word"], "salam");
    let text = only["text"].as_str().unwrap();
    assert!(text.starts_with(&format!("Halo Sari, tiket {number} kami periksa. Agen ")), "{text}");
}
