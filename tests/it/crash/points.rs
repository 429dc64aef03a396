//! Death at each named point, at several passes of it.
use super::environment::Environment;
use super::oracle::check;
use super::process::DeskProcess;
use super::story::play;
use futures::future::join_all;
use std::os::unix::process::ExitStatusExt;

/// At which passes of a point the desk dies, each in a environment of its own: the first, one in the thick of it, a late one.
const PASSES: [u32; 3] = [0, 2, 4];

async fn die_at(point: &'static str) {
    join_all(PASSES.map(async |pass| die_once(Environment::new().await, point, pass).await)).await;
}

async fn die_on_mongodb_at(point: &'static str) {
    join_all(PASSES.map(async |pass| die_once(Environment::on_servers().await, point, pass).await)).await;
}

async fn die_once(environment: Environment, point: &str, pass: u32) {
    let place = format!("{point}:{pass}");
    let mut life = DeskProcess::start(&environment, Some(&place));
    let mut story = Box::pin(play(environment.sandbox.clone()));
    tokio::select! {
        told = &mut story => panic!("the story went to its end without passing {place}: {told:?}"),
        status = life.wait_for_exit() => {
            assert_eq!(status.signal(), Some(9), "not dead at {place}, but {status}:\n{}", life.log_tail());
        }
    }
    let mut life = DeskProcess::start(&environment, None);
    let told = tokio::select! {
        told = &mut story => told,
        status = life.wait_for_exit() => panic!("after {place} it ended by itself, {status}:\n{}", life.log_tail()),
    };
    environment.quiet().await;
    life.stop().await;
    check(&environment, &told, 1, &place).await;
}

macro_rules! points {
    ($($test:ident: $point:literal,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                die_at($point).await;
            }
        )*

        mod on_mongodb {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    super::die_on_mongodb_at($point).await;
                }
            )*
        }
    };
}

points! {
    before_an_update_is_written: "inbox-before-write",
    after_an_update_is_written: "inbox-after-write",
    before_a_handler: "inbox-before-handler",
    before_an_update_is_marked: "inbox-before-handled",
    after_an_update_is_marked: "inbox-after-handled",
    before_a_ticket_is_opened: "engine-before-open",
    after_a_ticket_is_opened: "engine-after-open",
    before_an_assignment: "engine-before-assign",
    after_an_assignment: "engine-after-assign",
    before_a_step: "engine-before-step",
    after_a_step: "engine-after-step",
    before_a_commit: "store-before-commit",
    after_a_commit: "store-after-commit",
    after_a_claim: "outbox-after-claim",
    before_a_send: "outbox-before-send",
    after_a_send: "outbox-after-send",
    before_a_send_is_marked: "outbox-before-mark",
    after_a_send_is_marked: "outbox-after-mark",
}
