//! A fuzz test of the side API: schemathesis checks every answer against the served contract.
use super::{BUDI, CITRA, SARI, desk, id};
use crate::support::mongod::installed;
use crate::support::{ADMIN, Desk};
use serde_json::{Value, json};
use std::process::Stdio;
use std::time::Duration;

/// Time limit of a run. A run usually takes half of it.
const RUN_TIMEOUT: Duration = Duration::from_secs(180);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schemathesis_finds_no_contract_violation() {
    let program = installed("schemathesis/bin/schemathesis");
    assert!(program.exists(), "no schemathesis: run tests/run, which installs it");
    let desk = desk().await;
    // An admin who is also an agent may call every endpoint, and holds the tickets.
    desk.say(ADMIN, &format!("/addagent {ADMIN}")).await;
    desk.post(ADMIN, "/api/agent-status/go-online", Value::Null).await.data();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("schemathesis.toml"), settings(&desk).await).unwrap();
    let run = tokio::process::Command::new(program)
        .args(["run", &desk.url("/api/openapi.json"), "--checks", "all"])
        .args(["--header", &format!("Authorization: Bearer {}", desk.token(ADMIN).await)])
        // The WebSocket has tests of its own.
        .args(["--exclude-path", "/api/ws"])
        .args(["--max-examples", "60", "--seed", "7", "--generation-database", "none"])
        .args(["--request-timeout", "10", "--no-color"])
        // schemathesis reads its settings and writes its reports here.
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let run =
        tokio::time::timeout(RUN_TIMEOUT, run).await.expect("schemathesis did not end in time").unwrap();
    let stdout = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{stdout}\n{}", String::from_utf8_lossy(&run.stderr));
    // The run covered all endpoints.
    assert!(stdout.contains("Tested: 56"), "{stdout}");
    desk.settle().await;
}

/// Returns settings of schemathesis with existing ids, so that not every request gets 404.
async fn settings(desk: &Desk) -> String {
    let mut tickets = Vec::new();
    for _ in 0..5 {
        let body = json!({"customer_telegram_id": SARI, "description": "halo"});
        let ticket = desk.post(ADMIN, "/api/tickets", body).await.data().clone();
        tickets.extend([ticket["ticket_id"].clone(), ticket["ticket_number"].clone()]);
    }
    let agents = [id(desk, BUDI).await, id(desk, CITRA).await, id(desk, ADMIN).await];
    let departments = desk.app().engine.store().departments().await.unwrap();
    let departments: Vec<_> = departments.iter().map(|department| department.id).collect();
    let tickets = json!(tickets);
    let admin = id(desk, ADMIN).await;
    let (agents, departments) = (json!(agents), json!(departments));
    format!(
        r#"
        [dictionaries]
        tickets = {{ values = {tickets} }}
        agents = {{ values = {agents} }}
        me = {{ values = ["{admin}"] }}
        departments = {{ values = {departments} }}
        customers = {{ values = [{SARI}] }}
        names = {{ values = ["HSI INDIBIZ", "TROUBLESHOOT", "WMSLite", "Kak Budi"] }}
        [parameters]
        "path.ticket" = {{ dictionary = "tickets", probability = 0.8 }}
        "path.agent_id" = {{ dictionary = "agents", probability = 0.8 }}
        "body.agent_id" = {{ dictionary = "me", probability = 0.9 }}
        "path.department_id" = {{ dictionary = "departments", probability = 0.8 }}
        "query.department_id" = {{ dictionary = "departments", probability = 0.5 }}
        # No portable pattern says which names have a visible character.
        "body.department" = {{ dictionary = "names", probability = 1.0 }}
        "body.category" = {{ dictionary = "names", probability = 1.0 }}
        "body.alias" = {{ dictionary = "names", probability = 1.0 }}
        "body.customer_telegram_id" = {{ dictionary = "customers", probability = 0.8 }}
        "#
    )
}
