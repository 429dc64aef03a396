//! schemathesis against the served contract: whatever it can think of, the answer is one that the contract has.
use super::{BUDI, CITRA, SARI, desk};
use crate::support::ADMIN;
use crate::support::mongod::installed;
use serde_json::{Value, json};
use std::process::Stdio;
use std::time::Duration;

/// How long it may take. Usual is half of it.
const BOUND: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schemathesis_finds_nothing() {
    let program = installed("schemathesis/bin/schemathesis");
    assert!(program.exists(), "no schemathesis: run tests/run, which installs it");
    let desk = desk().await;
    for agent in [BUDI, CITRA] {
        desk.post(agent, "/api/agent-status/go-online", Value::Null).await.data();
    }
    let body = json!({"customer_telegram_id": SARI, "description": "halo"});
    desk.post(ADMIN, "/api/tickets", body).await.data();
    // An admin who is an agent too may do everything.
    desk.say(ADMIN, &format!("/addagent {ADMIN}")).await;
    let folder = tempfile::tempdir().unwrap();
    let run = tokio::process::Command::new(program)
        .args(["run", &desk.url("/api/openapi.json"), "--checks", "all"])
        .args(["--header", &format!("Authorization: Bearer {}", desk.token(ADMIN).await)])
        // The socket is no request that can be answered, and tests of its own look at it.
        .args(["--exclude-path", "/api/ws"])
        .args(["--max-examples", "20", "--seed", "7", "--generation-database", "none"])
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
    assert!(said.contains("Tested: 31"), "{said}");
    desk.settle().await;
}
