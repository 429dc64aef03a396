//! Abuse of the API: ids of foreign records or of another kind, operators and unknown fields in bodies,
//! invalid queries, and silent connections.
use super::{BUDI, CITRA, SARI, desk, id};
use crate::support::{ADMIN, Desk, Reply};
use antri::domain::ticket::RETURN_DELAY;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Every endpoint with an id in its path, and its status for three callers when the id is of Budi's record:
/// Budi, Citra of another department, and the admin, who is no agent.
const ENDPOINTS_WITH_ID: [(&str, &str, [u16; 3]); 14] = [
    ("GET", "/api/agent-status/department/{department}", [200, 200, 200]),
    ("GET", "/api/agent-status/agent/{agent}", [200, 200, 200]),
    ("GET", "/api/agents/{agent}", [403, 403, 200]),
    ("PATCH", "/api/agents/{agent}", [403, 403, 200]),
    ("PATCH", "/api/queue/{ticket}", [403, 403, 200]),
    ("GET", "/api/tickets/{ticket}", [200, 404, 200]),
    ("POST", "/api/tickets/{ticket}/start", [200, 404, 403]),
    ("POST", "/api/tickets/{ticket}/hold", [200, 404, 403]),
    ("POST", "/api/tickets/{ticket}/resume", [200, 404, 403]),
    ("POST", "/api/queue/{ticket}/reassign", [403, 403, 200]),
    ("POST", "/api/tickets/{ticket}/give-back", [200, 404, 409]),
    ("POST", "/api/tickets/{ticket}/complete", [200, 404, 409]),
    ("POST", "/api/queue/{ticket}/cancel", [403, 403, 409]),
    ("POST", "/api/agents/{agent}/set-offline", [403, 403, 200]),
];

/// Returns a valid body for every endpoint that takes one, with a person who may send it.
fn bodies() -> [(&'static str, &'static str, i64, Value); 9] {
    let login = json!({"id": BUDI, "first_name": "Budi", "last_name": "S", "username": "budi",
        "photo_url": "https://t.me/i/userpic/budi.jpg", "auth_date": 1_764_831_173, "hash": "00"});
    [
        ("POST", "/api/agent-status/heartbeat", BUDI, json!({"status": "online"})),
        ("PATCH", "/api/agents/{agent}", ADMIN, json!({"max_tickets": 3, "auto_assignment_enabled": true})),
        ("PATCH", "/api/queue/{ticket}", ADMIN, json!({"priority": "high"})),
        ("POST", "/api/queue/{ticket}/reassign", ADMIN, json!({"agent_id": null, "anyway": false})),
        ("POST", "/api/agents/{agent}/set-offline", ADMIN, json!({"shown": "online"})),
        (
            "POST",
            "/api/tickets",
            BUDI,
            json!({"customer_telegram_id": SARI, "customer_id": null, "department_id": null,
                "category_id": null, "description": "halo"}),
        ),
        (
            "PATCH",
            "/api/settings",
            ADMIN,
            json!({"strategy": "random", "offline_behaviour": "keep", "mode": "auto", "rollout_percent": 50,
                "default_capacity": 4, "grace_period": 60, "agent_idle_timeout": 600}),
        ),
        ("POST", "/api/auth/telegram", BUDI, login),
        ("POST", "/api/auth/miniapp", BUDI, json!({"init_data": "hash=00"})),
    ]
}

/// Returns the valid body of an endpoint, if it takes one.
fn body_of(method: &str, url: &str) -> Option<Value> {
    bodies().into_iter().find(|(m, u, ..)| (*m, *u) == (method, url)).map(|(_, _, _, body)| body)
}

/// A desk where Budi is online and holds a ticket, and Citra serves another department only.
struct ForeignIds {
    desk: Desk,
    agent: String,
    department: String,
    ticket: String,
}

impl ForeignIds {
    async fn new() -> Self {
        let desk = desk().await;
        let (admin, citra) =
            (desk.person_by_telegram_id(ADMIN).await, desk.person_by_telegram_id(CITRA).await);
        let engine = desk.app().engine.clone();
        let umum = engine.store().departments().await.unwrap().remove(0).id;
        desk.department("HSI").await;
        let departments = engine.store().departments().await.unwrap();
        let hsi = departments.iter().find(|department| department.name == "HSI").unwrap().id;
        for membership in [(umum, false), (hsi, true)] {
            engine.set_department(&admin, citra.id, membership, desk.now()).await.unwrap();
        }
        desk.say(BUDI, "/online").await;
        let body = json!({"customer_telegram_id": SARI, "description": "rahasia", "department_id": umum});
        let ticket = desk.post(ADMIN, "/api/tickets", body).await.data()["ticket_id"].clone();
        let agent = id(&desk, BUDI).await;
        Self { agent, department: umum.to_string(), ticket: ticket.as_str().unwrap().to_owned(), desk }
    }

    /// Returns the path with the ids of Budi's records.
    fn path(&self, url: &str) -> String {
        let url = url.replace("{agent}", &self.agent).replace("{ticket}", &self.ticket);
        url.replace("{department}", &self.department)
    }
}

#[tokio::test]
async fn endpoints_with_ids_serve_only_permitted_callers() {
    let ids = ForeignIds::new().await;
    for (method, url, wanted) in ENDPOINTS_WITH_ID {
        // The forbidden callers go first, so their requests meet the unchanged records.
        for (person, status) in [(SARI, 403), (CITRA, wanted[1]), (BUDI, wanted[0]), (ADMIN, wanted[2])] {
            let reply = ids.desk.ask(person, method, &ids.path(url), body_of(method, url)).await;
            assert_eq!(reply.status, status, "{method} {url} by {person}: {reply:?}");
            if status != 200 {
                assert!(!reply.text.contains("rahasia") && !reply.text.contains("Sari"), "{reply:?}");
            }
            ids.desk.settle().await;
        }
        let nobody = Reply::of(ids.desk.request(method, &ids.path(url))).await;
        nobody.refused(401, "missing_token");
        if url.ends_with("/reassign") || url.ends_with("/give-back") {
            // The ticket that was put back returns to Budi.
            ids.desk.pass(RETURN_DELAY).await;
        }
    }
}

/// An existing id of another kind gets the same answer as an unknown id, so its existence does not leak.
#[tokio::test]
async fn an_id_of_another_kind_is_answered_as_unknown() {
    let ids = ForeignIds::new().await;
    let (sari, nobody) = (id(&ids.desk, SARI).await, "550e8400-e29b-41d4-a716-446655440000".to_owned());
    let existing = [&ids.agent, &ids.department, &ids.ticket, &sari];
    for (method, url, ..) in ENDPOINTS_WITH_ID {
        let (before, rest) = url.split_once('{').unwrap();
        let (kind, after) = rest.split_once('}').unwrap();
        let own = ids.path(&format!("{{{kind}}}"));
        let request = async |id: &str| {
            let path = format!("{before}{id}{after}");
            ids.desk.ask(ADMIN, method, &path, body_of(method, url)).await
        };
        let missing = request(&nobody).await;
        assert_eq!(missing.status, 404, "{method} {url}: {missing:?}");
        for foreign in existing.into_iter().filter(|id| **id != own) {
            let reply = request(foreign).await;
            assert_eq!((reply.status, &reply.body), (404, &missing.body), "{method} {url} of {foreign}");
        }
    }
}

/// An invalid body is refused before any value of it is used in a lookup.
#[tokio::test]
async fn operators_and_unknown_fields_in_bodies_are_refused() {
    let ids = ForeignIds::new().await;
    let before = ids.desk.get(ADMIN, "/api/settings").await.body;
    for (method, url, person, body) in bodies() {
        let send = async |body: Value| {
            let reply = ids.desk.ask(person, method, &ids.path(url), Some(body.clone())).await;
            assert_eq!(
                (reply.status, reply.body["error"].as_str()),
                (422, Some("bad_body")),
                "{method} {url} {body}: {reply:?}"
            );
        };
        for field in body.as_object().unwrap().keys() {
            for operator in [json!({"$ne": null}), json!({"$gt": ""}), json!([]), json!([{"$where": "1"}])] {
                let mut body = body.clone();
                body[field] = operator;
                send(body).await;
            }
        }
        let unknown_fields = [
            ("role", json!("admin")),
            ("max_tickets", json!(100)),
            ("agent_id", json!(ids.agent)),
            ("$set", json!({"role": "admin"})),
            ("__proto__", json!({})),
        ];
        for (name, value) in unknown_fields {
            let mut more = body.clone();
            // Some names are known fields of this body.
            if more.get(name).is_none() {
                more[name] = value;
                send(more).await;
            }
        }
    }
    assert_eq!(ids.desk.get(ADMIN, "/api/settings").await.body, before);
    let (held, role) =
        (ids.desk.get(BUDI, "/api/queue/my-queue").await, ids.desk.person_by_telegram_id(BUDI).await.role);
    assert_eq!((held.data()["count"].clone(), role), (json!(1), antri::domain::person::Role::Agent));
}

#[tokio::test]
async fn invalid_query_parameters_are_refused() {
    let desk = desk().await;
    for path in ["/api/queue", "/api/agent-status/workload"] {
        for query in [
            "limit=0",
            "limit=501",
            "limit=-1",
            "limit=x",
            "offset=1000001",
            "limit[$gt]=1",
            "limit=1&limit=2",
            "role=admin",
            "offset=%00",
        ] {
            desk.get(ADMIN, &format!("{path}?{query}")).await.refused(400, "bad_query");
        }
        desk.get(ADMIN, &format!("{path}?limit=500&offset=1000000")).await.data();
    }
    for query in ["status=all", "department_id=1", "department_id[$ne]=", "status[$ne]=held"] {
        desk.get(ADMIN, &format!("/api/queue?{query}")).await.refused(400, "bad_query");
    }
}

/// Clients that connect and never finish their request line take no capacity from the bot or the API.
#[tokio::test]
async fn silent_connections_block_neither_bot_nor_api() {
    let desk = desk().await;
    let mut silent = Vec::new();
    for n in 0..300 {
        let mut stream = TcpStream::connect(desk.app().addr).await.unwrap();
        let partial: &[u8] = if n % 2 == 0 { b"POST /api/tickets HTTP/1.1\r\nContent-Le" } else { b"" };
        stream.write_all(partial).await.unwrap();
        silent.push(stream);
    }
    desk.say(BUDI, "/online").await;
    desk.ticket(SARI, "halo").await;
    assert!(desk.has(BUDI, "halo"));
    desk.get(BUDI, "/api/queue/my-queue").await.data();
    drop(silent);
}
