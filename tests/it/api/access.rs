//! Access control: every endpoint with every role, without a token and with invalid tokens; malformed ids and
//! bodies.
use super::{BUDI, SARI, desk, id};
use crate::support::{ADMIN, Desk, JWT_SECRET, Reply};
use antri::auth_token::{Session, TOKEN_LIFETIME, issue};
use antri::domain::person::Role;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Sha256, Sha512};

/// Every endpoint that takes a token, with its status for an agent and for an admin who is no agent. `{id}`
/// is unknown.
const ENDPOINTS: [(&str, &str, u16, u16); 39] = [
    ("POST", "/api/agent-status/heartbeat", 200, 409),
    ("GET", "/api/agent-status/online", 200, 200),
    ("GET", "/api/agent-status/department/{id}", 404, 404),
    ("GET", "/api/agent-status/agent/{id}", 404, 404),
    ("GET", "/api/agent-status/stats", 200, 200),
    ("GET", "/api/agent-status/workload", 403, 200),
    ("POST", "/api/agent-status/offline", 200, 409),
    ("POST", "/api/agent-status/go-online", 200, 409),
    ("POST", "/api/agent-status/go-offline", 200, 409),
    ("GET", "/api/queue/my-queue", 200, 409),
    ("GET", "/api/statistics", 403, 200),
    ("GET", "/api/queue", 403, 200),
    ("PATCH", "/api/queue/{id}", 403, 404),
    ("POST", "/api/queue/{id}/reassign", 403, 404),
    ("POST", "/api/queue/{id}/cancel", 403, 404),
    ("GET", "/api/departments", 200, 200),
    ("POST", "/api/departments", 403, 201),
    ("PATCH", "/api/departments/{id}", 403, 404),
    ("POST", "/api/departments/{id}/categories", 403, 404),
    ("GET", "/api/search?q=halo", 200, 200),
    ("POST", "/api/tickets", 404, 404),
    ("GET", "/api/tickets/{id}", 404, 404),
    ("GET", "/api/tickets/{id}/audit", 403, 404),
    ("GET", "/api/tickets/{id}/replies", 404, 404),
    ("GET", "/api/tickets/{id}/attachments/1", 404, 404),
    ("GET", "/api/tickets/{id}/messages/{id}/file", 404, 404),
    ("POST", "/api/tickets/{id}/start", 404, 404),
    ("POST", "/api/tickets/{id}/hold", 404, 404),
    ("POST", "/api/tickets/{id}/resume", 404, 404),
    ("POST", "/api/tickets/{id}/complete", 404, 404),
    ("POST", "/api/tickets/{id}/give-back", 404, 404),
    ("GET", "/api/agents/{id}", 403, 404),
    ("PATCH", "/api/agents/{id}", 403, 404),
    ("POST", "/api/agents/{id}/set-offline", 403, 404),
    ("GET", "/api/dead-letters", 403, 200),
    ("POST", "/api/dead-letters/update-4711/retry", 403, 404),
    ("GET", "/api/settings", 403, 200),
    ("PATCH", "/api/settings", 403, 200),
    ("POST", "/api/auth/refresh", 200, 200),
];

/// Returns a valid body for an endpoint that takes one.
fn body(method: &str, path: &str) -> Option<Value> {
    match (method, path.rsplit('/').next().unwrap()) {
        ("PATCH", _) if path.starts_with("/api/queue") => Some(json!({"priority": "high"})),
        ("POST", "departments") => Some(json!({"department": "Teknik", "category": "Gangguan"})),
        ("POST", "categories") => Some(json!({"category": "Gangguan"})),
        ("PATCH", _) if path.starts_with("/api/departments") => Some(json!({"critical": true})),
        ("PATCH", "settings") => Some(json!({"grace_period": 60})),
        ("PATCH", _) => Some(json!({"max_tickets": 3})),
        ("POST", "set-offline") => Some(json!({"shown": "online"})),
        ("POST", "reassign") => Some(json!({"agent_id": null})),
        ("POST", "tickets") => Some(json!({"customer_telegram_id": 4_711, "description": "halo"})),
        _ => None,
    }
}

/// Returns the path with an unknown id.
fn path(path: &str) -> String {
    path.replace("{id}", "550e8400-e29b-41d4-a716-446655440000")
}

/// Sends a valid request with this token.
async fn send(desk: &Desk, method: &str, url: &str, token: Option<&str>) -> Reply {
    let mut request = desk.request(method, &path(url));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if let Some(body) = body(method, url) {
        request = request.json(&body);
    }
    Reply::of(request).await
}

#[tokio::test]
async fn every_endpoint_checks_the_role() {
    let desk = desk().await;
    for (method, url, agent, admin) in ENDPOINTS {
        let tokens = [(SARI, 403), (BUDI, agent), (ADMIN, admin)];
        for (person, wanted) in tokens {
            let reply = send(&desk, method, url, Some(&desk.token(person).await)).await;
            assert_eq!(reply.status, wanted, "{method} {url} by {person}: {reply:?}");
            assert_eq!(reply.body["success"], wanted < 300, "{method} {url} by {person}: {reply:?}");
        }
        let nobody = send(&desk, method, url, None).await;
        nobody.refused(401, "missing_token");
        assert_eq!(nobody.headers["www-authenticate"], "Bearer");
        send(&desk, method, url, Some("rubbish")).await.refused(401, "invalid_token");
    }
    desk.settle().await;
}

#[tokio::test]
async fn malformed_ids_are_refused_with_400() {
    let desk = desk().await;
    for (method, url, ..) in ENDPOINTS.into_iter().filter(|(_, url, ..)| url.contains("{id}")) {
        for bad in ["x", "1", "INC1", "550e8400-e29b-41d4-a716-44665544000", "%00", "%ff", "{\"$ne\":null}"] {
            let mut request = desk.request(method, &url.replace("{id}", bad));
            request = request.bearer_auth(desk.token(ADMIN).await);
            if let Some(body) = body(method, url) {
                request = request.json(&body);
            }
            Reply::of(request).await.refused(400, "bad_id");
        }
    }
}

/// A caller without permission gets 403 whatever the body is; a caller with permission gets the error of the
/// body.
#[tokio::test]
async fn invalid_bodies_are_refused_with_400_or_422() {
    let desk = desk().await;
    let token = desk.token(ADMIN).await;
    let sari = desk.token(SARI).await;
    desk.post(ADMIN, "/api/tickets", json!({"customer_telegram_id": SARI, "description": "x"})).await.data();
    let ticket = desk.get(ADMIN, "/api/queue").await.data()["tickets"][0]["ticket_id"].clone();
    let (ticket, budi) = (ticket.as_str().unwrap().to_owned(), id(&desk, BUDI).await);
    for (method, url, ..) in ENDPOINTS.into_iter().filter(|(method, url, ..)| body(method, url).is_some()) {
        let path = url.replace("{id}", if url.starts_with("/api/agents") { &budi } else { &ticket });
        let post = |token: &str, body: &'static str| {
            Reply::of(desk.request(method, &path).bearer_auth(token).body(body))
        };
        for broken in ["", "{", "null x", "\u{0}"] {
            post(&token, broken).await.refused(400, "bad_json");
        }
        for invalid in ["[]", "1", "\"x\"", "null", r#"{"$ne": null}"#, r#"{"role": "admin"}"#] {
            post(&token, invalid).await.refused(422, "bad_body");
            post(&sari, invalid).await.refused(403, "forbidden");
        }
    }
    desk.settle().await;
}

/// Returns a JWT with these claims, signed with HMAC and this hash function.
fn signed<M: Mac + KeyInit>(algorithm: &str, secret: &str, claims: &Value) -> String {
    let header = B64.encode(json!({"alg": algorithm, "typ": "JWT"}).to_string());
    let message = format!("{header}.{}", B64.encode(claims.to_string()));
    let mac = M::new_from_slice(secret.as_bytes()).unwrap().chain_update(&message);
    format!("{message}.{}", B64.encode(mac.finalize().into_bytes()))
}

#[tokio::test]
async fn invalid_tokens_are_refused_with_401() {
    let desk = desk().await;
    let now = desk.now().timestamp();
    let good =
        json!({"sub": id(&desk, BUDI).await, "role": "agent", "exp": now + 60, "iat": now, "aud": "antri"});
    let without = |name: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(name);
        signed::<Hmac<Sha256>>("HS256", JWT_SECRET, &claims)
    };
    let put = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    let of = |claims: &Value| signed::<Hmac<Sha256>>("HS256", JWT_SECRET, claims);
    let none = B64.encode(json!({"alg": "none", "typ": "JWT"}).to_string());
    let edited: Vec<_> = of(&good).split('.').map(str::to_owned).collect();
    let bad = [
        ("alg none", format!("{none}.{}.", B64.encode(good.to_string())), "invalid_token"),
        ("another algorithm", signed::<Hmac<Sha512>>("HS512", JWT_SECRET, &good), "invalid_token"),
        (
            "another secret",
            signed::<Hmac<Sha256>>("HS256", "another secret of thirty-two bytes!!", &good),
            "invalid_token",
        ),
        ("expired", of(&put("exp", json!(now))), "expired_token"),
        ("exp as a string", of(&put("exp", json!((now + 60).to_string()))), "invalid_token"),
        ("no exp", without("exp"), "invalid_token"),
        ("no aud", without("aud"), "invalid_token"),
        ("another aud", of(&put("aud", json!("other"))), "invalid_token"),
        ("an object as sub", of(&put("sub", json!({"$ne": null}))), "invalid_token"),
        ("an unknown sub", of(&put("sub", json!("550e8400-e29b-41d4-a716-446655440000"))), "invalid_token"),
        (
            "an edited role",
            format!("{}.{}.{}", edited[0], B64.encode(put("role", json!("admin")).to_string()), edited[2]),
            "invalid_token",
        ),
    ];
    for (case, token, code) in bad {
        let reply = send(&desk, "GET", "/api/agent-status/online", Some(&token)).await;
        assert_eq!((reply.status, reply.body["error"].as_str()), (401, Some(code)), "{case}: {reply:?}");
    }
    send(&desk, "GET", "/api/agent-status/online", Some(&of(&good))).await.data();
    // A token counts only in the header, because URLs are logged.
    let url = format!("/api/agent-status/online?token={0}&access_token={0}", of(&good));
    send(&desk, "GET", &url, None).await.refused(401, "missing_token");
}

#[tokio::test]
async fn the_stored_role_overrides_the_role_in_the_token() {
    let desk = desk().await;
    let budi = desk.person_by_telegram_id(BUDI).await;
    let session = Session { role: Role::Admin, ..Session::new(&budi, desk.now()) };
    let claimed = issue(&JWT_SECRET.into(), &session, desk.now(), TOKEN_LIFETIME).unwrap();
    send(&desk, "GET", "/api/settings", Some(&claimed)).await.refused(403, "forbidden");
    send(&desk, "GET", "/api/queue/my-queue", Some(&claimed)).await.data();
    desk.say(ADMIN, &format!("/removeagent {BUDI}")).await;
    desk.press(ADMIN, "✅").await;
    assert!(desk.person_by_telegram_id(BUDI).await.agent.is_none());
    send(&desk, "GET", "/api/queue/my-queue", Some(&claimed)).await.refused(403, "forbidden");
    desk.clock.advance(TOKEN_LIFETIME - TimeDelta::seconds(1));
    send(&desk, "GET", "/api/queue/my-queue", Some(&claimed)).await.refused(403, "forbidden");
    desk.clock.advance(TimeDelta::seconds(1));
    send(&desk, "GET", "/api/queue/my-queue", Some(&claimed)).await.refused(401, "expired_token");
}
