//! Logging in with Telegram: what it signs is taken while it is fresh, anything else is not.
use super::{BUDI, SARI, desk};
use crate::support::{ADMIN, Desk, Reply, TOKEN};
use chrono::TimeDelta;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn keyed(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + format!("{byte:02x}").as_str())
}

/// As core.telegram.org/widgets/login has it: fields in alphabetical order, one a line; the key is the token's SHA-256.
pub(super) fn widget(token: &str, id: i64, date: i64) -> Value {
    let check = format!("auth_date={date}\nfirst_name=Budi\nid={id}\nusername=budi");
    let hash = hex(&keyed(&Sha256::digest(token), &check));
    json!({"id": id, "first_name": "Budi", "username": "budi", "auth_date": date, "hash": hash})
}

/// As core.telegram.org/bots/webapps has it: the key is the token's HMAC under "WebAppData".
pub(super) fn mini_app(token: &str, id: i64, date: i64) -> Value {
    let user = format!(r#"{{"id":{id},"first_name":"Budi"}}"#);
    let check = format!("auth_date={date}\nquery_id=AAE\nuser={user}");
    let hash = hex(&keyed(&keyed(b"WebAppData", token), &check));
    let mut fields = url::form_urlencoded::Serializer::new(String::new());
    let fields = fields.append_pair("query_id", "AAE").append_pair("user", &user);
    let fields = fields.append_pair("auth_date", &date.to_string()).append_pair("hash", &hash).finish();
    json!({"init_data": fields})
}

async fn log_in(desk: &Desk, way: &str, body: &Value) -> Reply {
    Reply::of(desk.request("POST", &format!("/api/auth/{way}")).json(body)).await
}

type Sign = fn(&str, i64, i64) -> Value;
const WAYS: [(&str, Sign); 2] = [("telegram", widget), ("miniapp", mini_app)];

#[tokio::test]
async fn a_signed_login_returns_a_token_for_its_person() {
    let desk = desk().await;
    for (way, sign) in WAYS {
        let reply = log_in(&desk, way, &sign(TOKEN, BUDI, desk.now().timestamp())).await;
        let session = reply.data();
        assert_eq!(session["agent_id"], json!(desk.person_by_telegram_id(BUDI).await.id));
        assert_eq!((&session["name"], &session["role"]), (&json!("Budi"), &json!("agent")));
        let token = session["token"].as_str().unwrap();
        let with = |path: &str| desk.request("GET", path).bearer_auth(token);
        Reply::of(with("/api/queue/my-queue")).await.data();
        Reply::of(with("/api/settings")).await.refused(403, "forbidden");
        // Renewed while it is good, with the role of now; short-lived.
        let renew = || desk.request("POST", "/api/auth/refresh").bearer_auth(token);
        assert_eq!(Reply::of(renew()).await.data()["role"], "agent");
        desk.clock.advance(TimeDelta::hours(1));
        Reply::of(renew()).await.refused(401, "expired_token");
    }
}

#[tokio::test]
async fn old_and_foreign_logins_are_refused() {
    let desk = desk().await;
    let now = desk.now().timestamp();
    for (way, sign) in WAYS {
        log_in(&desk, way, &sign(TOKEN, BUDI, now - 299)).await.data();
        log_in(&desk, way, &sign(TOKEN, BUDI, now - 301)).await.refused(401, "old_login");
        log_in(&desk, way, &sign(TOKEN, BUDI, now + 61)).await.refused(401, "old_login");
        log_in(&desk, way, &sign("123:another", BUDI, now)).await.refused(401, "bad_login");
        // Customers, and people whom the bot never met.
        for stranger in [SARI, 4_711] {
            log_in(&desk, way, &sign(TOKEN, stranger, now)).await.refused(403, "forbidden");
        }
        let other = WAYS.iter().find(|(name, _)| *name != way).unwrap().1;
        log_in(&desk, way, &other(TOKEN, BUDI, now)).await.refused(422, "bad_body");
    }
}

#[tokio::test]
async fn an_edited_login_is_refused() {
    let desk = desk().await;
    let now = desk.now().timestamp();
    let good = widget(TOKEN, BUDI, now);
    for (field, value) in [
        ("id", json!(ADMIN)),
        ("first_name", json!("Dewi")),
        ("last_name", json!("Lain")),
        ("auth_date", json!(now + 1)),
        ("hash", json!("")),
        ("hash", json!("zz")),
        ("hash", json!("ä")),
    ] {
        let mut edited = good.clone();
        edited[field] = value;
        log_in(&desk, "telegram", &edited).await.refused(401, "bad_login");
    }
    let init = mini_app(TOKEN, BUDI, now)["init_data"].as_str().unwrap().to_owned();
    let twice = format!("user=%7B%22id%22%3A{ADMIN}%7D&{init}");
    for edited in ["", "hash=", &init.replace("AAE", "AAF"), &twice, &format!("{init}&more=1")] {
        log_in(&desk, "miniapp", &json!({"init_data": edited})).await.refused(401, "bad_login");
    }
    for way in ["telegram", "miniapp"] {
        log_in(&desk, way, &json!({})).await.refused(422, "bad_body");
    }
}
