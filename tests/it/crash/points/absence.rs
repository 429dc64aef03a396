//! Crashes around the end of an absence and the start of working hours: the agent is online once, with one notice.
use crate::crash::actors::Actors;
use crate::crash::durable_state::read;
use crate::crash::environment::Environment;
use crate::crash::process::DeskProcess;
use antri::domain::event::{Action, Actor};
use antri::domain::person::Availability;
use chrono::{TimeDelta, Utc};
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

const AGENT: i64 = 201;
const WAIT: Duration = Duration::from_secs(120);

/// Returns the command for working hours that begin with the next minute.
#[expect(clippy::disallowed_methods, reason = "the desk under test is a process with a clock of its own")]
fn hours_from_the_next_minute() -> String {
    let start = Utc::now() + TimeDelta::minutes(1);
    let end = start + TimeDelta::minutes(30);
    format!("/hours setiap hari {}-{} UTC", start.format("%H:%M"), end.format("%H:%M"))
}

/// Kills the desk at this point, starts it again, and checks what is left.
async fn crash_at(environment: Environment, point: &str) {
    let mut process = DeskProcess::start(&environment, Some(point));
    let (command, notice) = if point.ends_with("absence-over") {
        ("/away 1 detik".to_owned(), "Selamat datang kembali")
    } else {
        (hours_from_the_next_minute(), "Jam kerja Anda dimulai")
    };
    environment.sandbox.send_text(AGENT, &command);
    let status =
        tokio::time::timeout(WAIT, process.wait_for_exit()).await.expect("the desk passes the point");
    assert_eq!(status.signal(), Some(9), "{}", process.log_tail());
    let process = DeskProcess::start(&environment, None);
    let notices = |sandbox: &antri::sandbox::Sandbox| {
        sandbox.chat(AGENT).iter().filter(|message| message.text.contains(notice)).count()
    };
    environment.sandbox.wait_for("the notice", WAIT, |sandbox| (notices(sandbox) > 0).then_some(())).await;
    environment.settle().await;
    assert_eq!(notices(&environment.sandbox), 1, "{point}");
    process.stop().await;
    let state = read(&environment).await;
    let is_return = |(actor, what): (Actor, &Action)| {
        actor == Actor::Engine && matches!(what, Action::Availability { to: Availability::Online, .. })
    };
    assert_eq!(
        state.events.iter().filter(|event| is_return((event.actor, &event.what))).count(),
        1,
        "{point}"
    );
}

macro_rules! points {
    ($($test:ident: $point:literal,)*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            crash_at(Environment::embedded(Actors::small()).await, $point).await;
        })*
        mod on_mongodb {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                let environment = super::Environment::with_actors(super::Actors::small()).await;
                super::crash_at(environment, $point).await;
            })*
        }
    };
}

points! {
    before_the_end_of_an_absence: "engine-before-absence-over",
    after_the_end_of_an_absence: "engine-after-absence-over",
    before_the_start_of_working_hours: "engine-before-working-hours",
    after_the_start_of_working_hours: "engine-after-working-hours",
}
