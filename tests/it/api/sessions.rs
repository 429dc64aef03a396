//! Sessions: they end after their lifetime however often tokens are renewed, and all at once when a person
//! revokes them or leaves a role; a log-in is used once.
use super::login::{LOGINS, log_in, widget};
use super::socket::Page;
use super::{BUDI, CITRA, desk};
use crate::support::{ADMIN, Desk, Options, Reply, TOKEN, http};
use antri::config::http::HttpConfig;
use chrono::{DateTime, TimeDelta};
use serde_json::json;
use std::time::Duration;

/// Sends a request that every agent and admin may send.
async fn call(desk: &Desk, token: &str) -> Reply {
    Reply::of(desk.request("GET", "/api/agent-status/online").bearer_auth(token)).await
}

#[tokio::test]
async fn a_session_ends_however_often_its_tokens_are_renewed() {
    let hours = |n: u64| Duration::from_secs(n * 3_600);
    let http = HttpConfig { session_lifetime: hours(12), ..http() };
    let desk = Desk::with(Options { http, ..Options::default() }).await;
    desk.agent(BUDI, "Budi").await;
    let start = desk.now();
    // Tokens count whole seconds.
    let end = DateTime::from_timestamp(start.timestamp(), 0).unwrap() + TimeDelta::hours(12);
    let login = log_in(&desk, "telegram", &widget(TOKEN, BUDI, start.timestamp())).await;
    let mut token = login.data()["token"].as_str().unwrap().to_owned();
    let renew = |token: &str| desk.request("POST", "/api/auth/refresh").bearer_auth(token);
    for n in 1..=14 {
        desk.clock.advance(TimeDelta::minutes(50));
        let reply = Reply::of(renew(&token)).await;
        let session = reply.data();
        let expires_at: DateTime<chrono::Utc> = session["expires_at"].as_str().unwrap().parse().unwrap();
        assert_eq!(expires_at, end.min(start + TimeDelta::minutes(50 * n + 60)), "renewal {n}");
        token = session["token"].as_str().unwrap().to_owned();
    }
    desk.clock.advance(TimeDelta::minutes(20) - TimeDelta::seconds(1));
    Reply::of(renew(&token)).await.data();
    let agents_token = desk.token(BUDI).await;
    desk.clock.advance(TimeDelta::seconds(1));
    Reply::of(renew(&token)).await.refused(401, "expired_token");
    // A token that outlives its session is of no use.
    desk.clock.advance(TimeDelta::hours(11));
    let renewed = Reply::of(renew(&agents_token)).await;
    let renewed = renewed.data()["token"].as_str().unwrap().to_owned();
    desk.clock.advance(TimeDelta::minutes(59));
    call(&desk, &renewed).await.data();
    desk.clock.advance(TimeDelta::minutes(1));
    call(&desk, &renewed).await.refused(401, "expired_token");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn revoking_ends_all_sessions_on_all_replicas() {
    let signals = std::sync::Arc::new(crate::replicas::Wire::default());
    let desk = Desk::with(Options { signals: Some(signals), ..Options::default() }).await;
    desk.agent(BUDI, "Budi").await;
    desk.agent(CITRA, "Citra").await;
    let second = desk.start_replica().await;
    // An agent, and an admin who is no agent.
    for person in [BUDI, ADMIN] {
        let login = log_in(&desk, "telegram", &widget(TOKEN, person, desk.now().timestamp())).await;
        let tokens = [desk.token(person).await, login.data()["token"].as_str().unwrap().to_owned()];
        let other = desk.token(CITRA).await;
        let mut pages = vec![Page::at(second.app.addr, &tokens[0]).await];
        pages.push(Page::at(desk.app().addr, &tokens[1]).await);
        desk.say(person, "/token revoke").await;
        for page in &mut pages {
            assert_eq!(page.closed().await, 4_401);
        }
        for token in &tokens {
            call(&desk, token).await.refused(401, "session_over");
            let url = format!("http://{}/api/auth/refresh", second.app.addr);
            let renew = reqwest::Client::new().post(url).bearer_auth(token);
            Reply::of(renew).await.refused(401, "session_over");
        }
        call(&desk, &other).await.data();
        call(&desk, &desk.token(person).await).await.data();
    }
}

#[tokio::test]
async fn the_bot_revokes_tokens_in_both_languages() {
    let desk = desk().await;
    for argument in ["revoke", "Cabut"] {
        let old = desk.token(BUDI).await;
        call(&desk, &old).await.data();
        desk.say(BUDI, &format!("/token {argument}")).await;
        desk.wait_for_message(BUDI, "🔒").await;
        call(&desk, &old).await.refused(401, "session_over");
    }
    // A mistyped word gives no token.
    let old = desk.token(BUDI).await;
    desk.say(BUDI, "/token revoek").await;
    desk.wait_for_message(BUDI, "/token cabut").await;
    call(&desk, &old).await.data();
}

#[tokio::test]
async fn leaving_a_role_ends_the_sessions_for_good() {
    let desk = desk().await;
    let old = desk.token(BUDI).await;
    desk.say(ADMIN, &format!("/removeagent {BUDI}")).await;
    desk.press(ADMIN, "✅").await;
    call(&desk, &old).await.refused(403, "forbidden");
    desk.agent(BUDI, "Budi").await;
    call(&desk, &old).await.refused(401, "session_over");
    call(&desk, &desk.token(BUDI).await).await.data();
}

#[tokio::test]
async fn a_login_is_used_once() {
    let desk = desk().await;
    let now = desk.now().timestamp();
    for (endpoint, sign) in LOGINS {
        let body = sign(TOKEN, BUDI, now);
        let all = futures::future::join_all((0..5).map(|_| log_in(&desk, endpoint, &body))).await;
        assert_eq!(all.iter().filter(|reply| reply.status == 200).count(), 1, "{all:?}");
        for reply in all.iter().filter(|reply| reply.status != 200) {
            reply.refused(401, "used_login");
        }
        log_in(&desk, endpoint, &sign(TOKEN, BUDI, now - 1)).await.data();
    }
    // The signature in capitals is the same signature.
    let mut body = widget(TOKEN, BUDI, now);
    body["hash"] = json!(body["hash"].as_str().unwrap().to_ascii_uppercase());
    log_in(&desk, "telegram", &body).await.refused(401, "used_login");
}
