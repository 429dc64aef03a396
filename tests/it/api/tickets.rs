//! Ticket endpoints: idempotent opening, visibility, and steps with the messages that follow.
mod audit;
mod files;
mod give_back;
mod hold;
mod pick_up;
mod replies;
mod search;
mod uploads;

use super::{BUDI, CITRA, SARI, desk, id};
use crate::support::{ADMIN, Desk, Reply};
use antri::domain::ids::{DepartmentId, TicketId};
use antri::engine::departments::DepartmentEdit;
use serde_json::{Value, json};

/// Posts a ticket.
async fn create(desk: &Desk, by: i64, key: Option<&str>, body: Value) -> Reply {
    let mut request = desk.request("POST", "/api/tickets").bearer_auth(desk.token(by).await).json(&body);
    if let Some(key) = key {
        request = request.header("Idempotency-Key", key);
    }
    let reply = Reply::of(request).await;
    desk.settle().await;
    reply
}

/// Creates a department. Returns its id.
async fn department(desk: &Desk, name: &str) -> DepartmentId {
    desk.department(name).await;
    let all = desk.app().engine.store().departments().await.unwrap();
    all.iter().find(|department| department.name == name).unwrap().id
}

/// Opens a ticket of Sari. Returns its number.
async fn opened(desk: &Desk, text: &str) -> String {
    let reply = create(desk, BUDI, None, json!({"customer_telegram_id": SARI, "description": text})).await;
    reply.data()["ticket_number"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_ticket_opened_by_the_api_is_assigned_and_announced() {
    let desk = desk().await;
    desk.say(BUDI, "/online").await;
    let sari = id(&desk, SARI).await;
    let reply =
        create(&desk, CITRA, None, json!({"customer_id": sari, "description": " <b>rusak</b> "})).await;
    assert_eq!(reply.status, 201);
    let ticket = reply.data();
    assert_eq!((&ticket["status"], &ticket["priority"]), (&json!("assigned"), &json!("normal")));
    assert_eq!((&ticket["description"], &ticket["customer_id"]), (&json!("<b>rusak</b>"), &json!(sari)));
    let customer = ["customer_name", "customer_username", "customer_telegram_id"].map(|key| &ticket[key]);
    assert_eq!(customer, [&json!("Sari"), &json!("sari"), &json!(SARI)]);
    let number = ticket["ticket_number"].as_str().unwrap();
    desk.wait_for_message(SARI, number).await;
    desk.wait_for_message(BUDI, number).await;
    for name in [number, ticket["ticket_id"].as_str().unwrap()] {
        let fetched = desk.get(BUDI, &format!("/api/tickets/{name}")).await;
        assert_eq!((&fetched.data()["status"], &fetched.data()["position"]), (&json!("assigned"), &json!(1)));
        assert_eq!(fetched.data()["assigned_agent_name"], "Budi");
    }
}

#[tokio::test]
async fn an_idempotency_key_opens_one_ticket() {
    let desk = desk().await;
    let body = || json!({"customer_telegram_id": SARI, "description": "rusak"});
    let first = create(&desk, BUDI, Some("k-1"), body()).await;
    let again = create(&desk, BUDI, Some("k-1"), body()).await;
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.data()["ticket_id"], again.data()["ticket_id"]);
    let other = json!({"customer_telegram_id": SARI, "description": "lain"});
    create(&desk, BUDI, Some("k-1"), other).await.refused(409, "idempotency_conflict");
    // Keys are per person, and without a key every request opens a ticket.
    assert_eq!(create(&desk, CITRA, Some("k-1"), body()).await.status, 201);
    assert_eq!(create(&desk, BUDI, None, body()).await.status, 201);
    assert_eq!(create(&desk, BUDI, None, body()).await.status, 201);
    assert_eq!(desk.get(ADMIN, "/api/queue").await.data()["total"], 4);
    for bad in ["", "two words", &"x".repeat(129)] {
        create(&desk, BUDI, Some(bad), body()).await.refused(400, "bad_idempotency_key");
    }
}

#[tokio::test]
async fn concurrent_requests_with_one_key_open_one_ticket() {
    let desk = desk().await;
    let token = desk.token(BUDI).await;
    let send = || {
        let body = json!({"customer_telegram_id": SARI, "description": "rusak"});
        let request = desk.request("POST", "/api/tickets").bearer_auth(&token).json(&body);
        Reply::of(request.header("Idempotency-Key", "k-1"))
    };
    let replies = futures::future::join_all((0..16).map(|_| send())).await;
    let ids: std::collections::BTreeSet<_> =
        replies.iter().map(|reply| reply.data()["ticket_id"].to_string()).collect();
    assert_eq!(ids.len(), 1);
    let created = replies.iter().filter(|reply| reply.status == 201).count();
    assert_eq!((created, replies.iter().filter(|reply| reply.status == 200).count()), (1, 15));
    assert_eq!(desk.get(ADMIN, "/api/queue").await.data()["total"], 1);
    desk.settle().await;
}

#[tokio::test]
async fn concurrent_requests_with_one_key_and_different_bodies_open_one_ticket() {
    let desk = desk().await;
    let other = department(&desk, "Teknik").await;
    let token = desk.token(BUDI).await;
    let first = desk.app().engine.store().departments().await.unwrap();
    let umum = first.iter().find(|d| d.name == "Umum").unwrap().id.0;
    for differs_by in ["description", "department_id", "customer_telegram_id"] {
        let send = |n: usize| {
            let mut body =
                json!({"customer_telegram_id": SARI, "description": "rusak", "department_id": umum});
            match differs_by {
                "description" => body[differs_by] = json!(format!("rusak {n}")),
                "department_id" => body[differs_by] = json!(if n == 0 { umum } else { other.0 }),
                _ => body[differs_by] = json!(if n == 0 { SARI } else { CITRA }),
            }
            let request = desk.request("POST", "/api/tickets").bearer_auth(&token).json(&body);
            Reply::of(request.header("Idempotency-Key", format!("k {differs_by}").replace(' ', "-")))
        };
        let count = if differs_by == "description" { 10 } else { 2 };
        let replies = futures::future::join_all((0..count).map(send)).await;
        let statuses: Vec<_> = replies.iter().map(|reply| reply.status).collect();
        let of = |status: u16| statuses.iter().filter(|s| **s == status).count();
        assert_eq!((of(201), of(409) + 1), (1, replies.len()), "{differs_by}: {statuses:?}");
        for reply in replies.into_iter().filter(|reply| reply.status == 409) {
            reply.refused(409, "idempotency_conflict");
        }
    }
    assert_eq!(desk.get(ADMIN, "/api/queue").await.data()["total"], 3);
    desk.settle().await;
}

#[tokio::test]
async fn invalid_ticket_requests_are_refused() {
    let desk = desk().await;
    let sari = id(&desk, SARI).await;
    let nobody = "550e8400-e29b-41d4-a716-446655440000";
    for (body, status, code) in [
        (json!({"customer_id": nobody, "description": "x"}), 404, "customer_not_found"),
        (json!({"customer_telegram_id": 4_711, "description": "x"}), 404, "customer_not_found"),
        (json!({"description": "x"}), 422, "bad_customer"),
        (json!({"customer_id": null, "customer_telegram_id": null, "description": "x"}), 422, "bad_customer"),
        (
            json!({"customer_id": sari, "customer_telegram_id": BUDI, "description": "x"}),
            409,
            "customer_conflict",
        ),
        (json!({"customer_id": sari, "description": " \u{202e} "}), 422, "bad_description"),
        (json!({"customer_id": sari, "description": "x".repeat(12_289)}), 422, "bad_description"),
        (
            json!({"customer_id": sari, "description": "x", "department_id": nobody}),
            404,
            "department_not_found",
        ),
        (json!({"customer_id": sari, "description": "x", "category_id": nobody}), 404, "category_not_found"),
        (json!({"customer_id": sari}), 422, "bad_body"),
        (json!({"customer_id": {"$ne": null}, "description": "x"}), 422, "bad_body"),
        (json!({"customer_id": "x", "description": "x"}), 422, "bad_body"),
        (json!({"customer_id": sari, "description": {"$gt": ""}}), 422, "bad_body"),
        (json!({"customer_id": sari, "description": "x", "priority": "urgent"}), 422, "bad_body"),
        (json!({"customer_id": sari, "description": "x", "role": "admin"}), 422, "bad_body"),
    ] {
        create(&desk, BUDI, None, body).await.refused(status, code);
    }
    assert_eq!(desk.get(ADMIN, "/api/queue").await.data()["total"], 0);
    for _ in 0..10 {
        opened(&desk, "x").await;
    }
    let body = json!({"customer_id": sari, "customer_telegram_id": SARI, "description": "x"});
    create(&desk, BUDI, None, body).await.refused(409, "too_many_open");
}

#[tokio::test]
async fn the_category_is_required_when_there_are_several() {
    let desk = desk().await;
    let admin = desk.person_by_telegram_id(ADMIN).await;
    let engine = desk.app().engine.clone();
    let more = engine
        .add_department(
            &admin,
            DepartmentId(uuid::Uuid::from_u128(9)),
            "HSI INDIBIZ",
            "TROUBLESHOOT",
            desk.clock.now(),
        )
        .await
        .unwrap();
    let body = |more: Value| {
        let mut body = json!({"customer_telegram_id": SARI, "description": "x"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    create(&desk, BUDI, None, body(json!({}))).await.refused(422, "category_needed");
    let reply = create(&desk, BUDI, None, body(json!({"department_id": more.id}))).await;
    assert_eq!(
        (&reply.data()["department"], &reply.data()["category"]),
        (&json!("HSI INDIBIZ"), &json!("TROUBLESHOOT"))
    );
    let category = more.categories[0].id;
    let reply = create(&desk, BUDI, None, body(json!({"category_id": category}))).await;
    assert_eq!(reply.data()["department"], "HSI INDIBIZ");
    engine
        .edit_department(&admin, more.id, &DepartmentEdit::SetRetired(true), desk.clock.now())
        .await
        .unwrap();
    create(&desk, BUDI, None, body(json!({"category_id": category})))
        .await
        .refused(404, "category_not_found");
}

/// With several categories a client finds the id that a new ticket needs.
#[tokio::test]
async fn the_departments_are_listed_with_the_categories_that_take_tickets() {
    let desk = desk().await;
    let admin = desk.person_by_telegram_id(ADMIN).await;
    let engine = desk.app().engine.clone();
    for (n, name) in [(9, "HSI INDIBIZ"), (10, "Lama")] {
        let id = DepartmentId(uuid::Uuid::from_u128(n));
        engine.add_department(&admin, id, name, "TROUBLESHOOT", desk.clock.now()).await.unwrap();
    }
    let retired = DepartmentId(uuid::Uuid::from_u128(10));
    engine
        .edit_department(&admin, retired, &DepartmentEdit::SetRetired(true), desk.clock.now())
        .await
        .unwrap();
    let reply = desk.get(BUDI, "/api/departments").await;
    let departments = reply.data().as_array().unwrap();
    let names: Vec<_> = departments.iter().map(|d| d["department"].as_str().unwrap()).collect();
    assert_eq!(names, ["HSI INDIBIZ", "Umum"]);
    for department in departments {
        let category = &department["categories"][0]["category_id"];
        let body = json!({"customer_telegram_id": SARI, "description": "x", "category_id": category});
        let opened = create(&desk, BUDI, None, body).await;
        assert_eq!(opened.data()["department_id"], department["department_id"]);
        assert_eq!(opened.data()["category"], department["categories"][0]["category"]);
    }
}

#[tokio::test]
async fn only_the_holder_steps_a_ticket_and_completion_refills_the_slot() {
    let desk = desk().await;
    desk.patch(ADMIN, &format!("/api/agents/{}", id(&desk, BUDI).await), json!({"max_tickets": 1}))
        .await
        .data();
    desk.say(BUDI, "/online").await;
    let (first, second) = (opened(&desk, "satu").await, opened(&desk, "dua").await);
    let step = async |by, number: &str, step: &str| {
        desk.post(by, &format!("/api/tickets/{number}/{step}"), Value::Null).await
    };
    for (name, status) in [
        ("hold", "pending"),
        ("resume", "assigned"),
        ("start", "in_progress"),
        ("hold", "pending"),
        ("resume", "in_progress"),
    ] {
        assert_eq!(step(BUDI, &first, name).await.data()["status"], status);
    }
    step(BUDI, &first, "start").await.refused(409, "wrong_state");
    step(BUDI, &first, "resume").await.refused(409, "wrong_state");
    // A colleague of the department and an admin see the ticket, but cannot take its steps here.
    for other in [CITRA, ADMIN] {
        step(other, &first, "complete").await.refused(403, "not_yours");
        step(other, &second, "start").await.refused(409, "wrong_state");
    }
    assert_eq!(step(BUDI, &first, "complete").await.data()["status"], "completed");
    step(BUDI, &first, "complete").await.refused(409, "wrong_state");
    // As with the button, the next ticket is assigned, the card is redrawn and the customer is notified.
    let queue = desk.get(BUDI, "/api/queue/my-queue").await;
    assert_eq!(queue.data()["queue"][0]["ticket_number"], second.as_str());
    assert_eq!((&queue.data()["count"], &queue.data()["max"]), (&json!(1), &json!(1)));
    desk.wait_for_message(BUDI, &second).await;
    let notified =
        desk.sandbox.chat(SARI).iter().any(|m| m.text.contains(&first) && m.text.contains("selesai"));
    assert!(notified, "the customer is notified:\n{}", desk.transcript(SARI));
    let card = desk.sandbox.chat(BUDI);
    let card = card.iter().find(|m| m.text.contains(&first)).unwrap();
    assert!(card.button("✅").is_none(), "the card still has its buttons: {card:?}");
}

#[tokio::test]
async fn tickets_of_another_department_are_answered_as_unknown() {
    let desk = desk().await;
    let (admin, citra) = (desk.person_by_telegram_id(ADMIN).await, desk.person_by_telegram_id(CITRA).await);
    let engine = desk.app().engine.clone();
    let more = engine
        .add_department(
            &admin,
            DepartmentId(uuid::Uuid::from_u128(9)),
            "HSI INDIBIZ",
            "TROUBLESHOOT",
            desk.clock.now(),
        )
        .await
        .unwrap();
    let body = json!({"customer_telegram_id": SARI, "description": "rahasia", "department_id": more.id});
    let ticket = create(&desk, ADMIN, None, body).await.data()["ticket_id"].as_str().unwrap().to_owned();
    let path = format!("/api/tickets/{ticket}");
    desk.get(ADMIN, &path).await.data();
    let hidden = desk.get(CITRA, &path).await;
    hidden.refused(404, "ticket_not_found");
    assert_eq!(hidden.body, desk.get(CITRA, "/api/tickets/550e8400-e29b-41d4-a716-446655440000").await.body);
    for step in ["start", "hold", "resume", "complete"] {
        desk.post(CITRA, &format!("{path}/{step}"), Value::Null).await.refused(404, "ticket_not_found");
    }
    // The holder sees the ticket in any department.
    engine
        .reassign(&admin, (TicketId(ticket.parse().unwrap()), None), citra.id, false, desk.now())
        .await
        .unwrap();
    desk.settle().await;
    desk.get(CITRA, &path).await.data();
}
