//! The OpenAPI contract as it is served, its documentation page, and CORS headers.
use super::{BUDI, SARI, desk, id};
use crate::support::{ADMIN, Desk, Options, Reply, http};
use antri::config::http::HttpConfig;
use reqwest::Method;
use serde_json::{Value, json};

/// Every endpoint of the specification.
const SPECIFIED: &str = "
POST /api/agent-status/heartbeat
GET /api/agent-status/online
GET /api/agent-status/department/{department_id}
GET /api/agent-status/agent/{agent_id}
GET /api/agent-status/stats
POST /api/agent-status/offline
POST /api/agent-status/go-online
POST /api/agent-status/go-offline
GET /api/agent-status/workload
GET /api/departments
POST /api/departments
PATCH /api/departments/{department_id}
POST /api/departments/{department_id}/categories
PATCH /api/departments/{department_id}/categories/{category_id}
GET /api/queue/my-queue
GET /api/queue
PATCH /api/queue/{ticket}
POST /api/queue/{ticket}/reassign
POST /api/queue/{ticket}/cancel
POST /api/queue/{ticket}/pick-up
GET /api/search
POST /api/tickets
GET /api/tickets/{ticket}
GET /api/tickets/{ticket}/audit
GET /api/tickets/{ticket}/replies
GET /api/tickets/{ticket}/attachments/{number}
GET /api/tickets/{ticket}/messages/{message_id}/file
POST /api/tickets/{ticket}/start
POST /api/tickets/{ticket}/hold
POST /api/tickets/{ticket}/resume
POST /api/tickets/{ticket}/complete
POST /api/tickets/{ticket}/give-back
GET /api/tickets/{ticket}/messages
POST /api/tickets/{ticket}/messages
POST /api/tickets/{ticket}/notes
POST /api/tickets/{ticket}/files
GET /api/webhook-deliveries
GET /api/agents/{agent_id}
PATCH /api/agents/{agent_id}
POST /api/agents/{agent_id}/set-offline
GET /api/settings
GET /api/statistics
PATCH /api/settings
POST /api/auth/telegram
POST /api/auth/miniapp
POST /api/auth/refresh
GET /api/auth/options
POST /api/auth/link
POST /api/auth/session
POST /api/auth/logout
GET /api/ws
GET /healthz
GET /readyz
GET /api/dead-letters
POST /api/dead-letters/{id}/retry
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
    let mut specified: Vec<_> = SPECIFIED.trim().lines().map(str::to_owned).collect();
    listed.sort_unstable();
    specified.sort_unstable();
    assert_eq!(listed, specified);
    // Every endpoint is routed, and every reference in the contract resolves.
    for line in &specified {
        let (method, path) = line.split_once(' ').unwrap();
        let reply = Reply::of(desk.request(method, &path.replace(['{', '}'], ""))).await;
        assert!(!["no_such_path", "no_such_method"].contains(&reply.body["error"].as_str().unwrap_or("")));
    }
    check_references(&contract, &contract);
}

/// Generators of clients need a name for each operation, and patterns of every language.
#[tokio::test]
async fn operations_have_unique_ids_and_patterns_are_portable() {
    let desk = desk().await;
    let contract = Reply::of(desk.request("GET", "/api/openapi.json")).await.body;
    let paths = contract["paths"].as_object().unwrap();
    let operations = paths.values().flat_map(|item| item.as_object().unwrap().values());
    let ids: Vec<_> = operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    let unique: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
    assert!(ids.iter().all(|id| id.chars().all(|c| c.is_ascii_alphanumeric())), "{ids:?}");
    let mut found = Vec::new();
    patterns(&contract, &mut found);
    assert!(found.len() >= 3, "{found:?}");
    for pattern in found {
        assert!(!pattern.contains(['\\', '?']), "{pattern} needs an extension of some language");
    }
}

/// Returns the bodies and answers of the contract: where each stands, and its media type.
fn contents(contract: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let answers = operation["responses"].as_object().unwrap().iter();
            let answers = answers.map(|(status, answer)| (status.as_str(), answer));
            for (status, holder) in answers.chain([("body", &operation["requestBody"])]) {
                let media = holder["content"].as_object().into_iter().flat_map(|content| content.values());
                found.extend(media.map(|media| (format!("{method} {path} {status}"), media)));
            }
        }
    }
    found
}

#[tokio::test]
async fn every_body_and_answer_has_an_example() {
    let desk = desk().await;
    let contract = Reply::of(desk.request("GET", "/api/openapi.json")).await.body;
    let contents = contents(&contract);
    assert!(contents.len() > 200, "{}", contents.len());
    for (place, media) in contents {
        let example = &media["example"];
        assert!(!example.is_null(), "{place}");
        // Linters compare the whole with the schema. This is what they can't see: a text that nobody chose.
        let text = example.to_string();
        assert!(!text.contains(r#":"text""#), "{place}: {text}");
        let status = place.rsplit(' ').next().unwrap();
        if place.contains("/api/") && place != "get /api/openapi.json 200" {
            match status {
                "body" | "101" => {}
                // A file has no envelope.
                "200" if example.is_string() => {}
                "200" | "201" => assert_eq!(example["success"], true, "{place}"),
                _ => assert!(example["success"] == false && example["error"].is_string(), "{place}"),
            }
        }
    }
    let opened =
        &contract["paths"]["/api/tickets"]["post"]["responses"]["201"]["content"]["application/json"];
    assert_eq!(opened["example"]["data"]["ticket_number"], "INC120420251352536CO");
    assert_eq!(
        contract["paths"]["/readyz"]["get"]["responses"]["503"]["content"]["application/json"]["example"]["data"]
            ["ready"],
        false
    );
}

/// An id that nothing has.
const UNKNOWN: &str = "550e8400-e29b-41d4-a716-446655440000";

/// The example of a body is a body that the desk takes, but for ids that a desk of its own has.
#[tokio::test]
async fn the_examples_of_bodies_are_accepted() {
    let desk = desk().await;
    desk.say(ADMIN, &format!("/addagent {ADMIN}")).await;
    let contract = Reply::of(desk.request("GET", "/api/openapi.json")).await.body;
    let ticket =
        desk.post(ADMIN, "/api/tickets", json!({"customer_telegram_id": SARI, "description": "halo"})).await;
    let (ticket, agent) = (ticket.data()["ticket_number"].clone(), id(&desk, ADMIN).await);
    let mut accepted = Vec::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let example = &operation["requestBody"]["content"]["application/json"]["example"];
            if example.is_null() {
                continue;
            }
            let place = path.replace("{ticket}", ticket.as_str().unwrap()).replace("{agent_id}", &agent);
            let place = ["{department_id}", "{category_id}"]
                .iter()
                .fold(place, |place, id| place.replace(id, UNKNOWN));
            let request = desk.request(&method.to_uppercase(), &place).bearer_auth(desk.token(ADMIN).await);
            let reply = Reply::of(request.json(example)).await;
            // The examples name a customer and an agent whom this desk does not know, and nobody's signature.
            let unknown = [
                "customer_not_found",
                "agent_not_found",
                "department_not_found",
                "message_not_found",
                "bad_login",
                "invalid_token",
            ];
            let expected = reply.status < 300 || unknown.contains(&reply.body["error"].as_str().unwrap());
            assert!(expected, "{path}: {example} {reply:?}");
            accepted.push(reply.status);
        }
    }
    assert!(accepted.iter().filter(|status| **status == 200).count() >= 4, "{accepted:?}");
}

/// Collects the patterns in this part of the contract.
fn patterns<'a>(part: &'a Value, found: &mut Vec<&'a str>) {
    match part {
        Value::Object(fields) => {
            found.extend(fields.get("pattern").and_then(Value::as_str));
            fields.values().for_each(|value| patterns(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| patterns(value, found)),
        _ => {}
    }
}

/// Panics if a `$ref` in this part of the contract does not resolve.
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

/// A webhook at the path of a route would make the router panic at the start.
#[tokio::test]
async fn no_path_of_the_contract_can_be_the_webhook() {
    let desk = desk().await;
    let contract = Reply::of(desk.request("GET", "/api/openapi.json")).await.body;
    for path in contract["paths"].as_object().unwrap().keys() {
        let url = format!("https://desk.example{}", path.replace(['{', '}'], ""));
        let env = antri::config::Env::from_iter([("WEBHOOK_URL", url.as_str()), ("WEBHOOK_SECRET", "x")]);
        let refused = antri::config::Config::load(&env).unwrap_err().to_string();
        assert!(refused.contains("WEBHOOK_URL: "), "{path}: {refused}");
    }
}

/// Every enum value in the contract is accepted, or is what an answer contains.
#[tokio::test]
async fn every_enum_value_of_the_contract_is_accepted() {
    let desk = desk().await;
    let contract = Reply::of(desk.request("GET", "/api/openapi.json")).await.body;
    let values = |name: &str| contract["components"]["schemas"][name]["enum"].as_array().unwrap().clone();
    let settings =
        [("strategy", "Strategy", 3), ("offline_behaviour", "OfflineBehaviour", 3), ("mode", "Mode", 3)];
    for (field, schema, count) in settings {
        assert_eq!(values(schema).len(), count, "{schema}");
        for value in values(schema) {
            let changed = desk.patch(ADMIN, "/api/settings", json!({field: value})).await;
            assert_eq!(changed.data()[field], value);
        }
    }
    let body = json!({"customer_telegram_id": SARI, "description": "halo"});
    let ticket = desk.post(ADMIN, "/api/tickets", body).await.data().clone();
    let path = format!("/api/queue/{}", ticket["ticket_id"].as_str().unwrap());
    for value in values("Priority") {
        assert_eq!(desk.patch(ADMIN, &path, json!({"priority": value})).await.data()["priority"], value);
    }
    assert_eq!(values("Priority").len(), 4);
    assert!(values("TicketStatus").contains(&ticket["status"]), "{ticket}");
    let person = desk.get(ADMIN, &format!("/api/agent-status/agent/{}", id(&desk, BUDI).await)).await;
    assert!(values("Status").contains(&person.data()["status"]), "{person:?}");
}

#[tokio::test]
async fn the_docs_page_loads_nothing_from_other_origins() {
    let desk = desk().await;
    let page = Reply::of(desk.request("GET", "/docs")).await;
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(page.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    for reference in ["http:", "https:", "src=", "@import", "url("] {
        assert!(!page.text.contains(reference), "the page has {reference}");
    }
    assert!(page.text.contains("/api/openapi.json"));
}

#[tokio::test]
async fn cors_allows_only_the_configured_origins() {
    let origins = vec!["https://desk.example".to_owned()];
    let desk =
        Desk::with(Options { http: HttpConfig { cors_origins: origins, ..http() }, ..Options::default() })
            .await;
    let preflight = |origin: &str| {
        let request = desk.request(Method::OPTIONS.as_str(), "/api/settings").header("origin", origin);
        let request = request.header("access-control-request-method", "PATCH");
        Reply::of(request.header("access-control-request-headers", "authorization,content-type"))
    };
    let allowed = preflight("https://desk.example").await.headers;
    assert_eq!(allowed["access-control-allow-origin"], "https://desk.example");
    assert!(allowed["access-control-allow-methods"].to_str().unwrap().contains("PATCH"));
    assert!(allowed["access-control-allow-headers"].to_str().unwrap().contains("authorization"));
    assert!(
        !allowed.contains_key("access-control-allow-credentials"),
        "tokens are in a header, not in a cookie"
    );
    for foreign in ["https://evil.example", "http://desk.example", "https://desk.example:8443", "null"] {
        assert!(!preflight(foreign).await.headers.contains_key("access-control-allow-origin"), "{foreign}");
    }
    let headers =
        Reply::of(desk.request("GET", "/healthz").header("origin", "https://desk.example")).await.headers;
    assert_eq!(headers["access-control-allow-origin"], "https://desk.example");
}
