//! HTTP middleware: request ids, body limits, rate limits, health checks and unknown paths.
use super::{BUDI, desk};
use crate::support::{ADMIN, Desk, Options, Reply, http};
use antri::config::http::HttpConfig;
use chrono::TimeDelta;

#[tokio::test]
async fn every_answer_has_a_request_id_that_the_client_may_set() {
    let desk = desk().await;
    let own = |id: &str| desk.request("GET", "/healthz").header("x-request-id", id);
    assert_eq!(Reply::of(own("web-42.a_b")).await.headers["x-request-id"], "web-42.a_b");
    for bad in ["a b", "{}", &"x".repeat(65), "ä"] {
        let id = Reply::of(own(bad)).await.headers["x-request-id"].to_str().unwrap().to_owned();
        assert_eq!(id.len(), 36, "{id}");
    }
    let (one, two) = (desk.get(BUDI, "/nowhere").await, desk.get(BUDI, "/nowhere").await);
    assert_ne!(one.headers["x-request-id"], two.headers["x-request-id"]);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_refused_in_the_envelope() {
    let desk = desk().await;
    for path in ["/", "/api", "/api/", "/api/tickets/a/b/c", "/api/agent-status/", "/API/settings"] {
        desk.get(ADMIN, path).await.refused(404, "no_such_path");
    }
    let reply = desk.ask(ADMIN, "DELETE", "/api/settings", None).await;
    reply.refused(405, "no_such_method");
    assert_eq!(reply.headers["allow"], "GET,HEAD,PATCH");
}

#[tokio::test]
async fn a_body_over_the_limit_is_413() {
    let desk = desk().await;
    let token = desk.token(BUDI).await;
    let send = |size| desk.request("POST", "/api/tickets").bearer_auth(&token).body("x".repeat(size));
    Reply::of(send(128 * 1_024)).await.refused(400, "bad_json");
    Reply::of(send(128 * 1_024 + 1)).await.refused(413, "too_large");
}

#[tokio::test]
async fn health_needs_no_token_and_readiness_names_failed_backends() {
    let desk = desk().await;
    Reply::of(desk.request("GET", "/healthz")).await.data();
    let ready = Reply::of(desk.request("GET", "/readyz")).await;
    assert_eq!(ready.data()["ready"], true);
    desk.faults.inject(|method| (method == "settings").then_some(crate::support::StoreFault::Unreachable));
    desk.cut_off();
    desk.clock.advance(TimeDelta::seconds(11));
    let ready = Reply::of(desk.request("GET", "/readyz")).await;
    let parts = ["ready", "store", "presence", "telegram", "dispatcher"]
        .map(|part| ready.body["data"][part].as_bool().unwrap());
    assert_eq!((ready.status, parts), (503, [false, false, true, false, true]));
    desk.faults.clear();
}

/// Returns a desk with these settings of the side API.
async fn desk_with(http: HttpConfig) -> Desk {
    let desk = Desk::with(Options { http, ..Options::default() }).await;
    desk.agent(BUDI, "Budi").await;
    desk
}

#[tokio::test]
async fn the_rate_limit_of_one_token_leaves_others_alone() {
    let desk = desk_with(HttpConfig { rate_per_token: 2, ..http() }).await;
    for _ in 0..10 {
        desk.get(BUDI, "/api/agent-status/online").await.data();
    }
    let refused = desk.get(BUDI, "/api/agent-status/online").await;
    refused.refused(429, "too_many_requests");
    assert_eq!(refused.headers["retry-after"], "1");
    desk.get(ADMIN, "/api/agent-status/online").await.data();
    desk.clock.advance(TimeDelta::seconds(1));
    desk.get(BUDI, "/api/agent-status/online").await.data();
}

#[tokio::test]
async fn the_address_rate_limit_uses_the_address_from_the_trusted_proxy() {
    let local = "127.0.0.1".parse().unwrap();
    let desk = desk_with(HttpConfig { rate_per_address: 2, trusted_proxies: vec![local], ..http() }).await;
    let from = |address: &str| Reply::of(desk.request("GET", "/nowhere").header("x-forwarded-for", address));
    for _ in 0..10 {
        from("198.51.100.7, 203.0.113.9").await.refused(404, "no_such_path");
    }
    from("203.0.113.9").await.refused(429, "too_many_requests");
    from("198.51.100.7").await.refused(404, "no_such_path");
    // Addresses before the one that the trusted proxy added are ignored.
    from("198.51.100.7,203.0.113.9").await.refused(429, "too_many_requests");
}

/// A proxy may be named in any spelling, and may forward addresses with ports: each client has its own limit.
#[tokio::test]
async fn addresses_are_compared_in_one_spelling() {
    for proxy in ["127.0.0.1", "::ffff:127.0.0.1"] {
        let trusted_proxies = vec![proxy.parse().unwrap()];
        let desk = desk_with(HttpConfig { rate_per_address: 2, trusted_proxies, ..http() }).await;
        let from =
            |address: &str| Reply::of(desk.request("GET", "/nowhere").header("x-forwarded-for", address));
        for spelling in ["203.0.113.9:4711", "::ffff:203.0.113.9", "[::ffff:203.0.113.9]:443", "203.0.113.9"]
        {
            from(spelling).await.refused(404, "no_such_path");
            from(&format!("{spelling}, 127.0.0.1:80")).await.refused(404, "no_such_path");
        }
        from("203.0.113.9:1").await.refused(404, "no_such_path");
        from("203.0.113.9:2").await.refused(404, "no_such_path");
        from("203.0.113.9:3").await.refused(429, "too_many_requests");
        from("203.0.113.10:3").await.refused(404, "no_such_path");
        from("[2001:db8::7]:443").await.refused(404, "no_such_path");
    }
}
