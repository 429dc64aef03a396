//! An agent's file for the customer: it takes the way of a file that the agent sends in Telegram.
use crate::api::{BUDI, CITRA, SARI, desk};
use crate::support::{ADMIN, Desk, Reply};
use antri::sandbox::{Fault, MediaKind};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

/// Returns a desk where Budi holds a ticket of Sari's, and its number.
async fn with_ticket() -> (Desk, String) {
    let desk = desk().await;
    desk.say(BUDI, "/online").await;
    let body = json!({"customer_telegram_id": SARI, "description": "Modem mati"});
    let ticket = desk.post(ADMIN, "/api/tickets", body).await.data()["ticket_number"].clone();
    (desk, ticket.as_str().unwrap().to_owned())
}

fn form(bytes: &[u8], name: &str, mime: &str, text: &str) -> Form {
    let part = Part::bytes(bytes.to_vec()).file_name(name.to_owned()).mime_str(mime).unwrap();
    Form::new().part("file", part).text("text", text.to_owned())
}

async fn send(desk: &Desk, person: i64, ticket: &str, form: Form, key: &str) -> Reply {
    let request = desk.request("POST", &format!("/api/tickets/{ticket}/files"));
    let request = request.bearer_auth(desk.token(person).await).header("Idempotency-Key", key);
    let reply = Reply::of(request.multipart(form)).await;
    desk.settle().await;
    reply
}

fn upload_began(desk: &Desk) -> bool {
    desk.sandbox.requests().iter().any(|request| request.method == "sendPhoto")
}

#[tokio::test]
async fn a_file_reaches_the_customer_and_the_record() {
    let (desk, ticket) = with_ticket().await;
    for (n, (name, mime, kind, word)) in [
        ("panduan.pdf", "application/pdf", MediaKind::Document, "document"),
        ("foto.jpg", "image/jpeg", MediaKind::Photo, "photo"),
        ("gambar.svg", "image/svg+xml", MediaKind::Document, "document"),
    ]
    .into_iter()
    .enumerate()
    {
        let bytes = format!("isi {n}").into_bytes();
        let sent =
            send(&desk, BUDI, &ticket, form(&bytes, name, mime, "Ini <b>panduannya</b>"), &format!("k{n}"))
                .await;
        assert_eq!(sent.status, 201, "{sent:?}");
        let message = sent.data();
        assert_eq!((&message["kind"], &message["has_media"]), (&json!(word), &json!(true)));
        assert_eq!(
            (&message["direction"], &message["text"]),
            (&json!("agent"), &json!("Ini <b>panduannya</b>"))
        );
        // The customer has it once, with the words under the agent's name.
        let received = desk.last(SARI);
        let media = received.media.clone().unwrap();
        assert_eq!(media.kind, kind);
        assert!(
            received.text.contains("Ini <b>panduannya</b>") && received.text.contains("Agen 1"),
            "{received:?}"
        );
        assert_eq!(desk.sandbox.file(&media.file_id).unwrap(), bytes);
        if kind == MediaKind::Document {
            assert_eq!(media.file_name.as_deref(), Some(name));
        }
        // The agent's own chat has it, with the mark of what became of it; the page reads it back.
        let own = desk.sandbox.chat(BUDI);
        let own = own.iter().rfind(|message| message.media.is_some()).unwrap();
        assert_eq!(own.reaction.as_deref(), Some("👍"));
        let path = format!("/api/tickets/{ticket}/messages/{}/file", message["message_id"].as_str().unwrap());
        let file = desk.request("GET", &path).bearer_auth(desk.token(BUDI).await).send().await.unwrap();
        assert_eq!(file.bytes().await.unwrap(), bytes);
    }
    let messages = desk.get(ADMIN, &format!("/api/tickets/{ticket}/messages")).await;
    let messages = messages.data()["messages"].as_array().unwrap().clone();
    assert_eq!(messages.len(), 3);
    assert!(messages.iter().all(|message| message["state"] == "delivered"), "{messages:#?}");
    // The first answer opens the ticket.
    assert_eq!(desk.get(BUDI, &format!("/api/tickets/{ticket}")).await.data()["status"], "in_progress");
    // The customer's reply finds its way.
    let last = desk.last(SARI).message_id;
    desk.sandbox.send(SARI, antri::sandbox::UserMessage::text("terima kasih".to_owned()).replying_to(last));
    desk.settle().await;
    assert!(desk.last(BUDI).text.contains("terima kasih"));
    assert_eq!(desk.sandbox.violations(), [""; 0]);
}

#[tokio::test]
async fn a_repeated_request_sends_the_file_once() {
    let (desk, ticket) = with_ticket().await;
    let file = || form(b"isi", "a.txt", "text/plain", "");
    let first = send(&desk, BUDI, &ticket, file(), "sama").await;
    let (before, own) = (desk.sandbox.chat(SARI).len(), desk.sandbox.chat(BUDI).len());
    let second = send(&desk, BUDI, &ticket, file(), "sama").await;
    assert_eq!((first.status, second.status), (201, 200));
    assert_eq!(second.data()["message_id"], first.data()["message_id"]);
    let other = form(b"isi", "a.txt", "text/plain", "lain");
    send(&desk, BUDI, &ticket, other, "sama").await.refused(409, "idempotency_conflict");
    assert_eq!((desk.sandbox.chat(SARI).len(), desk.sandbox.chat(BUDI).len()), (before, own));
}

#[tokio::test]
async fn a_file_whose_ticket_went_to_another_agent_does_not_stay_in_the_chat() {
    let (desk, ticket) = with_ticket().await;
    desk.say(CITRA, "/online").await;
    // Telegram has the file, and its answer comes after the ticket has moved.
    let late = Fault::After(std::time::Duration::from_secs(1), Box::new(Fault::BadEntities));
    desk.fault("sendPhoto", None, 1, late);
    let (sent, ()) =
        tokio::join!(send(&desk, BUDI, &ticket, form(b"isi", "a.png", "image/png", ""), "k"), async {
            desk.until("the upload began", async || upload_began(&desk)).await;
            let path = format!("/api/queue/{ticket}/reassign");
            let citra = desk.person_by_telegram_id(CITRA).await.id.to_string();
            assert_eq!(desk.post(ADMIN, &path, json!({ "agent_id": citra })).await.status, 200);
        });
    sent.refused(403, "not_yours");
    assert_eq!(desk.sandbox.chat(SARI).iter().filter(|message| message.media.is_some()).count(), 0);
    assert_eq!(desk.sandbox.chat(BUDI).iter().filter(|message| message.media.is_some()).count(), 0);
}

#[tokio::test]
async fn a_person_uploads_one_file_at_a_time() {
    let (desk, ticket) = with_ticket().await;
    let late = Fault::After(std::time::Duration::from_secs(1), Box::new(Fault::BadEntities));
    desk.fault("sendPhoto", None, 1, late);
    let photo = || form(b"isi", "a.png", "image/png", "");
    let (first, ()) = tokio::join!(send(&desk, BUDI, &ticket, photo(), "k1"), async {
        desk.until("the upload began", async || upload_began(&desk)).await;
        send(&desk, BUDI, &ticket, photo(), "k2").await.refused(429, "too_many_requests");
    });
    assert_eq!(first.status, 201);
}

#[tokio::test]
async fn a_file_that_does_not_fit_is_refused_and_nobody_gets_it() {
    let (desk, ticket) = with_ticket().await;
    desk.say(CITRA, "/online").await;
    let (before, own) = (desk.sandbox.chat(SARI).len(), desk.sandbox.chat(BUDI).len());
    let file = || form(b"isi", "a.txt", "text/plain", "");
    for person in [CITRA, ADMIN] {
        send(&desk, person, &ticket, file(), "k").await.refused(403, "not_yours");
    }
    send(&desk, SARI, &ticket, file(), "k").await.refused(403, "forbidden");
    send(&desk, BUDI, "550e8400-e29b-41d4-a716-446655440000", file(), "k")
        .await
        .refused(404, "ticket_not_found");
    send(&desk, BUDI, &ticket, form(b"", "a.txt", "text/plain", ""), "k").await.refused(422, "bad_file");
    send(&desk, BUDI, &ticket, Form::new().text("text", "halo"), "k").await.refused(422, "bad_body");
    send(&desk, BUDI, &ticket, file().text("colour", "red"), "k").await.refused(422, "bad_body");
    send(&desk, BUDI, &ticket, form(b"x", "a", "text/plain", &"x".repeat(901)), "k")
        .await
        .refused(422, "bad_text");
    let large = vec![0; 50_000_001];
    send(&desk, BUDI, &ticket, form(&large, "a", "text/plain", ""), "k").await.refused(413, "too_large");
    let json = desk.post(BUDI, &format!("/api/tickets/{ticket}/files"), json!({"file": "isi"})).await;
    json.refused(422, "bad_body");
    assert_eq!((desk.sandbox.chat(SARI).len(), desk.sandbox.chat(BUDI).len()), (before, own));
}

/// The limit counts all bytes of a body, also those that are in no field.
#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_leaves_nothing_behind() {
    let (desk, ticket) = with_ticket().await;
    let (before, own) = (desk.sandbox.chat(SARI).len(), desk.sandbox.chat(BUDI).len());
    let mut padded = vec![b'x'; 50_100_000];
    padded.extend_from_slice(b"\r\n--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nisi\r\n--limit--");
    let request =
        desk.request("POST", &format!("/api/tickets/{ticket}/files")).bearer_auth(desk.token(BUDI).await);
    let request = request.header("Content-Type", "multipart/form-data; boundary=limit").body(padded);
    Reply::of(request).await.refused(413, "too_large");
    // The client gets the answer also while it is still sending.
    let huge = vec![0; 80_000_000];
    send(&desk, BUDI, &ticket, form(&huge, "a", "text/plain", ""), "k").await.refused(413, "too_large");
    assert!(!desk.sandbox.requests().iter().any(|request| request.method == "sendDocument"));
    assert_eq!((desk.sandbox.chat(SARI).len(), desk.sandbox.chat(BUDI).len()), (before, own));
    let messages = desk.get(BUDI, &format!("/api/tickets/{ticket}/messages")).await;
    assert_eq!(messages.data()["messages"].as_array().unwrap().len(), 0);
    // The person may upload again at once, with the same key.
    let sent = send(&desk, BUDI, &ticket, form(b"isi", "a.txt", "text/plain", ""), "k").await;
    assert_eq!(sent.status, 201, "{sent:?}");
}

#[tokio::test]
async fn what_telegram_refuses_is_not_in_the_conversation() {
    let (desk, ticket) = with_ticket().await;
    let messages = async || {
        desk.get(BUDI, &format!("/api/tickets/{ticket}/messages")).await.data()["messages"]
            .as_array()
            .unwrap()
            .len()
    };
    let photo = || form(b"isi", "a.png", "image/png", "");
    // A picture that is no photo becomes a document.
    desk.fault("sendPhoto", None, 1, Fault::BadEntities);
    assert_eq!(send(&desk, BUDI, &ticket, photo(), "k0").await.data()["kind"], "document");
    for (fault, status, code) in [
        (Fault::TooManyRequests { retry_after: 7 }, 429, "too_many_requests"),
        (Fault::ServerError(502), 500, "telegram_unavailable"),
        (Fault::Forbidden, 409, "bot_blocked"),
    ] {
        desk.fault("sendPhoto", None, 1, fault);
        send(&desk, BUDI, &ticket, photo(), "k1").await.refused(status, code);
        assert_eq!(messages().await, 1, "{code}");
    }
    // The same key works once Telegram does.
    assert_eq!(send(&desk, BUDI, &ticket, photo(), "k1").await.data()["kind"], Value::from("photo"));
    assert_eq!(messages().await, 2);
}
