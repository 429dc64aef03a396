//! The contract in the hands of others' tools: linters find nothing in it, and the clients that generators make
//! from it work with a desk.
use super::{SARI, desk};
use crate::support::mongod::installed;
use crate::support::{ADMIN, Desk, Reply};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::process::Command;

/// Time limit of a tool. The slowest takes a few seconds.
const TOOL_TIMEOUT: Duration = Duration::from_secs(60);

/// Returns a tool that `tests/run` installs from npm.
fn node_tool(name: &str) -> PathBuf {
    let tool = installed("contract/node_modules/.bin").join(name);
    assert!(tool.exists(), "no {name}: run tests/run, which installs it");
    tool
}

/// Returns a program of the Python environment that `tests/run` makes.
fn python_tool(name: &str) -> PathBuf {
    let tool = installed("contract/python/bin").join(name);
    assert!(tool.exists(), "no {name}: run tests/run, which installs it");
    tool
}

/// Returns a folder with the contract and the files of `tests/tools/contract`.
async fn folder(desk: &Desk) -> TempDir {
    let folder = TempDir::new().unwrap();
    let contract = Reply::of(desk.request("GET", "/api/openapi.json")).await;
    std::fs::write(folder.path().join("contract.json"), contract.text).unwrap();
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/contract");
    for file in std::fs::read_dir(files).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
    }
    folder
}

/// Runs a tool in the folder. Returns whether it succeeded, its output and its errors.
async fn run(folder: &TempDir, program: PathBuf, arguments: &[&str]) -> (bool, String, String) {
    run_for(folder, program, arguments, &[]).await
}

async fn run_for(
    folder: &TempDir,
    program: PathBuf,
    arguments: &[&str],
    variables: &[(&str, String)],
) -> (bool, String, String) {
    let run = Command::new(&program)
        .args(arguments)
        .current_dir(folder.path())
        // No tool of these may ask for newer versions of itself, or report its use.
        .env("REDOCLY_TELEMETRY", "off")
        .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")
        .env("NO_PROXY", "*")
        .envs(variables.iter().cloned())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let run = tokio::time::timeout(TOOL_TIMEOUT, run).await;
    let run = run.unwrap_or_else(|_| panic!("{} took too long", program.display())).unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (run.status.success(), text(&run.stdout), text(&run.stderr))
}

#[tokio::test]
async fn the_linters_find_nothing_in_the_contract() {
    let folder = folder(&desk().await).await;
    let spectral = ["lint", "contract.json", "--ruleset", "spectral.yaml", "--format", "json", "--quiet"];
    let (_, found, errors) = run(&folder, node_tool("spectral"), &spectral).await;
    assert_eq!(found.trim(), "[]", "{errors}");
    let redocly = ["lint", "contract.json", "--config", "redocly.yaml", "--format", "json"];
    let (passed, found, errors) = run(&folder, node_tool("redocly"), &redocly).await;
    let found: Value = serde_json::from_str(&found).unwrap_or_else(|_| panic!("{found}\n{errors}"));
    assert!(
        passed && found["problems"].as_array().unwrap().iter().all(|p| p["ignored"] == true),
        "{found:#}"
    );

    // They would find something.
    let broken = folder.path().join("contract.json");
    let text = std::fs::read_to_string(&broken).unwrap();
    std::fs::write(&broken, text.replace("\"operationId\":\"getTicket\"", "\"operationId\":\"openTicket\""))
        .unwrap();
    assert!(!run(&folder, node_tool("spectral"), &spectral).await.0);
    assert!(!run(&folder, node_tool("redocly"), &redocly).await.0);
}

/// Returns the variables of a client: the desk, the token of its admin, and a customer.
async fn variables(desk: &Desk) -> Vec<(&'static str, String)> {
    let token = desk.token(ADMIN).await;
    vec![("DESK", desk.url("")), ("TOKEN", token), ("CUSTOMER", SARI.to_string())]
}

/// Asserts that the client ended well and opened its ticket.
async fn assert_opened(desk: &Desk, client: &str, (passed, output, errors): (bool, String, String)) {
    assert!(passed, "{client}: {output}\n{errors}");
    let number = output.trim().strip_prefix(client).unwrap_or_else(|| panic!("{output}")).trim();
    let ticket = desk.get(ADMIN, &format!("/api/tickets/{number}")).await;
    assert_eq!(ticket.data()["priority"], "urgent", "{client}");
    desk.settle().await;
}

#[tokio::test]
async fn a_typescript_client_is_generated_and_works() {
    let desk = desk().await;
    let folder = folder(&desk).await;
    let modules = installed("contract/node_modules");
    std::os::unix::fs::symlink(&modules, folder.path().join("node_modules")).unwrap();
    std::fs::write(folder.path().join("package.json"), r#"{"type": "module"}"#).unwrap();
    let types = ["contract.json", "--output", "contract.ts"];
    let (passed, output, errors) = run(&folder, node_tool("openapi-typescript"), &types).await;
    assert!(passed, "{output}\n{errors}");
    let compile = ["--strict", "--module", "nodenext", "--target", "es2022", "--skipLibCheck", "client.ts"];
    let (passed, output, errors) = run(&folder, node_tool("tsc"), &compile).await;
    assert!(passed, "{output}\n{errors}");
    let ran = run_for(&folder, PathBuf::from("node"), &["client.js"], &variables(&desk).await).await;
    assert_opened(&desk, "typescript", ran).await;
}

#[tokio::test]
async fn a_python_client_is_generated_and_works() {
    let desk = desk().await;
    let folder = folder(&desk).await;
    let options = ["generate", "--path", "contract.json", "--output-path", "antri_client", "--meta", "none"];
    let (passed, output, errors) = run(&folder, python_tool("openapi-python-client"), &options).await;
    assert!(passed, "{output}\n{errors}");
    let ran = run_for(&folder, python_tool("python"), &["client.py"], &variables(&desk).await).await;
    assert_opened(&desk, "python", ran).await;
}
