//! The live WebSocket: a snapshot and then events, limited to what the person may see and to the life of the
//! token.
use super::socket::{Page, refused, reported, request, with_token};
use super::{BUDI, CITRA, SARI, desk, id};
use crate::support::{ADMIN, Desk, JWT_SECRET, Options, http};
use antri::auth_token::{Session, issue};
use antri::config::http::HttpConfig;
use antri::domain::ids::DepartmentId;
use antri::domain::person::Availability;
use chrono::TimeDelta;
use serde_json::{Value, json};
use tokio::net::TcpStream;

/// Opens a ticket of Sari.
async fn open(desk: &Desk, text: &str) -> Value {
    let body = json!({"customer_telegram_id": SARI, "description": text});
    desk.post(ADMIN, "/api/tickets", body).await.data().clone()
}

#[tokio::test]
async fn a_page_gets_a_snapshot_and_then_ticket_events_in_order() {
    let desk = desk().await;
    let waiting = open(&desk, "yang pertama").await;
    let mut page = Page::of(&desk, ADMIN).await;
    assert_eq!(page.picture, reported(&desk).await);
    let ticket = waiting["ticket_id"].as_str().unwrap();
    assert_eq!(page.picture.tickets[ticket], waiting);
    desk.post(BUDI, "/api/agent-status/go-online", Value::Null).await.data();
    for step in ["start", "hold", "resume", "complete"] {
        desk.post(BUDI, &format!("/api/tickets/{ticket}/{step}"), Value::Null).await.data();
    }
    let mut names = Vec::new();
    let mut versions = Vec::new();
    while names.last().is_none_or(|last| last != "ticket_completed") {
        let event = page.next().await.unwrap();
        if event["data"]["ticket_id"] == ticket {
            names.push(event["event"].as_str().unwrap().to_owned());
            versions.push(event["data"]["version"].as_u64().unwrap());
        }
    }
    assert_eq!(names.first().map(String::as_str), Some("ticket_assigned"));
    assert!(names.iter().filter(|name| *name == "ticket_updated").count() >= 3, "{names:?}");
    assert!(versions.is_sorted(), "{versions:?}");
    page.until(|event| event["event"] == "queue_stats" && event["data"]["held"] == 0).await;
    assert_eq!(page.picture, reported(&desk).await);
}

#[tokio::test]
async fn events_are_pushed_as_they_happen() {
    let desk = desk().await;
    let mut page = Page::of(&desk, BUDI).await;
    let ticket = open(&desk, "halo").await;
    let queued = page.until(|event| event["event"] == "ticket_queued").await;
    assert_eq!(queued["data"]["ticket_number"], ticket["ticket_number"]);
    let is_waiting = |event: &Value| event["event"] == "queue_stats" && event["data"]["waiting"] == 1;
    page.until(is_waiting).await;
    desk.say(BUDI, "/online").await;
    let budi = id(&desk, BUDI).await;
    let is_online =
        |event: &Value| event["data"]["agent_id"] == budi.as_str() && event["data"]["is_online"] == true;
    assert_eq!(page.until(is_online).await["event"], "agent_status");
}

#[tokio::test]
async fn the_first_frame_may_carry_the_token() {
    let desk = desk().await;
    let address = desk.app().addr;
    let join = async || Page::over(TcpStream::connect(address).await.unwrap(), request(address)).await;
    let mut page = join().await;
    page.say(&json!({"token": desk.token(BUDI).await}).to_string()).await;
    assert_eq!(page.next().await.unwrap()["event"], "snapshot");
    let sari = json!({"token": desk.token(SARI).await}).to_string();
    for bad in ["", "{}", "x", r#"{"token": "rubbish"}"#, r#"{"token": {"$ne": null}}"#, &sari] {
        let mut page = join().await;
        page.say(bad).await;
        assert_eq!(page.next().await, Err(4_401), "{bad}");
    }
}

#[tokio::test]
async fn unauthorized_sockets_are_refused() {
    let origins = vec!["https://desk.example".to_owned()];
    let http = HttpConfig { cors_origins: origins, ..http() };
    let desk = Desk::with(Options { http, ..Options::default() }).await;
    desk.person(SARI, "Sari", "id").await;
    let (address, token) = (desk.app().addr, desk.token(ADMIN).await);
    let from = |origin: &str| {
        let mut request = with_token(address, &token);
        request.headers_mut().insert("origin", origin.parse().unwrap());
        request
    };
    for foreign in
        ["https://evil.example", "https://desk.example.evil.example", "null", "http://desk.example"]
    {
        assert_eq!(refused(address, from(foreign)).await, 403, "{foreign}");
    }
    for own in ["https://desk.example".to_owned(), format!("http://{address}")] {
        let stream = TcpStream::connect(address).await.unwrap();
        Page::over(stream, from(&own)).await.next().await.unwrap();
    }
    let mut in_url = with_token(address, &token);
    *in_url.uri_mut() = format!("ws://{address}/api/ws?token={token}").parse().unwrap();
    assert_eq!(refused(address, in_url).await, 400);
    let then = desk.now() - TimeDelta::hours(1);
    let session = Session::new(&desk.person_by_telegram_id(ADMIN).await, then);
    let expired = issue(&JWT_SECRET.into(), &session, then, TimeDelta::minutes(1));
    for bad in ["rubbish", &expired.unwrap()] {
        assert_eq!(refused(address, with_token(address, bad)).await, 401);
    }
    assert_eq!(refused(address, with_token(address, &desk.token(SARI).await)).await, 403);
    desk.get(ADMIN, "/api/ws").await.refused(400, "no_websocket");
}

#[tokio::test]
async fn a_socket_closes_on_token_expiry_role_loss_and_shutdown() {
    let desk = desk().await;
    let session = Session::new(&desk.person_by_telegram_id(BUDI).await, desk.now());
    let short_lived = issue(&JWT_SECRET.into(), &session, desk.now(), TimeDelta::seconds(1)).unwrap();
    let start = std::time::Instant::now();
    let mut page = Page::at(desk.app().addr, &short_lived).await;
    assert_eq!(page.closed().await, 4_401);
    assert!(start.elapsed().as_secs() < 20, "before the first ping: {:?}", start.elapsed());
    let mut page = Page::of(&desk, BUDI).await;
    desk.say(ADMIN, &format!("/removeagent {BUDI}")).await;
    desk.press(ADMIN, "✅").await;
    assert_eq!(page.closed().await, 4_403);
    let mut page = Page::of(&desk, ADMIN).await;
    desk.stop().await;
    assert_eq!(page.closed().await, 1_001);
}

#[tokio::test]
async fn the_close_handshake_is_finished() {
    let desk = desk().await;
    assert!(Page::of(&desk, BUDI).await.close_cleanly().await);
    // Also before the client has said who it is.
    let stream = tokio::net::TcpStream::connect(desk.app().addr).await.unwrap();
    let mut page = Page::over(stream, request(desk.app().addr)).await;
    assert!(page.close_cleanly().await);
}

/// Masked frames of a client, with a mask of zeros.
#[tokio::test]
async fn an_unreadable_frame_is_answered_with_its_close_code() {
    let desk = desk().await;
    let large = [&[0x81, 0xfe, 0x50, 0x00, 0, 0, 0, 0][..], &vec![b'x'; 0x5000]].concat();
    let huge = [&[0x81, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0][..], &vec![b'x'; 0x10_0000]].concat();
    for (frame, code) in [
        (&[0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28][..], 1_007),
        (&[0xf1, 0x80, 0, 0, 0, 0], 1_002),
        (&[0x83, 0x80, 0, 0, 0, 0], 1_002),
        (&large, 1_009),
        (&huge, 1_009),
    ] {
        let mut page = Page::of(&desk, BUDI).await;
        page.send_raw(frame).await;
        assert_eq!(page.closed().await, code, "{:?}", &frame[..6]);
    }
}

#[tokio::test]
async fn a_person_has_a_bounded_number_of_sockets() {
    let desk = desk().await;
    let mut pages = Vec::new();
    for _ in 0..50 {
        pages.push(Page::of(&desk, BUDI).await);
    }
    let token = desk.token(BUDI).await;
    let open = async || {
        let stream = tokio::net::TcpStream::connect(desk.app().addr).await.unwrap();
        Page::over(stream, with_token(desk.app().addr, &token)).await
    };
    assert_eq!(open().await.closed().await, 4_429);
    Page::of(&desk, CITRA).await;
    assert!(pages.pop().unwrap().close_cleanly().await);
    desk.until("a free place", async || open().await.next().await.is_ok()).await;
}

#[tokio::test]
async fn an_agent_gets_events_of_their_departments_and_held_tickets() {
    let desk = desk().await;
    let (admin, citra) = (desk.person_by_telegram_id(ADMIN).await, desk.person_by_telegram_id(CITRA).await);
    let engine = desk.app().engine.clone();
    let other = DepartmentId(uuid::Uuid::from_u128(9));
    engine.add_department(&admin, other, "HSI INDIBIZ", "TROUBLESHOOT", desk.clock.now()).await.unwrap();
    let mut page = Page::of(&desk, CITRA).await;
    let body = json!({"customer_telegram_id": SARI, "description": "rahasia", "department_id": other});
    let ticket =
        desk.post(ADMIN, "/api/tickets", body).await.data()["ticket_id"].as_str().unwrap().to_owned();
    let to = json!({"agent_id": citra.id});
    desk.post(ADMIN, &format!("/api/queue/{ticket}/reassign"), to).await.data();
    // Citra gets the event of her assignment, and none from the ticket's time in the queue.
    let got = page.until(|event| event["data"]["ticket_id"] == ticket.as_str()).await;
    assert_eq!(got["data"]["assigned_agent"], json!(citra.id));
    desk.post(ADMIN, &format!("/api/queue/{ticket}/reassign"), json!({"agent_id": null})).await.data();
    page.until(|event| event["event"] == "snapshot").await;
    assert!(page.picture.tickets.is_empty(), "{:?}", page.picture.tickets);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_one_replica_reach_sockets_of_another() {
    let signals = std::sync::Arc::new(crate::replicas::Wire::default());
    let desk = Desk::with(Options { signals: Some(signals), ..Options::default() }).await;
    desk.person(SARI, "Sari", "id").await;
    desk.agent(BUDI, "Budi").await;
    let second = desk.start_replica().await;
    let mut page = Page::at(second.app.addr, &desk.token(ADMIN).await).await;
    desk.say(BUDI, "/online").await;
    desk.ticket(SARI, "dari yang lain").await;
    let assigned = page.until(|event| event["event"] == "ticket_assigned").await;
    assert_eq!(assigned["data"]["description"], "dari yang lain");
    // A heartbeat at the standby reaches the leader.
    let token = desk.token(BUDI).await;
    let url = format!("http://{}/api/agent-status/heartbeat", second.app.addr);
    let heartbeat = reqwest::Client::new().post(url).bearer_auth(token).json(&json!({"status": "busy"}));
    crate::support::Reply::of(heartbeat).await.data();
    let budi = desk.person_by_telegram_id(BUDI).await.id;
    desk.until("the leader to apply the heartbeat", async || {
        desk.app().engine.seat(budi).unwrap().person.availability() == Availability::Busy
    })
    .await;
    second.end().await;
}

#[tokio::test]
async fn messages_reach_those_who_may_read_the_ticket() {
    let desk = desk().await;
    desk.say(BUDI, "/online").await;
    desk.ticket(SARI, "Internet mati").await;
    let (mut budi, mut dewi) = (Page::of(&desk, BUDI).await, Page::of(&desk, ADMIN).await);
    let admin = desk.person_by_telegram_id(ADMIN).await;
    let other = DepartmentId(uuid::Uuid::from_u128(9));
    desk.app()
        .engine
        .add_department(&admin, other, "HSI INDIBIZ", "TROUBLESHOOT", desk.clock.now())
        .await
        .unwrap();
    let citra = desk.person_by_telegram_id(CITRA).await.id;
    let umum = desk.app().engine.store().departments().await.unwrap();
    let umum = umum.iter().find(|department| department.id != other).unwrap().id;
    let engine = desk.app().engine.clone();
    engine.set_department(&admin, citra, (other, true), desk.now()).await.unwrap();
    engine.set_department(&admin, citra, (umum, false), desk.now()).await.unwrap();
    let mut citra = Page::of(&desk, CITRA).await;
    desk.sandbox.send_text(SARI, "Lampu LOS merah");
    desk.settle().await;
    for page in [&mut budi, &mut dewi] {
        let created = page.until(|event| event["event"] == "message_created").await;
        assert_eq!(
            (&created["data"]["text"], &created["data"]["direction"]),
            (&json!("Lampu LOS merah"), &json!("customer"))
        );
        let id = &created["data"]["message_id"];
        let sent = |event: &Value| event["event"] == "message_updated" && event["data"]["message_id"] == *id;
        let updated = page.until(sent).await;
        assert_eq!(updated["data"]["reached"], true);
    }
    // The next thing that an agent of another department hears is about themselves.
    desk.say(CITRA, "/online").await;
    let next = citra.until(|event| {
        let name = event["event"].as_str().unwrap();
        name.starts_with("message_") || name == "agent_status" && event["data"]["agent_name"] == "Citra"
    });
    assert_eq!(next.await["event"], "agent_status");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_department_is_pushed_on_all_replicas() {
    let signals = std::sync::Arc::new(crate::replicas::Wire::default());
    let desk = Desk::with(Options { signals: Some(signals), ..Options::default() }).await;
    desk.agent(BUDI, "Budi").await;
    let second = desk.start_replica().await;
    let mut pages = Vec::new();
    for (address, person) in [(desk.app().addr, ADMIN), (second.app.addr, BUDI)] {
        pages.push(Page::at(address, &desk.token(person).await).await);
    }
    let new = json!({"department": "Teknik", "category": "Gangguan"});
    let added = desk.post(ADMIN, "/api/departments", new).await.data().clone();
    let path = format!("/api/departments/{}", added["department_id"].as_str().unwrap());
    let category = format!("{path}/categories/{}", added["categories"][0]["category_id"].as_str().unwrap());
    let renamed = desk.patch(ADMIN, &path, json!({"department": "Lapangan", "critical": true})).await;
    let more = desk.post(ADMIN, &format!("{path}/categories"), json!({"category": "Pasang baru"})).await;
    let retired = desk.patch(ADMIN, &category, json!({"retired": true})).await;
    // The same again is no change.
    desk.patch(ADMIN, &category, json!({"retired": true})).await.data();
    for page in &mut pages {
        for expected in [&added, renamed.data(), more.data(), retired.data()] {
            let event = page.until(|event| event["event"] == "department_changed").await;
            assert_eq!(&event["data"], expected);
        }
    }
}
