//! The README's examples do what it says.
use super::login::{mini_app, widget};
use super::{SARI, desk};
use crate::support::{ADMIN, Desk, TOKEN};
use serde_json::{Value, json};
use std::path::Path;
use tokio::process::Command;

/// The block of code in this language.
fn block(language: &str) -> String {
    let text = std::fs::read_to_string("README.md").unwrap();
    let (_, rest) = text.split_once(&format!("\n```{language}\n")).unwrap();
    rest.split_once("\n```").unwrap().0.to_owned()
}

/// A desk whose admin is an agent too, and may do everything.
async fn admins() -> Desk {
    let desk = desk().await;
    desk.say(ADMIN, &format!("/addagent {ADMIN}")).await;
    desk
}

async fn output(command: &mut Command) -> String {
    let run = command.kill_on_drop(true).output().await.unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{command:?}\n{said}\n{}", String::from_utf8_lossy(&run.stderr));
    said
}

#[tokio::test]
async fn each_curl_example_works() {
    let desk = admins().await;
    let body = json!({"customer_telegram_id": SARI, "description": "halo"});
    let ticket = desk.post(ADMIN, "/api/tickets", body).await.data().clone();
    let admin = desk.known(ADMIN).await.id.to_string();
    let now = desk.now().timestamp();
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let variables = [
        ("DESK", desk.url("")),
        ("TOKEN", desk.token(ADMIN).await),
        ("DEPARTMENT", word(&ticket["department_id"])),
        ("TICKET", word(&ticket["ticket_number"])),
        ("AGENT", admin),
        ("CUSTOMER", SARI.to_string()),
        ("WIDGET", widget(TOKEN, ADMIN, now).to_string()),
        ("MINI_APP", mini_app(TOKEN, ADMIN, now).to_string()),
    ];
    let examples = block("sh");
    assert_eq!(examples.lines().count(), 31);
    for line in examples.lines() {
        let line = line.replacen("curl ", "curl --silent --show-error --fail-with-body ", 1);
        output(Command::new("bash").arg("-c").arg(line).envs(variables.clone())).await;
        desk.settle().await;
    }
}

/// A page, as far as the client looks at it; it says after each step how the desk has its agent.
const PAGE: &str = r#"
import { Heartbeat } from "./heartbeat.mjs";
const { DESK, TOKEN, AGENT } = process.env;
globalThis.document = Object.assign(new EventTarget(), { hidden: false });
const seen = [];
const client = new Heartbeat({ desk: DESK, token: () => TOKEN, interval: 20, onFailure: why => seen.push(String(why)) });
const look = async () => {
  const headers = { Authorization: `Bearer ${TOKEN}` };
  const answer = await fetch(`${DESK}/api/agent-status/agent/${AGENT}`, { headers });
  return (await answer.json()).data.status;
};
const becomes = async wanted => { while ((await look()) !== wanted); seen.push(wanted); };
const show = hidden => { document.hidden = hidden; document.dispatchEvent(new Event("visibilitychange")); };
await client.start("busy");
await becomes("busy");
show(true);
await becomes("away");
show(false);
await becomes("online");
await client.logOut();
await becomes("offline");
show(true);
seen.push(await look());
console.log(JSON.stringify(seen));
"#;

#[tokio::test]
async fn the_heartbeat_client_works() {
    let desk = admins().await;
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(Path::new(dir.path()).join(name), text).unwrap();
    write("heartbeat.mjs", &block("js"));
    write("page.mjs", PAGE);
    let mut node = Command::new("node");
    node.arg("page.mjs")
        .current_dir(dir.path())
        .env("DESK", desk.url(""))
        .env("TOKEN", desk.token(ADMIN).await);
    let said = output(node.env("AGENT", desk.known(ADMIN).await.id.to_string())).await;
    let seen: Value = serde_json::from_str(said.trim()).unwrap();
    assert_eq!(seen, json!(["busy", "away", "online", "offline", "offline"]));
    desk.settle().await;
}
