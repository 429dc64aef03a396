//! Presence over the API: heartbeats, online lists, statistics, going online and offline.
use super::{BUDI, CITRA, SARI, desk, id};
use crate::support::{ADMIN, Desk, Reply, StoreFault};
use antri::domain::person::{Availability, Via};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// Returns the names of the online agents.
async fn online(desk: &Desk) -> Vec<String> {
    let reply = desk.get(BUDI, "/api/agent-status/online").await;
    reply.data().as_array().unwrap().iter().map(|a| a["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_heartbeat_has_the_specified_answer_and_puts_the_agent_online() {
    let desk = desk().await;
    let budi = id(&desk, BUDI).await;
    let reply = desk.post(BUDI, "/api/agent-status/heartbeat", Value::Null).await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.body,
        json!({
            "success": true,
            "message": "Heartbeat updated successfully",
            "data": {"agent_id": budi, "status": "online"},
        })
    );
    for status in ["busy", "away", "online"] {
        let reply = desk.post(BUDI, "/api/agent-status/heartbeat", json!({"status": status})).await;
        assert_eq!(*reply.data(), json!({"agent_id": budi, "status": status}));
        let path = format!("/api/agent-status/agent/{budi}");
        assert_eq!(desk.get(CITRA, &path).await.data()["status"], status);
    }
    assert_eq!(desk.person_by_telegram_id(BUDI).await.agent.unwrap().via, Via::Client);
    let record = &desk.get(CITRA, "/api/agent-status/online").await.body["data"][0];
    assert_eq!(
        (&record["name"], &record["email"], &record["department"]),
        (&json!("Budi"), &json!(""), &json!("Umum"))
    );
    assert_eq!((&record["current_chats"], &record["max_chats"]), (&json!(0), &json!(5)));
    assert_eq!(record["last_heartbeat"], "2025-12-04T06:52:53.600Z");
    assert_eq!(record["department_ids"][0], record["department_id"]);
}

#[tokio::test]
async fn invalid_heartbeats_are_refused() {
    let desk = desk().await;
    let path = "/api/agent-status/heartbeat";
    for body in [json!({"status": "offline"}), json!({"status": null}), json!({"status": {"$ne": null}})] {
        desk.post(BUDI, path, body).await.refused(422, "bad_body");
    }
    for extra in ["agent_id", "role", "max_tickets"] {
        desk.post(BUDI, path, json!({"status": "online", extra: "admin"})).await.refused(422, "bad_body");
    }
    for body in [json!([]), json!("online"), json!(1), json!([null])] {
        desk.post(BUDI, path, body).await.refused(422, "bad_body");
    }
    let token = desk.token(BUDI).await;
    let broken = desk.request("POST", path).bearer_auth(token).body("{\"status\": ");
    Reply::of(broken).await.refused(400, "bad_json");
    assert_eq!(online(&desk).await, Vec::<String>::new());
}

#[tokio::test]
async fn an_agent_without_heartbeats_goes_offline_after_the_grace_period() {
    let desk = desk().await;
    desk.post(BUDI, "/api/agent-status/heartbeat", Value::Null).await;
    desk.post(CITRA, "/api/agent-status/heartbeat", json!({"status": "busy"})).await;
    desk.pass(TimeDelta::seconds(299)).await;
    assert_eq!(online(&desk).await.len(), 2);
    desk.post(CITRA, "/api/agent-status/heartbeat", json!({"status": "busy"})).await;
    desk.pass(TimeDelta::seconds(1)).await;
    assert_eq!(online(&desk).await, ["Citra"]);
    let department = desk.get(BUDI, "/api/agent-status/stats").await.data()[0]["department_id"].clone();
    let path = format!("/api/agent-status/department/{}", department.as_str().unwrap());
    assert_eq!(desk.get(BUDI, &path).await.data().as_array().unwrap().len(), 1);
    // Within the grace period a heartbeat restores the agent without an offline change.
    desk.post(BUDI, "/api/agent-status/heartbeat", Value::Null).await;
    assert_eq!(online(&desk).await.len(), 2);
    assert_eq!(desk.person_by_telegram_id(BUDI).await.availability(), Availability::Online);
    // After the grace period the agent is offline.
    desk.pass(TimeDelta::seconds(600)).await;
    assert_eq!(desk.person_by_telegram_id(BUDI).await.availability(), Availability::Offline);
    let path = format!("/api/agent-status/agent/{}", id(&desk, BUDI).await);
    let agent = desk.get(BUDI, &path).await;
    assert_eq!((&agent.data()["status"], &agent.data()["name"]), (&json!("offline"), &json!("Budi")));
}

#[tokio::test]
async fn stats_count_agents_by_department() {
    let desk = desk().await;
    desk.post(BUDI, "/api/agent-status/heartbeat", json!({"status": "away"})).await;
    desk.post(CITRA, "/api/agent-status/heartbeat", json!({})).await;
    let stats = desk.get(ADMIN, "/api/agent-status/stats").await.data().clone();
    let umum = &stats[0];
    assert_eq!(stats.as_array().unwrap().len(), 1);
    assert_eq!((&umum["department"], &umum["critical"]), (&json!("Umum"), &json!(false)));
    let counts = ["online", "busy", "away", "total"].map(|name| umum[name].as_u64().unwrap());
    assert_eq!(counts, [1, 0, 1, 2]);
}

#[tokio::test]
async fn going_online_assigns_waiting_tickets_and_going_offline_keeps_them() {
    let desk = desk().await;
    desk.ticket(SARI, "printer rusak").await;
    let reply = desk.post(BUDI, "/api/agent-status/go-online", Value::Null).await;
    assert_eq!(
        (&reply.body["message"], &reply.data()["status"]),
        (&json!("You are now online"), &json!("online"))
    );
    assert_eq!(desk.get(BUDI, "/api/queue/my-queue").await.data()["count"], 1);
    desk.wait_for_message(BUDI, "Tiket baru ditambahkan").await;
    for path in ["/api/agent-status/go-offline", "/api/agent-status/offline"] {
        let reply = desk.post(BUDI, path, Value::Null).await;
        assert_eq!(reply.data()["status"], "offline");
        assert_eq!(online(&desk).await, Vec::<String>::new());
    }
    // The default offline behaviour is `keep`: the ticket stays with the agent.
    assert_eq!(desk.get(BUDI, "/api/queue/my-queue").await.data()["count"], 1);
}

#[tokio::test]
async fn a_client_heartbeat_makes_a_telegram_agent_depend_on_heartbeats() {
    let desk = desk().await;
    desk.say(BUDI, "/online").await;
    assert_eq!(desk.person_by_telegram_id(BUDI).await.agent.unwrap().via, Via::Telegram);
    desk.post(BUDI, "/api/agent-status/heartbeat", Value::Null).await;
    desk.pass(TimeDelta::seconds(301)).await;
    assert_eq!(online(&desk).await, Vec::<String>::new());
    desk.say(BUDI, "/online").await;
    desk.pass(TimeDelta::seconds(301)).await;
    assert_eq!(online(&desk).await, ["Budi"]);
}

/// A heartbeat does not read the person from the store; a role change by the bot still applies to the next
/// heartbeat.
#[tokio::test]
async fn the_next_heartbeat_of_a_removed_agent_is_refused() {
    let desk = desk().await;
    let path = "/api/agent-status/heartbeat";
    let tokens = [desk.token(BUDI).await, desk.token(ADMIN).await];
    let heartbeat = |token: &str| Reply::of(desk.request("POST", path).bearer_auth(token));
    heartbeat(&tokens[0]).await.data();
    heartbeat(&tokens[0]).await.data();
    desk.say(ADMIN, &format!("/removeagent {BUDI}")).await;
    desk.press(ADMIN, "✅").await;
    heartbeat(&tokens[0]).await.refused(403, "forbidden");
    assert_eq!(desk.get(ADMIN, "/api/agent-status/online").await.data().as_array().unwrap().len(), 0);
    desk.agent(BUDI, "Budi").await;
    heartbeat(&tokens[0]).await.refused(401, "session_over");
    heartbeat(&desk.token(BUDI).await).await.data();

    // An admin who was also an agent stays an admin.
    heartbeat(&tokens[1]).await.refused(409, "not_an_agent");
    desk.say(ADMIN, &format!("/addagent {ADMIN}")).await;
    heartbeat(&tokens[1]).await.data();
    desk.say(ADMIN, &format!("/removeagent {ADMIN}")).await;
    desk.press(ADMIN, "✅").await;
    heartbeat(&tokens[1]).await.refused(401, "session_over");
    heartbeat(&desk.token(ADMIN).await).await.refused(409, "not_an_agent");
}

#[tokio::test]
async fn a_store_outage_is_answered_with_500_without_internals() {
    let desk = desk().await;
    let token = desk.token(BUDI).await;
    for fault in [StoreFault::Unreachable, StoreFault::Unreadable] {
        desk.faults.inject(move |method| (method == "person").then_some(fault));
        let request = desk.request("POST", "/api/agent-status/heartbeat").bearer_auth(&token);
        let reply = Reply::of(request).await;
        reply.refused(500, "store_unavailable");
        assert!(!reply.text.contains("a test says so"), "{reply:?}");
    }
    desk.faults.clear();
    // Only one commit panics: the round that reloads uncertain agents commits as well.
    desk.faults.inject_next("commit", 1, StoreFault::Panics);
    let request = desk.request("POST", "/api/agent-status/go-online").bearer_auth(&token);
    Reply::of(request).await.refused(500, "internal_error");
    desk.faults.clear();
    desk.post(BUDI, "/api/agent-status/heartbeat", Value::Null).await.data();
}

#[tokio::test]
async fn each_step_of_an_agent_is_a_sign_of_activity() {
    let desk = desk().await;
    desk.say(BUDI, "/online").await;
    desk.ticket(SARI, "printer rusak").await;
    let ticket = desk.get(BUDI, "/api/queue/my-queue").await.data()["queue"][0]["ticket_id"].clone();
    let steps = ["start", "hold", "resume", "hold"].map(|step| ("POST", step));
    for (method, step) in steps {
        assert_eq!(desk.pass(TimeDelta::minutes(29)).await.asked, 0, "before {step}");
        let path = format!("/api/tickets/{}/{step}", ticket.as_str().unwrap());
        desk.ask(BUDI, method, &path, None).await.data();
    }
    assert_eq!(desk.pass(TimeDelta::minutes(29)).await.asked, 0);
    assert_eq!(desk.count(BUDI, "Masih online?"), 0);
    assert_eq!(online(&desk).await, ["Budi"]);
    // Asked after all, they answer by what they do.
    desk.pass(TimeDelta::minutes(30)).await;
    assert_eq!(desk.count(BUDI, "Masih online?"), 1);
    desk.post(BUDI, &format!("/api/tickets/{}/resume", ticket.as_str().unwrap()), Value::Null).await.data();
    assert_eq!(desk.pass(TimeDelta::minutes(29)).await.taken_offline, 0);
    assert_eq!(online(&desk).await, ["Budi"]);
}

#[tokio::test]
async fn what_a_page_reads_by_itself_is_no_sign_of_activity() {
    let desk = desk().await;
    desk.say(BUDI, "/online").await;
    desk.pass(TimeDelta::minutes(29)).await;
    desk.get(BUDI, "/metrics").await;
    desk.get(BUDI, "/api/queue/my-queue").await.data();
    desk.post(CITRA, "/api/tickets/INC1/start", Value::Null).await.refused(400, "bad_id");
    assert_eq!(desk.pass(TimeDelta::minutes(1)).await.asked, 1);
    assert_eq!(online(&desk).await, ["Budi"], "a request puts nobody online");
}

async fn heartbeat(desk: &Desk, body: Value) -> String {
    let reply = desk.post(BUDI, "/api/agent-status/heartbeat", body).await;
    reply.data()["status"].as_str().unwrap().to_owned()
}

/// Returns how often the agent's availability has changed.
async fn availability_changes(desk: &Desk) -> usize {
    desk.person_by_telegram_id(BUDI).await.version.0.try_into().unwrap()
}

#[tokio::test]
async fn what_an_agent_chose_stays_whatever_their_pages_send() {
    let desk = desk().await;
    for (choice, status) in
        [("/online", "online"), ("/busy", "busy"), ("/away", "away"), ("/offline", "offline")]
    {
        desk.say(BUDI, choice).await;
        // A hidden page is away by itself; busy is what its person chose there.
        for body in [Value::Null, json!({"status": "away"}), json!({"status": "online", "client_id": "a"})] {
            assert_eq!(heartbeat(&desk, body).await, status, "after {choice}");
        }
        assert_eq!(desk.person_by_telegram_id(BUDI).await.availability().as_str(), status);
        assert_eq!(online(&desk).await.len(), usize::from(status != "offline"), "after {choice}");
    }
    desk.ticket(SARI, "printer rusak").await;
    assert_eq!(desk.get(BUDI, "/api/queue/my-queue").await.data()["count"], 0);
    // They come back by their own choice. In a client, its status then says the details.
    desk.post(BUDI, "/api/agent-status/go-online", Value::Null).await.data();
    assert_eq!(desk.get(BUDI, "/api/queue/my-queue").await.data()["count"], 1);
    assert_eq!(heartbeat(&desk, json!({"status": "busy"})).await, "busy");
    assert_eq!(heartbeat(&desk, json!({"status": "online"})).await, "online");
    // Chosen there, "busy" and "away" stay, too. The agent is not online in between.
    desk.post(BUDI, "/api/agent-status/go-offline", Value::Null).await.data();
    desk.ticket(SARI, "router mati").await;
    for status in ["busy", "away"] {
        let body = json!({ "status": status });
        assert_eq!(desk.post(BUDI, "/api/agent-status/go-online", body).await.data()["status"], status);
        assert_eq!(heartbeat(&desk, json!({"status": "online", "client_id": "b"})).await, status);
        assert_eq!(desk.get(BUDI, "/api/queue/my-queue").await.data()["count"], 1);
    }
    desk.post(BUDI, "/api/agent-status/go-online", Value::Null).await.data();
    assert_eq!(desk.get(BUDI, "/api/queue/my-queue").await.data()["count"], 2);
    for path in ["go-offline", "offline"] {
        desk.post(BUDI, "/api/agent-status/go-online", Value::Null).await.data();
        desk.post(BUDI, &format!("/api/agent-status/{path}"), Value::Null).await.data();
        assert_eq!(heartbeat(&desk, Value::Null).await, "offline", "after {path}");
        assert_eq!(online(&desk).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_heartbeat_brings_back_an_agent_whose_presence_was_lost() {
    let desk = desk().await;
    desk.say(BUDI, "/busy").await;
    assert_eq!(heartbeat(&desk, Value::Null).await, "busy");
    desk.pass(TimeDelta::seconds(600)).await;
    assert_eq!(desk.person_by_telegram_id(BUDI).await.availability(), Availability::Offline);
    assert_eq!(heartbeat(&desk, Value::Null).await, "busy", "as they chose");
    assert_eq!(heartbeat(&desk, json!({"client_id": "a"})).await, "busy");
}

#[tokio::test]
async fn the_most_present_client_counts() {
    let desk = desk().await;
    let visible = json!({"status": "online", "client_id": "visible"});
    let hidden = json!({"status": "away", "client_id": "hidden"});
    assert_eq!(heartbeat(&desk, hidden.clone()).await, "away");
    assert_eq!(heartbeat(&desk, visible.clone()).await, "online");
    let changes = availability_changes(&desk).await;
    for _ in 0..5 {
        desk.pass(TimeDelta::seconds(120)).await;
        assert_eq!(heartbeat(&desk, hidden.clone()).await, "online");
        assert_eq!(heartbeat(&desk, visible.clone()).await, "online");
    }
    assert_eq!(availability_changes(&desk).await, changes, "nothing flips");
    assert_eq!(online(&desk).await, ["Budi"]);
    // The same tab is hidden, then closed.
    assert_eq!(heartbeat(&desk, json!({"status": "away", "client_id": "visible"})).await, "away");
    assert_eq!(heartbeat(&desk, visible).await, "online");
    desk.pass(TimeDelta::seconds(200)).await;
    assert_eq!(heartbeat(&desk, hidden.clone()).await, "online");
    desk.pass(TimeDelta::seconds(100)).await;
    assert_eq!(heartbeat(&desk, hidden).await, "away");
    for id in ["", " ", "a b", "ä", &"x".repeat(65)] {
        let reply = desk.post(BUDI, "/api/agent-status/heartbeat", json!({"client_id": id})).await;
        reply.refused(422, "bad_body");
    }
}
