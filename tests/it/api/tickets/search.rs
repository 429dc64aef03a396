//! `/api/search`: tickets of every state, by number, customer and words.
use super::{department, opened};
use crate::api::{BUDI, CITRA, SARI, desk, id};
use crate::support::{ADMIN, Desk};
use serde_json::{Value, json};

/// Searches as this person. Returns the numbers of what was found.
async fn numbers(desk: &Desk, person: i64, query: &str) -> Vec<String> {
    let reply = desk.get(person, &format!("/api/search?{query}")).await;
    let tickets = reply.data()["tickets"].as_array().unwrap().clone();
    tickets.iter().map(|ticket| ticket["ticket_number"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_search_finds_waiting_held_and_past_tickets() {
    let desk = desk().await;
    desk.say(BUDI, "/online").await;
    let past = opened(&desk, "Modem berkedip merah").await;
    desk.post(BUDI, &format!("/api/tickets/{past}/complete"), Value::Null).await.data();
    let held = opened(&desk, "Modem panas sekali").await;
    // A message of a conversation, which the bot does not answer.
    desk.sandbox.send_text(SARI, "Baunya seperti HANGUS sejak pagi");
    desk.settle().await;
    desk.say(BUDI, "/offline").await;
    let waiting = opened(&desk, "Kabel putus di dekat modem").await;

    assert_eq!(numbers(&desk, ADMIN, "q=modem").await, [&*waiting, &*held, &*past]);
    assert_eq!(numbers(&desk, BUDI, "q=modem").await, [&*waiting, &*held, &*past]);
    // The number, its end, the customer, and words of a message.
    for (query, found) in [
        (format!("q={past}"), vec![&past]),
        (format!("q={}", &past[16..]), vec![&past]),
        ("q=sar".into(), vec![&waiting, &held, &past]),
        ("q=%40sari".into(), vec![&waiting, &held, &past]),
        ("q=hangus%20BAU".into(), vec![&held]),
        ("q=modem+hangus".into(), vec![]),
        ("q=nihil".into(), vec![]),
        // Nothing of these is a word.
        ("q=".into(), vec![]),
        ("q=%3F!%20%00".into(), vec![]),
    ] {
        let found: Vec<String> = found.into_iter().cloned().collect();
        assert_eq!(numbers(&desk, ADMIN, &query).await, found, "{query}");
    }

    let line = async |query: &str| {
        let ticket = desk.get(ADMIN, &format!("/api/search?q={query}")).await.data()["tickets"][0].clone();
        (ticket["status"].clone(), ticket["matched_author"].clone(), ticket["matched_line"].clone())
    };
    assert_eq!(
        line("hangus").await,
        (json!("assigned"), json!("Sari"), json!("Baunya seperti HANGUS sejak pagi"))
    );
    assert_eq!(line("berkedip").await, (json!("completed"), Value::Null, json!("Modem berkedip merah")));
    assert_eq!(line("sari").await, (json!("queued"), Value::Null, Value::Null));
}

#[tokio::test]
async fn an_agent_finds_the_tickets_of_their_departments() {
    let desk = desk().await;
    let other = department(&desk, "Teknik").await;
    let path = format!("/api/agents/{}", id(&desk, CITRA).await);
    desk.patch(ADMIN, &path, json!({"departments": [other]})).await.data();
    let departments = desk.app().engine.store().departments().await.unwrap();
    let general = departments.iter().find(|department| department.id != other).unwrap().id;
    let body = json!({"customer_telegram_id": SARI, "description": "Modem panas", "department_id": general});
    let ticket = desk.post(ADMIN, "/api/tickets", body).await.data()["ticket_number"].clone();
    desk.sandbox.send_text(SARI, "Baunya hangus");
    desk.settle().await;
    let number = ticket.as_str().unwrap();
    // The description, a message, the customer, and the number.
    for words in ["modem", "hangus", "sari", number] {
        for (person, found) in [(ADMIN, 1), (BUDI, 1), (CITRA, 0)] {
            let numbers = numbers(&desk, person, &format!("q={words}")).await;
            assert_eq!(numbers.len(), found, "{person}: {words}: {numbers:?}");
            assert!(numbers.iter().all(|found| found == number));
        }
    }
}

#[tokio::test]
async fn what_a_search_finds_comes_in_pages() {
    let desk = desk().await;
    let mut all = Vec::new();
    for n in 0..5 {
        all.insert(0, opened(&desk, &format!("Modem {n}")).await);
    }
    let page = desk.get(ADMIN, "/api/search?q=modem&limit=2").await;
    assert_eq!(page.data()["next_offset"], 2);
    assert_eq!(numbers(&desk, ADMIN, "q=modem&limit=2&offset=2").await, all[2..4]);
    let last = desk.get(ADMIN, "/api/search?q=modem&limit=2&offset=4").await;
    assert_eq!(last.data()["next_offset"], Value::Null);
    assert_eq!(numbers(&desk, ADMIN, "q=modem&limit=5").await, all);
    assert_eq!(numbers(&desk, ADMIN, "q=modem&offset=1000000").await, Vec::<String>::new());
    let long = "x".repeat(201);
    for bad in [
        "",
        "q=a&limit=0",
        "q=a&limit=51",
        "q=a&offset=-1",
        "q=a&offset=1000001",
        "q=a&status=queued",
        &format!("q={long}"),
    ] {
        desk.get(ADMIN, &format!("/api/search?{bad}")).await.refused(400, "bad_query");
    }
}
