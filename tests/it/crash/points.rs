//! Death at each named point, at several passes of it.
use super::environment::Town;
use super::oracle::judge;
use super::process::Life;
use super::story::play;
use futures::future::join_all;
use std::os::unix::process::ExitStatusExt;

/// At which passes of a point the desk dies, each in a town of its own: the first, one in the thick of it, a late one.
const PASSES: [u32; 3] = [0, 2, 4];

async fn die_at(point: &'static str) {
    join_all(PASSES.map(async |pass| die_once(Town::new().await, point, pass).await)).await;
}

async fn die_on_mongodb_at(point: &'static str) {
    join_all(PASSES.map(async |pass| die_once(Town::on_servers().await, point, pass).await)).await;
}

async fn die_once(town: Town, point: &str, pass: u32) {
    let place = format!("{point}:{pass}");
    let mut life = Life::begin(&town, Some(&place));
    let mut story = Box::pin(play(town.sandbox.clone()));
    tokio::select! {
        told = &mut story => panic!("the story went to its end without passing {place}: {told:?}"),
        status = life.ended() => {
            assert_eq!(status.signal(), Some(9), "not dead at {place}, but {status}:\n{}", life.last_words());
        }
    }
    let mut life = Life::begin(&town, None);
    let told = tokio::select! {
        told = &mut story => told,
        status = life.ended() => panic!("after {place} it ended by itself, {status}:\n{}", life.last_words()),
    };
    town.quiet().await;
    life.stop().await;
    judge(&town, &told, 1, &place).await;
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
