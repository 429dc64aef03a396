//! The conversation by the side API: who may read and write, what reaches the chats, and idempotency keys.
use super::{BUDI, CITRA, SARI, with_agent};
use crate::support::{ADMIN, Desk, Reply};
use serde_json::{Value, json};
use tokio::process::Command;

/// Returns a desk on which Budi holds a ticket of Sari, and the path of its messages.
async fn with_ticket() -> (Desk, String) {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.ticket(SARI, "Internet mati").await;
    let ticket = desk.app().engine.store().all_held().await.unwrap().remove(0);
    (desk, format!("/api/tickets/{}/messages", ticket.number))
}

async fn keyed(desk: &Desk, by: i64, path: &str, key: &str, body: Value) -> Reply {
    let request = desk.request("POST", path).bearer_auth(desk.token(by).await).json(&body);
    let reply = Reply::of(request.header("Idempotency-Key", key)).await;
    desk.settle().await;
    reply
}

async fn messages(desk: &Desk, by: i64, path: &str) -> Vec<Value> {
    desk.get(by, path).await.data()["messages"].as_array().unwrap().clone()
}

async fn write(desk: &Desk, id: i64, text: &str) {
    desk.sandbox.send_text(id, text);
    desk.settle().await;
}

#[tokio::test]
async fn the_holder_reads_and_writes() {
    let (desk, path) = with_ticket().await;
    write(&desk, SARI, "Lampu LOS merah").await;
    let first = messages(&desk, BUDI, &path).await.remove(0);
    let sari = json!(desk.person_by_telegram_id(SARI).await.id);
    assert_eq!(
        (&first["direction"], &first["author_id"], &first["author_name"]),
        (&json!("customer"), &sari, &json!("Sari"))
    );
    assert_eq!(
        (&first["text"], &first["kind"], &first["has_media"]),
        (&json!("Lampu LOS merah"), &json!("text"), &json!(false))
    );
    assert_eq!((&first["state"], &first["reached"]), (&json!("delivered"), &json!(true)));
    let body = json!({"text": "  Kami <b>periksa</b> ", "reply_to": first["message_id"]});
    let written = desk.post(BUDI, &path, body).await;
    assert_eq!(written.status, 201);
    assert_eq!(written.data()["reply_to"], first["message_id"]);
    // It reads in the customer's chat as one that was written in Telegram, as a reply to their message.
    let relayed = desk.find(SARI, "Kami <b>periksa</b>");
    assert_eq!(relayed.text, "💬 Agen 1\nKami <b>periksa</b>");
    let original = desk.sandbox.chat(SARI).into_iter().find(|message| message.text == "Lampu LOS merah");
    assert_eq!(relayed.reply_to, original.map(|message| message.message_id));
    let listed = messages(&desk, ADMIN, &path).await;
    assert_eq!(listed.len(), 2);
    assert_eq!(
        (&listed[1]["message_id"], &listed[1]["reached"]),
        (&written.data()["message_id"], &json!(true))
    );
    assert!(listed[1]["seq"].as_u64() > listed[0]["seq"].as_u64());
    let ticket = desk.get(BUDI, path.strip_suffix("/messages").unwrap()).await;
    assert_eq!(ticket.data()["status"], "in_progress", "the first answer opens the ticket");
}

#[tokio::test]
async fn only_the_holder_writes_and_only_their_department_reads() {
    let (desk, path) = with_ticket().await;
    let notes = path.replace("/messages", "/notes");
    for path in [&path, &notes] {
        for other in [ADMIN, CITRA] {
            desk.post(other, path, json!({"text": "halo"})).await.refused(403, "not_yours");
        }
    }
    assert_eq!(messages(&desk, CITRA, &path).await, Vec::<Value>::new());
    assert!(!desk.has(SARI, "halo"));
    let citra = desk.person_by_telegram_id(CITRA).await;
    let departments = desk.app().engine.store().departments().await.unwrap();
    let admin = desk.person_by_telegram_id(ADMIN).await;
    desk.app().engine.set_department(&admin, citra.id, (departments[0].id, false), desk.now()).await.unwrap();
    desk.get(CITRA, &path).await.refused(404, "ticket_not_found");
    desk.post(CITRA, &path, json!({"text": "halo"})).await.refused(404, "ticket_not_found");
    Reply::of(desk.request("GET", &path)).await.refused(401, "missing_token");
    // After the end nobody writes, and everything can be read.
    desk.post(BUDI, &path.replace("/messages", "/complete"), Value::Null).await.data();
    desk.post(BUDI, &path, json!({"text": "halo"})).await.refused(409, "wrong_state");
    desk.get(BUDI, &path).await.data();
}

#[tokio::test]
async fn an_idempotency_key_writes_one_message() {
    let (desk, path) = with_ticket().await;
    let notes = path.replace("/messages", "/notes");
    let first = keyed(&desk, BUDI, &path, "k-1", json!({"text": "halo"})).await;
    let again = keyed(&desk, BUDI, &path, "k-1", json!({"text": "halo"})).await;
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.data()["message_id"], again.data()["message_id"]);
    keyed(&desk, BUDI, &path, "k-1", json!({"text": "lain"})).await.refused(409, "idempotency_conflict");
    keyed(&desk, BUDI, &notes, "k-1", json!({"text": "halo"})).await.refused(409, "idempotency_conflict");
    keyed(&desk, BUDI, &path, "two words", json!({"text": "x"})).await.refused(400, "bad_idempotency_key");
    assert_eq!(desk.count(SARI, "halo"), 1);
    // Without a key every request writes.
    for _ in 0..2 {
        assert_eq!(desk.post(BUDI, &path, json!({"text": "halo"})).await.status, 201);
    }
    assert_eq!(desk.count(SARI, "halo"), 3);
}

#[tokio::test]
async fn concurrent_requests_with_one_key_write_one_message() {
    let (desk, path) = with_ticket().await;
    let token = desk.token(BUDI).await;
    let send = || {
        let request = desk.request("POST", &path).bearer_auth(&token).json(&json!({"text": "halo"}));
        Reply::of(request.header("Idempotency-Key", "k-1"))
    };
    let replies = futures::future::join_all((0..16).map(|_| send())).await;
    let ids: std::collections::BTreeSet<_> =
        replies.iter().map(|reply| reply.data()["message_id"].to_string()).collect();
    assert_eq!(ids.len(), 1);
    desk.settle().await;
    assert_eq!(desk.count(SARI, "halo"), 1);
}

#[tokio::test]
async fn notes_are_for_staff() {
    let (desk, path) = with_ticket().await;
    let note = desk.post(BUDI, &path.replace("/messages", "/notes"), json!({"text": "Pelanggan VIP"})).await;
    assert_eq!((&note.data()["direction"], &note.data()["state"]), (&json!("note"), &json!("kept")));
    assert_eq!(messages(&desk, CITRA, &path).await[0]["text"], "Pelanggan VIP");
    assert!(!desk.has(SARI, "VIP"));
}

#[tokio::test]
async fn pages_go_back_in_time() {
    let (desk, path) = with_ticket().await;
    for n in 1..=5 {
        desk.post(BUDI, &path, json!({"text": format!("kabar {n}")})).await.data();
    }
    let (mut before, mut pages) = (String::new(), Vec::new());
    loop {
        let page = desk.get(BUDI, &format!("{path}?limit=2{before}")).await.data().clone();
        let texts: Vec<_> = page["messages"].as_array().unwrap().iter().map(|m| m["text"].clone()).collect();
        pages.push(texts);
        if page["next_before"].is_null() {
            break;
        }
        before = format!("&before={}", page["next_before"]);
    }
    let text = |n| json!(format!("kabar {n}"));
    assert_eq!(pages, [vec![text(4), text(5)], vec![text(2), text(3)], vec![text(1)]]);
    for bad in ["limit=0", "limit=101", "before=0", "before=x", "after=1", "before=9223372036854775808"] {
        desk.get(BUDI, &format!("{path}?{bad}")).await.refused(400, "bad_query");
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused() {
    let (desk, path) = with_ticket().await;
    desk.ticket(SARI, "Telepon mati").await;
    let other = desk.app().engine.store().all_held().await.unwrap().into_iter();
    let other = other.map(|ticket| format!("/api/tickets/{}/messages", ticket.number)).find(|p| *p != path);
    let elsewhere =
        desk.post(BUDI, &other.unwrap(), json!({"text": "halo"})).await.data()["message_id"].clone();
    for reply_to in [elsewhere, json!(uuid::Uuid::from_u128(1))] {
        let body = json!({"text": "halo", "reply_to": reply_to});
        desk.post(BUDI, &path, body).await.refused(404, "message_not_found");
    }
    for text in ["", " \u{200b}\n", &"x".repeat(3_901), &"😀".repeat(1_951)] {
        desk.post(BUDI, &path, json!({"text": text})).await.refused(422, "bad_text");
    }
    desk.post(BUDI, &path, json!({"text": "a", "html": true})).await.refused(422, "bad_body");
    let longest = format!("{}!", "x".repeat(3_899));
    let written = desk.post(BUDI, &path, json!({"text": longest})).await;
    assert_eq!(written.data()["text"], json!(longest));
    assert!(desk.has(SARI, &longest), "the whole text arrives as one message");
}

#[tokio::test]
async fn what_did_not_reach_the_customer_says_why() {
    let (desk, path) = with_ticket().await;
    desk.sandbox.set_blocked(SARI, true);
    let id = desk.post(BUDI, &path, json!({"text": "halo"})).await.data()["message_id"].clone();
    let listed = messages(&desk, BUDI, &path).await;
    let message = listed.iter().find(|message| message["message_id"] == id).unwrap();
    assert_eq!(
        (&message["state"], &message["reached"], &message["failure"]),
        (&json!("failed"), &json!(false), &json!("unreachable"))
    );
}

/// The requests in `docs/conversation-api.md`.
#[tokio::test]
async fn every_documented_request_succeeds() {
    let (desk, path) = with_ticket().await;
    let text = std::fs::read_to_string("docs/conversation-api.md").unwrap();
    let requests: Vec<_> = text.lines().filter(|line| line.starts_with("curl ")).collect();
    assert_eq!(requests.len(), 5);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "isi").unwrap();
    for line in requests {
        let person = if line.contains("webhook-deliveries") { ADMIN } else { BUDI };
        let line = line.replacen("curl ", "curl --silent --show-error --fail-with-body ", 1);
        let mut curl = Command::new("bash");
        curl.arg("-c")
            .arg(&line)
            .env("FILE", file.path())
            .env("DESK", desk.url(""))
            .env("TOKEN", desk.token(person).await);
        let run =
            curl.env("TICKET", path.split('/').nth(3).unwrap()).kill_on_drop(true).output().await.unwrap();
        assert!(run.status.success(), "{line}\n{}", String::from_utf8_lossy(&run.stdout));
        desk.settle().await;
    }
    assert!(desk.has(SARI, "We are looking into it"));
}
