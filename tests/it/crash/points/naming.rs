//! Crashes while the customers' cards get the new names of agents: in the end every card has them.
use super::no_answer::press;
use crate::crash::actors::Actors;
use crate::crash::environment::Environment;
use crate::crash::process::DeskProcess;
use crate::support::ADMIN;
use antri::sandbox::Sandbox;
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

const AGENT: i64 = 201;
const CUSTOMERS: [i64; 2] = [101, 102];
const WAIT: Duration = Duration::from_secs(60);

/// Waits until the card of each customer names the agent so.
async fn wait_for_name(environment: &Environment, name: &str) {
    let shown = format!("ditangani oleh {name}");
    let is_shown = |sandbox: &Sandbox, customer: &i64| {
        sandbox.chat(*customer).iter().any(|message| message.text.contains(&shown))
    };
    let all = |sandbox: &Sandbox| CUSTOMERS.iter().all(|customer| is_shown(sandbox, customer)).then_some(());
    environment.sandbox.wait_for(&shown, WAIT, all).await;
}

/// Kills the desk at this point of the change, starts it again, and waits for the cards.
async fn crash_at(environment: Environment, point: &str) {
    let mut process = DeskProcess::start(&environment, Some(point));
    environment.sandbox.send_text(AGENT, "/online");
    for customer in CUSTOMERS {
        environment.sandbox.send_text(customer, "/new internet mati");
        press(&environment, customer, "Jaringan").await;
        press(&environment, customer, "Kirim").await;
    }
    wait_for_name(&environment, "Agen 1").await;
    environment.sandbox.send_text(ADMIN, "/settings");
    press(&environment, ADMIN, "Nama agen").await;
    press(&environment, ADMIN, "Nama asli").await;
    let status =
        tokio::time::timeout(WAIT, process.wait_for_exit()).await.expect("the desk passes the point");
    assert_eq!(status.signal(), Some(9), "{}", process.log_tail());
    let process = DeskProcess::start(&environment, None);
    wait_for_name(&environment, "Budi").await;
    environment.settle().await;
    process.stop().await;
}

fn actors() -> Actors {
    Actors::small()
}

points_on_both_stores! {
    after_the_change_of_the_names: "engine-after-naming",
    before_the_cards_are_known_to_have_the_names: "cards-before-names-refreshed",
}
