//! The contract as it is served, its page, and what browsers are told of who may call.
use super::{BUDI, SARI, desk, id};
use crate::support::{ADMIN, Desk, Options, Reply, http};
use antri::config::http::HttpConfig;
use reqwest::Method;
use serde_json::{Value, json};

/// Every endpoint that the product names.
const ORDERED: &str = "
POST /api/agent-status/heartbeat
GET /api/agent-status/online
GET /api/agent-status/department/{department_id}
GET /api/agent-status/agent/{agent_id}
GET /api/agent-status/stats
POST /api/agent-status/offline
POST /api/agent-status/go-online
POST /api/agent-status/go-offline
GET /api/agent-status/workload
GET /api/queue/my-queue
GET /api/queue
PATCH /api/queue/{ticket}
POST /api/queue/{ticket}/reassign
POST /api/tickets
GET /api/tickets/{ticket}
POST /api/tickets/{ticket}/start
POST /api/tickets/{ticket}/hold
POST /api/tickets/{ticket}/resume
POST /api/tickets/{ticket}/complete
GET /api/agents/{agent_id}
PATCH /api/agents/{agent_id}
GET /api/settings
PATCH /api/settings
POST /api/auth/telegram
POST /api/auth/miniapp
POST /api/auth/refresh
GET /api/ws
GET /healthz
GET /readyz
GET /metrics
GET /api/openapi.json
GET /docs
";

#[tokio::test]
async fn the_contract_has_every_endpoint_and_no_other() {
    let desk = desk().await;
    let contract = Reply::of(desk.request("GET", "/api/openapi.json")).await.body;
    assert!(contract["openapi"].as_str().unwrap().starts_with("3.1"), "{}", contract["openapi"]);
    let mut listed = Vec::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        let methods = item.as_object().unwrap().keys();
        listed.extend(methods.map(|method| format!("{} {path}", method.to_uppercase())));
    }
    let mut ordered: Vec<_> = ORDERED.trim().lines().map(str::to_owned).collect();
    listed.sort_unstable();
    ordered.sort_unstable();
    assert_eq!(listed, ordered);
    // Each of them leads somewhere, and each reference in the document too.
    for line in &ordered {
        let (method, path) = line.split_once(' ').unwrap();
        let reply = Reply::of(desk.request(method, &path.replace(['{', '}'], ""))).await;
        assert!(!["no_such_path", "no_such_method"].contains(&reply.body["error"].as_str().unwrap_or("")));
    }
    check_references(&contract, &contract);
}

fn check_references(contract: &Value, part: &Value) {
    match part {
        Value::Object(fields) => {
            if let Some(Value::String(to)) = fields.get("$ref") {
                let found = contract.pointer(to.strip_prefix('#').unwrap());
                assert!(found.is_some(), "{to} leads nowhere");
            }
            fields.values().for_each(|value| check_references(contract, value));
        }
        Value::Array(values) => values.iter().for_each(|value| check_references(contract, value)),
        _ => {}
    }
}

/// The words that the contract has for a setting are those that the desk takes.
#[tokio::test]
async fn every_enum_value_of_the_contract_is_accepted() {
    let desk = desk().await;
    let contract = Reply::of(desk.request("GET", "/api/openapi.json")).await.body;
    let words = |name: &str| contract["components"]["schemas"][name]["enum"].as_array().unwrap().clone();
    let settings =
        [("strategy", "Strategy", 3), ("offline_behaviour", "OfflineBehaviour", 3), ("mode", "Mode", 3)];
    for (field, schema, many) in settings {
        assert_eq!(words(schema).len(), many, "{schema}");
        for word in words(schema) {
            let changed = desk.patch(ADMIN, "/api/settings", json!({field: word})).await;
            assert_eq!(changed.data()[field], word);
        }
    }
    let body = json!({"customer_telegram_id": SARI, "description": "halo"});
    let ticket = desk.post(ADMIN, "/api/tickets", body).await.data().clone();
    let path = format!("/api/queue/{}", ticket["ticket_id"].as_str().unwrap());
    for word in words("Priority") {
        assert_eq!(desk.patch(ADMIN, &path, json!({"priority": word})).await.data()["priority"], word);
    }
    assert_eq!(words("Priority").len(), 4);
    assert!(words("TicketStatus").contains(&ticket["status"]), "{ticket}");
    let person = desk.get(ADMIN, &format!("/api/agent-status/agent/{}", id(&desk, BUDI).await)).await;
    assert!(words("Status").contains(&person.data()["status"]), "{person:?}");
}

#[tokio::test]
async fn the_docs_page_loads_nothing_from_other_origins() {
    let desk = desk().await;
    let page = Reply::of(desk.request("GET", "/docs")).await;
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(page.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    for elsewhere in ["http:", "https:", "src=", "@import", "url("] {
        assert!(!page.text.contains(elsewhere), "the page has {elsewhere}");
    }
    assert!(page.text.contains("/api/openapi.json"));
}

#[tokio::test]
async fn cors_allows_only_the_configured_origins() {
    let origins = vec!["https://desk.example".to_owned()];
    let desk =
        Desk::with(Options { http: HttpConfig { cors_origins: origins, ..http() }, ..Options::default() })
            .await;
    let ask = |origin: &str| {
        let request = desk.request(Method::OPTIONS.as_str(), "/api/settings").header("origin", origin);
        let request = request.header("access-control-request-method", "PATCH");
        Reply::of(request.header("access-control-request-headers", "authorization,content-type"))
    };
    let known = ask("https://desk.example").await.headers;
    assert_eq!(known["access-control-allow-origin"], "https://desk.example");
    assert!(known["access-control-allow-methods"].to_str().unwrap().contains("PATCH"));
    assert!(known["access-control-allow-headers"].to_str().unwrap().contains("authorization"));
    assert!(
        !known.contains_key("access-control-allow-credentials"),
        "tokens are in a header, not in a cookie"
    );
    for foreign in ["https://evil.example", "http://desk.example", "https://desk.example:8443", "null"] {
        assert!(!ask(foreign).await.headers.contains_key("access-control-allow-origin"), "{foreign}");
    }
    let told =
        Reply::of(desk.request("GET", "/healthz").header("origin", "https://desk.example")).await.headers;
    assert_eq!(told["access-control-allow-origin"], "https://desk.example");
}
