//! Crashes around the end of an absence and the start of working hours: the agent is online once, with one notice.
use crate::crash::actors::Actors;
use crate::crash::durable_state::read;
use crate::crash::environment::Environment;
use crate::crash::process::DeskProcess;
use antri::cli::failpoints::CLOCK_VARIABLE;
use antri::domain::event::{Action, Actor};
use antri::domain::person::Availability;
use chrono::{TimeDelta, Timelike, Utc};
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

const AGENT: i64 = 201;
const WAIT: Duration = Duration::from_secs(120);
/// The second of a minute at which the clock of the desk starts: it has time to start and to read the command.
const START_SECOND: i64 = 50;

/// Returns how many seconds the clock of the desk is ahead, and the command for working hours that begin with
/// the next minute of that clock.
#[expect(clippy::disallowed_methods, reason = "the desk under test is a process with a clock of its own")]
fn hours_from_the_next_minute() -> (i64, String) {
    let now = Utc::now();
    let ahead = (START_SECOND - i64::from(now.second())).rem_euclid(60);
    let start = now + TimeDelta::seconds(ahead) + TimeDelta::minutes(1);
    let end = start + TimeDelta::minutes(30);
    (ahead, format!("/hours setiap hari {}-{} UTC", start.format("%H:%M"), end.format("%H:%M")))
}

/// Kills the desk at this point, starts it again, and checks what is left.
async fn crash_at(environment: Environment, point: &str) {
    let (ahead, command, notice) = if point.ends_with("absence-over") {
        (0, "/away 1 detik".to_owned(), "Selamat datang kembali")
    } else {
        let (ahead, command) = hours_from_the_next_minute();
        (ahead, command, "Jam kerja Anda dimulai")
    };
    let ahead = ahead.to_string();
    let clock = [(CLOCK_VARIABLE, ahead.as_str())];
    let mut process = DeskProcess::with(&environment, Some(point), &clock);
    environment.sandbox.send_text(AGENT, &command);
    let status =
        tokio::time::timeout(WAIT, process.wait_for_exit()).await.expect("the desk passes the point");
    assert_eq!(status.signal(), Some(9), "{}", process.log_tail());
    let process = DeskProcess::with(&environment, None, &clock);
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

fn actors() -> Actors {
    Actors::small()
}

points_on_both_stores! {
    before_the_end_of_an_absence: "engine-before-absence-over",
    after_the_end_of_an_absence: "engine-after-absence-over",
    before_the_start_of_working_hours: "engine-before-working-hours",
    after_the_start_of_working_hours: "engine-after-working-hours",
}
