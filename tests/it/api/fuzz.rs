//! schemathesis against the served contract: whatever it can think of, the answer is one that the contract has.
use super::{BUDI, CITRA, SARI, desk};
use crate::support::ADMIN;
use serde_json::{Value, json};
use std::process::Stdio;

/// Where `tests/run` puts the program.
const PROGRAM: &str = "ANTRI_TEST_SCHEMATHESIS";

/// Some minutes long, so only where `tests/run` asks for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schemathesis_finds_nothing() {
    let Some(program) = std::env::var_os(PROGRAM) else {
        eprintln!("{PROGRAM} is not set: tests/run sets it");
        return;
    };
    let desk = desk().await;
    for agent in [BUDI, CITRA] {
        desk.post(agent, "/api/agent-status/go-online", Value::Null).await.data();
    }
    desk.post(ADMIN, "/api/tickets", json!({"customer_telegram_id": SARI, "description": "halo"}))
        .await
        .data();
    // An admin who is an agent too may do everything.
    desk.say(ADMIN, &format!("/addagent {ADMIN}")).await;
    let run = tokio::process::Command::new(program)
        .arg("run")
        .arg(desk.url("/api/openapi.json"))
        .args(["--header", &format!("Authorization: Bearer {}", desk.token(ADMIN).await)])
        // The socket is no request that can be answered, and tests of its own look at it.
        .args(["--exclude-path", "/api/ws"])
        .args([
            "--checks",
            "all",
            "--max-examples",
            "25",
            "--seed",
            "7",
            "--no-color",
            "--request-timeout",
            "10",
        ])
        .args(["--generation-database", "none", "--workers", "1"])
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}\n{}", String::from_utf8_lossy(&run.stderr));
}
