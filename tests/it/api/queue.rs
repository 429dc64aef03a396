//! Queue endpoints: the queue of an agent and of the desk, priorities, reassignment and the workload.
mod cancel;
mod hours;
mod statistics;

use super::{BUDI, CITRA, SARI, desk, id};
use crate::support::{ADMIN, Desk};
use serde_json::{Value, json};

/// Opens `count` tickets of Sari. Returns their numbers.
async fn tickets(desk: &Desk, count: usize) -> Vec<String> {
    let mut numbers = Vec::new();
    for n in 0..count {
        let body = json!({"customer_telegram_id": SARI, "description": n.to_string()});
        let reply = desk.post(ADMIN, "/api/tickets", body).await;
        numbers.push(reply.data()["ticket_number"].as_str().unwrap().to_owned());
    }
    numbers
}

/// Returns the ticket numbers of a list.
fn numbers(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|t| t["ticket_number"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_queue_is_listed_in_order_and_in_pages() {
    let desk = desk().await;
    let all = tickets(&desk, 5).await;
    let page = desk.get(ADMIN, "/api/queue?offset=1&limit=2").await;
    assert_eq!(
        (numbers(&page.data()["tickets"]), &page.data()["total"]),
        (vec![&*all[1], &*all[2]], &json!(5))
    );
    assert_eq!(page.data()["tickets"][0]["position"], 2);
    desk.say(BUDI, "/online").await;
    let held = desk.get(ADMIN, "/api/queue?status=held").await;
    assert_eq!(numbers(&held.data()["tickets"]), all.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(desk.get(ADMIN, "/api/queue").await.data()["total"], 0);
    for bad in [
        "limit=0",
        "limit=501",
        "limit=x",
        "offset=-1",
        "offset=1000001",
        "status=all",
        "foo=1",
        "department_id=x",
    ] {
        desk.get(ADMIN, &format!("/api/queue?{bad}")).await.refused(400, "bad_query");
    }
    let unknown = "/api/queue?department_id=550e8400-e29b-41d4-a716-446655440000";
    desk.get(ADMIN, unknown).await.refused(404, "department_not_found");
}

#[tokio::test]
async fn a_priority_change_reorders_the_queue() {
    let desk = desk().await;
    let all = tickets(&desk, 3).await;
    let path = format!("/api/queue/{}", all[2]);
    let changed = desk.patch(ADMIN, &path, json!({"priority": "urgent"})).await;
    assert_eq!(
        (&changed.data()["priority"], &changed.data()["status"]),
        (&json!("urgent"), &json!("queued"))
    );
    let order = desk.get(ADMIN, "/api/queue").await;
    assert_eq!(numbers(&order.data()["tickets"]), [&*all[2], &*all[0], &*all[1]]);
    assert_eq!(
        desk.patch(ADMIN, &path, json!({"priority": "urgent"})).await.data()["version"],
        changed.data()["version"]
    );
    for bad in [
        json!({}),
        json!({"priority": "now"}),
        json!({"priority": 1}),
        json!({"priority": "low", "status": "x"}),
    ] {
        desk.patch(ADMIN, &path, bad).await.refused(422, "bad_body");
    }
    // The urgent ticket is assigned first; a priority change of a held ticket leaves it with its agent.
    desk.patch(ADMIN, &format!("/api/agents/{}", id(&desk, BUDI).await), json!({"max_tickets": 1}))
        .await
        .data();
    desk.say(BUDI, "/online").await;
    let held = desk.get(BUDI, "/api/queue/my-queue").await;
    assert_eq!(numbers(&held.data()["queue"]), [&*all[2]]);
    let changed = desk.patch(ADMIN, &path, json!({"priority": "low"})).await;
    assert_eq!((&changed.data()["priority"], &changed.data()["status"]), (&json!("low"), &json!("assigned")));
    desk.post(BUDI, &format!("/api/tickets/{}/complete", all[2]), Value::Null).await.data();
    desk.patch(ADMIN, &path, json!({"priority": "high"})).await.refused(409, "wrong_state");
}

#[tokio::test]
async fn an_admin_reassigns_or_requeues_a_ticket() {
    let desk = desk().await;
    let all = tickets(&desk, 2).await;
    let (budi, citra) = (id(&desk, BUDI).await, id(&desk, CITRA).await);
    desk.patch(ADMIN, &format!("/api/agents/{citra}"), json!({"max_tickets": 1})).await.data();
    let reassign = async |number: &str, body: Value| {
        desk.post(ADMIN, &format!("/api/queue/{number}/reassign"), body).await
    };
    assert_eq!(reassign(&all[0], json!({"agent_id": citra})).await.data()["assigned_agent"], citra.as_str());
    desk.wait_for_message(CITRA, &all[0]).await;
    reassign(&all[0], json!({"agent_id": citra})).await.refused(409, "already_theirs");
    reassign(&all[1], json!({"agent_id": citra})).await.refused(409, "agent_full");
    reassign(&all[1], json!({"agent_id": citra, "anyway": true})).await.data();
    reassign(&all[1], json!({"agent_id": budi})).await.data();
    assert_eq!(reassign(&all[1], json!({"agent_id": null})).await.data()["status"], "queued");
    reassign(&all[1], json!({"agent_id": null})).await.refused(409, "wrong_state");
    for no_agent in ["550e8400-e29b-41d4-a716-446655440000", &id(&desk, SARI).await] {
        reassign(&all[1], json!({"agent_id": no_agent})).await.refused(404, "agent_not_found");
    }
    for bad in
        [json!({"agent_id": {"$ne": null}}), json!({"agent_id": budi, "anyway": 1}), json!({"agent": budi})]
    {
        reassign(&all[1], bad).await.refused(422, "bad_body");
    }
}

#[tokio::test]
async fn the_workload_lists_every_agent_and_the_queue_totals() {
    let desk = desk().await;
    let citra = format!("/api/agents/{}", id(&desk, CITRA).await);
    desk.patch(ADMIN, &citra, json!({"max_tickets": 2})).await.data();
    desk.say(CITRA, "/online").await;
    let all = tickets(&desk, 3).await;
    desk.post(CITRA, &format!("/api/tickets/{}/complete", all[0]), Value::Null).await.data();
    let load = desk.get(ADMIN, "/api/agent-status/workload").await.data().clone();
    let (budi, citra) = (&load["agents"][0], &load["agents"][1]);
    let summary = |agent: &Value| {
        json!([
            agent["agent_name"],
            agent["status"],
            agent["is_online"],
            agent["current_tickets"],
            agent["max_tickets"],
            agent["percent"],
            agent["full"],
            agent["total_assigned_today"],
            agent["total_completed_today"]
        ])
    };
    assert_eq!(summary(budi), json!(["Budi", "offline", false, 0, 5, 0, false, 0, 0]));
    assert_eq!(summary(citra), json!(["Citra", "online", true, 2, 2, 100, true, 3, 1]));
    let queue = &load["queue"];
    let totals = ["waiting", "held", "online_agents", "total_agents", "free_slots"]
        .map(|name| queue[name].as_u64().unwrap());
    assert_eq!(totals, [0, 2, 1, 2, 0]);
    assert_eq!(load["total"], 2);
    let page = desk.get(ADMIN, "/api/agent-status/workload?offset=1&limit=1").await;
    assert_eq!(page.data()["agents"].as_array().unwrap().len(), 1);
    desk.get(ADMIN, "/api/agent-status/workload?limit=0").await.refused(400, "bad_query");
}
