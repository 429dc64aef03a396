//! The `/metrics` endpoint: every required metric, access control, and the alert rules that use the metrics.
use super::{BUDI, CITRA, SARI, desk, id};
use crate::support::redis::RedisServer;
use crate::support::{ADMIN, Desk, METRICS_TOKEN, Options, Reply, UnreachablePresence, http};
use antri::config::http::HttpConfig;
use antri::presence::RedisPresence;
use chrono::TimeDelta;
use redis::Commands;
use serde_json::{Value, json};
use std::sync::Arc;

/// Returns the text of `/metrics`.
async fn scrape(desk: &Desk) -> String {
    let reply = Reply::of(desk.request("GET", "/metrics").bearer_auth(METRICS_TOKEN)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(reply.headers["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    assert!(reply.text.ends_with("# EOF\n"));
    reply.text
}

/// Returns the value of a metric line.
fn value(text: &str, line: &str) -> f64 {
    let found = text.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
    found.unwrap_or_else(|| panic!("no {line} in\n{text}")).parse().unwrap()
}

#[tokio::test]
async fn every_required_metric_is_exposed() {
    let desk = desk().await;
    desk.post(BUDI, "/api/agent-status/heartbeat", Value::Null).await.data();
    desk.post(BUDI, "/api/agent-status/heartbeat", json!({"status": "nap"})).await.refused(422, "bad_body");
    // Activity is written to the store at intervals; this heartbeat is due for a write, which fails.
    let token = desk.token(BUDI).await;
    desk.clock.advance(TimeDelta::seconds(20));
    desk.faults.inject_next("record_activity", 1, crate::support::StoreFault::Unreachable);
    let heartbeat = desk.request("POST", "/api/agent-status/heartbeat").bearer_auth(token);
    Reply::of(heartbeat).await.refused(500, "store_unavailable");
    desk.faults.clear();
    for text in ["satu", "dua"] {
        desk.ticket(SARI, text).await;
    }
    desk.post(BUDI, "/api/agent-status/heartbeat", json!({"status": "away"})).await.data();
    desk.ticket(SARI, "tiga").await;
    desk.clock.advance(TimeDelta::seconds(90));
    let text = scrape(&desk).await;
    for (line, wanted) in [
        (r#"antri_heartbeats_total{result="ok"}"#, 2.0),
        (r#"antri_heartbeats_total{result="refused"}"#, 1.0),
        (r#"antri_heartbeats_total{result="failed"}"#, 1.0),
        (r#"antri_online_agents{department="Umum"}"#, 0.0),
        (r#"antri_department_critical{department="Umum"}"#, 0.0),
        (r#"antri_queue_depth{department="Umum"}"#, 1.0),
        (r#"antri_queue_oldest_seconds{department="Umum"}"#, 90.0),
        ("antri_queue_wait_seconds_count", 2.0),
        ("antri_assignment_seconds_count", 2.0),
        ("antri_utilisation_ratio", 0.0),
        ("antri_orphaned_tickets", 0.0),
        ("antri_outbox_backlog", 0.0),
        ("antri_websockets", 0.0),
        ("antri_sweep_finds_total", 0.0),
        ("antri_conflicts_total", 0.0),
        (r#"antri_telegram_errors_total{kind="refused"}"#, 0.0),
        (r#"antri_deliveries_dropped_total{reason="refused"}"#, 0.0),
        (r#"antri_deliveries_dropped_total{reason="outcome_unknown"}"#, 0.0),
        ("antri_deliveries_repeated_total", 0.0),
        ("antri_dead_letters{kind=\"update\"}", 0.0),
        ("antri_dead_letters{kind=\"delivery\"}", 0.0),
    ] {
        assert!((value(&text, line) - wanted).abs() < 1e-9, "{line} is not {wanted}:\n{text}");
    }
    assert!(value(&text, "antri_presence_memory_bytes") > 100.0);
    let heartbeats =
        r#"antri_requests_seconds_count{method="POST",route="/api/agent-status/heartbeat",status="200"}"#;
    assert!((value(&text, heartbeats) - 2.0).abs() < 1e-9);
    desk.post(BUDI, "/api/agent-status/heartbeat", json!({"status": "online"})).await.data();
    let text = scrape(&desk).await;
    assert!((value(&text, r#"antri_online_agents{department="Umum"}"#) - 1.0).abs() < 1e-9);
    assert!((value(&text, "antri_utilisation_ratio") - 0.6).abs() < 1e-9);
}

/// A proxy on the same machine makes every client local, so an address grants nothing.
#[tokio::test]
async fn every_scrape_needs_a_token() {
    let local = "127.0.0.1".parse().unwrap();
    for trusted_proxies in [vec![], vec![local]] {
        let desk =
            Desk::with(Options { http: HttpConfig { trusted_proxies, ..http() }, ..Options::default() })
                .await;
        desk.agent(BUDI, "Budi").await;
        desk.person(SARI, "Sari", "id").await;
        let request = || desk.request("GET", "/metrics");
        for untold in [
            request(),
            request().header("x-forwarded-for", "127.0.0.1"),
            request().header("x-forwarded-for", "203.0.113.9"),
            request().header("forwarded", "for=127.0.0.1").header("x-real-ip", "127.0.0.1"),
            request().query(&[("token", METRICS_TOKEN)]),
        ] {
            Reply::of(untold).await.refused(401, "missing_token");
        }
        for wrong in ["x", &METRICS_TOKEN[1..], &format!("{METRICS_TOKEN}x"), &METRICS_TOKEN.to_uppercase()] {
            Reply::of(request().bearer_auth(wrong)).await.refused(401, "invalid_token");
        }
        Reply::of(request().bearer_auth(desk.token(SARI).await)).await.refused(403, "forbidden");
        for token in [METRICS_TOKEN.to_owned(), desk.token(BUDI).await, desk.token(ADMIN).await] {
            assert_eq!(Reply::of(request().bearer_auth(token)).await.status, 200);
        }
    }
}

#[tokio::test]
async fn the_metrics_token_never_expires_and_opens_nothing_else() {
    let desk = desk().await;
    desk.clock.advance(TimeDelta::days(1_000));
    scrape(&desk).await;
    let contract = Reply::of(desk.request("GET", "/api/openapi.json")).await.body;
    let mut refused = 0;
    for (path, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            // Without a requirement, or with an empty one, everybody may call it.
            let required = operation["security"].as_array().unwrap();
            if required.is_empty() || required.contains(&json!({})) || path == "/metrics" {
                continue;
            }
            let request = desk.request(&method.to_uppercase(), &path.replace(['{', '}'], ""));
            Reply::of(request.bearer_auth(METRICS_TOKEN).json(&json!({})))
                .await
                .refused(401, "invalid_token");
            refused += 1;
        }
    }
    assert!(refused > 20, "{refused}");
    let security = &contract["paths"]["/metrics"]["get"]["security"];
    assert_eq!(security, &json!([{"metrics": []}, {"bearer": []}]));
    assert_eq!(contract["components"]["securitySchemes"]["metrics"]["scheme"], "bearer");
}

#[tokio::test]
async fn without_a_metrics_token_only_staff_may_scrape() {
    let config = HttpConfig { metrics_token: None, ..http() };
    let desk = Desk::with(Options { http: config, ..Options::default() }).await;
    let request = || desk.request("GET", "/metrics");
    Reply::of(request().bearer_auth("")).await.refused(401, "missing_token");
    Reply::of(request().bearer_auth(METRICS_TOKEN)).await.refused(401, "invalid_token");
    assert_eq!(Reply::of(request().bearer_auth(desk.token(ADMIN).await)).await.status, 200);
}

/// A series is kept for every label value, so a client must not be able to choose one.
#[tokio::test]
async fn label_values_do_not_come_from_clients() {
    let desk = desk().await;
    let series = async || {
        let text = scrape(&desk).await;
        text.lines().filter(|line| line.starts_with("antri_requests_seconds_count")).count()
    };
    Reply::of(desk.request("BREW", "/healthz")).await;
    Reply::of(desk.request("BREW", "/nowhere")).await;
    Reply::of(desk.request("GET", "/api/tickets/one")).await;
    series().await;
    let before = series().await;
    for n in 0..50 {
        Reply::of(desk.request(&format!("BREW{n}"), "/healthz")).await.refused(405, "no_such_method");
        Reply::of(desk.request(&format!("X-{n}"), &format!("/{n}"))).await.refused(404, "no_such_path");
        let path = format!("/api/tickets/{n}?q={n}");
        let request = desk.request("GET", &path).header("x-request-id", n).header("user-agent", n);
        Reply::of(request).await.refused(401, "missing_token");
    }
    assert_eq!(series().await, before);
    let text = scrape(&desk).await;
    let other = r#"antri_requests_seconds_count{method="other",route="/healthz",status="405"}"#;
    assert!((value(&text, other) - 51.0).abs() < 1e-9, "{text}");
}

#[tokio::test]
async fn words_of_people_are_escaped_in_labels() {
    let desk = desk().await;
    let admin = desk.person_by_telegram_id(ADMIN).await;
    let id = antri::domain::ids::DepartmentId(uuid::Uuid::from_u128(9));
    desk.app()
        .engine
        .add_department(&admin, id, r#"Toko "Maju" \ C:\n"#, "Kasir", desk.clock.now())
        .await
        .unwrap();
    let text = scrape(&desk).await;
    let escaped = r#"{department="Toko \"Maju\" \\ C:\\n"}"#;
    for metric in ["online_agents", "department_critical", "queue_depth", "queue_oldest_seconds"] {
        assert!(text.contains(&format!("antri_{metric}{escaped} ")), "{metric}:\n{text}");
    }
}

#[tokio::test]
async fn the_alert_rules_name_only_existing_metrics() {
    let desk = desk().await;
    desk.ticket(SARI, "halo").await;
    let text = scrape(&desk).await;
    let rules = std::fs::read_to_string("docs/prometheus-rules.yml").unwrap();
    let is_separator = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    let named: Vec<_> = rules.split(is_separator).filter(|name| name.starts_with("antri_")).collect();
    assert!(named.len() > 9, "{named:?}");
    for name in named {
        let exists =
            text.lines().filter_map(|line| line.strip_prefix(name)).any(|rest| rest.starts_with(['{', ' ']));
        assert!(exists, "there is no {name}");
    }
}

#[tokio::test]
async fn a_retired_department_has_metrics_until_its_last_ticket_left_the_queue() {
    let desk = desk().await;
    desk.department("Teknik").await;
    desk.say(SARI, "kendala").await;
    desk.press(SARI, "Teknik - Pertanyaan").await;
    desk.press(SARI, "Kirim").await;
    desk.say(ADMIN, "/department Teknik").await;
    desk.press(ADMIN, "Nonaktifkan").await;
    let depth = r#"antri_queue_depth{department="Teknik"}"#;
    assert!((value(&scrape(&desk).await, depth) - 1.0).abs() < 1e-9);
    desk.press(ADMIN, "Umum").await;
    let text = scrape(&desk).await;
    assert!(!text.contains("Teknik"), "{text}");
}

/// Whether Redis can be reached must not be told from a figure that a server need not give.
#[tokio::test]
async fn reachability_of_presence_is_a_gauge_of_its_own() {
    let presence = Arc::new(UnreachablePresence::default());
    let desk = Desk::with(Options { presence: Some(presence.clone()), ..Options::default() }).await;
    let reachable = "antri_presence_reachable";
    assert!((value(&scrape(&desk).await, reachable) - 1.0).abs() < 1e-9);
    presence.cut_off(true);
    let text = scrape(&desk).await;
    assert!(value(&text, reachable).abs() < 1e-9);
    assert!(
        !text.contains("antri_presence_memory_bytes") && !text.contains("antri_presence_unreadable"),
        "{text}"
    );
    presence.cut_off(false);
    assert!((value(&scrape(&desk).await, reachable) - 1.0).abs() < 1e-9);
}

/// A key of another program is no reason for `/online` to fail, and shows in the metrics.
#[tokio::test]
async fn unreadable_presence_records_are_counted_while_the_rest_is_listed() {
    let server = RedisServer::start();
    let rights = "on nopass ~* +@all -memory";
    let redis = RedisPresence::open(&server.grant("desk", rights)).unwrap();
    let desk = Desk::with(Options { presence: Some(Arc::new(redis)), ..Options::default() }).await;
    for (agent, name) in [(BUDI, "Budi"), (CITRA, "Citra")] {
        desk.agent(agent, name).await;
        desk.post(agent, "/api/agent-status/heartbeat", Value::Null).await.data();
    }
    let unreadable = "antri_presence_unreadable_records";
    assert!(value(&scrape(&desk).await, unreadable).abs() < 1e-9);
    let mut connection = server.connect();
    let _: () = connection.set(format!("agent:online:{}", id(&desk, BUDI).await), "words").unwrap();
    let _: () = connection.set("agents:all", "words").unwrap();
    let online = desk.get(CITRA, "/api/agent-status/online").await;
    let names: Vec<_> = online.data().as_array().unwrap().iter().map(|agent| &agent["name"]).collect();
    assert_eq!(names, ["Citra"]);
    let text = scrape(&desk).await;
    assert!((value(&text, unreadable) - 1.0).abs() < 1e-9);
    assert!((value(&text, "antri_presence_reachable") - 1.0).abs() < 1e-9);
    assert!(!text.contains("antri_presence_memory_bytes"), "not granted: {text}");
    desk.post(BUDI, "/api/agent-status/heartbeat", Value::Null).await.data();
    assert!(value(&scrape(&desk).await, unreadable).abs() < 1e-9);
}
