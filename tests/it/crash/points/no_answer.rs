//! Crashes around the nudge of a holder: there is one nudge, and the ticket stays with its only agent.
use crate::crash::actors::Actors;
use crate::crash::durable_state::read;
use crate::crash::environment::Environment;
use crate::crash::process::DeskProcess;
use antri::domain::event::Action;
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

const AGENT: i64 = 201;
const CUSTOMER: i64 = 101;
const WAIT: Duration = Duration::from_secs(60);

fn actors() -> Actors {
    Actors { no_answer_time: Duration::from_secs(1), ..Actors::small() }
}

/// Presses the newest button with this label, when there is one.
pub(super) async fn press(environment: &Environment, person: i64, label: &str) {
    let button = |sandbox: &antri::sandbox::Sandbox| {
        let chat = sandbox.chat(person);
        chat.iter().rev().find_map(|message| Some((message.message_id, message.button(label)?.to_owned())))
    };
    let what = format!("{label} of {person}");
    let (message, data) = environment.sandbox.wait_for(&what, WAIT, button).await;
    environment.sandbox.press(person, message, &data);
}

/// Kills the desk at this point of the nudge, starts it again, and checks what is left.
async fn crash_at(environment: Environment, point: &str) {
    let mut process = DeskProcess::start(&environment, Some(point));
    environment.sandbox.send_text(AGENT, "/online");
    environment.sandbox.send_text(CUSTOMER, "/new internet mati");
    press(&environment, CUSTOMER, "Jaringan").await;
    press(&environment, CUSTOMER, "Kirim").await;
    let status =
        tokio::time::timeout(WAIT, process.wait_for_exit()).await.expect("the desk passes the point");
    assert_eq!(status.signal(), Some(9), "{}", process.log_tail());
    let process = DeskProcess::start(&environment, None);
    let nudges = |sandbox: &antri::sandbox::Sandbox| {
        sandbox.chat(AGENT).iter().filter(|message| message.text.contains("masih menunggu Anda")).count()
    };
    environment.sandbox.wait_for("the nudge", WAIT, |sandbox| (nudges(sandbox) > 0).then_some(())).await;
    environment.settle().await;
    assert_eq!(nudges(&environment.sandbox), 1, "{point}");
    process.stop().await;
    let state = read(&environment).await;
    let count = |is: fn(&Action) -> bool| state.events.iter().filter(|event| is(&event.what)).count();
    assert_eq!(count(|what| matches!(what, Action::Nudged { .. })), 1, "{point}");
    assert_eq!(count(|what| matches!(what, Action::Released { .. })), 0, "nobody else could take it");
    assert_eq!(state.tickets[0].status, "assigned");
}

points_on_both_stores! {
    before_a_nudge: "engine-before-nudge",
    after_a_nudge: "engine-after-nudge",
}
