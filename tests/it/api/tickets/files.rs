//! Files of tickets and messages: who gets them, as what, and what does not leak.
use crate::api::{BUDI, CITRA, SARI, desk};
use crate::support::{ADMIN, Desk, TOKEN};
use antri::sandbox::{MediaKind, NewMedia};
use serde_json::Value;

/// Returns a desk where Budi holds a ticket of Sari's with a photo, and its number.
async fn with_photo() -> (Desk, String) {
    let desk = desk().await;
    desk.say(BUDI, "/online").await;
    desk.say(SARI, "Lampu merah").await;
    desk.attach(SARI, MediaKind::Photo, Some("ini fotonya")).await;
    desk.press(SARI, "Kirim").await;
    let held = desk.get(BUDI, "/api/queue/my-queue").await;
    let ticket = held.data()["queue"][0].clone();
    assert_eq!(ticket["attachment_kinds"], serde_json::json!(["photo"]));
    (desk, ticket["ticket_number"].as_str().unwrap().to_owned())
}

async fn file(desk: &Desk, person: i64, path: &str) -> reqwest::Response {
    desk.request("GET", path).bearer_auth(desk.token(person).await).send().await.unwrap()
}

#[tokio::test]
async fn staff_get_the_files_of_a_ticket_without_the_token() {
    let (desk, number) = with_photo().await;
    let path = format!("/api/tickets/{number}/attachments/1");
    for person in [BUDI, ADMIN] {
        let response = file(&desk, person, &path).await;
        assert_eq!(response.status(), 200);
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "image/jpeg");
        assert_eq!(
            (header("x-content-type-options"), header("content-disposition")),
            ("nosniff".into(), "attachment".into())
        );
        assert!(response.headers().values().all(|value| !value.to_str().unwrap_or("").contains(TOKEN)));
        let bytes = response.bytes().await.unwrap();
        assert!(!bytes.is_empty());
        assert!(!String::from_utf8_lossy(&bytes).contains(TOKEN));
    }
    for (path, status, code) in [
        (format!("/api/tickets/{number}/attachments/0"), 404, "no_file"),
        (format!("/api/tickets/{number}/attachments/2"), 404, "no_file"),
        (format!("/api/tickets/{number}/attachments/x"), 400, "bad_id"),
        (format!("/api/tickets/{number}/messages/x/file"), 400, "bad_id"),
    ] {
        desk.get(BUDI, &path).await.refused(status, code);
    }
    desk.get(SARI, &path).await.refused(403, "forbidden");
}

#[tokio::test]
async fn the_file_of_a_message_belongs_to_its_ticket() {
    let (desk, number) = with_photo().await;
    desk.sandbox.send_media(SARI, NewMedia::new(MediaKind::Document, *b"isi"));
    desk.sandbox.send_text(SARI, "tanpa berkas");
    desk.settle().await;
    let messages = desk.get(BUDI, &format!("/api/tickets/{number}/messages")).await;
    let messages = messages.data()["messages"].as_array().unwrap().clone();
    let [document, text] = &messages[..] else { panic!("{messages:#?}") };
    let path = |number: &str, message: &Value| {
        format!("/api/tickets/{number}/messages/{}/file", message["message_id"].as_str().unwrap())
    };
    let response = file(&desk, BUDI, &path(&number, document)).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/octet-stream");
    desk.get(BUDI, &path(&number, text)).await.refused(404, "no_file");

    // Another ticket does not open the file, whoever asks.
    desk.say(CITRA, "/online").await;
    let body = serde_json::json!({"customer_telegram_id": SARI, "description": "lain"});
    let other = desk.post(ADMIN, "/api/tickets", body).await.data()["ticket_number"].clone();
    desk.get(ADMIN, &path(other.as_str().unwrap(), document)).await.refused(404, "no_file");
}
