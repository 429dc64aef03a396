//! The log-out: it ends one session on the desk, over replicas, and no other.
use super::page::{by_link, code, cookie, desk_with, resume};
use super::{log_in, mini_app};
use crate::api::socket::Page;
use crate::api::{BUDI, CITRA};
use crate::replicas::Wire;
use crate::support::{ADMIN, Desk, Options, Reply, TOKEN};
use reqwest::header::COOKIE;
use serde_json::Value;
use std::sync::Arc;

async fn read(desk: &Desk, token: &str) -> Reply {
    Reply::of(desk.request("GET", "/api/agent-status/online").bearer_auth(token)).await
}

fn token(session: &Reply) -> String {
    session.data()["token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_out_ends_its_session_on_all_replicas_and_no_other() {
    let desk = desk_with(Options { signals: Some(Arc::new(Wire::default())), ..Options::default() }).await;
    desk.agent(CITRA, "Citra").await;
    let second = desk.start_replica().await;
    // An agent, and an admin who is no agent.
    for person in [BUDI, ADMIN] {
        let session = by_link(&desk, &code(&desk, person).await).await;
        let ended = (cookie(&session).0, token(&session));
        let other = by_link(&desk, &code(&desk, person).await).await;
        let kept = (cookie(&other).0, token(&other));
        // A token of the same session from before a renewal.
        let renewed = token(&resume(&desk, &ended.0, None).await);
        let mut page = Page::at(second.app.addr, &renewed).await;
        let mut kept_page = Page::at(second.app.addr, &kept.1).await;
        let request = desk.request("POST", "/api/auth/logout").bearer_auth(&ended.1).header(COOKIE, &ended.0);
        Reply::of(request).await.data();
        assert_eq!(page.closed().await, 4_401);
        for old in [&ended.1, &renewed] {
            read(&desk, old).await.refused(401, "session_over");
            let url = format!("http://{}/api/auth/refresh", second.app.addr);
            Reply::of(reqwest::Client::new().post(url).bearer_auth(old)).await.refused(401, "session_over");
        }
        resume(&desk, &ended.0, None).await.refused(401, "session_over");
        // The other browser, the bot's token and other people are as before.
        read(&desk, &kept.1).await.data();
        resume(&desk, &kept.0, None).await.data();
        for token in [desk.token(person).await, desk.token(CITRA).await] {
            read(&desk, &token).await.data();
        }
        desk.say(CITRA, "/busy").await;
        kept_page.until(|event| event["event"] == "agent_status" && event["data"]["status"] == "busy").await;
        desk.say(CITRA, "/online").await;
    }
}

#[tokio::test]
async fn a_cookie_or_a_token_alone_ends_the_session() {
    let desk = desk_with(Options::default()).await;
    for with_cookie in [true, false] {
        let session = by_link(&desk, &code(&desk, BUDI).await).await;
        let (cookie, token) = (cookie(&session).0, token(&session));
        let out = desk.request("POST", "/api/auth/logout");
        let out = if with_cookie { out.header(COOKIE, &cookie) } else { out.bearer_auth(&token) };
        Reply::of(out).await.data();
        read(&desk, &token).await.refused(401, "session_over");
        resume(&desk, &cookie, None).await.refused(401, "session_over");
    }
}

#[tokio::test]
async fn a_mini_app_logs_out_with_its_token_and_has_no_cookie() {
    let desk = desk_with(Options::default()).await;
    let session = log_in(&desk, "miniapp", &mini_app(TOKEN, BUDI, desk.now().timestamp())).await;
    assert!(session.headers.get("set-cookie").is_none(), "{session:?}");
    let renewed = Reply::of(desk.request("POST", "/api/auth/refresh").bearer_auth(token(&session))).await;
    Reply::of(desk.request("POST", "/api/auth/logout").bearer_auth(token(&renewed))).await.data();
    for old in [token(&session), token(&renewed)] {
        read(&desk, &old).await.refused(401, "session_over");
    }
}

#[tokio::test]
async fn a_log_out_with_old_or_foreign_tokens_ends_nothing() {
    let desk = desk_with(Options::default()).await;
    let session = by_link(&desk, &code(&desk, BUDI).await).await;
    let of_the_bot = desk.token(BUDI).await;
    let swapped = cookie(&session).0.split_once('=').unwrap().1.to_owned();
    for bad in ["rubbish", &of_the_bot, &swapped] {
        Reply::of(desk.request("POST", "/api/auth/logout").bearer_auth(bad)).await.data();
    }
    let forged = format!("antri_session={}", token(&session));
    Reply::of(desk.request("POST", "/api/auth/logout").header(COOKIE, forged)).await.data();
    for good in [token(&session), of_the_bot] {
        read(&desk, &good).await.data();
    }
    assert_eq!(desk.get(BUDI, "/api/queue/my-queue").await.data()["queue"], Value::Array(Vec::new()));
}
