//! Tests of the examples in `docs/side-api.md`: every request succeeds, and the heartbeat client sets the
//! agent's status.
use super::login::{mini_app, widget};
use super::{SARI, desk};
use crate::support::{ADMIN, Desk, JWT_SECRET, METRICS_TOKEN, TOKEN};
use antri::auth_token::{Purpose, Session, TOKEN_LIFETIME, issue_for};
use serde_json::{Value, json};
use std::path::Path;
use tokio::process::Command;

/// Returns the first code block in this language.
fn block(language: &str) -> String {
    let text = std::fs::read_to_string("docs/side-api.md").unwrap();
    let (_, rest) = text.split_once(&format!("\n```{language}\n")).unwrap();
    rest.split_once("\n```").unwrap().0.to_owned()
}

/// Returns a desk whose admin is also an agent, and so may call every endpoint.
async fn desk_with_admin_agent() -> Desk {
    let desk = desk().await;
    desk.say(ADMIN, &format!("/addagent {ADMIN}")).await;
    desk
}

/// Runs a command that must succeed. Returns its output.
async fn output(command: &mut Command) -> String {
    let run = command.kill_on_drop(true).output().await.unwrap();
    let stdout = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{command:?}\n{stdout}\n{}", String::from_utf8_lossy(&run.stderr));
    stdout
}

#[tokio::test]
async fn every_curl_example_succeeds() {
    let desk = desk_with_admin_agent().await;
    let body = json!({"customer_telegram_id": SARI, "description": "halo"});
    let ticket = desk.post(ADMIN, "/api/tickets", body.clone()).await.data().clone();
    let other = desk.post(ADMIN, "/api/tickets", body).await.data()["ticket_number"].clone();
    let admin = desk.person_by_telegram_id(ADMIN).await.id.to_string();
    let now = desk.now().timestamp();
    let person = desk.person_by_telegram_id(ADMIN).await;
    let session = Session::new(&person, desk.now());
    let token =
        |purpose| issue_for(purpose, &JWT_SECRET.into(), &session, desk.now(), TOKEN_LIFETIME).unwrap();
    let (code, cookie) = (token(Purpose::LoginLink), format!("antri_session={}", token(Purpose::Renewal)));
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let variables = [
        ("DESK", desk.url("")),
        ("TOKEN", desk.token(ADMIN).await),
        ("METRICS_TOKEN", METRICS_TOKEN.to_owned()),
        ("DEPARTMENT", word(&ticket["department_id"])),
        ("TICKET", word(&ticket["ticket_number"])),
        ("OTHER", word(&other)),
        ("AGENT", admin),
        ("CUSTOMER", SARI.to_string()),
        ("UNTIL", (desk.now() + chrono::TimeDelta::hours(2)).to_rfc3339()),
        ("WIDGET", widget(TOKEN, ADMIN, now).to_string()),
        ("LINK", json!({"code": code}).to_string()),
        ("COOKIE", cookie),
        ("MINI_APP", mini_app(TOKEN, ADMIN, now).to_string()),
    ];
    let examples = block("sh");
    assert_eq!(examples.lines().count(), 52);
    for line in examples.lines() {
        let line = line.replacen("curl ", "curl --silent --show-error --fail-with-body ", 1);
        output(Command::new("bash").arg("-c").arg(line).envs(variables.clone())).await;
        desk.settle().await;
    }
}

/// A simulated web page with the heartbeat client and timers under its control. After each step it records
/// the agent's status.
const PAGE: &str = r#"
import { Heartbeat } from "./heartbeat.mjs";
const { DESK, TOKEN, AGENT } = process.env;
globalThis.document = Object.assign(new EventTarget(), { hidden: false });
const timers = new Map();
globalThis.setInterval = (call, every) => (timers.set(timers.size + 1, { call, every }), timers.size);
globalThis.clearInterval = id => timers.delete(id);
const [ask, asked, seen] = [globalThis.fetch, [], []];
globalThis.fetch = (...what) => (asked.push(ask(...what)), asked.at(-1));
const headers = { Authorization: `Bearer ${TOKEN}` };
const note = async () => {
  await Promise.all(asked);
  const answer = await ask(`${DESK}/api/agent-status/agent/${AGENT}`, { headers });
  seen.push((await answer.json()).data.status);
};
const show = hidden => { document.hidden = hidden; document.dispatchEvent(new Event("visibilitychange")); };
const tick = () => timers.forEach(timer => timer.call());
const goOffline = () => ask(`${DESK}/api/agent-status/go-offline`, { method: "POST", headers });
const client = new Heartbeat({ desk: DESK, token: () => TOKEN, onFailure: why => seen.push(String(why)) });

await client.start("busy"); await note();
show(true);                 await note();
tick();                     await note();
show(false);                await note();
await client.setStatus("online"); await note();
await goOffline();          await note();
tick();                     await note();
await client.start();       seen.push([...timers.values()].map(timer => timer.every));
client.stop();
await goOffline();
tick(); show(true);         await note();
await client.start();       await note();
show(false);                await note();
await client.logOut();      await note();
tick(); show(true);         await note();
client.token = () => "old";
await client.setStatus("online"); await note();
process.stdout.write(JSON.stringify(seen), () => process.exit());
"#;

#[tokio::test]
async fn the_heartbeat_client_sets_the_agents_status() {
    let desk = desk_with_admin_agent().await;
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(Path::new(dir.path()).join(name), text).unwrap();
    write("heartbeat.mjs", &block("js"));
    write("page.mjs", PAGE);
    let mut node = Command::new("node");
    node.arg("page.mjs")
        .current_dir(dir.path())
        .env("DESK", desk.url(""))
        .env("TOKEN", desk.token(ADMIN).await);
    let stdout = output(node.env("AGENT", desk.person_by_telegram_id(ADMIN).await.id.to_string())).await;
    let seen: Value = serde_json::from_str(stdout.trim()).unwrap();
    let beating = ["busy", "away", "away", "busy", "online", "offline", "offline"].map(Value::from);
    let stopped = json!([[180_000], "offline", "away", "online", "offline", "offline", "401", "offline"]);
    assert_eq!(seen, Value::from([&beating[..], stopped.as_array().unwrap()].concat()));
    desk.settle().await;
}
