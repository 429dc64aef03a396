//! Telegram login: a fresh signed login gives a token; old, foreign and edited logins are refused.
mod logout;
mod page;

use super::{BUDI, SARI, desk};
use crate::support::{ADMIN, Desk, Reply, TOKEN};
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Returns the HMAC-SHA-256 of the message.
fn hmac(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + format!("{byte:02x}").as_str())
}

/// Returns a signed body of the Login Widget (core.telegram.org/widgets/login): fields in alphabetical order,
/// one a line; the key is the token's SHA-256.
pub(crate) fn widget(token: &str, id: i64, date: i64) -> Value {
    let check = format!("auth_date={date}\nfirst_name=Budi\nid={id}\nusername=budi");
    let hash = hex(&hmac(&Sha256::digest(token), &check));
    json!({"id": id, "first_name": "Budi", "username": "budi", "auth_date": date, "hash": hash})
}

/// Returns a signed body of a Mini App (core.telegram.org/bots/webapps): the key is the token's HMAC under
/// "WebAppData".
pub(super) fn mini_app(token: &str, id: i64, date: i64) -> Value {
    let user = format!(r#"{{"id":{id},"first_name":"Budi"}}"#);
    let check = format!("auth_date={date}\nquery_id=AAE\nuser={user}");
    let hash = hex(&hmac(&hmac(b"WebAppData", token), &check));
    let mut fields = url::form_urlencoded::Serializer::new(String::new());
    let fields = fields.append_pair("query_id", "AAE").append_pair("user", &user);
    let fields = fields.append_pair("auth_date", &date.to_string()).append_pair("hash", &hash).finish();
    json!({"init_data": fields})
}

/// Posts a login to `/api/auth/{endpoint}`.
pub(super) async fn log_in(desk: &Desk, endpoint: &str, body: &Value) -> Reply {
    Reply::of(desk.request("POST", &format!("/api/auth/{endpoint}")).json(body)).await
}

pub(super) type Sign = fn(&str, i64, i64) -> Value;
pub(super) const LOGINS: [(&str, Sign); 2] = [("telegram", widget), ("miniapp", mini_app)];

#[tokio::test]
async fn a_signed_login_returns_a_token_for_its_person() {
    let desk = desk().await;
    for (endpoint, sign) in LOGINS {
        let reply = log_in(&desk, endpoint, &sign(TOKEN, BUDI, desk.now().timestamp())).await;
        let session = reply.data();
        assert_eq!(session["agent_id"], json!(desk.person_by_telegram_id(BUDI).await.id));
        assert_eq!((&session["name"], &session["role"]), (&json!("Budi"), &json!("agent")));
        let token = session["token"].as_str().unwrap();
        let request = |path: &str| desk.request("GET", path).bearer_auth(token);
        Reply::of(request("/api/queue/my-queue")).await.data();
        Reply::of(request("/api/settings")).await.refused(403, "forbidden");
        // A valid token can be refreshed, with the current role; it expires within an hour.
        let renew = || desk.request("POST", "/api/auth/refresh").bearer_auth(token);
        assert_eq!(Reply::of(renew()).await.data()["role"], "agent");
        desk.clock.advance(TimeDelta::hours(1));
        Reply::of(renew()).await.refused(401, "expired_token");
    }
}

/// The widget's redirect gives all fields as text.
#[tokio::test]
async fn a_login_by_redirect_is_accepted() {
    let desk = desk().await;
    let mut body = widget(TOKEN, BUDI, desk.now().timestamp());
    for field in ["id", "auth_date"] {
        body[field] = json!(body[field].to_string());
    }
    for (field, text) in [("id", "3"), ("id", "02"), ("id", "x"), ("auth_date", "1"), ("id", "")] {
        let mut edited = body.clone();
        edited[field] = json!(text);
        log_in(&desk, "telegram", &edited).await.refused(401, "bad_login");
    }
    assert_eq!(log_in(&desk, "telegram", &body).await.data()["name"], "Budi");
}

#[tokio::test]
async fn old_and_foreign_logins_are_refused() {
    let desk = desk().await;
    let now = desk.now().timestamp();
    for (endpoint, sign) in LOGINS {
        log_in(&desk, endpoint, &sign(TOKEN, BUDI, now - 299)).await.data();
        log_in(&desk, endpoint, &sign(TOKEN, BUDI, now - 301)).await.refused(401, "old_login");
        log_in(&desk, endpoint, &sign(TOKEN, BUDI, now + 61)).await.refused(401, "old_login");
        log_in(&desk, endpoint, &sign("123:another", BUDI, now)).await.refused(401, "bad_login");
        // A customer, and a person unknown to the bot.
        for stranger in [SARI, 4_711] {
            log_in(&desk, endpoint, &sign(TOKEN, stranger, now)).await.refused(403, "forbidden");
        }
        let other = LOGINS.iter().find(|(name, _)| *name != endpoint).unwrap().1;
        log_in(&desk, endpoint, &other(TOKEN, BUDI, now)).await.refused(422, "bad_body");
    }
}

/// The signed text has one field a line, so a name with a line feed could hold the line of another field.
#[tokio::test]
async fn a_login_with_control_characters_is_refused() {
    let desk = desk().await;
    let now = desk.now().timestamp();
    for name in ["Budi\nid=1", "Bu\u{0}di", "Budi\r", "\u{9b}31m"] {
        let check = format!("auth_date={now}\nfirst_name={name}\nid={BUDI}");
        let hash = hex(&hmac(&Sha256::digest(TOKEN), &check));
        let body = json!({"id": BUDI, "first_name": name, "auth_date": now, "hash": hash});
        log_in(&desk, "telegram", &body).await.refused(401, "bad_login");
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
    let duplicate_user = format!("user=%7B%22id%22%3A{ADMIN}%7D&{init}");
    for edited in ["", "hash=", &init.replace("AAE", "AAF"), &duplicate_user, &format!("{init}&more=1")] {
        log_in(&desk, "miniapp", &json!({"init_data": edited})).await.refused(401, "bad_login");
    }
    for endpoint in ["telegram", "miniapp"] {
        log_in(&desk, endpoint, &json!({})).await.refused(422, "bad_body");
    }
}
