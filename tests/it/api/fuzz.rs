//! schemathesis against the served contract: whatever it can think of, the answer is one that the contract has.
use super::{BUDI, CITRA, SARI, desk, id};
use crate::support::mongod::installed;
use crate::support::{ADMIN, Desk};
use serde_json::{Value, json};
use std::process::Stdio;
use std::time::Duration;

/// How long it may take. Usual is half of it.
const BOUND: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schemathesis_finds_no_contract_violation() {
    let program = installed("schemathesis/bin/schemathesis");
    assert!(program.exists(), "no schemathesis: run tests/run, which installs it");
    let desk = desk().await;
    // An admin who is an agent too may do everything, and holds what there is to hold.
    desk.say(ADMIN, &format!("/addagent {ADMIN}")).await;
    desk.post(ADMIN, "/api/agent-status/go-online", Value::Null).await.data();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("schemathesis.toml"), known(&desk).await).unwrap();
    let run = tokio::process::Command::new(program)
        .args(["run", &desk.url("/api/openapi.json"), "--checks", "all"])
        .args(["--header", &format!("Authorization: Bearer {}", desk.token(ADMIN).await)])
        // The socket is no request that can be answered, and tests of its own look at it.
        .args(["--exclude-path", "/api/ws"])
        .args(["--max-examples", "60", "--seed", "7", "--generation-database", "none"])
        .args(["--request-timeout", "10", "--no-color"])
        // Where it looks for settings, and leaves its reports.
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let run = tokio::time::timeout(BOUND, run).await.expect("schemathesis does not come to an end").unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}\n{}", String::from_utf8_lossy(&run.stderr));
    // Not because there was nothing to look at.
    assert!(said.contains("Tested: 30"), "{said}");
    desk.settle().await;
}

/// Settings of schemathesis: what there is, so that it does not only meet 404.
async fn known(desk: &Desk) -> String {
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
    let me = id(desk, ADMIN).await;
    let (agents, departments) = (json!(agents), json!(departments));
    format!(
        r#"
        [dictionaries]
        tickets = {{ values = {tickets} }}
        agents = {{ values = {agents} }}
        me = {{ values = ["{me}"] }}
        departments = {{ values = {departments} }}
        customers = {{ values = [{SARI}] }}
        [parameters]
        "path.ticket" = {{ dictionary = "tickets", probability = 0.8 }}
        "path.agent_id" = {{ dictionary = "agents", probability = 0.8 }}
        "body.agent_id" = {{ dictionary = "me", probability = 0.9 }}
        "path.department_id" = {{ dictionary = "departments", probability = 0.8 }}
        "query.department_id" = {{ dictionary = "departments", probability = 0.5 }}
        "body.customer_telegram_id" = {{ dictionary = "customers", probability = 0.8 }}
        "#
    )
}
